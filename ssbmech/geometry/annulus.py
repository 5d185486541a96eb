# SPDX-License-Identifier: BSD-3-Clause
"""Quarter of a body around a void, graded from the void's wall outwards.

The void is a disc (plane strain: a cylinder; axisymmetric: a sphere) of radius a about the origin,
seen in the quadrant x, y > 0; x = 0 is the face "left", y = 0 the face "bottom", the void's wall "inner". The size of cells grows linearly with the radius
from `size` at the wall to `size * coarsening` at a distance b - a from it, so that meshes of half
the size are similar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.session import generate, growing_size, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import Geometry
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True, kw_only=True)
class QuarterVoid(Geometry):
    """Base of the quarter models; the outer boundary is left to the derived class.

    Attributes:
        inner_radius: radius a of the void [m].
        outer_radius: radius, or half side of the square, b of the body [m].
        size: size of the cells at the void [m].
        coarsening: size of the cells at the distance b - a from the void, over that at the void
            [1].
        region: name of the region.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the body is not larger than the void, or the frame has three dimensions.
    """

    inner_radius: float = parameter("m", low=0.0, low_open=True, doc="radius of the void")
    outer_radius: float = parameter("m", low=0.0, low_open=True, doc="outer radius or half side")
    size: float = parameter("m", low=0.0, low_open=True, doc="cell size at the void")
    coarsening: float = parameter("1", low=1.0, default=5.0, doc="outer over inner cell size")
    region: str = "body"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if self.outer_radius <= self.inner_radius:
            raise MeshError(
                f"the body must be larger than the void: outer radius {self.outer_radius:g} m, "
                f"inner radius {self.inner_radius:g} m"
            )
        if self.frame.dim != 2:
            raise MeshError("a quarter model needs a frame of two dimensions")

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(self.outer_radius)
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _outline(
        self, geo: Any, start: int, centre: int, end: int, b: float
    ) -> dict[str, list[int]]:
        """Draw the outer boundary from (b, 0) to (0, b); return its curves, by the name of the face."""
        raise NotImplementedError

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the quarter in lengths of `unit`, name its parts and mesh it."""
        geo, model = gmsh.model.geo, gmsh.model
        a, b, h = (x / unit for x in (self.inner_radius, self.outer_radius, self.size))
        centre = geo.addPoint(0, 0, 0)
        a_x, b_x, b_y, a_y = (geo.addPoint(*p, 0) for p in ((a, 0), (b, 0), (0, b), (0, a)))
        outer = self._outline(geo, b_x, centre, b_y, b)
        curves = {"bottom": [geo.addLine(a_x, b_x)], **outer, "left": [geo.addLine(b_y, a_y)]}
        curves["inner"] = [geo.addCircleArc(a_y, centre, a_x)]
        loop = geo.addCurveLoop([curve for part in curves.values() for curve in part])
        surface = geo.addPlaneSurface([loop])
        geo.synchronize()
        model.addPhysicalGroup(2, [surface], name=self.region)
        for name, part in curves.items():
            model.addPhysicalGroup(1, part, name=name)
        distance = f"Sqrt(x^2+y^2)-{a!r}"
        generate(gmsh, 2, [growing_size(gmsh, distance, h, h * self.coarsening, 0.0, b - a)])


@dataclass(frozen=True, kw_only=True)
class QuarterAnnulus(QuarterVoid):
    """Quarter annulus: a thick-walled cylinder in plane strain, a thick spherical shell in the
    axisymmetric frame.

    Region `region`; faces "inner", "outer", "left" (x = 0, the axis) and "bottom" (y = 0).
    """

    def _outline(
        self, geo: Any, start: int, centre: int, end: int, b: float
    ) -> dict[str, list[int]]:
        return {"outer": [geo.addCircleArc(start, centre, end)]}


@dataclass(frozen=True, kw_only=True)
class QuarterPlate(QuarterVoid):
    """Quarter of a square plate with a round hole: [0, b] x [0, b] less the disc r < a.

    Region `region`; faces "inner", "left" (x = 0), "bottom" (y = 0), "right" (x = b) and "top" (y = b).
    """

    def _outline(
        self, geo: Any, start: int, centre: int, end: int, b: float
    ) -> dict[str, list[int]]:
        corner = geo.addPoint(b, b, 0)
        return {"right": [geo.addLine(start, corner)], "top": [geo.addLine(corner, end)]}
