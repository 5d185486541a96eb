# SPDX-License-Identifier: BSD-3-Clause
"""Li | LLZO | Li, stepped through currents: what its voltage tells of the kinetics."""

import argparse
import sys

import ssbmech as ssb
from ssbmech import library
from ssbmech.units import A_per_m2, MPa, mA_per_cm2, ohm_cm2, s, um

CURRENTS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0)
"""Current densities [mA/cm2]."""

SECONDS = 2.0
"""Length of each [s]."""

SEPARATOR = 20.0
"""Thickness of the electrolyte [um]."""

ELECTROLYTE = library.by_name("llzo")


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the case."""
    parser.add_argument(
        "--exchange", type=float, default=5.0, help="exchange current density [A/m2]"
    )
    parser.add_argument(
        "--film", type=float, default=5.0, help="resistance of each interface's film [ohm cm2]"
    )


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for values of the knobs."""
    lithium = library.by_name("lithium_masias2019")
    kinetics = ssb.ButlerVolmer(
        i_0=options.exchange * A_per_m2, film_resistance=options.film * ohm_cm2
    )
    names = ("negative|separator", "positive|separator")
    return ssb.Case(
        name="fit_kinetics",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=10 * um,
            layers=(
                ssb.Layer("negative", 10 * um),
                ssb.Layer("separator", SEPARATOR * um),
                ssb.Layer("positive", 10 * um),
            ),
            size_interface=5 * um,
            size_bulk=5 * um,
        ),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", ELECTROLYTE),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=tuple(ssb.Interface(name, kinetics=kinetics) for name in names),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=1 * MPa),
        electrodes=ssb.Electrodes(working=names[0], counter=names[1]),
        protocol=(
            ssb.Preload(1 * s),
            *(
                ssb.ConstantCurrent(current * mA_per_cm2, SECONDS * s, name=f"{current:g} mA/cm2")
                for current in CURRENTS
            ),
        ),
        step_control=ssb.PrescribedSteps([1.0 * s, *[SECONDS / 2 * s] * (2 * len(CURRENTS))]),
        output=ssb.Output(figures=False),
    )


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
