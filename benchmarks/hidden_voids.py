# SPDX-License-Identifier: BSD-3-Clause
"""What a law of hidden voids costs: steps with it over steps without it, in one process.

    ./ssb python benchmarks/hidden_voids.py

A lens void at a lithium electrode is stripped for an hour under 1 MPa by the same prescribed steps,
with the law and without it, in turns. The exit status tells whether processor time per step and
iterations per step are within their limits.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time

import numpy as np

import ssbmech as ssb
from tests.small_cell import WORKING, void_cell
from tests.stripping import props, strip
from tests.tools import March, march

COST_LIMIT = 1.05
"""Largest processor time of a step over that of one without the law [1]."""

ITERATIONS_LIMIT = 1.1
"""Largest number of iterations of a step over that of one without the law [1]."""

STEPS = (0.5, 0.5, *(0.05 * 1.7**k for k in range(14)), *[60.0] * 57)
"""Time steps, growing from the start of stripping as those of the step control do [s]."""


def cell(laws: tuple[ssb.ProppedInterface, ...], size: float) -> ssb.Case:
    """Return the cell with laws at its working electrode.

    Args:
        laws: the laws.
        size: size of the cells at the interfaces [um].
    """
    case = void_cell(size=size, depth=200.0, protocol=(ssb.Preload(1.0), strip(3600.0)))
    working = dataclasses.replace(case.interfaces[0], laws=laws)
    return dataclasses.replace(
        case,
        interfaces=(working, case.interfaces[1]),
        step_control=ssb.PrescribedSteps(STEPS),
    )


def timed(case: ssb.Case) -> tuple[float, float, March]:
    """Return processor time and iterations of a step of stripping, and the run."""
    run = march(case, watch=lambda cell: time.process_time())
    return float(np.mean(np.diff(run.seen))), float(np.mean(run.series("newton_iterations"))), run


def main() -> int:
    """Run both in turns and print their ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=0.5, help="cells at the interfaces [um]")
    parser.add_argument("--pairs", type=int, default=3, help="pairs of runs")
    options = parser.parse_args()
    costs, iterations = [], []
    for _ in range(options.pairs):
        with_law = timed(cell((props(),), options.size))
        without = timed(cell((), options.size))
        costs.append(with_law[0] / without[0])
        iterations.append(with_law[1] / without[1])
    height = 1e9 * with_law[2].series(f"void_height_mean:{WORKING}")[-1]
    rows = sum(unknown.owned for unknown in with_law[2].cell.unknowns)
    cost, more = float(np.median(costs)), float(np.median(iterations))
    print(
        f"{rows} unknowns, hidden voids of {height:.0f} nm at the end\n"
        f"processor time of a step {cost:.3f} times (limit {COST_LIMIT:g}), "
        f"iterations {more:.3f} times (limit {ITERATIONS_LIMIT:g})"
    )
    return 0 if cost <= COST_LIMIT and more <= ITERATIONS_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
