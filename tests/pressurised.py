# SPDX-License-Identifier: BSD-3-Clause
"""Cracks under a pressure, exactly: opening, volume, and the zone of a bond at their ends."""

from __future__ import annotations

import math


def through_opening(pressure: float, half_length: float, modulus: float) -> float:
    r"""Return the opening of a through crack at its centre, :math:`4 p a / E'` [m].

    Args:
        pressure: Pressure inside, or tension across it [Pa].
        half_length: Half its length a [m].
        modulus: Plane modulus E' [Pa].
    """
    return 4.0 * pressure * half_length / modulus


def through_volume(pressure: float, half_length: float, modulus: float) -> float:
    r"""Return the volume of a through crack per depth, :math:`2 \pi p a^2 / E'` [m2].

    Args:
        pressure: Pressure inside [Pa].
        half_length: Half its length a [m].
        modulus: Plane modulus E' [Pa].
    """
    return 2.0 * math.pi * pressure * half_length**2 / modulus


def penny_volume(pressure: float, radius: float, modulus: float) -> float:
    r"""Return the volume of a penny-shaped crack, :math:`16 p a^3 / (3 E')` [m3].

    Args:
        pressure: Pressure inside [Pa].
        radius: Its radius a [m].
        modulus: Plane modulus E' [Pa].
    """
    return 16.0 * pressure * radius**3 / (3.0 * modulus)


def beyond_depth(stress: float, half_length: float, depth: float) -> float:
    r"""Return K of a through crack under a stress beyond a depth from its centre [Pa m^(1/2)].

    .. math:: K = 2 \sigma \sqrt{a / \pi} \, \arccos(d / a)

    Args:
        stress: Tension across it on d < |x| < a; a compression there is negative [Pa].
        half_length: Half its length a [m].
        depth: Distance d from the centre [m].
    """
    return 2.0 * stress * math.sqrt(half_length / math.pi) * math.acos(depth / half_length)


def dugdale_share(pressure: float, strength: float) -> float:
    r"""Return the open length over that with the zones of a uniform bond, a / c [1].

    .. math:: \frac{a}{c} = \cos \frac{\pi p}{2 (p + t_0)}

    Args:
        pressure: Pressure on the open faces p [Pa].
        strength: Traction of the bond in the zones t_0 [Pa].
    """
    return math.cos(0.5 * math.pi * pressure / (pressure + strength))


def dugdale_opening(pressure: float, strength: float, half_length: float, modulus: float) -> float:
    r"""Return the opening where the zone of a uniform bond begins [m].

    .. math:: \delta = \frac{8 (p + t_0) a}{\pi E'} \ln \frac{c}{a}

    Args:
        pressure: Pressure on the open faces p [Pa].
        strength: Traction of the bond in the zones t_0 [Pa].
        half_length: Half the open length a [m].
        modulus: Plane modulus E' [Pa].
    """
    rise = -math.log(dugdale_share(pressure, strength))
    return 8.0 * (pressure + strength) * half_length / (math.pi * modulus) * rise
