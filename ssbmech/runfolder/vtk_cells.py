# SPDX-License-Identifier: BSD-3-Clause
"""The kinds of cells that field files hold, with VTK's numbers and order of points."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class VtkCell:
    """A kind of cell.

    Attributes:
        number: VTK's number of it.
        shape: "interval", "triangle" or "tetrahedron".
        corners: Number of corners, which come first among its points.
        places: DOLFINx's number of the node at each place of VTK's order.
    """

    number: int
    shape: str
    corners: int
    places: tuple[int, ...]


# DOLFINx numbers the edges of a simplex by their opposite corner, VTK by walking round it.
VTK_CELLS: Final = (
    VtkCell(3, "interval", 2, (0, 1)),
    VtkCell(21, "interval", 2, (0, 1, 2)),
    VtkCell(5, "triangle", 3, (0, 1, 2)),
    VtkCell(22, "triangle", 3, (0, 1, 2, 5, 3, 4)),
    VtkCell(10, "tetrahedron", 4, (0, 1, 2, 3)),
    VtkCell(24, "tetrahedron", 4, (0, 1, 2, 3, 9, 6, 8, 7, 5, 4)),
)

CORNERS: Final[Mapping[int, int]] = MappingProxyType({c.number: c.corners for c in VTK_CELLS})
"""VTK's number of a kind of cell -> number of its corners."""


def vtk_cell(shape: str, nodes: int) -> VtkCell | None:
    """Return the kind of cell of a shape with a number of nodes, None if files hold none such.

    Args:
        shape: Name of the shape.
        nodes: Number of its nodes.
    """
    found = (cell for cell in VTK_CELLS if (cell.shape, len(cell.places)) == (shape, nodes))
    return next(found, None)
