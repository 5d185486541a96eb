# SPDX-License-Identifier: BSD-3-Clause
"""Runs of laminates: their run folders, going on, studies, and the case of many layers."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError, RunFolderError, ValidityError
from ssbmech.laminate.growth import MetalGrowth
from ssbmech.laminate.soft import CompressedLayer
from ssbmech.laminate.voltage import CellVoltage, HostVoltage, Resistance
from ssbmech.laminate.wiring import Bipolar, Parallel
from ssbmech.materials.curve import Curve
from ssbmech.report import write_report
from ssbmech.run.estimate import estimate
from ssbmech.runfolder.info import summary
from tests.laminates import elastic, laminate, ply
from tests.tools import measured

pytestmark = pytest.mark.pair

CASES = Path(__file__).parents[2] / "cases"


def case(**more):
    metal = ply("metal", 5e-6, elastic(7.8e9, 0.38, growth=MetalGrowth(13.0e-6)))
    rigid = ply("separator", 30e-6, elastic(25e9, 0.3), density=1860.0)
    found = laminate(
        more.pop("fixture", ssb.Spring(2e6, spring_stiffness=3e10)),
        [metal, rigid],
        CellVoltage(losses=(Resistance(1e-3),)),
        **{"cells": 4, "wiring": Parallel(), **more},
    )
    protocol = (
        ssb.Preload(1.0),
        ssb.ConstantCurrent(10.0, 3600.0, name="charge"),
        ssb.Rest(600.0),
    )
    steps = ssb.AdaptiveSteps(dt_initial=10.0, dt_max=600.0)
    output = ssb.Output(figures=False)
    return dataclasses.replace(found, protocol=protocol, step_control=steps, output=output)


def test_a_run_folder_of_a_laminate(tmp_path):
    result = ssb.run(case(), tmp_path / "run")
    assert result.rows[-1]["time"] == pytest.approx(4201.0)
    assert all(row["audit_fixture"] < 1e-9 for row in result.rows)
    run = ssb.open_run(tmp_path / "run")
    series = run.series
    swing = series["thickness:metal"].iloc[-1] - series["thickness:metal"].iloc[0]
    assert swing == pytest.approx(36000 * 13.0e-6 / 96485.33, rel=2e-3)
    assert series["voltage"].iloc[-2] == pytest.approx(0.0, abs=1e-3)
    cells = [series[f"thickness:cell_{k}"].iloc[-1] for k in range(1, 5)]
    assert sum(cells) == pytest.approx(series["thickness_stack"].iloc[-1], rel=1e-12)
    told = summary(tmp_path / "run")
    assert (told["status"], told["unknowns"]) == ("complete", 8)
    assert run.manifest["layers"][1] == {
        "name": "separator", "count": 4, "thickness [m]": 30e-6, "density [kg/m3]": 1860.0,
    }  # fmt: skip
    again = ssb.resume(case(), tmp_path / "run")
    assert len(again.rows) == len(result.rows)
    with pytest.raises(RunFolderError, match="another case"):
        ssb.resume(case(cells=5), tmp_path / "run")


def test_metal_that_is_used_up_ends_a_step_by_name(tmp_path):
    """Four layers of 5 um are stripped for longer than they last, pressed, and plated again."""
    steps = (
        ssb.Preload(1.0),
        ssb.ConstantCurrent(-10.0, 36000.0, name="strip"),
        ssb.Press(4e6, 10.0),
        ssb.ConstantCurrent(10.0, 1800.0, name="plate"),
    )
    result = ssb.run(dataclasses.replace(case(), protocol=steps), tmp_path / "run")
    log = (tmp_path / "run" / "run.log").read_text(encoding="utf-8")
    assert "strip: ended (metal used up in 'metal'" in log
    assert "rejected" not in log.split("strip: ended")[1]
    # less is left as it is pressed, but none is taken
    assert "press: ended (duration)" in log
    ends = {int(row["step"]): row for row in result.rows}
    assert 0.0 < ends[1]["thickness:metal"] < 1e-9
    lasts = 5e-6 * 96485.33 / 13.0e-6 / 10.0
    assert ends[1]["time"] - ends[0]["time"] == pytest.approx(lasts, rel=1e-3)
    plated = 18000.0 * 13.0e-6 / 96485.33
    assert ends[2]["thickness:metal"] < ends[1]["thickness:metal"]
    assert ends[3]["thickness:metal"] == pytest.approx(plated, rel=2e-3)


@pytest.mark.serial
def test_a_bipolar_stack_has_the_voltage_of_its_cells():
    script = ssb.CaseScript.load(CASES / "many_layers" / "case.py")
    found = script.case(["--cells", "30", "--wiring", "bipolar", "--fixture", "force"])
    assert found.protocol[1].to == pytest.approx(30 * 4.25)


class Ends:
    """Ends the run after some steps."""

    name = "ends"

    def begin(self, cell):
        return {}

    def see(self, row):
        return ssb.EndRun("enough") if row["time"] > 500.0 else None


class Measures(Ends):
    """Asks for what there is not."""

    def begin(self, cell):
        return {"": [ssb.Scalar(ssb.Quantity("mine", "$m$", "1", "mine"), lambda _: 0.0)]}


def test_observers_may_end_but_not_measure(tmp_path):
    result = ssb.run(case(), tmp_path / "ends", observers=(Ends(),))
    assert result.rows[-1]["time"] < 1500.0
    with pytest.raises(CaseError, match="measure nothing"):
        ssb.run(case(), tmp_path / "measures", observers=(Measures(),))


def test_a_law_beyond_its_table_ends_the_run(tmp_path):
    foam = ply("foam", 1e-3, CompressedLayer(Curve((0.0, 1e6, 3e6), (0.0, 0.2, 0.3))))
    with pytest.raises(ValidityError, match=r"foam: the pressure .* is beyond the table"):
        ssb.run(case(pads=(foam,), fixture=ssb.FixedGap(2.9e6)), tmp_path / "run")
    run = ssb.open_run(tmp_path / "run")
    assert run.status == "failed"
    assert run.series["p_stack"].max() <= 3e6


@pytest.mark.serial
def test_what_is_drawn_and_told_of_a_laminate(tmp_path):
    ssb.run(dataclasses.replace(case(), output=ssb.Output()), tmp_path / "run")
    names = {path.name for path in (tmp_path / "run" / "figures").iterdir()}
    assert {"history.png", "pressure_capacity.png"} <= names
    page = write_report(tmp_path / "run").read_text(encoding="utf-8")
    assert "cell_1" in page
    told = estimate(case(), MPI.COMM_WORLD).text()
    assert "4 cells, 8 layers" in told


@pytest.mark.serial
@pytest.mark.parametrize("fixture", ["spring", "gap", "gas", "force", "hydraulic"])
def test_every_fixture_makes_a_case(fixture):
    script = ssb.CaseScript.load(CASES / "many_layers" / "case.py")
    found = script.case(["--cells", "2", "--fixture", fixture, "--pad", "0.5", "--scatter", "0.01"])
    assert found.cells == 2
    assert {pad.name for pad in found.pads} == {"oil" if fixture == "hydraulic" else "foam"}


@pytest.mark.serial
def test_a_cycle_of_many_layers(tmp_path):
    """Ten cells of 4 mAh/cm2 at constant force: 0.18 mm, as published."""
    script = ssb.CaseScript.load(CASES / "many_layers" / "case.py")
    found = script.case(["--cells", "10", "--fixture", "force"])
    ssb.run(dataclasses.replace(found, output=ssb.Output(figures=False)), tmp_path / "run")
    series = ssb.open_run(tmp_path / "run").series
    height = series["thickness_stack"].to_numpy()
    seated = series["step"].to_numpy() > 0
    swing = height[seated].max() - height[series["step"].to_numpy() == 0][-1]
    measured("case of many layers", "thickness of 10 cells against published",
             abs(swing / 0.18e-3 - 1), 0.05, "at 4.25 V, not at 4 mAh/cm2")  # fmt: skip
    assert np.ptp(series["p_stack"].to_numpy()[seated]) < 1.0


@pytest.mark.serial
def test_metal_of_the_first_cell_that_has_none_ends_a_step(tmp_path):
    """Cells one after the other pass one charge, and one of them has a fifth less metal."""
    run = case(wiring=Bipolar(), cells=2)
    metal, separator = run.cell.plies
    thin = dataclasses.replace(metal, spread=(1.0, 0.8))
    cell = dataclasses.replace(run.cell, plies=(thin, separator))
    steps = (ssb.Preload(1.0), ssb.ConstantCurrent(-10.0, 36000.0, name="strip"), ssb.Rest(60.0))
    found = ssb.run(dataclasses.replace(run, cell=cell, protocol=steps), tmp_path / "run")
    last = [row for row in found.rows if row["step"] == 1.0][-1]
    assert 0.0 < last["thickness_min:metal"] < 1e-9
    assert last["thickness:metal"] == pytest.approx(0.1 * 5e-6, rel=2e-3)
    lasts = 0.8 * 5e-6 * 96485.33 / 13.0e-6 / 10.0
    assert last["time"] - 1.0 == pytest.approx(lasts, rel=1e-3)
    assert found.rows[-1]["time"] == pytest.approx(last["time"] + 60.0)


@pytest.mark.serial
def test_a_host_that_is_empty_or_full_ends_a_step_by_name(tmp_path):
    """Charged and discharged for longer than the table of the cathode lasts, in four cells."""
    nmc = library.by_name("nmc811").host
    voltage = CellVoltage(HostVoltage(nmc, 41e-6, 0.8), (Resistance(1e-3),))
    steps = (
        ssb.Preload(1.0),
        ssb.ConstantCurrent(10.0, 72000.0, name="charge"),
        ssb.Rest(60.0),
        ssb.ConstantCurrent(-10.0, 72000.0, name="discharge"),
        ssb.Rest(60.0),
    )
    run = case()
    metal, separator = run.cell.plies
    thick = dataclasses.replace(metal, thickness=50e-6)
    cell = dataclasses.replace(run.cell, plies=(thick, separator), voltage=voltage)
    ssb.run(dataclasses.replace(run, cell=cell, protocol=steps), tmp_path / "run")
    log = (tmp_path / "run" / "run.log").read_text(encoding="utf-8")
    assert "charge: ended (host is empty in a cell" in log
    assert "discharge: ended (host is full in a cell" in log
    series = ssb.open_run(tmp_path / "run").series
    sites = 96485.33 * nmc.c_max * 41e-6
    for end, column, worst in (
        ((0.8 - nmc.ocv.low) * sites, "charge_max", "max"),
        ((0.8 - nmc.ocv.high) * sites, "charge_min", "min"),
    ):
        found = getattr(series[column], worst)()
        assert found == pytest.approx(end, abs=3e-4 * sites)
        assert abs(found) < abs(end)
