# SPDX-License-Identifier: BSD-3-Clause
"""How a run stands, in a few lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ssbmech.runfolder.linear_effort import COMPUTED, FILES, LinearEffort
from ssbmech.runfolder.manifest import read
from ssbmech.runfolder.manifest_form import checked
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.quantities import own_quantities
from ssbmech.runfolder.reader import Series
from ssbmech.runfolder.status import RunStatus, is_at_work

SHOWN = (
    "voltage",
    "current",
    "p_stack",
    "thickness_stack",
    "state_of_charge",
    "contact_fraction",
    "conducting_fraction",
    "void_volume",
)
"""Quantities of the last row that are told, beside time and those of the user's own."""


def summary(folder: Path) -> dict[str, Any]:
    """Return how a run stands, as plain data in SI.

    Args:
        folder: run folder.

    Raises:
        RunFolderError: the folder holds no run.
    """
    manifest, spoiled = checked(read(RunPaths(folder).manifest_path))
    path = RunPaths(folder).series_path
    # there is none before the model stands
    written = path.exists() and path.stat().st_size > 0
    series = Series.read(path) if written else Series({}, {})
    columns, resumed = series.columns, manifest.get("resumed", [])
    steps = len(columns.get("time", ()))
    shown = {"time", *SHOWN, *own_quantities(manifest.get("quantities"))}
    last = {name: float(values[-1]) for name, values in columns.items() if len(values)}
    total = sum(float(step.get("duration [s]", 0.0)) for step in manifest.get("protocol", []))
    return {
        "folder": str(folder),
        "case": manifest.get("name", ""),
        "status": manifest.get("status", "unknown"),
        "at work": is_at_work(folder),
        "reason": manifest.get("reason", ""),
        "spoiled": spoiled,
        "started": manifest.get("started"),
        "finished": manifest.get("finished"),
        "resumed": len(resumed),
        "ranks": resumed[-1].get("ranks")
        if resumed
        else manifest.get("environment", {}).get("ranks"),
        "unknowns": sum(manifest.get("unknowns", {}).values()),
        "knobs": manifest.get("script", {}).get("knobs", {}),
        "steps": steps,
        "protocol": [step.get("label", "-") for step in manifest.get("protocol", [])],
        "at step": int(last.get("step", 0)),
        "duration [s]": total,
        "wall time [s]": last.get("wall_time", 0.0),
        "effort": manifest.get("effort", {}),
        "linear solver": asdict(LinearEffort.of(manifest, columns)),
        "last": {
            f"{name} [{series.units[name]}]": value
            for name, value in last.items()
            if name.partition(":")[0] in shown
        },
        "checkpoints": sorted(path.name for path in (folder / "checkpoints").glob("*.h5")),
    }


def text(found: Mapping[str, Any]) -> str:
    """Return a summary as lines of text."""
    status = f"{found['status']}{': ' if found['reason'] else ''}{found['reason']}"
    if found["status"] == RunStatus.RUNNING and not found["at work"]:
        status = "running, but no process is at work on it: it was killed"
    lines = {
        "run": found["folder"],
        "case": found["case"],
        "status": status,
        "started": found["started"],
        "finished": found["finished"] or "-",
        "resumed": {0: "never", 1: "once"}.get(found["resumed"], f"{found['resumed']} times"),
        "ranks": found["ranks"],
        "unknowns": found["unknowns"],
        "knobs": ", ".join(
            f"{name} = {knob['value']} {knob.get('unit', '')}".strip()
            for name, knob in found["knobs"].items()
            if knob.get("value") is not None
        )
        or "none",
        "time steps": found["steps"],
        "wall time": f"{found['wall time [s]']:.1f} s",
        **_linear(found["linear solver"]),
        "files": _share(found["effort"]),
        "checkpoints": ", ".join(found["checkpoints"]) or "none",
    }
    if found["spoiled"]:
        lines["beware"] = " ".join(found["spoiled"])
    number = found["at step"]
    if 0 <= number < len(found["protocol"]):
        lines["protocol"] = f"{found['protocol'][number]}, {number + 1} of {len(found['protocol'])}"
    lines |= {name: f"{value:.6g}" for name, value in found["last"].items()}
    width = max(map(len, lines)) + 2
    return "".join(f"{name:<{width}}{value}\n" for name, value in lines.items())


def _linear(told: Mapping[str, str]) -> dict[str, str]:
    """Return the lines about the linear solver, without those of which nothing is known."""
    lines = {
        "linear solver": told["solver"],
        "FGMRES": told["iterations"],
        "solved directly": told["fallbacks"],
        "time for": told["shares"],
    }
    return {name: text for name, text in lines.items() if text}


def _share(effort: Mapping[str, float]) -> str:
    """Return the part of the time that went into files."""
    if not {FILES, COMPUTED} <= effort.keys() or not effort[COMPUTED] > 0.0:
        return "-"
    return f"{100 * effort[FILES] / effort[COMPUTED]:.1f} % of the time"
