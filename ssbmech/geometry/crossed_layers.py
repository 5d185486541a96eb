# SPDX-License-Identifier: BSD-3-Clause
"""Layers of electrolyte that the straight path of a crack crosses, with or without metal beside.

The layers lie on each other along y, from y = 0 on; the path is x = 0 through the first of them or
through all. Where it meets the interface of two layers it can go on straight, or turn into the
interface to one side or both: there four interfaces meet, or three where the path ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.kinds import check_kinds
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import check_file_name
from ssbmech.units import to_si

_NUMBERS = frozenset({"width", "reach", "facet", "size", "growth", "metal", "counter"})
"""Attributes whose kinds are checked with their bounds."""


@dataclass(frozen=True, kw_only=True)
class CrossedLayers(MeshSource):
    """Layers between a layer of metal below, and one above or a face.

    Layer k is of two regions, "left_k" and "right_k", as far as the path goes through it, and else
    of one, "layer_k". Every region is to be a body of its own. Along the path, and along interfaces
    as far as `reach` to both sides of it, facets have the size `facet`; cells grow from there with
    the distance. Faces are "left", "right", "bottom" and "top".

    Attributes:
        layers: thickness of each layer along y, from below [m].
        width: extent along x, half of it to each side of the path [m].
        crossed: number of layers that the path goes through, from below; None for all [1].
        reach: length of the fine part of interfaces, from the path to either side [m].
        facet: size of facets there [m].
        size: largest size of cells [m].
        growth: growth of the size per distance [1].
        metal: thickness of the metal below [m]; None for none.
        counter: thickness of the metal above [m]; None for none.
        metal_name: name of the metal below.
        counter_name: name of that above.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: there are no two layers, one is thinner than a facet, the path goes through none
            of them or more than there are, the fine part is wider than the section, names are used
            twice, or the section is none in plane strain.
    """

    layers: tuple[float, ...]
    width: float = length("extent along x")
    crossed: int | None = None
    reach: float = length("length of the fine part of interfaces, to either side")
    facet: float = length("size of facets along the path")
    size: float = length("largest size of cells")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")
    metal: float | None = length("thickness of the metal below", default=None)
    counter: float | None = length("thickness of the metal above", default=None)
    metal_name: str = "metal"
    counter_name: str = "counter"

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        # numbers with units are converted before they are checked with the rest
        check_kinds(self, leave_out=_NUMBERS)
        layers = tuple(to_si(each, "m", "CrossedLayers.layers") for each in self.layers)
        object.__setattr__(self, "layers", layers)
        validate_parameters(self)
        names = (self.metal_name, self.counter_name, *self.regions)
        for name in names:
            check_file_name(name, "CrossedLayers")
        if len(set(names)) < len(names):
            raise MeshError(f"CrossedLayers: regions need different names, not {', '.join(names)}")
        if len(layers) < 2 or not min(layers) >= self.facet:
            raise MeshError(
                f"CrossedLayers: layers = {layers}: expected two or more, each as thick "
                f"as a facet, {self.facet:g} m, or thicker"
            )
        if not 1 <= self.cut <= len(self.layers):
            raise MeshError(
                f"CrossedLayers: crossed = {self.crossed}: expected 1 to {len(self.layers)} layers"
            )
        if 2 * self.reach > self.width:
            raise MeshError(
                f"CrossedLayers: the fine part of interfaces, {self.reach:g} m to either side, is "
                f"wider than the section, {self.width:g} m"
            )
        if self.frame.dim != 2 or self.frame.revolves:
            raise MeshError("CrossedLayers is a section in plane strain")

    @property
    def cut(self) -> int:
        """Number of layers that the path goes through [1]."""
        return len(self.layers) if self.crossed is None else self.crossed

    @property
    def heights(self) -> tuple[float, ...]:
        """Places along y of the interfaces of layers, and of both ends [m]."""
        return tuple(sum(self.layers[:k]) for k in range(len(self.layers) + 1))

    def of_layer(self, k: int) -> tuple[str, ...]:
        """Return the regions of a layer."""
        return (f"left_{k}", f"right_{k}") if k < self.cut else (f"layer_{k}",)

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions of electrolyte."""
        return tuple(name for k in range(len(self.layers)) for name in self.of_layer(k))

    @property
    def path(self) -> tuple[str, ...]:
        """Names of the interfaces along the path, from below."""
        return tuple("|".join(self.of_layer(k)) for k in range(self.cut))

    @property
    def arms(self) -> tuple[str, ...]:
        """Names of the interfaces of layers that the path meets, those to the left first."""
        found = []
        for side in (0, -1):
            for k in range(min(self.cut, len(self.layers) - 1)):
                found.append(f"{self.of_layer(k)[side]}|{self.of_layer(k + 1)[side]}")
        return tuple(found)

    @property
    def beyond(self) -> tuple[str, ...]:
        """Names of the interfaces of layers that the path does not meet."""
        inner = range(self.cut, len(self.layers))
        return tuple(f"layer_{a}|layer_{b}" for a, b in pairwise(inner))

    @property
    def at_metal(self) -> tuple[str, ...]:
        """Names of the interfaces of the metal below."""
        return tuple(f"{self.metal_name}|{name}" for name in self.of_layer(0))

    @property
    def at_counter(self) -> tuple[str, ...]:
        """Names of the interfaces of the metal above."""
        last = self.of_layer(len(self.layers) - 1)
        return tuple(f"{self.counter_name}|{name}" for name in last)

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        fine = self.heights[self.cut] + self.reach * len(self.arms)
        height = self.heights[-1] + (self.metal or 0.0) + (self.counter or 0.0)
        # to both sides of a line cells grow with the distance
        band = 2 * self.facet / self.growth * max(1 - self.facet / self.size, 0.0) + self.facet
        count = filled(fine * band, self.facet, 2) + filled(height * self.width, self.size, 2)
        return count, f"reach = {self.reach:g}, or facet = {self.facet:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.width, self.heights[-1]))
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _boxes(self) -> dict[str, tuple[float, float, float, float]]:
        """Return left and lower edge, width and height of all regions [m]."""
        half, boxes = 0.5 * self.width, {}
        for k, (low, thick) in enumerate(zip(self.heights, self.layers, strict=False)):
            names = self.of_layer(k)
            wide = self.width / len(names)
            for side, name in enumerate(names):
                boxes[name] = (-half + side * wide, low, wide, thick)
        if self.metal is not None:
            boxes[self.metal_name] = (-half, -self.metal, self.width, self.metal)
        if self.counter is not None:
            boxes[self.counter_name] = (-half, self.heights[-1], self.width, self.counter)
        return boxes

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the regions in lengths of `unit`, name and mesh them."""
        occ, model = gmsh.model.occ, gmsh.model
        boxes = {
            name: (2, occ.addRectangle(x / unit, y / unit, 0, wide / unit, high / unit))
            for name, (x, y, wide, high) in self._boxes().items()
        }
        _, pieces = occ.fragment(list(boxes.values()), [])
        occ.synchronize()
        for name, piece in zip(boxes, pieces, strict=True):
            model.addPhysicalGroup(2, [tag for _, tag in piece], name=name)
        generate_sized(gmsh, 2, lambda x, y, z: self._size(x * unit, y * unit) / unit)

    def _size(self, x: float, y: float) -> float:
        """Return the size of cells at a place [m]."""
        met = self.heights[1 : min(self.cut, len(self.layers) - 1) + 1]
        beside = max(abs(x) - self.reach, 0.0)
        away = [hypot(x, max(-y, 0.0, y - self.heights[self.cut]))]
        away += [hypot(beside, y - height) for height in met]
        return min(self.size, self.facet + self.growth * min(away))
