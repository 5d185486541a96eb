# SPDX-License-Identifier: BSD-3-Clause
"""Li | Li6PS5Cl | NMC811-Li6PS5Cl: charge and discharge of a cell with resolved cathode particles.

The cathode is a packing of discs in electrolyte, bonded to it by a brittle bond. Charging shrinks
the particles; where the bond breaks they lose contact, and the current finds other ways. In space
the particles are spheres, and the cell is smaller. Run it as

    mpirun -n 2 python cases/nmc_cell/case.py
    mpirun -n 2 python cases/nmc_cell/case.py --pressure 50 --diameter 8 --rate 0.2
    mpirun -n 2 python cases/nmc_cell/case.py --solid   # in space
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.units import J_per_m2, MPa, MPa_per_um, V, celsius, hour, minute, nm, s, um


@dataclass(frozen=True)
class Cell:
    """What a cell measures if no option tells; lengths in um.

    Attributes:
        electrode: thickness of the lithium.
        separator: thickness of the separator.
        cathode: thickness of the cathode.
        width: width of the cell.
        diameter: mean diameter of the particles.
        spread: standard deviation over mean of the diameters.
        distance: smallest distance of two particles.
        fraction: part of the cathode that is particles.
        size: cell size at particles.
    """

    electrode: float
    separator: float
    cathode: float
    width: float
    diameter: float
    spread: float
    distance: float
    fraction: float
    size: float


PLANE = Cell(15, 15, 30, 30, diameter=5, spread=0.25, distance=0.25, fraction=0.5, size=0.5)
SOLID = Cell(4, 4, 10, 10, diameter=4, spread=0.15, distance=0.5, fraction=0.3, size=1.2)

OPTIONS = ("cathode", "width", "diameter", "distance", "fraction", "size")
"""Fields of a cell that the command line has."""


def cell(options: argparse.Namespace) -> Cell:
    """Return what the cell measures."""
    given = {name: getattr(options, name) for name in OPTIONS}
    told = {name: value for name, value in given.items() if value is not None}
    return replace(SOLID if options.solid else PLANE, **told)


def geometry(options: argparse.Namespace) -> ssb.CompositeStack:
    """Return the layers, with discs or spheres in the cathode."""
    sizes = cell(options)
    particles = ssb.ParticleKind("nmc811", ssb.Sizes(sizes.diameter * um, spread=sizes.spread))
    fine = sizes.size * um
    return ssb.CompositeStack(
        frame=ssb.ThreeDimensional() if options.solid else ssb.PlaneSection(),
        layers=(
            ssb.Layer("negative", sizes.electrode * um),
            ssb.Layer("separator", sizes.separator * um),
            ssb.Layer("catholyte", sizes.cathode * um),
            ssb.Layer("collector", 2 * um),
        ),
        filled="catholyte",
        packing=ssb.Packing(
            kinds=(particles,),
            volume_fraction=sizes.fraction,
            smallest_distance=sizes.distance * um,
            seed=options.seed,
        ),
        width=sizes.width * um,
        depth=sizes.width * um if options.solid else None,
        size_particle=fine,
        size_interface=2 * fine,
        size_bulk=(3 if options.solid else 4) * fine,
        across=1.0 if options.solid else 2.0,
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium, electrolyte = library.by_name(options.lithium), library.by_name("li6ps5cl")
    nmc, steel = library.by_name("nmc811"), library.by_name("stainless_steel")
    sides = ("left", "right", "front", "back") if options.solid else ("left", "right")
    fixtures = {
        "spring": ssb.Spring(
            preload=options.pressure * MPa, spring_stiffness=options.stiffness * MPa_per_um
        ),
        "force": ssb.ConstantForce(preload=options.pressure * MPa),
        "gap": ssb.FixedGap(preload=options.pressure * MPa),
    }
    return ssb.Case(
        name="nmc_cell",
        geometry=geometry(options),
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
        supports=tuple(ssb.Roller(face) for face in ("bottom", *sides)),
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


def unless_given(name: str) -> str:
    """Return in words what a field of the cell is if no option tells."""
    return f"if not given {getattr(PLANE, name):g}, in space {getattr(SOLID, name):g}"


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    fixture = parser.add_argument_group("fixture")
    fixture.add_argument("--fixture", choices=("spring", "force", "gap"), default="spring")
    fixture.add_argument("--pressure", type=float, default=5.0, help="preload [MPa]")
    fixture.add_argument(
        "--stiffness", type=float, default=0.03, help="spring stiffness per area [MPa/um]"
    )
    parser.add_argument("--solid", action="store_true", help="in space: spheres, a smaller cell")
    cathode = parser.add_argument_group("cathode")
    for name, what in (
        ("cathode", "thickness [um]"),
        ("width", "width of the cell [um]"),
        ("diameter", "mean particle diameter [um]"),
        ("distance", "smallest distance of two particles [um]"),
        ("fraction", "part of particles in the cathode"),
    ):
        cathode.add_argument(f"--{name}", type=float, help=f"{what}; {unless_given(name)}")
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
    other.add_argument(
        "--size", type=float, help=f"cell size at particles [um]; {unless_given('size')}"
    )
    other.add_argument("--longest-step", type=float, default=600.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
