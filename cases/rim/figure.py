# SPDX-License-Identifier: BSD-3-Clause
"""Figure of the rim study: how voltage and conducting area go with stack pressure.

For every run the time is printed at which the voltage has doubled, and the end. The figure is drawn
if the study varies the pressure.
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData
from ssbmech.study.table import Table

Array = NDArray[np.float64]

STRIPPED, PLATED = "negative|separator", "positive|separator"
STRIP = 1
# Curves against time: few enough to tell apart.
SHOWN = (0.1, 0.14, 0.2, 0.3, 1.0)
CURRENTS = ((0.2, "o", "-"), (1.0, "s", "--"))
HIGHEST = 100.0
# Stripping ends at 0.5 V, in a step that lands close to it.
LIMIT = 0.49


@dataclass(frozen=True)
class Stripping:
    """Stripping in one run.

    Attributes:
        lost: whether it was ended by its voltage.
        minutes: time since it began [min].
        rise: voltage over that at the beginning [1].
        conducting: conducting share of each interface over that at the beginning [1].
    """

    lost: bool
    minutes: Array
    rise: Array
    conducting: dict[str, Array]

    @classmethod
    def read(cls, folder: Path) -> Stripping:
        """Read a run folder."""
        series = RunData.open(folder).series
        rows = series["step"] == STRIP
        times, voltage = series["time"], series["voltage"][rows]
        shares = {name: series[f"conducting_fraction:{name}"] for name in (STRIPPED, PLATED)}
        return cls(
            bool(abs(voltage[-1]) > LIMIT),
            (times[rows] - times[~rows][-1]) / 60,
            voltage / voltage[0],
            {name: share[rows] / share[~rows][-1] for name, share in shares.items()},
        )

    @property
    def doubled(self) -> float:
        """Time at which the voltage has doubled [min]; undefined if it has not."""
        over = np.flatnonzero(self.rise >= 2.0)
        if not over.size:
            return math.nan
        around = slice(over[0] - 1, over[0] + 1)
        return float(np.interp(2.0, self.rise[around], self.minutes[around]))


def main() -> int:
    """Print the times and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--figure", type=Path, help="file of the figure; default in the folder")
    options = parser.parse_args()
    table = Table.read(options.study / "table.csv")
    names = [str(name) for name in table["variant"].cells]
    runs = [Stripping.read(options.study / name) for name in names]
    for name, run in zip(names, runs, strict=True):
        print(
            f"{name}: doubled after {60 * run.doubled:.0f} s, "
            f"{run.rise[-1]:.4g} times after {60 * run.minutes[-1]:.0f} s; conducting "
            + ", ".join(f"{share[-1]:.3f} of {where}" for where, share in run.conducting.items())
        )
    if any(column.name == "pressure" for column in table.columns):
        draw(table, runs, options.figure or options.study / "rim.png")
    return 0


def draw(table: Table, runs: list[Stripping], path: Path) -> None:
    """Draw voltage against time, and voltage and conducting area at the end against pressure.

    Args:
        table: The study's table.
        runs: Its runs, in the order of the rows.
        path: File to write.
    """
    keys = zip(
        (bool(cell) for cell in table["inert-rim"].cells),
        table["current"].numbers,
        table["pressure"].numbers,
        strict=True,
    )
    found = dict(zip(keys, runs, strict=True))
    with theme.style():
        figure = theme.new_figure(7.8, 6.6)
        ((inert, short), (voltage, area)) = figure.subplots(2, 2)
        _against_time(inert, found, rim=True, title="a rim that does not react")
        _against_time(short, found, rim=False, title="a counter electrode that ends")
        inert.legend(title="stack pressure, 0.2 mA cm⁻²", loc="upper right")
        _voltage_against_pressure(voltage, found)
        _area_against_pressure(area, found)
        theme.save(figure, path)


def _against_time(axes: Any, found: dict[Any, Stripping], *, rim: bool, title: str) -> None:
    """Draw the voltage of one idealisation at several pressures against time."""
    for colour, pressure in zip(theme.LINES, SHOWN, strict=False):
        run = found[rim, 0.2, pressure]
        axes.plot(run.minutes, run.rise, color=colour, label=f"{pressure:g} MPa")
    axes.set(title=title, xlabel="time of stripping (min)", xlim=(0.0, 30.0))
    _scale_rise(axes, "voltage over that at the start")


def _voltage_against_pressure(axes: Any, found: dict[Any, Stripping]) -> None:
    """Draw the voltage after 0.1 mAh/cm2 against pressure, with the time of those that ended."""
    for rim, colour, word in ((True, theme.LINES[0], "inert"), (False, theme.LINES[1], "ends")):
        for current, marker, line in CURRENTS:
            pressures, these = _row(found, rim, current)
            rises = np.array([HIGHEST if run.lost else run.rise[-1] for run in these])
            label = f"{word}, {current:g} mA cm⁻²"
            axes.plot(pressures, rises, line, color=colour, marker=marker, ms=4, label=label)
            lost = np.array([run.lost for run in these])
            full = colour if line == "-" else "none"
            axes.plot(pressures[lost], rises[lost], "^", color=colour, mfc=full, ms=8, zorder=5)
    axes.legend(title="inert rim, or counter that ends", loc="upper right")
    axes.text(0.98, 0.42, "triangles: all contact lost", transform=axes.transAxes, ha="right")
    _scale_rise(axes, "voltage after 0.1 mAh cm⁻²\nover that at the start")
    _scale_pressure(axes)


def _area_against_pressure(axes: Any, found: dict[Any, Stripping]) -> None:
    """Draw the conducting share of both electrodes after 0.1 mAh/cm2 against pressure."""
    for rim, colour, word in ((True, theme.LINES[0], "inert"), (False, theme.LINES[1], "ends")):
        pressures, these = _row(found, rim, 0.2)
        for where, line, side in ((STRIPPED, "o-", "stripped"), (PLATED, "o:", "plated")):
            share = [run.conducting[where][-1] for run in these]
            full = colour if where == STRIPPED else "white"
            axes.plot(
                pressures, share, line, color=colour, mfc=full, ms=5, label=f"{word}, {side} side"
            )
    axes.set(ylabel="conducting area at the end\nover that at the start", ylim=(-0.03, 1.05))
    axes.legend(title="inert rim, or counter that ends;\n0.2 mA cm⁻²", loc="lower right")
    _scale_pressure(axes)


def _row(found: dict[Any, Stripping], rim: bool, current: float) -> tuple[Array, list[Stripping]]:
    """Return pressures [MPa] in order, and the runs at them, of one idealisation and current."""
    pressures = sorted(p for r, i, p in found if r == rim and i == current)
    return np.array(pressures), [found[rim, current, p] for p in pressures]


def _scale_rise(axes: Any, label: str) -> None:
    axes.set(yscale="log", ylim=(0.9, 1.3 * HIGHEST), ylabel=label)
    axes.set_yticks((1, 2, 5, 10, 20, 50, 100), ("1", "2", "5", "10", "20", "50", "100"))
    axes.minorticks_off()


def _scale_pressure(axes: Any) -> None:
    axes.set(xscale="log", xlabel="stack pressure (MPa)")
    axes.set_xticks((0.1, 0.2, 0.5, 1, 3), ("0.1", "0.2", "0.5", "1", "3"))
    axes.minorticks_off()


if __name__ == "__main__":
    sys.exit(main())
