# SPDX-License-Identifier: BSD-3-Clause
"""One unstructured grid with values that change in time, as a VTKHDF file.

The layout is VTK's own (https://docs.vtk.org/en/latest/vtk_file_formats/vtkhdf_file_format):
the grid is stored once, the arrays of all steps lie behind one another, and the group ``Steps``
says where each step begins. ParaView and PyVista open such a file directly. Where a body is meshed
anew another grid follows the first one, as a further part; the dataset ``grids`` beside VTK's group
holds the numbers that they were given.

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
from typing import TYPE_CHECKING, Final

import h5py
import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.chunks import rows_per_chunk
from ssbmech.runfolder.grids import (
    CELLS,
    CONNECTIVITY,
    COUNTS,
    KINDS,
    POINTS,
    Size,
    add_part,
    array,
    arrays_of,
    check_names,
    check_shape,
    create_grids,
    create_rows,
    create_rows_of,
    drop_parts,
    grid_bytes,
    grid_start,
    has_steps,
    number_of,
    read_size,
    set_row,
    step_starts,
    stride,
)
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
POSITION: Final = "position"
START: Final = "start"


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
    number: int = 0,
) -> None:
    """Write a new file without rows and steps; it should get its name when its first step is there.

    Args:
        path: File to create.
        size: Sizes of the grid.
        constants: Arrays that are the same for all steps.
        varying: Arrays that have values of their own in every step.
        notes: Text attributes of the file.
        attributes: Text attributes of arrays by name, such as their units.
        number: Number of the grid.

    Raises:
        OSError: The file cannot be written.
    """
    reserve(path.parent, [grid_bytes(size), *_sizes(size, constants)])
    # The first opening decides on the superblock, the second on the layout of what is put in.
    with h5py.File(path, "w", libver="earliest", locking=False) as file:
        file.attrs.update(notes)
    with _opened(path) as file:
        moves = POSITION in varying["PointData"]
        _write_head(file, size, moves)
        add_part(file, size, number)
        for kind in KINDS:
            for arrays, varies in ((constants, False), (varying, True)):
                for name, components in arrays[kind].items():
                    _create_array(file, kind, name, (size.rows(kind), *components), varies)
        if moves:
            file["VTKHDF"][POINTS] = file["VTKHDF/PointData"][POSITION]
        _describe(file, attributes)


def grid_of(path: Path, count: int) -> int:
    """Return the number of the grid of the last of the first steps of a file; -1 for no steps.

    Args:
        path: File made by `create`.
        count: Number of steps.

    Raises:
        OSError: The file cannot be read.
    """
    with h5py.File(path, "r", locking=False) as file:
        if count == 0:
            return -1
        part = int(file["VTKHDF"]["Steps"]["PartOffsets"][count - 1])
        return number_of(file, part)


def settle_grid(path: Path, size: Size, number: int) -> bool:
    """Make sure that the next step gets the present grid; return whether it is yet to be written.

    Grids that no step has are dropped.

    Args:
        path: File made by `create`; before another grid, all of its arrays have values of their own
            in every step.
        size: Sizes of the grid.
        number: Its number.

    Raises:
        OSError: The file cannot be written.
    """
    with _opened(path) as file:
        steps = file["VTKHDF"]["Steps"]
        count = int(steps.attrs["NSteps"])
        part = int(steps["PartOffsets"][count - 1]) if count else -1
        if part >= 0 and number_of(file, part) == number:
            drop_parts(file, part + 1)
            return False
        reserve(path.parent, [grid_bytes(size)])
        drop_parts(file, part + 1)
        add_part(file, size, number)
        return True


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
        size = read_size(root)
        reserve(path.parent, _sizes(size, varying))
        steps = root["Steps"]
        step = int(steps.attrs["NSteps"])
        if step and not time > steps["Values"][step - 1]:
            last = float(steps["Values"][step - 1])
            raise RunFolderError(f"{path.name}: time {time!r} s is not after the last, {last!r} s")
        starts = step_starts(root, step)
        for kind in KINDS:
            known = {name: each for name, each in arrays_of(root, kind) if has_steps(each)}
            check_names(path, kind, set(varying[kind]), set(known))
            for name, dataset in known.items():
                check_shape(path, dataset, varying[kind][name])
                dataset.resize(starts[kind] + stride(size.rows(kind), dataset), axis=0)
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
        starts = step_starts(root, step)
        for block in blocks:
            dataset, (kind, _, name) = array(root, block.name), block.name.partition("/")
            rows, start = dataset.chunks[0], block.first
            if not name:
                start += grid_start(root, kind, len(root[COUNTS[0]]) - 1)
            elif has_steps(dataset):
                start += starts[kind]
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
        steps, part = root["Steps"], len(root[COUNTS[0]]) - 1
        step = int(steps.attrs["NSteps"])
        starts = step_starts(root, step)
        for kind in KINDS:
            offsets = steps[kind + "Offsets"]
            for name, dataset in arrays_of(root, kind):
                set_row(array(offsets, name), step, starts[kind] if has_steps(dataset) else 0)
        set_row(steps["PartOffsets"], step, part)
        set_row(steps["NumberOfParts"], step, 1)
        moves = POSITION in root["PointData"]
        first = starts["PointData"] if moves else grid_start(root, POINTS, part)
        set_row(steps["PointOffsets"], step, first)
        set_row(steps["CellOffsets"], step, grid_start(root, CELLS, part))
        set_row(steps["ConnectivityIdOffsets"], step, grid_start(root, CONNECTIVITY, part))
        file.flush()
        # Together, and after everything else: VTK's reader overruns its buffer when there are more
        # times than steps.
        set_row(steps["Values"], step, time)
        steps.attrs.modify("NSteps", np.int64(step + 1))


def chunk_rows(path: Path) -> tuple[int, int]:
    """Return the rows of the chunks of a file's point and cell arrays.

    Args:
        path: File made by `create`.

    Raises:
        OSError: The file cannot be read.
    """
    with h5py.File(path, "r", locking=False) as file:
        root, found = file["VTKHDF"], []
        for kind, grid in zip(KINDS, (POINTS, CELLS), strict=True):
            chunks = [int(each.chunks[0]) for each in root[kind].values()]
            # without arrays those of the grid, as the first one's sizes made them
            found.append(chunks[0] if chunks else int(root[grid].chunks[0]))
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
        root = file["VTKHDF"]
        steps = root["Steps"]
        steps.attrs.modify("NSteps", np.int64(count))
        file.flush()
        steps["Values"].resize(count, axis=0)


def _opened(path: Path) -> h5py.File:
    return h5py.File(path, "r+", libver=_LAYOUT, locking=False)


def _sizes(size: Size, arrays: Components) -> list[int]:
    """Return the bytes of each array."""
    return [
        8 * size.rows(kind) * math.prod(components)
        for kind in KINDS
        for components in arrays[kind].values()
    ]


def _write_head(file: h5py.File, size: Size, moves: bool) -> None:
    """Write room for grids, and the empty bookkeeping of the steps.

    Args:
        file: the file.
        size: sizes of the first grid.
        moves: whether its points are an array that varies.
    """
    root = file.create_group("VTKHDF")
    root.attrs["Version"] = np.array(VERSION, dtype=np.int64)
    kind = b"UnstructuredGrid"
    root.attrs.create("Type", kind, dtype=h5py.string_dtype("ascii", len(kind)))
    create_grids(file, root, size, moves)
    steps = root.create_group("Steps")
    steps.attrs["NSteps"] = np.int64(0)
    create_rows(steps, "Values", (), np.float64)
    for name in ("PartOffsets", "NumberOfParts", "PointOffsets"):
        create_rows(steps, name, (), np.int64)
    for name in ("CellOffsets", "ConnectivityIdOffsets"):
        create_rows(steps, name, (1,), np.int64)
    for name in KINDS:
        root.create_group(name)
        steps.create_group(name + "Offsets")


def _describe(file: h5py.File, attributes: Mapping[str, Mapping[str, str]]) -> None:
    """Give arrays their attributes."""
    for kind in KINDS:
        for name, dataset in file["VTKHDF"][kind].items():
            dataset.attrs.update(attributes.get(name, {}))


def _create_array(
    file: h5py.File, kind: str, name: str, shape: tuple[int, ...], varies: bool
) -> None:
    """Create an array of one step for all times, or for any number of steps."""
    group = file["VTKHDF"][kind]
    if varies:
        chunk = rows_per_chunk(shape[0])
        create_rows_of(group, name, (0, *shape[1:]), np.float64, chunk, most=(None, *shape[1:]))
    else:
        create_rows_of(group, name, shape, np.float64)
    create_rows(file["VTKHDF"]["Steps"][kind + "Offsets"], name, (), np.int64)
