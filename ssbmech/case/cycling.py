# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a battery protocol: charge, discharge and hold, by C-rate and cut-off voltage.

The working electrode is the cathode: charging takes lithium out of it. A rate of one per hour (1C)
passes the cell's capacity, that of the windows of use of its hosts, in one hour.

    protocol=(Preload(1 * s), *cycles(3, Charge(0.1 / hour, to=4.3 * V), Rest(1 * hour),
                                      Discharge(0.1 / hour, to=3.0 * V)))
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ssbmech.case.currents import FASTEST, RATE_HINT, split_rate
from ssbmech.case.currents import CurrentBelow as CurrentBelow
from ssbmech.case.declared import in_volt
from ssbmech.case.protocol import Drive, check_duration
from ssbmech.case.repeating import cycles as cycles
from ssbmech.case.stops import StopCondition, VoltageAbove, VoltageBelow
from ssbmech.parameter import Derived, parameter, validate_parameters

ROUNDING = 1e-9
"""Change of a mean content that cannot be told from none [1]."""

FADED = 0.05
"""Current at which a hold ends if none is given [A/m2]."""

LONGEST = 1.5
"""Longest duration of a charge or discharge over that of the capacity at its rate [1]."""


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

    rate: float = parameter(
        "1/s",
        low=0.0,
        low_open=True,
        high=FASTEST,
        hint=RATE_HINT,
        doc="C-rate: capacity per time",
    )
    to: float = in_volt("voltage at which it ends")
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

    The current at which it ends is one per area, 0.05 A/m2 if none is given, or a C-rate, as in
    `Hold(4.3 * V, 5 * hour, current_below=0.05 / hour)`.

    Attributes:
        until: further conditions that end it.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: the duration is not finite.
    """

    voltage: float = in_volt("working minus counter electrode potential")
    duration: float = parameter("s", low=0.0, low_open=True, doc="longest time")
    current_below: float | None = parameter(
        "A/m2", low=0.0, low_open=True, default=None, doc="current per area at which it ends"
    )
    until: tuple[StopCondition, ...] = ()
    name: str = "hold"
    rate_below: float | None = parameter(
        "1/s",
        low=0.0,
        low_open=True,
        default=None,
        doc="C-rate at which it ends",
        stated_if_given=True,
    )
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        split_rate(self, "current_below", "rate_below")
        check_duration(self)
        if self.current_below is None and self.rate_below is None:
            object.__setattr__(self, "current_below", FADED)

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """The faded current, and what else ends it."""
        return (CurrentBelow(self.current_below, self.rate_below), *self.until)

    def drive(self, elapsed: float) -> Drive:
        """Return the voltage."""
        return Drive(current_density=None, voltage=self.voltage)
