# SPDX-License-Identifier: BSD-3-Clause
r"""A porous interlayer between an electrolyte and the metal that is plated behind it.

The layer conducts ions and electrons, and lithium in it has one potential E against unloaded metal
at each point of the interface. From there lithium goes into the layer's stores, such as an alloy
and pores, and to the metal behind the layer, each by a resistance of its own:

.. math::
    i = i_b + \sum_k i_k, \quad i_k = \frac{E - U_k(f_k)}{R_k} = -Q_k \dot f_k, \quad
    i_b = \theta \frac{E - U_b}{R_b}, \quad U_b = -\frac{\Omega p_c}{F}

Currents are positive where lithium leaves. What a store holds, the fraction :math:`f_k` of its
capacity :math:`Q_k`, stays between empty and full: there its current is zero, exactly.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import ufl

from ssbmech.activation import energy_parameter, hotter, reference_parameter
from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.frames import Expr
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.parameter import NOT_DESCRIBED, Source, parameter, validate_parameters
from ssbmech.plausible import check_name
from ssbmech.units import to_si


class Potential(Protocol):
    """Role of the potential of an alloy, as `ssbmech.materials.host.OpenCircuit` has it."""

    @property
    def low(self) -> float:
        """Least content at which it is known [1]."""

    @property
    def high(self) -> float:
        """Largest content at which it is known [1]."""

    def u_eq(self, x: Expr, temperature: Expr) -> Expr:
        """Return the potential [V] of content [1] and temperature [K]."""


def plain(expression: Expr) -> float:
    """Return the value of an expression of numbers alone."""
    return float(ufl.as_ufl(expression)(()))


@dataclass(frozen=True)
class LayerPath:
    r"""The way of lithium through the layer to a store or to the metal behind.

    .. math:: R(T) = R \, e^{\frac{Q}{R_g}(1/T - 1/T_0)}

    Without an activation energy Q it is the same at all temperatures.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    resistance: float = parameter("ohm m2", low=0.0, low_open=True, doc="area resistance R")
    activation_energy: float | None = energy_parameter(default=None)
    reference_temperature: float = reference_parameter("temperature of the resistance")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def at(self, temperature: Expr) -> Expr:
        """Return the area resistance [ohm m2] at a temperature [K]."""
        reference = self.reference_temperature
        return self.resistance / hotter(self.activation_energy, temperature, reference)


@dataclass(frozen=True)
class LayerPoint:
    """What a store may know of its place.

    Attributes:
        p_contact: pressure on the layer [Pa].
        temperature: absolute temperature [K].
        molar_volume: that of the metal behind the layer [m3/mol].
    """

    p_contact: Expr
    temperature: Expr
    molar_volume: Expr


class Store(Protocol):
    """Role of what holds lithium in the layer."""

    @property
    def name(self) -> str:
        """Its name in series and files."""

    @property
    def path(self) -> LayerPath:
        """The way of lithium into it."""

    def capacity(self, molar_volume: Expr) -> Expr:
        """Return the charge it holds when full, by area [C/m2].

        Args:
            molar_volume: that of the metal behind the layer [m3/mol].
        """

    def potential(self, filled: Expr, point: LayerPoint) -> Expr:
        """Return the potential of lithium in it against unloaded metal [V].

        It falls with the filled fraction [1], or is constant.
        """

    def thickness(self, filled: Expr, molar_volume: Expr) -> Expr:
        """Return by how much what it holds thickens the layer [m]."""


@dataclass(frozen=True, kw_only=True)
class AlloyStore:
    r"""A host of lithium in the layer, such as silver or carbon; its fields are given by name.

    .. math:: U_k = U(f, T) - \frac{V p_c}{F}, \quad \Delta h = \frac{V Q f}{F}

    with the volume V by which a mole of lithium thickens the layer: its work against the pressure
    and its thickness are those of one free energy.

    Attributes:
        name: its name in series and files.
        path: the way of lithium into it.
        ocv: potential against the filled fraction, from empty to full.

    Raises:
        ParameterError: a constant is out of its bounds, or the potential is not known from empty
            to full.
    """

    name: str
    path: LayerPath
    charge: float = parameter("C/m2", low=0.0, low_open=True, doc="charge when full, by area")
    ocv: Potential
    growth: float = parameter(
        "m3/mol", low=0.0, high=1e-4, default=0.0, doc="volume by which lithium thickens the layer"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_name(self.name, "AlloyStore.name")
        if self.ocv.low > 0.0 or self.ocv.high < 1.0:
            raise ParameterError(
                f"AlloyStore {self.name!r}: the potential is known from {self.ocv.low:g} to "
                f"{self.ocv.high:g} of its charge: expected a table from 0 to 1"
            )

    def capacity(self, molar_volume: Expr) -> Expr:
        """Return the charge when full [C/m2]."""
        return self.charge

    def potential(self, filled: Expr, point: LayerPoint) -> Expr:
        """Return the potential [V]."""
        return self.ocv.u_eq(filled, point.temperature) - self.growth * point.p_contact / FARADAY

    def thickness(self, filled: Expr, molar_volume: Expr) -> Expr:
        """Return the growth [m]."""
        return self.growth * self.charge * filled / FARADAY


@dataclass(frozen=True, kw_only=True)
class PoreStore:
    r"""Pores of the layer that fill with metal, the widest first; its fields are given by name.

    .. math:: Q = \frac{F v}{\Omega}, \quad
              U_k = -\frac{\Omega}{F} \left[ p_0 + (p_1 - p_0) f + s \, p_c \right]

    with the volume v of the pores by area, the pressures :math:`p_0` and :math:`p_1` at which metal
    enters the widest and the narrowest of them, below zero where it wets, and the part s of the
    pressure on the layer that metal in its pores bears: 0 under a stiff skeleton. The layer does
    not thicken.

    Attributes:
        name: its name in series and files.
        path: the way of lithium into it.

    Raises:
        ParameterError: a constant is out of its bounds, or narrow pores fill before wide ones.
    """

    name: str = "pores"
    path: LayerPath
    volume: float = parameter("m", low=0.0, low_open=True, doc="volume of the pores by area")
    first_entry: float = parameter(
        "Pa", low=-1e9, high=1e9, default=0.0, doc="pressure at which metal enters the widest"
    )
    last_entry: float = parameter(
        "Pa", low=-1e9, high=1e9, default=0.0, doc="pressure at which it enters the narrowest"
    )
    borne: float = parameter(
        "1", low=0.0, high=1.0, default=0.0, doc="part of the pressure that metal in pores bears"
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        check_name(self.name, "PoreStore.name")
        if self.last_entry < self.first_entry:
            raise ParameterError(
                f"PoreStore {self.name!r}: metal enters the narrowest pores at "
                f"{self.last_entry:g} Pa and the widest at {self.first_entry:g} Pa: expected the "
                "last entry not below the first"
            )

    def capacity(self, molar_volume: Expr) -> Expr:
        """Return the charge of the metal that fills the pores [C/m2]."""
        return FARADAY * self.volume / molar_volume

    def potential(self, filled: Expr, point: LayerPoint) -> Expr:
        """Return the potential [V]."""
        entry = self.first_entry + (self.last_entry - self.first_entry) * filled
        return -point.molar_volume / FARADAY * (entry + self.borne * point.p_contact)

    def thickness(self, filled: Expr, molar_volume: Expr) -> Expr:
        """Return zero [m]."""
        return 0.0


@dataclass(frozen=True, kw_only=True)
class PorousInterlayer:
    """A layer that stores lithium, lies on the electrolyte, and has metal behind it.

    It is a law of the interface "metal|electrolyte": the layer has no mesh, and its thickness as
    made is not in that of the stack. Its fields are given by name.

    Attributes:
        stores: what holds lithium in it.
        behind: the way of lithium to the metal behind.
        contact: what part of that way metal that has parted from the layer leaves.
        sources: source of each number by its path; may be empty.

    Raises:
        ParameterError: a constant is out of its bounds, there is no store, or two have one name.
    """

    made: float = parameter("m", low=0.0, low_open=True, doc="thickness of the layer as made")
    stores: tuple[Store, ...]
    behind: LayerPath
    contact: Conduction = field(default_factory=GapConduction)
    sources: Mapping[str, Source] = field(
        default_factory=dict, repr=False, hash=False, compare=False, metadata=NOT_DESCRIBED
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the stores."""
        validate_parameters(self)
        names = [store.name for store in self.stores]
        if not names:
            raise ParameterError("PorousInterlayer.stores is empty: expected at least one store")
        for name in names:
            if names.count(name) > 1:
                raise ParameterError(
                    f"PorousInterlayer: two stores have the name {name!r}: give each its own"
                )

    def at_rest(self, temperature: float, molar_volume: float) -> float:
        """Return the potential of the empty layer without load [V]: the highest of its stores.

        Args:
            temperature: absolute temperature [K].
            molar_volume: that of the metal behind [m3/mol].
        """
        point = LayerPoint(0.0, temperature, molar_volume)
        return max(plain(store.potential(0.0, point)) for store in self.stores)


def entry_pressure(surface_energy: float, contact_angle: float, radius: float) -> float:
    r"""Return the pressure at which a liquid or a metal that flows enters a round pore [Pa].

    .. math:: p = -\frac{2 \gamma \cos\varphi}{r}

    It is below zero where the metal wets (Young and Laplace).

    Args:
        surface_energy: of the metal, as a quantity or in SI [J/m2].
        contact_angle: between metal and wall [degree].
        radius: of the pore, as a quantity or in SI [m].

    Raises:
        ParameterError: the radius is not above zero, or the angle is none.
    """
    size = to_si(radius, "m", "radius")
    energy = to_si(surface_energy, "J/m2", "surface energy")
    if not size > 0.0:
        raise ParameterError(f"radius = {size:g} m: expected one above zero")
    if not 0.0 <= contact_angle <= 180.0:
        raise ParameterError(f"contact angle = {contact_angle:g}: expected 0 to 180 degrees")
    return -2 * energy * math.cos(math.radians(contact_angle)) / size
