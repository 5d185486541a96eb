# SPDX-License-Identifier: BSD-3-Clause
"""A cathode particle in pressed sulfide that comes off over cycles at 2 MPa and is pressed again.

The repeating unit of a composite: a sphere of NMC in a cylinder of densified glass (axisymmetric,
one quadrant), held at its side as in a die, under a dead load. Each charge shrinks the particle and
opens its bond, which wears by fatigue; where it has broken a gap opens. One cycle wears the bond
for ten. The matrix yields by its cap, in tension and in pressure. Then the charged stack, whose gap
is open, is pressed at 300 MPa, which closes the gap as the matrix flows round the particle. It is
released, and cycled on. Run it as

    python cases/repress/case.py
    python cases/repress/case.py --discharged    # pressed when the particle fills its hole
    python cases/repress/case.py --press 370 --powder li6ps5cl_pressed --porosity 18

and draw it with `python cases/repress/figure.py RUN`.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.library.interfaces import nmc811_li6ps5cl
from ssbmech.library.pressed import of_density
from ssbmech.units import J_per_m2, MPa, V, celsius, hour, minute, nm, s, um

INTERFACE = "particle|matrix"


def protocol(options: argparse.Namespace) -> tuple[Any, ...]:
    """Return the cycles before, the pressing, and the cycles after it."""
    charge = ssb.Charge(options.rate / hour, to=options.upper * V)
    discharge = ssb.Discharge(options.rate / hour, to=options.lower * V)
    before = (ssb.Preload(10 * s), *ssb.cycles(options.cycles, charge, discharge))
    if not options.after:
        return before
    press_again: tuple[Any, ...] = (
        ssb.Press(options.press * MPa, 60 * s, name="press again"),
        ssb.Rest(10 * minute, name="hold"),
        ssb.Press(options.pressure * MPa, 60 * s, name="release"),
    )
    if not options.discharged:
        press_again = (charge, *press_again, discharge)
    return (*before, *press_again, *ssb.cycles(options.after, charge, discharge))


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line.

    Raises:
        CaseError: the mesh has no cells along the radius.
    """
    if not options.fineness > 0.0:
        raise CaseError(f"--fineness {options.fineness:g}: expected more than zero cells")
    radius = options.radius * um
    matrix = of_density(library.by_name(options.powder), 1 - options.porosity / 100)
    bond = ssb.BilinearCohesion(
        strength=options.strength * MPa, toughness=options.toughness * J_per_m2
    )
    return ssb.Case(
        name="repress",
        geometry=ssb.ParticleCell.of_fraction(
            options.fraction,
            frame=ssb.Axisymmetric(),
            radius=radius,
            size=radius / options.fineness,
        ),
        bodies=(
            ssb.Body.single("particle", library.by_name(options.particle), content=options.content),
            ssb.Body.single("matrix", matrix),
        ),
        interfaces=(
            ssb.Interface(
                INTERFACE,
                kinetics=nmc811_li6ps5cl(),
                adhesion=ssb.FatiguingCohesion(
                    bond,
                    share=options.stands_for * options.fatigue,
                    exponent=options.exponent,
                    welding=options.welding * MPa if options.welding else None,
                ),
            ),
        ),
        supports=tuple(ssb.Roller(face) for face in ("left", "bottom", "right")),
        fixture=ssb.ConstantForce(preload=options.pressure * MPa),
        loads=ssb.Loads(face_potentials=(ssb.FacePotential("top", lambda x: 0 * x[0]),)),
        electrodes=ssb.Electrodes(working=INTERFACE),
        protocol=protocol(options),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s,
            dt_max=options.longest_step * s,
            gap_error=options.gap_error * nm,
            content_error=0.02,
        ),
        limits=ssb.Limits(creep_step=None),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    unit = parser.add_argument_group("particle and matrix")
    unit.add_argument("--particle", default="nmc111", help="active material of the library")
    unit.add_argument("--radius", type=float, default=6.0, help="radius of the particle [um]")
    unit.add_argument("--fraction", type=float, default=0.38, help="particle by volume [1]")
    unit.add_argument("--content", type=float, default=0.95, help="lithium content at the start")
    unit.add_argument(
        "--powder", default="glass_75li2s_25p2s5", help="sulfide of the library (library.pressed)"
    )
    unit.add_argument("--porosity", type=float, default=13.0, help="of the sulfide as made [%%]")
    bond = parser.add_argument_group("bond")
    bond.add_argument("--strength", type=float, default=20.0, help="largest traction [MPa]")
    bond.add_argument("--toughness", type=float, default=0.45, help="energy of breaking [J/m2]")
    bond.add_argument("--fatigue", type=float, default=0.06, help="share a of an opening [1]")
    bond.add_argument("--exponent", type=float, default=2.0, help="exponent p of openings [1]")
    bond.add_argument(
        "--stands-for", type=float, default=10.0, help="cycles for which one wears the bond [1]"
    )
    bond.add_argument(
        "--welding",
        type=float,
        default=0.0,
        help="contact pressure above which it forms anew [MPa]; 0: never",
    )
    cycling = parser.add_argument_group("cycling and pressing")
    cycling.add_argument("--cycles", type=int, default=4, help="cycles before it is pressed")
    cycling.add_argument("--after", type=int, default=2, help="cycles afterwards; 0: not pressed")
    cycling.add_argument("--discharged", action="store_true", help="press after a discharge")
    cycling.add_argument("--pressure", type=float, default=2.0, help="stack pressure [MPa]")
    cycling.add_argument("--press", type=float, default=300.0, help="pressure pressed at [MPa]")
    cycling.add_argument("--rate", type=float, default=1 / 15, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=4.3, help="end of charge [V]")
    cycling.add_argument("--lower", type=float, default=3.0, help="end of discharge [V]")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    other = parser.add_argument_group("discretisation")
    other.add_argument("--fineness", type=float, default=6.0, help="cells along a radius [1]")
    other.add_argument("--longest-step", type=float, default=3600.0, help="time step [s]")
    other.add_argument("--gap-error", type=float, default=10.0, help="error of gaps in a step [nm]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
