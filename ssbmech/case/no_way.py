# SPDX-License-Identifier: BSD-3-Clause
"""The guard of the voltage: a current that finds no way ends its step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ssbmech.parameter import parameter, validate_parameters

MOST_OF_A_CELL = 100.0
"""Voltage beyond that of any single cell, whatever resists in it [V]."""

WAVERING = 1e-6
"""Change of the voltage, over its limit, that is none [1]."""


@dataclass(frozen=True)
class NoWayForCurrent:
    """Ends a step when the voltage is beyond that of any cell, in either direction.

    Contact is lost then, or metal used up, and the current goes through what keeps potentials
    defined, at any voltage. A cycler would have given up long before. The voltage jumps there, and
    close to the jump no time step may have a solution: it is not landed on.

    Attributes:
        quantity: the voltage of the series.
        lands: False: the step ends at the first row beyond.

    Raises:
        ParameterError: the limit is not above zero.
    """

    limit: float = parameter(
        "V", low=0.0, low_open=True, default=MOST_OF_A_CELL, doc="voltage at which a step ends"
    )
    quantity: ClassVar[str] = "voltage"
    lands: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def reason(self) -> str:
        """What the current lacks."""
        return f"no way for the current: beyond {self.limit:g} V"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the voltage is further from zero than in the row before."""
        last = abs(before.get(self.quantity, 0.0))
        return abs(now[self.quantity]) > last + WAVERING * self.limit

    def excess(self, value: float) -> float:
        """Return the size of the voltage less the limit [V]."""
        return abs(value) - self.limit

    def tolerance(self) -> float:
        """Return nothing: no row short of the limit meets it."""
        return 0.0
