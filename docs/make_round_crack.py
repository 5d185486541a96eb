# SPDX-License-Identifier: BSD-3-Clause
"""Draw docs/figures/round_crack.png: a round crack that lithium extends, in space and axisymmetry.

    ./ssb python docs/make_round_crack.py

It runs the case of tests/verification/test_crack_in_space.py and sections with the same bond, on
one rank, in about a minute, and prints what the page says of them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import pi
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ssbmech as ssb  # noqa: E402
from ssbmech.model.cell import CellModel  # noqa: E402
from ssbmech.plots import theme  # noqa: E402
from tests.crack_in_space import GROWS_IN, growing_penny, growing_section  # noqa: E402
from tests.lithium_crack import CRACK, HALF, MODULUS, TOUGHNESS  # noqa: E402
from tests.tools import march  # noqa: E402

Array = NDArray[np.float64]

FIGURE: Final = ROOT / "docs" / "figures" / "round_crack.png"
ZONE: Final = pi / 8 * MODULUS * GROWS_IN.toughness / GROWS_IN.strength**2
"""By which the radius is counted longer [m]."""

FACETS: Final = (1e-6, 0.5e-6, 0.25e-6)
"""Facets of sections [m]."""


@dataclass(frozen=True)
class Crack:
    """What a run has of its crack.

    Attributes:
        label: what it is called.
        time: times [s].
        size: radius of a circle as large as what is broken [m].
        pressure: that of the metal at the axis [Pa].
        volume: all metal [m3].
    """

    label: str
    time: Array
    size: Array
    pressure: Array
    volume: Array

    def stated(self) -> str:
        """Return stress intensity, power of the pressure, and volume while it grows, in words."""
        grows = self.size > self.size[0] + 0.5e-6
        radius, pressure = self.size[grows] + ZONE, self.pressure[grows]
        k = 2 * pressure * np.sqrt(radius / pi) / TOUGHNESS
        power = -np.polyfit(np.log(radius), np.log(pressure), 1)[0]
        takes = 8 * pi**0.5 * TOUGHNESS / (3 * MODULUS)
        slope = np.polyfit(radius**2.5, self.volume[grows], 1)[0] / takes
        return (
            f"{self.label}: K / K_Ic {k.mean():.3f} ({k.min():.3f} to {k.max():.3f}), "
            f"power {power:.2f}, volume {slope:.3f}, up to {1e6 * self.size[-1]:.2f} um"
        )


def at_axis(cell: CellModel) -> float:
    """Return the pressure of the facet that is nearest to the axis [Pa]."""
    surface = cell.surfaces[CRACK]
    middles = surface.gap.function.function_space.tabulate_dof_coordinates()
    # of a section the radius is x, and y is zero on the crack
    away = np.hypot(*middles[: surface.gap.owned, :2].T)
    return float(surface.values(surface.p_contact)[np.argmin(away)])


def followed(label: str, case: ssb.Case, sector: float) -> Crack:
    """Return the crack of a case that meshes a part of the circle."""
    run = march(case, watch=at_axis)
    size = np.sqrt(run.series(f"crack_size:{CRACK}") / (pi * sector))
    volume = run.series(f"crack_volume:{CRACK}") / sector
    return Crack(label, run.series("time"), size, np.array(run.seen), volume)


def cracks() -> Iterator[Crack]:
    """Yield the crack in space, and those of sections."""
    yield followed("in space, facets of 1 µm", growing_penny(), 0.25)
    for facet in FACETS:
        label = f"axisymmetry, facets of {1e6 * facet:g} µm"
        yield followed(label, growing_section(facet), 1.0)


def draw(found: list[Crack]) -> None:
    """Draw radius and pressure over time."""
    with theme.style():
        figure = theme.new_figure(7.8, 3.0)
        grid = figure.add_gridspec(1, 2)
        radius, pressure = (figure.add_subplot(grid[0, k]) for k in range(2))
        for colour, crack in zip(theme.LINES, found, strict=False):
            _lines(radius, pressure, crack, colour)
        sizes = np.linspace(HALF, max(crack.size[-1] for crack in found)) + ZONE
        tough = 0.5 * TOUGHNESS * np.sqrt(pi / sizes)
        pressure.axhspan(1e-6 * tough.min(), 1e-6 * tough.max(), color="0.9", zorder=0)
        radius.set(xlabel="time (s)", ylabel="radius of what is broken (µm)", xlim=(0.0, None))
        pressure.set(xlabel="time (s)", ylabel="pressure (MPa)", xlim=(0.0, None), ylim=(0.0, None))
        radius.legend(loc="upper left")
        theme.save(figure, FIGURE)


def _lines(radius: Any, pressure: Any, crack: Crack, colour: str) -> None:
    """Draw one of them."""
    radius.step(crack.time, 1e6 * crack.size, where="post", color=colour, label=crack.label)
    pressure.plot(crack.time, 1e-6 * crack.pressure, color=colour)


def main() -> int:
    """Run, print and draw, and return the exit status."""
    found = []
    for crack in cracks():
        print(crack.stated(), flush=True)
        found.append(crack)
    draw(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
