# SPDX-License-Identifier: BSD-3-Clause
"""Which sets of a file are regions and faces, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.formats.file_mesh import FileMesh
from ssbmech.geometry.simplices import Ints

FORBIDDEN = '|/\\:<>*?,[]"\n\r\t\0'
"""Characters that a region cannot have in its name: interfaces, files and tables are named so."""

LONGEST = 100
"""Length of the longest name of a region: it becomes part of the names of files [1]."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What of a file is to be called what.

    Attributes:
        regions: region of each set of cells; empty: all sets, each a region of its own name.
        faces: face of each set of facets or points; empty: all sets of facets.
        array: integer array whose values tell the regions apart; None: the only one.
    """

    regions: Mapping[str, str] = field(default_factory=dict)
    faces: Mapping[str, str] = field(default_factory=dict)
    array: str | None = None


def lookup(name: str, asked: Mapping[str, str], read: FileMesh) -> str | None:
    """Return what a set of the file is to be called, None if it is not asked for."""
    if name in asked or not read.folds_case:
        return asked.get(name)
    return {key.upper(): value for key, value in asked.items()}.get(name.upper())


def merged_sets(
    sets: Mapping[str, Ints], names: Mapping[str, str], read: FileMesh, what: str
) -> dict[str, Ints]:
    """Return the sets under their new names, joined where these are equal; all if none is named."""
    if not names:
        return dict(sets)
    merged: dict[str, Ints] = {}
    for name, members in sets.items():
        new = lookup(name, names, read)
        if new is not None:
            merged[new] = np.concatenate([merged[new], members]) if new in merged else members
    return merged


def check_asked(kind: str, asked: Mapping[str, str], there: Iterable[str], read: FileMesh) -> None:
    """Refuse a name that the file does not hold."""
    names = list(dict.fromkeys(there))
    known = {name.upper() for name in names} if read.folds_case else set(names)
    for name in asked:
        if (name.upper() if read.folds_case else name) not in known:
            raise MeshError(f"there is no {kind} {name!r}: the file has {listed(names)}")


def listed(names: Iterable[str]) -> str:
    """Return names for a message, not more than twenty."""
    names = list(names)
    more = f" and {len(names) - 20} more" if len(names) > 20 else ""
    return (", ".join(names[:20]) or "none") + more


def check_names(regions: Iterable[str], given: bool) -> None:
    """Refuse names that cannot be those of regions, before a run trips over them.

    Args:
        regions: names of regions.
        given: they are given by the case, not by the file.

    Raises:
        MeshError: a name is empty, too long, or has characters that files and tables forbid.
    """
    for name in regions:
        why = _fault(name)
        if not why:
            continue
        plain = "".join("_" if c in FORBIDDEN else c for c in name)[:40].strip(" .") or "body"
        advice = (
            ""
            if given
            else f"; give it another name with regions={{{name!r}: {plain!r}, ...}}, which names "
            "all regions"
        )
        raise MeshError(f"{name!r} cannot name a region: {why}{advice}")


def _fault(name: str) -> str:
    """Return what is wrong with the name of a region, "" if nothing is."""
    wrong = sorted({c for c in name if c in FORBIDDEN})
    if wrong:
        return f"it has {' '.join(repr(c) for c in wrong)} in it"
    if len(name) > LONGEST:
        return f"it is longer than {LONGEST} letters"
    return "" if name.strip() and name[0] != "." else "it is empty or begins with a dot"


def preferred(
    read: FileMesh, regions: dict[str, Ints], cells: int, unused: list[str]
) -> dict[str, Ints]:
    """Return those sets that the file itself sets apart, if all sets overlap and these do not."""
    wanted = {name.upper() for name in read.preferred}
    chosen = {name: members for name, members in regions.items() if name.upper() in wanted}
    count = sum(len(members) for members in regions.values())
    covered = np.concatenate([np.empty(0, dtype=np.int64), *chosen.values()])
    if count == cells or len(covered) != cells or len(np.unique(covered)) != cells:
        return regions
    unused += [
        f"set of cells {name!r}: the sets with a section are the regions"
        for name in regions
        if name not in chosen
    ]
    return chosen


def check_overlap(
    regions: Mapping[str, Ints], sets: Mapping[str, Ints], cells: int, named: bool
) -> None:
    """Refuse regions that share cells, and say which sets would do."""
    owner = np.full(cells, -1, dtype=np.int64)
    names = list(regions)
    for number, (name, members) in enumerate(regions.items()):
        before = owner[members]
        if before.max(initial=-1) >= 0:
            other = names[before[before >= 0].min()]
            raise MeshError(
                f"regions {other!r} and {name!r} share cells: a cell belongs to one region; "
                + _advice({} if named else sets, cells)
            )
        owner[members] = number


def _advice(sets: Mapping[str, Ints], cells: int) -> str:
    """Return which sets to name as regions."""
    taken = np.zeros(cells, dtype=bool)
    chosen = []
    for name, members in sorted(sets.items(), key=lambda item: len(item[1])):
        if len(members) and not taken[members].any():
            taken[members] = True
            chosen.append(name)
    if sets and taken.all():
        words = ", ".join(f"{n!r}: {n!r}" for n in sets if n in chosen)
        return f"say which sets are regions, such as regions={{{words}}}"
    return "say which sets are regions, with regions={'set': 'region', ...}"
