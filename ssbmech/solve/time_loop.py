# SPDX-License-Identifier: BSD-3-Clause
"""The time loop: propose, solve, measure, then commit or roll back."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from mpi4py import MPI

from ssbmech.errors import AuditError, NotConverged
from ssbmech.protocol import Drive, Guard, Step, StopCondition
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.step_control import StepSizer, Tolerances

logger = logging.getLogger(__name__)

Row = dict[str, float]

REJECTED_ERROR = 16.0
"""Predictor error over its tolerance beyond which a solved step is thrown away [1]."""


SMALLEST_LANDING = 1e-4
"""Part of a protocol step within which a stop condition is located at worst; contact jumps [1]."""


class Steppable(Protocol):
    """What the loop needs from a cell."""

    @property
    def comm(self) -> MPI.Intracomm:
        """Communicator."""

    @property
    def time(self) -> float:
        """Time of the last committed step [s]."""

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Conditions that end any step, where the model ceases to know its material."""

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step."""

    def predict(self, ratio: float) -> None:
        """Extrapolate from the last two committed steps."""

    def predictor_error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the distance of the solution from its extrapolation, over its tolerance [1]."""

    def commit(self, dt: float) -> None:
        """Accept the step."""

    def rollback(self) -> None:
        """Return to the last committed step."""

    def seat(self) -> None:
        """Let the fixture act from here."""


class Watcher(Protocol):
    """What measures a step before it is committed."""

    def measure(self, dt: float, step: int) -> Row:
        """Return the series row of the step that was just solved."""

    def check(self, row: Row) -> None:
        """Raise AuditError if the row breaks a conservation law."""

    def commit(self, dt: float) -> None:
        """Advance sums over time."""


class Hooks(Protocol):
    """What follows the run from outside: recorders, progress bars."""

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Called after each committed step."""

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Called after each step that was rolled back."""

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Called when a step of the protocol has ended."""


class TimeLoop:
    """Takes a cell through protocol steps.

    Args:
        cell: the cell.
        newton: its solver.
        watcher: measures each step.
        hooks: recorders.
        sizer: step control.
        tolerances: predictor errors that count as 1.
        interrupted: tells whether the run should stop after this step; asked on every rank, true on
            any ends the run.
    """

    def __init__(
        self,
        cell: Steppable,
        newton: Newton,
        watcher: Watcher,
        hooks: Hooks,
        sizer: StepSizer,
        tolerances: Tolerances,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        """Keep the parts."""
        self.cell, self.newton, self.watcher, self.hooks = cell, newton, watcher, hooks
        self.sizer, self.tolerances, self._interrupted = sizer, tolerances, interrupted
        self.rejected = 0
        self._dt_before = 0.0
        self._last_row: Row = {}
        self._started = time.perf_counter()

    def stopped(self) -> bool:
        """Return whether any rank was asked to stop; collective."""
        return bool(self.cell.comm.allreduce(self._interrupted(), op=MPI.LOR))

    def run(self, protocol: tuple[Step, ...]) -> bool:
        """Run all steps; return False if interrupted.

        Raises:
            StepTooSmall: a step cannot be solved however short.
            AuditError: a step breaks a conservation law.
        """
        for number, step in enumerate(protocol):
            reason = self._run_step(number, step)
            if step.seats:
                self.cell.seat()
            self.hooks.on_step_end(number, step, reason)
            if reason == "interrupted":
                return False
        return True

    def _run_step(self, number: int, step: Step) -> str:
        """Run one protocol step and return why it ended."""
        self.sizer.start(step.duration)
        elapsed, self._dt_before = 0.0, 0.0
        stops: Sequence[StopCondition] = (*step.stops, *self.cell.guards)
        excesses: Mapping[int, float] = {}
        ceiling = float("inf")
        while elapsed < step.duration * (1 - 1e-12):
            if self.stopped():
                return "interrupted"
            dt = self.sizer.propose(min(step.duration - elapsed, ceiling))
            try:
                report, row, error = self._attempt(number, step, elapsed, dt)
            except NotConverged as failure:
                self._reject(dt, failure)
                continue
            watched = self._watched(step, row)
            now = {k: stops[k].excess(row[stops[k].quantity]) for k in watched}
            landing = _landing(stops, excesses, now)
            if landing is not None and landing * dt > SMALLEST_LANDING * step.duration:
                self.cell.rollback()
                ceiling = landing * dt
                self.hooks.on_reject(self.cell.time, dt, "overshot a stop condition")
                continue
            self._accept(dt, report, row, error)
            elapsed += dt
            landed = math.isfinite(ceiling)
            excesses = now
            ceiling = float("inf")
            passed = [k for k in now if now[k] > (-stops[k].tolerance() if landed else 0.0)]
            if passed:
                return f"{stops[passed[0]].quantity} reached its limit"
        return "duration"

    def _watched(self, step: Step, row: Row) -> list[int]:
        """Return which of the step's stops, and of the guards after them, count for a row.

        A guard lets go what returns from its limit, and what wavers at it.
        """
        heading = [guard.heading(self._last_row, row) for guard in self.cell.guards]
        first = len(step.stops)
        return [*range(first), *(first + k for k, counts in enumerate(heading) if counts)]

    def _attempt(
        self, number: int, step: Step, elapsed: float, dt: float
    ) -> tuple[SolveReport, Row, float]:
        """Solve and measure one time step.

        Raises:
            NotConverged: no solution, or one too far from what the last two steps announced.
        """
        ratio = dt / self._dt_before if self._dt_before > 0.0 else 0.0
        drive = step.drive(elapsed + dt)

        def start_from_last() -> None:
            self.cell.rollback()
            self.cell.begin(drive, dt)

        self.cell.predict(ratio)
        self.cell.begin(drive, dt)
        report = self.newton.solve(start_from_last)
        error = self.cell.predictor_error(ratio, self.tolerances)
        if ratio > 0.0 and error > REJECTED_ERROR and dt > 1e-6 * step.duration:
            report.reason = "time step too long for its accuracy"
            raise NotConverged(report.reason, report)
        return report, self.watcher.measure(dt, number), error

    def _reject(self, dt: float, failure: NotConverged) -> None:
        """Undo the step and cut it."""
        self.cell.rollback()
        self.rejected += 1
        self.hooks.on_reject(self.cell.time, dt, failure.reason)
        self.sizer.reject(failure)

    def _accept(self, dt: float, report: SolveReport, row: Row, error: float) -> None:
        """Commit the step.

        Raises:
            AuditError: it breaks a conservation law; it is rolled back.
        """
        try:
            self.watcher.check(row)
        except AuditError:
            self.cell.rollback()
            raise
        row["newton_iterations"] = float(report.iterations)
        row["linear_iterations"] = float(report.linear_iterations)
        row["rejected_steps"] = float(self.rejected)
        row["wall_time"] = time.perf_counter() - self._started
        self.watcher.commit(dt)
        self.hooks.on_accept(row, report)
        self._last_row = row
        self.cell.commit(dt)
        self.sizer.accept(report.iterations, error)
        self._dt_before = dt


def _landing(
    stops: Sequence[StopCondition], before: Mapping[int, float], now: Mapping[int, float]
) -> float | None:
    """Return the fraction of the step at which the first stop is met; None if none is overshot."""
    fractions = []
    for k, excess in now.items():
        if excess <= stops[k].tolerance():
            continue
        start = before.get(k, -abs(excess))
        fraction = -start / (excess - start) if start < 0.0 else 0.0
        fractions.append(min(max(fraction, 0.05), 0.95))
    return min(fractions) if fractions else None
