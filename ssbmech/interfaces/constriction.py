# SPDX-License-Identifier: BSD-3-Clause
r"""Constriction: the resistance of current lines that crowd from a plane into spots of contact.

Of N spots of radius b per area, a fraction :math:`\theta = \pi b^2 N` of the plane, each adds
:math:`\psi / (4 \kappa b)` on the side of the poor conductor, with
:math:`\psi \approx (1 - \sqrt\theta)^{3/2}` for what neighbours share. Per area of the interface

.. math:: R = \frac{\psi}{4 \kappa b N} = \frac{\pi b \psi}{4 \kappa \theta}

and per area that touches, which is what a law of the interface adds to its film, theta times that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import ufl

from ssbmech.activation import energy_parameter, hotter, reference_parameter
from ssbmech.frames import Expr
from ssbmech.parameter import parameter, validate_parameters


class Constriction(Protocol):
    """Role of a law of the constriction of current lines.

    One whose conductivity follows the temperature says how in a method `conducts(temperature)`,
    which returns the conductivity over that of `resistance` [1].
    """

    def resistance(self, touching: Expr) -> Expr:
        """Return the resistance per area that touches [ohm m2], of the touching fraction [1]."""


def resistance_at(law: Constriction, touching: Expr, temperature: Expr) -> Expr:
    """Return the resistance per area that touches at a temperature [ohm m2].

    Args:
        law: the law.
        touching: touching fraction [1].
        temperature: absolute temperature [K].
    """
    conducts: Callable[[Expr], Expr] | None = getattr(law, "conducts", None)
    resistance = law.resistance(touching)
    return resistance if conducts is None else resistance / conducts(temperature)


def shielding(touching: Expr) -> Expr:
    r"""Return :math:`\psi = (1 - \sqrt\theta)^{3/2}`, a spot's share beside neighbours [1]."""
    return ufl.max_value(1 - ufl.sqrt(touching), 0.0) ** 1.5


def _conducts(law: Any, temperature: Expr) -> Expr:
    r"""Return the conductivity of an ion conductor over that at its reference temperature [1].

    .. math:: \frac{T_0}{T} \exp\left[-\frac{E_a}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    It is one at all temperatures without an activation energy.
    """
    if law.activation_energy is None:
        return 1.0
    t_0 = law.reference_temperature
    return t_0 / temperature * hotter(law.activation_energy, temperature, t_0)


@dataclass(frozen=True)
class NoConstriction:
    """Spots so small that their current lines cost nothing."""

    def resistance(self, touching: Expr) -> Expr:
        """Return zero."""
        return ufl.as_ufl(0.0)


@dataclass(frozen=True)
class SpotsOfOneSize:
    r"""Spots that become more or fewer: the resistance goes with the inverse of the contact.

    .. math:: R_c = \frac{\pi b}{4 \kappa} (1 - \sqrt\theta)^{3/2}

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    radius: float = parameter("m", low=0.0, doc="radius b of a spot")
    conductivity: float = parameter(
        "S/m", low=0.0, low_open=True, doc="conductivity kappa of the electrolyte"
    )
    activation_energy: float | None = energy_parameter(
        "activation energy of the conductivity", default=None
    )
    reference_temperature: float = reference_parameter("temperature of the conductivity")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def conducts(self, temperature: Expr) -> Expr:
        """Return the conductivity at a temperature [K] over the one that was given [1]."""
        return _conducts(self, temperature)

    def resistance(self, touching: Expr) -> Expr:
        """Return the resistance per area that touches [ohm m2]."""
        return ufl.pi * self.radius / (4 * self.conductivity) * shielding(touching)


@dataclass(frozen=True)
class SpotsOfOneNumber:
    r"""Spots that grow and shrink in place: the resistance goes with the root of the contact.

    .. math:: R_c = \frac{\ell}{4 \kappa} \sqrt{\pi \theta} (1 - \sqrt\theta)^{3/2}, \quad
              \ell = N^{-1/2}

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    spacing: float = parameter("m", low=0.0, doc="distance l of neighbouring spots")
    conductivity: float = parameter(
        "S/m", low=0.0, low_open=True, doc="conductivity kappa of the electrolyte"
    )
    activation_energy: float | None = energy_parameter(
        "activation energy of the conductivity", default=None
    )
    reference_temperature: float = reference_parameter("temperature of the conductivity")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def conducts(self, temperature: Expr) -> Expr:
        """Return the conductivity at a temperature [K] over the one that was given [1]."""
        return _conducts(self, temperature)

    def resistance(self, touching: Expr) -> Expr:
        """Return the resistance per area that touches [ohm m2]."""
        across = self.spacing * ufl.sqrt(ufl.pi * touching)
        return across / (4 * self.conductivity) * shielding(touching)
