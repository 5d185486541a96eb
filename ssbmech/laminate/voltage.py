# SPDX-License-Identifier: BSD-3-Clause
r"""Voltage of a cell as one point: its potential at rest, and what a current adds.

.. math:: V = U(Q) + P \frac{\partial h}{\partial Q} + \sum_k \eta_k(i, P)

A current is positive on charge. The second term is the work of the pressure on a cell that gets
thicker by :math:`\partial h / \partial Q` with the charge; potential and thickness come from one
free energy, so that it is no further law. It is exact where that growth is the same at every
pressure; the work of stresses in the plane is left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ssbmech.activation import energy_parameter, eyring, hotter, reference_parameter
from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.errors import CaseError, ParameterError
from ssbmech.laminate.layer import Array
from ssbmech.materials.curve import Curve
from ssbmech.materials.host import Host
from ssbmech.parameter import STATED_IF_GIVEN, parameter, table, validate_parameters

DIFFERENCE = 1e-6
"""Change of a content by which the slope of a potential at rest is found [1]."""


@dataclass(frozen=True)
class Loss:
    """What a current adds to the voltage.

    Attributes:
        voltage: shape (n,) [V].
        by_current: its derivative [ohm m2].
        by_charge: its derivative [V m2/C].
        by_pressure: its derivative [V/Pa].
    """

    voltage: Array
    by_current: Array
    by_charge: Array
    by_pressure: Array


class LossLaw(Protocol):
    """Role of what a current adds to the voltage.

    One without an `activation_energy` counts as the same at all temperatures, of which a stack that
    changes its temperature warns.
    """

    def loss(self, current: Array, charge: Array, pressure: float, temperature: float) -> Loss:
        """Return the loss.

        Args:
            current: current densities, shape (n,) [A/m2].
            charge: charges passed, shape (n,) [C/m2].
            pressure: pressure on the cells [Pa].
            temperature: absolute temperature [K].
        """

    def outside(self, charge: Array, pressure: float) -> str:
        """Return in words why a place is beyond what is known; empty where it is not."""


@dataclass(frozen=True)
class Resistance:
    r"""A resistance times area, the same at all pressures.

    .. math:: R(T) = R \exp\left[\frac{Q}{R_g} \left(\frac1T - \frac1{T_0}\right)\right]

    Without an activation energy Q it is the same at all temperatures.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    resistance: float = parameter("ohm m2", low=0.0, doc="resistance times area")
    activation_energy: float | None = energy_parameter(default=None)
    reference_temperature: float = reference_parameter("temperature of the resistance")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def loss(self, current: Array, charge: Array, pressure: float, temperature: float) -> Loss:
        """Return the ohmic loss."""
        eased = float(hotter(self.activation_energy, temperature, self.reference_temperature))
        by = np.full_like(current, self.resistance / eased)
        zero = np.zeros_like(current)
        return Loss(by * current, by, zero, zero)

    def outside(self, charge: Array, pressure: float) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class PressedResistance:
    """A resistance times area that falls with the pressure, by a table that is not left.

    With the temperature it goes as `Resistance`.

    Raises:
        ParameterError: a resistance is negative, or rises with the pressure.
    """

    curve: Curve = table("ohm m2", low=0.0, doc="resistance times area against pressure [Pa]")
    activation_energy: float | None = energy_parameter(default=None)
    reference_temperature: float = reference_parameter("temperature of the table")

    def __post_init__(self) -> None:
        """Check the bounds, and that pressure makes contact."""
        validate_parameters(self)
        if np.any(np.diff(self.curve.y) > 0.0):
            raise ParameterError(
                "PressedResistance.curve rises somewhere: expected a resistance that falls with "
                "the pressure"
            )

    def loss(self, current: Array, charge: Array, pressure: float, temperature: float) -> Loss:
        """Return the ohmic loss."""
        eased = float(hotter(self.activation_energy, temperature, self.reference_temperature))
        by = np.full_like(current, float(self.curve.numeric(pressure)) / eased)
        slope = float(self.curve.numeric_slope(pressure)) / eased
        return Loss(by * current, by, np.zeros_like(current), slope * current)

    def outside(self, charge: Array, pressure: float) -> str:
        """Return that a pressure is beyond the table, in words."""
        if self.curve.low <= pressure <= self.curve.high:
            return ""
        return (
            f"the pressure {pressure:g} Pa is beyond the table of resistances, "
            f"{self.curve.low:g} to {self.curve.high:g} Pa"
        )


@dataclass(frozen=True)
class Activation:
    r"""Charge transfer with a symmetric barrier, of the area of the cell.

    .. math:: \eta = \frac{2RT}{F} \sinh^{-1}\frac{i}{2 i_0}, \quad
              i_0(T) = i_0 \frac{T}{T_0}
              \exp\left[-\frac{Q}{R} \left(\frac1T - \frac1{T_0}\right)\right]

    Without an activation energy Q the exchange current is the same at all temperatures.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    exchange_current: float = parameter(
        "A/m2", low=0.0, low_open=True, doc="exchange current density by area of the cell"
    )
    activation_energy: float | None = energy_parameter(default=None)
    reference_temperature: float = reference_parameter("temperature of the exchange current")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def loss(self, current: Array, charge: Array, pressure: float, temperature: float) -> Loss:
        """Return the overpotential."""
        thermal = 2 * GAS_CONSTANT * temperature / FARADAY
        factor = eyring(self.activation_energy, temperature, self.reference_temperature)
        twice = 2 * self.exchange_current * float(factor)
        z = current / twice
        by = thermal / (twice * np.sqrt(1 + z * z))
        zero = np.zeros_like(current)
        return Loss(thermal * np.arcsinh(z), by, zero, zero)

    def outside(self, charge: Array, pressure: float) -> str:
        """Return nothing."""
        return ""


class Rest(Protocol):
    """Role of the voltage of a cell at rest, without the work of its pressure."""

    @property
    def capacity(self) -> float:
        """Charge by which C-rates count, by area [C/m2]; nan if there is none."""

    @property
    def known(self) -> tuple[float, float]:
        """Charges between which its hosts are neither empty nor full [C/m2]."""

    def voltage(self, charge: Array, temperature: float) -> tuple[Array, Array]:
        """Return the voltage [V] at charges [C/m2] and its derivative [V m2/C]."""

    def state_of_charge(self, charge: Array) -> Array:
        """Return the state of charge [1]."""

    def outside(self, charge: Array) -> str:
        """Return in words why charges are beyond what is known; empty where they are not."""


@dataclass(frozen=True)
class NoVoltage:
    """Electrodes of one metal: no voltage at rest, and no capacity."""

    @property
    def capacity(self) -> float:
        """Nan."""
        return float("nan")

    def voltage(self, charge: Array, temperature: float) -> tuple[Array, Array]:
        """Return zeros."""
        return np.zeros_like(charge), np.zeros_like(charge)

    @property
    def known(self) -> tuple[float, float]:
        """All charges [C/m2]."""
        return -math.inf, math.inf

    def state_of_charge(self, charge: Array) -> Array:
        """Return nan."""
        return np.full_like(charge, np.nan)

    def outside(self, charge: Array) -> str:
        """Return nothing."""
        return ""


@dataclass(frozen=True)
class HostVoltage:
    r"""A cathode of one host against lithium metal.

    .. math:: U = U_{host}(x), \quad x = x_0 - \frac{Q}{F c_{max} h_{dense}}

    Attributes:
        host: the host.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    host: Host
    dense: float = parameter("m", low=0.0, low_open=True, doc="thickness of its crystals, dense")
    content: float = parameter("1", low=0.0, high=1.0, doc="content at no charge")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def capacity(self) -> float:
        """Charge over the window of use of the host [C/m2]."""
        return self.host.capacity * self.dense

    def content_at(self, charge: Array) -> Array:
        """Return the content at charges [C/m2]."""
        return np.asarray(self.content - charge / (FARADAY * self.host.c_max * self.dense))

    @property
    def known(self) -> tuple[float, float]:
        """Charges at the ends of the table of potentials, full and empty [C/m2]."""
        sites, ocv = FARADAY * self.host.c_max * self.dense, self.host.ocv
        return (self.content - ocv.high) * sites, (self.content - ocv.low) * sites

    def voltage(self, charge: Array, temperature: float) -> tuple[Array, Array]:
        """Return the potential of the host at rest."""
        x, ocv = self.content_at(charge), self.host.ocv

        def at(contents: Array) -> Array:
            return np.array([ocv.voltage(float(each), temperature) for each in contents])

        slope = (at(x + DIFFERENCE) - at(x - DIFFERENCE)) / (2 * DIFFERENCE)
        return at(x), np.asarray(-slope / (FARADAY * self.host.c_max * self.dense))

    def state_of_charge(self, charge: Array) -> Array:
        """Return how far the host is from the full to the empty end of its window of use."""
        host = self.host
        return np.asarray((host.x_full - self.content_at(charge)) / (host.x_full - host.x_empty))

    def outside(self, charge: Array) -> str:
        """Return which contents have no known potential, in words."""
        x, ocv = self.content_at(charge), self.host.ocv
        if np.all((x >= ocv.low) & (x <= ocv.high)):
            return ""
        least, most = (ocv.voltage(end, ROOM_TEMPERATURE) for end in (ocv.high, ocv.low))
        return (
            f"the content {x.min():.4g} to {x.max():.4g} leaves the table of the potential, "
            f"{ocv.low:g} to {ocv.high:g}, that is {least:.4g} to {most:.4g} V against lithium "
            "metal, at rest and room temperature: let the step end within"
        )


@dataclass(frozen=True)
class Volts:
    """Voltage of the cells and its derivatives, shape (n,) each."""

    voltage: Array
    by_current: Array
    by_charge: Array
    by_pressure: Array


@dataclass(frozen=True)
class CellVoltage:
    """The voltage law of a cell.

    Attributes:
        rest: voltage at rest.
        losses: what a current adds.
        spread: losses of each cell of a stack over these; empty for all alike [1].

    Raises:
        CaseError: a factor of the spread is not positive.
    """

    rest: Rest = field(default_factory=NoVoltage)
    losses: tuple[LossLaw, ...] = ()
    spread: tuple[float, ...] = field(default=(), metadata=STATED_IF_GIVEN)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)
        if not all(each > 0.0 for each in self.spread):
            raise CaseError(
                f"CellVoltage.spread = {self.spread}: expected losses over those given, all above "
                "zero"
            )

    def volts(self, charge: Array, current: Array, pressure: float, temperature: float) -> Volts:
        """Return the voltage without the work of the pressure.

        Args:
            charge: charges passed, shape (n,) [C/m2].
            current: current densities, shape (n,) [A/m2].
            pressure: pressure on the cells [Pa].
            temperature: absolute temperature [K].
        """
        voltage, by_charge = self.rest.voltage(charge, temperature)
        by_current, by_pressure = np.zeros_like(charge), np.zeros_like(charge)
        factor = np.array(self.spread) if self.spread else np.ones_like(charge)
        for law in self.losses:
            lost = law.loss(current, charge, pressure, temperature)
            voltage = voltage + factor * lost.voltage
            by_current = by_current + factor * lost.by_current
            by_charge = by_charge + factor * lost.by_charge
            by_pressure = by_pressure + factor * lost.by_pressure
        return Volts(voltage, by_current, by_charge, by_pressure)

    def check(self, charge: Array, pressure: float) -> str:
        """Return in words what is beyond what is known; empty for nothing."""
        told = [self.rest.outside(charge), *(law.outside(charge, pressure) for law in self.losses)]
        return next((text for text in told if text), "")
