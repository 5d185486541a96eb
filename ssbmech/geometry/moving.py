# SPDX-License-Identifier: BSD-3-Clause
"""Meshes whose boundary moves: areas, volumes and shapes of straight cells, as plain arrays."""

from __future__ import annotations

import math
from dataclasses import dataclass

import basix
import numpy as np
import numpy.typing as npt
from dolfinx.mesh import Mesh

from ssbmech._compat import cell_nodes
from ssbmech.geometry.original import vertex_numbers
from ssbmech.geometry.subdomains import InterfaceMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


def area_vectors(corners: Array) -> Array:
    """Return normals of facets times their areas, shape (facets, dim) [m or m2].

    Args:
        corners: corners of each facet, shape (facets, dim, dim) [m]; their order gives the sense.
    """
    edges = corners[:, 1:] - corners[:, :1]
    if corners.shape[2] == 2:
        return np.column_stack([edges[:, 0, 1], -edges[:, 0, 0]])
    return np.asarray(0.5 * np.cross(edges[:, 0], edges[:, 1]))


def area_shares(corners: Array, revolves: bool = False) -> Array:
    r"""Return the integrals of the normal times the hat function of each corner of facets.

    They are the derivatives of the volume by the corners, shape (facets, corners, dim) [m or m2].

    Args:
        corners: corners of each facet, shape (facets, dim, dim) [m]; their order gives the sense.
        revolves: whether the facets are of a section that is revolved about x = 0.
    """
    count = corners.shape[1]
    weights = np.full(corners.shape[:2], 1.0 / count)
    if revolves:
        radius = corners[:, :, 0]
        weights = 2 * math.pi * (radius + radius.sum(axis=1, keepdims=True)) / 6
    return np.asarray(weights[:, :, None] * area_vectors(corners)[:, None, :])


def signed_volumes(corners: Array, revolves: bool = False) -> Array:
    """Return volumes of simplices, negative if they are inside out, shape (cells,) [m2 or m3].

    Args:
        corners: corners of each cell, shape (cells, dim + 1, dim) [m].
        revolves: whether the mesh is a section that is revolved about x = 0.
    """
    # written out, for LAPACK takes a call for each cell
    x = np.moveaxis(corners[:, 1:] - corners[:, :1], 0, -1)
    if len(x) == 2:
        volumes = (x[0, 0] * x[1, 1] - x[0, 1] * x[1, 0]) / 2
    else:
        volumes = sum(
            x[0, i] * (x[1, j] * x[2, k] - x[1, k] * x[2, j]) / 6
            for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1))
        )
    if revolves:
        volumes = volumes * 2 * math.pi * corners[:, :, 0].mean(axis=1)
    return np.asarray(volumes)


def qualities(corners: Array) -> Array:
    r"""Return the shapes of simplices, 1 for an equilateral one and 0 for a flat one [1].

    It is the mean ratio, :math:`4 \sqrt3 A / \sum l^2` in the plane and
    :math:`12 (3 V)^{2/3} / \sum l^2` in space, with the lengths l of the edges.

    Args:
        corners: corners of each cell, shape (cells, dim + 1, dim) [m].
    """
    count, dim = corners.shape[1], corners.shape[2]
    volume = np.abs(signed_volumes(corners))
    pairs = [(i, j) for i in range(count) for j in range(i)]
    squares = sum(np.sum((corners[:, i] - corners[:, j]) ** 2, axis=1) for i, j in pairs)
    size = 4 * math.sqrt(3) * volume if dim == 2 else 12 * (3 * volume) ** (2 / 3)
    return np.asarray(size / squares)


def distortions(corners: Array, changes: Array) -> Array:
    r"""Return by how much changes of their corners distort simplices, shape (cells,) [1].

    It is the Frobenius norm of the gradient of the change: how far the corners of a cell move
    against one another over its size. A cell that is carried along as it is has none.

    Args:
        corners: corners of each cell, shape (cells, dim + 1, dim) [m].
        changes: their changes, of the same shape [m].
    """
    edges, moved = corners[:, 1:] - corners[:, :1], changes[:, 1:] - changes[:, :1]
    if edges.shape[2] == 2:
        # written out, for LAPACK takes a call for each cell
        (a, b), (c, d) = np.moveaxis(edges, 0, -1)
        first, second = moved[:, 0], moved[:, 1]
        rows = (d * first.T - b * second.T, a * second.T - c * first.T)
        squares = sum(np.sum(row**2, axis=0) for row in rows)
        return np.asarray(np.sqrt(squares) / np.abs(a * d - b * c))
    return np.asarray(np.linalg.norm(np.linalg.solve(edges, moved), axis=(1, 2)))


def steepness(normals: Array, directors: Array) -> Array:
    """Return how steep facets are against planes across directors of their corners, the worst [1].

    It is the tangent of the angle between normal and director; infinite from a right angle on.

    Args:
        normals: vectors normal to each facet, of any length, shape (facets, dim).
        directors: unit vectors at its corners, shape (facets, dim, dim).
    """
    along = np.einsum("fcd,fd->fc", directors, normals)
    across = np.linalg.norm(normals[:, None, :] - along[:, :, None] * directors, axis=2)
    forwards = along > 0.0
    slopes = np.where(forwards, across / np.where(forwards, along, 1.0), np.inf)
    return np.asarray(slopes.max(axis=1))


def shares(gaps: Array, least: float, parts: Array) -> Array:
    r"""Return which part of what flows through a facet each of its vertices takes.

    .. math:: c_i = \frac{g_i + \epsilon / d}{\sum_j \varphi_j (g_j + \epsilon / d)}

    A vertex in contact takes nothing where another of the facet is open.

    Args:
        gaps: gaps of the vertices of each facet, shape (facets, dim) [m].
        least: gap that counts as none [m].
        parts: area for which each vertex stands there over that of the facet, 1 / dim where they
            are alike; those of a facet need not add up to one, shape (facets, dim) [1].

    Returns:
        Parts of which the mean over a facet, weighted by these areas, is one, shape (facets, dim)
        [1].
    """
    opened = np.maximum(gaps, 0.0) + least / gaps.shape[1]
    return np.asarray(opened / np.sum(parts * opened, axis=1, keepdims=True))


@dataclass(frozen=True, eq=False)
class FacetLink:
    """Corners of the owned facets of an interface, on the mesh of its minus body and on its own.

    Attributes:
        cells: local cell of the interface's mesh of each facet.
        minus_nodes: nodes of the minus body's geometry, shape (facets, dim).
        corners: corner of the interface's cell that is the same point, shape (facets, dim).
        sizes: area of each facet as it was made [m or m2].
        normals: unit normals that point away from the minus body, shape (facets, dim).
        senses: 1 where the order of the corners gives that normal, else -1.
    """

    cells: Ints
    minus_nodes: Ints
    corners: Ints
    sizes: Array
    normals: Array
    senses: Array

    def carried(self, x: Array) -> Array:
        """Return the area vectors of the metal's facets over the areas of the interface's [1].

        Args:
            x: positions of the nodes of the minus body's geometry, shape (nodes, 3) [m].
        """
        dim = self.normals.shape[1]
        vectors = area_vectors(x[self.minus_nodes][:, :, :dim])
        return np.asarray(vectors * (self.senses / self.sizes)[:, None])


def facet_link(interface: InterfaceMesh, parent: Mesh) -> FacetLink:
    """Return the corners of the owned facets of an interface, from meshes that have not moved."""
    dim = parent.topology.dim
    minus, _, cells = interface.local_cells(parent)
    body = interface.minus.mesh
    places = np.array(basix.topology(parent.basix_cell())[dim - 1])[interface.entities[:, 1]]
    nodes = np.take_along_axis(cell_nodes(body)[minus], places, axis=1)
    numbers = np.take_along_axis(vertex_numbers(body)[minus], places, axis=1)
    own = vertex_numbers(interface.mesh)[cells]
    corners = np.argmax(numbers[:, :, None] == own[:, None, :], axis=2)
    x = np.asarray(body.geometry.x, dtype=np.float64)
    vectors = area_vectors(x[nodes][:, :, :dim])
    sizes = np.linalg.norm(vectors, axis=1)
    outwards = x[nodes].mean(axis=1) - x[cell_nodes(body)[minus]].mean(axis=1)
    senses = np.where(np.sum(vectors * outwards[:, :dim], axis=1) > 0.0, 1.0, -1.0)
    normals = vectors * (senses / sizes)[:, None]
    return FacetLink(cells, nodes, corners.astype(np.int32), sizes, normals, senses)
