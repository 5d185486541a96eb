# SPDX-License-Identifier: BSD-3-Clause
"""Charge transfer between a metal electrode (minus) and an electrolyte (plus).

Sign: a positive current flows from minus to plus, and strips metal. Contact scales the exchange
current, never the overpotential: a facet without contact passes no current and feels no potential.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import ufl

from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.parameter import parameter, validate_parameters

EXPONENT_LIMIT = 30.0
"""Argument beyond which exponentials go on linearly, so that no Newton step overflows [1]."""


def bounded_exp(x: Expr) -> Expr:
    """Return exp(x), continued by its tangent for x above EXPONENT_LIMIT [1]."""
    below = ufl.exp(ufl.min_value(x, EXPONENT_LIMIT))
    return ufl.conditional(ufl.lt(x, EXPONENT_LIMIT), below, below * (1 + x - EXPONENT_LIMIT))


@dataclass(frozen=True)
class InterfacePoint:
    """Local state of an interface that a charge-transfer law may use.

    Attributes:
        phi_s: electric potential of the electrode [V].
        phi_e: ionic potential of the electrolyte [V].
        i_normal: current density from minus to plus [A/m2].
        p_contact: contact pressure [Pa].
        gap: gap [m].
        molar_volume: volume of electrode metal per mole of charge [m3/mol].
        temperature: absolute temperature [K].
    """

    phi_s: Expr
    phi_e: Expr
    i_normal: Expr
    p_contact: Expr
    gap: Expr
    molar_volume: Expr
    temperature: Expr


class ChargeTransfer(Protocol):
    """Role of a charge-transfer law."""

    @property
    def conduction(self) -> Conduction:
        """The law that turns contact into a conducting fraction."""

    def residual(self, point: InterfacePoint) -> Expr:
        """Return an expression that is zero when the current obeys the law [A/m2]."""


@dataclass(frozen=True)
class ButlerVolmer:
    r"""Butler-Volmer kinetics with film resistance and mechanical work.

    .. math::
        i = \theta i_0 \left[e^{\alpha_a F\eta/RT} - e^{-(1-\alpha_a) F\eta/RT}\right], \quad
        \eta = \phi_s - \phi_e + \frac{\Omega}{F} p_c - R_f i

    Potentials are measured against the metal, whose equilibrium potential is zero without load.
    Compression lowers it by :math:`\Omega/F` (0.135 mV/MPa for lithium) and so favours stripping.
    The film carries the current per nominal area: contact does not change its resistance.

    Attributes:
        conduction: law that turns contact into the conducting fraction theta.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    i_0: float = parameter("A/m2", low=0.0, low_open=True, doc="exchange current density")
    alpha_a: float = parameter(
        "1", low=0.05, high=0.95, default=0.5, doc="anodic transfer coefficient"
    )
    film_resistance: float = parameter(
        "ohm m2", low=0.0, default=0.0, doc="area resistance of a film"
    )
    conduction: Conduction = field(default_factory=GapConduction)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def eta(self, point: InterfacePoint) -> Expr:
        """Return the overpotential [V]."""
        work = point.molar_volume * point.p_contact / FARADAY
        return point.phi_s - point.phi_e + work - self.film_resistance * point.i_normal

    def residual(self, point: InterfacePoint) -> Expr:
        """Return i minus the Butler-Volmer current [A/m2]."""
        f_eta = FARADAY / (GAS_CONSTANT * point.temperature) * self.eta(point)
        anodic, cathodic = (
            bounded_exp(self.alpha_a * f_eta),
            bounded_exp((self.alpha_a - 1) * f_eta),
        )
        theta = self.conduction.theta(point.gap, point.p_contact)
        return point.i_normal - theta * self.i_0 * (anodic - cathodic)


@dataclass(frozen=True)
class LinearKinetics:
    r"""Linearised charge transfer with an area resistance Z.

    .. math:: i = \theta \eta / Z, \quad \eta = \phi_s - \phi_e + \frac{\Omega}{F} p_c

    Attributes:
        conduction: law that turns contact into the conducting fraction theta.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    resistance: float = parameter("ohm m2", low=0.0, low_open=True, doc="area resistance Z")
    conduction: Conduction = field(default_factory=GapConduction)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def residual(self, point: InterfacePoint) -> Expr:
        """Return i minus the linear current [A/m2]."""
        eta = point.phi_s - point.phi_e + point.molar_volume * point.p_contact / FARADAY
        return (
            point.i_normal
            - self.conduction.theta(point.gap, point.p_contact) * eta / self.resistance
        )
