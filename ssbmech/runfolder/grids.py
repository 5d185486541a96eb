# SPDX-License-Identifier: BSD-3-Clause
"""Grids of a VTKHDF file: usually one, and another one behind it whenever a body is meshed anew.

Each is a part in VTK's words. Rows of a grid begin where a chunk does, as those of a step do; of
the array ``Offsets`` alone, which has one row more than there are cells, those of all parts lie
behind one another by one row more for each part.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import h5py
import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.chunks import COMPRESSION, MOST_ROWS, rows_per_chunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Bookkeeping arrays are tiny; a chunk of this many rows keeps the files small.
_ROWS_PER_CHUNK = 128

POINTS: Final = "Points"
CONNECTIVITY: Final = "Connectivity"
CELLS: Final = "Types"
NUMBERS: Final = "grids"
KINDS: Final = ("PointData", "CellData")
COUNTS: Final = ("NumberOfPoints", "NumberOfCells", "NumberOfConnectivityIds")


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


def grid_bytes(size: Size) -> int:
    """Return the bytes of a grid."""
    return 24 * size.points + 17 * size.cells + 8 * size.nodes * size.cells


def read_size(root: h5py.Group, part: int = -1) -> Size:
    """Return the sizes of a grid; the last one if not told."""
    points, cells, ids = (int(array(root, name)[part]) for name in COUNTS)
    return Size(points, cells, ids // max(cells, 1), 0)


def grid_start(root: h5py.Group, name: str, part: int) -> int:
    """Return the first row of a part in an array of the grid, behind those before it."""
    cells = name != POINTS
    dataset = root[CELLS if cells else POINTS]
    sizes = [read_size(root, each) for each in range(part)]
    rows = sum(stride(size.cells if cells else size.points, dataset) for size in sizes)
    return rows * read_size(root).nodes if name == CONNECTIVITY else rows


def number_of(file: h5py.File, part: int) -> int:
    """Return the number that a grid was given."""
    return int(file[NUMBERS][part]) if NUMBERS in file else part


def drop_parts(file: h5py.File, count: int) -> None:
    """Drop all grids but the first ones."""
    if len(file["VTKHDF"][COUNTS[0]]) > count:
        for dataset in (*(file["VTKHDF"][name] for name in COUNTS), file[NUMBERS]):
            dataset.resize(count, axis=0)


def add_part(file: h5py.File, size: Size, number: int) -> None:
    """Make room for a grid behind those that are there, and write what follows from its sizes."""
    root = file["VTKHDF"]
    part = len(root[COUNTS[0]])
    counts = (size.points, size.cells, size.cells * size.nodes)
    for name, value in zip(COUNTS, counts, strict=True):
        set_row(root[name], part, value)
    set_row(file[NUMBERS], part, number)
    first = grid_start(root, CELLS, part)
    # points that move are an array of each step
    if POINTS in root and root[POINTS] not in root["PointData"].values():
        root[POINTS].resize(grid_start(root, POINTS, part) + size.points, axis=0)
    root[CONNECTIVITY].resize((first + size.cells) * size.nodes, axis=0)
    root[CELLS].resize(first + size.cells, axis=0)
    # one more than cells for every part, behind one another
    offsets, at = root["Offsets"], first + part
    offsets.resize(at + size.cells + 1, axis=0)
    for low in range(0, size.cells + 1, MOST_ROWS):
        high = min(low + MOST_ROWS, size.cells + 1)
        offsets[at + low : at + high] = size.nodes * np.arange(low, high)
    for low in range(0, size.cells, MOST_ROWS):
        high = min(low + MOST_ROWS, size.cells)
        root[CELLS][first + low : first + high] = size.cell_type


def step_starts(root: h5py.Group, step: int) -> dict[str, int]:
    """Return the first row of the varying arrays of each kind in a step, behind the step before.

    The arrays of a kind have chunks of the same rows, so that a step begins at the same row of all
    of them: one is looked at, for each look into a file takes longer than to write what is small.

    Args:
        root: VTK's group.
        step: number of the step.
    """
    starts = dict.fromkeys(KINDS, 0)
    if step == 0:
        return starts
    steps = root["Steps"]
    size = read_size(root, int(array(steps, "PartOffsets")[step - 1]))
    for kind in KINDS:
        for name, dataset in arrays_of(root, kind):
            if has_steps(dataset):
                before = int(array(steps, f"{kind}Offsets/{name}")[step - 1])
                starts[kind] = before + stride(size.rows(kind), dataset)
                break
    return starts


def array(group: h5py.Group, name: str) -> h5py.Dataset:
    """Return an array of a group; a group itself also finds groups, which takes ten times as long.

    Raises:
        KeyError: There is none of that name.
    """
    return h5py.Dataset(h5py.h5d.open(group.id, name.encode()))


def arrays_of(root: h5py.Group, kind: str) -> Iterator[tuple[str, h5py.Dataset]]:
    """Yield the names of the arrays of a kind, and the arrays."""
    group = root[kind]
    for name in group:
        yield name, array(group, name)


def has_steps(dataset: h5py.Dataset) -> bool:
    """Return whether an array has values of its own in every step."""
    return dataset.maxshape[0] is None


def stride(rows: int, dataset: h5py.Dataset) -> int:
    """Return how many rows of an array one step takes: whole chunks."""
    chunk = int(dataset.chunks[0])
    return -(-rows // chunk) * chunk


def create_grids(file: h5py.File, root: h5py.Group, size: Size, moves: bool) -> None:
    """Write room for grids.

    Args:
        file: the file.
        root: VTK's group.
        size: sizes of the first grid.
        moves: whether its points are an array that varies.
    """
    chunk = rows_per_chunk(size.cells)
    for name, shape, dtype, rows in (
        (POINTS, (3,), np.float64, rows_per_chunk(size.points)),
        (CONNECTIVITY, (), np.int64, chunk * size.nodes),
        ("Offsets", (), np.int64, rows_per_chunk(size.cells + 1)),
        (CELLS, (), np.uint8, chunk),
    ):
        if name != POINTS or not moves:
            create_rows_of(root, name, (0, *shape), dtype, rows, most=(None, *shape))
    for name in COUNTS:
        create_rows(root, name, (), np.int64)
    create_rows(file, NUMBERS, (), np.int64)


def create_rows(group: h5py.Group, name: str, shape: tuple[int, ...], dtype: Any) -> None:
    """Create a bookkeeping array without rows, for one row per step or grid."""
    most, chunk = (None, *shape), (_ROWS_PER_CHUNK, *shape)
    group.create_dataset(name, (0, *shape), maxshape=most, chunks=chunk, dtype=dtype)


def create_rows_of(
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


def set_row(dataset: h5py.Dataset, step: int, value: float) -> None:
    """Set a row, of one number, of a bookkeeping array; its last one from now on."""
    # without h5py's slices, which take longer than all else
    others = dataset.shape[1:]
    dataset.id.set_extent((step + 1, *others))
    place = dataset.id.get_space()
    place.select_hyperslab((step, *(0 for _ in others)), (1, *others))
    one = h5py.h5s.create_simple((1,))
    dataset.id.write(one, place, np.full(1, value, dtype=dataset.dtype))


def check_names(path: Path, kind: str, found: set[str], expected: set[str]) -> None:
    """Refuse a step whose arrays have other names than those of the first one.

    Raises:
        RunFolderError: They have.
    """
    if found != expected:
        raise RunFolderError(
            f"{path.name}, {kind}: every step needs the arrays {sorted(expected)}, "
            f"this one has {sorted(found)}"
        )


def check_shape(path: Path, dataset: h5py.Dataset, components: tuple[int, ...]) -> None:
    """Refuse a value of another shape than in the first step.

    Raises:
        RunFolderError: It is.
    """
    if components != dataset.shape[1:]:
        raise RunFolderError(
            f"{path.name}: a value of {dataset.name} has shape {components}, "
            f"the first step had {dataset.shape[1:]}"
        )
