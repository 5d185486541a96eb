# SPDX-License-Identifier: BSD-3-Clause
"""How far the numbers of a run can be trusted, and what they cost: audits, solver, sources."""

from __future__ import annotations

import math
import runpy
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.report.case_words import Listing
from ssbmech.report.readable import date_text, number_text, place_text, quantity_text, share_text
from ssbmech.runfolder.audits import AuditLimits
from ssbmech.runfolder.linear_effort import COMPUTED, FILES, LinearEffort
from ssbmech.runfolder.watched import WATCHED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ssbmech.runfolder.reader import RunData, Series

_PACKAGE: Final = Path(__file__).parents[1]
_AUDIT: Final = "audit_"


@dataclass(frozen=True, slots=True)
class Audit:
    """The largest error of one audit in a run.

    Attributes:
        label: What is conserved.
        largest: Largest value, "not measured" if the cell cannot measure it.
        at: Time of the largest value.
        limit: Largest value allowed; empty if it is not known.
        mark: "passed", "failed" or "not measured".
    """

    label: str
    largest: str
    at: str
    limit: str
    mark: str


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where one parameter comes from.

    Attributes:
        parameter: Path to the parameter in its law.
        key: Key of the reference.
        text: What was measured or computed, and at which temperature.
        note: What a user must know.
        provenance: How the number was obtained.
    """

    parameter: str
    key: str
    text: str
    note: str
    provenance: str


def audits(run: RunData) -> list[Audit]:
    """Return the largest errors of what each step must conserve.

    Args:
        run: The run; audits that its series lacks are left out.
    """
    series, limits, found = run.series, asdict(AuditLimits()), []
    for name, values in series.columns.items():
        if not name.startswith(_AUDIT):
            continue
        limit = limits.get(name.removeprefix(_AUDIT))
        label = run.quantity(name).label
        shown = "" if limit is None else number_text(limit, 2)
        measured = np.flatnonzero(~np.isnan(values))
        if not measured.size:
            found.append(Audit(label, "not measured", "", shown, "not measured"))
            continue
        row = int(measured[np.argmax(values[measured])])
        largest = float(values[row])
        mark = "no limit known" if limit is None else "passed" if largest <= limit else "failed"
        at = quantity_text(float(series["time"][row]), "s", 3)
        found.append(Audit(label, number_text(largest, 2), at, shown, mark))
    return found


def limits_passed(run: RunData) -> list[Audit]:
    """Return the limits of validity that a run has passed, each with its largest value.

    Args:
        run: The run; one whose manifest or series knows of no limits has passed none.
    """
    limits, found = _limits(run.manifest), []
    times = run.series.columns.get("time", np.zeros(0))
    for item in WATCHED:
        soft, hard = limits.get(item.limit), limits.get(f"{item.limit}_error")
        limit = hard if soft is None else soft
        for where, values in run.series.of(item.quantity).items():
            beyond = [k for k, value in enumerate(values) if item.is_past(float(value), limit)]
            if not beyond or limit is None:
                continue
            label = run.quantity(item.quantity).label
            place = f" of {place_text(where)}" if where else ""
            worst = values[beyond[int(np.argmax(item.sign * values[beyond]))]]
            at = quantity_text(float(times[beyond[0]]), "s", 3)
            shown = number_text(limit, 2)
            found.append(Audit(label + place, number_text(float(worst), 3), at, shown, item.says))
    return found


def _limits(manifest: Mapping[str, Any]) -> dict[str, float | None]:
    """Return the limits of validity of a case by name, as its manifest lists them."""
    listed = manifest.get("case")
    rows = [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []
    named = ((str(row.get("name", "")), row.get("value")) for row in rows)
    return {
        name.removeprefix("limits."): float(value)
        for name, value in named
        if name.startswith("limits.") and isinstance(value, (int, float))
    }


def effort(run: RunData) -> Listing:
    """Return what the solver did, in numbers.

    Args:
        run: The run.
    """
    series, rows = run.series, []
    count = series.columns["time"].size if "time" in series.columns else 0
    unknowns = unknowns_by_field(run.manifest)
    if unknowns:
        rows.append(("unknowns", f"{sum(unknowns.values())}"))
    rows.append(("accepted time steps", str(count)))
    if count:
        rows += _steps(series, count)
    rows += _linear(run)
    rows += _cost_of_files(run.manifest)
    rows += _resumed(run.manifest)
    solver = run.manifest.get("solver")
    if isinstance(solver, dict) and solver:
        chosen = ", ".join(f"{key} {value}" for key, value in solver.items())
        rows.append(("options of PETSc", chosen))
    return Listing("Solver", ("", ""), tuple(rows))


def resumptions(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return what the manifest tells of each time the run was resumed.

    Args:
        manifest: The manifest.
    """
    resumed = manifest.get("resumed")
    return [each for each in resumed if isinstance(each, dict)] if isinstance(resumed, list) else []


def unknowns_by_field(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of unknowns of each field; empty if the manifest does not tell.

    Args:
        manifest: The manifest.
    """
    unknowns = manifest.get("unknowns")
    return dict(unknowns) if isinstance(unknowns, dict) else {}


def sources(manifest: Mapping[str, Any]) -> dict[str, list[SourceLine]]:
    """Return the sources of the parameters, by material or interface law.

    Args:
        manifest: The manifest.
    """
    groups = manifest.get("sources")
    if not isinstance(groups, dict):
        return {}
    found = {}
    for group, entries in groups.items():
        lines = [
            SourceLine(
                parameter=str(parameter),
                key=str(entry.get("key", "")),
                text=_at_temperature(entry),
                note=str(entry.get("note", "")),
                provenance=str(entry.get("provenance", "")),
            )
            for parameter, entry in (entries.items() if isinstance(entries, dict) else ())
            if isinstance(entry, dict)
        ]
        if lines:
            found[place_text(str(group))] = lines
    return found


def references(lines: Mapping[str, list[SourceLine]]) -> dict[str, str]:
    """Return the full references behind some sources, by their keys.

    Args:
        lines: The sources.
    """
    # The file alone: the packages round it need the form language, a report does not.
    path = _PACKAGE / "library" / "references.py"
    known = runpy.run_path(str(path))["REFERENCES"]
    keys = {line.key for group in lines.values() for line in group if line.key}
    return {key: known.get(key, "not in the list of the library") for key in sorted(keys)}


def _steps(series: Series, count: int) -> list[tuple[str, str]]:
    rows = []
    length = series.of("time_step").get("")
    if length is not None:
        least, mean, most = (
            quantity_text(float(value), "s", 3)
            for value in (np.min(length), np.median(length), np.max(length))
        )
        rows.append(("length of a step", f"{least} to {most}, median {mean}"))
    for name, label in (
        ("newton_iterations", "Newton iterations"),
        ("linear_iterations", "linear iterations"),
    ):
        values = series.of(name).get("")
        if values is not None:
            total, mean = number_text(float(values.sum()), 9), number_text(float(values.mean()), 3)
            most_text = number_text(float(np.max(values)))
            rows.append((label, f"{total}; {mean} per step, {most_text} at most"))
    rejected = series.of("rejected_steps").get("")
    if rejected is not None:
        rows.append(("rejected time steps", number_text(float(np.max(rejected)))))
    wall = series.of("wall_time").get("")
    if wall is not None:
        per_step = quantity_text(float(wall[-1]) / count, "s", 3)
        rows.append(("time loop", f"{quantity_text(float(wall[-1]), 's', 3)}; {per_step} per step"))
    return rows


def _linear(run: RunData) -> list[tuple[str, str]]:
    """Return which linear solver it was, how many iterations it took, and how often it failed."""
    told = LinearEffort.of(run.manifest, run.series.columns)
    since = ", since the run was last resumed" if resumptions(run.manifest) else ""
    rows = [
        ("linear solver", told.solver),
        ("iterations of FGMRES", told.iterations),
        ("solved directly in its place", told.fallbacks),
        ("time for linear systems", f"{told.shares}{since}" if told.shares else ""),
    ]
    return [(label, text) for label, text in rows if text]


def _cost_of_files(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the part of the time that went into files."""
    cost = manifest.get("effort")
    if not isinstance(cost, dict):
        return []
    computed, files = float(cost.get(COMPUTED, 0.0)), cost.get(FILES)
    rows = []
    if files is not None and computed > 0.0:
        text = f"{share_text(float(files) / computed)} of {quantity_text(computed, 's', 3)}"
        since = ", since the run was last resumed" if resumptions(manifest) else ""
        rows.append(("time for files", text + since))
    if "checkpoints" in cost:
        rows.append(("checkpoints written", str(cost["checkpoints"])))
    return rows


def _resumed(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return when, from where and on how many ranks the run was resumed."""
    rows = []
    for again in resumptions(manifest):
        origin, at, ranks = again.get("from"), again.get("at [s]"), again.get("ranks")
        text = f"{date_text(again.get('time'))}, from {origin or 'the beginning'}"
        text += f" at {quantity_text(float(at), 's')}" if origin and at is not None else ""
        text += f", on {ranks} rank{'' if ranks == 1 else 's'}" if ranks else ""
        rows.append(("resumed", text))
    return rows


def _at_temperature(entry: Mapping[str, Any]) -> str:
    text, temperature = str(entry.get("text", "")), entry.get("temperature_K")
    if isinstance(temperature, (int, float)) and math.isfinite(temperature):
        return f"{text} ({quantity_text(float(temperature), 'K')})".strip()
    return text
