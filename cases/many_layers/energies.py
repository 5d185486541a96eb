# SPDX-License-Identifier: BSD-3-Clause
"""Table of the energy by volume and mass of the runs of a study, alone and with their fixtures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ssbmech.runfolder.energy import METALS, PlatesAndRods, energy_of
from ssbmech.study.table import Table


def main() -> int:
    """Print a row for each run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--metal", choices=tuple(METALS), default="steel", help="of the fixture")
    parser.add_argument("--span", type=float, default=100.0, help="distance of the rods [mm]")
    options = parser.parse_args()
    table = Table.read(options.study / "table.csv")
    fixture = PlatesAndRods(METALS[options.metal], span=options.span / 1000)
    print("| fixture | cells | preload, highest pressure [MPa] | stack | with plates and rods |")
    print("|---|---|---|---|---|")
    for row, name in enumerate(table["variant"].cells):
        found = energy_of(options.study / str(name), fixture)
        volumes, masses = found.by_volume, found.by_mass
        print(
            f"| {table['fixture'].cells[row]} | {table['cells'].numbers[row]:g} "
            f"| {table['pressure'].numbers[row]:g}, {found.pressure / 1e6:.3g} "
            f"| {volumes[0]:.0f} Wh/l, {masses[0]:.0f} Wh/kg "
            f"| {volumes[1]:.0f} Wh/l, {masses[1]:.0f} Wh/kg |"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
