# SPDX-License-Identifier: BSD-3-Clause
"""The matrices of what a condensed system keeps, block by block.

Patterns are made once, from the entries of the system and from the pairs of neighbours that the
elimination of facets couples; then only values change.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ssbmech.solve.facets import Multipliers
from ssbmech.solve.neighbours import Neighbours
from ssbmech.solve.numbering import INDEX
from ssbmech.solve.sorted_entries import Pair, Piece, Values
from ssbmech.solve.split import Split
from ssbmech.solve.stiffened import Stiffened
from ssbmech.solve.summed_matrix import Source, SummedMatrix
from ssbmech.solve.system import System

Array = npt.NDArray[np.float64]

_NO_NUMBERS = np.zeros(0, dtype=INDEX)
_NOTHING = Source(_NO_NUMBERS, _NO_NUMBERS, _NO_NUMBERS)


class KeptBlocks:
    """The blocks of a condensed system, symmetrically scaled.

    Attributes:
        matrices: matrices by row and column block; none where there is nothing.
    """

    def __init__(
        self,
        system: System,
        split: Split,
        pieces: dict[Pair, list[Piece]],
        groups: Sequence[Multipliers],
    ) -> None:
        """Make the matrices of all blocks that have entries on some rank; collective.

        Args:
            system: the system.
            split: the blocks.
            pieces: entries of the system by pair of blocks; taken out pair by pair, for they are
                long.
            groups: multipliers by interface and kind, whose elimination adds to the blocks.
        """
        self._system, self.matrices = system, dict[Pair, SummedMatrix]()
        self._pieces, self._made_of = dict[Pair, list[Piece]](), dict[Pair, object]()
        self._changing = set[Pair]()
        blocks = range(len(split.members))
        diagonals = _diagonals(system, split)
        changes = [_pairs(each.neighbours, len(split.members)) for each in groups]
        for pair in [(row, column) for row in blocks for column in blocks]:
            found = pieces.pop(pair, [])
            # where the values go is kept by the matrix alone
            self._pieces[pair] = [Piece(p.block, p.closure, _NOTHING) for p in found]
            changed = [each.pop(pair, _NOTHING) for each in changes]
            sources = [*(p.source for p in found), diagonals.get(pair, _NOTHING), *changed]
            counts = [sum(len(s.rows) for s in some) for some in (sources, changed)]
            some, some_changed = split.comm.allreduce(np.array(counts))
            if some:
                self.matrices[pair] = SummedMatrix(
                    split.ranges[pair[0]], split.ranges[pair[1]], sources
                )
            if some_changed:
                self._changing.add(pair)

    def fill(self, values: Values, changes: Sequence[Array]) -> None:
        """Follow the values; collective.

        Args:
            values: present values of the system's blocks.
            changes: what the elimination of facets adds, by group.
        """
        for pair in self.matrices:
            self._fill(pair, values, changes)

    def _fill(self, pair: Pair, values: Values, changes: Sequence[Array]) -> None:
        """Follow the values in one matrix, unless none of them has changed; collective."""
        pieces = self._pieces[pair]
        weights = [values.weights.of(piece.block, piece.closure) for piece in pieces]
        versions = [self._system.blocks[piece.block].version for piece in pieces]
        made_of = (weights, versions, values.diagonals.tolist())
        if pair not in self._changing and self._made_of.get(pair) == made_of:
            return
        self._made_of[pair] = made_of
        arrays = [values.arrays[piece.block] for piece in pieces]
        rest = [values.diagonals, *changes]
        self.matrices[pair].fill([*arrays, *rest], [*weights, *(1.0 for _ in rest)])

    def stiffened(self, block: int) -> Stiffened:
        """Return what takes the place of a block where terms are added to it; collective."""
        matrix = self.matrices[block, block]
        return Stiffened(self._system, matrix, self._pieces[block, block])

    def destroy(self) -> None:
        """Give the memory back; collective."""
        for matrix in self.matrices.values():
            matrix.destroy()


def _diagonals(system: System, split: Split) -> dict[Pair, Source]:
    """Return where the scalars' own entries go, by block; collective."""
    numbering, found = system.numbering, dict[Pair, Source]()
    placed = split.place(np.array(numbering.closure_rows, dtype=np.int64))
    if split.comm.rank != numbering.owner:
        return found
    for block in np.unique(placed.block[placed.block < split.apart]):
        entries = np.flatnonzero(placed.block == block)
        number = placed.number[entries]
        found[int(block), int(block)] = Source(number, number, entries)
    return found


def _pairs(each: Neighbours, count: int) -> dict[Pair, Source]:
    """Return where pairs of neighbours of facets go, by block."""
    valid, shape = each.valid, each.members.shape
    block = np.full(shape, count, dtype=np.int16)
    number = np.zeros(shape, dtype=INDEX)
    block[valid], number[valid] = each.placed.block, each.placed.number
    code = (block[:, :, None] * np.int16(count + 1) + block[:, None, :]).ravel()
    square = (*shape, shape[1])
    rows = np.broadcast_to(number[:, :, None], square)
    columns = np.broadcast_to(number[:, None, :], square)
    found, present = {}, [int(k) for k in np.unique(block[valid])]
    for row in present:
        for column in present:
            entries = np.flatnonzero(code == row * (count + 1) + column)
            if len(entries):
                at = np.unravel_index(entries, square)
                found[row, column] = Source(rows[at], columns[at], entries.astype(INDEX))
    return found
