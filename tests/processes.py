# SPDX-License-Identifier: BSD-3-Clause
"""Processes that tests start: known with all their descendants, ended and buried with the test."""

from __future__ import annotations

import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

HANG = 900.0
"""Whoever waits longer hangs; a machine with much else to do does not. Shorter than the limit of
pytest for a test, which leaves no time to end processes [s]."""

PAUSE = 0.02
"""Time between two looks at what is waited for [s]."""

_MARK = "SSBMECH_TEST_FAMILY"


def wait_for(state: Callable[[], object], what: str) -> None:
    """Wait until a state is reached.

    Args:
        state: tells whether it is; may raise to give up.
        what: what is waited for.
    """
    end = time.monotonic() + HANG
    while not state():
        assert time.monotonic() < end, f"waited {HANG:g} s in vain: {what}"
        time.sleep(PAUSE)


class Processes:
    """Processes that were started here, and all that descend from them.

    They are told by a variable of their environment, which descendants inherit, also those whose
    parents are gone. As a context it leaves no process and no open pipe behind.
    """

    def __init__(self) -> None:
        self._mark = uuid.uuid4().hex
        self._started: list[subprocess.Popen[Any]] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill_all()
        for process in self._started:
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Start a process; the options are those of `subprocess.Popen`."""
        environment = {**(options.pop("env", None) or os.environ), _MARK: self._mark}
        process = subprocess.Popen(command, env=environment, **options)
        self._started.append(process)
        return process

    def alive(self) -> set[int]:
        """Return the processes that run; those that wait to be buried do not."""
        wanted = f"{_MARK}={self._mark}".encode()
        found = set()
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with suppress(OSError):
                    if wanted in (folder / "environ").read_bytes().split(b"\0"):
                        found.add(int(folder.name))
        return found

    def wait_for_end(self) -> None:
        """Wait until all have ended by themselves."""
        wait_for(lambda: not self.alive(), "end of all processes")

    def kill_all(self) -> None:
        """Kill all at one moment, and wait until they are gone.

        They are looked for twice: whoever is between two programs has no environment for a moment.
        """
        wait_for(self._killed, "end of killed processes")
        time.sleep(PAUSE)
        wait_for(self._killed, "end of killed processes")
        for process in self._started:
            process.wait(HANG)

    def _killed(self) -> bool:
        """Kill those that run, and return whether there were none.

        They are halted first: what is killed one by one could start others meanwhile.
        """
        halted: set[int] = set()
        while new := self.alive() - halted:
            for pid in new:
                _send(pid, signal.SIGSTOP)
            halted |= new
        for pid in halted:
            _send(pid, signal.SIGKILL)
        return not halted


def _send(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
