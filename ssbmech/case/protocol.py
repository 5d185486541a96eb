# SPDX-License-Identifier: BSD-3-Clause
"""Protocol: the steps a cell is taken through, and what ends them.

Currents and voltages are those of the working electrode: a positive current strips it (anodic
current), and the voltage is its potential against the counter electrode.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, cast

# scripts may know the stop conditions from here
from ssbmech.case.declared import in_ampere, in_volt
from ssbmech.case.stops import ContactBelow as ContactBelow
from ssbmech.case.stops import StopCondition
from ssbmech.case.stops import VoltageAbove as VoltageAbove
from ssbmech.case.stops import VoltageBelow as VoltageBelow
from ssbmech.errors import CaseError, ParameterError, SSBMechError
from ssbmech.kind_words import shown
from ssbmech.parameter import parameter, validate_parameters

SAME_INSTANT = 1e-9
"""Difference of two instants over the duration of a step below which they are one [1]."""


GAUSS = (-((1 / 3) ** 0.5), (1 / 3) ** 0.5)
"""Where the rule of two points asks, from -1 to 1."""


@dataclass(frozen=True)
class Drive:
    """What a step asks of the electrodes and of the fixture at one instant.

    It asks for a current, as a density or as a C-rate, for a voltage, or for a power.

    Attributes:
        current_density: current per nominal area of the cell [A/m2]; None under voltage control.
        voltage: working minus counter electrode [V]; None under current control.
        c_rate: current over the cell's capacity [1/s]; it takes the place of the current density.
        preload_fraction: fraction of its preload to which the fixture's force is set [1]; None for
            its own law, and for the whole preload as long as it is not seated.
        temperature: absolute temperature of the whole cell [K]; None to go on at that at the end of
            the step before, or of the case.
        pressure: pressure to which the fixture is set instead of its preload [Pa]; None for its own
            law. What a fixture was set to last is where it acts from when no more is asked.
        pressure_within: time left until that pressure is reached, at a steady rate from the present
            one [s].
        power: voltage times current, per nominal area [W/m2]; None if one of these is asked for.
    """

    current_density: float | None = in_ampere("current per nominal area", default=0.0)
    voltage: float | None = in_volt("working minus counter electrode", default=None)
    preload_fraction: float | None = parameter("1", default=None, doc="fraction of the preload")
    c_rate: float | None = parameter("1/s", default=None, doc="current over capacity")
    temperature: float | None = parameter(
        "K", low=0.0, low_open=True, default=None, doc="temperature"
    )
    pressure: float | None = parameter("Pa", low=0.0, default=None, doc="pressure of the fixture")
    pressure_within: float = parameter("s", low=0.0, default=0.0, doc="time left to reach it")
    power: float | None = parameter("W/m2", default=None, doc="voltage times current per area")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


class Step(Protocol):
    """Role of a protocol step.

    A step whose drive has kinks or jumps may name them in an attribute `break_points`, times since
    its start [s]: time steps land on them. One whose current changes within a time step may give
    the mean over it in a method `drive_over(start, end)`.
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


def drive_at(step: Step, time: float) -> Drive:
    """Return what a step asks for at a time since its start [s].

    Raises:
        CaseError: a step of the user's own fails, or returns something else than a Drive.
    """
    where = f"step {step.name!r}: drive({time:g})"
    try:
        drive: Any = step.drive(time)
    except SSBMechError:
        raise
    except Exception as failure:
        # the user's own code, which may raise anything
        raise CaseError(f"{where} raises {type(failure).__name__}: {failure}") from failure
    if not isinstance(drive, Drive):
        raise CaseError(f"{where} returns {shown(drive)}: expected a Drive, as in Drive(voltage=4)")
    return drive


def drive_over(step: Step, start: float, end: float) -> Drive:
    """Return what a step asks of a time step, from one time since its start to another [s].

    A step whose current is not constant gives the mean over the time step, so that the charge is
    that of its course, in a method `drive_over(start, end)`; of any other it is `drive(end)`, with
    the mean of two currents within the time step by Gauss's rule: at its ends it may jump.
    """
    own: Callable[[float, float], Drive] | None = getattr(step, "drive_over", None)
    if own is not None:
        return own(start, end)
    last, half = drive_at(step, end), 0.5 * (end - start)
    inside = [drive_at(step, start + (1.0 + place) * half) for place in GAUSS]
    means = {}
    for name in ("current_density", "c_rate"):
        values = [getattr(drive, name) for drive in inside]
        if None not in values and values != [getattr(last, name)] * 2:
            means[name] = 0.5 * sum(values)
    return dataclasses.replace(last, **means) if means else last


def renamed(step: Step, name: str) -> Step:
    """Return a step with another name: by its method `renamed`, or as a copy of its dataclass.

    Raises:
        CaseError: it can have no other name.
    """
    own: Callable[[str], Step] | None = getattr(step, "renamed", None)
    if own is not None:
        return own(name)
    if not hasattr(step, "__dataclass_fields__"):
        raise CaseError(
            f"step {step.name!r} of {type(step).__name__} cannot be numbered: make it a dataclass "
            "with a field `name`, or give it a method renamed(name)"
        )
    return cast("Step", dataclasses.replace(cast("Any", step), name=name))


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

    current_density: float = in_ampere("current per nominal area; positive strips")
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
class CurrentSweep:
    r"""Current that grows by the same factor in equal times, as in a search for a critical current.

    .. math:: i(t) = i_0 \left(\frac{i_1}{i_0}\right)^{t / t_1}

    A time step has the current of its end, not the mean over it: what is looked for is the current
    at which something begins.

    Attributes:
        stops: conditions that end it earlier.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, the duration is not positive, or the
            currents do not have one sign.
        CaseError: the duration is not finite.
    """

    first: float = in_ampere("current at the start; positive strips")
    last: float = in_ampere("current at the end")
    duration: float = parameter("s", low=0.0, low_open=True, doc="time from first to last")
    stops: tuple[StopCondition, ...] = ()
    name: str = "current sweep"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)
        if self.first * self.last <= 0.0:
            raise ParameterError(
                f"CurrentSweep from {self.first:g} to {self.last:g} A/m2: expected two currents of "
                "one sign, for it grows by a factor"
            )

    def drive(self, elapsed: float) -> Drive:
        """Return the current at a time."""
        factor = (self.last / self.first) ** (elapsed / self.duration)
        return Drive(current_density=self.first * factor)

    def drive_over(self, start: float, end: float) -> Drive:
        """Return the current at the end of a time step."""
        return self.drive(end)


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

    voltage: float = in_volt("working minus counter electrode potential")
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


@dataclass(frozen=True)
class ConstantPower:
    """Constant power, of voltage times current per nominal area; a positive one charges.

    The current follows from the voltage of the same instant. The cell needs a voltage at rest.

    Attributes:
        stops: conditions that end it earlier.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, or the duration is not positive.
        CaseError: the duration is not finite.
    """

    power: float = parameter("W/m2", doc="power per nominal area; positive strips")
    duration: float = parameter("s", low=0.0, low_open=True, doc="longest time")
    stops: tuple[StopCondition, ...] = ()
    name: str = "constant power"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return the power."""
        return Drive(current_density=None, power=self.power)
