# SPDX-License-Identifier: BSD-3-Clause
"""An interface of a run in space seen from above: gap, contact pressure and current as maps.

Each facet has one colour, as it was computed; nothing is interpolated. Where the bodies touch, the
gap has the colour of contact, so that lost contact stands out; the line is the edge of the contact.
An interface that is not level is seen along the axis in which it extends least.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.maps import STATE, moment
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

PANELS = ("gap", "p_contact", "i_normal")
# Below a nanometre a gap is round-off or roughness, above it is a void.
_SMALLEST_GAP = 1e-9
_MICRO = 1e6
_NOTES = {"i_normal": ",\npositive strips"}
_EMPTY = {"gap": "closed everywhere", "p_contact": "no contact", "i_normal": "no current"}
# Colour of what has no value of its own.
_BLANK = {"gap": theme.CONTACT, "p_contact": theme.OPEN, "i_normal": theme.OPEN}


def can_be_seen(run: RunData, name: str) -> bool:
    """Return whether an interface can be seen from above: of a run in space, not round particles.

    Args:
        run: The run.
        name: Name of the interface.
    """
    data = run.interfaces[name]
    return run.in_space and not run.round_particles(name) and "gap" in data.names


def above_view(run: RunData, name: str, time: float, path: Path) -> Path:
    """Draw gap, contact pressure and current of an interface at the output nearest to a time.

    Args:
        run: The run, in space.
        name: Name of the interface, ``minus|plus``.
        time: Time [s].
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The interface has no fields, or no gap among them.
    """
    data = run.interfaces[name]
    step, names = data.nearest_step(time), [each for each in PANELS if each in data.names]
    facets = Facets(data.at(step))
    with theme.style():
        width, height = facets.size(3.3, 3.6)
        figure = theme.new_figure(len(names) * (width + 0.75), height + 1.75)
        axes = figure.subplots(1, len(names), sharex=True, sharey=True, squeeze=False)[0]
        for each, place in zip(names, axes, strict=True):
            panel = AbovePanel(place, facets, each, (step,))
            panel.draw(step)
            panel.explain(figure)
            place.set_title(quantity(each).label, loc="left", fontweight="bold")
        axes[0].set_ylabel(f"{facets.letters[1]} (µm)")
        key = facets.key(step)
        figure.legend(handles=key, loc="outside lower center", ncols=len(key))
        minus, _, plus = name.partition("|")
        state = (*STATE[:1], (f"contact_fraction:{name}", "contact"))
        when = moment(run, float(data.times[step]), state)
        figure.suptitle(f"{minus} | {plus} seen from above   ·   {when}", fontsize=11)
        return theme.save(figure, path)


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Edges that two facets share.

    Attributes:
        ends: Points at both ends, shape (edges, 2).
        facets: The two facets, shape (edges, 2).
    """

    ends: Indices
    facets: Indices


class Facets:
    """The facets of an interface in the plane of the picture, which may be others at other times.

    Attributes:
        data: Field file of the interface, with the grid of the step that was looked at last.
        letters: Names of the two axes.
        x: Position of the points on the first axis [um].
        y: Position of the points on the second axis [um].
    """

    def __init__(self, data: FieldData) -> None:
        """Choose the axes.

        Args:
            data: Field file of an interface in space.
        """
        across = int(np.ptp(data.points, axis=0).argmin())
        first, second = (axis for axis in range(3) if axis != across)
        self._axes, self.letters = (first, second), ("xyz"[first], "xyz"[second])
        self._take(data)

    def _take(self, data: FieldData) -> None:
        """Take a grid."""
        self.data = data
        self.x, self.y = (_MICRO * data.points[:, axis] for axis in self._axes)
        self._edges = _shared_edges(data.corners)

    def look_at(self, step: int) -> None:
        """Take the grid of a step, another one if facets were halved before it."""
        data = self.data.at(step)
        if data is not self.data:
            self._take(data)

    def size(self, most_wide: float, most_high: float) -> tuple[float, float]:
        """Return width and height of axes that the facets fill in true scale [inch]."""
        wide, high = float(np.ptp(self.x)), float(np.ptp(self.y))
        inch = min(most_wide / wide, most_high / high)
        return max(inch * wide, 1.8), inch * high

    def closed(self, step: int) -> NDArray[np.bool_]:
        """Return which facets are in contact at a step."""
        closed = self.data.values("gap", step) < _SMALLEST_GAP
        if "contact" in self.data.names:
            closed |= self.data.values("contact", step) > 0.5
        return closed

    def values(self, name: str, step: int) -> Array:
        """Return what is shown of a quantity, in SI units; undefined where it has no value."""
        shown = self.data.values(name, step)
        if name == "gap":
            shown[self.closed(step)] = np.nan
        if name == "p_contact":
            shown[~self.closed(step)] = np.nan
        return shown

    def outline(self, step: int) -> Array:
        """Return the edges between contact and gap, shape (edges, 2 ends, 2) [um]."""
        closed = self.closed(step)[self._edges.facets]
        ends = self._edges.ends[closed[:, 0] != closed[:, 1]]
        return np.stack([self.x[ends], self.y[ends]], axis=2)

    def key(self, step: int) -> list[Any]:
        """Return what explains colours without a bar and the line in a legend."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        closed = self.closed(step)
        keys: list[Any] = []
        if closed.any():
            keys.append(Patch(facecolor=theme.CONTACT, edgecolor=theme.INK, label="in contact"))
        if not closed.all():
            keys.append(Patch(facecolor=theme.OPEN, edgecolor=theme.INK, label="no contact"))
        if closed.any() and not closed.all():
            keys.append(Line2D([], [], color=theme.INK, linewidth=1.0, label="edge of contact"))
        return keys


class AbovePanel:
    """A map of one quantity over an interface, in axes of micrometres."""

    def __init__(self, axes: Any, facets: Facets, name: str, steps: Sequence[int]) -> None:
        """Create the artists; `draw` fills them.

        Args:
            axes: Axes to draw in.
            facets: The interface.
            name: Name of the quantity.
            steps: Steps for which the colour scale is made.
        """
        from matplotlib.collections import LineCollection

        self._axes, self._facets, self._name = axes, facets, name
        shown = np.concatenate([facets.values(name, step) for step in steps])
        defined = shown[np.isfinite(shown)]
        self._largest = float(np.abs(defined).max(initial=0.0))
        self._factor = shown_unit(quantity(name).unit, self._largest).factor
        make = theme.signed_scale if name == "i_normal" else theme.positive_scale
        self.scale = make(self._factor * defined)
        self._is_empty = not defined.size
        self._drawn, self._mesh = facets.data, self._triangles()
        self._edge = LineCollection([], colors=theme.INK, linewidths=1.0)
        axes.add_collection(self._edge, autolim=False)
        axes.set_aspect("equal")
        axes.set_xlim(facets.x.min(), facets.x.max())
        axes.set_ylim(facets.y.min(), facets.y.max())
        axes.set_xlabel(f"{facets.letters[0]} (µm)")

    def _triangles(self) -> Any:
        """Return a new map of the facets, whose colours are still to be told."""
        from matplotlib import colormaps

        facets, colours = self._facets, self.scale.colours
        colour_map = colormaps[colours] if isinstance(colours, str) else colours
        return self._axes.tripcolor(
            facets.x,
            facets.y,
            facets.data.corners,
            facecolors=np.zeros(len(facets.data.corners)),
            cmap=colour_map.with_extremes(bad=_BLANK[self._name]),
            norm=self.scale.norm,
            # edges in the face's colour close the hair lines between neighbours
            edgecolors="face",
            linewidth=0.2,
            rasterized=True,
        )

    def draw(self, step: int) -> None:
        """Show a step."""
        self._facets.look_at(step)
        if self._facets.data is not self._drawn:
            self._mesh.remove()
            self._drawn, self._mesh = self._facets.data, self._triangles()
        self._mesh.set_array(self._factor * self._facets.values(self._name, step))
        self._edge.set_segments(list(self._facets.outline(step)))

    def explain(self, figure: Figure, **place: Any) -> None:
        """Add the colour bar, or say that there is nothing to colour.

        Args:
            figure: The figure.
            **place: Place of the bar.
        """
        label = axis_label(self._name, largest=self._largest) + _NOTES.get(self._name, "")
        where: dict[str, Any] = {"location": "bottom", "pad": 0.02, "aspect": 26, "shrink": 0.9}
        bar = theme.colour_bar(figure, self._mesh, self._axes, label, self.scale, **where | place)
        if self._is_empty:
            bar.set_ticks([])
            bar.set_label(_EMPTY[self._name])


def _shared_edges(corners: Indices) -> _Edges:
    """Return the edges that two triangles share."""
    ends = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]))
    facets = np.tile(np.arange(len(corners)), 3)
    order = np.lexsort(ends.T[::-1])
    ends, facets = ends[order], facets[order]
    same = np.flatnonzero(np.all(ends[1:] == ends[:-1], axis=1))
    return _Edges(ends[same], np.stack([facets[same], facets[same + 1]], axis=1))
