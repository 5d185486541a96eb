# SPDX-License-Identifier: BSD-3-Clause
"""What the time loop needs from those around it: a cell, what measures it, what follows the run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from mpi4py import MPI

from ssbmech.case.protocol import Drive, Step
from ssbmech.case.step_control import Tolerances
from ssbmech.case.stops import Guard
from ssbmech.solve.events import Events
from ssbmech.solve.newton import SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position


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
    def events(self) -> Events:
        """Instants that its state announces, on which time steps land."""

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

    def advance(self) -> None:
        """Compute all that the next step starts from; raise NotConverged where that fails."""

    def commit(self, dt: float) -> None:
        """Accept the step."""

    def rollback(self) -> None:
        """Return to the last committed step."""

    def seat(self) -> None:
        """Let the fixture act from here."""

    @property
    def worn(self) -> bool:
        """Whether a mesh has to be made anew before the next step; collective."""


class Solver(Protocol):
    """What solves the steps of a cell."""

    def solve(self, retreat: Callable[[], None]) -> SolveReport:
        """Solve the step from the present state of the unknowns.

        Args:
            retreat: returns the unknowns to the last step, where the predicted ones are no start.

        Raises:
            NotConverged: there is no solution.
        """


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
