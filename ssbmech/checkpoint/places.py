# SPDX-License-Identifier: BSD-3-Clause
"""Where values that are kept belong, and what becomes of them when a body is meshed anew.

Bodies that keep their mesh, and interfaces, keep all values; only the numbers of cells and points
change. In the body that is meshed anew a continuous field is what it was at the same place, and
what is known at integration points is taken from the nearest one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from ssbmech.checkpoint import halves, joins
from ssbmech.geometry.facet_rows import facets_by_corner, places_of
from ssbmech.geometry.fewer_facets import Joining
from ssbmech.geometry.halving import Halving
from ssbmech.geometry.locate import Located, edges_of, locate
from ssbmech.geometry.original import Numbers, node_ends, node_number
from ssbmech.geometry.replacing import Part, Replacement

Array = npt.NDArray[np.float64]
Rows = tuple[Numbers, Array]


@dataclass(frozen=True, eq=False)
class Change:
    """A body that is meshed anew.

    Attributes:
        body: its name.
        made: its old and its new mesh, and that of all bodies.
    """

    body: str
    made: Replacement
    _at: dict[int, tuple[Numbers, Located]] = field(default_factory=dict)

    def numbers(self, numbers: Numbers) -> Numbers:
        """Return the new numbers of nodes; -1 for those that are no more."""
        ends = self.made.points[node_ends(numbers)]
        there = (ends >= 0).all(axis=1)
        return np.where(there, node_number(ends), -1)

    def nodes(self, degree: int) -> tuple[Numbers, Located]:
        """Return the numbers of the body's new nodes, and where they lie in its old mesh.

        Args:
            degree: degree of the fields, 1 or 2.
        """
        if degree not in self._at:
            after, before = self.made.after, self.made.before
            numbers = _nodes_of(after, degree)
            x = after.points[node_ends(numbers)].mean(axis=1)
            self._at[degree] = numbers, locate(x, np.nan_to_num(before.points), before.cells)
        return self._at[degree]

    @cached_property
    def corners(self) -> Array:
        """Corners of the old mesh's cells, shape (cells, dim + 1, dim) [m]."""
        return self.made.before.corners


class Entities(Protocol):
    """Role of what values belong to."""

    @property
    def on(self) -> str:
        """Name of the body or interface."""

    def moved(self, numbers: Numbers, values: Array, change: Change) -> Rows:
        """Return numbers and values after a body is meshed anew.

        Args:
            numbers: original numbers of the entities.
            values: one row for each.
            change: the body.
        """

    def halved(self, numbers: Numbers, values: Array, halving: Halving) -> Rows:
        """Return numbers and values after facets are halved.

        Args:
            numbers: original numbers of the entities.
            values: one row for each.
            halving: what was halved.
        """

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return numbers and values after facets are joined.

        Args:
            numbers: original numbers of the entities.
            values: one row for each.
            joining: what was joined.
        """


@dataclass(frozen=True)
class Nodes:
    """Nodes of a continuous field on a body or interface."""

    on: str

    def moved(self, numbers: Numbers, values: Array, change: Change) -> Rows:
        """Return the values at the new nodes."""
        now = change.numbers(numbers)
        if change.body != self.on:
            return now, values
        ends = node_ends(numbers)
        degree = 1 + int(np.any(ends[:, 0] != ends[:, 1]))
        wanted, at = change.nodes(degree)
        found = self._at(numbers, values, change, degree, at)
        stays = now >= 0
        order = np.argsort(wanted)
        place = np.searchsorted(wanted, now[stays], sorter=order)
        place = order[np.minimum(place, len(wanted) - 1)]
        hits = wanted[place] == now[stays]
        # to the last bit where a node is what it was
        found[place[hits]] = values[stays][hits]
        return wanted, found

    def halved(self, numbers: Numbers, values: Array, halving: Halving) -> Rows:
        """Return the values of the same function at the new nodes."""
        return halves.at_nodes(numbers, values, halving)

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return the values at the same places."""
        return joins.at_nodes(numbers, values, joining)

    def _at(
        self, numbers: Numbers, values: Array, change: Change, degree: int, at: Located
    ) -> Array:
        """Return the values of the field at places in its old mesh."""
        cells = change.made.before.cells[at.cells]
        order = np.argsort(numbers)

        def of(ends: Numbers) -> Array:
            wanted = node_number(ends.reshape(-1, 2))
            found = values[order[np.searchsorted(numbers, wanted, sorter=order)]]
            return np.asarray(found.reshape(*ends.shape[:2], *values.shape[1:]))

        corners = of(np.stack([cells, cells], axis=2))
        if degree == 1:
            return at.linear(corners)
        edges = np.stack([cells[:, list(pair)] for pair in edges_of(cells.shape[1])], axis=1)
        return at.quadratic(corners, of(edges))


@dataclass(frozen=True)
class Vertices(Nodes):
    """Vertices of an interface that have densities."""

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return values whose sum over areas stays."""
        return joins.at_vertices(numbers, values, joining)


@dataclass(frozen=True)
class Gaps(Nodes):
    """Vertices of an interface that have gaps."""

    def halved(self, numbers: Numbers, values: Array, halving: Halving) -> Rows:
        """Return gaps with which the wall has the shape that it had."""
        return halves.gaps(numbers, values, halving)

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return gaps whose volume stays."""
        return joins.at_walls(numbers, values, joining)


@dataclass(frozen=True)
class Positions(Nodes):
    """Vertices of a body that moves, and where they are."""

    def halved(self, numbers: Numbers, values: Array, halving: Halving) -> Rows:
        """Return positions with which the body has the shape that it had."""
        return halves.positions(numbers, values, halving)

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return positions with which the body has the volume that it had."""
        return joins.at_walls(numbers, values, joining)


@dataclass(frozen=True, eq=False)
class IntegrationPoints:
    """Integration points of the cells of a body.

    Attributes:
        on: name of the body.
        weights: barycentric coordinates of the points of a cell, shape (points, dim + 1).
    """

    on: str
    weights: Array

    def moved(self, numbers: Numbers, values: Array, change: Change) -> Rows:
        """Return the values at the new points."""
        count = len(self.weights)
        if change.body != self.on:
            cells = change.made.cells[numbers // count]
            return cells * count + numbers % count, values
        before, after = change.made.before, change.made.after
        local = np.searchsorted(before.numbers, numbers // count)
        corners = before.corners[local]
        x = np.einsum("pk,pkd->pd", self.weights[numbers % count], corners)
        wanted = after.numbers[:, None] * count + np.arange(count)
        places = np.einsum("qk,ckd->cqd", self.weights, after.corners)
        nearest = cKDTree(x).query(places.reshape(-1, x.shape[1]))[1]
        return wanted.ravel(), values[nearest]

    def halved(self, numbers: Numbers, values: Array, halving: Halving) -> Rows:
        """Return the values at the points of the halves."""
        return halves.at_points(numbers, values, self.weights, halving)

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return the values at the points of cells, some of which have another corner."""
        return joins.at_points(numbers, values, self.weights, joining)


@dataclass(frozen=True)
class Facets:
    """Facets of an interface, known by the cell of the minus body.

    Attributes:
        on: name of the interface.
        minus: name of the minus body.
    """

    on: str
    minus: str

    def moved(self, numbers: Numbers, values: Array, change: Change) -> Rows:
        """Return the values of the same facets."""
        made = change.made
        count = made.mesh.cells.shape[1]
        if change.body != self.minus:
            return made.cells[numbers // count] * count + numbers % count, values
        before, after = made.before, made.after
        cells = before.cells[np.searchsorted(before.numbers, numbers // count)]
        on_facet = np.arange(count) != (numbers % count)[:, None]
        facets = made.points[cells[on_facet].reshape(-1, count - 1)]
        known = facets_by_corner(after.cells)
        at = places_of(facets, known.reshape(-1, count - 1))
        local, cell = np.divmod(at, len(after.cells))
        return after.numbers[cell] * count + local, values

    def halved(self, numbers: Numbers, values: Array, halving: Halving) -> Rows:
        """Return the values of the whole facets."""
        return halves.on_facets(numbers, values, halving)

    def joined(self, numbers: Numbers, values: Array, joining: Joining) -> Rows:
        """Return the means over the joined facets."""
        return joins.on_facets(numbers, values, joining)


@dataclass(frozen=True, eq=False)
class Places:
    """Where values of a kind belong.

    Attributes:
        name: name, the same on all ranks.
        rows: local blocks of dofs that this rank keeps.
        numbers: their original numbers.
        entities: what they belong to.
    """

    name: str
    rows: npt.NDArray[np.integer]
    numbers: Numbers
    entities: Entities


def _nodes_of(part: Part, degree: int) -> Numbers:
    """Return the numbers of all nodes of a body."""
    cells = part.cells
    ends: list[Numbers] = [np.stack([cells, cells], axis=2).reshape(-1, 2)]
    if degree > 1:
        ends.extend(np.asarray(cells[:, list(pair)]) for pair in edges_of(cells.shape[1]))
    return np.unique(node_number(np.concatenate(ends)))
