# SPDX-License-Identifier: BSD-3-Clause
"""Instants that the state of a cell announces, and behind which nothing before tells what comes."""

from __future__ import annotations

import math
from typing import Protocol


class Events(Protocol):
    """Role of what foresees such instants."""

    def due(self, dt_before: float) -> float:
        """Return the time until the next one, infinite if none is foreseen [s]; collective.

        Args:
            dt_before: length of the last step; zero if it tells nothing of the next [s].
        """

    @property
    def happened(self) -> bool:
        """Whether there was one in the last committed step; collective."""


class NoEvents:
    """Nothing is foreseen, and nothing happens."""

    happened = False

    def due(self, dt_before: float) -> float:
        """Return infinity."""
        return math.inf
