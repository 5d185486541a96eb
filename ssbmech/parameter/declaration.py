# SPDX-License-Identifier: BSD-3-Clause
"""Declarations: unit, bounds and meaning of a number or table, kept with its dataclass field."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass
from types import MappingProxyType
from typing import Any, Final, Protocol, runtime_checkable

from ssbmech.units import unit_of

_KEY: Final = "ssbmech.parameter"

NOT_DESCRIBED: Final = MappingProxyType({"ssbmech.not_described": True})
"""Metadata of a dataclass field that `describe` leaves out."""

STATED_IF_GIVEN: Final = MappingProxyType({"ssbmech.stated_if_given": True})
"""Metadata of a field that says nothing as long as it is empty, such as laws of the user's own."""

UNSTATED: Final = MappingProxyType({"ssbmech.unstated": True})
"""Metadata of a field on which no result depends, such as the range in which a law is known: two
objects that differ in it alone are the same to manifests and to a run that goes on."""


@runtime_checkable
class Tabulated(Protocol):
    """Role of a function given by points, which is declared, checked and listed as one value."""

    @property
    def y(self) -> tuple[float, ...]:
        """Ordinates of the points, in SI."""

    def summary(self) -> str:
        """Return number of points and ranges in a few words."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """Unit and bounds of one number, or of the ordinates of one table.

    Attributes:
        unit: SI unit, written as in "Pa", "A m-2", "m3/mol" or "1".
        low: Lower bound in that unit, None for none.
        high: Upper bound in that unit, None for none.
        low_open: The lower bound itself is excluded.
        high_open: The upper bound itself is excluded.
        doc: What the number is.
        is_table: The value is a table.
        hint: What may have been meant by a number out of bounds.
    """

    unit: str
    low: float | None
    high: float | None
    low_open: bool
    high_open: bool
    doc: str
    is_table: bool = False
    hint: str = ""

    def admits(self, number: float) -> bool:
        """Tell whether a number in SI lies within the bounds."""
        above = self.low is None or number > self.low or (number == self.low and not self.low_open)
        below = (
            self.high is None or number < self.high or (number == self.high and not self.high_open)
        )
        return above and below

    def bounds(self) -> str:
        """Return the bounds as an interval, for example "(0, 0.5]"."""
        left = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low:g}"
        right = "inf)" if self.high is None else f"{self.high:g}{')' if self.high_open else ']'}"
        return f"{left}, {right}"


@dataclass(frozen=True, slots=True)
class Derived:
    """Default of a number that follows from those declared before it.

    Attributes:
        value: Returns it, a quantity or a float in SI, from the object with these in SI.
    """

    value: Callable[[Any], Any]


def parameter(
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    low_open: bool = False,
    high_open: bool = False,
    default: Any = MISSING,
    doc: str = "",
    stated_if_given: bool = False,
    hint: str = "",
) -> Any:
    """Declare a number of a dataclass.

    Args:
        unit: SI unit of the stored float.
        low: Lower bound in SI.
        high: Upper bound in SI.
        low_open: The lower bound itself is excluded.
        high_open: The upper bound itself is excluded.
        default: Default, a quantity or a float in SI; None makes the number optional, and `Derived`
            takes the place of None by what follows from other numbers.
        doc: What the number is, in a few words.
        stated_if_given: It says nothing as long as it is None.
        hint: What may have been meant by a number out of bounds, such as a unit left out.

    Returns:
        The field, carrying its declaration.

    Raises:
        ParameterError: `unit` is not a unit.
    """
    unit_of(unit)
    declaration = Declaration(unit, low, high, low_open, high_open, doc, hint=hint)
    when = STATED_IF_GIVEN if stated_if_given else {}
    return dataclasses.field(default=default, metadata={_KEY: declaration, **when})


def table(
    unit: str,
    *,
    low: float | None = None,
    high: float | None = None,
    doc: str = "",
    made: bool = False,
) -> Any:
    """Declare a table of a dataclass, such as a `Curve`.

    Args:
        unit: SI unit of the ordinates.
        low: Lower bound of the ordinates in SI.
        high: Upper bound of the ordinates in SI.
        doc: What the ordinates are, in a few words.
        made: The dataclass makes the table itself, from other fields.

    Returns:
        The field, carrying its declaration.

    Raises:
        ParameterError: `unit` is not a unit.
    """
    unit_of(unit)
    declaration = Declaration(unit, low, high, False, False, doc, is_table=True)
    return dataclasses.field(init=not made, repr=not made, metadata={_KEY: declaration})


def declared(instance: Any) -> Iterator[tuple[dataclasses.Field[Any], Declaration]]:
    """Yield the fields of a dataclass that are declared, with their declarations."""
    for field in dataclasses.fields(instance):
        if _KEY in field.metadata:
            yield field, field.metadata[_KEY]
