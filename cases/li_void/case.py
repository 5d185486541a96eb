# SPDX-License-Identifier: BSD-3-Clause
"""A void at a lithium electrode that is plated, rested and stripped under a spring.

Li | Li6PS5Cl | Li in plane strain. A lens-shaped void, 30 um wide and half a micrometre deep, sits
at the interface of the working electrode; x = 0 is its plane of symmetry. Will plating trap it,
creep close it, or stripping bring the metal back?
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.units import MPa, MPa_per_um, celsius, mA_per_cm2, minute, nm, s, um


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium = library.by_name(options.lithium)
    electrolyte = library.by_name("li6ps5cl")
    edge, fine = 15 * um, options.size * um
    geometry = ssb.Stack(
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
            ssb.Refinement("negative|separator", position=edge, size=fine, radius=3 * um),
        ),
    )
    half_cycle = options.minutes * minute
    strip = half_cycle if options.strip_minutes is None else options.strip_minutes * minute
    return ssb.Case(
        name="li_void",
        geometry=geometry,
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface(
                "negative|separator",
                kinetics=lithium_li6ps5cl(),
                initial_gap=ssb.LensGap(half_width=edge, depth=0.5 * um),
            ),
            ssb.Interface("positive|separator", kinetics=lithium_li6ps5cl()),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.Spring(
            preload=options.pressure * MPa, spring_stiffness=options.stiffness * MPa_per_um
        ),
        electrodes=ssb.Electrodes(working="negative|separator", counter="positive|separator"),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-options.current * mA_per_cm2, half_cycle, name="plate"),
            ssb.Rest(half_cycle),
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
    parser.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    parser.add_argument(
        "--lithium",
        default="lithium_lepage2019",
        choices=library.named("lithium"),
        help="parameter set of lithium in the library",
    )
    parser.add_argument(
        "--size", type=float, default=0.25, help="cell size at the void's edge [um]"
    )
    parser.add_argument(
        "--gap-error", type=float, default=20.0, help="error of the gap that steers the step [nm]"
    )
    parser.add_argument("--longest-step", type=float, default=60.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
