# SPDX-License-Identifier: BSD-3-Clause
"""Whether a case is the one that a run was started with."""

from __future__ import annotations

import contextlib
import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from ssbmech.errors import EnvironmentMissing, MeshError, RunFolderError
from ssbmech.parameter import describe
from ssbmech.run.any_case import AnyCase
from ssbmech.run.fingerprint import fingerprint, input_files
from ssbmech.runfolder import manifest

FREE = ("output.", "newton", "linear_solver", "step_control", "limits")
"""Beginnings of the names of what may change when a run goes on: how it is solved and written."""

_SOLVED = ("output", "newton", "linear_solver", "step_control", "limits")
"""Fields of a case that say how it is solved and written, not what it is."""


_REFERRING = (".inp", ".xdmf")
"""Endings of mesh files that may refer to others."""


def identity(case: AnyCase) -> dict[str, object]:
    """Return the manifest's sections by which a case is known again.

    Raises:
        CaseError: something in the case cannot be told from others of its kind.
    """
    fixed = [item.name for item in dataclasses.fields(case) if item.name not in _SOLVED]
    parts: dict[str, object] = {name: fingerprint(getattr(case, name)) for name in fixed}
    # step by step, so that a protocol that begins as another one is known for it
    parts["protocol"] = [fingerprint(step) for step in case.protocol]
    return {
        "name": case.name,
        "case": [dict(row) for row in describe(case)],
        "fingerprint": parts,
        "input_files": input_files(
            [
                *(getattr(case, name) for name in fixed),
                *_mesh_files(getattr(case, "geometry", None)),
            ]
        ),
    }


def _mesh_files(geometry: object) -> list[Path]:
    """Return the files that a mesh file refers to, where it is of a kind that does."""
    path = getattr(geometry, "path", None)
    if not isinstance(path, Path) or path.suffix.lower() not in _REFERRING:
        return []
    # a file that is not there any more, or no mesh, is told of when it is read
    with contextlib.suppress(MeshError, EnvironmentMissing):
        return list(geometry.files())  # type: ignore[attr-defined]
    return []


def check_same(case: AnyCase, content: Mapping[str, Any], folder: Path) -> None:
    """Check that a case is the one of a manifest, but for how it is solved and written.

    A file that a run has read and that is no longer there is no difference: the run has its own
    copy of the mesh, and tables are in memory.

    Args:
        case: the case.
        content: manifest of the run.
        folder: its folder, for the message.

    Raises:
        RunFolderError: it is another one.
    """
    now = identity(case)
    read, files = content.get("input_files", {}), cast("dict[str, str]", now["input_files"])
    differing = [
        f"the file {name} is another than when it began"
        for name, digest in files.items()
        if read.get(name, digest) != digest
    ]
    if now["fingerprint"] != content.get("fingerprint"):
        differing += _differing(now, content)
    if differing:
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        raise RunFolderError(
            f"{folder} holds a run of another case: {'; '.join(differing[:3])}{more}"
        )


def _differing(now: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    """Return in what a case differs from that of a manifest, in words."""
    noted = _values(content.get("case", []))
    given = _values(manifest.plain(now["case"]))  # type: ignore[arg-type]
    found = [
        f"{name} was {noted.get((name, count), 'not there')}, "
        f"is {given.get((name, count), 'not there')}"
        for name, count in dict.fromkeys([*noted, *given])
        if noted.get((name, count)) != given.get((name, count))
    ]
    if found:
        return found
    if list(noted) != list(given):
        return ["the order of its parts"]
    parts, before = now["fingerprint"], content.get("fingerprint")
    known = before if isinstance(before, Mapping) else {}
    other = [name for name in parts if parts[name] != known.get(name)]
    return [f"a function, a table or an object in its {' and its '.join(other)}"]


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
