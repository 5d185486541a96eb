# SPDX-License-Identifier: BSD-3-Clause
"""Bodies that are told to move and cannot are refused, on all ranks, before any solve."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.settings import PressureField
from ssbmech.errors import CaseError
from tests.moving import COUNTER, LITHIUM, WORKING, moving_cell
from tests.refusing import nothing_is_solved as nothing_is_solved
from tests.refusing import refused

NMC, COPPER = library.by_name("nmc811"), library.by_name("copper")
FLOWING_HOST = dataclasses.replace(LITHIUM, host=NMC.host, metal=None, sources={})


def body(**changes: Any) -> Callable[[], ssb.Case]:
    """Return what makes a case with another body for its working electrode."""
    changes = {"materials": {"negative": LITHIUM}, **changes}

    def make() -> ssb.Case:
        case = moving_cell(1e-6)
        first = ssb.Body("negative", moves=True, **changes)
        return dataclasses.replace(case, bodies=(first, *case.bodies[1:]))

    return make


def interface(**changes: Any) -> Callable[[], ssb.Case]:
    """Return what makes a case with another interface at its working electrode."""

    def make() -> ssb.Case:
        case = moving_cell(1e-6)
        first = dataclasses.replace(case.interfaces[0], **changes)
        return dataclasses.replace(case, interfaces=(first, case.interfaces[1]))

    return make


def turned() -> ssb.Case:
    case = moving_cell(1e-6)
    back = ssb.Interface("separator|negative")
    return dataclasses.replace(case, interfaces=(back, case.interfaces[1]), electrodes=None)


PROPS = ssb.ProppedInterface((ssb.LinearSinking(1e-16),), height_lost=1e-6)
CASES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "two regions": (
        body(materials={"negative": LITHIUM, "collector": COPPER}),
        ("'negative' moves", "more than one region", "body of its own"),
    ),
    "elastic": (body(materials={"negative": COPPER}), ("does not flow", "rests")),
    "host": (body(materials={"negative": FLOWING_HOST}), ("hosts lithium", "rests")),
    "pressure from strain": (
        lambda: moving_cell(
            1e-6, discretisation=ssb.Discretisation(pressure_field=PressureField.NOWHERE)
        ),
        ("pressure must be a field", "WHERE_FLOWING"),
    ),
    "plus side": (turned, ("'separator|negative'", "minus side", "'negative|separator'")),
    "sticking": (interface(contact=ssb.Sticking()), (WORKING, "sticks", "let the body rest")),
    "diffusion": (interface(diffusion=ssb.InterfaceDiffusion(1e-20)), ("diffusion along",)),
    "pattern": (interface(activity=ssb.FunctionActivity(lambda x: x[0])), ("a pattern",)),
    "law of hidden voids": (interface(laws=(PROPS,)), ("ProppedInterface", "stay where")),
}


@pytest.mark.parametrize("name", CASES)
def test_bodies_that_cannot_move(name: str) -> None:
    make, words = CASES[name]
    refused(make, CaseError, *words)


def test_both_sides_may_not_move() -> None:
    case = moving_cell(1e-6)
    middle = ssb.Body.single("separator", LITHIUM, moves=True)
    bodies = (case.bodies[0], middle, case.bodies[2])

    def make() -> ssb.Case:
        between = (ssb.Interface(WORKING), ssb.Interface(COUNTER))
        return dataclasses.replace(case, bodies=bodies, interfaces=between, electrodes=None)

    refused(make, CaseError, "let one of the two rest")
