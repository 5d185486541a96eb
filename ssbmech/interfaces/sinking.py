# SPDX-License-Identifier: BSD-3-Clause
r"""Speeds at which loaded props sink into a metal: by diffusion, by creep, and without load.

All are functions of the mean pressure over the interface, so the share of the area on which the
load rests is part of their constants. Speeds of mechanisms that act side by side add.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

import ufl

from ssbmech.activation import arrhenius, energy_parameter, reference_parameter
from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.parameter import UNSTATED, parameter, validate_parameters
from ssbmech.validity import TemperatureRange


class Sinking(Protocol):
    """Role of a mechanism by which props sink into metal."""

    @property
    def linear(self) -> bool:
        """Whether the speed goes with the pressure, so that a share of the load is one of it."""

    def speed(self, pressure: Expr, temperature: Expr) -> Expr:
        """Return the speed [m/s] at a pressure of zero or more [Pa] and a temperature [K]."""


def require_linear(mechanisms: Sequence[Sinking], law: str) -> None:
    """Refuse speeds that do not go with the pressure where the load is shared.

    Args:
        mechanisms: what adds to the speed of sinking.
        law: name of the law that shares the load, for the message.

    Raises:
        ParameterError: there are.
    """
    for mechanism in mechanisms:
        if not mechanism.linear:
            raise ParameterError(
                f"{law} shares the load between props, so a share of the load must be the same "
                f"share of the speed, but {type(mechanism).__name__} does not go with the "
                "pressure: take LinearSinking alone"
            )


def total_speed(mechanisms: Sequence[Sinking], pressure: Expr, temperature: Expr) -> Expr:
    """Return the sum of the speeds of mechanisms that act side by side [m/s]."""
    return sum((m.speed(pressure, temperature) for m in mechanisms), ufl.as_ufl(0.0))


@dataclass(frozen=True)
class LinearSinking:
    r"""Sinking by diffusion of metal, or by its linear creep.

    .. math:: k = K_1 \, p \, \frac{T_0}{T}
              \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    The factor T_0 / T is that of the Nernst-Einstein relation. `sinking_speeds` gives K_1 from
    geometry and diffusivity.

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.
        linear: True.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    coefficient: float = parameter("m/(s Pa)", low=0.0, doc="speed over pressure K_1")
    activation_energy: float = energy_parameter()
    reference_temperature: float = reference_parameter("temperature of the coefficient")
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    linear: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def speed(self, pressure: Expr, temperature: Expr) -> Expr:
        """Return the speed [m/s]."""
        reference = self.reference_temperature
        hotter = arrhenius(self.activation_energy, temperature, reference)
        return self.coefficient * reference / temperature * hotter * pressure


@dataclass(frozen=True)
class PowerLawSinking:
    r"""Sinking by power-law creep of the metal.

    .. math:: k = k_0 \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]
              \left(\frac{p}{p_0}\right)^n

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.
        linear: False.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    speed_0: float = parameter("m/s", low=0.0, doc="speed k_0 at the reference pressure")
    exponent: float = parameter("1", low=1.0, high=20.0, doc="stress exponent n")
    pressure_0: float = parameter("Pa", low=0.0, low_open=True, default=1e6, doc="pressure p_0")
    activation_energy: float = energy_parameter()
    reference_temperature: float = reference_parameter("temperature of the speed")
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    linear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def speed(self, pressure: Expr, temperature: Expr) -> Expr:
        """Return the speed [m/s]."""
        hotter = arrhenius(self.activation_energy, temperature, self.reference_temperature)
        return self.speed_0 * hotter * (pressure / self.pressure_0) ** self.exponent


@dataclass(frozen=True)
class FreeClosing:
    r"""Closing of voids without load, by capillarity or by vacancies that the bulk takes up.

    .. math:: k = V_0 \exp\left[-\frac{Q}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    Attributes:
        valid: temperatures between which the numbers are known; None for not stated.
        linear: False.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    speed_0: float = parameter("m/s", low=0.0, doc="speed V_0")
    activation_energy: float = energy_parameter()
    reference_temperature: float = reference_parameter("temperature of the speed")
    valid: TemperatureRange | None = field(default=None, metadata=UNSTATED)

    linear: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def speed(self, pressure: Expr, temperature: Expr) -> Expr:
        """Return the speed [m/s]."""
        return self.speed_0 * arrhenius(
            self.activation_energy, temperature, self.reference_temperature
        )
