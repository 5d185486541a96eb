# SPDX-License-Identifier: BSD-3-Clause
"""What laws of an interface may know of a point of it, and laws that act beside the others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ssbmech.constants import FARADAY
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import Conduction
from ssbmech.memory import StateVariable


@dataclass(frozen=True)
class InterfacePoint:
    """Local state of an interface that its laws may use.

    Where no charge passes, potentials, current and chemical potential are zero.

    Attributes:
        phi_s: electric potential of the electrode [V].
        phi_e: ionic potential of the electrolyte [V].
        i_normal: current density from minus to plus [A/m2].
        p_contact: contact pressure [Pa].
        gap: gap [m].
        mu: chemical potential of lithium at the electrode's surface, stress included: Omega p_c in
            metal, that of the field in a host [J/mol].
        temperature: absolute temperature [K].
        content: lithium content of a host's surface [1]; 1 for metal.
        damage: broken fraction of an adhesive bond [1]; 1 where nothing is bonded.
        dt: time step [s].
        state: states of the interface's laws at the start of the step, by name.
        activity: factor on the exchange current by position [1].
        strip_speed: speed at which current removes the metal of the minus body, i Omega / F
            [m/s]; 0 for a host.
        touching: fraction of the area in contact that touches below the size of a facet [1].
        constriction: resistance of the current lines that crowd into what touches, per area that
            touches [ohm m2].
        giving: fraction of the surface that takes part: in stripping, what has metal to give [1].
        seeping: what conducts beside it to keep potentials defined, no path of the current [1].
    """

    phi_s: Expr
    phi_e: Expr
    i_normal: Expr
    p_contact: Expr
    gap: Expr
    mu: Expr
    temperature: Expr
    content: Expr = 1.0
    damage: Expr = 1
    dt: Expr = 1.0
    state: Mapping[str, Expr] = field(default_factory=dict)
    activity: Expr = 1
    strip_speed: Expr = 0.0
    touching: Expr = 1
    constriction: Expr = 0.0
    giving: Expr = 1
    seeping: Expr = 0

    @property
    def driving(self) -> Expr:
        r"""Potential that drives the reaction, :math:`\phi_s - \phi_e + \mu / F` [V]."""
        return self.phi_s - self.phi_e + self.mu / FARADAY

    def conducting(self, conduction: Conduction) -> Expr:
        r"""Return the fraction of the interface that conducts [1].

        What is bonded conducts whatever the opening of the bond; what is broken, or was never
        bonded, conducts as surfaces do that touch: :math:`1 - d (1 - \theta(g, p_c))`. Of that
        conducts what touches below the size of a facet, and where it is stripped what has metal
        left.
        """
        closed = 1 - self.damage * (1 - conduction.theta(self.gap, self.p_contact))
        return self.touching * closed * (self.giving + self.seeping)

    def leaking(self, conduction: Conduction) -> Expr:
        r"""Return the part of the conducting fraction that is no contact, but a regularisation [1].

        It keeps potentials defined where all is open; a law that lets an exponential current pass
        there lets metal grow across a gap. Zero for a conduction law that has no `leak`.
        """
        across = self.touching * self.damage * self._leak(conduction)
        return across * (self.giving + self.seeping) + self._met(conduction) * self.seeping

    def meeting(self, conduction: Conduction) -> Expr:
        r"""Return the conducting fraction without what leaks, exactly zero where all is open [1].

        .. math:: \theta_h \left[(1 - d) + d \, (\theta - \theta_{leak})\right]

        It is zero as well where metal that is stripped is used up.
        """
        return self._met(conduction) * self.giving

    def _met(self, conduction: Conduction) -> Expr:
        """Return the fraction in contact that touches [1]."""
        near = conduction.theta(self.gap, self.p_contact) - self._leak(conduction)
        return self.touching * ((1 - self.damage) + self.damage * near)

    def _leak(self, conduction: Conduction) -> Expr:
        """Return what a conduction law calls no contact [1]."""
        if not hasattr(conduction, "leak"):
            return 0.0
        return conduction.leak(self.gap, self.p_contact)


class RememberingLaw(Protocol):
    """Role of a law of any kind that carries states on the facets of an interface.

    A charge-transfer, contact or adhesion law becomes one by having these two members.
    """

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """What it carries from step to step; scalars, each with an initial value."""

    def end_of_step(self, point: InterfacePoint) -> Mapping[str, Expr]:
        """Return the states at the end of the step, from those at its start in `point.state`."""


class SurfaceLaw(RememberingLaw, Protocol):
    """Role of a law that acts beside contact, adhesion and charge transfer: a film, say."""

    def thickness(self, point: InterfacePoint) -> Expr:
        """Return what it adds between the two bodies [m], for the equation of the gap.

        The gap is g = g_0 + [u] . n + s - thickness, so a film that grows closes it.
        """


@dataclass(frozen=True)
class StepErrors:
    """How far a step is from what is known to be accurate; the step control judges it.

    Attributes:
        gap: error of a length, as that of a gap [m].
        touching: change of a fraction that touches [1].
    """

    gap: Expr = 0.0
    touching: Expr = 0.0


@dataclass(frozen=True)
class Hidden:
    """What lies below the size of a facet at the end of a step.

    Attributes:
        touching: fraction of the area in contact that touches [1].
        constriction: resistance of current lines that crowd into what touches, per area that
            touches [ohm m2].
        hollow: volume of hidden voids per area [m].
        rough: fraction of what touches that is real contact of asperities [1]; it conducts less,
            but counts as contact.
    """

    touching: Expr = 1
    constriction: Expr = 0.0
    hollow: Expr = 0.0
    rough: Expr = 1


class AreaLaw(SurfaceLaw, Protocol):
    """Role of a surface law that knows what lies below the size of a facet."""

    def hidden(self, point: InterfacePoint) -> Hidden:
        """Return what touches and what is hollow."""

    def step_errors(self, point: InterfacePoint) -> StepErrors:
        """Return by how much the law's states ask for a shorter step."""


def hidden(law: object, point: InterfacePoint) -> Hidden:
    """Return what a law knows below the size of a facet; all touches for one that knows nothing."""
    return law.hidden(point) if hasattr(law, "hidden") else Hidden()


def step_errors(law: object, point: InterfacePoint) -> StepErrors:
    """Return by how much a law's states ask for a shorter step; not at all for most laws."""
    return law.step_errors(point) if hasattr(law, "step_errors") else StepErrors()


def all_hidden(found: Iterable[Hidden]) -> Hidden:
    """Return what several laws know together: fractions multiply, the others add."""
    whole = Hidden()
    for one in found:
        whole = Hidden(
            one.touching * whole.touching,
            one.constriction + whole.constriction,
            one.hollow + whole.hollow,
            one.rough * whole.rough,
        )
    return whole
