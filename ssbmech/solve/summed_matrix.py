# SPDX-License-Identifier: BSD-3-Clause
"""Matrices whose values are sums of values from several arrays, on patterns that are made once.

At a million unknowns a matrix of quadratic elements has a hundred million places. So the pattern is
made without a key for each place, of which a sort would want several copies: entries are counted
into their rows, and each row is sorted. Values are added up in pieces that stay in the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from petsc4py import PETSc

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from ssbmech.solve.numbering import INDEX
from ssbmech.solve.post import Post
from ssbmech.solve.split import Range

Indices = npt.NDArray[np.signedinteger[Any]]
Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

PIECE = 1 << 17
"""Values that are added up at a time [1]."""


@dataclass(frozen=True, eq=False)
class Source:
    """Some values of an array, each with its place in a matrix.

    Attributes:
        rows: row of each, numbered in its block.
        columns: column of each.
        entries: position of each in the array; None if it is all of them.
        at_home: whether all rows are this rank's own, on every rank.
    """

    rows: Indices
    columns: Indices
    entries: Indices | None = None
    at_home: bool = False


class _Addition:
    """Adds the values of a source to those of a matrix.

    Args:
        post: brings values to the ranks of the rows; None if they are there.
        entries: which values of the array are brought, or, with nothing to bring, taken.
        taken: which of these are taken, in the order of their places.
        places: their places, in order.
    """

    def __init__(
        self, post: Post | None, entries: Indices | None, taken: Indices, places: Indices
    ) -> None:
        """Tell places that are met once from those that are met again."""
        self._post, self._entries = post, entries
        if post is None and entries is not None:
            self._entries, taken = None, entries[taken]
        again = np.zeros(len(places), dtype=bool)
        again[1:] = places[1:] == places[:-1]
        self._again = (places[again].astype(np.int64), taken[again].astype(np.int64))
        if np.any(again):
            places, taken = places[~again], taken[~again]
        self._places, self._taken = places.astype(INDEX), taken.astype(INDEX)

    def add(self, total: Array, values: Array, weight: float) -> None:
        """Add the weighted values; collective where some must be brought."""
        if self._entries is not None:
            values = values[self._entries]
        if self._post is not None:
            values = self._post.send(values)
        for start in range(0, len(self._places), PIECE):
            piece = slice(start, start + PIECE)
            total[self._places[piece]] += weight * values[self._taken[piece]]
        places, taken = self._again
        np.add.at(total, places, weight * values[taken])


class SummedMatrix:
    """Matrix that adds up values from several sources, each of which has places fixed once.

    PETSc uses the arrays of this object as its own: on several ranks those of the columns that are
    the rank's own and those of the others one after the other.

    Attributes:
        mat: the matrix.
        values: values of this rank's rows.
    """

    def __init__(self, rows: Range, columns: Range, sources: Sequence[Source]) -> None:
        """Set up the pattern; collective."""
        self._comm = rows.comm
        self._sizes = ((rows.size, rows.total), (columns.size, columns.total))
        posts = [None if s.at_home else Post(rows.comm, rows.owners(s.rows)) for s in sources]
        posts = [None if post is None or post.quiet else post for post in posts]
        sent = [_brought(s, post) for s, post in zip(sources, posts, strict=True)]
        ends = np.cumsum([0, *(len(at_rows) for at_rows, _ in sent)])
        found = _Pattern(
            (rows.size, columns.total),
            _joined([at_rows for at_rows, _ in sent], -rows.first),
            _joined([at_columns for _, at_columns in sent]),
        )
        del sent
        self._csr, places = found.parts(columns.first, columns.size, rows.comm.size > 1)
        self._additions = []
        for k, (source, post) in enumerate(zip(sources, posts, strict=True)):
            of_source, order = slice(None), found.order
            if len(sources) > 1:
                of_source = (order >= ends[k]) & (order < ends[k + 1])
            taken = order[of_source] - INDEX(ends[k])
            self._additions.append(_Addition(post, source.entries, taken, places[of_source]))
        self.values = np.zeros(sum(len(indices) for _, indices in self._csr))
        self.mat = self.alike(self.values)

    def alike(self, values: Array) -> PETSc.Mat:
        """Return a matrix of the same pattern that uses an array of values; collective."""
        starts, columns = self._csr[0]
        count = len(columns)
        parts: tuple[Any, ...] = (starts, columns, values[:count])
        for starts, columns in self._csr[1:]:
            # PETSc numbers the columns of other ranks anew, in the array that it is given
            parts = (parts, (starts, columns.copy(), values[count:]))
        made = PETSc.Mat().createAIJWithArrays(self._sizes, parts, comm=self._comm)
        made.assemble()
        return made

    def hand(self, mat: PETSc.Mat) -> None:
        """Tell a matrix of the pattern that its values have changed; collective."""
        mat.assemble()
        # PETSc does not see it by itself
        mat.stateIncrease()

    def add(self, total: Array, source: int, values: Array, weight: float = 1.0) -> None:
        """Add the weighted values of a source, by its number, to an array; collective."""
        self._additions[source].add(total, values, weight)

    def fill(self, values: Sequence[Array], weights: Sequence[float] | None = None) -> None:
        """Add up the values of all sources; collective.

        Args:
            values: array of each source.
            weights: factors of the arrays; ones if there are none.
        """
        self.values[:] = 0.0
        for k, given in enumerate(values):
            self.add(self.values, k, given, 1.0 if weights is None else weights[k])
        self.hand(self.mat)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.mat.destroy()


class RaisedMatrix:
    """A matrix of the same pattern as another one, to whose values it adds others.

    Attributes:
        mat: the matrix.
    """

    def __init__(self, base: SummedMatrix) -> None:
        """Share the pattern; collective."""
        self._base, self._values = base, np.zeros_like(base.values)
        self.mat = base.alike(self._values)

    def start(self) -> None:
        """Take the present values of the other matrix."""
        self._values[:] = self._base.values

    def add(self, source: int, values: Array, weight: float) -> None:
        """Add other weighted values in the places of a source, by its number; collective."""
        self._base.add(self._values, source, values, weight)

    def finish(self) -> None:
        """Hand the values over; collective."""
        self._base.hand(self.mat)

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.mat.destroy()


Rows = tuple[Indices, Indices]
"""Starts of rows, and columns."""


class _Pattern:
    """Places of entries, sorted: entries of one place come one after the other.

    Attributes:
        order: the entries in the order of their places.
    """

    def __init__(self, shape: tuple[int, int], rows: Indices, columns: Indices) -> None:
        """Sort entries by row and column."""
        numbers = np.arange(len(rows), dtype=INDEX)
        entries = coo_array((numbers, (rows, columns)), shape=shape)
        # else those of one place would be summed up
        entries.has_canonical_format = True
        by_row = entries.tocsr()
        by_row.sort_indices()
        self.order = by_row.data
        self._columns, self._starts = by_row.indices, by_row.indptr
        new = np.ones(len(self._columns), dtype=bool)
        new[1:] = self._columns[1:] != self._columns[:-1]
        first = self._starts[:-1]
        new[first[first < self._starts[1:]]] = True
        self._new = new

    def parts(self, first: int, size: int, apart: bool) -> tuple[list[Rows], Indices]:
        """Return the rows in compressed form, and the place of each sorted entry.

        Args:
            first: first of the columns that are this rank's own.
            size: number of these.
            apart: whether the others are numbered after them, in compressed rows of their own.
        """
        columns, new = self._columns, self._new
        if not apart:
            return [self._compressed(new, 0)], _counted(new) - INDEX(1)
        near = (columns >= first) & (columns < first + size)
        own, others = new & near, new & ~near
        found = [self._compressed(own, first), self._compressed(others, 0)]
        count = len(found[0][1])
        return found, np.where(near, _counted(own), _counted(others) + INDEX(count)) - INDEX(1)

    def _compressed(self, chosen: Flags, first: int) -> Rows:
        """Return the starts of rows and the columns, less the first, of chosen entries."""
        before = np.concatenate([np.zeros(1, dtype=INDEX), _counted(chosen)])
        return before[self._starts], (self._columns[chosen] - INDEX(first)).astype(INDEX)


def _counted(chosen: Flags) -> Indices:
    """Return how many are chosen up to each, itself included."""
    return np.asarray(np.cumsum(chosen, dtype=INDEX))


def _brought(source: Source, post: Post | None) -> Rows:
    """Return rows and columns of a source on the ranks of the rows; collective."""
    if post is None:
        return source.rows, source.columns
    rows, columns = (each.astype(np.int64) for each in (source.rows, source.columns))
    return post.send_numbers(rows), post.send_numbers(columns)


def _joined(arrays: Sequence[Indices], shift: int = 0) -> Indices:
    """Return arrays one after the other, as PETSc's indices."""
    if len(arrays) == 1 and arrays[0].dtype == INDEX and shift == 0:
        return arrays[0]
    found = np.empty(sum(len(each) for each in arrays), dtype=INDEX)
    start = 0
    for each in arrays:
        np.add(each, shift, out=found[start : start + len(each)], casting="same_kind")
        start += len(each)
    return found
