# SPDX-License-Identifier: BSD-3-Clause
"""A stack of three cells whose layers were identified from one resolved cell, against a resolved
stack of three: pressure within 2 %, voltage within 1 mV.

The load path, a spring that stiffens the stack as it grows, is none of those of the identification,
which are at constant pressure.
"""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import ValidityError
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.wiring import Bipolar
from ssbmech.study.identification import Box, Identified, identify
from tests.resolved_stack import resolved
from tests.tools import measured

pytestmark = [pytest.mark.serial, pytest.mark.slow]

ITEM = "Three cells by identified layers"
CHARGE, CURRENT = 18e3, 10.0
PRESSURES = tuple(1e6 * p for p in (1.0, 1.5, 2.0, 3.0, 4.5, 6.5, 10.0, 15.0))
BOX = Box(pressures=PRESSURES, charge=CHARGE, current=CURRENT, portions=16, hold=3600.0)
SECONDS = 5.0
"""Time after a jump of the current in which lithium in the cathode levels [s]."""

SPRING = ssb.Spring(2e6, spring_stiffness=1e12)
PROTOCOL = (
    ssb.Preload(10.0),
    ssb.Rest(60.0),
    ssb.ConstantCurrent(CURRENT, 0.98 * CHARGE / CURRENT, name="charge"),
    ssb.Rest(60.0, name="rest"),
    ssb.ConstantCurrent(-CURRENT, 0.5 * CHARGE / CURRENT, name="discharge"),
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Identified:
    """The identified layer."""
    return identify(partial(resolved, 1), BOX, tmp_path_factory.mktemp("identified"))


def stack(found: Identified, **changes: object) -> LaminateCase:
    case = LaminateCase(
        "three", found.cell(), SPRING, PROTOCOL, cells=3, wiring=Bipolar(),
        step_control=ssb.AdaptiveSteps(dt_initial=1.0, dt_max=60.0, gap_error=1e-6),
        output=ssb.Output(figures=False),
    )  # fmt: skip
    return dataclasses.replace(case, **changes)


def test_doubts_are_small(found: Identified) -> None:
    """The cell is a function of charge and pressure up to what its creep and relaxation leave."""
    doubts = found.doubts
    growth = found.layer.height.values[-1][0] - found.layer.height.values[0][0]
    measured(ITEM, "charge against discharge, over the growth", doubts.thickness / growth, 5e-3,
             "no hysteresis")  # fmt: skip
    measured(ITEM, "voltage at rest, charge against discharge (V)", doubts.voltage, 1e-3,
             "no hysteresis")  # fmt: skip
    measured(ITEM, "voltage from the work of pressure (V)", doubts.reciprocity, 1e-3,
             "dU/dP = dh/dQ")  # fmt: skip
    measured(ITEM, "press and release, over the growth", abs(doubts.press) / growth, 5e-3,
             "elastic")  # fmt: skip


def column(run: ssb.Result, step: int) -> dict[str, np.ndarray]:
    """Return time, pressure and voltage of a step."""
    rows = [row for row in run.rows if row["step"] == step]
    return {name: np.array([row[name] for row in rows]) for name in ("time", "p_stack", "voltage")}


def test_three_cells(found: Identified, tmp_path: Path) -> None:
    layered = ssb.run(stack(found), tmp_path / "layers")
    exact = ssb.run(resolved(3, SPRING, PROTOCOL), tmp_path / "resolved")
    pressure, volts = [], []
    for step in (2, 3, 4):
        ours, theirs = column(layered, step), column(exact, step)
        # voltages jump between steps, and lithium in the cathode levels within seconds
        settled = theirs["time"] > theirs["time"][0] + SECONDS
        times = theirs["time"][settled]
        for name, errors in (("p_stack", pressure), ("voltage", volts)):
            found_there = np.interp(times, ours["time"], ours[name])
            errors.append(np.max(np.abs(found_there - theirs[name][settled])))
        pressure[-1] /= theirs["p_stack"].min()
    measured(ITEM, "largest error of the pressure", max(pressure), 0.02, "resolved stack of three")
    measured(ITEM, "largest error of the stack's voltage (V)", max(volts), 1e-3,
             "resolved stack of three")  # fmt: skip
    assert exact.rows[-1]["p_stack"] > 2 * 2e6
    assert layered.rows[-1]["wall_time"] < 0.2 * exact.rows[-1]["wall_time"]


def test_beyond_the_box(found: Identified, tmp_path: Path) -> None:
    stiff = ssb.Spring(12e6, spring_stiffness=3e12)
    with pytest.raises(ValidityError, match="beyond those of the resolved cell"):
        ssb.run(stack(found, fixture=stiff), tmp_path / "stiff")
    far = (*PROTOCOL[:2], ssb.ConstantCurrent(CURRENT, 1.2 * CHARGE / CURRENT))
    with pytest.raises(ValidityError, match=r"the charge .* is beyond"):
        ssb.run(stack(found, protocol=far), tmp_path / "far")
