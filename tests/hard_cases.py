# SPDX-License-Identifier: BSD-3-Clause
"""The iterative linear solver on cells that are hard for it (`tests.hard_cells`).

    ./ssb python -m tests.hard_cases              # the table of docs/theory/solver3d.md
    ./ssb python -m tests.hard_cases void flat    # some rows of it

Each cell is marched by the direct solver; at every iterate of Newton's method the same system is
solved by iteration too, to two residuals, and both solutions are compared.
"""

from __future__ import annotations

import contextlib
import dataclasses
import sys

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np

import ssbmech as ssb
from ssbmech.errors import StepTooSmall
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.solve.iterative import Preconditioned
from ssbmech.solve.linear import LinearSystem, Outcome
from ssbmech.solve.newton import Newton
from ssbmech.solve.system import System
from ssbmech.solve.time_loop import TimeLoop
from tests.hard_cells import CASES
from tests.tools import March

RESIDUALS = (1e-4, 1e-8)
"""Residuals over that of Newton's method at which iterations are counted [1]."""

MOST = 100
"""Iterations after which the direct solver takes over [1]."""


class Shadow:
    """A linear solver that is followed by the iterative one, whose answers are compared only.

    Attributes:
        counts: iterations to each of the residuals, system by system; more than most for a failure.
        failures: why the iteration failed.
        apart: largest difference between both solutions, over their size [1].
    """

    def __init__(self, inner: LinearSystem, system: System) -> None:
        """Follow a solver of a system."""
        self._inner = inner
        preset = ssb.Iterative(forcing=min(RESIDUALS), max_iterations=MOST)
        self._followed = Preconditioned(system, preset, "hard_")
        self._system = system
        self.counts, self.failures = list[list[int]](), list[str]()
        self.apart = 0.0
        self.state, self.restore = inner.state, inner.restore

    def set_up(self) -> None:
        self._inner.set_up()
        self._followed.set_up()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        outcome = self._inner.solve(rhs, solution)
        found, counts = solution.duplicate(), list[int]()
        for residual in RESIDUALS:
            followed = self._followed.solve(rhs, found, residual * rhs.norm())
            counts.append(followed.iterations if followed.converged else MOST + 1)
            if not followed.converged:
                self.failures.append(followed.reason)
        if counts[-1] <= MOST:
            found.axpy(-1.0, solution)
            self.apart = max(self.apart, found.norm() / solution.norm())
        self.counts.append(counts)
        found.destroy()
        return outcome

    def destroy(self) -> None:
        self._inner.destroy()

    def renew(self) -> None:
        self._inner.renew()


def follow(case: ssb.Case, comm: MPI.Intracomm = MPI.COMM_WORLD) -> tuple[March, Shadow]:
    """March a case by the direct solver as far as it goes, followed by iteration; collective."""
    case = dataclasses.replace(case, linear_solver=ssb.Direct())
    cell = CellModel(case, case.geometry.build(comm))
    done = March(cell, Measurement(cell))
    newton = Newton(cell.system, case.newton, case.linear_solver, "hard_direct_")
    newton.linear = shadow = Shadow(newton.linear, cell.system)
    control = case.step_control
    loop = TimeLoop(cell, newton, done.observer, done, control.sizer(), control.tolerances)
    # systems up to where Newton's method itself comes to no end are none the worse
    with contextlib.suppress(StepTooSmall):
        loop.run(case.protocol)
    return done, shadow


def line(name: str) -> str:
    """Return a row of the table; collective."""
    done, shadow = follow(CASES[name]())
    free = done.cell.system.free_unknowns()
    to = [np.array([each[k] for each in shadow.counts]) for k in range(len(RESIDUALS))]
    shown = " / ".join(f"{np.median(c):.0f}-{c.max()}" for c in to)
    why = "; ".join(f"{shadow.failures.count(w)} x {w}" for w in dict.fromkeys(shadow.failures))
    return f"| {name} | {free} | {len(shadow.counts)} | {shown} | {shadow.apart:.1e} | {why} |"


def main() -> None:
    """Print the table, or some rows of it."""
    for name in sys.argv[1:] or CASES:
        try:
            text = line(name)
        except Exception as failure:
            text = f"| {name} | {type(failure).__name__}: {failure} |"
        if MPI.COMM_WORLD.rank == 0:
            print(text, flush=True)


if __name__ == "__main__":
    main()
