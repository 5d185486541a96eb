# SPDX-License-Identifier: BSD-3-Clause
"""The time loop: through the steps of a protocol, their phases, and the time steps of each phase.

What a time step is (`single_step`), how long it may be (`pace`) and on which conditions it lands
(`limits`) is told by modules of their own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from mpi4py import MPI

from ssbmech.case.phases import Phase, conditions_of, phases_of
from ssbmech.case.protocol import Step
from ssbmech.case.step_control import StepSizer, Tolerances
from ssbmech.case.stops import Final, Leaves, StopCondition, stop_reason
from ssbmech.errors import (
    AuditError,
    CaseError,
    NotConverged,
    ObserverError,
    ParameterError,
    StepTooSmall,
)
from ssbmech.runfolder.series import EFFORT_COLUMNS
from ssbmech.solve.limits import Limits
from ssbmech.solve.newton import SolveReport
from ssbmech.solve.observing import Ending, EndRun, NoWitness, Row, Witness
from ssbmech.solve.pace import Pace
from ssbmech.solve.position import Position
from ssbmech.solve.roles import Hooks, Solver, Steppable, Watcher
from ssbmech.solve.single_step import SingleStep, Solved

INTERRUPTED = "interrupted"
"""Why a protocol step ended that was left on request."""

WORN = "worn mesh"
"""Why a protocol step was left that goes on when a mesh was made anew."""

NEXT_PHASE = "next phase"
"""Why a phase ended whose step goes on with the next one."""


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
        position: where the run stands.
        ending: why an observer or a condition ended the run; empty if none did.
        worn: whether a mesh has to be made anew before the run goes on.
    """

    def __init__(
        self,
        cell: Steppable,
        newton: Solver,
        watcher: Watcher,
        hooks: Hooks,
        sizer: StepSizer,
        tolerances: Tolerances,
        interrupted: Callable[[], bool] = lambda: False,
        witness: Witness | None = None,
    ) -> None:
        """Keep the parts."""
        self._witness = NoWitness() if witness is None else witness
        self._single = SingleStep(cell, newton, watcher, hooks, self._witness, tolerances)
        self._cell, self._hooks, self._sizer = cell, hooks, sizer
        self._interrupted = interrupted
        # time steps that were prescribed stand
        self._follows = not math.isinf(tolerances.gap)
        # where contact is found it is the stress that a step is wrong by
        self._lands = not math.isinf(tolerances.stress)
        self.position, self.ending, self.worn = Position(), "", False
        self._last_row: Row = {}
        self._started = time.perf_counter()

    def go_on_from(self, position: Position, last_row: Row) -> None:
        """Start from a position of an earlier run, whose cell and step control are restored.

        Args:
            position: where that run stood.
            last_row: its last series row; empty if it had none.
        """
        self.position, self._last_row = position, last_row
        self._started = time.perf_counter() - position.wall_time

    def run(self, protocol: tuple[Step, ...]) -> bool:
        """Run all steps that are left; return False if interrupted, or if a mesh is worn.

        In that case `run` goes on when it is called again, or another loop from this position.

        Raises:
            StepTooSmall: a step cannot be solved however short.
            AuditError: a step breaks a conservation law.
            ObserverError: an observer failed.
            CaseError, ParameterError: a step asks for what cannot be had, as no check before the
                run could see.
        """
        self.worn = False
        while not self._is_over(protocol):
            step = protocol[self.position.step]
            try:
                reason = self._run_step(step)
            except (StepTooSmall, AuditError, ObserverError, CaseError, ParameterError):
                # at a committed step: the run can go on from here with other settings
                self._hooks.on_settled(self.position, last=True)
                raise
            if reason == WORN:
                self.worn = True
                return False
            interrupted = reason == INTERRUPTED
            if step.seats and not interrupted:
                self._cell.seat()
            self._hooks.on_step_end(self.position.step, step, reason)
            if interrupted:
                self._hooks.on_settled(self.position, last=True)
                return False
            self.position = self.position.next_step()
            # at its end too, for a longer protocol may go on from there
            self._hooks.on_settled(self.position, last=self._is_over(protocol))
        return True

    def _is_over(self, protocol: tuple[Step, ...]) -> bool:
        """Return whether no step is left, or the run was ended."""
        return self.position.step >= len(protocol) or bool(self.ending)

    def _stopped(self) -> bool:
        """Return whether any rank was asked to stop; collective."""
        return bool(self._cell.comm.allreduce(self._interrupted(), op=MPI.LOR))

    def _run_step(self, step: Step) -> str:
        """Run one protocol step from the present position and return why it ended."""
        at, phases = self.position, phases_of(step)
        if not at.elapsed > 0.0:
            names = {stop.quantity for stop in conditions_of(step)}
            at.at_start = {name: self._last_row.get(name, 0.0) for name in names}
        while True:
            reason = self._run_phase(phases[at.phase])
            if reason != NEXT_PHASE:
                return reason
            at.phase += 1
            # nothing before tells what comes after
            at.dt_before, at.excesses = 0.0, {}
            self._sizer.start(step.duration - at.elapsed)
            if not at.is_within(step):
                return "duration"
            self._hooks.on_settled(at, last=False)

    def _run_phase(self, phase: Phase) -> str:
        """Run one phase of a step from the present position and return why it ended."""
        at, step = self.position, phase.step
        if not at.begun:
            self._sizer.start(step.duration)
            at.begun = True
        limits = Limits(phase, at.at_start, self._cell.capacity, self._cell.guards)
        follows, lands = self._follows, self._lands
        pace = Pace(step, at, self._cell, self._sizer, follows=follows, lands=lands)
        while at.is_within(step):
            if self._stopped():
                return INTERRUPTED
            if self._cell.worn:
                return WORN
            proposal = pace.propose(at)
            solved = self._solve(step, proposal.dt)
            if solved is None:
                continue
            now = limits.excesses(self._last_row, solved.row)
            landing = limits.landing(at.excesses, now, solved.dt, at.elapsed, step.duration)
            if landing is not None:
                self._single.undo(solved.dt, "overshot a stop condition")
                at.ceiling = landing
                continue
            ending = self._accept(solved)
            passed = limits.passed(now, landed=math.isfinite(at.ceiling))
            at.excesses, at.ceiling = now, math.inf
            # not before the position is that of the cell: the run goes on from both if it fails
            self._witness.settled()
            if isinstance(ending, EndRun):
                self.ending = ending.reason
                return ending.reason
            if passed is not None:
                return NEXT_PHASE if limits.begins_next(passed) else self._met(limits[passed])
            if ending is not None:
                return ending.reason
            if pace.broken(proposal):
                pace.restart(at, proposal)
            if at.is_within(step):
                self._hooks.on_settled(at, last=False)
        return "duration"

    def _solve(self, step: Step, dt: float) -> Solved | None:
        """Return a time step that is solved; None if it has to be shorter.

        Raises:
            StepTooSmall: it cannot be shorter.
            ObserverError: a quantity of the user's own failed; the step is rolled back.
            CaseError, ParameterError: what the step asks for cannot be had; it is rolled back.
        """
        try:
            return self._single.attempt(step, self.position, dt)
        except NotConverged as failure:
            self.position.rejected += 1
            self._single.undo(dt, failure.reason)
            self._sizer.reject(failure)
            return None

    def _accept(self, solved: Solved) -> Ending | None:
        """Commit a step, go on to its end, and return how an observer wants to go on.

        Raises:
            AuditError: it breaks a conservation law; it is rolled back.
            ObserverError: an observer failed; the step is rolled back.
        """
        at, row = self.position, solved.row
        at.wall_time = time.perf_counter() - self._started
        row |= _effort(solved.report, at)
        ending = self._single.commit(solved)
        self._sizer.accept(solved.report.iterations, solved.error)
        self._last_row = row
        at.elapsed, at.dt_before = at.elapsed + solved.dt, solved.dt
        return ending

    def _met(self, stop: StopCondition) -> str:
        """Return why a step ended on a condition, which may end more than the step."""
        reason = stop_reason(stop)
        if isinstance(stop, Leaves):
            self.position.skips = stop.skips
        elif isinstance(stop, Final):
            self.ending = reason
        return reason


def _effort(report: SolveReport, at: Position) -> Row:
    """Return what a step took, for its row."""
    took = (
        report.iterations,
        report.linear_iterations,
        report.most_linear_iterations,
        report.linear_fallbacks,
        at.rejected,
        at.wall_time,
    )
    return dict(zip(EFFORT_COLUMNS, map(float, took), strict=True))
