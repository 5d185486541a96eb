# SPDX-License-Identifier: BSD-3-Clause
"""Measured series, to be drawn over computed ones in figures and reports.

    output=Output(measured=(Measured.from_csv("cell.csv", "t", "U", "voltage"),))

`ssbmech plot DIR --measured cell.csv` and `ssbmech report DIR --measured cell.csv` do it for a
run that is there, with every column of the file that is named as a column of the series.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from ssbmech.errors import ParameterError
from ssbmech.parameter import NOT_DESCRIBED, UNSTATED, parameter, validate_parameters
from ssbmech.records import Column, column_names, read_columns
from ssbmech.runfolder.measured import MeasuredSeries
from ssbmech.runfolder.quantities import QUANTITIES
from ssbmech.units import Quantity, unit_of

TIMES: Final = ("time", "t", "test time")
"""Names of the column of times in a file of several series, in any case."""

_OTHERS: Final = {
    "voltage": "voltage",
    "surface pressure": "p_stack",
    "ambient temperature": "temperature",
}
"""What other formats call columns of the series, in lower case: those of BDF."""

_POINTS: Final = {**NOT_DESCRIBED, **UNSTATED}


@dataclass(frozen=True)
class Measured:
    """A measured series of one column of the run's.

    Attributes:
        column: the column that it is compared with, such as "voltage", "p_stack" or
            "thickness_stack".
        times: times; the first is that of `start` [s].
        values: values, in the unit of the quantity if they have none.
        label: words for legends.

    Raises:
        ParameterError: there is no such quantity, times and values do not fit, or times go
            back.
    """

    column: str
    times: Any = field(metadata=_POINTS)
    values: Any = field(metadata=_POINTS)
    label: str = "measured"
    start: float = parameter("s", default=0.0, doc="time of the run at which the record begins")

    def __post_init__(self) -> None:
        """Convert to SI and check."""
        validate_parameters(self)
        known = QUANTITIES.get(self.column.partition(":")[0])
        if known is None:
            raise ParameterError(
                f"Measured.column = {self.column!r} is no column of the series, such as "
                "'voltage', 'current', 'p_stack', 'thickness_stack' or 'temperature'"
            )
        times = _floats(self.times, "s", "Measured.times")
        values = _floats(self.values, known.unit, "Measured.values")
        if len(times) != len(values) or len(times) == 0:
            raise ParameterError(
                f"Measured: {len(times)} times and {len(values)} values: expected as many, one or "
                "more"
            )
        back = next((k for k, (a, b) in enumerate(pairwise(times)) if b < a), None)
        if back is not None:
            raise ParameterError(
                f"Measured.times goes back from {times[back]:g} to {times[back + 1]:g} s: expected "
                "times in their order"
            )
        object.__setattr__(self, "times", tuple(times))
        object.__setattr__(self, "values", tuple(values))

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        time: Column | str | int,
        value: Column | str | int,
        column: str = "voltage",
        **settings: Any,
    ) -> Measured:
        """Return the series of two columns of a text file.

        Args:
            path: the file; see `ssbmech.records`.
            time: column of the times.
            value: column of the values.
            column: column of the run's series that it is compared with.
            settings: the other fields.

        Raises:
            ParameterError: as for the file and for the series.
        """
        known = QUANTITIES.get(column.partition(":")[0])
        unit = "1" if known is None else known.unit
        times, values = read_columns(path, [(time, "s"), (value, unit)])
        return cls(column, times, values, **{"label": Path(path).stem, **settings})

    def series(self) -> MeasuredSeries:
        """Return it as it lies beside a run."""
        times = np.array(self.times)
        shifted = (times - times[0] + self.start).tolist()
        return MeasuredSeries(self.column, self.label, tuple(shifted), tuple(self.values))


def all_measured(path: str | Path) -> list[Measured]:
    """Return every column of a text file that is named as a column of the series.

    Files in the Battery Data Format name them as "Test Time / s" and "Voltage / V"; their current
    is left out, for it is that of a whole cell.

    Raises:
        ParameterError: there is none, or no column of times.
    """
    names = column_names(path)
    time = next((name for name in names if name.strip().lower() in TIMES), None)
    found = {name: name for name in names if name.partition(":")[0] in QUANTITIES and name != time}
    for name in names:
        column = _OTHERS.get(name.strip().lower())
        if column is not None and name not in found and column not in found.values():
            found[name] = column
    if time is None or not found:
        raise ParameterError(
            f"{path}: expected a column 'time' and others named as columns of the series, such as "
            f"'voltage [V]', 'current [mA/cm2]' or 'p_stack [MPa]'; it has {', '.join(names)}"
        )
    return [Measured.from_csv(path, time, name, column) for name, column in found.items()]


def _floats(given: Any, unit: str, name: str) -> list[float]:
    """Return numbers in SI.

    Raises:
        ParameterError: they are of another kind of unit, or no finite numbers.
    """
    try:
        if not isinstance(given, Quantity):
            given = [v.m_as(unit_of(unit)) if isinstance(v, Quantity) else v for v in given]
        elif not given.is_compatible_with(unit_of(unit)):
            raise ParameterError(f"{name} is in {given.units}: expected {unit} or the like")
        else:
            given = given.m_as(unit_of(unit))
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as failure:
        raise ParameterError(f"{name}: expected a sequence of numbers") from failure
    if array.ndim != 1 or not np.isfinite(array).all():
        raise ParameterError(f"{name}: expected a sequence of finite numbers")
    return [float(value) for value in array]
