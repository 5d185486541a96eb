# SPDX-License-Identifier: BSD-3-Clause
"""Time series of a run: ``series.csv``, one row per accepted step.

The header names each column with its unit, ``time [s]``. A row goes to the file in one write and
the file is closed again, so that an interrupted run keeps every complete row; numbers are written
so that reading them gives the same double again.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.atomic import replace
from ssbmech.runfolder.quantities import Quantity, quantity, series_name
from ssbmech.runfolder.root import on_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ssbmech.runfolder.folder import RunFolder

logger = logging.getLogger(__name__)

SAME_TIME = 1e-9
"""Relative difference of two times below which they are one, computed twice [1]."""

SAME_STEP = 1e-6
"""The same for two time steps, whose ends may have lost digits [1]."""

STEP_COLUMNS = ("time", "time_step", "step")
"""Quantities by which every row begins: end and length of the step, and step of the protocol."""

EFFORT_COLUMNS = (
    "newton_iterations",
    "linear_iterations",
    "linear_iterations_max",
    "linear_fallbacks",
    "rejected_steps",
    "wall_time",
)
"""Quantities by which every row ends: what the step took."""

_RESERVED = frozenset(',[]"\n\r')


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the series.

    Attributes:
        name: Name of the quantity, with ``:where`` if it belongs to one body or interface.
        unit: SI unit of the values.

    Raises:
        RunFolderError: Name or unit would break the header.
    """

    name: str
    unit: str

    def __post_init__(self) -> None:
        """Refuse what could not be read back."""
        if not self.name or not self.unit or _RESERVED & set(self.name + self.unit):
            raise RunFolderError(
                f"column {self.name!r} with unit {self.unit!r}: both are needed, and without "
                "commas, quotes, brackets or line ends"
            )

    @property
    def header(self) -> str:
        """Name and unit as they stand in the file."""
        return f"{self.name} [{self.unit}]"

    @classmethod
    def of(cls, name: str | Quantity, where: str = "", unit: str = "") -> Column:
        """Return the column of a quantity.

        Args:
            name: Name of a quantity of the table, or one of the user's own.
            where: Body or interface; empty for a quantity of the whole cell.
            unit: Unit if it differs from the table's (void volume per depth: m2).

        Raises:
            RunFolderError: No such quantity.
        """
        row = quantity(name) if isinstance(name, str) else name
        return cls(series_name(row, where), unit or row.unit)


def whole_lines(text: str) -> list[str]:
    """Return the lines of a series as read; a last one that was cut off is left out.

    Args:
        text: Content of the file.
    """
    return text.split("\n")[:-1]


def parse_header(line: str) -> tuple[Column, ...]:
    """Return the columns that a header names.

    Args:
        line: First line of a series.

    Raises:
        RunFolderError: An entry is none that a run writes.
    """
    columns = []
    for entry in line.split(","):
        name, bracket, unit = entry.partition(" [")
        if not bracket or not unit.endswith("]"):
            raise RunFolderError(f"column {entry!r} should read 'name [unit]'")
        columns.append(Column(name, unit[:-1]))
    return tuple(columns)


def parse_row(line: str, count: int) -> list[float]:
    """Return the numbers of a row.

    Args:
        line: A line of a series after its header.
        count: Number of columns.

    Raises:
        RunFolderError: It has another number of entries, or one is no number.
    """
    try:
        row = [float(entry) for entry in line.split(",")]
    except ValueError as error:
        raise RunFolderError(f"a broken row: {line}") from error
    if len(row) != count:
        raise RunFolderError(f"a broken row: {line}")
    return row


class SeriesWriter:
    """Writes the series of one run row by row, on rank 0.

    A resumed run comes again to rows that were written after its checkpoint. They stay as they are
    as long as its time steps are the same, which they are but for rounding.
    """

    def __init__(
        self, folder: RunFolder, columns: Sequence[Column], resumed_after: int | None = None
    ) -> None:
        """Write the header, or find the series of the run that goes on (collective).

        Args:
            folder: Run folder.
            columns: Columns in order.
            resumed_after: Number of rows after which a run goes on; None for a new run.

        Raises:
            RunFolderError: A column is there twice, the file cannot be written, or it is not the
                series of the run that goes on.
        """
        self._folder = folder
        self._names = tuple(column.name for column in columns)
        double = [name for name, count in Counter(self._names).items() if count > 1]
        if double:
            raise RunFolderError(f"series columns given twice: {', '.join(double)}")
        self._header = ",".join(column.header for column in columns)
        # rows of an earlier run: those before its checkpoint, and those after it
        self._before: list[str] = []
        self._ahead: list[str] = []
        self.earlier: list[dict[str, float]] = on_root(
            folder.comm, lambda: self._begin(resumed_after)
        )

    def append(self, row: Mapping[str, float]) -> None:
        """Write one row (collective).

        Args:
            row: Value of every column, by name. All ranks give the same names; rank 0's values
                are written.

        Raises:
            RunFolderError: A column is missing or unknown, or the file cannot be written.
        """
        missing = [name for name in self._names if name not in row]
        unknown = [name for name in row if name not in self._names]
        if missing or unknown:
            raise RunFolderError(
                f"row of the series: missing columns {missing}, unknown columns {unknown}"
            )
        line = ",".join(_number(row[name]) for name in self._names)
        on_root(self._folder.comm, lambda: self._put(line))

    def _begin(self, resumed_after: int | None) -> list[dict[str, float]]:
        """Start the file or take it over; return the rows before the checkpoint."""
        path = self._folder.series_path
        if resumed_after is None or not (resumed_after or path.exists()):
            self._write(self._header, "x")
            return []
        text = path.read_text(encoding="utf-8")
        header, *rows = whole_lines(text) or [""]
        if not header and not resumed_after:
            header, text = self._header, ""
        if header != self._header:
            raise RunFolderError(f"{path} has other columns than the run that is to go on")
        if len(rows) < resumed_after:
            raise RunFolderError(
                f"{path} holds {len(rows)} rows, but {resumed_after} were written before the "
                "checkpoint from which the run is to go on"
            )
        self._before, self._ahead = rows[:resumed_after], rows[resumed_after:]
        if not text.endswith("\n"):
            # the last row was cut off
            self._rewrite(rows)
        return [self._row(line) for line in self._before]

    def _put(self, line: str) -> None:
        """Write a row, unless the file holds it already."""
        if self._ahead:
            if self._same_step(self._ahead[0], line):
                self._before.append(self._ahead.pop(0))
                return
            logger.warning(
                "the resumed run takes other time steps than before: %d rows of the series after "
                "t = %g s are computed anew", len(self._ahead), self._row(line)["time"],
            )  # fmt: skip
            self._ahead.clear()
            self._rewrite(self._before)
        self._write(line, "a")

    def _same_step(self, old: str, new: str) -> bool:
        """Return whether two lines are of one time step, computed twice."""
        try:
            rows = self._row(old), self._row(new)
        except RunFolderError:
            return False
        return all(
            math.isclose(rows[0][name], rows[1][name], rel_tol=limit)
            for name, limit in (("time", SAME_TIME), ("time_step", SAME_STEP))
        )

    def _row(self, line: str) -> dict[str, float]:
        """Return a line of the file as numbers.

        Raises:
            RunFolderError: It is no row of this series.
        """
        try:
            return dict(zip(self._names, parse_row(line, len(self._names)), strict=True))
        except RunFolderError as error:
            raise RunFolderError(f"{self._folder.series_path} holds {error}") from error

    def _rewrite(self, rows: Sequence[str]) -> None:
        replace(self._folder.series_path, "".join(f"{line}\n" for line in (self._header, *rows)))

    def _write(self, line: str, mode: str) -> None:
        with self._folder.series_path.open(mode, encoding="utf-8", newline="\n") as stream:
            stream.write(line + "\n")


def _number(value: float) -> str:
    """Return a number as the shortest text that reads back as the same double."""
    return repr(float(value)).removesuffix(".0")
