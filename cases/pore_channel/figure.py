# SPDX-License-Identifier: BSD-3-Clause
"""Figure of lithium pressed through a pore: its front over time, and the metal in the pore.

The shapes are those of the first run, in true proportions.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech.plots import theme
from ssbmech.runfolder.run import Run, open_run

Array = NDArray[np.float64]

TIMES = (1e-6, 1e-3, 0.03, 0.2, 1.0)
"""When the metal is drawn, over the time of the run [1]."""


def main() -> int:
    """Print how far the front has got and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--radius", type=float, default=10.0, help="of the pore [um]")
    parser.add_argument("--length", type=float, default=200.0, help="asked for [um]")
    parser.add_argument("--exponent", type=float, default=6.56, help="of the creep [1]")
    parser.add_argument("--figure", type=Path, help="file; default in the first run folder")
    options = parser.parse_args()
    runs = [open_run(folder) for folder in options.runs]
    for folder, run in zip(options.runs, runs, strict=True):
        series = series_of(run)
        last = {name: values[-1] for name, values in series.items()}
        print(
            f"{folder}: {last['time']:.4g} s, {1e6 * last['reach']:.1f} um in the mean, tip "
            f"{1e6 * last['reach_tip']:.1f} um, wall {1e6 * last['reach_line']:.1f} um; "
            f"{last['remeshings']:.0f} remeshings, {len(series['time'])} steps, "
            f"{last['rejected_steps']:.0f} rejected"
        )
    draw(runs, options, options.figure or options.runs[0] / "pore_channel.png")
    return 0


def series_of(run: Run) -> dict[str, Array]:
    """Return the columns of a run by name, time among them."""
    table = run.series.reset_index()
    return {name: table[name].to_numpy() for name in table}


def draw(runs: list[Run], options: argparse.Namespace, path: Path) -> None:
    """Draw the front of all runs over time, and the metal of the first.

    Args:
        runs: The runs.
        options: Radius of the pore and exponent.
        path: File to write.
    """
    with theme.style():
        figure = theme.new_figure(7.8, 5.4)
        grid = figure.add_gridspec(2, 1, height_ratios=(1.4, 1.0))
        front = figure.add_subplot(grid[0])
        for colour, run in zip(theme.LINES, runs, strict=False):
            time, reach = series_of(run)["time"], 1e6 * series_of(run)["reach"]
            label = f"{series_of(run)['p_stack'][-1] / 1e6:.3g} MPa"
            front.plot(time, reach, color=colour, label=label)
            # the run lasts as long as the closed form takes to the length that was asked for
            exact = options.length * (time / time[-1]) ** (1 / (options.exponent + 1))
            front.plot(time, exact, color=colour, ls="--", lw=0.9)
        front.plot([], [], color="0.3", ls="--", lw=0.9, label="long channel, closed form")
        front.set(xscale="log", yscale="log", xlabel="time (s)", ylabel="front (µm)")
        front.set(ylim=(0.4 * options.radius, 30 * options.radius))
        front.legend(loc="lower right")
        _shapes(figure.add_subplot(grid[1]), runs[0], options.radius)
        theme.save(figure, path)


def _shapes(axes: Any, run: Run, radius: float) -> None:
    """Draw the metal in the pore, which lies along the picture, at some times."""
    series = series_of(run)
    deepest = 1e6 * series["reach_tip"][-1]
    for side in (1, -1):
        axes.plot([0, deepest + radius], [side * radius] * 2, color="0.2", lw=1.5)
        axes.plot([0, 0], [side * radius, side * 3 * radius], color="0.2", lw=1.5)
    for colour, part in zip(theme.LINES, TIMES, strict=False):
        index = int(np.argmin(np.abs(np.log(series["time"] / (part * series["time"][-1])))))
        x, y = _front(run, float(series["time"][index]), radius)
        label = f"{series['time'][index]:.2g} s"
        axes.plot(np.append(y[::-1], y), np.append(-x[::-1], x), color=colour, label=label)
    axes.set(xlabel="depth (µm)", ylabel="r (µm)", aspect="equal", xlim=(-2 * radius, None))
    axes.legend(ncols=5, loc="upper center", bbox_to_anchor=(0.5, 1.35))


def _front(run: Run, time: float, radius: float) -> tuple[Array, Array]:
    """Return radius and depth of the points of the front, outwards [um]."""
    grid = run.pyvista("lithium", time)
    moved = grid.warp_by_vector("displacement").linear_copy()
    edges = moved.extract_feature_edges(
        boundary_edges=True, feature_edges=False, manifold_edges=False, non_manifold_edges=False
    )
    points = 1e6 * np.asarray(edges.points)
    line = np.asarray(edges.lines).reshape(-1, 3)[:, 1:]
    on_wall = np.abs(points[:, 0] - radius) < 1e-3 * radius
    on_axis = points[:, 0] < 1e-6 * radius
    deep = points[:, 1] < 0.0
    # edges that run neither along the axis nor along the wall
    along = (on_wall[line].all(axis=1)) | (on_axis[line].all(axis=1)) | ~deep[line].all(axis=1)
    used = np.unique(line[~along])
    order = used[np.argsort(points[used, 0])]
    return points[order, 0], -points[order, 1]


if __name__ == "__main__":
    sys.exit(main())
