# SPDX-License-Identifier: BSD-3-Clause
"""The time loop: propose, solve, measure, then commit or roll back."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from mpi4py import MPI

from ssbmech.case.landings import Landings
from ssbmech.case.phases import conditions_of, phases_of
from ssbmech.case.protocol import SAME_INSTANT, Drive, Step, drive_over
from ssbmech.case.step_control import StepSizer, Tolerances
from ssbmech.case.stops import Final, Guard, Leaves, StopCondition, settled, stop_reason
from ssbmech.errors import AuditError, NotConverged, ObserverError, StepTooSmall
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.observing import Ending, EndRun, NoWitness, Row, Witness
from ssbmech.solve.position import Position as Position
from ssbmech.solve.watching import Watch

logger = logging.getLogger(__name__)

REJECTED_ERROR = 16.0
"""Predictor error over its tolerance beyond which a solved step is thrown away [1]."""

REJECTED_EMBEDDED = 2.0
"""Error that a step itself shows, over its tolerance, beyond which it is thrown away [1]."""

INTERRUPTED = "interrupted"
"""Why a protocol step ended that was left on request."""

NEXT_PHASE = "next phase"
"""Why a phase ended whose step goes on with the next one."""

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

    @property
    def capacity(self) -> float:
        """Charge by which C-rates count, per nominal area [C/m2]; nan if there is none."""

    @property
    def courses(self) -> Sequence[object]:
        """Functions of the time of the run that name instants on which time steps land."""

    @property
    def functions(self) -> Sequence[Callable[[float], float]]:
        """Functions of the time of the run that name none."""

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step."""

    def predict(self, ratio: float) -> None:
        """Extrapolate from the last two committed steps."""

    def predictor_error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the distance of the solution from its extrapolation, over its tolerance [1]."""

    def embedded_error(self, tolerances: Tolerances) -> float:
        """Return the error that the step itself shows, over its tolerance [1]."""

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

    def measure_observed(self) -> Row:
        """Return the columns of the observers, which have seen the step."""

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

    def on_settled(self, position: Position, last: bool) -> None:
        """Called when nothing is under way: a run can be taken up again from here.

        Args:
            position: where the run stands.
            last: whether nothing follows, because the run is at its end, was asked to stop or has
                failed.
        """


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
        witness: observers of each accepted step.

    Attributes:
        ending: why an observer ended the run; empty if none did.
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
        witness: Witness | None = None,
    ) -> None:
        """Keep the parts."""
        self.witness, self.ending = witness or NoWitness(), ""
        self.cell, self.newton, self.watcher, self.hooks = cell, newton, watcher, hooks
        self.sizer, self.tolerances, self._interrupted = sizer, tolerances, interrupted
        self.position = Position()
        self._last_row: Row = {}
        self._thrown_away = math.inf
        self._started = time.perf_counter()

    def go_on_from(self, position: Position, last_row: Row) -> None:
        """Start from a position of an earlier run, whose cell and step control are restored.

        Args:
            position: where that run stood.
            last_row: its last series row; empty if it had none.
        """
        self.position, self._last_row = position, last_row
        self._started = time.perf_counter() - position.wall_time

    def stopped(self) -> bool:
        """Return whether any rank was asked to stop; collective."""
        return bool(self.cell.comm.allreduce(self._interrupted(), op=MPI.LOR))

    def run(self, protocol: tuple[Step, ...]) -> bool:
        """Run all steps that are left; return False if interrupted.

        Raises:
            StepTooSmall: a step cannot be solved however short.
            AuditError: a step breaks a conservation law.
            ObserverError: an observer failed.
        """
        while not self._is_over(protocol):
            step = protocol[self.position.step]
            try:
                reason = self._run_step(step)
            except (StepTooSmall, AuditError, ObserverError):
                # rolled back: the run can go on from here with other settings
                self.hooks.on_settled(self.position, last=True)
                raise
            interrupted = reason == INTERRUPTED
            if step.seats and not interrupted:
                self.cell.seat()
            self.hooks.on_step_end(self.position.step, step, reason)
            if interrupted:
                self.hooks.on_settled(self.position, last=True)
                return False
            self.position = self.position.next_step()
            # at its end too, for a longer protocol may go on from there
            self.hooks.on_settled(self.position, last=self._is_over(protocol))
        return True

    def _is_over(self, protocol: tuple[Step, ...]) -> bool:
        """Return whether no step is left, or the run was ended."""
        return self.position.step >= len(protocol) or bool(self.ending)

    def _run_step(self, step: Step) -> str:
        """Run one protocol step from the present position and return why it ended."""
        at, phases = self.position, phases_of(step)
        if not at.elapsed > 0.0:
            names = {stop.quantity for stop in conditions_of(step)}
            at.at_start = {name: self._last_row.get(name, 0.0) for name in names}
        while True:
            phase = phases[at.phase]
            reason = self._run_phase(phase.step, phase.until)
            if reason != NEXT_PHASE:
                return reason
            at.phase += 1
            # nothing before tells what comes after
            at.dt_before, at.excesses = 0.0, {}
            self.sizer.start(step.duration - at.elapsed)
            if not at.is_within(step):
                return "duration"
            self.hooks.on_settled(at, last=False)

    def _run_phase(self, step: Step, until: StopCondition | None) -> str:
        """Run one phase of a step from the present position and return why it ended."""
        at = self.position
        if not at.begun:
            self.sizer.start(step.duration)
            at.begun = True
        own = self._settled((*step.stops, *(() if until is None else (until,))))
        stops: Sequence[StopCondition] = (*own, *self.cell.guards)
        begun = self.cell.time - at.elapsed
        landings = Landings(step, begun, self.cell.courses)
        watch = Watch(step, begun, self.cell.functions)
        while at.is_within(step):
            if self.stopped():
                return INTERRUPTED
            to_break = landings.next(at.elapsed) - at.elapsed
            dt = self.sizer.propose(min(step.duration - at.elapsed, at.ceiling, to_break))
            dt, crosses = self._shortened(watch, dt)
            try:
                report, row, error = self._attempt(step, dt)
            except NotConverged as failure:
                self._reject(dt, failure)
                continue
            watched = _watched(len(own), self.cell.guards, self._last_row, row)
            now = {k: stops[k].excess(row[stops[k].quantity]) for k in watched}
            landing = _landing(stops, at.excesses, now)
            if landing is not None and landing * dt > _closest(stops, now) * step.duration:
                self.cell.rollback()
                at.ceiling = landing * dt
                self.hooks.on_reject(self.cell.time, dt, "overshot a stop condition")
                continue
            ending = self._accept(dt, report, row, error)
            landed = math.isfinite(at.ceiling)
            at.excesses, at.ceiling = now, math.inf
            if isinstance(ending, EndRun):
                self.ending = ending.reason
                return ending.reason
            passed = [k for k in now if now[k] > (-stops[k].tolerance() if landed else 0.0)]
            if passed:
                if until is not None and passed[0] == len(own) - 1:
                    return NEXT_PHASE
                return self._ended_on(stops[passed[0]])
            if ending is not None:
                return ending.reason
            if crosses or dt >= to_break * (1 - SAME_INSTANT):
                # nothing before a break point tells what comes after it
                at.dt_before = 0.0
                self.sizer.start(step.duration - at.elapsed)
            if at.is_within(step):
                self.hooks.on_settled(at, last=False)
        return "duration"

    def _shortened(self, watch: Watch, dt: float) -> tuple[float, bool]:
        """Return a time step in which no function of time changes unseen; collective.

        Time steps that were prescribed stand.
        """
        if math.isinf(self.tolerances.gap):
            return dt, False
        longest, crosses = watch.longest(self.position.elapsed, dt)
        # functions of position as well are asked where each rank has its nodes
        longest = self.cell.comm.allreduce(longest, op=MPI.MIN)
        crosses = bool(self.cell.comm.allreduce(crosses, op=MPI.LOR))
        return (self.sizer.propose(longest), crosses) if longest < dt else (dt, False)

    def _settled(self, stops: Sequence[StopCondition]) -> list[StopCondition]:
        """Return conditions as they stand in this cell, from the start of the step on."""
        capacity, begun = self.cell.capacity, self.position.at_start
        return [settled(stop, begun.get(stop.quantity, 0.0), capacity) for stop in stops]

    def _ended_on(self, stop: StopCondition) -> str:
        """Return why a step ended on a condition, which may end more than the step."""
        reason = stop_reason(stop)
        if isinstance(stop, Leaves):
            self.position.skips = stop.skips
        elif isinstance(stop, Final):
            self.ending = reason
        return reason

    def _attempt(self, step: Step, dt: float) -> tuple[SolveReport, Row, float]:
        """Solve and measure one time step.

        Raises:
            NotConverged: no solution, or one too far from what the last two steps announced.
            ObserverError: a quantity of the user's own failed; the step is rolled back.
        """
        at = self.position
        ratio = dt / at.dt_before if at.dt_before > 0.0 else 0.0
        drive = drive_over(step, at.elapsed, at.elapsed + dt)

        def start_from_last() -> None:
            self.cell.rollback()
            self.cell.begin(drive, dt)

        self.cell.predict(ratio)
        self.cell.begin(drive, dt)
        report = self.newton.solve(start_from_last)
        predicted = self.cell.predictor_error(ratio, self.tolerances)
        embedded = self.cell.embedded_error(self.tolerances)
        error = max(predicted, embedded)
        if self._too_far(predicted, embedded, dt, step):
            report.reason = "time step too long for its accuracy"
            raise NotConverged(report.reason, report, error)
        try:
            row = self.watcher.measure(dt, at.step)
        except ObserverError:
            self.cell.rollback()
            raise
        return report, row, error

    def _too_far(self, predicted: float, embedded: float, dt: float, step: Step) -> bool:
        """Return whether a solved step is to be thrown away for its errors.

        Args:
            predicted: distance from what was announced, over its tolerance [1].
            embedded: error that the step itself shows, over its tolerance [1].
            dt: its length [s].
            step: step of the protocol.
        """
        if dt <= self.tolerances.shortest * (1 + SAME_INSTANT):
            return False
        if embedded > REJECTED_EMBEDDED:
            return True
        # after a jump, which a shorter step does not lessen, the first step stands
        smooth = self.position.dt_before > 0.0 or predicted < 0.5 * self._thrown_away
        if predicted <= REJECTED_ERROR or not smooth or dt <= 1e-6 * step.duration:
            return False
        self._thrown_away = predicted
        return True

    def _reject(self, dt: float, failure: NotConverged) -> None:
        """Undo the step and cut it."""
        self.cell.rollback()
        self.position.rejected += 1
        self.hooks.on_reject(self.cell.time, dt, failure.reason)
        self.sizer.reject(failure)

    def _accept(self, dt: float, report: SolveReport, row: Row, error: float) -> Ending | None:
        """Commit the step, and return how an observer wants to go on.

        Raises:
            AuditError: it breaks a conservation law; it is rolled back.
            ObserverError: an observer failed; the step is rolled back.
        """
        row["newton_iterations"] = float(report.iterations)
        row["linear_iterations"] = float(report.linear_iterations)
        at = self.position
        at.wall_time = time.perf_counter() - self._started
        row["rejected_steps"] = float(at.rejected)
        row["wall_time"] = at.wall_time
        ending = self._show(row)
        self.watcher.commit(dt)
        self.hooks.on_accept(row, report)
        self._last_row = row
        self.cell.commit(dt)
        self.sizer.accept(report.iterations, error)
        self._thrown_away = math.inf
        at.elapsed, at.dt_before = at.elapsed + dt, dt
        return ending

    def _show(self, row: Row) -> Ending | None:
        """Check the audits of a step, and let the observers see it and add their columns.

        Raises:
            AuditError, ObserverError: it may not be accepted, and is rolled back.
        """
        try:
            self.watcher.check(row)
        except AuditError:
            self.cell.rollback()
            raise
        try:
            ending = self.witness.see(row)
            row |= self.watcher.measure_observed()
        except ObserverError:
            self.witness.undo()
            self.cell.rollback()
            raise
        return ending


def _watched(first: int, guards: Sequence[Guard], before: Row, now: Row) -> list[int]:
    """Return which of a step's stops, and of the guards after them, count for a row.

    A guard lets go what returns from its limit, and what wavers at it.

    Args:
        first: number of the step's own stops, all of which count.
        guards: the guards.
        before: row of the last accepted step.
        now: row of the present one.
    """
    heading = [guard.heading(before, now) for guard in guards]
    return [*range(first), *(first + k for k, counts in enumerate(heading) if counts)]


def _closest(stops: Sequence[StopCondition], now: Mapping[int, float]) -> float:
    """Return the part of a protocol step within which the stops that are overshot are located."""
    over = [stops[k] for k, excess in now.items() if excess > stops[k].tolerance()]
    smooth = any(getattr(stop, "smooth", False) for stop in over)
    return SAME_INSTANT if smooth else SMALLEST_LANDING


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
