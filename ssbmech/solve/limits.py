# SPDX-License-Identifier: BSD-3-Clause
"""The limits of a phase: conditions that end it or its step, and how a time step lands on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ssbmech.case.phases import Phase
from ssbmech.case.protocol import SAME_INSTANT
from ssbmech.case.stops import Guard, StopCondition, settled
from ssbmech.solve.observing import Row

SMALLEST_LANDING = 1e-4
"""Part of the time since the start of a protocol step within which a stop condition is located at
worst; contact jumps [1]."""

AT_THE_START = 1e-6
"""The same over its longest duration, where a condition is met right after the start [1]."""

Excesses = Mapping[int, float]
"""How far a row is past each condition that counts, by its place: first a phase's own, then guards.
"""


class Limits:
    """Conditions that count during one phase.

    Args:
        phase: the phase.
        at_start: values of the watched quantities at the start of the protocol step, by name.
        capacity: charge by which C-rates count [C/m2]; nan if there is none.
        guards: conditions that end any step, on the way towards their limit.

    Raises:
        CaseError: a condition needs a capacity, and there is none.
    """

    def __init__(
        self,
        phase: Phase,
        at_start: Mapping[str, float],
        capacity: float,
        guards: Sequence[Guard],
    ) -> None:
        """Take the conditions as they stand in this cell and in this step."""
        until = () if phase.until is None else (phase.until,)
        own = [
            settled(stop, at_start.get(stop.quantity, 0.0), capacity)
            for stop in (*phase.step.stops, *until)
        ]
        self._guards, self._own = guards, len(own)
        self._last = len(own) - 1 if until else None
        self._stops: Sequence[StopCondition] = (*own, *guards)

    def __getitem__(self, place: int) -> StopCondition:
        """Return a condition."""
        return self._stops[place]

    def begins_next(self, place: int) -> bool:
        """Return whether the next phase begins on a condition."""
        return place == self._last

    def excesses(self, before: Row, now: Row) -> Excesses:
        """Return how far a row is past each condition that counts.

        A guard lets go what returns from its limit, and what wavers at it.

        Args:
            before: row of the last accepted step.
            now: row of the present one.
        """
        heading = [guard.heading(before, now) for guard in self._guards]
        counting = (self._own + k for k, counts in enumerate(heading) if counts)
        return {
            k: self._stops[k].excess(now[self._stops[k].quantity])
            for k in (*range(self._own), *counting)
        }

    def passed(self, now: Excesses, landed: bool) -> int | None:
        """Return the first condition that is met; None if none is.

        Args:
            now: how far the row of an accepted step is past them.
            landed: whether the step was shortened to land on one, and may be short of it by its
                tolerance.
        """
        met = (k for k, excess in now.items() if excess > (-self[k].tolerance() if landed else 0.0))
        return next(met, None)

    def landing(
        self, before: Excesses, now: Excesses, dt: float, elapsed: float, duration: float
    ) -> float | None:
        """Return the time step that lands on the first condition; None if none is overshot.

        Args:
            before: how far the row of the last accepted step is past them.
            now: how far that of the present one is.
            dt: the present step [s]; it stands if it is as short as a condition is located.
            elapsed: time since the start of the protocol step at which the present one began [s].
            duration: longest time of the protocol step, which may be far beyond its end [s].
        """
        fractions = []
        for k, excess in now.items():
            if not self._overshot(k, excess):
                continue
            start = before.get(k, -abs(excess))
            fraction = -start / (excess - start) if start < 0.0 else 0.0
            fractions.append(min(max(fraction, 0.05), 0.95))
        if not fractions:
            return None
        shorter = min(fractions) * dt
        closest = self._closest(now, elapsed + shorter, duration)
        if shorter > closest:
            return shorter
        # a steep rise is met early in a step that may be much longer
        return closest if dt > 2 * closest else None

    def _overshot(self, place: int, excess: float) -> bool:
        """Return whether a row is too far past a condition that is landed on."""
        return getattr(self[place], "lands", True) and excess > self[place].tolerance()

    def _closest(self, now: Excesses, there: float, duration: float) -> float:
        """Return the time within which conditions that are overshot are located [s]."""
        over = [self[k] for k, excess in now.items() if self._overshot(k, excess)]
        if any(getattr(stop, "smooth", False) for stop in over):
            return SAME_INSTANT * duration
        return max(SMALLEST_LANDING * min(there, duration), AT_THE_START * duration)
