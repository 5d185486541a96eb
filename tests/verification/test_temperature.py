# SPDX-License-Identifier: BSD-3-Clause
"""Temperature: what an interface, a host and a layer make of it, measured on runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import GAS_CONSTANT
from ssbmech.interfaces.kinetics import ButlerVolmer, LinearKinetics
from ssbmech.library.interfaces import INTERFACES
from ssbmech.units import celsius, kJ_per_mol, ohm_cm2
from tests.elastic_cell import COUNTER, ELECTROLYTE, LAYERS, WORKING, symmetric_cell
from tests.tools import Mode, march, measured, set_mode

SMALL = 1e-3
"""Current density at which all kinetics are linear [A/m2]."""

ROOM = celsius(25).to("K").magnitude


def interface_resistance(kinetics: ButlerVolmer | LinearKinetics, temperature: float) -> float:
    """Return the area resistance of one face from voltage over current of a run [ohm m2]."""
    faces = tuple(ssb.Interface(name, kinetics=kinetics) for name in (WORKING, COUNTER))
    case = symmetric_cell(
        interfaces=faces,
        temperature=temperature,
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(SMALL, 1.0)),
    )
    rested, driven = march(case).rows
    whole = (driven["voltage"] - rested["voltage"]) / SMALL
    return 0.5 * (
        whole - LAYERS[1].thickness / ELECTROLYTE.conductor.conductivity * temperature / ROOM
    )


def apparent_energy(resistance: Callable[[float], float], cold: float, hot: float) -> float:
    """Return the slope of the logarithm of a resistance against 1/T, times R [J/mol]."""
    fall = math.log(resistance(cold) / resistance(hot))
    return GAS_CONSTANT * fall / (1 / cold - 1 / hot)


@pytest.mark.serial
@pytest.mark.parametrize("name", ["lithium|li6ps5cl", "lithium|llzo"])
def test_an_interface_of_the_library_falls_with_the_activation_energy_of_its_source(
    name: str,
) -> None:
    law = INTERFACES[name]()
    for cold, hot in ((celsius(-10), celsius(25)), (celsius(25), celsius(80))):
        pair = (cold.to("K").magnitude, hot.to("K").magnitude)
        energy = apparent_energy(lambda t: interface_resistance(law, t), *pair)
        error = abs(energy / law.activation_energy - 1)
        measured(
            f"Activation energy of {name}",
            f"relative error, {pair[0]:g} to {pair[1]:g} K",
            error,
            1e-3,
            "source",
        )


@pytest.mark.slow
@pytest.mark.serial
def test_film_and_linear_law_have_activation_energies_of_their_own() -> None:
    cold, hot, there = 280.0, 340.0, 310.0
    film = ssb.ButlerVolmer(
        i_0=1e5,
        film_resistance=50 * ohm_cm2,
        film_activation_energy=60 * kJ_per_mol,
        reference_temperature=there,
    )
    linear = ssb.LinearKinetics(
        7 * ohm_cm2, activation_energy=25 * kJ_per_mol, reference_temperature=there
    )
    for law, expected in ((film, 60e3), (linear, 25e3)):
        energy = apparent_energy(lambda t, law=law: interface_resistance(law, t), cold, hot)
        assert energy == pytest.approx(expected, rel=2e-4)
    assert interface_resistance(linear, there) == pytest.approx(7e-4, rel=1e-6, abs=0.0)
    assert interface_resistance(film, there) == pytest.approx(50e-4, rel=1e-4, abs=0.0)


@pytest.mark.serial
def test_a_number_without_activation_energy_stays_as_it_is() -> None:
    plain = ssb.LinearKinetics(7 * ohm_cm2)
    assert interface_resistance(plain, 330.0) == pytest.approx(7e-4, rel=1e-6, abs=0.0)
    constant = ssb.ButlerVolmer(i_0=20.0)
    ratio = interface_resistance(constant, 330.0) / interface_resistance(constant, 300.0)
    assert ratio == pytest.approx(1.1, rel=1e-6)
    activated = replace(constant, activation_energy=0.0)
    ratio = interface_resistance(activated, 330.0) / interface_resistance(activated, 300.0)
    assert ratio == pytest.approx(1.0, rel=1e-6)
    assert interface_resistance(activated, ROOM) == pytest.approx(
        interface_resistance(constant, ROOM), rel=1e-9, abs=0.0
    )


def heated_cell() -> ssb.Case:
    """Return a cell of layers that expand, in a fixed gap, heated while a current passes."""
    interface = ssb.ButlerVolmer(i_0=20.0, activation_energy=37 * kJ_per_mol)
    case = symmetric_cell(
        interfaces=tuple(ssb.Interface(name, kinetics=interface) for name in (WORKING, COUNTER)),
        fixture=ssb.FixedGap(preload=5e6),
        protocol=(
            ssb.Preload(1.0),
            ssb.Rest(20.0),
            ssb.Under(ssb.ConstantCurrent(1.0, 300.0), ssb.TemperatureRamp(ROOM, ROOM + 35.0)),
            ssb.ConstantCurrent(1.0, 100.0),
            ssb.Rest(50.0),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=30.0, dt_max=70.0),
    )
    bodies = [
        ssb.Body.single(body.name, replace(body.materials[body.name], thermal_expansion=alpha))
        for body, alpha in zip(case.bodies, (46e-6, 30e-6, 46e-6), strict=True)
    ]
    return replace(case, bodies=tuple(bodies))


@pytest.mark.serial
def test_a_ramp_lands_on_its_ends_and_its_end_is_where_the_next_step_goes_on() -> None:
    done = march(heated_cell())
    time, temperature = done.series("time"), done.series("temperature")
    at = {float(np.round(t, 6)): float(value) for t, value in zip(time, temperature, strict=True)}
    # end of the rest before it, end of the ramp, ends of the steps after it
    for end, expected in ((21.0, ROOM), (321.0, ROOM + 35), (421.0, ROOM + 35), (471.0, ROOM + 35)):
        assert at[end] == pytest.approx(expected, rel=1e-14)
    inside = (time > 21.0) & (time < 321.0)
    assert inside.sum() >= 3
    expected = ROOM + 35.0 * (time[inside] - 21.0) / 300.0
    assert temperature[inside] == pytest.approx(expected, rel=1e-12)
    # what was heated presses on the walls, in proportion
    pressed = done.series("p_stack")[inside] - done.series("p_stack")[time == 21.0]
    ratio = pressed / (time[inside] - 21.0)
    assert ratio == pytest.approx(ratio[0], rel=0.02)
    assert ratio[0] > 0.0


def test_a_run_goes_on_inside_a_ramp() -> None:
    """Also with the temperature that it had reached, where the next step asks for none."""
    whole = march(heated_cell())
    set_mode(Mode.RECOVER)
    try:
        resumed = march(heated_cell())
    finally:
        set_mode(Mode.WHOLE)
    assert len(resumed.rows) == len(whole.rows)
    for name in ("time", "temperature", "voltage", "p_stack", "thickness_stack", "charge"):
        one, other = whole.series(name), resumed.series(name)
        scale = float(np.max(np.abs(one)))
        measured(
            "Run that goes on inside a temperature ramp",
            f"largest difference of {name}, relative",
            float(np.max(np.abs(one - other))) / scale,
            1e-10,
            "the same in one go",
        )
