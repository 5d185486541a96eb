# SPDX-License-Identifier: BSD-3-Clause
"""Faults that meshes from elsewhere have: what can be put right is, the rest is refused with place.

Points that lie at one place where two parts touch are made one, or the parts would not hold
together. Refused are cells that overlap or are folded over, a part that hangs together with the
rest nowhere, and parts that touch with points that do not match.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ssbmech.errors import MeshError
from ssbmech.frames import Frame
from ssbmech.geometry.simplices import FLATNESS, Floats, Ints, SimplexMesh, facets_of

COINCIDENT = 1e-3
"""Points nearer than this fraction of the shortest edge that ends there are one point [1]."""


def sound(mesh: SimplexMesh) -> tuple[SimplexMesh, list[str]]:
    """Return a mesh that holds together, and what was changed.

    Args:
        mesh: mesh as read.

    Raises:
        MeshError: parts overlap, are folded over, or do not hold together.
    """
    _check_twins(mesh)
    mesh, changes = _merged_points(mesh)
    facets, first, second = facets_of(mesh.cells)
    _check_folds(mesh, facets, first, second)
    _check_hanging(mesh, facets[second < 0])
    _check_pieces(mesh, first, second)
    return mesh, changes


def check_faces(mesh: SimplexMesh, asked: bool) -> list[str]:
    """Return what named facets are no outer facets.

    Args:
        mesh: mesh with its points merged.
        asked: the faces were asked for by name, so that none of them may be lost.

    Raises:
        MeshError: a face that was asked for has no facet on the outside of the mesh.
    """
    facets, _, second = facets_of(mesh.cells)
    outer, inner = facets[second < 0], facets[second >= 0]
    words = []
    for name, rows in mesh.faces.items():
        ordered = np.sort(rows, axis=1)
        outside, inside = (int(_rows_in(ordered, f).sum()) for f in (outer, inner))
        if outside == len(rows):
            continue
        lost = len(rows) - outside - inside
        text = f"set of facets {name!r}: of its {len(rows)} facets {inside} lie inside the mesh" + (
            f" and {lost} are no sides of its cells" if lost else ""
        )
        if asked and not outside:
            raise MeshError(f"{text}, none outside: it is no face")
        words.append(text)
    for name, nodes in mesh.node_sets.items():
        if not np.isin(outer, nodes).all(axis=1).any():
            raise MeshError(
                f"the set of points {name!r} has no outer facet with all its corners: it is no face"
            )
    return words


def with_radii(mesh: SimplexMesh, frame: Frame) -> SimplexMesh:
    """Return the mesh of a frame whose x is a radius, with the rounding of zero removed.

    Args:
        mesh: the mesh.
        frame: kinematic frame.

    Raises:
        MeshError: the frame revolves the mesh about x = 0, and x is negative somewhere.
    """
    used = np.unique(mesh.cells)
    if not frame.revolves or len(used) == 0:
        return mesh
    radii = mesh.points[used, 0]
    lowest, highest = float(radii.min()), float(radii.max())
    if lowest >= 0.0:
        return mesh
    if lowest < -FLATNESS * float(np.max(np.ptp(mesh.points[used], axis=0))):
        right = "keep the half of the section with x >= 0" if highest > -lowest / 2 else "mirror it"
        raise MeshError(
            f"the axisymmetric frame takes x as the radius, and the mesh reaches from r = "
            f"{lowest:.4g} m to r = {highest:.4g} m: a radius is not negative; {right}, with the "
            "axis at x = 0"
        )
    points = mesh.points.copy()
    points[used, 0] = np.maximum(radii, 0.0)
    return replace(mesh, points=points)


def coincident(points: Floats, tolerance: float | Floats) -> Ints:
    """Return for each point the lowest number of those that lie at the same place.

    Args:
        points: coordinates, shape (n, 3) [m].
        tolerance: distance below which two points are one, or one distance per point [m].
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    reach = np.broadcast_to(tolerance, len(points))
    pairs = cKDTree(points).query_pairs(float(reach.max(initial=0.0)), output_type="ndarray")
    apart = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    pairs = pairs[apart <= np.minimum(reach[pairs[:, 0]], reach[pairs[:, 1]])]
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points),) * 2)
    _, group = connected_components(links, directed=False)
    lowest = np.full(len(points), len(points), dtype=np.int64)
    np.minimum.at(lowest, group, np.arange(len(points)))
    found: Ints = lowest[group]
    return found


def _check_twins(mesh: SimplexMesh) -> None:
    """Refuse cells that are there twice, and cells with a corner twice."""
    rows = np.sort(mesh.cells, axis=1)
    order = np.lexsort(rows.T[::-1])
    same = np.flatnonzero(np.all(rows[order[1:]] == rows[order[:-1]], axis=1))
    if len(same):
        where = place(mesh.points, mesh.cells[order[same[0]]])
        raise MeshError(f"{len(same)} cells are there twice, the first at {where}")


def _merged_points(mesh: SimplexMesh) -> tuple[SimplexMesh, list[str]]:
    """Return the mesh with points of outer facets made one that lie at one place."""
    facets, _, second = facets_of(mesh.cells)
    outer = facets[second < 0]
    rim = np.unique(outer)
    shortest = np.full(len(mesh.points), np.inf)
    for i in range(mesh.dim):
        ends = outer[:, [i, (i + 1) % mesh.dim]]
        length = np.linalg.norm(mesh.points[ends[:, 0]] - mesh.points[ends[:, 1]], axis=1)
        for end in ends.T:
            np.minimum.at(shortest, end, length)
    lowest = rim[coincident(mesh.points[rim], COINCIDENT * shortest[rim])]
    moved = rim[lowest != rim]
    if len(moved) == 0:
        return mesh, []
    new = np.arange(len(mesh.points))
    new[rim] = lowest
    slit = _named_slit(mesh, outer, new)
    new[slit] = slit
    moved = moved[new[moved] != moved]
    if len(moved) == 0:
        return mesh, []
    cells = new[mesh.cells]
    where = place(mesh.points, moved[:1])
    joined = replace(
        mesh,
        cells=cells,
        faces={name: new[rows] for name, rows in mesh.faces.items()},
        node_sets={name: np.union1d(nodes, new[nodes]) for name, nodes in mesh.node_sets.items()},
    )
    return joined, [
        f"{len(moved)} points lie where another one lies, the first at {where}: they are made one"
    ]


def _named_slit(mesh: SimplexMesh, outer: Ints, new: Ints) -> Ints:
    """Return the points of cracks: both sides in one region, and named as faces."""
    if not mesh.faces:
        return np.empty(0, dtype=np.int64)
    named = _rows_in(outer, np.concatenate([np.sort(r, axis=1) for r in mesh.faces.values()]))
    region = np.zeros(len(mesh.cells), dtype=np.int64)
    for tag, members in enumerate(mesh.regions.values(), start=1):
        region[members] = tag
    _, first, second = facets_of(mesh.cells)
    owner = region[first[second < 0]]
    rows = np.sort(new[outer], axis=1)
    order = np.lexsort(rows.T[::-1])
    twin = np.flatnonzero(np.all(rows[order[1:]] == rows[order[:-1]], axis=1))
    one, other = order[twin], order[twin + 1]
    keep = (owner[one] == owner[other]) & named[one] & named[other]
    slit: Ints = np.unique(np.concatenate([outer[one[keep]], outer[other[keep]]]))
    return slit


def _rows_in(rows: Ints, among: Ints) -> npt.NDArray[np.bool_]:
    """Return which rows are among others."""
    # comparing whole rows is slow: most of the others have points that are in no row
    there = np.zeros(max(rows.max(initial=-1), among.max(initial=-1)) + 1, dtype=bool)
    there[rows] = True
    among = among[there[among].all(axis=1)]
    both = np.concatenate([rows, among])
    _, number = np.unique(both, axis=0, return_inverse=True)
    number = number.reshape(-1)
    return np.isin(number[: len(rows)], number[len(rows) :])


def _check_folds(mesh: SimplexMesh, facets: Ints, first: Ints, second: Ints) -> None:
    """Refuse neighbours that lie on the same side of the facet they share."""
    inner = second >= 0
    shared, one, other = facets[inner], first[inner], second[inner]
    a, b = (_opposite(mesh.cells[c], shared) for c in (one, other))
    base = mesh.points[shared[:, 0]]
    spans = [mesh.points[shared[:, i]] - base for i in range(1, mesh.dim)]

    def side(tip: Ints) -> Floats:
        rows = np.stack([*spans, mesh.points[tip] - base], axis=1)[:, :, : mesh.dim]
        return np.asarray(np.sign(np.linalg.det(rows)), dtype=np.float64)

    folded = np.flatnonzero(side(a) * side(b) > 0)
    if len(folded):
        raise MeshError(
            f"the mesh is folded over at {len(folded)} facets, the first at "
            f"{place(mesh.points, shared[folded[0]])}: a cell is turned inside out, or lies on "
            "its neighbour"
        )


def _opposite(cells: Ints, facets: Ints) -> Ints:
    """Return the corner of each cell that is not on its facet."""
    return np.asarray(cells.sum(axis=1) - facets.sum(axis=1), dtype=np.int64)


def _check_hanging(mesh: SimplexMesh, outer: Ints) -> None:
    """Refuse points of outer facets that lie within another outer facet."""
    from scipy.spatial import cKDTree

    rim = np.unique(outer)
    centres = mesh.points[outer].mean(axis=1)
    radius = np.linalg.norm(mesh.points[outer] - centres[:, None], axis=2).max(axis=1)
    near = cKDTree(mesh.points[rim]).query_ball_point(centres, radius)
    counts = np.array([len(n) for n in near])
    facet = np.repeat(np.arange(len(outer)), counts)
    point = rim[np.concatenate([np.asarray(n, dtype=np.int64) for n in near])]
    foreign = ~np.any(outer[facet] == point[:, None], axis=1)
    facet, point = facet[foreign], point[foreign]
    if len(facet) == 0:
        return
    corners = mesh.points[outer[facet]]
    distance, weights = _projection(corners, mesh.points[point])
    inside = np.all(weights > -1e-6, axis=1) & (distance < 1e-6 * radius[facet])
    # at a corner of the facet lies its twin on the other side of a crack
    inside &= weights.max(axis=1) < 1 - COINCIDENT
    if inside.any():
        bad = np.flatnonzero(inside)
        raise MeshError(
            f"parts touch with points that do not match, the first at "
            f"{place(mesh.points, point[bad[:1]])}: there a corner of one lies on a side of the "
            "other; mesh both alike where they touch, with points in common"
        )


def _projection(corners: Floats, points: Floats) -> tuple[Floats, Floats]:
    """Return distance of points from lines or triangles, and barycentric weights of the foot."""
    base = corners[:, 0]
    spans = corners[:, 1:] - base[:, None]
    way = points - base
    gram = spans @ np.swapaxes(spans, 1, 2)
    right = np.einsum("nij,nj->ni", spans, way)
    weights = np.linalg.solve(gram, right[..., None])[..., 0]
    foot = np.einsum("ni,nij->nj", weights, spans)
    distance = np.linalg.norm(way - foot, axis=1)
    return distance, np.column_stack([1 - weights.sum(axis=1), weights])


def _check_pieces(mesh: SimplexMesh, first: Ints, second: Ints) -> None:
    """Refuse a mesh in pieces that have no facet in common."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    inner = second >= 0
    links = coo_array(
        (np.ones(int(inner.sum())), (first[inner], second[inner])), shape=(len(mesh.cells),) * 2
    )
    number, piece = connected_components(links, directed=False)
    if number == 1:
        return
    sizes = np.bincount(piece)
    smallest = int(np.argmin(sizes))
    cell = int(np.flatnonzero(piece == smallest)[0])
    regions = [n for n, members in mesh.regions.items() if np.isin(cell, members).any()]
    name = f" of region {regions[0]!r}" if regions else ""
    raise MeshError(
        f"the mesh falls into {number} pieces that have no facet in common; the smallest has "
        f"{sizes[smallest]} cells, one of them{name} at {place(mesh.points, mesh.cells[cell])}: "
        "parts that touch share their points; leave out what does not belong to the cell"
    )


def place(points: Floats, corners: Ints) -> str:
    """Return the centre of points for a message."""
    return "(" + ", ".join(f"{x:.4g}" for x in points[corners].mean(axis=0)) + ") m"
