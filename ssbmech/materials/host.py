# SPDX-License-Identifier: BSD-3-Clause
r"""Hosts of lithium: open-circuit potential, swelling and diffusion of an active material.

The content x is the occupied fraction of the sites that `c_max` counts, x = c / c_max: 0 in empty
and 1 in full host, in cathodes and anodes alike. A cathode is charged when it is nearly empty, an
anode when it is nearly full; so windows of use are named by content, never by charge.

The potential of lithium in the host is :math:`\mu = -F U(x) - \ldots`, where the stress adds its
work. The flux is driven by its gradient, so a law of diffusion gives the self-diffusivity D; what
experiments of diffusion give is the chemical diffusivity :math:`\chi D` with the thermodynamic
factor :math:`\chi = -(F x (1 - x) / RT) \, dU/dx` [larche1973].
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Protocol

import ufl
from scipy.optimize import brentq
from ufl.classes import ConstantValue, Terminal
from ufl.corealg.traversal import unique_pre_traversal

from ssbmech.activation import arrhenius, energy_parameter, hotter, reference_parameter
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.curve import Curve, first_rise
from ssbmech.materials.entropy import Entropic, NoEntropy
from ssbmech.materials.swelling import Swelling
from ssbmech.parameter import STATED_IF_GIVEN, parameter, table, validate_parameters
from ssbmech.units import to_si


def number(expression: Expr) -> float:
    """Return the value of an expression of numbers alone, so that a law is written in UFL only.

    Args:
        expression: what a method of a law returns for numbers in place of UFL expressions.

    Raises:
        TypeError: the expression depends on a place, a field or a constant of forms.
    """
    whole = ufl.as_ufl(expression)
    for part in unique_pre_traversal(whole):
        # UFL itself would evaluate a constant of forms without end
        if isinstance(part, Terminal) and not isinstance(part, ConstantValue):
            raise TypeError(f"{part} has no value of its own: expected an expression of numbers")
    return float(whole(()))


class OpenCircuit(Protocol):
    """Role of an open-circuit potential, measured against lithium."""

    @property
    def low(self) -> float:
        """Least content at which the potential is known [1]."""

    @property
    def high(self) -> float:
        """Largest content at which the potential is known [1]."""

    def u_eq(self, x: Expr, temperature: Expr) -> Expr:
        """Return the potential [V] of content [1] and temperature [K]."""

    def voltage(self, x: float, temperature: float) -> float:
        """Return the potential as a number [V] of content [1] and temperature [K].

        It may be `number(self.u_eq(x, temperature))`; that of a table is faster by its curve.
        """


@dataclass(frozen=True)
class TableOcv:
    r"""Tabulated open-circuit potential, with the entropy of lithium in the host.

    .. math:: U(x, T) = U(x) + (T - T_0) \frac{dU}{dT}(x)

    Attributes:
        entropy: entropic coefficient dU/dT; None for a potential taken as the same at all
            temperatures.

    Raises:
        ParameterError: the curve does not decrease strictly, or is flat at an end, beyond which
            lithium would have no way to leave or enter; one more point helps there. Or the
            temperature is out of its bounds.
    """

    curve: Curve = table("V", low=-1.0, high=6.0, doc="open-circuit potential against content")
    entropy: Entropic | None = field(default=None, metadata=STATED_IF_GIVEN)
    reference_temperature: float = reference_parameter("temperature of the table")

    def __post_init__(self) -> None:
        """Check the bounds and that the curve decreases."""
        validate_parameters(self)
        if not 0.0 <= self.curve.low < self.curve.high <= 1.0:
            raise ParameterError(
                f"TableOcv: contents from {self.curve.low:g} to {self.curve.high:g}: expected "
                "fractions of the sites between 0 and 1"
            )
        if problem := first_rise(self.curve):
            raise ParameterError(
                f"TableOcv.curve: {problem}: expected a potential that decreases with the content"
            )

    @property
    def low(self) -> float:
        """First content of the table [1]."""
        return self.curve.low

    @property
    def high(self) -> float:
        """Last content of the table [1]."""
        return self.curve.high

    @property
    def entropic(self) -> Entropic:
        """The entropic coefficient, which may be none."""
        return self.entropy or NoEntropy()

    def u_eq(self, x: Expr, temperature: Expr) -> Expr:
        """Return the interpolated potential [V]."""
        warmer = temperature - self.reference_temperature
        return self.curve.value(x) + warmer * self.entropic.slope(x)

    def voltage(self, x: float, temperature: float) -> float:
        """Return the interpolated potential as a number [V]."""
        warmer = temperature - self.reference_temperature
        return float(self.curve.numeric(x)) + warmer * self.entropic.numeric_slope(x)


@dataclass(frozen=True)
class IdealOcv:
    r"""Open-circuit potential of an ideal solution: its thermodynamic factor is one.

    .. math:: U = U_0 - \frac{RT}{F} \ln\frac{x}{1 - x}

    Closer than `edge` to empty and full it goes on linearly with the slope found there.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    u_0: float = parameter("V", low=-1.0, high=6.0, doc="potential at half filling")
    edge: float = parameter(
        "1", low=1e-12, high=0.49, default=1e-4, doc="distance from empty and full, see the law"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def low(self) -> float:
        """The edge [1]."""
        return self.edge

    @property
    def high(self) -> float:
        """One minus the edge [1]."""
        return 1 - self.edge

    def u_eq(self, x: Expr, temperature: Expr) -> Expr:
        """Return the potential [V]."""
        inside = ufl.max_value(ufl.min_value(x, 1 - self.edge), self.edge)
        outside = (x - inside) / (self.edge * (1 - self.edge))
        return self.u_0 - GAS_CONSTANT * temperature / FARADAY * (
            ufl.ln(inside / (1 - inside)) + outside
        )

    def voltage(self, x: float, temperature: float) -> float:
        """Return the potential as a number [V]."""
        return number(self.u_eq(float(x), temperature))


class Diffusivity(Protocol):
    """Role of a diffusion law."""

    def diffusivity(self, x: Expr, temperature: Expr) -> Expr:
        r"""Return the self-diffusivity D [m2/s] of content [1] and temperature [K].

        .. math:: J = -\frac{D}{RT} c \left(1 - \frac{c}{c_{max}}\right) \nabla\mu
        """


@dataclass(frozen=True)
class ArrheniusDiffusivity:
    r"""Self-diffusivity that depends on the temperature alone.

    .. math:: D = D_0 \exp\left[-\frac{E_a}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    d_0: float = parameter(
        "m2/s", low=0.0, low_open=True, doc="self-diffusivity at the reference temperature"
    )
    activation_energy: float = energy_parameter("activation energy of diffusion")
    reference_temperature: float = reference_parameter("temperature of the diffusivity")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def diffusivity(self, x: Expr, temperature: Expr) -> Expr:
        """Return the self-diffusivity [m2/s]."""
        reference = self.reference_temperature
        return self.d_0 * arrhenius(self.activation_energy, temperature, reference)


@dataclass(frozen=True)
class TableDiffusivity:
    r"""Self-diffusivity tabulated by its logarithm.

    .. math:: D = 10^{y(x)} \exp\left[-\frac{E_a}{R}\left(\frac1T - \frac1{T_0}\right)\right]

    Without an activation energy it is the same at all temperatures.

    Raises:
        ParameterError: a logarithm lies outside the bounds, or a constant is out of its bounds.
    """

    curve: Curve = table(
        "1", low=-30.0, high=-5.0, doc="log10 of the self-diffusivity in m2/s against content"
    )
    activation_energy: float | None = energy_parameter(
        "activation energy of diffusion", default=None
    )
    reference_temperature: float = reference_parameter("temperature of the table")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)

    def diffusivity(self, x: Expr, temperature: Expr) -> Expr:
        """Return the self-diffusivity [m2/s]."""
        faster = hotter(self.activation_energy, temperature, self.reference_temperature)
        return ufl.exp(math.log(10) * self.curve.value(x)) * faster


@dataclass(frozen=True, kw_only=True)
class Host:
    """A solid that takes up lithium in its bulk; its fields are given by name.

    `x_empty` and `x_full` bound the window of its nominal capacity, whichever electrode it is used
    for: a cathode is charged at `x_empty`, an anode at `x_full`.

    Attributes:
        c_max: lithium at x = 1 per volume of the reference state [mol/m3].
        ocv: open-circuit potential.
        diffusivity: diffusion.
        swelling: free strain.
        density: density of the crystal without pores [kg/m3].
        x_empty: content at the empty end of the window [1].
        x_full: content at the full end of the window [1].

    Raises:
        ParameterError: a constant is out of its bounds, or the window is empty.
    """

    c_max: float = parameter("mol/m3", low=0.0, low_open=True, doc="lithium in the full host")
    ocv: OpenCircuit
    diffusivity: Diffusivity
    swelling: Swelling
    density: float = parameter("kg/m3", low=0.0, low_open=True, doc="density of the crystal")
    x_empty: float = parameter("1", low=0.0, high=1.0, doc="content at the empty end of use")
    x_full: float = parameter("1", low=0.0, high=1.0, doc="content at the full end of use")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds and the window."""
        validate_parameters(self)
        if not self.x_empty < self.x_full:
            raise ParameterError(
                f"Host: x_empty = {self.x_empty:g} and x_full = {self.x_full:g}: "
                "expected x_empty below x_full"
            )
        if not self.ocv.low <= self.x_empty < self.x_full <= self.ocv.high:
            raise ParameterError(
                f"Host: the window of use, {self.x_empty:g} to {self.x_full:g}, is not within the "
                f"contents the open-circuit potential is known for, {self.ocv.low:g} to "
                f"{self.ocv.high:g}"
            )

    def content_at(self, voltage: float, temperature: float) -> float:
        """Return the content at which the open-circuit potential has a given value.

        Args:
            voltage: potential against lithium, as a quantity or in SI [V].
            temperature: absolute temperature, as a quantity or in SI [K].

        Raises:
            ParameterError: the potential is not reached where the law is known.
        """
        voltage = to_si(voltage, "V", "voltage")
        temperature = to_si(temperature, "K", "temperature")
        low, high = self.ocv.low, self.ocv.high
        top, bottom = self.ocv.voltage(low, temperature), self.ocv.voltage(high, temperature)
        if not bottom <= voltage <= top:
            raise ParameterError(
                f"no content has the open-circuit potential {voltage:g} V: "
                f"expected {bottom:g} to {top:g} V, known for x from {low:g} to {high:g}"
            )
        return float(
            brentq(lambda x: self.ocv.voltage(x, temperature) - voltage, low, high, xtol=1e-14)
        )

    @property
    def capacity(self) -> float:
        """Charge per volume over the window, F c_max (x_full - x_empty) [C/m3]."""
        return FARADAY * self.c_max * (self.x_full - self.x_empty)

    @property
    def specific_capacity(self) -> float:
        """Charge per mass over the window [C/kg]."""
        return self.capacity / self.density
