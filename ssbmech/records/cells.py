# SPDX-License-Identifier: BSD-3-Clause
"""Cells of a record: numbers, holes and instants, as cyclers and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

_CLOCK: Final = re.compile(r"(?:(\d+)[d ]\s*)?(\d+):(\d\d?)(?::(\d\d?(?:[.,]\d+)?))?")

NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?")
"""A number with a decimal point."""

DECIMAL_COMMA: Final = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
"""A number with a decimal comma."""

HOLES: Final = ("nan", "nan()", "inf", "-inf", "+inf", "infinity", "na", "n/a", "null", "#n/a", "")
"""What stands where a number is missing."""

TWO_NUMBERS: Final = re.compile(r"[+-]?[\d.]+\s+[+-]?[\d.]+")
"""Two numbers in one cell: a comma between them was taken for the end of a column."""


def tells(cell: str, parting: str | None) -> bool:
    """Return whether a cell is a number or an instant."""
    if cell.lower() in HOLES[:-1] or NUMBER.fullmatch(cell):
        return True
    if parting != "," and DECIMAL_COMMA.fullmatch(cell):
        return True
    return instant_in(cell) is not None


def instant_in(cell: str) -> float | None:
    """Return a time of day, or a date with one, in seconds; None for anything else."""
    clock = _CLOCK.fullmatch(cell)
    if clock:
        days, hours, minutes, seconds = clock.groups(default="0")
        if int(minutes) < 60 and float(seconds.replace(",", ".")) < 60.0:
            whole = (int(days) * 24 + int(hours)) * 60 + int(minutes)
            return 60.0 * whole + float(seconds.replace(",", "."))
        return None
    if len(cell) < 10 or "-" not in cell or NUMBER.fullmatch(cell):
        return None
    try:
        found = datetime.fromisoformat(cell)
    except ValueError:
        return None
    offset = found.utcoffset() or timedelta(0)
    return (found.replace(tzinfo=None) - datetime(1970, 1, 1) - offset).total_seconds()
