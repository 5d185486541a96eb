# SPDX-License-Identifier: BSD-3-Clause
"""What it costs that metal moves: a void is plated and stripped with meshes at rest and that move.

    ./ssb python benchmarks/moving.py
    ./ssb python benchmarks/moving.py --size 1 --minutes 2

runs the void case of the package's cases in turn, at rest, moving, moving, at rest, in one process
on one core, and prints processor times and their ratios as JSON. Nothing is written by the runs.
The exit status tells whether both ratios are within their limits.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from mpi4py import MPI

import ssbmech as ssb
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.run.case_script import CaseScript
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import TimeLoop

CASE = CaseScript.load(Path(__file__).parents[1] / "cases" / "li_void" / "case.py")

ITERATION_LIMIT, CYCLE_LIMIT = 1.1, 1.5
"""Processor time of a Newton iteration and of all of a run, moving over at rest, at most [1]."""


class TimedNewton(Newton):
    """Newton's method that counts its iterations and its processor time, those of failures too."""

    seconds, iterations = 0.0, 0

    def solve(self, retreat: Callable[[], None] = lambda: None) -> SolveReport:
        """Solve a step."""
        start = time.process_time()
        try:
            report = super().solve(retreat)
        finally:
            self.seconds += time.process_time() - start
        self.iterations += report.iterations
        return report


@dataclass
class Counts:
    """Counts steps.

    Attributes:
        accepted: number of accepted steps.
        rejected: reasons of rejected steps, how often each.
    """

    accepted: int = 0
    rejected: Counter[str] = field(default_factory=Counter)

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Count it."""
        self.accepted += 1

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Count it."""
        self.rejected[reason] += 1

    def on_step_end(self, number: int, step: object, reason: str) -> None:
        """Nothing to do."""

    def on_settled(self, position: Position, last: bool) -> None:
        """Nothing is kept."""


def run(case: ssb.Case) -> dict[str, float]:
    """Run a case without a folder, and return its figures."""
    cell = CellModel(case, case.geometry.build(MPI.COMM_SELF))
    newton = TimedNewton(cell.system, case.newton, case.linear_solver, "moving_")
    counts, control = Counts(), case.step_control
    loop = TimeLoop(
        cell, newton, Measurement(cell), counts, control.sizer(), control.tolerances, lambda: False
    )
    start = time.process_time()
    loop.run(case.protocol)
    seconds = time.process_time() - start
    for reason, count in counts.rejected.items():
        print(f"{count} rejected: {reason}", file=sys.stderr)
    return {
        "unknowns": float(cell.system.matrix.mat.getSize()[0]),
        "steps": float(counts.accepted),
        "rejected": float(counts.rejected.total()),
        "iterations": float(newton.iterations),
        "newton [s]": newton.seconds,
        "all [s]": seconds,
    }


def main() -> int:
    """Run the benchmark and print its figures."""
    about = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--size", type=float, default=0.5, help="cells at the void's edge in um")
    parser.add_argument("--pressure", type=float, default=1.0, help="of the spring at first in MPa")
    parser.add_argument("--minutes", type=float, default=10.0, help="of plating and of stripping")
    options = parser.parse_args()
    given = [f"--size={options.size:g}", f"--minutes={options.minutes:g}"]
    given.append(f"--pressure={options.pressure:g}")
    at_rest, moving = CASE.case(given), CASE.case([*given, "--moving"])
    figures = [run(case) for case in (at_rest, moving, moving, at_rest)]
    whole = {
        name: {key: 0.5 * (figures[a][key] + figures[b][key]) for key in figures[a]}
        for name, a, b in (("at rest", 0, 3), ("moving", 1, 2))
    }
    cost = {name: row["newton [s]"] / row["iterations"] for name, row in whole.items()}
    ratios = {
        "iteration": cost["moving"] / cost["at rest"],
        "iterations a step": (whole["moving"]["iterations"] / whole["moving"]["steps"])
        / (whole["at rest"]["iterations"] / whole["at rest"]["steps"]),
        "all": whole["moving"]["all [s]"] / whole["at rest"]["all [s]"],
    }
    limits = {"iteration": ITERATION_LIMIT, "all": CYCLE_LIMIT}
    print(json.dumps({**whole, "moving over at rest": ratios, "limits": limits}, indent=1))
    return 0 if all(ratios[name] <= limit for name, limit in limits.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
