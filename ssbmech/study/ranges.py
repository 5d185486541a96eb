# SPDX-License-Identifier: BSD-3-Clause
"""The range of a sampled knob, and samples of it with no more digits than they need."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from ssbmech.errors import StudyError

MOST_DIGITS = 12
"""Digits of a number in a variant's name at most; a sample has no more, so the name is exact."""

_DIGITS = 6
# A sample is rounded by less than this part of its slice.
_PART_OF_SLICE = 1e-3


class Range(Protocol):
    """Role of the range of a sampled knob."""

    @property
    def low(self) -> float:
        """Lower end."""

    @property
    def high(self) -> float:
        """Upper end."""

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way from the lower to the upper end."""


@dataclass(frozen=True)
class LinearRange:
    """Even in the value.

    Attributes:
        low: Lower end.
        high: Upper end.
    """

    low: float
    high: float

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way."""
        return self.low + fraction * (self.high - self.low)


@dataclass(frozen=True)
class LogRange:
    """Even in the logarithm of the value.

    Attributes:
        low: Lower end, positive.
        high: Upper end.

    Raises:
        StudyError: The lower end has no logarithm.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Check the lower end."""
        if self.low <= 0.0:
            raise StudyError(f"a logarithmic range from {self.low:g}: it must begin above zero")

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way."""
        return math.exp(math.log(self.low) + fraction * math.log(self.high / self.low))


RANGES: Mapping[str, Callable[[float, float], Range]] = MappingProxyType(
    {"linear": LinearRange, "log": LogRange}
)
"""Scale of a sampled knob in a study file -> range."""


def rounded(values: Range, fraction: float, samples: int) -> float:
    """Return a sample with no more digits than its slice of the range calls for.

    Args:
        values: The range.
        fraction: Place of the sample, from 0 at the lower end to 1.
        samples: Number of slices.
    """
    exact = values.at(fraction)
    number = math.floor(fraction * samples)
    width = values.at((number + 1) / samples) - values.at(number / samples)
    ratio = max(abs(exact) / (_PART_OF_SLICE * width), 1.0) if width > 0.0 else math.inf
    needed = math.log10(ratio)
    digits = MOST_DIGITS if needed > MOST_DIGITS else max(math.ceil(needed), _DIGITS)
    return min(max(float(f"{exact:.{digits}g}"), values.low), values.high)


def nearest_whole(values: Range, fraction: float, knob: str) -> int:
    """Return a sample as a whole number in the range.

    Args:
        values: The range.
        fraction: Place of the sample, from 0 at the lower end to 1.
        knob: Name of the knob, for the message.

    Raises:
        StudyError: There is no whole number in the range.
    """
    low, high = math.ceil(values.low), math.floor(values.high)
    if low > high:
        raise StudyError(
            f"[latin_hypercube] {knob} takes whole numbers, and there is none from "
            f"{values.low:g} to {values.high:g}"
        )
    return min(max(round(values.at(fraction)), low), high)
