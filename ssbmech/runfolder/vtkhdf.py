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
- a chunk holds rows of one array of one step, so that writing a step never rewrites an earlier one,
  and chunks are indexed by HDF5's extensible array, which grows without moving what is there;
- the file is closed between steps. It has the classic superblock, because a newer one marks the
  file as open for writing and makes every reader refuse it after a crash. It is not locked, so
  that somebody who looks at it while the run goes on cannot make the run fail.

The points of a grid that moves are an array of its own, ``position``, of which the ``Points`` of
the layout are another name: readers take those of each step. Where they were at the start is in the
array ``start``.

Nothing here knows of meshes or ranks: a process calls a function while no other has the file open.
A step is begun by one process, its rows are put there by any number of them, one after the other,
and it is ended by one. The rows come compressed (`chunks`), so that all that is done by turns is to
copy bytes. Steps lie a whole number of chunks apart; what is left between them belongs to none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import h5py
import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.chunks import COMPRESSION, MOST_ROWS, rows_per_chunk
from ssbmech.runfolder.space import reserve

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.chunks import Block

    Components = Mapping[str, Mapping[str, tuple[int, ...]]]

VERSION = (2, 2)
# The oldest layout with extensible arrays: the HDF5 in VTK and ParaView is older than others.
_LAYOUT = ("v110", "v110")
# Bookkeeping arrays are tiny; a chunk of this many steps keeps the files small.
_STEPS_PER_CHUNK = 128
_KINDS: Final = ("PointData", "CellData")
POINTS: Final = "Points"
CONNECTIVITY: Final = "Connectivity"
POSITION: Final = "position"
START: Final = "start"


@dataclass(frozen=True, slots=True)
class Size:
    """Sizes of an unstructured grid of cells of one type.

    Attributes:
        points: Number of points.
        cells: Number of cells.
        nodes: Points of each cell.
        cell_type: VTK's number of the cell type.
    """

    points: int
    cells: int
    nodes: int
    cell_type: int

    def rows(self, kind: str) -> int:
        """Return how many rows an array has, "PointData" or "CellData"."""
        return self.points if kind == "PointData" else self.cells


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Values on a grid, or on a part of it, at one time.

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

    def components(self) -> Components:
        """Return the shape of the value at one place of each array, by kind and name."""
        return {kind: {n: a.shape[1:] for n, a in arrays.items()} for kind, arrays in self.kinds()}


def create(
    path: Path,
    size: Size,
    constants: Components,
    varying: Components,
    notes: Mapping[str, str],
    attributes: Mapping[str, Mapping[str, str]],
) -> None:
    """Write a new file without rows and steps; it should get its name when its first step is there.

    Args:
        path: File to create.
        size: Sizes of the grid, the same for all steps.
        constants: Arrays that are the same for all steps.
        varying: Arrays that have values of their own in every step.
        notes: Text attributes of the file.
        attributes: Text attributes of arrays by name, such as their units.

    Raises:
        OSError: The file cannot be written.
    """
    grid_size = 24 * size.points + 17 * size.cells + 8 * size.nodes * size.cells
    reserve(path.parent, [grid_size, *_sizes(size, constants)])
    # The first opening decides on the superblock, the second on the layout of what is put in.
    with h5py.File(path, "w", libver="earliest", locking=False) as file:
        file.attrs.update(notes)
    with _opened(path) as file:
        moves = POSITION in varying["PointData"]
        _write_head(file, size, moves)
        for kind in _KINDS:
            for arrays, varies in ((constants, False), (varying, True)):
                for name, components in arrays[kind].items():
                    _create_array(file, kind, name, (size.rows(kind), *components), varies)
        if moves:
            file["VTKHDF"][POINTS] = file["VTKHDF/PointData"][POSITION]
        _describe(file, attributes)


def begin_step(path: Path, time: float, varying: Components) -> int:
    """Make room for one more step and return its number; it does not count yet.

    Args:
        path: File made by `create`.
        time: Time of the step, after that of the last [s].
        varying: Arrays of the step, as in the first one.

    Raises:
        OSError: The file cannot be written.
        RunFolderError: Names or shapes differ from the first step's, or time does not advance.
    """
    with _opened(path) as file:
        root = file["VTKHDF"]
        size = _read_size(root)
        reserve(path.parent, _sizes(size, varying))
        steps = root["Steps"]
        step = int(steps.attrs["NSteps"])
        if step and not time > steps["Values"][step - 1]:
            last = float(steps["Values"][step - 1])
            raise RunFolderError(f"{path.name}: time {time!r} s is not after the last, {last!r} s")
        for kind in _KINDS:
            known = {name: each for name, each in root[kind].items() if _varies(each)}
            _check_names(path, kind, set(varying[kind]), set(known))
            for name, dataset in known.items():
                _check_shape(path, dataset, varying[kind][name])
                stride = _stride(size.rows(kind), dataset)
                dataset.resize((step + 1) * stride, axis=0)
    return step


def put(path: Path, step: int, blocks: Iterable[Block]) -> None:
    """Copy compressed rows into a file.

    Args:
        path: File made by `create`.
        step: Step that was begun.
        blocks: The rows.

    Raises:
        OSError: The file cannot be written.
        RuntimeError: Likewise, as HDF5 says it.
    """
    with _opened(path) as file:
        root = file["VTKHDF"]
        size = _read_size(root)
        for block in blocks:
            dataset = root[block.name]
            rows, start = dataset.chunks[0], block.first
            if _varies(dataset):
                start += step * _stride(size.rows(block.name.partition("/")[0]), dataset)
            rest = (0,) * (dataset.ndim - 1)
            for number, chunk in enumerate(block.chunks):
                dataset.id.write_direct_chunk((start + number * rows, *rest), chunk)


def end_step(path: Path, time: float) -> None:
    """Let a step count whose rows are all there.

    Args:
        path: File made by `create`.
        time: Time of the step that was begun [s].

    Raises:
        OSError: The file cannot be written.
    """
    with _opened(path) as file:
        root = file["VTKHDF"]
        steps, size = root["Steps"], _read_size(root)
        step = int(steps.attrs["NSteps"])
        for kind in _KINDS:
            for name, dataset in root[kind].items():
                stride = _stride(size.rows(kind), dataset) if _varies(dataset) else 0
                _set_row(steps[kind + "Offsets"][name], step, step * stride)
        # One part, and the same cells for every step: all offsets into them are zero.
        for name in ("PartOffsets", "CellOffsets", "ConnectivityIdOffsets"):
            _set_row(steps[name], step, 0)
        points = root[POINTS]
        offset = step * _stride(size.points, points) if _varies(points) else 0
        _set_row(steps["PointOffsets"], step, offset)
        _set_row(steps["NumberOfParts"], step, 1)
        file.flush()
        # Together, and after everything else: VTK's reader overruns its buffer when there are more
        # times than steps.
        _set_row(steps["Values"], step, time)
        steps.attrs.modify("NSteps", np.int64(step + 1))


def chunk_rows(path: Path) -> tuple[int, int]:
    """Return the rows of the chunks of a file's point and cell arrays.

    Args:
        path: File made by `create`.

    Raises:
        OSError: The file cannot be read.
    """
    with h5py.File(path, "r", locking=False) as file:
        root = file["VTKHDF"]
        size, found = _read_size(root), []
        for kind in _KINDS:
            chunks = (int(each.chunks[0]) for each in root[kind].values())
            found.append(next(chunks, rows_per_chunk(size.rows(kind))))
    return found[0], found[1]


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
    with _opened(path) as file:
        steps = file["VTKHDF"]["Steps"]
        steps.attrs.modify("NSteps", np.int64(count))
        file.flush()
        steps["Values"].resize(count, axis=0)


def _opened(path: Path) -> h5py.File:
    return h5py.File(path, "r+", libver=_LAYOUT, locking=False)


def _sizes(size: Size, arrays: Components) -> list[int]:
    """Return the bytes of each array."""
    return [
        8 * size.rows(kind) * math.prod(components)
        for kind in _KINDS
        for components in arrays[kind].values()
    ]


def _read_size(root: h5py.Group) -> Size:
    cells = int(root["NumberOfCells"][0])
    nodes = int(root["NumberOfConnectivityIds"][0]) // max(cells, 1)
    return Size(int(root["NumberOfPoints"][0]), cells, nodes, 0)


def _stride(rows: int, dataset: h5py.Dataset) -> int:
    """Return how many rows of an array one step takes: whole chunks."""
    chunk = int(dataset.chunks[0])
    return -(-rows // chunk) * chunk


def _write_head(file: h5py.File, size: Size, moves: bool) -> None:
    """Write the sizes of the grid, room for it, and the empty bookkeeping of the steps.

    Args:
        file: the file.
        size: sizes of the grid.
        moves: whether its points are an array that varies.
    """
    root = file.create_group("VTKHDF")
    root.attrs["Version"] = np.array(VERSION, dtype=np.int64)
    kind = b"UnstructuredGrid"
    root.attrs.create("Type", kind, dtype=h5py.string_dtype("ascii", len(kind)))
    if not moves:
        _create_rows_of(root, POINTS, (size.points, 3), np.float64)
    chunk = rows_per_chunk(size.cells) * size.nodes
    _create_rows_of(root, CONNECTIVITY, (size.cells * size.nodes,), np.int64, chunk)
    offsets = _create_rows_of(root, "Offsets", (size.cells + 1,), np.int64)
    types = _create_rows_of(root, "Types", (size.cells,), np.uint8)
    for first in range(0, size.cells + 1, MOST_ROWS):
        last = min(first + MOST_ROWS, size.cells + 1)
        offsets[first:last] = size.nodes * np.arange(first, last)
        types[first:last] = size.cell_type
    counts = {
        "NumberOfPoints": size.points,
        "NumberOfCells": size.cells,
        "NumberOfConnectivityIds": size.cells * size.nodes,
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
    for name in _KINDS:
        root.create_group(name)
        steps.create_group(name + "Offsets")


def _describe(file: h5py.File, attributes: Mapping[str, Mapping[str, str]]) -> None:
    """Give arrays their attributes."""
    for kind in _KINDS:
        for name, dataset in file["VTKHDF"][kind].items():
            dataset.attrs.update(attributes.get(name, {}))


def _create_rows(group: h5py.Group, name: str, shape: tuple[int, ...], dtype: Any) -> None:
    """Create a bookkeeping array with one row per step."""
    most, chunk = (None, *shape), (_STEPS_PER_CHUNK, *shape)
    group.create_dataset(name, (0, *shape), maxshape=most, chunks=chunk, dtype=dtype)


def _create_array(
    file: h5py.File, kind: str, name: str, shape: tuple[int, ...], varies: bool
) -> None:
    """Create an array of one step for all times, or for any number of steps."""
    group = file["VTKHDF"][kind]
    if varies:
        chunk = rows_per_chunk(shape[0])
        _create_rows_of(group, name, (0, *shape[1:]), np.float64, chunk, most=(None, *shape[1:]))
    else:
        _create_rows_of(group, name, shape, np.float64)
    _create_rows(file["VTKHDF"]["Steps"][kind + "Offsets"], name, (), np.int64)


def _create_rows_of(
    group: h5py.Group,
    name: str,
    shape: tuple[int, ...],
    dtype: Any,
    chunk: int = 0,
    most: tuple[int | None, ...] | None = None,
) -> h5py.Dataset:
    """Create an array in compressed chunks of rows."""
    rows = chunk or rows_per_chunk(shape[0])
    return group.create_dataset(
        name,
        shape,
        maxshape=shape if most is None else most,
        chunks=(max(rows, 1), *shape[1:]),
        dtype=dtype,
        compression="gzip",
        compression_opts=COMPRESSION,
        shuffle=True,
    )


def _varies(dataset: h5py.Dataset) -> bool:
    """Return whether an array has values of its own in every step."""
    return dataset.maxshape[0] is None


def _check_names(path: Path, kind: str, found: set[str], expected: set[str]) -> None:
    if found != expected:
        raise RunFolderError(
            f"{path.name}, {kind}: every step needs the arrays {sorted(expected)}, "
            f"this one has {sorted(found)}"
        )


def _check_shape(path: Path, dataset: h5py.Dataset, components: tuple[int, ...]) -> None:
    if components != dataset.shape[1:]:
        raise RunFolderError(
            f"{path.name}: a value of {dataset.name} has shape {components}, "
            f"the first step had {dataset.shape[1:]}"
        )


def _set_row(dataset: h5py.Dataset, step: int, value: float) -> None:
    dataset.resize(step + 1, axis=0)
    dataset[step] = value
