# SPDX-License-Identifier: BSD-3-Clause
"""Charge transfer through an interface, from the electrode to the electrolyte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import ufl

from ssbmech.case.stops import Guard
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.kinetics import ChargeTransfer
from ssbmech.model.conditions import symbolic
from ssbmech.model.outputs import (
    Arrays,
    CellField,
    Output,
    Scalar,
    largest,
    total,
    weighted_mean,
)
from ssbmech.model.part import Memory, SurfacePart, Term
from ssbmech.model.parts.electrode import HostSurface, Metal, Reactant
from ssbmech.model.parts.electrons import Electrons
from ssbmech.model.parts.interlayer import Interlayer, MetalBehind
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.lithium import Lithium
from ssbmech.model.parts.pattern import Pattern, new_pattern
from ssbmech.model.parts.terminal import OnePotential, Terminal, ThroughBody
from ssbmech.model.parts.thin_metal import MeasuredMetal, ThinMetal
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Elliptic, Local, Role
from ssbmech.solve.unknowns import Unknown

OPEN = 1e-6
"""Conducting fraction below which a facet is open: what passes there passes a gap [1]."""


class Transfer(SurfacePart):
    """Current through the interface by the law of each region of the electrode.

    Attributes:
        surface: the interface.
        i_normal: current density, minus to plus [A/m2].
        reactant: what gives and takes lithium: metal, or a host's surface.
        terminal: what carries electrons to the interface.
        ions: ions of the electrolyte.
        laws: laws next to the regions that react, their numbers constants of forms.
    """

    def __init__(self, surface: SurfaceModel) -> None:
        """Add the current, and find what it flows between; collective.

        Raises:
            CaseError: the minus side has no electrode, or the plus side no electrolyte.
        """
        self.surface = surface
        self.pattern: Pattern = new_pattern(surface)
        self.i_normal = surface.scalar("i_normal", surface.setting.scales.current)
        self.reactant = _reactant(surface, self.i_normal)
        self.ions = surface.plus.parts.get(
            Ions,
            f"interface {surface.name!r} has a charge-transfer law, "
            f"but no material of its plus body {surface.plus.name!r} conducts ions",
        )
        self.terminal = _terminal(surface)
        kinetics = {
            near.region: surface.interface.kinetics_at(near.region) for near in surface.near
        }
        self.laws: dict[str, ChargeTransfer] = {
            region: symbolic(law, surface.parent) for region, law in kinetics.items() if law
        }

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The current, and the electrode's potential unless it is that of its body."""
        return (self.i_normal, *self.terminal.unknowns)

    def roles(self) -> Sequence[Role]:
        """Say that the current is the facet's own; a potential of its own goes with potentials."""
        return (Local(self.i_normal), *(Elliptic(phi) for phi in self.terminal.unknowns))

    @property
    def memory(self) -> Sequence[Memory]:
        """That of the electrode."""
        return self.reactant.memory

    @property
    def guards(self) -> Sequence[Guard]:
        """Those of the electrode, where nothing is left to give."""
        return self.reactant.guards

    def tells(self, region: str) -> Mapping[str, Expr]:
        """Return potentials, current, chemical potential and content."""
        phi_s, phi_e = self.terminal.phi_s.function("+"), self.ions.phi_e.function("-")
        mu = self.reactant.mu()
        return {
            "phi_s": phi_s,
            "phi_e": phi_e,
            "i_normal": self.i_normal.function("+"),
            "mu": mu,
            "content": self.reactant.content(region),
            "activity": self.pattern.activity,
            "strip_speed": self.reactant.strip_speed(self.i_normal),
            **self.reactant.taking_part(phi_s - phi_e + mu / FARADAY),
        }

    def terms(self) -> Iterator[Term]:
        """Yield the law of each region, and what the current does on both sides."""
        for near in self.surface.near:
            yield from self._next_to(near)
        yield from self.reactant.terms(self.i_normal)

    def _next_to(self, near: FacetSet) -> Iterator[Term]:
        """Yield the terms next to a region of the electrode."""
        surface = self.surface
        current, q = self.i_normal.function("+"), surface.test(self.i_normal)
        if near.region not in self.laws:
            yield self.i_normal.key, terms.kinetics_term(near.local, current, q)
            return
        law = self.laws[near.region]
        residual = law.residual(surface.point(near.region))
        if self.i_normal.function not in ufl.algorithms.extract_coefficients(residual):
            raise CaseError(
                f"interface {surface.name!r}: the residual of {type(law).__name__} does not "
                "contain the current, point.i_normal, which it is to determine"
            )
        if not self.pattern.in_use(residual):
            raise CaseError(
                f"interface {surface.name!r}: the residual of {type(law).__name__} does not "
                "contain the factor by position, point.activity, so the pattern would do nothing"
            )
        residual = self.pattern.restrict(residual, current)
        yield self.i_normal.key, terms.kinetics_term(near.local, residual, q)
        phi_e, phi_s = self.ions.phi_e, self.terminal.phi_s
        w, v = surface.test(phi_e, "-"), surface.test(phi_s)
        yield phi_e.key, terms.reaction_term(near.sides, current, w)
        yield phi_s.key, terms.electrode_current_term(near.sides, current, v)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical current for each equation."""
        for unknown in self.unknowns:
            yield self.surface.typical(unknown, self.surface.setting.scales.current)

    def outputs(self) -> Sequence[Output]:
        """Return current and conducting fraction, with their means and extremes."""
        surface = self.surface
        comm, areas, where = surface.comm, surface.areas, surface.name
        conducting = surface.facet_means(self._conducting)

        return [
            CellField(quantity("conducting"), conducting),
            CellField(quantity("i_normal"), lambda: surface.values(self.i_normal)),
            CellField(quantity("overpotential"), surface.facet_means(self._driving)),
            Scalar(
                quantity("conducting_fraction"), weighted_mean("conducting", areas, comm), where
            ),
            Scalar(quantity("current_open"), self._open_share, where),
            *self.reactant.outputs(),
            Scalar(quantity("i_normal_min"), lambda a: -largest(-a["i_normal"], comm), where),
            Scalar(quantity("i_normal_mean"), weighted_mean("i_normal", areas, comm), where),
            Scalar(quantity("i_normal_max"), lambda a: largest(a["i_normal"], comm), where),
        ]

    def _driving(self, near: FacetSet) -> Expr:
        """Return what drives the current next to a region [V]; 0 where no charge passes."""
        if near.region not in self.laws:
            return ufl.as_ufl(0.0)
        return self.pattern.restrict(self.surface.point(near.region).driving, 0.0)

    def _open_share(self, measured: Arrays) -> float:
        """Return the share of the current that crosses open facets [1]; collective.

        Args:
            measured: facet fields of the interface; of them, "conducting" and "i_normal".
        """
        passing = self.surface.areas * np.abs(measured["i_normal"])
        whole = total(float(passing.sum()), self.surface.comm)
        across = total(float(passing[measured["conducting"] < OPEN].sum()), self.surface.comm)
        return across / whole if whole > 0.0 else 0.0

    def _conducting(self, near: FacetSet) -> Expr:
        """Return the conducting fraction next to a region [1]; 0 where no charge passes."""
        if near.region not in self.laws:
            return ufl.as_ufl(0.0)
        conduction = self.laws[near.region].conduction
        conducting = self.surface.point(near.region).conducting(conduction)
        return self.pattern.restrict(conducting, 0.0)


def _reactant(surface: SurfaceModel, current: Unknown) -> Reactant:
    """Return what gives and takes lithium on the minus side; collective.

    Raises:
        CaseError: nothing does.
    """
    minus = surface.minus
    for layer in surface.parts.find(Interlayer):
        return MetalBehind(surface, layer)
    for stored in minus.parts.find(Lithium):
        return HostSurface(surface, stored)
    if any(material.metals for material in minus.case_body.materials.values()):
        for law in minus.case_body.exhaustions:
            return ThinMetal(surface, current, law)
        return (
            MeasuredMetal(surface, current)
            if surface.places.at_vertices
            else Metal(surface, current)
        )
    raise CaseError(
        f"interface {surface.name!r} has a charge-transfer law, but no material of its minus body "
        f"{minus.name!r} is an electrode metal or hosts lithium"
    )


def _terminal(surface: SurfaceModel) -> Terminal:
    """Return what carries electrons on the minus side; collective."""
    for electrons in surface.minus.parts.find(Electrons):
        return ThroughBody(electrons)
    return OnePotential(surface)
