# SPDX-License-Identifier: BSD-3-Clause
"""Functions of time that name no break points: they are looked at within each time step.

A time step asks a function for its value at its end. What the function does between start and end
is lost, unless it is close to the line between the two: then the step is as good as any other. So a
function is sampled within the step before it is taken; where it leaves the line by more than a
tenth of its range, the step is shortened to where it does not, and where it jumps, one short step
crosses the jump. A pulse is found if it is longer than the distance of samples.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ssbmech.case.protocol import Step
from ssbmech.case.surroundings import Under

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

OVER_A_STEP = 8192
"""Samples over the duration of a protocol step, into which each time step takes its share."""

LEAST = 64
"""Samples of a time step at least."""

LEAVES = 0.1
"""Distance from the line, over the range of the function in the step, that is too far [1]."""

NO_RANGE = 1e-9
"""Range over the largest value below which a function is constant [1]."""

SHORTEST = 1e-6
"""Time step that crosses a jump, over the duration of the protocol step [1]."""

_DRIVEN = (
    "current_density",
    "voltage",
    "c_rate",
    "power",
    "temperature",
    "pressure",
    "preload_fraction",
)


@dataclass(frozen=True)
class _Watched:
    """A function of time since the start of a protocol step, and how far it may leave a line."""

    value: Callable[[float], float]
    most: float

    def samples(self, times: Floats) -> Floats:
        """Return its values."""
        return np.array([self.value(float(time)) for time in times])

    def reach(self, values: Floats) -> int:
        """Return the number of intervals of samples over which it is close to one line.

        Zero says that it jumps, or nearly, within the first.
        """
        if abs(values[1] - values[0]) > self.most:
            return 0
        leaps = np.flatnonzero(np.abs(np.diff(values)) > self.most)
        count = int(leaps[0]) if len(leaps) else len(values) - 1
        while count > 1:
            line = np.linspace(values[0], values[count], count + 1)
            if np.max(np.abs(values[: count + 1] - line)) <= self.most:
                break
            count //= 2
        return count


class Watch:
    """Looks at functions of time during one protocol step.

    Args:
        step: the step; one of the user's own is looked at too, if it names no break points.
        begun: time of the run at which it began [s].
        functions: functions of the time of the run without break points.
    """

    def __init__(self, step: Step, begun: float, functions: Iterable[Callable[[float], float]]):
        """Find the range of each over the step."""
        self._duration = step.duration
        shifted = [_since(function, begun) for function in functions]
        found = [*shifted, *_drives(step)]
        times = _instants(step.duration)
        self._watched = [each for value in found if (each := _watched(value, times)) is not None]
        self._told = False

    def longest(self, elapsed: float, dt: float) -> tuple[float, bool]:
        """Return the longest time step that loses nothing, and whether it crosses a jump.

        Args:
            elapsed: time since the start of the protocol step [s].
            dt: time step that is proposed [s].
        """
        longest, crosses = dt, False
        for each in self._watched:
            while True:
                share = int(np.ceil(OVER_A_STEP * longest / self._duration))
                count = min(max(share, LEAST), OVER_A_STEP)
                times = elapsed + np.linspace(0.0, longest, count + 1)
                reach = each.reach(each.samples(times))
                if reach == count:
                    break
                shorter = longest * max(reach, 1) / count
                if reach == 0 and shorter <= SHORTEST * self._duration:
                    longest, crosses = min(longest, SHORTEST * self._duration), True
                    break
                longest = shorter
                if reach > 0:
                    break
        if longest < dt and not self._told:
            self._told = True
            logger.info(
                "a function of time changes within time steps, which are shortened to follow it; "
                "one that names its break points, as a profile does, is met exactly"
            )
        return longest, crosses


def plain(functions: Iterable[Any]) -> list[Any]:
    """Return those of some functions that do not tell where they jump or bend."""
    return [f for f in functions if not (hasattr(f, "break_points") or hasattr(f, "next_break"))]


def _since(function: Callable[[float], float], begun: float) -> Callable[[float], float]:
    """Return a function of the time since an instant."""
    return lambda time: float(function(begun + time))


def _drives(step: Step) -> Sequence[Callable[[float], float]]:
    """Return what a step of the user's own asks for against time; nothing of one that tells."""
    while isinstance(step, Under):
        # the temperature and pressure around it tell; the step within may not
        step = step.step
    own = type(step).__module__.partition(".")[0] != __name__.partition(".")[0]
    if not own or not plain([step]):
        return ()
    drives = [step.drive(float(time)) for time in _instants(step.duration)]
    varying = [n for n in _DRIVEN if len({getattr(drive, n) for drive in drives}) > 1]
    # what is asked may change from one kind to another, such as from a current to a voltage
    return [_of_drive(step, name, read) for name in varying for read in (_size_of, _whether_asked)]


def _of_drive(
    step: Step, name: str, read: Callable[[float | None], float]
) -> Callable[[float], float]:
    """Return a number of what a step asks for, against the time since its start."""
    return lambda time: read(getattr(step.drive(time), name))


def _size_of(asked: float | None) -> float:
    return 0.0 if asked is None else float(asked)


def _whether_asked(asked: float | None) -> float:
    return float(asked is not None)


def _instants(duration: float) -> Floats:
    """Return times of the samples of a protocol step, since its start [s]."""
    return np.linspace(0.0, duration, OVER_A_STEP + 1, dtype=np.float64)


def _watched(value: Callable[[float], float], times: Floats) -> _Watched | None:
    """Return a function with what is far of it; None if it is constant."""
    samples = np.array([value(float(time)) for time in times])
    extent = float(np.ptp(samples))
    if not extent > NO_RANGE * float(np.max(np.abs(samples))):
        return None
    return _Watched(value, LEAVES * extent)
