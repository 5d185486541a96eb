# SPDX-License-Identifier: BSD-3-Clause
"""Figure of silicon cells in fixed gaps: pressure, thickness and porosity over the cycles."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

HOURS = 3600.0


def main() -> int:
    """Print what the ends of the steps are, and draw one column for each run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of the case")
    parser.add_argument("--figure", type=Path, default=Path("silicon_cell.png"), help="file")
    options = parser.parse_args()
    with theme.style():
        from matplotlib.figure import Figure

        count = len(options.runs)
        figure = Figure(figsize=(4.1 * count, 6.2), layout="constrained")
        axes = figure.subplots(3, count, sharex="col", squeeze=False)
        for column, folder in enumerate(options.runs):
            draw(axes[:, column], RunData.open(folder), folder.name)
        for row, label in enumerate(
            ("stack pressure (MPa)", "silicon, thickness (µm)", "silicon, porosity (%)")
        ):
            axes[row, 0].set_ylabel(label)
        figure.savefig(options.figure, dpi=theme.DPI)
    return 0


def draw(axes: np.ndarray, run: RunData, name: str) -> None:
    """Draw a run into three axes, and print the ends of its steps."""
    series = run.series
    steps, hours = series["step"], series["time"] / HOURS
    pressure = series["p_stack"] / 1e6
    height = 1e6 * series["height:silicon"]
    pores = 100 * series["porosity_mean:silicon"]
    ends = np.flatnonzero(np.append(np.diff(steps) != 0, True))
    for row in ends:
        print(
            f"{name}  step {steps[row]:g}  {pressure[row]:7.3f} MPa  {height[row]:6.2f} um  "
            f"{pores[row]:5.2f} %"
        )
    first = pressure[ends[0]]
    for axis, values in zip(axes, (pressure, height, pores), strict=True):
        for charge in range(1, len(ends), 2):
            axis.axvspan(hours[ends[charge - 1]], hours[ends[charge]], color=theme.INK, alpha=0.06,
                         lw=0)  # fmt: skip
        axis.plot(hours, values, color=theme.LINES[0])
        axis.axhline(values[ends[0]], color=theme.INK, lw=0.8, ls=":")
    axes[0].set_title(f"assembled at {first:g} MPa", fontsize="medium")
    axes[0].annotate("as assembled", (hours[-1], first), ha="right", va="bottom", fontsize="small")
    axes[0].annotate("charge", (0.5 * hours[ends[1]], pressure.max()), ha="center", va="bottom",
                     fontsize="small")  # fmt: skip
    axes[0].margins(y=0.2)
    axes[1].set_ylim(0, None)
    axes[2].set_ylim(0, None)
    axes[2].set_xlabel("time (h)")


if __name__ == "__main__":
    sys.exit(main())
