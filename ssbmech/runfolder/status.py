# SPDX-License-Identifier: BSD-3-Clause
"""How a run stands, and whether a process works on it; needs neither the solver nor MPI."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import IO, Any, Final

if sys.platform != "win32":
    import fcntl

LOCK = "run.lock"
"""File in a run folder that the process at work holds locked."""

EXIT_STOPPED: Final = 130
"""Exit status of a run or study that was stopped on request, as after Ctrl-C; it can go on."""


class RunStatus(StrEnum):
    """State of a run, as the manifest tells it."""

    RUNNING = "running"
    """It was started; if nothing runs any more, it was killed."""
    COMPLETE = "complete"
    """The protocol was carried out to its end."""
    STOPPED = "stopped"
    """It was ended early on request: an interrupt or another signal."""
    FAILED = "failed"
    """It ended in an error, named in the reason."""


def try_lock(file: IO[Any] | int) -> bool:
    """Return whether an open file could be locked for this process, or its disk has no locks."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def is_at_work(folder: Path) -> bool:
    """Return whether a process works on a run folder; False where the disk has no locks."""
    if sys.platform == "win32":
        return False
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
