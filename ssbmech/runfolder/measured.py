# SPDX-License-Identifier: BSD-3-Clause
"""Measured series that lie beside a run, to be drawn over its computed ones: ``measured.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.atomic import replace
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.reader import Series

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

_OVERLAID = frozenset(
    {
        "voltage",
        "current",
        "p_stack",
        "thickness_stack",
        "temperature",
        "state_of_charge",
        "contact_fraction",
        "conducting_fraction",
        "void_volume",
        "content_mean",
    }
)


@dataclass(frozen=True, slots=True)
class MeasuredSeries:
    """A measured series.

    Attributes:
        column: Column of the series that it is compared with, such as "voltage".
        label: Words for legends.
        times: Times of the run [s].
        values: Values in SI.
    """

    column: str
    label: str
    times: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def name(self) -> str:
        """Name of the quantity, without the place."""
        return self.column.partition(":")[0]

    @property
    def points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times and values as arrays."""
        return np.array(self.times), np.array(self.values)


def read_measured(folder: Path) -> list[MeasuredSeries]:
    """Return the measured series of a run folder; none if it has none.

    Raises:
        RunFolderError: The file is damaged.
    """
    path = RunPaths(folder).measured_path
    try:
        found = json.loads(path.read_text("utf-8"))
        return [
            MeasuredSeries(
                str(each["column"]),
                str(each["label"]),
                tuple(map(float, each["times"])),
                tuple(map(float, each["values"])),
            )
            for each in found
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError) as failure:
        raise RunFolderError(f"{path} cannot be read ({failure}): delete it") from failure


def series_of_run(other: Path, folder: Path) -> list[MeasuredSeries]:
    """Return series of another run, to be drawn over those of a run.

    Only columns that both have in the same unit, and that figures and reports show over time.

    Args:
        other: Folder of the other run, whose name is the label.
        folder: The run folder.

    Raises:
        RunFolderError: One of them has no series, or they have none in common.
    """
    theirs, ours = (Series.read(RunPaths(each).series_path) for each in (other, folder))
    label, found = other.resolve().name, []
    for column, unit in theirs.units.items():
        values = theirs[column]
        known = column.partition(":")[0] in _OVERLAID and ours.units.get(column) == unit
        if known and len(values) and np.isfinite(values).all():
            times = tuple(map(float, theirs["time"]))
            found.append(MeasuredSeries(column, label, times, tuple(map(float, values))))
    if not found:
        raise RunFolderError(f"{other} and {folder} have no series in common that could be drawn")
    return found


def write_measured(folder: Path, series: Iterable[MeasuredSeries]) -> None:
    """Write the measured series of a run folder; those of the same column and label are replaced.

    Raises:
        RunFolderError: They cannot be written, or what is there is damaged.
    """
    kept = {(each.column, each.label): each for each in [*read_measured(folder), *series]}
    if not kept:
        return
    rows = [
        {
            "column": each.column,
            "label": each.label,
            "times": list(each.times),
            "values": list(each.values),
        }
        for each in kept.values()
    ]
    path = RunPaths(folder).measured_path
    try:
        replace(path, json.dumps(rows))
    except OSError as failure:
        raise RunFolderError(f"{path} cannot be written: {failure}") from failure
