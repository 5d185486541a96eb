# SPDX-License-Identifier: BSD-3-Clause
"""Which linear solver is taken, and what happens where the iterative one fails."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
from pathlib import Path
from typing import Any

from mpi4py import MPI
from petsc4py import PETSc

import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError, StepTooSmall
from ssbmech.model.cell import CellModel
from ssbmech.solve import factors
from ssbmech.solve.choice import (
    Safeguarded,
    chosen,
    lack_of_memory,
    linear_system,
    reason,
)
from ssbmech.solve.field_roles import Complementary, Role
from ssbmech.solve.linear import Outcome, Solver
from ssbmech.solve.observing import Row
from ssbmech.solve.system import System
from ssbmech.solve.two_level import Smoothing
from tests.hard_cells import void
from tests.moving import moving_cell
from tests.small_cell import WORKING
from tests.solved_directly import case_of, told_by_solver
from tests.tools import march

COMM = MPI.COMM_WORLD

pytestmark = pytest.mark.whole_run("fields are compared dof by dof, on one mesh")


@pytest.mark.pair
def test_what_is_too_large_to_be_factorised_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """And ends a prescribed time step; a free one would be shorter."""
    solver = ssb.Iterative(max_iterations=1, fallback_memory=0.0)
    with (
        caplog.at_level(logging.WARNING, logger="ssbmech.solve"),
        pytest.raises(StepTooSmall, match=r"too many iterations; its factors would take about"),
    ):
        march(case_of("axisymmetric", solver))
    (told,) = told_by_solver(caplog)
    assert "too large to be solved directly" in told and "has to be shorter" in told


def hindered(asked: list[int]) -> System:
    """Return a cell of which a field with prescribed values passes for a multiplier of contact.

    Args:
        asked: takes a note each time the fields are sorted.
    """
    case = case_of("axisymmetric", ssb.Direct())
    cell = CellModel(case, case.geometry.build(COMM))
    roles, system = cell.system.roles, cell.system
    held = cell.bodies["negative"].u

    def odd() -> list[Role]:
        asked.append(1)
        return [
            dataclasses.replace(role, multiplier=held) if isinstance(role, Complementary) else role
            for role in roles()
        ]

    system.roles = odd
    return system


@pytest.mark.pair
def test_what_cannot_be_condensed_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """It is solved directly from then on, and not looked at again."""
    asked = list[int]()
    system = hindered(asked)
    solver = linear_system(system, ssb.Iterative(), "test_hindered_")
    with caplog.at_level(logging.WARNING, logger="ssbmech.solve"):
        system.residual()
        for _ in range(3):
            system.jacobian()
            solver.set_up()
            outcome = solver.solve(system.rhs, system.increment)
            assert outcome.converged and outcome.fallback
            solver.renew()
    (told,) = told_by_solver(caplog)
    assert "u negative" in told and "solved directly" in told
    assert len(asked) == 1
    assert "asks for it, but" in reason(ssb.Iterative(), system)


@pytest.mark.pair
def test_what_can_be_solved_neither_way_is_refused() -> None:
    """By name, before anything is solved: a shorter time step would not help."""
    system = hindered([])
    solver = linear_system(system, ssb.Iterative(fallback_memory=0.0), "test_refused_")
    with pytest.raises(CaseError, match=r"u negative .* and may take 0% of"):
        solver.set_up()


@pytest.mark.serial
def test_memory_without_limit_has_no_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factors, "at_hand", lambda comm: math.inf)
    system = system_of(3, 10**6)
    assert not lack_of_memory(system, 0.4)
    assert lack_of_memory(system, 0.0).endswith("0% of what is at hand")


@pytest.mark.pair
def test_factors_grow_faster_than_the_system() -> None:
    assert factors.needed(3, 249_000) == pytest.approx(4.35e9)
    assert factors.needed(3, 1_000_000) > 1.2 * 4.0 * factors.needed(3, 250_000)
    assert factors.needed(2, 1_000_000) < 0.5 * factors.needed(3, 1_000_000)


def test_memory_at_hand_is_that_of_nodes_and_of_groups(tmp_path: Path) -> None:
    free = factors.at_hand(COMM)
    assert 1e6 < free < 1e15
    # ranks of one node share it
    assert COMM.allreduce(free) == pytest.approx(COMM.size * free)
    assert factors.of_group(tmp_path / "none") == math.inf


@pytest.mark.serial
def test_memory_of_groups_is_that_of_the_narrowest(tmp_path: Path) -> None:
    """A queue limits the job, a group above that of the process."""

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")

    def limit(folder: str, most: str) -> None:
        write(f"{folder}/memory.max", f"{most}\n")
        write(f"{folder}/memory.current", "700000\n")
        write(f"{folder}/memory.stat", "anon 600000\ninactive_file 50000\n")

    write("proc/self/cgroup", "1:cpu:/\n0::/queue/job_3/task_0\n")
    assert factors.of_group(tmp_path) == math.inf
    limit("sys/fs/cgroup/queue/job_3/task_0", "max")
    assert factors.of_group(tmp_path) == math.inf
    limit("sys/fs/cgroup/queue/job_3", "1000000")
    assert factors.of_group(tmp_path) == 350_000.0
    # as a container sees itself
    limit("sys/fs/cgroup", "800000")
    assert factors.of_group(tmp_path) == 150_000.0
    write("proc/self/cgroup", "4:memory:/job\n0::/\n")
    old = "sys/fs/cgroup/memory/job/memory"
    write(f"{old}.limit_in_bytes", "600000\n")
    write(f"{old}.usage_in_bytes", "590000\n")
    write(f"{old}.stat", "inactive_file 1\ntotal_inactive_file 2000\n")
    assert factors.of_group(tmp_path) == 12_000.0


@pytest.mark.pair
def test_failures_outlive_a_resumption() -> None:
    """On whatever ranks; a direct solver neither knows of them nor minds."""
    system = system_of(3, 60_001)
    first, second = (linear_system(system, ssb.Automatic(), "test_kept_") for _ in range(2))
    begun = first.state()
    slow = {"level": 2, "settled": False, "paces": [math.inf, 15.0]}
    first.restore({"failures": 1, "pause": 17, "smoothing": slow})
    second.restore(json.loads(json.dumps(first.state())))
    assert second.state() == {"failures": 1, "pause": 17, "smoothing": slow}
    exact = linear_system(system_of(2, 10), ssb.Automatic(), "test_kept_")
    exact.restore(first.state())
    second.restore(exact.state())
    assert second.state() == begun


def gone_on(before: ssb.Direct | ssb.Iterative, after: Any, folder: Path) -> list[Row]:
    """Return the series of a run that goes on with another solver after its second time step."""
    steps = (1.0, 5.0, 10.0)
    case = dataclasses.replace(
        void(steps), linear_solver=before, output=ssb.Output(figures=False, checkpoint_every=0.0)
    )
    preload, plated = case.protocol
    halves = tuple(dataclasses.replace(plated, duration=t) for t in steps[1:])
    ssb.run(dataclasses.replace(case, protocol=(preload, halves[0])), folder, COMM)
    case = dataclasses.replace(case, protocol=(preload, *halves), linear_solver=after)
    return ssb.resume(case, folder, COMM).rows


@pytest.mark.pair
def test_a_run_goes_on_with_another_solver(tmp_path: Path) -> None:
    """From the direct one to the iterative one, and back: to the same series."""
    direct, iterative = ssb.Direct(), ssb.Iterative()
    found = gone_on(direct, iterative, tmp_path / "to_iterative")
    expected = gone_on(iterative, direct, tmp_path / "to_direct")
    assert len(found) == len(expected) == 3
    for name in ("voltage", "p_stack", f"void_volume:{WORKING}"):
        one, other = ([row[name] for row in rows] for rows in (found, expected))
        assert one == pytest.approx(other, rel=1e-7), name


class Recounted:
    """An iterative solver that serves; the direct one beside it, and the memory that it lacks."""

    def __init__(self, lack: str) -> None:
        self.lack, self.calls, self.obstacle = lack, list[str](), ""
        self.smoothing = Smoothing()
        self.guarded = Safeguarded(self, lambda: self.made("direct"), lambda: None, lambda: lack)  # type: ignore[arg-type]

    def made(self, what: str) -> Any:
        self.calls.append(what)
        return self

    def set_up(self) -> None:
        """Nothing to follow."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        return Outcome(True)

    def destroy(self) -> None:
        """Nothing is kept."""


@pytest.mark.serial
@pytest.mark.parametrize(("lack", "fallback"), [("", True), ("too large", False)])
def test_a_pause_ends_where_memory_lacks(lack: str, fallback: bool) -> None:
    """A run goes on from a checkpoint on a machine that cannot hold the factors."""
    solver = Recounted(lack)
    solver.guarded.restore({"pause": 3})
    vector = PETSc.Vec().createSeq(1)
    solver.guarded.set_up()
    assert solver.guarded.solve(vector, vector).fallback is fallback
    assert solver.calls == (["direct"] if fallback else [])
    assert solver.guarded.state()["pause"] == (2 if fallback else 0)


def system_of(dimension: int, unknowns: int) -> System:
    """Return what is asked of a system when its solver is chosen."""

    class Sized:
        def __init__(self) -> None:
            self.matrix = self
            self.mat = PETSc.Mat().createAIJ((1, 1), nnz=1, comm=MPI.COMM_SELF)
            self.dimension, self.comm, self.roles = dimension, MPI.COMM_SELF, tuple

        def free_unknowns(self) -> int:
            return unknowns

    return Sized()  # type: ignore[return-value]


class Everywhere(ssb.Automatic):
    """A preset that iterates in the plane too."""

    def solver_for(self, dimension: int, unknowns: int) -> ssb.Iterative:
        return self.iterative


@pytest.mark.parametrize(
    ("dimension", "unknowns", "direct"),
    [(2, 10_000_000, True), (3, 60_000, True), (3, 60_001, False)],
)
def test_the_solver_is_chosen_by_size(dimension: int, unknowns: int, direct: bool) -> None:
    solver = linear_system(system_of(dimension, unknowns), ssb.Automatic(), "test_chosen_")
    assert isinstance(solver, Solver) is direct


def test_bodies_that_move_are_solved_by_size_too() -> None:
    solver = ssb.Automatic(largest_direct=0)
    case = moving_cell(1e-6, frame=ssb.ThreeDimensional(), linear_solver=solver)
    system = CellModel(case, case.geometry.build(COMM)).system
    assert isinstance(chosen(solver, system), ssb.Iterative)
    assert reason(solver, system).endswith("more than 0")


def test_what_cannot_be_condensed_is_solved_directly() -> None:
    """However large it is."""
    system, solver = hindered([]), Everywhere()
    assert isinstance(chosen(solver, system), ssb.Direct)
    assert "u negative" in reason(solver, system)
    assert isinstance(linear_system(system, solver, "test_everywhere_"), Solver)
