# SPDX-License-Identifier: BSD-3-Clause
"""Closed forms of cracks and of lithium in them, each against a computation of another kind."""

from __future__ import annotations

from math import gamma, log, pi, sqrt

import numpy as np
import pytest

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.fracture import flaws, lithium
from ssbmech.fracture.growth import PowerGrowth
from ssbmech.fracture.leak import ShearFlow
from ssbmech.fracture.statistics import Weibull, failure_probability
from tests import pressurised

pytestmark = pytest.mark.serial

OMEGA = 13e-6
MODULUS = 32e9
LITHIUM = ShearFlow.of_creep(7.7e-3, 1e6, 6.56)
SHAPES = (flaws.ThroughCrack(), flaws.EdgeCrack(), flaws.PennyCrack(), flaws.HalfPenny())


def opened(pressure, half_length, points=400):
    """Return places, opening and K of a through crack, by its singular integral equation.

    By the rule of Erdogan and Gupta for the slope of the opening, whose sum is zero.
    """
    k, r = np.arange(1, points + 1), np.arange(1, points)
    t, x = np.cos(pi * (2 * k - 1) / (2 * points)), np.cos(pi * r / points)
    matrix = np.ones((points, points))
    matrix[:-1] = 1.0 / points / (t[None, :] - x[:, None])
    right = np.zeros(points)
    right[:-1] = 4.0 / MODULUS * pressure(half_length * x)
    slope = np.linalg.solve(matrix, right)
    opening = np.abs(np.cumsum(slope) - 0.5 * slope) * pi / points * half_length
    # the slope at the very end follows from those at the two nearest nodes, linear in the angle
    end = slope[0] + (slope[0] - slope[1]) * 0.5
    return half_length * t, opening, abs(end) * MODULUS / 4 * sqrt(pi * half_length)


def test_a_crack_under_pressure_opens_as_its_integral_equation_says():
    size, pressure = 10e-6, 193e6
    x, opening, k = opened(lambda s: pressure + 0 * s, size)
    assert opening.max() == pytest.approx(
        pressurised.through_opening(pressure, size, MODULUS), rel=1e-4
    )
    volume = np.trapezoid(opening[::-1], x[::-1])
    assert volume == pytest.approx(pressurised.through_volume(pressure, size, MODULUS), rel=1e-4)
    ours = flaws.intensity(flaws.ThroughCrack(), size, lambda s: np.full_like(s, pressure))
    assert ours == pytest.approx(k, rel=1e-4)
    assert ours == pytest.approx(pressure * sqrt(pi * size), rel=1e-12)


@pytest.mark.parametrize("power", [1, 2, 5])
def test_the_weights_of_a_through_crack_take_any_profile(power):
    size = 7e-6
    _, _, k = opened(lambda s: 1e8 * np.abs(s / size) ** power, size, points=1000)
    ours = flaws.intensity(flaws.ThroughCrack(), size, lambda x: 1e8 * (x / size) ** power)
    assert ours == pytest.approx(k, rel=2e-3)


def test_a_compressed_layer_takes_what_its_integral_equation_says():
    """A stress beyond a depth, and one up to it: the other part of a uniform one."""
    size, depth, stress = 10e-6, 6e-6, 100e6
    _, _, k = opened(lambda s: np.where(np.abs(s) > depth, stress, 0.0), size, points=2001)
    beyond = pressurised.beyond_depth(stress, size, depth)
    assert beyond == pytest.approx(k, rel=2e-3)
    crack = flaws.ThroughCrack()
    assert stress * crack.layer(size, depth) + beyond == pytest.approx(
        stress * sqrt(pi * size), rel=1e-12
    )


@pytest.mark.parametrize("flaw", SHAPES, ids=lambda each: type(each).__name__)
def test_a_layer_as_deep_as_the_flaw_is_a_uniform_stress(flaw):
    whole = flaw.layer(4e-6, 4e-6)
    assert whole == pytest.approx(flaw.layer(4e-6, 1.0), rel=1e-12)
    assert whole == pytest.approx(float(flaw.rules(4e-6)[0].weights.sum()), rel=1e-12)
    assert 0.0 < flaw.layer(4e-6, 1e-6) < whole


def test_published_factors_of_shapes():
    """Koiter's 1.1215 of an edge crack, 0.6825 under a linear stress; 2 / pi of a penny."""
    edge, penny = flaws.EdgeCrack(), flaws.PennyCrack()
    assert flaws.shape_factor(edge) == pytest.approx(1.12152, rel=1e-4)
    linear = flaws.intensity(edge, 1.0, lambda x: x) / sqrt(pi)
    assert linear == pytest.approx(1.1215 - 0.4390, rel=1e-3)
    assert flaws.shape_factor(penny) == pytest.approx(2 / pi, rel=1e-12)
    assert penny.layer(5.0, 3.0) == pytest.approx(2 * sqrt(5 / pi) * (1 - 0.8), rel=1e-10)
    assert flaws.shape_factor(flaws.HalfPenny()) == pytest.approx(0.713, rel=0.03)


def test_a_half_penny_under_bending():
    """Newman and Raju's factors of tension, and of bending of a plate a thousand times as thick."""
    size, thin = 5e-6, 1e-3
    deepest, surface = flaws.HalfPenny().rules(size)
    # (1.13 - 0.09) / sqrt(2.464) at the deepest point, 1.1 times that at the surface
    whole = 1.04 / sqrt(1 + 1.464) * sqrt(pi * size)
    bent = 1.0 - 2.0 * thin * deepest.depths / size
    for rule, factor, falls in ((deepest, 1.0, 1.22 + 0.12), (surface, 1.1, 0.34 + 0.11)):
        assert rule.intensity(np.ones(2)) == pytest.approx(factor * whole, rel=1e-3)
        ratio = rule.intensity(bent) / rule.intensity(np.ones(2))
        assert (1.0 - ratio) / thin == pytest.approx(falls, rel=1e-6)


@pytest.mark.parametrize("flaw", SHAPES, ids=lambda each: type(each).__name__)
def test_critical_stress_and_size_are_inverse(flaw):
    stress = flaws.critical_stress(flaw, 12e-6, 0.69e6)
    assert flaws.critical_size(flaw, stress, 0.69e6) == pytest.approx(12e-6, rel=1e-12)
    assert flaws.critical_size(flaw, -1.0, 0.69e6) == np.inf
    with pytest.raises(ParameterError, match="more than zero"):
        flaw.rules(0.0)


def test_the_energy_of_a_penny_gives_its_intensity():
    """The potential energy -p V / 2 changes with the area by G = K^2 / E'."""
    a, da, p = 8e-6, 1e-10, 150e6

    def energy(radius):
        return 0.5 * p * pressurised.penny_volume(p, radius, MODULUS)

    released = (energy(a + da) - energy(a - da)) / (pi * ((a + da) ** 2 - (a - da) ** 2))
    k = flaws.intensity(flaws.PennyCrack(), a, lambda x: np.full_like(x, p))
    assert flaws.energy_release(MODULUS, k) == pytest.approx(released, rel=1e-6)
    assert flaws.plane_modulus(28e9, 0.36) == pytest.approx(28e9 / 0.8704)
    assert flaws.energy_release(2.0, 3.0, 4.0) == 12.5


def test_the_zone_of_a_uniform_bond():
    """At its length the intensity of pressure and bond together is zero; its opening."""
    pressure, strength = 100e6, 300e6
    share = pressurised.dugdale_share(pressure, strength)
    x, opening, k = opened(
        lambda s: np.where(np.abs(s) < share * 1e-5, pressure, -strength), 1e-5, points=4001
    )
    assert k < 2e-3 * pressure * sqrt(pi * 1e-5)
    found = np.interp(share * 1e-5, x[::-1], opening[::-1])
    formula = pressurised.dugdale_opening(pressure, strength, share * 1e-5, MODULUS)
    assert found == pytest.approx(formula, rel=1e-2)


def test_lithium_in_a_flaw_stops_at_the_pressure_of_its_overpotential():
    assert lithium.plating_pressure(1e-3, OMEGA) == pytest.approx(7.42e6, rel=1e-3)


def test_a_sealed_crack_fills_within_its_time():
    """Volume 2 pi p a^2 / E' fed through both walls of length 2 a against Omega p / F."""
    size, resistance, eta = 10e-6, 8e-4, 10e-3
    volt = OMEGA / FARADAY
    tau = lithium.filling_time(size, resistance, MODULUS, OMEGA)
    per_pressure = pressurised.through_volume(1.0, size, MODULUS)
    p, steps = 0.0, 20000
    dt = 2 * tau / steps
    for _ in range(steps):
        mid = p + 0.5 * dt * 4 * size * volt * (eta - volt * p) / resistance / per_pressure
        p += dt * 4 * size * volt * (eta - volt * mid) / resistance / per_pressure
    limit = lithium.plating_pressure(eta, OMEGA)
    assert p == pytest.approx(limit * (1 - np.exp(-2)), rel=1e-6)
    assert tau == pytest.approx(21.6, rel=0.01)


@pytest.mark.parametrize(
    ("grown", "volume", "power", "feed"),
    [
        (lithium.sealed_through_growth, 2 * sqrt(pi), 1.5, lambda a, v: 4 * a * v),
        (lithium.sealed_penny_growth, 8 * sqrt(pi) / 3, 2.5, lambda a, v: 2 * pi * a**2 * v),
    ],
    ids=["through", "penny"],
)
def test_a_sealed_crack_grows_at_its_toughness(grown, volume, power, feed):
    """Its volume at K_Ic is known, and the walls feed it: integrated in time."""
    toughness, v, first, steps, end = 0.69e6, 10 * OMEGA / FARADAY, 5e-6, 4000, 200.0
    factor = volume * toughness / MODULUS
    filled, dt = factor * first**power, end / steps
    for _ in range(steps):
        half = filled + 0.5 * dt * feed((filled / factor) ** (1 / power), v)
        filled += dt * feed((half / factor) ** (1 / power), v)
    found = (filled / factor) ** (1 / power)
    assert found == pytest.approx(grown(first, end, v, MODULUS, toughness), rel=1e-5)


def test_the_speed_of_a_sealed_crack_at_one_milliampere():
    """149 nm/s at 10 um and 1 mA/cm2, by the slope of the formula."""
    v = 10 * OMEGA / FARADAY
    ends = [lithium.sealed_through_growth(10e-6, t, v, MODULUS, 0.69e6) for t in (-0.01, 0.01)]
    assert (ends[1] - ends[0]) / 0.02 == pytest.approx(149e-9, rel=0.01)


def test_current_into_a_spike():
    """Charges on a spike and its mirror image that make it equipotential in a uniform field."""
    count = 400
    edges = np.cos(np.linspace(0, pi / 2, count + 1))
    low, high, mid = edges[1:], edges[:-1], 0.5 * (edges[1:] + edges[:-1])

    def log_integral(y, first, last):
        def primitive(u):
            return u * np.log(np.abs(u) + 1e-300) - u

        return primitive(last - y) - primitive(first - y)

    y = mid[:, None]
    matrix = -(log_integral(y, low, high) - log_integral(y, -high, -low)) / (2 * pi)
    density = np.linalg.solve(matrix, mid)
    total = (density * (high - low)).sum()
    assert total == pytest.approx(lithium.spike_current(1.0, 1.0), rel=1e-5)
    at = int(np.abs(mid - 0.6).argmin())
    assert density[at] == pytest.approx(lithium.spike_density(1.0, mid[at], 1.0), rel=1e-4)


def test_the_critical_current_has_the_two_exponents_and_the_published_sizes():
    """-1/2 where the walls resist, -3/2 where the electrolyte does; c = 2 / pi; residual stress."""
    crack = flaws.ThroughCrack()

    def current(size, **more):
        return lithium.critical_current(crack, size, 0.69e6, 8e-4, 0.25, OMEGA, **more)

    def slope(a):
        return log(current(1.01 * a) / current(a)) / log(1.01)

    assert slope(1e-9) == pytest.approx(-0.5, abs=1e-3)
    assert slope(1.0) == pytest.approx(-1.5, abs=1e-3)
    plain = OMEGA / FARADAY * 0.69e6 / sqrt(pi * 1e-5) / (8e-4 + 2 / pi * 1e-5 / 0.25)
    assert current(1e-5) == pytest.approx(plain, rel=1e-10)
    # 2.0 mA/cm2 for Li6PS5Cl at 10 um, doubled by 123 MPa, the stress that extends the flaw
    assert current(1e-5) == pytest.approx(20.0, rel=0.02)
    held = flaws.critical_stress(crack, 1e-5, 0.69e6)
    assert current(1e-5, compression=held) == pytest.approx(2 * current(1e-5), rel=1e-10)


def test_flux_in_a_slit_and_speed_in_a_tube_from_their_shear_rates():
    width, radius, gradient = 0.8e-6, 2e-6, 3e12
    z = (np.arange(20000) + 0.5) / 20000
    n, b = LITHIUM.exponent, LITHIUM.coefficient
    y, r = 0.5 * width * z, radius * z
    rate = b * (gradient * y) ** n
    # speed times breadth is, by parts, shear rate times what lies within
    flux = 2 * (rate * y).mean() * 0.5 * width
    assert flux == pytest.approx(LITHIUM.slit_flux(gradient, width), rel=1e-6)
    rate = b * (0.5 * gradient * r) ** n
    speed = (rate * pi * r**2).mean() * radius / (pi * radius**2)
    assert speed == pytest.approx(LITHIUM.tube_speed(gradient, radius), rel=1e-6)
    viscous = ShearFlow(1 / 3.0, 1.0)
    assert viscous.slit_flux(2.0, 0.3) == pytest.approx(2.0 * 0.3**3 / 36.0)


def test_the_shear_law_of_creep():
    """Tension q is shear q / sqrt(3) with a rate of sqrt(3) times that of the strain."""
    law = ShearFlow.of_creep(2e-3, 1e6, 5.0)
    tension = 0.7e6
    shear = law.coefficient * (tension / sqrt(3)) ** 5
    assert shear == pytest.approx(sqrt(3) * 2e-3 * 0.7**5)


def test_a_slit_that_is_fed_along_its_walls():
    width, size, v, n = 0.1e-6, 10e-6, 1.35e-9, LITHIUM.exponent
    x = (np.arange(200000) + 0.5) / 200000 * size
    flux = 2 * v * (size - x)
    unit = LITHIUM.slit_flux(1.0, width)
    found = ((flux / unit) ** (1 / n)).mean() * size
    assert found == pytest.approx(LITHIUM.fed_slit_pressure(v, width, size), rel=1e-6)


def test_the_time_in_which_a_pore_is_filled():
    pressure, radius, length = 25e6, 20e-6, 1e-3
    ends = np.linspace(0, length, 40001)
    mid = 0.5 * (ends[1:] + ends[:-1])
    slowness = [1 / LITHIUM.tube_speed(pressure / each, radius) for each in mid.tolist()]
    found = (np.diff(ends) * slowness).sum()
    assert found == pytest.approx(LITHIUM.tube_time(pressure, radius, length), rel=1e-6)


@pytest.mark.parametrize("exponent", [1.0, 3.0, 6.56])
def test_a_leaking_crack_held_open_by_its_own_pressure(exponent):
    """Pressure and opening found together: the flux 2 v (a - x) against the elastic width."""
    law = ShearFlow.of_creep(7.7e-3, 1e6, exponent)
    size, v, points = 10e-6, 10 * OMEGA / FARADAY, 300
    n = law.exponent
    mouth = np.linspace(0.0, size, 2001)
    scale = law.leaking_pressure(v, size, MODULUS)
    p = np.full(mouth.size, scale)
    k = 0.0
    for _ in range(400):
        t, w, k = opened(lambda s, p=p: np.interp(np.abs(s), mouth, p), size, points)
        width = np.interp(mouth, t[::-1], w[::-1])
        flux = 2 * v * (size - mouth[:-1])
        unit = 2 * law.coefficient * (0.5 * width[:-1]) ** (n + 2) / (n + 2)
        slope = np.append((flux / unit) ** (1 / n), 0.0)
        new = np.concatenate([[0.0], np.cumsum(0.5 * (slope[1:] + slope[:-1]) * np.diff(mouth))])
        change = np.abs(new / p.max() - p / p.max()).max()
        p = p + 0.25 * (new - p)
        if change < 1e-6:
            break
    assert change < 1e-6
    assert k == pytest.approx(law.leaking_intensity(v, size, MODULUS), rel=0.02)


def test_weibull_moduli_of_currents():
    """Strengths with the modulus m give critical currents with m, or m / 3 where ohmic."""
    m, count = 8.0, 20000
    rng = np.random.default_rng(1)
    sizes = rng.weibull(m, count) ** -2.0
    probability = (np.arange(count) + 0.5) / count
    middle = (probability > 0.02) & (probability < 0.98)
    risk = np.log(-np.log1p(-probability))[middle]
    for current, modulus in ((sizes**-0.5, m), (sizes**-1.5, m / 3)):
        found = np.polyfit(np.log(np.sort(current))[middle], risk, 1)[0]
        assert found == pytest.approx(modulus, rel=0.02)


def test_larger_areas_are_weaker():
    m, law = 8.0, Weibull(8.0, 100e6, 1e-6)
    rng = np.random.default_rng(2)
    weakest = 100e6 * rng.weibull(m, (4000, 50)).min(axis=1)
    assert weakest.mean() / gamma(1 + 1 / m) == pytest.approx(law.strength_of(50e-6), rel=0.01)
    load = np.array([100e6, -500e6, np.nan])
    assert law.risk(load, np.full(3, 1e-6)) == pytest.approx(1.0)
    # as many of these pieces break under a load as have a strength below it
    risk = law.risk(np.array([80e6]), np.array([50e-6]))
    assert failure_probability(risk) == pytest.approx((weakest < 80e6).mean(), abs=0.02)
    with pytest.raises(ParameterError, match="above zero"):
        Weibull(0.0, 1.0, 1.0)


def test_growth_below_the_toughness():
    law, crack = PowerGrowth(1e-9, 15.0, 0.69e6), flaws.ThroughCrack()
    stress, first, last = 60e6, 10e-6, 30e-6
    ends = np.linspace(first, last, 20001)
    mid = 0.5 * (ends[1:] + ends[:-1])
    rates = np.array([law.rate(stress * sqrt(pi * a)) for a in mid.tolist()])
    assert law.life(crack, stress, first, last) == pytest.approx(
        (np.diff(ends) / rates).sum(), rel=1e-5
    )
    assert law.rate(-1e6) == 0.0
    with pytest.raises(ParameterError, match="not 2"):
        PowerGrowth(1e-9, 2.0, 0.69e6)


def test_the_wall_of_a_filled_pore():
    """The hoop tension of a thick sphere falls to p / 2 as its outer radius grows."""
    inner, outer, p = 1.0, 1e4, 1.0
    hoop = p * inner**3 * (2 + outer**3 / inner**3) / (2 * (outer**3 - inner**3))
    k = lithium.pore_intensity(p, 1e-3)
    assert k == pytest.approx(1.12 * (hoop + p) * sqrt(pi * 1e-3), rel=1e-6)
