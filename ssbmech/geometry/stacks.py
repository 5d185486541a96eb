# SPDX-License-Identifier: BSD-3-Clause
"""Layered cells: any number of flat layers on top of each other, graded towards the interfaces.

Two dimensions: x in [0, width], layers stacked along y from y = 0. Axisymmetric: x is the radius, y
the axis. Three dimensions: x in [0, width], y in [0, depth], layers stacked along z. Layers share
the facets of their interface, and interfaces are flat: an initial gap is a function on the
interface (`profiles`), not geometry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.cell_count import around, layered, seconds_of
from ssbmech.geometry.films import thinned
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate, growing_size, mesh_model, power_of_two, size_within
from ssbmech.geometry.simplices import Floats, SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT, MOST_LENGTH, check_file_name


@dataclass(frozen=True)
class Layer:
    """One layer of a stack: a region of the mesh.

    Attributes:
        name: name of the region.
        thickness: thickness [m].
        size: largest size of a cell [m]; None for the size of the stack. It never exceeds the
            thickness.
        meshed_at: thickness at which the layer is meshed [m], of a film from which metal grows: it
            is thinned to its own before anything is computed. None for its own thickness.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: it is to be meshed thinner than it is.
    """

    name: str
    thickness: float = length("thickness of the layer")
    size: float | None = length("largest cell size", default=None)
    meshed_at: float | None = parameter(
        "m",
        low=0.0,
        low_open=True,
        high=MOST_LENGTH,
        hint=LENGTH_HINT,
        default=None,
        doc="thickness at which a film is meshed",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds and the name."""
        validate_parameters(self)
        check_file_name(self.name, "Layer.name")
        if self.drawn < self.thickness:
            raise MeshError(
                f"layer {self.name!r} is {self.thickness:g} m thick and is to be meshed at "
                f"{self.drawn:g} m: expected at least its thickness; leave meshed_at out, or were "
                "the two exchanged?"
            )

    @property
    def drawn(self) -> float:
        """Thickness at which it is meshed [m]."""
        return self.thickness if self.meshed_at is None else self.meshed_at


def check_layers(layers: Sequence[Layer], depth: float | None, dim: int) -> None:
    """Refuse layers or a depth that make no stack.

    Args:
        layers: the layers.
        depth: extent along y [m]; None for none.
        dim: dimension of the mesh [1].

    Raises:
        MeshError: no layers, names used twice, or a depth missing or too many.
    """
    names = [layer.name for layer in layers]
    if not names:
        raise MeshError("a stack needs at least one layer")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MeshError(
            f"layers need different names, but {', '.join(twice)} is used more than once"
        )
    if (depth is None) != (dim == 2):
        need = "needs a depth" if dim == 3 else "has no depth"
        raise MeshError(f"a stack in {dim} dimensions {need}")


def layer_levels(layers: Sequence[Layer]) -> tuple[float, ...]:
    """Return the heights of the bottom, the interfaces and the top of layers [m]."""
    return tuple(accumulate((layer.thickness for layer in layers), initial=0.0))


def drawn_layers(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Return layers as thick as they are meshed."""
    return tuple(replace(layer, thickness=layer.drawn, meshed_at=None) for layer in layers)


def add_boxes(
    gmsh: Any, layers: Sequence[Layer], width: float, depth: float | None, unit: float
) -> list[tuple[int, int]]:
    """Draw one box per layer in lengths of `unit` and return their dimension and tag.

    Args:
        gmsh: the gmsh module in a session.
        layers: the layers.
        width: extent along x [m].
        depth: extent along y in three dimensions [m]; None in two.
        unit: length unit of the model [m].
    """
    occ, boxes = gmsh.model.occ, []
    for layer, level in zip(layers, layer_levels(layers), strict=False):
        low, height = level / unit, layer.thickness / unit
        if depth is None:
            boxes.append((2, occ.addRectangle(0, low, 0, width / unit, height)))
        else:
            boxes.append((3, occ.addBox(0, 0, low, width / unit, depth / unit, height)))
    return boxes


@dataclass(frozen=True)
class Refinement:
    """A finer mesh around a point, line or ring on an interface, such as the edge of a void.

    In two dimensions the point is an end of a facet. In three dimensions the refinement follows the
    line x = position, or the ring of radius `position` about the axis (x, y) = `axis`.

    Attributes:
        interface: interface "a|b" of two adjacent layers, in either order.
        position: x of the point or line, or radius of the ring [m].
        size: size of the cells [m].
        radius: distance up to which they have it [m].
        axis_x: x of the axis of a ring [m]; None for a line.
        axis_y: y of the axis of a ring [m].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    interface: str
    position: float = length("x of a point or line, radius of a ring", may_be_zero=True)
    size: float = length("cell size")
    radius: float = length("distance up to which cells have this size", may_be_zero=True)
    axis_x: float | None = parameter("m", default=None, doc="x of the axis of a ring (3D)")
    axis_y: float = parameter("m", default=0.0, doc="y of the axis of a ring (3D)")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True, kw_only=True)
class Stack(MeshSource):
    """A stack of layers, from bottom to top.

    Regions are named as the layers, interfaces "lower|upper"; outer faces are "bottom", "top",
    "left" (x = 0), "right" (x = width) and in three dimensions "front" (y = 0) and "back"
    (y = depth). The size of cells grows with the distance d from the graded interfaces as
    min(size_interface + growth * d, size_bulk).

    Attributes:
        layers: the layers, lowest first.
        width: extent along x, or outer radius [m].
        size_interface: size of the cells at the graded interfaces [m].
        size_bulk: size of the cells far from them [m].
        refinements: places of finer mesh.
        depth: extent along y in three dimensions [m].
        growth: growth of the size per distance [1].
        graded: names of the graded interfaces; None for all.

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: no layers, names used twice, unknown interfaces, or a depth missing or too many.
    """

    layers: tuple[Layer, ...]
    width: float = length("extent along x")
    size_interface: float = length("cell size at the interfaces")
    size_bulk: float = length("cell size far from the interfaces")
    refinements: tuple[Refinement, ...] = ()
    depth: float | None = length("extent along y (3D)", default=None)
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")
    graded: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        check_layers(self.layers, self.depth, self.frame.dim)
        if self.size_interface > self.size_bulk:
            raise MeshError(
                f"Stack.size_interface = {self.size_interface:g} m is above size_bulk = "
                f"{self.size_bulk:g} m: expected the finer cells at the interfaces"
            )
        for name in self.graded or ():
            self.level(name)
        for refinement in self.refinements:
            self._check(refinement)

    @property
    def levels(self) -> tuple[float, ...]:
        """Heights of the bottom, the interfaces and the top [m]."""
        return layer_levels(self.layers)

    @property
    def interfaces(self) -> dict[str, float]:
        """Height of each interface, by name "lower|upper" [m]."""
        names = [f"{a.name}|{b.name}" for a, b in pairwise(self.layers)]
        return dict(zip(names, self.levels[1:-1], strict=True))

    def level(self, interface: str) -> float:
        """Return the height of an interface, named in either order [m].

        Raises:
            MeshError: there is no such interface.
        """
        known = self.interfaces
        turned = "|".join(reversed(interface.split("|")))
        if interface not in known and turned not in known:
            raise MeshError(
                f"the stack has no interface {interface!r}: it has {', '.join(known) or 'none'}"
            )
        return known.get(interface, known.get(turned, 0.0))

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        return self._drawn._cells()

    def _cells(self) -> tuple[float, str]:
        """Return the same of the layers as they are."""
        dim, across = self.frame.dim, self.width * (self.depth or 1.0)
        heights = list(self.interfaces.values())
        if self.graded is not None:
            heights = [self.level(name) for name in self.graded]
        growth = self.growth

        def size(y: Floats) -> Floats:
            coarse = np.empty_like(y)
            for layer, (low, high) in zip(self.layers, pairwise(self.levels), strict=True):
                within = (y >= low) & (y <= high)
                coarse[within] = min(layer.size or self.size_bulk, layer.thickness)
            for height in heights:
                coarse = np.minimum(coarse, self.size_interface + growth * np.abs(y - height))
            return coarse

        count = layered(across, self.levels, size, dim)
        finest = min([self.size_interface, *(r.size for r in self.refinements)])
        for r in self.refinements:
            span = self.depth or 0.0
            if r.axis_x is not None:
                span = min(2 * math.pi * r.position, 2 * (span + self.width))
            length = max(span / r.size, 1.0)
            coarsest = max(self.size_bulk, r.size)
            count += around(min(r.radius, self.width), r.size, growth, coarsest, length)
        return count, f"width = {self.width:g}, or a cell size down to {finest:g},"

    def expected_seconds(self) -> float:
        """Return about how long it will take to make the mesh [s]."""
        slenderness = self.width / self._drawn.levels[-1]
        return seconds_of(self.expected_cells()[0], self.frame.dim, slenderness)

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        return thinned(self._drawn._meshed(), self.layers)

    @property
    def _drawn(self) -> Stack:
        """The stack with its layers as thick as they are meshed."""
        return replace(self, layers=drawn_layers(self.layers))

    def _meshed(self) -> SimplexMesh:
        """Return the mesh of the layers as they are."""
        unit = power_of_two(max(self.width, self.depth or 0.0, self.levels[-1]))
        return mesh_model(self.frame.dim, lambda gmsh: self._draw(gmsh, unit), unit)

    def _check(self, refinement: Refinement) -> None:
        """Refuse a refinement that is not on the stack."""
        self.level(refinement.interface)
        if refinement.axis_x is not None and self.frame.dim == 2:
            raise MeshError("a refinement along a ring about an axis needs three dimensions")
        if refinement.axis_x is None and refinement.position > self.width:
            raise MeshError(
                f"a refinement at x = {refinement.position:g} m lies outside the stack: "
                f"its width is {self.width:g} m"
            )

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the stack in lengths of `unit`, name its regions and mesh it."""
        occ, dim = gmsh.model.occ, self.frame.dim
        boxes = add_boxes(gmsh, self.layers, self.width, self.depth, unit)
        ends = []
        if dim == 2:  # points that the facets of the interface must meet
            for r in self.refinements:
                ends.append((0, occ.addPoint(r.position / unit, self.level(r.interface) / unit, 0)))
        parts = boxes
        if len(boxes) + len(ends) > 1:
            _, pieces = occ.fragment(boxes, ends)
            parts = [piece[0] for piece in pieces[: len(boxes)]]
        occ.synchronize()
        for layer, (_, tag) in zip(self.layers, parts, strict=True):
            gmsh.model.addPhysicalGroup(dim, [tag], name=layer.name)
        generate(gmsh, dim, self._sizes(gmsh, unit))

    def _sizes(self, gmsh: Any, unit: float) -> list[int]:
        """Add the size fields in lengths of `unit` and return their tags."""
        up = "xyz"[self.frame.dim - 1]
        largest = max(self._coarsest(layer) for layer in self.layers)
        graded = self.interfaces if self.graded is None else self.graded
        near = [(f"Abs({up}-{self.level(n) / unit!r})", self.size_interface, 0.0) for n in graded]
        near += [(self._distance(r, unit), r.size, r.radius) for r in self.refinements]
        sizes = []
        for distance, size, start in near:
            far = max(largest, size)
            end = start + self._ramp(size, far)
            scaled = (value / unit for value in (size, far, start, end))
            sizes.append(growing_size(gmsh, distance, *scaled))
        for layer, (low, high) in zip(self.layers, pairwise(self.levels), strict=True):
            size = self._coarsest(layer)
            scaled = (
                value / unit for value in (size, largest, low, high, self._ramp(size, largest))
            )
            sizes.append(size_within(gmsh, up, *scaled))
        return sizes

    def _coarsest(self, layer: Layer) -> float:
        """Return the largest size of cells in a layer: slivers beyond its thickness [m]."""
        return min(layer.size or self.size_bulk, layer.thickness)

    def _ramp(self, near: float, far: float) -> float:
        """Return the distance over which sizes grow, never zero [m]."""
        return max(far - near, 1e-3 * near) / self.growth

    def _distance(self, refinement: Refinement, unit: float) -> str:
        """Return the distance from a refinement, in lengths of `unit`, as Gmsh reads it."""
        up = "xyz"[self.frame.dim - 1]
        x, height = refinement.position / unit, self.level(refinement.interface) / unit
        across = "x"
        if refinement.axis_x is not None:
            axis_x, axis_y = refinement.axis_x / unit, refinement.axis_y / unit
            across = f"Sqrt((x-({axis_x!r}))^2+(y-({axis_y!r}))^2)"
        return f"Sqrt(({across}-{x!r})^2+({up}-{height!r})^2)"
