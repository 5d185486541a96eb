# SPDX-License-Identifier: BSD-3-Clause
"""Figures from a run folder, without the solver in memory.

``python -m ssbmech.plots RUNFOLDER`` makes them all; `make_all` does the same from Python.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.errors import extras_named
from ssbmech.plots.animation import film
from ssbmech.plots.capacity import branches, pressure_capacity, stack_columns, voltage_capacity
from ssbmech.plots.cathode import cathode_view
from ssbmech.plots.from_above import above_view, can_be_seen
from ssbmech.plots.history import history_figure
from ssbmech.plots.interface import interface_map
from ssbmech.plots.levels import levels_view
from ssbmech.plots.maps import stress_map
from ssbmech.plots.particles import particles_figure
from ssbmech.plots.section import Picture
from ssbmech.plots.solid import solid_cathode, solid_view
from ssbmech.plots.thickness import moving_layers, thickness_figure
from ssbmech.runfolder.reader import RunData

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = [
    "RunData",
    "above_view",
    "cathode_view",
    "film",
    "history_figure",
    "interface_map",
    "levels_view",
    "make_all",
    "particles_figure",
    "pressure_capacity",
    "solid_cathode",
    "solid_view",
    "stress_map",
    "thickness_figure",
    "voltage_capacity",
]

_LOG = logging.getLogger(__name__)
# Of a long cycling run the ends of some steps say enough.
_MOST_MAPS = 6


@extras_named()
def make_all(path: str | os.PathLike[str], *, animation: bool = True) -> list[Path]:
    """Make all figures of a run, in its folder ``figures``.

    Works on a run that goes on, or was interrupted, with what there is. Not collective: after a
    parallel run one rank calls it.

    Args:
        path: Run folder.
        animation: Whether to make the animation too, which takes longest.

    Returns:
        The files written.

    Raises:
        RunFolderError: The folder holds no run, or something unreadable.
        EnvironmentMissing: What draws is not installed.
    """
    run = RunData.open(path).solved()
    folder = run.path / "figures"
    folder.mkdir(exist_ok=True)
    written = [history_figure(run, folder / "history.png")]
    passes_charge = bool(branches(run))
    if passes_charge and run.series.of("voltage"):
        written.append(voltage_capacity(run, folder / "voltage_capacity.png"))
    if passes_charge and stack_columns(run):
        written.append(pressure_capacity(run, folder / "pressure_capacity.png"))
    for name, data in run.interfaces.items():
        if not run.round_particles(name):
            written.append(interface_map(run, name, folder / f"{data.path.stem}.png"))
    if run.bodies and moving_layers(run, Picture(run)):
        written.append(thickness_figure(run, folder / "thickness.png"))
    if run.hosts and passes_charge:
        written.append(particles_figure(run, folder / "particles.png"))
    if run.bodies:
        written += _pictures(run, folder)
        if animation:
            written.append(film(run, folder / "animation"))
    for file in written:
        _LOG.info("figure %s", file)
    return written


def _pictures(run: RunData, folder: Path) -> list[Path]:
    """Make the pictures of the cell at some moments, and of its particles after the first."""
    written = []
    moments = _moments(run)
    for label, time in moments:
        written.append(stress_map(run, time, folder / f"stress_{label}.png"))
        if run.in_space:
            written.append(solid_view(run, time, folder / f"solid_{label}.png"))
            written.append(levels_view(run, time, folder / f"levels_{label}.png"))
        for name, data in run.interfaces.items():
            if can_be_seen(run, name):
                stem = data.path.stem.removeprefix("interface_")
                written.append(above_view(run, name, time, folder / f"above_{stem}_{label}.png"))
    view = solid_cathode if run.in_space else cathode_view
    for label, time in (moments[1:] or moments) if run.hosts else []:
        written.append(view(run, time, folder / f"cathode_{label}.png"))
    return written


def _moments(run: RunData) -> list[tuple[str, float]]:
    """Return labels and times of the pictures: the start, and the ends of protocol steps."""
    times = next(iter(run.bodies.values())).times
    spans = run.protocol()
    moments = [("start", float(times[0]))]
    moments += [(f"step{n}_{_slug(span.label)}", span.end) for n, span in enumerate(spans, start=1)]
    if not spans:
        moments.append(("end", float(times[-1])))
    if len(moments) > _MOST_MAPS:
        # The ends of charge and discharge say more than those of rests.
        ends = {branch.end for branch in branches(run)}
        moments = [each for each in moments if not ends or each[1] in ends or each == moments[0]]
    # Two moments may have the same output nearest to them; the later name says more.
    by_output = {int(np.abs(times - time).argmin()): (label, time) for label, time in moments}
    distinct = list(by_output.values())
    chosen = np.unique(np.linspace(0, len(distinct) - 1, _MOST_MAPS).round().astype(int))
    return [distinct[index] for index in chosen.tolist()]


def _slug(label: str) -> str:
    """Return a label as part of a file name: small letters and digits of ASCII."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in label)
    return "-".join(kept.lower().split()[:3]) or "end"
