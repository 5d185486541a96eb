# SPDX-License-Identifier: BSD-3-Clause
"""A cell without an anode: what comes goes again, in three cycles alike and on any ranks alike."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from tests.case_scripts import script_case
from tests.small_cell import deviations, physical
from tests.tools import March, march, measured

ANODE = "anode|electrolyte"
FILM = 20e-9
"""Lithium that the cell is built with, and that stays [m]."""
KNOBS = (
    *("--width=6", "--cathode=6", "--separator=4", "--fraction=0.35", "--size=2.5"),
    *("--rate=2", "--rest=1", "--no-recharge"),
)


def ends(run: March, name: str) -> np.ndarray:
    """Return a column at the ends of preload, and of charge, rest, discharge, rest by turns."""
    last = {row["step"]: row[name] for row in run.rows}
    return np.array([last[step] for step in sorted(last)])


def check_a_cycle(run: March, charge: int, upper: float) -> None:
    """Check the charge with a number in the protocol, and the discharge after it."""
    up, down = (run.series("voltage")[run.series("step") == step] for step in (charge, charge + 2))
    assert np.all(np.diff(up) > 0.0) and np.all(np.diff(down) < 0.0)
    assert run.endings[charge] == "voltage reached its limit"
    assert up[-1] == pytest.approx(upper, abs=1e-3)
    assert f"lithium used up at {ANODE}" in run.endings[charge + 2]


def check_thickness(run: March, item: str) -> None:
    """Check lithium at the ends of charges and discharges against the charge that has passed."""
    metal = library.by_name("lithium_lepage2019").metal
    assert metal is not None
    passed = ends(run, "charge")[1::4]
    thinnest, lithium = ends(run, f"reserve_min:{ANODE}")[1::4], ends(run, f"inventory:{ANODE}")
    exact = passed * metal.molar_volume / FARADAY
    error = np.abs(thinnest / exact - 1).max()
    # it is the thinnest place; and metal under pressure is thinner by less than 1e-3
    measured(item, "thickness at the end of a charge", error, 1e-3, "charge x molar volume / F")
    error = np.abs(lithium[1::4] / passed - 1).max()
    measured(item, "lithium at the end of a charge", error, 1e-4, "charge")
    left = np.abs(ends(run, f"reserve_min:{ANODE}")[3::4]).max() / FILM
    measured(item, "left above the film, over the film", left, 0.051, "0.05, where it is used up")
    measured(item, "audit of lithium", run.series("audit_lithium").max(), 1e-9, "none")


@pytest.mark.serial
@pytest.mark.slow
def test_three_cycles() -> None:
    run, item = march(script_case("anode_less", *KNOBS, "--cycles=3")), "Anode-less, three cycles"
    for charge in (1, 5, 9):
        check_a_cycle(run, charge, 4.25)
    check_thickness(run, item)
    for name, what in (("charge", "charge"), ("p_stack", "pressure"), ("voltage", "voltage")):
        full, empty = ends(run, name)[1::4], ends(run, name)[4::4]
        apart = max(np.ptp(full), np.ptp(empty)) / np.abs(full).max()
        measured(item, f"{what}, difference between cycles", apart, 3e-4, "none")


def one_cycle() -> ssb.Case:
    """Return a cycle up to 3.9 V.

    Steps are judged by next to nothing: where an error decides, rounding may.
    """
    return dataclasses.replace(
        script_case("anode_less", *KNOBS, "--upper=3.9"),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1.0, dt_max=60.0, gap_error=1e-6, stress_error=None
        ),
        newton=ssb.NewtonSettings(tolerance=1e-9, max_iterations=10),
    )


@pytest.mark.serial
def test_a_cycle() -> None:
    run = march(one_cycle())
    check_a_cycle(run, 1, 3.9)
    check_thickness(run, "Anode-less, one cycle")


@pytest.mark.pair
@pytest.mark.slow
def test_a_cycle_on_all_ranks_is_that_of_one() -> None:
    together, alone = march(one_cycle()), march(one_cycle(), MPI.COMM_SELF)
    assert together.endings == alone.endings and len(together.rows) == len(alone.rows)
    names = physical(alone.rows[0])
    columns = [{name: run.series(name) for name in names} for run in (together, alone)]
    # which part of no current crosses gaps is for rounding to say
    flows = np.abs(alone.series("current")) > 1e-6
    for each in columns:
        each.update({name: each[name] * flows for name in names if name.startswith("current_open")})
    apart = deviations(*columns)
    worst = max(apart, key=lambda name: apart[name])
    item = "Anode-less, on ranks"
    measured(item, f"largest difference, {worst}", apart[worst], 1e-8, "one rank")
