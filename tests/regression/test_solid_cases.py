# SPDX-License-Identifier: BSD-3-Clause
"""The void and the full cell in space, on coarse meshes: they run, and do what they should."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.runfolder.status import RunStatus
from tests.case_scripts import script_case
from tests.void_run import without_figures

pytestmark = pytest.mark.serial

COMM = MPI.COMM_WORLD
VOID, CATHODE = "negative|separator", "nmc811|electrolyte"
ITERATIVE = ssb.Automatic(largest_direct=0)


def run(name: str, folder: Path, *knobs: str) -> ssb.Result:
    """Run a case in space by the iterative solver."""
    case = without_figures(script_case(name, "--solid", *knobs))
    result = ssb.run(dataclasses.replace(case, linear_solver=ITERATIVE), folder)
    assert result.status is RunStatus.COMPLETE
    assert not column(result, "linear_fallbacks").any()
    return result


def column(result: ssb.Result, name: str, step: int | None = None) -> np.ndarray:
    """Return a column of the series, or the part of it in a step of the protocol."""
    return np.array([row[name] for row in result.rows if step is None or row["step"] == step])


@pytest.mark.slow
def test_void_in_space(tmp_path: Path) -> None:
    """A fifth of the area is no contact; plating deepens the void, stripping closes it."""
    result = run("li_void", tmp_path / "void", "--size=7", "--minutes=0.2")
    assert column(result, f"contact_fraction:{VOID}")[0] == pytest.approx(
        1 - np.pi / 4 * 0.25, abs=0.1
    )
    void = f"void_volume:{VOID}"
    assert column(result, void, 1)[-1] > 1.05 * column(result, void, 1)[0]
    assert column(result, void, 3)[-1] < 0.95 * column(result, void, 3)[0]
    assert column(result, "audit_lithium").max() < 1e-9
    assert column(result, "audit_charge").max() < 1e-12


@pytest.mark.slow
def test_spheres_are_charged_and_discharged(tmp_path: Path) -> None:
    """They shrink and lose their bonds, and come back."""
    result = run(
        "nmc_cell",
        tmp_path / "spheres",
        *("--size=3", "--width=6", "--cathode=6", "--fraction=0.25"),
        *("--rate=2", "--upper=4.1", "--lower=3.5", "--rest=5"),
    )
    assert column(result, "voltage", 1)[-1] == pytest.approx(4.1, abs=2e-4)
    assert column(result, "state_of_charge", 1)[-1] > 0.4
    assert column(result, "state_of_charge")[-1] < 0.5 * column(result, "state_of_charge", 1)[-1]
    damage = column(result, f"damage_mean:{CATHODE}")
    assert damage[-1] > 0.5 and np.all(np.diff(damage) > -1e-12)
    assert column(result, "audit_lithium").max() < 1e-9
