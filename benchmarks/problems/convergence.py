# SPDX-License-Identifier: BSD-3-Clause
r"""Convergence of a benchmark's quantities: extrapolated values, with how uncertain they are.

Of three values with a refinement ratio r the observed order and the estimate of the error are
Richardson's, and the uncertainty is the grid convergence index [roache1997]:

.. math::

    p = \frac{\ln |(f_1 - f_2) / (f_2 - f_3)|}{\ln r}, \qquad
    \delta = \frac{f_3 - f_2}{r^p - 1}, \qquad U = F_s |\delta|

with F_s = 1.25 where the values go one way with an order of 0.5 at least, and otherwise three times
the largest difference. An order above the formal one is not believed. Python's own library only, so
that programs without DOLFINx use it, too.
"""

from __future__ import annotations

import csv
import math
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "docs" / "benchmarks" / "data"
"""Where the results are kept."""

SAFETY, DOUBT = 1.25, 3.0
"""Factors on the estimate of the error, and on the differences where there is none [1]."""

MESHES, STEPS = 3, 3
"""Meshes at the longest steps, and lengths of step on the coarsest mesh."""


@dataclass(frozen=True)
class Estimate:
    """What three values say of the one they go to.

    Attributes:
        correction: what the last is short of the limit, as estimated.
        uncertainty: of the limit; about 95 %.
        order: observed; nan where the values do not go one way.
    """

    correction: float
    uncertainty: float
    order: float


def estimate(values: Sequence[float], formal: float, ratio: float = 2.0) -> Estimate:
    """Return the estimate from coarse, medium and fine.

    Args:
        values: three values, each of a discretisation finer by `ratio`.
        formal: order that the method can have [1].
        ratio: ratio of refinement [1].

    Raises:
        ValueError: there are not three values.
    """
    coarse, medium, fine = values
    first, last = medium - coarse, fine - medium
    largest = max(abs(first), abs(last))
    if largest <= 1e-12 * max(map(abs, values)):
        return Estimate(0.0, DOUBT * largest, math.nan)
    if first * last <= 0.0:
        return Estimate(0.0, DOUBT * largest, math.nan)
    order = math.log(first / last) / math.log(ratio)
    if order < 0.5:
        return Estimate(0.0, DOUBT * largest, order)
    correction = last / (ratio ** min(order, formal) - 1.0)
    return Estimate(correction, SAFETY * abs(correction), order)


@dataclass(frozen=True)
class Row:
    """A value that a code has found.

    Attributes:
        code: name of the code.
        mesh: 0 for the coarsest mesh; each next has half the cell size.
        steps: 0 for the longest time steps; each next has half their length.
        unknowns: number of unknowns.
        seconds: processor time [s].
        quantity: what it is.
        unit: its unit.
        value: the value.
    """

    code: str
    mesh: int
    steps: int
    unknowns: int
    seconds: float
    quantity: str
    unit: str
    value: float


@dataclass(frozen=True)
class Limit:
    """The value of a quantity for infinitely fine meshes and steps, as a code's runs have it.

    Attributes:
        value: extrapolated.
        uncertainty: of mesh and steps together; about 95 %.
        space: what the meshes say.
        time: what the steps say.
    """

    value: float
    uncertainty: float
    space: Estimate
    time: Estimate


def limit(runs: Mapping[tuple[int, int], float], space: float, steps: float) -> Limit:
    """Return the limit of a quantity.

    Args:
        runs: value by mesh and steps: three meshes at steps 0, three steps at mesh 0.
        space: formal order in the cell size [1].
        steps: formal order in the length of step [1].
    """
    by_mesh = estimate([runs[k, 0] for k in range(MESHES)], space)
    by_step = estimate([runs[0, k] for k in range(STEPS)], steps)
    finest = runs[MESHES - 1, 0] + by_mesh.correction
    value = finest + runs[0, STEPS - 1] - runs[0, 0] + by_step.correction
    uncertainty = math.hypot(by_mesh.uncertainty, by_step.uncertainty)
    return Limit(value, uncertainty, by_mesh, by_step)


def levels() -> list[tuple[int, int]]:
    """Return mesh and steps of each run of a study of convergence."""
    return [*((0, k) for k in range(STEPS)), *((k, 0) for k in range(1, MESHES))]


def read(name: str) -> list[Row]:
    """Return what the file of a benchmark holds; nothing if there is none."""
    path = DATA / f"{name}.csv"
    if not path.exists():
        return []
    kinds = {"mesh": int, "steps": int, "unknowns": int, "seconds": float, "value": float}
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    return [Row(**{key: kinds.get(key, str)(text) for key, text in row.items()}) for row in found]


def write(name: str, code: str, rows: Iterable[Row]) -> Path:
    """Put the rows of a code into the file of a benchmark, in place of those it had; return it."""
    kept = [row for row in read(name) if row.code != code]
    path = DATA / f"{name}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [f.name for f in fields(Row)], lineterminator="\n")
        writer.writeheader()
        for row in sorted([*kept, *rows], key=lambda r: (r.code, r.mesh, r.steps)):
            shown = {**asdict(row), "seconds": f"{row.seconds:.3g}", "value": f"{row.value:.9g}"}
            writer.writerow(shown)
    return path


Solve = Callable[[int, int], tuple[int, Mapping[tuple[str, str], float]]]
"""Takes mesh and steps; returns the number of unknowns, and values by quantity and unit."""


def study(name: str, code: str, solve: Solve, runs: Iterable[tuple[int, int]] = ()) -> None:
    """Run a study of convergence with a code, write what it found, and print it.

    Args:
        name: name of the benchmark.
        code: name of the code.
        solve: runs it once.
        runs: mesh and steps of the runs; all that a study takes if there are none.
    """
    chosen, rows = list(runs), []
    for mesh, steps in chosen or levels():
        start = time.process_time()
        unknowns, values = solve(mesh, steps)
        seconds = time.process_time() - start
        print(f"{code}, mesh {mesh}, steps {steps}: {unknowns} unknowns, {seconds:.1f} s")
        for (quantity, unit), value in values.items():
            print(f"    {quantity}: {value:.8g} {unit}", flush=True)
            rows.append(Row(code, mesh, steps, unknowns, seconds, quantity, unit, value))
    if not chosen:
        print(write(name, code, rows))


def limits(rows: Sequence[Row], code: str, space: float, steps: float) -> dict[str, Limit]:
    """Return the limit of each quantity as a code's rows have it."""
    found: dict[str, dict[tuple[int, int], float]] = {}
    for row in rows:
        if row.code == code:
            found.setdefault(row.quantity, {})[row.mesh, row.steps] = row.value
    return {quantity: limit(runs, space, steps) for quantity, runs in found.items()}


def errors(rows: Sequence[Row], code: str, truth: Mapping[str, float]) -> list[tuple[float, ...]]:
    """Return unknowns, processor time [s] and the mean relative error of each run of a code."""
    found = []
    for mesh, steps in levels():
        own = [r for r in rows if r.code == code and (r.mesh, r.steps) == (mesh, steps)]
        if own:
            # what is nothing has no relative error
            counted = [r for r in own if truth[r.quantity]]
            error = statistics.mean(abs(r.value / truth[r.quantity] - 1.0) for r in counted)
            found.append((own[0].unknowns, own[0].seconds, error))
    return found
