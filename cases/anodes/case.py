# SPDX-License-Identifier: BSD-3-Clause
"""One cathode and separator, seven anodes: what each does to thickness, pressure and voltage.

Each layer is one point. The cathode holds 4 mAh/cm2 of NMC811, that of sodium as much of
Na3V2(PO4)3; anodes differ in how thick they get, in their potential, and in how they yield. A run
takes a second. Run it as

    python cases/anodes/case.py --anode graphite
    ssbmech study cases/anodes/study.toml
    python cases/anodes/table.py runs/anodes_study
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.fixtures import Fixture
from ssbmech.case.protocol import Step
from ssbmech.case.temperatures import Reached, check_reached
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.interfaces.interlayer_rest import Balance
from ssbmech.laminate.case import LaminateCase, LaminateCell, Ply
from ssbmech.laminate.creep import NortonCreep
from ssbmech.laminate.growth import HostThickness, MetalGrowth, volume_of
from ssbmech.laminate.solid import SolidLayer
from ssbmech.laminate.tabulated import AgainstAnode, TabulatedGrowth
from ssbmech.laminate.voltage import Activation, CellVoltage, HostVoltage, Resistance, Rest
from ssbmech.library.densities import density_of
from ssbmech.library.interlayers import silver_carbon, solid_density
from ssbmech.library.silicon import SITES
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, TableOcv
from ssbmech.materials.swelling import VolumeSwelling
from ssbmech.units import (
    GPa,
    MPa,
    MPa_per_um,
    V,
    celsius,
    hour,
    mA_per_cm2,
    minute,
    ohm_cm2,
    s,
    to_si,
)

Array = np.ndarray

MARGIN = 0.02
"""Potential of the cathode as made above the end of discharge, less than what currents take [V]."""

HALF = 0.5
"""Part of cathodes and of the graphite anode that is active material [1]."""

SOURCES = {
    "silicon": "27 to 55 to 40 um at 50 MPa, from memory; the second cycle, without pressure",
    "silver_carbon": "in balance with metal behind it at the preload",
    "indium": "15.71 to 23.60 cm3/mol up to InLi0.87, 0.62 V; 1.2 times the charge",
    "sodium": "Na3V2(PO4)3: 3.38 V, 117 mA h/g, -8.3 % of its volume, from memory",
    "cathode: modulus": "guess, 5 to 30 GPa for pressed composites",
    "cell: resistance": "the same for all, a guess",
}
"""Where numbers are from that are not of the library."""


@dataclass(frozen=True)
class Anode:
    """What an anode brings into the cell.

    Attributes:
        plies: its layers, from the collector to the separator.
        potential: its potential against its metal, by charge; none for metal itself.
    """

    plies: tuple[Ply, ...]
    potential: Curve | None = None
    separator: str = "li6ps5cl"
    sodium: bool = field(default=False)


def charges(areal: float) -> Array:
    """Return charges at which tables are made, somewhat beyond the cathode's window [C/m2]."""
    return np.linspace(-0.15, 1.25, 141) * areal


def metal(name: str) -> SolidLayer:
    """Return a layer of metal that creeps."""
    material = library.by_name(name)
    growth = MetalGrowth(material.metal.molar_volume)
    return SolidLayer(material.solid.elastic, growth, creep=NortonCreep(material.solid.flow))


def of_metal(name: str, thickness: float, temperature: float, separator: str = "li6ps5cl") -> Anode:
    """Return an anode of metal of a thickness [m] at the start.

    Raises:
        CaseError: it melts below the temperature [K].
    """
    body = ssb.Body.single("metal", library.by_name(name))
    check_reached(Reached(temperature, "the case"), (body,))
    ply = Ply(name="metal", thickness=thickness, law=metal(name), density=density_of(name))
    return Anode((ply,), separator=separator, sodium=name.startswith("sodium"))


def tabulated(
    name: str,
    thickness: float,
    density: float,
    solid: Elastic,
    areal: float,
    added: Array,
    volts: Array,
) -> Anode:
    """Return an anode by its thickness and potential against the charge.

    Args:
        name: of its layer.
        thickness: at no charge [m].
        density: of the layer with its pores [kg/m3].
        solid: its elasticity.
        areal: charge of the cathode [C/m2].
        added: thickness added at the charges of the tables [m].
        volts: potential there [V].
    """
    at = tuple(charges(areal))
    law = SolidLayer(solid, TabulatedGrowth(Curve(at, tuple(added))))
    ply = Ply(name=name, thickness=thickness, law=law, density=density)
    return Anode((ply,), Curve(at, tuple(volts)))


def potentials(host: Host, contents: Array, temperature: float) -> Array:
    """Return the potentials of a host [V] at contents [1] and a temperature [K]."""
    return np.array([host.ocv.voltage(float(x), temperature) for x in contents])


def graphite(areal: float, temperature: float) -> Anode:
    """Return graphite in Li6PS5Cl, half of it, with a tenth more room than the cathode has."""
    host = library.by_name("graphite").host
    dense = 1.1 * areal / host.capacity
    density = HALF * (host.density + density_of("li6ps5cl"))
    volume = volume_of(host)
    x = host.x_empty + charges(areal) / (FARADAY * host.c_max * dense)
    x = np.clip(x, volume.low, volume.high)
    first = float(volume.numeric(host.x_empty))
    added = dense * (volume.numeric(x) - first) / (1 + first)
    volts = potentials(host, x, temperature)
    return tabulated("graphite", dense / HALF, density, Elastic(10 * GPa, 0.3), areal, added, volts)


def silicon(areal: float, temperature: float) -> Anode:
    """Return micro-silicon between the contents 0.26 and 0.855, as thick as was published."""
    low, high, first, last = 0.26, 0.855, 40.0 / 16.2, 55.0 / 16.2
    dense = areal / (FARADAY * SITES * (high - low))
    x = low + charges(areal) / (FARADAY * SITES * dense)
    added = dense * (last - first) * (x - low) / (high - low)
    volts = potentials(library.by_name("silicon").host, np.clip(x, 0.0, 1.0), temperature)
    return tabulated(
        "silicon", first * dense, 2330.0 / first, Elastic(10 * GPa, 0.3), areal, added, volts
    )


def indium(areal: float) -> Anode:
    """Return indium foil that becomes InLi at 0.62 V."""
    moles = 1.2 * areal / FARADAY / 0.87
    added = (23.60e-6 - 15.71e-6) / 0.87 / FARADAY * charges(areal)
    volts = np.full_like(added, 0.62)
    foil = Elastic(12.6 * GPa, 0.45)
    return tabulated("indium", moles * 15.71e-6, 7310.0, foil, areal, added, volts)


def silver(areal: float, pressure: float, temperature: float) -> Anode:
    """Return a layer of silver and carbon with lithium behind it, in balance at a pressure [Pa]."""
    layer, volume = silver_carbon(), library.by_name("lithium_masias2019").metal.molar_volume
    balance = Balance(layer, pressure, temperature, volume)
    found = [balance.at(max(float(q), 0.0)) for q in charges(areal)]
    added = np.array([each.added for each in found])
    # the laminate adds the work of the pressure itself
    work = pressure * np.gradient(added, charges(areal))
    volts = np.array([each.potential for each in found]) + work
    solid = Elastic(5 * GPa, 0.3)
    return tabulated("silver_carbon", layer.made, 0.5 * solid_density(), solid, areal, added, volts)


def vanadium_phosphate() -> Host:
    """Return Na3V2(PO4)3 between three and one sodium: 3.38 V, and 8.3 % of its volume."""
    return Host(
        c_max=3 / 0.45652 * 3170.0,
        ocv=TableOcv(Curve((0.3, 0.35, 0.5, 0.8, 0.97, 1.0), (4.2, 3.42, 3.385, 3.375, 3.3, 2.3))),
        diffusivity=ArrheniusDiffusivity(1e-14),
        swelling=VolumeSwelling(Curve((0.0, 1 / 3, 1.0), (-0.1245, -0.083, 0.0))),
        density=3170.0,
        x_empty=0.35,
        x_full=0.97,
    )


def anode(options: argparse.Namespace, areal: float, temperature: float) -> Anode:
    """Return the anode that is asked for, for a charge [C/m2] and a temperature [K]."""
    pressure = to_si(options.pressure * MPa, "Pa", "pressure")
    film, foil = options.seed_film * 1e-6, options.foil * 1e-6
    made: dict[str, Callable[[], Anode]] = {
        "lithium": lambda: of_metal("lithium_masias2019", foil, temperature),
        "anode_less": lambda: of_metal("lithium_masias2019", film, temperature),
        "indium": lambda: indium(areal),
        "silicon": lambda: silicon(areal, temperature),
        "graphite": lambda: graphite(areal, temperature),
        "silver_carbon": lambda: silver(areal, pressure, temperature),
        "sodium": lambda: of_metal("sodium_wang2020", foil, temperature, "nasicon"),
    }
    return made[options.anode]()


def fixture(options: argparse.Namespace) -> Fixture:
    """Return what holds the stack.

    Raises:
        CaseError: the frame has no stiffness.
    """
    if not options.frame > 0.0:
        raise CaseError(f"frame = {options.frame:g} MPa/um: expected a stiffness above zero")
    preload, frame = options.pressure * MPa, 1 / to_si(options.frame * MPa_per_um, "Pa/m", "frame")
    return {
        "spring": ssb.Spring(preload, spring_stiffness=options.stiffness * MPa_per_um),
        "gap": ssb.FixedGap(preload, frame_compliance=frame),
        "force": ssb.ConstantForce(preload),
    }[options.fixture]


def plies(
    options: argparse.Namespace, found: Anode, host: Host, dense: float, made: float
) -> tuple[Ply, ...]:
    """Return the layers of a cell, from the negative to the positive end.

    Args:
        options: of the command line.
        found: the anode.
        host: active material of the cathode.
        dense: thickness of its crystals alone [m].
        made: its content at the start [1].
    """
    growth = HostThickness(volume_of(host), host.c_max, dense=dense, content=made)
    composite = SolidLayer(Elastic(options.modulus * GPa, 0.3), growth)
    electrolyte = library.by_name(found.separator)
    inside = HALF * (density_of(found.separator) + host.density)
    copper, aluminium = library.by_name("copper").solid, library.by_name("aluminium").solid
    separator = options.separator * 1e-6
    return (
        Ply(name="copper", thickness=5e-6, law=SolidLayer(copper), density=density_of("copper")),
        *found.plies,
        Ply(
            name="separator", thickness=separator, law=SolidLayer(electrolyte.solid),
            density=density_of(found.separator),
        ),
        Ply(name="cathode", thickness=dense / HALF, law=composite, density=inside),
        Ply(
            name="aluminium", thickness=6e-6, law=SolidLayer(aluminium),
            density=density_of("aluminium"),
        ),
    )  # fmt: skip


def protocol(options: argparse.Namespace, found: Anode, areal: float) -> tuple[Step, ...]:
    """Return the preload and the cycles of a cell whose cathode holds a charge [C/m2]."""
    upper = 3.9 if found.sodium else options.upper
    # limits of the cathode: those of the cell less what the anode has then
    full, empty = (0.0, 0.0)
    if found.potential is not None:
        full, empty = (float(found.potential.numeric(q)) for q in (areal, 0.0))
    pause = ssb.Rest(options.rest * minute)
    return (
        ssb.Preload(10 * s),
        *ssb.cycles(
            options.cycles,
            ssb.Charge(options.rate / hour, to=(upper - full) * V),
            pause,
            ssb.Discharge(options.rate / hour, to=(options.lower - empty) * V),
            pause,
        ),
    )


def build_case(options: argparse.Namespace) -> LaminateCase:
    """Return the case for the options of the command line.

    Raises:
        CaseError: a cell has no capacity, or is discharged beyond what is known.
    """
    if not options.capacity > 0.0:
        raise CaseError(f"capacity = {options.capacity:g} mA h/cm2: expected more than zero")
    areal = to_si(options.capacity * mA_per_cm2 * hour, "C/m2", "capacity")
    temperature = to_si(celsius(options.celsius), "K", "temperature")
    found = anode(options, areal, temperature)
    host = vanadium_phosphate() if found.sodium else library.by_name("nmc811").host
    dense = areal / host.capacity
    # as made, so that no discharge goes below what the anode has been given
    least, most = (host.ocv.voltage(x, temperature) for x in (host.ocv.high, host.ocv.low))
    if not least <= options.lower + MARGIN <= most:
        raise CaseError(
            f"lower = {options.lower:g} V: the cathode is known from {least:g} to {most:g} V, and "
            f"is made {MARGIN:g} V above the end of discharge"
        )
    made = host.content_at(options.lower + MARGIN, temperature)
    rest: Rest = HostVoltage(host, dense, made)
    if found.potential is not None:
        rest = AgainstAnode(rest, found.potential)
    losses = (Resistance(options.resistance * ohm_cm2), Activation(0.1 * dense * 3 / 2.5e-6))
    return LaminateCase(
        name="anodes",
        cell=LaminateCell(plies(options, found, host, dense, made), CellVoltage(rest, losses)),
        cells=options.cells,
        fixture=fixture(options),
        protocol=protocol(options, found, areal),
        temperature=temperature,
        step_control=ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=600 * s, gap_error=100e-9),
        sources=SOURCES,
    )


ANODES = ("lithium", "anode_less", "indium", "silicon", "graphite", "silver_carbon", "sodium")


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    parser.add_argument("--anode", choices=ANODES, default="lithium")
    parser.add_argument("--cells", type=int, default=10, help="number of cells")
    parser.add_argument("--fixture", choices=("spring", "gap", "force"), default="spring")
    parser.add_argument("--pressure", type=float, default=5.0, help="preload [MPa]")
    parser.add_argument("--stiffness", type=float, default=0.03, help="of the spring [MPa/um]")
    parser.add_argument("--frame", type=float, default=0.24, help="of the frame of a gap [MPa/um]")
    cell = parser.add_argument_group("cell")
    cell.add_argument("--capacity", type=float, default=4.0, help="of a cell by area [mA h/cm2]")
    cell.add_argument("--foil", type=float, default=20.0, help="metal at the start [um]")
    cell.add_argument("--seed-film", type=float, default=3.0, help="anode-less: metal [um]")
    cell.add_argument("--separator", type=float, default=30.0, help="its thickness [um]")
    cell.add_argument("--modulus", type=float, default=15.0, help="of the cathode [GPa]")
    cell.add_argument("--resistance", type=float, default=25.0, help="of a cell [ohm cm2]")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument("--rate", type=float, default=0.2, help="C-rate [1/h]")
    cycling.add_argument(
        "--upper", type=float, default=4.25, help="end of charge, against lithium [V]"
    )
    cycling.add_argument(
        "--lower", type=float, default=3.0, help="of discharge, against lithium [V]"
    )
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--celsius", type=float, default=25.0, help="temperature [degree C]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
