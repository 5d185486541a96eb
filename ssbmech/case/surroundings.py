# SPDX-License-Identifier: BSD-3-Clause
"""Temperature and stack pressure of a step: a value, a ramp, or the profile of a record.

    Under(Rest(10 * minute), temperature=TemperatureRamp(celsius(25), celsius(60)))
    Under(Charge(0.1 / hour, to=4.3 * V), temperature=celsius(60), pressure=record)

A step without a temperature of its own goes on at the temperature at which the one before it ended.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from ssbmech.case.declared import in_pascal
from ssbmech.case.landings import next_of
from ssbmech.case.own_steps import check_step
from ssbmech.case.phases import Phase, phases_of
from ssbmech.case.protocol import Drive, Step, drive_over, renamed
from ssbmech.case.repeating import with_stops
from ssbmech.case.stops import StopCondition
from ssbmech.errors import CaseError, ParameterError
from ssbmech.parameter import describe, parameter, validate_parameters


@runtime_checkable
class Course(Protocol):
    """Role of what a temperature or pressure does during a step."""

    def during(self, elapsed: float, duration: float) -> float:
        """Return the value at a time since the start of a step of a duration [s]."""


@dataclass(frozen=True)
class _Ramp:
    """A value that goes linearly from one to another over the duration of its step."""

    first: float = 0.0
    last: float = 0.0

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def during(self, elapsed: float, duration: float) -> float:
        """Return the value at a time since the start of a step of a duration [s]."""
        part = min(max(elapsed / duration, 0.0), 1.0)
        return self.first * (1.0 - part) + self.last * part


@dataclass(frozen=True)
class TemperatureRamp(_Ramp):
    """A temperature that goes linearly from one to another over the duration of its step.

    Raises:
        ParameterError: a number is no absolute temperature.
    """

    first: float = parameter("K", low=0.0, low_open=True, doc="temperature at the start")
    last: float = parameter("K", low=0.0, low_open=True, doc="temperature at the end")


@dataclass(frozen=True)
class PressureRamp(_Ramp):
    """A stack pressure that goes linearly from one to another over the duration of its step.

    Raises:
        ParameterError: a number is no pressure, or is negative.
    """

    first: float = in_pascal("pressure at the start")
    last: float = in_pascal("pressure at the end")


@dataclass(frozen=True)
class _Steady:
    """One value throughout a step."""

    value: float = 0.0

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def during(self, elapsed: float, duration: float) -> float:
        """Return the value."""
        return self.value


@dataclass(frozen=True)
class SteadyTemperature(_Steady):
    """One temperature throughout a step.

    Raises:
        ParameterError: it is no absolute temperature.
    """

    value: float = parameter("K", low=0.0, low_open=True, doc="temperature")


@dataclass(frozen=True)
class SteadyPressure(_Steady):
    """One stack pressure throughout a step.

    Raises:
        ParameterError: it is no pressure, or negative.
    """

    value: float = in_pascal("pressure")


@dataclass(frozen=True)
class Under:
    """A step at a temperature, under a stack pressure, or both.

    Time steps land on the break points of all of them. A profile that ends before its step goes on
    at its last value.

    Attributes:
        step: the step.
        temperature: an absolute temperature, a `TemperatureRamp` or a `TemperatureProfile`; None to
            go on at the temperature at which the step before ended.
        pressure: a stack pressure to which the fixture is set, a `PressureRamp` or a
            `PressureProfile`; None for the fixture's own law.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: what is given is no step, no temperature or no pressure, the step has its own
            already, or there is neither.
    """

    step: Step
    temperature: Any = None
    pressure: Any = None

    def __post_init__(self) -> None:
        """Take numbers for steady values, and check the kinds."""
        validate_parameters(self)
        if self.temperature is None and self.pressure is None:
            raise CaseError(
                f"Under({self.step.name!r}) gives neither temperature nor pressure: give one, "
                "or leave Under out"
            )
        check_step(self.step)
        own = self.step.drive(0.0)
        for name, steady, unit in (
            ("temperature", SteadyTemperature, "K"),
            ("pressure", SteadyPressure, "Pa"),
        ):
            given = getattr(self, name)
            if given is None:
                continue
            if getattr(own, name) is not None:
                raise CaseError(f"step {self.step.name!r} has a {name} of its own already")
            object.__setattr__(self, name, _course(given, steady, unit, f"Under.{name}"))

    @property
    def name(self) -> str:
        """Name of the step."""
        return self.step.name

    @property
    def duration(self) -> float:
        """Time after which the step ends at the latest [s]."""
        return self.step.duration

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """Conditions that end it earlier."""
        return self.step.stops

    @property
    def seats(self) -> bool:
        """Whether the fixture seats at its end."""
        return self.step.seats

    def renamed(self, name: str) -> Under:
        """Return it with another name of its step."""
        return dataclasses.replace(self, step=renamed(self.step, name))

    def with_stops(self, more: tuple[StopCondition, ...]) -> Under:
        """Return it with further conditions that end its step."""
        return dataclasses.replace(self, step=with_stops(self.step, more))

    def drive(self, elapsed: float) -> Drive:
        """Return what the step asks at a time [s], with temperature and pressure."""
        return self._with_both(self.step.drive(elapsed), elapsed)

    def drive_over(self, start: float, end: float) -> Drive:
        """Return what the step asks of a time step, with temperature and pressure at its end."""
        return self._with_both(drive_over(self.step, start, end), end)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of the step, each at this temperature and under this pressure."""
        return tuple(
            Phase(dataclasses.replace(self, step=phase.step), phase.until)
            if phase.step is not self.step
            else Phase(self, phase.until)
            for phase in phases_of(self.step)
        )

    def next_break(self, after: float) -> float:
        """Return the next instant on which a time step lands [s]; infinite if none."""
        sources = (next_of(each) for each in (self.step, self.temperature, self.pressure))
        found = min(source(after) for source in sources)
        return found if found < self.duration else math.inf

    def _with_both(self, drive: Drive, elapsed: float) -> Drive:
        asked = {
            name: course.during(elapsed, self.duration)
            for name, course in (("temperature", self.temperature), ("pressure", self.pressure))
            if course is not None
        }
        return dataclasses.replace(drive, **asked)


def _course(given: Any, steady: Callable[[Any], Course], unit: str, name: str) -> Course:
    """Return what a temperature or pressure does, given as a number or as a ramp or profile.

    Raises:
        ParameterError, CaseError: it is none of them.
    """
    if isinstance(given, type):
        raise CaseError(f"{name} is the class {given.__name__}: write {given.__name__}(...)")
    if not isinstance(given, Course):
        if callable(given):
            raise CaseError(
                f"{name} is a function: give a number, a ramp, or a profile of times and values"
            )
        return steady(given)
    kind = getattr(given, "unit", None) or next(iter(_units(given)), unit)
    if kind != unit:
        raise ParameterError(f"{name}: a {type(given).__name__} is in {kind}, expected {unit}")
    return given


def _units(course: Any) -> list[str]:
    """Return the units of the numbers of a ramp or steady value."""
    return [row["unit"] for row in describe(course) if row["unit"]]
