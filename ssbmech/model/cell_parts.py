# SPDX-License-Identifier: BSD-3-Clause
"""All bodies and interfaces of a cell, asked as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mpi4py import MPI

from ssbmech.case.step_control import Tolerances
from ssbmech.case.stops import Guard
from ssbmech.model.body import BodyModel
from ssbmech.model.part import Judged
from ssbmech.model.parts.contact import Contact
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.field_roles import Role
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure, Unknown


class CellParts:
    """Bodies and interfaces of a cell with their parts, in the order of the system's fields.

    Attributes:
        places: bodies, then interfaces.
    """

    def __init__(self, bodies: Iterable[BodyModel], surfaces: Iterable[SurfaceModel]) -> None:
        """Keep them."""
        self.places: Sequence[BodyModel | SurfaceModel] = [*bodies, *surfaces]

    def __iter__(self) -> Iterator[BodyModel | SurfaceModel]:
        """Walk over bodies, then interfaces."""
        return iter(self.places)

    @property
    def unknowns(self) -> list[Unknown]:
        """All fields."""
        return [unknown for place in self for unknown in place.unknowns]

    @property
    def judged(self) -> list[Judged]:
        """What the step control judges."""
        return [judged for place in self for part in place.parts for judged in part.judged]

    def roles(self) -> list[Role]:
        """Return what a linear solver may know of the fields; collective."""
        return [role for place in self for role in place.parts.roles()]

    def system(self, comm: MPI.Intracomm, closures: Sequence[Closure]) -> System:
        """Return the equations of all fields, with scalar unknowns; collective.

        Args:
            comm: communicator.
            closures: the scalar unknowns.
        """
        references: dict[str, list[tuple[str, Any]]] = {}
        for place in self:
            for key, forms in place.references.items():
                references.setdefault(key, []).extend(forms)
        groups = [group for place in self for group in place.groups]
        return System(comm, self.unknowns, closures, groups, references, self.roles)

    def begin(self) -> None:
        """Prepare a step; collective."""
        for place in self:
            place.parts.begin()

    def start_touching(self) -> None:
        """Start the first step of a run from interfaces that touch; collective."""
        for place in self:
            for contact in place.parts.find(Contact):
                contact.start_touching()

    def advance(self) -> None:
        """Compute what the next step remembers, and replace nothing; collective."""
        for place in self:
            place.parts.advance()

    def commit(self) -> None:
        """Take over what `advance` has computed; collective."""
        for place in self:
            place.parts.commit()


def guards_of(places: Iterable[BodyModel | SurfaceModel]) -> list[Guard]:
    """Return the conditions of all parts that end any step."""
    return [guard for place in places for guard in place.parts.guards]


def judged_by(judged: Iterable[Judged], *, embedded: bool) -> list[Judged]:
    """Return what finds its error by the two ends of a step alone, or all else."""
    return [each for each in judged if getattr(each, "embedded", False) == embedded]


def largest_error(
    judged: Iterable[Judged], ratio: float, tolerances: Tolerances, comm: MPI.Intracomm
) -> float:
    """Return the largest error of what judges a step, over what counts as 1 [1]; collective.

    Args:
        judged: what judges it.
        ratio: the step over the one before [1].
        tolerances: what counts as 1.
        comm: communicator.
    """
    worst = max([0.0, *(each.error(ratio, tolerances) for each in judged)])
    return float(comm.allreduce(worst, op=MPI.MAX))
