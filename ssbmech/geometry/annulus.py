# SPDX-License-Identifier: BSD-3-Clause
"""Quarter of a body around a void, graded from the void's wall outwards.

The void is a disc about the origin (plane strain: a cylinder; axisymmetric: a sphere), seen in the
quadrant x, y > 0. Meshes of half the cell size are similar to each other, as a study of
convergence wants them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import at_round_surface, filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate, growing_size, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True, kw_only=True)
class QuarterVoid(MeshSource):
    """Quarter of a thick-walled cylinder, a thick spherical shell, or a square plate with a hole.

    Faces are "inner" (the void's wall), "left" (x = 0; the axis in the axisymmetric frame),
    "bottom" (y = 0) and the outer boundary: "outer" if it is round, "right" and "top" if it is
    square. The size of cells grows linearly with the distance from the void.

    Attributes:
        inner_radius: radius a of the void [m].
        outer_radius: outer radius b, or half side b of the square [m].
        size: size of the cells at the void [m].
        coarsening: size of the cells at the distance b - a from the void over `size` [1].
        square: the outer boundary is a square instead of a circle.
        region: name of the region.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the body is not larger than the void, or the frame has three dimensions.
    """

    inner_radius: float = length("radius of the void")
    outer_radius: float = length("outer radius or half side")
    size: float = length("cell size at the void")
    coarsening: float = parameter("1", low=1.0, default=5.0, doc="outer over inner cell size")
    square: bool = False
    region: str = "body"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if self.outer_radius <= self.inner_radius:
            raise MeshError(
                "the body must be larger than the void: "
                f"outer radius {self.outer_radius:g} m, inner radius {self.inner_radius:g} m"
            )
        if self.frame.dim != 2:
            raise MeshError("a quarter around a void needs a frame of two dimensions")

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        outer = self.outer_radius
        count = at_round_surface(self.inner_radius, self.size, 2)
        count += filled(outer**2, self.size * self.coarsening, 2)
        return count, f"radius = {outer:g}, or size = {self.size:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(self.outer_radius)
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the quarter in lengths of `unit`, name its parts and mesh it."""
        geo, model = gmsh.model.geo, gmsh.model
        a, b, size = (x / unit for x in (self.inner_radius, self.outer_radius, self.size))
        places = ((0, 0), (a, 0), (b, 0), (b, b), (0, b), (0, a))
        origin, wall_x, end_x, corner, end_y, wall_y = (geo.addPoint(*p, 0) for p in places)
        curves = {"bottom": geo.addLine(wall_x, end_x)}
        if self.square:
            curves["right"] = geo.addLine(end_x, corner)
            curves["top"] = geo.addLine(corner, end_y)
        else:
            curves["outer"] = geo.addCircleArc(end_x, origin, end_y)
        curves["left"] = geo.addLine(end_y, wall_y)
        curves["inner"] = geo.addCircleArc(wall_y, origin, wall_x)
        surface = geo.addPlaneSurface([geo.addCurveLoop(list(curves.values()))])
        geo.synchronize()
        model.addPhysicalGroup(2, [surface], name=self.region)
        for name, curve in curves.items():
            model.addPhysicalGroup(1, [curve], name=name)
        distance = f"Sqrt(x^2+y^2)-{a!r}"
        generate(gmsh, 2, [growing_size(gmsh, distance, size, size * self.coarsening, 0.0, b - a)])
