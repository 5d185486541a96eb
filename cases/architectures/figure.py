# SPDX-License-Identifier: BSD-3-Clause
"""Figure of cells that are not flat against a flat one: utilisation by rate, and stress.

Prints what a charge uses of the capacity, and the largest tension in the electrolyte and in the
positive electrode on the way.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ssbmech.plots import theme
from ssbmech.runfolder.reader import RunData

WORDS = {
    "flat": "flat layers",
    "channels": "aligned channels",
    "fingers": "interdigitated",
    "scaffold": "scaffold",
}


def row(run: RunData) -> tuple[str, float, float, float, float]:
    """Return architecture, C-rate [1/h], utilisation [%], and two largest tensions [MPa]."""
    series = run.series
    used = np.asarray(series["state_of_charge"])
    hours = float(series["time"][-1] - series["time"][0]) / 3600
    name = str(run.manifest["name"]).removeprefix("architecture_")
    tension = [
        float(np.max(series[f"principal_max:{body}"])) / 1e6 for body in ("electrolyte", "positive")
    ]
    part = float(used[-1] - used[0])
    return name, part / hours, 100 * part, *tension


def main() -> int:
    """Print the numbers and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of the case")
    parser.add_argument("--figure", type=Path, default=Path("architectures.png"), help="file")
    options = parser.parse_args()
    rows = [row(RunData.open(folder)) for folder in options.runs]
    for name, rate, used, electrolyte, positive in rows:
        print(
            f"{WORDS[name]:18s} {rate:5.2f} C  used {used:5.1f} %  tension: "
            f"electrolyte {electrolyte:6.0f} MPa, positive {positive:6.0f} MPa"
        )
    draw(rows, options.figure)
    return 0


def draw(rows: list[tuple[str, float, float, float, float]], path: Path) -> None:
    """Draw utilisation and tension against rate."""
    with theme.style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(8.2, 3.3), layout="constrained")
        left, right = figure.subplots(1, 2)
        for (name, word), colour in zip(WORDS.items(), theme.LINES, strict=False):
            own = sorted(each[1:] for each in rows if each[0] == name)
            if not own:
                continue
            rate, used, electrolyte, positive = np.array(own).T
            left.plot(rate, used, "o-", color=colour, label=word)
            right.plot(rate, electrolyte, "o-", color=colour, label=f"{word}: electrolyte")
            right.plot(rate, positive, "s:", color=colour, mfc="white", label=f"{word}: positive")
        left.set(xlabel="C-rate (1/h)", ylabel="capacity used (%)", ylim=(0, 105))
        right.set(xlabel="C-rate (1/h)", ylabel="largest tension (MPa)", ylim=(0, None))
        left.legend()
        right.set_ylim(0, 1.5 * right.get_ylim()[1])
        right.legend(fontsize="x-small", ncols=2, loc="upper center")
        figure.savefig(path, dpi=theme.DPI)


if __name__ == "__main__":
    sys.exit(main())
