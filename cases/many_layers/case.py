# SPDX-License-Identifier: BSD-3-Clause
"""Many anode-less cells in one fixture: thickness and pressure of a stack over a cycle.

Copper | lithium | Li6PS5Cl | NMC811 in Li6PS5Cl | aluminium, again and again. Each layer is one
point; thirty cells take seconds. Run it as

    python cases/many_layers/case.py
    python cases/many_layers/case.py --cells 10 --fixture gap --frame 0.24
    python cases/many_layers/case.py --cells 20 --fixture hydraulic --column 5
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.fixtures import Fixture
from ssbmech.case.temperatures import Reached, check_reached
from ssbmech.errors import CaseError
from ssbmech.laminate.case import LaminateCase, LaminateCell, Ply
from ssbmech.laminate.creep import NortonCreep
from ssbmech.laminate.growth import HostThickness, MetalGrowth, volume_of
from ssbmech.laminate.soft import CompressedLayer, LiquidColumn
from ssbmech.laminate.solid import SolidLayer
from ssbmech.laminate.voltage import Activation, CellVoltage, HostVoltage, Resistance
from ssbmech.laminate.wiring import Bipolar, Parallel
from ssbmech.library.densities import density_of
from ssbmech.library.interfaces import nmc811_li6ps5cl
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.units import (
    GPa,
    MPa,
    MPa_per_um,
    V,
    celsius,
    cm3_per_mol,
    hour,
    mA_per_cm2,
    minute,
    mm,
    ohm_cm2,
    s,
    to_si,
)

FOAM = Curve((0.0, 40e3, 75e3, 115e3, 175e3, 1e6, 5e6), (0.0, 0.25, 0.40, 0.50, 0.60, 0.75, 0.80))
"""Polyethylene foam of 33 kg/m3: compression against pressure [Pa], above 0.18 MPa a guess."""

SOURCES = {
    "cathode: modulus": "guess, 5 to 30 GPa for pressed composites",
    "cathode: volume": "all of the particles' volume reaches the thickness (0 to 1)",
    "cathode: kinetics": "exchange current of the library over the surface of 5 um particles",
    "foam": "maker's table to 60 %, beyond a guess",
    "oil": "bulk modulus 1.5 GPa (1.4 to 1.9)",
    "expansion": "cathode by volume; oil 0.7e-3 1/K (0.6 to 0.8); none for foam",
    "foils": "collectors 10 and 12 um, of which each of two cells has half",
}
"""Where numbers are from that are not of the library."""


def plies(options: argparse.Namespace, dense: float) -> tuple[Ply, ...]:
    """Return the layers of a cell, from the negative to the positive end."""
    lithium = library.by_name("lithium_masias2019").solid
    argyrodite, nmc = library.by_name("li6ps5cl").solid, library.by_name("nmc811").host
    copper, aluminium = library.by_name("copper").solid, library.by_name("aluminium").solid
    cathode = HostThickness(
        volume_of(nmc), nmc.c_max, dense=dense, content=nmc.x_full, followed=options.followed
    )
    metal = SolidLayer(
        lithium.elastic, MetalGrowth(13.0 * cm3_per_mol), creep=NortonCreep(lithium.flow)
    )
    composite = dense / options.fraction
    rng = np.random.default_rng(options.seed)
    spread = 1 + options.scatter * rng.standard_normal(options.cells)
    inside = (1 - options.fraction) * density_of("li6ps5cl") + options.fraction * nmc.density
    named = {
        "copper": (5e-6, SolidLayer(copper), density_of("copper")),
        "lithium": (options.seed_film * 1e-6, metal, density_of("lithium_masias2019")),
        "separator": (options.separator * 1e-6, SolidLayer(argyrodite), density_of("li6ps5cl")),
        "cathode": (composite, SolidLayer(Elastic(options.modulus * GPa, 0.3), cathode), inside),
        "aluminium": (6e-6, SolidLayer(aluminium), density_of("aluminium")),
    }
    expansions = expansions_of(options.fraction)
    return tuple(
        Ply(
            name=name, thickness=thickness, law=law, density=density,
            thermal_expansion=expansions[name],
            spread=tuple(spread.tolist()) if name == "separator" and options.scatter else (),
        )
        for name, (thickness, law, density) in named.items()
    )  # fmt: skip


def expansions_of(fraction: float) -> dict[str, float]:
    """Return the thermal expansion of each layer [1/K], for a part of particles in the cathode."""
    materials = {
        "copper": "copper",
        "lithium": "lithium_masias2019",
        "separator": "li6ps5cl",
        "aluminium": "aluminium",
    }
    found = {layer: library.by_name(name).thermal_expansion for layer, name in materials.items()}
    oxide = library.by_name("nmc811").thermal_expansion
    return found | {"cathode": fraction * oxide + (1 - fraction) * found["separator"]}


def pads(options: argparse.Namespace) -> tuple[Ply, ...]:
    """Return what lies in the fixture beside the cells."""
    if options.fixture == "hydraulic":
        oil = LiquidColumn(1.5 * GPa)
        return (
            Ply(
                name="oil",
                thickness=options.column * mm,
                law=oil,
                density=870.0,
                thermal_expansion=7e-4,
            ),
        )
    if options.pad:
        foam = CompressedLayer(FOAM)
        return (Ply(name="foam", thickness=options.pad * mm, law=foam, density=33.0),)
    return ()


def fixture(options: argparse.Namespace) -> Fixture:
    """Return what holds the stack."""
    preload, frame = options.pressure * MPa, 1 / to_si(options.frame * MPa_per_um, "Pa/m", "frame")
    return {
        "spring": ssb.Spring(preload, spring_stiffness=options.stiffness * MPa_per_um),
        "gap": ssb.FixedGap(preload, frame_compliance=frame),
        "force": ssb.ConstantForce(preload),
        "gas": ssb.Isostatic(preload),
        "hydraulic": ssb.FixedGap(preload, frame_compliance=frame),
    }[options.fixture]


def check(options: argparse.Namespace) -> None:
    """Refuse numbers that nothing else would refuse by name.

    Raises:
        CaseError: there is one.
    """
    if not 0.0 < options.fraction <= 1.0:
        raise CaseError(f"fraction = {options.fraction:g}: expected a part above 0, up to 1")
    if not options.capacity > 0.0:
        raise CaseError(f"capacity = {options.capacity:g} mA h/cm2: expected more than zero")
    if not options.frame > 0.0:
        raise CaseError(f"frame = {options.frame:g} MPa/um: expected a stiffness above zero")
    if options.cells < 1 or options.seed < 0:
        raise CaseError(
            f"cells = {options.cells}, seed = {options.seed}: expected a cell or more, and a seed "
            "of zero or more"
        )


def build_case(options: argparse.Namespace) -> LaminateCase:
    """Return the case for the options of the command line."""
    check(options)
    temperature = to_si(celsius(options.celsius), "K", "temperature")
    metal = ssb.Body.single("lithium", library.by_name("lithium_masias2019"))
    check_reached(Reached(temperature, "the case"), (metal,))
    nmc = library.by_name("nmc811").host
    areal = to_si(options.capacity * mA_per_cm2 * hour, "C/m2", "capacity")
    dense = areal / nmc.capacity
    # of spheres of 5 um
    surface = dense * 3 / 2.5e-6
    kinetics = nmc811_li6ps5cl()
    losses = (
        Resistance(options.resistance * ohm_cm2),
        Activation(kinetics.i_0 * surface, kinetics.activation_energy),
    )
    series = options.wiring == "bipolar"
    many = options.cells if series else 1
    rest = ssb.Rest(options.rest * minute)
    return LaminateCase(
        name="many_layers",
        cell=LaminateCell(
            plies(options, dense), CellVoltage(HostVoltage(nmc, dense, nmc.x_full), losses)
        ),
        cells=options.cells,
        wiring=Bipolar() if series else Parallel(),
        pads=pads(options),
        fixture=fixture(options),
        protocol=(
            ssb.Preload(10 * s),
            *ssb.cycles(
                options.cycles,
                ssb.Charge(options.rate / hour, to=many * options.upper * V),
                rest,
                ssb.Discharge(options.rate / hour, to=many * options.lower * V),
                rest,
            ),
        ),
        temperature=temperature,
        step_control=ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=300 * s, gap_error=50e-9),
        sources=SOURCES,
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--cells", type=int, default=30, help="number of cells")
    parser.add_argument("--wiring", choices=("parallel", "bipolar"), default="parallel")
    kinds = ("spring", "gap", "force", "gas", "hydraulic")
    parser.add_argument("--fixture", choices=kinds, default="spring")
    parser.add_argument("--pressure", type=float, default=5.0, help="preload [MPa]")
    parser.add_argument("--stiffness", type=float, default=0.03, help="of the spring [MPa/um]")
    parser.add_argument("--frame", type=float, default=0.24, help="of the frame of a gap [MPa/um]")
    parser.add_argument("--column", type=float, default=5.0, help="oil over area [mm]")
    parser.add_argument(
        "--pad", type=float, default=0.0, help="thickness of a foam pad, known up to 5 MPa [mm]"
    )
    cell = parser.add_argument_group("cell")
    cell.add_argument("--capacity", type=float, default=4.0, help="of a cell by area [mA h/cm2]")
    cell.add_argument("--separator", type=float, default=30.0, help="its thickness [um]")
    cell.add_argument("--seed-film", type=float, default=3.0, help="lithium at the start [um]")
    cell.add_argument("--fraction", type=float, default=0.5, help="part of NMC in the cathode [1]")
    cell.add_argument(
        "--followed", type=float, default=1.0, help="volume that thickness follows [1]"
    )
    cell.add_argument("--modulus", type=float, default=15.0, help="of the cathode [GPa]")
    cell.add_argument(
        "--resistance", type=float, default=25.0, help="of a cell, where it is run [ohm cm2]"
    )
    cell.add_argument(
        "--scatter", type=float, default=0.0, help="scatter of the separators' thickness [1]"
    )
    cell.add_argument("--seed", type=int, default=1, help="seed of the scatter")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument("--rate", type=float, default=0.2, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=4.25, help="end of charge, a cell [V]")
    cycling.add_argument("--lower", type=float, default=3.0, help="end of discharge, a cell [V]")
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
