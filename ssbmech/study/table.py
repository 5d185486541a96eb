# SPDX-License-Identifier: BSD-3-Clause
"""A tidy table with units: written as CSV and Parquet, read back from either.

In CSV the header of a column is ``name [unit]``, in Parquet the unit is metadata of the field.
Where a row has no value, or an undefined one, the cell is empty, or null. Switches are ``true`` and
``false``.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech.errors import EnvironmentMissing, StudyError
from ssbmech.study.files import replace

Cell = bool | int | float | str | None

_SWITCH = {"true": True, "false": False}
# Parquet has no whole numbers beyond.
_LARGEST = 2**63


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: Name.
        unit: Unit of the values; empty for text and pure numbers.
        cells: Values, one per row; None where there is none.
    """

    name: str
    unit: str
    cells: tuple[Cell, ...]

    @property
    def header(self) -> str:
        """Name and unit as they stand in CSV."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    @property
    def numeric(self) -> bool:
        """Whether all values there are are numbers; also if there are none but a unit."""
        kinds = self.kinds
        return kinds <= {int, float} and bool(kinds or self.unit)

    @property
    def kinds(self) -> set[type]:
        """Types of the values there are."""
        return {type(cell) for cell in self.cells if cell is not None}

    @property
    def numbers(self) -> NDArray[np.float64]:
        """The values as numbers, undefined where there is none.

        Raises:
            StudyError: They are text, or true and false.
        """
        if not self.numeric:
            raise StudyError(f"the column {self.name} holds text, not numbers")
        return np.array([math.nan if cell is None else cell for cell in self.cells], dtype=float)


@dataclass(frozen=True)
class Table:
    """Columns of equal length.

    Attributes:
        columns: The columns in order.
        notes: What the table is about; kept in Parquet only.
    """

    columns: tuple[Column, ...]
    notes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Table:
        """Read a table from a CSV or Parquet file.

        Raises:
            StudyError: There is no such file, or it is no table.
            EnvironmentMissing: It is Parquet, and pyarrow is not installed.
        """
        try:
            return _from_parquet(path) if path.suffix == ".parquet" else _from_csv(path)
        except OSError as error:
            raise StudyError(f"cannot read the table {path}: {error}") from error

    def __getitem__(self, name: str) -> Column:
        """Return a column.

        Raises:
            StudyError: There is no such column; the message lists those there are.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns)
        raise StudyError(f"the table has no column {name!r}; it has: {known}")

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0].cells) if self.columns else 0

    def write(self, stem: Path) -> None:
        """Write ``<stem>.csv`` and ``<stem>.parquet``.

        Raises:
            StudyError: A file cannot be written.
            EnvironmentMissing: pyarrow is not installed.
        """
        replace(stem.with_name(f"{stem.name}.csv"), self._csv().encode())
        replace(stem.with_name(f"{stem.name}.parquet"), self._parquet())

    def _csv(self) -> str:
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.header for column in self.columns])
        for row in zip(*(column.cells for column in self.columns), strict=True):
            writer.writerow([text_of(cell) for cell in row])
        return stream.getvalue()

    def _parquet(self) -> bytes:
        check_parquet()
        import pyarrow as pa
        from pyarrow import parquet

        fields, arrays = [], []
        for column in self.columns:
            kind, convert = _stored(column)
            cells = [convert(cell) if text_of(cell) else None for cell in column.cells]
            arrays.append(pa.array(cells, type=kind))
            fields.append(pa.field(column.name, kind, metadata={"unit": column.unit or "1"}))
        schema = pa.schema(fields, metadata=dict(self.notes))
        sink = pa.BufferOutputStream()
        parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), sink)
        content: bytes = sink.getvalue().to_pybytes()
        return content


def text_of(cell: Cell) -> str:
    """Return a value as text: nothing for an undefined one, true or false for a switch.

    Args:
        cell: The value.
    """
    if cell is None or cell != cell:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _stored(column: Column) -> tuple[Any, Callable[[Any], Cell]]:
    """Return the Parquet type of a column, and what makes its values of that type."""
    import pyarrow as pa

    if column.kinds == {bool}:
        return pa.bool_(), bool
    if column.kinds == {int} and all(abs(cell or 0) < _LARGEST for cell in column.cells):  # type: ignore[arg-type]
        return pa.int64(), int
    return (pa.float64(), float) if column.numeric else (pa.string(), text_of)


def check_parquet() -> None:
    """Refuse to go on without what writes Parquet files.

    Raises:
        EnvironmentMissing: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise EnvironmentMissing(
            "tables are written by pyarrow, which is not installed: pip install 'ssbmech[study]'"
        )


def _from_csv(path: Path) -> Table:
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.reader(stream))
    if not lines:
        raise StudyError(f"the table {path} is empty")
    header, *rows = lines
    if any(len(row) != len(header) for row in rows):
        raise StudyError(f"the table {path} has rows that do not fit its header")
    columns = []
    for number, entry in enumerate(header):
        name, _, unit = entry.removesuffix("]").partition(" [")
        columns.append(Column(name, unit, _parsed([row[number] for row in rows])))
    return Table(tuple(columns))


def _parsed(texts: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells of a column: of the first kind that all of them are, else text."""
    kinds: tuple[Callable[[str], Cell], ...] = (_SWITCH.__getitem__, int, float)
    for kind in kinds:
        try:
            return tuple(kind(text) if text else None for text in texts)
        except (KeyError, ValueError):
            continue
    return tuple(text or None for text in texts)


def _from_parquet(path: Path) -> Table:
    check_parquet()
    from pyarrow import ArrowInvalid, parquet

    try:
        content = parquet.read_table(path)
    except ArrowInvalid as error:
        raise StudyError(f"{path} is no Parquet file: {error}") from error
    columns = []
    for entry in content.schema:
        unit = (entry.metadata or {}).get(b"unit", b"1").decode()
        cells = tuple(content[entry.name].to_pylist())
        columns.append(Column(entry.name, "" if unit == "1" else unit, cells))
    notes = {key.decode(): value.decode() for key, value in (content.schema.metadata or {}).items()}
    return Table(tuple(columns), notes)
