# SPDX-License-Identifier: BSD-3-Clause
"""Flaws of the electrolyte: stress intensity over toughness in time, and along each interface.

Along an interface it is shown at the time at which it was largest, with its parts: stress, metal
under the contact pressure, plated metal. Of a run in space, and of particles, every facet is a
point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ssbmech.errors import extras_named
from ssbmech.fracture.verdict import probabilities
from ssbmech.plots import theme
from ssbmech.plots.history import shade_steps

if TYPE_CHECKING:
    from pathlib import Path

    from ssbmech.fracture.verdict import Course, Verdict
    from ssbmech.runfolder.reader import RunData

_MEGA: Final = 1e-6
_PARTS: Final = (
    ("stress", "stress, residual compression"),
    ("pressed", "contact pressure"),
    ("plated", "plating"),
)
# Probabilities below are not told apart.
_LEAST: Final = 1e-9


@extras_named()
def fracture_figure(run: RunData, verdict: Verdict, path: Path) -> Path:
    """Draw what a run does to flaws of its electrolyte.

    Args:
        run: The run.
        verdict: What was found.
        path: File to write.

    Returns:
        The path.

    Raises:
        EnvironmentMissing: What draws is not installed.
    """
    courses = verdict.courses
    with theme.style():
        figure = theme.new_figure(8.0, 4.6 + 2.2 * len(courses))
        rows = figure.subplots(2 + len(courses), 1, squeeze=False)[:, 0]
        _draw_ratio(rows[0], run, courses)
        _draw_probability(rows[1], run, verdict)
        for axes, course in zip(rows[2:], courses, strict=True):
            _draw_along(axes, run, course)
        figure.align_ylabels(list(rows))
        return theme.save(figure, path)


def _name(course: Course) -> str:
    name = course.interface.replace("|", " | ")
    return name if course.region == course.body else f"{name}, {course.region}"


def _draw_ratio(axes: Any, run: RunData, courses: tuple[Course, ...]) -> None:
    factor = run.time_unit()[1]
    for number, course in enumerate(courses):
        colour = theme.LINES[number % len(theme.LINES)]
        ratio = course.ratio.max(axis=1)
        axes.plot(factor * course.times, ratio, color=colour, label=_name(course))
    axes.axhline(1.0, color=theme.INK, linewidth=0.8, linestyle="--")
    axes.set_ylabel("largest $K_I / K_{Ic}$")
    axes.set_ylim(bottom=0.0)
    shade_steps(axes, run, shade=True, labels=True)
    axes.legend(loc="best")
    _finish(axes)


def _draw_probability(axes: Any, run: RunData, verdict: Verdict) -> None:
    unit, factor = run.time_unit()
    for number, course in enumerate(verdict.courses):
        colour = theme.LINES[number % len(theme.LINES)]
        chance = np.maximum(probabilities(course.risk), _LEAST)
        axes.plot(factor * course.times, chance, color=colour)
    for inside in verdict.inside:
        chance = np.maximum(probabilities(inside.risk), _LEAST)
        label = f"inside of {inside.body}"
        axes.plot(factor * inside.times, chance, color=theme.INK, linestyle=":", label=label)
    area = 1e4 * verdict.words["cell area [m2]"]
    axes.set_yscale("log")
    axes.set_ylim(_LEAST, 2.0)
    axes.set_ylabel(f"probability\nfor {area:.3g} cm²")
    axes.set_xlabel(f"time ({unit})")
    shade_steps(axes, run, shade=True, labels=False)
    axes.legend(loc="best")
    _finish(axes)


def _draw_along(axes: Any, run: RunData, course: Course) -> None:
    output, _ = course.worst
    unit, factor = run.time_unit()
    middles = course.surface.middles
    along = int(np.ptp(middles, axis=0).argmax())
    order = np.argsort(middles[:, along])
    place = 1e6 * middles[order, along]
    # of facets that lie in no row, points
    scattered = run.in_space or run.round_particles(course.interface)
    line = {"marker": ".", "markersize": 3.0, "linestyle": "none"} if scattered else {}
    total = np.zeros(len(order))
    for number, (name, words) in enumerate(_PARTS):
        values = getattr(course, name)[output][order] - course.held * (name == "stress")
        total = total + values
        colour = theme.LINES[number % len(theme.LINES)]
        axes.plot(place, _MEGA * values, color=colour, label=words, **line)
    axes.plot(place, _MEGA * total, color=theme.INK, label="sum", **line)
    axes.axhline(_MEGA * course.toughness, color=theme.INK, linewidth=0.8, linestyle="--")
    axes.set_title(f"{_name(course)} at {factor * course.times[output]:.4g} {unit}", loc="left")
    letters = "rz" if run.manifest.get("frame") == "Axisymmetric" else "xyz"
    axes.set_xlabel(f"{letters[along]} (µm)")
    axes.set_ylabel("$K_I$ (MPa √m)")
    axes.legend(loc="best", ncols=2)
    _finish(axes)


def _finish(axes: Any) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
