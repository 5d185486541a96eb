# SPDX-License-Identifier: BSD-3-Clause
"""Reads a run folder, without the solver.

A folder is readable at any time: while the run goes on, and after it was interrupted. Small things
are read at once, field arrays when asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder import manifest as manifest_file
from ssbmech.runfolder.fields import FieldData, read_fields
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.quantities import (
    QUANTITIES,
    Quantity,
    own_quantities,
    unknown_quantity,
)
from ssbmech.runfolder.series import parse_header, parse_row, whole_lines

__all__ = ["FieldData", "ProtocolSpan", "RunData", "Series"]

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """The time series, columns by name.

    Attributes:
        columns: Name -> values, one per accepted step (SI).
        units: Name -> SI unit.
    """

    columns: Mapping[str, NDArray[np.float64]]
    units: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Series:
        """Read ``series.csv``; a last row that was cut off is left out.

        Raises:
            RunFolderError: There is no such file, it cannot be read, or it is no series.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise RunFolderError(f"there is no {path}") from error
        except OSError as error:
            raise RunFolderError(f"{path} cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise RunFolderError(f"{path} is no text in UTF-8") from error
        lines = whole_lines(text)
        if not lines:
            raise RunFolderError(f"{path} is empty")
        try:
            columns = parse_header(lines[0])
        except RunFolderError as error:
            raise RunFolderError(f"{path}: {error}") from error
        try:
            rows = [parse_row(line, len(columns)) for line in lines[1:]]
        except RunFolderError as error:
            raise RunFolderError(f"{path} holds a row that does not fit its header") from error
        table = np.array(rows, dtype=np.float64).reshape(-1, len(columns))
        return cls(
            dict(zip((column.name for column in columns), table.T, strict=True)),
            {column.name: column.unit for column in columns},
        )

    def __getitem__(self, name: str) -> NDArray[np.float64]:
        """Return a column.

        Raises:
            RunFolderError: There is no such column; the message lists those there are.
        """
        if name not in self.columns:
            known = ", ".join(self.columns)
            raise RunFolderError(f"the series has no column {name!r}; it has: {known}")
        return self.columns[name]

    def of(self, quantity: str) -> dict[str, NDArray[np.float64]]:
        """Return the columns of a quantity by the body or interface they belong to.

        Args:
            quantity: Name of the quantity; its own column comes under the empty name.
        """
        parted = ((name.partition(":"), values) for name, values in self.columns.items())
        return {where: values for (name, _, where), values in parted if name == quantity}

    def largest(self, quantity: str) -> float:
        """Return the largest size among the values of a quantity, 0 if there are none (SI).

        Args:
            quantity: Name of the quantity.
        """
        columns = self.of(quantity).values()
        sizes = [np.abs(values[np.isfinite(values)]).max(initial=0.0) for values in columns]
        return float(max(sizes, default=0.0))


def time_unit(end: float) -> tuple[str, float]:
    """Return the unit of an axis of time that ends at a time [s], and shown time = factor * s."""
    for limit, text, factor in ((180.0, "s", 1.0), (4 * 3600.0, "min", 1 / 60)):
        if end <= limit:
            return text, factor
    return "h", 1 / 3600


@dataclass(frozen=True, slots=True, eq=False)
class ProtocolSpan:
    """Part of the time axis that one protocol step takes.

    Attributes:
        start: Beginning [s].
        end: End [s].
        label: What the step does.
    """

    start: float
    end: float
    label: str


@dataclass(frozen=True, eq=False)
class RunData:
    """A run folder as the figures see it.

    Attributes:
        path: The folder.
        manifest: The manifest.
        series: The time series.
        bodies: Field files of the bodies by name.
        interfaces: Field files of the interfaces by name.
    """

    path: Path
    manifest: Mapping[str, Any]
    series: Series
    bodies: Mapping[str, FieldData]
    interfaces: Mapping[str, FieldData]

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> RunData:
        """Open a run folder.

        Args:
            path: The folder.

        Raises:
            RunFolderError: It is no run folder, or holds something unreadable.
        """
        folder = Path(path)
        manifest = manifest_file.read(RunPaths(folder).manifest_path)
        bodies, interfaces = read_fields(folder)
        series = Series.read(RunPaths(folder).series_path)
        return cls(folder, manifest, series, bodies, interfaces)

    def solved(self) -> RunData:
        """Return the run without the state at t = 0, if its field files begin with that."""
        rows = self.manifest.get("case")
        told = {row.get("name"): row.get("value") for row in rows} if isinstance(rows, list) else {}
        if told.get("output.initial") is not True:
            return self
        files = (self.bodies, self.interfaces)
        bodies, interfaces = ({name: data.solved() for name, data in of.items()} for of in files)
        return replace(self, bodies=bodies, interfaces=interfaces)

    @cached_property
    def own(self) -> Mapping[str, Quantity]:
        """Quantities of the user's own that the manifest lists, by name."""
        return own_quantities(self.manifest.get("quantities"))

    def knows(self, name: str) -> bool:
        """Return whether the run or the table of quantities names a quantity.

        Args:
            name: Name of a quantity or of a series column.
        """
        kind = name.partition(":")[0]
        return kind in self.own or kind in QUANTITIES

    def quantity(self, name: str) -> Quantity:
        """Return what a series column or a field array is of; every name has an answer.

        The run knows best, then the table of quantities; of any other name the unit is that in the
        head of the series, and not known for an array.

        Args:
            name: Name of a quantity, of a series column ``quantity:where`` or of an array.
        """
        kind = name.partition(":")[0]
        row = self.own.get(kind, QUANTITIES.get(kind))
        if row is not None:
            return row
        units = self.series.units
        heads = (unit for column, unit in units.items() if column.partition(":")[0] == kind)
        return unknown_quantity(kind, units.get(name) or next(heads, ""))

    @property
    def in_space(self) -> bool:
        """Whether the bodies are meshed by tetrahedra."""
        return any(body.corners.shape[1] == 4 for body in self.bodies.values())

    @property
    def hosts(self) -> list[str]:
        """Names of the bodies that host lithium in particles; a layer of a host is none of them."""
        layers = {data.minus for data in self.interfaces.values() if self._is_flat(data)}
        wanted = {"content", "particle"}
        bodies = self.bodies.items()
        return [name for name, body in bodies if wanted <= body.names and name not in layers]

    def round_particles(self, name: str) -> bool:
        """Return whether an interface goes round the particles of its minus body.

        Args:
            name: Name of the interface.
        """
        return self.interfaces[name].minus in self.hosts

    def _is_flat(self, data: FieldData) -> bool:
        extent = np.ptp(data.points, axis=0)[: 3 if self.in_space else 2]
        return bool(extent.min() <= 1e-3 * extent.max())

    def time_unit(self) -> tuple[str, float]:
        """Return the unit of time axes and shown time = factor * seconds."""
        times = self.series["time"]
        return time_unit(float(times[-1]) if times.size else 0.0)

    def protocol(self) -> list[ProtocolSpan]:
        """Return the protocol steps that were run, in order."""
        times, steps = self.series["time"], self.series.of("step").get("")
        if steps is None or not times.size:
            return []
        planned = self.manifest.get("protocol")
        labels = [
            str(step.get("label", "")) if isinstance(step, dict) else ""
            for step in (planned if isinstance(planned, list) else ())
        ]
        # A row is the state at the end of a time step; the first time step began before it.
        last = np.append(np.flatnonzero(np.diff(steps)), len(steps) - 1)
        first = self.series.of("time_step").get("", np.zeros(1))[0]
        spans, start = [], float(times[0] - first)
        for row in last.tolist():
            end, number = float(times[row]), int(steps[row])
            label = labels[number] if 0 <= number < len(labels) else f"step {number + 1}"
            if end > start:
                spans.append(ProtocolSpan(start, end, label))
            start = end
        return spans
