# SPDX-License-Identifier: BSD-3-Clause
"""Section of a report on flaws of the electrolyte, from what ``ssbmech fracture`` has written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssbmech.fracture.words import HEAD, LIMITS, UNITS, rows, sentences
from ssbmech.report.case_words import Listing
from ssbmech.runfolder.paths import RunPaths

if TYPE_CHECKING:
    from ssbmech.runfolder.reader import RunData


@dataclass(frozen=True, slots=True)
class FractureSection:
    """What a report says of flaws.

    Attributes:
        sentences: What is assumed, what follows, and what it does not say.
        listings: The numbers, in a table; nothing where there are none.
        notes: What could not be read.
    """

    sentences: tuple[str, ...] = ()
    listings: tuple[Listing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def there(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.sentences or self.notes)


def fracture_section(run: RunData) -> FractureSection:
    """Return what a report says of flaws; nothing if nobody has judged them.

    Args:
        run: The run.
    """
    path = RunPaths(run.path).fracture_path
    if not path.exists():
        return FractureSection()
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        lines = tuple(rows(plain))
        words = (*sentences(plain), LIMITS)
    except (AttributeError, LookupError, OSError, TypeError, ValueError):
        # whatever somebody has made of the file, the rest of the report is not its business
        return FractureSection(notes=(f"{path.name} is not as ssbmech fracture writes it.",))
    older = f"{path.name} is older than the series: run ssbmech fracture again."
    notes = (older,) if _older(run) else ()
    head = tuple(
        f"{name} ({unit})" if unit else name for name, unit in zip(HEAD, UNITS, strict=True)
    )
    table = Listing("Flaws at the interfaces, where they are worst", head, lines)
    return FractureSection(words, (table,), notes)


def _older(run: RunData) -> bool:
    """Return whether the run has gone on since its flaws were judged."""
    paths = RunPaths(run.path)
    try:
        return paths.fracture_path.stat().st_mtime < paths.series_path.stat().st_mtime
    except OSError:
        return False
