# SPDX-License-Identifier: BSD-3-Clause
"""Lengths that geometries are drawn from, each declared in one line."""

from __future__ import annotations

from dataclasses import MISSING
from typing import Any

from ssbmech.parameter import parameter
from ssbmech.plausible import LENGTH_HINT, MOST_LENGTH


def length(doc: str, *, default: Any = MISSING, may_be_zero: bool = False) -> Any:
    """Declare a length of a dataclass: positive, and none by which a unit was left out [m].

    Args:
        doc: What it is, in a few words.
        default: Default [m]; None makes it optional.
        may_be_zero: Zero is a length too.
    """
    return parameter(
        "m",
        low=0.0,
        low_open=not may_be_zero,
        high=MOST_LENGTH,
        hint=LENGTH_HINT,
        default=default,
        doc=doc,
    )
