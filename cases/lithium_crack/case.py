# SPDX-License-Identifier: BSD-3-Clause
"""Lithium that is plated into a flaw of the electrolyte: it fills it, opens it, and may extend it.

A crack of 5 um in Li6PS5Cl begins at the lithium electrode. Its walls conduct ions and its metal
electrons, so that it is plated along them, faster where the electrolyte is deeper. The metal opens
the crack by its pressure, which drives it back out of the mouth against its creep strength, and
breaks the bond ahead of the tip where the crack opens it far enough. Below a critical current
pressure and outflow find a balance, and the crack stays; above it, it runs. The electrode is not
meshed: its side of the electrolyte is at the overpotential of the mean current against lithium
under the stack pressure, and presses with it. Run it as

    mpirun -n 2 python cases/lithium_crack/case.py                  # 3 mA/cm2: it stops
    mpirun -n 2 python cases/lithium_crack/case.py --current 10     # it runs
    mpirun -n 2 python cases/lithium_crack/case.py --sealed         # no mouth
    python cases/lithium_crack/figure.py runs/lithium_crack runs/crack_runs
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.materials.viscoplastic import NortonFlow
from ssbmech.units import MPa, mA_per_cm2, s, to_si, um

CRACK = "lower|upper"
CREEPING = tuple(
    name
    for name in library.named("lithium")
    if isinstance(library.by_name(name).solid.flow, NortonFlow)
)
"""Parameter sets of lithium with power-law creep."""


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    electrolyte = library.by_name("li6ps5cl")
    lithium = library.by_name(options.lithium)
    solid, creep = electrolyte.solid, lithium.solid.flow
    modulus = solid.young / (1 - solid.poisson**2)
    toughness = options.toughness * 1e6
    flaw, facet, width = options.flaw * um, options.facet * um, options.width * 1e-6
    pressure = options.pressure * 1e6
    current = to_si(options.current * mA_per_cm2, "A/m2", "current")
    kappa = electrolyte.conductor.conductivity
    kinetics = lithium_li6ps5cl()
    # the overpotential of an even current, by the resistance at small ones, against metal that
    # bears the stack pressure
    at_mouth = current * GAS_CONSTANT * ROOM_TEMPERATURE / (FARADAY * kinetics.i_0)
    at_mouth += lithium.metal.molar_volume * pressure / FARADAY
    # the cell in the mirror, plated at the other electrode by the current the other way
    near, far = ("right", "left") if options.at_counter else ("left", "right")
    begin = width if options.at_counter else 0.0
    path = {"counter_path" if options.at_counter else "path": options.path * um}
    mouth = ssb.Mouth(ssb.Ball(1e-3 * um, x=begin), lambda time: pressure)
    return ssb.Case(
        name="lithium_crack",
        geometry=ssb.CrackPath(
            frame=ssb.PlaneStrain(),
            width=width,
            height=width,
            facet=facet,
            size=width / 6,
            **path,
        ),
        bodies=(ssb.Body.single("lower", electrolyte), ssb.Body.single("upper", electrolyte)),
        interfaces=(
            ssb.Interface(
                CRACK,
                adhesion=ssb.BilinearCohesion.of_brittle(toughness, modulus, options.facet * 1e-6),
                filling=ssb.CrackFilling(
                    molar_volume=lithium.metal.molar_volume,
                    flow=ssb.CreepFlow(
                        rate=creep.rate,
                        stress=creep.stress * options.strength,
                        exponent=creep.exponent,
                        activation_energy=creep.activation_energy,
                        reference_temperature=creep.reference_temperature,
                    ),
                    kinetics=kinetics,
                    flaw=ssb.Ball(flaw, x=begin),
                    mouth=None if options.sealed else mouth,
                ),
            ),
        ),
        supports=(ssb.Roller(far), ssb.Roller("bottom"), ssb.Roller("top")),
        loads=ssb.Loads(
            face_potentials=(
                ssb.FacePotential(near, lambda x: at_mouth + 0 * x[0]),
                ssb.FacePotential(far, lambda x: at_mouth + current * width / kappa + 0 * x[0]),
            ),
            face_pressures=(ssb.FacePressure(near, lambda time: pressure),),
        ),
        protocol=(ssb.Rest(options.seconds * s, name="plate"),),
        scales=ssb.Scales(stress=100 * MPa),
        step_control=ssb.AdaptiveSteps(
            dt_initial=0.02, dt_max=options.longest_step * s, gap_error=2e-8, stress_error=None
        ),
        output=ssb.Output(fields_every=options.fields_every),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--current", type=float, default=3.0, help="current density [mA/cm2]")
    parser.add_argument("--seconds", type=float, default=120.0, help="how long it plates [s]")
    parser.add_argument("--pressure", type=float, default=0.0, help="stack pressure [MPa]")
    crack = parser.add_argument_group("crack")
    crack.add_argument("--flaw", type=float, default=5.0, help="depth of the flaw [um]")
    crack.add_argument(
        "--toughness", type=float, default=0.69, help="of the electrolyte [MPa m^(1/2)]"
    )
    crack.add_argument(
        "--at-counter", action="store_true", help="it begins at the counter electrode, on the right"
    )
    crack.add_argument("--sealed", action="store_true", help="nothing flows out of the mouth")
    crack.add_argument(
        "--lithium",
        default="lithium_lepage2019",
        choices=CREEPING,
        help="parameter set of lithium in the library",
    )
    crack.add_argument(
        "--strength", type=float, default=1.0, help="strength of lithium over that of the set [1]"
    )
    other = parser.add_argument_group("discretisation")
    other.add_argument("--facet", type=float, default=0.25, help="facets along the crack [um]")
    other.add_argument("--path", type=float, default=16.0, help="fine part of its path [um]")
    other.add_argument("--width", type=float, default=100.0, help="depth of the electrolyte [um]")
    other.add_argument("--longest-step", type=float, default=2.0, help="time step [s]")
    other.add_argument("--fields-every", type=int, default=2, help="steps between stored fields")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
