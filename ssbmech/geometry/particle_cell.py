# SPDX-License-Identifier: BSD-3-Clause
"""A round particle in the middle of a straight-sided cell: the repeating unit of a composite.

Two dimensions: the quadrant x, y > 0 (plane strain: a cylinder in a prism; axisymmetric: a sphere
in a cylinder, x the radius and y the axis). Three dimensions: the octant of a ball in a block.
Round boundaries are made of straight facets whose corners lie on them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import hypot
from typing import Any

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import at_round_surface, filled
from ssbmech.geometry.inclusion import add_sector
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True, kw_only=True)
class ParticleCell(MeshSource):
    """Quarter (in three dimensions eighth) of a round particle in a cell with flat faces.

    Faces are those of a `Stack`: "bottom", "left" and in three dimensions "front" are planes of
    symmetry through the particle, "right", "back" and "top" those to the neighbours. A fixture
    presses on "top". The size of cells grows linearly from the particle's surface to its centre and
    to the corner of the cell.

    Attributes:
        radius: radius of the particle [m].
        width: half width of the cell; axisymmetric: its radius [m].
        height: half height of the cell [m].
        size: size of the cells at the surface of the particle [m].
        coarsening: size of the cells at the corner over `size` [1].
        inner_coarsening: size of the cells at the centre of the particle over `size` [1].
        region: name of the particle's region.
        matrix: name of the region around it.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the particle does not fit in, or both regions have one name.
    """

    radius: float = length("radius of the particle")
    width: float = length("half width of the cell, or its radius")
    height: float = length("half height of the cell")
    size: float = length("cell size at the particle's surface")
    coarsening: float = parameter("1", low=1.0, default=3.0, doc="corner over surface cell size")
    inner_coarsening: float = parameter(
        "1", low=1.0, default=2.0, doc="central over surface cell size"
    )
    region: str = "particle"
    matrix: str = "matrix"

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if self.radius >= min(self.width, self.height):
            raise MeshError(
                f"ParticleCell: a particle of radius {self.radius:g} m does not fit in a cell of "
                f"{self.width:g} m by {self.height:g} m: expected some matrix on all sides"
            )
        if self.region == self.matrix:
            raise MeshError(f"particle and matrix need different names, not both {self.region!r}")

    @classmethod
    def of_fraction(cls, fraction: float, *, radius: Any, **given: Any) -> ParticleCell:
        """Return a cell as high as it is wide with a given part of particle.

        Args:
            fraction: volume of the particle over that of the cell [1].
            radius: radius of the particle [m].
            given: the other attributes.

        Raises:
            MeshError: so much does not fit into such a cell.
        """
        dim, revolves = given["frame"].dim, given["frame"].revolves
        full = math.pi / 4 if dim == 2 and not revolves else math.pi / 6
        full = 2 / 3 if revolves else full
        power = 3 if dim == 3 or revolves else 2
        if not 0.0 < fraction < full:
            raise MeshError(
                f"ParticleCell: a fraction of {fraction:g} does not fit: expected more than zero "
                f"and less than {full:.3f}, where the particle touches the faces"
            )
        half = radius * (full / fraction) ** (1 / power)
        return cls(radius=radius, width=half, height=half, **given)

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        dim = self.frame.dim
        count = at_round_surface(self.radius, self.size, dim)
        whole = self.width ** (dim - 1) * self.height
        count += filled(whole, self.size * self.coarsening, dim)
        return count, f"width = {self.width:g}, or size = {self.size:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.width, self.height))
        return mesh_model(self.frame.dim, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw particle and matrix in lengths of `unit`, name their parts and mesh them."""
        occ, model, dim = gmsh.model.occ, gmsh.model, self.frame.dim
        width, height = self.width / unit, self.height / unit
        ball = (dim, add_sector(gmsh, dim, self.radius / unit))
        if dim == 2:
            block = (2, occ.addRectangle(0, 0, 0, width, height))
        else:
            block = (3, occ.addBox(0, 0, 0, width, width, height))
        _, pieces = occ.fragment([ball], [block])
        particle = pieces[0][0]
        matrix = next(piece for piece in pieces[1] if piece != particle)
        occ.synchronize()
        for name, (_, tag) in ((self.region, particle), (self.matrix, matrix)):
            model.addPhysicalGroup(dim, [tag], name=name)
        generate_sized(gmsh, dim, lambda x, y, z: self._size(unit * hypot(x, y, z)) / unit)

    def _size(self, distance: float) -> float:
        """Return the size of cells at a distance from the centre [m]."""
        part, coarsening = 1.0 - distance / self.radius, self.inner_coarsening
        if distance > self.radius:
            corner = hypot(self.width, self.height)
            if self.frame.dim == 3:
                corner = hypot(corner, self.width)
            part = (distance - self.radius) / (corner - self.radius)
            coarsening = self.coarsening
        return self.size * (1.0 + (coarsening - 1.0) * part)
