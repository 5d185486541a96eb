# SPDX-License-Identifier: BSD-3-Clause
"""Triangles and tetrahedra of other cells, such that neighbours still fit.

A plane quadrilateral takes the diagonal that leaves the better triangles. In space every
quadrilateral side takes the diagonal from its lowest corner, which both neighbours see alike, and
a cell is cut into the tetrahedra between its own lowest corner and the triangles of the sides that
do not touch it: two of a pyramid, three of a wedge, six of a hexahedron.
"""

from __future__ import annotations

import numpy as np

from ssbmech.geometry.formats.file_mesh import QUAD, TETRA, TRIANGLE, Block, Shape
from ssbmech.geometry.simplices import Floats, Ints


def split(block: Block, points: Floats, order: Ints, dim: int) -> tuple[Ints, Ints]:
    """Return simplices of a block, and the element of the block that each of them is part of.

    Args:
        block: the elements.
        points: coordinates of all points.
        order: rank of each point; points at one place have one rank.
        dim: dimension of the mesh.
    """
    rows, whole = block.corners, np.arange(len(block.nodes))
    if block.shape.corners == block.shape.dim + 1:
        return rows, whole
    if block.shape is QUAD:
        halves = split_sides(rows, order) if dim == 3 else _plane_halves(rows, points)
        return halves.reshape(-1, 3), np.repeat(whole, 2)
    parts = _tetrahedra(block.shape, rows, order)
    return parts.reshape(-1, 4), np.repeat(whole, parts.shape[1])


def split_sides(rows: Ints, order: Ints) -> Ints:
    """Return the two triangles of quadrilaterals, cut from their lowest corner, (n, 2, 3)."""
    first = np.argmin(order[rows], axis=1)
    turned = np.take_along_axis(rows, (first[:, None] + np.arange(4)) % 4, axis=1)
    return turned[:, [[0, 1, 2], [0, 2, 3]]]


def _plane_halves(rows: Ints, points: Floats) -> Ints:
    """Return the two triangles of plane quadrilaterals whose smaller one is larger, (n, 2, 3)."""

    def smaller(cut: list[list[int]]) -> Floats:
        a, b, c = (points[rows[:, [t[i] for t in cut]]] for i in range(3))
        areas = np.cross(b - a, c - a)[..., 2]
        whole = np.sign(areas.sum(axis=1))
        return np.asarray((areas * whole[:, None]).min(axis=1), dtype=np.float64)

    one, other = [[0, 1, 2], [0, 2, 3]], [[1, 2, 3], [1, 3, 0]]
    # of equal halves the first, whatever the rounding
    better = smaller(other) > smaller(one) * (1 + 1e-9)
    return np.where(better[:, None, None], rows[:, other], rows[:, one])


def _tetrahedra(shape: Shape, rows: Ints, order: Ints) -> Ints:
    """Return the tetrahedra of cells in space, shape (n, parts of one cell, 4)."""
    lowest = np.argmin(order[rows], axis=1)
    parts = {6: 3, 8: 6, 5: 2}[shape.corners]
    found = np.empty((len(rows), parts, TETRA.corners), dtype=np.int64)
    for corner in range(shape.corners):
        chosen = lowest == corner
        cells = rows[chosen]
        opposite = [_side_triangles(cells[:, s], order) for s in shape.sides if corner not in s]
        triangles = np.concatenate(opposite, axis=1)
        found[chosen, :, 0] = cells[:, [corner]]
        found[chosen, :, 1:] = triangles
    return found


def _side_triangles(side: Ints, order: Ints) -> Ints:
    """Return the triangles of sides with three or four corners, shape (n, 1 or 2, 3)."""
    if side.shape[1] == TRIANGLE.corners:
        return side[:, None, :]
    return split_sides(side, order)
