# SPDX-License-Identifier: BSD-3-Clause
r"""A quantity tabulated against time, between whose points nothing is lost.

.. math:: \bar v(a, b) = \frac{1}{b - a} \int_a^b v(t) \, dt

A time step knows one value of what is asked of it. Of a current that is the mean over the step, so
that the charge passed is the integral of the table wherever the steps end; of a voltage, a
temperature or a pressure it is the value at the end.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import Final, cast

import numpy as np

from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown
from ssbmech.units import Quantity, to_si

SAME_VALUE: Final = 1e-12
"""Change of a value or of its rise, over the largest value, that is none [1]."""

SAME_TIME: Final = 1e-12
"""Difference of two times over the length of a table below which they are one [1]."""


class Between(Enum):
    """What a table says of the time between two of its points."""

    LINES = "straight lines from point to point"
    BLOCKS = "each value from its time to the next"


@dataclass(frozen=True)
class TimeTable:
    """Values against time, once or several times over.

    The value at an instant where it jumps is that before the jump, which is what a time step that
    ends there has been under; at the start it is the first. Before the start and after the end the
    first and the last value go on.

    Attributes:
        times: times [s], in order, the first one zero; two that are equal make a jump.
        values: values, in SI: as many as times for lines, one less for blocks.
        between: what lies between the points.
        repeat: how often the table is passed through.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]
    between: Between = Between.LINES
    repeat: int = 1

    @property
    def y(self) -> tuple[float, ...]:
        """The values, for the check of their bounds."""
        return self.values

    @property
    def period(self) -> float:
        """Length of the table [s]."""
        return self.times[-1]

    @property
    def duration(self) -> float:
        """Length of all repetitions [s]."""
        return self.period * self.repeat

    def summary(self) -> str:
        """Return number of points and ranges in a few words."""
        kind = "blocks" if self.between is Between.BLOCKS else "points"
        often = f", {self.repeat} times" if self.repeat > 1 else ""
        return (
            f"{len(self.values)} {kind}, {self.period:g} s{often}, "
            f"values {min(self.values):g} to {max(self.values):g}"
        )

    def value(self, time: float) -> float:
        """Return the value at a time."""
        return self._at(self._split(time)[1])

    def mean(self, start: float, end: float) -> float:
        """Return the mean from one time to a later one."""
        if not end > start:
            return self.value(end)
        last = self._split(end)
        first = self._split(start)
        if first[0] == last[0] and self._piece(first[1], right=True) == self._piece(last[1]):
            # within one piece, without the rounding of the sums
            left, right = self._at(first[1], right=True), self._at(last[1])
            return 0.5 * (left + right)
        return (self.integral(end) - self.integral(start)) / (end - start)

    def integral(self, time: float) -> float:
        """Return the integral from the start to a time."""
        over = time - min(max(time, 0.0), self.duration)
        cycle, local = self._split(time)
        piece = self._piece(local)
        width = local - self.times[piece]
        inside = 0.5 * width * (self._ends(piece)[0] + self._at(local))
        beyond = over * self.value(time)
        return cycle * self._sums[-1] + float(self._sums[piece]) + inside + beyond

    def next_break(self, after: float) -> float:
        """Return the next time after one at which the value jumps or bends; infinite if none.

        The end counts where the last value, which goes on from there, makes a bend.
        """
        if after >= self.duration:
            return math.inf
        cycle = max(math.floor(after / self.period), 0)
        for k in (cycle, cycle + 1):
            place = bisect_right(self._bends, after - k * self.period)
            if place < len(self._bends) and k < self.repeat:
                found = k * self.period + self._bends[place]
                if found < self.duration * (1 - SAME_TIME):
                    return found
        left, right = self._ends(self._piece(self.period))
        return self.duration if left != right else math.inf

    @property
    def break_points(self) -> tuple[float, ...]:
        """All times between start and end at which the value jumps or bends [s]."""
        found, at = [], 0.0
        while (at := self.next_break(at)) < self.duration:
            found.append(at)
        return tuple(found)

    def _split(self, time: float) -> tuple[int, float]:
        """Return the repetition that a time belongs to, at its end rather than the next's start."""
        inside = min(max(time, 0.0), self.duration)
        cycle = min(max(math.ceil(inside / self.period * (1 - SAME_TIME)) - 1, 0), self.repeat - 1)
        return cycle, min(max(inside - cycle * self.period, 0.0), self.period)

    def _piece(self, local: float, right: bool = False) -> int:
        """Return the piece that ends at or after a time, or begins at or before it."""
        least = SAME_TIME * self.period
        place = (
            bisect_right(self.times, local + least)
            if right
            else bisect_left(self.times, max(local - least, 0.0))
        )
        piece = min(max(place - 1, 0), len(self.times) - 2)
        while self._width(piece) <= 0.0 and piece < len(self.times) - 2:
            piece += 1
        while self._width(piece) <= 0.0:
            piece -= 1
        return piece

    def _width(self, piece: int) -> float:
        """Return the length of a piece [s], zero at a jump."""
        return self.times[piece + 1] - self.times[piece]

    def _ends(self, piece: int) -> tuple[float, float]:
        """Return the values at the start and at the end of a piece."""
        if self.between is Between.BLOCKS:
            return self.values[piece], self.values[piece]
        return self.values[piece], self.values[piece + 1]

    def _at(self, local: float, right: bool = False) -> float:
        """Return the value at a time of the piece on either side of it."""
        piece = self._piece(local, right)
        left, end = self._ends(piece)
        part = (local - self.times[piece]) / self._width(piece)
        return left if left == end else left + (end - left) * min(max(part, 0.0), 1.0)

    @cached_property
    def _sums(self) -> tuple[float, ...]:
        """Integrals from the start to each time."""
        times, values = np.array(self.times), np.array(self.values)
        heights = values if self.between is Between.BLOCKS else 0.5 * (values[1:] + values[:-1])
        return (0.0, *np.cumsum(np.diff(times) * heights).tolist())

    @cached_property
    def _bends(self) -> tuple[float, ...]:
        """Times within one repetition, its end included, where the next piece is another line."""
        pieces = [k for k, (a, b) in enumerate(pairwise(self.times)) if b > a]
        size = max(map(abs, self.values))
        found = []
        for before, after in pairwise([*pieces, pieces[0]]):
            ends = self._ends(before), self._ends(after)
            rises = [
                (right - left) / self._width(piece)
                for (left, right), piece in zip(ends, (before, after), strict=True)
            ]
            bend = abs(rises[1] - rises[0]) * min(self._width(before), self._width(after))
            if max(abs(ends[1][0] - ends[0][1]), bend) > SAME_VALUE * size:
                found.append(self.times[before + 1])
        return tuple(found)


def numbers(given: object, unit: str, name: str) -> tuple[float, ...]:
    """Return numbers in SI, given as an array with a unit, as quantities, or as plain floats.

    Raises:
        ParameterError: they are no sequence, or one is no finite number or of another kind of unit.
    """
    whole = getattr(given, "magnitude", given)
    # an array of a single number has a way to be passed through, which fails
    single = not isinstance(whole, Iterable) or getattr(whole, "ndim", 1) == 0
    if single or isinstance(whole, (str, bytes, Mapping, Set)):
        raise ParameterError(f"{name} = {shown(given)}: expected a sequence of numbers")
    size, zero = 1.0, 0.0
    if hasattr(given, "units"):
        # the unit counts once, for it is that of the whole array; degrees Celsius have a zero
        size = to_si(Quantity(1.0, given.units), unit, name)
        zero = to_si(Quantity(0.0, given.units), unit, name)
        size, unit = size - zero if zero else size, "1"
    listed = _plain(cast("Iterable[object]", whole))
    return tuple(zero + size * to_si(v, unit, f"{name}[{k}]") for k, v in enumerate(listed))


def _plain(values: Iterable[object]) -> list[object]:
    """Return the numbers of an array as those of Python, and the parts of any other sequence."""
    return list(values.tolist() if isinstance(values, np.ndarray) else values)


def time_table(
    times: object,
    values: tuple[float, ...],
    between: Between,
    end: float | None,
    repeat: int,
    name: str,
) -> TimeTable:
    """Return the table of given points.

    Args:
        times: times [s]; the first need not be zero.
        values: values, in SI.
        between: what lies between the points.
        end: time at which the last block ends, on the clock of `times` [s].
        repeat: how often the table is passed through.
        name: what the table belongs to, for messages.

    Raises:
        ParameterError: the numbers of times and values do not fit, the times are not in order, or
            the number of repetitions is no positive whole number.
    """
    clock = list(numbers(times, "s", f"{name}.times"))
    if isinstance(repeat, bool) or not isinstance(repeat, int) or repeat < 1:
        raise ParameterError(f"{name}.repeat = {shown(repeat)}: expected a whole number, 1 or more")
    if end is not None and between is Between.LINES:
        raise ParameterError(
            f"{name}: end belongs to blocks; lines end at their last point: add a point there"
        )
    if end is not None:
        clock.append(end)
    _check_count(len(clock), len(values), between, name)
    for k, (before, after) in enumerate(pairwise(clock)):
        if after < before:
            raise ParameterError(
                f"{name}: times[{k + 1}] = {after:g} s follows {before:g} s: "
                "expected times in order"
            )
        if k > 0 and clock[k - 1] == before == after:
            raise ParameterError(
                f"{name}: three values at t = {after:g} s: expected two at most, which make a jump"
            )
    shifted = tuple(time - clock[0] for time in clock)
    if not shifted[-1] > 0.0:
        raise ParameterError(f"{name}: all times are {clock[0]:g} s: expected time to go on")
    return TimeTable(shifted, values, between, repeat)


def _check_count(times: int, values: int, between: Between, name: str) -> None:
    """Refuse more or fewer values than times can have.

    Raises:
        ParameterError: there are.
    """
    if between is Between.BLOCKS and times == values:
        raise ParameterError(
            f"{name}: {values} blocks begin at {times} times, and nothing says when the last one "
            "ends: give end=..., on the clock of the times (the last time itself, if the last "
            "value only marks the end)"
        )
    expected = times - 1 if between is Between.BLOCKS else times
    if values != expected or values < (1 if between is Between.BLOCKS else 2):
        least = "2 times or more" if between is Between.BLOCKS else "2 points or more"
        raise ParameterError(
            f"{name}: {times} times and {values} values: expected {least}, with "
            f"{'one time more than blocks' if between is Between.BLOCKS else 'as many values'}"
        )
