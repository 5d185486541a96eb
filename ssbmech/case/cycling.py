# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a battery protocol: charge, discharge and hold, by C-rate and cut-off voltage.

The working electrode is the cathode: charging takes lithium out of it. A rate of one per hour (1C)
passes the cell's capacity, that of the windows of use of its hosts, in one hour.

    protocol=(Preload(1 * s), *cycles(3, Charge(0.1 / hour, to=4.3 * V), Rest(1 * hour),
                                      Discharge(0.1 / hour, to=3.0 * V)))
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ssbmech.case.protocol import Drive, Step, check_duration
from ssbmech.case.stops import StopCondition, VoltageAbove, VoltageBelow
from ssbmech.errors import CaseError
from ssbmech.parameter import Derived, parameter, validate_parameters

ROUNDING = 1e-9
"""Change of a mean content that cannot be told from none [1]."""

LONGEST = 1.5
"""Longest duration of a charge or discharge over that of the capacity at its rate [1]."""


@dataclass(frozen=True)
class CurrentBelow:
    """Ends a step when the size of the current falls below a limit.

    Attributes:
        quantity: the current of the series.

    Raises:
        ParameterError: the limit is no positive current density.
    """

    limit: float = parameter("A/m2", low=0.0, low_open=True, doc="current per nominal area")
    quantity: ClassVar[str] = "current"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def excess(self, value: float) -> float:
        """Return limit minus size of the current [A/m2]."""
        return self.limit - abs(value)

    def tolerance(self) -> float:
        """Return 2 % of the limit."""
        return 0.02 * self.limit


@dataclass(frozen=True)
class _ContentLimit:
    """A limit of the lithium content of a host, somewhere in a region."""

    region: str
    limit: float = parameter("1", low=0.0, high=1.0, doc="lithium content")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def gain(self, before: Mapping[str, float], now: Mapping[str, float]) -> float:
        """Return what the region as a whole gains from one row to the next [1]; 0 from none."""
        mean = f"content_mean:{self.region}"
        return now[mean] - before[mean] if before else 0.0

    def tolerance(self) -> float:
        """Return 0.1 % of the sites."""
        return 1e-3


@dataclass(frozen=True)
class ContentBelow(_ContentLimit):
    """Ends a step when a host is empty somewhere.

    Attributes:
        region: region of the host.

    Raises:
        ParameterError: the limit is not between 0 and 1.
    """

    @property
    def quantity(self) -> str:
        """Lowest content of the region."""
        return f"content_min:{self.region}"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the region as a whole loses lithium, from one row to the next."""
        return self.gain(before, now) < -ROUNDING

    def excess(self, value: float) -> float:
        """Return limit minus content [1]."""
        return self.limit - value


@dataclass(frozen=True)
class ContentAbove(_ContentLimit):
    """Ends a step when a host is full somewhere.

    Attributes:
        region: region of the host.

    Raises:
        ParameterError: the limit is not between 0 and 1.
    """

    @property
    def quantity(self) -> str:
        """Highest content of the region."""
        return f"content_max:{self.region}"

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the region as a whole gains lithium, from one row to the next."""
        return self.gain(before, now) > ROUNDING

    def excess(self, value: float) -> float:
        """Return content minus limit [1]."""
        return value - self.limit


@dataclass(frozen=True)
class _AtRate:
    """Passes a current at constant C-rate up or down to a voltage."""

    rate: float = parameter("1/s", low=0.0, low_open=True, doc="C-rate: capacity per time")
    to: float = parameter("V", doc="voltage at which it ends")
    duration: float = parameter(
        "s",
        low=0.0,
        low_open=True,
        default=Derived(lambda step: LONGEST / step.rate),
        doc="longest time",
    )
    until: tuple[StopCondition, ...] = ()
    name: str = ""
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        validate_parameters(self)


@dataclass(frozen=True)
class Charge(_AtRate):
    """Charges at constant C-rate up to a voltage.

    Attributes:
        rate: C-rate, capacity per time [1/s].
        to: voltage at which charging ends [V].
        duration: longest time [s]; None for one and a half times that of the whole capacity.
        until: further conditions that end it.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        KindError: the conditions are no tuple.
    """

    name: str = "charge"

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """The voltage limit, and what else ends it."""
        return (VoltageAbove(self.to), *self.until)

    def drive(self, elapsed: float) -> Drive:
        """Return the current that takes lithium out of the working electrode."""
        return Drive(current_density=None, c_rate=self.rate)


@dataclass(frozen=True)
class Discharge(_AtRate):
    """Discharges at constant C-rate down to a voltage.

    Attributes:
        rate: C-rate, capacity per time [1/s].
        to: voltage at which discharging ends [V].
        duration: longest time [s]; None for one and a half times that of the whole capacity.
        until: further conditions that end it.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        KindError: the conditions are no tuple.
    """

    name: str = "discharge"

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """The voltage limit, and what else ends it."""
        return (VoltageBelow(self.to), *self.until)

    def drive(self, elapsed: float) -> Drive:
        """Return the current that puts lithium into the working electrode."""
        return Drive(current_density=None, c_rate=-self.rate)


@dataclass(frozen=True)
class Hold:
    """Holds a voltage until the current has faded.

    Attributes:
        until: further conditions that end it.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: the duration is not finite.
    """

    voltage: float = parameter("V", doc="working minus counter electrode potential")
    duration: float = parameter("s", low=0.0, low_open=True, doc="longest time")
    current_below: float = parameter(
        "A/m2", low=0.0, low_open=True, default=0.05, doc="current per area at which it ends"
    )
    until: tuple[StopCondition, ...] = ()
    name: str = "hold"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """The faded current, and what else ends it."""
        return (CurrentBelow(self.current_below), *self.until)

    def drive(self, elapsed: float) -> Drive:
        """Return the voltage."""
        return Drive(current_density=None, voltage=self.voltage)


def cycles(count: int, *steps: Step) -> tuple[Step, ...]:
    """Return steps repeated, with the number of the cycle in their names.

    Args:
        count: number of cycles.
        steps: steps of one cycle.

    Raises:
        CaseError: the number of cycles is not positive, or there is no step.
    """
    if count < 1 or not steps:
        raise CaseError(f"cycles({count}, ...) of {len(steps)} steps: give one or more of each")
    return tuple(
        dataclasses.replace(step, name=f"{step.name} {number}" if count > 1 else step.name)  # type: ignore[type-var]
        for number in range(1, count + 1)
        for step in steps
    )
