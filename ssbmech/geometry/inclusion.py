# SPDX-License-Identifier: BSD-3-Clause
"""A round particle about the origin in a round matrix, or alone.

Two dimensions: a disc in the quadrant x, y > 0 (plane strain: a cylinder; axisymmetric: a sphere, x
the radius and y the axis). Three dimensions: a ball in the octant x, y, z > 0. Round boundaries are
made of straight facets whose corners lie on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, pi
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import at_round_surface, filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True, kw_only=True)
class Inclusion(MeshSource):
    """Quarter (in three dimensions eighth) of a round particle in a round matrix, or without one.

    Faces are "left" (x = 0; the axis in the axisymmetric frame), "bottom" (y = 0), in three
    dimensions "left" (x = 0), "front" (y = 0) and "bottom" (z = 0), and "outer", the round outer
    boundary. The size of cells grows linearly from the particle's surface to its centre and to the
    outer boundary.

    Attributes:
        radius: radius R of the particle [m].
        outer_radius: outer radius b of the matrix [m]; None for the particle alone.
        size: size of the cells at the surface of the particle [m].
        coarsening: size of the cells at the outer boundary of the matrix over `size` [1].
        inner_coarsening: size of the cells at the centre of the particle over `size` [1].
        region: name of the particle's region.
        matrix: name of the matrix's region.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the matrix is not larger than the particle, or has the same name.
    """

    radius: float = length("radius of the particle")
    size: float = length("cell size at its surface")
    outer_radius: float | None = length("outer radius of the matrix", default=None)
    coarsening: float = parameter("1", low=1.0, default=5.0, doc="outer over surface cell size")
    inner_coarsening: float = parameter(
        "1", low=1.0, default=2.0, doc="central over surface cell size"
    )
    region: str = "particle"
    matrix: str = "matrix"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if self.outer_radius is None:
            return
        if self.outer_radius <= self.radius:
            raise MeshError(
                "the matrix must be larger than the particle: "
                f"outer radius {self.outer_radius:g} m, radius {self.radius:g} m"
            )
        if self.region == self.matrix:
            raise MeshError(f"particle and matrix need different names, not both {self.region!r}")

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        dim, outer = self.frame.dim, self.outer_radius or self.radius
        count = at_round_surface(self.radius, self.size, dim)
        count += filled(outer**dim, self.size * self.coarsening, dim)
        return count, f"radius = {outer:g}, or size = {self.size:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(self.outer_radius or self.radius)
        return mesh_model(self.frame.dim, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw particle and matrix in lengths of `unit`, name their parts and mesh them."""
        occ, model, dim = gmsh.model.occ, gmsh.model, self.frame.dim
        radii = {self.region: self.radius / unit}
        if self.outer_radius is not None:
            radii[self.matrix] = self.outer_radius / unit
        parts = [(dim, add_sector(gmsh, dim, radius)) for radius in radii.values()]
        if len(parts) > 1:
            _, pieces = occ.fragment(parts[:1], parts[1:])
            parts = [pieces[0][0], next(piece for piece in pieces[1] if piece not in pieces[0])]
        occ.synchronize()
        for name, (_, tag) in zip(radii, parts, strict=True):
            model.addPhysicalGroup(dim, [tag], name=name)
        outer = max(radii.values())
        boundary = model.getBoundary(parts, combined=True, oriented=False)
        reach = {tag: model.getBoundingBox(dim - 1, tag)[3 : 3 + dim] for _, tag in boundary}
        round_ones = [tag for tag, upper in reach.items() if min(upper) > outer / 2]
        model.addPhysicalGroup(dim - 1, round_ones, name="outer")
        generate_sized(gmsh, dim, lambda x, y, z: self._size(unit * hypot(x, y, z)) / unit)

    def _size(self, distance: float) -> float:
        """Return the size of cells at a distance from the centre [m]."""
        part, coarsening = 1.0 - distance / self.radius, self.inner_coarsening
        if self.outer_radius is not None and distance > self.radius:
            part = (distance - self.radius) / (self.outer_radius - self.radius)
            coarsening = self.coarsening
        return self.size * (1.0 + (coarsening - 1.0) * part)


def add_sector(gmsh: Any, dim: int, radius: float) -> int:
    """Draw the quarter of a disc or the eighth of a ball and return its tag."""
    occ = gmsh.model.occ
    if dim == 3:
        return int(occ.addSphere(0, 0, 0, radius, angle1=0, angle2=pi / 2, angle3=pi / 2))
    origin, end_x, end_y = (
        occ.addPoint(x * radius, y * radius, 0) for x, y in ((0, 0), (1, 0), (0, 1))
    )
    arc = occ.addCircleArc(end_x, origin, end_y)
    loop = occ.addCurveLoop([occ.addLine(origin, end_x), arc, occ.addLine(end_y, origin)])
    return int(occ.addPlaneSurface([loop]))
