# SPDX-License-Identifier: BSD-3-Clause
"""The end of a run by metal that has grown through the electrolyte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ssbmech.case.stops import Final

SHORT = 0.5
"""Between 0 for none and 1 for a short [1]."""


@dataclass(frozen=True)
class Short:
    """Ends a step when metal in cracks joins both electrodes.

    Attributes:
        quantity: whether it does.
        reason: what has happened then.
    """

    quantity: ClassVar[str] = "short"
    reason: ClassVar[str] = "short: metal in cracks has reached the other electrode"

    def excess(self, value: float) -> float:
        """Return how far the quantity is past the limit [1]."""
        return value - SHORT

    def tolerance(self) -> float:
        """Return next to nothing: it jumps, and is landed on from both sides."""
        return 1e-3


@dataclass(frozen=True)
class AtShort(Final):
    """Ends the run when metal has grown through: its electrodes are no longer two."""

    condition: Short = Short()

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return True: there is no way back."""
        return True
