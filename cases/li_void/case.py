# SPDX-License-Identifier: BSD-3-Clause
"""A void at a lithium electrode that is plated, rested and stripped under a spring.

Li | Li6PS5Cl | Li in plane strain. A lens-shaped void, 30 um wide and half a micrometre deep, sits
at the interface of the working electrode; x = 0 is its plane of symmetry. Will plating trap it,
creep close it, or stripping bring the metal back? In space the void is round, and y = 0 is another
plane of symmetry. Run it as

    mpirun -n 2 python cases/li_void/case.py
    mpirun -n 2 python cases/li_void/case.py --moving   # the void's walls move with the metal
    mpirun -n 2 python cases/li_void/case.py --solid    # in space
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.units import MPa, MPa_per_um, celsius, mA_per_cm2, minute, nm, s, um

EDGE, DEPTH = 15 * um, 0.5 * um
"""Half the width of the void, and its depth."""


def plane(size: float) -> ssb.Stack:
    """Return half of the cell in plane strain; the size of the cells at the void's edge in um."""
    fine = size * um
    return ssb.Stack(
        frame=ssb.PlaneStrain(),
        width=60 * um,
        layers=(
            ssb.Layer("negative", 20 * um),
            ssb.Layer("separator", 30 * um),
            ssb.Layer("positive", 20 * um),
        ),
        size_interface=4 * fine,
        size_bulk=16 * fine,
        refinements=(
            ssb.Refinement("negative|separator", position=EDGE, size=fine, radius=3 * um),
        ),
    )


def solid(size: float) -> ssb.Stack:
    """Return a quarter of a smaller cell in space, of which the void is as large a part."""
    fine = size * um
    return ssb.Stack(
        frame=ssb.ThreeDimensional(),
        width=30 * um,
        depth=30 * um,
        layers=(
            ssb.Layer("negative", 12 * um),
            ssb.Layer("separator", 16 * um),
            ssb.Layer("positive", 8 * um),
        ),
        size_interface=2 * fine,
        size_bulk=4 * fine,
        refinements=(
            ssb.Refinement(
                "negative|separator", position=EDGE, size=fine, radius=2 * um, axis_x=0.0
            ),
        ),
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium = library.by_name(options.lithium)
    electrolyte = library.by_name("li6ps5cl")
    size = (1.1 if options.solid else 0.25) if options.size is None else options.size
    sides = ("left", "right", "front", "back") if options.solid else ("left", "right")
    centre_y = 0.0 if options.solid else None
    half_cycle = options.minutes * minute
    strip = half_cycle if options.strip_minutes is None else options.strip_minutes * minute
    rest = half_cycle if options.rest_minutes is None else options.rest_minutes * minute
    return ssb.Case(
        name="li_void",
        geometry=solid(size) if options.solid else plane(size),
        bodies=(
            ssb.Body.single("negative", lithium, moves=options.moving),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", lithium, moves=options.moving),
        ),
        interfaces=(
            ssb.Interface(
                "negative|separator",
                kinetics=lithium_li6ps5cl(),
                initial_gap=ssb.LensGap(half_width=EDGE, depth=DEPTH, centre_y=centre_y),
            ),
            ssb.Interface("positive|separator", kinetics=lithium_li6ps5cl()),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", *sides)),
        fixture=ssb.Spring(
            preload=options.pressure * MPa, spring_stiffness=options.stiffness * MPa_per_um
        ),
        electrodes=ssb.Electrodes(working="negative|separator", counter="positive|separator"),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-options.current * mA_per_cm2, half_cycle, name="plate"),
            *([ssb.Rest(rest)] if rest > 0.0 else []),
            ssb.ConstantCurrent(options.current * mA_per_cm2, strip, name="strip"),
        ),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(
            gap_error=options.gap_error * nm, dt_max=options.longest_step * s
        ),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--pressure", type=float, default=1.0, help="preload of the spring [MPa]")
    parser.add_argument(
        "--stiffness", type=float, default=0.03, help="spring stiffness per area [MPa/um]"
    )
    parser.add_argument("--current", type=float, default=1.0, help="current density [mA/cm2]")
    parser.add_argument("--minutes", type=float, default=30.0, help="length of each step [min]")
    parser.add_argument(
        "--strip-minutes",
        type=float,
        help="length of stripping [min]; like the others if not given",
    )
    parser.add_argument(
        "--rest-minutes", type=float, help="rest between [min]; like the others if not given"
    )
    parser.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    parser.add_argument(
        "--lithium",
        default="lithium_lepage2019",
        choices=library.named("lithium"),
        help="parameter set of lithium in the library",
    )
    parser.add_argument(
        "--solid", action="store_true", help="in space: a round void in a square cell, a quarter"
    )
    parser.add_argument(
        "--moving",
        action="store_true",
        help="metal that is really removed: its mesh and the void's walls move",
    )
    parser.add_argument(
        "--size",
        type=float,
        help="cell size at the void's edge [um]; if not given 0.25, in space 1.1",
    )
    parser.add_argument(
        "--gap-error", type=float, default=20.0, help="error of the gap that steers the step [nm]"
    )
    parser.add_argument("--longest-step", type=float, default=60.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
