# SPDX-License-Identifier: BSD-3-Clause
"""Facets of a wall that was stretched are halved on both sides, and nothing that counts is lost."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.model.cell import CellModel
from ssbmech.plots.interface import read_history
from ssbmech.run import runner
from ssbmech.runfolder.reader import RunData
from ssbmech.runfolder.status import RunStatus
from ssbmech.units import MPa, MPa_per_um, mA_per_cm2, s
from tests.moving import SPEED, WORKING, motion, moving_cell
from tests.small_cell import deviations, physical
from tests.tools import measured, on_first
from tests.verification.test_resume import read
from tests.verification.test_wide_gap import CORE, WALL, around_core, power
from tests.verification.test_wide_gap import FACET as FACET_OF_CORE

COMM = MPI.COMM_WORLD
CURRENT, PLATED, STEPS = 8.0, 1.0e-6, 5
FACET, MEET = 2e-6, 8e-6
HALVED = ssb.Remeshing(least_quality=0.02, longest_wall=3 * FACET)

KEPT = ssb.Remeshing(least_quality=0.02)


def beside_a_void(
    rule: ssb.Remeshing, facet: float = FACET, frame: Frame | None = None, bulge: float = 0.0
) -> ssb.Case:
    """Return a void beside which lithium is plated, until a facet of its wall is thrice as long.

    Args:
        rule: when the metal is meshed anew.
        facet: length of the interface's facets [m].
        frame: plane strain if not given.
        bulge: by how much its floor is bent [m].
    """
    case = moving_cell(1e-6, frame=frame)

    def deep(x: np.ndarray) -> np.ndarray:
        floor = 5.2e-6 + bulge * np.cos(np.pi * x[0] / (MEET - FACET))
        return np.asarray(floor * np.clip((MEET - x[0]) / FACET, 0.0, 1.0))

    gap = ssb.FunctionGap(deep)
    time = PLATED / SPEED / CURRENT
    return dataclasses.replace(
        case,
        geometry=dataclasses.replace(case.geometry, size_interface=facet, size_bulk=2 * FACET),
        bodies=(dataclasses.replace(case.bodies[0], remeshing=rule), *case.bodies[1:]),
        interfaces=(dataclasses.replace(case.interfaces[0], initial_gap=gap), case.interfaces[1]),
        fixture=ssb.Spring(preload=0.5 * MPa, spring_stiffness=0.03 * MPa_per_um),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-CURRENT * mA_per_cm2, time)),
        step_control=ssb.PrescribedSteps((1.0, *[time / STEPS] * STEPS)),
        output=ssb.Output(figures=False, fields_every=1, checkpoint_every=0.0),
    )


class Wall:
    """The facets of the working electrode's wall at the start of each step, and its metal."""

    name = "wall"

    def __init__(self, body: str = "negative") -> None:
        self.body = body
        self.facets: list[int] = []
        self.excess: list[float] = []
        self.volumes: list[float] = []

    def begin(self, cell: CellModel) -> Mapping[str, tuple[()]]:
        self.cell = cell
        return {}

    @property
    def halved(self) -> bool:
        """Whether there are more facets than at first."""
        return bool(self.facets) and self.facets[-1] > self.facets[0]

    def see(self, row: Mapping[str, float]) -> None:
        moved = motion(self.cell, self.body)
        (wall,) = moved.walls
        self.facets.append(self.cell.comm.allreduce(len(wall.shape.link.cells)))
        self.volumes.append(moved.mesh.volume)
        self.excess.append(abs(moved.metal.excess()) / moved.mesh.volume)


class Alone:
    """A run on one rank, without a stop.

    Attributes:
        path: its folder.
        wall: what was seen of the wall, on rank 0.
        runs: the run, on rank 0.
    """

    def __init__(self, case: ssb.Case, folders: pytest.TempPathFactory) -> None:
        """Make it; collective."""
        self.path: Path = COMM.bcast(folders.mktemp("alone") / "run")
        self.wall, self.runs = Wall(), list[ssb.Result]()

        def action() -> None:
            found = ssb.run(case, self.path, MPI.COMM_SELF, observers=(self.wall,))
            self.runs.append(found)

        on_first(COMM, action)

    def apart(self, other: Path) -> float:
        """Return how far what is measured of another run is from this one's, of its size [1]."""
        one, two = read(self.path), read(other)
        kept = ("voltage", "p_stack", f"void_volume:{WORKING}", f"inventory:{WORKING}")
        names = {name: two[name] for name in physical(two) if name in kept}
        assert len(names) == len(kept)
        return max(deviations(one, names).values())


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Alone:
    """The run whose facets are halved."""
    return Alone(beside_a_void(HALVED), tmp_path_factory)


@pytest.mark.serial
def test_stretched_wall_is_halved(tmp_path: Path, alone: Alone) -> None:
    """From there on the void grows as one whose facets were half as long from the beginning."""
    (run,), wall = alone.runs, alone.wall
    fine = ssb.run(beside_a_void(KEPT, FACET / 2), tmp_path / "fine")
    assert fine.rows[-1]["remeshings"] == 0.0
    assert wall.facets[0] == 8
    assert wall.halved
    name = "stretched wall whose facets are halved"
    measured(name, "volume of the mesh", max(wall.excess), 1e-12, "what was plated")
    worst = max(row["audit_lithium"] for row in run.rows)
    measured(name, "lithium audit", worst, 1e-10, "charge times Omega / F")
    against = "facets of half the length from the beginning"
    (one, other), key = (each.rows for each in (run, fine)), f"void_volume:{WORKING}"
    rates = [rows[-1][key] - rows[-2][key] for rows in (one, other)]
    measured(name, "growth of the void", abs(rates[0] / rates[1] - 1), 1e-2, against)
    voltages = [rows[-1]["voltage"] for rows in (one, other)]
    measured(name, "voltage", abs(voltages[0] / voltages[1] - 1), 1e-3, against)
    last, end = ssb.open_run(run.path), run.rows[-1]["time"]
    facets = [last.pyvista(WORKING, time) for time in (1.0, end)]
    assert [each.n_cells for each in facets] == [8, wall.facets[-1]]
    ceramic = [last.pyvista("separator", time) for time in (1.0, end)]
    assert ceramic[1].n_cells - ceramic[0].n_cells == wall.facets[-1] - 8
    # facets of later outputs are rows of the map at all times
    history = read_history(RunData.open(run.path), WORKING)
    assert len(history.position) == wall.facets[-1] + 1
    assert np.all(np.diff(history.position) > 0.0)
    voids = 1e-6 * np.diff(history.position) @ history.values["gap"] * 1e-6
    exact = [row[key] for row in run.rows[1:]]
    measured(name, "map of the gap", np.abs(voids / exact - 1).max(), 1e-9, "volume of the void")
    areas = [float(each.linear_copy().compute_cell_sizes()["Area"].sum()) for each in ceramic]
    assert areas[1] == pytest.approx(areas[0], rel=1e-12)


@pytest.mark.serial
def test_wall_around_an_axis_is_halved(tmp_path: Path) -> None:
    """A round void grows on as one whose facets were half as long from the beginning."""
    wall, frame = Wall(), ssb.Axisymmetric()
    run = ssb.run(beside_a_void(HALVED, frame=frame), tmp_path / "halved", observers=(wall,))
    fine = ssb.run(beside_a_void(KEPT, FACET / 2, frame), tmp_path / "fine")
    assert wall.halved
    name = "stretched wall around an axis whose facets are halved"
    measured(name, "volume of the mesh", max(wall.excess), 1e-12, "what was plated")
    worst = max(row["audit_lithium"] for row in run.rows)
    measured(name, "lithium audit", worst, 1e-10, "charge times Omega / F")
    against, key = "facets of half the length from the beginning", f"void_volume:{WORKING}"
    rates = [each.rows[-1][key] - each.rows[-2][key] for each in (run, fine)]
    measured(name, "growth of the void", abs(rates[0] / rates[1] - 1), 1e-2, against)


@pytest.mark.serial
@pytest.mark.parametrize(
    "frame", [ssb.PlaneStrain(), ssb.Axisymmetric()], ids=lambda frame: type(frame).__name__
)
def test_wall_around_a_core_is_halved(frame: Frame, tmp_path: Path) -> None:
    """Stripped across a wide gap, it goes where it would go, and the metal loses what it should."""
    passes = lithium_li6ps5cl(ssb.GapConduction(length=1e-2))
    case = around_core(frame, ssb.Interface(WALL, kinetics=passes), current=10.0)
    rule = ssb.Remeshing(least_quality=0.02, longest_wall=1.3 * FACET_OF_CORE[2])
    metal, core = case.bodies
    wall, kept = Wall("metal"), Wall("metal")
    ssb.run(case, tmp_path / "kept", observers=(kept,))
    case = dataclasses.replace(case, bodies=(dataclasses.replace(metal, remeshing=rule), core))
    run = ssb.run(case, tmp_path / "halved", observers=(wall,))
    assert wall.facets[-1] == 2 * wall.facets[0]
    name, n = f"wall around a core that is halved, {type(frame).__name__}", power(frame)
    key = f"void_volume:{WALL}"
    # over the area of the round core, of which the facets cut a little off
    sector = {2: np.pi / 2, 3: 2 * np.pi}[n]
    taken = sector * CORE ** (n - 1) * 0.2e-6 * (1 - 1 / len(run.rows))
    opened = run.rows[-1][key] - run.rows[0][key]
    measured(name, "growth of the void's volume", abs(opened / taken - 1), 5e-3, "Omega Q / F")
    lost = wall.volumes[0] - wall.volumes[-1]
    measured(name, "volume of the metal removed", abs(lost / taken - 1), 5e-3, "Omega Q / F")
    off = abs(lost / (kept.volumes[0] - kept.volumes[-1]) - 1)
    measured(name, "the same, against a wall", off, 1e-9, "facets as they were made")


def test_run_goes_on_with_halved_facets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: Alone
) -> None:
    """Stopped beyond a halving it is the run that one rank makes without a stop."""
    case, wall, whole = beside_a_void(HALVED), Wall(), tmp_path / "whole"
    with monkeypatch.context() as patch:
        patch.setattr(runner.Interrupt, "requested", lambda self: wall.halved)
        first = ssb.run(case, whole, observers=(wall,))
    assert first.status is RunStatus.STOPPED
    ssb.resume(case, whole)

    name = "run with halved facets that was stopped"
    measured(
        name, "series", on_first(COMM, lambda: alone.apart(whole)), 1e-8, "one rank, without a stop"
    )
