# SPDX-License-Identifier: BSD-3-Clause
"""Figure of pressed pellets: porosity and conductivity against pressure, with what was measured.

Prints what a pellet keeps of its porosity, by how much it springs back, and how its conductivity
stands at the end of each step.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

Array = NDArray[np.float64]

#: Porosity after pressing in a die [%] against pressure [MPa], by powder.
MEASURED = {
    "glass_75li2s_25p2s5": ([74, 200, 300, 360, 500], [39, 20, 13, 10, 5]),
    "li6ps5cl_pressed": ([370], [18]),
    "li3ybrcl6_sheet": ([100, 200, 300, 350], [35, 31, 25, 21]),
    "nmc_li3ybrcl6_sheet": ([125, 200, 300, 350], [39, 38, 37.5, 37]),
}
WORDS = {
    "glass_75li2s_25p2s5": r"75Li$_2$S 25P$_2$S$_5$ glass",
    "li6ps5cl_pressed": r"Li$_6$PS$_5$Cl",
    "li3ybrcl6_sheet": r"Li$_3$YBrCl$_6$ sheet",
    "nmc_li3ybrcl6_sheet": "the same with 78 % NMC",
}


def main() -> int:
    """Print the numbers and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of the case")
    parser.add_argument("--figure", type=Path, default=Path("pressing.png"), help="file to write")
    options = parser.parse_args()
    runs = [RunData.open(folder) for folder in options.runs]
    for run in runs:
        tell(run)
    draw(runs, options.figure)
    return 0


def powder(run: RunData) -> str:
    """Return the name of the powder of a run."""
    return str(run.manifest["bodies"]["pellet"]["label"])


def columns(run: RunData) -> tuple[Array, Array, Array, Array]:
    """Return pressure [MPa], porosity [%], conductivity [mS/cm] and step of the rows."""
    series = run.series
    pressure = np.asarray(series["p_stack"]) / 1e6
    porosity = 100 * np.asarray(series["porosity_mean:pellet"])
    kappa = 10 * series.of("conductivity").get("pellet", np.full_like(pressure, np.nan))
    return pressure, porosity, kappa, np.asarray(series["step"])


def tell(run: RunData) -> None:
    """Print a line for the end of each step."""
    pressure, porosity, kappa, step = columns(run)
    print(powder(run))
    for row in np.flatnonzero(np.append(np.diff(step) != 0, True)):
        print(f"  {pressure[row]:6.1f} MPa  {porosity[row]:5.2f} %  {kappa[row]:6.3f} mS/cm")


def draw(runs: list[RunData], path: Path) -> None:
    """Draw porosity and conductivity against pressure."""
    with theme.style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8.2, 3.6), layout="constrained")
        left, right = figure.subplots(1, 2)
        for run, colour in zip(runs, theme.LINES, strict=False):
            curve(run, colour, left, right)
        left.set(xlabel="pressure (MPa)", ylabel="porosity (%)", ylim=(0, None))
        right.set(xlabel="pressure (MPa)", ylabel="ionic conductivity (mS/cm)", ylim=(0, None))
        left.legend()
        right.annotate("released, pressed again", (0.05, 0.87), xycoords="axes fraction")
        figure.savefig(path, dpi=theme.DPI)


def curve(run: RunData, colour: str, left: Any, right: Any) -> None:
    """Draw one run."""
    pressure, porosity, kappa, _ = columns(run)
    name = powder(run)
    label = WORDS.get(name, name)
    for axis, values in ((left, porosity), (right, kappa)):
        if np.all(np.isnan(values)):
            continue
        (line,) = axis.plot(pressure, values, color=colour, label=label)
        line.set_solid_joinstyle("round")
    if name in MEASURED:
        left.plot(*MEASURED[name], "o", color=colour, markersize=4.5, mfc="white")


if __name__ == "__main__":
    sys.exit(main())
