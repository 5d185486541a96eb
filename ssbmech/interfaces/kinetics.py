# SPDX-License-Identifier: BSD-3-Clause
"""Charge transfer between an electrode, metal or host (minus), and an electrolyte (plus).

Sign: a positive current flows from minus to plus; it strips metal and empties a host. Contact
scales the exchange current, never the overpotential: a facet without contact passes no current and
feels no potential.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import ufl

from ssbmech.activation import energy_parameter, eyring, hotter, reference_parameter
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.interfaces.point import InterfacePoint
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters

EXPONENT_LIMIT = 30.0
"""Argument beyond which exponentials go on linearly, so that no Newton step overflows [1]."""

FILM_STEPS = 6
"""Newton steps for the overpotential behind a film; six leave 4e-6 for the smallest alpha allowed,
and round-off from 0.15 on."""

SMALLEST_RESISTANCE = 1e-20
"""Added to the film's resistance where it is divided by [ohm m2]."""


def bounded_exp(x: Expr) -> Expr:
    """Return exp(x), continued by its tangent for x above EXPONENT_LIMIT [1]."""
    below = ufl.exp(ufl.min_value(x, EXPONENT_LIMIT))
    return ufl.conditional(ufl.lt(x, EXPONENT_LIMIT), below, below * (1 + x - EXPONENT_LIMIT))


class Sites(Protocol):
    """Role of a law of how the exchange current depends on the lithium at the surface."""

    @property
    def hosted(self) -> bool:
        """Whether it needs the lithium content of a host."""

    def factor(self, content: Expr, alpha_a: Expr) -> Expr:
        """Return the exchange current over its constant [1]."""


@dataclass(frozen=True)
class MetalSurface:
    """A surface that always has lithium to give and room to take.

    Attributes:
        hosted: False: it serves metals and hosts alike.
    """

    hosted: ClassVar[bool] = False

    def factor(self, content: Expr, alpha_a: Expr) -> Expr:
        """Return one."""
        return 1.0


@dataclass(frozen=True)
class HostSites:
    r"""Sites of a host, of which a fraction x is taken.

    .. math:: \frac{i_0(x)}{i_0} = 2 \, x^{1 - \alpha_a} (1 - x)^{\alpha_a}

    Lithium leaves at a rate that goes with x and enters at one that goes with 1 - x; the powers are
    what detailed balance makes of it. It is one at x = 1/2, and falls to a small rest at both ends.

    Attributes:
        hosted: True: it needs the content of a host.

    Raises:
        ParameterError: the rest is out of its bounds.
    """

    least: float = parameter(
        "1", low=1e-9, high=0.1, default=1e-4, doc="content and vacancy that always take part"
    )
    hosted: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def factor(self, content: Expr, alpha_a: Expr) -> Expr:
        """Return the exchange current over its constant [1]."""
        taken = ufl.max_value(content, self.least)
        free = ufl.max_value(1 - content, self.least)
        return 2 * taken ** (1 - alpha_a) * free**alpha_a


class ChargeTransfer(Protocol):
    """Role of a charge-transfer law."""

    @property
    def conduction(self) -> Conduction:
        """The law that turns contact into a conducting fraction."""

    @property
    def sources(self) -> Mapping[str, Source]:
        """Source of each number by its path, for readers and manifests; may be empty."""

    @property
    def needs_host(self) -> bool:
        """Whether it needs the lithium content of a host."""

    def residual(self, point: InterfacePoint) -> Expr:
        """Return an expression that is zero when the current obeys the law [A/m2]."""


@dataclass(frozen=True)
class ButlerVolmer:
    r"""Butler-Volmer kinetics with film resistance and mechanical work.

    .. math::
        i = \theta f i_0 \left[e^{\alpha_a F\eta/RT} - e^{-(1-\alpha_a) F\eta/RT}\right], \quad
        \eta = \phi_s - \phi_e + \frac{\mu}{F} - (R_f + R_c) \frac{i}{\theta}

    The factor f is that of the interface's pattern of activity, 1 where there is none. The chemical
    potential :math:`\mu` of lithium in the electrode is measured against unloaded metal. In metal
    it is :math:`\Omega p_c`: compression lowers the equilibrium potential by
    :math:`\Omega/F` (0.135 mV/MPa for lithium) and so favours stripping. In a host it is
    :math:`-F U(x) - \Omega_{ij} \sigma_{ij}`. The current i is per area of the interface; the film
    conducts where there is contact and so carries :math:`i / \theta`: all of the interface
    resistance goes with the inverse of the contact. :math:`R_c` is the constriction of current
    lines below the size of a facet, 0 without a law that knows it.

    With activation energies E of the charge transfer and :math:`E_f` of the film

    .. math::
        \frac{i_0(T)}{i_0} = \frac{T}{T_0} e^{-\frac{E}{R}(1/T - 1/T_0)}, \quad
        \frac{R_f(T)}{R_f} = e^{\frac{E_f}{R}(1/T - 1/T_0)}

    so that the resistance of the charge transfer, :math:`RT / (i_0 F)`, has the activation energy
    E, as an impedance shows it. The activation energy of an exchange current is larger than it, by
    RT (2.5 kJ/mol). What has no activation energy is the same at all temperatures.

    Attributes:
        sites: how i_0 depends on the lithium at the surface.
        conduction: law that turns contact into the conducting fraction theta.
        sources: source of each number by its path, such as "i_0"; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    i_0: float = parameter("A/m2", low=1e-15, high=1e10, doc="exchange current density")
    alpha_a: float = parameter(
        "1", low=0.1, high=0.9, default=0.5, doc="anodic transfer coefficient"
    )
    film_resistance: float = parameter(
        "ohm m2", low=0.0, default=0.0, doc="area resistance of a film"
    )
    sites: Sites = field(default_factory=MetalSurface)
    conduction: Conduction = field(default_factory=GapConduction)
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )
    activation_energy: float | None = energy_parameter(
        "activation energy of the charge-transfer resistance", default=None
    )
    film_activation_energy: float | None = energy_parameter(
        "activation energy of the film's resistance", default=None
    )
    reference_temperature: float = reference_parameter(
        "temperature of i_0 and of the film's resistance"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def needs_host(self) -> bool:
        """Whether its sites are those of a host."""
        return self.sites.hosted

    def eta(self, driving: Expr, i_0: Expr, resistance: Expr, temperature: Expr) -> Expr:
        r"""Return the overpotential of the charge transfer, behind what is in series to it [V].

        It solves :math:`\eta + R j(\eta) = \Delta\phi` at each point, where
        :math:`j = i / \theta` is the current per area in contact. Newton's method starts from the
        smaller of two upper bounds, no film and no charge-transfer resistance.

        Args:
            driving: potential difference over charge transfer and film [V].
            i_0: exchange current density [A/m2].
            resistance: R, of film and constriction [ohm m2].
            temperature: absolute temperature [K].
        """
        per_volt = FARADAY / (GAS_CONSTANT * temperature)
        forward = ufl.conditional(ufl.ge(driving, 0.0), 1.0, -1.0)
        alpha = ufl.conditional(ufl.ge(driving, 0.0), self.alpha_a, 1 - self.alpha_a)
        size = forward * driving
        film = i_0 * (resistance + SMALLEST_RESISTANCE)
        eta = ufl.min_value(size, ufl.ln(1 + size / film) / (alpha * per_volt))
        for _ in range(FILM_STEPS):
            ahead = i_0 * bounded_exp(alpha * per_volt * eta)
            back = i_0 * bounded_exp((alpha - 1) * per_volt * eta)
            slope = per_volt * (alpha * ahead + (1 - alpha) * back)
            excess = eta + resistance * (ahead - back) - size
            eta = eta - excess / (1 + resistance * slope)
        return forward * eta

    def exchange_current(self, temperature: Expr) -> Expr:
        """Return i_0 at a temperature [K], without what the sites make of it [A/m2]."""
        return self.i_0 * eyring(self.activation_energy, temperature, self.reference_temperature)

    def film(self, temperature: Expr) -> Expr:
        """Return the area resistance of the film at a temperature [K] [ohm m2]."""
        reference = self.reference_temperature
        return self.film_resistance / hotter(self.film_activation_energy, temperature, reference)

    def _at(self, point: InterfacePoint) -> tuple[Expr, Expr]:
        """Return exchange current [A/m2] and resistance of film and constriction [ohm m2]."""
        exchange = self.exchange_current(point.temperature)
        i_0 = point.activity * (exchange * self.sites.factor(point.content, self.alpha_a))
        return i_0, self.film(point.temperature) + point.constriction

    def overpotential(self, point: InterfacePoint) -> Expr:
        """Return the overpotential of the charge transfer alone, behind film and constriction [V].

        Args:
            point: the interface.
        """
        i_0, resistance = self._at(point)
        return self.eta(point.driving, i_0, resistance, point.temperature)

    def residual(self, point: InterfacePoint) -> Expr:
        """Return i minus the Butler-Volmer current [A/m2]."""
        i_0, resistance = self._at(point)
        eta = self.eta(point.driving, i_0, resistance, point.temperature)
        f_eta = FARADAY / (GAS_CONSTANT * point.temperature) * eta
        anodic = bounded_exp(self.alpha_a * f_eta)
        cathodic = bounded_exp((self.alpha_a - 1) * f_eta)
        ohmic = GAS_CONSTANT * point.temperature / FARADAY + resistance * i_0
        across = point.leaking(self.conduction) * i_0 * point.driving / ohmic
        touching = point.meeting(self.conduction)
        return point.i_normal - touching * i_0 * (anodic - cathodic) - across


@dataclass(frozen=True)
class LinearKinetics:
    r"""Linearised charge transfer with an area resistance Z.

    .. math:: i = \theta \frac{\eta}{Z / f + R_c}, \quad
              \eta = \phi_s - \phi_e + \frac{\mu}{F}, \quad
              \frac{Z(T)}{Z} = e^{\frac{E}{R}(1/T - 1/T_0)}

    with the factor f of the interface's pattern of activity and the constriction :math:`R_c`.
    Without an activation energy E the resistance Z is the same at all temperatures.

    Attributes:
        conduction: law that turns contact into the conducting fraction theta.
        sources: source of each number by its path, such as "i_0"; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    resistance: float = parameter("ohm m2", low=0.0, low_open=True, doc="area resistance Z")
    conduction: Conduction = field(default_factory=GapConduction)
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )
    activation_energy: float | None = energy_parameter(
        "activation energy of the resistance", default=None
    )
    reference_temperature: float = reference_parameter("temperature of the resistance")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def needs_host(self) -> bool:
        """False: it knows no sites."""
        return False

    def residual(self, point: InterfacePoint) -> Expr:
        """Return i minus the linear current [A/m2]."""
        theta = point.conducting(self.conduction)
        faster = hotter(self.activation_energy, point.temperature, self.reference_temperature)
        resistance = self.resistance / faster / point.activity + point.constriction
        return point.i_normal - theta * point.driving / resistance
