# SPDX-License-Identifier: BSD-3-Clause
"""Interactive charts of a report, as data and layout for Plotly.

Chosen quantities share one axis of time in panels; all others are for a chart with a list to choose
from. Numbers go into the page in binary, in shown units.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.limits import limits
from ssbmech.report import chart_style as look
from ssbmech.runfolder.measured import read_measured
from ssbmech.runfolder.quantities import axis_label
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]
    Chart = dict[str, Any]

MOST_ROWS: Final = 4000
"""Rows of a series up to which all of them become part of a report."""

_PANELS: Final = (
    "voltage",
    "current",
    "state_of_charge",
    "content_mean",
    "p_stack",
    "thickness_stack",
    "contact_fraction",
    "conducting_fraction",
    "damage_mean",
    "cut_off",
    "void_volume",
)
# Panels that say nothing where all is zero.
_ONLY_IF_ANY: Final = ("damage_mean", "cut_off")
_FRACTIONS: Final = ("contact_fraction", "conducting_fraction", "damage_mean", "cut_off")
# A conducting fraction closer than that to the contact fraction tells nothing new.
_ALIKE: Final = 0.02
# Shown as the change since the first row.
_CHANGES: Final = "thickness_stack"
_DUST: Final = 1e-9
_PANEL_HEIGHT, _GAP = 122, 34


def kept_rows(run: RunData) -> NDArray[np.int64]:
    """Return the rows of the series that are shown: all, or of a long one every so many.

    The first, the last and the last of each protocol step are always among them.

    Args:
        run: The run, with at least one row.
    """
    count = run.series["time"].size
    every = -(-count // MOST_ROWS)
    steps = run.series.of("step").get("", np.zeros(count))
    ends = np.flatnonzero(np.diff(steps))
    kept = np.concatenate([np.arange(0, count, every), ends, [count - 1]])
    return np.unique(kept.astype(np.int64))


def history_chart(run: RunData) -> Chart:
    """Return panels of the chosen quantities over one axis of time.

    Args:
        run: The run, with at least one row.
    """
    panels = [name for name in _PANELS if _has_panel(run, name)]
    height = look.TOP + look.BOTTOM + len(panels) * (_PANEL_HEIGHT + _GAP)
    inner = height - look.TOP - look.BOTTOM
    unit, factor = run.time_unit()
    rows = kept_rows(run)
    time = look.packed(factor * run.series["time"][rows], "f8")
    data: list[Chart] = []
    frame = look.layout(height) | {"shapes": look.shades(run), "annotations": look.step_names(run)}
    named: set[str] = set()
    for number, name in enumerate(panels):
        axis = "y" if number == 0 else f"y{number + 1}"
        top = 1.0 - number * (_PANEL_HEIGHT + _GAP) / inner
        bottom = top - _PANEL_HEIGHT / inner
        low, high = _limits(run, name)
        frame[f"yaxis{axis[1:]}"] = look.axis() | {
            "domain": [max(bottom, 0.0), top],
            "anchor": "x",
            "range": [low, high],
        }
        frame["annotations"].append(look.title(_panel_label(run, name), top))
        for trace in _lines(run, name, rows, time):
            where = trace.pop("meta")
            trace["showlegend"] = bool(where) and where not in named and trace["mode"] == "lines"
            named |= {where} if trace["showlegend"] else set()
            data.append(trace | {"xaxis": "x", "yaxis": axis})
        for trace in _measured(run, name, factor):
            data.append(trace | {"xaxis": "x", "yaxis": axis})
            low, high = min(low, *trace["meta"]), max(high, *trace["meta"])
            frame[f"yaxis{axis[1:]}"]["range"] = [low, high]
    last = "y" if len(panels) < 2 else f"y{len(panels)}"
    spikes = {"showspikes": True, "spikemode": "across", "spikethickness": 1, "spikedash": "solid"}
    frame["xaxis"] = (
        look.axis()
        | spikes
        | {
            "anchor": last,
            "title": {"text": f"time ({unit})"},
            "spikecolor": look.LINE,
            "spikesnap": "cursor",
            "hoverformat": ".5~g",
            "unifiedhovertitle": {"text": f"%{{x:.5~g}} {unit}"},
            "range": look.span(run),
        }
    )
    return {"data": data, "layout": frame, "shares": look.shares(run)}


def any_quantity(run: RunData) -> Chart:
    """Return all quantities of the series, for the chart with a list to choose from.

    Args:
        run: The run, with at least one row.
    """
    rows, (unit, factor) = kept_rows(run), run.time_unit()
    names = {name.partition(":")[0]: None for name in run.series.columns}
    quantities = []
    for name in names:
        if name == "time":
            continue
        columns = run.series.of(name)
        shown, label = _shown(run, name)
        lines = [
            {
                "name": look.plain(where) or _words(run, name),
                "y": look.packed(shown * values[rows]),
                "colour": _colour(run, where),
            }
            for where, values in columns.items()
        ]
        quantities.append({"name": name, "label": label, "lines": lines})
    frame = look.layout(340) | {"shapes": look.shades(run)}
    frame["xaxis"] = look.axis() | {"title": {"text": f"time ({unit})"}, "range": look.span(run)}
    frame["yaxis"] = look.axis() | {"automargin": True}
    return {
        "time": look.packed(factor * run.series["time"][rows], "f8"),
        "unit": unit,
        "quantities": quantities,
        "layout": frame,
    }


def effort_chart(run: RunData) -> Chart | None:
    """Return step sizes and iterations over the accepted steps; None if they are not known.

    Args:
        run: The run, with at least one row.
    """
    length = run.series.of("time_step").get("")
    if length is None:
        return None
    rows = kept_rows(run)
    number = look.packed(rows + 1, "i4")
    positive = np.maximum(length[rows], 1e-30)
    steps = {
        "type": "scatter",
        "mode": "lines",
        "x": number,
        "y": look.packed(positive),
        "name": "time step",
        "line": {"color": theme.LINES[0], "width": 1.6, "shape": "hv"},
        "hovertemplate": "step %{x}: %{y:.3~g} s<extra></extra>",
    }
    data = [steps]
    newton = run.series.of("newton_iterations").get("")
    if newton is not None:
        data.append(
            {
                "type": "bar",
                "name": "Newton iterations",
                "x": number,
                "y": look.packed(newton[rows]),
                "marker": {"color": theme.LINES[0]},
                "yaxis": "y2",
                "hovertemplate": "step %{x}: %{y} Newton iterations<extra></extra>",
            }
        )
    rejected = run.series.of("rejected_steps").get("")
    if rejected is not None:
        before = np.diff(rejected[rows], prepend=0.0)
        at = np.flatnonzero(before > 0)
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "after rejected steps",
                "x": look.packed(rows[at] + 1, "i4"),
                "y": look.packed(positive[at]),
                "text": [f"{int(count)} rejected" for count in before[at]],
                "marker": {"color": theme.LINES[1], "size": 8, "symbol": "x"},
                "hovertemplate": "step %{x}: %{text} before<extra></extra>",
            }
        )
    return {"data": data, "layout": _effort_layout()}


def _effort_layout() -> Chart:
    frame = look.layout(380) | {"hovermode": "closest", "bargap": 0.1, "showlegend": False}
    frame["annotations"] = [
        look.title("time step (s); crosses: after rejected ones", 1.0),
        look.title("Newton iterations", 0.42),
    ]
    frame["xaxis"] = look.axis() | {"anchor": "y2", "title": {"text": "accepted time step"}}
    frame["yaxis"] = look.axis() | {"domain": [0.55, 1.0], "type": "log", "dtick": 1}
    frame["yaxis"] |= {"exponentformat": "power", "anchor": "x"}
    frame["yaxis2"] = look.axis() | {"domain": [0.0, 0.42], "rangemode": "tozero", "anchor": "x"}
    return frame


def _has_panel(run: RunData, name: str) -> bool:
    columns = run.series.of(name)
    if not columns or not any(np.isfinite(values).any() for values in columns.values()):
        return False
    if name in _ONLY_IF_ANY:
        return run.series.largest(name) > 1e-6
    if name == "conducting_fraction":
        contact = run.series.of("contact_fraction")
        return any(
            where not in contact or bool((np.abs(values - contact[where]) > _ALIKE).any())
            for where, values in columns.items()
        )
    return True


def _lines(run: RunData, name: str, rows: NDArray[np.int64], time: Chart) -> list[Chart]:
    """Return the lines of a panel; the bodies or interfaces they belong to are in ``meta``."""
    factor, label = _shown(run, name)
    unit = label.rpartition(" (")[2].rstrip(")") if label.endswith(")") else ""
    lines: list[Chart] = []
    for where, values in run.series.of(name).items():
        shown, colour = factor * _without_dust(run, name, values)[rows], _colour(run, where)
        if name == _CHANGES:
            shown = shown - shown[0]
        if name == "content_mean":
            lines += _band(run, where, rows, time, colour)
        # Of a band the hover tells the mean.
        label = f"{_words(run, name)} {look.plain(where)}".rstrip()
        text = f"change of {label}" if name == _CHANGES else label
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": look.plain(where) or _words(run, name),
                "legendgroup": where,
                "meta": where,
                "x": time,
                "y": look.packed(shown),
                "line": {"color": colour, "width": 1.8},
                "hovertemplate": f"{text}: %{{y:.5~g}} {unit}<extra></extra>",
            }
        )
    return lines


def _measured(run: RunData, name: str, per_second: float) -> list[Chart]:
    """Return what was measured of a quantity; lowest and highest value are in ``meta``."""
    factor, label = _shown(run, name)
    unit = label.rpartition(" (")[2].rstrip(")") if label.endswith(")") else ""
    found: list[Chart] = []
    last = float(run.series["time"][-1])
    # The panel shows changes, of which a record knows none.
    named = [s for s in read_measured(run.path) if s.name == name and name != _CHANGES]
    for number, series in enumerate(named):
        times, values = series.points
        within = (times >= 0.0) & (times <= last)
        if not within.any():
            continue
        shown = factor * values[within]
        words = look.plain(series.label)
        colour = theme.LINES[(1 + number) % len(theme.LINES)]
        found.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": words,
                "meta": [float(shown.min()), float(shown.max())],
                "showlegend": True,
                "x": look.packed(per_second * times[within], "f8"),
                "y": look.packed(shown),
                "marker": {"color": colour, "size": 4},
                "hovertemplate": f"{words}: %{{y:.5~g}} {unit}<extra></extra>",
            }
        )
    return found


def _without_dust(run: RunData, name: str, values: Array) -> Array:
    """Return values with zeros for what is but rounding beside the largest."""
    return np.where(np.abs(values) < _DUST * run.series.largest(name), 0.0, values)


def _band(
    run: RunData, where: str, rows: NDArray[np.int64], time: Chart, colour: str
) -> list[Chart]:
    """Return the room between the lowest and the highest content of a region."""
    lowest, highest = (run.series.of(f"content_{kind}").get(where) for kind in ("min", "max"))
    if lowest is None or highest is None:
        return []
    edge: Chart = {"type": "scatter", "mode": "none", "hoverinfo": "skip", "legendgroup": where}
    edge |= {"meta": where, "x": time}
    fill: Chart = {"fill": "tonexty", "fillcolor": f"{colour}33"}
    return [
        edge | {"y": look.packed(lowest[rows])},
        edge | fill | {"y": look.packed(highest[rows])},
    ]


def _shown(run: RunData, name: str) -> tuple[float, str]:
    """Return the factor from SI to the shown unit, and the label of the axis."""
    column = next(key for key in run.series.columns if key.partition(":")[0] == name)
    unit, largest = run.series.units[column], run.series.largest(name)
    # A length of time on an axis of values is read in seconds.
    shown = 1.0 if unit == "s" else shown_unit(unit, largest).factor
    if unit == "s":
        return shown, f"{_words(run, name)} (s)"
    return shown, look.plain(axis_label(run.quantity(name), unit, largest))


def _panel_label(run: RunData, name: str) -> str:
    label = _shown(run, name)[1]
    if name == _CHANGES:
        return f"change of {label}"
    if name == "content_mean" and run.series.of("content_min"):
        return "lithium content: mean and range"
    return label


def _words(run: RunData, name: str) -> str:
    return look.plain(run.quantity(name).label)


def _colour(run: RunData, where: str) -> str:
    """Return the colour of an interface, body or region, the same in all charts."""
    if not where:
        return theme.INK
    names = list(run.series.of("contact_fraction"))
    bodies = run.series.of("von_mises_max") | run.series.of("content_mean")
    names += [name for name in bodies if name not in names]
    place = names.index(where) if where in names else 0
    return theme.LINES[place % len(theme.LINES)]


def _limits(run: RunData, name: str) -> tuple[float, float]:
    """Return limits of an axis; those of voltage and pressure leave out the loading."""
    if name in _FRACTIONS:
        return -0.05, 1.08
    factor, _ = _shown(run, name)
    columns = [factor * values for values in run.series.of(name).values()]
    if name == "content_mean":
        for kind in ("content_min", "content_max"):
            columns += list(run.series.of(kind).values())
    if name == _CHANGES:
        columns = [values - values[0] for values in columns]
    largest = max(np.abs(values[np.isfinite(values)]).max(initial=0.0) for values in columns)
    # Rounding should look like nothing.
    columns = [np.where(np.abs(values) < _DUST * largest, 0.0, values) for values in columns]
    found = limits(name, run.series["time"], np.stack(columns))
    return found.low, found.high
