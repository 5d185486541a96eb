# SPDX-License-Identifier: BSD-3-Clause
"""Triangles whose three corners lie on one side of a body have no area where that side is straight.

A free side may curl as metal is pressed out; as the body was made it was straight. No edge inside
may then join two points of it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.respacing import Outline

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def off_their_sides(points: Array, cells: Ints, outline: Outline) -> tuple[Array, Ints]:
    """Return a mesh of triangles in which edges between two points of one side are halved.

    Args:
        points: points of the mesh, those of its boundary first [m].
        cells: its triangles.
        outline: its boundary, whose tags tell the sides apart.
    """
    sides = np.unique(outline.tags)
    on = np.zeros((len(points), len(sides)), dtype=bool)
    for k, side in enumerate(sides):
        on[np.unique(outline.facets[outline.tags == side]), k] = True
    x, rows = list(points), [tuple(int(each) for each in row) for row in cells]
    for a, b in _across(cells, on):
        middle = len(x)
        x.append(0.5 * (points[a] + points[b]))
        for k in [k for k, row in enumerate(rows) if a in row and b in row]:
            row = rows[k]
            rows[k] = _with(row, b, middle)
            rows.append(_with(row, a, middle))
    return np.array(x), np.array(rows, dtype=np.int64)


def _across(cells: Ints, on: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the edges inside whose ends lie on one side."""
    edges = np.concatenate([cells[:, [0, 1]], cells[:, [1, 2]], cells[:, [2, 0]]])
    found, counts = np.unique(np.sort(edges, axis=1), axis=0, return_counts=True)
    inside = found[counts == 2]
    same = np.any(on[inside[:, 0]] & on[inside[:, 1]], axis=1)
    return [(int(a), int(b)) for a, b in inside[same]]


def _with(row: tuple[int, ...], old: int, new: int) -> tuple[int, ...]:
    """Return a row with one number in the place of another."""
    return tuple(new if each == old else each for each in row)
