# SPDX-License-Identifier: BSD-3-Clause
"""Constant current up to a voltage, and that voltage until the current has faded: one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ssbmech.case.currents import CRate, Current, current_of
from ssbmech.case.cycling import LONGEST
from ssbmech.case.declared import in_volt
from ssbmech.case.phases import Phase
from ssbmech.case.protocol import Drive, check_duration
from ssbmech.case.stops import StopCondition, VoltageAbove, VoltageBelow
from ssbmech.errors import ParameterError
from ssbmech.parameter import Derived, parameter, validate_parameters


@dataclass(frozen=True)
class Driving:
    """What one phase of a step asks for throughout.

    Attributes:
        name: name of the step.
        asked: what is asked.
        stops: conditions that end the whole step.
        seats: False: the fixture is not being loaded.
    """

    name: str
    asked: Drive
    duration: float = parameter("s", low=0.0, doc="duration of the step")
    stops: tuple[StopCondition, ...] = ()
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def drive(self, elapsed: float) -> Drive:
        """Return what is asked."""
        return self.asked


def _longest(step: CCCV) -> float:
    """Return twice the longest duration of a charge at the rate of a step [s].

    Raises:
        ParameterError: the step goes by a current per area, and its capacity is not known.
    """
    if not isinstance(step.current, CRate):
        raise ParameterError(
            "CCCV at a current per area: give the longest duration of the whole step, duration=..."
        )
    return 2.0 * LONGEST / abs(step.current.value)


@dataclass(frozen=True)
class CCCV:
    """Passes a constant current to a voltage, and holds the voltage until the current has faded.

    A positive current charges: it strips the working electrode, and its voltage rises to the limit;
    a negative one discharges, and its voltage falls. It is one step, with one name and number.

    Attributes:
        current: current, per nominal area or as a C-rate.
        to: voltage at which the current gives way to the voltage.
        taper: size of the current at which the step ends, per nominal area or as a C-rate.
        duration: longest time of the whole step [s]; three times that of the capacity if the
            current is a C-rate.
        until: further conditions that end it.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds, a current is
            zero, the taper is not below a current of its kind, or no duration is known.
        KindError: the conditions are no tuple.
    """

    current: Any
    to: float = in_volt("voltage that is held at the end")
    taper: Any = None
    duration: float = parameter(
        "s", low=0.0, low_open=True, default=Derived(_longest), doc="longest time"
    )
    until: tuple[StopCondition, ...] = ()
    name: str = "cccv"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        object.__setattr__(self, "current", current_of(self.current, "CCCV.current"))
        if self.taper is None:
            raise ParameterError(
                "CCCV.taper is missing: give the current at which the step ends, as a current per "
                "area or a C-rate, such as 0.05 / hour"
            )
        object.__setattr__(self, "taper", current_of(self.taper, "CCCV.taper"))
        check_duration(self)
        faded, first = abs(self.taper.value), abs(self.current.value)
        if type(self.taper) is type(self.current) and not faded < first:
            raise ParameterError(
                f"CCCV: the taper of {faded:g} is not below the current of {first:g} (both in SI): "
                "the step would end where the voltage is reached; take Charge or Discharge for that"
            )

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        """What ends it beside the faded current."""
        return self.until

    @property
    def phases(self) -> tuple[Phase, ...]:
        """Current, then voltage."""
        current: Current = self.current
        reached = VoltageAbove(self.to) if current.value > 0.0 else VoltageBelow(self.to)
        held = Drive(current_density=None, voltage=self.to)
        faded = self.taper.below()
        return (
            Phase(Driving(self.name, current.drive(), self.duration, self.until), reached),
            Phase(Driving(self.name, held, self.duration, (faded, *self.until))),
        )

    def drive(self, elapsed: float) -> Drive:
        """Return the current with which it begins."""
        current: Current = self.current
        return current.drive()
