# SPDX-License-Identifier: BSD-3-Clause
"""Linear solvers made from presets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np

from ssbmech.case.linear_solver import LinearSolver
from ssbmech.solve.system import System

SLOW = 60
"""Iterations of one solution above which it is worth to know what held it up [1]."""


@dataclass(frozen=True)
class Outcome:
    """How a linear solution went.

    Attributes:
        converged: whether there is one.
        iterations: iterations it took; 1 for a direct one.
        reason: why there is none, in words; empty if there is one.
        fallback: whether a direct solver took the place of the iterative one.
        largest: name of the field with the largest residual, if there were many iterations.
        final: whether trying once more, with another analysis, is of no use.
    """

    converged: bool
    iterations: int = 1
    reason: str = ""
    fallback: bool = False
    largest: str = ""
    final: bool = False


class LinearSystem(Protocol):
    """Role of what solves a system with the present values of its matrix."""

    def set_up(self) -> None:
        """Follow the values of the matrix; collective."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        """Solve for a right-hand side; collective.

        Args:
            rhs: right-hand side.
            solution: takes the solution.
            enough: norm of the residual that is as good as none.
        """

    def renew(self) -> None:
        """Forget what was learnt from earlier values; collective."""

    def state(self) -> dict[str, Any]:
        """Return what decides how later systems are solved, as plain data."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave, be it that of another solver."""

    def destroy(self) -> None:
        """Give the memory back; collective."""


def largest_field(system: System, residual: PETSc.Vec) -> str:
    """Return the name of the field with the largest part of a residual; collective."""
    values, bounds = residual.array_r, pairwise(system.numbering.starts)
    squares = np.array([float(np.sum(values[a:b] ** 2)) for a, b in bounds])
    system.comm.Allreduce(MPI.IN_PLACE, squares, op=MPI.SUM)
    return system.unknowns[int(np.argmax(squares))].key


@contextmanager
def lent(options: Mapping[str, str]) -> Iterator[None]:
    """Put options into PETSc's database for a while, in front of others of the same names.

    The database is one for the whole process: what stayed in it would decide for the next solver of
    the same prefix. Afterwards it is as it was, with the user's own options.

    Args:
        options: values by name, prefix included.
    """
    database = PETSc.Options()
    before = {name: value for name, value in database.getAll().items() if name in options}
    for name, value in options.items():
        database[name] = value
    try:
        yield
    finally:
        for name in options:
            database.delValue(name)
        for name, value in before.items():
            # a flag has no value
            database[name] = "" if value is None else value


class Solver:
    """A linear solver for one matrix, configured by a preset under a prefix of its own.

    PETSc reads some options only when it sets up or solves, those of MUMPS at the analysis and
    those of blocks when it meets them; so they are lent to the database for each of these calls.

    Args:
        matrix: the matrix, whose entries may change and whose pattern may not.
        preset: PETSc options.
        prefix: prefix of their names.
    """

    def __init__(self, matrix: PETSc.Mat, preset: LinearSolver, prefix: str) -> None:
        """Configure the solver; the first factorisation does the analysis.

        Raises:
            ValueError: the prefix is empty.
        """
        if not prefix:
            raise ValueError("a solver needs an options prefix of its own")
        options = preset.options(matrix.comm.size)
        self._options = {f"{prefix}{name}": value for name, value in options.items()}
        self._matrix, self._preset, self._prefix = matrix, preset, prefix
        self.ksp = self._made()

    def _made(self) -> PETSc.KSP:
        """Return a solver that has analysed nothing yet."""
        if self._preset.definite:
            self._matrix.setOption(PETSc.Mat.Option.SPD, True)
            self._matrix.setOption(PETSc.Mat.Option.SYMMETRY_ETERNAL, True)
        ksp = PETSc.KSP().create(self._matrix.comm)
        ksp.setOptionsPrefix(self._prefix)
        ksp.setOperators(self._matrix)
        with lent(self._options):
            ksp.setFromOptions()
            if self._preset.definite:
                # the next assembly forgets that the matrix is definite: choose the factorisation
                ksp.getPC().setFactorSetUpSolverType()
        return ksp

    def set_up(self) -> None:
        """Factorise the present matrix; collective."""
        self.ksp.setOperators(self._matrix)
        with lent(self._options):
            self.ksp.setUp()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        """Solve for a right-hand side, as far as the options ask; collective."""
        with lent(self._options):
            self.ksp.solve(rhs, solution)
        converged = bool(self.ksp.getConvergedReason() > 0)
        iterations = max(self.ksp.getIterationNumber(), 1)
        return Outcome(converged, iterations, "" if converged else "the factorisation failed")

    def renew(self) -> None:
        """Forget the analysis, so that the next factorisation makes one anew; collective."""
        self.ksp.destroy()
        self.ksp = self._made()

    def state(self) -> dict[str, Any]:
        """Return nothing: each system is solved like the first."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Leave what another solver remembered."""

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.ksp.destroy()
