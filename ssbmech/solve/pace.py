# SPDX-License-Identifier: BSD-3-Clause
"""The pace of a phase: how long its next time step may be."""

from __future__ import annotations

from dataclasses import dataclass

from mpi4py import MPI

from ssbmech.case.landings import Landings
from ssbmech.case.protocol import SAME_INSTANT, Step
from ssbmech.case.step_control import StepSizer
from ssbmech.solve.events import Events, NoEvents
from ssbmech.solve.position import Position
from ssbmech.solve.roles import Steppable
from ssbmech.solve.watching import Watch

AGAIN = 0.1
"""First step behind what the state of the cell announces over that which errors allowed before
[1]."""

BEYOND = 1.01
"""Step to what the state of the cell announces over the time until then [1]: one that ends right
before it would be followed by a sliver."""


@dataclass(frozen=True)
class Proposal:
    """A time step to take next.

    Attributes:
        dt: its length [s].
        breaks: whether what is asked of the cell jumps or bends within it or at its end, so that
            nothing before tells what comes after.
    """

    dt: float
    breaks: bool


class Pace:
    """Proposes the time steps of one phase.

    Args:
        step: what drives during the phase.
        at: where the run stands in it.
        cell: the cell.
        sizer: step control.
        follows: whether steps are shortened where a function of time changes within them.
        lands: whether they land on what the state of the cell announces.
    """

    def __init__(
        self,
        step: Step,
        at: Position,
        cell: Steppable,
        sizer: StepSizer,
        *,
        follows: bool,
        lands: bool,
    ) -> None:
        """Find the break points, and look at the functions of time."""
        begun = cell.time - at.elapsed
        self._duration, self._comm, self._sizer = step.duration, cell.comm, sizer
        self._landings = Landings(step, begun, cell.courses)
        self._watch = Watch(step, begun, cell.functions)
        self._follows = follows
        self._events: Events = cell.events if lands else NoEvents()

    def propose(self, at: Position) -> Proposal:
        """Return the next time step; collective."""
        to_break = self._landings.next(at.elapsed) - at.elapsed
        left = self._duration - at.elapsed
        dt = self._sizer.propose(min(left, at.ceiling, to_break))
        due = BEYOND * self._events.due(at.dt_before)
        if due < dt:
            # what is foreseen from two steps moves: nothing is kept free for it before
            dt = self._sizer.propose(due)
        dt, crosses = self._shortened(at, dt)
        return Proposal(dt, crosses or dt >= to_break * (1 - SAME_INSTANT))

    def broken(self, proposal: Proposal) -> bool:
        """Return whether nothing before tells what comes after an accepted step; collective."""
        return proposal.breaks or self._events.happened

    def restart(self, at: Position, proposal: Proposal) -> None:
        """Begin anew: as after a jump, or with a part of the step that errors allowed before."""
        at.dt_before, left = 0.0, self._duration - at.elapsed
        if proposal.breaks:
            self._sizer.start(left)
        else:
            self._sizer.again(left, AGAIN)

    def _shortened(self, at: Position, dt: float) -> tuple[float, bool]:
        """Return a time step in which no function of time changes unseen, and whether it jumps."""
        if not self._follows:
            return dt, False
        longest, crosses = self._watch.longest(at.elapsed, dt)
        # functions of position as well are asked where each rank has its nodes
        longest = self._comm.allreduce(longest, op=MPI.MIN)
        crosses = bool(self._comm.allreduce(crosses, op=MPI.LOR))
        return (self._sizer.propose(longest), crosses) if longest < dt else (dt, False)
