# SPDX-License-Identifier: BSD-3-Clause
"""History of a run: voltage, stack pressure, contact and void volume over one axis of time.

What happens early in a long run has a column of its own, which enlarges the start. At an interface
with a bond or round particles, contact alone says little: there its conducting fraction is shown,
with the broken fraction of the bond and the active material that is cut off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.limits import first_event_end, limits, set_time_ticks
from ssbmech.runfolder.measured import read_measured
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.reader import time_unit
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from ssbmech.runfolder.reader import RunData

# Mean width of a letter of the steps' names [pt].
_LETTER = 5.2
# Columns that a run without electrodes or fixture fills with zeros.
_ZERO_IF_ABSENT = ("voltage", "p_stack")
# What tells of an early event, the first that there is.
_EVENTS = ("void_volume", "conducting_fraction", "contact_fraction")
PANELS = (
    "temperature",
    "voltage",
    "p_stack",
    "contact_fraction",
    "conducting_fraction",
    "void_volume",
)
# Changes of temperature below that are none [K].
_LEAST_HEATING = 0.05
# Gaps below a nanometre are round-off or roughness, and make no void [m].
_SMALLEST_GAP = 1e-9
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
    panels = _panels(run)
    event = first_event_end(run, [name for name in _EVENTS if name in panels][:1])
    with theme.style():
        rows = max(len(panels), 1)
        columns: dict[str, Any] = {"width_ratios": [1.0, 1.9]} if event else {}
        figure = theme.new_figure(10.5 if event else 7.5, 1.0 + 1.65 * rows)
        grid = figure.subplots(
            rows, 2 if event else 1, sharex="col", sharey="row", squeeze=False, **columns
        )
        for axes, name in zip(grid[:, -1], panels, strict=False):
            _draw_panel(axes, run, name, panels[name])
            shade_steps(axes, run, shade=True, labels=axes is grid[0, -1])
        grid[-1, -1].set_xlabel(f"time ({run.time_unit()[0]})")
        if event:
            for (early, late), name in zip(grid, panels, strict=True):
                _draw_panel(early, run, name, panels[name])
                late.set_ylabel("")
                _drop_legend(late)
            _show_start(list(grid[:, 0]), run, event)
        figure.align_ylabels(list(grid[:, 0]))
        return theme.save(figure, path)


def _panels(run: RunData) -> dict[str, set[str]]:
    """Return the quantities that are shown, each with the places that are."""
    bonded = _bonded(run)
    shown = {name: set(run.series.of(name)) for name in PANELS}
    shown["contact_fraction"] -= bonded
    shown["conducting_fraction"] &= bonded
    heated = run.series.of("temperature").get("", np.zeros(0))
    if not heated.size or np.ptp(heated) < _LEAST_HEATING:
        shown["temperature"] = set()
    gaps = run.series.of("gap_max").values()
    if gaps and all(gap.max(initial=0.0) < _SMALLEST_GAP for gap in gaps):
        shown["void_volume"] = set()
    for name in _ZERO_IF_ABSENT:
        # Without electrodes or fixture there is a column, but nothing to see.
        if run.series["time"].size and not run.series.largest(name):
            shown[name] = set()
    return {name: where for name, where in shown.items() if where}


def _draw_panel(axes: Any, run: RunData, name: str, where: Collection[str]) -> None:
    """Draw one panel, with its legend."""
    if name == "conducting_fraction":
        _draw_shares(axes, run, where)
    else:
        draw_quantity(axes, run, name, where)
        _draw_measured(axes, run, name)
    # The colours mean the same in all panels, so one legend will do.
    if name == "contact_fraction" and len(run.series.of(name)) > 1:
        place = {"loc": "best", "frameon": True, "framealpha": 0.85, "edgecolor": "none"}
        axes.legend(handles=_interface_keys(run), **place)


def _draw_measured(axes: Any, run: RunData, name: str) -> None:
    """Draw what was measured over what was computed, as far as the run goes."""
    factor = shown_unit(quantity(name).unit, run.series.largest(name)).factor
    times = run.series["time"]
    for number, series in enumerate(s for s in read_measured(run.path) if s.name == name):
        when, values = series.points
        within = (when >= 0.0) & (when <= times[-1]) if times.size else when < 0.0
        if not within.any():
            continue
        low, high = axes.get_ylim()
        shown = factor * values[within]
        colour = theme.LINES[(1 + number) % len(theme.LINES)]
        place, mark = run.time_unit()[1] * when[within], {"marker": ".", "markersize": 3.5}
        axes.plot(place, shown, color=colour, linestyle="none", label=series.label, **mark)
        room = 0.05 * (max(high, shown.max()) - min(low, shown.min()))
        low = low if shown.min() >= low else shown.min() - room
        axes.set_ylim(low, high if shown.max() <= high else shown.max() + room)
        axes.legend(loc="best", frameon=True, framealpha=0.85, edgecolor="none")


def _show_start(column: Sequence[Any], run: RunData, event: float) -> None:
    """Turn a column of panels into one of the start of the run."""
    unit, factor = time_unit(event)
    whole = run.time_unit()[1]
    for axes in column:
        for line in axes.lines:
            line.set_xdata(factor / whole * np.asarray(line.get_xdata()))
        shade_steps(axes, run, shade=True, labels=False, factor=factor)
        spans = run.protocol()
        start = factor * (spans[0].start if spans else float(run.series["time"][0]))
        axes.set_xlim(start, factor * event)
        set_time_ticks(axes, 1.6 * (factor * event - start), unit)
    column[-1].set_xlabel(f"time ({unit})")
    column[0].set_title("the start, enlarged", loc="left", fontsize=8.5)


def _drop_legend(axes: Any) -> None:
    if axes.get_legend() is not None:
        axes.get_legend().remove()


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
        found = limits(name, times, factor * np.stack(list(columns.values())))
        axes.set_ylim(found.low, found.high)
        if found.start is not None:
            _mark_cut(axes, found.start, above=found.start > found.high)
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


def _mark_cut(axes: Any, value: float, *, above: bool) -> None:
    """Say from where a line comes whose start lies outside of the axes."""
    sign = "\N{BLACK UP-POINTING TRIANGLE}" if above else "\N{BLACK DOWN-POINTING TRIANGLE}"
    text = f"{sign} from {value:.3g}".replace("-", theme.MINUS)
    axes.annotate(
        text,
        (0.0, 1.0 if above else 0.0),
        xycoords="axes fraction",
        xytext=(4.0, -4.0 if above else 4.0),
        textcoords="offset points",
        va="top" if above else "bottom",
        fontsize=7.5,
        color="#555555",
        bbox={"facecolor": "white", "alpha": 0.7, "edgecolor": "none", "pad": 1.0},
    )


def shade_steps(
    axes: Any,
    run: RunData,
    *,
    shade: bool,
    labels: bool,
    rise: float = 4.0,
    width: float = 6.5,
    factor: float | None = None,
) -> None:
    """Mark the protocol steps along the axis of time, and let it begin with the first.

    Args:
        axes: Axes whose horizontal axis is time.
        run: The run.
        shade: Whether to shade every other step; a line marks the borders in any case.
        labels: Whether to name the steps above the axes.
        rise: Height of the names above the axes [pt].
        width: Width of the axes, which tells how long a name may be [inch].
        factor: Shown time = factor * seconds; None for that of the run.
    """
    unit, usual = run.time_unit()
    factor = usual if factor is None else factor
    spans = run.protocol()
    if spans:
        set_time_ticks(axes, factor * (spans[-1].end - spans[0].start), unit)
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
