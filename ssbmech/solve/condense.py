# SPDX-License-Identifier: BSD-3-Clause
r"""The system without the unknowns of facets, in blocks: exact, and better to precondition.

Rows are scaled symmetrically: the equation of a field is multiplied by its scale and by the size of
its residual, as its unknowns are by the scale. To the equations of the elliptic fields of most
components closed constraints are added, weighted with the stiffness of what lies beneath them,

.. math:: K_{uy} \leftarrow K_{uy} + B^T W K_{\lambda y}, \quad W = (1/k + C)^{-1}

with minus C the multiplier's place in its own equation. That changes no solution, and makes the
operator of the multipliers nearly diagonal once the others are eliminated.

Patterns are made once and only values change. Neighbours of a facet are found by the entries that
are not zero; where one becomes so later, such as at a bond that opens, the patterns are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.solve.facets import Facets, Multipliers
from ssbmech.solve.neighbours import Crossing, Entries, LocalRows, Neighbours, Unsuited
from ssbmech.solve.numbering import INDEX
from ssbmech.solve.post import Post
from ssbmech.solve.split import Places, Split, SummedMatrix
from ssbmech.solve.system import System

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]


Pair = tuple[int, int]
"""Row and column block."""


class Grown(Exception):
    """An entry has a value that had none when the patterns were made."""


@dataclass(frozen=True, eq=False)
class _Part:
    """Those of a list of values that go into a block.

    Attributes:
        entries: their positions in the list.
        places: their rows and columns in the block.
    """

    entries: Longs
    places: Places


class Condensed:
    """The kept blocks of a system, their matrices and right-hand sides.

    Attributes:
        split: the blocks.
        scales: symmetric scale of this rank's rows of the kept blocks; that of a multiplier follows
            the equation that is kept.
        matrices: matrices by row and column block; none where there is nothing.
        groups: multipliers by interface and kind.
    """

    def __init__(
        self,
        system: System,
        split: Split,
        facets: Sequence[Facets],
        multipliers: int,
        enlarged: int,
        used: npt.NDArray[np.bool_] | None = None,
    ) -> None:
        """Make the patterns from the present matrix; collective.

        Args:
            system: the system, with its Jacobian assembled.
            split: the blocks of what is kept.
            facets: unknowns of facets, interface by interface.
            multipliers: block of the multipliers.
            enlarged: block of the fields to whose equations the constraints are added.
            used: entries that were not zero earlier.

        Raises:
            Unsuited: facets are coupled to others.
        """
        self.split, self._system, self._multipliers = split, system, multipliers
        numbering = system.numbering
        indptr, indices, values = system.matrix.local_rows()
        self._local = LocalRows(numbering.first, indptr.astype(np.int64), indices)
        lengths = np.diff(indptr)
        self.used = values != 0.0
        if used is not None:
            self.used |= used
        self._symmetric = _symmetric_scales(system)
        self._lengths = lengths
        code = self._codes(indices, lengths)
        crossing = self._cross(code, indices)
        entries = Entries(self._local, self.used, crossing)
        self.groups = [group for each in facets for group in each.groups(entries, split, enlarged)]
        parts = [self._base_entries(code)]
        del code, self._placed, self._where
        parts += [_pairs(each.neighbours, len(split.members)) for each in self.groups]
        self.matrices = _allocated(split, parts)
        self._entries = [
            {pair: part.entries.astype(INDEX) for pair, part in each.items()} for each in parts
        ]
        self.scales = self._symmetric[split.rows]

    def _codes(self, indices: Longs, lengths: Longs) -> Longs:
        """Return block of row and of column of each local entry, in one number; collective."""
        split, count = self.split, self.split.nowhere + 1
        columns, where = np.unique(indices, return_inverse=True)
        self._placed = split.place(columns.astype(np.int64))
        self._where = where.ravel().astype(np.int32)
        rows = np.repeat(split.local.block.astype(np.int16), lengths)
        found = rows * np.int16(count) + self._placed.block.astype(np.int16)[self._where]
        return np.asarray(found)

    def _cross(self, code: Longs, indices: Longs) -> Crossing:
        """Find the entries of kept rows in columns of facets, and where they go; collective."""
        split, count = self.split, self.split.nowhere + 1
        facet_blocks = (self._multipliers, split.apart)
        kept = [k for k in range(len(split.members)) if k != self._multipliers]
        wanted = np.array([k * count + b for k in kept for b in facet_blocks])
        self._crossing = np.flatnonzero(np.isin(code, wanted))
        row_of = np.searchsorted(self._local.indptr, self._crossing, side="right") - 1
        columns = indices[self._crossing].astype(np.int64)
        self._post = Post(split.comm, split.owners(columns))
        return Crossing(
            rows=self._post.send_numbers(row_of + self._local.first),
            columns=self._post.send_numbers(columns) - self._local.first,
            used=self._post.send(self.used[self._crossing].astype(np.float64)) > 0.0,
        )

    def _base_entries(self, code: Longs) -> dict[Pair, _Part]:
        """Return the entries of the system that stay, by block."""
        split, count, found = self.split, self.split.nowhere + 1, {}
        present = np.flatnonzero(np.bincount(code, minlength=count * count))
        for number in present:
            row, column = divmod(int(number), count)
            if max(row, column) >= split.apart or row == self._multipliers:
                continue
            entries = np.flatnonzero(code == number)
            rows = np.searchsorted(self._local.indptr, entries, side="right") - 1
            places = (split.local.number[rows], self._placed.number[self._where[entries]])
            found[row, column] = _Part(entries, places)
        return found

    def stands_alone(self, block: int) -> bool:
        """Return whether the equations of a block name its own unknowns at all."""
        return (block, block) in self.matrices

    def fill(self) -> None:
        """Condense the present matrix of the system; collective.

        Raises:
            Grown: the patterns are too small.
            Unsuited: facets are coupled to others, or equations of one are singular.
        """
        values = self._system.matrix.local_rows()[2] * np.repeat(self._symmetric, self._lengths)
        crossed = self._post.send(values[self._crossing])
        grown = any(each.neighbours.grown(values, crossed) for each in self.groups)
        if self.split.comm.allreduce(grown):
            raise Grown
        changes = self._eliminate(values, crossed)
        for pair, matrix in self.matrices.items():
            given = zip((values, *changes), self._entries, strict=True)
            matrix.fill([v[at.get(pair, _NOTHING.entries)] for v, at in given])
        self._scale_multipliers()

    def _eliminate(self, values: Array, crossed: Array) -> list[Array]:
        """Return what the elimination of facets adds, interface by interface; collective.

        Raises:
            Unsuited: some cannot be eliminated; on all ranks.
        """
        found, failure = list[Array](), ""
        try:
            found = [each.fill(values, crossed).ravel() for each in self.groups]
        except Unsuited as own:
            failure = str(own)
        except np.linalg.LinAlgError:
            failure = "the equations of a facet are singular"
        failures = [each for each in self.split.comm.allgather(failure) if each]
        if failures:
            raise Unsuited(failures[0])
        return found

    def _scale_multipliers(self) -> None:
        """Follow the equations that are kept in the scales of the multipliers' rows."""
        scales = self._of_multipliers(self.scales)
        for each in self.groups:
            scales[self._places(each)] = each.scales(self._symmetric)

    def _of_multipliers(self, values: Array) -> Array:
        """Return the multipliers' part of local values of all blocks."""
        return self.split.parts(values)[self._multipliers]

    def _places(self, each: Multipliers) -> Longs:
        """Return the places of multipliers by facet among those of this rank."""
        first = self.split.ranges[self._multipliers].first
        return np.asarray(self.split.local.number[each.kept] - first)

    def solve_multipliers(self, rhs: Array) -> Array:
        """Return the multipliers of this rank, by the operator close to their own."""
        found = np.zeros_like(rhs)
        for each in self.groups:
            places = self._places(each)
            found[places] = each.solve(rhs[places])
        return found

    def restrict(self, rhs: Array) -> Array:
        """Return this rank's condensed right-hand side from that of the system; collective."""
        scaled = rhs * self._symmetric
        kept, total = list[Array](), scaled.copy()
        for each in self.groups:
            change, own = each.restrict(scaled)
            near = each.neighbours
            arrived = near.post.send(change[near.valid])
            total += np.bincount(near.arrived, weights=arrived, minlength=len(total))
            kept.append(own)
        found = total[self.split.rows]
        multipliers = self._of_multipliers(found)
        for each, own in zip(self.groups, kept, strict=True):
            multipliers[self._places(each)] = own
        return found

    def expand(self, kept: Array, rhs: Array) -> Array:
        """Return this rank's solution of the system from that of the kept rows; collective.

        Args:
            kept: solution of the kept rows, after `restrict`.
            rhs: right-hand side of the system, which rows of the identity take over.
        """
        full = rhs.copy()
        full[self.split.rows] = kept
        for each in self.groups:
            near = each.neighbours
            full[each.eliminated] = each.expand(near.post.back(full[near.arrived]))
        return full

    def destroy(self) -> None:
        """Give the memory back; collective."""
        for matrix in self.matrices.values():
            matrix.destroy()


_NO_NUMBERS: Longs = np.zeros(0, dtype=np.int64)
_NOTHING = _Part(_NO_NUMBERS, (_NO_NUMBERS, _NO_NUMBERS))


def _allocated(split: Split, parts: Sequence[dict[Pair, _Part]]) -> dict[Pair, SummedMatrix]:
    """Return the matrices of all blocks that have entries on some rank; collective."""
    made = {}
    blocks = range(len(split.members))
    for pair in [(row, column) for row in blocks for column in blocks]:
        sources = [each.get(pair, _NOTHING).places for each in parts]
        if split.comm.allreduce(sum(len(rows) for rows, _ in sources)) > 0:
            made[pair] = SummedMatrix(split.ranges[pair[0]], split.ranges[pair[1]], sources)
    return made


def _pairs(each: Neighbours, count: int) -> dict[Pair, _Part]:
    """Return where pairs of neighbours of facets go, by block."""
    valid, shape = each.valid, each.members.shape
    block = np.full(shape, count, dtype=np.int64)
    number = np.zeros(shape, dtype=np.int64)
    block[valid], number[valid] = each.placed.block, each.placed.number
    code = (block[:, :, None] * (count + 1) + block[:, None, :]).ravel()
    square = (*shape, shape[1])
    rows = np.broadcast_to(number[:, :, None], square).ravel()
    columns = np.broadcast_to(number[:, None, :], square).ravel()
    found = {}
    for pair in np.flatnonzero(np.bincount(code, minlength=1)):
        row, column = divmod(int(pair), count + 1)
        if max(row, column) < count:
            entries = np.flatnonzero(code == pair)
            found[row, column] = _Part(entries, (rows[entries], columns[entries]))
    return found


def _symmetric_scales(system: System) -> Array:
    """Return by what this rank's rows are multiplied, so that symmetric couplings are so."""
    starts, closures = system.numbering.starts, system.closures
    scales = np.ones(system.numbering.local_size)
    for k, unknown in enumerate(system.unknowns):
        scales[starts[k] : starts[k + 1]] = unknown.scale * unknown.reference
    if system.comm.rank == system.numbering.owner:
        scales[starts[-1] :] = [c.unknown.scale * c.reference for c in closures]
    return scales
