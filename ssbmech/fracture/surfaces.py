# SPDX-License-Identifier: BSD-3-Clause
"""The surface of an electrolyte at an interface: facets, and what a run stored at them and below.

A flaw begins at the middle of a facet and goes straight into the electrolyte, along the normal. Its
plane turns about the normal: the worst one is taken, that of the largest tension along the surface.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.errors import RunFolderError
from ssbmech.fracture.cells import OUTSIDE, Cells, Located

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData

    Array = NDArray[np.float64]
    Numbers = NDArray[np.int64]

# How far the two meshes of an interface may be apart, over the size of a facet.
_APART: Final = 0.05
# Place in a stored stress (xx, yy, zz, xy, yz, xz) of each component of the tensor.
_PLACES: Final = np.array([[0, 3, 5], [3, 1, 4], [5, 4, 2]])


@dataclass(frozen=True, eq=False)
class Surface:
    """Facets of an electrolyte.

    Attributes:
        middles: Middles, shape (facets, dim) [m].
        areas: Areas, per depth in the plane, shape (facets,) [m2 or m].
        inward: Unit normals into the electrolyte, shape (facets, 3).
        along: Two unit vectors along each facet, shape (facets, 2, 3).
        cells: Cell of the electrolyte behind each facet.
    """

    middles: Array
    areas: Array
    inward: Array
    along: Array
    cells: Numbers

    @classmethod
    def of(cls, grid: Cells, interface: FieldData) -> Surface:
        """Return the facets of an interface, as those of one of its bodies.

        Args:
            grid: Cells of the body.
            interface: Field file of the interface.

        Raises:
            RunFolderError: A facet is not one of the body's.
        """
        x = interface.points[interface.corners]
        middles = x.mean(axis=1)[:, : grid.dim]
        sizes = np.linalg.norm(x - x.mean(axis=1, keepdims=True), axis=2).max(axis=1)
        cells = grid.behind(middles, _APART * sizes)
        if (cells == OUTSIDE).any():
            missing = int((cells == OUTSIDE).sum())
            raise RunFolderError(
                f"{interface.path.name}: {missing} of {len(cells)} facets are no faces of the "
                "electrolyte's cells, so that no stress is known at them"
            )
        first = _unit(x[:, 1] - x[:, 0])
        if grid.dim == 3:
            across = np.cross(x[:, 1] - x[:, 0], x[:, 2] - x[:, 0])
            areas, normal = 0.5 * np.linalg.norm(across, axis=1), _unit(across)
        else:
            areas = np.linalg.norm(x[:, 1] - x[:, 0], axis=1)
            normal = np.stack([first[:, 1], -first[:, 0], np.zeros(len(first))], axis=1)
        inside = grid.points[grid.corners[cells]].mean(axis=1) - middles
        normal *= np.sign((normal[:, : grid.dim] * inside).sum(axis=1))[:, None]
        second = np.cross(normal, first)
        along = np.stack([first, second], axis=1)
        return cls(middles, areas * grid.around(middles), normal, along, cells)

    def only(self, chosen: NDArray[np.bool_]) -> Surface:
        """Return some of the facets."""
        return Surface(
            self.middles[chosen],
            self.areas[chosen],
            self.inward[chosen],
            self.along[chosen],
            self.cells[chosen],
        )

    def below(self, grid: Cells, depths: Array) -> Located:
        """Return the points below all facets at some depths, those of the first depth first.

        Args:
            grid: Cells of the electrolyte.
            depths: Depths [m].
        """
        down = self.inward[:, : grid.dim]
        places = self.middles[None] + depths[:, None, None] * down[None]
        start = np.tile(self.cells, len(depths))
        return grid.locate(places.reshape(-1, grid.dim), start)

    def tension(self, stress: Array) -> Array:
        """Return the largest tension along each facet, shape (facets,).

        Args:
            stress: Stress, or its weighted sum, as it is stored, shape (facets, 6).
        """
        tensor = stress[:, _PLACES]
        flat = np.einsum("fai,fij,fbj->fab", self.along, tensor, self.along)
        mean = 0.5 * (flat[:, 0, 0] + flat[:, 1, 1])
        return np.asarray(mean + np.hypot(0.5 * (flat[:, 0, 0] - flat[:, 1, 1]), flat[:, 0, 1]))


def at_facets(interface: FieldData, name: str, step: int) -> Array:
    """Return a field of an interface facet by facet, zero if it has none of the name.

    Args:
        interface: Field file of the interface.
        name: Name of the field.
        step: Number of the output.
    """
    if name not in interface.names:
        return np.zeros(len(interface.corners))
    values = interface.values(name, step)
    return values[interface.corners].mean(axis=1) if interface.arrays[name].on_points else values


def principal(stress: Array) -> Array:
    """Return the principal stresses of stored ones, shape (places, 3).

    Args:
        stress: Stress as it is stored, shape (places, 6) [Pa].
    """
    return np.asarray(np.linalg.eigvalsh(stress[:, _PLACES]))


def _unit(vectors: NDArray[Any]) -> Array:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
