# SPDX-License-Identifier: BSD-3-Clause
"""Rows of a system split into blocks that are numbered on their own, and matrices between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.solve.numbering import INDEX, Numbering
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

    def owners(self, rows: Longs) -> Longs:
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
        """Return block and number of any rows of the system; collective."""
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


Places = tuple[Longs, Longs]
"""Rows and columns of values, numbered in their blocks."""


class SummedPlaces:
    """Places of several sources of values, of which several may meet in one.

    Attributes:
        pattern: the places of this rank's rows, as local row times number of columns plus column;
            dropped by who needs it no more.
    """

    def __init__(self, rows: Range, columns: Range, sources: Sequence[Places]) -> None:
        """Tell the owners of the rows; collective."""
        self._posts, keys = list[Post](), []
        for at_rows, at_columns in sources:
            post = Post(rows.comm, rows.owners(at_rows))
            local = post.send_numbers(at_rows) - rows.first
            keys.append(local * columns.total + post.send_numbers(at_columns))
            self._posts.append(post)
        self.pattern = np.unique(np.concatenate([*keys, np.zeros(0, dtype=np.int64)]))
        self._count = len(self.pattern)
        self._places = [np.searchsorted(self.pattern, each).astype(INDEX) for each in keys]

    def sum(self, values: Sequence[Array]) -> Array:
        """Return the sums at the places, given the values of all sources; collective."""
        total = np.zeros(self._count)
        for post, places, given in zip(self._posts, self._places, values, strict=True):
            total += np.bincount(places, weights=post.send(given), minlength=len(total))
        return total


class SummedMatrix:
    """Matrix that adds up values from several sources, each of which has places fixed once.

    Attributes:
        mat: the matrix.
        values: values of this rank's rows.
    """

    def __init__(self, rows: Range, columns: Range, sources: Sequence[Places]) -> None:
        """Set up the pattern; collective."""
        self._summed, width = SummedPlaces(rows, columns, sources), columns.total
        pattern = self._summed.pattern
        self._summed.pattern = pattern[:0]
        bounds = np.arange(rows.size + 1, dtype=np.int64) * width
        self._indptr = np.searchsorted(pattern, bounds).astype(INDEX)
        self._indices = (pattern % max(width, 1)).astype(INDEX)
        self._sizes = ((rows.size, rows.total), (columns.size, columns.total))
        self._comm, self._shared = rows.comm, rows.comm.size == 1
        self.values = np.zeros(len(pattern))
        self.mat = self.alike(self.values)

    @property
    def count(self) -> int:
        """Number of places on this rank [1]."""
        return len(self.values)

    def alike(self, values: Array) -> PETSc.Mat:
        """Return a matrix of the same pattern, on one rank one that uses an array of values."""
        csr = (self._indptr, self._indices, values)
        made = PETSc.Mat()
        if self._shared:
            made.createAIJWithArrays(self._sizes, csr, comm=self._comm)
        else:
            made.createAIJ(self._sizes, csr=csr, comm=self._comm)
        made.assemble()
        return made

    def hand(self, mat: PETSc.Mat, values: Array) -> None:
        """Hand values to a matrix of the pattern; collective."""
        if not self._shared:
            mat.setValuesCSR(self._indptr, self._indices, values)
        mat.assemble()
        # PETSc does not see that values it shares have changed
        mat.stateIncrease()

    def find(self, pattern: Longs) -> Longs:
        """Return the positions of places among the values.

        Raises:
            ValueError: one of them is none of the matrix.
        """
        lengths = np.diff(self._indptr)
        rows = np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
        own = rows * self._sizes[1][1] + self._indices
        found = np.searchsorted(own, pattern)
        if len(pattern) and (found[-1] >= len(own) or np.any(own[found] != pattern)):
            raise ValueError("a place is not in the pattern of the matrix")
        return np.asarray(found)

    def fill(self, values: Sequence[Array]) -> None:
        """Add up the values of all sources, in the order of their places; collective."""
        self.values[:] = self._summed.sum(values)
        self.hand(self.mat, self.values)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.mat.destroy()


class RaisedMatrix:
    """A matrix of the same pattern as another one, to whose values it adds some.

    Attributes:
        mat: the matrix.
    """

    def __init__(self, base: SummedMatrix, rows: Range, columns: Range, sources: Sequence[Places]):
        """Find the places; collective.

        Raises:
            ValueError: the other matrix lacks one of them.
        """
        self._added, self._base = SummedPlaces(rows, columns, sources), base
        self._values = np.zeros(base.count)
        self._places = base.find(self._added.pattern)
        self.mat = base.alike(self._values)

    def fill(self, values: Sequence[Array]) -> None:
        """Add values of all sources, in the order of their places; collective."""
        self._values[:] = self._base.values
        self._values[self._places] += self._added.sum(values)
        self._base.hand(self.mat, self._values)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.mat.destroy()
