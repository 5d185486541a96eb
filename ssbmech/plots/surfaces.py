# SPDX-License-Identifier: BSD-3-Clause
"""Grids in the plane of a picture, and which points of bodies and interfaces belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# What a distance aside of a normal, squared, counts against one along it.
_ASIDE = 1e6


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """A grid in the plane of the picture at one step.

    Attributes:
        points: Undeformed corners, shape (points, 2) [m].
        cells: Corners of each triangle or line, shape (cells, 3 or 2).
        displacement: Displacement of the corners, shape (points, 2) [m]; zero for an interface.
        arrays: Values on the cells by name.
    """

    points: Array
    cells: NDArray[np.int64]
    displacement: Array
    arrays: Mapping[str, Array]

    @property
    def moved(self) -> Array:
        """Deformed corners, shape (points, 2) [m]."""
        return self.points + self.displacement


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """The two surfaces at an interface at one step, facet by facet.

    Attributes:
        mesh: End of the minus body's mesh, shape (facets, 2 ends, 2) [m].
        minus: True surface of the minus body, same shape [m].
        plus: Surface of the plus body, same shape [m].
        gap: Gap of each facet, shape (facets,) [m].
    """

    mesh: Array
    minus: Array
    plus: Array
    gap: Array

    @property
    def opened(self) -> Array:
        """Quadrilaterals of the open gap, shape (open facets, 4, 2) [m]."""
        strips = _strips(self.minus, self.plus)
        is_open = np.abs(self.plus - self.minus).sum(axis=(1, 2)) > 0.0
        return np.array(strips[is_open])

    @property
    def plated(self) -> Array:
        """Quadrilaterals between the end of the mesh and the true surface [m]."""
        return _strips(self.mesh, self.minus)


def _strips(first: Array, second: Array) -> Array:
    """Return quadrilaterals between two sets of lines, shape (lines, 4, 2)."""
    return np.concatenate([first, second[:, ::-1]], axis=1)


def nodal_gap(cells: NDArray[np.int64], gap: Array, n_nodes: int) -> Array:
    """Return the mean gap of the facets at each node, zero if one of them is closed."""
    total, count, least = np.zeros(n_nodes), np.zeros(n_nodes), np.full(n_nodes, np.inf)
    for end in range(2):
        np.add.at(total, cells[:, end], gap)
        np.add.at(count, cells[:, end], 1.0)
        np.minimum.at(least, cells[:, end], gap)
    mean = total / np.maximum(count, 1.0)
    return np.where(least > 0.0, mean, 0.0)


def nearest(points: Array, among: Array) -> NDArray[np.int64]:
    """Return for each point the number of the nearest among others."""
    found = [int(((among - point) ** 2).sum(axis=1).argmin()) for point in points]
    return np.array(found, dtype=np.int64)


def behind(points: Array, normals: Array, heights: Array, among: Array) -> NDArray[np.int64]:
    """Return for each point the number of the one that is on its normal, at about a height.

    Vertices of metal that moves stay on the normals of their interface.
    """
    found = []
    for point, normal, height in zip(points, normals, heights, strict=True):
        way = among - point
        up = way @ normal
        aside = ((way - up[:, None] * normal) ** 2).sum(axis=1)
        found.append(int((_ASIDE * aside + (up - height) ** 2).argmin()))
    return np.array(found, dtype=np.int64)


def normals_of(facets: Frame, plus: Frame) -> Array:
    """Return unit normals at the facets' nodes that point into the plus body."""
    start, end = facets.points[facets.cells].transpose(1, 0, 2)
    tangent = end - start
    normal = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    centres = plus.points[plus.cells].mean(axis=1)
    inward = centres[nearest(0.5 * (start + end), centres)] - 0.5 * (start + end)
    normal *= np.sign((normal * inward).sum(axis=1))[:, None]
    nodal = np.zeros_like(facets.points)
    for corner in range(2):
        np.add.at(nodal, facets.cells[:, corner], normal)
    size = np.linalg.norm(nodal, axis=1)
    return np.array(nodal / np.where(size > 0.0, size, 1.0)[:, None])
