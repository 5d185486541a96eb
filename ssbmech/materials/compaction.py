# SPDX-License-Identifier: BSD-3-Clause
r"""Porous solids that densify: elasticity, and plastic flow inside a cap that grows with density.

The stress stays within an ellipse in pressure p and equivalent stress q. Its size follows the
relative density :math:`\rho` of the solid that is there by Heckel's line,

.. math:: p_c = p_h \langle \eta - \eta_0 \rangle, \quad \eta = -\ln(1 - \rho), \quad
          \eta_0 = -\ln(1 - \rho_0)

so that the density never reaches one. A step is integrated by backward Euler. At each integration
point two unknowns are left, the angle on the ellipse and :math:`\eta`, which no iteration can take
out of their range. They are solved for inside the UFL expression by a fixed number of Newton steps,
which gives the consistent tangent by differentiation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ufl

from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Elastic, Response, Surroundings
from ssbmech.materials.viscoplastic import STRESS_FLOOR
from ssbmech.memory import StateVariable
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LEAST_STRESS, MODULUS_HINT, MOST_MODULUS, PRESSURE_HINT
from ssbmech.units import to_si

RETURN_STEPS = 6
"""Newton steps of the return; of strains of 0.003 a step one in a thousand would take more, and the
step is taken again, shorter."""

ROUNDING = 1e-3
"""Width in which the strength begins at the loose density, where a corner would be [1]."""

ON_THE_CAP = 1e-8
"""Value of the yield function up to which a state is elastic [1]. One that ended the last step on
the cap lies there by rounding, on either side of it from point to point."""

DEEPEST_LOOSENING = 0.1
"""Logarithm of density by which the first guess loosens the solid at most [1]."""

LEAST_ETA = 1e-3
"""Least value of eta in an iteration; it is above the logarithm's singularity [1]."""

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
class Axes:
    """The ellipse at one density, with its derivatives by eta.

    Attributes:
        pressure: half axis along the pressure [Pa].
        shear: half axis along the equivalent stress [Pa].
        centre: pressure of its centre [Pa].
        d_pressure: derivative of `pressure` by eta [Pa].
        d_shear: derivative of `shear` [Pa].
        d_centre: derivative of `centre` [Pa].
    """

    pressure: Expr
    shear: Expr
    centre: Expr
    d_pressure: Expr
    d_shear: Expr
    d_centre: Expr


@dataclass(frozen=True)
class Returned:
    """A stress on the cap and the density that goes with it.

    Attributes:
        q: equivalent stress [Pa].
        eta: -ln(1 - density) [1].
        unsolved: how far the two equations are from being solved, as a strain [1].
    """

    q: Expr
    eta: Expr
    unsolved: Expr


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
        root = ufl.sqrt(1 + (self.friction * a / self.strength) ** 2)
        return Axes(
            a,
            self.friction * a / root,
            middle * size,
            d_a,
            self.friction * d_a / root**3,
            middle * growth,
        )

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return the stress and the density after backward Euler over the step."""
        porosity_n, plastic_n = state_n["porosity"], state_n["strain_plastic"]
        bulk, shear = self.moduli(1 - porosity_n)
        # plastic volume strain since the start: the solid that is there keeps its volume
        volume_n = ufl.ln(self.density / (1 - porosity_n))
        elastic_trial = ufl.dev(strain) - plastic_n
        s_trial = 2 * shear * elastic_trial
        q_trial = ufl.sqrt(1.5 * ufl.inner(s_trial, s_trial) + STRESS_FLOOR**2)
        p_trial = -bulk * (ufl.tr(strain) - volume_n)

        trial = _Trial(self, p_trial, q_trial, -ufl.ln(porosity_n), bulk, shear)
        found, elastic = trial.returned(), trial.elastic
        ratio = ufl.conditional(elastic, 1.0, found.q / q_trial)
        porosity = ufl.conditional(elastic, porosity_n, ufl.exp(-found.eta))
        loosened = ufl.ln((1 - porosity_n) / (1 - ufl.exp(-found.eta)))
        return Response(
            deviator=ratio * s_trial,
            bulk=bulk,
            state={"porosity": porosity, "strain_plastic": plastic_n + (1 - ratio) * elastic_trial},
            creep_rate=(1 - ratio) * q_trial / (3 * shear) / around.dt,
            secant_shear=ratio * shear,
            inelastic_volume=volume_n + ufl.conditional(elastic, 0.0, loosened),
            unsolved=ufl.conditional(elastic, 0.0, found.unsolved),
        )


@dataclass(frozen=True)
class _Trial:
    r"""A stress without flow in the step, and its return to the cap.

    The unknowns are the angle :math:`\theta` and :math:`\eta`; the stress is on the ellipse
    whatever they are, :math:`p = c + a \cos\theta`, :math:`q = b \sin\theta`. The equations are the
    elastic law of the volume, and normality multiplied out, so that nothing is divided by zero
    where the volume stays,

    .. math:: R_1 = \frac{p_{tr} - K v - p}{K}, \quad
              R_2 = v a \sin\theta - b \cos\theta \frac{q_{tr} - q}{3 G}, \quad
              v = \ln\frac{\rho}{\rho_n}

    Attributes:
        law: the law.
        p: pressure [Pa].
        q: equivalent stress [Pa].
        eta: -ln(1 - density) at the start of the step [1].
        bulk: bulk modulus [Pa].
        shear: shear modulus [Pa].
    """

    law: CapLaw
    p: Expr
    q: Expr
    eta: Expr
    bulk: Expr
    shear: Expr

    @property
    def elastic(self) -> Expr:
        """Whether the stress is within the cap."""
        axes = self.law.axes(self.eta)
        squares = (self.q / axes.shear) ** 2 + ((self.p - axes.centre) / axes.pressure) ** 2
        return ufl.le(squares, 1.0 + ON_THE_CAP)

    def returned(self) -> Returned:
        """Return the stress on the cap, after a fixed number of Newton steps."""
        theta, eta = self._start()
        for _ in range(RETURN_STEPS):
            theta, eta = self._step(theta, eta)
        axes, (volume, flow), _ = self._equations(theta, eta)
        relative = flow / (axes.pressure + axes.shear)
        unsolved = ufl.sqrt(volume * volume + relative * relative)
        return Returned(axes.shear * ufl.sin(theta), eta, unsolved)

    def _start(self) -> tuple[Expr, Expr]:
        """Return a first guess: all of the volume beyond the cap at the start is plastic."""
        axes = self.law.axes(self.eta)
        theta = ufl.atan2(self.q / axes.shear, (self.p - axes.centre) / axes.pressure)
        beyond = (self.p - axes.centre - axes.pressure * ufl.cos(theta)) / self.bulk
        porosity_n = ufl.exp(-self.eta)
        # half of the porosity is the least guess, long before the exponential overflows
        change = ufl.min_value(ufl.max_value(beyond, -DEEPEST_LOOSENING), 1.0)
        denser = (1 - porosity_n) * ufl.exp(change)
        return theta, -ufl.ln(ufl.max_value(1 - denser, porosity_n / 2))

    def _step(self, theta: Expr, eta: Expr) -> tuple[Expr, Expr]:
        """Return angle and eta after a Newton step, shortened where it is long."""
        _, (volume, flow), ((j11, j12), (j21, j22)) = self._equations(theta, eta)
        determinant = j11 * j22 - j12 * j21
        turn = -(j22 * volume - j12 * flow) / determinant
        growth = -(j11 * flow - j21 * volume) / determinant
        # smooth, unlike the largest of the two, so that the step has a derivative
        length = ufl.sqrt(1.0 + 4 * (turn * turn + growth * growth))
        return theta + turn / length, ufl.max_value(eta + growth / length, LEAST_ETA)

    def _equations(self, theta: Expr, eta: Expr) -> tuple[Axes, tuple[Any, Any], Any]:
        """Return the ellipse, R1 and R2 [1, Pa], and their derivatives by angle and eta."""
        axes = self.law.axes(eta)
        a, b, d_a, d_b = axes.pressure, axes.shear, axes.d_pressure, axes.d_shear
        cos, sin = ufl.cos(theta), ufl.sin(theta)
        porosity, porosity_n = ufl.exp(-eta), ufl.exp(-self.eta)
        v, d_v = ufl.ln(1 - porosity) - ufl.ln(1 - porosity_n), porosity / (1 - porosity)
        w, three = (self.q - b * sin) / (3 * self.shear), 3 * self.shear
        volume = (self.p - axes.centre - a * cos) / self.bulk - v
        flow = v * a * sin - b * cos * w
        by_angle = (a * sin / self.bulk, v * a * cos + b * sin * w + (b * cos) ** 2 / three)
        by_eta = (
            -d_v - (axes.d_centre + d_a * cos) / self.bulk,
            d_v * a * sin + v * d_a * sin - d_b * cos * w + b * d_b * sin * cos / three,
        )
        return axes, (volume, flow), tuple(zip(by_angle, by_eta, strict=True))
