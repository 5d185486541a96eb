# SPDX-License-Identifier: BSD-3-Clause
"""Figure of lithium in boundaries of grains: where it is at three moments, its reach, the cell."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LogNorm, Normalize
from numpy.typing import NDArray
from scipy.spatial import cKDTree

import ssbmech
from ssbmech.plots import theme

Array = NDArray[np.float64]

MICRO = 1e6
METAL = "metal"
GREYS = ("#eceff3", "#dfe4ea", "#d2d8e0", "#c6cdd6", "#f6f7f9", "#b9c1cc")
"""Shades of the regions of grains."""
BELOW = "#8f99a6"
"""Colour of the lithium electrode."""
THINNEST, COLOURS = 0.5, "plasma"
"""Thickness of metal below which none is drawn [nm], and the map of those above."""


@dataclass(frozen=True)
class Boundary:
    """Facets of the boundaries between two regions.

    Attributes:
        ends: both ends of each facet, shape (facets, 2, 2) [um].
        metal: thickness of metal, shape (times, facets) [nm].
        damage: damage of the bond, shape (times, facets) [1].
    """

    ends: Array
    metal: Array
    damage: Array


def boundaries(run: Any) -> list[Boundary]:
    """Return the boundaries of a run."""
    found = []
    for name in (each for each in run.interfaces if not each.startswith(METAL)):
        facets, body = run.interface(name), run.body(name.split("|")[0])
        nodes = MICRO * np.column_stack([body.x.values, body.y.values])
        corners = body.corners.values
        edges = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])
        middles = MICRO * np.column_stack([facets.x.values, facets.y.values])
        nearest = cKDTree(nodes[edges].mean(axis=1)).query(middles)[1]
        found.append(
            Boundary(nodes[edges[nearest]], 1e9 * facets.crack_metal.values, facets.damage.values)
        )
    return found


def moments(run: Any, times: Array) -> list[int]:
    """Return the fields at which metal has gone a third, two thirds and all of its way."""
    series = run.series
    reach = np.interp(times, series.index.to_numpy(), series["crack_reach"].to_numpy())
    way = reach[0] + (reach[-1] - reach[0]) * np.array([1 / 3, 2 / 3])
    return [*(int(np.argmax(reach >= each)) for each in way), len(times) - 1]


def draw(folder: Path, path: Path) -> None:
    """Draw the figure of a run folder."""
    run = ssbmech.open_run(folder)
    lines = boundaries(run)
    times = run.interface(next(n for n in run.interfaces if not n.startswith(METAL))).time.values
    shown = moments(run, times)
    highest = max(float(line.metal[shown].max()) for line in lines)
    norm = LogNorm(1.0, max(highest, 10.0))
    with theme.style():
        figure = theme.new_figure(8.4, 4.6)
        grid = figure.add_gridspec(2, 6, height_ratios=(0.6, 1.0))
        maps = [figure.add_subplot(grid[0, 2 * k : 2 * k + 2]) for k in range(3)]
        for axes, step, letter in zip(maps, shown, "abc", strict=True):
            _grains(axes, run)
            _metal(axes, lines, step, norm)
            axes.set_title(f"{letter}: {times[step]:.3g} s")
            axes.set(xlabel="x (µm)", aspect="equal")
        maps[0].set_ylabel("y (µm)")
        bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=maps, pad=0.01)
        bar.set_label("lithium (nm)")
        _reach(figure.add_subplot(grid[1, :3]), run, times[shown])
        _cell(figure.add_subplot(grid[1, 3:]), run, times[shown])
        theme.save(figure, path)


def _grains(axes: Any, run: Any) -> None:
    """Draw electrode and grains."""
    for k, name in enumerate(run.bodies):
        body = run.body(name)
        nodes = MICRO * np.column_stack([body.x.values, body.y.values])
        colour = BELOW if name == METAL else GREYS[k % len(GREYS)]
        cells = nodes[body.corners.values]
        axes.add_collection(PolyCollection(cells, facecolors=colour, edgecolors=colour, lw=0.3))
        if name == METAL:
            low, high = nodes.min(axis=0), nodes.max(axis=0)
            axes.text(*(low + high) / 2, "lithium", ha="center", va="center", color="white")
    axes.autoscale_view()
    axes.margins(0)


def _metal(axes: Any, lines: list[Boundary], step: int, norm: Normalize) -> None:
    """Draw boundaries, whole and broken, and the metal in them by its thickness."""
    for line in lines:
        axes.add_collection(LineCollection(line.ends, colors="white", linewidths=1.2))
        broken = line.damage[step] > 0.999
        axes.add_collection(LineCollection(line.ends[broken], colors=theme.INK, linewidths=1.2))
    for line in lines:
        thick = line.metal[step]
        holds = thick > THINNEST
        drawn = LineCollection(line.ends[holds], cmap=COLOURS, norm=norm, capstyle="round")
        drawn.set_array(thick[holds])
        drawn.set_linewidths(1.5 + 3.0 * np.clip(norm(thick[holds]), 0.0, 1.0))
        axes.add_collection(drawn)


def _marks(axes: Any, at: Array) -> None:
    """Mark the moments of the maps."""
    for time, letter in zip(at, "abc", strict=True):
        axes.axvline(time, color=theme.INK, lw=0.8, ls=":")
        axes.annotate(
            letter,
            (time, 1.0),
            (0, 2),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
        )


def _reach(axes: Any, run: Any, at: Array) -> None:
    """Draw how far the metal has got, and how long the broken boundaries are."""
    series = run.series
    broken = series[[name for name in series.columns if name.startswith("crack_size:")]]
    for colour, values, label in (
        (theme.LINES[0], series["crack_reach"], "reach of connected lithium"),
        (theme.LINES[2], broken.sum(axis=1), "broken boundaries"),
    ):
        axes.plot(series.index, MICRO * values, color=colour, label=label)
    top = MICRO * max(float(run.body(n).y.max()) for n in run.bodies)
    axes.axhline(top, color=theme.INK, lw=0.8, ls="--")
    axes.annotate(
        "far side",
        (0.02, top),
        (0, 2),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
    )
    axes.set(xlabel="time (s)", ylabel="length (µm)")
    axes.set_ylim(0.0, None)
    axes.legend(loc="upper left")
    _marks(axes, at)


def _cell(axes: Any, run: Any, at: Array) -> None:
    """Draw the voltage, and which share of the current plates in boundaries."""
    series = run.series
    names = [name for name in run.interfaces if name.startswith(METAL)]
    width = (
        {name: float(series[f"area:{name}"].iloc[-1]) for name in names}
        if (f"area:{names[0]}" in series)
        else {name: 1.0 for name in names}
    )
    total = sum(width.values())
    flat = sum(series[f"i_normal_mean:{name}"] * width[name] / total for name in names)
    plating = series["current"].abs() > 1e-6 * series["current"].abs().max()
    share = 100 * (1 - flat[plating] / series["current"][plating])
    axes.plot(series.index, -1e3 * series["voltage"], color=theme.LINES[0])
    axes.set(xlabel="time (s)")
    axes.set_ylabel("overpotential (mV)", color=theme.LINES[0])
    axes.set_ylim(0.0, None)
    other = axes.twinx()
    other.plot(share.index, share, color=theme.LINES[1])
    other.set_ylabel("current into boundaries (%)", color=theme.LINES[1])
    other.set_ylim(0.0, None)
    _marks(axes, at)


def main() -> int:
    """Print how the run ends, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="run folder")
    parser.add_argument("--figure", type=Path, help="file; default in the run folder")
    options = parser.parse_args()
    last = ssbmech.open_run(options.run).series.iloc[-1]
    print(
        f"{last.name:.3f} s: reach {MICRO * last['crack_reach']:.2f} um, "
        f"clusters {last['crack_clusters']:.0f}, short {last['short']:.0f}"
    )
    draw(options.run, options.figure or options.run / "grain_short.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
