# SPDX-License-Identifier: BSD-3-Clause
"""Two blocks with a deliberately irregular mesh, to test contact."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ssbmech.geometry.lengths import length
from ssbmech.geometry.simplices import FLATNESS, Floats, SimplexMesh
from ssbmech.geometry.stacks import Layer, Stack
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True, kw_only=True)
class Blocks(MeshSource):
    """Two blocks, regions "lower" and "upper", that share the facets of their interface.

    Every point is pushed by a random distance of up to `jitter` times its shortest edge, within the
    planes it lies on: the outer faces and the interface stay flat. The same seed gives the same
        mesh.

    Attributes:
        width: extent along x [m].
        lower: height of the lower block [m].
        upper: height of the upper block [m].
        size_lower: size of the cells in the lower block, and at the interface if it is the smaller
            one [m].
        size_upper: size of the cells in the upper block [m].
        depth: extent along y in three dimensions [m].
        jitter: largest push over shortest edge [1].
        seed: seed of the pushes [1].

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: a depth missing or too many.
    """

    width: float = length("extent along x")
    lower: float = length("height of the lower block")
    upper: float = length("height of the upper block")
    size_lower: float = length("cell size of the lower block")
    size_upper: float = length("cell size of the upper block")
    depth: float | None = length("extent along y (3D)", default=None)
    jitter: float = parameter("1", low=0.0, high=0.25, default=0.2, doc="push over shortest edge")
    seed: int = 1

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        self._stack()

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        mesh = self._stack().generate()
        return replace(mesh, points=self._jittered(mesh))

    def _stack(self) -> Stack:
        """Return the regular stack."""
        sizes = (self.size_lower, self.size_upper)
        return Stack(
            frame=self.frame,
            layers=(Layer("lower", self.lower, sizes[0]), Layer("upper", self.upper, sizes[1])),
            width=self.width,
            depth=self.depth,
            size_interface=min(sizes),
            size_bulk=max(sizes),
            growth=1.0,
        )

    def _jittered(self, mesh: SimplexMesh) -> Floats:
        """Return the pushed points."""
        points, cells, dim = mesh.points, mesh.cells, mesh.dim
        shortest = np.full(len(points), np.inf)
        for i in range(dim + 1):
            for j in range(i):
                length = np.linalg.norm(points[cells[:, i]] - points[cells[:, j]], axis=1)
                for end in (i, j):
                    np.minimum.at(shortest, cells[:, end], length)
        shortest[np.isinf(shortest)] = 0.0  # points of no cell
        push = np.random.default_rng(self.seed).uniform(-1.0, 1.0, points.shape)
        push *= self.jitter * shortest[:, None] / np.sqrt(dim)
        planes = {0: (0.0, self.width), 1: (0.0, self.depth or 0.0), 2: (0.0,)}
        planes[dim - 1] = (0.0, self.lower, self.lower + self.upper)
        for axis, levels in planes.items():
            for level in levels:
                on_plane = np.abs(points[:, axis] - level) < FLATNESS * shortest
                push[on_plane | (axis >= dim), axis] = 0.0
        return points + push
