# SPDX-License-Identifier: BSD-3-Clause
"""Algebraic multigrid of a coarser level too large to be factorised."""

from __future__ import annotations

from petsc4py import PETSc

import numpy as np

from ssbmech.case.linear_solver import LinearSolver
from ssbmech.solve.coarse import CoarseRows
from ssbmech.solve.linear import Solver


class Padded:
    r"""Algebraic multigrid of a level whose nodes lack components, and that has scalars.

    Aggregation needs as many rows at each node: those that are missing are those of the identity.
    It is told the rigid motions of the nodes, which vanish there,

    .. math:: u = a + b \times (x - \bar x)

    Args:
        matrix: the level's matrix, with a mean diagonal of one.
        level: its rows.
        preset: settings of the multigrid.
        prefix: prefix of PETSc options.
    """

    def __init__(
        self, matrix: PETSc.Mat, level: CoarseRows, preset: LinearSolver, prefix: str
    ) -> None:
        """Find the places; collective."""
        self._matrix, self._preset, self._prefix = matrix, preset, prefix
        rows, size = level.count * level.size, level.size
        self._size = size
        sizes = ((rows, PETSc.DETERMINE), (rows, PETSc.DETERMINE))
        self._identity = PETSc.Mat().createAIJ(sizes, bsize=size, nnz=1, comm=matrix.comm)
        first, end = self._identity.getOwnershipRange()
        own = level.nodes * size + level.components
        missing = np.ones(rows)
        missing[own] = 0.0
        every = np.arange(first, end, dtype=PETSc.IntType)
        indptr = np.arange(rows + 1, dtype=PETSc.IntType)
        self._identity.setValuesCSR(indptr, every, missing)
        self._identity.assemble()
        self._places = own
        compact = matrix.getLocalSize()[0]
        self._spread = PETSc.Mat().createAIJ(
            ((compact, PETSc.DETERMINE), (rows, PETSc.DETERMINE)), nnz=1, comm=matrix.comm
        )
        into = (first + own).astype(PETSc.IntType)
        self._spread.setValuesCSR(
            np.arange(compact + 1, dtype=PETSc.IntType), into, np.ones(compact)
        )
        self._spread.assemble()
        self._modes = PETSc.NullSpace().create(
            constant=False, vectors=rigid_motions(level, self._identity), comm=matrix.comm
        )
        self._low, self._found = self._identity.createVecs()
        self._inner: PETSc.Mat | None = None
        self._whole: PETSc.Mat | None = None
        self._solver: Solver | None = None

    def set_up(self) -> None:
        """Make the levels anew; collective."""
        if self._inner is None:
            self._inner = self._matrix.ptap(self._spread)
        else:
            self._matrix.ptap(self._spread, result=self._inner)
        self._forget()
        self._whole = self._identity.copy()
        self._whole.axpy(1.0, self._inner, structure=PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        self._whole.setBlockSize(self._size)
        self._whole.setNearNullSpace(self._modes)
        self._solver = Solver(self._whole, self._preset, self._prefix)
        self._solver.set_up()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> None:
        """Apply a cycle; collective."""
        self._low.set(0.0)
        self._low.array_w[self._places] = rhs.array_r
        if self._solver is not None:
            self._solver.solve(self._low, self._found)
        solution.array_w[:] = self._found.array_r[self._places]

    def _forget(self) -> None:
        if self._solver is not None:
            self._solver.destroy()
        if self._whole is not None:
            self._whole.destroy()

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._forget()
        if self._inner is not None:
            self._inner.destroy()
        for each in (self._identity, self._spread, self._modes, self._low, self._found):
            each.destroy()


def rigid_motions(level: CoarseRows, matrix: PETSc.Mat) -> list[PETSc.Vec]:
    """Return an orthonormal base of rigid motions on the rows of a padded level; collective."""
    size, comm = level.size, matrix.comm.tompi4py()
    known = level.points[~np.isnan(level.points[:, 0])]
    sums = comm.allreduce(np.append(known.sum(axis=0), float(len(known))))
    centre = sums[:3] / max(sums[3], 1.0)
    spread = comm.allreduce(float(np.sum((known - centre) ** 2))) / max(sums[3], 1.0)
    x = np.nan_to_num((level.points - centre) / np.sqrt(spread or 1.0))
    shifts = [np.tile(axis, (level.count, 1)) for axis in np.eye(3)[:size]]
    axes = {1: [], 2: [np.eye(3)[2]], 3: list(np.eye(3))}[size]
    # scalars shift what is tied to them and do not turn it
    turns = [np.cross(axis, x) for axis in axes]
    own, found = level.nodes * size + level.components, list[PETSc.Vec]()
    for motion in (*shifts, *turns):
        vector, values = matrix.createVecRight(), np.zeros(level.count * size)
        values[own] = motion[:, :size].ravel()[own]
        vector.array_w[:] = values
        for other in found:
            vector.axpy(-vector.dot(other), other)
        if vector.norm() > 0.0:
            vector.normalize()
            found.append(vector)
    return found
