# SPDX-License-Identifier: BSD-3-Clause
"""The cell as a plane picture: where each body's cells are, and where the surfaces truly are.

A plane run is shown whole; of a run in space the section across y through the largest gap that it
ever had, or through its middle if none opened.

Bodies are moved by their displacement in true scale. At an interface the metal's mesh does not end
at the metal's surface unless the body moves: plated metal is not meshed, and stripped metal still
is. The true surface of the minus body lies the gap below the surface of the plus body,

    x_plus = X + u_plus,    x_minus = x_plus - g n,    n from minus to plus.

So bodies do not overlap in the picture if the plus body is drawn over the minus body, the gap over
what is left of the minus mesh there, and the strip between the mesh's end and the true surface as
plated metal. `Surface` has the corners of these strips, one quadrilateral per facet.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.plots.surfaces import Frame, Surface, behind, nearest, nodal_gap, normals_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

MICRO = 1e6
# Below a nanometre a gap is round-off or roughness [m].
_SMALLEST_GAP = 1e-9
# Gaps within that factor of the largest are as good to look at.
_ALIKE = 0.95


class Plane:
    """Maps a field file into the plane of the picture."""

    def __init__(self, data: FieldData, depth: float | None) -> None:
        """Keep the file.

        Args:
            data: Field file of a body or an interface.
            depth: Position of the section of a run in space [m]; None for a plane run.
        """
        self._data = data
        self._depth = depth
        self._step = -1
        self._frames: dict[tuple[str, ...], Frame] = {}

    def frame(self, step: int, names: Sequence[str]) -> Frame:
        """Return the grid at one step.

        Args:
            step: Number of the step.
            names: Cell arrays to take along.

        Raises:
            RunFolderError: There is no such array.
        """
        # Several artists ask for the same step; those of an earlier one are not needed again.
        if step != self._step:
            self._step = step
            self._frames.clear()
            self._take_grid(step)
        key = tuple(names)
        if key not in self._frames:
            self._frames[key] = self._read(step, key)
        return self._frames[key]

    def _take_grid(self, step: int) -> None:
        """Take the grid of a step, which is another one if the body was meshed anew."""
        data = self._data.at(step)
        if data is not self._data:
            self._data = data
            for name in ("_used", "_flat", "_near"):
                self.__dict__.pop(name, None)

    def _read(self, step: int, names: Sequence[str]) -> Frame:
        arrays = {name: self._data.values(name, step) for name in names}
        u = (
            self._data.values("displacement", step)
            if "displacement" in self._data.names
            else np.zeros_like(self._data.points)
        )
        if self._depth is None:
            points, cells = self._flat
            return Frame(points, cells, u[self._used, :2], arrays)
        return self._cut(u, arrays)

    @cached_property
    def _used(self) -> NDArray[np.int64]:
        """Points that are corners; mid-side points are not needed for straight cells."""
        return np.unique(self._data.corners)

    @cached_property
    def _flat(self) -> tuple[Array, NDArray[np.int64]]:
        cells = np.searchsorted(self._used, self._data.corners)
        return self._data.points[self._used, :2], cells

    @cached_property
    def _near(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Cells that the section goes through, their points, and their corners among these.

        Those are few of many: a body of a million cells has ten thousand of them.
        """
        corners = self._data.corners
        y = self._data.points[:, 1][corners]
        depth = self._depth or 0.0
        cells = np.flatnonzero((y.min(axis=1) <= depth) & (y.max(axis=1) >= depth))
        points, near = np.unique(corners[cells], return_inverse=True)
        return cells, points, near.reshape(-1, corners.shape[1])

    def _cut(self, u: Array, arrays: Mapping[str, Array]) -> Frame:
        """Return the section of a grid in space."""
        import pyvista as pv

        crossed, used, corners = self._near
        kind = pv.CellType.TETRA if corners.shape[1] == 4 else pv.CellType.TRIANGLE
        # VTK merges points that are closer than a fixed tolerance; in micrometres none are.
        grid = pv.UnstructuredGrid({kind: corners}, 1e6 * self._data.points[used])
        grid.point_data["u"] = u[used]
        for name, values in arrays.items():
            grid.cell_data[name] = values[crossed]
        cut = grid.slice(normal="y", origin=(0.0, 1e6 * (self._depth or 0.0), 0.0))
        if corners.shape[1] == 4:
            cut = cut.triangulate()
            cells = cut.faces.reshape(-1, 4)[:, 1:]
        else:
            cells = cut.lines.reshape(-1, 3)[:, 1:]
        return Frame(
            points=1e-6 * np.asarray(cut.points, dtype=np.float64)[:, ::2],
            cells=np.asarray(cells, dtype=np.int64),
            displacement=np.asarray(cut.point_data["u"], dtype=np.float64)[:, ::2],
            arrays={name: np.asarray(cut.cell_data[name]) for name in arrays},
        )


def _listed(manifest: Mapping[str, Any], body: str) -> Mapping[str, Any]:
    """Return what a manifest says of a body; nothing if it does not know it."""
    listed = manifest.get("bodies")
    known = listed.get(body) if isinstance(listed, dict) else None
    return known if isinstance(known, dict) else {}


class Picture:
    """All bodies and interfaces of a run in one plane.

    Attributes:
        bodies: Names of the bodies, in the order in which they are to be drawn.
        times: Times at which there are fields [s].
        in_space: Whether the picture is a section.
    """

    def __init__(self, run: RunData) -> None:
        """Decide on plane and order.

        Raises:
            RunFolderError: The run has no field files.
        """
        if not run.bodies:
            raise RunFolderError(f"{run.path} has no field files of bodies to draw")
        # The last append of a run that was killed may have reached some files only.
        files = [*run.bodies.values(), *run.interfaces.values()]
        self.times = min((file.times for file in files), key=len)
        self._run = run
        self.in_space = run.in_space
        depth = self._depth = _section(run) if run.in_space else None
        self._bodies = {name: Plane(data, depth) for name, data in run.bodies.items()}
        self._interfaces = {
            name: Plane(data, depth)
            for name, data in run.interfaces.items()
            if data.minus in run.bodies and data.plus in run.bodies
        }
        self.bodies = _drawing_order(run)
        # by body and number of its grid
        self._borders: dict[tuple[str, int], NDArray[np.int64]] = {}
        self._pairs: dict[
            tuple[str, int, int], tuple[NDArray[np.int64], NDArray[np.int64], Array]
        ] = {}

    @property
    def interfaces(self) -> list[str]:
        """Names of the interfaces between bodies that have field files."""
        return list(self._interfaces)

    @property
    def where(self) -> str:
        """What a title says of the section; empty for a plane run."""
        return "" if self._depth is None else f"   ·   section at y = {MICRO * self._depth:.3g} µm"

    def plated(self, name: str, step: int) -> float:
        """Return the largest thickness of plated metal that is not meshed at a step [m]."""
        data = self._run.interfaces[name]
        if "stripped" not in data.names or self.moves(data.minus):
            return 0.0
        return max(-float(self.facets(name, step, ("stripped",)).arrays["stripped"].min()), 0.0)

    def moves(self, body: str) -> bool:
        """Return whether the mesh of a body ends at its true surface."""
        return _listed(self._run.manifest, body).get("moves") is True

    def grid(self, body: str, step: int) -> int:
        """Return the number of the grid that a body has at a step."""
        return self._run.bodies[body].grid(step)

    def regions(self, body: str, step: int = 0) -> dict[str, NDArray[np.bool_]]:
        """Return the regions of a body that the picture tells apart: which cells each one has.

        There are none where a body has one region, or hosts particles, which are regions by kind.
        """
        if body in self._run.hosts or "region" not in self._run.bodies[body].names:
            return {}
        tags = _listed(self._run.manifest, body).get("regions")
        at = self.body(body, step, ("region",)).arrays["region"]
        found = {str(name): at == tag for name, tag in tags.items()} if tags else {}
        there = {name: cells for name, cells in found.items() if cells.any()}
        return there if len(there) > 1 else {}

    def borders(self, body: str, step: int = 0) -> NDArray[np.int64]:
        """Return the edges between regions of a body, as the numbers of their two ends."""
        key = (body, self.grid(body, step))
        if key not in self._borders:
            self._borders[key] = self._found_borders(body, step)
        return self._borders[key]

    def _found_borders(self, body: str, step: int) -> NDArray[np.int64]:
        regions = self.regions(body, step)
        edges: list[NDArray[np.int64]] = []
        cells = self.body(body, step, ("region",) if regions else ()).cells
        for own in regions.values():
            sides = cells[own][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
            single, count = np.unique(np.sort(sides, axis=1), axis=0, return_counts=True)
            edges.append(single[count == 1])
        if not edges:
            return np.empty((0, 2), dtype=np.int64)
        # the rim of two regions is the border between them
        shared, count = np.unique(np.concatenate(edges), axis=0, return_counts=True)
        return np.asarray(shared[count > 1])

    def sides(self, name: str) -> tuple[str, str]:
        """Return the minus and the plus body of an interface."""
        data = self._run.interfaces[name]
        return data.minus, data.plus

    def body(self, name: str, step: int, names: Sequence[str] = ()) -> Frame:
        """Return a body at one step with some of its cell arrays."""
        return self._bodies[name].frame(step, names)

    def corner_values(self, body: str, name: str, step: int) -> Array:
        """Return a point array of a body at the corners of its cells; not for a section."""
        data = self._run.bodies[body]
        return data.values(name, step)[np.unique(data.at(step).corners)]

    def facets(self, name: str, step: int, names: Sequence[str] = ()) -> Frame:
        """Return the facets of an interface at one step with some of its arrays."""
        return self._interfaces[name].frame(step, names)

    def surface(self, name: str, step: int) -> Surface:
        """Return the surfaces at an interface at one step."""
        data = self._run.interfaces[name]
        facets = self.facets(name, step, ("gap",))
        minus, plus = self.body(data.minus, step), self.body(data.plus, step)
        grids = (self.grid(data.minus, step), self.grid(data.plus, step))
        on_minus, on_plus, normals = self._pairing((name, *grids), facets, minus, plus)
        gap = facets.arrays["gap"]
        # One gap per node, or the surface would be a staircase; closed where a neighbour is.
        nodal = nodal_gap(facets.cells, gap, len(facets.points))
        x_plus = plus.moved[on_plus]
        end, cells = minus.moved[on_minus], facets.cells
        x_minus = x_plus - nodal[:, None] * normals
        if self.moves(data.minus):
            x_minus = np.where(nodal[:, None] > 0.0, end, x_plus)
        return Surface(end[cells], x_minus[cells], x_plus[cells], gap)

    def _pairing(
        self, key: tuple[str, int, int], facets: Frame, minus: Frame, plus: Frame
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
        """Return each facet node's number in both bodies, and its normal from minus to plus.

        Args:
            key: name of the interface, and numbers of the grids of the minus and the plus body.
            facets: its facets.
            minus: minus body.
            plus: plus body.
        """
        if key not in self._pairs:
            normals, points = normals_of(facets, plus), facets.points
            on_plus, on_minus = nearest(points, plus.points), nearest(points, minus.points)
            if self.moves(self._run.interfaces[key[0]].minus):
                gap = nodal_gap(facets.cells, facets.arrays["gap"], len(points))
                raised = np.sum((plus.moved[on_plus] - points) * normals, axis=1)
                on_minus = behind(points, normals, raised - gap, minus.moved)
            self._pairs[key] = (on_minus, on_plus, normals)
        return self._pairs[key]


def _section(run: RunData) -> float:
    """Return where along y a cell in space is cut: through its largest gap, or its middle."""
    y = np.concatenate([body.points[:, 1] for body in run.bodies.values()])
    low, width = float(y.min()), float(np.ptp(y))
    middle = low + 0.5 * width
    at, largest = middle, _SMALLEST_GAP
    for name, data in run.interfaces.items():
        if run.round_particles(name) or "gap" not in data.names:
            continue
        gap, centres = _gaps(data)
        if gap.max() > largest:
            largest = float(gap.max())
            # Of gaps that are alike the one nearest to the middle.
            alike = centres[gap > _ALIKE * largest]
            at = float(alike[np.abs(alike - middle).argmin()])
    # Off what a structured mesh would have its nodes on, by a hair, and inside of the cell.
    return float(np.clip(at + 1e-4 * width, low + 1e-3 * width, low + 0.999 * width))


def _gaps(data: FieldData) -> tuple[Array, Array]:
    """Return the largest gap of each facet of each grid [m], and where along y it is [m]."""
    steps: dict[int, list[int]] = {}
    for step in range(len(data.times)):
        steps.setdefault(data.grid(step), []).append(step)
    gaps, centres = [], []
    for each in steps.values():
        gaps.append(np.max([data.values("gap", step) for step in each], axis=0))
        grid = data.at(each[0])
        centres.append(grid.points[grid.corners][..., 1].mean(axis=1))
    return np.concatenate(gaps), np.concatenate(centres)


def _drawing_order(run: RunData) -> tuple[str, ...]:
    """Return the bodies so that a minus body comes before its plus bodies."""
    rank = dict.fromkeys(run.bodies, 0)
    # As many rounds as bodies settle every chain; a ring of interfaces has no order and stays.
    for _ in run.bodies:
        for data in run.interfaces.values():
            if data.minus in rank and data.plus in rank:
                rank[data.plus] = max(rank[data.plus], rank[data.minus] + 1)
    return tuple(sorted(rank, key=lambda name: rank[name]))
