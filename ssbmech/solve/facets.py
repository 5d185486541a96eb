# SPDX-License-Identifier: BSD-3-Clause
r"""Unknowns of the facets of one interface, eliminated facet by facet.

Where the interface moves they live at its vertices: what is said of a facet holds for a vertex,
whose neighbours are those of all facets around it. Each facet has a multiplier :math:`\lambda`, a
slack and further unknowns of its own. One of the equations of multiplier and slack stays as that of
the multiplier: where the facet is closed that of the slack, for the other one says that the slack
is zero; where it is open that of the multiplier, which says that the multiplier is zero. What is
left is a small regular matrix E, and with the facet's neighbours y, fields that its equations name
or whose equations name it,

.. math:: K_{yy} \leftarrow K_{yy} - C E^{-1} R, \quad
          K_{\lambda y} = R_\lambda - E_\lambda E^{-1} R

Which of the two it is follows from the matrix itself: the equation of a closed facet's multiplier
does not contain the multiplier.

Shear that holds a closed facet is a multiplier too, but for its normal part: nothing is eliminated
there.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from ssbmech.solve.field_roles import Complementary, Held, Local
from ssbmech.solve.neighbours import Entries, Neighbours, Unsuited
from ssbmech.solve.numbering import Numbering
from ssbmech.solve.split import Split
from ssbmech.solve.unknowns import Unknown

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

HOLDS = 3.0 / 2.6
"""Stiffness beneath a held facet along it, over that across it, found by trial [1]."""

PIECE = 1 << 10
"""Facets whose constraints are added at a time [1]."""


class Multipliers(Protocol):
    """Role of the multipliers of an interface, with what is eliminated beside them.

    Values come in the symmetric scaling of the system, in which rows are multiplied by their scales
    and by the sizes of their residuals.
    """

    @property
    def kept(self) -> Longs:
        """Local rows of the multipliers by facet."""

    @property
    def eliminated(self) -> Longs:
        """Local rows of what is eliminated by facet."""

    @property
    def neighbours(self) -> Neighbours:
        """Their neighbours."""

    def fill(self, values: Array, crossed: Array) -> Array:
        """Eliminate, and return what to add to the kept matrix, neighbour by neighbour.

        Args:
            values: values of the entries in the equations of facets, symmetrically scaled.
            crossed: those of the entries of other rows in the facets' columns.

        Raises:
            Unsuited: facets are coupled to others; on this rank.
            LinAlgError: the equations of one are singular; on this rank.
        """

    def scales(self, symmetric: Array) -> Array:
        """Return the scales of the equations that are kept, given those of all rows."""

    def solve(self, rhs: Array) -> Array:
        """Apply what is close to the inverse operator once all other fields are eliminated."""

    def raising(self, kept: Array) -> Array:
        """Return what constraints add to the equations of the neighbours, by facet.

        Args:
            kept: the multipliers' equations: their right-hand sides or their residuals.
        """

    def restrict(self, rhs: Array) -> tuple[Array, Array]:
        """Return what to add to the right-hand sides of the neighbours, and the multipliers' own.

        Args:
            rhs: this rank's right-hand side, symmetrically scaled.
        """

    def expand(self, neighbours: Array) -> Array:
        """Return the eliminated unknowns by facet, given the neighbours' values.

        Args:
            neighbours: values of the valid members; the right-hand side is that of `restrict`.
        """


class Facets:
    """Rows of the unknowns of each owned facet of an interface, or vertex where they live there.

    Attributes:
        pair: local rows of multiplier, slack, and what else is eliminated.
        held: local rows of shear that holds; none on an interface without.
        per_area: stiffness over area by facet [Pa/m3].
        scale: scale of the multiplier.
        slack_scale: scale of the slack.
        held_scale: scale of the shear.
        factor: number by which its constraint is multiplied.
    """

    def __init__(
        self,
        numbering: Numbering,
        pair: Complementary,
        others: list[Local],
        held: list[Held],
        index: dict[str, int],
    ) -> None:
        """Find the rows.

        Raises:
            Unsuited: one of the unknowns is prescribed or tied, or lives elsewhere than the slack;
                on this rank.
        """
        places = pair.slack.function.function_space.dofmap
        found, first = np.unique(places.list, return_index=True)
        self._dofs = found[found < places.index_map.size_local].astype(np.int64)
        at, owned = first[: len(self._dofs)], len(self._dofs)
        self.scale, self.slack_scale = pair.multiplier.scale, pair.slack.scale

        def rows(unknowns: list[Unknown]) -> Longs:
            columns = [np.zeros((owned, 0), dtype=np.int64)]
            for unknown in unknowns:
                k, size = index[unknown.key], unknown.block_size
                dofmap = unknown.function.function_space.dofmap
                if dofmap.list.shape != places.list.shape:
                    raise Unsuited(f"{unknown.key} lives elsewhere than {pair.slack.key}")
                if np.any(numbering.targets[k] != numbering.own_rows(k)):
                    raise Unsuited(f"{unknown.key} is prescribed on an interface")
                nodes = dofmap.list.ravel()[at].astype(np.int64)[:, None]
                columns.append(numbering.starts[k] + nodes * size + np.arange(size))
            return np.concatenate(columns, axis=1)

        self.pair = rows([pair.multiplier, pair.slack, *(other.unknown for other in others)])
        self.held = rows([each.unknown for each in held])
        self.held_scale = held[0].unknown.scale if held else 1.0
        self.factor = held[0].factor if held else 1.0
        self._pair, self.per_area = pair, np.ones(owned)

    def follow(self) -> None:
        """Follow the stiffness beneath the facets; collective."""
        stiffness = self._pair.stiffness()
        self.per_area = stiffness[self._dofs] / self._pair.areas[self._dofs]

    @property
    def multipliers(self) -> Longs:
        """Local rows of all multipliers."""
        return np.concatenate([self.pair[:, 0], self.held.ravel()])

    @property
    def apart(self) -> Longs:
        """Local rows of all that is eliminated."""
        return self.pair[:, 1:].ravel()

    def groups(self, matrix: Entries, split: Split, enlarged: int) -> list[Multipliers]:
        """Return the multipliers with their neighbours; collective.

        Args:
            matrix: entries of the system matrix.
            split: blocks of what is kept.
            enlarged: block to whose equations constraints are added.

        Raises:
            Unsuited: facets are coupled to others.
        """
        found: list[Multipliers] = [
            Elimination(self, Neighbours(self.pair, 1, matrix, split, enlarged))
        ]
        size = self.held.shape[1]
        if size:
            found.append(Holding(self, Neighbours(self.held, size, matrix, split, enlarged)))
        return found


class Elimination:
    """The contact pressure of an interface, and the elimination of what is local to its facets.

    Attributes:
        neighbours: neighbours of each facet.
        closed: which facets are closed.
    """

    def __init__(self, facets: Facets, neighbours: Neighbours) -> None:
        """Belong to an interface."""
        self.facets, self.neighbours = facets, neighbours

    @property
    def kept(self) -> Longs:
        """Local rows of the multipliers by facet."""
        return self.facets.pair[:, :1]

    @property
    def eliminated(self) -> Longs:
        """Local rows of what is eliminated by facet."""
        return self.facets.pair[:, 1:]

    def fill(self, values: Array, crossed: Array) -> Array:
        """Eliminate, and return what to add to the kept matrix, neighbour by neighbour."""
        own, near, across = self.neighbours.gather(values, crossed)
        self.closed = np.abs(own[:, 0, 1]) > np.abs(own[:, 0, 0])
        self._swap(own)
        self._swap(near)
        self._inverse = np.asarray(np.linalg.inv(own[:, 1:, 1:]), dtype=np.float64)
        self._columns, self._near, self._own_kept = across[:, :, 1:], near[:, 1:, :], own[:, :1, 1:]
        solved = self._inverse @ self._near
        change: Array = self._columns @ solved
        np.negative(change, out=change)
        change[:, -1, :] = (near[:, :1, :] - self._own_kept @ solved)[:, 0, :]
        self._augment(change, across[:, :, 0])
        return change

    def _swap(self, rows: Array) -> None:
        """Bring the equation that is kept to the first place, in the multiplier's scale."""
        closed = self.closed
        rows[closed, :2] = rows[closed, 1::-1]
        rows[closed, 0] *= self.facets.scale / self.facets.slack_scale

    def _augment(self, change: Array, column: Array) -> None:
        r"""Add the closed constraints, weighted, to the equations of the enlarged neighbours.

        The operator of a closed multiplier is then close to minus :math:`C + (1/k) W / (W + k)`.
        """
        closed, diagonal = self.closed, change[:, -1, -1].copy()
        stiffness = self.facets.per_area / self.facets.scale**2
        softness = np.where(closed, np.maximum(-diagonal, 0.0), 0.0)
        weights = np.where(closed, 1.0 / (1.0 / stiffness + softness), 0.0)
        beneath = weights / (weights + stiffness) / stiffness
        self._operator = np.where(closed, -(softness + beneath), diagonal)
        self._lever = np.where(self.neighbours.enlarged, column + change[:, :, -1], 0.0)
        self._lever *= weights[:, None]
        # in pieces: at a million unknowns this is the largest array of the facets
        for start in range(0, len(change), PIECE):
            piece = slice(start, start + PIECE)
            change[piece] += self._lever[piece, :, None] * change[piece, -1:, :]

    def scales(self, symmetric: Array) -> Array:
        """Return the scales of the equations that are kept, given those of all rows."""
        rows, facets = self.facets.pair, self.facets
        of_slack = symmetric[rows[:, 1]] * facets.scale / facets.slack_scale
        return np.asarray(np.where(self.closed, of_slack, symmetric[rows[:, 0]])[:, None])

    def solve(self, rhs: Array) -> Array:
        """Apply what is close to the inverse operator once all other fields are eliminated."""
        return np.asarray(rhs / self._operator[:, None])

    def raising(self, kept: Array) -> Array:
        """Return what constraints add to the equations of the neighbours, by facet."""
        return np.asarray(self._lever * kept)

    def restrict(self, rhs: Array) -> tuple[Array, Array]:
        """Return what to add to the neighbours' right-hand sides, and the multipliers' own."""
        own = rhs[self.facets.pair]
        self._swap(own)
        self._solved = np.einsum("fab,fb->fa", self._inverse, own[:, 1:])
        kept = own[:, 0] - np.einsum("fa,fa->f", self._own_kept[:, 0], self._solved)
        change = -np.einsum("fna,fa->fn", self._columns, self._solved)
        change[:, -1] = 0.0
        return change, kept[:, None]

    def expand(self, neighbours: Array) -> Array:
        """Return the eliminated unknowns by facet, given the neighbours' values."""
        moved = np.einsum("fan,fn->fa", self._near, self.neighbours.spread(neighbours))
        return np.asarray(self._solved - np.einsum("fab,fb->fa", self._inverse, moved))


class Holding:
    r"""Shear that holds the closed facets of an interface.

    Its equation is, over the facet's area,

    .. math:: r (T [u] - ...) + n n^T \tau = 0, \quad T = I - n n^T

    where closed, and tau = 0 where open.

    Attributes:
        neighbours: neighbours of each facet.
    """

    def __init__(self, facets: Facets, neighbours: Neighbours) -> None:
        """Belong to an interface."""
        self._facets, self.neighbours = facets, neighbours

    @property
    def kept(self) -> Longs:
        """Local rows of the multipliers by facet."""
        return self._facets.held

    @property
    def eliminated(self) -> Longs:
        """None."""
        return self._facets.held[:, :0]

    def fill(self, values: Array, crossed: Array) -> Array:
        """Return what to add to the kept matrix, neighbour by neighbour."""
        own, near, across = self.neighbours.gather(values, crossed)
        size = own.shape[1]
        trace = np.einsum("faa->f", own)
        # a projection onto the normal where closed, onto everything where open
        closed = trace**2 < 1.5 * np.einsum("fab,fab->f", own, own)
        self._row = np.where(closed, 1.0 / self._facets.factor, 1.0)[:, None]
        near *= self._row[:, :, None]
        own *= self._row[:, :, None]
        stiffness = HOLDS * self._facets.per_area / self._facets.held_scale**2
        weights = np.where(closed, stiffness, 0.0)[:, None, None]
        along = np.eye(size) - own / (trace[:, None, None] * self._row[:, :, None])
        soft = np.where(closed, 0.5 / stiffness, 0.0)[:, None, None] * along
        self._inverse = np.linalg.inv(own - soft) if len(own) else own
        self._lever = np.where(self.neighbours.enlarged[:, :, None], across, 0.0) * weights
        change: Array = self._lever @ near
        change[:, -size:, :] = near
        return change

    def scales(self, symmetric: Array) -> Array:
        """Return the scales of the equations that are kept, given those of all rows."""
        return np.asarray(symmetric[self._facets.held] * self._row)

    def solve(self, rhs: Array) -> Array:
        """Apply what is close to the inverse operator once all other fields are eliminated."""
        return np.asarray(np.einsum("fab,fb->fa", self._inverse, rhs))

    def raising(self, kept: Array) -> Array:
        """Return what constraints add to the equations of the neighbours, by facet."""
        return np.asarray(np.einsum("fna,fa->fn", self._lever, kept))

    def restrict(self, rhs: Array) -> tuple[Array, Array]:
        """Return what to add to the neighbours' right-hand sides, and the multipliers' own."""
        return np.zeros(self.neighbours.members.shape), rhs[self._facets.held] * self._row

    def expand(self, neighbours: Array) -> Array:
        """Return nothing by facet: nothing is eliminated."""
        return np.zeros(self.eliminated.shape)
