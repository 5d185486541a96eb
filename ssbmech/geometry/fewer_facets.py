# SPDX-License-Identifier: BSD-3-Clause
"""What has become of a mesh when points were taken from its walls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.simplices import LabelledMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Facet = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Join:
    """A point of a wall that is no more, and the facets around it, which have become fewer.

    Attributes:
        ring: the points around it, in rising order.
        middle: the point.
        before: corners of the facets around it.
        after: corners of those in their place.
        shared: areas that the latter share with the former, shape (after, before) [m or m2].
        stood: areas for which the points of the ring stood on the facets before [m or m2].
        gone: that for which the middle did [m or m2].
        stand: those for which the ring stands on the facets after [m or m2].
        whole: those for which it stands on all facets of the interface [m or m2].
        swept: volumes that small gaps there take from the body, over that of the facets after by
            its area: `whole` where the interface goes straight on [m or m2].
        takers: which points of the ring make up for what is lost.
    """

    ring: tuple[int, ...]
    middle: int
    before: tuple[Facet, ...]
    after: tuple[Facet, ...]
    shared: Array
    stood: Array
    gone: float
    stand: Array
    whole: Array
    swept: Array
    takers: npt.NDArray[np.bool_]

    def lost(self, ring: Array, middle: Array) -> Array:
        """Return the sum over areas that a linear function loses as its middle value goes.

        Args:
            ring: its values around the middle, shape (ring, ...).
            middle: that in the middle.
        """
        return np.asarray(np.tensordot(self.stood - self.stand, ring, 1) + self.gone * middle)

    def takes(self, weights: Array) -> Array:
        """Return by how much the values of the ring rise to make up for a sum [1/m or 1/m2].

        Args:
            weights: those of the ring in that sum, `whole` or `swept`.
        """
        return np.asarray(self.takers / weights[self.takers].sum())


@dataclass(frozen=True, eq=False)
class Joining:
    """A mesh from some of whose walls points were taken.

    Attributes:
        before: the mesh of all bodies, as they were made.
        mesh: the same with joined facets.
        points: new number of each old point; -1 for one that is no more.
        cells: new number of each old cell; -1 for one that is no more.
        changed: old numbers of cells that have another corner.
        joins: what was done, in old numbers.
    """

    before: LabelledMesh
    mesh: LabelledMesh
    points: Ints
    cells: Ints
    changed: Ints
    joins: tuple[Join, ...]

    @property
    def around(self) -> Ints:
        """Old numbers of the cells around the points that are no more."""
        middles = [join.middle for join in self.joins]
        return np.flatnonzero(np.isin(self.before.cells, middles).any(axis=1))
