# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a rig that presses, releases and presses again, and what a protocol may ask of one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ssbmech.case.declared import in_pascal
from ssbmech.case.fixtures import Fixture, own_pressure
from ssbmech.case.phases import drives_of
from ssbmech.case.protocol import Drive, Step, check_duration
from ssbmech.case.stops import StopCondition
from ssbmech.errors import CaseError
from ssbmech.parameter import parameter


def _towards(pressure: float, duration: float, elapsed: float) -> Drive:
    """Return what a steady way to a pressure asks."""
    return Drive(pressure=pressure, pressure_within=max(duration - elapsed, 0.0))


@dataclass(frozen=True)
class Press:
    """Takes the fixture from its present pressure to another, linearly in time, without current.

    Meanwhile the fixture acts as a given force. At the end it seats anew: from then on it acts with
    its stiffness from the new pressure and position.

    Attributes:
        stops: conditions that end it earlier; it then seats where it is.
        name: name for logs and figures.
        seats: True: the fixture seats at the end.

    Raises:
        ParameterError: the pressure is negative, or the duration not positive.
        CaseError: the duration is not finite.
    """

    pressure: float = in_pascal("stack pressure at the end")
    duration: float = parameter("s", low=0.0, low_open=True, default=1.0, doc="time it takes")
    stops: tuple[StopCondition, ...] = ()
    name: str = "press"
    seats: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return zero current and the pressure to be reached."""
        return _towards(self.pressure, self.duration, elapsed)


@dataclass(frozen=True)
class Release:
    """Takes the load off the stack, linearly in time, without current.

    At the end the fixture seats without a load: what grows afterwards presses against it.

    Attributes:
        stops: conditions that end it earlier; the fixture then seats where it is.
        name: name for logs and figures.
        seats: True: the fixture seats at the end.

    Raises:
        ParameterError: the duration is not positive.
        CaseError: the duration is not finite.
    """

    duration: float = parameter("s", low=0.0, low_open=True, default=1.0, doc="time it takes")
    stops: tuple[StopCondition, ...] = ()
    name: str = "release"
    seats: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return zero current and no pressure at the end."""
        return _towards(0.0, self.duration, elapsed)


def sets_pressure(step: Step) -> bool:
    """Return whether a step sets the pressure of the fixture at any time."""
    return any(drive.pressure is not None for drive in drives_of(step))


def check_loading(fixture: Fixture | None, protocol: Sequence[Step]) -> None:
    """Check that the fixture can do what the steps ask, and is preloaded once.

    Raises:
        CaseError: a step sets a pressure that nothing makes, or loads the fixture from nothing
            when it is loaded.
    """
    for step in protocol:
        if not sets_pressure(step):
            continue
        if fixture is None:
            raise CaseError(
                f"step {step.name!r} sets a stack pressure, but the case has no fixture: give one, "
                "for example ConstantForce(preload=1 * MPa)"
            )
        if fixture.travel is not None:
            raise CaseError(
                f"step {step.name!r} sets a stack pressure, but the platen is driven by its travel:"
                " take a ConstantForce, a Spring or a FixedGap"
            )
    if fixture is None:
        return
    if any(step.seats and not sets_pressure(step) for step in protocol[1:]):
        raise CaseError(
            "a Preload after the first step would take the load off and put it on again: begin the "
            "protocol with Preload(), and take Press(pressure, duration) and Release(duration) to "
            "change the pressure later"
        )


def set_pressure(
    fixture: Fixture, drive: Drive, seated: bool, last: float, time: float, dt: float
) -> float:
    """Return the pressure to which a step sets a fixture [Pa]; nan where its own law acts.

    A step that asks for a pressure or a fraction of the preload gets it; until it is seated, a
    fixture acts with its force alone.

    Args:
        fixture: the fixture.
        drive: what the step asks.
        seated: whether the fixture acts from a seat.
        last: pressure at the end of the last committed step [Pa].
        time: time at the end of the present one [s].
        dt: its length [s].
    """
    if drive.pressure is not None:
        return last + dt / (dt + drive.pressure_within) * (drive.pressure - last)
    fraction = drive.preload_fraction
    if fraction is None:
        return math.nan if seated else own_pressure(fixture, time)
    return own_pressure(fixture, time) * fraction


def kept_pressure(fixture: Fixture, seat: float, time: float) -> float:
    """Return the pressure that a fixture keeps whatever the stack does [Pa]; nan for a stiff one.

    Args:
        fixture: the fixture, seated.
        seat: pressure at which it was seated [Pa].
        time: time at the end of the step [s].
    """
    if fixture.stiffness != 0.0:
        return math.nan
    return own_pressure(fixture, time) if hasattr(fixture, "course") else seat


def moves_seat(drive: Drive, seated: bool) -> bool:
    """Return whether a fixture will act from where a step has set it, once no more is asked."""
    return drive.pressure is not None or (seated and drive.preload_fraction is not None)
