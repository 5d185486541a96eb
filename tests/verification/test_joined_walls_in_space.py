# SPDX-License-Identifier: BSD-3-Clause
"""Points are taken from a wall in space with short edges, and nothing that counts is lost."""

from __future__ import annotations

from pathlib import Path

from mpi4py import MPI

import pytest

import ssbmech as ssb
from ssbmech.plots.interface import read_history
from ssbmech.run import runner
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.status import RunStatus
from tests.moving import WORKING
from tests.tools import measured, on_first
from tests.verification.test_halved_walls import FACET, KEPT, Alone, Wall
from tests.verification.test_halved_walls_in_space import KEY, in_space

pytestmark = pytest.mark.slow
COMM = MPI.COMM_WORLD
JOINED = ssb.Remeshing(least_quality=0.02, shortest_wall=0.7 * FACET)


def short(rule: ssb.Remeshing) -> ssb.Case:
    """Return a void in a slice, of whose facets most are shorter than they need to be."""
    return in_space(rule, 3, FACET / 2, FACET / 2)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """The run whose facets are joined, on one rank and without a stop."""
    return Alone(short(JOINED), tmp_path_factory)


@pytest.mark.serial
def test_short_edges_of_a_wall_in_space_are_joined(tmp_path: Path, alone: Alone) -> None:
    """The void grows on as with all facets, while contact is lost on neither."""
    (run,), wall, kept = alone.runs, alone.wall, Wall()
    fine = ssb.run(short(KEPT), tmp_path / "fine", observers=(kept,))
    assert run.rows[-1]["remeshings"] == 1.0
    assert wall.facets[-1] < 0.6 * kept.facets[-1]
    name = "wall in space whose short facets are joined"
    # the metal of both is the same, and so is the gap, when nothing has happened yet
    began = abs(wall.volumes[0] / kept.volumes[0] - 1)
    measured(name, "volume of the mesh, joined", began, 1e-12, "all facets")
    measured(name, "volume of the mesh", max(wall.excess), 1e-12, "what was plated")
    worst = max(row["audit_lithium"] for row in run.rows)
    measured(name, "lithium audit", worst, 1e-10, "charge times Omega / F")
    grown = [each.rows[-1][KEY] - each.rows[0][KEY] for each in (run, fine)]
    measured(name, "growth of the void", abs(grown[0] / grown[1] - 1), 1e-2, "all facets")
    voltages = [each.rows[-1]["voltage"] for each in (run, fine)]
    measured(name, "voltage", abs(voltages[0] / voltages[1] - 1), 2e-3, "all facets")
    last, end = ssb.open_run(run.path), run.rows[-1]["time"]
    assert last.pyvista(WORKING, end).n_cells == wall.facets[-1]
    found = read_history(RunData.open(run.path), WORKING)
    assert found.values["gap"].shape[1] == len(run.rows) - 1


@pytest.mark.pair
def test_run_goes_on_with_joined_facets_in_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: Alone
) -> None:
    """Stopped beyond a joining, and resumed on one rank, it is the run of one without a stop."""
    case, wall, whole = short(JOINED), Wall(), COMM.bcast(tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(runner.Interrupt, "requested", lambda self: len(wall.facets) > 2)
        first = ssb.run(case, whole, observers=(wall,))
    assert first.status is RunStatus.STOPPED

    def apart() -> float:
        ssb.resume(case, whole, MPI.COMM_SELF)
        return alone.apart(whole)

    name = "run in space with joined facets that was stopped"
    measured(name, "series", on_first(COMM, apart), 1e-8, "one rank, without a stop")
    assert max(wall.excess) < 1e-12
