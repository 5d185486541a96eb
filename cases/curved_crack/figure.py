# SPDX-License-Identifier: BSD-3-Clause
"""Figure of cracks beside a particle: damage at the end of each run, and energies over time."""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from numpy.typing import NDArray

import ssbmech
from ssbmech.plots import theme

Array = NDArray[np.float64]

MICRO = 1e6
BODY, COLOURS = "plate", "magma_r"


def nodes_and_corners(body: Any) -> tuple[Array, NDArray[np.int64]]:
    """Return the nodes [um] and the corners of the cells of a body."""
    nodes = MICRO * np.column_stack([body.x.values, body.y.values])
    return nodes, body.corners.values


def path(body: Any) -> Array:
    """Return where a crack is: the middle of what is broken, column by column [um]."""
    nodes, _ = nodes_and_corners(body)
    damage = body.crack_field.values[-1]
    edges = np.linspace(nodes[:, 0].min(), nodes[:, 0].max(), 61)
    found = []
    for low, high in pairwise(edges):
        weight = np.clip(damage - 0.8, 0.0, None) * (nodes[:, 0] >= low) * (nodes[:, 0] < high)
        if weight.sum() > 0.0:
            found.append((0.5 * (low + high), float(weight @ nodes[:, 1] / weight.sum())))
    return np.array(found)


def draw(folders: list[Path], names: list[str], target: Path) -> None:
    """Draw the figure of some run folders."""
    runs = [ssbmech.open_run(folder) for folder in folders]
    with theme.style():
        figure = theme.new_figure(2.9 * (len(runs) + 1), 2.9)
        grid = figure.subplots(1, len(runs) + 1)
        norm = Normalize(0.0, 1.0)
        for axes, run, name in zip(grid, runs, names, strict=False):
            _damage(axes, run.body(BODY), norm)
            axes.set_title(name)
        bar = figure.colorbar(ScalarMappable(norm, COLOURS), ax=list(grid[:-1]), pad=0.01)
        bar.set_label("damage")
        _energies(grid[-1], runs, names)
        theme.save(figure, target)


def _damage(axes: Any, body: Any, norm: Normalize) -> None:
    """Draw the damage at the end, and the rim of the particle."""
    nodes, corners = nodes_and_corners(body)
    damage = body.crack_field.values[-1]
    axes.tripcolor(
        nodes[:, 0], nodes[:, 1], corners, damage, cmap=COLOURS, norm=norm, shading="gouraud"
    )
    inside = body.region.values == body.region.values[_middle(body)]
    edges = np.sort(corners[inside][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    single, count = np.unique(edges, axis=0, return_counts=True)
    for a, b in single[count == 1]:
        axes.plot(*nodes[[a, b]].T, color=theme.INK, lw=0.8)
    axes.set(xlabel="x (µm)", ylabel="y (µm)", aspect="equal")


def _middle(body: Any) -> int:
    """Return a cell of the particle, which is the smaller region."""
    values, counts = np.unique(body.region.values, return_counts=True)
    return int(np.flatnonzero(body.region.values == values[np.argmin(counts)])[0])


def _energies(axes: Any, runs: list[Any], names: list[str]) -> None:
    """Draw strain energy and energy of the crack over time."""
    for colour, run, name in zip(theme.LINES, runs, names, strict=False):
        series = run.series
        axes.plot(series.index, 1e6 * series[f"fracture_energy:{BODY}"], color=colour, label=name)
        axes.plot(series.index, 1e6 * series[f"strain_energy:{BODY}"], color=colour, ls=":")
    axes.set(xlabel="time (s)", ylabel="energy (µJ/m): crack, dotted strain")
    # room for the legend above the lines
    axes.set_ylim(0.0, 1.4 * axes.get_ylim()[1])
    axes.legend(loc="upper left")


def main() -> int:
    """Print where the cracks are, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--names", nargs="+", help="titles; default: names of the folders")
    parser.add_argument("--figure", type=Path, help="file; default in the first run folder")
    options = parser.parse_args()
    names = options.names or [folder.name for folder in options.runs]
    for folder, name in zip(options.runs, names, strict=False):
        run = ssbmech.open_run(folder)
        line = path(run.body(BODY))
        last = run.series.iloc[-1]
        shares = [last[f"{kind}_energy:{BODY}"] for kind in ("fracture", "delay")]
        print(
            f"{name}: crack to x = {line[-1, 0]:.1f} um, y from {line[:, 1].min():.2f} to "
            f"{line[:, 1].max():.2f} um; crack {1e6 * shares[0]:.3g} and delay "
            f"{1e6 * shares[1]:.3g} uJ/m"
        )
    draw(options.runs, names, options.figure or options.runs[0] / "curved_crack.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
