# SPDX-License-Identifier: BSD-3-Clause
"""Transport constants of electrolytes and of electrode metals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import ufl

from ssbmech.activation import arrhenius, energy_parameter, reference_parameter
from ssbmech.constants import FARADAY
from ssbmech.frames import Expr
from ssbmech.parameter import STATED_IF_GIVEN, parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT, MOST_LENGTH


class Conductor(Protocol):
    """Role of an ion conductor."""

    def kappa_e(self, temperature: Expr) -> Expr:
        """Return the ionic conductivity [S/m]."""


@runtime_checkable
class DensityDependent(Protocol):
    """Role of an ion conductor whose conductivity depends on the density of its solid."""

    def kappa_at(self, temperature: Expr, density: Expr) -> Expr:
        """Return the ionic conductivity at a temperature [K] and a relative density [1]; [S/m]."""


class Electronic(Protocol):
    """Role of an electron conductor."""

    def sigma_s(self, temperature: Expr) -> Expr:
        """Return the electronic conductivity [S/m]."""


@dataclass(frozen=True)
class IonConductor:
    r"""Single-ion conductor with Arrhenius conductivity.

    .. math:: \kappa(T) = \kappa_0 \frac{T_0}{T}
              \exp\left[-\frac{E_a}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    conductivity: float = parameter("S/m", low=0.0, low_open=True, doc="ionic conductivity")
    activation_energy: float = energy_parameter("activation energy")
    reference_temperature: float = reference_parameter("temperature of the conductivity")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def kappa_e(self, temperature: Expr) -> Expr:
        """Return the conductivity at a temperature [S/m]."""
        t_0 = self.reference_temperature
        hotter = arrhenius(self.activation_energy, temperature, t_0)
        return self.conductivity * (t_0 / temperature) * hotter


LEAST_CONDUCTING = 1e-6
"""Density over that where conduction begins, as a share of the way to full density, below which
the conductivity stays: a potential needs some [1]."""


@dataclass(frozen=True)
class PorousConductor:
    r"""Ion conductor with pores, whose conductivity follows the density of its solid.

    .. math:: \kappa = \kappa_s(T) \left( \frac{\rho - \rho_p}{1 - \rho_p} \right)^t

    Attributes:
        dense: conduction of the solid without pores.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    dense: IonConductor
    percolation: float = parameter(
        "1", low=0.0, high=1.0, high_open=True, doc="relative density where conduction begins"
    )
    exponent: float = parameter("1", low=1.0, high=10.0, doc="exponent of the conductivity t")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def kappa_e(self, temperature: Expr) -> Expr:
        """Return the conductivity of the solid without pores [S/m]."""
        return self.dense.kappa_e(temperature)

    def kappa_at(self, temperature: Expr, density: Expr) -> Expr:
        """Return the conductivity at a temperature and a relative density [S/m]."""
        above = (density - self.percolation) / (1 - self.percolation)
        share = ufl.max_value(above, LEAST_CONDUCTING) ** self.exponent
        return self.dense.kappa_e(temperature) * share


@dataclass(frozen=True)
class ElectronConductor:
    """Electronic conduction of an active material.

    Raises:
        ParameterError: the conductivity is not positive.
    """

    conductivity: float = parameter("S/m", low=0.0, low_open=True, doc="electronic conductivity")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def sigma_s(self, temperature: Expr) -> Expr:
        """Return the electronic conductivity [S/m], the same at all temperatures."""
        return self.conductivity


@dataclass(frozen=True)
class Metal:
    """Electrode metal that is stripped and plated at its surface.

    A layer gives what it holds, and a step ends where it is used up. Of a foil that is modelled
    thinner than it is, `not_modelled` is the rest.

    Attributes:
        element: what is used up, for messages; None for lithium.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    molar_volume: float = parameter(
        "m3/mol", low=1e-7, high=1e-4, doc="volume of metal per mole of charge carrier"
    )
    not_modelled: float = parameter(
        "m",
        low=0.0,
        high=MOST_LENGTH,
        hint=LENGTH_HINT,
        default=0.0,
        doc="thickness of metal that lies behind what is modelled",
        stated_if_given=True,
    )
    element: str | None = field(default=None, metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def thickness_per_charge(self) -> float:
        """Thickness stripped per charge and area, Omega / F [m3/C]."""
        return self.molar_volume / FARADAY
