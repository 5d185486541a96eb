# SPDX-License-Identifier: BSD-3-Clause
"""Measured records in text files: columns of numbers, whatever cycler or spreadsheet wrote them.

Understood are: columns parted by tabs, semicolons, bars, commas or blanks; decimal points, and
decimal commas where commas do not part columns; lines before the table; comments; a byte-order
mark; units in the head as in "I [mA/cm2]", "I (mA/cm2)" or "I/mA", or in a line of their own under
the names; times as numbers, as "1:02:03.5", or as dates with a time of day. What is no number where
one is due is refused, with its line: a record with holes has to be mended by whoever knows why.
"""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from ssbmech.constants import ZERO_CELSIUS
from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown
from ssbmech.kinds import check_kinds
from ssbmech.units import Quantity, celsius, registry, unit_of

LOOKED_AT: Final = 1000
"""Lines in which the table has to begin."""

COMMENTS: Final = ("#", "%", "//", "!")
"""What a line begins with that is passed over, unless it is the last before the numbers."""

_PARTINGS: Final = ("\t", ";", "|", ",", None)
"""What may part columns, in the order in which it is tried; None for blanks."""

_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?")
_DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
_CLOCK: Final = re.compile(r"(?:(\d+)[d ]\s*)?(\d+):(\d\d?)(?::(\d\d?(?:[.,]\d+)?))?")
_HOLES: Final = ("nan", "nan()", "inf", "-inf", "+inf", "infinity", "na", "n/a", "null", "#n/a", "")
_TWO_NUMBERS: Final = re.compile(r"[+-]?[\d.]+\s+[+-]?[\d.]+")
_BRACKETS: Final = re.compile(r"^(.*?)\s*[\[(<{](.*)[\])>}]\s*$")
_CELSIUS: Final = ("c", "degc", "deg c", "°c", "celsius", "℃", "grad c")


@dataclass(frozen=True)
class Column:
    """A column of a record.

    Attributes:
        name: its name in the head, without the unit, in any case; or its number, counted from 0.
        unit: its unit, as a unit or quantity of `ssbmech.units`, or `celsius`; None for that of the
            head. What was measured in mA on 1.13 cm2 has the unit `mA / (1.13 * cm**2)`.
    """

    name: str | int
    unit: Any = None

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)
        of_units = isinstance(self.unit, (Quantity, registry.Unit, str))
        if not (self.unit is None or self.unit is celsius or of_units):
            raise ParameterError(
                f"Column.unit = {shown(self.unit)}: expected a unit of ssbmech.units, such as "
                "mA_per_cm2, or celsius"
            )

    def __str__(self) -> str:
        """Return how it is named in messages."""
        return f"column {self.name!r}"


@dataclass(frozen=True)
class _Table:
    """The numbers of a file.

    Attributes:
        path: the file.
        heads: lines above the numbers, split into cells, the last one first.
        rows: cells of each line of numbers.
        lines: number of each of these lines in the file, counted from 1.
        comma: whether the decimal mark is a comma.
    """

    path: Path
    heads: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    comma: bool


def read_columns(path: str | Path, columns: Sequence[tuple[Column | str | int, str]]) -> list[Any]:
    """Return columns of a text file as arrays with their units.

    Args:
        path: the file.
        columns: each column, with the SI unit of the kind of quantity that it holds, such as "K";
            "s" marks times.

    Raises:
        ParameterError: the file cannot be read or holds no table; a column is not there, twice
            there, or without a unit; a line holds no number where one is due.
    """
    found = _table(path)
    return [
        _column(found, item if isinstance(item, Column) else Column(item), unit)
        for item, unit in columns
    ]


def column_names(path: str | Path) -> tuple[str, ...]:
    """Return the names of the columns of a text file, without their units.

    Raises:
        ParameterError: it cannot be read or holds no table with a head.
    """
    table = _table(path)
    width = max(map(len, table.rows))
    heads = [head for head in table.heads if len(head) == width]
    if not heads:
        raise ParameterError(f"{path} has no head that names its columns")
    # a line of units may lie under that of names
    above = heads[1] if len(heads) > 1 and all(_pint(cell) for cell in heads[0]) else heads[0]
    return tuple(_parts(cell)[0] for cell in above)


def _table(given: str | Path) -> _Table:
    """Return the table of a file.

    Raises:
        ParameterError: it cannot be read, or holds none.
    """
    if not isinstance(given, (str, os.PathLike)):
        raise ParameterError(f"the record {shown(given)} is no path of a file")
    path = Path(given)
    lines = [line.rstrip("\r") for line in _text(path).split("\n")]
    whole = [(k + 1, line) for k, line in enumerate(lines) if line.strip()]
    data = [item for item in whole if not item[1].lstrip().startswith(COMMENTS)]
    for parting in _PARTINGS:
        first = _first_row(data, parting)
        if first is not None:
            break
    else:
        raise ParameterError(
            f"{path}: no table of numbers is in it: expected lines of two columns or more, parted "
            "by tabs, semicolons, commas or blanks"
        )
    rows = data[first:]
    above = [line for number, line in whole if number < rows[0][0]]
    cells = [tuple(_split(line, parting)) for _, line in rows]
    heads = [tuple(_split(_bare(line), parting)) for line in reversed(above)]
    comma = parting != "," and any(_DECIMAL_COMMA.fullmatch(c) for row in cells for c in row)
    if heads and not above[-1].lstrip().startswith(COMMENTS) and _told(above[-1], parting):
        raise ParameterError(
            f"{path}, line {rows[0][0] - 1}: {above[-1].strip()!r} is neither a head nor a line of "
            "the table: two numbers or more are expected in it, or none"
        )
    for number, line in data[:first]:
        if _told(line, parting) >= 2 and len(_split(line, parting)) == len(cells[0]):
            raise ParameterError(
                f"{path}, line {number}: a line of numbers is followed by one that is none: "
                "the table has to go on without a break"
            )
    _check_widths(path, cells, [number for number, _ in rows], heads)
    return _Table(path, tuple(heads), tuple(cells), tuple(number for number, _ in rows), comma)


def _text(path: Path) -> str:
    """Return the text of a file in the encoding that its first bytes tell of.

    Raises:
        ParameterError: it cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as failure:
        raise ParameterError(f"{path} cannot be read: {failure.strerror or failure}") from failure
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ParameterError(f"{path} is no text file: export the record as CSV")
    wide = raw.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "latin-1"):
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    raise ParameterError(f"{path} is no text file: export the record as CSV")


def _bare(line: str) -> str:
    """Return a line of the head without the mark of a comment."""
    stripped = line.strip()
    for mark in COMMENTS:
        stripped = stripped.removeprefix(mark).strip()
    return stripped


def _split(line: str, parting: str | None) -> list[str]:
    """Return the cells of a line; a parting at its very end makes no cell."""
    if parting is None:
        # a unit in brackets belongs to the name before it
        glued = re.sub(r"\s+(?=[\[(])", "", line.strip())
        return re.split(r"\s+(?![^\[(]*[\])])", glued)
    cells = [cell.strip() for cell in next(csv.reader([line.strip(" ")], delimiter=parting))]
    return cells[:-1] if len(cells) > 1 and not cells[-1] else cells


def _first_row(data: Sequence[tuple[int, str]], parting: str | None) -> int | None:
    """Return the place of the first line of numbers if columns are parted so; None if they are not.

    It is the first of two lines on end with two numbers or instants each.
    """
    told = [_told(line, parting) for _, line in data[:LOOKED_AT]]
    for place, count in enumerate(told):
        if count >= 2 and told[min(place + 1, len(told) - 1)] >= 2:
            return place
    return None


def _told(line: str, parting: str | None) -> int:
    """Return how many cells of a line are numbers, holes or instants."""
    cells = _split(line, parting)
    if parting == "," and any(_TWO_NUMBERS.fullmatch(cell) for cell in cells):
        # a decimal comma
        return 0
    return sum(_tells(cell, parting) for cell in cells)


def _tells(cell: str, parting: str | None) -> bool:
    """Return whether a cell is a number or an instant."""
    if cell.lower() in _HOLES[:-1] or _NUMBER.fullmatch(cell):
        return True
    if parting != "," and _DECIMAL_COMMA.fullmatch(cell):
        return True
    return _instant(cell) is not None


def _check_widths(
    path: Path,
    rows: Sequence[Sequence[str]],
    numbers: Sequence[int],
    heads: Sequence[Sequence[str]],
) -> None:
    """Refuse lines with more cells than the line of names has.

    Raises:
        ParameterError: there are: a decimal comma was taken for the end of a column, for example.
    """
    width = len(heads[0]) if heads and len(heads[0]) > 1 else len(rows[0])
    for row, number in zip(rows, numbers, strict=True):
        if len(row) > width:
            raise ParameterError(
                f"{path}, line {number}: {len(row)} cells where {width} are expected: part columns "
                "by semicolons or tabs if the decimal mark is a comma"
            )


def _column(table: _Table, column: Column, kind: str) -> Any:
    """Return a column with its unit."""
    place, told = _find(table, column)
    unit = _unit(table, column, told, kind)
    clock = kind == "s"
    values, dated = [], False
    for row, line in zip(table.rows, table.lines, strict=True):
        cell = row[place] if place < len(row) else ""
        instant = _instant(cell) if clock else None
        dated = dated or instant is not None
        values.append(_number(table, cell, line, column) if instant is None else instant)
    array = np.array(values)
    if dated:
        # hours, minutes and seconds bring their unit along
        return Quantity(array, registry.second)
    if unit is None:
        raise ParameterError(
            f"{table.path}: {column} has no unit: name it, as in "
            f"Column({column.name!r}, {_example(kind)}), or in the head of the file, in brackets"
        )
    if unit is celsius:
        return Quantity(array + ZERO_CELSIUS, registry.kelvin)
    return array * (1.0 * unit)


def _example(kind: str) -> str:
    return {"s": "s", "K": "celsius", "A/m2": "mA_per_cm2", "Pa": "MPa", "V": "V"}.get(kind, kind)


def _number(table: _Table, cell: str, line: int, column: Column) -> float:
    """Return the number in a cell.

    Raises:
        ParameterError: there is none.
    """
    if table.comma and "." in cell:
        raise ParameterError(
            f"{table.path}, line {line}: {cell!r} in {column} has a point, but the decimal mark of "
            "this file is the comma: write all numbers alike, without marks of thousands"
        )
    text = cell.replace(",", ".") if table.comma else cell
    if _NUMBER.fullmatch(text):
        number = float(text.replace("d", "e").replace("D", "e"))
        if math.isfinite(number):
            return number
    what = "nothing" if not cell else repr(cell)
    hint = ": a record may have no holes; leave such lines out, or fill them"
    raise ParameterError(
        f"{table.path}, line {line}: {what} is no number in {column}"
        f"{hint if cell.lower() in _HOLES else ''}"
    )


def _instant(cell: str) -> float | None:
    """Return a time of day, or a date with one, in seconds; None for anything else."""
    clock = _CLOCK.fullmatch(cell)
    if clock:
        days, hours, minutes, seconds = clock.groups(default="0")
        if int(minutes) < 60 and float(seconds.replace(",", ".")) < 60.0:
            whole = (int(days) * 24 + int(hours)) * 60 + int(minutes)
            return 60.0 * whole + float(seconds.replace(",", "."))
        return None
    if len(cell) < 10 or "-" not in cell or _NUMBER.fullmatch(cell):
        return None
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        return None
    return (found.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds() - (
        found.utcoffset().total_seconds() if found.utcoffset() is not None else 0.0  # type: ignore[union-attr]
    )


def _find(table: _Table, column: Column) -> tuple[int, str]:
    """Return place and unit, as the head tells it, of a column.

    Raises:
        ParameterError: it is not there, or twice.
    """
    width = max(map(len, table.rows))
    if isinstance(column.name, int) and not isinstance(column.name, bool):
        if not 0 <= column.name < width:
            raise ParameterError(f"{table.path} has no {column}: its columns are 0 to {width - 1}")
        names = next((h for h in table.heads if len(h) == width), ())
        return column.name, _parts(names[column.name])[1] if names else ""
    wanted = str(column.name).strip()
    for above, names in enumerate(table.heads):
        parts = [_parts(name) for name in names]
        called = [(whole.strip(), name) for whole, (name, _) in zip(names, parts, strict=True)]
        # t and T may be two columns
        places = [k for k, both in enumerate(called) if wanted in both] or [
            k for k, both in enumerate(called) if wanted.lower() in (b.lower() for b in both)
        ]
        if len(places) > 1:
            raise ParameterError(
                f"{table.path}: {column} is there {len(places)} times: give its number, one of "
                f"{', '.join(map(str, places))}"
            )
        if places and places[0] < width:
            # a line of units may lie between names and numbers
            under = table.heads[above - 1] if above else ()
            unit = parts[places[0]][1]
            return places[0], unit or (under[places[0]] if places[0] < len(under) else "")
    known = next((h for h in table.heads if len(h) >= 2), ())
    raise ParameterError(
        f"{table.path} has no {column}: "
        + (f"its columns are {', '.join(known)}" if known else "it has no head: give its number")
    )


def _parts(head: str) -> tuple[str, str]:
    """Return name and unit of a cell of the head: "I [mA]", "I (mA)" or "I/mA"."""
    match = _BRACKETS.match(head.strip())
    if match:
        return match[1].strip(), match[2].strip()
    name, slash, unit = head.strip().partition("/")
    if slash and (_pint(unit) is not None or unit.strip().lower() in _CELSIUS):
        return name.strip(), unit.strip()
    return head.strip(), ""


def _unit(table: _Table, column: Column, told: str, kind: str) -> Any:
    """Return the unit of a column; None if nothing tells it.

    Raises:
        ParameterError: column and head contradict each other, or the unit is of another kind.
    """
    of_head = _celsius_or(told, kind)
    given = column.unit
    if isinstance(given, str):
        given = _celsius_or(given, kind)
        if given is None:
            raise ParameterError(f"{column}: {column.unit!r} is no unit")
    if given is None:
        if told and of_head is None:
            raise ParameterError(
                f"{table.path}: the unit {told!r} of {column} is not known: name it, as in "
                f"Column({column.name!r}, {_example(kind)})"
            )
        return of_head
    if of_head is not None and not _same(given, of_head):
        raise ParameterError(
            f"{table.path}: {column} is in {told} by its head, but {_shown(given)} was given: "
            "leave the unit out, or mend the head"
        )
    return given


def _same(given: Any, of_head: Any) -> bool:
    """Return whether two units do not contradict: they differ in size or an area at most."""
    if given is celsius or of_head is celsius:
        return given is of_head
    one, other = 1.0 * given, 1.0 * of_head
    if not one.is_compatible_with(other):
        # a total current over an area
        return True
    return math.isclose(one.m_as(other.units), other.magnitude, rel_tol=1e-9)


def _shown(unit: Any) -> str:
    return "celsius" if unit is celsius else f"{unit}"


def _celsius_or(text: str, kind: str) -> Any:
    """Return the unit of a text, `celsius` for degrees Celsius; None if it is none."""
    if kind == "K" and text.strip().lower() in _CELSIUS:
        return celsius
    return _pint(text)


def _pint(text: str) -> Any:
    """Return the unit that a head writes, None if it is none."""
    plain = text.strip().replace("²", "2").replace("³", "3").replace("µ", "u").replace("μ", "u")
    plain = re.sub(r"(?<=[A-Za-z])\^(?=-?\d)", "", plain).replace("·", " ").replace(".", " ")
    if not plain:
        return None
    for tried in (plain, "1" if plain in ("-", "1") else plain):
        try:
            return unit_of(tried)
        except ParameterError:
            continue
    return None
