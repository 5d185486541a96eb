# SPDX-License-Identifier: BSD-3-Clause
"""The full cell, shortened: what it leaves, and that its cathode does what cathodes do."""

from __future__ import annotations

import json
from pathlib import Path

from mpi4py import MPI

import h5py
import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.run.case_script import CaseScript
from ssbmech.runfolder.status import RunStatus
from tests.void_run import read_series, without_figures

pytestmark = [pytest.mark.serial, pytest.mark.slow]

COMM = MPI.COMM_WORLD
SCRIPT = Path(__file__).parents[2] / "cases" / "nmc_cell" / "case.py"
SHORT = (
    "--size=1.2", "--width=14", "--cathode=14", "--fraction=0.35", "--rate=1", "--upper=4.15",
    "--lower=3.5", "--rest=5",
)  # fmt: skip
CATHODE = "nmc811|electrolyte"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> ssb.Result:
    """The run that all tests look at."""
    folder = COMM.bcast(tmp_path_factory.mktemp("runs") / "nmc_cell")
    return ssb.run(without_figures(CaseScript.load(SCRIPT).case(SHORT)), folder)


def column(result: ssb.Result, name: str) -> np.ndarray:
    """Return a column of the series."""
    return np.array([row[name] for row in result.rows])


def at_end_of(result: ssb.Result, step: int, name: str) -> float:
    """Return a value at the end of a step of the protocol."""
    return float(column(result, name)[column(result, "step") == step][-1])


def test_run_is_complete(result: ssb.Result) -> None:
    assert result.status is RunStatus.COMPLETE
    headers = set(read_series(result.path)[0])
    expected = {
        "state_of_charge [1]", "content_min:nmc811 [1]", "content_mean:nmc811 [1]",
        "content_max:nmc811 [1]", f"conducting_fraction:{CATHODE} [1]",
        f"damage_mean:{CATHODE} [1]", f"cut_off:{CATHODE} [1]", "principal_max:electrolyte [Pa]",
    }  # fmt: skip
    assert expected <= headers
    manifest = json.loads((result.path / "manifest.json").read_text("utf-8"))
    assert "host.ocv.curve" in manifest["sources"]["nmc811: nmc811"]
    assert "i_0" in manifest["sources"][CATHODE]


def test_cell_charges_and_discharges(result: ssb.Result) -> None:
    assert at_end_of(result, 1, "voltage") == pytest.approx(4.15, abs=2e-4)
    assert at_end_of(result, 3, "voltage") == pytest.approx(3.5, abs=2e-4)
    charged = at_end_of(result, 1, "state_of_charge")
    assert charged > 0.5
    assert at_end_of(result, 4, "state_of_charge") < 0.5 * charged
    # lithium grows more than the cathode shrinks
    assert at_end_of(result, 1, "thickness_stack") > at_end_of(result, 0, "thickness_stack")
    assert at_end_of(result, 1, "p_stack") > at_end_of(result, 0, "p_stack")


def test_contact_is_lost_on_charge_and_comes_back(result: ssb.Result) -> None:
    conducting, damage = f"conducting_fraction:{CATHODE}", f"damage_mean:{CATHODE}"
    assert at_end_of(result, 0, conducting) == pytest.approx(1.0)
    lost = 1 - at_end_of(result, 1, conducting)
    assert lost > 0.02
    assert 1 - at_end_of(result, 4, conducting) < 0.5 * lost
    assert np.all(np.diff(column(result, damage)) > -1e-12), "damage does not heal"


def test_audits(result: ssb.Result) -> None:
    assert np.max(column(result, "audit_lithium")) < 1e-10
    assert np.max(column(result, "audit_charge")) < 1e-9


def test_fields_tell_particles_apart(result: ssb.Result) -> None:
    if COMM.rank == 0:
        with h5py.File(result.path / "fields" / "body_nmc811.vtkhdf") as file:
            particle = file["VTKHDF/CellData/particle"][...]
            content = file["VTKHDF/PointData/content"][...]
        count = int(particle.max()) + 1
        assert set(np.unique(particle)) == set(range(count)) and count >= 3
        assert 0.2 < content.min() < content.max() <= 1.0
