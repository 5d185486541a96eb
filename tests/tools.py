# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests: marching a case in memory, keeping measured figures, files of all ranks."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from mpi4py import MPI

import numpy as np
import pytest

from ssbmech.case.case import Case
from ssbmech.case.step_control import StepSizer
from ssbmech.checkpoint.checkpointer import Checkpointer, Saved
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import NotConverged
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.roles import Watcher
from ssbmech.solve.time_loop import TimeLoop
from tests.modes import Mode, _setting
from tests.modes import set_mode as set_mode

T = TypeVar("T")
Watch = Callable[[CellModel], Any]

REDONE = "thrown away to be redone"
"""Why a step was rejected with which nothing is wrong."""


def marked(names: Iterable[str], **marks: pytest.MarkDecorator) -> list[Any]:
    """Return names as parameters of a test, some of them with a mark."""
    return [pytest.param(name, marks=marks[name]) if name in marks else name for name in names]


def on_first(comm: MPI.Intracomm, action: Callable[[], T]) -> T:
    """Let rank 0 do something with files that all ranks share, and return its value; collective.

    It begins when all ranks are through with what they did before, and no rank goes on before it
    is done. An error is raised on all ranks.
    """
    comm.barrier()
    value, failure, told = None, None, ""
    if comm.rank == 0:
        try:
            value = action()
        except BaseException as error:
            failure, told = error, traceback.format_exc()
    value, told = comm.bcast((value, told))
    if failure is not None:
        raise failure
    if told:
        raise RuntimeError(f"rank 0 failed:\n{told}")
    return value


@contextmanager
def shared_folder(comm: MPI.Intracomm) -> Iterator[Path]:
    """Make a temporary folder, the same on all ranks, and remove it at the end; collective."""
    folder = on_first(comm, lambda: Path(tempfile.mkdtemp(prefix="ssbmech-shared-")))
    try:
        yield folder
        # no rank removes what another is reading; after an error the others may be elsewhere
        comm.barrier()
    finally:
        if comm.rank == 0:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass
class March:
    """A case that was marched through its protocol without a run folder.

    Attributes:
        cell: the model in its final state.
        observer: what measured it.
        rows: series rows, one per accepted step.
        reports: solver reports, one per accepted step.
        rejected: reasons of rejected steps.
        endings: reasons for which steps of the protocol ended.
        watch: what to keep of the model after each accepted step, before it is committed.
        seen: what was kept, one item per accepted step.
    """

    cell: CellModel
    observer: Measurement
    rows: list[dict[str, float]] = field(default_factory=list)
    reports: list[SolveReport] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)
    endings: list[str] = field(default_factory=list)
    watch: Callable[[CellModel], Any] = lambda cell: None
    seen: list[Any] = field(default_factory=list)

    def on_accept(self, row: dict[str, float], report: SolveReport) -> None:
        self.rows.append(row)
        self.reports.append(report)
        self.seen.append(self.watch(self.cell))

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        if reason != REDONE:
            self.rejected.append(reason)

    def on_step_end(self, number: int, step: Any, reason: str) -> None:
        self.endings.append(reason)

    def on_settled(self, position: Position, last: bool) -> None:
        pass

    def series(self, name: str) -> np.ndarray:
        """Return a column of the series."""
        return np.array([row[name] for row in self.rows])


def march(
    case: Case,
    comm: MPI.Intracomm = MPI.COMM_WORLD,
    watch: Watch = lambda cell: None,
    prepare: Callable[[CellModel], None] = lambda cell: None,
) -> March:
    """March a case through its protocol, keep what `watch` returns after each step; collective.

    Args:
        case: the case.
        comm: its ranks.
        watch: returns what is kept.
        prepare: changes the state at the start.
    """
    if _setting.mode is Mode.RECOVER:
        return _recovered(case, comm, watch, prepare)
    if _setting.mode is Mode.RESTEP:
        return _restepped(case, comm, watch, prepare)
    result = _start(case, comm, watch)
    prepare(result.cell)
    _loop(result, case.step_control.sizer()).run(case.protocol)
    return result


def _start(case: Case, comm: MPI.Intracomm, watch: Watch) -> March:
    cell = CellModel(case, case.geometry.build(comm))
    return March(cell, Measurement(cell), watch=watch)


def _loop(
    result: March,
    sizer: StepSizer,
    interrupted: Callable[[], bool] = lambda: False,
    watcher: Watcher | None = None,
) -> TimeLoop:
    cell, case = result.cell, result.cell.case
    newton = Newton(cell.system, case.newton, case.linear_solver, "test_")
    tolerances = case.step_control.tolerances
    watcher = result.observer if watcher is None else watcher
    return TimeLoop(cell, newton, watcher, result, sizer, tolerances, interrupted)


def _half(case: Case) -> float:
    """Return half of the time that the protocol may take [s]."""
    return 0.5 * sum(step.duration for step in case.protocol)


def _recovered(
    case: Case, comm: MPI.Intracomm, watch: Watch, prepare: Callable[[CellModel], None]
) -> March:
    """March to half way, and on from there with another model."""

    def begin(is_half_way: Callable[[March], bool]) -> tuple[March, StepSizer, TimeLoop, bool]:
        result, sizer = _start(case, comm, watch), case.step_control.sizer()
        prepare(result.cell)
        loop = _loop(result, sizer, lambda: is_half_way(result))
        return result, sizer, loop, loop.run(case.protocol)

    half = _half(case)
    result, sizer, loop, finished = begin(lambda run: run.cell.time >= half)
    if finished:
        # by a stop condition or a long last step: half of its steps instead of half of its time
        count = len(result.rows) // 2
        result, sizer, loop, _ = begin(lambda run: len(run.rows) >= count)
    with shared_folder(comm) as folder:
        store = CheckpointStore(folder, comm)
        writer = Checkpointer(result.cell, result.observer, sizer, store, 0.0)
        writer.save(loop.position, len(result.rows), 0)
        saved = Saved.find(store)
        assert saved is not None
        result.cell = CellModel(case, saved.mesh(case.geometry.frame))
        result.observer = Measurement(result.cell)
        sizer = case.step_control.sizer()
        reader = Checkpointer(result.cell, result.observer, sizer, store, 0.0)
        position = reader.restore(saved)
    loop = _loop(result, sizer)
    loop.go_on_from(position, result.rows[-1] if result.rows else {})
    assert loop.run(case.protocol)
    return result


class _Doubt:
    """Throws one time step away when it is solved and measured, and has the same taken again.

    It takes the places of what measures the steps and of what chooses them.
    """

    def __init__(self, result: March, is_half_way: Callable[[Row], bool]) -> None:
        self.observer, self.is_half_way = result.observer, is_half_way
        self.sizer = result.cell.case.step_control.sizer()
        self.thrown_away: Row | None = None

    def measure(self, dt: float, step: int) -> Row:
        row = self.observer.measure(dt, step)
        if self.thrown_away is None and self.is_half_way(row):
            self.thrown_away = row
            raise NotConverged(REDONE)
        return row

    def check(self, row: Row) -> None:
        self.observer.check(row)

    def measure_observed(self) -> Row:
        return self.observer.measure_observed()

    def commit(self, dt: float) -> None:
        self.observer.commit(dt)

    def start(self, step_length: float) -> None:
        self.sizer.start(step_length)

    def again(self, left: float, part: float) -> None:
        self.sizer.again(left, part)

    def propose(self, remaining: float) -> float:
        return self.sizer.propose(remaining)

    def accept(self, iterations: int, error: float) -> None:
        self.sizer.accept(iterations, error)

    def reject(self, failure: NotConverged) -> None:
        # neither shortened nor the end of the run: the same step again
        if failure.reason != REDONE:
            self.sizer.reject(failure)


def _restepped(
    case: Case, comm: MPI.Intracomm, watch: Watch, prepare: Callable[[CellModel], None]
) -> March:
    """March, and take the step in the middle twice."""

    def run(is_half_way: Callable[[March, Row], bool]) -> tuple[March, bool]:
        result = _start(case, comm, watch)
        prepare(result.cell)
        doubt = _Doubt(result, lambda row: is_half_way(result, row))
        _loop(result, doubt, watcher=doubt).run(case.protocol)
        return result, doubt.thrown_away is not None

    half = _half(case)
    result, redone = run(lambda _, row: row["time"] >= half)
    if not redone:
        # a stop condition came first
        count = len(result.rows) // 2
        result, redone = run(lambda march, _: len(march.rows) >= count)
    assert redone
    return result


def measured(item: str, quantity: str, value: float, limit: float, against: str) -> None:
    """Assert that a measured figure is within its limit, and keep it for the verification page.

    Args:
        item: what was verified, for example "Norton thick-walled cylinder".
        quantity: what the figure is, for example "largest error of the hoop stress".
        value: the figure.
        limit: its limit.
        against: closed form or reference.
    """
    path = os.environ.get("SSBMECH_FIGURES")
    if path and MPI.COMM_WORLD.size == 1:
        row = {
            "item": item,
            "quantity": quantity,
            "value": float(value),
            "limit": float(limit),
            "against": against,
        }
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(row) + "\n")
    assert np.isfinite(value), f"{item}: {quantity} is {value}"
    assert value <= limit, f"{item}: {quantity} is {value:.4g}, limit {limit:.4g} ({against})"


def assert_same(found: np.ndarray, expected: np.ndarray) -> None:
    """Check that two runs gave the same array, of which each rank has a part; collective.

    One rank computes the same bits each time. More of them add in the order in which they come.

    Raises:
        AssertionError: if they differ, on more ranks than one by more than 1e-8 of the largest.
    """
    if MPI.COMM_WORLD.size == 1:
        assert np.array_equal(found, expected)
        return
    largest = float(np.abs(expected).max(initial=0.0))
    largest = MPI.COMM_WORLD.allreduce(largest, op=MPI.MAX)
    assert np.allclose(found, expected, rtol=0.0, atol=1e-8 * largest)


def observed_orders(sizes: list[float], errors: list[float]) -> np.ndarray:
    """Return the order of convergence between each two successive meshes."""
    h, e = np.log(sizes), np.log(errors)
    return np.diff(e) / np.diff(h)


def with_changes(case: Case, **changes: Any) -> Case:
    """Return a case with some fields replaced."""
    return dataclasses.replace(case, **changes)
