# SPDX-License-Identifier: BSD-3-Clause
"""Creep by diffusion: a branch linear in the stress, beside the power law of dislocations.

In volumes of a few micrometres, and at low stress in fine grains, metals flow by the diffusion of
atoms from faces under pressure to faces under tension. The rate goes with the stress itself, so
that it outlasts the power law, which fades with a high power of the stress. Both act at once and
their rates add.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, replace
from typing import Any, ClassVar, Protocol

import ufl

from ssbmech.activation import arrhenius, energy_parameter, reference_parameter
from ssbmech.constants import GAS_CONSTANT
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.viscoplastic import Flow, NortonFlow, power_law_ratio
from ssbmech.memory import StateVariable
from ssbmech.parameter import UNSTATED, parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT, MOST_LENGTH
from ssbmech.validity import TemperatureRange


class LinearCreep(Protocol):
    r"""Role of a creep rate that is linear in the stress.

    .. math:: \dot\varepsilon = C q = \frac{q}{3 \eta}

    q is the von Mises stress, which is the stress of a tensile test, and the rate is the tensile
    one; the viscosity eta is shear stress over shear rate. A law of grains of one size says so in
    an attribute `grain_size` [m].
    """

    def fluidity(self, temperature: Expr) -> Expr:
        """Return C [1/(Pa s)] at an absolute temperature [K]."""


@dataclass(frozen=True)
class Viscous:
    r"""Linear creep of a known viscosity.

    .. math:: C = \frac{1}{3 \eta}
              \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    viscosity: float = parameter(
        "Pa s", low=0.0, low_open=True, doc="shear viscosity at the reference temperature"
    )
    activation_energy: float = energy_parameter()
    reference_temperature: float = reference_parameter(
        "temperature at which the viscosity was given"
    )
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def fluidity(self, temperature: Expr) -> Expr:
        """Return C [1/(Pa s)] at an absolute temperature [K]."""
        factor = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        return factor / (3 * self.viscosity)


def _grain_size() -> Any:
    """Declare the size of the grains of a law [m]."""
    return parameter(
        "m",
        low=0.0,
        low_open=True,
        high=MOST_LENGTH,
        hint=LENGTH_HINT,
        doc="diameter of the grains",
    )


def _molar_volume() -> Any:
    """Declare the volume of metal per mole of atoms [m3/mol]."""
    return parameter("m3/mol", low=0.0, low_open=True, doc="volume of metal per mole of atoms")


@dataclass(frozen=True)
class CobleCreep:
    r"""Diffusion along the boundaries of equiaxed grains (Coble, J. Appl. Phys. 1963, 34, 1679).

    .. math:: C = 47 \frac{\Omega \, \delta D_b}{R T d^3}, \quad
              \eta = \frac{R T d^3}{141 \, \Omega \, \delta D_b}, \quad
              \delta D_b = (\delta D_b)_0
              \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    The coefficient belongs to the tensile stress and the tensile rate, as q and C q are here. It is
    148/pi; 44 to 48 are in use, while the abstract of the paper has 150, pi times as much.

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    coefficient: ClassVar[float] = 47.0
    grain_size: float = _grain_size()
    boundary_diffusivity: float = parameter(
        "m3/s", low=0.0, low_open=True, doc="width of a boundary times diffusivity in it"
    )
    molar_volume: float = _molar_volume()
    activation_energy: float = energy_parameter("activation energy of diffusion", default=MISSING)
    reference_temperature: float = reference_parameter(
        "temperature at which the diffusivity was given"
    )
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def fluidity(self, temperature: Expr) -> Expr:
        """Return C [1/(Pa s)] at an absolute temperature [K]."""
        factor = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        drive = self.molar_volume / (GAS_CONSTANT * temperature)
        return self.coefficient * drive * self.boundary_diffusivity * factor / self.grain_size**3


@dataclass(frozen=True)
class NabarroHerringCreep:
    r"""Diffusion through equiaxed grains (Herring, J. Appl. Phys. 1950, 21, 437).

    .. math:: C = \frac{40}{3} \frac{\Omega D_l}{R T d^2}, \quad
              \eta = \frac{R T d^2}{40 \, \Omega D_l}, \quad
              D_l = (D_l)_0 \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    The coefficient, 13.3 (13 to 14 are in use), belongs to the tensile stress and the tensile rate,
    as q and C q are here; between shear stress and engineering shear rate it is three times as
    large, 40.

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    coefficient: ClassVar[float] = 40.0 / 3.0
    grain_size: float = _grain_size()
    lattice_diffusivity: float = parameter(
        "m2/s", low=0.0, low_open=True, doc="self-diffusivity of the crystal"
    )
    molar_volume: float = _molar_volume()
    activation_energy: float = energy_parameter("activation energy of diffusion", default=MISSING)
    reference_temperature: float = reference_parameter(
        "temperature at which the diffusivity was given"
    )
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def fluidity(self, temperature: Expr) -> Expr:
        """Return C [1/(Pa s)] at an absolute temperature [K]."""
        factor = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        drive = self.molar_volume / (GAS_CONSTANT * temperature)
        return self.coefficient * drive * self.lattice_diffusivity * factor / self.grain_size**2


@dataclass(frozen=True)
class DiffusionalFlow:
    r"""Power-law and linear creep side by side.

    .. math:: \dot\varepsilon = \dot\varepsilon_{power}(q) + C q

    Attributes:
        power: the power law, of dislocations.
        linear: the linear branch, of diffusion.
    """

    power: NortonFlow
    linear: LinearCreep

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        """None: both rates depend on the stress alone."""
        return ()

    @property
    def grain_size(self) -> float | None:
        """Diameter of the grains by whose boundaries it flows [m]; None if it knows of none."""
        size: float | None = getattr(self.linear, "grain_size", None)
        return size

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        r"""Return the flow from the root of :math:`y + B y^n + B_1 y = 1`.

        .. math:: B_1 = 3 G \Delta t \, C, \quad y' = (1 + B_1) y, \quad
                  y' + B (1 + B_1)^{-n} y'^n = 1

        With y' the equation is that of the power law alone. The increments of the two branches are
        computed one by one: where little flows, 1 - y would be all round-off.
        """
        linear = 3 * shear * around.dt * self.linear.fluidity(around.temperature)
        log_stiffer = ufl.ln(1 + linear)
        log_b = self.power.log_b(q_trial, shear, around) - self.power.exponent * log_stiffer
        log_y = power_law_ratio(log_b, self.power.exponent)
        ratio = ufl.exp(log_y) / (1 + linear)
        creep = ufl.exp(log_b + self.power.exponent * log_y) + linear * ratio
        return Flow(ratio=ratio, increment=q_trial / (3 * shear) * creep, state={})

    def with_strength(self, factor: float) -> DiffusionalFlow:
        """Return the law with another strength of its power law; diffusion does not know of it.

        Args:
            factor: new over old stress of the power law at any rate [1].

        Raises:
            ParameterError: the factor is not positive.
        """
        return replace(self, power=self.power.with_strength(factor))
