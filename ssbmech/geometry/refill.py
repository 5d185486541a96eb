# SPDX-License-Identifier: BSD-3-Clause
"""A closed boundary of straight facets filled with cells anew; its facets stay as they are.

In the plane every facet becomes a curve of one piece, in space the triangles a surface that Gmsh
leaves alone. Cells are as large as the facets near them, and grow inwards.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ssbmech.errors import MeshError
from ssbmech.geometry.facet_rows import outer_facets, places_of
from ssbmech.geometry.fineness import Fineness
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SAME = 1e-6
"""Distance over the shortest facet up to which two points are one [1]."""

GRID = 2.0**-34
"""Step over the size of the body to which positions are rounded for Gmsh [1].

What differs by rounding, such as the same state from other numbers of ranks, is meshed alike.
"""


def refill(points: Array, facets: Ints, fineness: Fineness) -> tuple[Array, Ints]:
    """Return the points and cells of a mesh within a boundary, those of the boundary first.

    Args:
        points: points of the boundary, each of which belongs to a facet, shape (points, dim) [m].
        facets: corners of its facets, such that in the plane the body lies to the left of each,
            shape (facets, dim).
        fineness: how fine cells are made.

    Returns:
        Points, of which the first are those given, to the last bit, and cells.

    Raises:
        MeshError: Gmsh cannot fill the boundary, or changes it.
    """
    dim, count = points.shape[1], len(points)
    unit = power_of_two(float(np.ptp(points, axis=0).max()))
    x = np.round(points / unit / GRID) * GRID
    draw = _plane if dim == 2 else _space
    sizes = _sizes(x, facets)

    def size(*place: float) -> float:
        away = np.linalg.norm(x - np.array(place[:dim]), axis=1)
        return float(min(np.min(sizes + fineness.growth * away), fineness.largest / unit))

    def build(gmsh: Any) -> None:
        draw(gmsh, x, facets)
        generate_sized(gmsh, dim, size)

    made = mesh_model(dim, build)
    return _numbered(points, made, x, unit, facets, count)


def _sizes(x: Array, facets: Ints) -> Array:
    """Return the mean length of the edges of the facets around each point [1]."""
    corners = x[facets]
    pairs = [(0, 1)] if facets.shape[1] == 2 else [(0, 1), (1, 2), (2, 0)]
    lengths = np.mean(
        [np.linalg.norm(corners[:, i] - corners[:, j], axis=1) for i, j in pairs], axis=0
    )
    sums, number = np.zeros(len(x)), np.zeros(len(x))
    np.add.at(sums, facets, lengths[:, None])
    np.add.at(number, facets, 1.0)
    return np.asarray(sums / np.maximum(number, 1.0))


def _numbered(
    points: Array, made: SimplexMesh, x: Array, unit: float, facets: Ints, count: int
) -> tuple[Array, Ints]:
    """Return what Gmsh has made, with the boundary's own points first and where they were.

    Raises:
        MeshError: the boundary is not that given.
    """
    dim = x.shape[1]
    if len(made.cells) == 0:
        raise MeshError("Gmsh has filled the boundary with nothing")
    used = np.unique(made.cells)
    positions = made.points[used, :dim]
    corners = x[facets]
    shortest = float(np.linalg.norm(corners[:, 0] - corners[:, 1], axis=1).min())
    away, nearest = cKDTree(positions).query(x)
    if np.any(away > SAME * shortest) or len(np.unique(nearest)) < count:
        raise MeshError("Gmsh has not kept the points of the boundary")
    number = np.full(len(made.points), -1, dtype=np.int64)
    number[used[nearest]] = np.arange(count)
    inner = used[number[used] < 0]
    number[inner] = count + np.arange(len(inner))
    found = np.concatenate([points, made.points[inner, :dim] * unit])
    cells = number[made.cells]
    around, _ = outer_facets(cells)
    if len(around) != len(facets) or np.any(places_of(around, facets) < 0):
        raise MeshError("Gmsh has not kept the facets of the boundary")
    return found, cells


def _plane(gmsh: Any, x: Array, facets: Ints) -> None:
    """Draw a region of the plane with curves of one piece."""
    geo = gmsh.model.geo
    at = [geo.addPoint(*place, 0.0) for place in x]
    curves = [geo.addLine(at[a], at[b]) for a, b in facets]
    for curve in curves:
        geo.mesh.setTransfiniteCurve(curve, 2)
    loops = [np.array(loop) for loop in _loops(facets)]
    areas = [_area(x[facets[loop, 0]]) for loop in loops]
    tags = [geo.addCurveLoop([curves[k] for k in loop]) for loop in loops]
    inside: dict[int, list[int]] = {k: [] for k, area in enumerate(areas) if area > 0.0}
    for k, area in enumerate(areas):
        if area < 0.0:
            # the smallest that it lies in
            around = [o for o in inside if _within(x[facets[loops[k][0], 0]], x[facets[loops[o]]])]
            if not around:
                raise MeshError("the boundary of the body does not close around it")
            inside[min(around, key=lambda o: areas[o])].append(tags[k])
    for outer, holes in inside.items():
        geo.addPlaneSurface([tags[outer], *holes])
    geo.synchronize()


def _loops(facets: Ints) -> list[list[int]]:
    """Return the facets of each closed line, one after the other.

    Raises:
        MeshError: the boundary touches itself in a point, or does not close.
    """
    follows = {int(a): k for k, (a, _) in enumerate(facets)}
    if len(follows) < len(facets):
        raise MeshError("the boundary of the body touches itself in a point")
    left, found = set(range(len(facets))), []
    while left:
        loop, k = [], min(left)
        while k in left:
            left.remove(k)
            loop.append(k)
            k = follows.get(int(facets[k, 1]), -1)
        if k != loop[0]:
            raise MeshError("the boundary of the body does not close")
        found.append(loop)
    return found


def _area(corners: Array) -> float:
    """Return the area of a polygon, positive if its inside lies to the left [1]."""
    after = np.roll(corners, -1, axis=0)
    return float(0.5 * np.sum(corners[:, 0] * after[:, 1] - after[:, 0] * corners[:, 1]))


def _within(place: Array, edges: Array) -> bool:
    """Return whether a point lies within a polygon.

    Args:
        place: the point, shape (2,).
        edges: ends of its edges, shape (edges, 2, 2).
    """
    (x0, y0), (x1, y1) = edges[:, 0].T, edges[:, 1].T
    crosses = (y0 > place[1]) != (y1 > place[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        at = x0 + (place[1] - y0) / (y1 - y0) * (x1 - x0)
    return bool(np.count_nonzero(crosses & (at > place[0])) % 2)


def _space(gmsh: Any, x: Array, facets: Ints) -> None:
    """Draw a region of space within closed surfaces of triangles."""
    model, count = gmsh.model, len(x)
    part = _parts(facets, count)
    shells = []
    for shell in range(int(part.max(initial=0)) + 1):
        own, rows = np.flatnonzero(part == shell), facets[part[facets[:, 0]] == shell]
        if len(rows) == 0:
            continue
        tag = model.addDiscreteEntity(2)
        model.mesh.addNodes(2, tag, own + 1, x[own].ravel())
        model.mesh.addElementsByType(tag, 2, [], (rows + 1).ravel())
        shells.append((float(np.ptp(x[own], axis=0).max()), tag))
    # the largest is the outer one
    loops = [model.geo.addSurfaceLoop([tag]) for _, tag in sorted(shells, reverse=True)]
    model.geo.addVolume(loops)
    model.geo.synchronize()


def _parts(facets: Ints, count: int) -> npt.NDArray[np.int32]:
    """Return the number of the connected part of the boundary that each point belongs to."""
    first, second = facets[:, :-1].ravel(), facets[:, 1:].ravel()
    graph = coo_array((np.ones(len(first)), (first, second)), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)
