# SPDX-License-Identifier: BSD-3-Clause
"""The fields of a system by what is known of them, and the blocks that they make."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from dolfinx.mesh import Mesh

from ssbmech.solve.facets import Facets
from ssbmech.solve.field_roles import (
    Complementary,
    Elliptic,
    Explicit,
    Held,
    Local,
    Role,
    Saddle,
)
from ssbmech.solve.neighbours import Unsuited
from ssbmech.solve.split import Split
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Unknown

Longs = npt.NDArray[np.int64]

MULTIPLIERS, SADDLES, ELLIPTIC = 0, 1, 2
"""Numbers of the blocks; the elliptic ones begin with the third; then come what is explicit and
what is left."""


class Fields:
    """The fields of a system by their roles, and the blocks that they make.

    Attributes:
        facets: unknowns of facets, interface by interface.
        saddles: saddle fields.
        elliptic: elliptic fields, by number of components from most to fewest.
        split: the blocks.
    """

    def __init__(self, system: System) -> None:
        """Sort the fields; collective.

        Raises:
            Unsuited: an unknown of facets is prescribed, or lives elsewhere than the others.
        """
        roles = system.roles()
        self.system = system
        self.facets = _facets(system, roles)
        self.saddles = [role for role in roles if isinstance(role, Saddle)]
        explicit = [role for role in roles if isinstance(role, Explicit)]
        fields = [role for role in roles if isinstance(role, Elliptic)]
        sizes = sorted({role.unknown.block_size for role in fields}, reverse=True)
        self.elliptic = [[r for r in fields if r.unknown.block_size == size] for size in sizes]
        apart = [each.apart for each in self.facets]
        members = [
            _joined([each.multipliers for each in self.facets]),
            _joined([self._rows(role.unknown) for role in self.saddles]),
            *(_joined([self._rows(role.unknown) for role in group]) for group in self.elliptic),
            _joined([self._rows(role.unknown) for role in explicit]),
        ]
        taken = np.zeros(system.numbering.local_size, dtype=bool)
        for rows in (*members, *apart):
            taken[rows] = True
        for unknown in system.unknowns:
            taken[self._rows(unknown, free=False)] = True
        rest = np.flatnonzero(~taken)
        self.split = Split(system.numbering, [*members, rest], _joined(apart))

    @property
    def explicit(self) -> int:
        """Number of the block of what is explicit."""
        return ELLIPTIC + len(self.elliptic)

    @property
    def rest(self) -> int:
        """Number of the last block."""
        return self.explicit + 1

    def sums(self) -> list[Longs]:
        """Return the places, among this rank's of all blocks, of each scalar elliptic field."""
        found = []
        for k, group in enumerate(self.elliptic, start=ELLIPTIC):
            members = self.split.members[k]
            for role in group if group[0].unknown.block_size == 1 else ():
                rows = self._own_rows(role.unknown, True)
                found.append(self.split.starts[k] + np.searchsorted(members, rows))
        return found

    def _rows(self, unknown: Unknown, free: bool = True) -> Longs:
        """Return the local rows of an unknown that are its own, with those of its scalars.

        Args:
            unknown: the unknown.
            free: whether it is those; else those that are not.
        """
        system, numbering = self.system, self.system.numbering
        rows = self._own_rows(unknown, free)
        if not free or system.comm.rank != numbering.owner:
            return rows
        scalars = [j for j, c in enumerate(system.closures) if c.unknown is unknown]
        return np.concatenate([rows, numbering.starts[-1] + np.array(scalars, dtype=np.int64)])

    def _own_rows(self, unknown: Unknown, free: bool) -> Longs:
        """Return the local rows of an unknown that are its own, or those that are not."""
        numbering, k = self.system.numbering, self.system.index[unknown.key]
        own = numbering.targets[k] == numbering.own_rows(k)
        return np.asarray(numbering.starts[k] + np.flatnonzero(own == free))


def obstacle(system: System) -> str:
    """Return in words why fields of a system cannot be condensed; nothing if they can; collective.

    What only its values tell is not known yet.
    """
    try:
        _facets(system, system.roles())
    except Unsuited as found:
        return str(found)
    return ""


def _joined(rows: Sequence[Longs]) -> Longs:
    """Return rows in order."""
    return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *rows]))


def _facets(system: System, roles: Sequence[Role]) -> list[Facets]:
    """Return the facets of each interface, with what belongs to them alone; collective.

    Raises:
        Unsuited: one of their unknowns is prescribed; on all ranks.
    """
    found, failure = list[Facets](), ""
    try:
        for pair in (role for role in roles if isinstance(role, Complementary)):
            mesh = _mesh(pair.slack)
            others = [r for r in roles if isinstance(r, Local) and _mesh(r.unknown) is mesh]
            held = [r for r in roles if isinstance(r, Held) and _mesh(r.unknown) is mesh]
            found.append(Facets(system.numbering, pair, others, held, system.index))
    except Unsuited as own:
        failure = str(own)
    failures = [each for each in system.comm.allgather(failure) if each]
    if failures:
        raise Unsuited(failures[0])
    return found


def _mesh(unknown: Unknown) -> Mesh:
    """Return the mesh on which an unknown lives."""
    return unknown.function.function_space.mesh
