# SPDX-License-Identifier: BSD-3-Clause
"""Whether a case is the one that a run was started with."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ssbmech.case.case import Case
from ssbmech.case.linear_solver import Direct
from ssbmech.case.settings import NewtonSettings, Output
from ssbmech.case.step_control import AdaptiveSteps
from ssbmech.errors import RunFolderError
from ssbmech.parameter import describe
from ssbmech.run.fingerprint import fingerprint
from ssbmech.runfolder import manifest

FREE = ("output.", "newton", "linear_solver", "step_control")
"""Beginnings of the names of what may change when a run goes on: how it is solved and written."""


def identity(case: Case) -> dict[str, object]:
    """Return the manifest's sections by which a case is known again."""
    fixed = dataclasses.replace(
        case,
        output=Output(),
        newton=NewtonSettings(),
        linear_solver=Direct(),
        step_control=AdaptiveSteps(),
    )
    return {
        "name": case.name,
        "case": [dict(row) for row in describe(case)],
        "fingerprint": fingerprint(fixed),
    }


def check_same(case: Case, content: Mapping[str, Any], folder: Path) -> None:
    """Check that a case is the one of a manifest, but for how it is solved and written.

    Args:
        case: the case.
        content: manifest of the run.
        folder: its folder, for the message.

    Raises:
        RunFolderError: it is another one.
    """
    now = identity(case)
    if now["fingerprint"] == content.get("fingerprint"):
        return
    noted = _values(content.get("case", []))
    given = _values(manifest.plain(now["case"]))  # type: ignore[arg-type]
    differing = [
        f"{name} was {noted.get((name, count), 'not there')}, "
        f"is {given.get((name, count), 'not there')}"
        for name, count in dict.fromkeys([*noted, *given])
        if noted.get((name, count)) != given.get((name, count))
    ]
    if not differing:
        same_order = list(noted) == list(given)
        differing = ["a function or a table in it" if same_order else "the order of its parts"]
    more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
    raise RunFolderError(f"{folder} holds a run of another case: {'; '.join(differing[:3])}{more}")


def _values(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], Any]:
    """Return the values that count by their names; of several alike, each has a number."""
    counts: Counter[str] = Counter()
    found = {}
    for row in rows:
        name = row["name"]
        if not name.startswith(FREE):
            found[name, counts[name]] = row["value"]
            counts[name] += 1
    return found
