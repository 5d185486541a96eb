# SPDX-License-Identifier: BSD-3-Clause
"""What laws of an interface may know of a point of it, and laws with memory of its own."""

from __future__ import annotations

from collections.abc import Mapping
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

    @property
    def driving(self) -> Expr:
        r"""Potential that drives the reaction, :math:`\phi_s - \phi_e + \mu / F` [V]."""
        return self.phi_s - self.phi_e + self.mu / FARADAY

    def conducting(self, conduction: Conduction) -> Expr:
        r"""Return the fraction of the interface that conducts [1].

        What is bonded conducts whatever the opening of the bond; what is broken, or was never
        bonded, conducts as surfaces do that touch: :math:`1 - d (1 - \theta(g, p_c))`.
        """
        return 1 - self.damage * (1 - conduction.theta(self.gap, self.p_contact))


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
