# SPDX-License-Identifier: BSD-3-Clause
"""Fewer triangles for a surface that is to be looked at: points near to each other become one.

Space is cut into cubes; of the points in a cube the one stays at which the surface is sharpest, so
that corners and edges of a body stay where they are, and triangles with two corners in one cube go.
The cubes are as small as the wanted number of triangles allows (Rossignac & Borrel, Modeling in
Computer Graphics 1993, 455).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

_TRIALS: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """Triangles with values.

    Attributes:
        points: Coordinates, shape (points, 3) [m].
        faces: Corners of the triangles, shape (triangles, 3).
        on_points: Name -> values on the points.
        on_faces: Name -> values on the triangles.
    """

    points: Array
    faces: Indices
    on_points: Mapping[str, Array]
    on_faces: Mapping[str, Array]

    @property
    def values(self) -> Mapping[str, Array]:
        """All values by name, wherever they are."""
        return {**self.on_points, **self.on_faces}


def decimated(surface: Surface, most: int) -> Surface:
    """Return a surface with at most a number of triangles, itself if it has no more.

    Args:
        surface: The surface.
        most: The most triangles; of a surface of many pieces more may stay.
    """
    if len(surface.faces) <= most:
        return surface
    sharpness, size = _sharpness(surface), float(np.ptp(surface.points, axis=0).max())
    # between cubes that hold everything and such that tell all points apart
    low, high = 1.0, float(len(surface.points))
    best = _clustered(surface, size / low, sharpness)
    for _ in range(_TRIALS):
        middle = np.sqrt(low * high)
        found = _clustered(surface, size / middle, sharpness)
        if len(found.faces) <= most:
            low, best = middle, found
        else:
            high = middle
    return best


def _clustered(surface: Surface, edge: float, sharpness: Array) -> Surface:
    """Return a surface with one point in each cube of an edge [m]."""
    low = surface.points.min(axis=0) - 0.5 * edge
    cube = np.floor((surface.points - low) / edge).astype(np.int64)
    counts = cube.max(axis=0) + 1
    flat = (cube[:, 0] * counts[1] + cube[:, 1]) * counts[2] + cube[:, 2]
    _, cluster = np.unique(flat, return_inverse=True)
    # the sharpest point of each cluster is the last one in this order
    order = np.lexsort((sharpness, cluster))
    kept = order[np.append(np.flatnonzero(np.diff(cluster[order])), len(order) - 1)]
    faces = cluster[surface.faces]
    whole = (
        (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 0] != faces[:, 2])
    )
    chosen = np.flatnonzero(whole)
    # triangles that became one and the same; of those on two sides of a thin body too
    _, first = np.unique(np.sort(faces[chosen], axis=1), axis=0, return_index=True)
    chosen = chosen[np.sort(first)]
    used, corners = np.unique(faces[chosen], return_inverse=True)
    return Surface(
        points=surface.points[kept[used]],
        faces=corners.reshape(-1, 3),
        on_points={name: array[kept[used]] for name, array in surface.on_points.items()},
        on_faces={name: array[chosen] for name, array in surface.on_faces.items()},
    )


def _sharpness(surface: Surface) -> Array:
    """Return how far the normals at each point differ, from 0 in a plane to 1."""
    first, second, third = surface.points[surface.faces].transpose(1, 0, 2)
    normals = np.cross(second - first, third - first)
    count = len(surface.points)
    corners = surface.faces.ravel()
    total = np.stack(
        [np.bincount(corners, np.repeat(normals[:, k], 3), count) for k in range(3)], axis=1
    )
    area = np.bincount(corners, np.repeat(np.linalg.norm(normals, axis=1), 3), count)
    return np.asarray(1.0 - np.linalg.norm(total, axis=1) / np.where(area > 0.0, area, 1.0))
