# SPDX-License-Identifier: BSD-3-Clause
"""What a mesh file holds, whatever its format: points, blocks of elements, and named sets of them.

Every reader gives a `FileMesh`. What becomes of it (which dimension, which sets are regions,
triangles of quadrilaterals) is the same for all formats and decided in
`ssbmech.geometry.from_file`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ssbmech.geometry.simplices import Floats, Ints


@dataclass(frozen=True, slots=True)
class Shape:
    """Corners, edges and sides of a straight cell.

    Attributes:
        name: what it is called in messages, in the plural.
        dim: dimension [1].
        corners: number of corners [1].
        edges: pairs of corners.
        sides: corners of each side, in order around it; of a plane cell its edges.
    """

    name: str
    dim: int
    corners: int
    edges: tuple[tuple[int, int], ...]
    sides: tuple[tuple[int, ...], ...]


def _plane(name: str, corners: int) -> Shape:
    ring = tuple((i, (i + 1) % corners) for i in range(corners))
    return Shape(name, 2, corners, ring, ring)


POINT = Shape("points", 0, 1, (), ())
LINE = Shape("lines", 1, 2, ((0, 1),), ((0,), (1,)))
TRIANGLE = _plane("triangles", 3)
QUAD = _plane("quadrilaterals", 4)
TETRA = Shape(
    "tetrahedra",
    3,
    4,
    ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)),
    ((0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0)),
)
PYRAMID = Shape(
    "pyramids",
    3,
    5,
    ((0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (1, 4), (2, 4), (3, 4)),
    ((0, 1, 2, 3), (0, 4, 1), (1, 4, 2), (2, 4, 3), (3, 4, 0)),
)
WEDGE = Shape(
    "wedges",
    3,
    6,
    ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5)),
    ((0, 1, 2), (3, 5, 4), (0, 3, 4, 1), (1, 4, 5, 2), (2, 5, 3, 0)),
)
HEXAHEDRON = Shape(
    "hexahedra",
    3,
    8,
    (
        *((0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6)),
        *((6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)),
    ),
    ((0, 1, 2, 3), (4, 7, 6, 5), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0)),
)
"""Cells by shape; the sides S1, S2, ... of Abaqus are those listed, in the same order."""

NONE = -(2**62)
"""Value of an integer array for elements that have none."""

SHAPES = (POINT, LINE, TRIANGLE, QUAD, TETRA, PYRAMID, WEDGE, HEXAHEDRON)

_ON_EDGES: Mapping[str, Mapping[int, int]] = {
    "points": {1: 0},
    "lines": {2: 0, 3: 1, 4: 2},
    "triangles": {3: 0, 6: 3, 7: 3, 10: 6},
    "quadrilaterals": {4: 0, 8: 4, 9: 4},
    "tetrahedra": {4: 0, 10: 6, 11: 6, 20: 12},
    "pyramids": {5: 0, 13: 8, 14: 8},
    "wedges": {6: 0, 15: 9, 18: 9},
    "hexahedra": {8: 0, 20: 12, 26: 12, 27: 12},
}
"""Number of nodes on the edges by shape and number of nodes; they come right after the corners."""


@dataclass(frozen=True, slots=True)
class Block:
    """Elements of one kind.

    Attributes:
        shape: their shape.
        nodes: nodes of each, corners first, shape (number of elements, nodes of one).
    """

    shape: Shape
    nodes: Ints

    @property
    def corners(self) -> Ints:
        """Corner points of each element."""
        return self.nodes[:, : self.shape.corners]

    @property
    def on_edges(self) -> Ints:
        """Nodes of each element on its edges, between the corners."""
        count = _ON_EDGES[self.shape.name][self.nodes.shape[1]]
        return self.nodes[:, self.shape.corners : self.shape.corners + count]


def known(shape: Shape, nodes: int) -> bool:
    """Return whether there is an element of that shape with so many nodes."""
    return nodes in _ON_EDGES[shape.name]


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A named set of elements.

    Attributes:
        name: its name.
        members: numbers of the elements, counted from 0 through all blocks.
        internal: the program made it for itself: it is used only if it is asked for.
        dim: dimension of the elements that count; None: all.
    """

    name: str
    members: Ints
    internal: bool = False
    dim: int | None = None


@dataclass(frozen=True, slots=True)
class FileMesh:
    """Content of a mesh file.

    Attributes:
        format: what the file is, for messages.
        points: coordinates in the unit of the file, shape (number of points, 3).
        blocks: its elements.
        sets: named sets of elements.
        sides: corner points of the facets of each named surface; of a facet with three corners
            among facets with four the last is -1.
        node_sets: named sets of points.
        internal: names of surfaces and sets of points that are used only if they are asked for.
        arrays: integer of each element, by name of the array; `NONE` where there is none.
        preferred: names of sets that are the regions if sets overlap, such as those with a section.
        folds_case: names that differ in case alone are one name.
        ignored: what was not read, and why.
        files: all files that were read.
    """

    format: str
    points: Floats
    blocks: Sequence[Block]
    sets: Sequence[NamedSet] = ()
    sides: Mapping[str, Ints] = field(default_factory=dict)
    node_sets: Mapping[str, Ints] = field(default_factory=dict)
    arrays: Mapping[str, Ints] = field(default_factory=dict)
    preferred: Sequence[str] = ()
    internal: Sequence[str] = ()
    folds_case: bool = False
    ignored: Sequence[str] = ()
    files: Sequence[Path] = ()

    def starts(self) -> list[int]:
        """Return the number of the first element of each block."""
        return [0, *np.cumsum([len(block.nodes) for block in self.blocks]).tolist()][:-1]

    @property
    def highest(self) -> int:
        """Highest dimension of its elements [1]."""
        return max((b.shape.dim for b in self.blocks if len(b.nodes)), default=0)


def in_space(points: Floats) -> Floats:
    """Return coordinates in one, two or three dimensions as coordinates in three."""
    spread = np.zeros((len(points), 3))
    spread[:, : points.shape[1]] = points
    return spread


def padded_rows(rows: Sequence[Sequence[int]]) -> Ints:
    """Return facets with two to four corners as an array, filled up with -1."""
    width = max((len(row) for row in rows), default=2)
    return np.array([[*row, *[-1] * (width - len(row))] for row in rows], dtype=np.int64).reshape(
        -1, width
    )
