# SPDX-License-Identifier: BSD-3-Clause
"""History of a run: voltage, stack pressure, contact and void volume over one axis of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.fields_table import axis_label, quantity, shown_unit
from ssbmech.plots import theme

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.plots.reader import RunData

PANELS = ("voltage", "p_stack", "contact_fraction", "void_volume")


def history_figure(run: RunData, path: Path) -> Path:
    """Draw voltage, stack pressure, contact area fraction and void volume against time.

    Args:
        run: The run; columns it lacks are left out.
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The series has no column of time.
    """
    panels = [name for name in PANELS if run.series.of(name)]
    with theme.style():
        figure = theme.new_figure(7.5, 1.0 + 1.65 * max(len(panels), 1))
        column = figure.subplots(max(len(panels), 1), 1, sharex=True, squeeze=False)[:, 0]
        several = [name for name in panels if len(run.series.of(name)) > 1]
        for axes, name in zip(column, panels, strict=False):
            draw_quantity(axes, run, name)
            # The colours mean the same in all panels, so one legend will do.
            if name in several[:1]:
                axes.legend(loc="best", frameon=True, framealpha=0.85, edgecolor="none")
            shade_steps(axes, run, shade=True, labels=axes is column[0])
        column[-1].set_xlabel(f"time ({run.time_unit()[0]})")
        figure.align_ylabels(list(column))
        return theme.save(figure, path)


def draw_quantity(axes: Any, run: RunData, name: str, where: str = "") -> None:
    """Draw the columns of a quantity, one line for each body or interface.

    Args:
        axes: Axes to draw in.
        run: The run.
        name: Name of the quantity.
        where: Only this body or interface, if it has a column of its own.
    """
    times = run.time_unit()[1] * run.series["time"]
    columns = run.series.of(name)
    if where in columns:
        columns = {where: columns[where]}
    unit = quantity(name).unit
    for colour, (where, values) in zip(theme.LINES, columns.items(), strict=False):
        unit = run.series.units[f"{name}:{where}" if where else name]
        shown = shown_unit(unit).factor * values
        axes.plot(times, shown, color=colour, label=where.replace("|", " | "))
    axes.set_ylabel(axis_label(name, unit).replace(" (", "\n("))
    axes.margins(x=0.0)
    if columns and times.size:
        axes.set_ylim(*_limits(times, shown_unit(unit).factor * np.stack(list(columns.values()))))
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
    if name == "contact_fraction":
        axes.set_ylim(-0.04, 1.06)


def _limits(times: NDArray[np.float64], values: NDArray[np.float64]) -> tuple[float, float]:
    """Return limits of the vertical axis.

    The loading at the start, from nothing to the preload in a second, would flatten all that
    follows; and what hardly changes should not look like a mountain.

    Args:
        times: Times, shape (rows,).
        values: Values, shape (lines, rows).
    """
    later = values[:, times >= times[0] + 0.005 * (times[-1] - times[0])]
    low, high = float(np.nanmin(later)), float(np.nanmax(later))
    span = max(high - low, 0.05 * max(abs(low), abs(high)))
    # All zero, or nothing but undefined values.
    span = span if span > 0.0 else 1.0
    middle = 0.5 * (low + high)
    return middle - 0.62 * span, middle + 0.62 * span


def shade_steps(axes: Any, run: RunData, *, shade: bool, labels: bool, rise: float = 4.0) -> None:
    """Mark the protocol steps along the axis of time, and let it begin with the first.

    Args:
        axes: Axes whose horizontal axis is time.
        run: The run.
        shade: Whether to shade every other step; a line marks the borders in any case.
        labels: Whether to name the steps above the axes.
        rise: Height of the names above the axes [pt].
    """
    from matplotlib.ticker import MaxNLocator

    factor = run.time_unit()[1]
    spans = run.protocol()
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 1.5, 2, 3, 5, 6, 10]))
    if spans:
        axes.set_xlim(factor * spans[0].start, factor * spans[-1].end)
    whole = sum(span.end - span.start for span in spans)
    for number, span in enumerate(spans):
        start, end = factor * span.start, factor * span.end
        if shade:
            colour = theme.STEP_SHADES[number % 2]
            axes.axvspan(start, end, facecolor=colour, edgecolor="none", zorder=0)
        if number:
            axes.axvline(start, color=theme.INK, linewidth=0.7, linestyle=":", zorder=1)
        # A label over a step that is too short for it would run into its neighbours.
        if labels and span.end - span.start > 0.07 * whole:
            axes.annotate(
                span.label,
                (0.5 * (start + end), 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0.0, rise),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=8.5,
            )
