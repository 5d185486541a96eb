# SPDX-License-Identifier: BSD-3-Clause
"""One variant's job: what Snakemake starts, here or on another computer.

``python -m ssbmech.study.job FOLDER VARIANT`` runs the variant, or goes on with it, and marks it
as done. A request to stop, by a signal or by the file ``stop`` in the study's folder, is passed on
to the run in the way it can act on, and the job waits until the run has closed its files. Two jobs
never work on one variant: the later one waits.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TextIO

from ssbmech.errors import SSBMechError, StudyError
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.status import EXIT_STOPPED, RunStatus, is_at_work, try_lock
from ssbmech.study.files import read_json, replace, write_json
from ssbmech.study.plan import Plan, Variant

STOP = "stop"
"""File in the study's folder that asks all jobs to stop."""

# SIGWINCH is for a scheduler that signals all processes of a job: the others ignore it, while
# mpirun would end its ranks on SIGTERM. No job has a terminal whose size could change.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGWINCH)
# Open MPI sees one slot in a job of one task, however many cores the task has. Two versions' names.
_SLOTS = {
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "PRTE_MCA_mapby": ":oversubscribe",
}
_PAUSE = 0.2

HEADER = "--- "
"""Begins the line of a log that tells when and how a run was started."""


@dataclass
class Job:
    """The job of one variant.

    Attributes:
        folder: Folder of the study.
        plan: Its plan.
        variant: The variant.
        requests: Signals received so far.
    """

    folder: Path
    plan: Plan
    variant: Variant
    requests: list[int] = field(default_factory=list)

    def run(self) -> int:
        """Run the variant unless it is complete, and return the exit status.

        Raises:
            StudyError: A file cannot be written.
        """
        for number in _SIGNALS:
            signal.signal(number, self._note)
        with self._alone() as granted:
            if granted and self._complete():
                status = 0
            elif self._asked() or not granted:
                return EXIT_STOPPED
            else:
                status = self._carry_out()
        if status == 0:
            replace(self.folder / "done" / self.variant.name, b"")
        return status

    def _carry_out(self) -> int:
        """Start the run and wait for it, passing requests to stop on."""
        began = _now()
        record = {"began": began, "host": os.uname().nodename, "process": os.getpid()}
        write_json(self._path("jobs", ".json"), record)
        log = self._path("logs", ".log")
        log.parent.mkdir(exist_ok=True)
        command = self.plan.command(self.variant, self.folder / self.variant.name)
        with log.open("a", encoding="utf-8") as stream:
            stream.write(f"{HEADER}{began}: {' '.join(command)}\n")
            stream.flush()
            status = self._supervise(command, stream)
        write_json(self._path("jobs", ".json"), {**record, "ended": _now(), "status": status})
        return status

    def _supervise(self, command: list[str], log: TextIO) -> int:
        """Return the exit status of a command, `EXIT_STOPPED` if it was asked to stop and did."""
        environment = {"OMP_NUM_THREADS": "1", **_SLOTS, **os.environ}
        try:
            # A session of its own: mpirun must not get the signals of this process's group, for
            # it kills its ranks before they have closed their files.
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=self.plan.directory,
                start_new_session=True,
            )
        except OSError as error:
            log.write(f"cannot start {error.filename or command[0]}: {error.strerror}\n")
            return 127
        passed: int | None = None
        while process.poll() is None:
            if passed is None and self._asked():
                # mpirun hands this signal on to its ranks.
                process.send_signal(signal.SIGUSR1 if self.plan.ranks > 1 else signal.SIGTERM)
                passed = len(self.requests)
            elif passed is not None and len(self.requests) > passed:
                os.killpg(process.pid, signal.SIGKILL)
                passed = len(self.requests)
            time.sleep(_PAUSE)
        status = process.returncode
        return status if passed is None or status == 0 else EXIT_STOPPED

    def _asked(self) -> bool:
        """Return whether the job is to stop."""
        return bool(self.requests) or (self.folder / STOP).exists()

    def _complete(self) -> bool:
        return is_complete(self.folder / self.variant.name)

    def _path(self, kind: str, ending: str) -> Path:
        return self.folder / kind / f"{self.variant.name}{ending}"

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requests.append(number)

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Wait until no other job or run works on the variant, or until asked to stop.

        Yields:
            Whether this job may go on.
        """
        path = self._path("jobs", ".lock")
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            granted = False
            while not granted and not self._asked():
                # A run may have outlived its job.
                granted = try_lock(stream) and not is_at_work(self.folder / self.variant.name)
                time.sleep(0.0 if granted else _PAUSE)
            yield granted


def is_complete(run: Path) -> bool:
    """Return whether a run folder holds a run that came to its end."""
    try:
        return read_json(RunPaths(run).manifest_path).get("status") == RunStatus.COMPLETE
    except StudyError:
        return False


def main(arguments: list[str]) -> int:
    """Run the job that a command line asks for and return the exit status.

    Args:
        arguments: Folder of the study and name of the variant.
    """
    folder, name = Path(arguments[0]).resolve(), arguments[1]
    try:
        plan = Plan.read(folder)
        if plan is None:
            raise StudyError(f"{folder} holds no plan of a study")
        return Job(folder, plan, plan.variant(name)).run()
    except (SSBMechError, OSError) as error:
        _note_failure(folder, name, error)
        sys.stderr.write(f"{name}: {error}\n")
        return 1
    except BaseException as error:
        _note_failure(folder, name, error)
        raise


def _note_failure(folder: Path, name: str, error: BaseException) -> None:
    """Note a failure of the job's own where the study looks, as far as that can be written."""
    with suppress(SSBMechError, OSError):
        write_json(folder / "jobs" / f"{name}.json", {"ended": _now(), "status": 1})
    with suppress(OSError), (folder / "logs" / f"{name}.log").open("a", encoding="utf-8") as log:
        log.write(f"the job failed: {type(error).__name__}: {error}\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
