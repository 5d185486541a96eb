# SPDX-License-Identifier: BSD-3-Clause
r"""Porous solids that densify: elasticity, and plastic flow inside a cap that grows with density.

The stress stays within an ellipse in pressure p and equivalent stress q. Its size follows the
relative density :math:`\rho` of the solid that is there by Heckel's line,

.. math:: p_c = p_h \langle \eta - \eta_0 \rangle, \quad \eta = -\ln(1 - \rho), \quad
          \eta_0 = -\ln(1 - \rho_0)

so that the density never reaches one. A step is integrated by backward Euler. At each integration
point one unknown is left, :math:`\eta`, between two bounds (`ssbmech.materials.cap_return`). It is
solved for inside the UFL expression by a fixed number of Newton steps, which gives the consistent
tangent by differentiation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ufl

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.cap_return import Axes, Trial
from ssbmech.materials.elastic import Elastic, Response, Surroundings
from ssbmech.materials.viscoplastic import STRESS_FLOOR
from ssbmech.memory import StateVariable
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LEAST_STRESS, MODULUS_HINT, MOST_MODULUS, PRESSURE_HINT
from ssbmech.units import to_si

ROUNDING = 1e-3
"""Width in which the strength begins at the loose density, where a corner would be [1]."""

LEAST_STIFFNESS = 1e-3
"""Relative density, counted from that of no stiffness, below which the modulus stays [1]."""


@dataclass(frozen=True)
class PressingLine:
    r"""Heckel's line: isostatic strength against relative density.

    .. math:: p_c = p_h \langle \eta - \eta_0 \rangle, \quad
              \langle y \rangle = \tfrac12 \left( y + \sqrt{y^2 + \delta^2} \right)

    with :math:`\delta` = 0.001. Gurson's limit of a hollow sphere is such a line, with
    :math:`p_h = 2 \sigma_s / 3` and :math:`\rho_0 = 0`.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    hardening: float = parameter(
        "Pa",
        low=LEAST_STRESS,
        high=MOST_MODULUS,
        hint=PRESSURE_HINT,
        doc="isostatic pressure that divides the porosity by e, p_h",
    )
    loose_density: float = parameter(
        "1", low=0.0, high=1.0, high_open=True, doc="relative density without strength"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @classmethod
    def of_die(cls, slope: Any, intercept: float, friction: float, cohesion: float) -> PressingLine:
        r"""Return the line of which a die gives :math:`\ln 1/(1 - \rho) = k P + b`.

        Args:
            slope: k, a quantity or in SI [1/Pa].
            intercept: b [1].
            friction: slope M of the cap that it is for [1].
            cohesion: its cohesion [1].

        Raises:
            ParameterError: the line is none of a solid that densifies.
        """
        k = to_si(slope, "1/Pa", "PressingLine.of_die: slope")
        if not (k > 0.0 and intercept >= 0.0):
            raise ParameterError(
                f"PressingLine.of_die: slope = {k:g} 1/Pa and intercept = {intercept:g}: expected "
                "a line that rises with the pressure from zero or more"
            )
        ratio = die_ratio(friction, cohesion)
        return cls(hardening=1 / (k * ratio), loose_density=-math.expm1(-intercept))

    def strength(self, eta: Expr) -> tuple[Expr, Expr]:
        """Return the isostatic strength [Pa] and its derivative by eta [Pa]."""
        above = eta + ufl.ln(1 - self.loose_density)
        root = ufl.sqrt(above * above + ROUNDING**2)
        return self.hardening * (above + root) / 2, self.hardening * (1 + above / root) / 2

    def eta_of(self, size: Expr) -> Expr:
        """Return eta at which the isostatic strength has a size above zero [1]."""
        above = size / self.hardening
        return above - ROUNDING**2 / (4 * above) - ufl.ln(1 - self.loose_density)


def die_ratio(friction: float, cohesion: float) -> float:
    r"""Return axial pressure over isostatic strength in a rigid die without wall friction [1].

    .. math:: P / p_c = \tfrac12 \left[ (1 - \zeta) + (1 + \zeta) w \right], \quad
              w = \sqrt{1 + \tfrac49 M^2}

    for a rigid plastic solid that is far weaker than its dense self, :math:`M a \ll \sigma_s`.

    Args:
        friction: slope M [1].
        cohesion: tensile over compressive isostatic strength [1].
    """
    return ((1 - cohesion) + (1 + cohesion) * math.sqrt(1 + 4 * friction**2 / 9)) / 2


@dataclass(frozen=True)
class CapLaw:
    r"""Elasticity with compressible plastic flow, whose state is the density.

    .. math:: \Phi = (q / b)^2 + ((p - c) / a)^2 - 1 \le 0, \quad
              a = \tfrac12 (1 + \zeta) p_c, \quad c = \tfrac12 (1 - \zeta) p_c, \quad
              b = M a / \sqrt{1 + (M a / \sigma_s)^2}

    The flow is normal to the ellipse, and what it takes of the volume is density:
    :math:`d \ln\rho` is the compressive plastic strain. Swelling changes the volume of the solid
    and not its relative density. With :math:`\rho \to 1` the law is that of von Mises with the
    yield stress :math:`\sigma_s`; at the loose density it has no strength. The modulus is

    .. math:: E = E_s \left( \frac{\rho - \rho_e}{1 - \rho_e} \right)^n, \quad \nu = const

    at the density of the start of the step; as it changes the elastic strain stays.

    A dense solid that loosens softens faster than its elasticity gives: at a porosity below about
    :math:`p_h / K` it would go to a far looser state at once. A time :math:`\tau` bounds the rate,
    with the stress outside the cap while it lasts,

    .. math:: \sqrt{(q / b)^2 + ((p - c) / a)^2} = 1 + \tau \langle -\dot\eta \rangle

    and the flow normal to the ellipse through the stress. Pressing is not slowed.

    Attributes:
        dense: elasticity of the dense solid.
        line: size of the cap against density.

    Raises:
        ParameterError: a constant is out of its bounds, or the solid begins looser than where it
            has strength or stiffness.
    """

    dense: Elastic
    line: PressingLine
    density: float = parameter(
        "1", low=0.0, high=1.0, low_open=True, high_open=True, doc="relative density at the start"
    )
    friction: float = parameter(
        "1", low=0.05, high=3.0, doc="slope M, shear over pressure half axis where loose"
    )
    cohesion: float = parameter(
        "1", low=0.0, high=1.0, doc="tensile over compressive isostatic strength"
    )
    strength: float = parameter(
        "Pa",
        low=LEAST_STRESS,
        high=MOST_MODULUS,
        hint=MODULUS_HINT,
        doc="yield stress of the dense solid",
    )
    stiffening: float = parameter(
        "1", low=0.0, high=20.0, default=0.0, doc="exponent of the modulus over density"
    )
    floppy_density: float = parameter(
        "1", low=0.0, high=1.0, high_open=True, default=0.0, doc="relative density without modulus"
    )
    loosening_time: float | None = parameter(
        "s",
        low=0.0,
        default=None,
        doc="overstress over the rate of loosening; no rate if not given",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI, and check the bounds and the density at the start."""
        validate_parameters(self)
        for other, what in (
            (self.line.loose_density, "loose_density, at which it has no strength"),
            (self.floppy_density + LEAST_STIFFNESS, "floppy_density, at which it has no modulus"),
        ):
            if self.density < other:
                raise ParameterError(
                    f"CapLaw.density = {self.density:g} [1] is below its {what} ({other:g}): "
                    "begin with a solid that holds together"
                )

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """The porosity, one less the relative density, and the deviatoric plastic strain."""
        return (
            StateVariable("porosity", "1", 1 - self.density, "porosity", r"$\phi$"),
            StateVariable("strain_plastic", "1", in_files=False),
        )

    @property
    def flows(self) -> bool:
        """Near full density it flows at constant volume: the pressure is a field of its own."""
        return True

    @property
    def stiffness(self) -> float:
        """Young's modulus at the start [Pa]."""
        above = (self.density - self.floppy_density) / (1 - self.floppy_density)
        return float(self.dense.young * above**self.stiffening)

    def relative_density(self, state: Mapping[str, Expr]) -> Expr:
        """Return the relative density in a state [1]."""
        return 1 - state["porosity"]

    def loosened(self, state: Mapping[str, Expr]) -> Expr:
        """Return the plastic volume strain in a state [1]: the solid keeps its own volume."""
        return ufl.ln(self.density / (1 - state["porosity"]))

    def moduli(self, density: Expr) -> tuple[Expr, Expr]:
        """Return bulk and shear modulus at a relative density [Pa]."""
        above = (density - self.floppy_density) / (1 - self.floppy_density)
        part = ufl.max_value(above, LEAST_STIFFNESS) ** self.stiffening
        return part * self.dense.bulk, part * self.dense.shear

    def axes(self, eta: Expr) -> Axes:
        """Return the ellipse at eta = -ln(1 - density) [1]."""
        size, growth = self.line.strength(eta)
        half, middle = (1 + self.cohesion) / 2, (1 - self.cohesion) / 2
        a, d_a = half * size, half * growth
        ratio = ufl.sqrt(1 / self.friction**2 + (a / self.strength) ** 2)
        return Axes(
            size=size,
            pressure=a,
            centre=middle * size,
            ratio=ratio,
            d_pressure=d_a,
            d_centre=middle * growth,
            d_ratio=a * d_a / (self.strength**2 * ratio),
        )

    def eta_of(self, size: Expr) -> Expr:
        """Return eta at which the isostatic strength has a size above zero [1]."""
        return self.line.eta_of(size)

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return the stress and the density after backward Euler over the step."""
        porosity_n, plastic_n = state_n["porosity"], state_n["strain_plastic"]
        bulk, shear = self.moduli(1 - porosity_n)
        volume_n = self.loosened(state_n)
        elastic_trial = ufl.dev(strain) - plastic_n
        s_trial = 2 * shear * elastic_trial
        q_trial = ufl.sqrt(1.5 * ufl.inner(s_trial, s_trial) + STRESS_FLOOR**2)
        p_trial = -bulk * (ufl.tr(strain) - volume_n)

        delay = 0.0 if self.loosening_time is None else self.loosening_time / around.dt
        trial = Trial(self, p_trial, q_trial, porosity_n, bulk, shear, delay)
        found, elastic = trial.returned(), trial.elastic
        ratio = ufl.conditional(elastic, 1.0, found.q / q_trial)
        porosity = ufl.conditional(elastic, porosity_n, found.porosity)
        return Response(
            deviator=ratio * s_trial,
            bulk=bulk,
            state={"porosity": porosity, "strain_plastic": plastic_n + (1 - ratio) * elastic_trial},
            creep_rate=(1 - ratio) * q_trial / (3 * shear) / around.dt,
            secant_shear=ratio * shear,
            inelastic_volume=volume_n - ufl.conditional(elastic, 0.0, found.volume),
            unsolved=ufl.conditional(elastic, 0.0, found.unsolved),
        )
