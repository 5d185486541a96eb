# SPDX-License-Identifier: BSD-3-Clause
"""The guard of metal in a stack: a layer gives what it holds, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ssbmech.runfolder.quantities import series_name

NONE_LEFT: Final = 1e-9
"""Thickness of metal that counts as none [m]."""

SQUEEZED: Final = 0.1
"""Part of what is left that pressure may take from it by strains alone [1]."""


@dataclass(frozen=True)
class PlyUsedUp:
    """Ends a step when a layer of metal is stripped to a nanometre in the mean of the cells.

    Where more is asked for there is no solution, so that steps are halved until they end there.

    Attributes:
        ply: name of the layer.
    """

    ply: str

    @property
    def quantity(self) -> str:
        """Its thickness."""
        return series_name("thickness", self.ply)

    @property
    def reason(self) -> str:
        """What is used up."""
        return f"metal used up in {self.ply!r}"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether metal was stripped since the row before; pressure alone takes none."""
        return now[self.quantity] < (1.0 - SQUEEZED) * before.get(self.quantity, 0.0)

    def excess(self, value: float) -> float:
        """Return by how much less than nothing is left [m]."""
        return NONE_LEFT - value

    def tolerance(self) -> float:
        """Return the thickness that counts as none [m]: nothing is overshot."""
        return NONE_LEFT
