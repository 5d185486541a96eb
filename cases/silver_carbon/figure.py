# SPDX-License-Identifier: BSD-3-Clause
"""Figure of cells with an interlayer: where the lithium is, and what the stack makes of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

ANODE = "lithium|electrolyte"
MAH_PER_CM2 = 36_000.0
STORES = {"silver": "silver", "carbon": "carbon", "pores": "pores"}


def main() -> int:
    """Tell what each run came to, and draw the figure: stores of the first, pressures of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="folders of runs")
    parser.add_argument("--labels", nargs="*", default=(), help="a label for each run")
    parser.add_argument("--figure", type=Path, help="file; default beside the first run's figures")
    options = parser.parse_args()
    runs = [RunData.open(folder) for folder in options.runs]
    labels = [*options.labels, *(folder.name for folder in options.runs[len(options.labels) :])]
    for label, run in zip(labels, runs, strict=True):
        tell(label, run)
    draw(runs, labels, options.figure or options.runs[0] / "figures" / "silver_carbon.png")
    return 0


def charges(run: RunData) -> dict[str, np.ndarray]:
    """Return the charge in each store and behind the layer [mA h/cm2]."""
    series, found = run.series, {}
    for name in STORES:
        column = f"stored_{name}:{ANODE}"
        if column in series.columns:
            found[name] = series[column] / MAH_PER_CM2
    return found | {"behind": series[f"inventory:{ANODE}"] / MAH_PER_CM2}


def tell(label: str, run: RunData) -> None:
    """Print the end of charge and the pressures of a run."""
    series, held = run.series, charges(run)
    # the first charge is the second step
    charged = np.flatnonzero(series["step"] == 1)[-1]
    parts = ", ".join(f"{name} {each[charged]:.3f}" for name, each in held.items())
    start = np.flatnonzero(series["step"] == 0)[-1]
    heights, pressures = series["thickness_stack"], series["p_stack"] / 1e6
    audits = max(np.nanmax(series[f"audit_{name}"]) for name in ("lithium", "charge", "force"))
    print(
        f"{label}: charged {sum(each[charged] for each in held.values()):.3f} mAh/cm2 ({parts}); "
        f"stack +{1e6 * (heights[charged] - heights[start]):.2f} um, "
        f"{pressures[start]:.3f} to {pressures.max():.3f} MPa, at the end {pressures[-1]:.3f}; "
        f"voltage {series['voltage'][charged]:.4f} V; largest audit {audits:.1e}"
    )


def draw(runs: list[RunData], labels: list[str], path: Path) -> None:
    """Draw the stores of the first run, and pressure and growth of all."""
    with theme.style():
        figure = theme.new_figure(9.0, 3.2)
        stores, heights, loads = figure.subplots(1, 3)
        hours = runs[0].series["time"] / 3600
        held = charges(runs[0])
        stores.stackplot(
            hours, *held.values(), labels=list(held), colors=theme.LINES[: len(held)], alpha=0.75
        )
        stores.set(xlabel="time (h)", ylabel="lithium (mAh cm⁻²)", title=labels[0])
        stores.legend(loc="upper left")
        for colour, run, label in zip(theme.LINES, runs, labels, strict=False):
            series = run.series
            begin = np.flatnonzero(series["step"] == 0)[-1]
            height = 1e6 * (series["thickness_stack"] - series["thickness_stack"][begin])
            heights.plot(series["time"][begin:] / 3600, height[begin:], color=colour, label=label)
            load = series["p_stack"][begin:] / 1e6
            loads.plot(series["time"][begin:] / 3600, load, color=colour, label=label)
        heights.set(xlabel="time (h)", ylabel="growth of the stack (µm)")
        loads.set(xlabel="time (h)", ylabel="stack pressure (MPa)")
        heights.legend(loc="lower center")
        theme.save(figure, path)


if __name__ == "__main__":
    sys.exit(main())
