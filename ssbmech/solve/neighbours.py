# SPDX-License-Identifier: BSD-3-Clause
"""Facets of an interface and their neighbours: fields that their equations name, or the reverse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.solve.post import Post
from ssbmech.solve.split import Split

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Unsuited(Exception):
    """The system is not of the kind that can be condensed, whatever its values."""


class Singular(Exception):
    """The present values of the system cannot be condensed."""


@dataclass(frozen=True, eq=False)
class Crossing:
    """Entries of rows that are kept in columns of facets, as they come to the facets' ranks.

    Attributes:
        rows: system rows.
        columns: local numbers of the columns on the rank of the facet.
        used: which of them are not known to be zero.
    """

    rows: Longs
    columns: Longs
    used: Flags


@dataclass(frozen=True, eq=False)
class Entries:
    """Entries of the system as facets see them; several may have one place.

    Attributes:
        first: system number of this rank's first row.
        size: number of this rank's rows.
        rows: local rows of the entries in the equations of facets.
        columns: system numbers of their columns.
        used: which of them are not known to be zero.
        crossing: entries of other rows in the facets' columns.
    """

    first: int
    size: int
    rows: Longs
    columns: Longs
    used: Flags
    crossing: Crossing


class Neighbours:
    """Rows of unknowns by facet, with the rows of their neighbours, on patterns fixed once.

    Attributes:
        rows: local rows of the facets' unknowns, by facet.
        members: system rows of each facet's neighbours, padded with -1; the last ones are those of
            its own unknowns that are kept.
        valid: which of them are none of the padding.
        placed: blocks and numbers of those.
        post: sends values of those to the ranks of the rows.
        arrived: local rows of what comes.
        enlarged: which of the neighbours belong to the block to which constraints are added.
    """

    def __init__(
        self,
        rows: Longs,
        kept: int,
        matrix: Entries,
        split: Split,
        enlarged: int,
    ) -> None:
        """Find the neighbours of each facet; collective.

        Args:
            rows: local rows of the facets' unknowns, by facet.
            kept: how many of them are kept, the first ones.
            matrix: entries of the system matrix.
            split: blocks of what is kept.
            enlarged: block to whose equations constraints are added.

        Raises:
            Unsuited: facets are coupled to others.
        """
        self.rows, self._kept = rows, kept
        first, crossing, size = matrix.first, matrix.crossing, rows.shape[1]
        slot = np.full(matrix.size, -1, dtype=np.int64)
        slot[rows.ravel()] = np.arange(rows.size)
        self._row_entries = np.flatnonzero(slot[matrix.rows] >= 0)
        which = slot[matrix.rows[self._row_entries]]
        columns = matrix.columns[self._row_entries]
        inside = (columns >= first) & (columns < first + len(slot))
        at = np.full(len(columns), -1, dtype=np.int64)
        at[inside] = slot[columns[inside] - first]
        own = at >= 0
        self._far = own & (at // size != which // size)
        self._own = np.flatnonzero(own & ~self._far)
        self._own_to = which[self._own] * size + at[self._own] % size
        outer, crossed = np.flatnonzero(~own), np.flatnonzero(slot[crossing.columns] >= 0)
        to = slot[crossing.columns[crossed]]
        facets = np.concatenate([which[outer], to]) // size
        others = np.concatenate([columns[outer], crossing.rows[crossed]])
        used = np.concatenate([matrix.used[self._row_entries[outer]], crossing.used[crossed]])
        place = self._set_members(facets, others, used, first, split)
        seen, width = place >= 0, self.members.shape[1]
        near, far = np.split(seen, [len(outer)])
        at_rows, at_crossed = place[: len(outer)][near], place[len(outer) :][far]
        self._outer, self._crossed = outer[near], crossed[far]
        self._outer_to = which[self._outer] * width + at_rows
        self._crossed_to = (to[far] // size * width + at_crossed) * size + to[far] % size
        self._unseen_rows, self._unseen_crossed = self._row_entries[outer[~near]], crossed[~far]
        self._find_blocks(split, enlarged)

    def _set_members(
        self, facets: Longs, rows: Longs, used: Flags, first: int, split: Split
    ) -> Longs:
        """Set the neighbours from the used ones of pairs of facet and row; collective.

        Returns:
            The place of each pair among the facet's neighbours; -1 for one that is none.
        """
        count, kept = len(self.rows), self._kept
        span = int(rows.max(initial=0)) + 1
        pairs = facets * span + rows
        keys = np.unique(pairs[used])
        start = np.searchsorted(keys // span, np.arange(count))
        place = np.arange(len(keys)) - start[keys // span] if len(keys) else keys
        self.members = np.full((count, int(place.max(initial=-1)) + 1 + kept), -1, dtype=np.int64)
        self.members[keys // span, place] = keys % span
        self.members[:, -kept:] = self.rows[:, :kept] + first
        self.valid = self.members >= 0
        self.post = Post(split.comm, split.owners(self.members[self.valid]))
        self.arrived = self.post.send_numbers(self.members[self.valid]) - first
        where = np.minimum(np.searchsorted(keys, pairs), max(len(keys) - 1, 0))
        if not len(keys):
            return np.full(len(pairs), -1, dtype=np.int64)
        return np.where(keys[where] == pairs, place[where], -1).astype(np.int64)

    def _find_blocks(self, split: Split, enlarged: int) -> None:
        """Find the blocks of the neighbours; collective.

        Raises:
            Unsuited: a neighbour is an unknown of another facet.
        """
        self.placed = split.place(self.members[self.valid])
        block = np.full(self.members.shape, -1, dtype=np.int64)
        block[self.valid] = self.placed.block
        self.enlarged = block == enlarged
        near, own = block[:, : -self._kept], block[:, -1:]
        wrong = bool(np.any(near >= split.apart) or np.any(near == own))
        if split.comm.allreduce(wrong):
            raise Unsuited("an unknown of a facet is coupled to that of another one")

    def grown(self, values: Array, crossed: Array) -> bool:
        """Return whether an entry has a value that had none when the pattern was made.

        Args:
            values: values of the entries in the equations of facets.
            crossed: those of the entries of other rows in the facets' columns.
        """
        return bool(np.any(values[self._unseen_rows]) or np.any(crossed[self._unseen_crossed]))

    def gather(self, values: Array, crossed: Array) -> tuple[Array, Array, Array]:
        """Return the equations of each facet by its own unknowns and by its neighbours.

        With them come the equations of the neighbours by the facet's own unknowns.

        Args:
            values: values of the entries in the equations of facets.
            crossed: those of the entries of other rows in the facets' columns.

        Raises:
            Unsuited: facets are coupled to others; on this rank.
        """
        (count, size), width = self.rows.shape, self.members.shape[1]
        entries = values[self._row_entries]
        if np.any(entries[self._far]):
            raise Unsuited("an unknown of a facet is coupled to that of another one")
        own = _sums(self._own_to, entries[self._own], count * size * size)
        near = _sums(self._outer_to, entries[self._outer], count * size * width)
        across = _sums(self._crossed_to, crossed[self._crossed], count * width * size)
        by_own, by_near = own.reshape(count, size, size), near.reshape(count, size, width)
        by_near[:, :, -self._kept :] = by_own[:, :, : self._kept]
        return by_own, by_near, across.reshape(count, width, size)

    def spread(self, values: Array) -> Array:
        """Return values of the valid members by facet."""
        found = np.zeros(self.members.shape)
        found[self.valid] = values
        return found


def _sums(places: Longs, values: Array, count: int) -> Array:
    """Return the sums of values at each of a number of places."""
    return np.asarray(np.bincount(places, weights=values, minlength=count), dtype=np.float64)
