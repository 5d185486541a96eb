# SPDX-License-Identifier: BSD-3-Clause
"""Which values the knobs of a study take: all combinations, a list, or a Latin hypercube.

A new kind is a class with the methods of `Sampling` and an entry in `KINDS`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, Protocol, Self

from ssbmech.errors import StudyError
from ssbmech.study.ranges import RANGES, Range, nearest_whole, rounded
from ssbmech.study.wording import refuse_unknown

Value = bool | int | float | str
Point = Mapping[str, Value]
"""Values of knobs by their names."""


class Sampling(Protocol):
    """Role of a choice of values."""

    table: ClassVar[str]
    """Its table in a study file."""

    @classmethod
    def read(cls, content: Any) -> Self:
        """Return the choice that a table of a study file stands for."""

    @property
    def knobs(self) -> tuple[str, ...]:
        """Names of the knobs that are varied."""

    def points(self, whole: Set[str] = frozenset()) -> list[Point]:
        """Return the values of the knobs, one point for each variant.

        Args:
            whole: Knobs that take whole numbers only.
        """


@dataclass(frozen=True)
class Grid:
    """All combinations of the values of the knobs.

    Attributes:
        values: Values by knob.
    """

    table: ClassVar[str] = "grid"
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

    def points(self, whole: Set[str] = frozenset()) -> list[Point]:
        """Return all combinations as they are given, the last knob changing fastest."""
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

    table: ClassVar[str] = "list"
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

    def points(self, whole: Set[str] = frozenset()) -> list[Point]:
        """Return the points as they are given, in order."""
        return list(self.rows)


@dataclass(frozen=True)
class LatinHypercube:
    """Samples that fill a box evenly: one in each of as many slices of every knob.

    The same seed gives the same samples.

    Attributes:
        samples: Number of samples.
        seed: Seed of the random numbers.
        ranges: Range by knob.
    """

    table: ClassVar[str] = "latin_hypercube"
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

    def points(self, whole: Set[str] = frozenset()) -> list[Point]:
        """Return the samples, rounded to six digits, to more in a narrow range.

        Args:
            whole: Knobs whose samples are rounded to whole numbers.

        Raises:
            StudyError: There is no whole number in the range of such a knob.
        """
        if not self.ranges:
            return []
        return [
            {
                knob: (
                    nearest_whole(each, float(fraction), knob)
                    if knob in whole
                    else rounded(each, float(fraction), self.samples)
                )
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

    def check_knobs(self, known: Collection[str]) -> None:
        """Refuse knobs that are not known.

        Args:
            known: Names of the knobs there are.

        Raises:
            StudyError: A knob is not among them; the message names its table.
        """
        for part in self.parts:
            refuse_unknown(part.knobs, known, f"knob in [{part.table}]")

    def points(self, whole: Set[str] = frozenset()) -> list[Point]:
        """Return all combinations.

        Args:
            whole: Knobs that take whole numbers only.
        """
        if not self.parts:
            return []
        combinations = itertools.product(*(part.points(whole) for part in self.parts))
        return [{k: v for point in points for k, v in point.items()} for points in combinations]


KINDS: Mapping[str, type[Sampling]] = MappingProxyType(
    {kind.table: kind for kind in (Grid, Listed, LatinHypercube)}
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
    if isinstance(low, (str, bool)) or isinstance(high, (str, bool)) or not low < high:
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
