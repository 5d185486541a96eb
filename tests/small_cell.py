# SPDX-License-Identifier: BSD-3-Clause
"""A small lithium cell with a void, for tests that need every coupling at little cost."""

from __future__ import annotations

import dataclasses
from typing import Any

import ssbmech as ssb
from ssbmech.materials import library
from ssbmech.materials.library.interfaces import lithium_li6ps5cl
from ssbmech.units import MPa, MPa_per_um, mA_per_cm2, nm, s, um

WORKING, COUNTER = "negative|separator", "positive|separator"
WIDTH = 24 * um


def stack(frame: Any = None, size: float = 2.0) -> ssb.Stack:
    """Return three layers with cells of about `size` um at the interfaces."""
    frame = ssb.PlaneStrain() if frame is None else frame
    return ssb.Stack(
        frame=frame,
        width=WIDTH,
        depth=6 * um if frame.dim == 3 else None,
        layers=(
            ssb.Layer("negative", 8 * um),
            ssb.Layer("separator", 8 * um),
            ssb.Layer("positive", 8 * um),
        ),
        size_interface=size * um,
        size_bulk=4 * um,
    )


def void_cell(frame: Any = None, size: float = 2.0, **changes: Any) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li with a void at one electrode, plated and stripped on a spring."""
    frame = ssb.PlaneStrain() if frame is None else frame
    lithium, electrolyte = library.by_name("lithium_lepage2019"), library.by_name("li6ps5cl")
    sides = ("bottom", "left", "right") + (("front", "back") if frame.dim == 3 else ())
    case = ssb.Case(
        name="small_void",
        geometry=stack(frame, size),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface(
                WORKING,
                kinetics=lithium_li6ps5cl(),
                initial_gap=ssb.LensGap(half_width=9 * um, depth=200 * nm),
            ),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        supports=tuple(ssb.Roller(face) for face in sides),
        fixture=ssb.Spring(preload=1 * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-1 * mA_per_cm2, 60 * s, name="plate"),
            ssb.ConstantCurrent(1 * mA_per_cm2, 120 * s, name="strip"),
        ),
        step_control=ssb.PrescribedSteps([0.5, 0.5, 10.0, 25.0, 25.0, 10.0, 30.0, 40.0, 40.0]),
    )
    return dataclasses.replace(case, **changes)
