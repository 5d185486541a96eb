# SPDX-License-Identifier: BSD-3-Clause
"""History of a run: voltage, stack pressure, contact and void volume over one axis of time.

At an interface with a bond or round particles, contact alone says little: there its conducting
fraction is shown, with the broken fraction of the bond and the active material that is cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

# Mean width of a letter of the steps' names [pt].
_LETTER = 5.2
PANELS = ("voltage", "p_stack", "contact_fraction", "conducting_fraction", "void_volume")
# What the panel of the conducting fraction shows: quantity, words, line.
_SHARES = (
    ("conducting_fraction", "conducting", "-"),
    ("damage_mean", "broken bond", "--"),
    ("cut_off", "cut-off active material", ":"),
)


def history_figure(run: RunData, path: Path) -> Path:
    """Draw voltage, stack pressure, contact or conduction, and void volume against time.

    Args:
        run: The run; columns it lacks are left out.
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The series has no column of time.
    """
    bonded = _bonded(run)
    shown = {name: set(run.series.of(name)) for name in PANELS}
    shown["contact_fraction"] -= bonded
    shown["conducting_fraction"] &= bonded
    panels = [name for name in PANELS if shown[name]]
    with theme.style():
        figure = theme.new_figure(7.5, 1.0 + 1.65 * max(len(panels), 1))
        column = figure.subplots(max(len(panels), 1), 1, sharex=True, squeeze=False)[:, 0]
        place = {"loc": "best", "frameon": True, "framealpha": 0.85, "edgecolor": "none"}
        for axes, name in zip(column, panels, strict=False):
            if name == "conducting_fraction":
                _draw_shares(axes, run, bonded)
            else:
                draw_quantity(axes, run, name, shown[name])
            # The colours mean the same in all panels, so one legend will do.
            if name == "contact_fraction" and len(run.series.of(name)) > 1:
                axes.legend(handles=_interface_keys(run), **place)
            shade_steps(axes, run, shade=True, labels=axes is column[0])
        column[-1].set_xlabel(f"time ({run.time_unit()[0]})")
        figure.align_ylabels(list(column))
        return theme.save(figure, path)


def draw_quantity(axes: Any, run: RunData, name: str, where: Collection[str] = ()) -> None:
    """Draw the columns of a quantity, one line for each body or interface.

    Args:
        axes: Axes to draw in.
        run: The run.
        name: Name of the quantity.
        where: Only these bodies or interfaces, of those that have a column of their own.
    """
    times = run.time_unit()[1] * run.series["time"]
    columns = run.series.of(name)
    columns = {key: columns[key] for key in columns if key in where} or columns
    unit, largest = quantity(name).unit, run.series.largest(name)
    for key in columns:
        unit = run.series.units[f"{name}:{key}" if key else name]
    factor = shown_unit(unit, largest).factor
    for key, values in columns.items():
        label = key.replace("|", " | ")
        axes.plot(times, factor * values, color=_colour(run, name, key), label=label)
    axes.set_ylabel(axis_label(name, unit, largest).replace(" (", "\n("))
    if columns and times.size:
        axes.set_ylim(*_limits(times, factor * np.stack(list(columns.values()))))
    _finish(axes)
    if name == "contact_fraction":
        axes.set_ylim(-0.04, 1.06)


def _draw_shares(axes: Any, run: RunData, bonded: Collection[str]) -> None:
    """Draw conducting and broken fraction of interfaces, and what they have cut off."""
    times = run.time_unit()[1] * run.series["time"]
    for name, words, line in _SHARES:
        for key, values in run.series.of(name).items():
            # Most runs cut nothing off.
            if key in bonded and (name != "cut_off" or values.any()):
                label = f"{key.replace('|', ' | ')}: {words}" if len(bonded) > 1 else words
                axes.plot(times, values, line, color=_colour(run, name, key), label=label)
    where = next(iter(bonded)).replace("|", " | ") if len(bonded) == 1 else "interfaces"
    axes.set_ylabel(f"fraction of\n{where}")
    # Above the panel: there is hardly a place inside that no line crosses.
    place = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "borderaxespad": 0.2}
    axes.legend(ncols=len(_SHARES), borderpad=0.1, **place)
    _finish(axes)
    axes.set_ylim(-0.04, 1.06)


def _finish(axes: Any) -> None:
    axes.margins(x=0.0)
    axes.ticklabel_format(axis="y", useOffset=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _interface_keys(run: RunData) -> list[Any]:
    """Return what explains the colours of all interfaces in a legend."""
    from matplotlib.lines import Line2D

    name = "contact_fraction"
    return [
        Line2D([], [], color=_colour(run, name, key), label=key.replace("|", " | "))
        for key in run.series.of(name)
    ]


def _bonded(run: RunData) -> set[str]:
    """Return the interfaces whose conducting fraction says more than their contact."""
    bonded, hosts = set(run.series.of("damage_mean")), set(run.series.of("cut_off"))
    # A layer of a host touches like a metal.
    hosts -= {name for name in run.interfaces if not run.round_particles(name)}
    return (bonded | hosts) & set(run.series.of("conducting_fraction"))


def _colour(run: RunData, name: str, where: str) -> str:
    """Return the colour of a body or interface; an interface has the same in all panels."""
    names = list(run.series.of("contact_fraction"))
    names = names if where in names else list(run.series.of(name))
    return theme.LINES[names.index(where) % len(theme.LINES)]


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


def shade_steps(
    axes: Any,
    run: RunData,
    *,
    shade: bool,
    labels: bool,
    rise: float = 4.0,
    width: float = 6.5,
) -> None:
    """Mark the protocol steps along the axis of time, and let it begin with the first.

    Args:
        axes: Axes whose horizontal axis is time.
        run: The run.
        shade: Whether to shade every other step; a line marks the borders in any case.
        labels: Whether to name the steps above the axes.
        rise: Height of the names above the axes [pt].
        width: Width of the axes, which tells how long a name may be [inch].
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
        room = 72.0 * width * (span.end - span.start) / whole
        if labels and room > _LETTER * (len(span.label) + 1):
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
