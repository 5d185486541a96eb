# SPDX-License-Identifier: BSD-3-Clause
"""A run as tables and maps: `open_run`, for whoever goes on with its numbers in pandas or xarray.

Needs neither the solver nor the machine that the run was computed on. A run that goes on is read as
far as it has come; what is read does not change later, so open it again to see more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssbmech.errors import RunFolderError
from ssbmech.runfolder import manifest as manifest_file
from ssbmech.runfolder.bdf import write_bdf
from ssbmech.runfolder.export import as_grid, chosen_steps, export
from ssbmech.runfolder.fields import FieldData, read_fields
from ssbmech.runfolder.line import along_line
from ssbmech.runfolder.maps import body_map, interface_map
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.reader import RunData, Series
from ssbmech.runfolder.status import is_at_work

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import xarray as xr

    from ssbmech.runfolder.export import Exporter
    from ssbmech.runfolder.quantities import Quantity


def open_run(path: str | os.PathLike[str]) -> Run:
    """Open a run folder; the run may go on, or have ended in any way.

    Args:
        path: The run folder.

    Raises:
        RunFolderError: It is no run folder, or its manifest is damaged.
    """
    folder = Path(path)
    return Run(folder, manifest_file.read(RunPaths(folder).manifest_path))


@dataclass(frozen=True, eq=False)
class Run:
    """A run folder as tables and maps. Everything is in SI, and says so.

    Attributes:
        path: The folder.
        manifest: The manifest: case, versions, sources, how the run ended.
    """

    path: Path
    manifest: Mapping[str, Any]

    @property
    def status(self) -> str:
        """``running``, ``complete``, ``stopped`` or ``failed``."""
        return str(self.manifest.get("status", "unknown"))

    @property
    def at_work(self) -> bool:
        """Whether a process works on the run now; a running one without was killed."""
        return is_at_work(self.path)

    @cached_property
    def series(self) -> pd.DataFrame:
        """The time series, a row for each accepted time step, indexed by time [s].

        Units and labels are in its ``attrs``: ``series.attrs["units"]["voltage"]`` is ``V``. A run
        that has not come to its first step has an empty one.

        Raises:
            RunFolderError: The series cannot be read, or has no time.
        """
        import pandas as pd

        found = self._data.series
        if found.columns and "time" not in found.columns:
            raise RunFolderError(f"{self.path / 'series.csv'} has no column of time")
        table = pd.DataFrame({name: values for name, values in found.columns.items()})
        table = table.set_index("time") if found.columns else table.rename_axis("time")
        table.attrs["units"] = dict(self.units)
        table.attrs["labels"] = {name: self.quantity(name).label for name in found.columns}
        return table

    def labelled_series(self) -> pd.DataFrame:
        """Return the series with units in its heads: ``voltage [V]``, indexed by ``time [s]``.

        Raises:
            RunFolderError: The series cannot be read, or has no time.
        """
        heads = {name: f"{name} [{unit}]" for name, unit in self.units.items()}
        return self.series.rename(columns=heads).rename_axis(heads.get("time", "time [s]"))

    @property
    def units(self) -> Mapping[str, str]:
        """SI unit of each column of the series, and of time.

        Raises:
            RunFolderError: The series cannot be read.
        """
        return self._data.series.units

    @property
    def bodies(self) -> list[str]:
        """Names of the bodies that have fields."""
        return list(self._data.bodies)

    @property
    def interfaces(self) -> list[str]:
        """Names of the interfaces that have fields."""
        return list(self._data.interfaces)

    def body(self, name: str) -> xr.Dataset:
        """Return the fields of a body over (time, cell) and (time, node).

        Nodes are at ``x, y`` and, in three dimensions, ``z`` [m], undeformed; the middles of cells
        at ``x_cell, y_cell``; ``corners`` are the nodes at the corners of each cell. A field is
        read from its file when its values are asked for.

        Args:
            name: Name of the body.

        Raises:
            RunFolderError: There is no such body, or no fields yet.
        """
        return body_map(self._field_file(self._data.bodies, "body", name), self._data)

    def interface(self, name: str) -> xr.Dataset:
        """Return the fields of an interface over (time, facet).

        The middles of the facets are at ``x, y`` and, in three dimensions, ``z`` [m], undeformed. A
        field is read from its file when its values are asked for.

        Args:
            name: Name of the interface, ``minus|plus``.

        Raises:
            RunFolderError: There is no such interface, or no fields yet.
        """
        return interface_map(self._field_file(self._data.interfaces, "interface", name), self._data)

    def pyvista(self, name: str, time: float, displaced: float = 0.0) -> Any:
        """Return a body or an interface at the output nearest to a time, as a PyVista grid.

        Args:
            name: Name of a body, or of an interface, ``minus|plus``.
            time: Time [s].
            displaced: Factor of the displacements by which points are moved; an interface goes
                along with a body beside it (`ssbmech.runfolder.moved`).

        Raises:
            RunFolderError: There is no such body or interface, no fields yet, or none at that time.
            EnvironmentMissing: PyVista is not installed.
        """
        files = {**self._data.bodies, **self._data.interfaces}
        data = self._field_file(files, "body or interface", name)
        (step,) = chosen_steps(data, (time,))
        return as_grid(self._data, data, step, displaced)

    def along(
        self, name: str, time: float, start: Sequence[float], end: Sequence[float], count: int = 201
    ) -> pd.DataFrame:
        """Return the fields of a body along a line, indexed by the distance from its start [m].

        Points outside of it are left out; units are in ``attrs["units"]``. The line lies in the
        undeformed body; in one that moves as it was at the start, or when last meshed anew.

        Args:
            name: Name of the body.
            time: Time [s], for which the nearest output is taken.
            start: Start of the line, two or three coordinates [m].
            end: End of the line [m].
            count: Number of points.

        Raises:
            RunFolderError: There is no such body or output, or the line passes the body by.
            EnvironmentMissing: PyVista is not installed.
        """
        data = self._field_file(self._data.bodies, "body", name)
        (step,) = chosen_steps(data, (time,))
        return along_line(self._data, data, step, start, end, count)

    def export(
        self,
        exporter: Exporter,
        folder: str | os.PathLike[str],
        times: Sequence[float] | None = None,
    ) -> list[Path]:
        """Write the fields of all bodies and interfaces for other programs.

        Args:
            exporter: Format: `VtuExporter()` or `CsvExporter()` of `ssbmech.runfolder.export`, or
                one of `.xdmf` and `.line`.
            folder: Where the files go; made if need be.
            times: Times [s], for each of which the nearest output is taken; None for all outputs.

        Returns:
            The files written.

        Raises:
            RunFolderError: There are no fields, a time lies outside of the run, or the folder
                cannot be written.
            EnvironmentMissing: What writes the format is not installed.
        """
        return export(self._data, exporter, Path(folder), times)

    def to_bdf(self, path: str | os.PathLike[str], area: float) -> None:
        """Write the series in the Battery Data Format, for tools that read measured data.

        Args:
            path: File to write; its name should end with ``.bdf.csv``.
            area: Area of the cell [m2]: the format counts current in ampere.

        Raises:
            RunFolderError: The area is not above zero, the run has no voltage or current, or the
                file cannot be written.
        """
        write_bdf(self._data.series, Path(path), area)

    def quantity(self, name: str) -> Quantity:
        """Return name, symbol, unit and label of what a column or a field is of.

        Args:
            name: Name of a column of the series or of a field.
        """
        return self._data.quantity(name)

    @cached_property
    def _data(self) -> RunData:
        path = RunPaths(self.path).series_path
        # there is none before the model stands, and none of its lines before the first step
        written = path.exists() and path.stat().st_size > 0
        series = Series.read(path) if written else Series({}, {})
        return RunData(self.path, self.manifest, series, *read_fields(self.path))

    def _field_file(self, files: Mapping[str, FieldData], kind: str, name: str) -> FieldData:
        if name not in files:
            known = ", ".join(files) or "none yet"
            told = f"{self.path} has no fields of {kind} {name!r}; there are: {known}"
            raise RunFolderError(told)
        return files[name]
