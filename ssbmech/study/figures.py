# SPDX-License-Identifier: BSD-3-Clause
"""Figures of a study from its table: curves over one knob, maps over two, points over more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech.errors import StudyError
from ssbmech.plots import theme
from ssbmech.study.state import Status
from ssbmech.study.table import Column, Table, text_of

Array = NDArray[np.float64]

# Values this much more even in their logarithm than as they are get a logarithmic axis.
_MORE_EVEN = 2.0
_LEAST_RATIO = 4.0
_ROUNDING = 1e-9
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_POWER = re.compile(r"(?<=[A-Za-zµ])-?\d+")
# More text than that runs over the next.
_MOST_ON_AXIS = 12
_MOST_LETTERS = 40


@dataclass(frozen=True)
class Axis:
    """An axis of a knob.

    Attributes:
        label: Label with unit.
        places: Place of each row on the axis.
        names: Names of the places 0, 1, ... if the knob takes text; else empty.
        log: Whether the axis is logarithmic.
    """

    label: str
    places: Array
    names: tuple[str, ...]
    log: bool

    @classmethod
    def of(cls, column: Column) -> Axis:
        """Return the axis of a column: numbers as they are, text evenly spaced."""
        if column.numeric:
            values = column.numbers
            return cls(label_of(column), values, (), spread_in_decades(values))
        names = tuple(sorted({text_of(cell) for cell in column.cells}))
        places = np.array([names.index(text_of(cell)) for cell in column.cells], dtype=float)
        return cls(label_of(column), places, names, log=False)

    def apply_x(self, axes: Any, *, label: bool = True) -> None:
        """Scale and label the horizontal axis."""
        axes.set_xlabel(self.label if label else "")
        axes.set_xscale("log" if self.log else "linear")
        self._tick(axes.xaxis)
        if sum(len(name) for name in self.names) > _MOST_LETTERS:
            axes.tick_params(axis="x", labelrotation=30)

    def apply_y(self, axes: Any) -> None:
        """Scale and label the vertical axis."""
        axes.set_ylabel(self.label)
        axes.set_yscale("log" if self.log else "linear")
        self._tick(axes.yaxis)

    def _tick(self, axis: Any) -> None:
        from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, NullFormatter

        values = np.unique(self.places)
        if self.names or (self.log and values.size <= _MOST_ON_AXIS):
            axis.set_major_locator(FixedLocator([float(value) for value in values]))
            texts = self.names or [f"{value:g}" for value in values]
            axis.set_major_formatter(FixedFormatter(list(texts)))
            axis.set_minor_formatter(NullFormatter())
        elif self.log:
            axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def draw_all(table: Table, knobs: Sequence[str], names: Sequence[str], folder: Path) -> list[Path]:
    """Draw each figure of a study over its knobs.

    Args:
        table: The table.
        knobs: Names of the varied knobs.
        names: Names of the figures.
        folder: Where the files go; made if need be.

    Returns:
        The files written.

    Raises:
        StudyError: The folder cannot be written.
    """
    numeric = [name for name in names if table[name].numeric]
    drawn = [name for name in numeric if np.isfinite(table[name].numbers).any()]
    if not drawn or not knobs:
        return []
    axes = [Axis.of(table[knob]) for knob in knobs]
    draw = {1: _curve, 2: _map}.get(len(knobs), _points)
    paths = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with theme.style():
            for name in drawn:
                figure = draw(axes, table[name], _failed(table))
                paths.append(theme.save(figure, folder / f"{name}.png"))
    except OSError as error:
        raise StudyError(f"cannot write figures to {folder}: {error.strerror}") from error
    return paths


def label_of(column: Column) -> str:
    """Return a column's name and unit in words: ``void after plating (µm²)``."""
    words = column.name.replace("_", " ").replace("-", " ")
    unit = _POWER.sub(
        lambda found: found[0].translate(_SUPERSCRIPTS), re.sub(r"\bum", "µm", column.unit)
    )
    return f"{words} ({unit})" if unit else words


def spread_in_decades(values: Array) -> bool:
    """Return whether values are spaced more evenly on a logarithmic axis than on a linear one."""
    places = np.unique(values[np.isfinite(values)])
    if places.size < 2 or places[0] <= 0.0 or places[-1] < _LEAST_RATIO * places[0]:
        return False
    if places.size == 2:
        return True
    linear, log = np.diff(places), np.diff(np.log(places))
    return bool(linear.std() / linear.mean() > _MORE_EVEN * log.std() / log.mean())


def mark_runs(axes: Any, x: Array, y: Array, failed: NDArray[np.bool_]) -> None:
    """Mark the runs on a map: a dot each, a cross where it failed.

    Args:
        axes: Axes to draw in.
        x: Places of the runs.
        y: Places of the runs.
        failed: Which of them failed.
    """
    dots = {"s": 14, "facecolor": "white", "edgecolor": theme.INK, "linewidth": 0.6}
    axes.scatter(x[~failed], y[~failed], zorder=5, **dots)
    if failed.any():
        cross = {"marker": "x", "s": 34, "color": theme.LOST, "linewidth": 1.8}
        axes.scatter(x[failed], y[failed], zorder=6, label="failed", **cross)
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderpad=0.1)


def scale_of(values: Array) -> theme.Scale:
    """Return a colour scale for the values of a figure; undefined ones have no say."""
    from matplotlib.colors import Normalize

    known = values[np.isfinite(values)]
    # What is zero but for the rounding has no sign.
    known = np.where(np.abs(known) < _ROUNDING * np.abs(known).max(), 0.0, known)
    low, high = float(known.min()), float(known.max())
    if low < 0.0 < high:
        return theme.signed_scale(known)
    if low >= 0.0 and high > 3.0 * low:
        return theme.positive_scale(known)
    # Values that hardly differ still deserve a scale with two ends.
    width = max(high - low, 1e-3 * max(abs(low), abs(high)), 1e-300)
    return theme.Scale(Normalize(low, low + width), theme.POSITIVE_MAP, "neither")


def _failed(table: Table) -> NDArray[np.bool_]:
    return np.array([cell == Status.FAILED for cell in table["status"].cells])


def _curve(axes: Sequence[Axis], column: Column, failed: NDArray[np.bool_]) -> Any:
    """Return a figure of a column over one knob."""
    (knob,) = axes
    figure = theme.new_figure(5.6, 3.4)
    panel = figure.subplots()
    order = np.argsort(knob.places)
    x, y = knob.places[order], column.numbers[order]
    line = "none" if knob.names else "-"
    panel.plot(x, y, linestyle=line, marker="o", markersize=4, color=theme.LINES[0])
    if failed.any():
        place = {"transform": panel.get_xaxis_transform(), "clip_on": False, "zorder": 5}
        cross = {"marker": "x", "color": theme.LOST, "linestyle": "none", "label": "failed"}
        panel.plot(knob.places[failed], np.zeros(failed.sum()), **cross, **place)
        panel.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), borderpad=0.1)
    knob.apply_x(panel)
    _plain(panel)
    panel.set_ylabel(label_of(column))
    return figure


def _map(axes: Sequence[Axis], column: Column, failed: NDArray[np.bool_]) -> Any:
    """Return a figure of a column over two knobs, in colours."""
    across, up = axes
    values = column.numbers
    figure = theme.new_figure(5.8, 4.2)
    panel = figure.subplots()
    across.apply_x(panel)
    up.apply_y(panel)
    scale = scale_of(values)
    colours = {"norm": scale.norm, "cmap": scale.colours}
    grid = as_grid(across, up, values)
    if grid is None:
        known = np.isfinite(values)
        x, y = across.places[known], up.places[known]
        artist = panel.scatter(x, y, c=values[known], s=90, edgecolor="white", **colours)
    else:
        artist = panel.pcolormesh(*grid, **colours)
        panel.set_facecolor(theme.PALE)
    mark_runs(panel, across.places, up.places, failed)
    # Written anew: drawing resets the ticks of logarithmic axes.
    across.apply_x(panel)
    up.apply_y(panel)
    theme.colour_bar(figure, artist, panel, label_of(column), scale)
    return figure


def _points(axes: Sequence[Axis], column: Column, failed: NDArray[np.bool_]) -> Any:
    """Return a figure of a column over each of several knobs, the others as they come."""
    figure = theme.new_figure(1.2 + 2.3 * len(axes), 2.8)
    panels = figure.subplots(1, len(axes), sharey=True, squeeze=False)[0]
    for panel, knob in zip(panels, axes, strict=True):
        panel.plot(knob.places, column.numbers, "o", markersize=4, color=theme.LINES[0])
        knob.apply_x(panel)
        _plain(panel)
    panels[0].set_ylabel(label_of(column))
    return figure


def as_grid(x: Axis, y: Axis, values: Array) -> tuple[Array, Array, Array] | None:
    """Return scattered values as a grid of coloured cells; None if they are none.

    Args:
        x: Horizontal axis.
        y: Vertical axis.
        values: The values; undefined ones stay so.

    Returns:
        The borders of the cells along both axes, and the values, shape (y, x).
    """
    across, column = np.unique(x.places, return_inverse=True)
    up, row = np.unique(y.places, return_inverse=True)
    if across.size * up.size != values.size:
        return None
    grid = np.full((up.size, across.size), np.nan)
    grid[row, column] = values
    return _borders(across, x), _borders(up, y), grid


def _borders(places: Array, axis: Axis) -> Array:
    """Return the borders halfway between places, and as far beyond the first and the last."""
    log = axis.log
    if places.size == 1:
        return np.array([0.8, 1.25]) * places[0] if places[0] else np.array([-0.5, 0.5])
    along = np.log(places) if log else places
    middle = 0.5 * (along[1:] + along[:-1])
    borders = np.array([2 * along[0] - middle[0], *middle, 2 * along[-1] - middle[-1]])
    if log:
        return np.asarray(np.exp(borders))
    if places[0] >= 0.0 and not axis.names:
        # an axis of what is never negative does not begin below zero
        borders[0] = max(borders[0], 0.0)
    return borders


def _plain(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
