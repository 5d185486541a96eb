# SPDX-License-Identifier: BSD-3-Clause
"""Steps of the user's own: what they are made of is of the right kind, and found out at once."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any, Final

from ssbmech.case.phases import parts_of
from ssbmech.case.protocol import Step, drive_at
from ssbmech.errors import CaseError
from ssbmech.kind_words import shown

_STOP: Final = ("quantity", "excess", "tolerance")


def check_step(step: Step) -> None:
    """Check that a step has a name, a time and conditions, and tells what it asks for.

    Raises:
        CaseError: it is otherwise, its `drive` fails, or it returns something else than a Drive.
    """
    name: Any = step.name
    time: Any = step.duration
    if not isinstance(name, str):
        raise CaseError(f"a step has the name {shown(name)}: expected a text")
    where = f"step {name!r}"
    number = isinstance(time, Real) and not isinstance(time, bool)
    if not (number and 0.0 < float(time) < math.inf):
        raise CaseError(
            f"{where} has the duration {shown(time)}: expected a plain number of seconds, "
            "positive and finite"
        )
    stops: Any = step.stops
    if not isinstance(stops, (tuple, list)):
        raise CaseError(
            f"{where} has the stop conditions {shown(stops)}: expected a tuple of them, with "
            "a comma"
        )
    for stop in stops:
        if isinstance(stop, type) or not all(hasattr(stop, name) for name in _STOP):
            raise CaseError(
                f"{where} has the stop condition {shown(stop)}: expected for example "
                "(VoltageAbove(4.2 * V),)"
            )
    for part in (0.0, *parts_of(step)):
        drive_at(step, part * float(time))
