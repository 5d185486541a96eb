# SPDX-License-Identifier: BSD-3-Clause
"""Creeping solids: elasticity with volume-preserving viscoplastic flow.

The flow is integrated by backward Euler. The stress returns along the trial deviator, so each
integration point has one scalar equation for the ratio y = q / q_trial of the equivalent stresses.
It is solved inside the UFL expression by a fixed number of steps, in the logarithm of y: this
cannot overflow, converges to machine precision, and gives the consistent tangent by
differentiation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

import ufl

from ssbmech.activation import arrhenius_exponent, energy_parameter, reference_parameter
from ssbmech.constants import GAS_CONSTANT
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Elastic, Response, Surroundings
from ssbmech.memory import StateVariable
from ssbmech.parameter import UNSTATED, parameter, validate_parameters
from ssbmech.validity import TemperatureRange

STRESS_FLOOR = 1.0
"""Added in quadrature to the trial equivalent stress, whose root has no derivative at rest [Pa]."""

RATIO_STEPS = 3
"""Steps of the scalar equation; three reach machine precision for exponents between 1 and 50."""

NEWTON_STEPS = 6
"""Newton steps of the two equations of a flow with an evolving resistance."""


@dataclass(frozen=True)
class Flow:
    """Result of the return to the flow law at one integration point.

    Attributes:
        ratio: q / q_trial [1].
        increment: equivalent creep strain of the step [1].
        state: internal variables at the end of the step.
    """

    ratio: Expr
    increment: Expr
    state: Mapping[str, Expr]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)


class FlowLaw(Protocol):
    """Role of a viscoplastic flow law of von Mises type."""

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Internal variables beside the creep strain."""

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        """Return the step's flow from trial equivalent stress [Pa] and shear modulus [Pa]."""


@runtime_checkable
class Strengthened(Protocol):
    """Role of a flow law that is known at other strengths too, as small volumes have them."""

    def with_strength(self, factor: float) -> FlowLaw:
        """Return the law at another strength.

        Args:
            factor: new over old stress at which dislocations flow at any rate [1].
        """


def power_law_ratio(log_b: Expr, exponent: Expr) -> Expr:
    r"""Return log(y) of the root of :math:`y + B y^n = 1` from log(B).

    Every derivative of the function by log(y) is a sum of the same two exponentials, which cost
    more than all the rest: Householder's method of the third order, whose error falls with its
    fourth power, starts from min(1, B^(-1/n)).

    Args:
        log_b: logarithm of B [1].
        exponent: n [1].
    """
    log_y = ufl.conditional(ufl.lt(log_b, 0.0), 0.0, -log_b / exponent)
    n = exponent
    for _ in range(RATIO_STEPS):
        elastic, creep = ufl.exp(log_y), ufl.exp(log_b + n * log_y)
        f, f1 = elastic + creep - 1, elastic + n * creep
        f2, f3 = elastic + n * n * creep, elastic + n * n * n * creep
        bend = f1 * f1 - f * f2
        log_y -= 3 * f * (f1 * f1 + bend) / (6 * f1 * bend + f * f * f3)
    return log_y


@dataclass(frozen=True)
class NortonFlow:
    r"""Norton power-law creep with Arrhenius temperature dependence.

    .. math:: \dot\varepsilon = \dot\varepsilon_0
              \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]
              \left(\frac{q}{\sigma_0}\right)^n

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    rate: float = parameter("1/s", low=0.0, low_open=True, doc="creep rate at the reference stress")
    stress: float = parameter("Pa", low=0.0, low_open=True, doc="reference stress")
    exponent: float = parameter("1", low=1.0, high=50.0, doc="stress exponent n")
    activation_energy: float = energy_parameter()
    reference_temperature: float = reference_parameter("temperature at which rate was given")
    tested_to: float | None = parameter(
        "Pa",
        low=0.0,
        low_open=True,
        default=None,
        doc="largest stress of the tests",
        stated_if_given=True,
    )
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """None: the rate depends on the stress alone."""
        return ()

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        """Return the flow from the root of :math:`y + B y^n = 1`."""
        log_b = self.log_b(q_trial, shear, around)
        log_y = power_law_ratio(log_b, self.exponent)
        increment = q_trial / (3 * shear) * ufl.exp(log_b + self.exponent * log_y)
        return Flow(ratio=ufl.exp(log_y), increment=increment, state={})

    def log_b(self, q_trial: Expr, shear: Expr, around: Surroundings) -> Expr:
        r"""Return the logarithm of B, the creep of the step at the trial stress over its strain.

        .. math:: B = 3 G \Delta t \dot\varepsilon(q_{trial}) / q_{trial}

        Args:
            q_trial: trial equivalent stress [Pa].
            shear: shear modulus G [Pa].
            around: time step and temperature.
        """
        hotter = arrhenius_exponent(
            self.activation_energy, around.temperature, self.reference_temperature
        )
        return (
            ufl.ln(3 * shear * around.dt * self.rate / self.stress)
            + hotter
            + (self.exponent - 1) * ufl.ln(q_trial / self.stress)
        )

    def with_strength(self, factor: float) -> NortonFlow:
        """Return the law that needs a multiple of the stress at any rate.

        Args:
            factor: new over old reference stress [1].

        Raises:
            ParameterError: the factor is not positive.
        """
        tested = None if self.tested_to is None else factor * self.tested_to
        return replace(self, stress=factor * self.stress, tested_to=tested)


@dataclass(frozen=True)
class AnandFlow:
    r"""Flow with an evolving resistance S (Anand & Narayan, J. Electrochem. Soc. 2019, 166, A1330).

    .. math:: \dot\varepsilon = A e^{-Q/RT} (q/S)^{1/m}, \quad
              \dot S = H_0 \left|1 - S/S_s\right|^a sign(1 - S/S_s) \dot\varepsilon, \quad
              S_s = S^* \left[\dot\varepsilon / (A e^{-Q/RT})\right]^n

    Both equations are implicit; a two-by-two Newton iteration follows a first guess with S frozen.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    rate: float = parameter("1/s", low=0.0, low_open=True, doc="pre-exponential factor A")
    activation_energy: float = parameter("J/mol", low=0.0, doc="activation energy Q")
    rate_sensitivity: float = parameter("1", low=0.05, high=1.0, doc="strain-rate sensitivity m")
    resistance_initial: float = parameter("Pa", low=0.0, low_open=True, doc="initial resistance S0")
    hardening: float = parameter("Pa", low=0.0, doc="hardening modulus H0")
    resistance_saturation: float = parameter(
        "Pa", low=0.0, low_open=True, doc="saturation level S*"
    )
    hardening_exponent: float = parameter("1", low=1.0, high=10.0, doc="hardening exponent a")
    saturation_exponent: float = parameter("1", low=0.0, high=1.0, doc="saturation exponent n")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """The flow resistance S."""
        return (StateVariable("flow_resistance", "Pa", self.resistance_initial, by_rate=True),)

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        """Return the flow and the new resistance."""
        s_n = state_n["flow_resistance"]
        exponent = 1 / self.rate_sensitivity
        log_rate = ufl.ln(self.rate) - self.activation_energy / (GAS_CONSTANT * around.temperature)
        log_b_unit = ufl.ln(3 * shear * around.dt) + log_rate + (exponent - 1) * ufl.ln(q_trial)
        strain_scale = q_trial / (3 * shear)

        log_y = power_law_ratio(log_b_unit - exponent * ufl.ln(s_n), exponent)
        log_s = ufl.ln(s_n)
        for _ in range(NEWTON_STEPS):
            step = self._newton_step(log_y, log_s, s_n, log_b_unit, ufl.ln(q_trial), strain_scale)
            log_y, log_s = log_y + step[0], log_s + step[1]
        creep = ufl.exp(log_b_unit + exponent * (log_y - log_s))
        return Flow(ufl.exp(log_y), strain_scale * creep, {"flow_resistance": ufl.exp(log_s)})

    def with_strength(self, factor: float) -> AnandFlow:
        """Return the law that needs a multiple of the stress at any rate and strain.

        Args:
            factor: new over old resistance, in the beginning, as it grows, and at saturation [1].

        Raises:
            ParameterError: the factor is not positive.
        """
        return replace(
            self,
            resistance_initial=factor * self.resistance_initial,
            hardening=factor * self.hardening,
            resistance_saturation=factor * self.resistance_saturation,
        )

    def _newton_step(
        self, log_y: Expr, log_s: Expr, s_n: Expr, log_b_unit: Expr, log_q: Expr, scale: Expr
    ) -> tuple[Expr, Expr]:
        """Return the Newton increments of (log y, log S) for flow and hardening equations."""
        exponent, ratio = (
            1 / self.rate_sensitivity,
            self.saturation_exponent / self.rate_sensitivity,
        )
        elastic, resistance = ufl.exp(log_y), ufl.exp(log_s)
        creep = ufl.exp(log_b_unit + exponent * (log_y - log_s))
        # S / S_s falls with y and rises with S through both numerator and denominator
        saturation = (
            resistance / self.resistance_saturation * ufl.exp(-ratio * (log_q + log_y - log_s))
        )
        distance = 1 - saturation
        magnitude = ufl.sqrt(distance * distance + 1e-24)
        slope = self.hardening * magnitude ** (self.hardening_exponent - 1) * distance
        slope_drop = (
            self.hardening * self.hardening_exponent * magnitude ** (self.hardening_exponent - 1)
        )

        flow_residual = elastic + creep - 1
        hard_residual = resistance - s_n - slope * scale * creep
        flow_y, flow_s = elastic + exponent * creep, -exponent * creep
        hard_y = -scale * creep * (slope_drop * ratio * saturation + slope * exponent)
        hard_s = resistance + scale * creep * (
            slope_drop * (1 + ratio) * saturation + slope * exponent
        )
        determinant = flow_y * hard_s - flow_s * hard_y
        return (
            -(hard_s * flow_residual - flow_s * hard_residual) / determinant,
            -(flow_y * hard_residual - hard_y * flow_residual) / determinant,
        )


@dataclass(frozen=True)
class ElasticViscoplastic:
    r"""Elasticity with a viscoplastic flow of constant volume (small strain).

    .. math:: s = 2 G (dev\, \varepsilon - \varepsilon^c), \quad
              \dot\varepsilon^c = \tfrac32 \dot\varepsilon \, s / q, \quad
              q = \sqrt{\tfrac32 s : s}

    Attributes:
        elastic: elasticity.
        flow: equivalent creep rate.
    """

    elastic: Elastic
    flow: FlowLaw

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """Creep strain (deviatoric) and the flow law's own variables."""
        return (
            StateVariable("strain_creep", "1", in_files=False, by_rate=True),
            *self.flow.state_variables,
        )

    @property
    def flows(self) -> bool:
        """Flow at constant volume: the pressure needs a field of its own."""
        return True

    @property
    def stiffness(self) -> float:
        """Young's modulus [Pa]."""
        return self.elastic.young

    @property
    def grain_size(self) -> float | None:
        """Diameter of the grains that the flow law is about [m]; None if it knows of none."""
        size: float | None = getattr(self.flow, "grain_size", None)
        return size

    def response(self, strain: Expr, state_n: Mapping[str, Expr], around: Surroundings) -> Response:
        """Return the stress after backward Euler over the step."""
        shear = self.elastic.shear
        elastic_trial = ufl.dev(strain) - state_n["strain_creep"]
        s_trial = 2 * shear * elastic_trial
        q_trial = ufl.sqrt(1.5 * ufl.inner(s_trial, s_trial) + STRESS_FLOOR**2)
        flow = self.flow.flow(q_trial, shear, state_n, around)
        creep = state_n["strain_creep"] + (1 - flow.ratio) * elastic_trial
        return Response(
            deviator=flow.ratio * s_trial,
            bulk=self.elastic.bulk,
            state={"strain_creep": creep, **flow.state},
            creep_rate=flow.increment / around.dt,
            secant_shear=flow.ratio * shear,
        )
