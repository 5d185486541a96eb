# SPDX-License-Identifier: BSD-3-Clause
"""Critical currents, charge, cycles and springs of propped interfaces, against steps in time.

Many numbers are far below 1e-12, the error that pytest.approx allows if not told abs=0.0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.interfaces import contact_loss as loss
from ssbmech.interfaces.sinking_speeds import strips_in_viscous_metal

pytestmark = pytest.mark.serial

LITHIUM = 13.0e-6
MA = 10.0
"""1 mA/cm2 [A/m2]."""
MAH = 36e3
"""1 mAh/cm2 [C/m2]."""
ONE = MA * LITHIUM / FARADAY
"""Speed of stripping lithium at 1 mA/cm2 [m/s]."""


def test_critical_pressure_of_strips() -> None:
    """Hand value: pi 3e10 x 2.695e-10 / (1e-5 ln(1/sin 18 deg)) = 2.16 MPa."""
    coefficient = strips_in_viscous_metal(3e10, fraction=0.2, half_period=10e-6)
    assert loss.critical_pressure(0.2 * ONE, coefficient) == pytest.approx(2.163e6, rel=1e-3)
    # dirt costs pressure long before it costs contact
    ratios = [
        coefficient / strips_in_viscous_metal(3e10, fraction=dirty, half_period=10e-6)
        for dirty in (0.6, 0.9)
    ]
    assert ratios == pytest.approx([5.54, 94.8], rel=1e-3)


def test_critical_current_is_that_of_the_critical_pressure() -> None:
    """Also where only a part of the stripped metal opens voids."""
    for supply in (0.3, 1.0):
        pressure = loss.critical_pressure(0.2 * ONE, 9e-17, supply)
        current = loss.critical_current(pressure, 9e-17, LITHIUM, supply)
        assert current == pytest.approx(0.2 * MA, rel=1e-12)
    # 9e-17 m/(s Pa) are 0.067 mA/cm2 per MPa, and 3 MPa at 0.2 mA/cm2
    assert loss.critical_current(1e6, 9e-17, LITHIUM) == pytest.approx(0.067 * MA, rel=5e-3)
    assert loss.critical_pressure(0.2 * ONE, 9e-17) == pytest.approx(3e6, rel=5e-3)


def height(rate: Callable[[float], float], start: float, time: float) -> float:
    """Return where dh/dt = rate(h) ends, h >= 0 by small steps of Heun's method."""
    steps = 2000
    h, dt = start, time / steps
    for _ in range(steps):
        first = rate(h)
        ahead = max(0.0, h + dt * first)
        h = max(0.0, h + dt / 2 * (first + rate(ahead)))
    return h


@pytest.mark.parametrize("supply", [0.4, 1.0])
@pytest.mark.parametrize("ratio", [0.0, 0.3, 0.95])
def test_time_and_charge_to_loss(ratio: float, supply: float) -> None:
    """At the time found the voids of the equation have the height; bound by rounding."""
    lost, speed, coefficient = 1e-6, 0.2 * ONE, 9e-17
    pressure = ratio * loss.critical_pressure(speed, coefficient, supply)
    time = loss.time_to_loss(lost, speed, ratio, supply)
    reached = height(lambda _: supply * speed - coefficient * pressure, 0.0, time)
    assert reached == pytest.approx(lost, rel=1e-11, abs=0.0)
    charge = loss.charge_to_loss(lost, LITHIUM, ratio, supply)
    assert charge == pytest.approx(0.2 * MA * time, rel=1e-12)


def test_charge_to_loss_by_hand() -> None:
    """Hand values in mAh/cm2: 3 over 1 - j_c / j, and none that suffices from p_c on."""
    lost = 3.0 * MAH * LITHIUM / FARADAY
    found = [loss.charge_to_loss(lost, LITHIUM, 0.2 / current) / MAH for current in (0.5, 1, 2)]
    assert found == pytest.approx([5.0, 3.75, 3.333], rel=1e-3)
    assert loss.charge_to_loss(lost, LITHIUM, 1.0) == math.inf
    assert loss.time_to_loss(lost, ONE, 2.0) == math.inf
    ratio = 0.9004e6 / loss.critical_pressure(0.2 * ONE, 8.98e-17)
    assert loss.time_to_loss(1e-6, 0.2 * ONE, ratio) == pytest.approx(5301.0, rel=2e-4)


def peaks(sinking: float, supply_plate: float, half: float, cycles: int) -> list[float]:
    """Return the heights at the ends of strippings at 1 mA/cm2, by small steps in time."""
    found, h, steps = [], 0.0, 200
    for _ in range(cycles):
        for _ in range(steps):
            h = max(0.0, h + half / steps * (ONE - sinking))
        found.append(h)
        for _ in range(steps):
            h = max(0.0, h - half / steps * (supply_plate * ONE + sinking))
    return found


SHARES = (0.0, 0.1, 0.2, 0.4, 0.55, 0.7)
"""Shares of plated metal that fill voids."""


@pytest.mark.parametrize(
    ("sinking", "counts"),
    [
        # K1 of 9.0e-17 m/(s Pa) at 3 MPa
        (9.0e-17 * 3e6, (5, 6, 7, 12, 46, math.inf)),
        # with a little creep beside it: the longer the run, the more a per cent of speed matters
        (0.2021 * ONE, (5, 6, 7, 13, 49, math.inf)),
    ],
    ids=["linear", "with creep"],
)
def test_strippings_to_loss(sinking: float, counts: tuple[float, ...]) -> None:
    """1 mAh/cm2 at 1 mA/cm2 until voids are 14.5 um high."""
    half, lost = MAH / MA, 14.5e-6
    for supply, count in zip(SHARES, counts, strict=True):
        found = loss.strippings_to_loss(lost, ONE, sinking, half, supply)
        assert found == count
        heights = peaks(sinking, supply, half, 60)
        high = [number for number, peak in enumerate(heights, start=1) if peak >= lost]
        assert min(high, default=math.inf) == count


def test_strippings_without_growth() -> None:
    """Voids that close in each cycle lose contact at once or never."""
    half, sinking = MAH / MA, 0.2 * ONE
    peak = 0.8 * ONE * half
    assert loss.strippings_to_loss(0.99 * peak, ONE, sinking, half, 0.9) == 1
    assert loss.strippings_to_loss(1.01 * peak, ONE, sinking, half, 0.9) == math.inf
    # stripped more slowly than props sink
    assert loss.strippings_to_loss(1e-9, ONE, 1.1 * ONE, half, 0.0) == math.inf


@pytest.mark.parametrize(("supply_strip", "supply_plate"), [(1.0, 0.0), (1.0, 0.4), (0.8, 0.3)])
def test_growth_per_cycle_and_its_limit(supply_strip: float, supply_plate: float) -> None:
    """Grown from a height that does not close in between; bound by rounding."""
    half, start, coefficient = MAH / MA, 20e-6, 9e-17
    for ratio in (0.05, 0.2, 0.45):
        sinking = ratio * ONE
        stripped = height(lambda _, k=sinking: supply_strip * ONE - k, start, half)
        plated = height(lambda _, k=sinking: -supply_plate * ONE - k, stripped, half)
        growth = loss.growth_per_cycle(ONE, sinking, half, supply_plate, supply_strip)
        assert growth == pytest.approx(plated - start, abs=1e-10 * start)
    pressure = 2e6
    critical = loss.critical_current(pressure, coefficient, LITHIUM, supply_strip)
    limit = loss.cycling_limit(critical, supply_plate, supply_strip)
    at_limit = limit * LITHIUM / FARADAY
    args = coefficient * pressure, half, supply_plate, supply_strip
    assert loss.growth_per_cycle(0.99 * at_limit, *args) < 0
    assert loss.growth_per_cycle(1.01 * at_limit, *args) > 0
    assert abs(loss.growth_per_cycle(at_limit, *args)) < 1e-12 * at_limit * half


def test_plating_that_fills_all_has_no_limit() -> None:
    assert loss.cycling_limit(2.0, 1.0) == math.inf
    assert loss.cycling_limit(2.0, 0.6, 0.5) == math.inf


def test_height_strip_plate_rest_by_hand() -> None:
    """Half an hour each at 0.2 mA/cm2 and 0.3 p_c: 0.7, then by 0.6 less, then 0, of 485 nm."""
    given = {"pressure": 0.9004e6, "coefficient": 8.98e-17}
    stripped = loss.void_height(1800.0, 0.0, 0.2 * ONE, **given)
    assert stripped == pytest.approx(340e-9, abs=1e-9)
    plated = loss.growth_per_cycle(0.2 * ONE, 0.9004e6 * 8.98e-17, 1800.0, 0.3)
    assert plated == pytest.approx(49e-9, abs=1e-9)
    assert loss.void_height(1800.0, plated, 0.0, **given) == 0.0


SPRING = {"coefficient": 8.98e-17, "stiffness": 1e12}


@pytest.mark.parametrize("stiffness", [0.0, 0.03e12, 1e12])
@pytest.mark.parametrize(("start", "current"), [(0.0, 0.2), (0.5e-6, 0.2), (0.5e-6, 0.0)])
def test_void_height_under_a_spring(start: float, current: float, stiffness: float) -> None:
    """Against the equation in time, to whose tolerance it holds."""
    pressure, coefficient, time = 0.9e6, 8.98e-17, 3000.0

    def rate(_: float, h: np.ndarray) -> np.ndarray:
        return current * ONE * 1e6 - coefficient * 1e6 * (pressure + stiffness * (h * 1e-6 - start))

    # in micrometres, so that tolerances mean something
    stepped = solve_ivp(rate, (0.0, time), [start * 1e6], rtol=1e-10, atol=1e-12).y[0, -1] * 1e-6
    found = loss.void_height(
        time, start, current * ONE, pressure=pressure, coefficient=coefficient, stiffness=stiffness
    )
    assert found == pytest.approx(stepped, rel=1e-8, abs=0.0)


def test_a_spring_stripped_and_at_rest_by_hand() -> None:
    """1 MPa/um and 0.9 MPa: 3000 s of 0.2 mA/cm2, then rest."""
    opened = loss.void_height(3000.0, 0.0, 0.2 * ONE, pressure=0.9e6, **SPRING)
    pressure = 0.9e6 + 1e12 * opened
    assert pressure == pytest.approx(1.396e6, abs=1e3)
    times = np.array([1002.0, 2002.0, 3002.0, 3902.0])
    rests = [loss.void_height(time, opened, 0.0, pressure=pressure, **SPRING) for time in times]
    assert pressure + 1e12 * (np.array(rests) - opened) == pytest.approx(
        np.array([1.276e6, 1.166e6, 1.066e6, 0.984e6]), abs=1e3
    )
    # a stiff fixture arrests the voids at the critical pressure
    last = loss.void_height(1e6, 0.0, 0.2 * ONE, pressure=0.9e6, **SPRING)
    critical = loss.critical_pressure(0.2 * ONE, SPRING["coefficient"])
    assert 0.9e6 + 1e12 * last == pytest.approx(critical, rel=1e-9)


@pytest.mark.parametrize("stiffness", [0.0, 0.03e12, 1e12])
def test_closing_time(stiffness: float) -> None:
    """Just before it is over there is a void of what the last seconds close."""
    given = {"pressure": 1.396e6, "coefficient": 8.98e-17, "stiffness": stiffness}
    opened = 0.496e-6
    time = loss.closing_time(opened, **given)
    before = loss.void_height(time - 1.0, opened, 0.0, **given)
    slowest = given["coefficient"] * (given["pressure"] - stiffness * opened)
    assert before == pytest.approx(slowest, rel=1e-4, abs=0.0)
    assert loss.void_height(time + 1.0, opened, 0.0, **given) == 0.0


def test_a_spring_that_comes_free() -> None:
    assert loss.closing_time(1.4e-6, pressure=1.4e6, **SPRING) == math.inf
    assert loss.closing_time(1e-6, pressure=0.0, coefficient=1e-16) == math.inf
    assert loss.closing_time(0.0, pressure=0.0, coefficient=1e-16) == 0.0


@pytest.mark.parametrize("ratio", [0.5, 1.0, 1.5, 3.0, 8.0])
def test_lost_fraction(ratio: float) -> None:
    """Steps in time of h/h_c, from 0 and from 1, come to the same; they end at 0 and at 1."""
    fraction, lost, speed, coefficient = 0.2, 1e-6, 0.2 * ONE, 9e-17
    pressure = ratio * loss.critical_pressure(speed, coefficient)
    settling = lost / (coefficient * pressure * (1 - fraction))

    def rate(h: float) -> float:
        share = fraction + (1 - fraction) * min(h / lost, 1.0)
        return speed - coefficient * pressure * share if h < lost or ratio > 1 else 0.0

    expected = loss.lost_fraction(ratio, fraction)
    for start in (0.0, lost):
        ended = height(rate, start, 30 * settling)
        assert min(ended / lost, 1.0) == pytest.approx(expected, abs=1e-9)
    assert (expected == 1.0) == (ratio <= 1.0)
    assert (expected == 0.0) == (ratio >= 1 / fraction)


@pytest.mark.parametrize(
    "call",
    [
        lambda: loss.critical_pressure(0.0, 1e-16),
        lambda: loss.critical_pressure(1e-9, 1e-16, 1.1),
        lambda: loss.critical_pressure(1e-9, 1e-16, 0.0),
        lambda: loss.critical_current(-1.0, 1e-16, LITHIUM),
        lambda: loss.time_to_loss(0.0, 1e-9, 0.5),
        lambda: loss.charge_to_loss(1e-6, LITHIUM, -0.1),
        lambda: loss.charge_to_loss(1e-6, 0.0, 0.5),
        lambda: loss.growth_per_cycle(1e-9, -1e-10, 3600.0, 0.1),
        lambda: loss.cycling_limit(1.0, 1.2),
        lambda: loss.strippings_to_loss(-1e-6, 1e-9, 1e-10, 3600.0, 0.1),
        lambda: loss.strippings_to_loss(1e-6, 1e-9, 1e-10, math.inf, 0.1),
        lambda: loss.void_height(1.0, -1e-9, 0.0, pressure=1e6, coefficient=1e-16),
        lambda: loss.void_height(1.0, 0.0, -1e-9, pressure=1e6, coefficient=1e-16),
        lambda: loss.closing_time(1e-6, pressure=math.nan, coefficient=1e-16),
        lambda: loss.lost_fraction(0.0, 0.2),
        lambda: loss.lost_fraction(1.0, 1.0),
    ],
)
def test_senseless_arguments(call: Callable[[], float]) -> None:
    with pytest.raises(ParameterError, match="is out of bounds"):
        call()
