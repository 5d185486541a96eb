# SPDX-License-Identifier: BSD-3-Clause
"""How far a run has come: a bar in a terminal, and elsewhere a line in the log now and then."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from mpi4py import MPI

    from ssbmech.case.protocol import Step
    from ssbmech.run.any_case import AnyCase
    from ssbmech.solve.observing import Row

logger = logging.getLogger(__name__)

INTERVAL = 60.0
"""Wall time between two lines [s]."""

_LEAST_DONE = 0.01
"""Part of the simulated time that must be over before the rest is told [1].

A run begins with short time steps, whose speed says nothing of what comes.
"""

_UNITS = (("d", 86400.0), ("h", 3600.0), ("min", 60.0))


class Progress(Protocol):
    """What is told of each attempt at a time step."""

    def accepted(self, row: Row) -> None:
        """A step was accepted."""

    def rejected(self, now: float, dt: float, reason: str) -> None:
        """A step of a length dt [s] from a time [s] on was rejected."""

    def close(self) -> None:
        """The run is over."""


def progress(comm: MPI.Intracomm, case: AnyCase, start: float) -> Progress:
    """Return a bar if rank 0 has a terminal, and else lines in the log.

    Args:
        comm: communicator of the run; only rank 0 shows anything.
        case: the case.
        start: time from which it is run [s].
    """
    if comm.rank:
        return Silent()
    if sys.stderr.isatty():
        return Bar(case.name, case.protocol, start)
    return Lines(case.protocol, start)


class Silent:
    """Shows nothing."""

    def accepted(self, row: Row) -> None:
        """Do nothing."""

    def rejected(self, now: float, dt: float, reason: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class Bar:
    """A bar over the time of the protocol."""

    def __init__(self, name: str, protocol: Sequence[Step], start: float) -> None:
        """Show the bar.

        Args:
            name: name of the case.
            protocol: its steps.
            start: time from which it is run [s].
        """
        from tqdm import tqdm

        layout = "{l_bar}{bar}| {n:.0f}/{total:.0f} s simulated [{elapsed}<{remaining}]"
        total = sum(step.duration for step in protocol)
        self._bar: Any = tqdm(
            total=total, initial=start, desc=name, bar_format=layout, mininterval=0.5
        )

    def accepted(self, row: Row) -> None:
        """Move the bar."""
        self._bar.update(min(row["time_step"], self._bar.total - self._bar.n))

    def rejected(self, now: float, dt: float, reason: str) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Close the bar."""
        self._bar.close()


class Lines:
    """A line in the log every minute, for batch jobs."""

    def __init__(
        self,
        protocol: Sequence[Step],
        start: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start the clock.

        Args:
            protocol: the steps.
            start: time from which they are run [s].
            clock: wall time [s].
        """
        self._protocol, self._clock = protocol, clock
        self._began = self._told = clock()
        self._start, self._step = start, 0
        self._step_began = start
        self._refused = 0

    def accepted(self, row: Row) -> None:
        """Tell how far the run is, if it is time."""
        number = int(row["step"])
        if number != self._step:
            self._step, self._step_began = number, row["time"] - row["time_step"]
        self._tell(row["time"], row["time_step"], "")

    def rejected(self, now: float, dt: float, reason: str) -> None:
        """Count the step, and tell where the run stands, if it is time."""
        self._refused += 1
        self._tell(now, dt, f"; the last one was rejected: {reason}")

    def close(self) -> None:
        """Do nothing."""

    def _tell(self, now: float, dt: float, more: str) -> None:
        wall = self._clock()
        if wall - self._told < INTERVAL:
            return
        self._told = wall
        step = self._protocol[self._step]
        within = max(now - self._step_began, 0.0)
        logger.info(
            "step %d of %d, %s: %s of %s at most, time step %.3g s, %s%s",
            self._step + 1,
            len(self._protocol),
            step.name,
            duration(within),
            duration(step.duration),
            dt,
            self._rest(wall, now, within),
            f"; {self._refused} time steps rejected{more}" if self._refused else "",
        )

    def _rest(self, wall: float, now: float, within: float) -> str:
        """Return how long the rest may take, at the speed so far."""
        later = self._protocol[self._step + 1 :]
        left = sum(step.duration for step in later)
        left += max(self._protocol[self._step].duration - within, 0.0)
        done = now - self._start
        if done < _LEAST_DONE * (done + left):
            return "the rest cannot be told yet"
        return f"the rest in {duration((wall - self._began) * left / done)} at this speed"


def duration(seconds: float) -> str:
    """Return a time in a unit that fits it."""
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"
