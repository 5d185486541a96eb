# SPDX-License-Identifier: BSD-3-Clause
"""Shared by tests that look into a model: the parts of its bodies and interfaces."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from ssbmech.model.body import BodyModel
from ssbmech.model.parts.bond import Bond
from ssbmech.model.parts.contact import Contact, Sticking
from ssbmech.model.parts.electrons import Electrons
from ssbmech.model.parts.ions import Ions
from ssbmech.model.parts.lithium import Lithium
from ssbmech.model.parts.momentum import Momentum, SolidRegion
from ssbmech.model.parts.sticking_wall import StickingWall
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.unknowns import Unknown

P = TypeVar("P")

__all__ = [
    "Bond",
    "Contact",
    "Electrons",
    "Ions",
    "Lithium",
    "Momentum",
    "Sticking",
    "StickingWall",
    "Transfer",
    "at_random",
    "first_region",
    "part",
]


def part(place: BodyModel | SurfaceModel, kind: type[P]) -> P | None:
    """Return the part of a kind, None if the body or interface has none."""
    return next(iter(place.parts.find(kind)), None)


def at_random(random: np.random.Generator, *ranges: tuple[Unknown, float, float]) -> None:
    """Give fields random values between two bounds each; collective."""
    for unknown, low, high in ranges:
        unknown.function.x.array[: unknown.owned] = random.uniform(low, high, unknown.owned)
        unknown.function.x.scatter_forward()


def first_region(body: BodyModel) -> SolidRegion:
    """Return the first region of a body."""
    return next(iter(part(body, Momentum).regions.values()))
