# SPDX-License-Identifier: BSD-3-Clause
"""Fields of a run for other programs: PyVista grids, VTU files for ParaView, CSV tables.

`ssbmech.runfolder.xdmf` and `ssbmech.runfolder.line` have the exporters of XDMF and of profiles.

Needs neither the solver nor the machine that the run was computed on. Values stay in SI; tables say
so in their heads, by name, component and unit: ``stress_xy [Pa]``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol
from xml.sax.saxutils import quoteattr

import numpy as np

from ssbmech.errors import RunFolderError, extras_named
from ssbmech.runfolder.derived import all_arrays, all_values, parts_of
from ssbmech.runfolder.moved import moved_points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

_AXES: Final = "xyz"
_COLLECTION: Final = """\
<?xml version="1.0"?>
<VTKFile type="Collection" version="0.1">
<Collection>
{rows}
</Collection>
</VTKFile>
"""


class Exporter(Protocol):
    """Role of a format that fields are written in."""

    def write(
        self, run: RunData, data: FieldData, steps: Sequence[int], folder: Path
    ) -> list[Path]:
        """Write a field file at some steps, and return the files written."""


@dataclass(frozen=True)
class VtuExporter:
    """A VTU file for each time, and a PVD file that names them with their times.

    Attributes:
        displaced: factor of the displacements by which points are moved
            (`ssbmech.runfolder.moved`); 0 for the undeformed grid.
    """

    displaced: float = 0.0

    def write(
        self, run: RunData, data: FieldData, steps: Sequence[int], folder: Path
    ) -> list[Path]:
        """Write the files.

        Args:
            run: the run.
            data: field file of a body or an interface.
            steps: numbers of the steps.
            folder: where they go.
        """
        written, rows = [], []
        for step in steps:
            path = folder / f"{data.path.stem}_{step:04d}.vtu"
            as_grid(run, data, step, self.displaced).save(str(path))
            written.append(path)
            time = float(data.times[step])
            rows.append(f'<DataSet timestep="{time!r}" part="0" file={quoteattr(path.name)}/>')
        index = folder / f"{data.path.stem}.pvd"
        index.write_text(_COLLECTION.format(rows="\n".join(rows)), encoding="utf-8")
        return [index, *written]


class CsvExporter:
    """Tables: cells of all times in one, points in another where there are arrays on them."""

    def write(
        self, run: RunData, data: FieldData, steps: Sequence[int], folder: Path
    ) -> list[Path]:
        """Write the tables.

        Args:
            run: the run.
            data: field file of a body or an interface.
            steps: numbers of the steps.
            folder: where they go.
        """
        written = []
        for on_points, places, ending in ((False, _middles, "cells"), (True, _nodes, "points")):
            arrays = all_arrays(data)
            names = [name for name in sorted(arrays) if arrays[name].on_points == on_points]
            if names:
                path = folder / f"{data.path.stem}_{ending}.csv"
                _write_table(run, data, names, steps, places, path)
                written.append(path)
        return written


def export(
    run: RunData, exporter: Exporter, folder: Path, times: Sequence[float] | None = None
) -> list[Path]:
    """Write the fields of all bodies and interfaces.

    Args:
        run: the run.
        exporter: writes one of them.
        folder: where the files go; made if need be.
        times: times [s], for each of which the nearest output is taken; None for all outputs.

    Returns:
        The files written.

    Raises:
        RunFolderError: the run has no fields, a time lies outside of it, or the folder cannot be
            written.
        EnvironmentMissing: what writes the format is not installed.
    """
    files = [*run.bodies.values(), *run.interfaces.values()]
    if not files:
        raise RunFolderError(f"{run.path} has no fields to export")
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with extras_named():
            for data in files:
                written += exporter.write(run, data, chosen_steps(data, times), folder)
    except OSError as error:
        raise RunFolderError(f"cannot write to {folder}: {error.strerror or error}") from error
    if not written:
        raise RunFolderError(
            f"nothing was written: the line crosses none of {', '.join(run.bodies)}"
        )
    return written


def chosen_steps(data: FieldData, times: Sequence[float] | None) -> list[int]:
    """Return the numbers of the outputs nearest to some times, each of them once.

    Args:
        data: field file.
        times: times [s]; None for all outputs.

    Raises:
        RunFolderError: a time lies outside of the run.
    """
    if times is None:
        return list(range(len(data.times)))
    first, last = float(data.times[0]), float(data.times[-1])
    for time in times:
        if not 0.0 <= time <= last * (1.0 + 1e-9):
            raise RunFolderError(
                f"no output at t = {time:g} s: those of {data.name!r} are from {first:g} to "
                f"{last:g} s"
            )
    return sorted({data.nearest_step(time) for time in times})


@extras_named()
def as_grid(run: RunData, data: FieldData, step: int, displaced: float = 0.0) -> Any:
    """Return the fields of a body or an interface at one step as a PyVista grid.

    The grid has its quadratic cells. If not displaced it is the undeformed one; that of a body that
    moves is as it was at the start, or when it was last meshed anew. Units and names of components
    are in its field data, as texts ``unit of stress`` and ``components of stress``.

    Args:
        run: the run.
        data: field file.
        step: number of the step.
        displaced: factor of the displacements by which points are moved.

    Raises:
        RunFolderError: there is no displacement.
        EnvironmentMissing: PyVista is not installed.
    """
    import pyvista as pv

    points = moved_points(run, data, step, displaced)
    data = data.at(step)
    grid = pv.UnstructuredGrid({data.cell_type: data.nodes}, points)
    grid.field_data["time [s]"] = [float(data.times[step])]
    arrays = all_arrays(data)
    for name in sorted(arrays):
        array = arrays[name]
        held = grid.point_data if array.on_points else grid.cell_data
        held[name] = all_values(data, name, step)
        unit, parts = run.quantity(name).unit, parts_of(name, array)
        _tell(held.VTKObject.GetArray(name), unit, parts)
        grid.field_data[f"unit of {name}"] = [unit]
        if parts:
            grid.field_data[f"components of {name}"] = [" ".join(parts)]
    return grid


def _tell(array: Any, unit: str, parts: Sequence[str]) -> None:
    """Give a VTK array its unit and the names of its components, as attributes."""
    array.GetInformation().Set(array.UNITS_LABEL(), unit)
    for number, part in enumerate(parts):
        array.SetComponentName(number, part)


def _middles(data: FieldData) -> NDArray[np.float64]:
    """Return the middles of the cells [m]."""
    return np.asarray(data.points[data.corners].mean(axis=1))


def _nodes(data: FieldData) -> NDArray[np.float64]:
    """Return the points [m]."""
    return data.points


def _write_table(
    run: RunData,
    data: FieldData,
    names: Sequence[str],
    steps: Sequence[int],
    places_of: Callable[[FieldData], NDArray[np.float64]],
    path: Path,
) -> None:
    """Write arrays over place and time, a row for each place at each time."""
    axes = range(3 if run.in_space else 2)
    heads = ["time [s]", *(f"{_AXES[axis]} [m]" for axis in axes)]
    for name in names:
        unit, array = run.quantity(name).unit, all_arrays(data)[name]
        parts = [f"_{part}" for part in parts_of(name, array)] or [""]
        heads += [f"{name}{part} [{unit}]" for part in parts]
    with path.open("wb") as file:
        file.write((",".join(_quoted(head) for head in heads) + "\n").encode())
        for step in steps:
            data = data.at(step)
            places = places_of(data)
            time = np.full((len(places), 1), data.times[step])
            columns = [all_values(data, name, step).reshape(len(places), -1) for name in names]
            np.savetxt(
                file, np.hstack([time, places[:, list(axes)], *columns]), delimiter=",", fmt="%.9g"
            )


def _quoted(head: str) -> str:
    """Return the head of a column as CSV has it."""
    return '"' + head.replace('"', '""') + '"' if re.search('[",\n]', head) else head
