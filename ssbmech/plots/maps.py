# SPDX-License-Identifier: BSD-3-Clause
"""Stress maps: the whole cell in true scale, and the void enlarged.

Von Mises stress and pressure are shown cell by cell, as they were computed. Both panels are drawn
from displaced bodies with the gap at its true width; in the enlarged one the vertical scale is
stretched by a whole number, which its title tells, because a gap of a micrometre in a cell of
seventy is hardly a line. Gaps round particles are not enlarged: `cathode` shows them.

In plane strain particles that host lithium carry stresses far above those of what is round them.
The scales are made for the other bodies; what goes beyond them has the colour of their ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.labels import Labels
from ssbmech.plots.ranges import beyond_scale, extent, pressure_scale, stress_scale
from ssbmech.plots.section import MICRO, Picture
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

# Thinner gaps and plated metal are round-off [m].
_LEAST_SEEN = 1e-9
_STRETCHES = (1, 2, 3, 5, 10, 20, 50)
# What a title says of the state: series column, words.
STATE = (("p_stack", "stack pressure"), ("voltage", "voltage"))


@dataclass(frozen=True, slots=True)
class Window:
    """The enlarged part of the cell.

    Attributes:
        interface: Name of the interface in the middle.
        low: Left end [m].
        high: Right end [m].
        height: Height [m].
        stretch: How many times the vertical scale is that of the horizontal.
    """

    interface: str
    low: float
    high: float
    height: float
    stretch: int


@dataclass(frozen=True, slots=True)
class Box:
    """Part of a picture [um]."""

    left: float
    bottom: float
    width: float
    height: float

    def touches(self, corners: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which cells may be seen in the box.

        Args:
            corners: Corners of the cells, shape (cells, corners, 2) [um].
        """
        low, high = corners.min(axis=1), corners.max(axis=1)
        across = (high[:, 0] >= self.left) & (low[:, 0] <= self.left + self.width)
        up = (high[:, 1] >= self.bottom) & (low[:, 1] <= self.bottom + self.height)
        return np.asarray(across & up)


class MapPanel:
    """One panel: coloured bodies, gaps, plated metal, in axes of micrometres."""

    def __init__(self, axes: Any, picture: Picture, name: str, scale: theme.Scale) -> None:
        """Create the artists; `draw` fills them.

        Args:
            axes: Axes to draw in.
            picture: The cell.
            name: Cell array that gives the colour.
            scale: Colour scale.
        """
        from matplotlib.collections import LineCollection, PolyCollection

        self._picture, self._name = picture, name
        self._factor = shown_unit(quantity(name).unit).factor
        self._cells: dict[str, Any] = {}
        self._plated: dict[str, Any] = {}
        self._gaps: dict[str, Any] = {}
        self._lines: dict[str, Any] = {}
        for level, body in enumerate(picture.bodies):
            # Edges in the face's colour close the hair lines between neighbouring cells.
            self._cells[body] = PolyCollection(
                [],
                cmap=scale.colours,
                norm=scale.norm,
                edgecolors="face",
                linewidths=0.5,
                zorder=level + 1,
            )
            axes.add_collection(self._cells[body], autolim=False)
        self._add_surfaces(axes)
        self._between = LineCollection(
            [], colors=theme.INK, linewidths=0.7, linestyles="dotted", zorder=98
        )
        axes.add_collection(self._between, autolim=False)
        self.coloured = self._cells[picture.bodies[0]]

    def _add_surfaces(self, axes: Any) -> None:
        from matplotlib.collections import LineCollection, PolyCollection

        for ends in first_surfaces(self._picture):
            line = LineCollection([*(MICRO * ends)], zorder=97, **_first_look())
            axes.add_collection(line, autolim=False)
        order = self._picture.bodies
        for name in self._picture.interfaces:
            level = order.index(self._picture.sides(name)[1]) + 1
            self._plated[name] = PolyCollection(
                [],
                facecolors=theme.PLATED,
                edgecolors=theme.PLATED,
                linewidths=0.3,
                zorder=level - 0.5,
            )
            self._gaps[name] = PolyCollection(
                [],
                facecolors=theme.VOID,
                edgecolors=theme.VOID_HATCH,
                hatch=theme.HATCH,
                linewidths=0.0,
                zorder=level - 0.4,
            )
            self._lines[name] = LineCollection([], colors=theme.INK, linewidths=0.7, zorder=99)
            for artist in (self._plated[name], self._gaps[name], self._lines[name]):
                axes.add_collection(artist, autolim=False)

    def draw(self, step: int, box: Box | None = None) -> None:
        """Show a step.

        Args:
            step: Number of the step.
            box: Part that will be seen; cells outside are left out. None: everything.
        """
        for body, artist in self._cells.items():
            frame = self._picture.body(body, step, (self._name,))
            corners = MICRO * frame.moved[frame.cells]
            values = self._factor * frame.arrays[self._name]
            if box is not None:
                seen = box.touches(corners)
                corners, values = corners[seen], values[seen]
            artist.set_verts(corners)
            artist.set_array(values)
        self._between.set_segments(
            [end for body in self._cells for end in self._border(body, step)]
        )
        for name in self._picture.interfaces:
            surface = self._picture.surface(name, step)
            self._plated[name].set_verts(MICRO * surface.plated)
            self._gaps[name].set_verts(MICRO * surface.opened)
            self._lines[name].set_segments([*(MICRO * surface.plus), *(MICRO * surface.minus)])

    def _border(self, body: str, step: int) -> Any:
        """Return the edges between regions of a body at a step, shape (edges, 2, 2) [um]."""
        frame = self._picture.body(body, step, (self._name,))
        return MICRO * frame.moved[self._picture.borders(body, step)]


def stress_map(run: RunData, time: float, path: Path, *, one_scale: bool = False) -> Path:
    """Draw von Mises stress and pressure at the output nearest to a time.

    Args:
        run: The run.
        time: Time [s].
        path: File to write.
        one_scale: Whether all pictures of the run have the same colour scales, or each its own.

    Returns:
        The path.

    Raises:
        RunFolderError: The run has no fields, or lacks stresses.
    """
    picture = Picture(run)
    step = int(np.abs(picture.times - time).argmin())
    names, shown = ("von_mises", "pressure"), () if one_scale else (step,)
    scales = {
        "von_mises": stress_scale(run, picture, "von_mises", shown),
        "pressure": pressure_scale(run, picture, shown),
    }
    window, labels = void_window(run, picture), Labels(picture)
    with theme.style():
        figure = theme.new_figure(*((10.0, 8.6) if window else _size(picture)))
        rows = [2.2, 1.0] if window else [1.0]
        grid = figure.subplots(len(rows), 2, squeeze=False, height_ratios=rows)
        for column, name in enumerate(names):
            whole = MapPanel(grid[0, column], picture, name, scales[name])
            whole.draw(step)
            frame_whole(grid[0, column], picture, run)
            labels.draw(grid[0, column], step)
            grid[0, column].set_title(quantity(name).label, loc="left", fontweight="bold")
            if window:
                box = window_box(picture, window, step)
                MapPanel(grid[1, column], picture, name, scales[name]).draw(step, box)
                frame_window(grid[1, column], picture, run, window, box)
                mark_window(grid[0, column], box)
            label = axis_label(name) + (", compression positive" if name == "pressure" else "")
            label += beyond_scale(run, picture, name, scales[name], shown)
            place = {"location": "bottom", "shrink": 0.8, "pad": 0.02, "aspect": 36}
            theme.colour_bar(
                figure, whole.coloured, list(grid[:, column]), label, scales[name], **place
            )
        keys = _keys(picture, [step])
        if window:
            add_key(grid[-1, 0], picture, [step])
        elif keys:
            figure.legend(handles=keys, loc="outside lower center", ncols=2)
        title = moment(run, float(picture.times[step]))
        figure.suptitle(title + picture.where, fontsize=11)
        return theme.save(figure, path)


def add_key(axes: Any, picture: Picture, steps: Sequence[int]) -> None:
    """Explain gap and plated metal in a legend, if they are there at some of the steps."""
    keys = _keys(picture, steps)
    if keys:
        place: Any = {"loc": "upper right", "ncols": 2, "frameon": True, "framealpha": 0.9}
        axes.legend(handles=keys, **place).set_zorder(200)


def _keys(picture: Picture, steps: Sequence[int]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    surfaces = [picture.surface(name, step) for step in steps for name in picture.interfaces]
    gap: Any = {"facecolor": theme.VOID, "edgecolor": theme.VOID_HATCH, "hatch": theme.HATCH}
    plated: Any = {"facecolor": theme.PLATED, "edgecolor": theme.INK, "linewidth": 0.7}
    keys: list[Any] = []
    if first_surfaces(picture):
        keys.append(Line2D([], [], label="metal's surface at the start", **_first_look()))
    if any(float(surface.gap.max(initial=0.0)) > _LEAST_SEEN for surface in surfaces):
        keys.append(Patch(label="gap", **gap))
    plating = [picture.plated(name, step) for step in steps for name in picture.interfaces]
    if max(plating, default=0.0) > _LEAST_SEEN:
        keys.append(Patch(label="plated metal", **plated))
    return keys


def first_surfaces(picture: Picture) -> list[NDArray[np.float64]]:
    """Return where the surfaces of metal that moves were at first, shape (facets, 2 ends, 2) [m].

    Seen against these, metal has come or gone.

    Args:
        picture: The cell.
    """
    moving = [name for name in picture.interfaces if picture.moves(picture.sides(name)[0])]
    return [picture.surface(name, 0).minus for name in moving]


def _first_look() -> dict[str, Any]:
    """Return the look of these lines: light, with a dark rim."""
    from matplotlib.patheffects import withStroke

    rim = withStroke(linewidth=2.2, foreground="#444444")
    return {"color": "#ffffff", "linewidth": 1.0, "path_effects": [rim]}


def moment(run: RunData, time: float, state: Sequence[tuple[str, str]] = STATE) -> str:
    """Return a title that says when: time, protocol step and the state of the cell.

    Args:
        run: The run.
        time: Time [s].
        state: Series columns and words for them; those that the run lacks, or that are zero for
            want of a fixture or electrodes, are left out.
    """
    unit, factor = run.time_unit() if time >= 60.0 else ("s", 1.0)
    parts = [f"t = {factor * time:.4g} {unit}"]
    parts += [span.label for span in run.protocol() if span.start < time <= span.end]
    times = run.series["time"]
    for name, words in state:
        values = run.series.columns.get(name)
        if values is not None and values.any():
            shown = shown_unit(run.series.units[name], run.series.largest(name))
            # Adding zero turns -0 into 0.
            value = round(shown.factor * float(np.interp(time, times, values)), 9) + 0.0
            parts.append(f"{words} {value:.3g} {shown.text}".rstrip())
    return "   ·   ".join(parts).replace("-", theme.MINUS)


def void_window(run: RunData, picture: Picture) -> Window | None:
    """Return the part to enlarge: around everything that was ever open, the same at all times.

    If no gap ever opened there is nothing to enlarge; nor are gaps round particles.
    """
    widest: tuple[float, str] = (0.0, "")
    for name in picture.interfaces:
        if run.round_particles(name):
            continue
        widest = max(widest, (run.interfaces[name].extremes("gap")[1], name))
    opened, name = widest
    # Less than a nanometre is roughness or round-off, not a void.
    if opened < 1e-9:
        return None
    frames = [picture.facets(name, step, ("gap",)) for step in range(len(picture.times))]
    x = np.concatenate(
        [frame.points[frame.cells][frame.arrays["gap"] > 1e-9, :, 0].ravel() for frame in frames]
    )
    ends = frames[0].points[:, 0]
    if not x.size:
        return None
    margin = 0.3 * max(float(np.ptp(x)), 6.0 * opened)
    low = max(float(x.min()) - margin, float(ends.min()))
    high = min(float(x.max()) + margin, float(ends.max()))
    # The panel is about 2.3 times as wide as high; a void should fill a fourth of the height.
    natural = (high - low) / 2.3
    fitting = [stretch for stretch in _STRETCHES if natural / stretch >= 4.0 * opened]
    stretch = max(fitting, default=1)
    return Window(name, low, high, natural / stretch, stretch)


def frame_whole(axes: Any, picture: Picture, run: RunData) -> None:
    """Set limits and labels of a panel that shows the whole cell, at any time."""
    low, high = extent(picture)
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    axes.set_aspect("equal")
    label_axes(axes, picture, run)


def frame_window(axes: Any, picture: Picture, run: RunData, window: Window, box: Box) -> None:
    """Set limits and labels of a panel that shows the enlarged part."""
    axes.set_xlim(box.left, box.left + box.width)
    axes.set_ylim(box.bottom, box.bottom + box.height)
    axes.set_aspect(window.stretch)
    scale = (
        f"vertical scale stretched {window.stretch} times" if window.stretch > 1 else "true scale"
    )
    axes.set_title(f"{window.interface.replace('|', ' | ')}, {scale}", loc="left")
    label_axes(axes, picture, run)


def mark_window(axes: Any, box: Box) -> None:
    """Show in a panel of the whole cell what is enlarged."""
    from matplotlib.patches import Rectangle

    corner = (box.left, box.bottom)
    axes.add_patch(
        Rectangle(
            corner, box.width, box.height, fill=False, edgecolor=theme.INK, ls="--", zorder=120
        )
    )


def window_box(picture: Picture, window: Window, step: int) -> Box:
    """Return where the enlarged part is at a step; it follows the interface."""
    plus = picture.surface(window.interface, step).plus
    level = float(np.median(plus[..., 1]))
    return Box(
        MICRO * window.low,
        MICRO * (level - 0.58 * window.height),
        MICRO * (window.high - window.low),
        MICRO * window.height,
    )


def label_axes(axes: Any, picture: Picture, run: RunData) -> None:
    """Name the axes of a picture."""
    radial = run.manifest.get("frame") == "Axisymmetric"
    upright = "z" if radial or picture.in_space else "y"
    axes.set_xlabel(f"{'r' if radial else 'x'} (µm)")
    axes.set_ylabel(f"{upright} (µm)")


def _size(picture: Picture) -> tuple[float, float]:
    """Return width and height of a figure with two panels that hold the cell in true scale."""
    low, high = extent(picture)
    width, height = float(high[0] - low[0]), float(high[1] - low[1])
    inch = min(4.2 / width, 6.0 / height)
    return max(2.0 * (inch * width + 0.8), 8.0), inch * height + 2.2
