# SPDX-License-Identifier: BSD-3-Clause
"""Metal over a hole of its support, into which it reaches a little way: a slit, or a round pore.

Half of it, from its plane of symmetry x = 0 on; in the axisymmetric frame the pore is about the
axis. What the metal rests on is rigid and not meshed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True, kw_only=True)
class Channel(MeshSource):
    """Metal that stands on y = 0 and in the mouth of a channel below.

    Outer faces are "left" (x = 0, the axis in the axisymmetric frame), "right" and "top" of the
    metal above, "shoulder" (y = 0), and in the channel "wall" and "bottom", the front. Cells grow
    with the distance from the channel as min(size + growth * d, size_bulk).

    Attributes:
        radius: radius of the pore, or half the width of the slit [m].
        reach: how far into the channel the metal reaches [m].
        width: extent of the metal above along x [m].
        height: its extent along y [m].
        size: size of the cells in the channel [m].
        size_edge: size of the cells where the front meets the wall [m].
        size_bulk: size of the cells far from it [m].
        growth: growth of the size per distance [1].
        region: name of the region.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the metal is no wider than the channel, or the frame has three dimensions.
    """

    radius: float = length("radius of the pore, or half the width of the slit")
    reach: float = length("how far into the channel the metal reaches")
    width: float = length("extent of the metal above along x")
    height: float = length("extent of the metal above along y")
    size: float = length("cell size in the channel")
    size_edge: float = length("cell size where the front meets the wall")
    size_bulk: float = length("cell size far from the channel")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")
    region: str = "lithium"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds and the shape."""
        validate_parameters(self)
        if self.frame.dim != 2:
            raise MeshError("a channel needs a frame of two dimensions")
        if not self.radius < self.width:
            raise MeshError(
                f"the metal above a channel is wider than it: here radius = {self.radius:g} m, "
                f"width = {self.width:g} m"
            )

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        count = filled(self.radius * self.reach + self.radius**2, self.size, 2)
        # sizes that grow with the distance are as many cells as this band of the finest
        count += filled(2 * self.radius * self.size / self.growth, self.size, 2)
        count += filled(self.width * self.height, max(self.size, self.size_bulk), 2)
        return count, f"radius = {self.radius:g}, or size = {self.size:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.width, self.height + self.reach))
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the metal in lengths of `unit`, name its parts and mesh it."""
        geo, model = gmsh.model.geo, gmsh.model
        a, b = self.radius / unit, self.width / unit
        low, high = -self.reach / unit, self.height / unit
        places = ((0, low), (a, low), (a, 0), (b, 0), (b, high), (0, high))
        names = ("bottom", "wall", "shoulder", "right", "top", "left")
        points = [geo.addPoint(x, y, 0) for x, y in places]
        curves = [geo.addLine(p, q) for p, q in zip(points, [*points[1:], points[0]], strict=True)]
        surface = geo.addPlaneSurface([geo.addCurveLoop(curves)])
        geo.synchronize()
        model.addPhysicalGroup(2, [surface], name=self.region)
        for name, curve in zip(names, curves, strict=True):
            model.addPhysicalGroup(1, [curve], name=name)

        def size(x: float, y: float, _: float) -> float:
            away = (max(x - a, 0.0) ** 2 + max(y, 0.0) ** 2) ** 0.5
            edge = self.size_edge / unit + self.growth * ((x - a) ** 2 + (y - low) ** 2) ** 0.5
            channel = self.size / unit + self.growth * away
            return float(min(edge, channel, self.size_bulk / unit))

        generate_sized(gmsh, 2, size)
