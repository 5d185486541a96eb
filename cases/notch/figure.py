# SPDX-License-Identifier: BSD-3-Clause
"""Figure of a flaw that fills: load on its tip, what is left open, and the metal in it.

The shapes are those of the first run; its metal must go straight down, as with inclined walls.
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

INTERFACE = "lithium|electrolyte"
LEFT = (0.75, 0.5, 0.25, 0.1, 0.01, 0.0)
"""Parts of the flaw that are open when the metal is drawn [1]."""


def main() -> int:
    """Print the times and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--figure", type=Path, help="file; default in the first run folder")
    options = parser.parse_args()
    runs = [RunData.open(folder) for folder in options.runs]
    for folder, run in zip(options.runs, runs, strict=True):
        time, tip, part = over_time(run)
        touched = time[np.flatnonzero(tip > 0.0)[0]] if np.any(tip > 0.0) else np.nan
        filled = time[np.flatnonzero(part < 1e-9)[0]] if np.any(part < 1e-9) else np.nan
        print(
            f"{folder}: tip reached at {touched:.3g} s, full at {filled:.3g} s, then "
            f"{tip[-1]:.3f} of the stack pressure; {len(time)} steps, "
            f"{run.series['rejected_steps'][-1]:.0f} rejected, largest load {tip.max():.2f}"
        )
    draw(runs, options.figure or options.runs[0] / "notch.png")
    return 0


def over_time(run: RunData) -> tuple[Array, Array, Array]:
    """Return time [s], load on the tip over that on the stack, and the part that is open [1]."""
    series = run.series
    tip = series[f"p_tip:{INTERFACE}"] / series["p_stack"]
    void = series[f"void_volume:{INTERFACE}"]
    return series["time"], tip, void / void[0]


def draw(runs: list[RunData], path: Path) -> None:
    """Draw load and opening of all runs, and the metal of the first.

    Args:
        runs: The runs.
        path: File to write.
    """
    with theme.style():
        figure = theme.new_figure(7.8, 5.6)
        grid = figure.add_gridspec(2, 2)
        load, opening = (figure.add_subplot(grid[0, k]) for k in range(2))
        for colour, run in zip(theme.LINES, runs, strict=False):
            time, tip, part = over_time(run)
            label = f"{run.series['p_stack'][-1] / 1e6:.3g} MPa"
            load.plot(time, tip, color=colour, label=label)
            opening.plot(time, part, color=colour, label=label)
        for axes in (load, opening):
            axes.set(xscale="log", xlabel="time (s)", xlim=(0.1, None))
        load.set(ylabel="pressure at the tip\nover that on the stack", ylim=(0.0, 2.0))
        load.axhline(1.0, color="0.6", lw=0.8, zorder=0)
        opening.set(ylabel="part of the flaw that is open", ylim=(0.0, 1.05))
        opening.legend(title="stack pressure", loc="upper right")
        _shapes(figure.add_subplot(grid[1, :]), runs[0])
        theme.save(figure, path)


def _shapes(axes: Any, run: RunData) -> None:
    """Draw the metal in the flaw when parts of it are still open."""
    field = run.interfaces[INTERFACE]
    corners = field.points[field.corners]
    middles = 1e6 * corners.mean(axis=1)
    order = np.argsort(middles[:, 0])
    walls = 1e6 * corners.reshape(-1, 3)
    walls = walls[np.lexsort((-walls[:, 1], walls[:, 0]))]
    axes.plot(walls[:, 0], walls[:, 1], color="0.2", lw=1.5)
    gaps = 1e6 * field.history("gap")
    opened = gaps.sum(axis=1) / gaps[0].sum()
    for colour, left in zip(theme.LINES, LEFT, strict=False):
        step = int(np.argmin(np.abs(opened - left)))
        height = middles[order, 1] + gaps[step][order]
        label = f"{100 * opened[step]:.2g} %, {field.times[step]:.0f} s"
        axes.plot(middles[order, 0], height, color=colour, lw=1.0, label=label)
    wide = 1.3 * middles[gaps[0] > 1e-3, 0].max()
    axes.set(xlabel="x (µm)", ylabel="y (µm)", xlim=(0.0, wide), aspect="equal")
    axes.legend(title="open", loc="center left", bbox_to_anchor=(1.02, 0.5))


if __name__ == "__main__":
    sys.exit(main())
