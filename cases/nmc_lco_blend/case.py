# SPDX-License-Identifier: BSD-3-Clause
"""LTO | Li6PS5Cl | blend of NMC811 and LiCoO2: does the stack pressure stay where it is on charge?

NMC811 shrinks when it is charged and LiCoO2 swells, so a blend of both can keep its volume, and
next to lithium titanate, which keeps its own, the pressure in a fixed gap does not change. Koerver
et al. (2018) found this at 55 percent NMC811 by weight. The neutral blend depends on how far it is
charged: NMC811 shrinks fastest above 4.1 V against lithium, where LiCoO2 has ceased to swell, and
collapses itself above 4.2 V. While charging no blend is neutral all the time, as NMC811 gives its
lithium first.

The cell voltage is 1.55 V below that against lithium. The slab of titanate stands for a porous
electrode, whose electrolyte spreads the lithium: it takes it up everywhere at once. Particles are
long cylinders in plane strain and cannot shrink along their axis. Run it as

    mpirun -n 2 python cases/nmc_lco_blend/case.py
    mpirun -n 2 python cases/nmc_lco_blend/case.py --nmc-weight 1 --out runs/only_nmc811
    mpirun -n 2 python cases/nmc_lco_blend/case.py --nmc-weight 0 --out runs/only_lco
"""

from __future__ import annotations

import argparse
import dataclasses
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Step
from ssbmech.library.interfaces import lco_li3ps4, nmc811_li6ps5cl
from ssbmech.materials.host import ArrheniusDiffusivity
from ssbmech.units import A_per_m2, J_per_m2, MPa, MPa_per_um, V, celsius, hour, minute, nm, s, um

KINETICS = {"nmc811": nmc811_li6ps5cl(), "lco": lco_li3ps4()}
"""Charge transfer of each active material; that of LiCoO2 was measured on another sulfide."""

TITANATE_START = 0.1
"""Lithium content of the titanate at the start, on its plateau at 1.555 V [1]."""


def porous_titanate() -> ssb.Material:
    """Return lithium titanate that lithium enters as if all of it were next to electrolyte."""
    lto = library.by_name("lto")
    host = dataclasses.replace(lto.host, diffusivity=ArrheniusDiffusivity(d_0=1e-12))
    sources = {path: s for path, s in lto.sources.items() if "diffusivity" not in path}
    return dataclasses.replace(lto, host=host, sources=sources)


def volume_shares(nmc_weight: float) -> dict[str, float]:
    """Return the share of the volume of each active material that takes part.

    Args:
        nmc_weight: mass of NMC811 over that of both active materials [1].
    """
    weights = {"nmc811": nmc_weight, "lco": 1 - nmc_weight}
    volumes = {
        name: weight / library.by_name(name).host.density for name, weight in weights.items()
    }
    total = sum(volumes.values())
    return {name: volume / total for name, volume in volumes.items() if volume > 0.0}


def composite(options: argparse.Namespace, shares: dict[str, float]) -> ssb.CompositeStack:
    """Return titanate, separator and a composite of both oxides on a collector."""
    size = options.size * um
    sizes = ssb.Sizes(options.diameter * um, spread=0.25)
    return ssb.CompositeStack(
        frame=ssb.PlaneStrain(),
        layers=(
            ssb.Layer("lto", options.titanate * um),
            ssb.Layer("separator", 15 * um),
            ssb.Layer("catholyte", options.cathode * um),
            ssb.Layer("collector", 2 * um),
        ),
        filled="catholyte",
        packing=ssb.Packing(
            kinds=tuple(ssb.ParticleKind(name, sizes, share) for name, share in shares.items()),
            volume_fraction=options.fraction,
            smallest_distance=0.25 * um,
            seed=options.seed,
        ),
        width=options.width * um,
        size_particle=size,
        size_interface=2 * size,
        size_bulk=4 * size,
    )


def protocol(options: argparse.Namespace) -> tuple[Step, ...]:
    """Return charge and discharge, with a rest after each."""
    rest = ssb.Rest(options.rest * minute)
    charge = ssb.Charge(options.rate / hour, to=options.upper * V)
    discharge = ssb.Discharge(options.rate / hour, to=options.lower * V)
    return (ssb.Preload(10 * s), *ssb.cycles(options.cycles, charge, rest, discharge, rest))


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    electrolyte, steel = library.by_name("li6ps5cl"), library.by_name("stainless_steel")
    shares = volume_shares(options.nmc_weight)
    active = {name: library.by_name(name) for name in shares}
    temperature = celsius(options.celsius)
    return ssb.Case(
        name="nmc_lco_blend",
        geometry=composite(options, shares),
        bodies=(
            ssb.Body.single("lto", porous_titanate(), content=TITANATE_START),
            ssb.Body(
                "electrolyte",
                {"separator": electrolyte, "catholyte": electrolyte, "collector": steel},
            ),
            ssb.Body(
                "active",
                active,
                content={
                    name: material.host.content_at(options.start * V, temperature)
                    for name, material in active.items()
                },
            ),
        ),
        interfaces=(
            ssb.Interface(
                "lto|electrolyte",
                kinetics=ssb.ButlerVolmer(i_0=10 * A_per_m2, sites=ssb.HostSites()),
            ),
            ssb.Interface(
                "active|electrolyte",
                kinetics_of={name: KINETICS[name] for name in shares},
                adhesion=ssb.BilinearCohesion(
                    strength=options.strength * MPa, toughness=options.toughness * J_per_m2
                ),
            ),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.FixedGap(
            preload=options.pressure * MPa,
            frame_compliance=1 / (options.stiffness * MPa_per_um),
        ),
        electrodes=ssb.Electrodes(
            working="active|electrolyte", counter="lto|electrolyte", area_of="lto|electrolyte"
        ),
        protocol=protocol(options),
        temperature=temperature,
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s,
            dt_max=options.longest_step * s,
            gap_error=200 * nm,
            content_error=0.01,
        ),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    fixture = parser.add_argument_group("fixture")
    fixture.add_argument("--pressure", type=float, default=70.0, help="preload [MPa]")
    fixture.add_argument(
        "--stiffness", type=float, default=0.03, help="stiffness per area of the frame [MPa/um]"
    )
    cathode = parser.add_argument_group("cathode and anode")
    cathode.add_argument(
        "--nmc-weight", type=float, default=0.55, help="NMC811 over both oxides by weight, 0 to 1"
    )
    cathode.add_argument("--fraction", type=float, default=0.5, help="area fraction of particles")
    cathode.add_argument("--cathode", type=float, default=30.0, help="thickness [um]")
    cathode.add_argument("--width", type=float, default=30.0, help="width of the cell [um]")
    cathode.add_argument("--diameter", type=float, default=5.0, help="mean particle diameter [um]")
    cathode.add_argument("--seed", type=int, default=1, help="seed of the packing")
    cathode.add_argument("--titanate", type=float, default=30.0, help="thickness of the LTO [um]")
    cathode.add_argument("--strength", type=float, default=10.0, help="strength of the bond [MPa]")
    cathode.add_argument("--toughness", type=float, default=0.5, help="of the bond [J/m2]")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument(
        "--start", type=float, default=3.6, help="both oxides at the start, against lithium [V]"
    )
    cycling.add_argument("--rate", type=float, default=0.1, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=2.6, help="end of charge [V]")
    cycling.add_argument("--lower", type=float, default=2.0, help="end of discharge [V]")
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")
    other = parser.add_argument_group("discretisation and output")
    other.add_argument("--size", type=float, default=0.8, help="cell size at particles [um]")
    other.add_argument("--longest-step", type=float, default=900.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
