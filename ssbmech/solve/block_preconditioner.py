# SPDX-License-Identifier: BSD-3-Clause
"""Block-triangular preconditioner of a condensed system, and its operator for a Krylov method.

Blocks are solved for one after the other, each given those before: multipliers, saddle fields,
elliptic fields from most components to fewest, and what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.solve.condense import Condensed
from ssbmech.solve.linear import Solver
from ssbmech.solve.two_level import MASS, Chebyshev

Array = npt.NDArray[np.float64]


class BlockSolver(Protocol):
    """Role of what solves for one block, more or less."""

    def set_up(self) -> None:
        """Follow the values of the block's matrices; collective."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> object:
        """Solve for a right-hand side; collective."""

    def destroy(self) -> None:
        """Give the memory back; collective."""


class FacetByFacet:
    """Multipliers, whose operator is nearly that of single facets when others are eliminated."""

    def __init__(self, condensed: Condensed) -> None:
        """Belong to a condensed system."""
        self._condensed = condensed

    def set_up(self) -> None:
        """The condensed system has followed already."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> None:
        """Solve facet by facet."""
        solution.array_w[:] = self._condensed.solve_multipliers(rhs.array_r)

    def destroy(self) -> None:
        """Nothing of PETSc's is kept."""


class Masses:
    """A saddle field, whose operator is close to minus a mass matrix when others are eliminated."""

    def __init__(self, matrix: PETSc.Mat, prefix: str) -> None:
        """Solve with a matrix whose values may change."""
        self._solver = Solver(matrix, Chebyshev(4, MASS), prefix)

    def set_up(self) -> None:
        """Follow the values of the matrix; collective."""
        self._solver.set_up()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> None:
        """Take a few steps of Chebyshev's iteration; collective."""
        self._solver.solve(rhs, solution)
        solution.scale(-1.0)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._solver.destroy()


class BlockVectors:
    """Vectors of the blocks, to and from one vector of all."""

    def __init__(self, condensed: Condensed) -> None:
        """Make them; collective."""
        self._starts = condensed.split.starts
        self.vectors = [each.vector() for each in condensed.split.ranges]

    def take(self, whole: Array) -> list[PETSc.Vec]:
        """Return the parts of local values of all blocks."""
        for k, vector in enumerate(self.vectors):
            vector.array_w[:] = whole[self._starts[k] : self._starts[k + 1]]
        return self.vectors

    def give(self, whole: Array) -> None:
        """Write the parts into local values of all blocks."""
        for k, vector in enumerate(self.vectors):
            whole[self._starts[k] : self._starts[k + 1]] = vector.array_r

    def destroy(self) -> None:
        """Give the memory back; collective."""
        for vector in self.vectors:
            vector.destroy()


class BlockOperator:
    """The condensed matrix in the scaling of the system: a context of PETSc's shell matrix.

    Constraints that the matrices add to other equations are taken away again, so that residuals are
    those of the system itself: its equations of what was eliminated hold exactly.
    """

    def __init__(self, condensed: Condensed) -> None:
        """Belong to a condensed system; collective."""
        self._condensed = condensed
        self._right, self._left = BlockVectors(condensed), BlockVectors(condensed)

    def mult(self, mat: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Multiply; collective."""
        right, left = self._right.take(x.array_r), self._left.vectors
        for vector in left:
            vector.set(0.0)
        for (row, column), block in self._condensed.matrices.items():
            block.mat.multAdd(right[column], left[row], left[row])
        values = y.array_w
        self._left.give(values)
        values -= self._condensed.raising(values)
        values /= self._condensed.scales

    def getDiagonal(self, mat: PETSc.Mat, diagonal: PETSc.Vec) -> None:
        """Write the diagonal, of what constraints are added to with them; collective."""
        for block, vector in enumerate(self._left.vectors):
            vector.set(0.0)
            if (block, block) in self._condensed.matrices:
                self._condensed.matrices[block, block].mat.getDiagonal(vector)
        values = diagonal.array_w
        self._left.give(values)
        values /= self._condensed.scales

    def release(self) -> None:
        """Give the memory back; collective."""
        self._right.destroy()
        self._left.destroy()


class BlockPreconditioner:
    """The sweep over the blocks: a context of PETSc's shell preconditioner.

    Args:
        condensed: the condensed system.
        solvers: solvers by block, in the order of the sweep; a block without rows has none.
    """

    def __init__(self, condensed: Condensed, solvers: Mapping[int, BlockSolver]) -> None:
        """Make the vectors; collective."""
        self._condensed, self._solvers = condensed, dict(solvers)
        self._rhs, self._found = BlockVectors(condensed), BlockVectors(condensed)
        self._rest = BlockVectors(condensed)

    def set_up(self) -> None:
        """Follow the values of the condensed system; collective."""
        for solver in self._solvers.values():
            solver.set_up()

    def apply(self, pc: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply the preconditioner; collective."""
        given = x.array_r * self._condensed.scales
        rhs = self._rhs.take(given + self._condensed.raising(given))
        found, done = self._found.vectors, list[int]()
        for block, solver in self._solvers.items():
            solver.solve(self._given(block, done, rhs[block], found), found[block])
            done.append(block)
        self._found.give(y.array_w)

    def _given(
        self, block: int, done: Sequence[int], rhs: PETSc.Vec, found: Sequence[PETSc.Vec]
    ) -> PETSc.Vec:
        """Return the right-hand side of a block, given those solved for before; collective."""
        for other in done:
            if (block, other) in self._condensed.matrices:
                rest = self._rest.vectors[block]
                self._condensed.matrices[block, other].mat.mult(found[other], rest)
                rhs.axpy(-1.0, rest)
        return rhs

    def release(self) -> None:
        """Give the memory back; collective."""
        for solver in self._solvers.values():
            solver.destroy()
        for vectors in (self._rhs, self._found, self._rest):
            vectors.destroy()
