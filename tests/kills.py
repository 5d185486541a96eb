# SPDX-License-Identifier: BSD-3-Clause
"""Kill the main job at random moments, resume it, and compare it with an undisturbed run.

    ./ssb python -m tests.kills            # ten kills of the whole job, some ten minutes
    ./ssb python -m tests.kills --short    # the same with the shortened job, two or three minutes

Each time the job starts on one number of ranks, all its processes are killed with SIGKILL at a
random moment, and it is resumed on another number. The exit status tells whether all series are
those of the undisturbed run to 1e-8.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ssbmech.runfolder import vtkhdf
from ssbmech.runfolder.reader import Series
from tests.processes import HANG, Processes
from tests.run import mpirun_command
from tests.small_cell import deviations, physical
from tests.void_run import SCRIPT, SHORT

LIMIT = 1e-8
"""Largest deviation of a column over the largest value of its quantity [1]."""

RANKS = ((1, 2), (2, 3), (3, 1))
"""Ranks before and after a kill."""


@dataclass(frozen=True)
class Job:
    """What is run.

    Attributes:
        script: case script.
        knobs: their values, as on the command line.
        smallest: least sizes of quantities that are zero but for round-off, to compare them.
    """

    script: Path
    knobs: Sequence[str] = ()
    smallest: Mapping[str, float] = field(default_factory=dict)

    def arguments(self, folder: Path, checkpoint_every: float, resume: bool = False) -> list[str]:
        """Return the arguments of ssbmech that run it in a folder."""
        options = ["--resume"] if resume else []
        options += ["--no-figures", f"--checkpoint-every={checkpoint_every}", f"--out={folder}"]
        return ["run", str(self.script), *self.knobs, *options]


@dataclass(frozen=True)
class Outcome:
    """How a killed job went.

    Attributes:
        ranks: before and after.
        moment: when it was killed, or had ended, since its start [s].
        rows: rows of the series when it was killed.
        kept: whether these rows are in the final series as they were.
        deviation: largest deviation from the undisturbed run [1].
        fields: whether the field files hold the times that those of the undisturbed run hold.
    """

    ranks: tuple[int, int]
    moment: float
    rows: int
    kept: bool
    deviation: float
    fields: bool


def command(ranks: int, *arguments: str) -> list[str]:
    """Return the command line of ssbmech on a number of ranks."""
    launcher = mpirun_command(ranks) if ranks > 1 else []
    return [*launcher, sys.executable, "-m", "ssbmech", *arguments]


def environment() -> dict[str, str]:
    """Return the environment of a job that is no part of this process's MPI."""
    ours = ("OMPI_COMM_", "PMIX_", "PRTE_JOB")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    kept["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    return kept


def run_out(ranks: int, *arguments: str) -> None:
    """Run a command of ssbmech to its end."""
    subprocess.run(
        command(ranks, *arguments),
        env=environment(),
        check=True,
        timeout=HANG,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def start_and_kill(now: Callable[[float], bool], ranks: int, *arguments: str) -> float:
    """Start a command of ssbmech and kill all its processes, unless they end before.

    Args:
        now: given the time since the start [s], tells whether to kill.
        ranks: number of ranks.
        arguments: of the command.

    Returns:
        Time since the start [s].
    """
    start = time.monotonic()
    with Processes() as processes:
        process = processes.start(
            command(ranks, *arguments),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        while process.poll() is None and not now(time.monotonic() - start):
            time.sleep(0.02)
        moment = time.monotonic() - start
        processes.kill_all()
    return moment


def marched(folder: Path, rows: int) -> Callable[[float], bool]:
    """Return what tells `start_and_kill` that a run has written more than some lines of series."""
    series = folder / "series.csv"

    def now(elapsed: float) -> bool:
        written = series.read_text("utf-8").count("\n") if series.exists() else 0
        return elapsed > HANG or written > rows

    return now


def deviation(folder: Path, reference: Path, smallest: Mapping[str, float]) -> float:
    """Return the largest deviation of a series from another one; infinite if rows are missing."""
    found, expected = (Series.read(path / "series.csv").columns for path in (folder, reference))
    if len(found["time"]) != len(expected["time"]):
        return np.inf
    columns = {name: expected[name] for name in physical(expected)}
    return max(deviations(found, columns, smallest).values())


def same_times(folder: Path, reference: Path) -> bool:
    """Return whether the field files of two runs hold the same times, each of them once."""
    names = sorted(path.name for path in (reference / "fields").glob("*.vtkhdf"))
    found, expected = (
        [vtkhdf.times(path / "fields" / name) for name in names] for path in (folder, reference)
    )
    return all(
        len(one) == len(other) and np.allclose(one, other, rtol=LIMIT, atol=0.0)
        for one, other in zip(found, expected, strict=True)
    )


def killed_job(
    job: Job, folder: Path, reference: Path, now: Callable[[float], bool], ranks: tuple[int, int]
) -> Outcome:
    """Start a job, or go on with it, kill it, resume it, and compare it."""
    arguments = job.arguments(folder, checkpoint_every=1.0, resume=True)
    moment = start_and_kill(now, ranks[0], *arguments)
    series = folder / "series.csv"
    before = series.read_text("utf-8") if series.exists() else ""
    # killed so early that there is no run yet, it is started
    run_out(ranks[1], *arguments)
    whole = before[: before.rfind("\n") + 1]
    return Outcome(
        ranks,
        moment,
        max(whole.count("\n") - 1, 0),
        series.read_text("utf-8").startswith(whole),
        deviation(folder, reference, job.smallest),
        same_times(folder, reference),
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=10, help="number of jobs that are killed")
    parser.add_argument("--short", action="store_true", help="the shortened job")
    parser.add_argument("--seed", type=int, default=1, help="seed of the moments")
    options = parser.parse_args()
    job = Job(SCRIPT, SHORT if options.short else ())
    moments = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="ssbmech-kills-") as temporary:
        reference = Path(temporary) / "reference"
        start = time.monotonic()
        run_out(2, *job.arguments(reference, checkpoint_every=10.0))
        whole = time.monotonic() - start
        print(f"undisturbed: {whole:.0f} s on 2 ranks", flush=True)
        for number in range(options.kills):
            ranks = RANKS[number % len(RANKS)]
            folder = Path(temporary) / f"kill{number}"
            moment = moments.uniform(0, whole)
            found = killed_job(job, folder, reference, lambda t, m=moment: t > m, ranks)
            good = found.kept and found.fields and found.deviation <= LIMIT
            failed += not good
            print(
                f"killed after {found.moment:5.1f} s and {found.rows:3d} rows on {ranks[0]} ranks, "
                f"resumed on {ranks[1]}: deviation {found.deviation:.1e}"
                f"{'' if found.kept else ', rows changed'}"
                f"{'' if found.fields else ', fields differ'}{'' if good else '  FAILED'}",
                flush=True,
            )
    print(f"{options.kills - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
