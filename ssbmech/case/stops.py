# SPDX-License-Identifier: BSD-3-Clause
"""Conditions that end a step of the protocol before its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ssbmech.case.declared import in_volt
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT, MOST_LENGTH, MOST_PRESSURE, PRESSURE_HINT


class StopCondition(Protocol):
    """Role of a condition that ends a step early.

    It may name what has happened then in an attribute `reason`, such as "contact lost". One whose
    quantity never jumps may say so in an attribute `smooth`: it is landed on within its tolerance
    however long the step may last, others within a ten-thousandth of the time since its start. One
    that says False in an attribute `lands` ends the step at the first row beyond, wherever that is.
    """

    @property
    def quantity(self) -> str:
        """Name of the series quantity that is watched."""

    def excess(self, value: float) -> float:
        """Return how far the quantity is past the limit; positive means the step has ended."""

    def tolerance(self) -> float:
        """Return how closely the limit is landed on, in the unit of the quantity."""


def stop_reason(stop: StopCondition) -> str:
    """Return why a step ended on a condition, and the column that told it, for logs and reports."""
    reason = getattr(stop, "reason", "")
    return f"{reason} [{stop.quantity}]" if reason else f"{stop.quantity} reached its limit"


@dataclass(frozen=True)
class VoltageAbove:
    """Ends a step when the voltage rises above a limit.

    Attributes:
        quantity: the voltage of the series.

    Raises:
        ParameterError: the limit is no voltage.
    """

    limit: float = in_volt("upper voltage limit")
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

    limit: float = in_volt("lower voltage limit")
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


@dataclass(frozen=True)
class CrackAbove:
    """Ends a step when the crack of an interface is longer than a limit.

    Attributes:
        interface: name of the interface, "minus|plus", which is filled (`CrackFilling`).

    Raises:
        ParameterError: the limit is no length.
    """

    interface: str
    limit: float = parameter(
        "m",
        low=0.0,
        high=MOST_LENGTH,
        low_open=True,
        hint=LENGTH_HINT,
        doc="broken length in plane strain, without its tip",
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Broken area of the interface, per depth in plane strain."""
        return f"crack_size:{self.interface}"

    @property
    def reason(self) -> str:
        """The crack has grown."""
        return "the crack has grown"

    def excess(self, value: float) -> float:
        """Return length minus limit [m]."""
        return value - self.limit

    def tolerance(self) -> float:
        """Return a thousandth of the limit: a crack grows by facets, each of which is landed on."""
        return 1e-3 * self.limit


@dataclass(frozen=True)
class PressureAbove:
    """Ends a step when the stack pressure rises above a limit.

    Attributes:
        quantity: the stack pressure of the series.

    Raises:
        ParameterError: the limit is no pressure.
    """

    limit: float = parameter(
        "Pa",
        low=-MOST_PRESSURE,
        high=MOST_PRESSURE,
        hint=PRESSURE_HINT,
        doc="upper limit of the stack pressure",
    )
    quantity: ClassVar[str] = "p_stack"

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def excess(self, value: float) -> float:
        """Return pressure minus limit [Pa]."""
        return value - self.limit

    def tolerance(self) -> float:
        """Return 0.1 % of the limit, 100 Pa at least."""
        return max(1e-3 * abs(self.limit), 100.0)


@dataclass(frozen=True)
class PressureBelow:
    """Ends a step when the stack pressure falls below a limit.

    Attributes:
        quantity: the stack pressure of the series.

    Raises:
        ParameterError: the limit is no pressure.
    """

    limit: float = parameter(
        "Pa",
        low=-MOST_PRESSURE,
        high=MOST_PRESSURE,
        hint=PRESSURE_HINT,
        doc="lower limit of the stack pressure",
    )
    quantity: ClassVar[str] = "p_stack"

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def excess(self, value: float) -> float:
        """Return limit minus pressure [Pa]."""
        return self.limit - value

    def tolerance(self) -> float:
        """Return 0.1 % of the limit, 100 Pa at least."""
        return max(1e-3 * abs(self.limit), 100.0)


@dataclass(frozen=True)
class Final:
    """Ends the run, not the step alone, when a condition is met.

    Attributes:
        condition: the condition.

    Raises:
        KindError: it is none.
    """

    condition: StopCondition

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def quantity(self) -> str:
        """Name of the series quantity that is watched."""
        return self.condition.quantity

    @property
    def reason(self) -> str:
        """What has happened then."""
        return getattr(self.condition, "reason", "")

    @property
    def smooth(self) -> bool:
        """Whether what is watched never jumps."""
        return bool(getattr(self.condition, "smooth", False))

    def settled(self, at_start: float, capacity: float) -> Final:
        """Return it in a cell of a capacity [C/m2], from a value at the start of the step on."""
        return Final(settled(self.condition, at_start, capacity))

    def excess(self, value: float) -> float:
        """Return how far the quantity is past the limit."""
        return self.condition.excess(value)

    def tolerance(self) -> float:
        """Return how closely the limit is landed on."""
        return self.condition.tolerance()


@dataclass(frozen=True)
class Leaves(Final):
    """Leaves the next steps out when a condition is met, as the end of repeated cycles does.

    Attributes:
        condition: the condition.
        skips: number of steps after the present one that are left out.
    """

    skips: int = 0

    def settled(self, at_start: float, capacity: float) -> Leaves:
        """Return it in a cell of a capacity [C/m2], from a value at the start of the step on."""
        return Leaves(settled(self.condition, at_start, capacity), self.skips)


def settled(stop: StopCondition, at_start: float, capacity: float) -> StopCondition:
    """Return a condition as it stands in a cell and in a step.

    A condition that depends on either has a method `settled` of the same arguments.

    Args:
        stop: the condition.
        at_start: what it watches, at the start of the step.
        capacity: capacity of the cell [C/m2]; nan if it has none.

    Raises:
        CaseError: it needs a capacity, and there is none.
    """
    own: Callable[[float, float], StopCondition] | None = getattr(stop, "settled", None)
    return stop if own is None else own(at_start, capacity)


class Guard(StopCondition, Protocol):
    """Role of a condition that ends any step, but only on the way towards its limit."""

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the cell moves towards the limit from one series row to the next."""
