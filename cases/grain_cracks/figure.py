# SPDX-License-Identifier: BSD-3-Clause
"""Figure of broken boundaries: their share over misfit and content, and the grains at the end."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
from case import FULL, SECONDS

import ssbmech as ssb
from ssbmech import library
from ssbmech.fracture.grains import GrainBoundaries
from ssbmech.plots import theme
from ssbmech.study.table import Table

PER_CONTENT = 3.0
"""Misfit of a layered crystal over the content that has left, a guess [%]."""


def draw(folder: Path, misfit: float, grain: float, path: Path) -> None:
    """Draw the share of broken boundaries, and their energy against what was stored."""
    table, solid = Table.read(folder / "table.csv"), library.by_name("nmc811").solid
    with theme.style():
        figure = theme.new_figure(8.4, 3.6)
        left, right = figure.subplots(1, 2)
        rows = sorted(zip(table["toughness"].numbers, table["variant"].cells, strict=True))
        for colour, (toughness, name) in zip(theme.LINES, rows, strict=False):
            series = ssb.open_run(folder / name).series.reset_index()
            share = misfit * series["time"].to_numpy() / SECONDS
            name = f"{toughness:g} MPa √m"
            left.plot(share, 100 * series["broken_share"], color=colour, label=name)
            boundaries = GrainBoundaries(solid.young, solid.poisson, toughness * 1e6, grain * 1e-6)
            closed = [100 * boundaries.broken(each / 100) for each in share]
            left.plot(share, closed, ":", color=colour, linewidth=1.2)
            _draw_energy(right, share, series, colour)
        left.set(xlabel="c axis less the others (%)", ylabel="broken boundaries (%)")
        left.plot([], [], ":", color=theme.INK, label="each boundary by itself")
        left.legend(loc="upper left")
        content = left.secondary_xaxis(
            "top", functions=(lambda m: FULL - m / PER_CONTENT, lambda x: PER_CONTENT * (FULL - x))
        )
        content.set_xlabel(f"lithium content, if its misfit is {PER_CONTENT:g} % of it (1)")
        right.set(xlabel="c axis less the others (%)", ylabel="energy (µJ m⁻¹)")
        right.plot([], [], color=theme.INK, label="released by breaking")
        right.plot([], [], "--", color=theme.INK, label="spent on broken boundaries")
        right.legend(loc="upper left")
        theme.save(figure, path)


def _draw_energy(axis: Any, misfit: np.ndarray, series: Any, colour: str) -> None:
    """Draw what breaking has released, and what broken boundaries took."""
    stored = series["stored_energy"].to_numpy()
    whole = stored[0] * (misfit / misfit[0]) ** 2
    axis.plot(misfit, 1e6 * (whole - stored), color=colour)
    axis.plot(misfit, 1e6 * series["broken_energy"], "--", color=colour)


def main() -> int:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--misfit", type=float, default=1.5, help="misfit at the end [%%]")
    parser.add_argument("--grain", type=float, default=0.5, help="diameter of the grains [um]")
    parser.add_argument("--out", type=Path, help="file of the figure")
    options = parser.parse_args()
    out = options.out or options.study / "grain_cracks.png"
    draw(options.study, options.misfit, options.grain, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
