# SPDX-License-Identifier: BSD-3-Clause
"""Rows of a system split into blocks that are numbered on their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.solve.blocks import DROPPED
from ssbmech.solve.numbering import Numbering
from ssbmech.solve.post import Post

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]


class Range:
    """Rows of a block, numbered rank by rank.

    Attributes:
        size: rows of this rank.
        total: rows of all ranks.
        first: number of this rank's first row.
    """

    def __init__(self, comm: MPI.Intracomm, size: int) -> None:
        """Number the rows; collective."""
        self.comm, self.size = comm, size
        self.ends = np.cumsum(comm.allgather(size)).astype(np.int64)
        self.total = int(self.ends[-1])
        self.first = int(self.ends[comm.rank]) - size

    def owners(self, rows: npt.NDArray[np.signedinteger[Any]]) -> Longs:
        """Return the ranks that own rows."""
        return np.searchsorted(self.ends, rows, side="right").astype(np.int64)

    def vector(self) -> PETSc.Vec:
        """Return a new vector; collective."""
        return PETSc.Vec().createMPI((self.size, self.total), comm=self.comm)


@dataclass(frozen=True, eq=False)
class Placed:
    """Block and number of rows of the system.

    Attributes:
        block: number of the block of each; beyond the last one for a row that has none.
        number: number of the row in its block.
    """

    block: Longs
    number: Longs


class Split:
    """Which rows of a system belong to which block.

    Rows of no block are either `apart`, of which only that is known, or nowhere.

    Args:
        numbering: numbering of the system.
        members: local rows of each block.
        apart: local rows that are eliminated.
    """

    def __init__(self, numbering: Numbering, members: Sequence[Longs], apart: Longs) -> None:
        """Number the blocks; collective."""
        self.comm = numbering.comm
        self.members = [np.asarray(rows, dtype=np.int64) for rows in members]
        self.ranges = [Range(self.comm, len(rows)) for rows in self.members]
        self.apart, self.nowhere = len(self.members), len(self.members) + 1
        self.starts = np.cumsum([0, *(len(rows) for rows in self.members)])
        self._system = Range(self.comm, numbering.local_size)
        self._block = np.full(numbering.local_size, self.nowhere, dtype=np.int64)
        self._number = np.zeros(numbering.local_size, dtype=np.int64)
        self._block[apart] = self.apart
        for k, rows in enumerate(self.members):
            self._block[rows] = k
            self._number[rows] = self.ranges[k].first + np.arange(len(rows))

    @property
    def rows(self) -> Longs:
        """Local rows of all blocks, one block after the other."""
        return np.concatenate(self.members)

    @property
    def local(self) -> Placed:
        """Block and number of this rank's rows."""
        return Placed(self._block, self._number)

    def owners(self, rows: Longs) -> Longs:
        """Return the ranks that own rows of the system."""
        return self._system.owners(rows)

    def place(self, rows: Longs) -> Placed:
        """Return block and number of any rows of the system; collective.

        What is dropped is nowhere.
        """
        found = np.full((2, len(rows)), self.nowhere, dtype=np.int64)
        there = rows != DROPPED
        placed = self._place(rows[there])
        found[0, there], found[1, there] = placed.block, placed.number
        return Placed(found[0], found[1])

    def _place(self, rows: Longs) -> Placed:
        wanted, where = np.unique(rows, return_inverse=True)
        post = Post(self.comm, self.owners(wanted))
        asked = post.send_numbers(wanted) - self._system.first
        block = post.back(self._block[asked].astype(np.float64)).astype(np.int64)
        number = post.back(self._number[asked].astype(np.float64)).astype(np.int64)
        return Placed(block[where], number[where])

    def vector(self) -> PETSc.Vec:
        """Return a new vector of all blocks; collective."""
        return PETSc.Vec().createMPI((int(self.starts[-1]), PETSc.DETERMINE), comm=self.comm)

    def parts(self, values: Array) -> list[Array]:
        """Return the blocks' parts of local values, as views."""
        return [values[a:b] for a, b in zip(self.starts[:-1], self.starts[1:], strict=True)]
