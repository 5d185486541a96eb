# SPDX-License-Identifier: BSD-3-Clause
"""A step at a temperature, for tests of what the model makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ssbmech.case.protocol import Drive, Step
from ssbmech.case.stops import StopCondition


@dataclass(frozen=True)
class Heated:
    """A step at a temperature of its own.

    Attributes:
        step: what is done besides.
        temperature: absolute temperature [K], or a function of the time since its start [s].
        break_points: times at which that function has kinks [s].
    """

    step: Step
    temperature: float | Callable[[float], float]
    break_points: tuple[float, ...] = ()

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def duration(self) -> float:
        return self.step.duration

    @property
    def stops(self) -> tuple[StopCondition, ...]:
        return self.step.stops

    @property
    def seats(self) -> bool:
        return self.step.seats

    def drive(self, elapsed: float) -> Drive:
        held = self.temperature
        asked = held(elapsed) if callable(held) else held
        return replace(self.step.drive(elapsed), temperature=asked)
