# SPDX-License-Identifier: BSD-3-Clause
"""Figure of composites in a die: porosity against pressure, under load, released and in layers.

Prints a line for each pressure from which a composite was released.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np
from case import in_layers, share_meshed, with_cohesion
from numpy.typing import NDArray

from ssbmech import library
from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

Array = NDArray[np.float64]

#: Porosity of composites of oxides and sulfides [%], of what range, against pressure [MPa].
MEASURED = ((380.0, 14.0, 13.0, 17.0), (276.0, 13.2, 13.2, 13.2), (225.0, 16.0, 16.0, 16.0))
PRELOAD = 2.5
"""Pressures below it count as released [MPa]."""


def ends(run: RunData) -> dict[str, Array]:
    """Return pressure [MPa], porosity kept [1] and height [m] at the ends of the steps."""
    series = run.series
    last = np.flatnonzero(np.append(np.diff(np.asarray(series["step"])) != 0, True))[1:]
    names = {"pressure": "p_stack", "kept": "porosity_kept", "height": "thickness_stack"}
    found = {name: np.asarray(series[column])[last] for name, column in names.items()}
    return {**found, "pressure": found["pressure"] / 1e6}


def rows(run: RunData, options: argparse.Namespace) -> list[tuple[float, float, float, float]]:
    """Return pressure [MPa], and porosity loaded, released and of layers [%]."""
    at, law = ends(run), with_cohesion(library.by_name(options.powder), None)
    meshed = float(np.asarray(run.series["thickness_stack"])[0])
    table = []
    for up in np.flatnonzero(at["pressure"] > PRELOAD):
        down = up + 1
        if down == len(at["pressure"]) or at["pressure"][down] > PRELOAD:
            continue
        spring = math.exp((at["height"][down] - at["height"][up]) / meshed)
        loaded = 1 - (1 - at["kept"][down]) * spring
        layers = in_layers(law, options.share, 1e6 * at["pressure"][up])
        table.append((float(at["pressure"][up]), loaded, float(at["kept"][down]), layers))
    return [(p, *(100 * each for each in porosities)) for p, *porosities in table]


def main() -> int:
    """Print the numbers and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="run folder of the case")
    parser.add_argument("--powder", default="li6ps5cl_pressed", help="powder of the run")
    parser.add_argument("--share", type=float, default=0.48, help="its particle, of the solids [1]")
    parser.add_argument("--figure", type=Path, default=Path("pressing_composite.png"), help="file")
    options = parser.parse_args()
    table = rows(RunData.open(options.run), options)
    print(f"meshed with {100 * share_meshed(options.share, 0.8):.1f} % of particle")
    for p, loaded, kept, layers in table:
        print(f"  {p:5.0f} MPa  {loaded:5.2f} %  released {kept:5.2f} %  layers {layers:5.2f} %")
    with theme.style():
        figure = theme.new_figure(5.2, 3.6)
        axis = figure.subplots()
        pressure, loaded, kept, layers = np.array(table).T
        axis.plot(pressure, kept, "o-", color=theme.LINES[0], label="released")
        axis.plot(pressure, loaded, "o--", color=theme.LINES[0], mfc="white", label="under load")
        axis.plot(pressure, layers, ":", color=theme.LINES[1], label="in layers")
        at, found, low, high = np.array(MEASURED).T
        bars = [found - low, high - found]
        axis.errorbar(at, found, bars, fmt="s", color=theme.LINES[2], mfc="white", label="measured")
        axis.set(xlabel="pressure (MPa)", ylabel="porosity of the composite (%)", ylim=(0, None))
        axis.legend()
        figure.savefig(options.figure, dpi=theme.DPI)
    return 0


if __name__ == "__main__":
    sys.exit(main())
