# SPDX-License-Identifier: BSD-3-Clause
"""Small cells that lose contact on stripping, for tests of the laws of hidden voids."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.units import V, mA_per_cm2, s, um
from tests.tools import March

WORKING, COUNTER = "negative|separator", "positive|separator"
CURRENT = 0.2 * mA_per_cm2
LITHIUM = library.by_name("lithium_lepage2019")
SPEED = 2.0 * LITHIUM.metal.thickness_per_charge
"""Strip speed of 0.2 mA/cm2 [m/s]."""

COEFFICIENT = 8.98e-17
"""Sinking speed over pressure of the tests' props [m/(s Pa)]."""

CRITICAL = SPEED / COEFFICIENT
"""Critical pressure of 0.2 mA/cm2 [Pa]."""

HEIGHT_LOST = 1e-6
"""Height of voids at which contact is lost [m]."""


def props(**changes: Any) -> ssb.ProppedInterface:
    """Return the law of the tests, with some of its fields changed."""
    law = ssb.ProppedInterface(
        sinking=(ssb.LinearSinking(COEFFICIENT),), height_lost=HEIGHT_LOST, supply_plate=0.3
    )
    return dataclasses.replace(law, **changes)


def strip_cell(
    laws: Sequence[Any],
    pressure: float,
    protocol: Sequence[Any],
    fixture: Any = None,
    **changes: Any,
) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li in plane strain, flat and uniform, with laws at one electrode.

    Args:
        laws: laws of hidden voids of the working electrode.
        pressure: stack pressure of a constant force, unless a fixture is given [Pa].
        protocol: steps after the preload.
        fixture: what holds the stack in its place.
        changes: fields of the case to replace.
    """
    case = ssb.Case(
        name="strip",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=30 * um,
            layers=tuple(
                ssb.Layer(name, 20 * um) for name in ("negative", "separator", "positive")
            ),
            size_interface=10 * um,
            size_bulk=10 * um,
        ),
        bodies=(
            ssb.Body.single("negative", LITHIUM),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", LITHIUM),
        ),
        interfaces=(
            ssb.Interface(WORKING, kinetics=lithium_li6ps5cl(), laws=tuple(laws)),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=pressure) if fixture is None else fixture,
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(ssb.Preload(1 * s), *protocol),
        step_control=ssb.AdaptiveSteps(dt_max=600 * s),
        output=ssb.Output(figures=False),
    )
    return dataclasses.replace(case, **changes)


def strip(seconds: float, current: Any = CURRENT, limit: float | None = 0.5) -> Any:
    """Return a step of stripping, or of plating at a negative current.

    Args:
        seconds: its longest duration [s].
        current: current density.
        limit: voltage that ends it [V]; None for none.
    """
    stops = () if limit is None else (ssb.VoltageAbove(limit * V),)
    return ssb.ConstantCurrent(current, seconds * s, stops=stops)


def column(run: March, name: str) -> np.ndarray:
    """Return a column of the series, of the cell or of the working electrode."""
    return run.series(name if name in run.rows[0] else f"{name}:{WORKING}")


def within(run: March, step: int, name: str) -> np.ndarray:
    """Return the part of a column that belongs to one step of the protocol."""
    return column(run, name)[column(run, "step") == step]


def ends(run: March, name: str) -> np.ndarray:
    """Return the last value of a column in each step of the protocol."""
    steps = column(run, "step")
    return np.array([within(run, int(k), name)[-1] for k in np.unique(steps)])


def every_law(name: str) -> ssb.Case:
    """Return a cell with all laws of hidden voids at once, for tests that need every memory.

    A lens and a weak half of the interface make its facets differ; it is stripped, plated, rests
    and is stripped again.
    """
    contact = ssb.RememberedContact(hardness=5e4, constriction=ssb.SpotsOfOneNumber(2e-6, 0.3))
    voids = props(
        height_lost=0.3e-6,
        props=0.5,
        bearing=ssb.AdheringContact(contact, strength=1e5),
        excess=ssb.PlatedExcess((ssb.LinearSinking(0.2 * COEFFICIENT),)),
        shape=ssb.LensVoids(),
    )
    collecting = ssb.AccumulatingProps(
        props(constriction=ssb.SpotsOfOneSize(1e-6, 0.3)),
        radius=1 * um,
        volume_fraction=0.05,
        covered=0.05,
    )
    weak = ssb.FunctionActivity(lambda x: np.where(x[0] < 15e-6, 1.0, 0.7))
    case = strip_cell(
        (),
        0.3 * CRITICAL,
        (strip(300.0), strip(200.0, -CURRENT), ssb.Rest(100 * s), strip(300.0)),
        ssb.Spring(preload=0.3 * CRITICAL, spring_stiffness=0.03e12),
        name=name,
        step_control=ssb.AdaptiveSteps(dt_initial=20 * s, dt_max=60 * s, gap_error=5e-9),
    )
    working = ssb.Interface(
        WORKING,
        kinetics=lithium_li6ps5cl(),
        initial_gap=ssb.LensGap(half_width=8 * um, depth=2e-9),
        activity=weak,
        diffusion=ssb.InterfaceDiffusion(1e-20),
        laws=(contact, voids),
    )
    geometry = dataclasses.replace(case.geometry, size_interface=3 * um)
    counter = dataclasses.replace(case.interfaces[1], laws=(collecting,))
    return dataclasses.replace(case, geometry=geometry, interfaces=(working, counter))
