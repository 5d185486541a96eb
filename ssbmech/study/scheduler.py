# SPDX-License-Identifier: BSD-3-Clause
"""Snakemake as a child process: it starts the jobs, on local cores or through an executor plugin.

A request to stop makes Snakemake start no more jobs, and reaches the running ones through a file in
the study's folder, wherever they run; they end after the time step in progress. A second request
ends all that runs here at once.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Protocol, TextIO

from ssbmech.errors import EnvironmentMissing, StudyError
from ssbmech.runfolder.status import try_lock
from ssbmech.study.files import replace
from ssbmech.study.job import STOP
from ssbmech.study.plan import LOCK, Plan
from ssbmech.study.state import State, Status, Watch, last_lines

SNAKEFILE = Path(__file__).with_name("Snakefile")
LOG = "snakemake.log"

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PAUSE = 0.5
# Program by which an executor submits jobs.
_SUBMITS_BY = {"slurm": "sbatch", "lsf": "bsub"}
# What sends jobs elsewhere: there a request to stop must also recall those that queue.
_ELSEWHERE = ("--executor", "-e", "--profile", "--workflow-profile")


class Progress(Protocol):
    """Role of what shows how far a study is."""

    def show(self, states: list[State]) -> None:
        """Show the states of all variants."""


@dataclass(frozen=True)
class Snakemake:
    """How Snakemake is called.

    Attributes:
        cores: Local cores to use; None for all there are.
        options: Further options of Snakemake's own.
    """

    cores: int | None = None
    options: tuple[str, ...] = ()

    @property
    def elsewhere(self) -> bool:
        """Whether the jobs run through an executor plugin."""
        return any(option.split("=")[0] in _ELSEWHERE for option in self.options)

    def command(self, folder: Path) -> list[str]:
        """Return the command line.

        Args:
            folder: Folder of the study.
        """
        cores = [] if self.elsewhere and self.cores is None else ["--cores", str(self._cores())]
        return [
            *(sys.executable, "-m", "snakemake"),
            *("--snakefile", str(SNAKEFILE), "--directory", str(folder)),
            # The plan says what is to be done; what has changed besides does not matter.
            *("--keep-going", "--rerun-incomplete", "--rerun-triggers", "mtime"),
            *("--nolock", "--nocolor", "--scheduler", "greedy"),
            *cores,
            *self.options,
        ]

    @property
    def executor(self) -> str:
        """Name of the executor plugin; empty if the options name none."""
        rest = list(self.options)
        while rest:
            name, equals, value = rest.pop(0).partition("=")
            if name in ("--executor", "-e"):
                return value if equals or not rest else rest[0]
        return ""

    def check(self, plan: Plan) -> None:
        """Refuse what would not run.

        Args:
            plan: The plan.

        Raises:
            EnvironmentMissing: Snakemake is not installed, or Slurm is asked for and not there.
            StudyError: A variant needs more ranks than there are cores, or there are none.
        """
        if self.cores is not None and self.cores < 1:
            raise StudyError(f"--cores {self.cores}: give one or more")
        if find_spec("snakemake") is None:
            raise EnvironmentMissing(
                "studies are run by Snakemake, which is not installed: pip install 'ssbmech[study]'"
            )
        program = _SUBMITS_BY.get(self.executor)
        if program is not None and shutil.which(program) is None:
            raise EnvironmentMissing(
                f"there is no {program} to submit jobs with; the sandbox of ./ssb does not show "
                "the machine's queue: use a module, conda or a container (docs/guide/clusters.md)"
            )
        if not self.elsewhere and plan.ranks > self._cores():
            raise StudyError(
                f"each variant takes {plan.ranks} ranks, but there are {self._cores()} cores; "
                "lower ranks in [run], or raise --cores"
            )

    def _cores(self) -> int:
        return len(os.sched_getaffinity(0)) if self.cores is None else self.cores


class Requests:
    """Requests to stop that this process has received."""

    def __init__(self) -> None:
        """Start without one."""
        self.count = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note a signal.

        A terminal that is lost may tell so more than once, and means one request only.
        """
        if number != signal.SIGHUP or not self.count:
            self.count += 1


@contextmanager
def _catch_signals() -> Iterator[Requests]:
    """Turn signals into requests to stop, but leave ignored ones ignored, as nohup wants it."""
    requests = Requests()
    caught = [number for number in _SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    old = {number: signal.signal(number, requests) for number in caught}
    try:
        yield requests
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)


@contextmanager
def locked(folder: Path) -> Iterator[TextIO]:
    """Keep other studies out of a folder; it is made if need be.

    Yields:
        The locked file. Whoever inherits it holds the lock too.

    Raises:
        StudyError: Another study works on the folder, or it cannot be written.
    """
    path = folder / LOCK
    try:
        folder.mkdir(parents=True, exist_ok=True)
        stream = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise StudyError(f"cannot write the folder {folder}: {error.strerror}") from error
    with stream:
        if not try_lock(stream):
            stream.seek(0)
            raise StudyError(_who_works(stream.read().splitlines(), folder))
        stream.truncate(0)
        stream.write(f"{os.getpid()} on {os.uname().nodename}\n")
        stream.flush()
        # Closing the file gives the lock back, unless Snakemake has outlived this process.
        yield stream


def _who_works(lines: Sequence[str], folder: Path) -> str:
    """Return who works on a folder, from the lines of its lock."""
    holder = lines[0] if lines else "unknown"
    process, _, host = holder.partition(" on ")
    alive = host != os.uname().nodename or Path("/proc", process).exists()
    if alive or len(lines) < 2:
        return f"another study works on {folder}: process {holder}"
    return (
        f"the study that worked on {folder} was killed, but its Snakemake, process {lines[1]} on "
        f"{host}, goes on with it: wait until it has ended, or end it with `kill {lines[1]}` (what "
        f"runs goes on to its end) or `touch {folder / STOP}` (what runs keeps its state and stops)"
    )


def mark_done(plan: Plan, folder: Path) -> list[State]:
    """Bring the markers in line with the run folders, and return the states of all variants.

    Args:
        plan: The plan.
        folder: Folder of the study.

    Raises:
        StudyError: A file cannot be written.
    """
    states = []
    (folder / STOP).unlink(missing_ok=True)
    for state in Watch(plan, folder).look():
        marker = folder / "done" / state.variant.name
        if state.status is Status.COMPLETE:
            if not marker.exists():
                replace(marker, b"")
        else:
            marker.unlink(missing_ok=True)
            # How an earlier job ended is of no interest to this study.
            (folder / "jobs" / f"{state.variant.name}.json").unlink(missing_ok=True)
        states.append(state)
    return states


def carry_out(
    plan: Plan, folder: Path, snakemake: Snakemake, lock: TextIO, progress: Progress
) -> bool:
    """Run all variants that are not complete, and return whether it went on to the end.

    Args:
        plan: The plan, which the folder holds.
        folder: Folder of the study, locked.
        snakemake: How Snakemake is called.
        lock: The lock; Snakemake holds it too, should this process be killed.
        progress: Shows how far the study is.

    Raises:
        StudyError: Snakemake has failed for a reason of its own.
    """
    watch = Watch(plan, folder)
    with _catch_signals() as requests, (folder / LOG).open("ab") as log:
        process = subprocess.Popen(
            snakemake.command(folder),
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C must not reach it directly: it would end before the runs have.
            start_new_session=True,
            pass_fds=(lock.fileno(),),
        )
        stopping = _Stopping(process, folder, snakemake.elsewhere)
        try:
            lock.write(f"{process.pid}\n")
            lock.flush()
            while process.poll() is None:
                time.sleep(_PAUSE)
                states = watch.look()
                stopping.act(_asked(requests, folder), states)
                progress.show(states)
        finally:
            # Whatever has gone wrong here, nothing shall go on unseen.
            stopping.leave()
    progress.show(watch.look())
    never = [each.name for each in plan.variants if not _was_tried(each.name, folder)]
    asked = _asked(requests, folder)
    if never and not asked:
        raise StudyError(
            f"Snakemake ended with status {process.returncode} and did not start {never[0]}; "
            f"{folder / LOG} ends with: {last_lines(folder / LOG)}"
        )
    return not asked


def _asked(requests: Requests, folder: Path) -> int:
    """Return the number of requests to stop; the file that asks the jobs to is one as well."""
    return max(requests.count, int((folder / STOP).exists()))


def _was_tried(name: str, folder: Path) -> bool:
    """Return whether a variant is complete, or a job has begun with it in this study."""
    return (folder / "jobs" / f"{name}.json").exists() or (folder / "done" / name).exists()


class _Stopping:
    """Passes requests to stop on."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path, elsewhere: bool) -> None:
        self._process, self._folder, self._elsewhere = process, folder, elsewhere
        self._done = 0
        self._recalled = False

    def leave(self) -> None:
        """Ask all that still runs to stop."""
        if self._process.poll() is None:
            try:
                replace(self._folder / STOP, b"")
            finally:
                self._process.terminate()

    def act(self, requests: int, states: list[State]) -> None:
        """Do what the requests received so far ask for."""
        if requests and not self._done:
            replace(self._folder / STOP, b"")
            # No further jobs, says this signal to Snakemake.
            self._process.terminate()
        elif requests > self._done:
            os.killpg(self._process.pid, signal.SIGTERM)
        self._done = requests
        running = any(state.status is Status.RUNNING for state in states)
        if requests and self._elsewhere and not running and not self._recalled:
            # What queues elsewhere would have to start before it sees that it shall not.
            self._process.send_signal(signal.SIGINT)
            self._recalled = True


def _environment() -> dict[str, str]:
    """Return the environment of the jobs: as at the start of this process, with the package."""
    package = str(Path(__file__).parents[2])
    paths: Sequence[str] = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([package, *filter(None, paths)])),
    }
