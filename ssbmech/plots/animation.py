# SPDX-License-Identifier: BSD-3-Clause
"""A short film of a run: stress and void, current along the interface, and the clock.

Of a run in space the interface of the void is seen from above, gap and current side by side. Of a
run with particles: stress, the particles' lithium content, and the clock.

Frames are outputs of the run; nothing is interpolated between them. Each is shown for a part of the
five seconds that is, by halves, the part of the time that it stands for and one for each output: a
void that closes in the first minute of an hour is seen closing. The film is an mp4 if
imageio-ffmpeg is installed, which brings the encoder, and else a gif.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import maps, theme
from ssbmech.plots.cathode import CathodePanel, explain
from ssbmech.plots.from_above import AbovePanel, Facets, can_be_seen
from ssbmech.plots.history import draw_quantity, shade_steps
from ssbmech.plots.labels import Labels
from ssbmech.plots.ranges import some_steps, stress_scale
from ssbmech.plots.section import MICRO, Picture
from ssbmech.runfolder.quantities import axis_label, quantity
from ssbmech.runfolder.shown import shown_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from ssbmech.runfolder.reader import RunData

    Pixels = NDArray[np.uint8]

SECONDS = 5.0
_FRAMES = 75
# Even numbers of pixels, which the encoder asks for.
_WIDTH, _HEIGHT, _DPI = 11.2, 6.3, 100


def film(run: RunData, stem: Path) -> Path:
    """Make a film of about five seconds.

    Args:
        run: The run.
        stem: File to write, without its ending.

    Returns:
        The path with its ending, ``.mp4`` or ``.gif``.

    Raises:
        RunFolderError: The run has no fields, or lacks stresses.
    """
    picture = Picture(run)
    shown = schedule(picture.times)
    with theme.style():
        drawn = _Film(run, picture)
        frames = ((drawn.frame(step), count) for step, count in shown)
        if find_spec("imageio_ffmpeg") is not None:
            return _write_mp4(stem.with_suffix(".mp4"), frames)
        return _write_gif(stem.with_suffix(".gif"), frames)


class _Film:
    """The figure whose artists are moved from frame to frame."""

    def __init__(self, run: RunData, picture: Picture) -> None:
        self._run, self._picture = run, picture
        self._window = maps.void_window(run, picture)
        self._labels = Labels(picture)
        self._particles: CathodePanel | None = None
        scale = stress_scale(run, picture, "von_mises")
        self._figure: Any = theme.new_figure(_WIDTH, _HEIGHT)
        self._figure.set_dpi(_DPI)
        # The title above is set later and differs from frame to frame: keep its place.
        self._figure.get_layout_engine().set(rect=(0.0, 0.0, 0.985, 0.95))
        left, right = self._figure.subfigures(1, 2, width_ratios=[1.0, 1.25])
        whole = left.subplots()
        self._axes = {"whole": whole}
        self._panels = {"whole": maps.MapPanel(whole, picture, "von_mises", scale)}
        maps.frame_whole(whole, picture, run)
        place = {"location": "bottom", "pad": 0.02, "aspect": 30, "shrink": 0.9}
        coloured = self._panels["whole"].coloured
        theme.colour_bar(left, coloured, whole, axis_label("von_mises"), scale, **place)
        interface = self._window.interface if self._window else ""
        self._shown: _Profile | _FromAbove | None = None
        if self._window and can_be_seen(run, interface):
            above, below = right.subfigures(2, 1, height_ratios=[2.5, 1.0])
            self._shown = _FromAbove(above, run, picture, interface)
            # what would be enlarged is seen from above
            self._window, clock = None, below.subplots()
        elif self._window:
            clock = self._add_window(right, self._window, scale)
        elif run.hosts and not run.in_space:
            particles, clock = right.subplots(2, 1, height_ratios=[3.0, 1.0])
            self._particles = CathodePanel(particles, run, picture)
            self._particles.draw(0)
            explain(right, particles, self._particles, width=3.0)
        else:
            clock = right.subplots()
        self._cursor = self._add_clock(clock, interface)

    def _add_window(self, figure: Any, window: maps.Window, scale: theme.Scale) -> Any:
        """Add the enlarged part and a profile of its interface; return axes for the clock."""
        run, picture = self._run, self._picture
        enlarged, profile, clock = figure.subplots(3, 1, height_ratios=[2.3, 1.0, 1.0])
        self._shown = _Profile(profile, run, picture, window)
        self._axes["window"] = enlarged
        self._panels["window"] = maps.MapPanel(enlarged, picture, "von_mises", scale)
        maps.add_key(enlarged, picture, some_steps(picture))
        return clock

    def frame(self, step: int) -> NDArray[np.uint8]:
        """Return the pixels of a step, shape (height, width, 3)."""
        whole = self._axes["whole"]
        for artist in [*whole.texts, *whole.patches]:
            artist.remove()
        self._panels["whole"].draw(step)
        self._labels.draw(whole, step)
        if self._particles:
            self._particles.draw(step)
        if self._window:
            box = maps.window_box(self._picture, self._window, step)
            self._panels["window"].draw(step, box)
            maps.frame_window(self._axes["window"], self._picture, self._run, self._window, box)
            # The panel below has the same axis.
            self._axes["window"].set_xlabel("")
            maps.mark_window(whole, box)
        if self._shown:
            self._shown.draw(step)
        time = float(self._picture.times[step])
        shown = time * self._run.time_unit()[1]
        self._cursor.set_xdata([shown, shown])
        title = maps.moment(self._run, time) + self._picture.where
        self._figure.suptitle(title, fontsize=10)
        pixels = _pixels(self._figure)
        # Laid out once: panels that shift from frame to frame would tremble, and it takes time.
        self._figure.set_layout_engine("none")
        return pixels

    def _add_clock(self, axes: Any, where: str) -> Any:
        """Draw the void volume, or else the voltage, against time, with a cursor."""
        name = "void_volume" if where in self._run.series.of("void_volume") else "voltage"
        draw_quantity(axes, self._run, name, (where,))
        shade_steps(axes, self._run, shade=True, labels=True, width=4.3)
        axes.set_xlabel(f"time ({self._run.time_unit()[0]})")
        return axes.axvline(0.0, color=theme.INK, linewidth=1.4)


class _Profile:
    """Current density along the interface of the void."""

    def __init__(self, axes: Any, run: RunData, picture: Picture, window: maps.Window) -> None:
        self._picture, self._name = picture, window.interface
        data = run.interfaces[window.interface]
        self._quantity = "i_normal" if "i_normal" in data.names else "gap"
        self._factor = shown_unit(quantity(self._quantity).unit).factor
        least, most = (self._factor * each for each in data.extremes(self._quantity))
        low, high = min(least, 0.0), max(most, 0.0)
        margin = 0.08 * (high - low) or 1.0
        axes.set_xlim(MICRO * window.low, MICRO * window.high)
        axes.set_ylim(low - margin, high + margin)
        axes.set_ylabel(axis_label(self._quantity).replace(" (", "\n("))
        axes.set_xlabel("position (µm)")
        axes.axhline(0.0, color=theme.INK, linewidth=0.6)
        axes.spines[["top", "right"]].set_visible(False)
        (self._line,) = axes.plot([], [], color=theme.LINES[0])

    def draw(self, step: int) -> None:
        """Show a step; each facet is a level piece."""
        frame = self._picture.facets(self._name, step, (self._quantity,))
        ends = np.sort(MICRO * frame.points[frame.cells][..., 0], axis=1)
        order = np.argsort(ends[:, 0])
        values = self._factor * frame.arrays[self._quantity][order]
        self._line.set_data(ends[order].ravel(), np.repeat(values, 2))


class _FromAbove:
    """Gap and current of the interface of the void, seen from above."""

    def __init__(self, figure: Any, run: RunData, picture: Picture, interface: str) -> None:
        data = run.interfaces[interface]
        names = [name for name in ("gap", "i_normal") if name in data.names]
        facets, steps = Facets(data), some_steps(picture)
        places = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
        self._panels = []
        for name, axes in zip(names, places, strict=True):
            panel = AbovePanel(axes, facets, name, steps)
            panel.explain(figure)
            axes.set_title(f"{quantity(name).label}, from above", loc="left")
            self._panels.append(panel)
        places[0].set_ylabel(f"{facets.letters[1]} (µm)")

    def draw(self, step: int) -> None:
        """Show a step."""
        for panel in self._panels:
            panel.draw(step)


def schedule(times: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the steps to show, in order, each with the number of frames it is shown for.

    Args:
        times: Times of the outputs [s].
    """
    if len(times) < 2:
        return [(0, _FRAMES)]
    even = np.linspace(0.0, 1.0, len(times))
    place = 0.5 * even + 0.5 * (times - times[0]) / (times[-1] - times[0])
    moments = np.linspace(0.0, 1.0, _FRAMES)
    nearest = np.abs(place[None, :] - moments[:, None]).argmin(axis=1)
    steps, counts = np.unique(nearest, return_counts=True)
    return [(int(step), int(count)) for step, count in zip(steps, counts, strict=True)]


def _pixels(figure: Figure) -> NDArray[np.uint8]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _write_mp4(path: Path, frames: Iterator[tuple[Pixels, int]]) -> Path:
    """Encode frames as H.264, which every browser and slide program plays."""
    import imageio_ffmpeg

    size = (round(_WIDTH * _DPI), round(_HEIGHT * _DPI))
    writer = imageio_ffmpeg.write_frames(
        str(path),
        size,
        fps=_FRAMES / SECONDS,
        codec="libx264",
        quality=7,
        macro_block_size=2,
        ffmpeg_log_level="error",
    )
    writer.send(None)
    try:
        for frame, count in frames:
            for _ in range(count):
                writer.send(frame)
    finally:
        writer.close()
    return path


def _write_gif(path: Path, frames: Iterator[tuple[Pixels, int]]) -> Path:
    """Write frames with Pillow, which matplotlib brings."""
    from PIL import Image

    shown = [(Image.fromarray(frame).quantize(64), count) for frame, count in frames]
    images: Sequence[Any] = [image for image, _ in shown]
    durations = [round(1000.0 * SECONDS / _FRAMES) * count for _, count in shown]
    images[0].save(
        path, save_all=True, append_images=images[1:], duration=durations, loop=0, optimize=True
    )
    return path
