# SPDX-License-Identifier: BSD-3-Clause
"""Lithium in a crack that meets weak interfaces between layers of the separator.

Lithium | three layers of Li6PS5Cl, half of a cell in plane strain: the far side is held at one
potential. A crack with a flaw at the lithium goes straight through the layers, or turns into the
interface of two of them where that is weak. Metal that is connected to the electrode has its
potential; the run ends when a cluster of it reaches the far side. Run it as

    ./ssb mpirun -n 2 python cases/deflected_crack/case.py
    ./ssb mpirun -n 2 python cases/deflected_crack/case.py --ratio 1 --out runs/strong
    ./ssb python cases/deflected_crack/figure.py runs/deflected_crack runs/strong

What is a guess is named in docs/deflected_crack.md.
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry.crossed_layers import CrossedLayers
from ssbmech.interfaces.cohesion import BilinearCohesion, DelayedBond
from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.interfaces.filling import Ball, CrackFilling
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import MPa, mA_per_cm2, nm, s, um


def layers(options: argparse.Namespace) -> CrossedLayers:
    """Return the section: layers on a layer of metal."""
    outer, inner = options.outer * um, options.inner * um
    return CrossedLayers(
        frame=ssb.PlaneStrain(),
        layers=(outer, inner, outer),
        width=options.width * um,
        reach=0.5 * options.width * um,
        facet=options.facet * um,
        size=4 * options.facet * um,
        metal=1 * um,
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    electrolyte, lithium = library.by_name("li6ps5cl"), library.by_name("lithium_masias2019")
    # as soft as metal that has crept is, so that it keeps its contact where it is plated unevenly
    foil = Material("foil", Elastic(young=50 * MPa, poisson=0.36), metal=lithium.metal)
    geometry = layers(options)
    solid = electrolyte.solid
    modulus = solid.young / (1 - solid.poisson**2)
    inside = CrackFilling(
        molar_volume=lithium.metal.molar_volume,
        # a liquid creeps under tension at the stress over three times its viscosity
        flow=CreepFlow(rate=1e6 / (3 * options.viscosity), stress=1e6, exponent=1.0),
        kinetics=lithium_li6ps5cl(),
        flaw=Ball(options.flaw * um),
    )

    def bond(toughness: float) -> DelayedBond:
        brittle = BilinearCohesion.of_brittle(toughness * 1e6, modulus, geometry.facet)
        return DelayedBond(brittle, options.delay * s)

    # an energy goes with the square of an intensity
    across = bond(options.toughness * options.ratio**0.5)
    bonds = dict.fromkeys(geometry.path, bond(options.toughness))
    bonds |= dict.fromkeys(geometry.arms, across)
    working, *others = geometry.at_metal
    return ssb.Case(
        name="deflected_crack",
        geometry=geometry,
        bodies=(
            ssb.Body.single("metal", foil),
            *(ssb.Body.single(name, electrolyte) for name in geometry.regions),
        ),
        interfaces=(
            *(ssb.Interface(name, kinetics=lithium_li6ps5cl()) for name in geometry.at_metal),
            *(ssb.Interface(n, adhesion=each, filling=inside) for n, each in bonds.items()),
        ),
        supports=(ssb.Roller("left"), ssb.Roller("right"), ssb.Roller("top")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa, face="bottom"),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("top", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=working, joined=(*others, *bonds)),
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
    cell.add_argument("--seconds", type=float, default=4.0, help="longest plating [s]")
    cell.add_argument("--pressure", type=float, default=2.0, help="stack pressure [MPa]")
    cell.add_argument("--width", type=float, default=12.0, help="width of the section [um]")
    cell.add_argument("--outer", type=float, default=2.0, help="of the outer layers [um]")
    cell.add_argument("--inner", type=float, default=1.0, help="thickness of the middle layer [um]")
    crack = parser.add_argument_group("cracks")
    crack.add_argument("--toughness", type=float, default=0.05, help="of layers [MPa m^(1/2)]")
    crack.add_argument(
        "--ratio", type=float, default=0.1, help="toughness of interfaces over layers, energies [1]"
    )
    crack.add_argument("--flaw", type=float, default=1.0, help="depth of the flaw [um]")
    crack.add_argument("--viscosity", type=float, default=333.0, help="of lithium in it [Pa s]")
    other = parser.add_argument_group("discretisation")
    other.add_argument("--facet", type=float, default=0.5, help="facets of cracks [um]")
    other.add_argument("--delay", type=float, default=0.02, help="by which bonds break late [s]")
    other.add_argument("--longest-step", type=float, default=0.03, help="time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
