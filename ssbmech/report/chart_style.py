# SPDX-License-Identifier: BSD-3-Clause
"""What the charts of a report have in common: axes, shaded protocol steps, packed numbers."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.plots import theme
from ssbmech.report.readable import place_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ssbmech.runfolder.reader import RunData

    Chart = dict[str, Any]

TOP: Final = 62
"""Room above the panels of a chart, for legend and names of steps [px]."""

BOTTOM: Final = 50
"""Room below them, for the axis [px]."""

LINE: Final = "#8b939c"
"""Colour of axes and of the line under the cursor."""

_GRID, _ZERO = "#e3e6ea", "#c3c9d0"
_FONT: Final = {"family": "system-ui, sans-serif", "size": 12, "color": "#1f2933"}


def plain(text: str) -> str:
    """Return the name of a body, interface or step as a chart shows it: markup is none.

    Args:
        text: The name.
    """
    return html.escape(place_text(text), quote=False)


def packed(values: ArrayLike, kind: str = "f4") -> dict[str, Any]:
    """Return numbers in the binary form that Plotly reads.

    Args:
        values: The numbers; a table keeps its shape.
        kind: Type of the numbers as numpy names it.
    """
    array = np.ascontiguousarray(values, dtype=np.dtype(kind).newbyteorder("<"))
    data = base64.b64encode(array.tobytes()).decode("ascii")
    shape = {"shape": ", ".join(map(str, array.shape))} if array.ndim > 1 else {}
    return {"dtype": kind, "bdata": data, **shape}


def span(run: RunData) -> list[float]:
    """Return beginning and end of the axis of time, in its unit.

    Args:
        run: The run, with at least one row.
    """
    times, factor = run.series["time"], run.time_unit()[1]
    spans = run.protocol()
    start = spans[0].start if spans else float(times[0])
    end = float(times[-1])
    return [factor * start, factor * (end if end > start else start + 1.0)]


def shades(run: RunData) -> list[Chart]:
    """Return the shades behind every other protocol step.

    Args:
        run: The run, with at least one row.
    """
    factor = run.time_unit()[1]
    return [
        {
            "type": "rect",
            "xref": "x",
            "yref": "paper",
            "x0": factor * step.start,
            "x1": factor * step.end,
            "y0": 0.0,
            "y1": 1.0,
            "fillcolor": theme.STEP_SHADES[number % 2],
            "line": {"width": 0},
            "layer": "below",
        }
        for number, step in enumerate(run.protocol())
    ]


def step_names(run: RunData) -> list[Chart]:
    """Return the names of the protocol steps above the panels.

    Args:
        run: The run, with at least one row.
    """
    factor = run.time_unit()[1]
    return [
        {
            "text": plain(step.label),
            "x": 0.5 * factor * (step.start + step.end),
            "y": 1.0,
            "xref": "x",
            "yref": "paper",
            "yanchor": "bottom",
            "yshift": 19,
            "showarrow": False,
        }
        for step in run.protocol()
    ]


def shares(run: RunData) -> list[float]:
    """Return the share of each protocol step in the axis of time: the room for its name.

    Args:
        run: The run, with at least one row.
    """
    steps = run.protocol()
    whole = sum(step.end - step.start for step in steps)
    return [(step.end - step.start) / whole for step in steps]


def title(text: str, top: float) -> Chart:
    """Return the title of a panel, above its left end.

    Args:
        text: What the panel shows.
        top: Upper end of the panel, as a share of all panels' height.
    """
    place = {"x": 0.0, "y": top, "xref": "paper", "yref": "paper", "showarrow": False}
    anchors = {"xanchor": "left", "yanchor": "bottom", "yshift": 2}
    return {"text": f"<b>{text[:1].upper()}{text[1:]}</b>", **place, **anchors}


def layout(height: int) -> Chart:
    """Return what all charts have in common.

    Args:
        height: Height of the chart [px].
    """
    return {
        "height": height,
        "margin": {"l": 58, "r": 14, "t": TOP, "b": BOTTOM},
        "font": _FONT,
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "x unified",
        "hoversubplots": "axis",
        "hoverdistance": -1,
        "hoverlabel": {"bgcolor": "rgba(255,255,255,0.95)", "font": {"size": 12}},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yref": "container", "yanchor": "top"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": LINE, "activecolor": "#0b5c91"},
        "showlegend": True,
        "dragmode": "zoom",
    }


def axis() -> Chart:
    """Return what all axes have in common."""
    return {
        "gridcolor": _GRID,
        "zerolinecolor": _ZERO,
        "linecolor": LINE,
        "showline": True,
        "ticks": "outside",
        "tickcolor": LINE,
        "exponentformat": "power",
    }
