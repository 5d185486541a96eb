# SPDX-License-Identifier: BSD-3-Clause
"""Areas that triangles of one plane have in common."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def shared_areas(first: Array, second: Array) -> Array:
    """Return the areas that triangles share with others in their plane, shape (first, second) [m2].

    Args:
        first: corners of triangles, in any sense, shape (triangles, 3, 3) [m].
        second: corners of others in the same plane.
    """
    start, x, y = first[0]
    normal = np.cross(x - start, y - start)
    along = (x - start) / np.linalg.norm(x - start)
    basis = np.stack([along, np.cross(normal / np.linalg.norm(normal), along)], axis=1)
    flat = [[_leftwards((corners - start) @ basis) for corners in each] for each in (first, second)]
    return np.array([[_area(_common(one, two)) for two in flat[1]] for one in flat[0]])


def _leftwards(corners: Array) -> Array:
    """Return a triangle of the plane whose inside lies to the left of its sides."""
    u, v = corners[1] - corners[0], corners[2] - corners[0]
    return corners if u[0] * v[1] >= u[1] * v[0] else corners[::-1]


def _common(polygon: Array, triangle: Array) -> Array:
    """Return the part of a convex polygon that lies in a triangle, side by side cut off."""
    for k in range(3):
        origin, side = triangle[k - 1], triangle[k] - triangle[k - 1]
        inside = side[0] * (polygon - origin)[:, 1] - side[1] * (polygon - origin)[:, 0]
        kept = []
        for p, q, here, there in zip(
            polygon, np.roll(polygon, -1, axis=0), inside, np.roll(inside, -1), strict=True
        ):
            if here >= 0.0:
                kept.append(p)
            if here * there < 0.0:
                kept.append(p + here / (here - there) * (q - p))
        if len(kept) < 3:
            return np.zeros((0, 2))
        polygon = np.array(kept)
    return polygon


def _area(polygon: Array) -> float:
    """Return the area of a polygon whose inside lies to the left."""
    x, y = polygon.T
    return float(0.5 * np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))
