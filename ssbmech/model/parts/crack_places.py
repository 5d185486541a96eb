# SPDX-License-Identifier: BSD-3-Clause
"""Where the ridges, the flaw and the mouth of a crack are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech._compat import cell_nodes
from ssbmech.forms.crack_ridges import Ridges

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class CrackPlaces:
    """Points of a crack that this rank knows, each of shape (n, 3) [m].

    Attributes:
        edges: what ridges of facets are.
        mouth: 1 at ridges that are open, 0 at others.
        broken: which owned facets are broken from the start.
        owned: number of ridges that this rank owns.
    """

    edges: Ridges
    mouth: fem.Function
    broken: npt.NDArray[np.bool_]
    owned: int

    @property
    def all_ridges(self) -> Array:
        """Ridges of this rank, and those of other ranks that it knows."""
        return np.asarray(self.mouth.function_space.tabulate_dof_coordinates())

    @property
    def ridges(self) -> Array:
        """Ridges that this rank owns."""
        return self.all_ridges[: self.owned]

    @property
    def open_ridges(self) -> Array:
        """Ridges that are open."""
        return self.all_ridges[self.mouth.x.array > 0.5]

    @property
    def flaw_vertices(self) -> Array:
        """Vertices of the facets that are broken from the start."""
        mesh = self.mouth.function_space.mesh
        ends = cell_nodes(mesh)[: len(self.broken)][self.broken]
        return np.asarray(mesh.geometry.x[np.unique(ends)])

    @property
    def mouth_vertices(self) -> Array:
        """Vertices of the ends at which the crack is open."""
        space, owned = self.mouth.function_space, len(self.broken)
        ends = self.mouth.x.array[space.dofmap.list[:owned]] > 0.5
        corners = np.asarray(self.edges.corners)
        facet, ridge = np.nonzero(ends)
        nodes = cell_nodes(space.mesh)[:owned][facet[:, None], corners[ridge]]
        return np.asarray(space.mesh.geometry.x[np.unique(nodes)])
