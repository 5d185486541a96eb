# SPDX-License-Identifier: BSD-3-Clause
"""Cycles of stripping and plating with hidden voids, and contact that remembers its pressure."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.interfaces.contact_loss import critical_current, cycling_limit, strippings_to_loss
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.library.voids import PRESSED
from ssbmech.units import MPa, V, mA_per_cm2, nm, s, um
from tests.small_cell import deviations, physical
from tests.stripping import (
    COEFFICIENT,
    COUNTER,
    CURRENT,
    HEIGHT_LOST,
    LITHIUM,
    SPEED,
    WORKING,
    column,
    ends,
    every_law,
    props,
    strip_cell,
)
from tests.tools import March, march, measured
from tests.verification.test_resume import read, stop_after

ITEM = "Cycles with hidden voids"
COMM = MPI.COMM_WORLD
HALF_CYCLE = 265.0
"""Time of stripping, and of plating [s]."""

CYCLES = 50


def cycled(times: float) -> March:
    """March fifty cycles at a multiple of the current that leaves no lasting void."""
    law = props()
    metal = LITHIUM.metal
    assert metal is not None
    one_way = critical_current(1e6, COEFFICIENT, metal.molar_volume)
    limit = cycling_limit(one_way, law.supply_plate)
    # the current is that of the other tests, and the pressure makes it a multiple of the limit
    pressure = 1e6 * 2.0 / (times * limit)
    stops = (ssb.VoltageAbove(0.5 * V),)
    cycle = (
        ssb.ConstantCurrent(CURRENT, HALF_CYCLE * s, stops=stops, name="strip"),
        ssb.ConstantCurrent(-CURRENT, HALF_CYCLE * s, name="plate"),
    )
    control = ssb.AdaptiveSteps(
        dt_initial=HALF_CYCLE / 4 * s, dt_max=HALF_CYCLE / 4 * s, gap_error=50 * nm, growth=10
    )
    return march(strip_cell((law,), pressure, CYCLES * cycle, step_control=control))


@pytest.mark.slow
@pytest.mark.serial
def test_half_of_the_cycling_limit_is_periodic() -> None:
    """Voids open in each stripping and close in each plating, fifty times alike."""
    run = cycled(0.5)
    height, voltage = ends(run, "void_height_mean")[1:], ends(run, "voltage")[1:]
    peak = (SPEED - 0.7 * SPEED) * HALF_CYCLE
    assert len(height) == 2 * CYCLES
    measured(
        ITEM, "peak at half the limit", np.max(abs(height[::2] / peak - 1)), 1e-2, "(v - K p) t"
    )
    measured(
        ITEM, "change of the voltage from the first to the last strip",
        abs(voltage[-2] / voltage[0] - 1), 1e-6, "periodic",
    )  # fmt: skip
    assert max(abs(height[1::2])) < 1e-15
    measured(ITEM, "lithium audit", max(column(run, "audit_lithium")), 1e-9, "charge passed")


@pytest.mark.slow
@pytest.mark.serial
def test_twice_the_cycling_limit_loses_contact_in_time() -> None:
    """The number of strippings to loss is that of the growth per cycle."""
    run = cycled(2.0)
    sinking = 0.7 / 4 * SPEED
    expected = strippings_to_loss(HEIGHT_LOST, SPEED, sinking, HALF_CYCLE, 0.3)
    lost = np.flatnonzero(ends(run, "voltage")[1::2] > 0.49)
    assert len(lost) > 0
    assert expected == 39
    measured(
        ITEM, "strippings to loss at twice the limit", abs((lost[0] + 1) / expected - 1), 0.05,
        "39",
    )  # fmt: skip
    assert max(column(run, "audit_lithium")) < 1e-9
    assert max(column(run, "audit_charge")) < 1e-9


@pytest.mark.pair
def test_void_survives_on_another_number_of_ranks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run with every law, stopped in mid-void, goes on with one rank instead of all."""
    case = every_law("every law")
    case = dataclasses.replace(
        case,
        output=ssb.Output(figures=False, checkpoint_every=0.0),
        # steps that adapt follow iteration counts, and those the last digit of a residual
        step_control=ssb.PrescribedSteps((1.0, *[50.0] * 18)),
    )
    whole = ssb.run(case, tmp_path / "whole")
    with monkeypatch.context() as patch:
        stop_after(patch, 5)
        ssb.run(case, tmp_path / "resumed")
    COMM.barrier()
    if COMM.rank == 0:
        ssb.resume(case, tmp_path / "resumed", MPI.COMM_SELF)
    COMM.barrier()
    found, expected = read(tmp_path / "resumed"), read(whole.path)
    assert max(expected[f"void_height_max:{WORKING}"]) > 10e-9
    names = physical(expected)
    least = {"gap": 1e-9, "carried": 1e-9, "voltage": 1e-3, "void_volume": 1e-14}
    apart = deviations(found, {name: expected[name] for name in names}, least)
    worst = max(apart, key=lambda name: apart[name])
    measured(ITEM, "resumed on other ranks", apart[worst], 1e-8, f"undisturbed; {worst}")


PROBE = 0.01 * mA_per_cm2


def pressed(
    kinetics: ssb.ButlerVolmer, laws: tuple[Any, ...], pressures: list[float], *last: Any
) -> March:
    """March a cell from pressure to pressure [MPa]; at each of them a small current passes.

    Args:
        kinetics: charge transfer of both electrodes.
        laws: laws of the working electrode.
        pressures: pressures one after the other; the last one stays.
        last: steps that follow.
    """
    reached = 110.0 * np.arange(1, len(pressures) + 1)
    times = np.concatenate([[0.0], np.column_stack([reached - 10.0, reached]).ravel()])

    def force(time: float) -> float:
        return 1e6 * float(np.interp(time, times, [0.0, *np.repeat(pressures, 2)]))

    press, probe = ssb.Rest(100 * s), ssb.ConstantCurrent(PROBE, 10 * s)
    case = strip_cell(laws, 0.0, (), step_control=ssb.AdaptiveSteps(dt_initial=10 * s))
    working = ssb.Interface(WORKING, kinetics=kinetics, laws=laws)
    return march(
        dataclasses.replace(
            case,
            interfaces=(working, ssb.Interface(COUNTER, kinetics=kinetics)),
            fixture=None,
            loads=ssb.Loads(face_pressures=(ssb.FacePressure("top", force),)),
            protocol=(*([press, probe] * len(pressures)), *last),
        )
    )


def resistances(run: March, count: int) -> np.ndarray:
    """Return the resistance of the cell under the first pressures [ohm m2]."""
    return (ends(run, "voltage")[1::2] / ends(run, "current")[1::2])[:count]


LOADING = [1.0, 2.0, 5.0, 10.0, 25.0]
UNLOADING = [10.0, 5.0, 2.0, 1.0]


@pytest.mark.serial
def test_contact_remembers_the_pressure() -> None:
    """Press to 25 MPa and back: resistance follows the law, and is lower on the way back."""
    hardness, power, adhesion = 30e6, 2 / 3, 1e3
    contact = ssb.RememberedContact(hardness, constriction=ssb.SpotsOfOneNumber(3 * um, 0.2))
    kinetics = lithium_li6ps5cl()
    found = resistances(pressed(kinetics, (contact,), LOADING + UNLOADING), 9)
    whole = resistances(pressed(kinetics, (), [25.0]), 1)[0]
    p = 1e6 * np.array(LOADING + UNLOADING)
    highest = np.maximum.accumulate(p)
    felt = (highest + adhesion) * ((p + adhesion) / (highest + adhesion)) ** power - adhesion
    theta = 1 - np.exp(-felt / hardness)
    face = 8e-4 * (1 / theta - 1)
    spots = 3e-6 / (4 * 0.2) * np.sqrt(np.pi / theta) * (1 - np.sqrt(theta)) ** 1.5
    measured(
        "Contact that remembers", "resistance from 1 to 25 MPa and back",
        float(np.max(abs(found / (whole + face + spots) - 1))), 1e-3, "closed form",
    )  # fmt: skip
    up, down = found[:4], found[:4:-1]
    assert np.all(down < 0.9 * up)
    # between one number of spots that grow and spots of one size that become more
    slope = np.diff(np.log(up)) / np.diff(np.log(LOADING[:4]))
    assert np.all((slope < -0.4) & (slope > -1.05))


@pytest.mark.slow
@pytest.mark.serial
@pytest.mark.parametrize("name", PRESSED)
def test_pressed_interfaces_of_the_library(name: str) -> None:
    """The resistance of one face at the pressures on which the numbers were calibrated."""
    kinetics, contact = PRESSED[name]()
    data = {"lithium|li6ps5cl": {5.0: 25.0, 25.0: 8.0}, "lithium|llzo": {10.0: 300.0, 41.0: 50.0}}
    pressures = list(data[name])
    found = resistances(pressed(kinetics, (contact,), pressures), 2)
    whole = resistances(pressed(kinetics, (), [25.0]), 1)[0]
    # both have the counter electrode and the electrolyte
    face = GAS_CONSTANT * 298.15 / (kinetics.i_0 * FARADAY) + kinetics.film_resistance
    faces = 1e4 * (found - whole + face)
    worst = float(np.max(abs(faces / np.array(list(data[name].values())) - 1)))
    measured(
        "Contact that remembers", f"resistance of {name} at two pressures", worst, 0.03,
        "measured; the numbers were calibrated on it",
    )  # fmt: skip


@pytest.mark.serial
def test_a_pressed_interface_bears_more() -> None:
    """Press to 25 MPa, let go to 0.5 MPa, strip: voids open later than without having pressed.

    What touches also adheres, and adds its tension to the load on the props.
    """
    contact = ssb.RememberedContact(hardness=30 * MPa, recovery=0.2)
    law = props(bearing=ssb.AdheringContact(contact, strength=3 * MPa))
    strip = ssb.ConstantCurrent(CURRENT, 3000 * s, stops=(ssb.VoltageAbove(0.5 * V),))
    heights = []
    for way in ([0.5], [25.0, 0.5]):
        run = pressed(lithium_li6ps5cl(), (contact, law), way, strip)
        heights.append(ends(run, "void_height_mean")[-1])
    theta = [1 - np.exp(-0.5 / 30), 0.0]
    felt = (25e6 + 1e3) * ((0.5e6 + 1e3) / (25e6 + 1e3)) ** 0.2 - 1e3
    theta[1] = 1 - np.exp(-felt / 30e6)
    expected = [(SPEED - COEFFICIENT * (0.5e6 + 3e6 * each)) * 3000.0 for each in theta]
    assert heights[1] < 0.8 * heights[0]
    measured(
        "Contact that remembers", "voids after stripping, pressed before and not",
        float(np.max(abs(np.array(heights) / expected - 1))), 1e-2, "(v - K (p + sigma)) t",
    )  # fmt: skip
