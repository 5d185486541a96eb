# SPDX-License-Identifier: BSD-3-Clause
"""A quarter of a cylinder of electrolyte that is cut in two by the plane of a round crack."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, pi, sqrt
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import around, filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import check_file_name


@dataclass(frozen=True, kw_only=True)
class CrackDisc(MeshSource):
    """Two blocks, "lower" and "upper", that meet on z = 0, in space.

    The axis is x = y = 0, and x, y >= 0 is meshed. Facets on z = 0 have the size `facet` up to the
    radius `path`; cells grow from there with the distance. Edges of facets follow the circle of
    radius `front`. Faces are "left" (x = 0), "front" (y = 0), "bottom" and "top" (z = -`height` and
    `height`) and the round "outer".

    Attributes:
        radius: radius of the cylinder [m].
        height: height of each block [m].
        front: radius of the circle that edges follow, such as that of a flaw [m].
        path: radius of the fine part of the plane [m].
        facet: size of facets on it [m].
        size: largest size of cells [m].
        growth: growth of the size per distance [1].
        lower: name of the block below the plane.
        upper: name of that above.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the circle or the fine part do not lie within the cylinder, names are used twice,
            or the frame is not one in space.
    """

    radius: float = length("radius of the cylinder")
    height: float = length("height of each block")
    front: float = length("radius of the circle that edges follow")
    path: float = length("radius of the fine part of the plane")
    facet: float = length("size of facets there")
    size: float = length("largest size of cells")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.5, doc="growth of the size")
    lower: str = "lower"
    upper: str = "upper"

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        for name in (self.lower, self.upper):
            check_file_name(name, "CrackDisc")
        if self.lower == self.upper:
            raise MeshError(f"CrackDisc: regions need different names, not {self.lower} twice")
        if not self.front <= self.path <= self.radius:
            raise MeshError(
                f"CrackDisc: the circle of radius {self.front:g} m has to lie within the fine part "
                f"of radius {self.path:g} m, and that within the cylinder, {self.radius:g} m"
            )
        if self.frame.dim != 3:
            raise MeshError("CrackDisc is a body in space: give it frame=ThreeDimensional()")

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        facets = pi / 4 * (self.path / self.facet) ** 2
        fine = around(self.facet, self.facet, self.growth, self.size, 1.0)
        count = facets * fine + filled(pi / 2 * self.radius**2 * self.height, self.size, 3)
        return count, f"path = {self.path:g}, or facet = {self.facet:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.radius, self.height))
        return mesh_model(3, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the blocks in lengths of `unit`, name and mesh them."""
        occ, model = gmsh.model.occ, gmsh.model
        radius, height = self.radius / unit, self.height / unit
        blocks = [
            (3, occ.addCylinder(0, 0, start, 0, 0, height, radius, angle=pi / 2))
            for start in (-height, 0)
        ]
        circle = []
        if self.front < self.radius:
            circle = [(1, occ.addCircle(0, 0, 0, self.front / unit, angle1=0, angle2=pi / 2))]
        _, pieces = occ.fragment(blocks, circle)
        occ.synchronize()
        for name, piece in zip((self.lower, self.upper), pieces, strict=False):
            solids = [tag for dim, tag in piece if dim == 3]
            model.addPhysicalGroup(3, solids, name=name)
        for name, faces in self._faces(gmsh, unit).items():
            model.addPhysicalGroup(2, faces, name=name)
        generate_sized(gmsh, 3, lambda x, y, z: self._size(x * unit, y * unit, z * unit) / unit)

    def _faces(self, gmsh: Any, unit: float) -> dict[str, list[int]]:
        """Return the outer faces of what is drawn, by name."""
        found: dict[str, list[int]] = {}
        for _, tag in gmsh.model.getEntities(2):
            x, y, z = (unit * place for place in gmsh.model.occ.getCenterOfMass(2, tag))
            small = 1e-6 * self.radius
            places = {
                "left": abs(x) < small,
                "front": abs(y) < small,
                "bottom": abs(z + self.height) < small,
                "top": abs(z - self.height) < small,
                # twice the radius over pi, along x and y
                "outer": abs(hypot(x, y) - self.radius * sqrt(8) / pi) < small,
            }
            for name, here in places.items():
                if here:
                    found.setdefault(name, []).append(tag)
        return found

    def _size(self, x: float, y: float, z: float) -> float:
        """Return the size of cells at a place [m]."""
        away = hypot(max(hypot(x, y) - self.path, 0.0), z)
        return min(self.size, self.facet + self.growth * away)
