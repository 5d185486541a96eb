# SPDX-License-Identifier: BSD-3-Clause
"""The void case at four stack pressures: what plating, creep and stripping do to the void."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ssbmech.run.case_script import CaseScript
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial

CASE = Path(__file__).parents[2] / "cases" / "li_void" / "case.py"
VOID = "void_volume:negative|separator"
CONTACT = "contact_fraction:negative|separator"
ITEM = "Void at Li|Li6PS5Cl"


@cache
def run(pressure: float) -> March:
    knobs = [f"--pressure={pressure}", "--size=1", "--longest-step=120"]
    return march(CaseScript.load(CASE).case(knobs))


def at_end_of(result: March, step: int, name: str) -> float:
    return float(result.series(name)[result.series("step") == step][-1])


def test_low_pressure_traps_the_void() -> None:
    low = run(0.3)
    start, plated, rested, stripped = (at_end_of(low, k, VOID) for k in range(4))
    measured(ITEM, "0.3 MPa: void before over after plating", start / plated, 0.2, "deepens")
    measured(ITEM, "0.3 MPa: loss of void at rest", abs(1 - rested / plated), 0.02, "trapped")
    measured(ITEM, "0.3 MPa: void after over before stripping", stripped / rested, 0.2, "closes")


@pytest.mark.slow
def test_creep_and_stripping_close_it_at_one_megapascal() -> None:
    middle = run(1.0)
    start, plated, rested, _ = (at_end_of(middle, k, VOID) for k in range(4))
    measured(ITEM, "1 MPa: void before over after plating", start / plated, 0.3, "deepens")
    measured(ITEM, "1 MPa: void after over before rest", rested / plated, 0.9, "creep closes")
    measured(
        ITEM,
        "1 MPa: contact missing at the end",
        1 - at_end_of(middle, 3, CONTACT),
        1e-12,
        "closes",
    )
    assert at_end_of(run(0.3), 1, VOID) > plated


def test_closure_at_rest_has_the_size_of_a_hand_estimate() -> None:
    # Two blocks: the metal under pressure thins, that under the void (a quarter of the width)
    # thickens, both in plane strain with one common lateral stress. The rates are 1 to 3, and the
    # stress differences add up to the pressure on the loaded part.
    middle = run(1.0)
    resting = middle.series("step") == 2
    void, time = middle.series(VOID)[resting], middle.series("time")[resting]
    rate = -np.diff(void[[len(void) // 2, -1]])[0] / np.diff(time[[len(time) // 2, -1]])[0]
    n, width, half_width, height = 6.55, 60e-6, 15e-6, 20e-6
    share = half_width / (width - half_width)
    loaded = 1.01e6 * width / (width - half_width)
    difference = loaded / (1 + share ** (1 / n))
    flow = middle.cell.case.bodies[0].materials["negative"].solid.flow
    equivalent = math.sqrt(3) / 2 * difference
    creep = flow.rate * (equivalent / flow.stress) ** n
    estimate = math.sqrt(3) / 2 * creep * height * half_width
    measured(
        ITEM,
        "1 MPa: |log10| of closure rate over hand estimate",
        abs(math.log10(rate / estimate)),
        0.6,
        "two sliding blocks",
    )


@pytest.mark.parametrize("pressure", [pytest.param(3.0, marks=pytest.mark.slow), 5.0])
def test_high_pressure_closes_the_void_by_creep(pressure: float) -> None:
    high = run(pressure)
    time, contact = high.series("time"), high.series(CONTACT)
    closed = float(time[np.flatnonzero(contact > 1 - 1e-9)[0]])
    measured(ITEM, f"{pressure:g} MPa: time to full contact [s]", closed, 60.0, "creep closes")
    assert np.all(contact[time > 60.0] > 1 - 1e-9)


def test_voltage_follows_the_contact() -> None:
    middle = run(1.0)
    plating = middle.series("step") == 1
    open_voltage = abs(at_end_of(middle, 1, "voltage"))
    closed_voltage = abs(at_end_of(middle, 3, "voltage"))
    contact = float(middle.series(CONTACT)[plating][-1])
    transfer = 10.0 * 8e-4
    expected = transfer * (1 / contact - 1)
    deviation = abs((open_voltage - closed_voltage) / expected - 1)
    measured(
        ITEM,
        "1 MPa: voltage rise over i Z (1/contact - 1), less 1",
        deviation,
        0.15,
        "series resistance",
    )


def test_current_crowds_at_the_edge() -> None:
    middle = run(1.0)
    highest = abs(at_end_of(middle, 1, "i_normal_min:negative|separator"))
    mean = 10.0 / at_end_of(middle, 1, CONTACT)
    measured(ITEM, "1 MPa: mean over highest current in contact", mean / highest, 0.99, "crowding")
