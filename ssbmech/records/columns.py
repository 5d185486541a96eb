# SPDX-License-Identifier: BSD-3-Clause
"""Columns of a record: found by name or number, read as arrays with their units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssbmech.constants import ZERO_CELSIUS
from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown
from ssbmech.kinds import check_kinds
from ssbmech.records.cells import HOLES, NUMBER, instant_in
from ssbmech.records.text_table import TextTable, read_table
from ssbmech.records.units import (
    agree,
    example_of,
    name_and_unit,
    shown_unit,
    unit_named,
    unit_written,
)
from ssbmech.units import Quantity, celsius, registry


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
    found = read_table(path)
    return [
        _column(found, item if isinstance(item, Column) else Column(item), unit)
        for item, unit in columns
    ]


def column_names(path: str | Path) -> tuple[str, ...]:
    """Return the names of the columns of a text file, without their units.

    Raises:
        ParameterError: it cannot be read or holds no table with a head.
    """
    table = read_table(path)
    width = max(map(len, table.rows))
    heads = [head for head in table.heads if len(head) == width]
    if not heads:
        raise ParameterError(f"{path} has no head that names its columns")
    # a line of units may lie under that of names
    above = (
        heads[1] if len(heads) > 1 and all(unit_written(cell) for cell in heads[0]) else heads[0]
    )
    return tuple(name_and_unit(cell)[0] for cell in above)


def _column(table: TextTable, column: Column, kind: str) -> Any:
    """Return a column with its unit."""
    place, told = _find(table, column)
    unit = _unit(table, column, told, kind)
    clock = kind == "s"
    values, dated = [], False
    for row, line in zip(table.rows, table.lines, strict=True):
        cell = row[place] if place < len(row) else ""
        instant = instant_in(cell) if clock else None
        dated = dated or instant is not None
        values.append(_number(table, cell, line, column) if instant is None else instant)
    array = np.array(values)
    if dated:
        # hours, minutes and seconds bring their unit along
        return Quantity(array, registry.second)
    if unit is None:
        raise ParameterError(
            f"{table.path}: {column} has no unit: name it, as in "
            f"Column({column.name!r}, {example_of(kind)}), or in the head of the file, in brackets"
        )
    if unit is celsius:
        return Quantity(array + ZERO_CELSIUS, registry.kelvin)
    return array * (1.0 * unit)


def _number(table: TextTable, cell: str, line: int, column: Column) -> float:
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
    if NUMBER.fullmatch(text):
        number = float(text.replace("d", "e").replace("D", "e"))
        if math.isfinite(number):
            return number
    what = "nothing" if not cell else repr(cell)
    hint = ": a record may have no holes; leave such lines out, or fill them"
    raise ParameterError(
        f"{table.path}, line {line}: {what} is no number in {column}"
        f"{hint if cell.lower() in HOLES else ''}"
    )


def _find(table: TextTable, column: Column) -> tuple[int, str]:
    """Return place and unit, as the head tells it, of a column.

    Raises:
        ParameterError: it is not there, or twice.
    """
    width = max(map(len, table.rows))
    if isinstance(column.name, int) and not isinstance(column.name, bool):
        if not 0 <= column.name < width:
            raise ParameterError(f"{table.path} has no {column}: its columns are 0 to {width - 1}")
        names = next((h for h in table.heads if len(h) == width), ())
        return column.name, name_and_unit(names[column.name])[1] if names else ""
    wanted = str(column.name).strip()
    for above, names in enumerate(table.heads):
        parts = [name_and_unit(name) for name in names]
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


def _unit(table: TextTable, column: Column, told: str, kind: str) -> Any:
    """Return the unit of a column; None if nothing tells it.

    Raises:
        ParameterError: column and head contradict each other, or the unit is of another kind.
    """
    of_head = unit_named(told, kind)
    given = column.unit
    if isinstance(given, str):
        given = unit_named(given, kind)
        if given is None:
            raise ParameterError(f"{column}: {column.unit!r} is no unit")
    if given is None:
        if told and of_head is None:
            raise ParameterError(
                f"{table.path}: the unit {told!r} of {column} is not known: name it, as in "
                f"Column({column.name!r}, {example_of(kind)})"
            )
        return of_head
    if of_head is not None and not agree(given, of_head):
        raise ParameterError(
            f"{table.path}: {column} is in {told} by its head, but {shown_unit(given)} was given: "
            "leave the unit out, or mend the head"
        )
    return given
