# SPDX-License-Identifier: BSD-3-Clause
"""Adhesion of two bodies: the slip of the interface, the history of its bond and its tractions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import ufl

from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.cohesion import Adhesion, separation
from ssbmech.model.conditions import symbolic
from ssbmech.model.history import Follower
from ssbmech.model.outputs import CellField, Output, Scalar, weighted_mean
from ssbmech.model.part import Memory, Term
from ssbmech.model.parts.contact import HoldingPart
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Local, Role
from ssbmech.solve.unknowns import Unknown

Mask = npt.NDArray[np.bool_]

BROKEN = 1 - 1e-9
"""Damage from which a bond counts as broken; a mean over a facet may lose digits [1]."""

FAR = 1.0
"""Separation of a facet that is broken from the start, beyond that of any bond [m]."""


class Bond(HoldingPart):
    """The bond of an interface, facet by facet.

    Attributes:
        slip: tangential offset of the two sides [m]; its normal component is held at zero.
        largest: separation that damage counts by, at the last committed step [m].
        before: separation at the last committed step [m].
        offsets: slip at which a bond made anew bears no shear [m]; empty where none ever is.
    """

    def __init__(
        self,
        surface: SurfaceModel,
        law: Adhesion,
        inside: Sequence[Expr] = (),
        broken: Mask | None = None,
    ) -> None:
        """Add the slip, and remember the separations; collective.

        Args:
            surface: the interface.
            law: law of the bond.
            inside: thicknesses between the two sides, which open the bond but leave no gap [m].
            broken: which owned facets are broken from the start; None for none.
        """
        self.surface, self._inside = surface, tuple(inside)
        self._law: Adhesion = symbolic(law, surface.parent)
        self.slip = surface.vector("slip", surface.setting.scales.gap)
        self.history = surface.history("bond")
        self.largest = self.history.start("separation_max")
        if broken is not None:
            self.largest.x.array[: surface.gap.owned][broken] = FAR
            self.largest.x.scatter_forward()
        self.before = self.history.start("separation")
        self._welded = self._law.welds(surface.p_contact.function("+"))
        self.offsets = (
            []
            if self._welded is None
            else [self.history.start("slip_offset", size=self.slip.block_size)]
        )
        self._follow()
        self.damages = surface.facet_means(lambda near: self.damage())

    def _follow(self) -> None:
        """Compile what the next step starts from; collective."""
        surface, welded = self.surface, self._welded
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        values = {"separation_max": self.separation_max(), "separation": self.separation()}
        for offset in self.offsets:
            # what still holds of a bond bears as much from there, so that no traction jumps
            moved = self.damage() * self.sliding()
            after = separation(self.opening(), self.sliding() - moved)
            values = {
                "separation_max": ufl.conditional(welded, 0.0, values["separation_max"]),
                "separation": ufl.conditional(welded, after, values["separation"]),
                "slip_offset": offset("+") + ufl.conditional(welded, 1.0, 0.0) * moved,
            }
        for name, value in values.items():
            self.history.follow(name, [Follower(value, surface.sides.dS, everywhere)])

    def sliding(self) -> Expr:
        """Return the slip that shears the bond, at the end of the step [m]."""
        return sum((-offset("+") for offset in self.offsets), self.slip.function("+"))

    def opening(self) -> Expr:
        """Return the opening of the bond at the end of the step: gap and what lies inside [m]."""
        return sum(self._inside, self.surface.gap.function("+"))

    def separation(self) -> Expr:
        """Return the separation at the end of the step [m]."""
        return separation(self.opening(), self.sliding())

    def separation_max(self) -> Expr:
        """Return the separation that damage counts by, at the end of the step [m]."""
        largest = self.largest("+")
        dt = self.surface.setting.conditions.dt.on(self.surface.parent)
        return self._law.reached(largest, self.before("+"), self.separation(), dt)

    def damage(self) -> Expr:
        """Return the damage at the end of the step [1]."""
        return self._law.damage(self.separation_max())

    def holds(self) -> npt.NDArray[np.bool_]:
        """Return which owned facets are not broken; collective."""
        return np.asarray(self.damages() < BROKEN)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The slip."""
        return (self.slip,)

    def roles(self) -> Sequence[Role]:
        """Say that the slip is the facet's own."""
        return (Local(self.slip),)

    @property
    def memory(self) -> Sequence[Memory]:
        """The separations."""
        return (self.history,)

    def tells(self, region: str) -> Mapping[str, Expr]:
        """Return the damage."""
        return {"damage": self.damage()}

    def terms(self) -> Iterator[Term]:
        """Yield the equation of the slip, and the work of the bond's traction."""
        surface, slip = self.surface, self.slip.function("+")
        yield self.slip.key, terms.slip_term(surface.sides, slip, surface.test(self.slip))
        held, opening = self._law.stiffness(self.damage()), self.opening()
        for u, jump in surface.test_jumps():
            yield u.key, terms.bond_work_term(surface.sides, held, opening, self.sliding(), jump)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical separation."""
        yield self.surface.typical(self.slip, self.surface.setting.scales.gap)

    def outputs(self) -> Sequence[Output]:
        """Return the damage and its mean."""
        comm, areas = self.surface.comm, self.surface.areas

        mean = weighted_mean("damage", areas, comm)
        return [
            CellField(quantity("damage"), self.damages),
            Scalar(quantity("damage_mean"), mean, self.surface.name),
        ]
