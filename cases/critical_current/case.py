# SPDX-License-Identifier: BSD-3-Clause
"""Which current a cell bears on stripping, and how much charge before contact is lost.

Li | solid electrolyte | Li, or the same of sodium, flat, with the library's law of hidden voids at
the electrode that is stripped. Two experiments:

A sweep raises the current, slowly, until voids begin to open: the critical current at a pressure
and a temperature.

    python cases/critical_current/case.py --pressure 3
    python cases/critical_current/case.py --interface "lithium|llzo" --pressure 2 --celsius 60
    python cases/critical_current/case.py --interface "sodium|nasicon" --pressure 0.2

A constant current strips until contact is lost, or a charge has passed:

    python cases/critical_current/case.py --pressure 3 --current 1 --charge 6

Numbers of the law that were calibrated are named in the library and in the run's manifest.
"""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.library.interfaces import INTERFACES
from ssbmech.library.voids import VOIDS
from ssbmech.units import MPa, MPa_per_um, V, celsius, hour, mA_per_cm2, nm, s, um

INTERFACE = "negative|separator"
FIRST, LAST = 0.005, 20.0
"""Currents between which the sweep looks [mA/cm2]."""
E_FOLD = 1.0
"""Time in which the sweep multiplies the current by e [h]: so slow that a void which has just begun
to open is seen within a percent of the current."""
OPEN = 1e-12
"""Height of hidden voids that has begun to open [m]."""


def voids_of(interface: str) -> str:
    """Return the name of the law of an interface: sodium has one on all electrolytes."""
    return interface if interface in VOIDS else interface.split("|")[0]


def experiment(options: argparse.Namespace) -> ssb.ConstantCurrent | ssb.CurrentSweep:
    """Return the step that strips, for the options of the command line."""
    if options.current is None:
        return ssb.CurrentSweep(
            FIRST * mA_per_cm2,
            LAST * mA_per_cm2,
            8.3 * E_FOLD * hour,
            stops=(ssb.VoidAbove(INTERFACE, OPEN),),
            name="sweep",
        )
    if options.current <= 0.0:
        raise CaseError(f"current = {options.current:g} mA/cm2 strips nothing: give one above zero")
    return ssb.ConstantCurrent(
        options.current * mA_per_cm2,
        options.charge / options.current * hour,
        stops=(ssb.VoltageAbove(options.voltage_limit * V),),
        name="strip",
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    if options.interface not in INTERFACES or voids_of(options.interface) not in VOIDS:
        known = ", ".join(name for name in INTERFACES if voids_of(name) in VOIDS)
        raise CaseError(f"interface = {options.interface!r}: the library has {known}")
    element, ceramic = options.interface.split("|")
    metal = library.by_name(options.lithium if element == "lithium" else "sodium_wang2020")
    electrolyte = library.by_name(ceramic)
    kinetics = INTERFACES[options.interface]()
    pressure = options.pressure * MPa
    fixture: ssb.ConstantForce | ssb.Spring = ssb.ConstantForce(preload=pressure)
    if options.stiffness > 0.0:
        fixture = ssb.Spring(preload=pressure, spring_stiffness=options.stiffness * MPa_per_um)
    return ssb.Case(
        name="critical_current",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=30 * um,
            layers=(
                ssb.Layer("negative", 50 * um),
                ssb.Layer("separator", options.separator * um),
                ssb.Layer("positive", 50 * um),
            ),
            size_interface=15 * um,
            size_bulk=15 * um,
        ),
        bodies=(
            ssb.Body.single("negative", metal),
            ssb.Body.single("separator", electrolyte),
            ssb.Body.single("positive", metal),
        ),
        interfaces=(
            ssb.Interface(
                INTERFACE, kinetics=kinetics, laws=(VOIDS[voids_of(options.interface)](),)
            ),
            ssb.Interface("positive|separator", kinetics=kinetics),
        ),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=fixture,
        electrodes=ssb.Electrodes(working=INTERFACE, counter="positive|separator"),
        protocol=(ssb.Preload(1 * s), experiment(options)),
        temperature=celsius(options.celsius),
        step_control=ssb.AdaptiveSteps(dt_initial=1 * s, dt_max=0.5 * hour, gap_error=20 * nm),
    )


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the command line."""
    add = parser.add_argument
    add("--interface", default="lithium|li6ps5cl", help="interface of the library")
    add("--pressure", type=float, default=3.0, help="stack pressure [MPa]")
    add("--celsius", type=float, default=25.0, help="temperature [degree C]")
    add("--current", type=float, help="constant current density in place of a sweep [mA/cm2]")
    add("--charge", type=float, default=6.0, help="largest charge at a constant current [mAh/cm2]")
    add("--voltage-limit", type=float, default=0.5, help="voltage at which contact is lost [V]")
    add("--stiffness", type=float, default=0.0, help="spring; 0 for constant pressure [MPa/um]")
    add("--separator", type=float, default=50.0, help="thickness of the electrolyte [um]")
    names = library.named("lithium")
    add("--lithium", default="lithium_lepage2019", choices=names, help="parameter set of lithium")


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
