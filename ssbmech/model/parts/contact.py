# SPDX-License-Identifier: BSD-3-Clause
"""Contact of two bodies: pressure and gap of every facet, and the shear of what sticks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import ActiveSet
from ssbmech.model.history import Follower
from ssbmech.model.outputs import (
    Array,
    Arrays,
    CellConstant,
    CellField,
    Output,
    Scalar,
    largest,
    total,
)
from ssbmech.model.part import Extrapolated, Judged, Memory, SurfacePart, Term
from ssbmech.model.preconditioning import contact_role
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Held, Role
from ssbmech.solve.unknowns import Unknown

ROUNDING = 1e-8
"""Contact pressure over the typical stress that cannot be told from zero [1]."""


TOUCH = 1e-13
"""Gap over the typical one that rounding leaves of none [1]."""


def active_set(surface: SurfaceModel) -> ActiveSet:
    """Return what chooses the closed facets of an interface."""
    return ActiveSet(
        stiffness=surface.constant(surface.contact_stiffness),
        pull=surface.constant(ROUNDING * surface.p_contact.scale),
        touch=surface.constant(TOUCH * surface.gap.scale),
    )


class Contact(SurfacePart):
    """Unilateral contact, exact on every facet or at every vertex, and the equation of the gap."""

    def __init__(self, surface: SurfaceModel) -> None:
        """Belong to an interface, whose pressure and gap are its unknowns."""
        self.surface = surface

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """Contact pressure and gap."""
        return (self.surface.p_contact, self.surface.gap)

    def terms(self) -> Iterator[Term]:
        """Yield the contact conditions, the equation of the gap, and the work of the pressure."""
        surface = self.surface
        p, gap = surface.p_contact.function("+"), surface.gap.function("+")
        q = surface.test(surface.gap)
        yield (
            surface.p_contact.key,
            terms.complementarity_term(surface.local, p, gap, active_set(surface), q),
        )
        yield surface.gap.key, surface.separation.term(q)
        for u, test in surface.test_jumps():
            yield u.key, terms.contact_work_term(surface.sides, p, test)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical pressure and a typical gap."""
        scales = self.surface.setting.scales
        yield self.surface.typical(self.surface.p_contact, scales.stress)
        yield self.surface.typical(self.surface.gap, scales.gap)

    def roles(self) -> Sequence[Role]:
        """Say that one of pressure and gap is zero on each facet."""
        return (contact_role(self.surface),)

    @property
    def judged(self) -> Sequence[Judged]:
        """The gap."""
        return (Extrapolated(self.surface.gap, lambda tolerances: tolerances.gap),)

    def closed(self) -> npt.NDArray[np.bool_]:
        """Return which owned facets are in contact, those that just touch among them."""
        surface = self.surface
        p, gap = surface.values(surface.p_contact), surface.values(surface.gap)
        touching = p >= surface.contact_stiffness * gap - ROUNDING * surface.p_contact.scale
        return np.asarray(touching)

    def error(self) -> float:
        """Return the largest violation of the contact conditions on a facet, scaled; collective."""
        surface = self.surface
        p = surface.values(surface.p_contact) / surface.p_contact.scale
        gap = surface.values(surface.gap) / surface.gap.scale
        return largest(np.abs(np.minimum(p, gap)), surface.comm)

    def start_touching(self) -> None:
        """Start the iteration from contact where the gap is smallest, if all is open; collective.

        A body that contact alone will hold has no place before it touches, and crests and point
        contacts touch between the facets' means. This is a first guess of the pressure and no more,
        which leaves the past alone: facets that are to stay open open again.
        """
        surface = self.surface
        gap, p = surface.values(surface.gap), surface.p_contact.function
        least = surface.comm.allreduce(float(np.min(gap, initial=np.inf)), op=MPI.MIN)
        if least > 0.0:
            first = np.flatnonzero(gap <= least * (1 + 1e-9))
            p.x.array[first] = 2 * surface.contact_stiffness * least
            p.x.scatter_forward()

    def outputs(self) -> Sequence[Output]:
        """Return gap, pressure and contact, with contact fraction, void volume and extremes."""
        surface = self.surface
        comm, areas = surface.comm, surface.areas
        # zero where no law knows better, and so exactly nothing
        hollow = surface.facet_means(lambda near: surface.hidden(near.region).hollow)
        lost = surface.facet_means(lambda near: 1 - surface.hidden(near.region).touching)
        whole = total(areas.sum(), comm)

        def highest(name: str) -> Callable[[Arrays], float]:
            return lambda arrays: largest(arrays[name], comm)

        def void(arrays: Arrays) -> float:
            return total(float(areas @ (surface.separation.hollow(arrays["gap"]) + hollow())), comm)

        def touching(arrays: Arrays) -> float:
            return total(float(areas @ (arrays["contact"] * (1 - lost()))), comm) / whole

        volume = surface.setting.frame.depth_unit
        where, initial = surface.name, surface.gap.previous[: surface.gap.owned].copy()
        return [
            CellConstant(quantity("initial_gap"), initial),
            CellField(quantity("gap"), lambda: surface.values(surface.gap), at_start=initial.copy),
            CellField(quantity("p_contact"), lambda: surface.values(surface.p_contact)),
            CellField(quantity("contact"), lambda: self.in_contact()),
            Scalar(quantity("contact_fraction"), touching, where),
            Scalar(quantity("void_volume"), void, where, volume),
            Scalar(quantity("gap_max"), highest("gap"), where),
            Scalar(quantity("p_contact_max"), highest("p_contact"), where),
        ]

    def in_contact(self) -> Array:
        """Return one on the owned facets that are in contact or bonded, zero on others."""
        held = [part.holds() for part in self.surface.parts.find(HoldingPart)]
        closed = self.closed().astype(np.float64)
        return np.asarray(np.maximum.reduce([closed, *held]), dtype=np.float64)


class HoldingPart(SurfacePart):
    """A part that keeps facets in contact however far they are apart, such as a bond."""

    def holds(self) -> npt.NDArray[np.bool_]:
        """Return which owned facets it keeps in contact; collective."""
        return np.zeros(0, dtype=bool)


class Sticking(SurfacePart):
    """Shear of contact that does not slip.

    Attributes:
        shear: shear traction [Pa].
    """

    def __init__(self, surface: SurfaceModel) -> None:
        """Add the shear, and remember the offset with which facets closed; collective."""
        self.surface = surface
        self.shear = surface.vector("shear", surface.setting.scales.stress)
        self.history = surface.history("contact")
        self.offset = self.history.start("offset", size=surface.setting.frame.dim)
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        new = Follower(self._offset_now(), surface.sides.dS, everywhere)
        self.history.follow("offset", [new])

    def _offset_now(self) -> Expr:
        """Return the offset at the end of the step: closed facets keep theirs, open ones follow."""
        surface = self.surface
        p, gap = surface.p_contact.function("+"), surface.gap.function("+")
        stiffness = surface.constant(surface.contact_stiffness)
        slack = surface.constant(ROUNDING * surface.p_contact.scale)
        kept = ufl.conditional(ufl.ge(p + slack, stiffness * gap), 1.0, 0.0)
        return kept * self.offset("+") + (1 - kept) * terms.tangential(surface.sides)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The shear."""
        return (self.shear,)

    def roles(self) -> Sequence[Role]:
        """Say that the shear holds closed facets."""
        return (Held(self.shear, self.surface.contact_stiffness),)

    @property
    def memory(self) -> Sequence[Memory]:
        """The tangential offset."""
        return (self.history,)

    def terms(self) -> Iterator[Term]:
        """Yield the condition of no slip, and the work of the shear."""
        surface, shear = self.surface, self.shear.function("+")
        p, gap = surface.p_contact.function("+"), surface.gap.function("+")
        stiffness = surface.constant(surface.contact_stiffness)
        closed, test = active_set(surface).closed(p, gap), surface.test(self.shear)
        yield (
            self.shear.key,
            terms.sticking_term(surface.sides, closed, shear, self.offset("+"), stiffness, test),
        )
        for u, jump in surface.test_jumps():
            yield u.key, terms.shear_work_term(surface.sides, shear, jump)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical traction."""
        yield self.surface.typical(self.shear, self.surface.setting.scales.stress)
