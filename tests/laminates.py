# SPDX-License-Identifier: BSD-3-Clause
"""Laminates for tests, and the derivatives of their equations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech.case.fixtures import Fixture
from ssbmech.case.settings import NewtonSettings
from ssbmech.laminate.case import LaminateCase, LaminateCell, Ply
from ssbmech.laminate.equations import PRESSURE
from ssbmech.laminate.layer import LayerLaw
from ssbmech.laminate.model import LaminateModel
from ssbmech.laminate.solid import SolidLayer
from ssbmech.laminate.voltage import CellVoltage
from ssbmech.laminate.wiring import Bipolar
from ssbmech.materials.elastic import Elastic

CLOSE = NewtonSettings(tolerance=1e-12)


def laminate(
    fixture: Fixture,
    plies: Sequence[Ply],
    voltage: CellVoltage | None = None,
    **more: Any,
) -> LaminateCase:
    """Return a case of cells of these plies, connected one after the other if nothing is told."""
    more = {"wiring": Bipolar(), "newton": CLOSE, **more}
    cell = LaminateCell(tuple(plies), voltage or CellVoltage())
    return LaminateCase("stack", cell, fixture, **{"protocol": (ssb.Preload(1.0),), **more})


def elastic(young: float, poisson: float, **more: Any) -> SolidLayer:
    """Return an elastic layer."""
    return SolidLayer(Elastic(young, poisson), **more)


def ply(name: str, thickness: float, law: LayerLaw, **more: Any) -> Ply:
    """Return a ply."""
    return Ply(name=name, thickness=thickness, law=law, **more)


def derivatives(model: LaminateModel, size: float = 1e-6) -> tuple[Any, Any]:
    """Return the Jacobian of a laminate, and that by differences of its residual."""
    x = model.x.copy()
    exact = model.evaluate().jacobian
    found = np.zeros_like(exact)
    steps = size * np.maximum(np.abs(x), _sizes(len(x)))
    for place, step in enumerate(steps):
        ends = []
        for sign in (1.0, -1.0):
            model.x = x.copy()
            model.x[place] += sign * step
            ends.append(model.evaluate().residual)
        found[:, place] = (ends[0] - ends[1]) / (2 * step)
    model.x = x
    return exact, found


def _sizes(count: int) -> Any:
    sizes = np.ones(count)
    sizes[PRESSURE], sizes[1:3] = 1e6, 1e-3
    return sizes
