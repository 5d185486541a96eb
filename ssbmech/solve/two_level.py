# SPDX-License-Identifier: BSD-3-Clause
"""Two levels of an elliptic block: a solver on the coarser one, a smoother on the finer one.

Before the coarser level nothing is smoothed: FGMRES does not ask for a symmetric cycle, and on the
void and the composite of `benchmarks/solid.py` three steps behind it need fewer iterations than two
before and two behind, at two thirds of the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from petsc4py import PETSc

from ssbmech.case.linear_solver import CoarseLevel
from ssbmech.solve.coarse import CoarseRows
from ssbmech.solve.linear import Solver
from ssbmech.solve.multigrid import Padded


@dataclass(frozen=True)
class Chebyshev:
    """Steps of Chebyshev's iteration with the diagonal, on the upper part of the spectrum.

    Attributes:
        steps: number of steps.
        bounds: options that set the interval of eigenvalues.
        definite: False: nothing relies on it.
    """

    steps: int
    bounds: Mapping[str, str]
    definite: ClassVar[bool] = False

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options."""
        preset = {
            "ksp_type": "chebyshev",
            "ksp_max_it": str(self.steps),
            "ksp_norm_type": "none",
            "pc_type": "jacobi",
        }
        return {**preset, **self.bounds}


UPPER_TENTH = {"ksp_chebyshev_esteig": "0,0.1,0,1.1", "ksp_chebyshev_esteig_steps": "10"}
"""From a tenth of the largest eigenvalue, estimated, to a little more than it."""

MASS = {"ksp_chebyshev_eigenvalues": "0.5,2.5"}
"""Eigenvalues of a mass matrix of linear tetrahedra over its diagonal (wathen1987)."""


class Bottom(Protocol):
    """Role of what solves on the coarser level."""

    def set_up(self) -> None:
        """Follow the values of its matrix; collective."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> object:
        """Solve for a right-hand side, more or less; collective."""

    def destroy(self) -> None:
        """Give the memory back; collective."""


class TwoLevel:
    """A cycle: the coarser level, then three smoothing steps.

    Args:
        matrix: the finer level's matrix, whose values may change and whose pattern may not.
        level: the coarser level.
        preset: how that is solved.
        prefix: prefix of PETSc options.
    """

    def __init__(
        self, matrix: PETSc.Mat, level: CoarseRows, preset: CoarseLevel, prefix: str
    ) -> None:
        """Keep the levels; `set_up` makes the coarser one."""
        self._matrix, self._level, self._prefix = matrix, level, prefix
        self._preset, self._prolongation = preset, level.prolongation
        self._smoother = Solver(matrix, Chebyshev(3, UPPER_TENTH), f"{prefix}fine_")
        self._coarse: PETSc.Mat | None = None
        self._bottom: Bottom | None = None
        self._unit, self._state = 1.0, -1
        self._low, self._found = (
            self._prolongation.createVecRight(),
            self._prolongation.createVecRight(),
        )

    def set_up(self) -> None:
        """Follow the values of the matrix, unless they are the same; collective."""
        if self._matrix.stateGet() == self._state:
            return
        self._state = self._matrix.stateGet()
        if self._coarse is None:
            self._coarse = self._matrix.ptap(self._prolongation)
        else:
            self._matrix.ptap(self._prolongation, result=self._coarse)
        # factorisations know small pivots by their size alone
        diagonal = self._coarse.getDiagonal()
        self._unit = diagonal.getSize() / diagonal.sum()
        diagonal.destroy()
        self._coarse.scale(self._unit)
        if self._bottom is None:
            self._bottom = self._made(self._coarse)
        self._bottom.set_up()
        self._smoother.set_up()

    def _made(self, matrix: PETSc.Mat) -> Bottom:
        """Return what solves on the coarser level."""
        preset, prefix = self._preset, f"{self._prefix}coarse_"
        if preset.is_factorised(matrix.getSize()[0]):
            return Solver(matrix, preset.direct, prefix)
        return Padded(matrix, self._level, preset.multigrid, prefix)

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> None:
        """Apply the cycle; collective."""
        self._prolongation.multTranspose(rhs, self._low)
        self._solve_coarse()
        self._prolongation.mult(self._found, solution)
        self._smoother.ksp.setInitialGuessNonzero(True)
        self._smoother.solve(rhs, solution)

    def _solve_coarse(self) -> None:
        if self._bottom is not None:
            self._bottom.solve(self._low, self._found)
            self._found.scale(self._unit)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._smoother.destroy()
        if self._bottom is not None:
            self._bottom.destroy()
        if self._coarse is not None:
            self._coarse.destroy()
        for each in (self._prolongation, self._low, self._found):
            each.destroy()
