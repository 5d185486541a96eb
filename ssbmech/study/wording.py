# SPDX-License-Identifier: BSD-3-Clause
"""Words for what a study file got wrong: the key at fault, those there are, and the likely one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ssbmech.errors import StudyError


def refuse_unknown(found: Iterable[str], known: Iterable[str], what: str) -> None:
    """Refuse names that are not known.

    Args:
        found: Names that were given.
        known: Names there are.
        what: What is named, and where: "knob in [grid]".

    Raises:
        StudyError: A name is not known; the message lists those there are.
    """
    names = sorted(known)
    for name in found:
        if name not in names:
            close = get_close_matches(name, names, n=1)
            guess = f"; did you mean {close[0]!r}?" if close else "."
            there = ", ".join(names) or "none"
            raise StudyError(f"unknown {what}: {name!r}{guess} There are: {there}")
