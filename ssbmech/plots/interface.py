# SPDX-License-Identifier: BSD-3-Clause
"""Interface maps: gap, current density, crowding and contact pressure over position and time.

Each facet is one row of the map, each output one column; nothing is interpolated. A column ends at
its output and begins at the one before, as steps that are implicit in time have it. Where the
bodies touch, the gap has no colour of its own but that of contact, so that lost contact stands
out. The edge of the contact is drawn over the other maps. Crowding is the current density over its
mean in contact: at the edge of a void it is above one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.history import shade_steps
from ssbmech.plots.rows import Rows
from ssbmech.plots.section import Picture
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

# Below a nanometre a gap is round-off or roughness, above it is a void.
_SMALLEST_GAP = 1e-9

_PANELS = ("gap", "i_normal", "crowding", "p_contact")
_LABELS = {
    "gap": axis_label("gap"),
    "i_normal": axis_label("i_normal") + ",\npositive strips",
    "crowding": "current density /\nmean in contact",
    "p_contact": axis_label("p_contact"),
}
_EMPTY = {
    "gap": "never open",
    "crowding": "no current",
    "p_contact": "never in contact",
}


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Values on an interface against position and time.

    Attributes:
        position: Ends of the facets in order, shape (facets + 1,) [um].
        letter: Name of the position's axis.
        time: Ends of the columns, shape (columns + 1,), in the run's unit of time.
        closed: Whether each facet is in contact, shape (facets, columns).
        values: Name -> values in shown units, shape (facets, columns).
        where: Where the section lies, of a run in space.
    """

    position: Array
    letter: str
    time: Array
    closed: NDArray[np.bool_]
    values: dict[str, Array]
    where: str = ""


def interface_map(run: RunData, name: str, path: Path) -> Path:
    """Draw gap, current density, crowding and contact pressure over position and time.

    Args:
        run: The run.
        name: Name of the interface, ``minus|plus``.
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The interface has no fields, or no gap among them.
    """
    history = read_history(run, name)
    panels = [each for each in _PANELS if each in history.values]
    with theme.style():
        figure = theme.new_figure(8.0, 0.9 + 2.0 * len(panels))
        column = figure.subplots(len(panels), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
        for axes, quantity_name in zip(column, panels, strict=True):
            _draw(figure, axes, history, quantity_name)
            axes.set_ylabel(f"{history.letter} (µm)")
            shade_steps(axes, run, shade=False, labels=axes is column[0], rise=17.0)
        column[-1].set_xlabel(f"time ({run.time_unit()[0]})")
        minus, _, plus = name.partition("|")
        figure.suptitle(f"Interface {minus} | {plus}{history.where}", fontsize=11)
        return theme.save(figure, path)


def read_history(run: RunData, name: str) -> History:
    """Return the values of an interface against position and time.

    Of a run in space the line on the section that pictures show is taken.

    Args:
        run: The run.
        name: Name of the interface.

    Raises:
        RunFolderError: The interface has no fields, or no gap among them.
    """
    picture = Picture(run)
    data = run.interfaces[name]
    optional = ("contact", "i_normal", "p_contact")
    wanted = ["gap", *(each for each in optional if each in data.names)]
    # The first output is the state at the start and ends no step; alone, it is shown after all.
    first = 1 if len(picture.times) > 1 else 0
    frames = [picture.facets(name, step, wanted) for step in range(first, len(picture.times))]
    rows = Rows.of([frame.points[frame.cells] for frame in frames])
    stacked = {each: rows.stacked([frame.arrays[each] for frame in frames]) for each in wanted}
    closed = stacked["gap"] < _SMALLEST_GAP
    if "contact" in stacked:
        closed |= stacked.pop("contact") > 0.5
    values: dict[str, Array] = {
        each: shown_unit(quantity(each).unit).factor * array for each, array in stacked.items()
    }
    radial = run.manifest.get("frame") == "Axisymmetric"
    if "i_normal" in values:
        area = rows.sizes(radial)
        values["crowding"] = _crowding(values["i_normal"], closed, area)
    letters = ("r" if radial else "x", "z" if radial or picture.in_space else "y")
    times = picture.times if first else picture.times + np.array([-0.5, 0.5])
    return History(
        position=1e6 * rows.position,
        letter=letters[rows.along],
        time=run.time_unit()[1] * times,
        closed=closed,
        values=values,
        where=picture.where,
    )


def _crowding(current: Array, closed: NDArray[np.bool_], area: Array) -> Array:
    """Return current density over its mean in contact; undefined without contact or current."""
    weight = area[:, None] * closed
    total = weight.sum(axis=0)
    mean = (weight * current).sum(axis=0) / np.where(total > 0.0, total, 1.0)
    # What flows at rest evens out differences of stress; its mean is round-off.
    flows = np.abs(mean) > 1e-2 * np.abs(mean).max(initial=0.0)
    return np.where(closed & flows, current / np.where(flows, mean, 1.0), np.nan)


def _draw(figure: Figure, axes: Any, history: History, name: str) -> None:
    """Draw one quantity."""
    # Undefined values are left blank.
    shown = np.array(history.values[name])
    if name == "gap":
        shown[history.closed] = np.nan
    if name == "p_contact":
        shown[~history.closed] = np.nan
    defined = shown[np.isfinite(shown)]
    if name == "gap":
        scale = theme.positive_scale(defined)
    elif name == "i_normal":
        scale = theme.signed_scale(defined)
    elif name == "crowding":
        scale = theme.ratio_scale(defined)
    else:
        scale = theme.positive_scale(defined)
    axes.set_facecolor(theme.CONTACT if name == "gap" else theme.OPEN)
    mesh = axes.pcolormesh(
        history.time, history.position, shown, cmap=scale.colours, norm=scale.norm, rasterized=True
    )
    if name != "gap":
        _draw_edge(axes, history)
    if defined.size:
        theme.colour_bar(figure, mesh, axes, _LABELS[name], scale, pad=0.01, aspect=14)
    else:
        axes.set_title(_EMPTY[name], loc="left", fontsize=8.5, y=0.45, x=0.03)
    if name == "gap" or not history.closed.all() or (name == "crowding" and np.isnan(shown).any()):
        _add_key(axes, name)


def _draw_edge(axes: Any, history: History) -> None:
    """Draw the line between contact and gap along the borders of facets and outputs."""
    from matplotlib.collections import LineCollection

    across: Any = np.argwhere(history.closed[1:] != history.closed[:-1]).tolist()
    lines = [
        [(history.time[j], history.position[i + 1]), (history.time[j + 1], history.position[i + 1])]
        for i, j in across
    ]
    along: Any = np.argwhere(history.closed[:, 1:] != history.closed[:, :-1]).tolist()
    lines += [
        [(history.time[j + 1], history.position[i]), (history.time[j + 1], history.position[i + 1])]
        for i, j in along
    ]
    axes.add_collection(LineCollection(lines, colors=theme.INK, linewidths=0.8), autolim=False)


def _add_key(axes: Any, name: str) -> None:
    """Explain the colour without a bar and the line."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    keys: dict[str, list[Any]] = {
        "gap": [Patch(facecolor=theme.CONTACT, edgecolor=theme.INK, label="in contact")],
        "i_normal": [Line2D([], [], color=theme.INK, linewidth=0.8, label="edge of contact")],
        "crowding": [
            Patch(facecolor=theme.OPEN, edgecolor=theme.INK, label="no contact or current")
        ],
        "p_contact": [Patch(facecolor=theme.OPEN, edgecolor=theme.INK, label="no contact")],
    }
    # Above the map, where it hides nothing.
    place = {
        "loc": "lower left",
        "bbox_to_anchor": (0.0, 1.0),
        "borderpad": 0.1,
        "borderaxespad": 0.2,
    }
    axes.legend(handles=keys[name], **place)
