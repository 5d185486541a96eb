# SPDX-License-Identifier: BSD-3-Clause
"""Phases of one step, such as constant current and constant voltage of a charge.

A step that changes what it drives when a condition is met names its phases in an attribute
`phases`. They share its clock, its duration and its number; a step without has one phase.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ssbmech.case.landings import next_of
from ssbmech.case.protocol import Drive, Step
from ssbmech.case.stops import StopCondition
from ssbmech.parameter import validate_parameters

LOOKED_AT = 2000
"""Instants at which a step is asked what it drives, for checks before a run."""


OWN_SAMPLES = 64
"""Instants at which a step of the user's own is asked, besides its break points, for checks."""


@dataclass(frozen=True)
class Phase:
    """One phase of a step.

    Attributes:
        step: what drives during the phase, against the time since the start of the whole step; its
            stop conditions end the whole step.
        until: condition on which the next phase begins; None for the last.
    """

    step: Step
    until: StopCondition | None = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


def phases_of(step: Step) -> tuple[Phase, ...]:
    """Return the phases of a step."""
    own: tuple[Phase, ...] = getattr(step, "phases", ())
    return own or (Phase(step),)


def conditions_of(step: Step) -> Iterator[StopCondition]:
    """Yield all conditions of a step: those that end it, and those on which phases begin."""
    for phase in phases_of(step):
        yield from phase.step.stops
        if phase.until is not None:
            yield phase.until


def drives_of(step: Step) -> Iterator[Drive]:
    """Yield what a step asks for, at its start, its end, and instants that tell of all between."""
    for phase in phases_of(step):
        after = next_of(phase.step)
        yield phase.step.drive(0.0)
        at = 0.0
        for _ in range(LOOKED_AT):
            at = after(at)
            if not at < step.duration:
                break
            yield phase.step.drive(at)
        for part in parts_of(phase.step):
            yield phase.step.drive(part * step.duration)


def parts_of(step: Step) -> tuple[float, ...]:
    """Return the parts of its duration after which a step is asked, besides its break points [1].

    One of the user's own is asked more often: it may ask for something between its ends alone.
    """
    count = OWN_SAMPLES if is_own(step) else 4
    return tuple((k + 1) / count for k in range(count))


def is_own(step: Step) -> bool:
    """Return whether a step is of the user's own, also at a temperature or pressure of a rig."""
    asked: Any = step
    while asked is not None:
        if type(asked).__module__.partition(".")[0] != __name__.partition(".")[0]:
            return True
        asked = getattr(asked, "step", None)
    return False


def passes_current(step: Step) -> bool:
    """Return whether a step asks for a current, a power or a voltage at any time."""
    return any(
        d.current_density or d.c_rate or d.power or d.voltage is not None for d in drives_of(step)
    )
