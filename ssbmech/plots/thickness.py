# SPDX-License-Identifier: BSD-3-Clause
"""Thickness of metal that moves: against time, and along its interface against time.

It is measured on the mesh as it is at each output, across the interface: the part of a line through
the middle of each facet that lies in the metal. Above, its mean over the interface, with a band
from least to most; below, one map for each metal.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.history import shade_steps
from ssbmech.plots.rows import Rows
from ssbmech.plots.section import Picture
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

# Columns of a map beyond which outputs are left out: they would be narrower than a pixel.
_MOST_COLUMNS = 400


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Thickness of one metal.

    Attributes:
        body: Its name.
        interface: Interface along which it is measured.
        position: Ends of the facets in order, shape (facets + 1,) [m].
        weights: Share of each facet in the interface, shape (facets,) [1].
        time: Times, shape (times,) [s].
        values: Thickness, shape (facets, times) [m].
        letter: Name of the position's axis.
    """

    body: str
    interface: str
    position: Array
    weights: Array
    time: Array
    values: Array
    letter: str


def moving_layers(run: RunData, picture: Picture) -> list[tuple[str, str]]:
    """Return the bodies that move, each with the interface along which it is measured.

    Args:
        run: The run.
        picture: The cell.
    """
    found: dict[str, str] = {}
    for name in picture.interfaces:
        body = run.interfaces[name].minus
        reacts = "i_normal" in run.interfaces[name].names
        if picture.moves(body) and (reacts or body not in found):
            found[body] = name
    return list(found.items())


def measure(run: RunData, picture: Picture, body: str, interface: str) -> Layer:
    """Return the thickness of a body along an interface at each output.

    Args:
        run: The run.
        picture: The cell.
        body: Name of the body.
        interface: Name of the interface, of which it is the minus side.
    """
    count = len(picture.times)
    steps = np.unique(np.linspace(0, count - 1, min(count, _MOST_COLUMNS)).round().astype(int))
    columns, corners = [], []
    for step in steps.tolist():
        facets = picture.facets(interface, step)
        ends = facets.points[facets.cells]
        along = int(np.ptp(ends, axis=(0, 1)).argmax())
        corners.append(ends)
        frame = picture.body(body, step)
        columns.append(_within(frame.moved[frame.cells], ends[..., along].mean(axis=1), along))
    rows = Rows.of(corners)
    radial = run.manifest.get("frame") == "Axisymmetric"
    sizes = rows.sizes(radial)
    letters = ("r" if radial else "x", "z" if radial or picture.in_space else "y")
    return Layer(
        body=body,
        interface=interface,
        position=rows.position,
        weights=sizes / sizes.sum(),
        time=picture.times[steps],
        values=rows.stacked(columns),
        letter=letters[rows.along],
    )


def thickness_figure(run: RunData, path: Path) -> Path:
    """Draw the thickness of all metal that moves.

    Args:
        run: The run, in which some body moves at an interface.
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The run has no fields.
    """
    picture = Picture(run)
    layers = [measure(run, picture, *pair) for pair in moving_layers(run, picture)]
    largest = max(float(layer.values.max()) for layer in layers)
    unit = shown_unit("m", largest)
    with theme.style():
        figure = theme.new_figure(8.0, 3.0 + 2.2 * len(layers))
        rows = 1 + len(layers)
        ratios = [1.2] + [1.0] * len(layers)
        column = figure.subplots(rows, 1, sharex=True, squeeze=False, height_ratios=ratios)[:, 0]
        for number, layer in enumerate(layers):
            colour = theme.LINES[number % len(theme.LINES)]
            _draw_line(column[0], run, layer, unit.factor, colour)
            _draw_map(figure, column[1 + number], run, layer, unit)
        column[0].set_ylabel(f"thickness of\nwhat moves ({unit.text})")
        # room for the legend above lines that rise to their end
        column[0].set_ylim(0.0, (1.05 + 0.13 * len(layers)) * unit.factor * largest)
        column[0].spines[["top", "right"]].set_visible(False)
        column[0].legend(loc="upper right", frameon=True, framealpha=0.85, edgecolor="none")
        shade_steps(column[0], run, shade=True, labels=True)
        column[-1].set_xlabel(f"time ({run.time_unit()[0]})")
        if picture.where:
            figure.suptitle(picture.where.strip(" ·"), fontsize=10)
        return theme.save(figure, path)


def _draw_line(axes: Any, run: RunData, layer: Layer, factor: float, colour: str) -> None:
    """Draw mean, least and largest thickness against time."""
    time, values = run.time_unit()[1] * layer.time, factor * layer.values
    axes.fill_between(
        time, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.25, linewidth=0.0
    )
    label = f"{layer.body}: mean, and from least to largest"
    axes.plot(time, layer.weights @ values, color=colour, label=label)


def _draw_map(figure: Any, axes: Any, run: RunData, layer: Layer, unit: Any) -> None:
    """Draw thickness over position and time; a column begins at the output before."""
    time = run.time_unit()[1] * layer.time
    # the first output ends no column; alone, it is shown after all
    first = 1 if len(time) > 1 else 0
    ends = time if first else time + np.array([-0.5, 0.5])
    shown = unit.factor * layer.values[:, first:]
    scale = theme.positive_scale(shown)
    mesh = axes.pcolormesh(
        ends, 1e6 * layer.position, shown, cmap=scale.colours, norm=scale.norm, rasterized=True
    )
    axes.set_ylabel(f"{layer.letter} (µm)")
    axes.set_title(f"{layer.body}, along {layer.interface.replace('|', ' | ')}", loc="left")
    shade_steps(axes, run, shade=False, labels=False)
    label = f"thickness ({unit.text})"
    theme.colour_bar(figure, mesh, axes, label, scale, pad=0.01, aspect=14)


def _within(triangles: Array, at: Array, along: int) -> Array:
    """Return the length within triangles of lines across an axis.

    Args:
        triangles: Corners, shape (triangles, 3, 2) [m].
        at: Where the lines cross the axis, shape (lines,) [m].
        along: The axis.
    """
    lengths = np.zeros(len(at))
    x, y = triangles[..., along], triangles[..., 1 - along]
    low, high = x.min(axis=1), x.max(axis=1)
    for line, place in enumerate(at):
        near = (low <= place) & (high >= place)
        first, rise = x[near], np.roll(x[near], -1, axis=1) - x[near]
        level = rise == 0.0
        part = (place - first) / np.where(level, 1.0, rise)
        crosses = ~level & (part >= 0.0) & (part <= 1.0)
        height = y[near] + part * (np.roll(y[near], -1, axis=1) - y[near])
        top = np.where(crosses, height, -np.inf).max(axis=1, initial=-np.inf)
        bottom = np.where(crosses, height, np.inf).min(axis=1, initial=np.inf)
        lengths[line] = np.sum((top - bottom)[top > bottom])
    return lengths
