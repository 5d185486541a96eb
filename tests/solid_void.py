# SPDX-License-Identifier: BSD-3-Clause
"""Case script: `cases/li_void`, with a size of one's own above which it is solved iteratively."""

from __future__ import annotations

import argparse
import dataclasses
import sys

import ssbmech as ssb
from tests.case_scripts import load_script

VOID = load_script("li_void")


def knobs(parser: argparse.ArgumentParser) -> None:
    """Declare those of the case, and the size."""
    VOID.knobs(parser)
    parser.add_argument("--largest-direct", type=int, default=60_000, help="unknowns")


def build_case(options: argparse.Namespace) -> ssb.Case:
    """Return the case for the options of the command line."""
    solver = ssb.Automatic(largest_direct=options.largest_direct)
    return dataclasses.replace(VOID.build_case(options), linear_solver=solver)


if __name__ == "__main__":
    sys.exit(ssb.main(build_case, knobs))
