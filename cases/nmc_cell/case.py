# SPDX-License-Identifier: BSD-3-Clause
"""Li | Li6PS5Cl | NMC811-Li6PS5Cl: charge and discharge of a cell with resolved cathode particles.

The cathode is a packing of discs in electrolyte, bonded to it by a brittle bond. Charging shrinks
the particles; where the bond breaks they lose contact, and the current finds other ways. Run it as

    mpirun -n 2 python cases/nmc_cell/case.py
    mpirun -n 2 python cases/nmc_cell/case.py --pressure 50 --diameter 8 --rate 0.2
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.units import J_per_m2, MPa, MPa_per_um, V, celsius, hour, minute, nm, s, um


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium, electrolyte = library.by_name(options.lithium), library.by_name("li6ps5cl")
    nmc, steel = library.by_name("nmc811"), library.by_name("stainless_steel")
    size = options.size * um
    particles = ssb.ParticleKind("nmc811", ssb.Sizes(options.diameter * um, spread=0.25))
    fixtures = {
        "spring": ssb.Spring(
            preload=options.pressure * MPa, spring_stiffness=options.stiffness * MPa_per_um
        ),
        "force": ssb.ConstantForce(preload=options.pressure * MPa),
        "gap": ssb.FixedGap(preload=options.pressure * MPa),
    }
    return ssb.Case(
        name="nmc_cell",
        geometry=ssb.CompositeStack(
            frame=ssb.PlaneSection(),
            layers=(
                ssb.Layer("negative", 15 * um),
                ssb.Layer("separator", 15 * um),
                ssb.Layer("catholyte", options.cathode * um),
                ssb.Layer("collector", 2 * um),
            ),
            filled="catholyte",
            packing=ssb.Packing(
                kinds=(particles,),
                volume_fraction=options.fraction,
                smallest_distance=0.25 * um,
                seed=options.seed,
            ),
            width=options.width * um,
            size_particle=size,
            size_interface=2 * size,
            size_bulk=4 * size,
        ),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body(
                "electrolyte",
                {"separator": electrolyte, "catholyte": electrolyte, "collector": steel},
            ),
            ssb.Body.single("nmc811", nmc, content=options.content),
        ),
        interfaces=(
            ssb.Interface("negative|electrolyte", kinetics=lithium_li6ps5cl()),
            ssb.Interface(
                "nmc811|electrolyte",
                kinetics=nmc811_li6ps5cl(),
                adhesion=ssb.BilinearCohesion(
                    strength=options.strength * MPa, toughness=options.toughness * J_per_m2
                ),
            ),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=fixtures[options.fixture],
        electrodes=ssb.Electrodes(
            working="nmc811|electrolyte",
            counter="negative|electrolyte",
            area_of="negative|electrolyte",
        ),
        protocol=(
            ssb.Preload(10 * s),
            *ssb.cycles(
                options.cycles,
                ssb.Charge(options.rate / hour, to=options.upper * V),
                ssb.Rest(options.rest * minute),
                ssb.Discharge(options.rate / hour, to=options.lower * V),
                ssb.Rest(options.rest * minute),
            ),
        ),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s, dt_max=options.longest_step * s, gap_error=20 * nm
        ),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    fixture = parser.add_argument_group("fixture")
    fixture.add_argument("--fixture", choices=("spring", "force", "gap"), default="spring")
    fixture.add_argument("--pressure", type=float, default=5.0, help="preload [MPa]")
    fixture.add_argument(
        "--stiffness", type=float, default=0.03, help="spring stiffness per area [MPa/um]"
    )
    cathode = parser.add_argument_group("cathode")
    cathode.add_argument("--cathode", type=float, default=30.0, help="thickness [um]")
    cathode.add_argument("--width", type=float, default=30.0, help="width of the cell [um]")
    cathode.add_argument("--diameter", type=float, default=5.0, help="mean particle diameter [um]")
    cathode.add_argument("--fraction", type=float, default=0.5, help="area fraction of particles")
    cathode.add_argument("--seed", type=int, default=1, help="seed of the packing")
    cathode.add_argument("--strength", type=float, default=10.0, help="strength of the bond [MPa]")
    cathode.add_argument("--toughness", type=float, default=0.5, help="of the bond [J/m2]")
    cathode.add_argument("--content", type=float, default=0.9, help="lithium content at the start")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument("--rate", type=float, default=0.2, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=4.25, help="end of charge [V]")
    cycling.add_argument("--lower", type=float, default=3.0, help="end of discharge [V]")
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    other = parser.add_argument_group("discretisation and output")
    names = library.named("lithium")
    other.add_argument(
        "--lithium", default="lithium_lepage2019", choices=names, help="parameter set of lithium"
    )
    other.add_argument("--size", type=float, default=0.5, help="cell size at particles [um]")
    other.add_argument("--longest-step", type=float, default=600.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
