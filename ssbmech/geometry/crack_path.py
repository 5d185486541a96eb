# SPDX-License-Identifier: BSD-3-Clause
"""Electrolyte that is cut in two along the straight path of a crack, with or without metal beside.

The path lies on y = 0 and begins at x = 0, where the metal is if there is one: x is the depth in
the electrolyte. In axisymmetry x is the radius and the path a disc.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
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
class CrackPath(MeshSource):
    """Two blocks, "lower" and "upper", that meet on y = 0, and a layer of metal at x < 0.

    Along the path, from x = 0 to `path`, facets have the size `facet`, and cells grow from there
    with the distance. Faces are "left", "right" (x = `width`), "bottom" and "top" (y = -`height`
    and `height`).

    Attributes:
        width: extent of the electrolyte along x, or outer radius [m].
        height: height of each block [m].
        path: length of the fine part of the path [m].
        facet: size of facets along it [m].
        size: largest size of cells [m].
        growth: growth of the size per distance [1].
        metal: thickness of the layer of metal [m]; None for none.
        lower: name of the block below the path.
        upper: name of that above.
        metal_name: name of the metal.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the path is longer than the electrolyte, names are used twice, or metal lies
            beyond the axis of a revolved section.
    """

    width: float = length("extent of the electrolyte along x")
    height: float = length("height of each block")
    path: float = length("length of the path of the crack")
    facet: float = length("size of facets along the path")
    size: float = length("largest size of cells")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")
    metal: float | None = length("thickness of the metal", default=None)
    lower: str = "lower"
    upper: str = "upper"
    metal_name: str = "metal"

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        names = [self.lower, self.upper] + ([] if self.metal is None else [self.metal_name])
        for name in names:
            check_file_name(name, "CrackPath")
        if len(set(names)) < len(names):
            raise MeshError(f"CrackPath: regions need different names, not {', '.join(names)}")
        if self.path > self.width:
            raise MeshError(
                f"CrackPath: the path of the crack, {self.path:g} m, is longer than the "
                f"electrolyte is wide, {self.width:g} m"
            )
        if self.frame.dim != 2 or (self.metal is not None and self.frame.revolves):
            raise MeshError(
                "CrackPath is a section in two dimensions, and in axisymmetry has no metal: it "
                "would lie beyond the axis"
            )

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        count = around(self.facet, self.facet, self.growth, self.size, self.path / self.facet)
        count += filled(2 * self.height * (self.width + (self.metal or 0.0)), self.size, 2)
        return count, f"path = {self.path:g}, or facet = {self.facet:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(self.width, self.height))
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the regions in lengths of `unit`, name and mesh them."""
        occ, model = gmsh.model.occ, gmsh.model
        width, height = self.width / unit, self.height / unit
        boxes = {
            self.lower: (2, occ.addRectangle(0, -height, 0, width, height)),
            self.upper: (2, occ.addRectangle(0, 0, 0, width, height)),
        }
        if self.metal is not None:
            thick = self.metal / unit
            box = occ.addRectangle(-thick, -height, 0, thick, 2 * height)
            boxes[self.metal_name] = (2, box)
        tip = (0, occ.addPoint(self.path / unit, 0, 0))
        _, pieces = occ.fragment(list(boxes.values()), [tip])
        occ.synchronize()
        for name, piece in zip(boxes, pieces, strict=False):
            model.addPhysicalGroup(2, [tag for _, tag in piece], name=name)
        generate_sized(gmsh, 2, lambda x, y, z: self._size(x * unit, y * unit) / unit)

    def _size(self, x: float, y: float) -> float:
        """Return the size of cells at a place [m]."""
        away = hypot(max(-x, 0.0, x - self.path), y)
        return min(self.size, self.facet + self.growth * away)
