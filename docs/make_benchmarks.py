# SPDX-License-Identifier: BSD-3-Clause
"""Write the results of docs/benchmarks from docs/benchmarks/data.

    python3 docs/make_benchmarks.py            # the pages
    python3 docs/make_benchmarks.py --figures  # and the figures, with matplotlib

Each page keeps what stands above the line that begins its results; what follows is made anew: the
values of each code for infinitely fine meshes and steps with their uncertainties, what two codes
are apart, and the runs behind them. The data are written by benchmarks/problems.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks" / "problems"))

import convergence  # noqa: E402

PAGES: Final = ROOT / "docs" / "benchmarks"
FIGURES: Final = ROOT / "docs" / "figures"
LINE: Final = "<!-- Results: written by docs/make_benchmarks.py from data; do not edit below. -->"

_ESTIMATES: Final = """\
For infinitely fine meshes and steps: Richardson's extrapolation from three meshes and three lengths
of step; after ± the grid convergence index of both (factor 1.25 on a monotonic sequence, three
times the largest difference on any other). The reference of a quantity is the value with the
smaller uncertainty."""

_AGREEMENT: Final = """\
The last column is what the codes are apart over the root of the sum of the squares of their
uncertainties: up to 1 they agree. Values within 1e-6 of each other count as equal."""

_COSTS: Final = """\
The mean is over all quantities that are not zero. Steps: /2 for half the length (for a method with
a tolerance: a hundredth of it). Times are processor times of one core of a shared machine, meshing
and code generation included."""


@dataclass(frozen=True)
class Benchmark:
    """A benchmark and the orders that its codes can have.

    Attributes:
        name: of page, data and scripts.
        codes: formal orders in cell size and step by code; that of this package first.
    """

    name: str
    codes: Mapping[str, tuple[float, float]]


BENCHMARKS: Final = (
    Benchmark("closing_void", {"ssbmech": (2.0, 1.0), "scikit-fem": (4.0, 2.0)}),
    Benchmark("particle_debond", {"ssbmech": (2.0, 1.0), "scikit-fem": (4.0, 5.0)}),
    Benchmark("fixed_gap_cell", {"ssbmech": (2.0, 1.0), "scikit-fem": (4.0, 5.0)}),
    Benchmark("stripped_strip", {"ssbmech": (1.0, 1.0), "scikit-fem": (3.0, 1.0)}),
)

PATHS: Final = (("finer meshes", [0, 3, 4], "-"), ("shorter steps", [0, 1, 2], ":"))
"""What is refined, and which of the levels of a study show it."""

Limits = dict[str, dict[str, convergence.Limit]]


def limits(benchmark: Benchmark) -> Limits:
    """Return the limits by code and quantity."""
    rows = convergence.read(benchmark.name)
    return {
        code: convergence.limits(rows, code, *orders)
        for code, orders in benchmark.codes.items()
        if any(row.code == code for row in rows)
    }


def reference(found: Limits) -> dict[str, convergence.Limit]:
    """Return the limit of each quantity by the code that is surest of it."""
    quantities = next(iter(found.values()))
    return {
        quantity: min((of[quantity] for of in found.values()), key=lambda each: each.uncertainty)
        for quantity in quantities
    }


def digits(value: float, uncertainty: float) -> str:
    """Return a value with its uncertainty, both to the second digit of the uncertainty."""
    if uncertainty <= 1e-7 * abs(value):
        return f"{value:.8g}"
    places = max(0, 1 - math.floor(math.log10(uncertainty)))
    return f"{value:.{places}f} ± {uncertainty:.{places}f}"


def page(benchmark: Benchmark) -> str:
    """Return a page with its results made anew."""
    text = (PAGES / f"{benchmark.name}.md").read_text("utf-8").partition(LINE)[0].rstrip()
    return "\n".join([text, "", LINE, "", *_results(benchmark)])


def _results(benchmark: Benchmark) -> Iterator[str]:
    rows, found = convergence.read(benchmark.name), limits(benchmark)
    units = {row.quantity: row.unit for row in rows}
    codes = list(found)
    yield "## Results\n"
    yield _ESTIMATES
    if len(codes) > 1:
        yield _AGREEMENT
    apart = ["apart"] if len(codes) > 1 else []
    yield ""
    yield _line("quantity", "unit", *codes, "order in h, in step", *apart)
    yield _line(*["---"] * (3 + len(codes) + len(apart)))
    for quantity, first in found[codes[0]].items():
        values = [digits(found[c][quantity].value, found[c][quantity].uncertainty) for c in codes]
        orders = f"{first.space.order:.2f}, {first.time.order:.2f}".replace("nan", "none")
        unit = units[quantity].replace("um2", "µm²").replace("um", "µm")
        shown = [f"{ratio(found, quantity):.2f}"] if apart else []
        yield _line(quantity, unit, *values, orders, *shown)
    yield ""
    yield f"Orders are those observed with {codes[0]}; none where values do not go one way.\n"
    yield "## Error against cost\n"
    truth = {quantity: each.value for quantity, each in reference(found).items()}
    picture = f"../figures/benchmark_{benchmark.name}.png"
    yield f"![Error against unknowns and processor time: {benchmark.name}]({picture})\n"
    yield _line("code", "unknowns", "steps", "processor time, s", "mean relative error")
    yield _line(*["---"] * 5)
    for code in codes:
        table = convergence.errors(rows, code, truth)
        for (_, steps), (unknowns, seconds, error) in zip(convergence.levels(), table, strict=True):
            yield _line(code, f"{unknowns:.0f}", f"/{2**steps}", f"{seconds:.3g}", f"{error:.1e}")
    yield ""
    yield _COSTS
    yield f"All values: [data/{benchmark.name}.csv](data/{benchmark.name}.csv), with mesh and step"
    yield "levels 0, 1, 2 from coarse to fine.\n"


def ratio(found: Limits, quantity: str) -> float:
    """Return what two codes are apart over their uncertainties together; 0 if both are exact."""
    one, other = (each[quantity] for each in list(found.values())[:2])
    apart = abs(one.value - other.value)
    if apart <= 1e-6 * abs(one.value):
        return 0.0
    return apart / max(math.hypot(one.uncertainty, other.uncertainty), 1e-300)


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def figure(benchmark: Benchmark) -> Path:
    """Draw error against unknowns and processor time, and return the file."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    rows, found = convergence.read(benchmark.name), limits(benchmark)
    truth = {quantity: each.value for quantity, each in reference(found).items()}
    picture, axes = plt.subplots(1, 2, figsize=(8.0, 3.4), sharey=True, layout="constrained")
    markers = ("o", "s", "^")
    for marker, color, code in zip(markers, ("#0b5394", "#b45f06", "#38761d"), found, strict=False):
        table = convergence.errors(rows, code, truth)
        for words, chosen, style in PATHS:
            for axis, column in zip(axes, (0, 1), strict=True):
                _draw(axis, [table[k] for k in chosen], column, marker, style, color,
                      f"{code}, {words}")  # fmt: skip
    axes[0].set(xlabel="unknowns (1)", ylabel="mean relative error (1)")
    axes[1].set(xlabel="processor time (s)")
    axes[0].legend(fontsize=8)
    path = FIGURES / f"benchmark_{benchmark.name}.png"
    picture.savefig(path, dpi=130)
    plt.close(picture)
    return path


def overview() -> Path:
    """Draw error against processor time of all codes over all benchmarks, and return the file."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    picture, axes = plt.subplots(2, 2, figsize=(8.0, 6.0), layout="constrained")
    looks = {"ssbmech": ("o", "#0b5394"), "scikit-fem": ("s", "#b45f06")}
    for axis, benchmark in zip(axes.flat, BENCHMARKS, strict=True):
        rows, found = convergence.read(benchmark.name), limits(benchmark)
        truth = {quantity: each.value for quantity, each in reference(found).items()}
        for code in found:
            marker, color = looks[code]
            table = convergence.errors(rows, code, truth)
            for words, chosen, style in PATHS:
                label = f"{code}, {words}"
                _draw(axis, [table[k] for k in chosen], 1, marker, style, color, label)
        axis.set_title(benchmark.name.replace("_", " "), fontsize=10)
    for axis in axes[-1]:
        axis.set_xlabel("processor time (s)")
    for axis in axes[:, 0]:
        axis.set_ylabel("mean relative error (1)")
    lines, labels = axes[0, 0].get_legend_handles_labels()
    picture.legend(lines, labels, loc="outside upper center", ncols=2, fontsize=8)
    path = FIGURES / "benchmark_costs.png"
    picture.savefig(path, dpi=130)
    plt.close(picture)
    return path


def _draw(axis: Any, table: Sequence[tuple[float, ...]], column: int, *look: str) -> None:
    marker, style, color, label = look
    axis.loglog(
        [row[column] for row in table], [row[2] for row in table],
        marker=marker, linestyle=style, color=color, label=label,
    )  # fmt: skip
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for each in (axis.xaxis, axis.yaxis):
        each.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        each.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        each.set_minor_formatter(NullFormatter())
    axis.grid(visible=True, which="major", alpha=0.3)


def main() -> int:
    """Write pages, and figures if asked to, and return the exit status."""
    parser = argparse.ArgumentParser(description="Write the results of the benchmarks' pages.")
    parser.add_argument("--figures", action="store_true", help="draw the figures, too")
    chosen = parser.parse_args()
    for benchmark in BENCHMARKS:
        if not limits(benchmark):
            continue
        (PAGES / f"{benchmark.name}.md").write_text(page(benchmark), "utf-8")
        print(PAGES / f"{benchmark.name}.md")
        if chosen.figures:
            print(figure(benchmark))
    if chosen.figures:
        print(overview())
    return 0


if __name__ == "__main__":
    sys.exit(main())
