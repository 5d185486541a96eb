# SPDX-License-Identifier: BSD-3-Clause
"""Lithium that runs along the boundaries of an electrolyte's grains, until it shorts the cell.

Lithium | polycrystalline Li6PS5Cl, half of a cell in plane strain: the far side is held at one
potential. A boundary of grains has a flaw where it meets the lithium. Metal is plated into it,
opens it and breaks the boundary; where boundaries meet it goes on along whichever gives way. Metal
that is connected to the electrode has its potential and takes part of the current; the run ends
when a cluster of it reaches the far side. Run it as

    ./ssb mpirun -n 2 python cases/grain_short/case.py
    ./ssb python cases/grain_short/figure.py runs/grain_short

What is a guess is named in docs/grain_short.md.
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.polycrystal import Polycrystal
from ssbmech.interfaces.cohesion import BilinearCohesion, DelayedBond
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Ball, CrackFilling
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import MPa, mA_per_cm2, nm, s, um

#: Seeds over width and thickness: two grains at the metal, two above them and to the right.
FOUR = tuple((x / 12, y / 4) for x, y in ((5.0, 1.0), (7.0, 1.0), (5.8, 3.0), (7.8, 3.0)))


def grains(options: argparse.Namespace) -> Polycrystal:
    """Return the section: grains on a layer of metal."""
    shape = {"grains": options.grains} if options.grains else {"places": FOUR}
    return Polycrystal(
        frame=ssb.PlaneStrain(),
        width=options.width * um,
        thickness=options.thickness * um,
        facet=options.facet * um,
        metal=1 * um,
        seed=options.seed,
        **shape,
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    electrolyte, lithium = library.by_name("li6ps5cl"), library.by_name("lithium_masias2019")
    # as soft as metal that has crept is, so that it keeps its contact where it is plated unevenly
    foil = Material("foil", Elastic(young=options.foil * MPa, poisson=0.36), metal=lithium.metal)
    geometry = grains(options)
    foot = min(geometry.mouths, key=lambda x: abs(x - geometry.width / 2))
    solid = electrolyte.solid
    modulus = solid.young / (1 - solid.poisson**2)
    inside = CrackFilling(
        molar_volume=lithium.metal.molar_volume,
        # a liquid creeps under tension at the stress over three times its viscosity
        flow=CreepFlow(rate=1e6 / (3 * options.viscosity), stress=1e6, exponent=1.0),
        kinetics=lithium_li6ps5cl(),
        flaw=Ball(options.flaw * um, x=foot),
    )
    bond = DelayedBond(
        BilinearCohesion.of_brittle(options.toughness * 1e6, modulus, geometry.facet),
        options.delay * s,
    )
    working, *others = geometry.at_metal
    return ssb.Case(
        name="grain_short",
        geometry=geometry,
        bodies=(
            ssb.Body.single("metal", foil),
            *(ssb.Body.single(name, electrolyte) for name in geometry.regions),
        ),
        interfaces=(
            *(ssb.Interface(name, kinetics=lithium_li6ps5cl()) for name in geometry.at_metal),
            *(ssb.Interface(name, adhesion=bond, filling=inside) for name in geometry.boundaries),
        ),
        supports=(ssb.Roller("left"), ssb.Roller("right"), ssb.Roller("top")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa, face="bottom"),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("top", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=working, joined=(*others, *geometry.boundaries)),
        protocol=(
            ssb.ConstantCurrent(-options.current * mA_per_cm2, options.seconds * s, name="plate"),
        ),
        scales=ssb.Scales(stress=100 * MPa, gap=10 * nm),
        step_control=ssb.AdaptiveSteps(
            dt_initial=options.longest_step * s,
            dt_max=options.longest_step * s,
            dt_min=1e-4 * options.longest_step * s,
            # cracks that snap open are followed, not resolved in time
            gap_error=1e6 * um,
            stress_error=None,
        ),
        output=ssb.Output(fields_every=1),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    cell = parser.add_argument_group("cell")
    cell.add_argument("--current", type=float, default=30.0, help="plating current [mA/cm2]")
    cell.add_argument("--seconds", type=float, default=10.0, help="longest plating [s]")
    cell.add_argument("--pressure", type=float, default=2.0, help="stack pressure [MPa]")
    cell.add_argument("--width", type=float, default=12.0, help="width of the section [um]")
    cell.add_argument("--foil", type=float, default=50.0, help="Young's modulus of the metal [MPa]")
    cell.add_argument("--thickness", type=float, default=4.0, help="of the electrolyte [um]")
    inside = parser.add_argument_group("grains")
    inside.add_argument(
        "--grains", type=int, default=0, help="number of random grains; 0: four that are given [1]"
    )
    inside.add_argument("--seed", type=int, default=1, help="which grains: of random numbers [1]")
    inside.add_argument("--toughness", type=float, default=0.05, help="of boundaries [MPa m^(1/2)]")
    inside.add_argument("--flaw", type=float, default=1.0, help="depth of the flaw [um]")
    inside.add_argument(
        "--viscosity", type=float, default=333.0, help="of lithium in boundaries [Pa s]"
    )
    other = parser.add_argument_group("discretisation")
    other.add_argument("--facet", type=float, default=0.5, help="facets of boundaries [um]")
    other.add_argument("--delay", type=float, default=0.02, help="by which bonds break late [s]")
    other.add_argument("--longest-step", type=float, default=0.03, help="time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
