# SPDX-License-Identifier: BSD-3-Clause
"""Opens a run folder for a report: what cannot be read is left out, and a note says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.report.readable import inside
from ssbmech.runfolder import manifest as manifest_file
from ssbmech.runfolder.fields import FieldData
from ssbmech.runfolder.manifest_form import checked
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.reader import RunData, Series

if TYPE_CHECKING:
    from pathlib import Path

# Columns that place a row; one without them says nothing.
_PLACES: Final = ("time", "step")


def open_run(folder: Path) -> tuple[RunData, list[str]]:
    """Open a run folder, leaving out what cannot be read, and say what that is.

    Args:
        folder: The run folder.

    Returns:
        The run, and a sentence on each thing left out.

    Raises:
        RunFolderError: The folder has no manifest, or one that is damaged.
    """
    manifest, notes = checked(manifest_file.read(RunPaths(folder).manifest_path))
    series = _series(folder, notes)
    found: dict[str, dict[str, FieldData]] = {"body": {}, "interface": {}}
    for file in sorted(RunPaths(folder).fields_path.glob("*_*.vtkhdf")):
        try:
            data = FieldData(file)
        except RunFolderError as error:
            notes.append(f"A field file cannot be read: {inside(folder, error)}.")
            continue
        # A file that has just been opened holds no time yet.
        if data.times.size:
            found.setdefault(file.name.partition("_")[0], {})[data.name] = data
    return RunData(folder, manifest, series, found["body"], found["interface"]), notes


def _series(folder: Path, notes: list[str]) -> Series:
    """Return the series without rows that have no time; notes what is left out."""
    try:
        series = Series.read(RunPaths(folder).series_path)
    except RunFolderError as error:
        notes.append(f"There is no time series: {inside(folder, error)}.")
        return Series({}, {})
    if "time" not in series.columns:
        notes.append("There is no time series: series.csv has no column of time.")
        return Series({}, {})
    places = [series.columns[name] for name in _PLACES if name in series.columns]
    good = np.all(np.isfinite(places), axis=0)
    if good.all():
        return series
    notes.append(f"Rows of series.csv without time or step, left out: {int(np.sum(~good))}.")
    return Series({name: values[good] for name, values in series.columns.items()}, series.units)
