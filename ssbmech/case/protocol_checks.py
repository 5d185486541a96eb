# SPDX-License-Identifier: BSD-3-Clause
"""Checks of a protocol against what a cell computes."""

from __future__ import annotations

from collections.abc import Mapping

from ssbmech.case.phases import conditions_of
from ssbmech.case.protocol import Step, break_points
from ssbmech.errors import CaseError


def check_protocol(steps: tuple[Step, ...], known: Mapping[str, object]) -> None:
    """Check that a protocol has steps and watches quantities that exist.

    Args:
        steps: the protocol.
        known: names of the series quantities.

    Raises:
        CaseError: there is no step, a break point lies outside its step, or a stop condition
            watches an unknown quantity.
    """
    if not steps:
        raise CaseError("the protocol is empty: give at least one step, for example Rest(1 * hour)")
    for step in steps:
        # what gives one after the other gives them in its own duration
        named = () if hasattr(step, "next_break") else break_points(step)
        for time in named:
            if not 0.0 < time < step.duration:
                raise CaseError(
                    f"step {step.name!r} has a break point at {time:g} s, which is not within its "
                    f"duration of {step.duration:g} s"
                )
        for stop in conditions_of(step):
            if stop.quantity not in known:
                raise CaseError(
                    f"step {step.name!r} stops on {stop.quantity!r}, "
                    "which this case does not compute; "
                    f"known quantities: {', '.join(sorted(known))}"
                )
