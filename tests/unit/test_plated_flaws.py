# SPDX-License-Identifier: BSD-3-Clause
"""Plated flaws, ripples and pressed cracks, against limits and computations of another kind."""

from __future__ import annotations

import json
from functools import cache
from math import inf, log, pi, sqrt

import numpy as np
import pytest
from scipy.integrate import solve_bvp

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.fracture import flaws, lithium
from ssbmech.fracture.leak import ShearFlow
from ssbmech.fracture.line import LeakingCrack
from ssbmech.fracture.plated import PlatedFlaw, local_factor
from ssbmech.fracture.pressed import PressedCrack
from ssbmech.fracture.ripple import PlatedRipple
from tests.case_scripts import CASES, load_script

pytestmark = pytest.mark.serial

OMEGA = 13e-6
LITHIUM = ShearFlow.of_creep(7.7e-3, 1e6, 6.56)
ARGYRODITE = flaws.plane_modulus(28e9, 0.36)
MA = 10.0
HOUR = 3600.0


def crack(size=10e-6, resistance=8e-4, **changes):
    """Return a crack in Li6PS5Cl that leaks."""
    return LeakingCrack(
        **{
            "size": size,
            "modulus": ARGYRODITE,
            "resistance": resistance,
            "conductivity": 0.25,
            "molar_volume": OMEGA,
            "flow": LITHIUM,
            **changes,
        }
    )


def test_a_leaking_crack_at_little_current_is_a_sealed_one():
    """The less it opens, the less leaks: then plating ends at its overpotential everywhere."""
    current = 0.05 * MA
    found = crack().solve(current)
    cap = FARADAY / OMEGA * current * (8e-4 + found.depth / 0.25)
    assert found.pressure[5:] == pytest.approx(cap[5:], rel=2e-3)
    sealed = lithium.intensity_per_current(flaws.ThroughCrack(), 10e-6, 8e-4, 0.25, OMEGA)
    assert found.intensity == pytest.approx(sealed * current, rel=5e-3)
    share = found.outflow / (2 * current * OMEGA / FARADAY * 10e-6)
    assert 0.0 < share < 0.01


def test_a_leaking_crack_with_resistive_walls_is_self_similar():
    """Walls that pass nearly the same current whatever the pressure: K = 1.10 p_s sqrt(pi a)."""
    current = 1.0 * MA
    found = crack(resistance=0.1, elements=80).solve(current)
    plated = current * OMEGA / FARADAY
    closed = LITHIUM.leaking_intensity(plated, 10e-6, ARGYRODITE)
    assert found.intensity == pytest.approx(closed, rel=0.02)
    assert found.outflow == pytest.approx(2 * plated * 10e-6, rel=0.03)


def test_what_leaks_is_what_is_plated():
    current = 3.0 * MA
    found = crack().solve(current)
    eta = current * (8e-4 + found.depth / 0.25)
    plated = (eta - found.pressure * OMEGA / FARADAY) / 8e-4 * OMEGA / FARADAY
    assert found.outflow == pytest.approx(2 * plated.sum() * 10e-6 / 40, rel=1e-6)
    # and it flows down the gradient between the middles of two elements
    k = 20
    wide = 0.5 * (found.opening[k] + found.opening[k - 1])
    gradient = (found.pressure[k] - found.pressure[k - 1]) / (10e-6 / 40)
    beyond = 2 * plated[k:].sum() * 10e-6 / 40
    assert LITHIUM.slit_flux(gradient, wide) == pytest.approx(beyond, rel=1e-5)


@pytest.mark.parametrize(
    ("size", "toughness", "young", "poisson", "resistance", "conductivity", "wanted"),
    [
        (3e-6, 0.23e6, 28e9, 0.36, 8e-4, 0.25, 1.33),
        (10e-6, 0.69e6, 28e9, 0.36, 8e-4, 0.25, 2.4),
        (1e-6, 0.69e6, 28e9, 0.36, 8e-4, 0.25, inf),
        (3e-6, 1.0e6, 150e9, 0.26, 2e-4, 0.04, 19.0),
        (30e-6, 1.0e6, 150e9, 0.26, 400e-4, 0.04, 0.036),
    ],
)
def test_currents_that_leaking_cracks_bear(
    size, toughness, young, poisson, resistance, conductivity, wanted
):
    """Against a line model that was solved by another program, of two figures."""
    line = crack(
        size, resistance, modulus=flaws.plane_modulus(young, poisson), conductivity=conductivity
    )
    found = line.critical_current(toughness)
    assert found / MA == pytest.approx(wanted, rel=0.03)
    if found < inf:
        assert line.solve(found).intensity == pytest.approx(toughness, rel=1e-3)
        sealed = lithium.critical_current(
            flaws.ThroughCrack(), size, toughness, resistance, conductivity, OMEGA
        )
        assert found > sealed, "what leaks lowers the pressure"


def test_stress_across_shifts_what_a_crack_bears():
    """Without leak by S / (Z + 2 a / pi kappa), with leak in the same sense."""
    bears = [crack(opened=s).critical_current(0.69e6) for s in (-100e6, -20e6, 0.0, 20e6, 60e6)]
    assert np.all(np.diff(bears) < 0.0)
    thick = crack(flow=ShearFlow(1e-30 * LITHIUM.coefficient, 6.56))
    shifted = crack(flow=thick.flow, opened=-50e6)
    rise = shifted.critical_current(0.69e6) - thick.critical_current(0.69e6)
    closed = OMEGA / FARADAY * 50e6 / (8e-4 + 2 / pi * 10e-6 / 0.25)
    assert rise == pytest.approx(closed, rel=2e-3)
    assert crack(opened=200e6).critical_current(0.69e6) == 0.0


def plated(shape=None, **changes):
    """Return a flaw of 14 um in Li6PS5Cl."""
    return PlatedFlaw(
        **{
            "flaw": flaws.HalfPenny() if shape is None else shape,
            "size": 14e-6,
            "toughness": 0.69e6,
            "modulus": ARGYRODITE,
            "resistance": 8e-4,
            "conductivity": 0.25,
            "molar_volume": OMEGA,
            "flow": LITHIUM,
            **changes,
        }
    )


def test_a_plated_flaw_by_hand():
    """K_Ic / (0.729 sqrt(pi a)) is 142.8 MPa, which 19.24 mV hold; over 8.13 ohm cm2."""
    flaw = plated()
    assert flaw.sealed() / MA == pytest.approx(19.24 / 8.126, rel=2e-3)
    assert flaw.leaking() > flaw.sealed() > flaw.sealed(opened=10e6) > 0.0
    assert flaw.sealed(opened=300e6) == 0.0
    assert local_factor(flaw.sealed(), 0.4 * MA) == pytest.approx(5.92, rel=2e-3)
    # with the line model's own shape nothing is scaled
    through = plated(flaws.ThroughCrack())
    line = crack(14e-6).critical_current(0.69e6)
    assert through.leaking() == pytest.approx(line, rel=1e-9)
    for each in (flaw, through):
        assert each.share(each.leaking()) == pytest.approx(1.0, rel=1e-3)
        assert each.share(each.sealed(), leaks=False) == pytest.approx(1.0, rel=1e-9)
    assert flaw.share(0.0, 10e6) == pytest.approx(
        0.7288 * 10e6 * sqrt(pi * 14e-6) / 0.69e6, rel=1e-9
    )
    assert flaw.share(0.0, -10e6) == 0.0


@pytest.mark.parametrize("shape", [flaws.HalfPenny(), flaws.EdgeCrack(), flaws.PennyCrack()])
@pytest.mark.parametrize("opens", [-100e6, 0.0, 30e6])
def test_metal_that_does_not_creep_leaks_nothing(shape, opens):
    """The same as sealed whatever the shape and the stress, since plating ends at its pressure.

    To 3 % for a half-penny, of whose front another point is the worst under a stress.
    """
    stiff = ShearFlow(1e-30 * LITHIUM.coefficient, LITHIUM.exponent)
    flaw = plated(shape, flow=stiff)
    close = 0.03 if shape == flaws.HalfPenny() else 2e-3
    assert flaw.leaking(opens) == pytest.approx(flaw.sealed(opens), rel=close)


def ripple_by_collocation(shape, mean, height, pressure):
    """Return the first harmonic of the current into a wavy surface at a given pressure of it."""
    q, z, kappa = shape.wave_number, shape.resistance, shape.conductivity
    modes = np.arange(8)
    x = pi / q * (np.arange(8) + 0.5) / 8
    y, slope = height * np.cos(q * x), -height * q * np.sin(q * x)
    decay = np.exp(-q * modes[1:] * y[:, None])
    turns = q * modes[1:] * x[:, None]
    ahead = -q * modes[1:] * decay
    # along the normal, times its length: d/dy - slope d/dx
    normal = ahead * np.cos(turns) - slope[:, None] * (ahead * np.sin(turns))
    stretch = np.sqrt(1 + slope**2)
    volt = OMEGA / FARADAY * pressure * np.cos(q * x)
    basis = np.column_stack([np.ones(8), decay * np.cos(turns)])
    flux = np.column_stack([np.zeros(8), normal])
    # kappa Z dphi/dn = phi - Omega p / F with phi = i_0 y / kappa and the modes
    matrix = z * kappa * flux / stretch[:, None] - basis
    right = mean / kappa * y - volt - z * mean / stretch
    found = np.linalg.solve(matrix, right)
    current = mean + kappa * (flux @ found)
    return 2 * float(np.mean(current * np.cos(q * x)))


@pytest.mark.parametrize("resistance", [1e-6, 8e-4])
def test_the_current_of_a_ripple(resistance):
    """To first order: a surface of a ten-thousandth of its wave in height, solved as it is."""
    shape = PlatedRipple(10e-6, ARGYRODITE, resistance, 0.25, OMEGA)
    mean, height = 1.0 * MA, 1e-9
    for share in (0.0, 0.3):
        pressed = shape.pressure(share * height)
        found = ripple_by_collocation(shape, mean, height, pressed)
        assert shape.current(mean, height, share * height) == pytest.approx(found, rel=2e-3)


def test_the_pressure_of_a_ripple():
    """Against the elastic half space under a wave without shear, integrated over its depth."""
    young, poisson, q = 28e9, 0.36, 2 * pi / 10e-6
    shear, lame = young / (2 * (1 + poisson)), young * poisson / (1 + poisson) / (1 - 2 * poisson)
    whole = lame + 2 * shear

    def slopes(_, y):
        u, du, v, dv = y
        return np.vstack(
            [
                du,
                (whole * u + (lame + shear) * dv) / shear,
                dv,
                (shear * v - (lame + shear) * du) / whole,
            ]
        )

    # depths in 1/q, heights in that of the wave
    depth = np.linspace(0.0, 20.0, 200)
    found = solve_bvp(
        slopes,
        lambda a, b: np.array([a[1] - a[2], a[2] - 1.0, b[0], b[2]]),
        depth,
        np.vstack([0 * depth, 0 * depth, np.exp(-depth), -np.exp(-depth)]),
        tol=1e-6,
    )
    assert found.success
    u, _, _, dv = found.sol(0.0)
    pressure = -(whole * dv + lame * u) * q
    shape = PlatedRipple(10e-6, flaws.plane_modulus(young, poisson), 8e-4, 0.25, OMEGA)
    assert shape.pressure(1.0) == pytest.approx(pressure, rel=1e-4)


def test_ripples_grow_in_what_is_soft():
    """34 A/cm2 for Li6PS5Cl at 10 um; where it is stable, it comes to rest at its pressure."""
    shape = PlatedRipple(10e-6, ARGYRODITE, 8e-4, 0.25, OMEGA)
    assert shape.stable_current / 1e4 == pytest.approx(34.0, rel=0.02)
    mean, height = 1.0 * MA, 1e-6
    last = shape.largest_pressure(mean, height)
    assert last == pytest.approx(0.3e6, rel=0.02)
    plated_height = last / shape.pressure(1.0)
    assert shape.current(mean, height + plated_height, plated_height) == pytest.approx(
        0.0, abs=1e-12 * mean
    )
    polymer = PlatedRipple(10e-6, 10e6, 8e-4, 0.0368, OMEGA)
    assert polymer.largest_pressure(1.01 * polymer.stable_current, height) == inf
    assert polymer.current(2 * polymer.stable_current, 2e-7, 2e-7) > 0.0


def pressed(toughness=0.69e6, modulus=8e9, **changes):
    """Return a through crack of 50 um in a porous pellet of Li6PS5Cl."""
    shape = changes.pop("flaw", flaws.ThroughCrack())
    return PressedCrack(shape, 50e-6, toughness, modulus, LITHIUM, **changes)


@pytest.mark.parametrize("toughness", [0.23e6, 0.69e6])
def test_pressing_without_current_has_a_threshold(toughness):
    """At 75 MPa within a day, at 25 MPa not in 1000 hours, at 5 MPa never: one set of numbers."""
    cell = pressed(toughness)
    assert 0.0 < cell.time(75e6, 1e-3) < 24 * HOUR
    assert cell.time(25e6, 1e-3) > 1000 * HOUR
    assert cell.time(5e6, 1e-3) == inf
    assert 5e6 < cell.least_pressure < 75e6


def test_what_pressing_without_current_hangs_on():
    """A rounder flaw of the same size and toughness is not extended by 75 MPa."""
    assert pressed(0.69e6).least_pressure == pytest.approx(55.05e6, rel=1e-3)
    round_one = pressed(0.69e6, flaw=flaws.HalfPenny())
    assert round_one.least_pressure == pytest.approx(75.54e6, rel=1e-3)
    assert round_one.time(75e6, 1e-3) == inf
    weak = pressed(0.23e6, flaw=flaws.HalfPenny())
    assert weak.least_pressure == pytest.approx(25.18e6, rel=1e-3)
    assert pressed(modulus=16e9).time(75e6, 1e-3) == pytest.approx(15.64 * HOUR, rel=0.01)


def test_a_pressed_crack_creeps_as_its_slit_says():
    """da/dt is the flux through the width at the mouth over that width, at any length."""
    cell, pressure = pressed(0.1e6), 75e6
    for size in (50e-6, 200e-6):
        width = 4 * pressure * size / 8e9
        speed = LITHIUM.slit_flux(pressure / size, width) / width
        assert size / cell.fold_time(pressure) == pytest.approx(speed, rel=1e-9)
    assert cell.time(pressure, 1e-3) == pytest.approx(cell.fold_time(pressure) * log(20), rel=1e-12)
    ratio = cell.fold_time(25e6) / cell.fold_time(75e6)
    assert ratio == pytest.approx(3 ** (2 * 6.56 + 1), rel=1e-9)
    # a die that holds half of the pressure across the flaw
    held = pressed(0.1e6, held=0.5)
    assert held.least_pressure == pytest.approx(2 * cell.least_pressure)
    assert held.fold_time(75e6) == pytest.approx(2**7.56 * cell.fold_time(75e6))


@pytest.mark.parametrize(
    "bad",
    [
        lambda: crack(size=0.0),
        lambda: crack(elements=1),
        lambda: crack().solve(0.0),
        lambda: plated(toughness=0.0),
        lambda: plated(conductivity=-1.0),
        lambda: local_factor(inf, 1.0),
        lambda: pressed(0.0),
        lambda: pressed(held=1.0),
        lambda: PlatedRipple(0.0, 1e9, 0.0, 1.0, OMEGA),
    ],
)
def test_what_cannot_be_is_refused(bad):
    with pytest.raises(ParameterError):
        bad()


def stated(table):
    """Return the rows of a table of the predictions, by columns."""
    text = (CASES.parent / "docs" / "flaw_map.json").read_text("utf-8")
    found = json.loads(text)[table]
    return [dict(zip(found["columns"], row, strict=True)) for row in found["rows"]]


flaw_map = cache(lambda: load_script("flaw_map"))


def predicted(row):
    """Return the flaw of a row, and the stress that opens it."""
    script = flaw_map()
    interface = row.get("interface", "lithium|li6ps5cl")
    size, toughness = row["flaw [um]"], row["toughness [MPa m^0.5]"]
    kelvin = row["temperature [degC]"] + 273.15
    flaw = script.plated_flaw(
        interface, "half-penny", size, toughness, kelvin, "lithium_lepage2019"
    )
    nu = script.electrolyte_of(interface).solid.poisson
    stack, residual = row["stack pressure [MPa]"], row["residual stress [MPa]"]
    return flaw, 1e6 * (stack * (1 - nu / (1 - nu)) + residual)


def test_the_predictions_are_those_of_the_code():
    """Every fourth row without leak; with it some of each solid, one that nothing extends too."""
    rows = stated("currents at flaws")
    assert len(rows) == 360
    for row in rows[::4]:
        flaw, opens = predicted(row)
        assert flaw.sealed(opens) / MA == pytest.approx(row["sealed [mA/cm2]"], rel=6e-5)
    for row in rows:
        assert (row["leaking [mA/cm2]"] or inf) >= row["sealed [mA/cm2]"]
    for row in rows[23::67]:
        flaw, opens = predicted(row)
        bears = row["leaking [mA/cm2]"]
        assert flaw.leaking(opens) / MA == pytest.approx(inf if bears is None else bears, rel=1e-3)


def test_predictions_of_cells_are_those_of_their_one_number():
    """The current at the flaw over the number, which is calibrated in one row of each."""
    rows = stated("critical currents of cells")
    assert len(rows) == 96
    sealed, one = "critical current, sealed [mA/cm2]", "calibrated: the same, sealed"
    for row in rows:
        flaw, opens = predicted(row)
        assert flaw.sealed(opens) / MA / row[one] == pytest.approx(row[sealed], rel=1e-4)
    calibrated = [row for row in rows if row["calibrated here"]]
    assert [row[sealed] for row in calibrated] == pytest.approx([0.4, 0.4, 2.0, 2.0])
    for row in calibrated[::2]:
        flaw, opens = predicted(row)
        number = row["calibrated: current at the flaw over the mean, leaking"]
        bears = row["critical current, leaking [mA/cm2]"]
        assert flaw.leaking(opens) / MA / number == pytest.approx(bears, rel=1e-3)
