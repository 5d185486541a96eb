# SPDX-License-Identifier: BSD-3-Clause
"""Layered cells one of whose layers holds particles, such as the composite cathode of a cell.

Coordinates are those of a `Stack`. Particles and what surrounds them share facets; boundaries of
particles are made of straight facets, so that their volume is a little smaller than that of the
packing: for facets of length h and particles of radius R by h^2 / (6 R^2) of it for discs and about
3 h^2 / (8 R^2) for spheres.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import filled
from ssbmech.geometry.crowd import near_pairs
from ssbmech.geometry.films import thinned
from ssbmech.geometry.lengths import length
from ssbmech.geometry.packing import Packing, Particles, pack
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import Floats, SimplexMesh
from ssbmech.geometry.stacks import (
    Layer,
    add_boxes,
    check_layers,
    drawn_layers,
    layer_levels,
)
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters

FINEST = 0.125
"""Smallest size of cells between two particles over the size at particles [1]."""


@dataclass(frozen=True, kw_only=True)
class CompositeStack(MeshSource):
    """A stack of layers, from bottom to top, one of which is filled with particles.

    Regions are named as the layers and as the kinds of particles; the region of the filled layer is
    what the particles leave of it. Outer faces are those of a `Stack`, also where they cut
    particles. Cells are of `size_particle` at the surface of particles, smaller where two surfaces
    nearly touch, of `size_interface` at the interfaces of layers, and grow with the distance from
    these up to `size_bulk`.

    Attributes:
        layers: the layers, lowest first.
        filled: name of the layer with the particles.
        packing: the particles.
        width: extent along x [m].
        size_particle: size of the cells at the surface of particles [m].
        size_interface: size of the cells at the interfaces of layers [m].
        size_bulk: size of the cells far from both [m].
        depth: extent along y in three dimensions [m].
        growth: growth of the size per distance [1].
        across: number of cells across the narrow places between particles, where these are wider
            than `FINEST` times `size_particle` [1].

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: no layers, names used twice, no such layer to fill, a depth missing or too many,
            or an axisymmetric frame, in which particles would be rings.
    """

    layers: tuple[Layer, ...]
    filled: str
    packing: Packing
    width: float = length("extent along x")
    size_particle: float = length("cell size at particles")
    size_interface: float = length("cell size at interfaces")
    size_bulk: float = length("cell size far from both")
    depth: float | None = length("extent along y (3D)", default=None)
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")
    across: float = parameter("1", low=0.0, low_open=True, default=2.0, doc="cells across necks")

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        check_layers(self.layers, self.depth, self.frame.dim)
        names = [layer.name for layer in self.layers]
        if self.filled not in names:
            raise MeshError(
                f"the stack has no layer {self.filled!r} to fill: it has {', '.join(names)}"
            )
        both = [kind.region for kind in self.packing.kinds if kind.region in names]
        if both:
            raise MeshError(f"{', '.join(both)} is the name of a layer and of particles")
        if self.frame.revolves:
            raise MeshError("particles in an axisymmetric frame would be rings: use another frame")

    @property
    def levels(self) -> tuple[float, ...]:
        """Heights of the bottom, the interfaces of layers and the top [m]."""
        return layer_levels(self.layers)

    @property
    def particles(self) -> Particles:
        """The particles in the coordinates of the stack, the same on all ranks.

        Raises:
            PackingError: the particles cannot be packed.
        """
        number = [layer.name for layer in self.layers].index(self.filled)
        base = (self.width,) if self.depth is None else (self.width, self.depth)
        packed = _packed(self.packing, (*base, self.layers[number].thickness))
        raised = np.zeros(self.frame.dim)
        raised[-1] = self.levels[number]
        return replace(packed, centres=packed.centres + raised)

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words.

        The filled layer counts with cells of the size at particles, of which it has most.
        """
        dim, across = self.frame.dim, self.width * (self.depth or 1.0)
        count = 0.0
        for layer in drawn_layers(self.layers):
            size = self.size_particle if layer.name == self.filled else self.size_bulk
            if layer.name == self.filled:
                # at the particles alone, further away they are coarser
                size = max(size, 0.25 * self.size_bulk) if dim == 3 else size
            count += filled(across * layer.thickness, min(size, layer.thickness), dim)
        finest = min(self.size_particle, self.size_interface)
        return count, f"width = {self.width:g}, or a cell size down to {finest:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            PackingError: the particles cannot be packed.
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        return thinned(self._drawn._meshed(), self.layers)

    @property
    def _drawn(self) -> CompositeStack:
        """The stack with its layers as thick as they are meshed."""
        return replace(self, layers=drawn_layers(self.layers))

    def _meshed(self) -> SimplexMesh:
        """Return the mesh of the layers as they are."""
        unit = power_of_two(max(self.width, self.depth or 0.0, self.levels[-1]))
        return mesh_model(self.frame.dim, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the stack in lengths of `unit`, name its regions and mesh it."""
        occ, dim, particles = gmsh.model.occ, self.frame.dim, self.particles
        boxes = add_boxes(gmsh, self.layers, self.width, self.depth, unit)
        base = np.array([self.width, self.depth or 0.0][: dim - 1])
        balls = [
            (dim, _add_ball(gmsh, centre / unit, radius / unit, base / unit))
            for centre, radius in zip(particles.centres, particles.radii, strict=True)
        ]
        _, pieces = occ.fragment(boxes, balls)
        of_layers, of_balls = pieces[: len(boxes)], pieces[len(boxes) :]
        within = {piece for parts in of_layers for piece in parts}
        outside = {piece for parts in of_balls for piece in parts if piece not in within}
        occ.remove(sorted(outside), recursive=True)
        occ.synchronize()
        solid = {piece for parts in of_balls for piece in parts}
        regions = {
            layer.name: [tag for d, tag in parts if (d, tag) not in solid]
            for layer, parts in zip(self.layers, of_layers, strict=True)
        }
        regions |= {kind.region: [] for kind in self.packing.kinds}
        for parts, kind in zip(of_balls, particles.kinds, strict=True):
            tags = [tag for d, tag in parts if (d, tag) in within]
            regions[self.packing.kinds[kind].region] += tags
        for name, tags in regions.items():
            gmsh.model.addPhysicalGroup(dim, tags, name=name)
        sizes = self._sizes(particles)

        def size(x: float, y: float, z: float) -> float:
            return sizes.at(unit * np.array([x, y, z])) / unit

        generate_sized(gmsh, dim, size)

    def _sizes(self, particles: Particles) -> _Sizes:
        """Return the function that gives the sizes of cells [m]."""
        levels = np.array(self.levels)
        number = [layer.name for layer in self.layers].index(self.filled)
        planes = [(self.frame.dim - 1, level) for level in levels[number : number + 2]]
        planes += [(0, 0.0), (0, self.width)]
        if self.depth is not None:
            planes += [(1, 0.0), (1, self.depth)]
        coarsest = np.array(
            [min(layer.size or self.size_bulk, layer.thickness) for layer in self.layers]
        )
        return _Sizes(
            growth=self.growth,
            layers=np.array(list(pairwise(levels))),
            coarsest=coarsest,
            interfaces=levels[1:-1],
            size_interface=self.size_interface,
            particles=particles,
            size_particle=self.size_particle,
            necks=_find_necks(particles, planes, self.across * self.size_particle),
            across=self.across,
        )


@lru_cache(maxsize=16)
def _packed(packing: Packing, extent: tuple[float, ...]) -> Particles:
    """Return the particles of a packing, packed once."""
    return pack(packing, extent)


def _add_ball(gmsh: Any, centre: Floats, radius: float, base: Floats) -> int:
    """Draw a disc or sphere, and return its tag.

    The surface of a sphere has two poles and a seam between them, which become points and edges of
    the mesh. They are turned so that they keep off the faces that cut the sphere or cross them at
    right angles: the poles lie on the normal of the face, or, if an edge of the box cuts the
    sphere, one of them is as far from the one face as from the other.

    Args:
        gmsh: the gmsh module in a session.
        centre: centre [1].
        radius: radius [1].
        base: lengths of the box along the lateral axes [1].
    """
    occ = gmsh.model.occ
    if len(centre) == 2:
        return int(occ.addDisk(*centre, 0, radius, radius))
    ball = (3, int(occ.addSphere(*centre, radius)))
    upper = centre[:2] > base / 2
    depth = np.where(upper, base - centre[:2], centre[:2])
    angle = 0.0 if depth[0] < radius else np.pi / 2
    if np.all(depth < radius):
        angle = np.arccos((depth[1] - depth[0]) / (np.sqrt(2) * radius)) - np.pi / 4
    pole = np.cos(angle), np.sin(angle)
    pole = np.where(upper, -1.0, 1.0) * pole
    occ.rotate([ball], *centre, 0, 0, 1, np.pi / 2)
    occ.rotate([ball], *centre, 0, 1, 0, np.pi / 2)
    occ.rotate([ball], *centre, 0, 0, 1, float(np.arctan2(pole[1], pole[0])))
    return ball[1]


@dataclass(frozen=True, eq=False)
class _Necks:
    r"""Narrow places between two surfaces.

    Between spheres (or discs) of radii :math:`R_1, R_2` the distance of the surfaces grows with the
    distance t from the line of the centres as :math:`g + t^2 (1/R_1 + 1/R_2) / 2`.

    Attributes:
        places: middle of the narrowest place [m].
        along: unit vector from surface to surface [1].
        gaps: distance of the surfaces there [m].
        curvature: sum of the curvatures of both surfaces [m-1].
    """

    places: Floats
    along: Floats
    gaps: Floats
    curvature: Floats


def _find_necks(particles: Particles, planes: list[tuple[int, float]], distance: float) -> _Necks:
    """Return the places where two particles, or a particle and a plane, are within a distance."""
    centres, radii = particles.centres, particles.radii
    pairs, gaps = near_pairs(centres, radii, distance)
    first, second = pairs.T
    along = centres[second] - centres[first]
    along /= np.linalg.norm(along, axis=1)[:, None]
    places = centres[first] + (radii[first] + gaps / 2)[:, None] * along
    found = [_Necks(places, along, gaps, 1 / radii[first] + 1 / radii[second])]
    for axis, level in planes:
        gaps = np.abs(centres[:, axis] - level) - radii
        near = (gaps > 0.0) & (gaps < distance)
        along = np.zeros_like(centres[near])
        along[:, axis] = np.sign(level - centres[near, axis])
        places = centres[near] + (radii[near] + gaps[near] / 2)[:, None] * along
        found.append(_Necks(places, along, gaps[near], 1 / radii[near]))
    return _Necks(
        places=np.concatenate([necks.places for necks in found]),
        along=np.concatenate([necks.along for necks in found]),
        gaps=np.concatenate([necks.gaps for necks in found]),
        curvature=np.concatenate([necks.curvature for necks in found]),
    )


@dataclass(frozen=True, eq=False)
class _Sizes:
    """Sizes of the cells as a function of the position, in metres.

    Attributes:
        growth: growth of the size per distance [1].
        layers: lower and upper height of each layer [m].
        coarsest: largest size in each layer [m].
        interfaces: heights of the interfaces of layers [m].
        size_interface: size there [m].
        particles: the particles.
        size_particle: size at their surface [m].
        necks: narrow places.
        across: number of cells across them [1].
    """

    growth: float
    layers: Floats
    coarsest: Floats
    interfaces: Floats
    size_interface: float
    particles: Particles
    size_particle: float
    necks: _Necks
    across: float

    def at(self, x: Floats) -> float:
        """Return the size at a position [m]."""
        dim = self.particles.centres.shape[1]
        x, height, growth = x[:dim], x[dim - 1], self.growth
        off_layer = np.maximum(np.max((self.layers - height) * (1.0, -1.0), axis=1), 0.0)
        size = np.min(self.coarsest + growth * off_layer)
        off_interface = np.min(np.abs(self.interfaces - height), initial=np.inf)
        size = min(size, self.size_interface + growth * off_interface)
        off_centre = np.linalg.norm(x - self.particles.centres, axis=1)
        off_surface = np.min(np.abs(off_centre - self.particles.radii))
        size = min(size, self.size_particle + growth * off_surface)
        return float(min(size, np.min(self._at_necks(x), initial=np.inf)))

    def _at_necks(self, x: Floats) -> Floats:
        """Return the size that each neck asks for [m]."""
        necks = self.necks
        way = x - necks.places
        along = np.sum(way * necks.along, axis=1)
        across = np.sqrt(np.maximum(np.sum(way**2, axis=1) - along**2, 0.0))
        # as wide as the neck allows, until it widens faster than sizes may grow
        steepness = necks.curvature / self.across
        end = np.minimum(across, self.growth / steepness)
        size = necks.gaps / self.across + steepness * end**2 / 2 + self.growth * (across - end)
        sizes: Floats = np.maximum(size, FINEST * self.size_particle) + self.growth * np.abs(along)
        return sizes
