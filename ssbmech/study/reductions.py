# SPDX-License-Identifier: BSD-3-Clause
"""One number out of the time series of a run.

A new reduction is a class with the method of `Reduction` and an entry in `REDUCTIONS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from ssbmech.errors import ParameterError, RunFolderError, StudyError
from ssbmech.runfolder.paths import RunPaths
from ssbmech.study.wording import refuse_unknown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import Series

    Array = NDArray[np.float64]


class Reduction(Protocol):
    """Role of a reduction of a column to one number."""

    def reduce(self, values: Array, lengths: Array) -> float:
        """Return the number.

        Args:
            values: Values at the ends of the time steps, at least one.
            lengths: Lengths of the time steps [s].
        """


@dataclass(frozen=True)
class First:
    """The value after the first time step."""

    def reduce(self, values: Array, lengths: Array) -> float:
        """Return the first value."""
        return float(values[0])


@dataclass(frozen=True)
class Last:
    """The value at the end."""

    def reduce(self, values: Array, lengths: Array) -> float:
        """Return the last value."""
        return float(values[-1])


@dataclass(frozen=True)
class Smallest:
    """The smallest value."""

    def reduce(self, values: Array, lengths: Array) -> float:
        """Return the smallest value, undefined ones left out; undefined if all are."""
        defined = values[~np.isnan(values)]
        return float(defined.min()) if defined.size else math.nan


@dataclass(frozen=True)
class Largest:
    """The largest value."""

    def reduce(self, values: Array, lengths: Array) -> float:
        """Return the largest value, undefined ones left out; undefined if all are."""
        defined = values[~np.isnan(values)]
        return float(defined.max()) if defined.size else math.nan


@dataclass(frozen=True)
class Mean:
    """The mean over time."""

    def reduce(self, values: Array, lengths: Array) -> float:
        """Return the mean, each value weighted by its time step."""
        return float(np.average(values, weights=lengths))


REDUCTIONS: Mapping[str, type[Reduction]] = MappingProxyType(
    {
        "first": First,
        "last": Last,
        "at_end_of": Last,
        "min": Smallest,
        "max": Largest,
        "mean": Mean,
    }
)
"""Name in a study file -> reduction; ``at_end_of`` needs a step, the others may have one."""


@dataclass(frozen=True)
class Figure:
    """A number collected from each run.

    Attributes:
        name: Name of the column in the table.
        column: Column of the series.
        reduction: What makes one number of it.
        step: Name of the protocol step that counts; empty for the whole run. Of steps of the same
            name the last counts.
        unit: Unit in the table; empty for that of the series.
    """

    name: str
    column: str
    reduction: Reduction
    step: str = ""
    unit: str = ""

    @classmethod
    def read(cls, name: str, content: Any) -> Figure:
        """Return the figure that a table ``[collect.name]`` of a study file asks for.

        Raises:
            StudyError: A key is missing or not known, or the unit is none.
        """
        where = f"[collect.{name}]"
        if not isinstance(content, Mapping) or "column" not in content:
            raise StudyError(f"{where} needs a column of the series, for example 'voltage'")
        refuse_unknown(content, ("column", "reduce", "step", "unit"), f"key in {where}")
        texts = {key: str(value) for key, value in content.items()}
        reduce, step = texts.get("reduce", "last"), texts.get("step", "")
        refuse_unknown([reduce], REDUCTIONS, f"reduction in {where}")
        if reduce == "at_end_of" and not step:
            raise StudyError(f"{where} reduces to the end of a step, but names no step")
        figure = cls(name, texts["column"], REDUCTIONS[reduce](), step, texts.get("unit", ""))
        if figure.unit:
            _unit(figure)
        return figure

    def value(self, series: Series, labels: Sequence[str]) -> tuple[float, str]:
        """Return the number of a run and its unit.

        Args:
            series: The run's series.
            labels: Names of the steps of its protocol.

        Raises:
            StudyError: The series has no such column, the protocol no such step, or the unit is of
                another kind.
        """
        if self.column not in series.columns:
            refuse_unknown([self.column], series.columns, f"column in [collect.{self.name}]")
        chosen = self._rows(series, labels)
        values, lengths = series[self.column][chosen], series["time_step"][chosen]
        if not values.size:
            raise StudyError(f"{self.name}: the run has no row in step {self.step or 'any'!r}")
        unit = series.units[self.column]
        return self.factor(unit) * self.reduction.reduce(values, lengths), self.unit or unit

    def _rows(self, series: Series, labels: Sequence[str]) -> Any:
        """Return which rows count."""
        if not self.step:
            return slice(None)
        refuse_unknown([self.step], set(labels), f"step in [collect.{self.name}]")
        last = max(number for number, label in enumerate(labels) if label == self.step)
        return series["step"] == last

    def factor(self, unit: str) -> float:
        """Return what one of the series' unit is in that of the table.

        Args:
            unit: Unit of the series.

        Raises:
            StudyError: The two are of different kinds.
        """
        if not self.unit or self.unit == unit:
            return 1.0
        from ssbmech.units import unit_of

        stored = 1.0 * unit_of(unit)
        if not stored.is_compatible_with(_unit(self)):
            raise StudyError(
                f"[collect.{self.name}]: {self.column} is stored in {unit}, "
                f"which cannot be given in {self.unit}"
            )
        return float(stored.to(_unit(self)).magnitude)


def _unit(figure: Figure) -> Any:
    from ssbmech.units import unit_of

    try:
        return unit_of(figure.unit)
    except ParameterError as error:
        raise StudyError(f"[collect.{figure.name}] unit: {error}") from error


def read_series(folder: Any) -> Series:
    """Return the series of a run folder.

    Raises:
        StudyError: There is none, or it cannot be read.
    """
    from ssbmech.runfolder.reader import Series

    try:
        return Series.read(RunPaths(folder).series_path)
    except RunFolderError as error:
        raise StudyError(str(error)) from error
