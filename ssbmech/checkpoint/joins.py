# SPDX-License-Identifier: BSD-3-Clause
r"""What becomes of values that are kept when facets are joined: sums over areas stay what they are.

Fields of bodies are what they were at the same place. What is kept at the vertices i of an
interface has the sum :math:`\sum_i A_i v_i` that it had: what it loses with the value between two
facets,

.. math:: T = \sum_{a, m, b} A_i v_i - \sum_{a, b} A'_i v_i

is added to the values at the ends, where the wall is open, as :math:`T / \sum A'_i`: none for a
function that is linear. For gaps, and positions of a moving body, the weights of the ends are
:math:`V'_i / (d \cdot n)`, with the volume that a gap takes from the metal and the normal n of the
joined facet, so that the body's volume stays where its directors d are parallel, also beside a
corner of the interface. Densities on facets are means by area.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ssbmech.geometry.facet_rows import facets_by_corner, lists
from ssbmech.geometry.joining import Join, Joining
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
        points = ((p, p) for p in (join.ends[0], join.middle, join.ends[1]))
        near = np.array([known[point] for point in points if point in known])
        if len(near) < 3:
            continue
        ends = [found[end, end] for end in join.ends]
        if all(np.all((e >= np.min(near, axis=0)) & (e <= np.max(near, axis=0))) for e in ends):
            continue
        return _rows({**known, **_seen(known, joining)}, joining)
    return _rows({**known, **found}, joining)


def _made_up(
    known: Known, joining: Joining, weights: Callable[[Join], tuple[float, float]]
) -> Known:
    """Return the values of the ends that make up for what is lost between them.

    Args:
        known: values by node.
        joining: what was joined.
        weights: returns those of the ends in the sum that stays.
    """
    found: Known = {}
    for join in joining.joins:
        first, middle, second = (
            known.get((p, p)) for p in (join.ends[0], join.middle, join.ends[1])
        )
        if first is None or middle is None or second is None:
            continue
        lost = join.lost(first, middle, second)
        for end, share in zip(join.ends, join.takes(weights(join)), strict=True):
            found[end, end] = found.get((end, end), known[end, end]) + share * lost
    return found


def _seen(known: Known, joining: Joining) -> Known:
    """Return the means that the hat functions of the joined facets see."""
    found: Known = {}
    for join in joining.joins:
        middle = known.get((join.middle, join.middle))
        if middle is None:
            continue
        for k, end in enumerate(join.ends):
            # of the middle's area, what the end's hat function has there
            part = (join.stand[k] - join.stood[2 * k]) / join.whole[k]
            before = known[end, end]
            found[end, end] = found.get((end, end), before) + part * (middle - before)
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
        if _edge(*join.ends) in found:
            found[_edge(*join.ends)] = _same_flow(known, join)
    return found


def _new_edges(known: Known, joining: Joining, star: Numbers) -> list[tuple[int, int]]:
    """Return the edges of cells with another corner that there were not before, in old numbers."""
    old = np.flatnonzero(joining.points >= 0)
    kept = np.intersect1d(star, joining.changed)
    corners = old[joining.mesh.cells[joining.cells[kept]]]
    found = {_edge(row[i], row[j]) for row in lists(corners) for i, j in edges_of(len(row))}
    return sorted(found - known.keys())


def _same_flow(known: Known, join: Join) -> Array:
    """Return the value in the middle of a joined facet with which its mean stays."""
    (a, b), m = join.ends, join.middle
    first, second = join.facets
    mean = [
        (known[p, p] + 4 * known[_edge(p, m)] + known[m, m]) * area / (first + second)
        for p, area in ((a, first), (b, second))
    ]
    return np.asarray((sum(mean) - known[a, a] - known[b, b]) / 4)


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
    into = {join.middle: join for join in joining.joins}
    sums: dict[frozenset[int], Array] = {}
    cells, corners = np.divmod(numbers, count)
    for cell, corner, value in zip(cells, corners, values, strict=True):
        ends = [int(p) for p in np.delete(before.cells[cell], corner)]
        join = next((into[p] for p in ends if p in into), None)
        key, part = frozenset(ends), 1.0
        if join is not None:
            key = frozenset(join.ends)
            part = join.facets[0 if join.ends[0] in ends else 1] / sum(join.facets)
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
