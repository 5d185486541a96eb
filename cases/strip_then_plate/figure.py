# SPDX-License-Identifier: BSD-3-Clause
"""Figure of stripping before plating: where current goes, and which current the crack bears."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ssbmech
from ssbmech.plots import theme

Array = NDArray[np.float64]

CRACK, LOWER, UPPER = "lower|upper", "metal|lower", "metal|upper"
PER_MAH = 36000.0
"""Charge per area of 1 mAh/cm2 [C/m2]."""
LIKE = 1e-9
"""Patchiness that counts as none [1]."""
LEAST = 1.0
"""Charge per area that counts as none [C/m2]."""


@dataclass(frozen=True)
class Outcome:
    """What a run has found.

    Attributes:
        charge: stripped before [C/m2].
        patchiness: share by which voids take contact sooner below the crack [1].
        contact: contact left when plating begins, mean of both sides [1].
        current: plating current at which the crack has grown [A/m2].
        load: highest pressure of its lithium [Pa].
        share: share of the current that plates the walls of the crack [1].
        place: middles of the facets of the interface, at the end [m].
        density: current density plated there [A/m2].
    """

    charge: float
    patchiness: float
    contact: float
    current: float
    load: float
    share: float
    place: Array
    density: Array

    @property
    def label(self) -> str:
        """What it is called."""
        if self.charge < LEAST:
            return "full contact"
        kind = "even" if self.patchiness < LIKE else "patchy"
        return f"{self.charge / PER_MAH:.2g} mAh/cm² stripped, {kind}"


def read(folder: Path) -> Outcome:
    """Return what the run of a folder has found."""
    run = ssbmech.open_run(folder)
    series = run.series
    stated = {entry["name"]: entry["value"] for entry in run.manifest["case"]}
    lost = [stated[f"interfaces[{name}].laws[0].height_lost"] for name in (LOWER, UPPER)]
    left = 0.5 * (series[f"conducting_fraction:{LOWER}"] + series[f"conducting_fraction:{UPPER}"])
    start = int(series["charge"].to_numpy().argmax())
    last = series.iloc[-1]
    flat = 0.5 * (last[f"i_normal_mean:{LOWER}"] + last[f"i_normal_mean:{UPPER}"])
    sides = [run.interface(name).isel(time=-1) for name in (LOWER, UPPER)]
    place = np.concatenate([side.y.values for side in sides])
    density = np.concatenate([side.i_normal.values for side in sides])
    order = np.argsort(place)
    return Outcome(
        charge=float(series["charge"].max()),
        patchiness=(lost[1] - lost[0]) / (lost[0] + lost[1]),
        contact=float(left.iloc[start]),
        current=-float(last["current"]),
        load=float(last[f"p_contact_max:{CRACK}"]),
        share=1.0 - float(flat / last["current"]),
        place=place[order],
        density=-density[order],
    )


def main() -> int:
    """Print what the runs have found, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders; one with full contact")
    parser.add_argument("--figure", type=Path, help="file; default in the first run folder")
    options = parser.parse_args()
    found = sorted(map(read, options.runs), key=lambda one: (one.patchiness, one.charge))
    whole = next((one for one in found if one.charge < LEAST), None)
    if whole is None:
        parser.error("none of the runs plates without stripping before")
    for one in found:
        print(
            f"{one.label}: contact {one.contact:.3f}, critical {one.current / 10:.2f} mA/cm2 "
            f"({one.current / whole.current:.3f} of full contact), pressure {one.load / 1e6:.0f} "
            f"MPa, {100 * one.share:.0f} % of the current in the crack"
        )
    draw(found, whole, options.figure or options.runs[0] / "strip_then_plate.png")
    return 0


def draw(found: Sequence[Outcome], whole: Outcome, path: Path) -> None:
    """Draw critical currents over the charge and over contact left, and where current goes."""
    with theme.style():
        figure = theme.new_figure(7.8, 6.4)
        grid = figure.add_gridspec(2, 2)
        _critical(figure.add_subplot(grid[0, 0]), found, whole, lambda one: one.charge / PER_MAH)
        figure.axes[0].set(xlabel="stripped before (mAh/cm²)")
        _critical(figure.add_subplot(grid[0, 1]), found, whole, lambda one: one.contact)
        axes = figure.axes[1]
        axes.plot([0.0, 1.0], [0.0, whole.current / 10], color="0.6", lw=0.8, zorder=0)
        axes.set(xlabel="contact left (1)", xlim=(0.0, 1.05))
        _along(figure.add_subplot(grid[1, :]), found)
        theme.save(figure, path)


def _critical(axes: Any, found: Sequence[Outcome], whole: Outcome, where: Any) -> None:
    """Draw critical currents."""
    kinds = sorted({round(one.patchiness, 6) for one in found if one is not whole})
    for colour, kind in zip(theme.LINES, kinds, strict=False):
        members = [one for one in found if one is whole or abs(one.patchiness - kind) < 1e-5]
        members = sorted(members, key=where)
        label = "even" if kind < LIKE else f"patchy, {kind:.2g}"
        axes.plot(
            [where(one) for one in members],
            [one.current / 10 for one in members],
            marker="o",
            color=colour,
            label=label,
        )
    axes.set(ylabel="critical mean current (mA/cm²)")
    axes.set_ylim(0.0, None)
    axes.legend()


def _along(axes: Any, found: Sequence[Outcome]) -> None:
    """Draw current densities along the interface over their mean, for the ends of kinds."""
    ends: dict[float, Outcome] = {}
    for one in found:
        ends[-1.0 if one.charge < LEAST else round(one.patchiness, 6)] = one
    for colour, one in zip(theme.LINES[2:], ends.values(), strict=False):
        axes.plot(1e6 * one.place, one.density / one.current, color=colour, label=one.label)
    axes.axvline(0.0, color=theme.INK, lw=0.8, ls=":")
    axes.set(xlabel="along the interface, from the crack (µm)", ylabel="plated, over the mean (1)")
    axes.set_ylim(0.0, None)
    axes.legend()


if __name__ == "__main__":
    sys.exit(main())
