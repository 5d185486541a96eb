# SPDX-License-Identifier: BSD-3-Clause
"""Figure of a crack at weak interfaces: where it and its lithium are at the end, for each run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LogNorm
from numpy.typing import NDArray
from scipy.spatial import cKDTree

import ssbmech
from ssbmech.plots import theme

Array = NDArray[np.float64]

MICRO = 1e6
METAL = "metal"
LAYERS = ("#e3e7ec", "#cdd4dc", "#e3e7ec")
"""Shades of the layers, from below."""
BELOW = "#8f99a6"
"""Colour of the lithium electrode."""
THINNEST, COLOURS = 0.5, "plasma"
"""Thickness of metal below which none is drawn [nm], and the map of those above."""


def facets(run: Any, name: str) -> tuple[Array, Array, Array]:
    """Return ends of the facets of an interface [um], and metal [nm] and damage at the end."""
    found, body = run.interface(name), run.body(name.split("|")[0])
    nodes = MICRO * np.column_stack([body.x.values, body.y.values])
    corners = body.corners.values
    edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
    middles = MICRO * np.column_stack([found.x.values, found.y.values])
    nearest = cKDTree(nodes[edges].mean(axis=1)).query(middles)[1]
    return nodes[edges[nearest]], 1e9 * found.crack_metal.values[-1], found.damage.values[-1]


def lengths(run: Any) -> tuple[Array, Array]:
    """Return the broken lengths of the path and of the interfaces of layers, over time [um]."""
    series = run.series
    names = [name for name in series.columns if name.startswith("crack_size:")]
    along = [n for n in names if n.split(":")[1].split("|")[0][-1] == n.split("|")[1][-1]]
    aside = [n for n in names if n not in along]
    return tuple(MICRO * series[each].sum(axis=1).to_numpy() for each in (along, aside))


def draw(folders: list[Path], path: Path) -> None:
    """Draw the figure of run folders."""
    runs = [ssbmech.open_run(folder) for folder in folders]
    norm = LogNorm(1.0, 300.0)
    with theme.style():
        figure = theme.new_figure(8.4, 4.8)
        grid = figure.add_gridspec(2, len(runs), height_ratios=(1.0, 1.0))
        maps = [figure.add_subplot(grid[0, k]) for k in range(len(runs))]
        below = [figure.add_subplot(grid[1, k]) for k in range(len(runs))]
        for axes, lines, run in zip(maps, below, runs, strict=True):
            _map(axes, run, norm)
            time = run.series.index.to_numpy()[-1]
            short = run.series["short"].to_numpy()[-1] > 0
            ratio = run.manifest["script"]["knobs"]["ratio"]["value"]
            axes.set_title(f"ratio {ratio:g}: {time:.2f} s, {'short' if short else 'no short'}")
            axes.set(xlabel="x (µm)", aspect="equal")
            _grown(lines, run)
        maps[0].set_ylabel("y (µm)")
        below[0].set_ylabel("length (µm)")
        most = max(float(each.get_ylim()[1]) for each in below)
        for each in below:
            each.set_ylim(0.0, most)
        below[0].legend()
        bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=maps, pad=0.01)
        bar.set_label("lithium (nm)")
        theme.save(figure, path)


def _map(axes: Any, run: Any, norm: LogNorm) -> None:
    """Draw layers, what is broken, and the metal in it by its thickness."""
    for name in run.bodies:
        body = run.body(name)
        nodes = MICRO * np.column_stack([body.x.values, body.y.values])
        colour = BELOW if name == METAL else LAYERS[int(name[-1]) % len(LAYERS)]
        cells = nodes[body.corners.values]
        axes.add_collection(PolyCollection(cells, facecolors=colour, edgecolors=colour, lw=0.3))
        if name == METAL:
            low, high = nodes.min(axis=0), nodes.max(axis=0)
            axes.text(*(low + high) / 2, "lithium", ha="center", va="center", color="white")
    axes.autoscale_view()
    axes.margins(0)
    for name in (each for each in run.interfaces if not each.startswith(METAL)):
        ends, metal, damage = facets(run, name)
        axes.add_collection(LineCollection(ends, colors="white", linewidths=1.0))
        gone = damage > 0.999
        axes.add_collection(LineCollection(ends[gone], colors=theme.INK, linewidths=1.4))
        holds = metal > THINNEST
        drawn = LineCollection(ends[holds], cmap=COLOURS, norm=norm, capstyle="round")
        drawn.set_array(metal[holds])
        drawn.set_linewidths(1.5 + 3.0 * np.clip(norm(metal[holds]), 0.0, 1.0))
        axes.add_collection(drawn)


def _grown(axes: Any, run: Any) -> None:
    """Draw the reach of the metal and what is broken, over time."""
    series = run.series
    along, aside = lengths(run)
    reach = MICRO * series["crack_reach"].to_numpy()
    for colour, values, label in (
        (theme.LINES[0], reach, "reach of connected lithium"),
        (theme.LINES[1], along, "broken, straight on"),
        (theme.LINES[2], aside, "broken, along interfaces"),
    ):
        axes.plot(series.index, values, color=colour, label=label)
    axes.set_xlabel("time (s)")


def main() -> int:
    """Print how the runs end, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--figure", type=Path, help="file; default in the first run folder")
    options = parser.parse_args()
    for folder in options.runs:
        run = ssbmech.open_run(folder)
        along, aside = lengths(run)
        last = run.series.iloc[-1]
        print(
            f"{folder}: {last.name:.3f} s, reach {MICRO * last['crack_reach']:.2f} um, "
            f"short {last['short']:.0f}, broken {along[-1]:.2f} um straight on and "
            f"{aside[-1]:.2f} um along interfaces"
        )
    draw(options.runs, options.figure or options.runs[0] / "deflected_crack.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
