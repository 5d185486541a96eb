# SPDX-License-Identifier: BSD-3-Clause
"""A current, given per nominal area or as a C-rate, and the conditions that watch it.

A C-rate counts by the capacity of the cell: that of the hosts of an electrode, or the one that
`Electrodes(capacity=...)` states. Where a step or condition takes either, the unit tells which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

from ssbmech.case.protocol import Drive
from ssbmech.case.stops import StopCondition
from ssbmech.errors import CaseError, ParameterError
from ssbmech.kind_words import shown
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.units import Quantity, unit_of

FASTEST: Final = 0.03
"""Size of a C-rate beyond which its unit was forgotten, more than a hundred per hour [1/s]."""

RATE_HINT: Final = "a bare number is per second: write 0.5 / hour"
"""What is said of a C-rate whose unit was forgotten."""


class Current(Protocol):
    """Role of a current, positive where it strips the working electrode."""

    @property
    def value(self) -> float:
        """Its size and sign, in its own unit."""

    def drive(self) -> Drive:
        """Return what asks for it."""

    def below(self) -> CurrentBelow:
        """Return the condition that the current is smaller."""


@dataclass(frozen=True)
class Density:
    """A current per nominal area.

    Raises:
        ParameterError: it is none.
    """

    value: float = parameter("A/m2", doc="current per nominal area; positive strips")

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def drive(self) -> Drive:
        """Return what asks for it."""
        return Drive(current_density=self.value)

    def below(self) -> CurrentBelow:
        """Return the condition that the current is smaller."""
        return CurrentBelow(abs(self.value))


@dataclass(frozen=True)
class CRate:
    """A current over the capacity of the cell.

    Raises:
        ParameterError: it is none.
    """

    value: float = parameter(
        "1/s",
        low=-FASTEST,
        high=FASTEST,
        hint=RATE_HINT,
        doc="C-rate: capacity per time; positive strips",
    )

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def drive(self) -> Drive:
        """Return what asks for it."""
        return Drive(current_density=None, c_rate=self.value)

    def below(self) -> CurrentBelow:
        """Return the condition that the current is smaller."""
        return CurrentBelow(rate=abs(self.value))


def is_rate(given: Any) -> bool:
    """Return whether what is given has the unit of a C-rate."""
    return isinstance(given, Quantity) and given.is_compatible_with(unit_of("1/s"))


def current_of(given: Any, name: str) -> Current:
    """Return a current of a quantity; a bare number is a density [A/m2].

    Raises:
        ParameterError: it is neither a density nor a C-rate, or zero.
    """
    if isinstance(given, (Density, CRate)):
        return given
    try:
        made = CRate(given) if is_rate(given) else Density(given)
    except ParameterError as failure:
        raise ParameterError(
            f"{name} = {shown(given)}: expected a current per area, as in 0.5 * mA_per_cm2, "
            "or a C-rate, as in 0.1 / hour"
        ) from failure
    if made.value == 0.0:
        raise ParameterError(f"{name} is zero: take Rest for no current")
    return made


def split_rate(instance: Any, density: str, rate: str) -> None:
    """Move a C-rate that was given where a density stands to its own field.

    Raises:
        ParameterError: both are given.
    """
    given = getattr(instance, density)
    if is_rate(given):
        if getattr(instance, rate) is not None:
            raise _both(instance, density, rate)
        object.__setattr__(instance, rate, given)
        object.__setattr__(instance, density, None)
    if getattr(instance, density) is not None and getattr(instance, rate) is not None:
        raise _both(instance, density, rate)


def _both(instance: Any, density: str, rate: str) -> ParameterError:
    """Return the error of a current that is given twice."""
    who = type(instance).__name__
    return ParameterError(f"{who}.{density} and {who}.{rate}: give one of them, not both")


@dataclass(frozen=True)
class CurrentBelow:
    """Ends a step when the size of the current falls below a limit.

    The limit is a current per area, or a C-rate, as in `CurrentBelow(0.05 / hour)`.

    Attributes:
        quantity: the current of the series.

    Raises:
        ParameterError: the limit is no positive current density or C-rate.
    """

    limit: float | None = parameter(
        "A/m2", low=0.0, low_open=True, default=None, doc="current per nominal area"
    )
    rate: float | None = parameter(
        "1/s",
        low=0.0,
        low_open=True,
        high=FASTEST,
        default=None,
        doc="C-rate",
        stated_if_given=True,
    )
    quantity: ClassVar[str] = "current"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        split_rate(self, "limit", "rate")
        validate_parameters(self)
        if self.limit is None and self.rate is None:
            raise ParameterError("CurrentBelow: give a limit, a current per area or a C-rate")

    def settled(self, at_start: float, capacity: float) -> StopCondition:
        """Return the condition in a cell of a capacity [C/m2].

        Raises:
            CaseError: it goes by C-rate, and the cell has no capacity.
        """
        if self.rate is None:
            return self
        if math.isnan(capacity):
            raise CaseError(
                f"a step ends at a current of {self.rate * 3600:g}/hour, but the cell has no "
                "capacity: give the current per area, or Electrodes(capacity=...)"
            )
        return CurrentBelow(self.rate * capacity)

    def excess(self, value: float) -> float:
        """Return limit minus size of the current [A/m2]."""
        return (math.nan if self.limit is None else self.limit) - abs(value)

    def tolerance(self) -> float:
        """Return 2 % of the limit."""
        return 0.02 * (self.limit or 0.0)


@dataclass(frozen=True)
class ChargeAbove:
    """Ends a step when it has passed a charge, in whichever direction.

    Attributes:
        quantity: the charge of the series.
        at_start: charge of the series at the start of the step [C/m2]; found out in the run.
        smooth: True: charge never jumps.

    Raises:
        ParameterError: the limit is no positive charge per area.
    """

    limit: float = parameter("C/m2", low=0.0, low_open=True, doc="charge passed in the step")
    at_start: float = parameter("C/m2", default=0.0, doc="charge passed before the step")
    quantity: ClassVar[str] = "charge"
    smooth: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def settled(self, at_start: float, capacity: float) -> StopCondition:
        """Return the condition of a step that begins at a charge [C/m2]."""
        return ChargeAbove(self.limit, at_start)

    def excess(self, value: float) -> float:
        """Return size of the charge passed minus limit [C/m2]."""
        return abs(value - self.at_start) - self.limit

    def tolerance(self) -> float:
        """Return a millionth of the limit: the charge is known exactly before a time step."""
        return 1e-6 * self.limit
