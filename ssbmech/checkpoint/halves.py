# SPDX-License-Identifier: BSD-3-Clause
"""What becomes of values that are kept when edges are halved: functions stay what they are.

A linear field has the mean of an edge's ends in its middle, a quadratic one what it was there. So
what is kept at the vertices of an interface has the same integral as before, also with the lumped
areas by which laws hold vertex by vertex. Densities on facets are those of the whole facet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ssbmech.geometry.halving import Cut, Halving, meeting
from ssbmech.geometry.original import Numbers, node_ends, node_number

Array = npt.NDArray[np.float64]
Rows = tuple[Numbers, Array]


def at_nodes(numbers: Numbers, values: Array, halving: Halving) -> Rows:
    """Return the values of a continuous field on a body or interface.

    Args:
        numbers: original numbers of its nodes.
        values: one row for each.
        halving: what was halved.
    """
    ends = node_ends(numbers)
    known = {(int(a), int(b)): row for (a, b), row in zip(ends, values, strict=True)}
    quadratic = bool(np.any(ends[:, 0] != ends[:, 1]))
    for cut in halving.cuts:
        a, b = cut.ends
        if (a, a) in known and (b, b) in known:
            (_quadratic if quadratic else _linear)(known, cut)
    found = node_number(np.array(list(known), dtype=np.int64).reshape(-1, 2))
    return found, np.array(list(known.values())).reshape(-1, *values.shape[1:])


def positions(numbers: Numbers, values: Array, halving: Halving) -> Rows:
    """Return places of the vertices of a body whose wall keeps its shape.

    Args:
        numbers: original numbers of the vertices.
        values: one row for each [m].
        halving: what was halved.
    """
    return _on_lines(numbers, values, halving, lambda cut, made, ends: ends)


def gaps(numbers: Numbers, values: Array, halving: Halving) -> Rows:
    """Return gaps with which a wall keeps its shape over an interface that has not moved.

    Args:
        numbers: original numbers of the vertices.
        values: one row for each [m].
        halving: what was halved.
    """

    def away(cut: Cut, made: Array, ends: Array) -> Array:
        directors = np.zeros((2, 2)) if cut.directors is None else cut.directors[::2]
        return np.asarray(made - ends * directors)

    return _on_lines(numbers, values, halving, away)


def _on_lines(
    numbers: Numbers, values: Array, halving: Halving, at: Callable[[Cut, Array, Array], Array]
) -> Rows:
    """Return values that say where the wall is, new ones where a director meets it.

    Args:
        numbers: original numbers of the vertices.
        values: one row for each, a place or a gap [m].
        halving: what was halved.
        at: returns where the ends of an edge are, by their places as made and their values.
    """
    known = {int(a): row for a, row in zip(node_ends(numbers)[:, 0], values, strict=True)}
    x = halving.mesh.points[:, : halving.mesh.cells.shape[1] - 1]
    for cut in halving.cuts:
        if not all(end in known for end in cut.ends):
            continue
        ends = np.stack([known[end] for end in cut.ends])
        middle = ends.mean(axis=0)
        # what is in contact stays so, to the last bit
        if cut.directors is not None and np.any(ends != 0.0):
            far, _ = meeting(x[cut.middle], cut.directors[1], *at(cut, x[list(cut.ends)], ends))
            middle = x[cut.middle] + far * cut.directors[1] if len(middle) > 1 else np.array([-far])
        known[cut.middle] = middle
    points = np.array(list(known), dtype=np.int64)
    found = np.array(list(known.values())).reshape(-1, *values.shape[1:])
    return node_number(np.column_stack([points, points])), found


def _linear(known: dict[tuple[int, int], Array], cut: Cut) -> None:
    """Add a linear field's value in the middle of an edge."""
    (a, b), m = cut.ends, cut.middle
    known[m, m] = 0.5 * (known[a, a] + known[b, b])


def _quadratic(known: dict[tuple[int, int], Array], cut: Cut) -> None:
    """Put a quadratic field's values at the nodes of half cells in the place of those of whole."""
    (a, b), m = cut.ends, cut.middle
    if _edge(a, b) not in known:
        return
    middle, first, second = known.pop(_edge(a, b)), known[a, a], known[b, b]
    known[m, m] = middle
    known[_edge(a, m)] = 0.375 * first - 0.125 * second + 0.75 * middle
    known[_edge(m, b)] = 0.375 * second - 0.125 * first + 0.75 * middle
    for tip in cut.tips:
        if _edge(a, tip) in known and _edge(b, tip) in known:
            sides = known[_edge(a, tip)] + known[_edge(b, tip)]
            known[_edge(m, tip)] = 0.25 * middle + 0.5 * sides - 0.125 * (first + second)


def _edge(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def at_points(numbers: Numbers, values: Array, weights: Array, halving: Halving) -> Rows:
    """Return the values at the integration points of cells: in halves those of the nearest.

    Args:
        numbers: original numbers of the points.
        values: one row for each.
        weights: barycentric coordinates of the points of a cell, shape (points, dim + 1).
        halving: what was halved.
    """
    count = len(weights)
    cells = numbers // count
    split = np.isin(cells, list(halving.parts))
    found, rows = [numbers[~split]], [values[~split]]
    old, new = (m.points[:, : weights.shape[1] - 1] for m in (halving.before, halving.mesh))
    for cell in np.unique(cells[split]):
        own = np.flatnonzero(cells == cell)
        here = weights[numbers[own] % count] @ old[halving.before.cells[cell]]
        for part in halving.parts[int(cell)]:
            places = weights @ new[halving.mesh.cells[part]]
            found.append(part * count + np.arange(count))
            rows.append(values[own[cKDTree(here).query(places)[1]]])
    return np.concatenate(found), np.concatenate(rows)


def on_facets(numbers: Numbers, values: Array, halving: Halving) -> Rows:
    """Return the values of facets, known by a cell and the corner across, of whole and half ones.

    Args:
        numbers: original numbers of the facets.
        values: one row for each.
        halving: what was halved.
    """
    count = halving.mesh.cells.shape[1]
    order = {cut.ends: k for k, cut in enumerate(halving.cuts)}
    found, rows = [], []
    for row, number in enumerate(numbers):
        cell, corner = divmod(int(number), count)
        if cell not in halving.parts:
            found.append(int(number))
            rows.append(row)
            continue
        whole = frozenset(np.delete(halving.before.cells[cell], corner).tolist())
        for facet in _pieces(whole, halving.cuts, order):
            found.append(_number(facet, halving.parts[cell], halving))
            rows.append(row)
    return np.array(found, dtype=np.int64), values[rows]


def _pieces(
    facet: frozenset[int], cuts: Sequence[Cut], order: dict[tuple[int, int], int]
) -> list[frozenset[int]]:
    """Return what a facet was halved into, to the last.

    Args:
        facet: its corners.
        cuts: what was done, one after the other.
        order: which of it halves an edge, whose lower number comes first.
    """
    edges = combinations(sorted(facet), 2)
    first = min((order[edge] for edge in edges if edge in order), default=None)
    if first is None:
        return [facet]
    (a, b), middle = cuts[first].ends, cuts[first].middle
    halves = (facet - {b} | {middle}, facet - {a} | {middle})
    return [piece for half in halves for piece in _pieces(half, cuts, order)]


def _number(facet: frozenset[int], cells: Sequence[int], halving: Halving) -> int:
    """Return the number of a facet of one of some cells."""
    for cell in cells:
        corners = halving.mesh.cells[cell]
        across = [k for k, corner in enumerate(corners) if int(corner) not in facet]
        if len(across) == 1:
            return cell * len(corners) + across[0]
    raise AssertionError("no part of a cell has its facet")
