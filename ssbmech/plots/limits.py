# SPDX-License-Identifier: BSD-3-Clause
"""Limits and ticks of the axes over time, the same in figures, film and report.

The loading at the start, from nothing to the preload and from no current to the first, would
flatten all that follows in the panels of stack pressure and voltage. There it is cut off, and the
panel says from where the line comes. All else is shown from its first row on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

LOADED: Final = ("voltage", "p_stack")
"""Quantities that jump or climb to their size in the loading."""

# Part of the time that counts as loading.
_LOADING: Final = 0.005
# What hardly changes should not look like a mountain: least span over the largest size.
_LEAST_SPAN: Final = 0.05
# More ticks than that run into each other.
_MOST_TICKS: Final = 8
# A panel whose values change by less of their size tells no event.
_EVENTFUL: Final = 0.1
# Part of the change after which an event is over, and part of the time within which it is early.
_OVER: Final = 0.9
_EARLY: Final = 0.12
_ROOM: Final = 1.6
_SIXTIES: Final = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 180.0)
_DAY: Final = (1.0, 2.0, 3.0, 4.0, 6.0, 12.0, 24.0, 48.0, 96.0)
_PARTS: Final = (0.1, 0.2, 0.5)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a vertical axis.

    Attributes:
        low: Lower end.
        high: Upper end.
        start: Value of the first row if it lies beyond them; None if the axis shows it.
    """

    low: float
    high: float
    start: float | None = None


def limits(name: str, times: Array, values: Array) -> Limits:
    """Return the limits of the axis of a quantity.

    Args:
        name: Name of the quantity.
        times: Times, shape (rows,), at least one.
        values: Values as shown, shape (lines, rows).
    """
    shown = values
    if name in LOADED:
        shown = values[:, times >= times[0] + _LOADING * (times[-1] - times[0])]
    defined = shown[np.isfinite(shown)]
    if not defined.size:
        return Limits(-1.0, 1.0)
    low, high = float(defined.min()), float(defined.max())
    span = max(high - low, _LEAST_SPAN * max(abs(low), abs(high)))
    # All zero, or so small that its inverse overflows.
    span = span if span > 1e-300 else 1.0
    middle = 0.5 * (low + high)
    low, high = middle - 0.62 * span, middle + 0.62 * span
    first = values[:, 0][np.isfinite(values[:, 0])]
    beyond = first[(first < low) | (first > high)]
    if not beyond.size:
        return Limits(low, high)
    # What is but rounding beside the rest is zero.
    rounding = abs(beyond[0]) < 1e-3 * max(abs(low), abs(high))
    return Limits(low, high, 0.0 if rounding else float(beyond[0]))


def tick_distance(span: float, unit: str) -> float:
    """Return the distance of ticks on an axis of time, such as clocks have.

    Args:
        span: Length of the axis.
        unit: Its unit, ``s``, ``min`` or ``h``.
    """
    clock = _DAY if unit == "h" else _SIXTIES
    wanted = span / _MOST_TICKS
    if wanted <= _PARTS[0]:
        return _decimal(wanted)
    fitting = [each for each in (*_PARTS, *clock) if each >= wanted * (1.0 - 1e-9)]
    return fitting[0] if fitting else _decimal(wanted)


def set_time_ticks(axes: Any, span: float, unit: str) -> None:
    """Put ticks on the horizontal axis.

    Args:
        axes: Axes whose horizontal axis is time.
        span: Length of the axis.
        unit: Its unit.
    """
    from matplotlib.ticker import MultipleLocator

    if span > 0.0:
        axes.xaxis.set_major_locator(MultipleLocator(tick_distance(span, unit)))


def first_event_end(run: RunData, names: Sequence[str]) -> float | None:
    """Return until when something happens that a linear axis of time would hide [s].

    That is so if most of the change of a quantity comes in a small part of the time, at its start.

    Args:
        run: The run.
        names: Names of the quantities that are shown.

    Returns:
        End of the part that is worth enlarging; None if there is none.
    """
    times = run.series["time"]
    if times.size < 8:
        return None
    whole = float(times[-1] - times[0])
    ends = []
    for name in names:
        loading = times[0] + _LOADING * whole if name in LOADED else times[0]
        for values in run.series.of(name).values():
            end = _settled(times, values, loading)
            if end is not None and end - times[0] < _EARLY * whole:
                ends.append(end - float(times[0]))
    return float(times[0]) + _ROOM * max(ends) if ends else None


def _settled(times: Array, values: Array, loading: float) -> float | None:
    """Return when most of the change after the loading is over; None if it hardly changes."""
    counted = np.isfinite(values) & (times >= loading)
    kept, when = values[counted], times[counted]
    if kept.size < 2 or np.ptp(kept) <= _EVENTFUL * np.abs(kept).max():
        return None
    steps = np.abs(np.diff(kept))
    passed = np.cumsum(steps)
    return float(when[1:][passed >= _OVER * passed[-1]][0])


def _decimal(wanted: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(wanted))
    return float(next(power * each for each in (1.0, 2.0, 5.0, 10.0) if power * each >= wanted))
