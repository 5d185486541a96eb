# SPDX-License-Identifier: BSD-3-Clause
"""Where a number comes from, and how it came to stand where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ssbmech.kinds import check_kinds


class Provenance(Enum):
    """How a number came to stand where it stands."""

    READ = "read in the primary text, its data or its code"
    SECONDARY = "read in a secondary source"
    MEMORY = "from memory, to be checked against the source"
    DERIVED = "derived from other numbers"
    REVIEW = "read in a review of the field"
    CALIBRATED = "calibrated so that the law meets the data named"
    GUESSED = "guessed, within the range named"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from.

    Attributes:
        key: Key in the list of references.
        text: What was measured or computed, and how the number follows from it.
        temperature_K: Temperature at which the number holds [K]; None if it does not depend on it.
        note: What a user must know: scatter, competing values, limits of use.
        provenance: How the number was obtained.
    """

    key: str
    text: str
    temperature_K: float | None = None
    note: str = ""
    provenance: Provenance = Provenance.READ

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)
