# SPDX-License-Identifier: BSD-3-Clause
"""One time step: predict, solve, judge, measure; then commit it or undo it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbmech.case.protocol import SAME_INSTANT, Step, drive_over
from ssbmech.case.step_control import Tolerances
from ssbmech.errors import AuditError, CaseError, NotConverged, ObserverError, ParameterError
from ssbmech.solve.newton import SolveReport
from ssbmech.solve.observing import Ending, Row, Witness
from ssbmech.solve.position import Position
from ssbmech.solve.roles import Hooks, Solver, Steppable, Watcher

REJECTED_ERROR = 16.0
"""Predictor error over its tolerance beyond which a solved step is thrown away [1]."""

REJECTED_EMBEDDED = 2.0
"""Error that a step itself shows, over its tolerance, beyond which it is thrown away [1]."""


@dataclass(frozen=True)
class Solved:
    """A time step that is solved and measured, but not accepted yet.

    Attributes:
        dt: its length [s].
        report: how Newton's method went.
        row: its series row.
        error: its error, over the tolerance [1].
    """

    dt: float
    report: SolveReport
    row: Row
    error: float


class SingleStep:
    """Takes a cell through single time steps.

    Args:
        cell: the cell.
        newton: its solver.
        watcher: measures each step.
        hooks: recorders.
        witness: observers of each accepted step.
        tolerances: predictor errors that count as 1.
    """

    def __init__(
        self,
        cell: Steppable,
        newton: Solver,
        watcher: Watcher,
        hooks: Hooks,
        witness: Witness,
        tolerances: Tolerances,
    ) -> None:
        """Keep the parts."""
        self._cell, self._newton, self._watcher = cell, newton, watcher
        self._hooks, self._witness, self._tolerances = hooks, witness, tolerances
        self._thrown_away = math.inf

    def attempt(self, step: Step, at: Position, dt: float) -> Solved:
        """Solve and measure a time step of a length [s] from a position in a protocol step.

        Raises:
            NotConverged: no solution, one too far from what the last two steps announced, or one
                from which no step can start; the cell is left as it was solved, for `undo`.
            ObserverError: a quantity of the user's own failed; the step is rolled back.
            CaseError, ParameterError: what the step asks for cannot be had; it is rolled back.
        """
        cell = self._cell
        ratio = dt / at.dt_before if at.dt_before > 0.0 else 0.0
        drive = drive_over(step, at.elapsed, at.elapsed + dt)

        def start_from_last() -> None:
            cell.rollback()
            cell.begin(drive, dt)

        cell.predict(ratio)
        try:
            cell.begin(drive, dt)
        except (CaseError, ParameterError):
            cell.rollback()
            raise
        report = self._newton.solve(start_from_last)
        predicted = cell.predictor_error(ratio, self._tolerances)
        embedded = cell.embedded_error(self._tolerances)
        error = max(predicted, embedded)
        if self._too_far(predicted, embedded, dt, step, at):
            report.reason = "time step too long for its accuracy"
            raise NotConverged(report.reason, report, error)
        cell.advance()
        try:
            row = self._watcher.measure(dt, at.step)
        except ObserverError:
            cell.rollback()
            raise
        return Solved(dt, report, row, error)

    def _too_far(
        self, predicted: float, embedded: float, dt: float, step: Step, at: Position
    ) -> bool:
        """Return whether a solved step is to be thrown away for its errors.

        Args:
            predicted: distance from what was announced, over its tolerance [1].
            embedded: error that the step itself shows, over its tolerance [1].
            dt: its length [s].
            step: step of the protocol.
            at: where it began.
        """
        if dt <= self._tolerances.shortest * (1 + SAME_INSTANT):
            return False
        if embedded > REJECTED_EMBEDDED:
            return True
        # after a jump, which a shorter step does not lessen, the first step stands
        smooth = at.dt_before > 0.0 or predicted < 0.5 * self._thrown_away
        if predicted <= REJECTED_ERROR or not smooth or dt <= 1e-6 * step.duration:
            return False
        self._thrown_away = predicted
        return True

    def undo(self, dt: float, reason: str) -> None:
        """Return to the last committed step, and tell why."""
        self._cell.rollback()
        self._hooks.on_reject(self._cell.time, dt, reason)

    def commit(self, solved: Solved) -> Ending | None:
        """Commit a step, and return how an observer wants to go on.

        Raises:
            AuditError: it breaks a conservation law; it is rolled back.
            ObserverError: an observer failed; the step is rolled back.
        """
        ending = self._show(solved.row)
        self._watcher.commit(solved.dt)
        # while the cell still knows where the step began
        self._hooks.on_accept(solved.row, solved.report)
        self._cell.commit(solved.dt)
        self._thrown_away = math.inf
        return ending

    def _show(self, row: Row) -> Ending | None:
        """Check the audits of a step, and let the observers see it and add their columns.

        Raises:
            AuditError, ObserverError: it may not be accepted, and is rolled back.
        """
        try:
            self._watcher.check(row)
        except AuditError:
            self._cell.rollback()
            raise
        try:
            ending = self._witness.see(row)
            row |= self._watcher.measure_observed()
        except ObserverError:
            self._witness.undo()
            self._cell.rollback()
            raise
        return ending
