# SPDX-License-Identifier: BSD-3-Clause
"""Twenty micrometres of lithium, stripped until there is no more, and plated back.

Li | Li6PS5Cl | Li in plane strain. The meshes of both electrodes follow what is stripped and
plated. Where the layer ends stripping fades, the voltage rises, and the step ends by name, with a
film of some nanometres from which metal grows again. Run it as

    mpirun -n 2 python cases/thin_lithium/case.py
    mpirun -n 2 python cases/thin_lithium/case.py --thickness 5 --current 2
    mpirun -n 2 python cases/thin_lithium/case.py --metal sodium_wang2020
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.library import interfaces
from ssbmech.units import MPa, MPa_per_um, V, celsius, hour, mA_per_cm2, minute, nm, s, um

WORKING, COUNTER = "negative|separator", "positive|separator"
ELECTROLYTES = {"lithium": "li6ps5cl", "sodium": "nasicon"}
"""What conducts the ions of each metal."""


def geometry(options: argparse.Namespace) -> ssb.Stack:
    """Return the three layers."""
    size = options.size * um
    return ssb.Stack(
        frame=ssb.PlaneStrain(),
        width=options.width * um,
        layers=(
            ssb.Layer("negative", options.thickness * um),
            ssb.Layer("separator", options.separator * um),
            ssb.Layer("positive", options.thickness * um),
        ),
        size_interface=size,
        size_bulk=2 * size,
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line.

    Raises:
        CaseError: the current does not strip.
    """
    if not options.current > 0.0:
        raise CaseError(f"current = {options.current:g} mA/cm2: expected one above zero")
    metal, kind = library.by_name(options.metal), options.metal.partition("_")[0]
    electrolyte = library.by_name(ELECTROLYTES[kind])
    kinetics = interfaces.by_name(f"{kind}|{ELECTROLYTES[kind]}")
    # thickness that holds 1 mAh/cm2 [um]
    um_per_mah = 36e9 * metal.metal.thickness_per_charge
    pressure, stiffness = options.pressure * MPa, options.stiffness * MPa_per_um
    current = options.current * mA_per_cm2
    longest = 1.2 * options.thickness / um_per_mah / options.current
    back = options.plate * options.thickness / um_per_mah / options.current
    plating = [ssb.ConstantCurrent(-current, back * hour, name="plate")] if back > 0.0 else []
    exhaustion = ssb.Exhaustion(film=options.film * nm, fade=options.film * nm)
    fixtures: dict[str, ssb.Fixture] = {
        "spring": ssb.Spring(preload=pressure, spring_stiffness=stiffness),
        "force": ssb.ConstantForce(preload=pressure),
        "gap": ssb.FixedGap(preload=pressure),
    }
    return ssb.Case(
        name="thin_lithium",
        geometry=geometry(options),
        bodies=(
            ssb.Body.single("negative", metal, moves=True, exhaustion=exhaustion),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", metal, moves=True, exhaustion=exhaustion),
        ),
        interfaces=(
            ssb.Interface(WORKING, kinetics=kinetics),
            ssb.Interface(COUNTER, kinetics=kinetics),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=fixtures[options.fixture],
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(
                current, longest * hour, name="strip", stops=(ssb.VoltageAbove(options.upper * V),)
            ),
            ssb.Rest(options.rest * minute),
            *plating,
        ),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(gap_error=20 * nm, dt_max=options.longest_step * s),
        limits=ssb.Limits(stripped=None),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    add = parser.add_argument
    add("--thickness", type=float, default=20.0, help="mean thickness of the lithium [um]")
    add("--film", type=float, default=20.0, help="film of lithium that stays [nm]")
    add("--current", type=float, default=1.0, help="current density [mA/cm2]")
    add("--upper", type=float, default=0.5, help="voltage at which stripping ends, too [V]")
    add("--plate", type=float, default=1.0, help="part of the layer that is plated back [1]")
    add("--rest", type=float, default=10.0, help="rest between [min]")
    add("--fixture", choices=("spring", "force", "gap"), default="spring")
    add("--pressure", type=float, default=2.0, help="preload [MPa]")
    add("--stiffness", type=float, default=0.03, help="spring stiffness per area [MPa/um]")
    add("--separator", type=float, default=30.0, help="thickness of the electrolyte [um]")
    add("--width", type=float, default=60.0, help="width of the cell [um]")
    add("--celsius", type=float, default=25.0, help="temperature [degree C]")
    add("--size", type=float, default=4.0, help="cell size at the interfaces [um]")
    add("--longest-step", type=float, default=600.0, help="longest time step [s]")
    names = (*library.named("lithium"), *library.named("sodium"))
    add("--metal", "--lithium", default="lithium_lepage2019", choices=names, help="parameter set")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
