# SPDX-License-Identifier: BSD-3-Clause
"""The programs of the guide's page of how-tos do what the page says of them."""

from __future__ import annotations

import dataclasses
import math
import re
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.cli import main
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.interfaces.point import InterfacePoint
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.host import number
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.measured import read_measured
from ssbmech.runfolder.series import Column, SeriesWriter
from ssbmech.runfolder.status import RunStatus
from ssbmech.units import mA_per_cm2, s
from tests.small_cell import void_cell
from tests.unit.synthetic_run import write_run

pytestmark = pytest.mark.serial

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "how_to.md"
T = 298.15


def programs() -> list[str]:
    """Return the programs of the page."""
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def scope_of(word: str) -> dict[str, Any]:
    """Return what a program of the page defines."""
    (program,) = (text for text in programs() if word in text)
    # dataclasses look for the module of a class
    scope: dict[str, Any] = {"__name__": __name__}
    exec(program, scope)
    return scope


def write_voltages(path: Path, times: list[float], voltages: list[float]) -> None:
    """Write a run folder with a series alone."""
    folder = RunFolder.create(path, MPI.COMM_SELF)
    series = SeriesWriter(folder, [Column.of("time"), Column.of("voltage")])
    for time, voltage in zip(times, voltages, strict=True):
        series.append({"time": time, "voltage": voltage})
    folder.finish(RunStatus.COMPLETE)


def test_no_program_is_left_out() -> None:
    words = ("SinhFlow", "LimitedKinetics", "PhaseField", "finer_", "interpolate")
    assert all(any(word in text for word in words) for text in programs())
    assert len(programs()) == len(words)


@pytest.mark.parametrize("q_trial", [1e3, 4e5, 3e6, 5e8])
@pytest.mark.parametrize("dt", [1e-3, 10.0, 1e5])
def test_creep_law(q_trial: float, dt: float) -> None:
    """Its step solves the equation of the page, from slow creep to stress that is all gone."""
    solid = scope_of("SinhFlow")["soft_metal"].solid
    shear, law = solid.elastic.shear, solid.flow
    flow = law.flow(q_trial, shear, {}, Surroundings(dt, T))
    q = number(flow.ratio) * q_trial
    creep = dt * law.rate * math.sinh(q / law.stress)
    assert q + 3 * shear * creep == pytest.approx(q_trial, rel=1e-12)
    assert number(flow.increment) == pytest.approx(creep, rel=1e-9)


def test_charge_transfer() -> None:
    """Small currents are those of Butler and Volmer, large ones stay below the limit."""
    law = scope_of("LimitedKinetics")["LimitedKinetics"](10.0, 200.0)

    def current(driving: float) -> float:
        point = InterfacePoint(driving, 0.0, 0.0, 1e6, 0.0, 0.0, T, damage=0.0)
        return -number(law.residual(point))

    f = FARADAY / (GAS_CONSTANT * T)
    assert current(1e-5) == pytest.approx(10.0 * f * 1e-5, rel=2e-4)
    assert current(1.0) == pytest.approx(200.0, rel=1e-3)
    assert current(-1.0) == pytest.approx(-200.0, rel=1e-3)


def test_a_body_that_cracks(capsys: pytest.CaptureFixture[str]) -> None:
    """Its strength is that of the closed form, sqrt(3 / 8 l) times the stress intensity."""
    law = scope_of("PhaseField")["separator"].parts[0]
    assert f"breaks at {0.69 * math.sqrt(3 / 8 / law.length):.0f} MPa" in capsys.readouterr().out


@pytest.mark.slow
def test_both_laws_in_a_cell(tmp_path: Path) -> None:
    """A symmetric cell with them runs, and its voltage is that of the law and of Ohm."""
    metal = scope_of("SinhFlow")["soft_metal"]
    law = scope_of("LimitedKinetics")["LimitedKinetics"](20.0, 100.0)
    case = void_cell(size=4.0, depth=1e-6, protocol=(
        ssb.Preload(1 * s), ssb.ConstantCurrent(1 * mA_per_cm2, 5 * s),
    ), output=ssb.Output(figures=False))  # fmt: skip
    bodies = tuple(
        ssb.Body.single(each.name, metal) if each.name != "separator" else each
        for each in case.bodies
    )
    faces = tuple(dataclasses.replace(each, kinetics=law) for each in case.interfaces)
    case = dataclasses.replace(case, bodies=bodies, interfaces=faces)
    row = ssb.run(case, tmp_path / "run").rows[-1]
    kappa = number(case.bodies[1].materials["separator"].conductor.kappa_e(T))
    free = 10.0 / (1 - 10.0 / 100.0)
    half = math.asinh(free / (2 * 20.0)) * GAS_CONSTANT * T / FARADAY
    assert row["voltage"] == pytest.approx(2 * 2 * half + 10.0 * 8e-6 / kappa, rel=1e-4)
    assert row["creep_rate_max:negative"] > 0.0


def test_convergence(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    """Numbers of second order come out as such, with their limit."""
    for factor in (1, 2, 4):
        write_voltages(
            tmp_path / "runs" / f"finer_{factor}", [1.0, 2.0], [0.0, 3.0 + 0.1 / factor**2]
        )
    monkeypatch.chdir(tmp_path)
    scope_of("finer_")
    assert capsys.readouterr().out == "3.00625 with order 2.0, towards 3: +0.2% off\n"


def test_comparison(tmp_path: Path, monkeypatch: Any, capsys: Any) -> None:
    """Two runs with other time steps are compared at the times of both."""
    write_voltages(tmp_path / "runs" / "spring", [0.0, 2.0, 4.0], [0.0, 2.0, 4.0])
    write_voltages(tmp_path / "runs" / "casing", [0.0, 1.0, 4.0], [0.0, 1.5, 4.0])
    monkeypatch.chdir(tmp_path)
    scope_of("interpolate")
    assert re.search(r"voltage +0\.5\n", capsys.readouterr().out)


def test_a_run_is_drawn_over_another(tmp_path: Path, capsys: Any) -> None:
    """Its series serve as measured ones, where both have them."""
    first, second = (
        write_run(tmp_path / name, nx=8, ny=2, n_fields=2, n_rows=9) for name in ("a", "b")
    )
    assert main(["plot", str(first), "--no-animation", "--measured", str(second)]) == 0
    found = {each.column: each for each in read_measured(first)}
    assert {"voltage", "p_stack", "void_volume:negative|separator"} <= set(found)
    assert not {"step", "time_step"} & set(found)
    assert found["voltage"].label == "b"
    exact = ssb.open_run(second).series["voltage"]
    np.testing.assert_allclose(found["voltage"].values, exact)
    write_voltages(tmp_path / "c", [0.0, 1.0], [1.0, math.nan])
    assert main(["plot", str(first), "--no-animation", "--measured", str(tmp_path / "c")]) == 1
    assert "no series in common" in capsys.readouterr().err
