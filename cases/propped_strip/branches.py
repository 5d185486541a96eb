# SPDX-License-Identifier: BSD-3-Clause
"""How fast an inert strip sinks by linear flow, by power-law creep and by both at once.

A law of hidden voids adds the speeds of both. Where they act in the same metal it is weaker than
either alone would leave it, and the strip sinks faster than the sum. The speed is v less the growth
of the void, once the strip carries all load.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import ssbmech as ssb
from ssbmech.run.case_script import CaseScript

STRIP = CaseScript.load(Path(__file__).parent / "case.py")
STIFF = "1e16"
"""Viscosity at which linear flow does nothing [Pa s]."""


def sinking(folder: Path, *options: str) -> float:
    """Return the speed at which the strip of a case sinks, in parts of the speed of stripping."""
    run = ssb.run(STRIP.case([*options, "--roughness=1000", "--minutes=60"]), folder)
    first, last = run.rows[-2:]
    where = "negative|separator"
    if last[f"contact_fraction:{where}"] > 0.21:
        return 1.0
    void = (last[f"void_volume:{where}"] - first[f"void_volume:{where}"]) / 10e-6
    stripped = (last["charge"] - first["charge"]) * 13e-6 / 96485.33212
    return 1.0 - void / stripped


def main() -> int:
    """Print a table of the speeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strength", type=float, default=7.0, help="over that of bulk lithium [1]")
    parser.add_argument("--pressures", type=float, nargs="+", default=[1.0, 1.4, 1.6, 1.8])
    parser.add_argument("--current", type=float, default=0.2, help="[mA/cm2]")
    options = parser.parse_args()
    print("pressure [MPa], sinking over stripping: linear, power law, sum, both")
    with tempfile.TemporaryDirectory() as root:
        for pressure in options.pressures:
            common = (f"--pressure={pressure}", f"--current={options.current}")
            strong = f"--strength={options.strength}"
            linear = sinking(Path(root) / f"linear{pressure}", *common)
            power = sinking(
                Path(root) / f"power{pressure}", *common, strong, f"--viscosity={STIFF}"
            )
            both = sinking(Path(root) / f"both{pressure}", *common, strong)
            print(f"{pressure:6.2f} {linear:8.3f} {power:8.3f} {linear + power:8.3f} {both:8.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
