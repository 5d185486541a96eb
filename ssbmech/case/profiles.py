# SPDX-License-Identifier: BSD-3-Clause
"""Currents, voltages, temperatures and pressures that follow a table, such as a measured record.

    cycle = ssb.CurrentProfile.from_csv(
        "drive.csv", time=Column("t", s), value=Column("I", mA_per_cm2), repeat=3
    )

A profile is a step of the protocol, and a function of time: a step can carry the temperature or the
pressure of a record beside its current (`Under`), and a load can follow one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from ssbmech.case.currents import is_rate
from ssbmech.case.protocol import Drive
from ssbmech.case.stops import StopCondition
from ssbmech.case.time_table import Between, TimeTable, numbers, time_table
from ssbmech.errors import ParameterError
from ssbmech.kinds import check_kinds
from ssbmech.parameter import NOT_DESCRIBED, UNSTATED, table, validate_parameters
from ssbmech.plausible import MOST_CURRENT, MOST_PRESSURE, MOST_VOLT
from ssbmech.records import Column, read_columns
from ssbmech.units import registry, to_si

_POINTS = {**NOT_DESCRIBED, **UNSTATED}
"""Metadata of what the table of a profile is made from, which says all of it."""


@dataclass(frozen=True)
class _Profile:
    """A quantity that follows a table, which is listed as one value of a case."""

    times: Any = field(metadata=_POINTS)
    values: Any = field(metadata=_POINTS)
    between: Between = field(default=Between.LINES, metadata=_POINTS)
    end: float | None = field(default=None, metadata=_POINTS)
    repeat: int = field(default=1, metadata=_POINTS)
    stops: tuple[StopCondition, ...] = ()
    name: str = ""
    course: TimeTable = field(init=False, repr=False)
    unit: ClassVar[str] = ""
    seats: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI, and check times and values."""
        who = type(self).__name__
        # the others are converted below
        check_kinds(self, leave_out={"course", "end"})
        end = None if self.end is None else to_si(self.end, "s", f"{who}.end")
        values = numbers(self.values, self.kept_in(), f"{who}.values")
        made = time_table(self.times, values, self.between, end, self.repeat, who)
        # the last block's end is among the times now
        for item, value in (("times", made.times), ("values", values), ("end", None)):
            object.__setattr__(self, item, value)
        object.__setattr__(self, "course", made)
        validate_parameters(self)

    def kept_in(self) -> str:
        """Return the unit of the values in SI."""
        return self.unit

    @classmethod
    def from_csv(
        cls,
        path: str | Path,
        time: Column | str | int,
        value: Column | str | int,
        scale: float = 1.0,
        **settings: Any,
    ) -> Self:
        """Return the profile of two columns of a text file.

        Args:
            path: the file; `ssbmech.records` says what is understood.
            time: column of the times; its clock need not start at zero.
            value: column of the values.
            scale: factor of the values; -1 where a record counts with the other sign.
            settings: the other fields of the profile.

        Raises:
            ParameterError: the file cannot be read, a column is missing or has no unit, a line
                holds no number where one is due, or times are not in order.
        """
        times, values = read_columns(path, [(time, "s"), (value, cls.unit)])
        factor = to_si(scale, "1", f"{cls.__name__}.scale")
        try:
            return cls(times, factor * values, **settings)
        except ParameterError as failure:
            raise ParameterError(f"{path}: {failure}") from failure

    def scaled(self, factor: float) -> Self:
        """Return the profile with all values times a factor."""
        number = to_si(factor, "1", f"{type(self).__name__}.scaled")
        return dataclasses.replace(self, values=tuple(number * value for value in self.values))

    @property
    def duration(self) -> float:
        """Length of all repetitions [s]."""
        return self.course.duration

    @property
    def break_points(self) -> tuple[float, ...]:
        """Times since the start at which the value jumps or bends [s]: time steps land on them."""
        return self.course.break_points

    def next_break(self, after: float) -> float:
        """Return the first of the break points after a time [s]; infinite if none."""
        return self.course.next_break(after)

    def during(self, elapsed: float, duration: float) -> float:
        """Return the value at a time since the start of a step that carries the profile."""
        return self.course.value(elapsed)

    def __call__(self, time: float) -> float:
        """Return the value at a time; the last one goes on after the end."""
        return self.course.value(time)


@dataclass(frozen=True)
class CurrentProfile(_Profile):
    """A current that follows a table: positive strips the working electrode.

    What a time step is asked for is the mean over the step, so that the charge passed is the
    integral of the table.

    Attributes:
        times: times [s]; the clock need not start at zero, and two equal times make a jump.
        values: currents per nominal area [A/m2], or C-rates [1/s].
        between: what lies between the points: lines, or blocks of constant current.
        end: time at which the last block ends, on the clock of `times` [s].
        repeat: how often the table is passed through.
        stops: conditions that end it earlier.
        name: name for logs and figures.
        by_rate: whether the values are C-rates; found out from their unit.
        course: the table.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, times and values do not fit, or the
            times are not in order.
    """

    name: str = "current profile"
    by_rate: bool = False
    course: TimeTable = table(
        "A/m2",
        low=-MOST_CURRENT,
        high=MOST_CURRENT,
        made=True,
        doc="current, or C-rate in 1/s, against time",
    )
    unit: ClassVar[str] = "A/m2"

    def kept_in(self) -> str:
        """Return the unit of the values: of C-rates if they come with one of those."""
        given = self.values
        single = hasattr(given, "units") or not isinstance(given, (Sequence, np.ndarray))
        first = given if single or len(given) == 0 else given[0]
        if is_rate(first):
            object.__setattr__(self, "by_rate", True)
        return "1/s" if self.by_rate else self.unit

    @classmethod
    def drive_cycle(cls, path: str | Path, area: float, **settings: Any) -> Self:
        """Return a drive cycle as PyBaMM has them: seconds and amperes, discharge positive.

        The file has two columns without names. Its current is that of a whole cell.

        Args:
            path: the file.
            area: area of that cell [m2].
            settings: the other fields of the profile.

        Raises:
            ParameterError: the area is not above zero, or the file is as `from_csv` says.
        """
        size = to_si(area, "m2", f"{cls.__name__}.drive_cycle: area")
        if not size > 0.0:
            raise ParameterError(
                f"{cls.__name__}.drive_cycle: area = {size:g} m2: expected more than zero"
            )
        current = Column(1, registry.ampere / (size * registry.meter**2))
        return cls.from_csv(path, Column(0, registry.second), current, scale=-1.0, **settings)

    def drive(self, elapsed: float) -> Drive:
        """Return the current at a time."""
        return self._asked(self.course.value(elapsed))

    def drive_over(self, start: float, end: float) -> Drive:
        """Return the mean current from one time to another."""
        return self._asked(self.course.mean(start, end))

    def _asked(self, value: float) -> Drive:
        if self.by_rate:
            return Drive(current_density=None, c_rate=value)
        return Drive(current_density=value)


@dataclass(frozen=True)
class VoltageProfile(_Profile):
    """A voltage that follows a table, as in cyclic voltammetry.

    Attributes:
        times: times [s]; the clock need not start at zero, and two equal times make a jump.
        values: working minus counter electrode potential [V].
        between: what lies between the points: lines, or blocks of constant voltage.
        end: time at which the last block ends, on the clock of `times` [s].
        repeat: how often the table is passed through.
        stops: conditions that end it earlier.
        name: name for logs and figures.
        course: the table.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit, times and values do not fit, or the
            times are not in order.
    """

    name: str = "voltage profile"
    course: TimeTable = table(
        "V", low=-MOST_VOLT, high=MOST_VOLT, made=True, doc="voltage against time"
    )
    unit: ClassVar[str] = "V"

    def drive(self, elapsed: float) -> Drive:
        """Return the voltage at a time."""
        return Drive(current_density=None, voltage=self.course.value(elapsed))


@dataclass(frozen=True)
class TemperatureProfile(_Profile):
    """A temperature of the whole cell that follows a table; as a step it passes no current.

    Attributes:
        times: times [s]; the clock need not start at zero, and two equal times make a jump.
        values: absolute temperatures [K].
        between: what lies between the points: lines, or blocks of constant temperature.
        end: time at which the last block ends, on the clock of `times` [s].
        repeat: how often the table is passed through.
        stops: conditions that end it earlier.
        name: name for logs and figures.
        course: the table.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is no absolute temperature, times and
            values do not fit, or the times are not in order.
    """

    name: str = "temperature profile"
    course: TimeTable = table("K", low=0.0, made=True, doc="temperature against time")
    unit: ClassVar[str] = "K"

    def drive(self, elapsed: float) -> Drive:
        """Return zero current and the temperature at a time."""
        return Drive(temperature=self.course.value(elapsed))


@dataclass(frozen=True)
class PressureProfile(_Profile):
    """A pressure that follows a table; as a step it sets the fixture and passes no current.

    It is a function of the time of the run too, as `FacePressure` takes one.

    Attributes:
        times: times [s]; the clock need not start at zero, and two equal times make a jump.
        values: pressures, compression positive [Pa].
        between: what lies between the points: lines, or blocks of constant pressure.
        end: time at which the last block ends, on the clock of `times` [s].
        repeat: how often the table is passed through.
        stops: conditions that end it earlier.
        name: name for logs and figures.
        course: the table.
        seats: False: the fixture is not being loaded.

    Raises:
        ParameterError: a number has the wrong kind of unit or is negative, times and values do not
            fit, or the times are not in order.
    """

    name: str = "pressure profile"
    course: TimeTable = table(
        "Pa", low=0.0, high=MOST_PRESSURE, made=True, doc="pressure against time"
    )
    unit: ClassVar[str] = "Pa"

    def drive(self, elapsed: float) -> Drive:
        """Return zero current and the pressure at a time."""
        return Drive(pressure=self.course.value(elapsed))
