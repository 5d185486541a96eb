# SPDX-License-Identifier: BSD-3-Clause
"""A run's series in the Battery Data Format (BDF), as tools for measured data read it.

BDF is a table whose heads are ``name / unit``. It counts current in ampere, positive on charge: the
run's current density times the area of a cell, whose sign is that of BDF for a working electrode
that gives lithium when the cell is charged.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.atomic import replace

if TYPE_CHECKING:
    from pathlib import Path

    from ssbmech.runfolder.reader import Series

_ZERO_CELSIUS: Final = 273.15

#: Head in BDF, column of the series, what is added to it.
_COLUMNS: Final = (
    ("Test Time / s", "time", 0.0),
    ("Voltage / V", "voltage", 0.0),
    ("Current / A", "current", 0.0),
    ("Ambient Temperature / degC", "temperature", -_ZERO_CELSIUS),
    ("Surface Pressure / Pa", "p_stack", 0.0),
)
#: What a file of the format must have.
REQUIRED: Final = ("Test Time / s", "Voltage / V", "Current / A")


def write_bdf(series: Series, path: Path, area: float) -> None:
    """Write a series as a table in BDF; its name should end with ``.bdf.csv``.

    Args:
        series: The series.
        path: File to write.
        area: Area of the cell, by which its current density is multiplied [m2].

    Raises:
        RunFolderError: The area is not above zero, the series lacks voltage or current, or the file
            cannot be written.
    """
    if not (math.isfinite(area) and area > 0.0):
        raise RunFolderError(
            f"an area of {area:g} m2: BDF needs the current in ampere, so give one"
        )
    heads, columns = [], []
    for head, name, added in _COLUMNS:
        if name in series.columns:
            factor = area if name == "current" else 1.0
            heads.append(head)
            columns.append(factor * series[name] + added)
    missing = [head for head in REQUIRED if head not in heads]
    if missing:
        raise RunFolderError(f"the series has nothing for {', '.join(missing)}, which BDF needs")
    rows = (",".join(f"{value:.10g}" for value in row) for row in zip(*columns, strict=True))
    text = "\n".join([",".join(heads), *rows, ""])
    try:
        replace(path, text)
    except OSError as failure:
        raise RunFolderError(f"{path} cannot be written: {failure}") from failure
