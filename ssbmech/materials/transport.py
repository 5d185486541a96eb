# SPDX-License-Identifier: BSD-3-Clause
"""Transport constants of electrolytes and of electrode metals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from ssbmech.activation import arrhenius
from ssbmech.constants import FARADAY
from ssbmech.frames import Expr
from ssbmech.parameter import STATED_IF_GIVEN, parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT, MOST_LENGTH


class Conductor(Protocol):
    """Role of an ion conductor."""

    def kappa_e(self, temperature: Expr) -> Expr:
        """Return the ionic conductivity [S/m]."""


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
    activation_energy: float = parameter("J/mol", low=0.0, default=0.0, doc="activation energy")
    reference_temperature: float = parameter(
        "K", low=0.0, low_open=True, default=298.15, doc="temperature of the conductivity"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def kappa_e(self, temperature: Expr) -> Expr:
        """Return the conductivity at a temperature [S/m]."""
        t_0 = self.reference_temperature
        hotter = arrhenius(self.activation_energy, temperature, t_0)
        return self.conductivity * (t_0 / temperature) * hotter


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
