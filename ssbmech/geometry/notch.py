# SPDX-License-Identifier: BSD-3-Clause
"""Two layers, of which the lower one has a notch that the upper one fills.

A flaw of an electrolyte under metal: half of it, from its plane of symmetry x = 0 on (in the
axisymmetric frame a pit about the axis). That the metal has not filled it at the start is an
initial gap (`profiles`), not geometry.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.stacks import Layer
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters

SAMPLES = 200
"""Points of a wall from which distances are measured [1]."""


@dataclass(frozen=True, kw_only=True)
class Notch(MeshSource):
    """A notch of straight walls with a floor, or a sharp one where `floor` is zero.

    Regions are named as the layers; outer faces are "bottom", "top", "left" (x = 0) and "right".
    The size of cells grows with the distance d from the walls as min(size + growth * d,
    size_bulk).

    Attributes:
        lower: layer with the notch.
        upper: layer that fills it; its thickness is that beside the notch.
        width: extent along x [m].
        mouth: half the width of the notch at its mouth [m].
        floor: half its width at its floor [m].
        depth: depth of the floor below the mouth [m].
        size: size of the cells at the walls [m].
        size_bulk: size of the cells far from them [m].
        growth: growth of the size per distance [1].

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the walls overhang or leave the layer, or the frame has three dimensions.
    """

    lower: Layer
    upper: Layer
    width: float = length("extent along x")
    mouth: float = length("half width of the notch at its mouth")
    floor: float = length("half width of the notch at its floor", may_be_zero=True)
    depth: float = length("depth of the notch")
    size: float = length("cell size at the walls")
    size_bulk: float = length("cell size far from the walls")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds and the shape."""
        validate_parameters(self)
        if self.frame.dim != 2:
            raise MeshError("a notch needs a frame of two dimensions")
        if not self.floor <= self.mouth < self.width:
            raise MeshError(
                f"a notch has floor <= mouth < width, for its walls do not overhang: here floor = "
                f"{self.floor:g} m, mouth = {self.mouth:g} m, width = {self.width:g} m"
            )
        if not self.depth < self.lower.thickness:
            raise MeshError(
                f"a notch of depth {self.depth:g} m goes through {self.lower.name!r}, which is "
                f"{self.lower.thickness:g} m thick: make it shallower"
            )

    @property
    def walls(self) -> list[tuple[float, float]]:
        """Corners of the interface, from the plane of symmetry to the right [m]."""
        top = self.lower.thickness
        floor = [(0.0, top - self.depth)] if self.floor > 0.0 else []
        return [*floor, (self.floor, top - self.depth), (self.mouth, top), (self.width, top)]

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        around = sum(math.dist(a, b) for a, b in pairwise(self.walls))
        whole = self.width * (self.lower.thickness + self.upper.thickness)
        # sizes that grow with the distance are as many cells as this band of the finest
        count = 2 * filled(around * self.size / self.growth, self.size, 2)
        count += filled(whole, self.size_bulk, 2)
        return count, f"width = {self.width:g}, or size = {self.size:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.width, self.lower.thickness + self.upper.thickness))
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw both layers in lengths of `unit`, name and mesh them."""
        geo, top = gmsh.model.geo, self.lower.thickness + self.upper.thickness
        points = [geo.addPoint(x / unit, y / unit, 0) for x, y in self.walls]
        walls = [geo.addLine(a, b) for a, b in pairwise(points)]
        for layer, level in ((self.lower, 0.0), (self.upper, top)):
            corners = ((self.width, level), (0.0, level))
            right, left = (geo.addPoint(x / unit, y / unit, 0) for x, y in corners)
            ends = ((points[-1], right), (right, left), (left, points[0]))
            sides = [geo.addLine(a, b) for a, b in ends]
            surface = geo.addPlaneSurface([geo.addCurveLoop([*walls, *sides])])
            geo.synchronize()
            gmsh.model.addPhysicalGroup(2, [surface], name=layer.name)
        generate(gmsh, 2, self._sizes(gmsh, unit, walls))

    def _sizes(self, gmsh: Any, unit: float, walls: list[int]) -> list[int]:
        """Add size fields that grow from the walls and keep to the layers; return their tags."""
        field = gmsh.model.mesh.field
        distance, size = field.add("Distance"), field.add("Threshold")
        field.setNumbers(distance, "CurvesList", walls)
        field.setNumber(distance, "Sampling", SAMPLES)
        far = max(self.size, min(self.size_bulk, self.upper.thickness, self.lower.thickness))
        ramp = max(far - self.size, 1e-3 * self.size) / self.growth
        numbers = {"InField": distance, "DistMin": 0.0, "DistMax": ramp / unit}
        numbers |= {"SizeMin": self.size / unit, "SizeMax": far / unit}
        for name, value in numbers.items():
            field.setNumber(size, name, value)
        return [size]
