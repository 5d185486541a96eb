# SPDX-License-Identifier: BSD-3-Clause
"""Short facets of a wall are joined two by two on both sides, and nothing that counts is lost."""

from __future__ import annotations

from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.plots.interface import read_history
from ssbmech.run import runner
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.status import RunStatus
from tests.moving import WORKING
from tests.tools import measured, on_first
from tests.verification.test_halved_walls import FACET, KEPT, Alone, Wall, beside_a_void

COMM = MPI.COMM_WORLD
JOINED = ssb.Remeshing(least_quality=0.02, shortest_wall=0.7 * FACET)
BULGE = 0.1e-6


def short(rule: ssb.Remeshing) -> ssb.Case:
    """Return a void with a bent floor, of which most facets are shorter than they need to be."""
    return beside_a_void(rule, FACET / 2, bulge=BULGE)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """The run whose facets are joined, on one rank and without a stop."""
    return Alone(short(JOINED), tmp_path_factory)


@pytest.mark.serial
def test_short_facets_of_a_wall_are_joined(tmp_path: Path, alone: Alone) -> None:
    """But those of its steep part; it grows on as with all of them."""
    (run,), wall, kept = alone.runs, alone.wall, Wall()
    fine = ssb.run(short(KEPT), tmp_path / "fine", observers=(kept,))
    assert run.rows[-1]["remeshings"] == 1.0
    assert (wall.facets[-1], kept.facets[-1]) == (9, 16)
    name, key = "wall whose short facets are joined", f"void_volume:{WORKING}"
    # the metal of both is the same, and so is the gap, when nothing has happened yet
    began = [each.volumes[0] for each in (wall, kept)]
    measured(name, "volume of the mesh, joined", abs(began[0] / began[1] - 1), 1e-12, "all facets")
    measured(name, "volume of the mesh", max(wall.excess), 1e-12, "what was plated")
    worst = max(row["audit_lithium"] for row in run.rows)
    measured(name, "lithium audit", worst, 1e-10, "charge times Omega / F")
    rates = [each.rows[-1][key] - each.rows[0][key] for each in (run, fine)]
    measured(name, "growth of the void", abs(rates[0] / rates[1] - 1), 1e-2, "all facets")
    voltages = [each.rows[-1]["voltage"] for each in (run, fine)]
    measured(name, "voltage", abs(voltages[0] / voltages[1] - 1), 1e-3, "all facets")
    history = read_history(RunData.open(run.path), WORKING)
    voids = 1e-6 * np.diff(history.position) @ history.values["gap"] * 1e-6
    exact = [row[key] for row in run.rows[1:]]
    measured(name, "map of the gap", np.abs(voids / exact - 1).max(), 1e-9, "volume of the void")


@pytest.mark.pair
def test_run_goes_on_with_joined_facets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: Alone
) -> None:
    """Stopped beyond a joining it is the run that one rank makes without a stop."""
    case, wall, whole = short(JOINED), Wall(), tmp_path / "whole"
    with monkeypatch.context() as patch:
        patch.setattr(runner.Interrupt, "requested", lambda self: len(wall.facets) > 2)
        first = ssb.run(case, whole, observers=(wall,))
    assert first.status is RunStatus.STOPPED
    ssb.resume(case, whole)

    name = "run with joined facets that was stopped"
    measured(
        name, "series", on_first(COMM, lambda: alone.apart(whole)), 1e-8, "one rank, without a stop"
    )
