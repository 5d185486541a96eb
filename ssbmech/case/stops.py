# SPDX-License-Identifier: BSD-3-Clause
"""Conditions that end a step of the protocol before its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ssbmech.parameter import parameter, validate_parameters


class StopCondition(Protocol):
    """Role of a condition that ends a step early.

    It may name what has happened then in an attribute `reason`, such as "contact lost".
    """

    @property
    def quantity(self) -> str:
        """Name of the series quantity that is watched."""

    def excess(self, value: float) -> float:
        """Return how far the quantity is past the limit; positive means the step has ended."""

    def tolerance(self) -> float:
        """Return how closely the limit is landed on, in the unit of the quantity."""


def stop_reason(stop: StopCondition) -> str:
    """Return why a step ended on a condition, for logs and reports."""
    reached = f"{stop.quantity} reached its limit"
    reason = getattr(stop, "reason", "")
    return f"{reason}: {reached}" if reason else reached


@dataclass(frozen=True)
class VoltageAbove:
    """Ends a step when the voltage rises above a limit.

    Attributes:
        quantity: the voltage of the series.

    Raises:
        ParameterError: the limit is no voltage.
    """

    limit: float = parameter("V", doc="upper voltage limit")
    quantity: ClassVar[str] = "voltage"

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def excess(self, value: float) -> float:
        """Return voltage minus limit [V]."""
        return value - self.limit

    def tolerance(self) -> float:
        """Return 0.1 mV."""
        return 1e-4


@dataclass(frozen=True)
class VoltageBelow:
    """Ends a step when the voltage falls below a limit.

    Attributes:
        quantity: the voltage of the series.

    Raises:
        ParameterError: the limit is no voltage.
    """

    limit: float = parameter("V", doc="lower voltage limit")
    quantity: ClassVar[str] = "voltage"

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def excess(self, value: float) -> float:
        """Return limit minus voltage [V]."""
        return self.limit - value

    def tolerance(self) -> float:
        """Return 0.1 mV."""
        return 1e-4


@dataclass(frozen=True)
class ContactBelow:
    """Ends a step when less than a fraction of an interface is in contact (contact lost).

    Attributes:
        interface: name of the interface, "minus|plus".

    Raises:
        ParameterError: the fraction is not between 0 and 1.
    """

    interface: str
    fraction: float = parameter("1", low=0.0, high=1.0, doc="contact area fraction")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Contact fraction of the interface."""
        return f"contact_fraction:{self.interface}"

    @property
    def reason(self) -> str:
        """Contact lost."""
        return "contact lost"

    def excess(self, value: float) -> float:
        """Return fraction minus contact [1]."""
        return self.fraction - value

    def tolerance(self) -> float:
        """Return 0.5 %: contact fractions move by whole facets."""
        return 5e-3


@dataclass(frozen=True)
class VoidAbove:
    """Ends a step when hidden voids are higher than a limit somewhere on an interface.

    Attributes:
        interface: name of the interface, "minus|plus", which has a law of hidden voids.

    Raises:
        ParameterError: the limit is no height.
    """

    interface: str
    limit: float = parameter("m", low=0.0, doc="height of hidden voids")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Largest height of hidden voids on the interface."""
        return f"void_height_max:{self.interface}"

    @property
    def reason(self) -> str:
        """Voids open."""
        return "voids open"

    def excess(self, value: float) -> float:
        """Return height minus limit [m]."""
        return value - self.limit

    def tolerance(self) -> float:
        """Return 2 % of the limit, or a picometre, which tells that voids begin to open."""
        return max(0.02 * self.limit, 1e-12)


class Guard(StopCondition, Protocol):
    """Role of a condition that ends any step, but only on the way towards its limit."""

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the cell moves towards the limit from one series row to the next."""
