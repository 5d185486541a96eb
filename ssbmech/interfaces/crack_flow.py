# SPDX-License-Identifier: BSD-3-Clause
r"""Flow of metal along a crack, between walls a width w apart, down the gradient of its pressure.

A law gives the volume that passes a line across the flow, per its length and per time, of the
gradient G of the pressure. That films of 10 to 100 nm flow like bulk metal is an assumption.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final, Protocol

import ufl

from ssbmech.activation import arrhenius
from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.frames import Expr
from ssbmech.parameter import UNSTATED, parameter, validate_parameters
from ssbmech.plausible import LEAST_STRESS, PRESSURE_HINT
from ssbmech.validity import TemperatureRange

SLOWEST: Final = 1e-15
"""Rate of creep below which flow is linear, so that it has a slope; thirty million years [1/s]."""

FASTEST: Final = 1e10
"""Rate of creep above which flow is linear again, that of sound across a film of a hundred
nanometres: only iterations get there [1/s]."""

FILM: Final = 1e-7
"""Thickness of a typical film, of which slip has the same limits [m]."""


class CrackFlow(Protocol):
    """Role of a law of flow along a crack."""

    def flux(self, width: Expr, gradient: Expr, temperature: Expr) -> Expr:
        """Return the flux towards lower pressure [m2/s].

        Args:
            width: width of the film w, above zero [m].
            gradient: fall of the pressure along the way G, of either sign [Pa/m].
            temperature: absolute temperature [K].
        """


@dataclass(frozen=True)
class ThinStrength:
    r"""Strength of thin metal over that of bulk metal, :math:`S(w) = 1 + (w_0 / w)^m`.

    Pillars of lithium get stronger as they get thinner; for films in cracks there are no data, so
    this is for studies of what it would do.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    width: float = parameter("m", low=0.0, low_open=True, doc="width w_0 of twice the strength")
    exponent: float = parameter("1", low=0.0, high=4.0, default=1.0, doc="exponent m")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def factor(self, width: Expr) -> Expr:
        """Return S of a width [m]."""
        return 1 + (self.width / width) ** self.exponent


@dataclass(frozen=True)
class CreepFlow:
    r"""Metal that creeps between its walls and sticks to them.

    .. math::
        q = \frac{2 B}{n + 2} \left( \frac{w}{2} \right)^{n+2} |G|^{n-1} G, \quad
        B = \dot\varepsilon_0 \, \sigma_0^{-n} \, 3^{(n+1)/2}
            \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    with the creep rate :math:`\dot\varepsilon_0` under a tension :math:`\sigma_0`, for which
    :math:`S \sigma_0` stands where thin metal is stronger. With n = 1 it is a viscous liquid.

    Attributes:
        thin: how strength depends on the width; None for that of bulk metal.
        valid: temperatures between which the numbers are known; None for not stated.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    rate: float = parameter("1/s", low=0.0, low_open=True, doc="creep rate under the stress")
    stress: float = parameter("Pa", low=LEAST_STRESS, hint=PRESSURE_HINT, doc="tension sigma_0")
    exponent: float = parameter("1", low=1.0, high=20.0, doc="exponent n")
    activation_energy: float = parameter("J/mol", low=0.0, default=0.0, doc="activation energy Q")
    reference_temperature: float = parameter(
        "K", low=0.0, low_open=True, default=ROOM_TEMPERATURE, doc="temperature of the rate"
    )
    thin: ThinStrength | None = None
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def flux(self, width: Expr, gradient: Expr, temperature: Expr) -> Expr:
        """Return the flux [m2/s]."""
        n = self.exponent
        stress = self.stress if self.thin is None else self.stress * self.thin.factor(width)
        hotter = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        # von Mises stress at the wall over the stress of the law
        at_wall = math.sqrt(3.0) * (width / 2) * gradient / stress
        creep = _powered(at_wall, n, self.rate * hotter, 1.0)
        return 2 * math.sqrt(3.0) / (n + 2) * (width / 2) ** 2 * creep


@dataclass(frozen=True)
class SlipFlow:
    r"""Metal that slides along its walls as a plug.

    .. math:: q = w \, v_0 \left| \frac{\tau}{\tau_0} \right|^{m-1} \frac{\tau}{\tau_0}, \quad
              \tau = \frac{w}{2} G

    With m = 1 it is linear slip; with a large m it is friction, or a rigid plug that yields at
    :math:`\tau_0`, so that the pressure falls by :math:`2 \tau_0 / w` along the way.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    speed: float = parameter("m/s", low=0.0, low_open=True, doc="speed v_0 under the stress")
    stress: float = parameter("Pa", low=LEAST_STRESS, hint=PRESSURE_HINT, doc="shear stress tau_0")
    exponent: float = parameter("1", low=1.0, high=50.0, default=1.0, doc="exponent m")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def flux(self, width: Expr, gradient: Expr, temperature: Expr) -> Expr:
        """Return the flux [m2/s]."""
        at_wall = (width / 2) * gradient / self.stress
        return width * _powered(at_wall, self.exponent, self.speed, FILM)


def _powered(stress: Expr, exponent: Expr, rate: Expr, size: float) -> Expr:
    """Return a rate times the power of a stress over that of its law, with its sign.

    It is linear where it is slower or faster than anything, which does not depend on the stress at
    which the law is stated.

    Args:
        stress: stress over that of the law, of either sign [1].
        exponent: power [1].
        rate: rate under that stress, of creep [1/s] or of slip [m/s].
        size: what rates of creep are multiplied by to be of its kind.
    """
    low = (SLOWEST * size / rate) ** (1 / exponent)
    high = (FASTEST * size / rate) ** (1 / exponent)
    within = ufl.min_value(ufl.max_value(abs(stress), low), high)
    return rate * within ** (exponent - 1) * stress
