# SPDX-License-Identifier: BSD-3-Clause
"""Figure of the study of many layers: growth and pressure over a cycle, and under the plates.

Each run is a stack of 10, 20 or 30 cells in a spring, in a stiff frame, or behind oil. The maps are
of the pressure under an end plate that four bolts pull at its corners, on 30 cells, with
and without a pad.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech import library
from ssbmech.laminate.plate import Bolts, Plate, PlateOnCells, PressureMap
from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData
from ssbmech.study.table import Table
from ssbmech.units import MPa, mm, to_si

Array = NDArray[np.float64]

PRELOAD = 0
FIXTURES = {"spring": ("spring, 0.03 MPa/µm", "-"), "gap": ("stiff frame, 0.24 MPa/µm", "--"),
            "hydraulic": ("frame and 5 mm of oil", ":")}  # fmt: skip
PUBLISHED = {10: 0.18, 20: 0.35, 30: 0.53}
"""Growth of anode-less cells of 4 mAh/cm2 by number of cells [mm], read off a figure."""

PAD = 50e6 / 1e-3
"""Stiffness of a pad: 50 MPa over a millimetre [Pa/m]."""

SIDE, MEAN = to_si(60 * mm, "m", "side"), to_si(5 * MPa, "Pa", "mean")


def main() -> int:
    """Tell growth and pressure of each run, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--figure", type=Path, help="file of the figure; default in the folder")
    parser.add_argument("--plate", type=float, default=20.0, help="thickness of the plate [mm]")
    options = parser.parse_args()
    table = Table.read(options.study / "table.csv")
    keys = zip(table["fixture"].cells, table["cells"].numbers, table["variant"].cells, strict=True)
    runs = {(str(f), int(n)): RunData.open(options.study / str(v)) for f, n, v in keys}
    for (name, count), run in sorted(runs.items()):
        hours, growth, pressure = history(run)
        print(
            f"{name}, {count} cells: grows by {growth.max():.3f} mm, {pressure[0]:.2f} MPa to "
            f"{pressure.max():.2f} MPa, {pressure[-1]:.2f} MPa after {hours[-1]:.1f} h"
        )
    draw(runs, under_plate(runs["spring", 30], options.plate),
         options.figure or options.study / "many_layers.png")  # fmt: skip
    return 0


def history(run: RunData) -> tuple[Array, Array, Array]:
    """Return time [h], growth of the cells since they were seated [mm] and pressure [MPa]."""
    series = run.series
    after = series["step"] > PRELOAD
    last = np.flatnonzero(~after)[-1]
    names = [name for name in series.of("thickness") if name.startswith("cell_")]
    height = sum((series.of("thickness")[name] for name in names), np.zeros(len(after)))
    growth = 1e3 * (height - height[last])
    return series["time"][after] / 3600, growth[after], series["p_stack"][after] / 1e6


def under_plate(run: RunData, thickness: float) -> dict[str, PressureMap]:
    """Return the pressure under a steel plate [mm thick], on the cells of a run and on a pad.

    Two plates alike each press half of the cells.
    """
    series = run.series
    rise = np.flatnonzero(series["step"] == PRELOAD)[-2:]
    pressures, heights = series["p_stack"][rise], series["thickness_stack"][rise]
    stiffness = float(-(pressures[1] - pressures[0]) / (heights[1] - heights[0]))
    steel = library.by_name("stainless_steel").solid
    plate = Plate(steel, SIDE, SIDE, to_si(thickness * mm, "m", "plate"))
    corners = ((0.0, 0.0), (SIDE, 0.0), (0.0, SIDE), (SIDE, SIDE))
    bolts = Bolts(corners, MEAN * SIDE**2 / 4)
    softer = 1 / (0.5 / stiffness + 1 / PAD)
    found = {}
    for name, each in (("cells alone", 2 * stiffness), ("with a pad", softer)):
        found[name] = PlateOnCells(plate, each, bolts).pressed()
        low, high = found[name].pressure.min() / 1e6, found[name].pressure.max() / 1e6
        print(
            f"plate of {thickness:g} mm, 30 {name}: lambda L = "
            f"{plate.evenness(each, SIDE / 2):.2f}, pressure {low:.2f} to {high:.2f} MPa, "
            f"{100 * found[name].touching:.0f} % in contact"
        )
    return found


def draw(runs: dict[tuple[str, int], RunData], plates: dict[str, PressureMap], path: Path) -> None:
    """Draw growth and pressure against time, and the map.

    Args:
        runs: the runs by fixture and number of cells.
        plates: pressure under a plate.
        path: file to write.
    """
    with theme.style():
        figure = theme.new_figure(8.4, 7.0)
        (growth, pressure), places = figure.subplots(2, 2)
        for colour, count in zip(theme.LINES, PUBLISHED, strict=False):
            hours, height, _ = history(runs["spring", count])
            growth.plot(hours, height, color=colour, label=f"{count} cells")
            growth.axhline(PUBLISHED[count], color=colour, lw=0.8, ls=(0, (1, 2)))
            for name, (_, line) in FIXTURES.items():
                hours, _, load = history(runs[name, count])
                pressure.plot(hours, load, line, color=colour)
        growth.set(xlabel="time (h)", ylabel="growth of all cells (mm)", ylim=(-0.05, 0.75))
        growth.set_title("dotted: published for 4 mAh cm⁻²")
        growth.legend(loc="upper right", ncols=3, columnspacing=1.0, handlelength=1.2)
        for text, line in FIXTURES.values():
            pressure.plot([], [], line, color="0.3", label=text)
        pressure.set(xlabel="time (h)", ylabel="stack pressure (MPa)", ylim=(0, 175))
        pressure.set_title("colours as on the left")
        pressure.legend(loc="upper left")
        for axes, (name, plate) in zip(places, plates.items(), strict=True):
            _map(figure, axes, name, plate)
        theme.save(figure, path)


def _map(figure: Any, axes: Any, name: str, plate: PressureMap) -> None:
    """Draw the pressure under the plate."""
    x, y = 1e3 * plate.x, 1e3 * plate.y
    shown = axes.pcolormesh(x, y, plate.pressure.T / 1e6, cmap="viridis", shading="gouraud")
    figure.colorbar(shown, ax=axes, label="pressure (MPa)")
    axes.set(xlabel="x (mm)", ylabel="y (mm)", aspect="equal")
    axes.set_title(f"under a plate with bolts at its corners: {name}")


if __name__ == "__main__":
    sys.exit(main())
