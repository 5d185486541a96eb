# SPDX-License-Identifier: BSD-3-Clause
"""Triangles and tetrahedra of a stored body: which one a point lies in, and values at it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial, pi
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Numbers = NDArray[np.int64]

OUTSIDE: Final = -1
"""Number of the cell of a point that lies in none."""

_ROUNDING: Final = 1e-9
# Pairs of points and faces that are compared at a time.
_AT_A_TIME: Final = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Points within a body.

    Attributes:
        nodes: Corners of the cell of each point, shape (points, corners).
        shares: What each corner counts, shape (points, corners); not a number outside.
    """

    nodes: Numbers
    shares: Array

    def values(self, nodal: Array) -> Array:
        """Return values at the points, linear in each cell, shape (points, ...).

        Args:
            nodal: Values at all nodes, shape (nodes, ...).
        """
        return np.asarray(np.einsum("pc,pc...->p...", self.shares, nodal[self.nodes]))


class Cells:
    """The cells of a body, by their corners.

    Attributes:
        points: Nodes, shape (nodes, 2 or 3) [m].
        corners: Nodes at the corners of each cell, shape (cells, 3 or 4).
        revolves: Whether the cells are a section that is revolved about x = 0.
    """

    def __init__(self, points: Array, corners: Numbers, *, revolves: bool = False) -> None:
        """Keep the grid."""
        self.dim = corners.shape[1] - 1
        self.points, self.corners, self.revolves = points[:, : self.dim], corners, revolves

    @cached_property
    def measures(self) -> Array:
        """Volume of each cell [m3]; per depth in the plane [m2]."""
        size = np.abs(np.linalg.det(self._edges)) / factorial(self.dim)
        return np.asarray(size * self.around(self.points[self.corners].mean(axis=1)))

    def around(self, places: Array) -> Array:
        """Return the way round the axis at places, or one [m or 1]."""
        return 2.0 * pi * places[:, 0] if self.revolves else np.ones(len(places))

    @cached_property
    def _edges(self) -> Array:
        x = self.points[self.corners]
        return np.asarray(x[:, 1:] - x[:, :1])

    @cached_property
    def _inverse(self) -> Array:
        return np.asarray(np.linalg.inv(self._edges))

    @cached_property
    def _faces(self) -> tuple[Numbers, Numbers]:
        """Number of the cell beyond each face, and the faces that have none, as (cell, corner)."""
        count = self.dim + 1
        others = [[k for k in range(count) if k != own] for own in range(count)]
        faces = np.sort(self.corners[:, others], axis=2).reshape(-1, self.dim)
        _, number = np.unique(faces, axis=0, return_inverse=True)
        order = np.argsort(number.ravel(), kind="stable")
        same = np.flatnonzero(np.diff(number.ravel()[order]) == 0)
        beyond = np.full(len(faces), OUTSIDE, dtype=np.int64)
        first, second = order[same], order[same + 1]
        beyond[first], beyond[second] = second // count, first // count
        outer = np.flatnonzero(beyond == OUTSIDE)
        return beyond.reshape(-1, count), np.stack([outer // count, outer % count], axis=1)

    def behind(self, middles: Array, reach: Array) -> Numbers:
        """Return the cells whose outer faces have given middles; `OUTSIDE` where there is none.

        Args:
            middles: Middles of facets, shape (facets, dim) [m].
            reach: How far off a face's middle may be, shape (facets,) [m].
        """
        _, outer = self._faces
        keep = np.arange(self.dim + 1)[None, :] != outer[:, 1:]
        faces = self.corners[outer[:, 0]][keep].reshape(-1, self.dim)
        at = self.points[faces].mean(axis=1)
        found = np.full(len(middles), OUTSIDE, dtype=np.int64)
        step = max(_AT_A_TIME // max(len(at), 1), 1)
        for first in range(0, len(middles) if len(at) else 0, step):
            some = slice(first, first + step)
            away = ((middles[some, None] - at[None]) ** 2).sum(axis=2)
            nearest = away.argmin(axis=1)
            near = away.min(axis=1) <= reach[some] ** 2
            found[some] = np.where(near, outer[nearest, 0], OUTSIDE)
        return found

    def locate(self, places: Array, start: Numbers) -> Located:
        """Return where places are, walked to from cell to cell.

        A walk that would leave the body ends: what lies behind a hole is outside.

        Args:
            places: Places, shape (places, dim) [m].
            start: Cell near each of them.
        """
        beyond, _ = self._faces
        at, shares = np.array(start), np.full((len(places), self.dim + 1), np.nan)
        active = np.flatnonzero(at != OUTSIDE)
        # Longer than any walk that does not turn in a circle.
        for _ in range(len(self.corners) + 1):
            if not active.size:
                break
            cells = at[active]
            offset = places[active] - self.points[self.corners[cells, 0]]
            rest = np.einsum("pi,pij->pj", offset, self._inverse[cells])
            share = np.concatenate([1.0 - rest.sum(axis=1, keepdims=True), rest], axis=1)
            inside = share.min(axis=1) >= -_ROUNDING
            shares[active[inside]] = share[inside]
            onward = beyond[cells, share.argmin(axis=1)]
            at[active] = np.where(inside, cells, onward)
            active = active[~inside & (onward != OUTSIDE)]
        return Located(self.corners[np.maximum(at, 0)], shares)

    def nodal(self, values: Array) -> Array:
        """Return cell values at the nodes, the mean of the cells around, weighted by volume.

        Args:
            values: One value for each cell, shape (cells, components).
        """
        total = np.zeros((len(self.points), values.shape[1]))
        weight = np.zeros(len(self.points))
        for corner in self.corners.T:
            np.add.at(total, corner, self.measures[:, None] * values)
            np.add.at(weight, corner, self.measures)
        return np.asarray(total / np.where(weight > 0.0, weight, 1.0)[:, None])
