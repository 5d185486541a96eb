# SPDX-License-Identifier: BSD-3-Clause
"""The void case at several stack pressures: one figure of void volume and contact against time.

Runs that are not there yet are made, one after the other; the others are only read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mpi4py import MPI

from ssbmech.errors import RunFolderError
from ssbmech.plots import theme
from ssbmech.plots.history import shade_steps
from ssbmech.run.case_script import CaseScript
from ssbmech.run.script import run_script
from ssbmech.runfolder.reader import RunData

WHERE = "negative|separator"
PANELS = (
    (f"void_volume:{WHERE}", 1e12, "void volume\nper depth (µm²)"),
    (f"contact_fraction:{WHERE}", 1.0, "contact area\nfraction"),
    ("voltage", 1e3, "cell voltage\n(mV)"),
)


def complete(folder: Path) -> bool:
    """Return whether a folder holds a run that came to its end."""
    try:
        return RunData.open(folder).manifest["status"] == "complete"
    except RunFolderError:
        return False


def draw(folders: dict[float, Path], path: Path) -> None:
    """Draw void volume, contact and voltage of several runs against time."""
    runs = {pressure: RunData.open(folder) for pressure, folder in folders.items()}
    with theme.style():
        figure = theme.new_figure(7.5, 8.0)
        start, *axes = figure.subplots(len(PANELS) + 1, 1)
        _draw_start(start, runs)
        for panel, (column, factor, label) in zip(axes, PANELS, strict=True):
            for look, run in zip(_looks(), runs.values(), strict=False):
                panel.plot(run.series["time"] / 60, factor * run.series[column], **look)
            panel.set_ylabel(label)
            shade_steps(panel, next(iter(runs.values())), shade=True, labels=panel is axes[0])
            panel.sharex(axes[-1])
            panel.tick_params(labelbottom=panel is axes[-1])
        axes[1].set_ylim(0.0, 1.05)
        axes[-1].set_xlabel("time (min)")
        figure.align_ylabels([start, *axes])
        theme.save(figure, path)


def _looks() -> Iterator[dict[str, Any]]:
    """Yield the looks of lines, later ones narrower, so that of two that coincide both are seen."""
    for number, colour in enumerate(theme.LINES):
        width = max(3.4 - 0.7 * number, 1.0)
        yield {"color": colour, "linewidth": width, "zorder": 2.0 + 0.01 * number}


def _draw_start(panel: Any, runs: dict[float, RunData]) -> None:
    """Draw the void volume of the first two minutes on a logarithmic axis of time."""
    column, factor, label = PANELS[0]
    for look, (pressure, run) in zip(_looks(), runs.items(), strict=False):
        values = factor * run.series[column]
        panel.semilogx(run.series["time"], values, label=f"{pressure:g} MPa", **look)
    panel.set_xlim(0.1, 120.0)
    panel.set_ylim(-0.3, 8.0)
    panel.set_xlabel("time (s), first two minutes: loading takes one second")
    panel.set_ylabel(label)
    panel.legend(
        title="stack pressure", loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, borderpad=0.1
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pressures", type=float, nargs="+", default=[0.3, 1.0, 3.0, 5.0])
    parser.add_argument("--out", type=Path, default=Path("runs/li_void_pressures"), help="folder")
    parser.add_argument("--figure", type=Path, help="file of the figure; default in the folder")
    chosen = parser.parse_args(sys.argv[1:])
    script = CaseScript.load(Path(__file__).with_name("case.py"))
    folders = {p: chosen.out / f"{p:g}MPa" for p in chosen.pressures}
    # rank 0 looks before anybody runs: the runs themselves make the files it looks for
    missing = [p for p, folder in folders.items() if not complete(folder)]
    for pressure in MPI.COMM_WORLD.bcast(missing, root=0):
        arguments = [f"--pressure={pressure}", f"--out={folders[pressure]}", "--no-figures"]
        status = run_script(script, arguments)
        if status:
            sys.exit(status)
    if MPI.COMM_WORLD.rank == 0:
        draw(folders, chosen.figure or chosen.out / "void_volume.png")
