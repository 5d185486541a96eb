# SPDX-License-Identifier: BSD-3-Clause
"""Numbering of all unknowns in one system, and the sparse matrix they share.

Every rank numbers its own dofs field by field; the scalar unknowns come last, on the last rank.
Prescribed dofs keep a row of the identity; tied dofs hand their rows and columns to the scalar that
they share.
"""

from __future__ import annotations

from collections.abc import Sequence

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.solve.blocks import DROPPED, Entries
from ssbmech.solve.unknowns import Closure, Unknown

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]


class Numbering:
    """Place of every dof in the system.

    Attributes:
        starts: first local row of each unknown on this rank.
        local_size: rows owned by this rank.
        first: global number of this rank's first row.
        closure_rows: system rows of the scalar unknowns, on every rank.
        targets: by unknown, the system row of each owned dof; DROPPED where prescribed.
    """

    def __init__(
        self, comm: MPI.Intracomm, unknowns: Sequence[Unknown], closures: Sequence[Closure]
    ) -> None:
        """Number the unknowns; collective."""
        self.comm = comm
        self.starts = np.concatenate([[0], np.cumsum([w.owned for w in unknowns])]).astype(np.int64)
        self.owner = comm.size - 1
        is_owner = comm.rank == self.owner
        self.local_size = int(self.starts[-1]) + (len(closures) if is_owner else 0)
        self.first = int(comm.exscan(self.local_size) or 0)
        self.closure_rows = comm.bcast(
            [self.first + int(self.starts[-1]) + k for k in range(len(closures))], root=self.owner
        )
        self.targets: list[Longs] = []
        for k, unknown in enumerate(unknowns):
            target = self.first + self.starts[k] + np.arange(unknown.owned, dtype=np.int64)
            target[unknown.fixed] = DROPPED
            for row, closure in zip(self.closure_rows, closures, strict=True):
                if closure.unknown is unknown:
                    target[closure.tied] = row
            self.targets.append(target)

    def own_rows(self, k: int) -> Longs:
        """Return the rows that the owned dofs of unknown k occupy, tied or not."""
        start = self.first + int(self.starts[k])
        return np.arange(start, start + len(self.targets[k]), dtype=np.int64)


class SystemMatrix:
    """PETSc matrix filled from blocks.

    Its pattern never changes, so factorisations keep their analysis.
    """

    def __init__(self, numbering: Numbering, blocks: Sequence[Entries], diagonal: Longs) -> None:
        """Set up the pattern; collective.

        Args:
            numbering: numbering of the system.
            blocks: entries of each block.
            diagonal: rows for which this rank may add to the diagonal (identity rows, closures).
        """
        comm = numbering.comm
        rows = np.concatenate([*(b.rows for b in blocks), diagonal])
        columns = np.concatenate([*(b.columns for b in blocks), diagonal])
        width = int(comm.allreduce(int(columns.max(initial=0)), op=MPI.MAX)) + 1
        keys, slots = np.unique(rows * width + columns, return_inverse=True)
        self.rows, first = np.unique(keys // width, return_index=True)
        self._rowmap = self.rows.astype(PETSc.IntType)
        self._indptr = np.append(first, len(keys)).astype(PETSc.IntType)
        self._indices = (keys % width).astype(PETSc.IntType)
        self.values = np.zeros(len(keys))
        parts = np.split(slots, np.cumsum([len(b.rows) for b in blocks]))
        self._plans = [self._plan(b, s) for b, s in zip(blocks, parts, strict=False)]
        self._diagonal = dict(zip(map(int, diagonal), map(int, parts[-1]), strict=True))
        self.mat = self._allocate(numbering)
        self.transfer()

    def _allocate(self, numbering: Numbering) -> PETSc.Mat:
        """Return an empty matrix with room for the pattern; collective."""
        size, first = numbering.local_size, numbering.first
        inside = (self._indices >= first) & (self._indices < first + size)
        owned = (self.rows >= first) & (self.rows < first + size)
        near, far = np.zeros(size, dtype=PETSc.IntType), np.zeros(size, dtype=PETSc.IntType)
        local_rows = self.rows[owned] - first
        near[local_rows] = np.add.reduceat(inside.astype(np.int64), self._indptr[:-1])[owned]
        far[local_rows] = np.diff(self._indptr)[owned] - near[local_rows]
        # rows of closures gather entries from all ranks
        for row in numbering.closure_rows:
            k = int(np.searchsorted(self.rows, row))
            held = np.diff(self._indptr)[k] if k < len(self.rows) and self.rows[k] == row else 0
            total = numbering.comm.allreduce(int(held), op=MPI.SUM)
            if first <= row < first + size:
                near[row - first], far[row - first] = min(total, size), total
        mat = PETSc.Mat().create(numbering.comm)
        mat.setSizes(((size, PETSc.DETERMINE), (size, PETSc.DETERMINE)))
        mat.setType(PETSc.Mat.Type.AIJ)
        mat.setPreallocationNNZ((near, far))
        return mat

    @staticmethod
    def _plan(block: Entries, slots: Longs) -> tuple[Longs, Longs, Longs, Longs]:
        own, shared = ~block.shared, block.shared
        return slots[own], block.source[own], slots[shared], block.source[shared]

    def clear(self) -> None:
        """Set all values to zero."""
        self.values.fill(0.0)

    def add_block(self, k: int, data: Array, factor: float) -> None:
        """Add the values of block k times a factor."""
        slots, source, shared_slots, shared_source = self._plans[k]
        self.values[slots] += factor * data[source]
        if len(shared_slots):
            np.add.at(self.values, shared_slots, factor * data[shared_source])

    def add_diagonal(self, rows: Longs, value: float) -> None:
        """Add a value to the diagonal of rows that were declared with one."""
        for row in map(int, rows):
            self.values[self._diagonal[row]] += value

    def scale_row(self, row: int, factor: float) -> None:
        """Multiply what this rank holds of a row by a factor."""
        k = int(np.searchsorted(self.rows, row))
        if k < len(self.rows) and self.rows[k] == row:
            self.values[self._indptr[k] : self._indptr[k + 1]] *= factor

    def transfer(self) -> None:
        """Hand the values to PETSc; collective."""
        self.mat.zeroEntries()
        self.mat.setValuesIJV(
            self._indptr,
            self._indices,
            self.values,
            addv=PETSc.InsertMode.ADD_VALUES,
            rowmap=self._rowmap,
        )
        self.mat.assemble()
