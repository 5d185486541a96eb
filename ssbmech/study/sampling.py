# SPDX-License-Identifier: BSD-3-Clause
"""Which values the knobs of a study take: all combinations, a list, or a Latin hypercube.

A new kind is a class with the methods of `Sampling` and an entry in `KINDS`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol, Self

from ssbmech.errors import StudyError
from ssbmech.study.wording import refuse_unknown

Value = bool | int | float | str
Point = Mapping[str, Value]
"""Values of knobs by their names."""

# A sample is as exact as its variant's name says.
_DIGITS = 6


class Sampling(Protocol):
    """Role of a choice of values."""

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the choice that a table of a study file stands for."""

    @property
    def knobs(self) -> tuple[str, ...]:
        """Names of the knobs that are varied."""

    def points(self) -> list[Point]:
        """Return the values of the knobs, one point for each variant."""


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of the knobs.

    Attributes:
        values: Values by knob.
    """

    values: Mapping[str, tuple[Value, ...]]

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the grid of ``knob = [values]``.

        Raises:
            StudyError: A knob has no list of values.
        """
        table = _table(content, "grid")
        return cls({knob: _values(entry, f"[grid] {knob}") for knob, entry in table.items()})

    @property
    def knobs(self) -> tuple[str, ...]:
        """Names of the knobs."""
        return tuple(self.values)

    def points(self) -> list[Point]:
        """Return all combinations, the last knob changing fastest."""
        return [
            dict(zip(self.values, combination, strict=True))
            for combination in itertools.product(*self.values.values())
        ]


@dataclass(frozen=True)
class Listed:
    """Points one by one.

    Attributes:
        rows: The points; all give values to the same knobs.
    """

    rows: tuple[Point, ...]

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the points of ``knob = [values]`` with lists of equal length, or of tables.

        Raises:
            StudyError: The lists differ in length, or the tables in their knobs.
        """
        rows = _columns(content) if isinstance(content, Mapping) else _rows(content)
        return cls(tuple(rows))

    @property
    def knobs(self) -> tuple[str, ...]:
        """Names of the knobs."""
        return tuple(self.rows[0]) if self.rows else ()

    def points(self) -> list[Point]:
        """Return the points in order."""
        return list(self.rows)


class Range(Protocol):
    """Role of the range of a sampled knob."""

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way from the lower to the upper end."""


@dataclass(frozen=True)
class LinearRange:
    """Even in the value.

    Attributes:
        low: Lower end.
        high: Upper end.
    """

    low: float
    high: float

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way."""
        return self.low + fraction * (self.high - self.low)


@dataclass(frozen=True)
class LogRange:
    """Even in the logarithm of the value.

    Attributes:
        low: Lower end, positive.
        high: Upper end.

    Raises:
        StudyError: The lower end has no logarithm.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        """Check the lower end."""
        if self.low <= 0.0:
            raise StudyError(f"a logarithmic range from {self.low:g}: it must begin above zero")

    def at(self, fraction: float) -> float:
        """Return the value at a fraction of the way."""
        return math.exp(math.log(self.low) + fraction * math.log(self.high / self.low))


RANGES: Mapping[str, Callable[[float, float], Range]] = MappingProxyType(
    {"linear": LinearRange, "log": LogRange}
)
"""Scale of a sampled knob in a study file -> range."""


@dataclass(frozen=True)
class LatinHypercube:
    """Samples that fill a box evenly: one in each of as many slices of every knob.

    The same seed gives the same samples.

    Attributes:
        samples: Number of samples.
        seed: Seed of the random numbers.
        ranges: Range by knob.
    """

    samples: int
    seed: int
    ranges: Mapping[str, Range]

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the sampling of ``samples``, ``seed`` and ``knob = [low, high]``.

        A knob may also be given as ``{ range = [low, high], scale = "log" }``.

        Raises:
            StudyError: A number is missing, or a range is none.
        """
        table = dict(_table(content, "latin_hypercube"))
        samples, seed = table.pop("samples", None), table.pop("seed", 0)
        if not _whole(samples) or samples < 1:
            raise StudyError("[latin_hypercube] needs samples, a whole number of one or more")
        if not _whole(seed) or seed < 0:
            raise StudyError("[latin_hypercube] seed must be a whole number, zero or more")
        return cls(samples, seed, {knob: _range(knob, entry) for knob, entry in table.items()})

    @property
    def knobs(self) -> tuple[str, ...]:
        """Names of the knobs."""
        return tuple(self.ranges)

    def points(self) -> list[Point]:
        """Return the samples, rounded to six digits."""
        if not self.ranges:
            return []
        return [
            {
                knob: float(f"{each.at(float(fraction)):.{_DIGITS}g}")
                for (knob, each), fraction in zip(self.ranges.items(), row, strict=True)
            }
            for row in _hypercube(len(self.ranges), self.samples, self.seed)
        ]


@dataclass(frozen=True)
class Product:
    """All combinations of the points of several samplings of different knobs.

    Attributes:
        parts: The samplings.

    Raises:
        StudyError: Two of them vary the same knob.
    """

    parts: tuple[Sampling, ...]

    def __post_init__(self) -> None:
        """Check that no knob is varied twice."""
        seen: set[str] = set()
        for knob in self.knobs:
            if knob in seen:
                raise StudyError(f"the knob {knob!r} is varied twice")
            seen.add(knob)

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the product of the samplings in a study file, by the names of their kinds."""
        return cls(tuple(KINDS[kind].read(entry) for kind, entry in content.items()))

    @property
    def knobs(self) -> tuple[str, ...]:
        """Names of the knobs of all."""
        return tuple(itertools.chain.from_iterable(part.knobs for part in self.parts))

    def points(self) -> list[Point]:
        """Return all combinations."""
        if not self.parts:
            return []
        combinations = itertools.product(*(part.points() for part in self.parts))
        return [{k: v for point in points for k, v in point.items()} for points in combinations]


KINDS: Mapping[str, type[Sampling]] = MappingProxyType(
    {"grid": Grid, "list": Listed, "latin_hypercube": LatinHypercube}
)
"""Name of a table in a study file -> sampling."""


def check_value(value: Any, where: str) -> Value:
    """Return the value of a knob.

    Args:
        value: What a study file gives.
        where: Where it stands, for the message.

    Raises:
        StudyError: It is neither a finite number nor text nor true or false.
    """
    if isinstance(value, float) and not math.isfinite(value):
        raise StudyError(f"{where}: {value} is no finite number")
    if not isinstance(value, (bool, int, float, str)):
        raise StudyError(f"{where}: {value!r} is neither a number nor text nor true or false")
    return value


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _table(content: Any, kind: str) -> Mapping[str, Any]:
    if not isinstance(content, Mapping):
        raise StudyError(f"[{kind}] should be a table")
    return content


def _values(entry: Any, where: str) -> tuple[Value, ...]:
    if not isinstance(entry, list):
        raise StudyError(f"{where}: give a list of values, for example [1, 2, 5]")
    return tuple(check_value(value, where) for value in entry)


def _columns(table: Mapping[str, Any]) -> list[Point]:
    columns = {knob: _values(entry, f"[list] {knob}") for knob, entry in table.items()}
    lengths = {knob: len(values) for knob, values in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{knob} has {length}" for knob, length in lengths.items())
        raise StudyError(f"[list] needs lists of equal length, but {told}")
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _rows(content: Any) -> list[Point]:
    if not isinstance(content, list) or not all(isinstance(row, Mapping) for row in content):
        raise StudyError("list: give [list] with lists of equal length, or tables [[list]]")
    rows: list[Point] = [
        {knob: check_value(value, f"[[list]] {number} {knob}") for knob, value in row.items()}
        for number, row in enumerate(content, start=1)
    ]
    for number, row in enumerate(rows, start=1):
        if set(row) != set(rows[0]):
            raise StudyError(
                f"[[list]] {number} gives values to {', '.join(row) or 'nothing'}, "
                f"but the first one to {', '.join(rows[0]) or 'nothing'}"
            )
    return rows


def _range(knob: str, entry: Any) -> Range:
    """Return the range of a sampled knob."""
    where = f"[latin_hypercube] {knob}"
    table = dict(entry) if isinstance(entry, Mapping) else {"range": entry}
    refuse_unknown(table, ("range", "scale"), f"key in {where}")
    scale, ends = table.get("scale", "linear"), table.get("range")
    refuse_unknown([str(scale)], RANGES, f"scale in {where}")
    if not isinstance(ends, list) or len(ends) != 2:
        raise StudyError(f"{where}: give a range [low, high]")
    low, high = (check_value(end, where) for end in ends)
    if isinstance(low, str) or isinstance(high, str) or not low < high:
        raise StudyError(f"{where}: [{low}, {high}] is no range from a lower to an upper number")
    return RANGES[scale](float(low), float(high))


def _hypercube(dimensions: int, samples: int, seed: int) -> Any:
    """Return points in the unit cube, shape (samples, dimensions)."""
    from scipy.stats import qmc

    try:
        engine = qmc.LatinHypercube(dimensions, rng=seed)
    except TypeError:
        # SciPy before 1.15 knows the seed by its older name.
        engine = qmc.LatinHypercube(dimensions, seed=seed)
    return engine.random(samples)
