# SPDX-License-Identifier: BSD-3-Clause
"""The particles of a host one by one: how much lithium each holds, and whether it is cut off.

At the end of a charge all particles should be as empty, at the end of a discharge as full as their
neighbours. Those that lag behind have lost contact, or lie far away.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.plots import theme
from ssbmech.plots.capacity import branches
from ssbmech.runfolder.quantities import CUT_OFF, axis_label

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ssbmech.plots.capacity import Branch
    from ssbmech.runfolder.fields import FieldData
    from ssbmech.runfolder.reader import RunData

    Array = NDArray[np.float64]

# Corners of a cell -> weights of its corners and of its mid-side points in the cell's mean.
_WEIGHTS = {2: (1 / 6, 2 / 3), 3: (0.0, 1 / 3), 4: (-1 / 20, 1 / 5)}
_MOST_BINS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Particles:
    """All particles of a body at one step.

    Attributes:
        volume: Volume of each particle over that of all, shape (particles,) [1].
        content: Mean lithium content of each particle [1].
        conducting: Conducting fraction of each particle's surface; nan without a surface [1].
    """

    volume: Array
    content: Array
    conducting: Array

    @property
    def cut_off(self) -> NDArray[np.bool_]:
        """Which particles have lost contact."""
        return np.asarray(self.conducting < CUT_OFF)

    @property
    def mean(self) -> float:
        """Mean content of all particles [1]."""
        return float(self.volume @ self.content)


def read_particles(run: RunData, name: str, time: float) -> Particles:
    """Return the particles of a body at the output nearest to a time.

    Args:
        run: The run.
        name: Body with particles.
        time: Time [s].

    Raises:
        RunFolderError: The body has no content or particles.
    """
    body = run.bodies[name]
    step = body.nearest_step(time)
    radial = run.manifest.get("frame") == "Axisymmetric"
    particle = body.values("particle", step).astype(int)
    volumes = _sizes(body, radial)
    count = int(particle.max()) + 1
    total = np.bincount(particle, volumes, count)
    lithium = np.bincount(particle, volumes * cell_means(body, "content", step), count)
    areas, conducting = np.zeros(count), np.zeros(count)
    for interface in run.interfaces.values():
        # The last append of a run that was killed may have reached some files only.
        step = interface.nearest_step(time)
        if interface.minus == name and {"particle", "conducting"} <= interface.names:
            at = interface.values("particle", step).astype(int)
            facets = _sizes(interface, radial)
            areas += np.bincount(at, facets, count)
            conducting += np.bincount(at, facets * interface.values("conducting", step), count)
    fraction = np.full(count, np.nan)
    np.divide(conducting, areas, out=fraction, where=areas > 0.0)
    return Particles(total / total.sum(), lithium / total, fraction)


def cell_means(data: FieldData, name: str, step: int) -> Array:
    """Return the mean of a point array over each cell, exact for straight quadratic cells.

    Args:
        data: Field file.
        name: Point array.
        step: Number of the step.
    """
    values = data.values(name, step)[data.nodes]
    corners = data.corners.shape[1]
    if data.nodes.shape[1] == corners:
        return np.asarray(values.mean(axis=1))
    at_corner, at_side = _WEIGHTS[corners]
    return np.asarray(
        at_corner * values[:, :corners].sum(axis=1) + at_side * values[:, corners:].sum(axis=1)
    )


def particles_figure(run: RunData, path: Path) -> Path:
    """Draw the mean content of each particle at the end of the last charge and discharge.

    Above the share of volume against content, with the ends of the first cycle as outlines; below
    the conducting fraction of each particle's surface.

    Args:
        run: The run, with hosts and a charge or discharge.
        path: File to write.

    Returns:
        The path.
    """
    found = branches(run)
    first, last = found[:2], found[-2:]
    # The same branch on the same side: charge and discharge, in the order of the first cycle.
    last = sorted(last, key=lambda branch: branch.label != first[0].label)
    with theme.style():
        figure = theme.new_figure(1.2 + 3.7 * len(last), 0.8 + 3.6 * len(run.hosts))
        rows = 2 * len(run.hosts)
        heights = [1.0, 1.2] * len(run.hosts)
        grid = figure.subplots(rows, len(last), squeeze=False, sharex=False, height_ratios=heights)
        for number, name in enumerate(run.hosts):
            below = grid[2 * number : 2 * number + 2]
            _draw_host(below, run, name, first, last)
        for axes, branch in zip(grid[0], last, strict=True):
            unit, factor = run.time_unit()
            axes.set_title(f"end of {branch.label}, t = {factor * branch.end:.4g} {unit}")
        return theme.save(figure, path)


def _draw_host(grid: Any, run: RunData, name: str, first: list[Branch], last: list[Branch]) -> None:
    """Draw the particles of a body: two rows of axes, a column for each branch."""
    from matplotlib.ticker import MaxNLocator

    states = [read_particles(run, name, branch.end) for branch in last]
    earlier = [
        read_particles(run, name, before.end) if before.end < after.end else None
        for before, after in zip(first, last, strict=True)
    ]
    bins = _bins([[now, was] for now, was in zip(states, earlier, strict=True)])
    for column, (now, was, edges) in enumerate(zip(states, earlier, bins, strict=True)):
        above, below = grid[:, column]
        _draw_histogram(above, now, was, edges)
        _draw_strip(below, now)
        above.sharex(below)
        above.tick_params(labelbottom=False)
        below.set_xlabel(f"{name}: mean {axis_label('content')} of each particle")
        below.xaxis.set_major_locator(MaxNLocator(nbins=6))
        for axes in (above, below):
            # a content is a fraction
            axes.set_xlim(max(edges[0], 0.0), min(edges[-1], 1.0))
            axes.axvline(now.mean, color=theme.INK, linewidth=1.0, linestyle="--", zorder=1)
            axes.spines[["top", "right"]].set_visible(False)
    grid[0, 0].set_ylabel("share of volume (%)")
    grid[1, 0].set_ylabel("conducting fraction\nof its surface")
    note = "a disc per particle, its area in proportion to the volume"
    if any(now.cut_off.any() for now in states):
        note += "; cross: cut off"
    grid[1, 0].set_title(note, loc="left", fontsize=8)


def _draw_histogram(axes: Any, now: Particles, was: Particles | None, edges: Array) -> None:
    kinds = [(np.ones_like(now.cut_off), theme.LINES[4], "")]
    if now.cut_off.any():
        kinds.append((now.cut_off, theme.LOST, "of it cut off"))
    for some, colour, label in kinds:
        axes.hist(
            now.content[some],
            edges,
            weights=100.0 * now.volume[some],
            color=colour,
            edgecolor="white",
            linewidth=0.8,
            label=label,
            zorder=0.5,
        )
    if was is not None:
        weights = 100.0 * was.volume
        axes.hist(
            was.content,
            edges,
            weights=weights,
            histtype="step",
            color="#666666",
            label="in the first cycle",
        )
    axes.plot([], [], "--", color=theme.INK, linewidth=1.0, label=f"mean {now.mean:.3f}")
    axes.margins(y=0.3)
    axes.legend(loc="best", fontsize=8.0)
    # There is room for the legend above all of the volume, but no more volume.
    axes.set_yticks([tick for tick in axes.get_yticks() if 0.0 <= tick <= 100.0])


def _draw_strip(axes: Any, now: Particles) -> None:
    """Draw a disc for each particle, its area that of the particle."""
    area = 160.0 * now.volume / now.volume.max()
    fraction, kept = np.nan_to_num(now.conducting, nan=1.0), ~now.cut_off
    axes.scatter(
        now.content[kept],
        fraction[kept],
        area[kept],
        color=theme.LINES[0],
        alpha=0.75,
        linewidths=0.0,
    )
    if not kept.all():
        # In a corner of the axes a cross that is cut would not be seen.
        axes.scatter(
            now.content[~kept],
            fraction[~kept],
            60.0,
            color=theme.LOST,
            marker="X",
            clip_on=False,
            zorder=3,
        )
    axes.set_ylim(-0.06, 1.06)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)


def _bins(columns: list[list[Particles | None]]) -> list[Array]:
    """Return the edges of the bins of each column; all columns have bins of one width."""
    contents = [np.concatenate([each.content for each in some if each]) for some in columns]
    middles = [0.5 * (content.min() + content.max()) for content in contents]
    width = max(1.15 * max(float(np.ptp(content)) for content in contents), 0.02)
    # An odd number of bins has the middle of the contents in a bin.
    count = int(np.clip(2.0 * np.sqrt(len(contents[0])), 6, _MOST_BINS)) | 1
    return [middle + width * np.linspace(-0.5, 0.5, count + 1) for middle in middles]


def _sizes(data: FieldData, radial: bool) -> Array:
    """Return lengths, areas or volumes of the cells; round the axis weighted by the radius."""
    corners = data.points[data.corners]
    edges = corners[:, 1:] - corners[:, :1]
    squares = np.linalg.det(edges @ edges.transpose(0, 2, 1))
    sizes = np.sqrt(np.maximum(squares, 0.0)) / factorial(edges.shape[1])
    return np.asarray(sizes * corners[..., 0].mean(axis=1) if radial else sizes)
