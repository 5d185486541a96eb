# SPDX-License-Identifier: BSD-3-Clause
"""Protocol: the steps a cell is taken through, and what ends them.

Currents and voltages are those of the working electrode: a positive current strips it (anodic
current), and the voltage is its potential against the counter electrode.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol

from ssbmech.errors import CaseError
from ssbmech.parameter import parameter, validate_parameters

SAME_INSTANT = 1e-9
"""Difference of two instants over the duration of a step below which they are one [1]."""


@dataclass(frozen=True)
class Drive:
    """What a step asks of the electrodes and of the fixture at one instant.

    It asks for a current, as a density or as a C-rate, or for a voltage.

    Attributes:
        current_density: current per nominal area of the cell [A/m2]; None under voltage control.
        voltage: working minus counter electrode [V]; None under current control.
        c_rate: current over the cell's capacity [1/s]; it takes the place of the current density.
        preload_fraction: fraction of the fixture's preload that is applied [1].
    """

    current_density: float | None = 0.0
    voltage: float | None = None
    preload_fraction: float = 1.0
    c_rate: float | None = None


class StopCondition(Protocol):
    """Role of a condition that ends a step early."""

    @property
    def quantity(self) -> str:
        """Name of the series quantity that is watched."""

    def excess(self, value: float) -> float:
        """Return how far the quantity is past the limit; positive means the step has ended."""

    def tolerance(self) -> float:
        """Return how closely the limit is landed on, in the unit of the quantity."""


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

    def excess(self, value: float) -> float:
        """Return fraction minus contact [1]."""
        return self.fraction - value

    def tolerance(self) -> float:
        """Return 0.5 %: contact fractions move by whole facets."""
        return 5e-3


class Guard(StopCondition, Protocol):
    """Role of a condition that ends any step, but only on the way towards its limit."""

    def heading(self, before: Mapping[str, float], now: Mapping[str, float]) -> bool:
        """Return whether the cell moves towards the limit from one series row to the next."""


class Step(Protocol):
    """Role of a protocol step.

    A step whose drive has kinks or jumps may name them in an attribute `break_points`, times since
    its start [s]: time steps land on them.
    """

    @property
    def name(self) -> str:
        """Short name for logs and figures."""

    @property
    def duration(self) -> float:
        """Time after which the step ends at the latest [s]."""

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """Conditions that end it earlier."""

    @property
    def seats(self) -> bool:
        """Whether the fixture is being loaded, so that it seats at the end of the step."""

    def drive(self, elapsed: float) -> Drive:
        """Return what is asked at a time [s] since the start of the step."""


def break_points(step: Step) -> tuple[float, ...]:
    """Return the times since the start of a step on which time steps land [s], in order."""
    return tuple(sorted(float(time) for time in getattr(step, "break_points", ())))


def next_break(step: Step, elapsed: float) -> float:
    """Return the next break point of a step after a time since its start [s]; infinite if none."""
    passed = elapsed + SAME_INSTANT * step.duration
    return next((time for time in break_points(step) if time > passed), math.inf)


def check_duration(step: Step) -> None:
    """Convert a step's numbers to SI and check them.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: the duration is not finite.
    """
    duration = getattr(step.duration, "magnitude", step.duration)
    if isinstance(duration, float) and math.isinf(duration):
        raise CaseError(
            f"step {step.name!r} never ends: give it a finite duration "
            "(it may stop earlier on conditions)"
        )
    validate_parameters(step)


@dataclass(frozen=True)
class Preload:
    """Loads the fixture from nothing to its preload, linearly in time, without current.

    At its end the fixture seats: from then on it acts with its stiffness.

    Attributes:
        name: name for logs and figures.
        stops: conditions that end it earlier.
        seats: True: the fixture seats at the end.

    Raises:
        ParameterError: the duration is not positive.
        CaseError: the duration is not finite.
    """

    duration: float = parameter("s", low=0.0, low_open=True, default=1.0, doc="loading time")
    name: str = "preload"
    stops: tuple[StopCondition, ...] = ()
    seats: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return zero current and the ramped preload."""
        return Drive(preload_fraction=min(elapsed / self.duration, 1.0))


@dataclass(frozen=True)
class Rest:
    """No current.

    Attributes:
        name: name for logs and figures.
        stops: conditions that end it earlier.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: the duration is not positive.
        CaseError: the duration is not finite.
    """

    duration: float = parameter("s", low=0.0, low_open=True, doc="length of the rest")
    name: str = "rest"
    stops: tuple[StopCondition, ...] = ()
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return zero current."""
        return Drive()


@dataclass(frozen=True)
class ConstantCurrent:
    """Constant current: positive strips the working electrode, negative plates it.

    Attributes:
        stops: conditions that end it earlier.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, or the duration is not positive.
        CaseError: the duration is not finite.
    """

    current_density: float = parameter("A/m2", doc="current per nominal area; positive strips")
    duration: float = parameter("s", low=0.0, low_open=True, doc="longest time")
    stops: tuple[StopCondition, ...] = ()
    name: str = "constant current"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return the current."""
        return Drive(current_density=self.current_density)


@dataclass(frozen=True)
class ConstantVoltage:
    """Constant voltage between the working and the counter electrode.

    Attributes:
        stops: conditions that end it earlier.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, or the duration is not positive.
        CaseError: the duration is not finite.
    """

    voltage: float = parameter("V", doc="working minus counter electrode potential")
    duration: float = parameter("s", low=0.0, low_open=True, doc="longest time")
    stops: tuple[StopCondition, ...] = ()
    name: str = "constant voltage"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return the voltage."""
        return Drive(current_density=None, voltage=self.voltage)


def check_protocol(steps: tuple[Step, ...], known: Mapping[str, object]) -> None:
    """Check that a protocol has steps and watches quantities that exist.

    Args:
        steps: the protocol.
        known: names of the series quantities.

    Raises:
        CaseError: there is no step, a break point lies outside its step, or a stop condition
            watches an unknown quantity.
    """
    if not steps:
        raise CaseError("the protocol is empty: give at least one step, for example Rest(1 * hour)")
    for step in steps:
        for time in break_points(step):
            if not 0.0 < time < step.duration:
                raise CaseError(
                    f"step {step.name!r} has a break point at {time:g} s, which is not within its "
                    f"duration of {step.duration:g} s"
                )
        for stop in step.stops:
            if stop.quantity not in known:
                raise CaseError(
                    f"step {step.name!r} stops on {stop.quantity!r}, "
                    "which this case does not compute; "
                    f"known quantities: {', '.join(sorted(known))}"
                )
