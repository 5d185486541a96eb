# SPDX-License-Identifier: BSD-3-Clause
"""How much of a region lies behind each facet of its surface, along the facet's normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dolfinx.mesh import Mesh

from ssbmech._compat import cell_nodes

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

AT_ONCE = 1_000_000
"""Pairs of a ray and a facet that are looked at together: bounds the memory [1]."""

SAME_POINT = 1e-9
"""Distance over the size of the region below which a ray has not left its facet [1]."""


@dataclass(frozen=True, eq=False)
class Facets:
    """Facets of simplices, each with the corner of its cell that is not on it.

    Attributes:
        corners: shape (facets, corners, dim) [m].
        opposite: shape (facets, dim) [m].
    """

    corners: Array
    opposite: Array

    @property
    def midpoints(self) -> Array:
        """Midpoints, shape (facets, dim) [m]."""
        return np.asarray(self.corners.mean(axis=1))

    @property
    def normals(self) -> Array:
        """Unit normals that point out of the cells, shape (facets, dim) [1]."""
        edges = self.corners[:, 1:] - self.corners[:, :1]
        if self.corners.shape[2] == 2:
            across = edges[:, 0, ::-1] * np.array([1.0, -1.0])
        else:
            across = np.cross(edges[:, 0], edges[:, 1])
        inward = np.einsum("fc,fc->f", across, self.opposite - self.corners[:, 0]) > 0.0
        across[inward] *= -1.0
        return np.asarray(across / np.linalg.norm(across, axis=1, keepdims=True))


def facets_of(mesh: Mesh, cells: Ints, local: Ints) -> Facets:
    """Return facets of the simplices of a mesh.

    Args:
        mesh: the mesh.
        cells: local cell of each facet.
        local: number of the facet within its cell, which is that of the corner across it.
    """
    dim = mesh.topology.dim
    nodes = cell_nodes(mesh)[cells][:, : dim + 1]
    on_facet = np.arange(dim + 1)[None, :] != local[:, None]
    x = np.asarray(mesh.geometry.x[:, : mesh.geometry.dim], dtype=np.float64)
    corners = x[nodes[on_facet].reshape(len(cells), dim)]
    return Facets(corners, x[nodes[np.arange(len(cells)), local]])


def boundary_of(mesh: Mesh, cells: Ints) -> Facets:
    """Return the facets around a set of cells, as `boundary_entities` finds them.

    Args:
        mesh: the mesh, whose facets are connected to its cells.
        cells: local cells, owned and ghost.
    """
    return facets_of(mesh, *boundary_entities(mesh, cells))


def boundary_entities(mesh: Mesh, cells: Ints) -> tuple[Ints, Ints]:
    """Return the facets around a set of cells that belong to its cells owned by this rank.

    Where the neighbour across is known to another rank alone both count the facet, once from each
    side, and what enters one part leaves the other.

    Args:
        mesh: the mesh, whose facets are connected to its cells.
        cells: local cells, owned and ghost.

    Returns:
        Local cells, and the numbers of the facets within them.
    """
    dim = mesh.topology.dim
    to_facets = mesh.topology.connectivity(dim, dim - 1).array.reshape(-1, dim + 1)
    counts = np.bincount(to_facets[cells].ravel(), minlength=1)
    owned = cells[cells < mesh.topology.index_map(dim).size_local]
    place, local = np.nonzero(counts[to_facets[owned]] == 1)
    return owned[place].astype(np.int32), local.astype(np.int32)


def chords(origins: Array, directions: Array, around: Facets, sides: float | Array = 0.0) -> Array:
    r"""Return the length of rays within a region, from what this rank knows of its boundary [m].

    .. math:: L = \sum_k \operatorname{sign}(d \cdot n_k) \, t_k

    over all crossings of the boundary ahead, at distances t with the outward normal n: what is left
    counts, what is entered is taken off. Summed over the ranks it is the length.

    Args:
        origins: where the rays begin, shape (rays, dim) [m].
        directions: unit vectors, shape (rays, dim) [1].
        around: facets of the region's boundary.
        sides: cosine between a ray and a normal up to which the facet is a side of the region,
            through which it does not leave, of all rays or of each [1].
    """
    found, count = np.zeros(len(origins)), len(around.corners)
    if count == 0:
        return found
    size = float(np.ptp(around.corners.reshape(-1, around.corners.shape[2]), axis=0).max())
    normals, some = around.normals, max(AT_ONCE // count, 1)
    flat = np.broadcast_to(sides, len(origins))
    for start in range(0, len(origins), some):
        part = slice(start, start + some)
        hit = _hit(origins[part], directions[part], around.corners)
        rays, facets = np.nonzero(hit)
        rays += start
        ahead = np.sum(directions[rays] * normals[facets], axis=1)
        leaves = np.abs(ahead) > flat[rays]
        rays, facets, ahead = rays[leaves], facets[leaves], ahead[leaves]
        away = around.corners[facets, 0] - origins[rays]
        distance = np.sum(normals[facets] * away, axis=1) / ahead
        counts = distance > SAME_POINT * size
        np.add.at(found, rays[counts], np.sign(ahead[counts]) * distance[counts])
    return found


def _hit(origins: Array, directions: Array, corners: Array) -> npt.NDArray[np.bool_]:
    """Return which rays' lines pass through which facets, shape (rays, facets).

    A line through an edge that two facets share passes through one of them.
    """
    from_ray = corners[None] - origins[:, None, None, :]
    if corners.shape[2] == 2:
        d = directions[:, None, None, :]
        side = from_ray[..., 0] * d[..., 1] - from_ray[..., 1] * d[..., 0] >= 0.0
        return np.asarray(side[..., 0] != side[..., 1])
    first, second = _across(directions)
    p = np.einsum("rfkc,rc->rfk", from_ray, first)
    q = np.einsum("rfkc,rc->rfk", from_ray, second)
    hit = np.zeros(p.shape[:2], dtype=bool)
    for a, b in ((0, 1), (1, 2), (2, 0)):
        # from the lower end, so that both facets of an edge compute the same number
        swap = q[..., a] > q[..., b]
        p_0, p_1 = (np.where(swap, p[..., k], p[..., j]) for j, k in ((a, b), (b, a)))
        q_0, q_1 = (np.where(swap, q[..., k], q[..., j]) for j, k in ((a, b), (b, a)))
        hit ^= ((q_0 >= 0.0) != (q_1 >= 0.0)) & (p_0 * (q_1 - q_0) - q_0 * (p_1 - p_0) > 0.0)
    return hit


def _across(directions: Array) -> tuple[Array, Array]:
    """Return two unit vectors at right angles to each direction in space."""
    least = np.eye(3)[np.argmin(np.abs(directions), axis=1)]
    first = np.cross(directions, least)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return np.asarray(first), np.asarray(np.cross(directions, first))
