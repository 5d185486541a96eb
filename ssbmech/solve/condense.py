# SPDX-License-Identifier: BSD-3-Clause
r"""The system without the unknowns of facets, in blocks: exact, and better to precondition.

Rows are scaled symmetrically: the equation of a field is multiplied by its scale and by the size of
its residual, as its unknowns are by the scale. To the equations of the elliptic fields of most
components closed constraints are added, weighted with the stiffness of what lies beneath them,

.. math:: K_{uy} \leftarrow K_{uy} + B^T W K_{\lambda y}, \quad W = (1/k + C)^{-1}

with minus C the multiplier's place in its own equation. That changes no solution, and makes the
operator of the multipliers nearly diagonal once the others are eliminated.

Patterns are made once and only values change. Neighbours of a facet are found by the entries that
are not zero; where one becomes so later, such as at a bond that opens, the patterns are made anew.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ssbmech.solve.facets import Facets, Multipliers
from ssbmech.solve.kept_blocks import KeptBlocks
from ssbmech.solve.neighbours import Crossing, Entries, Singular, Unsuited
from ssbmech.solve.post import Post
from ssbmech.solve.sorted_entries import SortedEntries, Values
from ssbmech.solve.split import Split
from ssbmech.solve.stiffened import Stiffened
from ssbmech.solve.system import System

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


class Grown(Exception):
    """An entry has a value that had none when the patterns were made."""


class Condensed:
    """The kept blocks of a system, their matrices and right-hand sides.

    Attributes:
        split: the blocks.
        scales: symmetric scale of this rank's rows of the kept blocks; that of a multiplier follows
            the equation that is kept.
        matrices: matrices by row and column block; none where there is nothing.
        groups: multipliers by interface and kind.
    """

    def __init__(
        self,
        system: System,
        split: Split,
        facets: Sequence[Facets],
        multipliers: int,
        enlarged: int,
        explicit: int,
        used: Flags | None = None,
    ) -> None:
        """Make the patterns from the present blocks; collective.

        Args:
            system: the system, with its Jacobian assembled.
            split: the blocks of what is kept.
            facets: unknowns of facets, interface by interface.
            multipliers: block of the multipliers.
            enlarged: block of the fields to whose equations the constraints are added.
            explicit: block of fields that facets may come to name at any time: as gaps open.
            used: entries of facets that were not zero earlier.

        Raises:
            Unsuited: facets are coupled to others.
        """
        self.split, self._system, self._multipliers = split, system, multipliers
        self._facets = facets
        self._symmetric = _symmetric_scales(system)
        self.scales = self._symmetric[split.rows]
        found = SortedEntries(system, split, multipliers)
        self._of_facets, self._crossing = found.of_facets, found.crossing
        entries = self._entries_of_facets(used, explicit)
        self.groups = [group for each in facets for group in each.groups(entries, split, enlarged)]
        self._kept = KeptBlocks(system, split, found.pieces, self.groups)
        self.matrices = self._kept.matrices

    def _entries_of_facets(self, used: Flags | None, explicit: int) -> Entries:
        """Return the entries of the facets' rows and columns, to their ranks; collective."""
        values, first = Values(self._system), self._system.numbering.first
        of_facets, crossing = self._of_facets, self._crossing
        self.used = np.concatenate([of_facets.take(values), crossing.take(values)]) != 0.0
        if used is not None:
            self.used |= used
        near, far = np.split(self.used, [len(of_facets.rows)])
        near |= self.split.place(of_facets.columns).block == explicit
        self._post = Post(self.split.comm, self.split.owners(crossing.columns))
        return Entries(
            first=first,
            size=self._system.numbering.local_size,
            rows=of_facets.rows - first,
            columns=of_facets.columns,
            used=near,
            crossing=Crossing(
                rows=self._post.send_numbers(crossing.rows),
                columns=self._post.send_numbers(crossing.columns) - first,
                used=self._post.send(far.astype(np.float64)) > 0.0,
            ),
        )

    def stands_alone(self, block: int) -> bool:
        """Return whether the equations of a block name its own unknowns at all."""
        return (block, block) in self.matrices

    def fill(self) -> None:
        """Condense the present blocks of the system; collective.

        Raises:
            Grown: the patterns are too small.
            Unsuited: facets are coupled to others.
            Singular: equations of one are singular.
        """
        values = Values(self._system)
        of_facets = self._of_facets.take(values)
        crossed = self._post.send(self._crossing.take(values))
        grown = any(each.neighbours.grown(of_facets, crossed) for each in self.groups)
        if self.split.comm.allreduce(grown):
            raise Grown
        for each in self._facets:
            each.follow()
        changes = self._eliminate(of_facets, crossed)
        self._kept.fill(values, changes)
        self._scale_multipliers()

    def stiffened(self, block: int) -> Stiffened:
        """Return what takes the place of a block where terms are added to it; collective."""
        return self._kept.stiffened(block)

    def _eliminate(self, values: Array, crossed: Array) -> list[Array]:
        """Return what the elimination of facets adds, interface by interface; collective.

        Raises:
            Unsuited: some cannot be eliminated; on all ranks.
            Singular: some cannot be with their present values; on all ranks.
        """
        found, failure, singular = list[Array](), "", False
        try:
            found = [each.fill(values, crossed).ravel() for each in self.groups]
        except Unsuited as own:
            failure = str(own)
        except np.linalg.LinAlgError:
            singular = True
        told = self.split.comm.allgather((failure, singular))
        for other, _ in told:
            if other:
                raise Unsuited(other)
        if any(each for _, each in told):
            raise Singular("the equations of a facet are singular")
        return found

    def _scale_multipliers(self) -> None:
        """Follow the equations that are kept in the scales of the multipliers' rows."""
        scales = self._of_multipliers(self.scales)
        for each in self.groups:
            scales[self._places(each)] = each.scales(self._symmetric)

    def _of_multipliers(self, values: Array) -> Array:
        """Return the multipliers' part of local values of all blocks."""
        return self.split.parts(values)[self._multipliers]

    def _places(self, each: Multipliers) -> Longs:
        """Return the places of multipliers by facet among those of this rank."""
        first = self.split.ranges[self._multipliers].first
        return np.asarray(self.split.local.number[each.kept] - first)

    def solve_multipliers(self, rhs: Array) -> Array:
        """Return the multipliers of this rank, by the operator close to their own."""
        found = np.zeros_like(rhs)
        for each in self.groups:
            places = self._places(each)
            found[places] = each.solve(rhs[places])
        return found

    def raising(self, kept: Array) -> Array:
        """Return what constraints add to this rank's kept equations; collective.

        The matrices have it in them; the right-hand side and the residual of the system have not.

        Args:
            kept: right-hand sides or residuals of the kept equations, symmetrically scaled.
        """
        total, own = np.zeros(self._system.numbering.local_size), self._of_multipliers(kept)
        for each in self.groups:
            near, change = each.neighbours, each.raising(own[self._places(each)])
            arrived = near.post.send(change[near.valid])
            total += np.bincount(near.arrived, weights=arrived, minlength=len(total))
        return total[self.split.rows]

    def restrict(self, rhs: Array) -> Array:
        """Return this rank's condensed right-hand side from that of the system; collective.

        It is that of the equations without the constraints that the matrices add to them.
        """
        scaled = rhs * self._symmetric
        kept, total = list[Array](), scaled.copy()
        for each in self.groups:
            change, own = each.restrict(scaled)
            near = each.neighbours
            arrived = near.post.send(change[near.valid])
            total += np.bincount(near.arrived, weights=arrived, minlength=len(total))
            kept.append(own)
        found = total[self.split.rows]
        multipliers = self._of_multipliers(found)
        for each, own in zip(self.groups, kept, strict=True):
            multipliers[self._places(each)] = own
        return found

    def expand(self, kept: Array, rhs: Array) -> Array:
        """Return this rank's solution of the system from that of the kept rows; collective.

        Args:
            kept: solution of the kept rows, after `restrict`.
            rhs: right-hand side of the system, which rows of the identity take over.
        """
        full = rhs.copy()
        full[self.split.rows] = kept
        for each in self.groups:
            near = each.neighbours
            full[each.eliminated] = each.expand(near.post.back(full[near.arrived]))
        return full

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._kept.destroy()


def _symmetric_scales(system: System) -> Array:
    """Return by what this rank's rows are multiplied, so that symmetric couplings are so."""
    starts, closures = system.numbering.starts, system.closures
    scales = np.ones(system.numbering.local_size)
    for k, unknown in enumerate(system.unknowns):
        scales[starts[k] : starts[k + 1]] = unknown.scale * unknown.reference
    if system.comm.rank == system.numbering.owner:
        scales[starts[-1] :] = [c.unknown.scale * c.reference for c in closures]
    return scales
