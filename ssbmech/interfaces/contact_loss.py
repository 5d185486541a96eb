# SPDX-License-Identifier: BSD-3-Clause
r"""When an interface with props loses contact: pressure, charge, cycles, and what a spring does.

Beside inert props that carry the load (`sinking_speeds`) a void opens,

.. math:: \dot h = \chi v - K_1 p, \qquad h \ge 0

h is the height by which the props stand out of the metal, as void volume per area of the interface,
and :math:`v = i \Omega / F` the speed of stripping, as a mean over the interface. A share
:math:`\chi` of it opens voids, all of it if the props do not react. On plating
:math:`\dot h = -\chi_p |v| - K_1 p`: the share :math:`\chi_p` of the metal fills voids. Contact is
lost where h reaches :math:`h_c`.

The functions are its solutions. All arguments and results are floats in SI; what never happens has
the result infinity. Without props, see `full_contact`.
"""

from __future__ import annotations

import math
from typing import Final

from ssbmech.constants import FARADAY
from ssbmech.interfaces.ranges import ABOVE_ZERO, FRACTION, FROM_ZERO, SHARE, Interval

OPENING_SHARE: Final = Interval(0.0, 1.0, low_open=True)
"""Range of the share of stripped metal that opens voids [1]."""


def critical_pressure(strip_speed: float, coefficient: float, supply: float = 1.0) -> float:
    r"""Return the pressure below which stripping opens voids [Pa].

    .. math:: p_c = \frac{\chi v}{K_1}

    Args:
        strip_speed: v [m/s].
        coefficient: K1 [m/(s Pa)].
        supply: chi, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: an argument is not above zero, or supply not in (0, 1].
    """
    ABOVE_ZERO.expect(strip_speed=strip_speed, coefficient=coefficient)
    OPENING_SHARE.expect(supply=supply)
    return supply * strip_speed / coefficient


def critical_current(
    pressure: float, coefficient: float, molar_volume: float, supply: float = 1.0
) -> float:
    r"""Return the current density above which stripping opens voids [A/m2].

    .. math:: j_c = \frac{F}{\Omega} \frac{K_1 p}{\chi}

    Args:
        pressure: p [Pa].
        coefficient: K1 [m/(s Pa)].
        molar_volume: Omega [m3/mol].
        supply: chi, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: the pressure is negative, another argument not above zero, or supply not in
            (0, 1].
    """
    FROM_ZERO.expect(pressure=pressure)
    ABOVE_ZERO.expect(coefficient=coefficient, molar_volume=molar_volume)
    OPENING_SHARE.expect(supply=supply)
    return FARADAY / molar_volume * coefficient * pressure / supply


def time_to_loss(
    height_lost: float, strip_speed: float, sinking_ratio: float, supply: float = 1.0
) -> float:
    r"""Return how long an interface can be stripped until contact is lost [s].

    .. math:: t_f = \frac{h_c}{\chi v [1 - k/(\chi v)]}

    It starts without voids, at constant pressure and current; infinity where props sink as fast.

    Args:
        height_lost: h_c [m].
        strip_speed: v [m/s].
        sinking_ratio: speed of sinking over that of opening, k / (chi v); for linear sinking the
            pressure over that of `critical_pressure` [1].
        supply: chi, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: the ratio is negative, another argument not above zero, or supply not in
            (0, 1].
    """
    ABOVE_ZERO.expect(height_lost=height_lost, strip_speed=strip_speed)
    FROM_ZERO.expect(sinking_ratio=sinking_ratio)
    OPENING_SHARE.expect(supply=supply)
    if sinking_ratio >= 1:
        return math.inf
    return height_lost / (supply * strip_speed * (1 - sinking_ratio))


def charge_to_loss(
    height_lost: float, molar_volume: float, sinking_ratio: float, supply: float = 1.0
) -> float:
    r"""Return the charge that can be stripped until contact is lost [C/m2].

    .. math:: Q_f = \frac{F}{\Omega} \frac{h_c / \chi}{1 - k/(\chi v)}

    It starts without voids, at constant pressure and current; infinity where props sink as fast.

    Args:
        height_lost: h_c [m].
        molar_volume: Omega [m3/mol].
        sinking_ratio: speed of sinking over that of opening, k / (chi v); for linear sinking the
            pressure over that of `critical_pressure` [1].
        supply: chi, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: the ratio is negative, another argument not above zero, or supply not in
            (0, 1].
    """
    ABOVE_ZERO.expect(molar_volume=molar_volume)
    # what is stripped at the speed v in the time to loss is the same for all v
    return FARADAY / molar_volume * time_to_loss(height_lost, 1.0, sinking_ratio, supply)


def growth_per_cycle(
    strip_speed: float,
    sinking_speed: float,
    half_cycle: float,
    supply_plate: float,
    supply_strip: float = 1.0,
) -> float:
    r"""Return by how much voids grow in a cycle that strips and plates for equal times [m].

    .. math:: \Delta h = v t \left(\chi_s - \chi_p - \frac{2 V}{v}\right)

    It holds as long as voids do not close within the cycle; a negative result says that they shrink
    until they do.

    Args:
        strip_speed: v of both half cycles [m/s].
        sinking_speed: V, such as K1 p [m/s].
        half_cycle: time of stripping, and of plating, t [s].
        supply_plate: chi_p, share of the plated metal that fills voids [1].
        supply_strip: chi_s, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: the speed of sinking is negative, that of stripping or the time not above
            zero, or a share not between 0 and 1.
    """
    ABOVE_ZERO.expect(strip_speed=strip_speed, half_cycle=half_cycle)
    FROM_ZERO.expect(sinking_speed=sinking_speed)
    SHARE.expect(supply_plate=supply_plate)
    OPENING_SHARE.expect(supply_strip=supply_strip)
    return half_cycle * ((supply_strip - supply_plate) * strip_speed - 2 * sinking_speed)


def cycling_limit(critical: float, supply_plate: float, supply_strip: float = 1.0) -> float:
    r"""Return the current density below which equal half cycles leave no lasting void [A/m2].

    .. math:: j_{cyc} = \frac{2 \chi_s j_c}{\chi_s - \chi_p}

    where `growth_per_cycle` vanishes for a speed of sinking in proportion to the pressure; infinity
    where plating fills as much as stripping opens. Between :math:`j_c` and this limit voids open in
    each stripping and close again: contact survives if the peak, `strippings_to_loss` at 1, does.

    Args:
        critical: j_c for stripping only, of `critical_current` with `supply_strip` [A/m2].
        supply_plate: chi_p, share of the plated metal that fills voids [1].
        supply_strip: chi_s, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: the current density is negative, or a share not between 0 and 1.
    """
    FROM_ZERO.expect(critical=critical)
    SHARE.expect(supply_plate=supply_plate)
    OPENING_SHARE.expect(supply_strip=supply_strip)
    if supply_plate >= supply_strip:
        return math.inf
    return 2 * supply_strip * critical / (supply_strip - supply_plate)


def strippings_to_loss(
    height_lost: float,
    strip_speed: float,
    sinking_speed: float,
    half_cycle: float,
    supply_plate: float,
    supply_strip: float = 1.0,
) -> float:
    r"""Return in which stripping of equal half cycles contact is lost, counted from 1 [1].

    .. math:: n = 1 + \left\lceil \frac{h_c - (\chi_s v - V) t}{\Delta h} \right\rceil

    Voids peak at the end of a stripping, :math:`h_n = (\chi_s v - V) t + (n - 1) \Delta h`, with
    the growth of `growth_per_cycle`. Without growth they close in each cycle, and the first peak is
    the highest; infinity if it is below h_c. The first half cycle strips, without voids before.

    Args:
        height_lost: h_c [m].
        strip_speed: v of both half cycles [m/s].
        sinking_speed: V, such as K1 p [m/s].
        half_cycle: time of stripping, and of plating, t [s].
        supply_plate: chi_p, share of the plated metal that fills voids [1].
        supply_strip: chi_s, share of the stripped metal that opens voids [1].

    Raises:
        ParameterError: the speed of sinking is negative, that of stripping, the time or the height
            not above zero, or a share not between 0 and 1.
    """
    ABOVE_ZERO.expect(height_lost=height_lost)
    growth = growth_per_cycle(strip_speed, sinking_speed, half_cycle, supply_plate, supply_strip)
    missing = height_lost - (supply_strip * strip_speed - sinking_speed) * half_cycle
    if missing <= 0:
        return 1.0
    return 1.0 + math.ceil(missing / growth) if growth > 0 else math.inf


def void_height(
    time: float,
    start: float,
    opening_speed: float,
    *,
    pressure: float,
    coefficient: float,
    stiffness: float = 0.0,
) -> float:
    r"""Return the height of voids under a spring that their opening loads [m].

    .. math::
        h = h_0 + \frac{1}{k_s} \left(\frac{\chi v}{K_1} - p_0\right)
        \left(1 - e^{-K_1 k_s t}\right), \qquad h \ge 0

    In a symmetric cell the metal that one side loses the other gains, so that the stack grows by
    the voids and :math:`p = p_0 + k_s (h - h_0)`. Stripping ends at :math:`p = p_c`: a stiff
    fixture arrests voids. At rest :math:`\chi v = 0`.

    Args:
        time: t [s].
        start: height at time 0, h_0 [m].
        opening_speed: chi v; 0 at rest [m/s].
        pressure: at time 0, p_0 [Pa].
        coefficient: K1 [m/(s Pa)].
        stiffness: of the spring per area, k_s; 0 for constant pressure [Pa/m].

    Raises:
        ParameterError: the coefficient is not above zero, or another argument negative.
    """
    FROM_ZERO.expect(time=time, start=start, opening_speed=opening_speed)
    FROM_ZERO.expect(pressure=pressure, stiffness=stiffness)
    ABOVE_ZERO.expect(coefficient=coefficient)
    rate = coefficient * stiffness
    effective_time = -math.expm1(-rate * time) / rate if rate else time
    return max(0.0, start + (opening_speed - coefficient * pressure) * effective_time)


def closing_time(
    height: float, *, pressure: float, coefficient: float, stiffness: float = 0.0
) -> float:
    r"""Return how long voids take to close at rest under a spring that they load [s].

    .. math:: t = \frac{1}{K_1 k_s} \ln\frac{p_1}{p_1 - k_s h_1}

    Infinity if the spring would be free before, see `void_height`.

    Args:
        height: h_1 when rest begins [m].
        pressure: p_1 when rest begins [Pa].
        coefficient: K1 [m/(s Pa)].
        stiffness: of the spring per area, k_s; 0 for constant pressure [Pa/m].

    Raises:
        ParameterError: the coefficient is not above zero, or another argument negative.
    """
    FROM_ZERO.expect(height=height, pressure=pressure, stiffness=stiffness)
    ABOVE_ZERO.expect(coefficient=coefficient)
    if height == 0:
        return 0.0
    if pressure <= stiffness * height:
        return math.inf
    if not stiffness:
        return height / (coefficient * pressure)
    return -math.log1p(-stiffness * height / pressure) / (coefficient * stiffness)


def lost_fraction(pressure_ratio: float, fraction: float) -> float:
    r"""Return the fraction of contact that stripping ends with if props share the load [1].

    .. math:: f = \frac{p_c/p - \beta}{1 - \beta}, \qquad 0 \le f \le 1

    While contact remains it bears too. With the load on the props rising from its share
    :math:`\beta` by area to all, :math:`\dot h = \chi v - K_1 p [\beta + (1 - \beta) h/h_c]`:
    it comes to rest at :math:`f = h/h_c`, within the time :math:`h_c/[K_1 p (1 - \beta)]`.

    Args:
        pressure_ratio: p over the pressure of `critical_pressure` [1].
        fraction: area of props over area of the interface [1].

    Raises:
        ParameterError: the pressure is not above zero, or the fraction not between 0 and 1.
    """
    ABOVE_ZERO.expect(pressure_ratio=pressure_ratio)
    FRACTION.expect(fraction=fraction)
    return min(1.0, max(0.0, (1 / pressure_ratio - fraction) / (1 - fraction)))
