# SPDX-License-Identifier: BSD-3-Clause
"""Two levels of an elliptic block: a solver on the coarser one, a smoother on the finer one.

Before the coarser level nothing is smoothed: FGMRES does not ask for a symmetric cycle, and on the
void and the composite of `benchmarks/solid.py` three steps behind it need fewer iterations than two
before and two behind, at two thirds of the work.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

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


@dataclass(frozen=True)
class Pointwise:
    """Division by the diagonal.

    Attributes:
        definite: False: nothing relies on it.
    """

    definite: ClassVar[bool] = False

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options."""
        return {"ksp_type": "preonly", "pc_type": "jacobi"}


def upper_part(share: float) -> dict[str, str]:
    """Return bounds from a share of the largest eigenvalue, estimated, to a little more than it."""
    return {
        "ksp_chebyshev_esteig": f"0,{share:g},0,1.1",
        "ksp_chebyshev_esteig_steps": "10",
    }


MASS = {"ksp_chebyshev_eigenvalues": "0.5,2.5"}
"""Eigenvalues of a mass matrix of linear tetrahedra over its diagonal (wathen1987)."""


STEPS = ((3, 0.1), (10, 0.015), (30, 0.0015), (100, 0.0001))
"""Steps of smoothing and the share of the spectrum below which they leave it alone, by level."""

BRISK = 8.0
"""Iterations for each digit up to which smoothing is enough [1]."""

WORTH = 0.8
"""Iterations over those with less smoothing up to which more of it is worth it [1]."""


class Smoothing:
    """How much is smoothed: more where the iteration is slow, as it is where cells are flat.

    Attributes:
        level: number of the level, from the least.
    """

    def __init__(self) -> None:
        """Begin with the least."""
        self.level, self._settled = 0, False
        self._paces = dict[int, float]()

    def judge(self, pace: float, converged: bool) -> bool:
        """Change the level if it should be another one; return whether it is stronger now.

        Args:
            pace: iterations for each digit that the residual lost, or at least should have.
            converged: whether there was a solution.
        """
        if pace <= BRISK or self._settled:
            return False
        before = self._paces.get(self.level - 1, math.inf)
        if self.level > 0 and converged and pace > WORTH * before:
            # something else is in the way
            self.level, self._settled = self.level - 1, True
            return False
        if self.level == len(STEPS) - 1:
            self.level, self._settled = (self.level if converged else 0), True
            return False
        self._paces[self.level] = pace if converged else math.inf
        self.level += 1
        return True

    def state(self) -> dict[str, Any]:
        """Return what was found out, as plain data."""
        return {
            "level": self.level,
            "settled": self._settled,
            "paces": [self._paces.get(k, math.inf) for k in range(self.level)],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave; nothing is known if it is empty."""
        self.level = min(int(state.get("level", 0)), len(STEPS) - 1)
        self._settled = bool(state.get("settled", False))
        self._paces = dict(enumerate(state.get("paces", [])))

    def preset(self) -> Chebyshev:
        """Return the smoother."""
        steps, share = STEPS[self.level]
        return Chebyshev(steps, upper_part(share))


class Bottom(Protocol):
    """Role of what solves on the coarser level."""

    def set_up(self) -> None:
        """Follow the values of its matrix; collective."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> object:
        """Solve for a right-hand side, more or less; collective."""

    def destroy(self) -> None:
        """Give the memory back; collective."""


class TwoLevel:
    """A cycle: the coarser level, then three smoothing steps, or more where they do not do.

    Args:
        matrix: the finer level's matrix, whose values may change and whose pattern may not.
        level: the coarser level.
        preset: how that is solved.
        smoothing: how much is smoothed.
        prefix: prefix of PETSc options.
    """

    def __init__(
        self,
        matrix: PETSc.Mat,
        level: CoarseRows,
        preset: CoarseLevel,
        smoothing: Smoothing,
        prefix: str,
    ) -> None:
        """Keep the levels; `set_up` makes the coarser one."""
        self._matrix, self._level, self._prefix = matrix, level, prefix
        self._preset, self._prolongation = preset, level.prolongation
        self._smoothing, self._smoothed = smoothing, smoothing.level
        self._smoother = Solver(matrix, smoothing.preset(), f"{prefix}fine_")
        self._coarse: PETSc.Mat | None = None
        self._bottom: Bottom | None = None
        self._unit, self._state = 1.0, -1
        self._low, self._found = (
            self._prolongation.createVecRight(),
            self._prolongation.createVecRight(),
        )

    def set_up(self) -> None:
        """Follow the values of the matrix, unless they are the same; collective."""
        self._smooth()
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

    def _smooth(self) -> None:
        """Follow how much is to be smoothed; collective."""
        if self._smoothing.level != self._smoothed:
            self._smoother.destroy()
            self._smoothed = self._smoothing.level
            self._smoother = Solver(self._matrix, self._smoothing.preset(), f"{self._prefix}fine_")
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
