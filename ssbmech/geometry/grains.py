# SPDX-License-Identifier: BSD-3-Clause
"""Grains inside particles, and the direction of each one's crystal axis, as functions of position.

The grains of a particle are the Voronoi cells of seeds spread at random over its volume: a point
belongs to the grain with the nearest seed of its own particle. Nothing here depends on a mesh.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ssbmech.errors import ParameterError
from ssbmech.geometry.packing import Particles
from ssbmech.geometry.simplices import Floats, Ints
from ssbmech.units import to_si

_ROUNDING = 1e-6
"""What a point may lie outside a particle, over its radius, and still count as inside [1]."""


class Texture(enum.Enum):
    """How the c axes of grains are oriented.

    Attributes:
        RANDOM: all directions of space alike, also in two dimensions, where most axes then point
            out of the plane.
        RADIAL: at right angles to the line from the particle's centre to the grain's seed, so that
            the planes of a layered oxide run along the radius; in three dimensions at random around
            that line, in two within the plane.
    """

    RANDOM = enum.auto()
    RADIAL = enum.auto()


@dataclass(frozen=True, eq=False)
class Grains:
    """Grains of all particles.

    Attributes:
        particles: the particles.
        seeds: seeds of the grains, shape (number of grains, dim) [m].
        owners: particle (row of `particles`) of each grain.
        axes: unit vector along the c axis of each grain, shape (number of grains, 3) [1].
    """

    particles: Particles
    seeds: Floats
    owners: Ints
    axes: Floats

    def grain(self, x: Floats) -> Ints:
        """Return the index of the grain at each position.

        A position outside all particles counts to the particle whose surface is the nearest.

        Args:
            x: positions, shape (3, number of positions) [m].
        """
        points = x[: self.seeds.shape[1]].T
        particle, _ = _nearest_particle(self.particles, points)
        _, found = self._tree.query(self._apart(points, particle))
        return np.asarray(found, dtype=np.int64)

    def axis(self, x: Floats) -> Floats:
        """Return the unit vector along the c axis at each position, shape (3, positions) [1].

        Args:
            x: positions, shape (3, number of positions) [m].
        """
        axes: Floats = self.axes[self.grain(x)].T
        return axes

    @cached_property
    def _tree(self) -> cKDTree:
        """Seeds of all particles, far from each other in one more dimension."""
        return cKDTree(self._apart(self.seeds, self.owners))

    def _apart(self, points: Floats, particle: Ints) -> Floats:
        """Return points with one more coordinate that keeps particles apart."""
        # two points of a particle, even one a little outside, are nearer to each other than this
        size = 4 * np.ptp(self.particles.centres, axis=0).max()
        size += 10 * self.particles.radii.max()
        return np.column_stack([points, size * particle])


def voronoi_grains(particles: Particles, grain_size: float, seed: int, texture: Texture) -> Grains:
    """Return random grains. The same arguments give the same grains.

    A particle gets as many grains as its volume holds balls (in two dimensions discs) of the
    diameter `grain_size`, at least one. Parts of a cut particle have the same grains.

    Args:
        particles: the particles.
        grain_size: mean diameter of the grains [m].
        seed: seed of the random numbers [1].
        texture: orientation of the grains.

    Raises:
        ParameterError: the size is not a positive length, or the seed is negative.
    """
    size = to_si(grain_size, "m", "grain_size")
    if size <= 0.0 or seed < 0:
        raise ParameterError(
            f"grain_size = {size:g} m and seed = {seed}: expected more than zero, and zero or more"
        )
    rng = np.random.default_rng(seed)
    dim = particles.centres.shape[1]
    offsets: dict[int, Floats] = {}
    axes: dict[int, Floats] = {}
    for row, (radius, original) in enumerate(zip(particles.radii, particles.original, strict=True)):
        if original == row:
            count = max(1, round((2 * radius / size) ** dim))
            offsets[row] = radius * _in_unit_ball(count, dim, rng)
            axes[row] = _AXES[texture](offsets[row], rng)
    rows = list(enumerate(particles.original))
    return Grains(
        particles=particles,
        seeds=np.concatenate([particles.centres[row] + offsets[one] for row, one in rows]),
        owners=np.concatenate([np.full(len(offsets[one]), row) for row, one in rows]),
        axes=np.concatenate([axes[one] for _, one in rows]),
    )


def particle_at(particles: Particles, x: Floats) -> Ints:
    """Return the particle (row of `particles`) that contains each position, -1 for none.

    Args:
        particles: the particles.
        x: positions, shape (3, number of positions) [m].
    """
    particle, outside = _nearest_particle(particles, x[: particles.centres.shape[1]].T)
    return np.where(outside <= _ROUNDING * particles.radii[particle], particle, -1)


def _nearest_particle(particles: Particles, points: Floats) -> tuple[Ints, Floats]:
    """Return the particle whose surface is the nearest, or around the point, and the distance."""
    nearest = np.zeros(len(points), dtype=np.int64)
    least = np.full(len(points), np.inf)
    for row, (centre, radius) in enumerate(zip(particles.centres, particles.radii, strict=True)):
        outside = np.linalg.norm(points - centre, axis=1) - radius
        nearer = outside < least
        nearest[nearer], least[nearer] = row, outside[nearer]
    return nearest, least


def _in_unit_ball(count: int, dim: int, rng: np.random.Generator) -> Floats:
    """Return points spread evenly over the unit disc or ball."""
    return _directions(rng.standard_normal((count, dim))) * rng.random((count, 1)) ** (1 / dim)


def _random_axes(offsets: Floats, rng: np.random.Generator) -> Floats:
    """Return directions spread evenly over the sphere."""
    return _directions(rng.standard_normal((len(offsets), 3)))


def _tangential_axes(offsets: Floats, rng: np.random.Generator) -> Floats:
    """Return directions at right angles to the radius."""
    count, dim = offsets.shape
    radial = np.zeros((count, 3))
    radial[:, :dim] = _directions(offsets)
    if dim == 2:
        return np.column_stack([-radial[:, 1], radial[:, 0], radial[:, 2]])
    return _directions(np.cross(radial, rng.standard_normal((count, 3))))


def _directions(vectors: npt.NDArray[np.floating[Any]]) -> Floats:
    """Return vectors scaled to the length one."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float64)


_AXES = {Texture.RANDOM: _random_axes, Texture.RADIAL: _tangential_axes}
