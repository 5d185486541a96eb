# SPDX-License-Identifier: BSD-3-Clause
r"""What becomes of values that are kept when facets are joined: sums over areas stay what they are.

Fields of bodies are what they were at the same place. What is kept at the vertices i of an
interface has the sum :math:`\sum_i A_i v_i` that it had: what it loses with the value in a vertex m
between others j, in the plane two,

.. math:: T = \sum_{m, j} A_i v_i - \sum_j A'_j v_j

is added to the values of those, where the wall is open, as :math:`T / \sum A'_j`: none for a
function that is linear. For gaps, and positions of a moving body, their weights are
:math:`V'_j / (d \cdot n)`, with the volume that a gap takes from the metal and the normal n of the
joined facets, so that the body's volume stays where its directors d are parallel, also beside a
corner of the interface. Densities on facets are means by the areas that facets share.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ssbmech.geometry.facet_rows import facets_by_corner, lists
from ssbmech.geometry.fewer_facets import Facet, Join, Joining
from ssbmech.geometry.locate import edges_of, locate
from ssbmech.geometry.original import Numbers, node_ends, node_number

Array = npt.NDArray[np.float64]
Rows = tuple[Numbers, Array]
Known = dict[tuple[int, int], Array]


def at_nodes(numbers: Numbers, values: Array, joining: Joining) -> Rows:
    """Return the values of a continuous field on a body, or on an interface that stays.

    Args:
        numbers: original numbers of its nodes.
        values: one row for each.
        joining: what was joined.
    """
    known = _known(numbers, values)
    added = _quadratic(known, joining) if any(a != b for a, b in known) else {}
    return _rows({**known, **added}, joining)


def at_walls(numbers: Numbers, values: Array, joining: Joining) -> Rows:
    """Return gaps of a wall, or places of its body's vertices, whose volumes stay.

    Args:
        numbers: original numbers of the vertices.
        values: one row for each [m].
        joining: what was joined.
    """
    known = _known(numbers, values)
    return _rows({**known, **_made_up(known, joining, lambda join: join.swept)}, joining)


def at_vertices(numbers: Numbers, values: Array, joining: Joining) -> Rows:
    """Return densities at the vertices of an interface, whose sums stay.

    No value leaves the range of those around it: where it would, the ends have the means that
    their hat functions see.

    Args:
        numbers: original numbers of the vertices.
        values: one row for each.
        joining: what was joined.
    """
    known = _known(numbers, values)
    found = _made_up(known, joining, lambda join: join.whole)
    for join in joining.joins:
        if (join.middle, join.middle) not in known:
            continue
        near = np.array([known[p, p] for p in (*join.ring, join.middle)])
        ring = np.array([found[p, p] for p in join.ring])
        if np.any((ring < near.min(axis=0)) | (ring > near.max(axis=0))):
            return _rows({**known, **_seen(known, joining)}, joining)
    return _rows({**known, **found}, joining)


def _made_up(known: Known, joining: Joining, weights: Callable[[Join], Array]) -> Known:
    """Return the values of the points around that make up for what is lost.

    Args:
        known: values by node.
        joining: what was joined.
        weights: returns those of the ring in the sum that stays.
    """
    found: Known = {}
    for join in joining.joins:
        middle = known.get((join.middle, join.middle))
        if middle is None:
            continue
        lost = join.lost(np.array([known[p, p] for p in join.ring]), middle)
        for p, share in zip(join.ring, join.takes(weights(join)), strict=True):
            found[p, p] = found.get((p, p), known[p, p]) + share * lost
    return found


def _seen(known: Known, joining: Joining) -> Known:
    """Return values with the means that points have over the areas for which they stand now.

    Of the middle's area, and that of points that stand for less than before, those that stand for
    more have the mean.
    """
    found: Known = {}
    for join in joining.joins:
        middle = known.get((join.middle, join.middle))
        if middle is None:
            continue
        more, ring = join.stand - join.stood, np.array([known[p, p] for p in join.ring])
        less = np.maximum(-more, 0.0)
        mean = (join.gone * middle + np.tensordot(less, ring, 1)) / (join.gone + less.sum())
        for p, part in zip(join.ring, np.maximum(more, 0.0) / join.whole, strict=True):
            before = known[p, p]
            found[p, p] = found.get((p, p), before) + part * (mean - before)
    return found


def _quadratic(known: Known, joining: Joining) -> Known:
    """Return the values of a quadratic field at the nodes of cells with another corner."""
    mesh, star = joining.before, joining.around
    cells = mesh.cells[star]
    pairs = edges_of(cells.shape[1])
    inside = np.array([all(_edge(c[i], c[j]) in known for i, j in pairs) for c in lists(cells)])
    if not inside.any():
        return {}
    cells, points = cells[inside], mesh.points[:, : cells.shape[1] - 1]
    ends = _new_edges(known, joining, star[inside])
    at = locate(points[np.array(ends)].mean(axis=1), points, cells)
    corners = cells[at.cells]
    own = np.array([[known[c, c] for c in row] for row in lists(corners)])
    sides = np.array([[known[_edge(r[i], r[j])] for i, j in pairs] for r in lists(corners)])
    found = dict(zip(ends, at.quadratic(own, sides), strict=True))
    for join in joining.joins:
        found.update(_same_flow({**known, **found}, found.keys(), join))
    return found


def _new_edges(known: Known, joining: Joining, star: Numbers) -> list[tuple[int, int]]:
    """Return the edges of cells with another corner that there were not before, in old numbers."""
    old = np.flatnonzero(joining.points >= 0)
    kept = np.intersect1d(star, joining.changed)
    corners = old[joining.mesh.cells[joining.cells[kept]]]
    found = {_edge(row[i], row[j]) for row in lists(corners) for i, j in edges_of(len(row))}
    return sorted(found - known.keys())


def _same_flow(known: Known, new: Collection[tuple[int, int]], join: Join) -> Known:
    """Return the values in the middles of new edges with which the integral over facets stays.

    What is none there, as where a symmetry holds it, stays so.

    Args:
        known: values by node, old and new.
        new: the new edges.
        join: the facets.
    """
    old, now = (_weights(facets) for facets in (join.before, join.after))
    areas = join.shared.sum(axis=0), join.shared.sum(axis=1)
    if not all(node in known for nodes in (*old, *now) for node in nodes):
        return {}
    sums, sizes = [], dict[tuple[int, int], float]()
    for facets, each in zip((old, now), areas, strict=True):
        pairs = [(n, w * a) for f, a in zip(facets, each, strict=True) for n, w in f.items()]
        sums.append(sum(w * known[n] for n, w in pairs))
        for node, weight in pairs if facets is now else ():
            if node in new:
                sizes[node] = sizes.get(node, 0.0) + weight
    free = {edge: known[edge] != 0.0 for edge in sizes}
    total = sum(size * np.where(free[edge], 1.0, 0.0) for edge, size in sizes.items())
    rise = np.where(total > 0.0, sums[0] - sums[1], 0.0) / np.where(total > 0.0, total, 1.0)
    return {edge: np.asarray(known[edge] + rise * free[edge]) for edge in sizes}


def _weights(facets: Iterable[Facet]) -> list[dict[tuple[int, int], float]]:
    """Return the weights of the nodes of facets in means of quadratic fields (Simpson's rule)."""
    found = []
    for facet in facets:
        edge, corner = (4 / 6, 1 / 6) if len(facet) == 2 else (1 / 3, 0.0)
        nodes = {_edge(a, b): edge for a, b in combinations(facet, 2)}
        found.append({**nodes, **{(p, p): corner for p in facet}})
    return found


def at_points(numbers: Numbers, values: Array, weights: Array, joining: Joining) -> Rows:
    """Return the values at the integration points of cells: in changed ones those of the nearest.

    Args:
        numbers: original numbers of the points.
        values: one row for each.
        weights: barycentric coordinates of the points of a cell, shape (points, dim + 1).
        joining: what was joined.
    """
    count, dim = len(weights), weights.shape[1] - 1
    cells, star = numbers // count, joining.around
    kept = ~np.isin(cells, star)
    found = [joining.cells[cells[kept]] * count + numbers[kept] % count]
    rows = [values[kept]]
    near = np.flatnonzero(~kept)
    if len(near):
        old, new = (mesh.points[:, :dim] for mesh in (joining.before, joining.mesh))
        corners = old[joining.before.cells[cells[near]]]
        tree = cKDTree(np.einsum("pk,pkd->pd", weights[numbers[near] % count], corners))
        changed = joining.cells[np.intersect1d(cells[near], star)]
        changed = changed[changed >= 0]
        places = np.einsum("qk,ckd->cqd", weights, new[joining.mesh.cells[changed]])
        found.append((changed[:, None] * count + np.arange(count)).ravel())
        rows.append(values[near[tree.query(places.reshape(-1, dim))[1]]])
    return np.concatenate(found), np.concatenate(rows)


def on_facets(numbers: Numbers, values: Array, joining: Joining) -> Rows:
    """Return the values of facets, known by a cell and the corner across.

    Args:
        numbers: original numbers of the facets.
        values: one row for each.
        joining: what was joined.
    """
    before, mesh = joining.before, joining.mesh
    count = mesh.cells.shape[1]
    into = {
        frozenset(facet): list(zip(join.after, shared / join.shared.sum(axis=1), strict=True))
        for join in joining.joins
        for facet, shared in zip(join.before, join.shared.T, strict=True)
    }
    sums: dict[frozenset[int], Array] = {}
    cells, corners = np.divmod(numbers, count)
    for cell, corner, value in zip(cells, corners, values, strict=True):
        old = frozenset(int(p) for p in np.delete(before.cells[cell], corner))
        for corners_after, part in into.get(old, [(tuple(old), 1.0)]):
            key = frozenset(corners_after)
            sums[key] = sums.get(key, np.zeros_like(value)) + part * value
    tags = np.unique(before.cell_values[cells])
    beside = np.flatnonzero(np.isin(mesh.cell_values, tags))
    known = facets_by_corner(mesh.cells[beside]).reshape(-1, count - 1)
    wanted = {frozenset(int(p) for p in joining.points[list(key)]): key for key in sums}
    place = {frozenset(row): k for k, row in enumerate(lists(known)) if frozenset(row) in wanted}
    found, rows = [], []
    for facet, key in wanted.items():
        local, cell = divmod(place[facet], len(beside))
        found.append(int(beside[cell]) * count + local)
        rows.append(sums[key])
    return np.array(found, dtype=np.int64), np.array(rows).reshape(-1, *values.shape[1:])


def _known(numbers: Numbers, values: Array) -> Known:
    """Return values by the ends between which their nodes lie."""
    ends = node_ends(numbers)
    return {(int(a), int(b)): row for (a, b), row in zip(ends, values, strict=True)}


def _rows(known: Known, joining: Joining) -> Rows:
    """Return numbers and values on the new mesh; those of points that are no more are left out."""
    ends = joining.points[np.array(list(known), dtype=np.int64).reshape(-1, 2)]
    there = (ends >= 0).all(axis=1)
    values = np.array(list(known.values()))
    return node_number(ends[there]), values[there]


def _edge(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)
