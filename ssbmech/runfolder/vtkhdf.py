# SPDX-License-Identifier: BSD-3-Clause
"""One unstructured grid with values that change in time, as a VTKHDF file.

The layout is VTK's own (https://docs.vtk.org/en/latest/vtk_file_formats/vtkhdf_file_format):
the grid is stored once, the arrays of all steps lie behind one another, and the group ``Steps``
says where each step begins. ParaView and PyVista open such a file directly.

A run may be killed at any moment, also while it writes, and what was complete before must stay
readable. Therefore

- a file appears under its name only when its first step is complete;
- a step counts when the attribute ``NSteps`` says so, which is written last, with the time of the
  step, after everything else is on its way to the disk; leftovers of a step that does not count
  are overwritten;
- a chunk holds one array of one step, so that writing a step never rewrites an earlier one, and
  chunks are indexed by HDF5's extensible array, which grows without moving what is there;
- the file is closed between steps. It has the classic superblock, because a newer one marks the
  file as open for writing and makes every reader refuse it after a crash. It is not locked, so
  that somebody who looks at it while the run goes on cannot make the run fail.

Nothing here knows of meshes or ranks: one process writes plain arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.atomic import aside
from ssbmech.runfolder.space import reserve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

VERSION = (2, 2)
_GZIP_LEVEL = 4
# The oldest layout with extensible arrays: the HDF5 in VTK and ParaView is older than others.
_LAYOUT = ("v110", "v110")
# Bookkeeping arrays are tiny; a chunk of this many steps keeps the files small.
_STEPS_PER_CHUNK = 128


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Unstructured grid of cells of one type.

    Attributes:
        points: Coordinates, shape (points, 3) [m].
        cells: Point numbers of each cell in VTK's order, shape (cells, points per cell).
        cell_type: VTK's number of the cell type.
    """

    points: NDArray[np.float64]
    cells: NDArray[np.int64]
    cell_type: int


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Values on a grid at one time.

    Attributes:
        point: Name -> values, shape (points,) or (points, components).
        cell: Name -> values, shape (cells,) or (cells, components).
    """

    point: Mapping[str, NDArray[np.float64]]
    cell: Mapping[str, NDArray[np.float64]]

    def kinds(self) -> Iterator[tuple[str, Mapping[str, NDArray[np.float64]]]]:
        """Yield VTK's name of each kind of data with its arrays."""
        yield "PointData", self.point
        yield "CellData", self.cell

    def sizes(self) -> list[int]:
        """Return the bytes of each array."""
        return [array.nbytes for _, arrays in self.kinds() for array in arrays.values()]


def create(
    path: Path,
    grid: Grid,
    constants: Arrays,
    time: float,
    values: Arrays,
    notes: Mapping[str, str],
    attributes: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Write a new file with the grid and its first step; an unfinished one is never seen.

    Args:
        path: File to create.
        grid: The grid, the same for all steps.
        constants: Arrays that are the same for all steps.
        time: Time of the first step [s].
        values: Arrays of the first step; later steps have the same names and shapes.
        notes: Text attributes of the file.
        attributes: Text attributes of arrays by name, such as their units.

    Raises:
        OSError: The file cannot be written.
    """
    grid_size = grid.points.nbytes + 2 * grid.cells.nbytes
    reserve(path.parent, [grid_size, *constants.sizes(), *values.sizes()])
    with aside(path) as part:
        # The first opening decides on the superblock, the second on the layout of what is put in.
        with h5py.File(part, "w", libver="earliest", locking=False) as file:
            file.attrs.update(notes)
        with h5py.File(part, "r+", libver=_LAYOUT, locking=False) as file:
            _write_head(file, grid)
            for kind, arrays in constants.kinds():
                for name, array in arrays.items():
                    _create_array(file, kind, name, array, steps=1)
                    file["VTKHDF"][kind][name][...] = array
            for kind, arrays in values.kinds():
                for name, array in arrays.items():
                    _create_array(file, kind, name, array, steps=None)
            _describe(file, attributes or {})
        append(part, time, values)


def append(path: Path, time: float, values: Arrays) -> None:
    """Write one more step.

    Args:
        path: File made by `create`.
        time: Time of the step, after that of the last [s].
        values: Arrays with the names and shapes of the first step.

    Raises:
        OSError: The file cannot be written.
        RunFolderError: Names or shapes differ from the first step's, or time does not advance.
    """
    reserve(path.parent, values.sizes())
    with h5py.File(path, "r+", libver=_LAYOUT, locking=False) as file:
        root = file["VTKHDF"]
        steps = root["Steps"]
        step = int(steps.attrs["NSteps"])
        if step and not time > steps["Values"][step - 1]:
            last = float(steps["Values"][step - 1])
            raise RunFolderError(f"{path.name}: time {time!r} s is not after the last, {last!r} s")
        for kind, arrays in values.kinds():
            _check_names(
                path, kind, arrays, {key for key in root[kind] if _varies(root[kind][key])}
            )
            for name, array in arrays.items():
                _append_array(path, root[kind][name], array, step)
                _set_row(steps[kind + "Offsets"][name], step, step * len(array))
        for kind in ("PointData", "CellData"):
            for name, dataset in root[kind].items():
                if not _varies(dataset):
                    _set_row(steps[kind + "Offsets"][name], step, 0)
        # One part, and the same grid for every step: all offsets into the grid are zero.
        for name in ("PartOffsets", "PointOffsets", "CellOffsets", "ConnectivityIdOffsets"):
            _set_row(steps[name], step, 0)
        _set_row(steps["NumberOfParts"], step, 1)
        file.flush()
        # Together, and after everything else: VTK's reader overruns its buffer when there are more
        # times than steps.
        _set_row(steps["Values"], step, time)
        steps.attrs.modify("NSteps", np.int64(step + 1))


def times(path: Path) -> list[float]:
    """Return the times of the steps that count [s].

    Raises:
        OSError: The file cannot be read.
    """
    with h5py.File(path, "r", locking=False) as file:
        steps = file["VTKHDF"]["Steps"]
        return [float(time) for time in steps["Values"][: int(steps.attrs["NSteps"])]]


def rewind(path: Path, count: int) -> None:
    """Drop all steps but the first ones.

    Args:
        path: File made by `create`.
        count: Number of steps that stay.

    Raises:
        OSError: The file cannot be written.
    """
    with h5py.File(path, "r+", libver=_LAYOUT, locking=False) as file:
        steps = file["VTKHDF"]["Steps"]
        steps.attrs.modify("NSteps", np.int64(count))
        file.flush()
        steps["Values"].resize(count, axis=0)


def _write_head(file: h5py.File, grid: Grid) -> None:
    """Write the grid and the empty bookkeeping of the steps."""
    root = file.create_group("VTKHDF")
    root.attrs["Version"] = np.array(VERSION, dtype=np.int64)
    kind = b"UnstructuredGrid"
    root.attrs.create("Type", kind, dtype=h5py.string_dtype("ascii", len(kind)))
    n_cells, n_nodes = grid.cells.shape
    compression = {"compression": "gzip", "compression_opts": _GZIP_LEVEL, "shuffle": True}
    root.create_dataset("Points", data=grid.points, **compression)
    root.create_dataset("Connectivity", data=grid.cells.ravel(), **compression)
    root.create_dataset("Offsets", data=n_nodes * np.arange(n_cells + 1), **compression)
    types = np.full(n_cells, grid.cell_type, dtype=np.uint8)
    root.create_dataset("Types", data=types, **compression)
    counts = {
        "NumberOfPoints": len(grid.points),
        "NumberOfCells": n_cells,
        "NumberOfConnectivityIds": grid.cells.size,
    }
    for name, count in counts.items():
        root.create_dataset(name, data=np.array([count], dtype=np.int64))
    steps = root.create_group("Steps")
    steps.attrs["NSteps"] = np.int64(0)
    _create_rows(steps, "Values", (), np.float64)
    for name in ("PartOffsets", "NumberOfParts", "PointOffsets"):
        _create_rows(steps, name, (), np.int64)
    for name in ("CellOffsets", "ConnectivityIdOffsets"):
        _create_rows(steps, name, (1,), np.int64)
    for name in ("PointData", "CellData"):
        root.create_group(name)
        steps.create_group(name + "Offsets")


def _describe(file: h5py.File, attributes: Mapping[str, Mapping[str, str]]) -> None:
    """Give arrays their attributes."""
    for kind in ("PointData", "CellData"):
        for name, dataset in file["VTKHDF"][kind].items():
            dataset.attrs.update(attributes.get(name, {}))


def _create_rows(group: h5py.Group, name: str, shape: tuple[int, ...], dtype: Any) -> None:
    """Create a bookkeeping array with one row per step."""
    group.create_dataset(
        name,
        (0, *shape),
        maxshape=(None, *shape),
        chunks=(_STEPS_PER_CHUNK, *shape),
        dtype=dtype,
    )


def _create_array(
    file: h5py.File, kind: str, name: str, array: NDArray[np.float64], steps: int | None
) -> None:
    """Create an array for as many steps as said, or for any number of them."""
    shape = array.shape
    file["VTKHDF"][kind].create_dataset(
        name,
        (0 if steps is None else steps * shape[0], *shape[1:]),
        maxshape=(None if steps is None else steps * shape[0], *shape[1:]),
        chunks=(max(shape[0], 1), *shape[1:]),
        dtype=array.dtype,
        compression="gzip",
        compression_opts=_GZIP_LEVEL,
        shuffle=True,
    )
    _create_rows(file["VTKHDF"]["Steps"][kind + "Offsets"], name, (), np.int64)


def _varies(dataset: h5py.Dataset) -> bool:
    """Return whether an array has values of its own in every step."""
    return dataset.maxshape[0] is None


def _check_names(
    path: Path, kind: str, arrays: Mapping[str, NDArray[np.float64]], expected: set[str]
) -> None:
    if set(arrays) != expected:
        raise RunFolderError(
            f"{path.name}, {kind}: every step needs the arrays {sorted(expected)}, "
            f"this one has {sorted(arrays)}"
        )


def _append_array(path: Path, dataset: h5py.Dataset, array: NDArray[np.float64], step: int) -> None:
    rows = dataset.chunks[0] if dataset.size or len(array) else 0
    if array.shape != (rows, *dataset.shape[1:]):
        raise RunFolderError(
            f"{path.name}: array {dataset.name} has shape {array.shape}, "
            f"the first step had {(rows, *dataset.shape[1:])}"
        )
    dataset.resize((step + 1) * rows, axis=0)
    dataset[step * rows :] = array


def _set_row(dataset: h5py.Dataset, step: int, value: float) -> None:
    dataset.resize(step + 1, axis=0)
    dataset[step] = value
