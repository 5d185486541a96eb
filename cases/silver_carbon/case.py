# SPDX-License-Identifier: BSD-3-Clause
"""Steel | (lithium) | silver-carbon | Li6PS5Cl | NMC811: lithium in a porous layer and behind it.

A layer of silver and carbon lies on the electrolyte. The first charge fills silver, carbon and
pores of it, and the lithium that finds no room there is plated behind the layer, on the collector,
where a film of 20 nm grows to tens of micrometres and moves the stack. Run it as

    python cases/silver_carbon/case.py                    # 3 MPa, 60 degree C, C/10
    python cases/silver_carbon/case.py --pressure 2 --celsius 25
    python cases/silver_carbon/case.py --rate 0.5 --bare  # no layer
    python cases/silver_carbon/figure.py runs/silver_carbon

The stack is the same at all places of its area, and so is the cathode through its thickness: a
composite without gradients, all of whose change of volume goes into the thickness.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from dataclasses import dataclass
from typing import Any

import ufl

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Step
from ssbmech.errors import CaseError
from ssbmech.laminate.growth import volume_of
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.library.interlayers import silver_carbon
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity
from ssbmech.materials.material import Material
from ssbmech.units import (
    GPa,
    MPa,
    MPa_per_um,
    V,
    celsius,
    hour,
    mA_per_cm2,
    minute,
    nm,
    s,
    to_si,
    um,
)

ANODE, CATHODE = "lithium|electrolyte", "cathode|electrolyte"
PARTICLE = 5e-6
"""Diameter of the cathode's particles, whose surface reacts [m]."""


@dataclass(frozen=True)
class ThicknessSwelling:
    """Particles in a layer that follows: all their volume goes into its thickness.

    Attributes:
        curve: change of the particles' volume against content [1].
        share: part of the layer that is particles [1].
    """

    curve: Curve
    share: float

    def strain(self, x: Any, axis: Any) -> Any:
        """Return the free strain, along y alone [1]."""
        return ufl.as_tensor(((0, 0, 0), (0, self.share * self.curve.value(x), 0), (0, 0, 0)))

    def strain_per_content(self, x: Any, axis: Any) -> Any:
        """Return its derivative by the content [1]."""
        return ufl.as_tensor(((0, 0, 0), (0, self.share * self.curve.slope(x), 0), (0, 0, 0)))


def composite(options: argparse.Namespace) -> tuple[Material, float]:
    """Return the cathode as one substance, and its thickness [m]."""
    nmc = library.by_name("nmc811")
    areal = to_si(options.capacity * mA_per_cm2 * hour, "C/m2", "capacity")
    thickness = areal / nmc.host.capacity / options.fraction
    host = dataclasses.replace(
        nmc.host,
        c_max=options.fraction * nmc.host.c_max,
        # so fast that the layer has one content
        diffusivity=ArrheniusDiffusivity(1e-10),
        swelling=ThicknessSwelling(volume_of(nmc.host), options.fraction),
    )
    solid = Elastic(options.modulus * GPa, 0.3)
    return Material("cathode", solid, host=host, thermal_expansion=nmc.thermal_expansion), thickness


def fixture(options: argparse.Namespace) -> ssb.Fixture:
    """Return what holds the stack.

    Raises:
        CaseError: the frame of a gap has no stiffness.
    """
    if options.fixture == "force":
        return ssb.ConstantForce(preload=options.pressure * MPa)
    if not options.stiffness > 0.0:
        raise CaseError(f"stiffness = {options.stiffness:g} MPa/um: expected one above zero")
    stiffness = options.stiffness * MPa_per_um
    return ssb.Spring(preload=options.pressure * MPa, spring_stiffness=stiffness)


def of_spheres(dense: float) -> ssb.ButlerVolmer:
    """Return the charge transfer of the cathode by area of the cell, for particles as spheres.

    Args:
        dense: thickness of their substance without anything between [m].
    """
    kinetics = nmc811_li6ps5cl()
    return dataclasses.replace(kinetics, i_0=kinetics.i_0 * dense * 6 / PARTICLE)


def protocol(options: argparse.Namespace) -> tuple[Step, ...]:
    """Return the preload and the cycles."""
    rest = ssb.Rest(options.rest * minute)
    return (
        ssb.Preload(10 * s),
        *ssb.cycles(
            options.cycles,
            ssb.Charge(options.rate / hour, to=options.upper * V),
            rest,
            ssb.Discharge(options.rate / hour, to=options.lower * V),
            rest,
        ),
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    material, thickness = composite(options)
    film, width = options.seed_film * nm, 8 * um
    layer = None if options.bare else silver_carbon(options.layer * um, options.porosity)
    return ssb.Case(
        name="silver_carbon",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=width,
            layers=(
                ssb.Layer("collector", 8 * um),
                ssb.Layer("lithium", film, meshed_at=8 * um),
                ssb.Layer("electrolyte", options.separator * um),
                ssb.Layer("cathode", thickness),
            ),
            size_interface=width / 2,
            size_bulk=2 * width,
        ),
        bodies=(
            ssb.Body.single("collector", library.by_name("stainless_steel")),
            ssb.Body.single(
                "lithium",
                library.by_name(options.lithium),
                moves=True,
                exhaustion=ssb.Exhaustion(film=film, fade=film),
            ),
            ssb.Body.single("electrolyte", library.by_name("li6ps5cl")),
            ssb.Body.single("cathode", material, content=material.host.x_full),
        ),
        interfaces=(
            ssb.Interface("lithium|collector"),
            ssb.Interface(ANODE, kinetics=lithium_li6ps5cl(), interlayer=layer),
            ssb.Interface(CATHODE, kinetics=of_spheres(options.fraction * thickness)),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=fixture(options),
        electrodes=ssb.Electrodes(working=CATHODE, counter=ANODE),
        protocol=protocol(options),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s,
            dt_max=options.longest_step * s,
            gap_error=50 * nm,
            content_error=0.1,
            stress_error=None,
        ),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    layer = parser.add_argument_group("interlayer")
    layer.add_argument("--layer", type=float, default=10.0, help="its thickness as made [um]")
    layer.add_argument("--porosity", type=float, default=0.5, help="part of it that is pores [1]")
    layer.add_argument("--bare", action="store_true", help="leave it out")
    layer.add_argument("--seed-film", type=float, default=20.0, help="lithium at the start [nm]")
    names = library.named("lithium")
    layer.add_argument("--lithium", default="lithium_lepage2019", choices=names)
    held = parser.add_argument_group("fixture")
    held.add_argument("--fixture", choices=("spring", "force"), default="spring")
    held.add_argument("--pressure", type=float, default=3.0, help="preload [MPa]")
    held.add_argument("--stiffness", type=float, default=0.03, help="of the spring [MPa/um]")
    cell = parser.add_argument_group("cell")
    cell.add_argument("--capacity", type=float, default=6.8, help="by area [mA h/cm2]")
    cell.add_argument("--fraction", type=float, default=0.5, help="part of NMC in the cathode [1]")
    cell.add_argument("--modulus", type=float, default=15.0, help="of the cathode [GPa]")
    cell.add_argument("--separator", type=float, default=30.0, help="its thickness [um]")
    cycling = parser.add_argument_group("cycling")
    cycling.add_argument("--rate", type=float, default=0.1, help="C-rate [1/h]")
    cycling.add_argument("--upper", type=float, default=4.25, help="end of charge [V]")
    cycling.add_argument("--lower", type=float, default=2.5, help="end of discharge [V]")
    cycling.add_argument("--rest", type=float, default=30.0, help="rests [min]")
    cycling.add_argument("--cycles", type=int, default=1, help="number of cycles")
    cycling.add_argument("--celsius", type=float, default=60.0, help="temperature [degree C]")
    parser.add_argument("--longest-step", type=float, default=1200.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
