# SPDX-License-Identifier: BSD-3-Clause
"""Temperature: what an interface, a host and a layer make of it, measured on runs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest

import ssbmech as ssb
from ssbmech.constants import GAS_CONSTANT
from ssbmech.interfaces.kinetics import ButlerVolmer, LinearKinetics
from ssbmech.library.interfaces import INTERFACES
from ssbmech.units import celsius, kJ_per_mol, ohm_cm2
from tests.elastic_cell import COUNTER, ELECTROLYTE, LAYERS, WORKING, symmetric_cell
from tests.tools import march, measured

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
