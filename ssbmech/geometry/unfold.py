# SPDX-License-Identifier: BSD-3-Clause
r"""Points of a mesh put such that no cell is inside out, with its boundary given.

With the deformation gradient F of each cell from the shape that it should have and J = det F,

.. math:: \sum_{cells} \frac{F : F}{\chi^{2/d}} + \lambda \frac{1 + J^2}{\chi}, \quad
          \chi = \frac{J + \sqrt{\epsilon^2 + J^2}}{2}

is made least, and :math:`\epsilon` lowered with the worst J, so that cells which are inside out at
first cost much but not without bound, and turn round (Garanzha et al., ACM Trans. Graph. 2021,
40, 154; the regularised barrier is that of Escobar et al., Comput. Methods Appl. Mech. Eng. 2003,
192, 2775).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import coo_array, diags_array
from scipy.sparse.linalg import spsolve

from ssbmech.errors import MeshError

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LAMBDA = 0.2
"""Weight of the change of volume [1]."""

ROUNDS = 30
"""Values of epsilon that are tried."""

ITERATIONS = 200
"""Iterations with one of them."""

SOUND = 1e-9
"""Volume of a cell over that wanted up to which it is none but for rounding, as that of a cell with
all corners on one straight side [1]."""

LEAST = 1e-3
"""Volume of a cell over that wanted from which it is surely the right way round [1]."""


def unfolded(x: Array, wanted: Array, cells: Ints, free: npt.NDArray[np.bool_]) -> Array:
    """Return positions of the points of a mesh with which all cells are the right way round.

    Args:
        x: positions to begin with, of which those of the boundary stay, shape (points, dim) [m].
        wanted: positions with which all cells have the shapes and the senses that they should
            have; only those within a cell are compared [m].
        cells: corners of the cells, shape (cells, dim + 1).
        free: which points may move.

    Raises:
        MeshError: some cells stay inside out, or have no volume.
    """
    energy, inner = _Energy(x, wanted, cells, free), x[free]
    if len(inner):
        inner = energy.lowered(inner)
        if not energy.least(inner) > SOUND:
            # sound where the boundary is convex and no edge joins two points of one side
            # (Tutte, Proc. London Math. Soc. 1963, 13, 743; Floater, Math. Comput. 2003, 72, 685)
            means = _means_of_neighbours(x, cells, free)
            better = energy.lowered(means)
            inner = max(means, better, key=energy.least)
    energy.check(inner)
    moved = x.copy()
    moved[free] = inner
    return moved


def _means_of_neighbours(x: Array, cells: Ints, free: npt.NDArray[np.bool_]) -> Array:
    """Return where points are each of which is the mean of its neighbours."""
    count = cells.shape[1]
    pairs = [(i, j) for i in range(count) for j in range(count) if i != j]
    ends = np.unique(np.concatenate([cells[:, pair] for pair in pairs]), axis=0)
    graph = coo_array((np.ones(len(ends)), ends.T), shape=(len(x), len(x))).tocsr()
    degrees = diags_array(np.asarray(graph.sum(axis=1)).ravel())
    rows = (degrees - graph).tocsr()[free]
    return np.asarray(spsolve(rows[:, free].tocsc(), -(rows[:, ~free] @ x[~free])))


class _Energy:
    """The sum over the cells, of the positions of the points that may move."""

    def __init__(self, x: Array, wanted: Array, cells: Ints, free: npt.NDArray[np.bool_]) -> None:
        self._x, self._cells, self._free = x, cells, free
        self._dim = x.shape[1]
        shapes = _edges(wanted[cells])
        volumes = np.abs(np.linalg.det(shapes))
        now = float(np.abs(np.linalg.det(_edges(x[cells])).sum()))
        # the same volume in all, or the terms would not weigh what they should
        scale = (now / float(volumes.sum())) ** (1 / self._dim)
        self._inverse = np.linalg.inv(shapes * scale)
        self.size = float(np.mean(volumes)) ** (1 / self._dim) * scale
        self.epsilon = 1.0
        number = np.full(len(x), -1, dtype=np.int64)
        number[free] = np.arange(int(free.sum()))
        corner = number[cells].ravel()
        inside = np.flatnonzero(corner >= 0)
        ones = np.ones(len(inside))
        shape = (int(free.sum()), corner.size)
        self._sum = coo_array((ones, (corner[inside], inside)), shape=shape).tocsr()

    def _gradients(self, inner: Array) -> Array:
        """Return the deformation gradients of the cells."""
        x = self._x.copy()
        x[self._free] = inner
        return np.asarray(_edges(x[self._cells]) @ self._inverse)

    def least(self, inner: Array) -> float:
        """Return the least volume of a cell over that wanted [1]."""
        return float(np.linalg.det(self._gradients(inner)).min())

    def lowered(self, inner: Array) -> Array:
        """Return positions with a lower energy, as far as can be had."""
        for _ in range(ROUNDS):
            least = self.least(inner)
            self.epsilon = math.sqrt(1e-6 + 0.04 * min(least, 0.0) ** 2)
            if least > 0.0:
                self.epsilon = min(self.epsilon, 0.5 * least)
            found = minimize(
                self.value_and_slope,
                inner.ravel() / self.size,
                jac=True,
                method="L-BFGS-B",
                options={"maxiter": ITERATIONS, "maxcor": 20, "ftol": 1e-9, "gtol": 1e-7},
            )
            inner = found.x.reshape(inner.shape) * self.size
            if self.least(inner) >= LEAST and least > 0.0:
                break
        return inner

    def check(self, inner: Array) -> None:
        """Raise MeshError if a cell is inside out, or has no volume."""
        if not self.least(inner) > SOUND:
            raise MeshError("cells would be inside out in the mesh as the body was made")

    def value_and_slope(self, scaled: Array) -> tuple[float, Array]:
        """Return the energy, and its derivative by the positions over the size of a cell."""
        d, gradient = self._dim, self._gradients(scaled.reshape(-1, self._dim) * self.size)
        volume, turned = np.linalg.det(gradient), _cofactors(gradient)
        root = np.sqrt(self.epsilon**2 + volume**2)
        chi = 0.5 * (volume + root)
        # the same number without cancellation where a cell is inside out
        under = volume < 0.0
        chi[under] = 0.5 * self.epsilon**2 / (root - volume)[under]
        slope = 0.5 * (1 + volume / root)
        square = np.sum(gradient**2, axis=(1, 2))
        shape = square * chi ** (-2 / d)
        change = LAMBDA * (1 + volume**2) / chi
        by_volume = (-2 / d * shape - change) / chi * slope + LAMBDA * 2 * volume / chi
        stress = 2 * gradient * (chi ** (-2 / d))[:, None, None]
        stress += by_volume[:, None, None] * turned
        along = stress @ np.swapaxes(self._inverse, 1, 2)
        forces = np.concatenate([-along.sum(axis=2)[:, None, :], np.swapaxes(along, 1, 2)], axis=1)
        total = self._sum @ forces.reshape(-1, d)
        return float(np.sum(shape + change)), (total * self.size).ravel()


def _edges(corners: Array) -> Array:
    """Return the edges from the first corner of each cell, as columns, shape (cells, dim, dim)."""
    return np.swapaxes(corners[:, 1:] - corners[:, :1], 1, 2)


def _cofactors(matrices: Array) -> Array:
    """Return the derivatives of the determinants of matrices by their entries."""
    m = matrices
    if m.shape[1] == 2:
        rows = [[m[:, 1, 1], -m[:, 1, 0]], [-m[:, 0, 1], m[:, 0, 0]]]
        return np.stack([np.stack(row, axis=1) for row in rows], axis=1)
    return np.stack(
        [
            np.cross(m[:, 1], m[:, 2]),
            np.cross(m[:, 2], m[:, 0]),
            np.cross(m[:, 0], m[:, 1]),
        ],
        axis=1,
    )
