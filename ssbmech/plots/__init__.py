# SPDX-License-Identifier: BSD-3-Clause
"""Figures from a run folder, without the solver in memory.

``python -m ssbmech.plots RUNFOLDER`` makes them all; `make_all` does the same from Python.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.plots.animation import film
from ssbmech.plots.history import history_figure
from ssbmech.plots.interface import interface_map
from ssbmech.plots.maps import stress_map
from ssbmech.plots.reader import RunData
from ssbmech.plots.solid import solid_view

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = [
    "RunData",
    "film",
    "history_figure",
    "interface_map",
    "make_all",
    "solid_view",
    "stress_map",
]

_LOG = logging.getLogger(__name__)
# Of a long cycling run the ends of some steps say enough.
_MOST_MAPS = 6


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
    """
    run = RunData.open(path)
    folder = run.path / "figures"
    folder.mkdir(exist_ok=True)
    written = [history_figure(run, folder / "history.png")]
    for name, data in run.interfaces.items():
        written.append(interface_map(run, name, folder / f"{data.path.stem}.png"))
    if run.bodies:
        for label, time in _moments(run):
            written.append(stress_map(run, time, folder / f"stress_{label}.png"))
            if run.in_space:
                written.append(solid_view(run, time, folder / f"solid_{label}.png"))
        if animation:
            written.append(film(run, folder / "animation"))
    for file in written:
        _LOG.info("figure %s", file)
    return written


def _moments(run: RunData) -> list[tuple[str, float]]:
    """Return labels and times of the stress maps: the start, and the ends of protocol steps."""
    times = next(iter(run.bodies.values())).times
    spans = run.protocol()
    moments = [("start", float(times[0]))]
    moments += [(f"step{n}_{_slug(span.label)}", span.end) for n, span in enumerate(spans, start=1)]
    if not spans:
        moments.append(("end", float(times[-1])))
    # Two moments may have the same output nearest to them; the later name says more.
    by_output = {int(np.abs(times - time).argmin()): (label, time) for label, time in moments}
    distinct = list(by_output.values())
    chosen = np.unique(np.linspace(0, len(distinct) - 1, _MOST_MAPS).round().astype(int))
    return [distinct[index] for index in chosen.tolist()]


def _slug(label: str) -> str:
    """Return a label as part of a file name: small letters and digits of ASCII."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in label)
    return "-".join(kept.lower().split()[:3]) or "end"
