# SPDX-License-Identifier: BSD-3-Clause
"""The guard of walls: metal that moves stays a graph over its interface."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ssbmech.parameter import parameter, validate_parameters

WAVERING = 1e-6
"""Change of a slope that is none [1]."""


@dataclass(frozen=True)
class AboutToOverhang:
    """Ends a step when a wall of metal that moves becomes too steep against its interface.

    Attributes:
        interface: name of the interface, "minus|plus".
        body: name of the metal's body.

    Raises:
        ParameterError: a slope is not above zero.
    """

    interface: str
    body: str
    limit: float = parameter("1", low=0.0, low_open=True, doc="slope at which a step ends")
    most: float = parameter("1", low=0.0, low_open=True, doc="slope that has no solution")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Largest slope of the metal's facets."""
        return f"wall_slope:{self.interface}"

    @property
    def reason(self) -> str:
        """What is about to overhang."""
        return f"wall of {self.body} about to overhang"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the wall is steeper than in the row before."""
        return now[self.quantity] > before.get(self.quantity, math.inf) + WAVERING

    def excess(self, value: float) -> float:
        """Return slope less limit [1]."""
        return value - self.limit

    def tolerance(self) -> float:
        """Return what is left to the slope that has no solution."""
        return self.most - self.limit
