# SPDX-License-Identifier: BSD-3-Clause
"""Entries of the blocks of a system, sorted by the blocks of a split, and those of facets apart.

The matrix of the whole system is not made for that: at a million unknowns it would be a gigabyte.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ssbmech.solve.blocks import Block, Pattern
from ssbmech.solve.numbering import INDEX
from ssbmech.solve.split import Placed, Split
from ssbmech.solve.summed_matrix import Source
from ssbmech.solve.system import System

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

Pair = tuple[int, int]
"""Row and column block."""

FIELD = -1
"""Stands for no scalar unknown, where the number of one could stand."""


class Weights:
    """Factors of the values of blocks, so that symmetric couplings are symmetric in numbers.

    The equation of a field is multiplied by its scale and by the size of its residual, as its
    unknowns are by the scale.
    """

    def __init__(self, system: System) -> None:
        """Take those of the present equations of the scalars."""
        scales = [unknown.scale for unknown in system.unknowns]
        self._of_blocks = [scales[block.row] * scales[block.column] for block in system.blocks]
        self._shares = [closure.alpha for closure in system.closures]

    def of(self, block: int, closure: int) -> float:
        """Return the factor of values of a block in a field's or a scalar's equations."""
        share = 1.0 if closure == FIELD else self._shares[closure]
        return self._of_blocks[block] * share


class Values:
    """Present values of the blocks of a system.

    Attributes:
        arrays: values by block.
        weights: their factors.
        diagonals: what the scalars' own equations say of themselves, symmetrically scaled.
    """

    def __init__(self, system: System) -> None:
        """Take them as they are; collective."""
        self.arrays = [block.values() for block in system.blocks]
        self.weights = Weights(system)
        self.diagonals = np.array([c.beta * c.unknown.scale**2 for c in system.closures])


@dataclass(frozen=True, eq=False)
class Piece:
    """Values of a block of the system that go into one block of the split.

    Attributes:
        block: number of the block of the system.
        closure: number of the scalar in whose equation they are; FIELD for none.
        source: where they go.
    """

    block: int
    closure: int
    source: Source


@dataclass(eq=False)
class Gathered:
    """Some entries of all blocks, one block after the other.

    Attributes:
        rows: system rows.
        columns: system rows of the columns.
    """

    rows: Longs = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    columns: Longs = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _parts: list[tuple[int, int, Ints]] = field(default_factory=list)

    def add(self, block: int, closure: int, rows: Longs, columns: Longs, source: Ints) -> None:
        """Add entries of a block in the equations of a scalar, or of no scalar."""
        self.rows = np.concatenate([self.rows, rows])
        self.columns = np.concatenate([self.columns, columns])
        self._parts.append((block, closure, source))

    def take(self, values: Values) -> Array:
        """Return their values."""
        found = [
            values.weights.of(block, closure) * values.arrays[block][source]
            for block, closure, source in self._parts
        ]
        return np.concatenate([np.zeros(0), *found])


class SortedEntries:
    """Entries of the blocks of a system by the blocks of a split.

    Attributes:
        pieces: those of rows and columns that are kept, by pair of blocks; the same on all ranks,
            some of them empty.
        of_facets: those in rows of facets.
        crossing: those of kept rows in columns of facets.
    """

    def __init__(self, system: System, split: Split, multipliers: int) -> None:
        """Sort them; collective.

        Args:
            system: the system.
            split: the blocks of what is kept.
            multipliers: block of the multipliers, whose rows are made by the elimination.
        """
        self._system, self._split, self._multipliers = system, split, multipliers
        self.of_facets, self.crossing = Gathered(), Gathered()
        found = {key: s for k, b in enumerate(system.blocks) for key, s in self._sort(k, b)}
        nothing = np.zeros(0, dtype=INDEX)
        self.pieces: dict[Pair, list[Piece]] = {}
        for key in sorted(set().union(*split.comm.allgather(list(found)))):
            pair, block, closure = key
            empty = Source(nothing, nothing, nothing, at_home=closure == FIELD)
            piece = Piece(block, closure, found.pop(key, empty))
            self.pieces.setdefault(pair, []).append(piece)

    def _sort(self, k: int, block: Block) -> Iterator[tuple[tuple[Pair, int, int], Source]]:
        """Yield the sources of a block, and gather what belongs to facets; collective."""
        numbering, split = self._system.numbering, self._split
        pattern, rows = block.pattern(), numbering.targets[block.row]
        columns = block.columns(numbering.targets[block.column])
        at_rows, at_columns = split.place(rows), split.place(columns)
        for closure, chosen in self._by_equation(rows, pattern):
            self._gather(k, closure, chosen, (rows, columns), (at_rows, at_columns))
            for pair, kept in self._by_pair(chosen, at_rows, at_columns):
                yield (
                    (pair, k, closure),
                    Source(
                        rows=at_rows.number.astype(INDEX)[kept.rows],
                        columns=at_columns.number.astype(INDEX)[kept.columns],
                        entries=kept.source,
                        at_home=closure == FIELD,
                    ),
                )

    def _by_equation(self, rows: Longs, pattern: Pattern) -> Iterator[tuple[int, Pattern]]:
        """Yield values in the equations of the field, and in those of each scalar tied to it."""
        closures = self._system.numbering.closure_rows
        tied = [np.flatnonzero(rows == row) for row in closures]
        if not any(len(each) for each in tied):
            yield FIELD, pattern
            return
        equation = np.full(len(rows), FIELD, dtype=np.int16)
        for j, each in enumerate(tied):
            equation[each] = j
        for j in range(FIELD, len(closures)):
            yield j, pattern.only(equation[pattern.rows] == j)

    def _by_pair(
        self, pattern: Pattern, at_rows: Placed, at_columns: Placed
    ) -> Iterator[tuple[Pair, Pattern]]:
        """Yield values of kept rows and columns by the blocks of these."""
        row_blocks, column_blocks = (at.block.astype(np.int8) for at in (at_rows, at_columns))
        for row in np.unique(row_blocks):
            if row >= self._split.apart or row == self._multipliers:
                continue
            of_rows = pattern.only(row_blocks[pattern.rows] == row)
            for column in np.unique(column_blocks):
                if column < self._split.apart:
                    found = of_rows.only(column_blocks[of_rows.columns] == column)
                    if len(found.source):
                        yield (int(row), int(column)), found

    def _gather(
        self,
        k: int,
        closure: int,
        pattern: Pattern,
        targets: tuple[Longs, Longs],
        placed: tuple[Placed, Placed],
    ) -> None:
        """Keep the entries of a block in rows and columns of facets."""
        of_rows, of_columns = (self._of_facets(at) for at in placed)
        there = [at.block != self._split.nowhere for at in placed]
        for row, column, into in (
            (of_rows, there[1], self.of_facets),
            (there[0] & ~of_rows, of_columns, self.crossing),
        ):
            if np.any(row) and np.any(column):
                chosen = pattern.only(row[pattern.rows] & column[pattern.columns])
                rows, columns = targets[0][chosen.rows], targets[1][chosen.columns]
                into.add(k, closure, rows, columns, chosen.source)

    def _of_facets(self, placed: Placed) -> Flags:
        """Return which rows are unknowns of facets."""
        return np.isin(placed.block, (self._multipliers, self._split.apart))
