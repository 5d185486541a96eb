# SPDX-License-Identifier: BSD-3-Clause
"""Electrolyte of several grains, whose boundaries are interfaces, with or without metal beside.

The electrolyte is a rectangle 0 < y < `thickness`, cut into the Voronoi cells of seeds. Touching
grains are of different regions, so that every boundary is an interface: a few regions of many
grains each, as on a map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi, cKDTree

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import Floats, SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import validate_parameters
from ssbmech.plausible import check_file_name

Ints = npt.NDArray[np.int64]

Segment = tuple[int, int, Floats]
"""A boundary: both grains, or a grain and an edge of the rectangle below zero, and its ends."""

BOTTOM, TOP = -1, -2
"""Number of the lower and of the upper edge of the rectangle, beside those of the grains."""

SHORTEST = 0.3
"""Length of the shortest boundary over that of facets [1]."""

_SAMPLES, _PER_GRAIN = 20_000, 200
_ROUNDS = 8
_IMAGES = (
    (-1.0, 1.0, 0.0, 0.0),
    (-1.0, 1.0, 2.0, 0.0),
    (1.0, -1.0, 0.0, 0.0),
    (1.0, -1.0, 0.0, 2.0),
)
_AT_EDGE = 1e-6


@dataclass(frozen=True, kw_only=True)
class Polycrystal(MeshSource):
    """Grains "grain_0", "grain_1", ... between a layer of metal below, and one above or a face.

    Seeds are spread at random and moved to the middle of their cells a few times; or they are
    given. Corners of grains that are closer than `SHORTEST` of a facet are one, where four grains
    or more meet. Faces are "left", "right", "bottom" and "top".

    Attributes:
        width: extent of the electrolyte along x [m].
        thickness: that along y [m].
        facet: size of cells, and so of facets on boundaries [m].
        metal: thickness of the metal below [m]; None for none.
        counter: thickness of the metal above [m]; None for none.
        grains: number of grains [1].
        seed: seed of the random numbers [1].
        places: seeds of the grains, over width and thickness, in place of random ones.
        grain_name: name of the regions of grains, before their number.
        metal_name: name of the metal below.
        counter_name: name of that above.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: there are fewer than two grains, seeds lie outside, names are used twice, the
            section is none in plane strain, or a grain is smaller than a facet.
    """

    width: float = length("extent of the electrolyte along x")
    thickness: float = length("extent of the electrolyte along y")
    facet: float = length("size of facets on boundaries")
    metal: float | None = length("thickness of the metal below", default=None)
    counter: float | None = length("thickness of the metal above", default=None)
    grains: int = 12
    seed: int = 1
    places: Sequence[tuple[float, float]] | None = None
    grain_name: str = "grain"
    metal_name: str = "metal"
    counter_name: str = "counter"

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        for name in (self.grain_name, self.metal_name, self.counter_name):
            check_file_name(name, "Polycrystal")
        if len({self.grain_name, self.metal_name, self.counter_name}) < 3:
            raise MeshError("Polycrystal: grains, metal and counter need different names")
        if self.frame.dim != 2 or self.frame.revolves:
            raise MeshError("Polycrystal is a section: expected frame=PlaneStrain()")
        if not _are_places(self.places) or self.grains < 2 or self.seed < 0:
            raise MeshError(
                f"Polycrystal: grains = {self.grains}, seed = {self.seed}, places = {self.places}: "
                "expected two grains or more, zero or more, and pairs between 0 and 1, no two alike"
            )

    @cached_property
    def seeds(self) -> Floats:
        """Seeds of the grains over width and thickness, shape (grains, 2) [1]."""
        if self.places is not None:
            return np.asarray(self.places, dtype=float)
        rng = np.random.default_rng(self.seed)
        scale = np.array([self.width, self.thickness])
        points = rng.random((max(_SAMPLES, _PER_GRAIN * self.grains), 2))
        seeds = points[: self.grains].copy()
        for _ in range(_ROUNDS):
            nearest = cKDTree(seeds * scale).query(points * scale)[1]
            seeds = np.array([points[nearest == k].mean(axis=0) for k in range(len(seeds))])
        return seeds

    @cached_property
    def _cells(self) -> Voronoi:
        """Cells of the seeds and their images across all edges [m]."""
        scale = np.array([self.width, self.thickness])
        images = [self.seeds * (a, b) + (c, d) for a, b, c, d in _IMAGES]
        return Voronoi(np.concatenate([self.seeds, *images]) * scale)

    @cached_property
    def corners(self) -> tuple[Floats, Ints]:
        """Places of all corners of grains (n, 2) [m], and which of them each vertex of cells is."""
        limits = np.array([self.width, self.thickness])
        return _joined(self._cells.vertices, limits, SHORTEST * self.facet)

    @cached_property
    def outlines(self) -> tuple[list[int], ...]:
        """Corners of each grain, one after the other around it."""
        cells, (_, corner) = self._cells, self.corners
        found = []
        for grain, where in enumerate(self.seeds):
            around = corner[cells.regions[cells.point_region[grain]]]
            kept = [int(c) for c in around[around != np.roll(around, 1)]]
            if len(kept) < 3 or len({*kept}) < len(kept):
                raise MeshError(
                    f"Polycrystal: the grain of seed {where.tolist()} is smaller than a facet, "
                    f"{self.facet:g} m: make facets smaller, or grains fewer"
                )
            found.append(kept)
        return tuple(found)

    def _segments(self) -> Iterator[Segment]:
        """Yield the boundaries of grains."""
        cells, number = self._cells, len(self.seeds)
        places, corner = self.corners
        for (one, other), ends in zip(cells.ridge_points, cells.ridge_vertices, strict=True):
            first, second = sorted((int(one), int(other)))
            if first >= number:
                continue
            start, end = corner[ends]
            if start == end:
                continue
            if second >= number:
                edge = (second - number) // number - 2
                if edge < 0:
                    continue
                second = (BOTTOM, TOP)[edge]
            yield first, second, places[[start, end]]

    @cached_property
    def colours(self) -> tuple[int, ...]:
        """Region of each grain: those that touch, in a corner too, have different ones."""
        found: list[int] = []
        for grain, outline in enumerate(self.outlines):
            near = {
                colour
                for colour, other in zip(found, self.outlines[:grain], strict=True)
                if not {*outline}.isdisjoint(other)
            }
            found.append(next(k for k in count() if k not in near))
        return tuple(found)

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions of grains."""
        return tuple(f"{self.grain_name}_{k}" for k in range(max(self.colours) + 1))

    @property
    def boundaries(self) -> tuple[str, ...]:
        """Names of the interfaces between grains."""
        pairs = {
            tuple(sorted((self.colours[a], self.colours[b])))
            for a, b, _ in self._segments()
            if b >= 0
        }
        return tuple(f"{self.grain_name}_{a}|{self.grain_name}_{b}" for a, b in sorted(pairs))

    @property
    def at_metal(self) -> tuple[str, ...]:
        """Names of the interfaces of the metal below."""
        return self._beside(self.metal_name, BOTTOM)

    @property
    def at_counter(self) -> tuple[str, ...]:
        """Names of the interfaces of the metal above."""
        return self._beside(self.counter_name, TOP)

    def _beside(self, name: str, edge: int) -> tuple[str, ...]:
        met = {self.colours[a] for a, b, _ in self._segments() if b == edge}
        return tuple(f"{name}|{self.grain_name}_{k}" for k in sorted(met))

    @property
    def mouths(self) -> tuple[float, ...]:
        """Places along x at which boundaries begin at the lower edge [m]."""
        ends = [where for a, b, where in self._segments() if b >= 0]
        at = {float(x) for where in ends for x, y in where if abs(y) < _AT_EDGE * self.thickness}
        return tuple(sorted(at))

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        height = self.thickness + (self.metal or 0.0) + (self.counter or 0.0)
        return filled(height * self.width, self.facet, 2), f"facet = {self.facet:g}"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.width, self.thickness))
        return mesh_model(2, lambda gmsh: _draw(self, gmsh, unit), unit)


def _draw(crystal: Polycrystal, gmsh: Any, unit: float) -> None:
    """Draw the grains and the metal in lengths of `unit`, name and mesh them."""
    occ, model = gmsh.model.occ, gmsh.model
    places, _ = crystal.corners
    drawn: list[tuple[str, int]] = []
    for outline, colour in zip(crystal.outlines, crystal.colours, strict=True):
        points = [occ.addPoint(*(place / unit), 0) for place in places[outline]]
        sides = [occ.addLine(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)]
        drawn.append(
            (f"{crystal.grain_name}_{colour}", occ.addPlaneSurface([occ.addCurveLoop(sides)]))
        )
    for name, thick, start in (
        (crystal.metal_name, crystal.metal, -(crystal.metal or 0.0)),
        (crystal.counter_name, crystal.counter, crystal.thickness),
    ):
        if thick is not None:
            box = occ.addRectangle(0, start / unit, 0, crystal.width / unit, thick / unit)
            drawn.append((name, box))
    _, pieces = occ.fragment([(2, tag) for _, tag in drawn], [])
    occ.synchronize()
    groups: dict[str, list[int]] = {}
    for (name, _), piece in zip(drawn, pieces, strict=True):
        groups.setdefault(name, []).extend(tag for _, tag in piece)
    for name, tags in groups.items():
        model.addPhysicalGroup(2, tags, name=name)
    size = crystal.facet / unit
    generate_sized(gmsh, 2, lambda x, y, z: size)


def _are_places(places: Sequence[tuple[float, float]] | None) -> bool:
    """Return whether places of seeds lie between 0 and 1, and are two or more, no two alike."""
    if places is None:
        return True
    inside = all(0.0 < number < 1.0 for place in places for number in place)
    return inside and len(places) > 1 and len({tuple(place) for place in places}) == len(places)


def _joined(vertices: Floats, limits: Floats, reach: float) -> tuple[Floats, Ints]:
    """Return the places of corners, and which of them each vertex (n, 2) is.

    Vertices within a reach of each other are one corner: on an edge of the rectangle if one of them
    lies there, else in their middle.

    Args:
        vertices: all vertices, those outside too [m].
        limits: width and thickness [m].
        reach: distance [m].
    """
    small = _AT_EDGE * limits.min()
    inside = np.all((vertices > -small) & (vertices < limits + small), axis=1)
    at = np.clip(vertices, 0.0, limits)
    # what rounding has put beside an edge lies on it
    at = np.where(at < small, 0.0, np.where(at > limits - small, limits, at))
    here = np.flatnonzero(inside)
    pairs = here[cKDTree(at[here]).query_pairs(reach, output_type="ndarray")]
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(at),) * 2)
    corner = np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
    edges = ((at == 0.0) | (at == limits)).sum(axis=1)
    places = np.empty((corner.max() + 1, 2))
    for number in range(len(places)):
        members = np.flatnonzero(corner == number)
        first = members[edges[members] == edges[members].max()]
        places[number] = at[first].mean(axis=0)
    return places, corner
