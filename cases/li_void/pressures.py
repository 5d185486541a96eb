# SPDX-License-Identifier: BSD-3-Clause
"""The void case at several stack pressures: one figure of void volume and contact against time.

Runs that are not there yet are made, one after the other; the others are only read.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mpi4py import MPI

from case import build_case, parse

import ssbmech as ssb
from ssbmech.plots import theme
from ssbmech.plots.history import shade_steps
from ssbmech.plots.reader import RunData

WHERE = "negative|separator"
PANELS = (
    (f"void_volume:{WHERE}", 1e12, "void volume\nper depth (µm²)"),
    (f"contact_fraction:{WHERE}", 1.0, "contact area\nfraction"),
    ("voltage", 1e3, "cell voltage\n(mV)"),
)


def draw(folders: dict[float, Path], path: Path) -> None:
    """Draw void volume, contact and voltage of several runs against time."""
    runs = {pressure: RunData.open(folder) for pressure, folder in folders.items()}
    with theme.style():
        figure = theme.new_figure(7.5, 6.2)
        axes = figure.subplots(len(PANELS), 1, sharex=True)
        for panel, (column, factor, label) in zip(axes, PANELS, strict=True):
            for colour, (pressure, run) in zip(theme.LINES, runs.items(), strict=False):
                minutes = run.series["time"] / 60
                values = factor * run.series[column]
                panel.plot(minutes, values, color=colour, label=f"{pressure:g} MPa")
            panel.set_ylabel(label)
            shade_steps(panel, next(iter(runs.values())), shade=True, labels=panel is axes[0])
        axes[0].legend(title="stack pressure", frameon=True, edgecolor="none")
        axes[1].set_ylim(0.0, 1.05)
        axes[-1].set_xlabel("time (min)")
        figure.align_ylabels(list(axes))
        theme.save(figure, path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pressures", type=float, nargs="+", default=[0.3, 1.0, 3.0, 5.0])
    parser.add_argument("--out", type=Path, default=Path("runs/li_void_pressures"), help="folder")
    parser.add_argument("--figure", type=Path, help="file of the figure; default in the folder")
    chosen = parser.parse_args(sys.argv[1:])
    folders = {p: chosen.out / f"{p:g}MPa" for p in chosen.pressures}
    for pressure, folder in folders.items():
        if not (folder / "manifest.json").exists():
            options = parse([f"--pressure={pressure}", f"--out={folder}", "--no-figures"])
            ssb.run(build_case(options), folder)
    if MPI.COMM_WORLD.rank == 0:
        draw(folders, chosen.figure or chosen.out / "void_volume.png")
