# SPDX-License-Identifier: BSD-3-Clause
"""What a report says, as plain data from a run folder.

A run folder is taken as it is: the run may go on, may have been killed or have failed before its
first step. What is missing is left out, and a note says so where a reader would look for it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech._version import __version__
from ssbmech.report import case_words, effort
from ssbmech.report.readable import (
    date_text,
    moment_of,
    place_text,
    quantity_text,
    share_text,
)
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.status import RunStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ssbmech.runfolder.reader import RunData, Series

# Status in the manifest -> word on the page, class of its colour.
_STATES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "complete": ("complete", "good"),
        "stopped": ("stopped", "warned"),
        "failed": ("failed", "bad"),
        "running": ("running", "going"),
    }
)
_ENDED: Final = re.compile(r": step (\d+) of \d+, .*: ended \((.*)\)$")
_COLUMN: Final = re.compile(r" \[[^\]]*\]$")
# as runs of earlier versions wrote it
_ENDED_BEFORE: Final = re.compile(r": .* ended after step (\d+) of the protocol \((.*)\)$")
# Sizes below that are rounding [m2 or m3].
_NO_VOID: Final = 1e-24


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and what belongs to it.

    Attributes:
        label: The name.
        text: What belongs to it.
    """

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the protocol.

    Attributes:
        number: Its number, from 1.
        label: Its name.
        asks: What it asks for.
        planned: Longest duration.
        lasted: How long it took; empty if it was not begun.
        ended: How it ended.
    """

    number: int
    label: str
    asks: str
    planned: str
    lasted: str
    ended: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that a report says in words, numbers and tables.

    Attributes:
        title: Name of the case.
        state: Word for how the run ended.
        state_class: Class of its colour: "good", "warned", "bad" or "going".
        reason: Why it ended like that; empty if it came to its end.
        facts: When, where and how long it ran.
        results: Key results, one sentence.
        script: Script and arguments that it was started with; empty if there are none.
        listings: The case in tables.
        steps: The protocol.
        parameters: All parameters.
        audits: Largest errors of what is conserved.
        passed: Limits of validity that were passed.
        solver: What the solver did.
        unknowns: Number of unknowns of each field.
        versions: Software in use.
        sources: Sources of the parameters by material or law.
        references: Full references by key.
        warnings: What the case uses where it is not known.
        notes: What could not be read.
    """

    title: str
    state: str
    state_class: str
    reason: str
    facts: tuple[Fact, ...]
    results: str
    script: str
    listings: tuple[case_words.Listing, ...]
    steps: tuple[Step, ...]
    parameters: tuple[case_words.Parameter, ...]
    audits: tuple[effort.Audit, ...]
    passed: tuple[effort.Audit, ...]
    solver: case_words.Listing
    unknowns: tuple[Fact, ...]
    versions: tuple[Fact, ...]
    sources: Mapping[str, list[effort.SourceLine]]
    references: Mapping[str, str]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]


def has_rows(run: RunData) -> bool:
    """Return whether at least one time step was accepted."""
    return "time" in run.series.columns and run.series["time"].size > 0


def report_content(run: RunData, notes: list[str]) -> Content:
    """Return what a report says.

    Args:
        run: The run.
        notes: What could not be read.
    """
    manifest = run.manifest
    status = str(manifest.get("status", "unknown"))
    state, state_class = _STATES.get(status, (status, "warned"))
    lines = effort.sources(manifest)
    return Content(
        title=str(manifest.get("name") or run.path.resolve().name),
        state=state,
        state_class=state_class,
        reason=_reason(manifest, status),
        facts=tuple(_facts(run)),
        results=key_results(run),
        script=case_words.script_words(manifest),
        listings=tuple(case_words.case_listings(manifest)),
        steps=tuple(protocol_steps(run)),
        parameters=tuple(case_words.parameters(manifest)),
        audits=tuple(effort.audits(run)),
        passed=tuple(effort.limits_passed(run)),
        solver=effort.effort(run),
        unknowns=tuple(
            Fact(place_text(name), str(count))
            for name, count in effort.unknowns_by_field(manifest).items()
        ),
        versions=tuple(_versions(manifest)),
        sources=lines,
        references=effort.references(lines),
        warnings=tuple(place_text(str(text)) for text in manifest.get("warnings") or ()),
        notes=tuple(notes),
    )


def key_results(run: RunData) -> str:
    """Return the state at the last accepted step in one sentence; empty if there is none.

    Args:
        run: The run.
    """
    if not has_rows(run):
        return ""
    series = run.series
    end = quantity_text(float(series["time"][-1]), "s", 3)
    found = []
    for name, text in (
        ("voltage", "the voltage is {}"),
        ("p_stack", "the stack pressure is {}"),
        ("state_of_charge", "the state of charge is {}"),
    ):
        values = series.of(name).get("")
        if values is not None and math.isfinite(values[-1]):
            found.append(text.format(_shown(series, name, float(values[-1]))))
    for where, values in series.of("contact_fraction").items():
        if not math.isfinite(values[-1]):
            continue
        contact = f"{share_text(float(values[-1]))} of {place_text(where)} is in contact"
        void = series.of("void_volume").get(where)
        if void is not None and math.isfinite(void[-1]):
            unit = series.units[f"void_volume:{where}"]
            volume = _void_text(float(void[-1]), unit)
            contact += f" ({volume})"
        found.append(contact)
    if not found:
        return f"The run has come to {end}."
    listed = "; ".join(found)
    return f"At {end} {listed}."


def protocol_steps(run: RunData) -> list[Step]:
    """Return the protocol, and how each step of it went.

    Args:
        run: The run.
    """
    planned = run.manifest.get("protocol")
    planned = planned if isinstance(planned, list) else []
    asks, ended = case_words.step_words(run.manifest), _endings(RunPaths(run.path).log_path)
    lasted = _durations(run)
    found = []
    for number, step in enumerate(planned):
        limit = step.get("duration [s]")
        found.append(
            Step(
                number=number + 1,
                label=str(step.get("label", "")),
                asks=asks[number] if len(asks) == len(planned) else "",
                planned="" if limit is None else quantity_text(float(limit), "s"),
                lasted=quantity_text(lasted[number], "s", 4) if number in lasted else "",
                ended=_ending(run, number, ended, lasted),
            )
        )
    return found


def _ending(
    run: RunData, number: int, ended: Mapping[int, str], lasted: Mapping[int, float]
) -> str:
    """Return how a step ended, from the log if it tells, or else from the series."""
    if number in ended:
        return _ended_by(run, ended[number])
    if number not in lasted:
        return "not begun" if max(lasted, default=-1) < number else "not in the series"
    if number < max(lasted):
        return "followed by the next step"
    status = str(run.manifest.get("status", ""))
    return {"running": "under way", "complete": "end of the run"}.get(status, status)


def _ended_by(run: RunData, reason: str) -> str:
    """Return what the log names as the end of a step, in words."""
    # a reason in words comes with the column that told it
    reason = _COLUMN.sub("", reason)
    word, colon, cause = reason.partition(": ")
    if colon:
        return f"{word}: {_ended_by(run, cause)}"
    name, _, rest = reason.partition(" ")
    # the name of an interface may have blanks in it
    watched = max(
        (each for each in run.series.columns if reason.startswith(f"{each} ")),
        key=len,
        default=name,
    )
    if rest and (watched in run.series.columns or run.knows(watched)):
        _, _, where = watched.partition(":")
        place = f" of {place_text(where)}" if where else ""
        return f"{run.quantity(watched).label}{place} {reason.removeprefix(f'{watched} ')}"
    return "its duration" if reason == "duration" else reason


def _endings(path: Path) -> dict[int, str]:
    """Return how the log says the steps ended, by their numbers from 0."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return {}
    matches = (_ENDED.search(line) or _ENDED_BEFORE.search(line) for line in lines)
    return {int(match[1]) - 1: match[2] for match in matches if match}


def _durations(run: RunData) -> dict[int, float]:
    """Return how long the steps have lasted that were begun, by their numbers from 0 [s]."""
    steps = run.series.of("step").get("")
    if steps is None or not steps.size:
        return {}
    times = run.series["time"]
    first = float(run.series.of("time_step").get("", np.zeros(1))[0])
    found, start = {}, float(times[0]) - first
    for number in sorted({int(each) for each in steps}):
        end = float(times[steps == number][-1])
        found[number] = end - start
        start = end
    return found


def _reason(manifest: Mapping[str, Any], status: str) -> str:
    if status == RunStatus.RUNNING:
        return "under way when this report was made, or killed before it could say so"
    return str(manifest.get("reason") or "")


def _facts(run: RunData) -> list[Fact]:
    """Return when, where and how long a run went."""
    manifest = run.manifest
    facts = [Fact("started", date_text(manifest.get("started")))]
    if manifest.get("finished"):
        facts.append(Fact("finished", date_text(manifest["finished"])))
    facts += _wall_time(run)
    environment, again = _mapping(manifest, "environment"), effort.resumptions(manifest)
    if again:
        facts.append(Fact("resumed", "once" if len(again) == 1 else f"{len(again)} times"))
        if again[-1].get("ranks"):
            facts.append(Fact("ranks of the last part", str(again[-1]["ranks"])))
    elif "ranks" in environment:
        facts.append(Fact("ranks", str(environment["ranks"])))
    if "platform" in environment:
        facts.append(Fact("platform", str(environment["platform"])))
    if has_rows(run):
        facts.append(Fact("simulated", quantity_text(float(run.series["time"][-1]), "s", 3)))
        facts.append(Fact("time steps", str(run.series["time"].size)))
    return facts


def _wall_time(run: RunData) -> list[Fact]:
    """Return how long a run went, without the pauses before it was resumed."""
    manifest = run.manifest
    start, end = moment_of(manifest.get("started")), moment_of(manifest.get("finished"))
    wall = run.series.of("wall_time").get("")
    computed = "" if wall is None or not wall.size else quantity_text(float(wall[-1]), "s", 3)
    if effort.resumptions(manifest):
        return [Fact("computing time, without pauses", computed)] if computed else []
    # One with a time zone cannot be told from one without.
    if start and end and (start.tzinfo is None) == (end.tzinfo is None):
        return [Fact("wall time", quantity_text((end - start).total_seconds(), "s", 3))]
    return [Fact("wall time so far", computed)] if computed else []


def _versions(manifest: Mapping[str, Any]) -> list[Fact]:
    versions = _mapping(_mapping(manifest, "environment"), "versions")
    found = [Fact(str(name), str(version)) for name, version in versions.items()]
    return [*found, Fact("this report", f"ssbmech {__version__}")]


def _shown(series: Series, name: str, value: float) -> str:
    unit = series.units[name]
    return share_text(value) if unit == "1" else quantity_text(value, unit, 4)


def _void_text(value: float, unit: str) -> str:
    if abs(value) < _NO_VOID:
        return "no void"
    per_depth = " per depth" if unit == "m2" else ""
    return f"void {quantity_text(value, unit, 3)}{per_depth}"


def _mapping(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = content.get(key)
    return value if isinstance(value, dict) else {}
