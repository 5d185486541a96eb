# SPDX-License-Identifier: BSD-3-Clause
"""Copper | (lithium) | Li6PS5Cl | NMC811-Li6PS5Cl: a cell that is built without an anode.

The lithium begins as a film of 20 nm on the collector. The first charge grows it to micrometres
with what comes out of the cathode; the discharge strips it until there is no more, by name; the
film is left, and the next charge grows it again. Its mesh follows: 20 nm are meshed as a layer, and
stretched and squeezed as it comes and goes. The particles of the cathode are bonded to the
electrolyte and shrink as they give their lithium. Run it as

    mpirun -n 2 python cases/anode_less/case.py
    mpirun -n 2 python cases/anode_less/case.py --cycles 3 --fixture gap
    mpirun -n 2 python cases/anode_less/case.py --help
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.units import J_per_m2, MPa, MPa_per_um, V, celsius, hour, minute, nm, s, um

ANODE, CATHODE = "anode|electrolyte", "nmc811|electrolyte"
MESHED_AT = 3.0
"""Thickness at which the film is meshed: about that to which it grows [um]."""


def at_start(options: argparse.Namespace) -> float:
    """Return the thickness of the lithium at the start [m]: the film that stays, and excess."""
    return 1e-9 * options.seed_film + 1e-6 * options.excess


def geometry(options: argparse.Namespace) -> ssb.CompositeStack:
    """Return the layers, with discs in the cathode."""
    fine = options.size * um
    return ssb.CompositeStack(
        frame=ssb.PlaneSection(),
        layers=(
            ssb.Layer("copper", 4 * um),
            ssb.Layer(
                "anode", at_start(options), meshed_at=max(1e-6 * MESHED_AT, at_start(options))
            ),
            ssb.Layer("separator", options.separator * um),
            ssb.Layer("catholyte", options.cathode * um),
            ssb.Layer("collector", 2 * um),
        ),
        filled="catholyte",
        packing=ssb.Packing(
            kinds=(ssb.ParticleKind("nmc811", ssb.Sizes(options.diameter * um, spread=0.2)),),
            volume_fraction=options.fraction,
            smallest_distance=0.3 * um,
            seed=options.seed,
        ),
        width=options.width * um,
        size_particle=fine,
        size_interface=1.5 * fine,
        size_bulk=4 * fine,
    )


def fixture(options: argparse.Namespace) -> ssb.Fixture:
    """Return what holds the stack.

    Raises:
        CaseError: the frame of a gap has no stiffness.
    """
    pressure = options.pressure * MPa
    if options.fixture == "force":
        return ssb.ConstantForce(preload=pressure)
    if options.fixture == "gap":
        if not options.frame > 0.0:
            raise CaseError(f"frame = {options.frame:g} MPa/um: expected a stiffness above zero")
        return ssb.FixedGap(preload=pressure, frame_compliance=1 / (options.frame * MPa_per_um))
    return ssb.Spring(preload=pressure, spring_stiffness=options.stiffness * MPa_per_um)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium, electrolyte = library.by_name(options.lithium), library.by_name("li6ps5cl")
    nmc, steel = library.by_name("nmc811"), library.by_name("stainless_steel")
    film = options.seed_film * nm
    bond = ssb.BilinearCohesion(
        strength=options.strength * MPa, toughness=options.toughness * J_per_m2
    )
    return ssb.Case(
        name="anode_less",
        geometry=geometry(options),
        bodies=(
            ssb.Body.single("copper", library.by_name("copper")),
            ssb.Body.single(
                "anode", lithium, moves=True, exhaustion=ssb.Exhaustion(film=film, fade=film)
            ),
            ssb.Body(
                "electrolyte",
                {"separator": electrolyte, "catholyte": electrolyte, "collector": steel},
            ),
            ssb.Body.single("nmc811", nmc, content=options.content),
        ),
        interfaces=(
            ssb.Interface("anode|copper"),
            ssb.Interface(ANODE, kinetics=lithium_li6ps5cl()),
            ssb.Interface(CATHODE, kinetics=nmc811_li6ps5cl(), adhesion=bond),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=fixture(options),
        electrodes=ssb.Electrodes(working=CATHODE, counter=ANODE, area_of=ANODE),
        protocol=(
            ssb.Preload(10 * s),
            *ssb.cycles(
                options.cycles,
                ssb.Charge(options.rate / hour, to=options.upper * V),
                ssb.Rest(options.rest * minute),
                ssb.Discharge(options.rate / hour, to=options.lower * V),
                ssb.Rest(options.rest * minute),
            ),
            *([ssb.Charge(options.rate / hour, to=options.upper * V)] if options.recharge else []),
        ),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s, dt_max=options.longest_step * s, gap_error=20 * nm
        ),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    anode = parser.add_argument_group("anode")
    anode.add_argument("--seed-film", type=float, default=20.0, help="film at the start [nm]")
    anode.add_argument("--excess", type=float, default=0.0, help="lithium beside the film [um]")
    names = library.named("lithium")
    anode.add_argument(
        "--lithium", default="lithium_lepage2019", choices=names, help="parameter set of lithium"
    )
    held = parser.add_argument_group("fixture")
    held.add_argument("--fixture", choices=("spring", "force", "gap"), default="spring")
    held.add_argument("--pressure", type=float, default=5.0, help="preload [MPa]")
    held.add_argument(
        "--stiffness", type=float, default=0.3, help="spring stiffness per area [MPa/um]"
    )
    held.add_argument(
        "--frame", type=float, default=5.0, help="stiffness of the frame of a fixed gap [MPa/um]"
    )
    cathode = parser.add_argument_group("separator and cathode")
    for name, default, what in (
        ("separator", 8.0, "thickness of the separator [um]"),
        ("cathode", 16.0, "thickness of the cathode [um]"),
        ("width", 12.0, "width of the cell [um]"),
        ("diameter", 4.0, "mean particle diameter [um]"),
        ("fraction", 0.45, "part of particles in the cathode"),
        ("strength", 10.0, "strength of the bond [MPa]"),
        ("toughness", 0.5, "toughness of the bond [J/m2]"),
        ("content", 0.85, "lithium content of the particles at the start"),
    ):
        cathode.add_argument(f"--{name}", type=float, default=default, help=what)
    cathode.add_argument("--seed", type=int, default=1, help="seed of the packing")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument("--rate", type=float, default=0.2, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=4.25, help="end of charge [V]")
    cycling.add_argument("--lower", type=float, default=2.5, help="end of discharge [V]")
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--no-recharge", dest="recharge", action="store_false", help="end empty")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    other = parser.add_argument_group("discretisation")
    other.add_argument("--size", type=float, default=0.7, help="cell size at particles [um]")
    other.add_argument("--longest-step", type=float, default=600.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
