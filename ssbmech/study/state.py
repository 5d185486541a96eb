# SPDX-License-Identifier: BSD-3-Clause
"""How far each variant of a study is, from what its job and its run have left."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from ssbmech.errors import StudyError
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.status import EXIT_STOPPED, RunStatus
from ssbmech.study.files import read_json
from ssbmech.study.job import HEADER
from ssbmech.study.plan import Plan, Variant

# Holds the last row of any series.
_TAIL = 8192
_LAST_LINES = 3


class Status(StrEnum):
    """State of a variant."""

    WAITING = "waiting"
    """Nothing was started yet."""
    RUNNING = RunStatus.RUNNING
    """It runs, or was killed without a chance to say so."""
    STOPPED = RunStatus.STOPPED
    """It was ended early on request, and will be gone on with."""
    FAILED = RunStatus.FAILED
    """It ended in an error."""
    COMPLETE = RunStatus.COMPLETE
    """It came to its end."""


@dataclass(frozen=True)
class State:
    """State of a variant.

    Attributes:
        variant: The variant.
        status: How far it is.
        reason: Why it failed or was stopped.
        progress: Simulated part of the protocol [1].
    """

    variant: Variant
    status: Status
    reason: str = ""
    progress: float = 0.0


class Watch:
    """Looks at the variants of a study again and again."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        """Begin without knowing anything.

        Args:
            plan: The plan.
            folder: Folder of the study.
        """
        self._plan, self._folder = plan, folder
        self._complete: dict[str, State] = {}

    def look(self) -> list[State]:
        """Return the states of all variants in the order of the plan."""
        return [self._look_at(variant) for variant in self._plan.variants]

    def _look_at(self, variant: Variant) -> State:
        # A complete run stays complete; its files need not be read again.
        known = self._complete.get(variant.name)
        if known is None:
            known = state_of(variant, self._folder)
            if known.status is Status.COMPLETE:
                self._complete[variant.name] = known
        return known


def state_of(variant: Variant, folder: Path) -> State:
    """Return the state of a variant.

    Args:
        variant: The variant.
        folder: Folder of the study.
    """
    run = folder / variant.name
    manifest = _read(RunPaths(run).manifest_path)
    job = _read(folder / "jobs" / f"{variant.name}.json")
    if manifest.get("status") == RunStatus.COMPLETE:
        return State(variant, Status.COMPLETE, progress=1.0)
    progress = _progress(run, manifest)
    ended = job.get("status")
    if ended is None and job:
        return State(variant, Status.RUNNING, progress=progress)
    if ended not in (None, 0, EXIT_STOPPED):
        return State(variant, Status.FAILED, _reason(variant, folder, manifest, ended), progress)
    if not manifest:
        return State(variant, Status.WAITING)
    # What a job has stopped, or a run that was made by hand.
    said = str(manifest.get("status", ""))
    status = Status(said) if said in tuple(Status) else Status.STOPPED
    status = Status.STOPPED if ended == EXIT_STOPPED else status
    return State(variant, status, str(manifest.get("reason", "")), progress)


def abandoned(states: list[State], *, stopped: bool) -> list[State]:
    """Return the states after the end of a study: what still says it runs was killed.

    Args:
        states: States of the variants.
        stopped: Whether the study was stopped on request.
    """
    status = Status.STOPPED if stopped else Status.FAILED
    return [
        replace(state, status=status, reason="its job was killed")
        if state.status is Status.RUNNING
        else state
        for state in states
    ]


def counts(states: list[State]) -> str:
    """Return how many variants are in which state, in words."""
    number = Counter(state.status for state in states)
    return ", ".join(f"{number[status]} {status}" for status in reversed(Status) if number[status])


def _read(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file; an empty one if it cannot be read at this moment."""
    try:
        return read_json(path)
    except StudyError:
        return {}


def _progress(run: Path, manifest: Mapping[str, Any]) -> float:
    """Return which part of its protocol a run has simulated."""
    durations = [step.get("duration [s]", 0.0) for step in manifest.get("protocol", [])]
    whole = sum(float(duration) for duration in durations)
    return min(_last_time(RunPaths(run).series_path) / whole, 1.0) if whole > 0.0 else 0.0


def _last_time(series: Path) -> float:
    """Return the time of the last whole row of a series [s]; 0 if there is none."""
    try:
        with series.open("rb") as stream:
            names = stream.readline().decode().split(",")
            stream.seek(max(stream.seek(0, os.SEEK_END) - _TAIL, 0))
            rows = stream.read().decode().split("\n")[1:-1]
        return float(rows[-1].split(",")[names.index("time [s]")])
    except (OSError, ValueError, IndexError):
        return 0.0


def _reason(variant: Variant, folder: Path, manifest: Mapping[str, Any], status: int) -> str:
    """Return why a job failed: what the run says, or else the last lines of its log."""
    if manifest.get("status") == RunStatus.FAILED and manifest.get("reason"):
        return str(manifest["reason"])
    end = f"killed by signal {-status}" if status < 0 else f"exit status {status}"
    last = last_lines(folder / "logs" / f"{variant.name}.log")
    return f"{end}: {last}" if last else end


def last_lines(path: Path) -> str:
    """Return the end of what a log says since its last header in one line.

    Args:
        path: The log; one that cannot be read says nothing.
    """
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    headers = [number for number, line in enumerate(lines) if line.startswith(HEADER)]
    lines = lines[headers[-1] + 1 :] if headers else lines
    told = [line.strip() for line in lines if line.strip()]
    return " / ".join(told[-_LAST_LINES:])
