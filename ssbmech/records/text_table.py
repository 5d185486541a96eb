# SPDX-License-Identifier: BSD-3-Clause
"""The table of a text file: its lines of numbers, and the heads above them."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown
from ssbmech.records.cells import DECIMAL_COMMA, TWO_NUMBERS, tells

LOOKED_AT: Final = 1000
"""Lines in which the table has to begin."""

COMMENTS: Final = ("#", "%", "//", "!")
"""What a line begins with that is passed over, unless it is the last before the numbers."""

_PARTINGS: Final = ("\t", ";", "|", ",", None)
"""What may part columns, in the order in which it is tried; None for blanks."""


@dataclass(frozen=True)
class TextTable:
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


def read_table(given: str | Path) -> TextTable:
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
    comma = parting != "," and any(DECIMAL_COMMA.fullmatch(c) for row in cells for c in row)
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
    return TextTable(path, tuple(heads), tuple(cells), tuple(number for number, _ in rows), comma)


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
    if parting == "," and any(TWO_NUMBERS.fullmatch(cell) for cell in cells):
        # a decimal comma
        return 0
    return sum(tells(cell, parting) for cell in cells)


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
