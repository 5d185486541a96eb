# SPDX-License-Identifier: BSD-3-Clause
"""Procedures of a battery laboratory, each as a tuple of steps for a protocol.

    protocol=(Preload(1 * s), formation(0.05 / hour, up_to=4.3 * V, down_to=2.8 * V),
              cycles(50, CCCV(0.5 / hour, to=4.3 * V, taper=0.05 / hour),
                     Discharge(0.5 / hour, to=2.8 * V)))

Currents are densities or C-rates, positive where they strip the working electrode, which charges a
cell whose working electrode is its cathode.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from ssbmech.case.currents import Current, current_of
from ssbmech.case.cycling import Charge, Discharge
from ssbmech.case.protocol import Drive, Rest, Step, check_duration
from ssbmech.case.repeating import cycles
from ssbmech.case.stops import StopCondition, VoltageAbove, VoltageBelow
from ssbmech.errors import CaseError
from ssbmech.parameter import parameter


@dataclass(frozen=True)
class Pulse:
    """Passes a constant current, given per nominal area or as a C-rate.

    Attributes:
        current: the current; positive strips the working electrode.
        stops: conditions that end it earlier.
        name: name for logs and figures.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, or the duration is not positive.
        KindError: the conditions are no tuple.
    """

    current: Any
    duration: float = parameter("s", low=0.0, low_open=True, doc="longest time")
    stops: tuple[StopCondition, ...] = ()
    name: str = "pulse"
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        object.__setattr__(self, "current", current_of(self.current, "Pulse.current"))
        check_duration(self)

    def drive(self, elapsed: float) -> Drive:
        """Return the current."""
        current: Current = self.current
        return current.drive()


def limits(up_to: Any, down_to: Any) -> tuple[StopCondition, ...]:
    """Return the conditions that the voltage leaves its window; those of limits that are given."""
    above = () if up_to is None else (VoltageAbove(up_to),)
    below = () if down_to is None else (VoltageBelow(down_to),)
    return (*above, *below)


def gitt(
    current: Any,
    pulse: Any,
    rest: Any,
    count: int,
    up_to: Any = None,
    down_to: Any = None,
) -> tuple[Step, ...]:
    """Return a galvanostatic intermittent titration: pulses, each with a rest after it.

    Where a pulse reaches a limit of the voltage, the titration ends, and the protocol goes on with
    what follows it.

    Args:
        current: current of the pulses.
        pulse: length of a pulse [s].
        rest: length of a rest [s].
        count: largest number of pulses.
        up_to: upper limit of the voltage [V].
        down_to: lower limit of the voltage [V].

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: the number of pulses is no positive whole number.
    """
    return cycles(
        count,
        Pulse(current, pulse),
        Rest(rest, name="relaxation"),
        until=limits(up_to, down_to),
    )


def pulses(
    currents: Sequence[Any],
    length: Any,
    rest: Any,
    up_to: Any = None,
    down_to: Any = None,
) -> tuple[Step, ...]:
    """Return pulses of given currents, each with a rest after it, as for pulse power (HPPC).

    A pulse that reaches a limit of the voltage ends there, and its rest follows.

    Args:
        currents: current of each pulse, such as `(-1 / hour, 0.75 / hour)`.
        length: length of a pulse [s].
        rest: length of a rest [s].
        up_to: upper limit of the voltage [V].
        down_to: lower limit of the voltage [V].

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: there is no current.
    """
    listed = _listed(currents, "pulses")
    ends = limits(up_to, down_to)
    return tuple(
        step
        for number, current in enumerate(listed, 1)
        for step in (
            Pulse(current, length, ends, name=f"pulse {number}"),
            Rest(rest, name=f"rest {number}"),
        )
    )


def rate_test(
    rates: Sequence[Any], up_to: Any, down_to: Any, charge: Any, each: int = 3, rest: Any = None
) -> tuple[Step, ...]:
    """Return discharges at several C-rates, each after a charge at one and the same.

    Args:
        rates: C-rates of the discharges.
        up_to: voltage to which it is charged [V].
        down_to: voltage to which it is discharged [V].
        charge: C-rate of the charges.
        each: number of cycles at each rate.
        rest: length of a rest after each charge and discharge [s]; None for no rest.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: there is no rate, or the number of cycles is no positive whole number.
    """
    pause = () if rest is None else (Rest(rest),)
    found: list[Step] = []
    for rate in _listed(rates, "rate_test"):
        fall = Discharge(rate, to=down_to)
        name = f"discharge {fall.rate * 3600:.4g}C"
        fall = Discharge(rate, to=down_to, name=name)
        found += cycles(each, Charge(charge, to=up_to), pause, fall, pause)
    return tuple(found)


def formation(
    rate: Any, up_to: Any, down_to: Any, count: int = 2, rest: Any = None
) -> tuple[Step, ...]:
    """Return the first slow cycles of a cell, from charge to discharge.

    Args:
        rate: C-rate of charges and discharges.
        up_to: voltage to which it is charged [V].
        down_to: voltage to which it is discharged [V].
        count: number of cycles.
        rest: length of a rest after each charge and discharge [s]; None for no rest.

    Raises:
        ParameterError: a number has the wrong kind of unit or is out of its bounds.
        CaseError: the number of cycles is no positive whole number.
    """
    pause = () if rest is None else (Rest(rest, name="formation rest"),)
    return cycles(
        count,
        Charge(rate, to=up_to, name="formation charge"),
        pause,
        Discharge(rate, to=down_to, name="formation discharge"),
        pause,
    )


def _listed(given: Any, name: str) -> tuple[Any, ...]:
    """Return currents that were given as a sequence.

    Raises:
        CaseError: they were not, or there is none.
    """
    single = isinstance(given, (str, bytes)) or getattr(given, "ndim", 1) == 0
    if single or not hasattr(given, "__iter__") or len(tuple(given)) == 0:
        raise CaseError(f"{name}({given!r}, ...): expected one current or more, in a tuple")
    return tuple(given)
