# SPDX-License-Identifier: BSD-3-Clause
"""Ranges of the arguments of functions, which have no `parameter` to declare them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ssbmech.errors import ParameterError
from ssbmech.parameter import validate_parameters


@dataclass(frozen=True, slots=True)
class Interval:
    """Range of a number.

    Attributes:
        low: lower bound.
        high: upper bound.
        low_open: the lower bound itself is excluded.
        high_open: the upper bound itself is excluded.
    """

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def __str__(self) -> str:
        """Return it in the notation of mathematics, for example "(0, 0.5]"."""
        left, right = "(" if self.low_open else "[", ")" if self.high_open else "]"
        return f"{left}{self.low:g}, {self.high:g}{right}"

    def expect(self, **arguments: object) -> None:
        """Check that arguments lie in the interval; NaN lies in none.

        Args:
            **arguments: values in SI by their names.

        Raises:
            ParameterError: an argument is no real number, or out of bounds.
        """
        for name, value in arguments.items():
            if not isinstance(value, (float, int)):
                raise ParameterError(f"{name} = {value!r} is no number in SI")
            above = value > self.low or (value == self.low and not self.low_open)
            below = value < self.high or (value == self.high and not self.high_open)
            if not (above and below):
                raise ParameterError(
                    f"{name} = {value:g} is out of bounds: expected a value in {self}"
                )


ABOVE_ZERO: Final = Interval(0.0, math.inf, low_open=True, high_open=True)
FROM_ZERO: Final = Interval(0.0, math.inf, high_open=True)
FRACTION: Final = Interval(0.0, 1.0, low_open=True, high_open=True)
SHARE: Final = Interval(0.0, 1.0)
