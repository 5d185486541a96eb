# SPDX-License-Identifier: BSD-3-Clause
"""One NMC811 particle in Li6PS5Cl that breaks its bond on charge and meets its matrix again.

A sphere in a round matrix (axisymmetric, one quadrant) is charged and discharged against a
reversible electrode at the outer face, on which a gas presses. The particle shrinks by 4.5 % of its
volume up to 4.25 V, most of it above 4.1 V, which would pull at the bond with 100 MPa per percent:
the bond breaks and a gap opens, up to a third of the shrinkage times the radius. Current fades with
the gap over the roughness of the surfaces, so the voltage rises early and the charge ends before
the particle is empty. Lithium that comes back closes the gap again, but not the bond. Gas closes a
gap of one percent at 78 MPa.

A particle of many grains shrinks evenly: all of its surface opens at once. A single crystal, its
layers at right angles to the axis of revolution, shrinks along its layers and swells across them:
it opens at the equator and keeps its poles pressed on. Run it as

    python cases/particle_debond/case.py
    python cases/particle_debond/case.py --pressure 100 --radius 2.5
    python cases/particle_debond/case.py --single-crystal --upper 4.05
"""

from __future__ import annotations

import argparse
import dataclasses
import sys

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.interfaces import nmc811_li6ps5cl
from ssbmech.materials.swelling import LayeredSwelling
from ssbmech.units import J_per_m2, MPa, V, celsius, hour, minute, nm, s, to_si, um

INTERFACE = "particle|matrix"
RAMP = 10.0
"""Time in which the gas comes on [s]."""


def single_crystal(volume_change: float) -> ssb.Material:
    """Return NMC811 whose layers close up and spread with the lithium between them.

    Args:
        volume_change: relative volume of the full over the empty crystal, less one [1].
    """
    nmc = library.by_name("nmc811")
    swelling = LayeredSwelling(omega=volume_change / nmc.host.c_max, c_max=nmc.host.c_max)
    return dataclasses.replace(
        nmc,
        name="nmc811, one crystal",
        host=dataclasses.replace(nmc.host, swelling=swelling),
        sources={path: s for path, s in nmc.sources.items() if "swelling" not in path},
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    particle = library.by_name("nmc811")
    if options.single_crystal:
        particle = single_crystal(options.volume_change / 100)
    radius = options.radius * um
    size = radius / 12 if options.size is None else options.size * um
    pressure = to_si(options.pressure * MPa, "Pa", "pressure")
    gas = ssb.FacePressure("outer", lambda time: pressure * min(time / RAMP, 1.0))
    return ssb.Case(
        name="particle_debond",
        geometry=ssb.Inclusion(
            frame=ssb.Axisymmetric(),
            radius=radius,
            outer_radius=options.matrix * radius,
            size=size,
            coarsening=4.0,
        ),
        bodies=(
            ssb.Body(
                "particle",
                {"particle": particle},
                content={"particle": options.content},
                crystal_axis=along_axis,
            ),
            ssb.Body.single("matrix", library.by_name("li6ps5cl")),
        ),
        interfaces=(
            ssb.Interface(
                INTERFACE,
                kinetics=nmc811_li6ps5cl(),
                adhesion=ssb.BilinearCohesion(
                    strength=options.strength * MPa, toughness=options.toughness * J_per_m2
                ),
            ),
        ),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads(
            face_pressures=(gas,),
            face_potentials=(ssb.FacePotential("outer", lambda x: 0 * x[0]),),
        ),
        electrodes=ssb.Electrodes(working=INTERFACE),
        protocol=(
            ssb.Rest(RAMP * s, name="press"),
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
            dt_initial=1 * s,
            dt_max=options.longest_step * s,
            gap_error=5 * nm,
            content_error=0.01,
        ),
    )


def along_axis(x: np.ndarray) -> np.ndarray:
    """Return the axis of revolution as the crystal axis at positions (3, n) [m]."""
    return np.tile([[0.0], [1.0], [0.0]], x.shape[1])


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    particle = parser.add_argument_group("particle and matrix")
    particle.add_argument("--radius", type=float, default=5.0, help="radius of the particle [um]")
    particle.add_argument(
        "--matrix", type=float, default=3.0, help="outer radius of the matrix over that [1]"
    )
    particle.add_argument("--content", type=float, default=0.9, help="lithium content at the start")
    particle.add_argument(
        "--single-crystal",
        action="store_true",
        help="one crystal instead of many grains; its law holds up to about 4.05 V",
    )
    particle.add_argument(
        "--volume-change",
        type=float,
        default=3.0,
        help="swelling of a single crystal from empty to full [%%]",
    )
    bond = parser.add_argument_group("bond and gas")
    bond.add_argument("--strength", type=float, default=10.0, help="strength of the bond [MPa]")
    bond.add_argument("--toughness", type=float, default=0.1, help="of the bond [J/m2]")
    bond.add_argument("--pressure", type=float, default=0.0, help="gas on the outer face [MPa]")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument("--rate", type=float, default=0.1, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=4.25, help="end of charge [V]")
    cycling.add_argument("--lower", type=float, default=3.5, help="end of discharge [V]")
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    other = parser.add_argument_group("discretisation and output")
    other.add_argument(
        "--size",
        type=float,
        help="cell size at the particle [um]; a twelfth of the radius if not given",
    )
    other.add_argument("--longest-step", type=float, default=900.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
