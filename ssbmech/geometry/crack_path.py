# SPDX-License-Identifier: BSD-3-Clause
"""Electrolyte that is cut in two along the straight path of a crack, with or without metal beside.

The path lies on y = 0 and begins at x = 0, where the metal is if there is one: x is the depth in
the electrolyte. It may also begin at the other end, at the metal of a counter electrode, or at
both. In axisymmetry x is the radius and the path a disc.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
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
    """Two blocks, "lower" and "upper", that meet on y = 0, with layers of metal beside them.

    Along the path, from x = 0 to `path`, facets have the size `facet`, and so along a path that
    begins at x = `width` and is `counter_path` long. Cells grow from there with the distance. A
    section with the second path alone is the mirror image of one with the first. Faces are "left",
    "right", "bottom" and "top" (y = -`height` and `height`).

    Attributes:
        width: extent of the electrolyte along x, or outer radius [m].
        height: height of each block [m].
        path: length of the fine part of the path that begins at x = 0 [m]; None for none.
        counter_path: the same of that which begins at x = `width` [m]; None for none.
        facet: size of facets along it [m].
        size: largest size of cells [m].
        growth: growth of the size per distance [1].
        metal: thickness of the layer of metal at x < 0 [m]; None for none.
        counter: thickness of that at x > `width` [m]; None for none.
        lower: name of the block below the path.
        upper: name of that above.
        metal_name: name of the metal at x < 0.
        counter_name: name of that at x > `width`.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: there is no path, paths are longer than the electrolyte, names are used twice, or
            metal lies beside a revolved section.
    """

    width: float = length("extent of the electrolyte along x")
    height: float = length("height of each block")
    path: float | None = length("length of the path of the crack", default=None)
    counter_path: float | None = length("length of the path from the other end", default=None)
    facet: float = length("size of facets along the path")
    size: float = length("largest size of cells")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")
    metal: float | None = length("thickness of the metal", default=None)
    counter: float | None = length("thickness of the metal at the other end", default=None)
    lower: str = "lower"
    upper: str = "upper"
    metal_name: str = "metal"
    counter_name: str = "counter"

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        names = [self.lower, self.upper, *self._layers]
        for name in names:
            check_file_name(name, "CrackPath")
        if len(set(names)) < len(names):
            raise MeshError(f"CrackPath: regions need different names, not {', '.join(names)}")
        if not self._paths:
            raise MeshError("CrackPath has no path: give path, counter_path or both")
        if sum(self._paths) > self.width:
            raise MeshError(
                f"CrackPath: the path of the crack, {sum(self._paths):g} m, is longer than the "
                f"electrolyte is wide, {self.width:g} m"
            )
        if self.frame.dim != 2 or (self._layers and self.frame.revolves):
            raise MeshError(
                "CrackPath is a section in two dimensions, and in axisymmetry has no metal: it "
                "would lie beyond the axis"
            )

    @property
    def _layers(self) -> dict[str, float]:
        """Thickness of the layers of metal by name [m]."""
        both = ((self.metal_name, self.metal), (self.counter_name, self.counter))
        return {name: thick for name, thick in both if thick is not None}

    @property
    def _paths(self) -> list[float]:
        """Lengths of the paths [m]."""
        return [each for each in (self.path, self.counter_path) if each is not None]

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        path, wide = sum(self._paths), self.width + sum(self._layers.values())
        count = around(self.facet, self.facet, self.growth, self.size, path / self.facet)
        count += filled(2 * self.height * wide, self.size, 2)
        return count, f"path = {path:g}, or facet = {self.facet:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        if self.path is None:
            return self._mirror_image()
        unit = power_of_two(max(self.width, self.height))
        return mesh_model(2, lambda gmsh: self._draw(gmsh, unit), unit)

    def _mirror_image(self) -> SimplexMesh:
        """Return the mesh of a path at x = `width` alone, node for node that of one at x = 0."""
        turned = replace(
            self,
            path=self.counter_path,
            counter_path=None,
            metal=self.counter,
            counter=self.metal,
            metal_name=self.counter_name,
            counter_name=self.metal_name,
        ).generate()
        points = turned.points.copy()
        points[:, 0] = self.width - points[:, 0]
        return replace(turned, points=points)

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
        if self.counter is not None:
            box = occ.addRectangle(width, -height, 0, self.counter / unit, 2 * height)
            boxes[self.counter_name] = (2, box)
        tips = [(0, occ.addPoint(x / unit, 0, 0)) for x in self._tips()]
        _, pieces = occ.fragment(list(boxes.values()), tips)
        occ.synchronize()
        for name, piece in zip(boxes, pieces, strict=False):
            model.addPhysicalGroup(2, [tag for _, tag in piece], name=name)
        generate_sized(gmsh, 2, lambda x, y, z: self._size(x * unit, y * unit) / unit)

    def _tips(self) -> list[float]:
        """Return where the paths end [m]; but one where they meet."""
        far = [] if self.counter_path is None else [self.width - self.counter_path]
        near = [] if self.path is None else [self.path]
        return near if far and near and far[0] - near[0] < 1e-9 * self.width else near + far

    def _size(self, x: float, y: float) -> float:
        """Return the size of cells at a place [m]."""
        away = [
            hypot(max(-along, 0.0, along - path), y)
            for along, path in ((x, self.path), (self.width - x, self.counter_path))
            if path is not None
        ]
        return min(self.size, self.facet + self.growth * min(away))
