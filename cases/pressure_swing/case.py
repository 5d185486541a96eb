# SPDX-License-Identifier: BSD-3-Clause
"""Which way, and how far, the pressure of a cell in a fixed gap swings by its electrodes.

Lithium, indium, graphite or lithium titanate against NMC811 or LiCoO2 with sulfide glass, assembled
at 70 MPa, charged and discharged once. The layers are a laminate, and composites with pores densify
and loosen by the law of pressed powders. Run it as

    python cases/pressure_swing/case.py
    python cases/pressure_swing/case.py --anode lto --cathode lco
    python cases/pressure_swing/table.py

The frame's stiffness is calibrated on lithium | NMC811, +1.5 MPa; the others are predictions.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.laminate.case import LaminateCase, LaminateCell, Ply
from ssbmech.laminate.growth import HostSwelling, MetalGrowth, volume_of
from ssbmech.laminate.porous import PorousLayer
from ssbmech.laminate.solid import SolidLayer
from ssbmech.laminate.wiring import Bipolar
from ssbmech.library.pressed import glass_75li2s_25p2s5, of_density
from ssbmech.materials.compaction import CapLaw
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import Host
from ssbmech.materials.porous_host import PorousHost
from ssbmech.units import GPa, MPa, MPa_per_um, s

PER_CHARGE = 36e3
"""Coulombs by square metre of one mA h/cm2."""

FRAME = 0.19
"""Stiffness of the frame, calibrated [MPa/um]."""

DENSITY = 0.86
"""Relative density of the composites as pressed [1]: 14 % of pores were measured at 380 MPa."""

SHARE = {"nmc811": 0.48, "lco": 0.47, "graphite": 0.46}
"""Part of the solid that is active: 70 by weight to 30 of electrolyte, of graphite half [1]."""

REACHED = {"nmc811": 160.0, "lco": 120.0}
"""Charge of an active material by weight [mA h/g], assumed: the data do not say it."""

LOADING = 10.6
"""Active material of the cathode by area, assumed [mg/cm2]; it goes with the frame's stiffness."""

YOUNG = {"nmc811": 50.0, "lco": 55.0, "graphite": 25.0}
"""Young's modulus of the composites without pores [GPa], a guess between their solids."""

MOLAR_VOLUME = {"lithium": 13.0e-6, "indium": 9.07e-6}
"""Volume that a metal gains by lithium [m3/mol]: of indium on the way to InLi0.87."""

BALANCE = 1.2
"""Capacity of graphite over the charge that passes [1]."""

EVEN = Curve((0.0, 0.5, 1.0), (1.0, 1.0, 1.0))


def charge_of(cathode: str) -> float:
    """Return the charge that passes by area [C/m2]."""
    return LOADING * REACHED[cathode] * 1e-3 * PER_CHARGE


def composite(
    name: str, sites: float, content: float, arrives: float, density: float
) -> tuple[float, PorousLayer]:
    """Return thickness [m] and law of a composite as pressed.

    Args:
        name: its active material.
        sites: lithium that it holds when full, by area [mol/m2].
        content: content at the start [1].
        arrives: lithium that enters per electron on charge [1].
        density: relative density [1].

    Raises:
        CaseError: the active material hosts no lithium.
    """
    host = host_of(name)
    solid = of_density(glass_75li2s_25p2s5(), density).solid
    if not isinstance(solid, CapLaw):
        raise CaseError("the electrolyte does not densify: expected one of library.pressed")
    law = dataclasses.replace(solid, dense=Elastic(YOUNG[name] * GPa, 0.28))
    thickness = sites / (host.c_max * SHARE[name] * density)
    volume = volume_of(host)
    scaled = Curve(volume.x, tuple(SHARE[name] * change for change in volume.y))
    c_max = host.c_max * SHARE[name] * density
    filling = HostSwelling(scaled, c_max, dense=thickness, content=content, arrives=arrives)
    return thickness, PorousLayer(PorousHost(law, EVEN, EVEN), filling)


def host_of(name: str) -> Host:
    """Return the host of a material of the library.

    Raises:
        CaseError: it is none.
    """
    host = library.by_name(name).host
    if host is None:
        raise CaseError(f"{name} hosts no lithium: expected one of {', '.join(SHARE)}")
    return host


def anode(name: str, charge: float, density: float) -> Ply:
    """Return the layer of the negative electrode for a charge by area [C/m2], and a density [1]."""
    if name in MOLAR_VOLUME:
        # it flows: what it gains is thickness
        growth = MetalGrowth(MOLAR_VOLUME[name])
        return Ply(name=name, thickness=50e-6, law=SolidLayer(Elastic(10 * GPa, 0.4), growth))
    if name == "lto":
        return Ply(name=name, thickness=60e-6, law=SolidLayer(Elastic(30 * GPa, 0.28)))
    host = host_of(name)
    sites = BALANCE * charge / FARADAY
    thickness, law = composite(name, sites, host.ocv.low, 1.0, density)
    return Ply(name=name, thickness=thickness, law=law)


def cell(
    negative: str,
    positive: str,
    frame: float,
    pressure: float = 70.0,
    density: float = DENSITY,
) -> LaminateCase:
    """Return a cell.

    Args:
        negative: lithium, indium, graphite or lto.
        positive: nmc811 or lco.
        frame: stiffness of the frame [MPa/um].
        pressure: at assembly [MPa].
        density: relative density of composites as pressed [1].

    Raises:
        CaseError: an electrode is not known.
    """
    if positive not in REACHED or negative not in (*MOLAR_VOLUME, "graphite", "lto"):
        raise CaseError(
            f"no cell {negative} | {positive}: expected lithium, indium, graphite or lto, and "
            f"{' or '.join(REACHED)}"
        )
    if not frame > 0.0:
        raise CaseError(f"frame = {frame:g} MPa/um: expected a stiffness above zero")
    host, charge = host_of(positive), charge_of(positive)
    active = LOADING * 1e-2 / host.density
    sites = active * host.c_max
    thickness, law = composite(positive, sites, host.x_full, -1.0, density)
    electrolyte = Elastic(18 * GPa, 0.3)
    current = charge / 36e3
    return LaminateCase(
        "pressure_swing",
        LaminateCell(
            (
                anode(negative, charge, density),
                Ply(name="separator", thickness=400e-6, law=SolidLayer(electrolyte)),
                Ply(name="cathode", thickness=thickness, law=law),
            )
        ),
        ssb.FixedGap(pressure * MPa, frame_compliance=1 / (frame * MPa_per_um)),
        (
            ssb.Preload(10 * s),
            ssb.ConstantCurrent(current, 36e3, name="charge"),
            ssb.ConstantCurrent(-current, 36e3, name="discharge"),
        ),
        wiring=Bipolar(),
        step_control=ssb.AdaptiveSteps(dt_initial=600.0, dt_max=1800.0, gap_error=50e-9),
    )


def build_case(options: argparse.Namespace) -> LaminateCase:
    """Return the case for the options of the command line."""
    return cell(options.anode, options.cathode, options.frame, options.pressure, options.density)


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    anodes = (*MOLAR_VOLUME, "graphite", "lto")
    parser.add_argument("--anode", choices=anodes, default="graphite")
    parser.add_argument("--cathode", choices=tuple(REACHED), default="nmc811")
    parser.add_argument("--frame", type=float, default=FRAME, help="its stiffness [MPa/um]")
    parser.add_argument("--pressure", type=float, default=70.0, help="at assembly [MPa]")
    parser.add_argument("--density", type=float, default=DENSITY, help="of the composites [1]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
