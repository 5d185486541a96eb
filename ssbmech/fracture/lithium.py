# SPDX-License-Identifier: BSD-3-Clause
r"""Lithium plated into a flaw: the pressure at which plating stops, and what it does to the flaw.

Metal under a pressure p has the chemical potential of stress-free metal and :math:`\Omega p`, so
that an overpotential eta can plate against :math:`p = F \eta / \Omega` and no more: 7.42 MPa for
each millivolt of lithium. Metal that cannot leave a flaw fills it up to that pressure in seconds;
creep out of its mouth lowers it (`ssbmech.fracture.leak`), so these are upper bounds.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.constants import FARADAY
from ssbmech.fracture.flaws import Flaw, intensity

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def plating_pressure(overpotential: float, molar_volume: float) -> float:
    r"""Return the pressure at which plating stops, :math:`F \eta / \Omega` [Pa].

    Args:
        overpotential: Size of the overpotential of plating [V].
        molar_volume: Volume of metal per mole of charge Omega [m3/mol].
    """
    return FARADAY * overpotential / molar_volume


def intensity_per_current(
    flaw: Flaw, size: float, resistance: float, conductivity: float, molar_volume: float
) -> float:
    r"""Return the stress intensity of a filled flaw per current density of its surface.

    .. math:: p(x) = \frac{F i}{\Omega} \left( Z + \frac{x}{\kappa} \right)

    The flaw is shallow: the potential in the electrolyte is that without it.

    Args:
        flaw: The flaw.
        size: Its size [m].
        resistance: Area resistance of its walls Z [ohm m2].
        conductivity: Conductivity of the electrolyte kappa [S/m].
        molar_volume: Volume of metal per mole of charge [m3/mol].

    Returns:
        Stress intensity per current density [Pa m^(1/2) / (A/m2)].
    """
    return intensity(flaw, size, lambda x: FARADAY / molar_volume * (resistance + x / conductivity))


def critical_current(
    flaw: Flaw,
    size: float,
    toughness: float,
    resistance: float,
    conductivity: float,
    molar_volume: float,
    compression: float = 0.0,
) -> float:
    r"""Return the current density at which plating extends a flaw, without creep [A/m2].

    .. math::
        i_c = \frac{\Omega}{F} \,
              \frac{K_{Ic} / (Y \sqrt{\pi a}) + \sigma_{res}}{Z + c a / \kappa}

    with :math:`c = 2 / \pi` for a through crack; it falls with :math:`a^{-1/2}` for flaws that are
    small against kappa Z, and with :math:`a^{-3/2}` for large ones.

    Args:
        flaw: The flaw.
        size: Its size [m].
        toughness: Toughness [Pa m^(1/2)].
        resistance: Area resistance of its walls Z [ohm m2].
        conductivity: Conductivity of the electrolyte kappa [S/m].
        molar_volume: Volume of metal per mole of charge [m3/mol].
        compression: Uniform compression across the flaw [Pa].
    """
    held = intensity(flaw, size, lambda x: np.full_like(x, compression))
    one = intensity_per_current(flaw, size, resistance, conductivity, molar_volume)
    return (toughness + held) / one


def filling_time(
    half_length: float, resistance: float, modulus: float, molar_volume: float
) -> float:
    r"""Return the time in which a sealed through crack comes to its pressure [s].

    .. math:: \tau = \frac{\pi a Z F^2}{2 E' \Omega^2}, \quad
              p(t) = \frac{F \eta}{\Omega} (1 - e^{-t / \tau})

    Args:
        half_length: Half its length a [m].
        resistance: Area resistance of its walls Z [ohm m2].
        modulus: Plane modulus E' [Pa].
        molar_volume: Volume of metal per mole of charge Omega [m3/mol].
    """
    volt_per_pressure = molar_volume / FARADAY
    return math.pi * half_length * resistance / (2.0 * modulus * volt_per_pressure**2)


def sealed_through_growth(
    size: float, time: float, plated: float, modulus: float, toughness: float
) -> float:
    r"""Return the half length of a sealed through crack that grows at its toughness [m].

    .. math:: \sqrt{a} = \sqrt{a_0} + \frac{2 E' v t}{3 \sqrt{\pi} K_{Ic}}

    Args:
        size: Half length at the start a_0 [m].
        time: Time since then [s].
        plated: Speed of plating at each wall v = i Omega / F [m/s].
        modulus: Plane modulus E' [Pa].
        toughness: Toughness [Pa m^(1/2)].
    """
    rate = 2.0 * modulus * plated / (3.0 * math.sqrt(math.pi) * toughness)
    return (math.sqrt(size) + rate * time) ** 2


def sealed_penny_growth(
    size: float, time: float, plated: float, modulus: float, toughness: float
) -> float:
    r"""Return the radius of a sealed penny-shaped crack that grows at its toughness [m].

    .. math:: \sqrt{a} = \sqrt{a_0} + \frac{3 \sqrt{\pi} E' v t}{20 K_{Ic}}

    Args:
        size: Radius at the start a_0 [m].
        time: Time since then [s].
        plated: Speed of plating at each wall v = i Omega / F [m/s].
        modulus: Plane modulus E' [Pa].
        toughness: Toughness [Pa m^(1/2)].
    """
    rate = 3.0 * math.sqrt(math.pi) * modulus * plated / (20.0 * toughness)
    return (math.sqrt(size) + rate * time) ** 2


def spike_current(current: float, length: float) -> float:
    """Return the current per depth into a conducting spike on a plane electrode, 2 i a [A/m].

    The same without a resistance of its walls and with one that makes the current uniform.

    Args:
        current: Current density of the plane far away i [A/m2].
        length: Length of the spike a [m].
    """
    return 2.0 * current * length


def spike_density(current: float, height: Array, length: float) -> Array:
    r"""Return the current density of both walls of a spike, :math:`2 i y / \sqrt{a^2 - y^2}`.

    Args:
        current: Current density of the plane far away i [A/m2].
        height: Distance from the plane y, below the length [m].
        length: Length of the spike a [m].

    Returns:
        Current density [A/m2].
    """
    return np.asarray(2.0 * current * height / np.sqrt(length**2 - height**2))


def pore_intensity(pressure: float, flaw: float) -> float:
    r"""Return K of a short flaw in the wall of a filled pore, :math:`1.12 (3/2) p \sqrt{\pi c}`.

    A sphere under an inner pressure has the hoop tension p / 2 at its wall, and the metal presses
    inside the flaw too; the flaw is short against the pore.

    Args:
        pressure: Pressure of the metal in the pore [Pa].
        flaw: Depth of the flaw c [m].

    Returns:
        Stress intensity [Pa m^(1/2)].
    """
    return 1.12 * 1.5 * pressure * math.sqrt(math.pi * flaw)
