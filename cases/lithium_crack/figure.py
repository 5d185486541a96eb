# SPDX-License-Identifier: BSD-3-Clause
"""Figure of lithium in a crack: the crack as it fills, its pressure, its length and load over time.

Shapes and pressures are those of the first run; lengths and loads those of all.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import ssbmech
from ssbmech.fracture.flaws import EdgeCrack
from ssbmech.plots import theme

Array = NDArray[np.float64]

CRACK = "lower|upper"
SHOWN = 4
"""Times at which shapes are drawn, the last among them."""


@dataclass(frozen=True)
class Crack:
    """What a run has of its crack.

    Attributes:
        label: what it is called.
        time: times of the series [s].
        size: length of the crack [m].
        times: times of the fields [s].
        depth: middles of the facets, sorted [m].
        opening: opening, (time, facet) [m].
        metal: thickness of metal [m].
        pressure: pressure of the metal [Pa].
        toughness: toughness of the bond [Pa m^(1/2)].
        zone: length of its zone [m].
    """

    label: str
    time: Array
    size: Array
    times: Array
    depth: Array
    opening: Array
    metal: Array
    pressure: Array
    toughness: float
    zone: float

    def loads(self) -> Array:
        """Return the stress intensity of the pressure over the toughness, at the fields' times.

        It is that at the end of a crack that is longer by pi / 8 of the bond's zone, as is known
        for small zones.
        """
        found = []
        beyond = np.pi / 8 * self.zone
        for k, time in enumerate(self.times):
            size = float(np.interp(time, self.time, self.size))
            (rule,) = EdgeCrack().rules(size + beyond)
            found.append(rule.intensity(np.interp(rule.depths, self.depth, self.pressure[k])))
        return np.array(found) / self.toughness


def read(folder: Path) -> Crack:
    """Return the crack of a run folder, with the bond that its manifest lists."""
    run = ssbmech.open_run(folder)
    stated = {entry["name"]: entry["value"] for entry in run.manifest["case"]}
    solid = "bodies[lower].materials[lower].solid"
    modulus = stated[f"{solid}.young"] / (1 - stated[f"{solid}.poisson"] ** 2)
    strength, energy = (
        stated[f"interfaces[{CRACK}].adhesion.{name}"] for name in ("strength", "toughness")
    )
    fields = run.interface(CRACK)
    depth = fields.x.values
    if stated.get("geometry.path") is None:
        depth = stated["geometry.width"] - depth
    order = np.argsort(depth)
    return Crack(
        label=folder.name.replace("_", " "),
        time=run.series.index.to_numpy(),
        size=run.series[f"crack_size:{CRACK}"].to_numpy(),
        times=fields.time.values,
        depth=depth[order],
        opening=fields.crack_opening.values[:, order],
        metal=fields.crack_metal.values[:, order],
        pressure=fields.p_contact.values[:, order],
        toughness=float(np.sqrt(modulus * energy)),
        zone=modulus * energy / strength**2,
    )


def main() -> int:
    """Print how the cracks end, and draw the figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", type=Path, nargs="+", help="run folders")
    parser.add_argument("--labels", nargs="*", help="names of the runs in the figure")
    parser.add_argument("--figure", type=Path, help="file; default in the first run folder")
    options = parser.parse_args()
    cracks = [read(folder) for folder in options.runs]
    labels = options.labels or [crack.label for crack in cracks]
    for crack, label in zip(cracks, labels, strict=True):
        print(
            f"{label}: {1e6 * crack.size[0]:.2f} to {1e6 * crack.size[-1]:.2f} um in "
            f"{crack.time[-1]:.4g} s, K / K_Ic at most {crack.loads().max():.3f}, "
            f"pressure at most {crack.pressure.max() / 1e6:.0f} MPa"
        )
    draw(cracks, labels, options.figure or options.runs[0] / "lithium_crack.png")
    return 0


def draw(cracks: list[Crack], labels: list[str], path: Path) -> None:
    """Draw shapes and pressures of the first crack, lengths and loads of all."""
    first = cracks[0]
    steps = np.unique(np.linspace(0, len(first.times) - 1, SHOWN + 1).round().astype(int))[1:]
    with theme.style():
        figure = theme.new_figure(7.8, 7.6)
        grid = figure.add_gridspec(3, len(steps), height_ratios=(1.0, 1.0, 1.2))
        shapes = [figure.add_subplot(grid[0, k]) for k in range(len(steps))]
        loads = [figure.add_subplot(grid[1, k]) for k in range(len(steps))]
        for shape, load, step in zip(shapes, loads, steps, strict=True):
            _shape(shape, first, step)
            load.plot(1e6 * first.depth, first.pressure[step] / 1e6, color=theme.LINES[1])
            load.set(xlabel="depth (µm)", ylim=(0, 1.1 * first.pressure.max() / 1e6))
            load.set_xlim(shape.get_xlim())
        shapes[0].set_ylabel("across the crack (nm)")
        loads[0].set_ylabel("pressure of lithium (MPa)")
        for axes in (*shapes[1:], *loads[1:]):
            axes.set_yticklabels([])
        half = len(steps) // 2
        _over_time(figure.add_subplot(grid[2, :half]), cracks, labels)
        _intensity(figure.add_subplot(grid[2, half:]), cracks, labels)
        theme.save(figure, path)


def _shape(axes: Any, crack: Crack, step: int) -> None:
    """Draw a crack at a time: its walls, the lithium between them, and what is dry."""
    depth = 1e6 * crack.depth
    opening, metal = 5e8 * crack.opening[step], 5e8 * crack.metal[step]
    axes.fill_between(depth, -opening, opening, color=theme.VOID_HATCH, lw=0, label="dry")
    axes.fill_between(depth, -metal, metal, color=theme.LINES[5], lw=0, label="lithium")
    highest = 0.6e9 * crack.opening.max()
    size = float(np.interp(crack.times[step], crack.time, crack.size))
    axes.axvline(1e6 * size, color=theme.INK, lw=0.8, ls=":")
    axes.set(ylim=(-highest, highest), facecolor=theme.PALE, title=f"{crack.times[step]:.0f} s")
    axes.set_xlim(0.0, 1.3e6 * crack.size[-1])
    axes.set_xticklabels([])


def _over_time(axes: Any, cracks: list[Crack], labels: list[str]) -> None:
    """Draw lengths."""
    for colour, crack, label in zip(theme.LINES, cracks, labels, strict=False):
        axes.plot(crack.time, 1e6 * crack.size, color=colour, label=label)
    axes.set(xlabel="time (s)", ylabel="length of the crack (µm)")
    axes.set_ylim(0.0, None)
    axes.legend()


def _intensity(axes: Any, cracks: list[Crack], labels: list[str]) -> None:
    """Draw loads over the toughness."""
    for colour, crack in zip(theme.LINES, cracks, strict=False):
        axes.plot(crack.times, crack.loads(), color=colour)
    axes.axhline(1.0, color="0.6", lw=0.8, zorder=0)
    axes.set(xlabel="time (s)", ylabel=r"$K_\mathrm{I}$ of the pressure over $K_\mathrm{Ic}$")
    axes.set_ylim(0.0, None)


if __name__ == "__main__":
    sys.exit(main())
