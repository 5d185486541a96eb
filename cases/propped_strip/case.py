# SPDX-License-Identifier: BSD-3-Clause
"""An inert strip under a creeping metal: why contact is lost on stripping, from first principles.

Li | Li6PS5Cl | Li in plane strain. Part of the interface of the working electrode does not react: a
residue, say. It carries load but gives no metal. While the rest is stripped, the block of metal
comes down only as fast as the strip sinks into the metal by its flow. Above a critical pressure it
sinks fast enough and contact is kept; below it the rest loses contact within minutes and the
voltage runs away. Plating at the same current does no harm. x = 0 and x = width are planes of
symmetry, so the case is an array of strips.

The metal flows linearly, as by diffusion along its grain boundaries, so that the critical pressure
is known in closed form (Muskhelishvili's strips on a viscous half space). Run it as

    python cases/propped_strip/case.py                        # 0.8 of the critical pressure
    python cases/propped_strip/case.py --pressure-ratio 1.3   # contact is kept
    python cases/propped_strip/case.py --pressure-ratio 0.5 --current -0.2
"""

from __future__ import annotations

import argparse
import dataclasses
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.interfaces.sinking_speeds import strips_in_viscous_metal
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.library.lithium import with_linear_creep
from ssbmech.materials.diffusional import Viscous
from ssbmech.materials.viscoplastic import NortonFlow
from ssbmech.units import MPa, V, mA_per_cm2, minute, nm, s, to_si, um

INTERFACE = "negative|separator"


def creeping_lithium(options: argparse.Namespace) -> ssb.Material:
    """Return lithium that flows linearly, and by its power law too if it has a strength for it."""
    lithium = library.by_name("lithium_lepage2019")
    linear = Viscous(options.viscosity)
    if options.strength is not None:
        strong = lithium.solid.flow.with_strength(options.strength)
        solid = dataclasses.replace(lithium.solid, flow=strong)
        return with_linear_creep(dataclasses.replace(lithium, solid=solid), linear, {})
    flow = NortonFlow(rate=1 / 3, stress=options.viscosity, exponent=1.0)
    return dataclasses.replace(
        lithium,
        name="lithium, linearly viscous",
        solid=dataclasses.replace(lithium.solid, flow=flow),
        sources={path: s for path, s in lithium.sources.items() if "flow" not in path},
    )


def critical_pressure(options: argparse.Namespace) -> float:
    """Return the pressure below which stripping loses contact [Pa]."""
    current = to_si(abs(options.current) * mA_per_cm2, "A/m2", "current")
    metal = library.by_name("lithium_lepage2019").metal
    speed = current * metal.thickness_per_charge
    coefficient = strips_in_viscous_metal(
        options.viscosity, fraction=options.fraction, half_period=options.width * 1e-6
    )
    return speed / coefficient


def electrode(name: str, lithium: ssb.Material, moves: bool) -> ssb.Body:
    """Return lithium on a mesh at rest, or such as is stripped to its end."""
    end = ssb.Exhaustion() if moves else None
    return ssb.Body.single(name, lithium, moves=moves, exhaustion=end)


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    lithium, width = creeping_lithium(options), options.width * um
    fine = options.size * um
    strip = ssb.Strips(((0 * um, options.fraction * width),))
    fading = ssb.GapConduction(length=options.roughness * nm)
    pressure = options.pressure_ratio * critical_pressure(options)
    if options.pressure is not None:
        pressure = options.pressure * MPa
    limit = options.voltage_limit * V
    stops = (ssb.VoltageAbove(limit), ssb.VoltageBelow(-limit))
    return ssb.Case(
        name="propped_strip",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=width,
            layers=(
                ssb.Layer("negative", options.thickness * um),
                ssb.Layer("separator", options.thickness * um),
                ssb.Layer("positive", options.thickness * um),
            ),
            size_interface=6 * fine,
            size_bulk=30 * fine,
            refinements=strip.refinements(INTERFACE, size=fine, radius=4 * fine),
        ),
        bodies=(
            electrode("negative", lithium, options.moving),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            electrode("positive", lithium, options.moving),
        ),
        interfaces=(
            ssb.Interface(INTERFACE, kinetics=lithium_li6ps5cl(fading), activity=strip),
            ssb.Interface("positive|separator", kinetics=lithium_li6ps5cl()),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=pressure),
        electrodes=ssb.Electrodes(working=INTERFACE, counter="positive|separator"),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(
                options.current * mA_per_cm2,
                options.minutes * minute,
                stops=stops,
                name="strip" if options.current > 0 else "plate",
            ),
        ),
        step_control=ssb.AdaptiveSteps(gap_error=5 * nm, dt_max=options.longest_step * s),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    load = parser.add_argument_group("load")
    load.add_argument(
        "--pressure-ratio", type=float, default=0.8, help="stack pressure over the critical one [1]"
    )
    load.add_argument("--pressure", type=float, help="stack pressure in its place [MPa]")
    load.add_argument(
        "--current", type=float, default=0.2, help="current density, positive strips [mA/cm2]"
    )
    load.add_argument("--minutes", type=float, default=10.0, help="longest time [min]")
    load.add_argument(
        "--voltage-limit", type=float, default=0.5, help="voltage that ends the run [V]"
    )
    strip = parser.add_argument_group("strip and metal")
    strip.add_argument("--width", type=float, default=10.0, help="half the period of strips [um]")
    strip.add_argument("--fraction", type=float, default=0.2, help="share that is inert [1]")
    strip.add_argument("--viscosity", type=float, default=3e10, help="of the metal [Pa s]")
    strip.add_argument(
        "--roughness", type=float, default=50.0, help="gap at which conduction has ended [nm]"
    )
    strip.add_argument(
        "--strength",
        type=float,
        help="strength over that of bulk lithium, whose power law then acts too [1]",
    )
    strip.add_argument("--thickness", type=float, default=20.0, help="of each layer [um]")
    strip.add_argument(
        "--moving", action="store_true", help="the metal is really removed: layers become thinner"
    )
    other = parser.add_argument_group("discretisation")
    other.add_argument("--size", type=float, default=0.1, help="cell size at the strip's edge [um]")
    other.add_argument("--longest-step", type=float, default=20.0, help="longest time step [s]")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
