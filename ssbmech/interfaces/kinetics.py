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

FILM_STEPS = 6
"""Newton steps for the overpotential behind a film; six reach machine precision."""

SMALLEST_RESISTANCE = 1e-20
"""Added to the film's resistance where it is divided by [ohm m2]."""


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
        \eta = \phi_s - \phi_e + \frac{\Omega}{F} p_c - R_f \frac{i}{\theta}

    Potentials are measured against the metal, whose equilibrium potential is zero without load.
    Compression lowers it by :math:`\Omega/F` (0.135 mV/MPa for lithium) and so favours stripping.
    The current i is per nominal area; the film conducts where there is contact and so carries
    :math:`i / \theta`: all of the interface resistance goes with the inverse of the contact.

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

    def eta(self, driving: Expr, temperature: Expr) -> Expr:
        r"""Return the overpotential of the charge transfer, behind the film [V].

        It solves :math:`\eta + R_f j(\eta) = \Delta\phi` at each point, where
        :math:`j = i / \theta` is the current per area in contact. Newton's method starts from the
        smaller of two upper bounds, no film and no charge-transfer resistance, and descends
        monotonically.

        Args:
            driving: potential difference over charge transfer and film [V].
            temperature: absolute temperature [K].
        """
        per_volt = FARADAY / (GAS_CONSTANT * temperature)
        forward = ufl.conditional(ufl.ge(driving, 0.0), 1.0, -1.0)
        alpha = ufl.conditional(ufl.ge(driving, 0.0), self.alpha_a, 1 - self.alpha_a)
        size = forward * driving
        film = self.i_0 * (self.film_resistance + SMALLEST_RESISTANCE)
        eta = ufl.min_value(size, ufl.ln(1 + size / film) / (alpha * per_volt))
        for _ in range(FILM_STEPS):
            ahead = self.i_0 * bounded_exp(alpha * per_volt * eta)
            back = self.i_0 * bounded_exp((alpha - 1) * per_volt * eta)
            slope = per_volt * (alpha * ahead + (1 - alpha) * back)
            excess = eta + self.film_resistance * (ahead - back) - size
            eta = eta - excess / (1 + self.film_resistance * slope)
        return forward * eta

    def residual(self, point: InterfacePoint) -> Expr:
        """Return i minus the Butler-Volmer current [A/m2]."""
        work = point.molar_volume * point.p_contact / FARADAY
        eta = self.eta(point.phi_s - point.phi_e + work, point.temperature)
        f_eta = FARADAY / (GAS_CONSTANT * point.temperature) * eta
        anodic = bounded_exp(self.alpha_a * f_eta)
        cathodic = bounded_exp((self.alpha_a - 1) * f_eta)
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
