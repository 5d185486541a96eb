# SPDX-License-Identifier: BSD-3-Clause
"""View of the particles of a run: how much lithium is in them, and where they have lost contact.

Particles are coloured by lithium content, linear between the corners of their cells. The line round
them is dark where their surface conducts and bright where it does not. Bodies are displaced in true
scale; only gaps, a hundredth of a particle wide, are drawn wider inwards from the surface of the
electrolyte, by a whole number that the key tells.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.maps import Box, label_axes, moment
from ssbmech.plots.particles import read_particles
from ssbmech.plots.section import MICRO, Picture
from ssbmech.runfolder.quantities import axis_label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

_FACTORS = (1, 2, 5, 10, 20, 50, 100)
# Widest gap in the picture over the mean particle's diameter.
_WIDEST = 0.08
# Below a nanometre a gap is round-off or roughness.
_SMALLEST_GAP = 1e-9


class CathodePanel:
    """Particles, their surfaces, gaps and surroundings, in axes of micrometres."""

    def __init__(self, axes: Any, run: RunData, picture: Picture) -> None:
        """Create the artists; `draw` fills them.

        Args:
            axes: Axes to draw in.
            run: The run, with hosts, in the plane.
            picture: The cell.
        """
        from matplotlib.collections import LineCollection, PolyCollection

        self._axes, self.run, self._picture = axes, run, picture
        self.scale, self.conducting = content_scale(run), theme.conducting_scale()
        self.surfaces = surfaces(run, picture)
        self.widening = _widening(run, picture, self.surfaces)
        self._around: dict[str, Any] = {}
        for name in picture.bodies:
            if name not in run.hosts:
                self._around[name] = PolyCollection(
                    [], facecolors=theme.PALE, edgecolors="face", linewidths=0.3, zorder=1
                )
                axes.add_collection(self._around[name], autolim=False)
        self._inside: dict[str, Any] = {}
        self._gaps: dict[str, Any] = {}
        self._lines: dict[str, Any] = {}
        for name in self.surfaces:
            self._gaps[name] = PolyCollection(
                [], facecolors=theme.VOID, edgecolors="face", linewidths=0.8, zorder=3
            )
            # Round ends close the joints between facets.
            self._lines[name] = LineCollection(
                [],
                cmap=self.conducting.colours,
                norm=self.conducting.norm,
                linewidths=2.4,
                capstyle="round",
                zorder=4,
            )
            for artist in (self._gaps[name], self._lines[name]):
                axes.add_collection(artist, autolim=False)
        (self._marks,) = axes.plot(
            [], [], "X", color="white", markeredgecolor=theme.INK, markersize=8.0, zorder=5
        )
        axes.set_aspect("equal")
        label_axes(axes, picture, run)

    @property
    def coloured(self) -> Any:
        """The particles of the first host, for a colour bar."""
        return self._inside[self.run.hosts[0]]

    @property
    def lines(self) -> Any:
        """The lines round the particles, for a colour bar; None without surfaces."""
        return next(iter(self._lines.values()), None)

    def draw(self, step: int) -> None:
        """Show a step; the picture follows the particles."""
        box = particles_box(self.run, self._picture, step)
        self._axes.set_xlim(box.left, box.left + box.width)
        self._axes.set_ylim(box.bottom, box.bottom + box.height)
        for name, artist in self._around.items():
            frame = self._picture.body(name, step)
            corners = MICRO * frame.moved[frame.cells]
            artist.set_verts(corners[box.touches(corners)])
        marks: list[Array] = []
        for name in self.run.hosts:
            self._draw_host(name, step)
            marks.append(self._cut_off(name, step))
        self._marks.set_data(*np.concatenate(marks).T)
        for name in self.surfaces:
            surface = self._picture.surface(name, step)
            inner = surface.plus - self.widening * (surface.plus - surface.minus)
            strips = np.concatenate([inner, surface.plus[:, ::-1]], axis=1)
            self._gaps[name].set_verts(MICRO * strips[surface.gap > _SMALLEST_GAP])
            kept = _kept(self.run, name, step)
            # What has lost contact lies on top.
            order = np.argsort(-kept, kind="stable")
            self._lines[name].set_segments(MICRO * inner[order])
            self._lines[name].set_array(kept[order])

    def legend_handles(self) -> list[Any]:
        """Return what explains the picture in a legend."""
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        seen = [name for name, artist in self._around.items() if artist.get_paths()]
        keys: list[Any] = [Patch(facecolor=theme.PALE, label=", ".join(seen))] if seen else []
        if self._has_gap:
            width = f"gap, drawn {self.widening} times its width" if self.widening > 1 else "gap"
            keys.append(Patch(facecolor=theme.VOID, edgecolor=theme.INK, lw=0.7, label=width))
        if len(self._marks.get_xdata()):
            place: dict[str, Any] = {
                "color": "white",
                "markeredgecolor": theme.INK,
                "linestyle": "none",
            }
            keys.append(Line2D([], [], marker="X", markersize=8.0, label="cut off", **place))
        return keys

    @property
    def _has_gap(self) -> bool:
        return any(_largest_gap(self.run, name) > _SMALLEST_GAP for name in self.surfaces)

    def _draw_host(self, name: str, step: int) -> None:
        """Draw the content of a body; a mesh of colours cannot be moved, only drawn anew."""
        frame = self._picture.body(name, step)
        if name in self._inside:
            self._inside[name].remove()
        self._inside[name] = self._axes.tripcolor(
            *(MICRO * frame.moved).T,
            frame.cells,
            self._picture.corner_values(name, "content", step),
            shading="gouraud",
            cmap=self.scale.colours,
            norm=self.scale.norm,
            zorder=2,
        )

    def _cut_off(self, name: str, step: int) -> Array:
        """Return the middles of the particles that are cut off, shape (particles, 2) [um]."""
        particles = read_particles(self.run, name, float(self._picture.times[step]))
        frame = self._picture.body(name, step)
        centres = MICRO * frame.moved[frame.cells].mean(axis=1)
        of_cells = self.run.bodies[name].values("particle", step).astype(int)
        middles = [
            centres[of_cells == each].mean(axis=0) for each in np.flatnonzero(particles.cut_off)
        ]
        return np.array(middles).reshape(-1, 2)


def cathode_view(run: RunData, time: float, path: Path) -> Path:
    """Draw the particles at the output nearest to a time.

    Args:
        run: The run, with hosts, in the plane.
        time: Time [s].
        path: File to write.

    Returns:
        The path.

    Raises:
        RunFolderError: The run has no fields.
    """
    picture = Picture(run)
    step = int(np.abs(picture.times - time).argmin())
    with theme.style():
        width, height = _size(particles_box(run, picture, step))
        figure = theme.new_figure(max(width + 2.75, 7.6), height + 1.3)
        # The label of the outer bar would touch the edge.
        figure.get_layout_engine().set(rect=(0.005, 0.0, 0.985, 1.0))
        axes = figure.subplots()
        panel = CathodePanel(axes, run, picture)
        panel.draw(step)
        explain(figure, axes, panel, width)
        figure.suptitle(cathode_moment(run, float(picture.times[step])), fontsize=10)
        return theme.save(figure, path)


def explain(figure: Any, axes: Any, panel: CathodePanel, width: float) -> None:
    """Add the colour bars of content and conducting fraction beside a panel, and a key above it.

    Args:
        figure: The figure.
        axes: Axes of the panel.
        panel: The panel, drawn.
        width: Width of the axes [inch].
    """
    bars = [(panel.coloured, axis_label("content"), panel.scale)]
    if panel.lines is not None:
        bars.append((panel.lines, _surface_label(panel.run, panel.surfaces), panel.conducting))
    for number, (artist, label, scale) in enumerate(bars):
        # Inset axes are as high as the picture, which in true scale does not fill its place.
        inset = axes.inset_axes([1.0 + (0.12 + 0.85 * number) / width, 0.0, 0.16 / width, 1.0])
        theme.colour_bar(figure, artist, axes, label, scale, cax=inset)
    place = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), "ncols": 3}
    axes.legend(handles=panel.legend_handles(), borderpad=0.1, borderaxespad=0.3, **place)


def cathode_moment(run: RunData, time: float) -> str:
    """Return a title that says when: time, step, voltage, state of charge and conduction."""
    names = [name for name in run.interfaces if run.interfaces[name].minus in run.hosts]
    state = [("voltage", "voltage"), ("state_of_charge", "state of charge")]
    for name in names:
        of = f" {run.interfaces[name].minus}" if len(names) > 1 else ""
        state.append((f"conducting_fraction:{name}", f"conducting fraction{of}"))
    return moment(run, time, state)


def content_scale(run: RunData) -> theme.Scale:
    """Return the colour scale of the lithium content over the whole run."""
    low, high = np.inf, -np.inf
    for name in run.hosts:
        data = run.bodies[name]
        # step by step: all of a large run at once would not fit
        for step in range(len(data.times)):
            content = data.values("content", step)
            low, high = min(low, float(content.min())), max(high, float(content.max()))
    return theme.content_scale(low, high)


def surfaces(run: RunData, picture: Picture) -> list[str]:
    """Return the interfaces that are surfaces of particles."""
    return [name for name in picture.interfaces if picture.sides(name)[0] in run.hosts]


def _kept(run: RunData, name: str, step: int) -> Array:
    """Return how far the facets of an interface conduct; without charge, are bonded or touch."""
    data = run.interfaces[name]
    if "conducting" in data.names:
        return data.values("conducting", step)
    if "damage" in data.names:
        return 1.0 - data.values("damage", step)
    return np.asarray(data.values("gap", step) < _SMALLEST_GAP, dtype=np.float64)


def _surface_label(run: RunData, names: Sequence[str]) -> str:
    """Return the words for what the lines round the particles show."""
    arrays = frozenset.union(*(run.interfaces[name].names for name in names))
    if "conducting" in arrays:
        return "conducting fraction of the surface"
    return "bonded fraction of the surface" if "damage" in arrays else "surface in contact"


def _largest_gap(run: RunData, name: str) -> float:
    return run.interfaces[name].extremes("gap")[1]


def _widening(run: RunData, picture: Picture, names: list[str]) -> int:
    """Return by what gaps are multiplied, so that the largest can be seen."""
    gap = max((_largest_gap(run, name) for name in names), default=0.0)
    if gap <= _SMALLEST_GAP:
        return 1
    areas = []
    for name in run.hosts:
        frame = picture.body(name, 0)
        first, second, third = frame.points[frame.cells].transpose(1, 0, 2)
        (ax, ay), (bx, by) = (second - first).T, (third - first).T
        count = int(run.bodies[name].values("particle", 0).max()) + 1
        areas.append(0.5 * np.abs(ax * by - ay * bx).sum() / count)
    diameter = float(np.sqrt(4.0 / np.pi * min(areas)))
    return max(factor for factor in _FACTORS if factor == 1 or factor * gap < _WIDEST * diameter)


def particles_box(run: RunData, picture: Picture, step: int) -> Box:
    """Return the part to show: all particles, with a margin where the cell goes on [um]."""
    low, high = _bounds(picture, run.hosts, step)
    margin = 0.05 * float((high - low).max())
    outer_low, outer_high = _bounds(picture, picture.bodies, step)
    low, high = np.maximum(low - margin, outer_low), np.minimum(high + margin, outer_high)
    return Box(float(low[0]), float(low[1]), *(float(each) for each in high - low))


def _bounds(picture: Picture, names: Sequence[str], step: int) -> tuple[Array, Array]:
    """Return the corners of a box that holds some bodies [um]."""
    moved = [picture.body(name, step).moved for name in names]
    low, high = (
        np.min([each.min(axis=0) for each in moved], axis=0),
        np.max([each.max(axis=0) for each in moved], axis=0),
    )
    return MICRO * low, MICRO * high


def _size(box: Box) -> tuple[float, float]:
    """Return width and height of axes that a box fills in true scale [inch]."""
    inch = min(6.0 / box.width, 6.5 / box.height)
    return inch * box.width, inch * box.height
