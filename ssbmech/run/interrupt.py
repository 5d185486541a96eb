# SPDX-License-Identifier: BSD-3-Clause
"""Signals that ask a run to stop."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ssbmech.errors import CaseError

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
"""What asks a run to stop; mpirun kills its ranks soon after the first two, but not the third."""


class Interrupt:
    """Remembers that the run was asked to stop."""

    def __init__(self) -> None:
        """Start without a request."""
        self._signals: list[int] = []

    def requested(self) -> bool:
        """Return whether this process was asked to stop."""
        return bool(self._signals)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; a second Ctrl-C ends the process at once."""
        if self._signals and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signals.append(number)


@contextmanager
def catch_signals() -> Iterator[Interrupt]:
    """Turn signals into a request to stop after the step in progress."""
    interrupt = Interrupt()
    try:
        old = {number: signal.signal(number, interrupt) for number in SIGNALS}
    except ValueError as error:
        raise CaseError(
            "run() must be called from the main thread, which receives the signals"
        ) from error
    try:
        yield interrupt
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
