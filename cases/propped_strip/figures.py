# SPDX-License-Identifier: BSD-3-Clause
"""Voltage against time over an inert strip, stripping and plating, at six stack pressures."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech.plots import theme
from ssbmech.study.table import Table


def main() -> int:
    """Draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--figure", type=Path, help="file of the figure; default in the folder")
    options = parser.parse_args()
    table = Table.read(options.study / "table.csv")
    ratios = sorted(set(table["pressure-ratio"].numbers))
    colours = theme.in_sequence(len(ratios))
    with theme.style():
        figure = theme.new_figure(8.4, 3.8)
        axes = figure.subplots(1, 2)
        for axis, sign, title in zip(axes, (1.0, -1.0), ("stripping", "plating"), strict=True):
            for k, ratio in enumerate(ratios):
                row = _row(table, ratio, sign)
                run = ssb.open_run(options.study / str(table["variant"].cells[row]))
                _draw(axis, run, sign, f"{ratio:g} $p_c$", colours(k))
            axis.set_title(f"{title} at 0.2 mA cm⁻²")
            axis.set_xlabel("time (min)")
        axes[0].set(yscale="log", ylabel="voltage (mV)", ylim=(3.0, 500.0))
        axes[0].set_yticks(
            (3, 5, 10, 20, 50, 100, 200, 500), ("3", "5", "10", "20", "50", "100", "200", "500")
        )
        axes[0].minorticks_off()
        axes[1].set(ylabel="voltage, taken positive (mV)", ylim=(3.0, 5.0))
        axes[0].legend(title="stack pressure", ncols=2)
        theme.save(figure, options.figure or options.study / "voltage.png")
    return 0


def _row(table: Table, ratio: float, sign: float) -> int:
    """Return the row of a pressure and a sign of the current."""
    here = (table["pressure-ratio"].numbers == ratio) & (table["current"].numbers * sign > 0)
    return int(np.flatnonzero(here)[0])


def _draw(axis: Any, run: ssb.Run, sign: float, label: str, colour: Any) -> None:
    series = run.series
    passing = series["current"] * sign > 0
    minutes = series.index[passing] / 60.0
    axis.plot(minutes, sign * series["voltage"][passing] * 1e3, color=colour, label=label)


if __name__ == "__main__":
    sys.exit(main())
