# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of triangles or tetrahedra as plain arrays in one process, before they are distributed.

Whatever makes a mesh (Gmsh, a file) gives a `SimplexMesh`: points, cells and named sets. `label`
turns the sets into integer tags, finds the interfaces between regions and the flat sides of the
bounding box, and refuses a mesh with a cell without region or an outer facet without face. Nothing
here knows of MPI or DOLFINx.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from ssbmech.errors import MeshError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SIDES: Mapping[int, Mapping[str, tuple[int, int]]] = {
    2: {"bottom": (1, 0), "top": (1, 1), "left": (0, 0), "right": (0, 1)},
    3: {
        "bottom": (2, 0),
        "top": (2, 1),
        "left": (0, 0),
        "right": (0, 1),
        "front": (1, 0),
        "back": (1, 1),
    },
}
"""Flat sides of a box by dimension: name -> (axis, 0 at the lower or 1 at the upper end)."""

FLATNESS = 1e-6
"""A facet lies on a side of the box within this fraction of the box's size [1]."""

DEGENERATE = 1e-6
"""Cells with a smaller `shape_quality` have no usable volume [1]."""


@dataclass(frozen=True, slots=True)
class SimplexMesh:
    """Points, cells and named sets of a mesh of triangles (2D) or tetrahedra (3D).

    Attributes:
        points: coordinates, shape (number of points, 3) [m].
        cells: corner points of each cell, shape (number of cells, dim + 1).
        regions: cells of each region, by name.
        faces: corner points of the facets of each face, by name, shape (number of facets, dim).
        node_sets: points of each face given by its points, by name; a facet with all its corners in
            the set is on the face.
        drawn: height over which a region was meshed, over its own, along the last axis, by name;
            regions that were meshed as they are need not be there [1].
    """

    points: Floats
    cells: Ints
    regions: Mapping[str, Ints]
    faces: Mapping[str, Ints] = field(default_factory=dict)
    node_sets: Mapping[str, Ints] = field(default_factory=dict)
    drawn: Mapping[str, float] = field(default_factory=dict)

    @property
    def dim(self) -> int:
        """Dimension of the cells [1]."""
        return self.cells.shape[1] - 1


@dataclass(frozen=True, slots=True)
class LabelledMesh:
    """A mesh whose cells and facets carry integer tags, with the names of the tags.

    Attributes:
        points: coordinates, shape (number of points, 3) [m].
        cells: corner points of each cell.
        cell_values: tag of each cell.
        facets: corner points of each tagged facet.
        facet_values: tag of each tagged facet.
        regions: tag of each region, by name.
        faces: tag of each outer face, by name.
        interfaces: tag of each interface between two regions, by name "a|b" in the order of the
            regions.
        drawn: that of the `SimplexMesh` [1].
    """

    points: Floats
    cells: Ints
    cell_values: npt.NDArray[np.int32]
    facets: Ints
    facet_values: npt.NDArray[np.int32]
    regions: Mapping[str, int]
    faces: Mapping[str, int]
    interfaces: Mapping[str, int]
    drawn: Mapping[str, float] = field(default_factory=dict)


def shape_quality(points: Floats, cells: Ints) -> Floats:
    r"""Return the mean-ratio quality of each cell: 1 for an equilateral cell, 0 for a flat one [1].

    .. math:: q_2 = 4 \sqrt{3} A / \sum l^2, \qquad q_3 = 12 (3 V)^{2/3} / \sum l^2

    with the sums over the edges.

    Args:
        points: coordinates [m].
        cells: corner points of each cell.
    """
    dim = cells.shape[1] - 1
    corners = points[cells][:, :, :dim]
    edges = sum(
        np.sum((corners[:, i] - corners[:, j]) ** 2, axis=1)
        for i, j in combinations(range(dim + 1), 2)
    )
    volume = np.abs(np.linalg.det(corners[:, 1:] - corners[:, :1])) / factorial(dim)
    scaled = 4 * np.sqrt(3) * volume if dim == 2 else 12 * (3 * volume) ** (2 / 3)
    return np.asarray(scaled / edges, dtype=np.float64)


def label(mesh: SimplexMesh) -> LabelledMesh:
    """Return the mesh with tags on all cells, outer facets and interfaces.

    Faces that the mesh names are kept; what they leave of the outer boundary is named after the
    side of the bounding box it lies on (`SIDES`). Facets between two regions are an interface,
    whatever the mesh calls them. Points that belong to no cell are dropped.

    Args:
        mesh: mesh with named regions.

    Raises:
        MeshError: no cells, flat cells, cells in no region or in two, outer facets on no face, or a
            branching mesh.
    """
    _check_cells(mesh)
    cell_values = _cell_values(mesh)
    used, compact = np.unique(mesh.cells, return_inverse=True)
    cells = compact.reshape(mesh.cells.shape).astype(np.int64)
    new_number = np.full(len(mesh.points), -1, dtype=np.int64)
    new_number[used] = np.arange(len(used))
    points = mesh.points[used]

    facets, first, second = facets_of(cells)
    outer, between = second < 0, np.flatnonzero(second >= 0)
    between = between[cell_values[first[between]] != cell_values[second[between]]]

    names, codes = _named_faces(mesh, facets, new_number)
    codes[~outer] = -1
    _name_sides(points, facets, outer, names, codes)
    _check_outer(points, facets, outer & (codes < 0))
    faces = {names[code]: tag for tag, code in enumerate(np.unique(codes[outer]), start=1)}
    values = np.zeros(len(facets), dtype=np.int32)
    values[outer] = np.unique(codes[outer], return_inverse=True)[1] + 1

    regions = list(mesh.regions)
    pairs = np.sort(np.column_stack([cell_values[first[between]], cell_values[second[between]]]))
    kinds, kind = np.unique(pairs, axis=0, return_inverse=True)
    values[between] = kind.reshape(-1) + 1 + len(faces)
    interfaces = {
        f"{regions[a - 1]}|{regions[b - 1]}": tag
        for tag, (a, b) in enumerate(kinds, start=len(faces) + 1)
    }
    return LabelledMesh(
        points=points,
        cells=cells,
        cell_values=cell_values,
        facets=facets[values > 0],
        facet_values=values[values > 0],
        regions={name: tag for tag, name in enumerate(regions, start=1)},
        faces=faces,
        interfaces=interfaces,
        drawn=dict(mesh.drawn),
    )


def _check_cells(mesh: SimplexMesh) -> None:
    """Refuse a mesh without cells, with coordinates that are no numbers, or with flat cells."""
    if len(mesh.cells) == 0:
        kind = "triangles" if mesh.dim == 2 else "tetrahedra"
        raise MeshError(
            f"the mesh holds no {kind}, which a mesh of dimension {mesh.dim} is made of"
        )
    if not np.all(np.isfinite(mesh.points)):
        raise MeshError("the mesh has points whose coordinates are not finite numbers")
    if mesh.dim == 2 and np.ptp(mesh.points[:, 2]) > FLATNESS * np.max(np.ptp(mesh.points, axis=0)):
        raise MeshError(
            "the mesh is not flat: a two-dimensional mesh lies in the x-y plane, at constant z"
        )
    check_flat_cells(mesh)


def check_flat_cells(mesh: SimplexMesh) -> None:
    """Refuse cells without volume.

    Args:
        mesh: the mesh.

    Raises:
        MeshError: there are some.
    """
    flat = np.flatnonzero(shape_quality(mesh.points, mesh.cells) < DEGENERATE)
    if len(flat):
        place = _place(mesh.points, mesh.cells[flat[0]])
        raise MeshError(f"{len(flat)} cells have no volume, the first at {place}")


def _cell_values(mesh: SimplexMesh) -> npt.NDArray[np.int32]:
    """Return the tag of each cell's region: 1, 2, ... in the order of the regions."""
    values = np.zeros(len(mesh.cells), dtype=np.int32)
    names = list(mesh.regions)
    for tag, name in enumerate(names, start=1):
        if not name or "|" in name:
            raise MeshError(
                f"{name!r} cannot name a region: a name is not empty and has no '|' in it"
            )
        members = mesh.regions[name]
        if len(members) == 0:
            raise MeshError(f"region {name!r} holds no cells")
        claimed = values[members][values[members] > 0]
        if len(claimed):
            raise MeshError(
                f"regions {names[claimed.min() - 1]!r} and {name!r} share cells: "
                "a cell belongs to one region"
            )
        values[members] = tag
    lost = np.flatnonzero(values == 0)
    if len(lost):
        known = ", ".join(names) or "none"
        place = _place(mesh.points, mesh.cells[lost[0]])
        raise MeshError(
            f"{len(lost)} cells belong to no region, the first at {place}; named regions: {known}"
        )
    return values


def facets_of(cells: Ints) -> tuple[Ints, Ints, Ints]:
    """Return each facet once (corners sorted), its cell and its other cell (-1: outer facet).

    Args:
        cells: corner points of each cell.

    Raises:
        MeshError: a facet belongs to more than two cells.
    """
    corners = cells.shape[1]
    rows = np.concatenate([np.delete(cells, i, axis=1) for i in range(corners)])
    rows = np.sort(rows, axis=1)
    owner = np.tile(np.arange(len(cells)), corners)
    order = np.lexsort(rows.T[::-1])
    rows, owner = rows[order], owner[order]
    start = np.flatnonzero(np.concatenate([[True], np.any(rows[1:] != rows[:-1], axis=1)]))
    count = np.diff(np.append(start, len(rows)))
    if count.max() > 2:
        raise MeshError("the mesh branches: a facet belongs to more than two cells")
    second = np.full(len(start), -1, dtype=np.int64)
    second[count == 2] = owner[start[count == 2] + 1]
    return rows[start], owner[start], second


def _named_faces(mesh: SimplexMesh, facets: Ints, new_number: Ints) -> tuple[list[str], Ints]:
    """Return the names of all possible faces, and the index of each facet's name, -1 for none."""
    names = list(dict.fromkeys([*mesh.faces, *mesh.node_sets, *SIDES[mesh.dim]]))
    codes = np.full(len(facets), -1, dtype=np.int64)
    for name, rows in mesh.faces.items():
        _claim(codes, _find_rows(facets, np.sort(new_number[rows], axis=1)), names, name)
    for name, nodes in mesh.node_sets.items():
        inside = np.isin(facets, new_number[nodes]).all(axis=1)
        _claim(codes, np.flatnonzero(inside & (codes < 0)), names, name)
    return names, codes


def _claim(codes: Ints, members: Ints, names: list[str], name: str) -> None:
    """Give facets a name, unless another face holds them already."""
    before = codes[members].max(initial=-1)
    if before >= 0 and names[before] != name:
        raise MeshError(
            f"faces {names[before]!r} and {name!r} share facets: a facet belongs to one face; "
            "say which sets are faces, with faces={'set': 'face', ...}"
        )
    codes[members] = names.index(name)


def _find_rows(facets: Ints, rows: Ints) -> Ints:
    """Return the indices in `facets` (sorted) of those rows that are there."""
    if len(rows) == 0:
        return np.empty(0, dtype=np.int64)
    both = np.concatenate([facets, rows])
    order = np.lexsort(both.T[::-1])  # stable: a facet comes before the rows equal to it
    same = np.all(both[order[1:]] == both[order[:-1]], axis=1)
    group = np.concatenate([[0], np.cumsum(~same)])
    leader = order[np.flatnonzero(np.concatenate([[True], ~same]))][group]
    found: Ints = leader[(order >= len(facets)) & (leader < len(facets))]
    return np.unique(found)


def _name_sides(
    points: Floats, facets: Ints, outer: npt.NDArray[np.bool_], names: list[str], codes: Ints
) -> None:
    """Name the nameless outer facets that lie on a side of the bounding box."""
    lower, upper = points.min(axis=0), points.max(axis=0)
    tolerance = FLATNESS * np.max(upper - lower)
    for name, (axis, end) in SIDES[facets.shape[1]].items():
        level = (lower, upper)[end][axis]
        on_side = np.all(np.abs(points[facets, axis] - level) < tolerance, axis=1)
        codes[outer & on_side & (codes < 0)] = names.index(name)


def _check_outer(points: Floats, facets: Ints, nameless: npt.NDArray[np.bool_]) -> None:
    """Refuse outer facets without a face."""
    lost = np.flatnonzero(nameless)
    if len(lost):
        place = _place(points, facets[lost[0]])
        raise MeshError(
            f"{len(lost)} outer facets belong to no face, the first at {place}: name the faces "
            "that are not flat sides of the bounding box, and merge coincident points where "
            "regions touch"
        )


def _place(points: Floats, corners: Ints) -> str:
    """Return the centre of a cell or facet for a message."""
    return "(" + ", ".join(f"{x:.4g}" for x in points[corners].mean(axis=0)) + ") m"
