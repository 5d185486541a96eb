# SPDX-License-Identifier: BSD-3-Clause
"""The map of a pressure study: where the void grows, where it closes, and what was measured.

Two lines divide the map. Below the first the void grows from the start of plating on; it is where
the smallest void volume while plating is half of that at the start. Above the second the void
closes and contact is restored. Between them the void shrinks to a narrow one that plating then
deepens.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech import library
from ssbmech.plots import theme
from ssbmech.study.figures import Axis, as_grid, mark_runs
from ssbmech.study.table import Table
from ssbmech.units import MPa, mA_per_cm2, to_si, um

Array = NDArray[np.float64]

# Kasemchainan et al. (2019), Li | Li6PS5Cl | Li: pressure [MPa], critical current [mA/cm2].
STRIPPING = ((3.0, 0.2), (7.0, 1.0))
PLATING = ((3.0, 2.0), (7.0, 2.0))
# Parts of the initial void volume: half of it is left, nothing is left.
HALF, NOTHING = 0.5, 0.01
HEIGHT, WIDTH, VOID = 20 * um, 60 * um, 15 * um


def main() -> int:
    """Draw the map and tell where the lines are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--lithium", default="lithium_lepage2019", help="for the hand estimate")
    parser.add_argument("--figure", type=Path, help="file of the figure; default in the folder")
    options = parser.parse_args()
    table = Table.read(options.study / "table.csv")
    lines = {name: line(table, name, part) for name, part in CRITERIA.items()}
    for name, found in lines.items():
        print(name)
        for current, (low, middle, high) in found.items():
            print(f"  {current:5g} mA/cm2: {middle:.2f} MPa, between {low:g} and {high:g}")
        least, middle, most = exponents(found)
        print(f"  power of the current: {middle:.2f}, from {least:.2f} to {most:.2f}")
    currents = np.geomspace(0.05, 4.0, 50)
    estimate = by_hand(currents, options.lithium)
    print(f"by hand at 1 mA/cm2: {by_hand(np.ones(1), options.lithium)[0]:.3f} MPa")
    draw(table, lines, (estimate, currents), options.figure or options.study / "map.png")
    return 0


CRITERIA = {"void_least_in_plating": HALF, "void_after_plating": NOTHING}


def line(table: Table, name: str, part: float) -> dict[float, tuple[float, float, float]]:
    """Return where a void volume falls below a part of the initial one, for good.

    Args:
        table: The study's table.
        name: Column of the void volume.
        part: Part of the initial volume.

    Returns:
        Current density -> last pressure below the fall, geometric mean, first one above it [MPa].
    """
    pressure, current = table["pressure"].numbers, table["current"].numbers
    ratio = table[name].numbers / table["void_at_start"].numbers
    found = {}
    for each in np.unique(current):
        rows = np.flatnonzero((current == each) & np.isfinite(ratio))
        rows = rows[np.argsort(pressure[rows])]
        above = np.flatnonzero(ratio[rows] > part)
        if not above.size or above[-1] == len(rows) - 1:
            continue
        low, high = pressure[rows[above[-1] : above[-1] + 2]]
        found[float(each)] = (low, math.sqrt(low * high), high)
    return found


def exponents(found: dict[float, tuple[float, float, float]]) -> tuple[float, float, float]:
    """Return the least, middle and largest power of the current that lines between runs go with.

    The middle is that of the geometric means; the others are of straight lines that stay between
    the pressures below and above at the lowest and the highest current.
    """
    if len(found) < 2:
        return math.nan, math.nan, math.nan
    (low, *_), (*_, high) = sorted(found), sorted(found)
    decades = math.log(high / low)
    middle = [pressures[1] for pressures in found.values()]
    return (
        math.log(found[high][0] / found[low][2]) / decades,
        float(np.polyfit(np.log(list(found)), np.log(middle), 1)[0]),
        math.log(found[high][2] / found[low][0]) / decades,
    )


def by_hand(currents: Array, name: str) -> Array:
    """Return the pressure at which creep closes the void as fast as plating opens it [MPa].

    Two blocks of metal under a common lateral stress in plane strain: the one under the contact is
    thinned by the pressure, the one under the void is thickened. Plating lifts the metal by what is
    added at the contact.

    Args:
        currents: Current densities [mA/cm2].
        name: Parameter set of lithium.
    """
    lithium = library.by_name(name)
    flow: Any = lithium.solid.flow
    n, stress = flow.exponent, flow.stress
    metal: Any = lithium.metal
    speed = to_si(1.0 * mA_per_cm2, "A m-2", "current") * currents * metal.thickness_per_charge
    rate = flow.rate * (math.sqrt(3) / 2) ** (n + 1)
    height, width, void = (to_si(each, "m", "length") for each in (HEIGHT, WIDTH, VOID))
    lateral = stress * (speed / (height * rate)) ** (1 / n)
    share = 1.0 + (void / (width - void)) ** (1 / n)
    return lateral * share * (width - void) / width / to_si(1.0 * MPa, "Pa", "pressure")


def draw(table: Table, lines: dict[str, Any], estimate: tuple[Array, Array], path: Path) -> None:
    """Draw the map.

    Args:
        table: The study's table.
        lines: The lines by criterion.
        estimate: Pressures and currents of the hand estimate.
        path: File to write.
    """
    from matplotlib.colors import LogNorm

    across, up = Axis.of(table["pressure"]), Axis.of(table["current"])
    ratio = table["void_after_plating"].numbers / table["void_at_start"].numbers
    grid = as_grid(across, up, np.maximum(ratio, 1e-3))
    with theme.style():
        figure = theme.new_figure(7.6, 4.6)
        axes = figure.subplots()
        axes.set(xscale="log", yscale="log", xlim=(0.5, 10.0), ylim=(0.06, 4.0))
        scale = theme.Scale(LogNorm(0.1, 10.0), theme.SIGNED_MAP, "both")
        if grid is not None:
            artist = axes.pcolormesh(*grid, norm=scale.norm, cmap=scale.colours)
            label = "void volume after plating over the initial one"
            theme.colour_bar(figure, artist, axes, label, scale)
        failed = np.array([cell == "failed" for cell in table["status"].cells])
        mark_runs(axes, across.places, up.places, failed)
        _draw_lines(axes, lines, estimate)
        _draw_measured(axes)
        _finish(axes)
        figure.legend(loc="outside upper left", ncols=2, columnspacing=1.5)
        theme.save(figure, path)


def _draw_lines(axes: Any, lines: dict[str, Any], estimate: tuple[Array, Array]) -> None:
    looks = {
        "void_least_in_plating": ("-", "computed: grows from the start, left of this line"),
        "void_after_plating": ("--", "computed: closes, right of this line"),
    }
    for name, (style, label) in looks.items():
        low, middle, high = np.array(list(lines[name].values())).T
        currents = list(lines[name])
        axes.plot(middle, currents, style, color=theme.INK, linewidth=2.0, label=label, zorder=6)
        between = (middle - low, high - middle)
        axes.errorbar(middle, currents, xerr=between, fmt="none", ecolor=theme.INK, capsize=3.0)
    axes.plot(*estimate, ":", color=theme.INK, linewidth=1.2, label="by hand: closing = opening")


def _draw_measured(axes: Any) -> None:
    look = {"color": theme.LINES[1], "markersize": 9, "zorder": 7, "markeredgecolor": "white"}
    label = "measured: voids while stripping above this line"
    axes.plot(*zip(*STRIPPING, strict=True), "o-", label=label, **look)
    label = "measured: highest plating current"
    axes.plot(*zip(*PLATING, strict=True), "^", linestyle="none", label=label, **look)


def _finish(axes: Any) -> None:
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    axes.set_xlabel("stack pressure (MPa)")
    axes.set_ylabel("current density (mA cm⁻²)")
    ticks = {axes.xaxis: (0.5, 1, 2, 3, 5, 7, 10), axes.yaxis: (0.1, 0.2, 0.5, 1, 2)}
    for axis, places in ticks.items():
        axis.set_major_locator(FixedLocator(places))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    # Between the rows of runs, so that no dot is hidden.
    for pressure, word, colour in ((0.66, "grows", "white"), (1.2, "narrow rest", theme.INK)):
        axes.text(pressure, 0.14, word, color=colour, ha="center", va="center", zorder=6)
    axes.text(2.2, 0.14, "closes", color="white", ha="center", va="center", zorder=6)


if __name__ == "__main__":
    sys.exit(main())
