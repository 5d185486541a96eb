# SPDX-License-Identifier: BSD-3-Clause
"""Table of pressure swings on charge, in the frame and in a rigid gap, with pores and without."""

from __future__ import annotations

import argparse
import sys

from case import DENSITY, FRAME, cell, charge_of

from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.march import LaminateMarch

MEASURED = {
    ("lithium", "nmc811"): 1.5,
    ("graphite", "nmc811"): 0.6,
    ("lto", "nmc811"): -0.06,
    ("lto", "lco"): 0.06,
    ("indium", "nmc811"): None,
    ("indium", "lco"): None,
    ("lithium", "lco"): None,
    ("graphite", "lco"): None,
}
"""Change of the pressure on charge [MPa], Koerver et al. (2018); the first is calibrated."""

RIGID, DENSE = 1e5, 0.995
STEPS = 12


def swing(case: LaminateCase, charge: float) -> float:
    """Return the change of the pressure on charging [MPa].

    Args:
        case: the cell.
        charge: by area [C/m2].
    """
    run = LaminateMarch(case, preload=1.0)
    run.charge(charge, STEPS, 36e3)
    return (run.pressure - case.fixture.preload) / 1e6


def main() -> int:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    print("| cell | measured | in the frame | rigid gap | without pores: frame | rigid gap |")
    print("|---|---|---|---|---|---|")
    for (negative, positive), measured in MEASURED.items():
        charge = charge_of(positive)
        found = [
            swing(cell(negative, positive, frame, density=density), charge)
            for density in (DENSITY, DENSE)
            for frame in (FRAME, RIGID)
        ]
        told = "" if measured is None else f"{measured:+g}"
        numbers = " | ".join(f"{value:+.3g}" for value in found)
        print(f"| {negative} \\| {positive} | {told} | {numbers} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
