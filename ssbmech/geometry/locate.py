# SPDX-License-Identifier: BSD-3-Clause
"""Where points lie in a mesh of straight simplices, and values of its fields there, in arrays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEAR = 16
"""Cells around a point that are looked at first [1]."""

INSIDE = 1e-9
"""Barycentric coordinate below zero down to which a point is inside a cell [1]."""

AT_ONCE = 1_000_000
"""Pairs of a point and a cell that are looked at together: bounds the memory [1]."""


@dataclass(frozen=True, eq=False)
class Located:
    """Places of points in a mesh.

    Attributes:
        cells: cell of each point.
        weights: barycentric coordinates there, shape (points, dim + 1); none below zero.
    """

    cells: Ints
    weights: Array

    def linear(self, at_corners: Array) -> Array:
        """Return the values of a field that is linear in each cell.

        Args:
            at_corners: values at the corners of the points' cells, shape (points, dim + 1, ...).
        """
        return np.asarray(np.einsum("pk,pk...->p...", self.weights, at_corners))

    def quadratic(self, at_corners: Array, at_edges: Array) -> Array:
        """Return the values of a field that is quadratic in each cell.

        Args:
            at_corners: values at the corners of the points' cells, shape (points, dim + 1, ...).
            at_edges: those at the middles of the edges, in the order of `edges_of`.
        """
        w = self.weights
        bubbles = np.stack([4 * w[:, i] * w[:, j] for i, j in edges_of(w.shape[1])], axis=1)
        own = np.einsum("pk,pk...->p...", w * (2 * w - 1), at_corners)
        return np.asarray(own + np.einsum("pk,pk...->p...", bubbles, at_edges))


def edges_of(corners: int) -> list[tuple[int, int]]:
    """Return the pairs of corners of a simplex that are its edges."""
    return list(combinations(range(corners), 2))


def locate(x: Array, points: Array, cells: Ints) -> Located:
    """Return where points lie in a mesh; one outside is taken to the boundary of a cell nearby.

    Args:
        x: the points, shape (points, dim) [m].
        points: points of the mesh, shape (number, dim) [m].
        cells: corners of its cells, shape (cells, dim + 1).
    """
    corners = points[cells]
    inverse = np.asarray(
        np.linalg.inv(np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)), dtype=np.float64
    )
    tree = cKDTree(corners.mean(axis=1))
    near = np.asarray(tree.query(x, k=min(NEAR, len(cells)))[1]).reshape(len(x), -1)
    found, weights = _best(x, near, corners, inverse)
    lost = np.flatnonzero(weights.min(axis=1, initial=0.0) < -INSIDE)
    some = max(AT_ONCE // len(cells), 1)
    for start in range(0, len(lost), some):
        part = lost[start : start + some]
        every = np.broadcast_to(np.arange(len(cells)), (len(part), len(cells)))
        found[part], weights[part] = _best(x[part], every, corners, inverse)
    weights = np.maximum(weights, 0.0)
    return Located(found, weights / weights.sum(axis=1, keepdims=True))


def _best(x: Array, tried: Ints, corners: Array, inverse: Array) -> tuple[Ints, Array]:
    """Return for each point that of some cells in which it is deepest, and its coordinates."""
    away = x[:, None] - corners[tried, 0]
    rest = np.einsum("pkij,pkj->pki", inverse[tried], away)
    weights = np.concatenate([1 - rest.sum(axis=2, keepdims=True), rest], axis=2)
    best = weights.min(axis=2).argmax(axis=1)
    rows = np.arange(len(x))
    return np.asarray(tried[rows, best], dtype=np.int64), weights[rows, best]
