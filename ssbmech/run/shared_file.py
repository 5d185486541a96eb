# SPDX-License-Identifier: BSD-3-Clause
"""One field file that several ranks write: each orders and compresses a share of the rows.

Rows go to the rank that has their place in the file, which compresses them at the same time as the
others; then the ranks copy their bytes into the file one after the other. So neither memory nor the
time for compressing grows with the number of ranks, and the file needs no parallel HDF5: it is one
that any reader opens.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.run.shares import Shares, in_turns, places_in_order
from ssbmech.runfolder import atomic, vtkhdf
from ssbmech.runfolder.chunks import Block, packed, rows_per_chunk, share_bounds
from ssbmech.runfolder.grids import CONNECTIVITY, POINTS, Size
from ssbmech.runfolder.root import on_root
from ssbmech.runfolder.series import SAME_TIME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mpi4py import MPI

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Told = Callable[[str, tuple[int, ...]], Mapping[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class OwnGrid:
    """The part of a grid that a rank owns.

    Attributes:
        points: Coordinates of its points, shape (points, 3) [m].
        point_keys: Numbers by which points are ordered, those of its own points first, then those
            of other ranks' points that its cells have, shape (points and others, numbers).
        cells: Points of each of its cells as rows of `point_keys`, in VTK's order.
        cell_keys: Numbers by which cells are ordered, shape (cells, numbers).
        cell_type: VTK's number of the kind of its cells.
        turned_freely: Whether the points of a cell may be put in any order, and so are sorted.
    """

    points: NDArray[np.float64]
    point_keys: Ints
    cells: Ints
    cell_keys: Ints
    cell_type: int
    turned_freely: bool = False


class SharedFile:
    """A field file in the making; see the module."""

    def __init__(
        self,
        path: Path,
        comm: MPI.Comm,
        grid: OwnGrid,
        notes: Mapping[str, str],
        constants: vtkhdf.Arrays,
        resumed_at: float | None = None,
        number: int = 0,
        moves: bool = False,
    ) -> None:
        """Order the grid (collective). The file appears with the first step.

        Args:
            path: The file.
            comm: Communicator of the ranks that write it.
            grid: This rank's part of the grid.
            notes: Text attributes of the file.
            constants: Arrays that never change, on this rank's points and cells.
            resumed_at: Time from which a run goes on whose file may be there [s].
            number: Number of the grid; another one than that of the steps before tells that the
                grid is another. Such a file has no arrays that never change.
            moves: Whether its points come with each step.

        Raises:
            RunFolderError: The file is there and no run goes on, or cannot be read.
        """
        self.path, self._comm, self._notes, self._number = path, comm, notes, number
        used = np.unique(np.concatenate([np.arange(len(grid.points)), grid.cells.ravel()]))
        places = np.full(len(grid.point_keys), -1, dtype=np.int64)
        places[used], n_points = places_in_order(comm, grid.point_keys[used])
        cell_places, n_cells = places_in_order(comm, grid.cell_keys)
        self._size = Size(n_points, n_cells, grid.cells.shape[1], grid.cell_type)
        # times that the file holds already, which a resumed run comes to again; on the first rank
        self._ahead: list[float] = []
        chunks, before = on_root(comm, lambda: self._find_file(resumed_at)) or (None, -1)
        self._started = chunks is not None
        self._chunks = chunks or (rows_per_chunk(n_points), rows_per_chunk(n_cells))
        self._points, self._cells = (
            Shares(comm, at, share_bounds(total, chunk, comm.size))
            for at, total, chunk in zip(
                (places[: len(grid.points)], cell_places),
                (n_points, n_cells),
                self._chunks,
                strict=True,
            )
        )
        # what is written with the first step of the grid only
        self._fixed: list[Block] = []
        self._constants = constants.components()
        if before != number:
            cells = places[grid.cells]
            self._fixed = self._grid_blocks(
                grid.points, np.sort(cells, axis=1) if grid.turned_freely else cells
            )
            if moves:
                # points that move come with each step
                self._fixed = [each for each in self._fixed if each.name != POINTS]
            self._fixed += self._blocks(constants)

    def append(self, time: float, values: vtkhdf.Arrays, told: Told) -> None:
        """Write one step (collective).

        Args:
            time: Time of the step, after that of the last [s].
            values: Arrays on this rank's points and cells.
            told: Returns the text attributes of an array, by its name and the shape of its values.

        Raises:
            RunFolderError: Names or shapes differ from the first step's, time does not advance, or
                the file cannot be written.
        """
        if on_root(self._comm, lambda: self._is_there(time)):
            return
        varying = values.components()
        if self._started:
            path, size, number = self.path, self._size, self._number
            new = on_root(self._comm, lambda: vtkhdf.settle_grid(path, size, number))
            fixed = self._fixed if new else []
            self._write(self.path, time, varying, [*fixed, *self._blocks(values)])
            return
        attributes = {
            name: told(name, components)
            for arrays in (self._constants, varying)
            for kind in arrays.values()
            for name, components in kind.items()
        }
        part = atomic.beside(self.path)
        try:
            on_root(
                self._comm,
                lambda: vtkhdf.create(
                    part,
                    self._size,
                    self._constants,
                    varying,
                    self._notes,
                    attributes,
                    self._number,
                ),
            )
            self._write(part, time, varying, [*self._fixed, *self._blocks(values)])
            on_root(self._comm, lambda: atomic.settle(self.path))
        except RunFolderError:
            if self._comm.rank == 0:
                with suppress(OSError):
                    part.unlink()
            raise
        self._started = True
        self._fixed.clear()

    def _write(
        self, path: Path, time: float, varying: vtkhdf.Components, blocks: list[Block]
    ) -> None:
        """Write one step into a file that is there (collective)."""
        step = on_root(self._comm, lambda: vtkhdf.begin_step(path, time, varying))
        in_turns(self._comm, bool(blocks), lambda: vtkhdf.put(path, step, blocks))
        on_root(self._comm, lambda: vtkhdf.end_step(path, time))

    def _find_file(self, resumed_at: float | None) -> tuple[tuple[int, int], int] | None:
        """Return what is known of a file that is there to be continued, None without one.

        It is the rows of its chunks, and the number of the grid of its last step.
        """
        if not self.path.exists():
            return None
        if resumed_at is None:
            raise RunFolderError(f"{self.path} is there already")
        times = vtkhdf.times(self.path)
        self._ahead = [
            time
            for time in times
            if time > resumed_at and not math.isclose(time, resumed_at, rel_tol=SAME_TIME)
        ]
        before = vtkhdf.grid_of(self.path, len(times) - len(self._ahead))
        return vtkhdf.chunk_rows(self.path), before

    def _is_there(self, time: float) -> bool:
        """Return whether the file holds a time already; drop what it holds beyond if it differs."""
        if not self._ahead:
            return False
        if math.isclose(time, self._ahead[0], rel_tol=SAME_TIME):
            del self._ahead[0]
            return True
        vtkhdf.rewind(self.path, len(vtkhdf.times(self.path)) - len(self._ahead))
        self._ahead.clear()
        return False

    def _grid_blocks(self, points: NDArray[np.float64], cells: Ints) -> list[Block]:
        """Return this rank's share of the grid, compressed (collective)."""
        nodes = cells.shape[1]
        shares = (self._points.send(points), self._cells.send(cells).ravel())
        firsts = (self._points.first, self._cells.first * nodes)
        rows = (self._chunks[0], self._chunks[1] * nodes)
        names = (POINTS, CONNECTIVITY)
        return [
            Block(name, first, packed(share, chunk))
            for name, first, share, chunk in zip(names, firsts, shares, rows, strict=True)
            if len(share)
        ]

    def _blocks(self, arrays: vtkhdf.Arrays) -> list[Block]:
        """Return this rank's share of some arrays, compressed (collective)."""
        blocks = []
        for kind, named in arrays.kinds():
            on_points = kind == "PointData"
            shares, chunk = (
                (self._points, self._chunks[0]) if on_points else (self._cells, self._chunks[1])
            )
            for name in sorted(named):
                # one array at a time, so that no more than one is there uncompressed
                share: NDArray[Any] = shares.send(named[name])
                if shares.count:
                    blocks.append(Block(f"{kind}/{name}", shares.first, packed(share, chunk)))
        return blocks
