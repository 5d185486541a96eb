# SPDX-License-Identifier: BSD-3-Clause
"""Regions put together from bricks: rectangles or boxes on a grid of straight walls.

Coordinates are those of a `Stack`: x from 0, the last axis upwards from 0. Neighbours of one name
are one region, so that electrodes may have fingers, channels and struts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np

from ssbmech.errors import MeshError, ParameterError
from ssbmech.geometry.cell_count import filled
from ssbmech.geometry.lengths import length
from ssbmech.geometry.session import generate_sized, mesh_model, power_of_two
from ssbmech.geometry.simplices import Floats, SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.kinds import check_kinds
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import MOST_LENGTH, check_file_name
from ssbmech.units import to_si

Ends = tuple[tuple[float, float], ...]

LEAST_SHARE = 1e-4
"""Shortest brick over the longest, below which one of them had the wrong unit [1]."""


@dataclass(frozen=True, kw_only=True)
class Bricks(MeshSource):
    """Bricks on a grid, each of a named region.

    Faces are those of a `Stack`. The size of cells grows with the distance from the walls between
    different regions.

    Attributes:
        widths: extents of the columns along x, from left to right [m].
        heights: extents of the rows along the last axis, lowest first [m].
        depths: extents along y in three dimensions, front to back [m]; empty in two.
        names: regions: row by row, lowest first, each from left to right; in three dimensions each
            of these is a tuple along y.
        size: size of the cells at walls between regions [m].
        size_bulk: size of the cells far from them [m].
        growth: growth of the size per distance [1].

    Raises:
        ParameterError: a number is out of its bounds.
        MeshError: the names do not fill the grid, or depths are missing or too many.
    """

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    names: tuple[tuple[Any, ...], ...]
    depths: tuple[float, ...] = ()
    size: float = length("cell size at walls between regions")
    size_bulk: float = length("cell size far from them")
    growth: float = parameter("1", low=0.0, low_open=True, default=0.3, doc="growth of the size")

    def __post_init__(self) -> None:
        """Convert to SI, and check the bounds and the grid."""
        # numbers with units are converted, and checked with the rest, further down
        check_kinds(self, leave_out={"size", "size_bulk", "growth"})
        for name in ("widths", "heights", "depths"):
            values = tuple(to_si(x, "m", f"Bricks.{name}") for x in getattr(self, name))
            object.__setattr__(self, name, values)
        validate_parameters(self)
        spans = (*self.widths, *self.heights, *self.depths)
        if not (self.widths and self.heights):
            raise MeshError("Bricks: expected one column and one row or more")
        if not LEAST_SHARE * max(spans) < min(spans) <= max(spans) <= MOST_LENGTH:
            raise ParameterError(
                f"Bricks: extents from {min(spans):g} to {max(spans):g} m: expected lengths above "
                f"zero, up to {MOST_LENGTH:g} m and of like size"
            )
        if bool(self.depths) != (self.frame.dim == 3):
            need = "need depths" if self.frame.dim == 3 else "have no depths"
            raise MeshError(f"bricks in {self.frame.dim} dimensions {need}")
        self._check_names()

    def _check_names(self) -> None:
        """Refuse names that do not fill the grid."""
        deep = len(self.depths)
        rows = [len(row) == len(self.widths) for row in self.names]
        whole = len(self.names) == len(self.heights) and all(rows)
        if whole and deep:
            whole = all(
                isinstance(item, tuple) and len(item) == deep for row in self.names for item in row
            )
        if not whole:
            shape = " x ".join(
                str(n) for n in (len(self.heights), len(self.widths), *([deep] if deep else []))
            )
            raise MeshError(f"Bricks.names: expected {shape} names, rows from the lowest")
        for name in self.regions:
            check_file_name(name, "Bricks.names")

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of the regions, in the order in which they come."""
        return tuple(dict.fromkeys(name for _, name in self.bricks()))

    def bricks(self) -> Iterator[tuple[Ends, str]]:
        """Yield the ends of each brick along the axes [m], and its region."""
        x, up, y = (_levels(spans) for spans in (self.widths, self.heights, self.depths))
        for k, row in enumerate(self.names):
            for i, item in enumerate(row):
                ends = ((x[i], x[i + 1]), (up[k], up[k + 1]))
                if not self.depths:
                    yield ends, str(item)
                    continue
                for j, name in enumerate(item):
                    yield (ends[0], (y[j], y[j + 1]), ends[1]), str(name)

    def volume(self, region: str) -> float:
        """Return the volume of a region [m3]; in two dimensions its area [m2]."""
        return float(
            sum(np.prod(np.diff(ends, axis=1)) for ends, name in self.bricks() if name == region)
        )

    def walls(self) -> Floats:
        """Return the ends of the walls between regions, shape (walls, axes, 2) [m]."""
        found, all_bricks = [], list(self.bricks())
        for n, (ends, name) in enumerate(all_bricks):
            for others, other in all_bricks[:n]:
                low = np.maximum([e[0] for e in ends], [e[0] for e in others])
                high = np.minimum([e[1] for e in ends], [e[1] for e in others])
                if (
                    name != other
                    and np.sum(high > low) == self.frame.dim - 1
                    and np.all(high >= low)
                ):
                    found.append(np.stack([low, high], axis=1))
        return np.array(found).reshape(-1, self.frame.dim, 2)

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words."""
        dim, walls = self.frame.dim, self.walls()
        extents = np.diff(walls, axis=2)[..., 0]
        areas = np.where(extents > 0.0, extents, 1.0).prod(axis=1)
        count = filled(float(areas.sum()) * self.size, self.size, dim)
        whole = sum(self.volume(name) for name in self.regions)
        count += filled(whole, self.size_bulk, dim)
        return count, f"widths up to {max(self.widths):g}, or size = {self.size:g},"

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: Gmsh cannot make the mesh.
            EnvironmentMissing: Gmsh cannot be loaded.
        """
        unit = power_of_two(max(sum(self.widths), sum(self.heights), sum(self.depths)))
        return mesh_model(self.frame.dim, lambda gmsh: self._draw(gmsh, unit), unit)

    def _draw(self, gmsh: Any, unit: float) -> None:
        """Draw the bricks in lengths of `unit`, name the regions and mesh them."""
        occ, dim = gmsh.model.occ, self.frame.dim
        drawn, owners = [], []
        for ends, name in self.bricks():
            low = [end[0] / unit for end in ends]
            span = [(end[1] - end[0]) / unit for end in ends]
            if dim == 2:
                drawn.append((2, occ.addRectangle(*low, 0, *span)))
            else:
                drawn.append((3, occ.addBox(*low, *span)))
            owners.append(name)
        if len(drawn) > 1:
            _, pieces = occ.fragment(drawn[:1], drawn[1:])
            drawn = [piece[0] for piece in pieces]
        occ.synchronize()
        for region in self.regions:
            tags = [tag for (_, tag), name in zip(drawn, owners, strict=True) if name == region]
            gmsh.model.addPhysicalGroup(dim, tags, name=region)
        walls = self.walls() / unit

        def size(x: float, y: float, z: float) -> float:
            place = np.array([x, y, z][:dim])
            off = np.maximum(walls[..., 0] - place, place - walls[..., 1])
            squares = np.sum(np.maximum(off, 0.0) ** 2, axis=-1)
            distance = float(np.sqrt(np.min(squares, initial=np.inf)))
            return min(self.size / unit + self.growth * distance, self.size_bulk / unit)

        generate_sized(gmsh, dim, size)


def _levels(spans: Sequence[float]) -> tuple[float, ...]:
    """Return where bricks begin and end along an axis [m]."""
    return tuple(accumulate(spans, initial=0.0))
