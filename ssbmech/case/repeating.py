# SPDX-License-Identifier: BSD-3-Clause
"""Protocols put together from steps, lists of steps, and cycles of both."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any, cast

from ssbmech.case.protocol import Step, renamed
from ssbmech.case.stops import Final, Leaves, StopCondition
from ssbmech.errors import CaseError
from ssbmech.kind_words import shown
from ssbmech.kinds import missing_members

MOST_STEPS = 100_000
"""Steps that cycles may make: ten years of a step an hour [1]."""

DEEPEST = 50
"""Sequences within sequences of steps beyond which one holds itself [1]."""

_NUMBERED = re.compile(r"(.*) (\d+(?:\.\d+)*)")


def flattened(given: Any) -> Any:
    """Return a sequence without nested tuples and lists; what is no sequence as it is.

    Raises:
        CaseError: a list holds itself.
    """
    return tuple(_items(given, 0)) if isinstance(given, (tuple, list)) else given


def _items(given: Any, depth: int) -> Iterator[Any]:
    if depth > DEEPEST:
        raise CaseError("the steps are nested without end: does a list of them hold itself?")
    for each in given:
        if isinstance(each, (tuple, list)):
            yield from _items(each, depth + 1)
        else:
            yield each


def flat_steps(given: Any, where: str) -> tuple[Step, ...]:
    """Return steps that may be nested in tuples and lists, in their order.

    Args:
        given: a sequence of steps and of such sequences.
        where: what holds them, for messages.

    Raises:
        CaseError: there is something that is no step.
    """
    found = flattened(given)
    for item in found:
        check_step(item, where)
    return cast("tuple[Step, ...]", found)


def check_step(item: Any, where: str) -> None:
    """Refuse what is no step.

    Raises:
        CaseError: it is none.
    """
    if isinstance(item, type):
        told = f"is the class {item.__name__}: write {item.__name__}(...)"
    elif isinstance(item, str):
        told = f"is the text {item!r}: write a step, for example Rest(1 * hour)"
    elif lacking := missing_members(item, Step):
        told = f"is no step but {shown(item)}: it has no {', '.join(lacking)}"
    else:
        return
    raise CaseError(f"{where}: what stands there {told}")


def cycles(count: int, *steps: Any, until: tuple[StopCondition, ...] = ()) -> tuple[Step, ...]:
    """Return steps repeated, with the number of the cycle in their names.

    Steps may be nested in tuples and lists, and be cycles themselves, which are numbered within
    each cycle: "charge 2.1" is the first of the second.

    Args:
        count: number of cycles.
        steps: steps of one cycle.
        until: conditions that end not only the step in which they are met, but all that is left of
            the cycles; the protocol goes on after them, unless the condition is `Final`.

    Raises:
        CaseError: the number of cycles is no positive whole number, or there is no step, or
            something that is none.
    """
    if isinstance(count, bool) or not isinstance(count, int):
        raise CaseError(f"cycles({count!r}, ...): the number of cycles must be a whole number")
    once = [
        (step, nested)
        for item in steps
        for nested in (isinstance(item, (tuple, list)),)
        for step in flat_steps(item if nested else (item,), "cycles")
    ]
    if count < 1 or not once:
        raise CaseError(f"cycles({count}, ...) of {len(once)} steps: give one or more of each")
    if count * len(once) > MOST_STEPS:
        raise CaseError(
            f"cycles({count}, ...) would make {count * len(once)} steps: expected {MOST_STEPS} at "
            "most; let a run go on with more when it has ended (ssb.resume)"
        )
    check_conditions("cycles", until)
    found = [
        _numbered(step, number, nested) if count > 1 else step
        for number in range(1, count + 1)
        for step, nested in once
    ]
    if not until:
        return tuple(found)
    left = range(len(found) - 1, -1, -1)
    return tuple(
        with_stops(step, tuple(_leaving(condition, skips) for condition in until))
        for step, skips in zip(found, left, strict=True)
    )


def _leaving(condition: StopCondition, skips: int) -> StopCondition:
    """Return a condition that leaves the next steps out; one that ends the run does so."""
    return condition if isinstance(condition, Final) else Leaves(condition, skips)


def _numbered(step: Step, number: int, nested: bool) -> Step:
    """Return a step with the number of its cycle, before one that an inner cycle gave it."""
    inner = _NUMBERED.fullmatch(step.name) if nested else None
    if inner:
        return renamed(step, f"{inner[1]} {number}.{inner[2]}")
    return renamed(step, f"{step.name} {number}")


def with_stops(step: Step, more: tuple[StopCondition, ...]) -> Step:
    """Return a step with further conditions: by its method `with_stops`, or in its dataclass.

    Raises:
        CaseError: it can have no others.
    """
    own = getattr(step, "with_stops", None)
    if own is not None:
        return cast("Step", own(more))
    fields = getattr(step, "__dataclass_fields__", {})
    for name in ("until", "stops"):
        if name in fields:
            changed = {name: (*getattr(step, name), *more)}
            return cast("Step", dataclasses.replace(cast("Any", step), **changed))
    raise CaseError(
        f"step {step.name!r} of {type(step).__name__} can have no further conditions: make it a "
        "dataclass with a field `stops`, or give it a method with_stops(conditions)"
    )


def check_conditions(name: str, until: object) -> None:
    """Refuse a lonely condition for a tuple of them, and what is no condition.

    Raises:
        CaseError: it is one.
    """
    if not isinstance(until, tuple):
        raise CaseError(
            f"step {name!r}: until must be a tuple of conditions: write until=(VoltageAbove(...),)"
        )
    for stop in until:
        if isinstance(stop, type) or missing_members(stop, StopCondition):
            raise CaseError(
                f"step {name!r}: until holds {stop!r}, which is no condition as "
                "VoltageAbove(4.2 * V) is one"
            )
