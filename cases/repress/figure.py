# SPDX-License-Identifier: BSD-3-Clause
"""Figure of a particle that comes off and is pressed again: contact, voids and porosity by cycle.

Prints contact, conduction, resolved void and porosity at the end of each step, and the share of the
loss that the press recovers.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

Array = NDArray[np.float64]

INTERFACE = "particle|matrix"


@dataclass(frozen=True)
class Ends:
    """What a run says at the ends of its protocol's steps.

    Attributes:
        names: names of the steps.
        conducting: part of the surface that conducts [%].
        touching: part of the surface that touches or is bonded [%].
        void: resolved void over the composite [%].
        porosity: pores of the matrix over the composite [%].
    """

    names: list[str]
    conducting: Array
    touching: Array
    void: Array
    porosity: Array


def ends(run: RunData, radius: float, fraction: float) -> Ends:
    """Return what a run says at the ends of its steps.

    Args:
        run: the run.
        radius: radius of the particle [m].
        fraction: particle by volume in the composite, of which voids are a share [1].
    """
    series, step = run.series, np.asarray(run.series["step"])
    rows = np.flatnonzero(np.append(np.diff(step) != 0, True))
    # half a sphere is meshed
    whole = 2 / 3 * np.pi * radius**3 / fraction
    return Ends(
        [str(run.manifest["protocol"][int(step[row])]["label"]) for row in rows],
        100 * np.asarray(series[f"conducting_fraction:{INTERFACE}"])[rows],
        100 * np.asarray(series[f"contact_fraction:{INTERFACE}"])[rows],
        100 * np.asarray(series[f"void_volume:{INTERFACE}"])[rows] / whole,
        100 * (1 - fraction) * np.asarray(series["porosity_mean:matrix"])[rows],
    )


def main() -> int:
    """Print the numbers and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of the case")
    parser.add_argument("--radius", type=float, default=6.0, help="radius of the particle [um]")
    parser.add_argument("--fraction", type=float, default=0.38, help="particle by volume [1]")
    parser.add_argument("--labels", nargs="*", default=(), help="labels of the runs")
    parser.add_argument("--figure", type=Path, default=Path("repress.png"), help="file to write")
    options = parser.parse_args()
    size = (options.radius * 1e-6, options.fraction)
    found = [ends(RunData.open(folder), *size) for folder in options.runs]
    labels = [*options.labels, *(str(folder) for folder in options.runs[len(options.labels) :])]
    for label, each in zip(labels, found, strict=True):
        tell(label, each)
    draw(labels, found, options.figure)
    return 0


def tell(label: str, found: Ends) -> None:
    """Print a line for the end of each step, and what the press has recovered."""
    print(label)
    columns = (found.conducting, found.touching, found.void, found.porosity)
    for name, *values in zip(found.names, *columns, strict=True):
        conducting, touching, void, porosity = values
        print(
            f"  {name:12s} conducts {conducting:6.2f} %  touches {touching:6.2f} %  "
            f"void {void:6.4f} %  pores {porosity:6.3f} %"
        )
    if "press again" in found.names:
        before = found.names.index("press again") - 1
        after = before + 3
        lost = [100 - found.conducting[row] for row in (before, after)]
        if lost[0] > 0.01:
            print(f"  conduction recovered by the press: {100 * (1 - lost[1] / lost[0]):.0f} %")


def draw(labels: list[str], found: list[Ends], path: Path) -> None:
    """Draw conduction, voids and porosity at the ends of charges and discharges."""
    with theme.style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8.6, 3.2), layout="constrained")
        axes = figure.subplots(1, 3)
        for label, each, colour in zip(labels, found, theme.LINES, strict=False):
            curves(label, each, colour, axes)
        for axis, label in zip(
            axes,
            (
                "conducting surface (%)",
                "resolved void (% of composite)",
                "pores of the matrix (% of composite)",
            ),
            strict=True,
        ):
            axis.set(xlabel="half cycle", ylabel=label)
        handles = axes[2].get_legend_handles_labels()
        figure.legend(*handles, fontsize="small", loc="outside upper center", ncols=len(labels))
        figure.savefig(path, dpi=theme.DPI)


def curves(label: str, found: Ends, colour: str, axes: Any) -> None:
    """Draw one run: charged states filled, discharged ones open, the press as a line."""
    place, places = 0.0, []
    for name in found.names:
        place += 1.0 if name.startswith(("charge", "discharge")) else 0.0
        places.append(place + (0.33 if name in ("hold", "release") else 0.0))
    shown = [k for k, name in enumerate(found.names) if name not in ("press again", "hold")]
    x = np.array(places)[shown]
    states = [found.names[k] for k in shown]
    for k, name in enumerate(states):
        # what the press leaves is as charged as it was
        states[k] = states[k - 1] if name == "release" else name
    charged = np.array([name.startswith("charge") for name in states])
    for axis, values in zip(axes, (found.conducting, found.void, found.porosity), strict=True):
        y = values[shown]
        axis.plot(x, y, color=colour, linewidth=0.8, label=label)
        axis.plot(x[charged], y[charged], "o", color=colour, markersize=4)
        axis.plot(x[~charged], y[~charged], "o", color=colour, mfc="white", markersize=4)
        if "hold" in found.names:
            when = places[found.names.index("press again")] + 0.17
            axis.axvline(when, color=theme.PALE, linewidth=0.8)


if __name__ == "__main__":
    sys.exit(main())
