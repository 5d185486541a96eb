# SPDX-License-Identifier: BSD-3-Clause
"""Reads the field files of a run folder: the grid at once, arrays when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.vtk_cells import CORNERS
from ssbmech.runfolder.vtkhdf import POSITION, START

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DISPLACEMENT = "displacement"


@dataclass(frozen=True, slots=True)
class Array:
    """An array of a field file.

    Attributes:
        on_points: Whether its values belong to points; else to cells.
        varies: Whether it has values of its own at every time.
        components: Shape of the value at one place; empty for a number.
    """

    on_points: bool
    varies: bool
    components: tuple[int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Steps:
    """The steps of a field file that are shown.

    Attributes:
        times: Their times [s].
        grids: Number of the grid that each of them has, from 0.
        before: How many come before them in the file.
    """

    times: NDArray[np.float64]
    grids: NDArray[np.int64]
    before: int

    @classmethod
    def of(cls, group: Any, solved: bool) -> Steps:
        """Return those of a file.

        Args:
            group: The file's group of steps.
            solved: Whether a state at t = 0 is left out.
        """
        count = int(group.attrs["NSteps"])
        times = np.array(group["Values"][:count])
        grids = np.array(group["PartOffsets"][:count], dtype=np.int64)
        before = int(solved and count > 1 and times[0] == 0.0)
        return cls(times[before:], grids[before:], before)

    def rows(self, first: int, count: int) -> slice:
        """Return where the file has what it tells of some steps."""
        return slice(self.before + first, self.before + first + count)

    def first_with(self, grid: int) -> slice:
        """Return the same of the first step with a grid; of none where there is none."""
        steps = np.flatnonzero(self.grids == grid)
        return self.rows(int(steps[0]), 1) if len(steps) else self.rows(0, 0)


class FieldData:
    """One field file: a grid and arrays in time.

    A body that is meshed anew has further grids: `at` gives the file with that of a step. Else the
    grid is the first one.

    Attributes:
        path: The file.
        name: Name of the body, or ``minus|plus``.
        minus: Body on the minus side of an interface; empty for a body.
        plus: Body on the plus side of an interface; empty for a body.
        times: Times of the steps [s].
    """

    def __init__(self, path: Path, solved: bool = False) -> None:
        """Read what does not depend on the step.

        Args:
            path: The file.
            solved: Whether a state at t = 0 is left out, in which only what is given has values.

        Raises:
            RunFolderError: The file cannot be read or is none of ours.
        """
        self.path, self._grid, self._solved = path, 0, solved
        try:
            with self._open() as file:
                notes = file.attrs
                self.name = str(notes["name"])
                self.minus, self.plus = str(notes.get("minus", "")), str(notes.get("plus", ""))
                self._steps = Steps.of(file["VTKHDF"]["Steps"], solved)
        except (LookupError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise RunFolderError(f"{path} is not a field file: {error}") from error
        self.times = self._steps.times

    def solved(self) -> FieldData:
        """Return the file without a state at t = 0, in which most fields are nan."""
        return FieldData(self.path, solved=True)

    @property
    def grids(self) -> int:
        """Number of the grids that it has."""
        return int(self._steps.grids.max(initial=0)) + 1

    def grid(self, step: int) -> int:
        """Return the number of the grid that a step has, counted from 0."""
        return int(self._steps.grids[step])

    def at(self, step: int) -> FieldData:
        """Return the file with the grid of a step.

        Args:
            step: Number of the step, from 0.
        """
        grid = self.grid(step)
        if grid == self._grid:
            return self
        other = FieldData(self.path, self._solved)
        other._grid = grid
        return other

    @cached_property
    def points(self) -> NDArray[np.float64]:
        """Coordinates of the undeformed grid, of one that moves at the start, (points, 3) [m]."""
        with self._open() as file:
            root = file["VTKHDF"]
            if START in root["PointData"]:
                first = self._first(root, f"PointDataOffsets/{START}")
                count = int(root["NumberOfPoints"][self._grid])
                return np.array(root["PointData"][START][first : first + count])
            first = self._first(root, "PointOffsets")
            return np.array(root["Points"][first : first + int(root["NumberOfPoints"][self._grid])])

    @cached_property
    def nodes(self) -> NDArray[np.int64]:
        """Points of each cell, its corners first, shape (cells, points)."""
        with self._open() as file:
            root = file["VTKHDF"]
            first = self._first(root, "ConnectivityIdOffsets")
            count = int(root["NumberOfConnectivityIds"][self._grid])
            cells = np.array(root["Connectivity"][first : first + count], dtype=np.int64)
            return cells.reshape(int(root["NumberOfCells"][self._grid]), -1)

    def _first(self, root: Any, name: str) -> int:
        """Return the first row of the grid in an array, of which the steps tell."""
        told = np.ravel(root["Steps"][name][self._steps.first_with(self._grid)])
        return int(told[0]) if len(told) else 0

    @cached_property
    def cell_type(self) -> int:
        """VTK's number of the kind of its cells."""
        with self._open() as file:
            return int(file["VTKHDF"]["Types"][0])

    @cached_property
    def corners(self) -> NDArray[np.int64]:
        """Corner points of each cell, shape (cells, corners)."""
        return self.nodes[:, : CORNERS[self.cell_type]]

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of all arrays."""
        return frozenset(self.arrays)

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """What there is to know about each array but its values, by name."""
        with self._open() as file:
            root, found = file["VTKHDF"], {}
            for kind in ("CellData", "PointData"):
                for name, data in root[kind].items():
                    # as `vtkhdf` makes arrays that have values of their own in every step
                    varies = data.maxshape[0] is None
                    found[name] = Array(kind == "PointData", varies, tuple(data.shape[1:]))
            if found.pop(START, None) is not None:
                found[DISPLACEMENT] = found[POSITION]
            return found

    def values(self, name: str, step: int) -> NDArray[np.float64]:
        """Return an array at one step.

        Args:
            name: Name of the array.
            step: Number of the step, from 0.

        Returns:
            Shape (points or cells,) or (points or cells, components).

        Raises:
            RunFolderError: There is no such array or step.
        """
        return np.array(self._read(name, range(len(self.times))[step], 1)[0])

    def history(self, name: str) -> NDArray[np.float64]:
        """Return an array at all steps, shape (steps, points or cells, ...).

        Args:
            name: Name of the array.

        Raises:
            RunFolderError: There is no such array, or not all steps have one grid.
        """
        return self._read(name, 0, len(self.times))

    def extremes(self, name: str) -> tuple[float, float]:
        """Return the least and the largest value of an array at all steps, on all grids.

        Args:
            name: Name of the array.

        Raises:
            RunFolderError: There is no such array.
        """
        every = [self.values(name, step) for step in range(len(self.times))]
        return min(float(v.min()) for v in every), max(float(v.max()) for v in every)

    def size(self, array: Array) -> int:
        """Return at how many points or cells of the grid an array has values.

        Args:
            array: What there is to know of it.
        """
        return len(self.points if array.on_points else self.nodes)

    def nearest_step(self, time: float) -> int:
        """Return the number of the step that is nearest to a time [s]."""
        return int(np.abs(self.times - time).argmin())

    def _read(self, name: str, first: int, count: int) -> NDArray[np.float64]:
        if name not in self.names:
            known = ", ".join(sorted(self.names))
            raise RunFolderError(f"{self.path.name} has no array {name!r}; it has: {known}")
        if name == DISPLACEMENT and POSITION in self.names:
            moved = self._read(POSITION, first, count)
            return np.asarray(moved - self.at(first).points) if count else moved
        with self._open() as file:
            root = file["VTKHDF"]
            kind = "PointData" if name in root["PointData"] else "CellData"
            sizes = root["NumberOfPoints" if kind == "PointData" else "NumberOfCells"]
            grids = np.unique(self._steps.grids[first : first + count])
            if len(grids) > 1:
                raise RunFolderError(
                    f"{self.path.name} has {self.grids} grids, as the body was meshed anew: "
                    f"{name!r} has other places at other times; ask for it at one step, and for "
                    "the grid with at(step)"
                )
            size = int(sizes[grids[0]]) if len(grids) else 0
            offsets = root["Steps"][kind + "Offsets"][name][self._steps.rows(first, count)]
            data = root[kind][name]
            return np.stack([data[offset : offset + size] for offset in offsets.tolist()])

    def _open(self) -> Any:
        import h5py

        # Without a lock, or looking at a run would keep the run from writing.
        return h5py.File(self.path, "r", locking=False)


def read_fields(folder: Path) -> tuple[dict[str, FieldData], dict[str, FieldData]]:
    """Return the field files of a run folder, those of bodies and those of interfaces, by name.

    Args:
        folder: The run folder.

    Raises:
        RunFolderError: One of them cannot be read or is none of ours.
    """
    files = sorted(RunPaths(folder).fields_path.glob("*.vtkhdf"))
    bodies = [FieldData(file) for file in files if file.name.startswith("body_")]
    interfaces = [FieldData(file) for file in files if file.name.startswith("interface_")]
    return {each.name: each for each in bodies}, {each.name: each for each in interfaces}
