# SPDX-License-Identifier: BSD-3-Clause
"""A block of a condensed system with terms added, where a better operator stands for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from petsc4py import PETSc

from ssbmech._compat import compile_form
from ssbmech.solve.sorted_entries import Piece, Weights
from ssbmech.solve.summed_matrix import RaisedMatrix, SummedMatrix
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Unknown


class Stiffened:
    """A block with terms added.

    The terms are assembled where the values of the field's own equation are kept, which need not be
    there any more: the block has taken them already.
    """

    def __init__(self, system: System, base: SummedMatrix, pieces: Sequence[Piece]) -> None:
        """Share the pattern of the block; collective."""
        self._system, self._pieces = system, list(pieces)
        self._raised = RaisedMatrix(base)
        self._forms: list[tuple[int, Any]] = []

    @property
    def mat(self) -> PETSc.Mat:
        """Its matrix."""
        return self._raised.mat

    def add(self, unknown: Unknown, form: Any, entity_maps: Any) -> None:
        """Add a form of a field, scaled as the block is; collective.

        Args:
            unknown: the field.
            form: bilinear form, on cells on which the field has an equation.
            entity_maps: its maps.
        """
        own = self._system.index[unknown.key]
        block = next(
            k
            for k, b in enumerate(self._system.blocks)
            if b.row == b.column == own and not b.between_bodies
        )
        self._forms.append((block, compile_form(form, entity_maps)))

    def fill(self) -> None:
        """Follow the present state, after the block has; collective."""
        weights = Weights(self._system)
        self._raised.start()
        for block, form in self._forms:
            added = self._system.blocks[block].values_of(form)
            for k, piece in enumerate(self._pieces):
                if piece.block == block:
                    self._raised.add(k, added, weights.of(block, piece.closure))
        self._raised.finish()

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._raised.destroy()
