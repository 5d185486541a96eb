# SPDX-License-Identifier: BSD-3-Clause
"""Table of the study of anodes: growth, pressure, voltage and energy of each in each fixture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ssbmech.runfolder.energy import METALS, PlatesAndRods, energy_of
from ssbmech.runfolder.reader import RunData
from ssbmech.study.table import Table

MAH_PER_CM2 = 36_000.0
PRELOAD, CHARGE, DISCHARGE = 0, 1, 3


def main() -> int:
    """Print a row for each run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--metal", choices=tuple(METALS), default="steel", help="of the fixture")
    parser.add_argument("--span", type=float, default=60.0, help="distance of the rods [mm]")
    options = parser.parse_args()
    table = Table.read(options.study / "table.csv")
    fixture = PlatesAndRods(METALS[options.metal], span=options.span / 1000)
    print("| fixture | anode | charge [mAh/cm2] | growth of a cell [um] | pressure [MPa] "
          "| mean voltage [V] | stack [Wh/l] | with plates and rods [Wh/l] |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for row, name in enumerate(table["variant"].cells):
        folder = options.study / str(name)
        print(row_of(folder, [str(table[key].cells[row]) for key in ("fixture", "anode")], fixture))
    return 0


def row_of(folder: Path, names: list[str], fixture: PlatesAndRods) -> str:
    """Return the row of a run.

    Args:
        folder: its folder.
        names: what it is of.
        fixture: what holds it in a pack.
    """
    run = RunData.open(folder)
    series, energy = run.series, energy_of(folder, fixture)
    step, height, load = series["step"], series["thickness_stack"], series["p_stack"] / 1e6
    seated, charged = (np.flatnonzero(step == number)[-1] for number in (PRELOAD, CHARGE))
    cells = sum(name.startswith("cell_") for name in series.of("thickness"))
    per_cell = 1 / float(run.manifest.get("cells side by side", 1))
    charge = series["charge"]
    given = charge[step == DISCHARGE][0] - charge[step == DISCHARGE][-1]
    mean = energy.energy * per_cell / given
    return (
        f"| {names[0]} | {names[1]} | {charge[charged] / MAH_PER_CM2:.2f} "
        f"| {1e6 * (height[charged] - height[seated]) / cells:+.1f} "
        f"| {load[seated]:.1f} to {load[charged]:.1f}, {load[-1]:.1f} | {mean:.2f} "
        f"| {energy.by_volume[0]:.0f} | {energy.by_volume[1]:.0f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
