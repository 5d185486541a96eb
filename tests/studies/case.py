# SPDX-License-Identifier: BSD-3-Clause
"""A small void under a spring: a case script for tests of studies."""

from __future__ import annotations

import argparse
import sys

import ssbmech as ssb
from ssbmech.units import MPa, MPa_per_um, mA_per_cm2, s
from tests.small_cell import void_cell


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare the knobs of the case."""
    parser.add_argument("--pressure", type=float, default=1.0, help="preload of the spring [MPa]")
    parser.add_argument("--current", type=float, default=1.0, help="current density [mA/cm2]")
    parser.add_argument("--label", choices=("one", "two"), default="one", help="changes nothing")
    parser.add_argument("--switch", action="store_true", help="changes nothing either")


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for values of the knobs."""
    return void_cell(
        size=4.0,
        name="small_study",
        fixture=ssb.Spring(preload=options.pressure * MPa, spring_stiffness=0.03 * MPa_per_um),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-options.current * mA_per_cm2, 4 * s, name="plate"),
            ssb.Rest(4 * s),
        ),
        output=ssb.Output(figures=False),
    )


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
