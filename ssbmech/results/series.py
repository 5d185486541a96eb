# SPDX-License-Identifier: BSD-3-Clause
"""Time series of a run: ``series.csv``, one row per accepted step.

The header names each column with its unit, ``time [s]``. A row goes to the file in one write and
the file is closed again, so that an interrupted run keeps every complete row; numbers are written
so that reading them gives the same double again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssbmech.errors import RunFolderError
from ssbmech.fields_table import quantity, series_name
from ssbmech.results.root import on_root

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ssbmech.results.run_folder import RunFolder

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

    @classmethod
    def of(cls, name: str, where: str = "", unit: str = "") -> Column:
        """Return the column of a quantity in the table of fields.

        Args:
            name: Name of the quantity.
            where: Body or interface; empty for a quantity of the whole cell.
            unit: Unit if it differs from the table's (void volume per depth: m2).

        Raises:
            RunFolderError: No such quantity.
        """
        return cls(series_name(name, where), unit or quantity(name).unit)


class SeriesWriter:
    """Writes the series of one run row by row, on rank 0."""

    def __init__(self, folder: RunFolder, columns: Sequence[Column]) -> None:
        """Write the header (collective).

        Args:
            folder: Run folder without a series.
            columns: Columns in order.

        Raises:
            RunFolderError: A column is there twice, or the file exists or cannot be written.
        """
        self._folder = folder
        self._names = tuple(column.name for column in columns)
        double = [name for name, count in Counter(self._names).items() if count > 1]
        if double:
            raise RunFolderError(f"series columns given twice: {', '.join(double)}")
        header = ",".join(f"{column.name} [{column.unit}]" for column in columns)
        on_root(folder.comm, lambda: self._write(header, "x"))

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
        on_root(self._folder.comm, lambda: self._write(line, "a"))

    def _write(self, line: str, mode: str) -> None:
        with self._folder.series_path.open(mode, encoding="utf-8", newline="\n") as stream:
            stream.write(line + "\n")


def _number(value: float) -> str:
    """Return a number as the shortest text that reads back as the same double."""
    return repr(float(value)).removesuffix(".0")
