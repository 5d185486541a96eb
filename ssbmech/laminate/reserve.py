# SPDX-License-Identifier: BSD-3-Clause
"""The guard of metal in a stack: a layer gives what it holds, and no more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ssbmech.runfolder.quantities import series_name

NONE_LEFT: Final = 1e-9
"""Thickness of metal that counts as none [m]."""

STILL: Final = 1e-9
"""Change of a charge over the width of its table that is none [1]."""

SHORT: Final = 1e-4
"""Part of a table of potentials within which its end is landed on [1]."""

SQUEEZED: Final = 0.1
"""Part of what is left that pressure may take from it by strains alone [1]."""


@dataclass(frozen=True)
class PlyUsedUp:
    """Ends a step when a layer of metal is stripped to a nanometre in the first of the cells.

    Where more is asked for there is no solution, so that steps are halved until they end there.

    Attributes:
        ply: name of the layer.
    """

    ply: str

    @property
    def quantity(self) -> str:
        """Its thickness in the cell that has least of it."""
        return series_name("thickness_min", self.ply)

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


@dataclass(frozen=True)
class TableEnds:
    """Ends a step where a cell comes to an end of the table of its potentials at rest.

    It is landed on within the table, beyond which no voltage is known.

    Attributes:
        limit: charge at which the table ends [C/m2].
        width: charge over the whole table [C/m2].
        rises: whether it is the end that charging comes to, where the host is empty.
    """

    limit: float
    width: float
    rises: bool

    @property
    def quantity(self) -> str:
        """Charge of the cell that is nearest to that end."""
        return "charge_max" if self.rises else "charge_min"

    @property
    def reason(self) -> str:
        """What ends."""
        return (
            f"host is {'empty' if self.rises else 'full'} in a cell: its table of potentials ends"
        )

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether that cell goes towards the end since the row before."""
        change = now[self.quantity] - before.get(self.quantity, 0.0)
        return (change if self.rises else -change) > STILL * self.width

    def excess(self, value: float) -> float:
        """Return the charge past a place that is short of the end by what landing may miss."""
        past = value - self.limit if self.rises else self.limit - value
        return past + self.tolerance()

    def tolerance(self) -> float:
        """Return a ten thousandth of the table."""
        return SHORT * self.width


def table_ends(low: float, high: float) -> tuple[TableEnds, ...]:
    """Return the guards of a table of potentials between two charges [C/m2]; none without one."""
    if not high - low < math.inf:
        return ()
    return TableEnds(low, high - low, False), TableEnds(high, high - low, True)
