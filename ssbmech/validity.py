# SPDX-License-Identifier: BSD-3-Clause
"""Ranges in which the numbers of a law are known, and which laws are used outside of theirs.

A law has its range in an optional field, which says nothing about what the law gives::

    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

An Arrhenius number is measured between two temperatures. Beyond them it is extrapolated, by an
exponential of the inverse temperature, which goes far astray where another mechanism takes over.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ssbmech.errors import ParameterError
from ssbmech.parameter import parameter, parts_of, validate_parameters


@dataclass(frozen=True)
class TemperatureRange:
    """Temperatures between which the numbers of a law were measured.

    Raises:
        ParameterError: a temperature is not above zero, or they are in the wrong order.
    """

    low: float = parameter("K", low=0.0, low_open=True, doc="lowest temperature")
    high: float = parameter("K", low=0.0, low_open=True, doc="highest temperature")

    def __post_init__(self) -> None:
        """Convert to SI and check the order."""
        validate_parameters(self)
        if self.low > self.high:
            raise ParameterError(
                f"TemperatureRange: the lowest temperature, {self.low:g} K, is above the highest, "
                f"{self.high:g} K: give them in the other order"
            )

    def __contains__(self, temperature: float) -> bool:
        """Return whether a temperature [K] lies between them."""
        return self.low <= temperature <= self.high


@dataclass(frozen=True)
class OutOfRange:
    """A law that is used at a temperature at which its numbers are not known.

    Attributes:
        path: where it is found, such as "bodies[negative].materials[negative].solid.flow".
        name: name of its class.
        valid: temperatures at which its numbers are known.
    """

    path: str
    name: str
    valid: TemperatureRange

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


def out_of_range(instance: object, temperature: float) -> list[OutOfRange]:
    """Return the laws in an object that are used outside of their range, each of them once.

    Args:
        instance: dataclasses, mappings and sequences, nested.
        temperature: absolute temperature of use [K].
    """
    found: dict[str, OutOfRange] = {}
    for path, law in _laws(instance, ""):
        valid = law.valid
        if isinstance(valid, TemperatureRange) and temperature not in valid:
            # one law in two places is one number that is not known
            found.setdefault(repr(law), OutOfRange(path, type(law).__name__, valid))
    return list(found.values())


def _laws(value: object, path: str) -> Iterator[tuple[str, Any]]:
    """Yield all dataclasses in a value that have a field `valid`, with the paths to them."""
    if dataclasses.is_dataclass(value) and "valid" in _names(value):
        yield path, value
    for name, part in parts_of(value, path):
        yield from _laws(part, name)


def _names(owner: Any) -> set[str]:
    """Return the names of the fields of a dataclass; a class holds none."""
    return set() if isinstance(owner, type) else {field.name for field in dataclasses.fields(owner)}
