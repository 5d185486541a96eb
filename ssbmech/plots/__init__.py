# SPDX-License-Identifier: BSD-3-Clause
"""Figures from a run folder, without the solver in memory.

``python -m ssbmech.plots RUNFOLDER`` makes them all; `make_all` does the same from Python.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.plots.animation import animation
from ssbmech.plots.history import history
from ssbmech.plots.interface import interface_map
from ssbmech.plots.maps import stress_map
from ssbmech.plots.reader import RunData

if TYPE_CHECKING:
    import os
    from pathlib import Path

__all__ = ["RunData", "animation", "history", "interface_map", "make_all", "stress_map"]

_LOG = logging.getLogger(__name__)
# Of a long cycling run the ends of some steps say enough.
_MOST_MAPS = 6


def make_all(path: str | os.PathLike[str], *, film: bool = True) -> list[Path]:
    """Make all figures of a run, in its folder ``figures``.

    Works on a run that goes on, or was interrupted, with what there is. Not collective: after a
    parallel run one rank calls it.

    Args:
        path: Run folder.
        film: Whether to make the animation too, which takes longest.

    Returns:
        The files written.

    Raises:
        RunFolderError: The folder holds no run, or something unreadable.
    """
    run = RunData.open(path)
    folder = run.path / "figures"
    folder.mkdir(exist_ok=True)
    written = [history(run, folder / "history.png")]
    for name, data in run.interfaces.items():
        written.append(interface_map(run, name, folder / f"{data.path.stem}.png"))
    if run.bodies:
        for label, time in _moments(run):
            written.append(stress_map(run, time, folder / f"stress_{label}.png"))
        if film:
            written.append(animation(run, folder / "animation"))
    for file in written:
        _LOG.info("figure %s", file)
    return written


def _moments(run: RunData) -> list[tuple[str, float]]:
    """Return labels and times of the stress maps: the start, and the ends of protocol steps."""
    spans = run.protocol()
    if not spans:
        return [("end", float(run.series["time"][-1]))]
    moments = [("start", spans[0].start)]
    moments += [(f"step{number}_end", span.end) for number, span in enumerate(spans, start=1)]
    chosen = np.unique(np.linspace(0, len(moments) - 1, _MOST_MAPS).round().astype(int))
    return [moments[index] for index in chosen.tolist()]
