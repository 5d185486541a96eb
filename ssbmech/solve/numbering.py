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
INDEX = PETSc.IntType


class Numbering:
    """Place of every dof in the system.

    Attributes:
        starts: first local row of each unknown on this rank.
        local_size: rows owned by this rank.
        global_size: rows of all ranks.
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
        self.global_size = comm.allreduce(self.local_size, op=MPI.SUM)
        self.first = int(comm.exscan(self.local_size) or 0)
        self.closure_rows = comm.bcast(
            [self.first + int(self.starts[-1]) + k for k in range(len(closures))], root=self.owner
        )
        self.targets: list[Longs] = []
        for k, unknown in enumerate(unknowns):
            target = self.first + self.starts[k] + np.arange(unknown.owned, dtype=np.int64)
            target[unknown.fixed] = DROPPED
            for row, closure in zip(self.closure_rows, closures, strict=True):
                for shared, tied in closure.ties:
                    if shared is unknown:
                        target[tied] = row
            self.targets.append(target)

    def vector(self) -> PETSc.Vec:
        """Return a new vector; collective."""
        made = PETSc.Vec().create(self.comm)
        made.setSizes((self.local_size, self.global_size))
        made.setType(PETSc.Vec.Type.STANDARD)
        return made

    def own_rows(self, k: int) -> Longs:
        """Return the rows that the owned dofs of unknown k occupy, tied or not."""
        start = self.first + int(self.starts[k])
        return np.arange(start, start + len(self.targets[k]), dtype=np.int64)

    def identity_rows(self, k: int) -> Longs:
        """Return those of them without an equation of their own: prescribed or tied dofs."""
        own = self.own_rows(k)
        return np.asarray(own[self.targets[k] != own])


class SystemMatrix:
    """PETSc matrix filled from blocks; its pattern never changes.

    So factorisations keep their analysis. The values of all blocks lie one after the other in one
    array; every place of the matrix takes one of them, and where several meet the others are added.
    """

    def __init__(
        self, numbering: Numbering, blocks: Sequence[Entries], identity: Longs, closures: Longs
    ) -> None:
        """Set up the pattern; collective.

        Args:
            numbering: numbering of the system.
            blocks: entries of each block.
            identity: this rank's rows of the identity.
            closures: this rank's rows of scalar unknowns.
        """
        self._starts = np.cumsum([0, *(b.stored for b in blocks)])
        units, zeros = self._starts[-1] + np.array([0, 1])
        self._blocks = np.zeros(self._starts[-1] + 2)
        self._blocks[units] = 1.0

        rows = np.concatenate([*(b.rows for b in blocks), identity, closures])
        columns = np.concatenate([*(b.columns for b in blocks), identity, closures])
        width = numbering.global_size
        keys = rows * width + columns
        del rows, columns
        order = np.argsort(keys)
        keys = keys[order]
        new = np.diff(keys, prepend=-1) > 0
        keys = keys[new]
        source = np.concatenate(
            [
                *(b.source + start for b, start in zip(blocks, self._starts, strict=False)),
                np.full(len(identity), units),
                np.full(len(closures), zeros),
            ]
        )[order]
        self._source = source[new]
        self._added = source[~new]
        self._added_places = np.cumsum(new)[~new] - 1
        self._diagonal = np.searchsorted(keys, closures * (width + 1))

        first = numbering.first
        self._shared = numbering.comm.size == 1
        own_rows = np.arange(first, first + numbering.local_size, dtype=np.int64)
        self.rows = own_rows if self._shared else np.unique(keys // width)
        self._rowmap = self.rows.astype(INDEX)
        self._indptr = np.append(np.searchsorted(keys, self.rows * width), len(keys)).astype(INDEX)
        self._indices = (keys % width).astype(INDEX)
        self.values = np.zeros(len(keys))
        self.mat = self._share(numbering) if self._shared else self._allocate(numbering)
        self.transfer()

    def _share(self, numbering: Numbering) -> PETSc.Mat:
        """Return a matrix of a single rank that uses the arrays of this object as its own."""
        size = (numbering.local_size, numbering.local_size)
        csr = (self._indptr, self._indices, self.values)
        return PETSc.Mat().createAIJWithArrays((size, size), csr, comm=numbering.comm)

    def _allocate(self, numbering: Numbering) -> PETSc.Mat:
        """Return an empty matrix with room for the pattern; collective."""
        size, first = numbering.local_size, numbering.first
        inside = (self._indices >= first) & (self._indices < first + size)
        owned = (self.rows >= first) & (self.rows < first + size)
        near, far = np.zeros(size, dtype=INDEX), np.zeros(size, dtype=INDEX)
        local_rows = self.rows[owned] - first
        near[local_rows] = np.add.reduceat(inside.astype(np.int64), self._indptr[:-1])[owned]
        far[local_rows] = np.diff(self._indptr)[owned] - near[local_rows]
        # rows of closures gather entries from all ranks, the same column from several of them
        beyond = numbering.comm.allreduce(size, op=MPI.SUM) - size
        for row in numbering.closure_rows:
            k = int(np.searchsorted(self.rows, row))
            held = np.diff(self._indptr)[k] if k < len(self.rows) and self.rows[k] == row else 0
            total = numbering.comm.allreduce(int(held), op=MPI.SUM)
            if first <= row < first + size:
                near[row - first], far[row - first] = min(total, size), min(total, beyond)
        mat = PETSc.Mat().create(numbering.comm)
        mat.setSizes(((size, PETSc.DETERMINE), (size, PETSc.DETERMINE)))
        mat.setType(PETSc.Mat.Type.AIJ)
        # an empty array is taken for none, and its rank then assembles in another way
        mat.setPreallocationNNZ((near, far) if size else (0, 0))
        return mat

    def block(self, k: int) -> Array:
        """Return the array that holds the values of block k."""
        return self._blocks[self._starts[k] : self._starts[k + 1]]

    def gather(self) -> None:
        """Take all values from the blocks."""
        self.values[:] = self._blocks[self._source]
        np.add.at(self.values, self._added_places, self._blocks[self._added])

    def scale_row(self, row: int, factor: float) -> None:
        """Multiply what this rank holds of a row by a factor."""
        k = int(np.searchsorted(self.rows, row))
        if k < len(self.rows) and self.rows[k] == row:
            self.values[self._indptr[k] : self._indptr[k + 1]] *= factor

    def add_diagonal(self, closure: int, value: float) -> None:
        """Add a value to the diagonal of a scalar unknown that this rank owns."""
        self.values[self._diagonal[closure]] += value

    def transfer(self) -> None:
        """Hand the values to PETSc; collective."""
        if not self._shared:
            self.mat.zeroEntries()
            self.mat.setValuesIJV(
                self._indptr,
                self._indices,
                self.values,
                addv=PETSc.InsertMode.ADD_VALUES,
                rowmap=self._rowmap,
            )
        self.mat.assemble()
        # PETSc does not see that values it shares have changed
        self.mat.stateIncrease()
