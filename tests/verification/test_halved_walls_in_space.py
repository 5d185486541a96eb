# SPDX-License-Identifier: BSD-3-Clause
"""Long edges of a wall in space are halved in both bodies, and nothing that counts is lost."""

from __future__ import annotations

import dataclasses
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
from tests.small_cell import deviations, physical
from tests.tools import measured, on_first
from tests.verification.test_halved_walls import FACET, KEPT, Alone, Wall, beside_a_void
from tests.verification.test_resume import read

pytestmark = pytest.mark.slow
COMM = MPI.COMM_WORLD
KEY = f"void_volume:{WORKING}"
LATER = ssb.Remeshing(least_quality=0.02, longest_wall=2.85 * FACET)
AT_ONCE = ssb.Remeshing(least_quality=0.02, longest_wall=2.2 * FACET)


def in_space(
    rule: ssb.Remeshing, steps: int, facet: float = FACET, depth: float = FACET
) -> ssb.Case:
    """Return the void of `beside_a_void` in a slice of the cell.

    Args:
        rule: when the metal is meshed anew.
        steps: how many steps of plating are made.
        facet: length of the sides of the interface's facets [m].
        depth: thickness of the slice [m].
    """
    case = beside_a_void(rule, facet, ssb.ThreeDimensional())
    geometry = dataclasses.replace(case.geometry, width=12e-6, depth=depth, size_bulk=4 * facet)
    preload, plating = case.protocol
    control = case.step_control
    assert isinstance(plating, ssb.ConstantCurrent)
    assert isinstance(control, ssb.PrescribedSteps)
    lengths = tuple(control.lengths[: steps + 1])
    plating = dataclasses.replace(plating, duration=sum(lengths[1:]))
    return dataclasses.replace(
        case,
        geometry=geometry,
        protocol=(preload, plating),
        step_control=ssb.PrescribedSteps(lengths),
    )


@pytest.mark.serial
def test_wall_in_space_is_halved(tmp_path: Path) -> None:
    """The void then grows as one whose facets were half as long from the beginning."""
    walls, runs = [Wall() for _ in range(3)], list[ssb.Result]()
    cases = (in_space(KEPT, 4), in_space(AT_ONCE, 4), in_space(KEPT, 4, FACET / 2, FACET / 2))
    for number, (case, wall) in enumerate(zip(cases, walls, strict=True)):
        runs.append(ssb.run(case, tmp_path / str(number), observers=(wall,)))
    kept, halved, _ = runs
    assert halved.rows[-1]["remeshings"] == 1.0
    assert walls[1].facets[-1] > walls[0].facets[-1]
    name = "wall in space whose facets are halved"
    # the metal of both is the same, and so is the gap, when nothing has happened yet
    began = abs(walls[1].volumes[0] / walls[0].volumes[0] - 1)
    measured(name, "volume of the mesh, halved", began, 1e-9, "facets as they were made")
    measured(name, "volume of the mesh", max(walls[1].excess), 1e-12, "what was plated")
    worst = max(row["audit_lithium"] for row in halved.rows)
    measured(name, "lithium audit", worst, 1e-10, "charge times Omega / F")
    # of a slice of half the depth the fine one has half of the void
    grown = [(each.rows[-1][KEY] - each.rows[0][KEY]) for each in runs]
    off = [abs(0.5 * each / grown[2] - 1) for each in grown[:2]]
    against = "facets of half the length from the beginning"
    measured(name, "growth of the void", off[1], 1.5e-2, against)
    assert off[1] < 0.5 * off[0]
    last, end = ssb.open_run(halved.path), halved.rows[-1]["time"]
    assert last.pyvista(WORKING, end).n_cells == walls[1].facets[-1]
    # pictures are cut through the deepest gap, whatever the facets are at that time
    found = read_history(RunData.open(halved.path), WORKING)
    assert found.values["gap"].shape[1] == len(halved.rows) - 1
    ceramic = [ssb.open_run(each.path).pyvista("separator", end) for each in (kept, halved)]
    assert ceramic[1].n_cells > ceramic[0].n_cells
    volumes = [float(each.linear_copy().compute_cell_sizes()["Volume"].sum()) for each in ceramic]
    assert volumes[1] == pytest.approx(volumes[0], rel=1e-12)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """The run whose facets are halved on the way, on one rank and without a stop."""
    return Alone(in_space(LATER, 3), tmp_path_factory)


@pytest.mark.pair
def test_run_goes_on_with_halved_facets_in_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: Alone
) -> None:
    """Stopped beyond a halving, and resumed on one rank, it is the run of one without a stop."""
    case, wall, whole = in_space(LATER, 3), Wall(), COMM.bcast(tmp_path / "whole")
    with monkeypatch.context() as patch:
        patch.setattr(runner.Interrupt, "requested", lambda self: wall.halved)
        first = ssb.run(case, whole, observers=(wall,))
    assert first.status is RunStatus.STOPPED
    assert wall.halved

    def apart() -> float:
        ssb.resume(case, whole, MPI.COMM_SELF)
        one, other = read(alone.path), read(whole)
        kept = ("voltage", "p_stack", KEY, f"inventory:{WORKING}")
        names = {name: other[name] for name in physical(other) if name in kept}
        assert len(names) == len(kept)
        assert np.isfinite(one["voltage"]).all()
        return max(deviations(one, names).values())

    name = "run in space with halved facets that was stopped"
    measured(name, "series", on_first(COMM, apart), 1e-8, "one rank, without a stop")
    assert max(wall.excess) < 1e-12
