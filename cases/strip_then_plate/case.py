# SPDX-License-Identifier: BSD-3-Clause
"""Stripping takes contact away, plating is focused on what is left, and a crack at its rim grows.

Li | Li6PS5Cl, half of a symmetric cell: the far face of the electrolyte is the plane half way to
the other electrode. A flaw of the electrolyte begins at the lithium and is filled from it. First a
charge is stripped, by which hidden voids take contact away; then plating is raised, until the crack
grows. The current at which it does, per area of the cell, is the critical one. Run it as

    mpirun -n 2 python cases/strip_then_plate/case.py                        # full contact
    mpirun -n 2 python cases/strip_then_plate/case.py --charge 2             # after stripping
    mpirun -n 2 python cases/strip_then_plate/case.py --charge 2 --patchiness 0.5
    python cases/strip_then_plate/figure.py RUN...

With `--patchiness` voids take contact sooner on one side of the crack and later on the other, so
that the crack lies at the rim of what is left.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import Any

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.library.voids import lithium_li6ps5cl_voids
from ssbmech.units import MPa, celsius, hour, mA_per_cm2, nm, s, um

CRACK, LOWER, UPPER = "lower|upper", "metal|lower", "metal|upper"
FIRST, LAST = 0.1, 20.0
"""Currents between which the sweep looks [mA/cm2]."""


def protocol(options: argparse.Namespace) -> tuple[Any, ...]:
    """Return stripping, if there is any, and plating at a current that grows."""
    grown = ssb.CrackAbove(CRACK, (options.flaw + 0.5 * options.facet) * um)
    plate = ssb.CurrentSweep(
        -FIRST * mA_per_cm2,
        -LAST * mA_per_cm2,
        5.3 * options.e_fold * s,
        stops=(grown,),
        name="plate",
    )
    if options.charge <= 0.0:
        return (ssb.Preload(1 * s), plate)
    strip = ssb.ConstantCurrent(
        options.strip * mA_per_cm2, options.charge / options.strip * hour, name="strip"
    )
    return (ssb.Preload(1 * s), strip, plate)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    electrolyte = library.by_name("li6ps5cl")
    lithium = library.by_name("lithium_lepage2019")
    solid, creep = electrolyte.solid, lithium.solid.flow
    modulus = solid.young / (1 - solid.poisson**2)
    pressure = options.pressure * 1e6
    voids, kinetics = lithium_li6ps5cl_voids(), lithium_li6ps5cl()
    sides = {
        name: dataclasses.replace(voids, height_lost=voids.height_lost * share)
        for name, share in ((LOWER, 1 - options.patchiness), (UPPER, 1 + options.patchiness))
    }
    filling = ssb.CrackFilling(
        molar_volume=lithium.metal.molar_volume,
        flow=ssb.CreepFlow(
            rate=creep.rate,
            stress=creep.stress,
            exponent=creep.exponent,
            activation_energy=creep.activation_energy,
            reference_temperature=creep.reference_temperature,
        ),
        kinetics=kinetics,
        flaw=ssb.Ball(options.flaw * um),
        mouth=ssb.Mouth(ssb.Ball(1e-3 * um), lambda time: pressure),
    )
    return ssb.Case(
        name="strip_then_plate",
        geometry=ssb.CrackPath(
            frame=ssb.PlaneStrain(),
            width=options.width * um,
            height=options.height * um,
            path=options.path * um,
            facet=options.facet * um,
            size=options.width / 6 * um,
            metal=50 * um,
        ),
        bodies=(
            ssb.Body.single("metal", lithium),
            ssb.Body.single("lower", electrolyte),
            ssb.Body.single("upper", electrolyte),
        ),
        interfaces=(
            *(ssb.Interface(name, kinetics=kinetics, laws=(law,)) for name, law in sides.items()),
            ssb.Interface(
                CRACK,
                adhesion=ssb.BilinearCohesion.of_brittle(
                    options.toughness * 1e6, modulus, options.facet * 1e-6
                ),
                filling=filling,
            ),
        ),
        supports=(ssb.Roller("right"), ssb.Roller("bottom"), ssb.Roller("top")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa, face="left"),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("right", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=LOWER, joined=(UPPER, CRACK)),
        protocol=protocol(options),
        temperature=celsius(options.celsius),
        scales=ssb.Scales(stress=100 * MPa),
        step_control=ssb.AdaptiveSteps(
            dt_initial=0.2, dt_max=0.2 * hour, gap_error=options.gap_error * nm, stress_error=None
        ),
        output=ssb.Output(fields_every=options.fields_every),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    cell = parser.add_argument_group("cell")
    cell.add_argument("--charge", type=float, default=0.0, help="stripped before [mAh/cm2]")
    cell.add_argument("--strip", type=float, default=1.0, help="stripping current [mA/cm2]")
    cell.add_argument("--pressure", type=float, default=1.0, help="stack pressure [MPa]")
    cell.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    cell.add_argument(
        "--patchiness",
        type=float,
        default=0.0,
        help="by which share voids take contact sooner below the crack, and later above it [1]",
    )
    cell.add_argument(
        "--e-fold", type=float, default=60.0, help="time in which plating grows by e [s]"
    )
    crack = parser.add_argument_group("crack")
    crack.add_argument("--flaw", type=float, default=10.0, help="depth of the flaw [um]")
    crack.add_argument(
        "--toughness", type=float, default=0.69, help="of the electrolyte [MPa m^(1/2)]"
    )
    other = parser.add_argument_group("discretisation")
    other.add_argument("--facet", type=float, default=0.5, help="facets along the crack [um]")
    other.add_argument("--path", type=float, default=14.0, help="fine part of its path [um]")
    other.add_argument("--width", type=float, default=100.0, help="depth of the electrolyte [um]")
    other.add_argument("--height", type=float, default=50.0, help="half distance of cracks [um]")
    other.add_argument(
        "--gap-error",
        type=float,
        default=0.2,
        help="of a time step, of the width of the crack too [nm]",
    )
    other.add_argument("--fields-every", type=int, default=5, help="steps between stored fields")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
