# SPDX-License-Identifier: BSD-3-Clause
"""The cases with metal that moves, shortened: they end by name, and metal is where it should be."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.plots.section import Picture
from ssbmech.plots.thickness import measure, moving_layers, thickness_figure
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.status import RunStatus
from tests.case_scripts import script_case
from tests.void_run import without_figures

pytestmark = pytest.mark.serial

METAL = "negative|separator"
MICRO = 1e-6


def run(name: str, folder: Path, *knobs: str) -> ssb.Result:
    """Run a case with options of its command line, without figures."""
    result = ssb.run(without_figures(script_case(name, *knobs)), folder)
    assert result.status is RunStatus.COMPLETE
    return result


def column(result: ssb.Result, name: str, step: int | None = None) -> np.ndarray:
    """Return a column of the series, or the part of it in a step of the protocol."""
    return np.array([row[name] for row in result.rows if step is None or row["step"] == step])


def endings(result: ssb.Result) -> list[str]:
    """Return why each step of the protocol ended."""
    log = (result.path / "run.log").read_text("utf-8")
    return re.findall(r"step \d+ of \d+, .*: ended \((.*)\)", log)


@pytest.mark.slow
def test_thin_lithium(tmp_path: Path) -> None:
    """It is stripped to its film, by name and at a voltage that a cell has, and plated back."""
    knobs = ("--thickness=1", "--separator=5", "--width=10", "--size=5", "--rest=1")
    result = run("thin_lithium", tmp_path / "run", *knobs)
    assert f"lithium used up at {METAL}" in endings(result)[1]
    voltage = column(result, "voltage", 1)
    assert 5 * voltage[0] < voltage[-1] < 0.5
    left = column(result, f"reserve_min:{METAL}")
    assert 0.0 < left.min() < 2e-9
    assert left[-1] == pytest.approx(1 * MICRO, rel=5e-3)
    assert column(result, "audit_lithium").max() < 1e-9
    # what one electrode loses the other one gains
    assert np.ptp(column(result, "thickness_stack", 1)) < 1e-9
    assert np.ptp(column(result, "p_stack", 1)) < 1e3


@pytest.mark.slow
def test_anode_less(tmp_path: Path) -> None:
    """The anode grows from 20 nm by what the cathode gives, and is stripped to its film by name."""
    lithium, copper = "anode|electrolyte", "anode|copper"
    knobs = ("--width=6", "--cathode=6", "--separator=4", "--fraction=0.35", "--size=2.5")
    result = run("anode_less", tmp_path / "run", *knobs, "--rate=2", "--rest=1", "--no-recharge")
    assert f"lithium used up at {lithium}" in endings(result)[3]
    left = column(result, f"reserve_min:{lithium}")
    assert abs(left[0]) < 1e-10
    charged = column(result, f"reserve_min:{lithium}", 2)[-1]
    assert charged > 0.3 * MICRO
    assert 0.0 < column(result, f"reserve_min:{lithium}", 3)[-1] < 3e-9
    # the stack swells by what is plated, less what the cathode loses
    thickness = column(result, "thickness_stack")
    assert 0.5 * charged < thickness.max() - thickness[0] < 1.01 * charged
    pressure = column(result, "p_stack")
    assert pressure.max() - 5e6 == pytest.approx(0.3e12 * (thickness.max() - thickness[0]), rel=0.1)
    assert column(result, f"contact_fraction:{copper}")[20:].min() > 0.99
    assert column(result, "audit_lithium").max() < 1e-9


def test_void_whose_walls_move(tmp_path: Path) -> None:
    """Plating deepens it, stripping fills it, and its volume is where the metal is not."""
    knobs = ("--moving", "--size=1", "--minutes=2", "--rest-minutes=0", "--pressure=0.3")
    result = run("li_void", tmp_path / "run", *knobs)
    void = f"void_volume:{METAL}"
    assert column(result, void, 1)[-1] > 1.2 * column(result, void, 0)[-1]
    assert column(result, void, 2)[-1] < 0.9 * column(result, void, 1)[-1]
    assert column(result, "audit_lithium").max() < 1e-9
    assert column(result, "audit_contact").max() < 1e-9
    see_metal(RunData.open(result.path))
    assert thickness_figure(RunData.open(result.path), tmp_path / "figure.png").stat().st_size > 1e4


def see_metal(run: RunData) -> None:
    """Check that figures show metal where charge and gap say, on both sides of a void."""
    picture = Picture(run)
    assert [body for body, _ in moving_layers(run, picture)] == ["negative", "positive"]
    width = 60 * MICRO
    layer = measure(run, picture, "negative", METAL)
    mean = layer.weights @ layer.values
    charge = np.interp(layer.time, run.series["time"], run.series["charge"])
    plated = -charge * library.by_name("lithium_lepage2019").metal.molar_volume / FARADAY
    # a lens 15 um wide and half a micrometre deep, by trapezia; pressure takes little
    assert mean[0] == pytest.approx(20 * MICRO - 2 / 3 * 15 * 0.5 / 60 * MICRO, abs=2e-9)
    assert mean - mean[0] == pytest.approx(plated - plated[0], abs=1e-9)
    for step in range(len(picture.times)):
        surface = picture.surface(METAL, step)
        void = (surface.plus - surface.minus)[..., 1].mean(axis=1)
        ends = np.abs(np.ptp(surface.plus[..., 0], axis=1))
        seen = np.interp(
            picture.times[step], run.series["time"], run.series[f"void_volume:{METAL}"]
        )
        # of a facet half open the picture shows a triangle
        assert float(void @ ends) == pytest.approx(seen, abs=2e-3 * MICRO * width)
