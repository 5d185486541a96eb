# SPDX-License-Identifier: BSD-3-Clause
"""The void of `cases/li_void`, plated, rested and stripped by one charge at any current density.

At each current density the same lithium is plated and stripped, so that what differs between
variants is the time that creep has for it.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.run.case_script import CaseScript
from ssbmech.units import um

VOID = CaseScript.load(Path(__file__).parents[1] / "li_void" / "case.py")
STEPS = 40
"""Least number of time steps of each step of the protocol."""


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the case."""
    add = parser.add_argument
    add("--pressure", type=float, default=1.0, help="preload of the spring [MPa]")
    add("--current", type=float, default=1.0, help="current density [mA/cm2]")
    add("--charge", type=float, default=0.5, help="charge plated, then stripped [mAh/cm2]")
    names = library.named("lithium")
    add("--lithium", default="lithium_lepage2019", choices=names, help="parameter set of lithium")
    add("--size", type=float, default=0.5, help="cell size along the void [um]")


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for values of the knobs."""
    if options.current <= 0.0:
        raise CaseError(f"current = {options.current:g} mA/cm2 plates nothing")
    minutes = 60.0 * options.charge / options.current
    case = VOID.case(
        [
            f"--pressure={options.pressure}",
            f"--current={options.current}",
            f"--minutes={minutes}",
            f"--longest-step={60.0 * minutes / STEPS}",
            f"--lithium={options.lithium}",
            f"--size={options.size}",
        ]
    )
    # The edge of the contact crosses the whole void as it closes. Small spots in a row make the
    # mesh fine there without filling the bodies.
    spots = tuple(
        ssb.Refinement(
            "negative|separator", position=place * um, size=options.size * um, radius=2 * um
        )
        for place in (0, 3, 6, 9, 12, 15)
    )
    geometry = dataclasses.replace(case.geometry, refinements=spots)
    return dataclasses.replace(case, name="pressure_map", geometry=geometry)


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
