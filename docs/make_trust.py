# SPDX-License-Identifier: BSD-3-Clause
r"""Write docs/trust.md: claims and the tests that hold them, uncertainties, validation.

    python3 docs/make_trust.py

From docs/trust.toml (claims, experiments), docs/verification.md (what the tests measured),
docs/benchmarks/data (values with the uncertainty of mesh and steps) and docs/pressure_swing.json.
Validation is that of ASME V&V 20 [asme2009]: with the model's value S and the experiment's D,

.. math:: E = S - D, \qquad u_{val} = \sqrt{u_{num}^2 + u_{input}^2 + u_D^2}, \qquad
          E - 2 u_{val} \le \delta_{model} \le E + 2 u_{val}
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

DOCS: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS))

import make_benchmarks  # noqa: E402

PAGE: Final = DOCS / "trust.md"
COVERAGE: Final = 2.0
"""Expanded over standard uncertainty, about 95 % [1]."""

STEPPING: Final = 0.01
"""What half as many steps change of the ratio of two swings, relative to it [1]."""

SHOWN: Final = {
    "closing_void": ("u_x at (a, 0), 3601 s", "area closed, 3601 s"),
    "particle_debond": ("voltage, 1800 s", "gap, 1800 s"),
    "stripped_strip": ("threshold",),
    "fixed_gap_cell": ("pressure, 3600 s", "voltage, 3600 s"),
}
"""Quantities of the benchmarks that the page shows."""

_INTRODUCTION: Final = """\
<!-- Written by docs/make_trust.py from docs/trust.toml; do not edit. -->

# How far to trust it

Three questions, in the words of ASME V&V 20 [asme2009]: are the equations
solved that are stated (code verification), how uncertain is a solution by mesh and steps
(solution verification), and how far is the model from experiments (validation). Limits of the
model itself are on a [page of their own](limits.md).

## Claims and the tests that hold them

Each claim stands on its page in these words. Figures are those of
[verification.md](verification.md), measured on one rank; a test fails above the limit.
"""

_SOLUTION: Final = """\
## Numbers and what mesh and steps leave open

Values for infinitely fine meshes and steps, each by two codes
([benchmarks](benchmarks/README.md)), with their grid convergence indices, about 95 %. Numbers
elsewhere in these pages come with a statement of their own on convergence, if one was made:
[voids](void_study.md), [verification notes](verification_notes.md).
"""

_VALIDATION: Final = """\
## Experiments

$S$ is the model, $D$ the experiment, $E = S - D$, and $u_{val}$ the root of the sum of squares of
three standard uncertainties: of mesh and steps, of the inputs, and of the experiment. The error
of the model lies within $E \\pm 2 u_{val}$ (about 95 %). Where $|E| < 2 u_{val}$ the comparison
cannot tell the model from the truth: good agreement with a large $u_{val}$ says little. A row
that is *calibrated* was made to agree, and validates nothing.
"""

_REMARKS: Final = """\
**What is missing.** No source states its uncertainty; those of $D$ are assumptions, named above.
Those of inputs are judgements of their ranges, taken as independent. Contact lost in composites
is compared by trend only ([notes](verification_notes.md)): the radii, pressures and states of
charge of the experiments are not those of the computed spheres. Nothing here has been compared
with an experiment made for the purpose.
"""


@dataclass(frozen=True)
class Experiment:
    """A model's value against an experiment's, with standard uncertainties.

    Attributes:
        what: what was measured.
        unit: its unit.
        simulated: the model's value S.
        numerical: uncertainty by mesh and steps.
        input: uncertainty by the inputs.
        measured: the experiment's value D.
        data: its uncertainty.
        calibrated: whether the model was made to agree.
        how: how the uncertainties were come by.
        source: of D.
    """

    what: str
    unit: str
    simulated: float
    numerical: float
    input: float
    measured: float
    data: float
    calibrated: bool
    how: str
    source: str

    @property
    def error(self) -> float:
        """E = S - D."""
        return self.simulated - self.measured

    @property
    def validation(self) -> float:
        """Standard uncertainty of E."""
        return math.hypot(self.numerical, self.input, self.data)

    @property
    def verdict(self) -> str:
        """What follows."""
        if self.calibrated:
            return "calibrated"
        if abs(self.error) < COVERAGE * self.validation:
            return "not told apart"
        return "the model is off"

    def row(self) -> str:
        """Return it as a row of a table."""
        numbers = (self.simulated, self.measured, self.error, self.numerical, self.input, self.data)
        shown = [f"{number:.3g}" for number in (*numbers, self.validation)]
        low, high = (self.error + sign * COVERAGE * self.validation for sign in (-1, 1))
        cells = [self.what, self.unit, *shown, f"{low:.2g} to {high:.2g}", self.verdict]
        return _line(*cells)


def told() -> Mapping[str, Any]:
    """Return what docs/trust.toml holds."""
    return tomllib.loads((DOCS / "trust.toml").read_text("utf-8"))


def measured() -> dict[tuple[str, str], tuple[str, str]]:
    """Return value and limit of each figure of docs/verification.md, by item and quantity."""
    found, item = {}, ""
    for line in (DOCS / "verification.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            item = line.removeprefix("## ")
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4:
            quantity = cells[0].replace("\\|", "|")
            found[item, quantity] = (cells[1], cells[2])
    return found


def experiments() -> list[Experiment]:
    """Return all experiments."""
    given = told()
    found = [
        Experiment(
            **{name: each[name] for name in ("what", "unit", "simulated", "numerical", "input")},
            **{name: each[name] for name in ("measured", "data", "calibrated", "source")},
            how=f"inputs: {each['input_how']}; data: {each['data_how']}",
        )
        for each in given["experiment"]
    ]
    swings = json.loads((DOCS / "pressure_swing.json").read_text("utf-8"))
    computed = {each["cell"]: each for each in swings}
    for each in given["swing"]:
        of = computed[each["cell"]]
        largest = sorted(of["parts"], key=lambda name: -abs(of["parts"][name]))[:2]
        found.append(
            Experiment(
                what=f"{each['cell']}: swing of pressure over that of lithium | NMC811".replace(
                    "|", "\\|"
                ),
                unit="1",
                simulated=of["over lithium"],
                numerical=STEPPING * abs(of["over lithium"]),
                input=of["input"],
                measured=each["measured"],
                data=each["data"],
                calibrated=False,
                how=f"steps: a percent, by halving; inputs: mostly {' and '.join(largest)}; "
                "data: the last digit, even",
                source="Koerver et al. (2018)",
            )
        )
    return found


def page() -> str:
    """Return the page."""
    return "\n".join([*_claims(), *_solutions(), *_validation()])


def _claims() -> Iterator[str]:
    yield _INTRODUCTION
    yield _line("claim", "page", "tests", "figure: measured (limit)")
    yield _line(*["---"] * 4)
    known = measured()
    for claim in told()["claim"]:
        page = DOCS.parent / claim["page"]
        link = f"[{page.name}]({_relative(page)})"
        tests = "<br>".join(_test(name) for name in claim["tests"])
        figures = "<br>".join(
            f"{quantity}: {known[item, quantity][0]} ({known[item, quantity][1]})".replace(
                "|", "\\|"
            )
            for item, quantity in claim.get("figures", ())
        )
        yield _line(claim["words"].replace("|", "\\|"), link, tests, figures)
    yield ""


def _test(name: str) -> str:
    file, _, function = name.partition("::")
    return f"[`{function}`](../{file})"


def _relative(page: Path) -> str:
    return str(page.relative_to(DOCS)) if page.is_relative_to(DOCS) else f"../{page.name}"


def _solutions() -> Iterator[str]:
    yield _SOLUTION
    yield _line("benchmark", "quantity", "unit", "ssbmech", "second code", "apart over uncertainty")
    yield _line(*["---"] * 6)
    for benchmark in make_benchmarks.BENCHMARKS:
        found = make_benchmarks.limits(benchmark)
        units = {row.quantity: row.unit for row in make_benchmarks.convergence.read(benchmark.name)}
        for quantity in SHOWN[benchmark.name]:
            values = [
                make_benchmarks.digits(of[quantity].value, of[quantity].uncertainty)
                for of in found.values()
            ]
            ratio = make_benchmarks.ratio(found, quantity)
            link = f"[{benchmark.name}](benchmarks/{benchmark.name}.md)"
            unit = units[quantity].replace("um2", "µm²").replace("um", "µm")
            yield _line(link, quantity, unit, *values, f"{ratio:.2f}")
    yield ""


def _validation() -> Iterator[str]:
    yield _VALIDATION
    heads = ("S", "D", "E", "u_num", "u_input", "u_D", "u_val", "error of the model", "verdict")
    yield _line("what", "unit", *heads)
    yield _line(*["---"] * (2 + len(heads)))
    found = experiments()
    yield from (each.row() for each in found)
    yield ""
    yield _line("what", "how uncertain, and why", "source of D")
    yield _line(*["---"] * 3)
    for each in found:
        source = f"[{each.source}]" if each.source.isalnum() else each.source
        yield _line(each.what, each.how, source)
    yield ""
    yield _REMARKS


def _line(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page and return the exit status."""
    argparse.ArgumentParser(description="Write docs/trust.md.").parse_args(arguments)
    PAGE.write_text(page(), "utf-8")
    print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
