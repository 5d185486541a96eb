# SPDX-License-Identifier: BSD-3-Clause
"""Cost of a Newton iteration of a full cell, against the bare factorisation of its matrix.

    ./ssb python benchmarks/full_cell.py             # the cell of cases/nmc_cell
    ./ssb python benchmarks/full_cell.py --solid     # more than fifteen spheres in space

Knobs of the case may follow.

The first charges the cell for a few prescribed steps; the limit is a numeric factorisation and a
solve of the last matrix with petsc4py, symbolic analysis kept.
"""

from __future__ import annotations

import argparse
import dataclasses
import resource
import time
from collections import defaultdict
from pathlib import Path

from mpi4py import MPI

import ssbmech as ssb
from ssbmech.case.step_control import Tolerances
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.lithium import Lithium
from ssbmech.run.case_script import CaseScript
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import TimeLoop
from ssbmech.units import hour, s

CELL = CaseScript.load(Path(__file__).parents[1] / "cases" / "nmc_cell" / "case.py")

RATIO_LIMIT = 1.4
"""Largest time of a Newton iteration over the limit in two dimensions [1]."""


class Unwatched:
    """A watcher that measures nothing: the benchmark is about solving."""

    def measure(self, dt: float, step: int) -> Row:
        """Return a row in which nothing that ends a step ever changes."""
        return defaultdict(lambda: 0.5)

    def check(self, row: Row) -> None:
        """Nothing to check."""

    def measure_observed(self) -> Row:
        """Return an empty row."""
        return {}

    def commit(self, dt: float) -> None:
        """Nothing to keep."""


class Recorder:
    """Keeps the time of every step, from the end of the one before."""

    def __init__(self) -> None:
        """Start the clock."""
        self.laps: list[tuple[float, SolveReport]] = []
        self._start = time.process_time()

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Keep the step's figures."""
        self.laps.append((time.process_time() - self._start, report))
        self._start = time.process_time()
        print(f"  step {len(self.laps)}: {report.iterations} iterations", flush=True)

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """A prescribed step that fails ends the run."""

    def on_step_end(self, number: int, step: ssb.Rest, reason: str) -> None:
        """Nothing to do."""

    def on_settled(self, position: Position, last: bool) -> None:
        """Nothing is kept."""


def solid_case(size: float) -> ssb.Case:
    """Return the cell of cases/nmc_cell in three dimensions, a cube of spheres in its cathode."""
    cube = ("--solid", "--width=14", "--cathode=14", "--diameter=5")
    packing = ("--distance=0.3", "--fraction=0.42", f"--size={size}")
    return CELL.case([*cube, *packing])


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--solid", action="store_true", help="three dimensions")
    parser.add_argument("--size", type=float, default=1.0, help="cell size at spheres [um]")
    parser.add_argument("--steps", type=int, default=5, help="steps of the charge")
    options, knobs = parser.parse_known_args()
    case = solid_case(options.size) if options.solid else CELL.case(knobs)
    lengths = (10.0, *(60.0,) * options.steps)
    case = dataclasses.replace(
        case,
        protocol=(ssb.Preload(10 * s), ssb.Charge(0.2 / hour, to=4.25, duration=sum(lengths[1:]))),
        step_control=ssb.PrescribedSteps(lengths),
    )
    start = time.perf_counter()
    tagged = case.geometry.build(MPI.COMM_WORLD)
    print(f"mesh {time.perf_counter() - start:.1f} s")
    start = time.perf_counter()
    cell = CellModel(case, tagged)
    unknowns = sum(w.owned for w in cell.unknowns)
    host = cell.bodies["nmc811"].parts.get(Lithium, "the cathode hosts lithium")
    particles = len(host.particles.centres)
    print(
        f"model {time.perf_counter() - start:.1f} s, {unknowns:,d} unknowns, {particles} particles"
    )
    newton = Newton(cell.system, case.newton, case.linear_solver, "full_cell_")
    recorder = Recorder()
    sizer = case.step_control.sizer()
    TimeLoop(cell, newton, Unwatched(), recorder, sizer, Tolerances()).run(case.protocol)
    show(recorder, newton, unknowns)


def show(recorder: Recorder, newton: Newton, unknowns: int) -> None:
    """Print costs per Newton iteration, the limit, and the memory."""
    # the first step analyses the pattern and compiles what is not compiled yet
    laps = recorder.laps[1:]
    iterations = sum(report.iterations for _, report in laps)
    scale = 1e6 / unknowns
    total = scale * sum(seconds for seconds, _ in laps) / iterations
    for phase in ("residual", "jacobian", "factorisation", "solve"):
        cost = scale * sum(report.seconds[phase] for _, report in laps) / iterations
        print(f"{phase:<24}{cost:>10.3f} us")
    matrix = newton.system.matrix.mat
    limits = []
    for _ in range(3):
        matrix.stateIncrease()
        start = time.process_time()
        newton.linear.set_up()
        newton.linear.solve(newton.system.rhs, newton.system.increment)
        limits.append(scale * (time.process_time() - start))
    limit = sorted(limits)[1]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{'total':<24}{total:>10.3f} us per Newton iteration and unknown, processor time")
    print(f"{'limit':<24}{limit:>10.3f} us")
    print(f"{'total / limit':<24}{total / limit:>10.2f}")
    print(f"{'iterations a step':<24}{iterations / len(laps):>10.2f}")
    print(f"{'peak memory':<24}{memory:>10.2f} GB")


if __name__ == "__main__":
    main()
