# SPDX-License-Identifier: BSD-3-Clause
"""Instants on which time steps land: kinks and jumps of what is asked of a cell.

A step of the protocol names its own in `break_points`, times since its start [s]; a function of the
time of the run, such as the pressure on a face, in an attribute of the same name, times since the
start of the run. What has very many of them, or repeats itself, gives the next one instead, in a
method `next_break(after)`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable

from ssbmech.case.protocol import SAME_INSTANT, Step

Next = Callable[[float], float]
"""The first instant after a time, infinite if there is none."""


class Landings:
    """The instants of one protocol step, in times since its start.

    Args:
        step: the step.
        begun: time of the run at which it began [s].
        courses: functions of the time of the run that name their break points.
    """

    def __init__(self, step: Step, begun: float = 0.0, courses: Iterable[object] = ()) -> None:
        """Sort them once."""
        self._least, self._duration = SAME_INSTANT * step.duration, step.duration
        self._begun = begun
        self._own = next_of(step)
        self._courses = [next_of(course) for course in courses]

    def next(self, elapsed: float) -> float:
        """Return the next instant after a time since the start of the step [s]; infinite if none.

        What follows within a billionth of the duration counts as passed, and the end of the step
        is none of them.
        """
        passed = elapsed + self._least
        now = self._begun + passed
        others = (after(now) - self._begun for after in self._courses)
        found = min(self._own(passed), *others, math.inf)
        return found if found < self._duration - self._least else math.inf


def next_of(source: object) -> Next:
    """Return what finds the next break point of a step or of a function of time."""
    own: Next | None = getattr(source, "next_break", None)
    return _Sorted(getattr(source, "break_points", ())) if own is None else own


class _Sorted:
    """Break points that were named one by one."""

    def __init__(self, points: Iterable[float]) -> None:
        self._points = sorted(float(point) for point in points)

    def __call__(self, after: float) -> float:
        place = bisect_right(self._points, after)
        return self._points[place] if place < len(self._points) else math.inf
