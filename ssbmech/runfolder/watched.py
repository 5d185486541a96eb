# SPDX-License-Identifier: BSD-3-Clause
"""What is watched because the model holds up to a limit; known to the solver and to the report.

Each has a column in the series and a field of the limits of a case. Passing a soft limit is noted,
passing a hard one, whose field ends in ``_error``, ends the run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Watched:
    """A quantity with limits.

    Attributes:
        quantity: Name of the quantity; its columns may belong to bodies or interfaces.
        limit: Name of the field that holds the soft limit; the hard one's ends in ``_error``.
        says: What is beyond its limit, and what is no longer true.
        sign: 1 for a largest value that is allowed, -1 for a least one.
    """

    quantity: str
    limit: str
    says: str
    sign: float = 1.0

    def is_past(self, value: float, limit: float | None) -> bool:
        """Return whether a value is a number beyond a limit; none is beyond no limit."""
        return limit is not None and math.isfinite(value) and self.sign * (value - limit) > 0.0


WATCHED: Final[Sequence[Watched]] = (
    # of a body whose mesh moves, strains and rotations are those of one time step
    Watched(
        "strain_max",
        "strain",
        "the strain (of a step, if it moves) is large, but taken to be small",
    ),
    Watched(
        "rotation_max",
        "rotation",
        "the rotation (of a step, if it moves) is large, but strains hold for small ones",
    ),
    Watched("strain_mean", "strain_mean", "the whole body is strained beyond small strains"),
    Watched("rotation_mean", "rotation_mean", "the whole body is turned beyond small rotations"),
    Watched(
        "stripped_share",
        "stripped",
        "much of the metal was stripped or plated, but its surface stays where it was",
    ),
    Watched("gap_share", "gap", "the gap is deep against its metal, but bodies keep their shape"),
    Watched("creep_step_max", "creep_step", "much creep in one time step: errors in time grow"),
    Watched("strength_share", "strength", "a tension beyond the strength: it would crack"),
    Watched("flow_share", "flow", "a stress beyond the tests of the creep law: extrapolated"),
    Watched("contact_fraction", "contact", "little is in contact and carries all current", -1.0),
    Watched("p_stack", "pull", "the fixture pulls, which real platens do not", -1.0),
    Watched("thickness_stack", "thickness", "nothing is left of the stack's thickness", -1.0),
)
"""All that is watched."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A limit that was passed.

    Attributes:
        watched: What it is about.
        column: Column of the series.
        value: Value beyond the limit.
        limit: The limit.
        hard: Whether it ends the run.
    """

    watched: Watched
    column: str
    value: float
    limit: float
    hard: bool


def passed(row: Mapping[str, float], limits: Mapping[str, float | None]) -> Iterator[Passed]:
    """Yield the limits that a row of the series is beyond, hard ones before soft ones.

    Args:
        row: Values by column.
        limits: Limits by name; one that is missing or None is no limit.
    """
    for end, hard in (("_error", True), ("", False)):
        for item in WATCHED:
            limit = limits.get(item.limit + end)
            if limit is None:
                continue
            for column, value in row.items():
                if column.partition(":")[0] == item.quantity and item.is_past(value, limit):
                    yield Passed(item, column, value, limit, hard)
