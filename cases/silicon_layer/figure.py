# SPDX-License-Identifier: BSD-3-Clause
"""Figure of layers of silicon: height and porosity against content, with what was published."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

#: Content, height [um] and porosity [%] of one layer, charged and discharged at 50 MPa.
PUBLISHED = ((0.855, 0.26), (55.0, 40.0), (0.0, 30.0))


def main() -> int:
    """Print the ends of the steps and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of the case")
    parser.add_argument("--figure", type=Path, default=Path("silicon_layer.png"), help="file")
    options = parser.parse_args()
    with theme.style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8.2, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        for folder, colour in zip(options.runs, theme.LINES, strict=False):
            series = RunData.open(folder).series
            height, x = 1e6 * series["thickness_stack"], series["content_mean:silicon"]
            pores = 100 * series["porosity_mean:silicon"]
            pressure = series["p_stack"][-1] / 1e6
            left.plot(x, height, color=colour, label=f"{pressure:g} MPa")
            right.plot(x, pores, color=colour)
            for row in np.flatnonzero(np.append(np.diff(series["step"]) != 0, True)):
                told = f"{height[row]:6.2f} um  {pores[row]:5.2f} %"
                print(f"{pressure:5.1f} MPa  x {x[row]:.3f}  {told}")
        for axis, values in ((left, PUBLISHED[1]), (right, PUBLISHED[2])):
            axis.plot(
                PUBLISHED[0],
                values,
                "o",
                color=theme.INK,
                mfc="white",
                clip_on=False,
                label="published, 50 MPa",
            )
            axis.set(xlabel="lithium content (1 is Li3.75Si)")
        left.set(ylabel="height (µm)", ylim=(0, None))
        right.set(ylabel="porosity (%)", ylim=(0, None))
        left.legend(loc="lower right")
        figure.savefig(options.figure, dpi=theme.DPI)
    return 0


if __name__ == "__main__":
    sys.exit(main())
