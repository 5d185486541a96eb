# SPDX-License-Identifier: BSD-3-Clause
"""Figure and predictions of the currents that may be plated at flaws.

Currents at the flaw follow from toughness, size, resistance and stress. What cells bear is less, by
how much more current a flaw has than the mean: one number for each electrolyte and preparation,
calibrated on one cell, and applied at other temperatures and stresses.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from case import electrolyte_of, lateral, plated_flaw
from numpy.typing import NDArray

from ssbmech.fracture.plated import PlatedFlaw, local_factor
from ssbmech.plots import theme
from ssbmech.study.table import Table

Array = NDArray[np.float64]

SHAPE, LITHIUM, FLAW = "half-penny", "lithium_lepage2019", 14.0
"""Shape of all flaws, set of lithium, and the one flaw that was seen [um]."""
SOLIDS = (
    # interface, toughness [MPa m^(1/2)], name
    ("lithium|li6ps5cl", 0.69, r"Li$_6$PS$_5$Cl, 0.69 MPa√m"),
    ("lithium|li6ps5cl", 0.23, r"Li$_6$PS$_5$Cl, 0.23 MPa√m"),
    ("lithium|llzo", 1.0, "LLZO, clean, 1 MPa√m"),
    ("lithium|llzo_contaminated", 1.0, "LLZO, filmed, 1 MPa√m"),
)
FLAWS = (1.0, 3.0, 10.0, 30.0, 100.0)
CELSIUS = (25.0, 60.0, 80.0)
RESIDUAL = (0.0, -100.0)
"""Stress along the surface without the stack pressure [MPa]."""
STACK = (0.0, 5.0, 25.0)


@dataclass(frozen=True)
class Preparation:
    """Cells of one kind, with the one number that was calibrated on them.

    Attributes:
        name: which.
        measured: current density at which they fail on plating [mA/cm2].
        pressure: stack pressure there [MPa].
        other: further stack pressure at which the same was measured [MPa], which is predicted.
    """

    name: str
    measured: float
    pressure: float
    other: float | None = None


PREPARATIONS = (
    Preparation("Li6PS5Cl, large grains, no stack pressure (singh2022)", 0.4, 0.0),
    Preparation("Li6PS5Cl, three electrodes (kasemchainan2019)", 2.0, 3.0, 7.0),
)


def opened(interface: str, residual: float, stack: float) -> float:
    """Return the stress that opens a flaw without plating [Pa].

    Metal at its mouth has the stack pressure; the layer, held at its sides, is pressed along them.

    Args:
        interface: interface of the library.
        residual: residual stress along the surface [MPa].
        stack: stack pressure [MPa].
    """
    nu = electrolyte_of(interface).solid.poisson
    pressure = stack * 1e6
    mean = pressure / 3 * (1 + 2 * nu / (1 - nu))
    return pressure + lateral(pressure, mean) + residual * 1e6


def flaw_of(interface: str, toughness: float, size: float, celsius: float) -> PlatedFlaw:
    """Return a flaw at a temperature."""
    return plated_flaw(interface, SHAPE, size, toughness, celsius + 273.15, LITHIUM)


def in_ma(current: float) -> float | None:
    """Return a current density in mA/cm2; None where there is no bound."""
    return None if math.isinf(current) else current / 10.0


def at_flaws() -> Iterator[dict[str, Any]]:
    """Yield the current densities that flaws bear: nothing of them is calibrated."""
    for interface, toughness, _ in SOLIDS:
        for size in FLAWS:
            for celsius in CELSIUS:
                flaw = flaw_of(interface, toughness, size, celsius)
                for residual in RESIDUAL:
                    for stack in STACK:
                        opens = opened(interface, residual, stack)
                        yield {
                            "interface": interface,
                            "toughness [MPa m^0.5]": toughness,
                            "flaw [um]": size,
                            "temperature [degC]": celsius,
                            "residual stress [MPa]": residual,
                            "stack pressure [MPa]": stack,
                            "sealed [mA/cm2]": in_ma(flaw.sealed(opens)),
                            "leaking [mA/cm2]": in_ma(flaw.leaking(opens)),
                        }


def factor(cells: Preparation, toughness: float, *, leaks: bool) -> float:
    """Return the calibrated number of a preparation: current at the flaw over the mean [1]."""
    flaw = flaw_of("lithium|li6ps5cl", toughness, FLAW, 25.0)
    opens = opened("lithium|li6ps5cl", 0.0, cells.pressure)
    bears = flaw.leaking(opens) if leaks else flaw.sealed(opens)
    return local_factor(bears, cells.measured * 10.0)


def of_cells() -> Iterator[dict[str, Any]]:
    """Yield the mean current densities at which cells fail on plating, by their one number."""
    for cells in PREPARATIONS:
        for toughness in (0.69, 0.23):
            leaking = factor(cells, toughness, leaks=True)
            tight = factor(cells, toughness, leaks=False)
            for celsius in CELSIUS:
                flaw = flaw_of("lithium|li6ps5cl", toughness, FLAW, celsius)
                for residual in RESIDUAL:
                    for stack in (0.0, 3.0, 7.0, 25.0):
                        opens = opened("lithium|li6ps5cl", residual, stack)
                        own = (celsius, residual, stack) == (25.0, 0.0, cells.pressure)
                        yield {
                            "cells": cells.name,
                            "toughness [MPa m^0.5]": toughness,
                            "flaw [um]": FLAW,
                            "calibrated: current at the flaw over the mean, leaking": leaking,
                            "calibrated: the same, sealed": tight,
                            "temperature [degC]": celsius,
                            "residual stress [MPa]": residual,
                            "stack pressure [MPa]": stack,
                            "critical current, leaking [mA/cm2]": in_ma(
                                flaw.leaking(opens) / leaking
                            ),
                            "critical current, sealed [mA/cm2]": in_ma(flaw.sealed(opens) / tight),
                            "calibrated here": own,
                        }


def draw(table: Table, path: Path) -> None:
    """Draw the current that flaws bear over their size, over residual stress, and over heat."""
    with theme.style():
        figure = theme.new_figure(9.6, 3.9)
        axes = figure.subplots(1, 3)
        _draw_sizes(axes[0], table)
        _draw_stresses(axes[1])
        _draw_heat(axes[2])
        axes[0].set_ylabel("current density that the flaw bears (mA cm⁻²)")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=4)
        theme.save(figure, path)


def _draw_sizes(axis: Any, table: Table) -> None:
    sizes = np.geomspace(1.0, 100.0, 25)
    for colour, (interface, toughness, name) in zip(theme.LINES, SOLIDS, strict=False):
        flaws = [flaw_of(interface, toughness, float(size), 25.0) for size in sizes]
        leaking = [each.leaking() / 10 for each in flaws]
        axis.plot(sizes, leaking, color=colour, label=name)
        axis.plot(sizes, [each.sealed() / 10 for each in flaws], ":", color=colour, linewidth=1.2)
        axis.plot(*computed(table, interface, toughness), "o", color=colour, markerfacecolor="w")
    axis.plot([], [], ":", color=theme.INK, label="sealed: lower bound")
    axis.plot([], [], "o", color=theme.INK, markerfacecolor="w", label="computed cells")
    look = {"color": theme.INK, "linestyle": "none", "markersize": 10, "zorder": 5}
    axis.plot([FLAW, FLAW], [0.4, 2.0], "*", label="cells of Li$_6$PS$_5$Cl", **look)
    axis.set(xscale="log", yscale="log", ylim=(0.01, 100.0), xlabel="size of the flaw (µm)")
    axis.set_title("25 °C, no stress")
    _plain(axis.xaxis, (1, 3, 10, 30, 100))
    _plain(axis.yaxis, (0.01, 0.1, 1, 10, 100))


def _draw_stresses(axis: Any) -> None:
    stresses = np.linspace(0.0, 200.0, 21)
    for colour, (interface, toughness, _) in zip(theme.LINES, SOLIDS, strict=False):
        flaw = flaw_of(interface, toughness, 10.0, 25.0)
        axis.plot(stresses, [flaw.leaking(-s * 1e6) / 10 for s in stresses], color=colour)
        sealed = [flaw.sealed(-s * 1e6) / 10 for s in stresses]
        axis.plot(stresses, sealed, ":", color=colour, linewidth=1.2)
    axis.set(yscale="log", ylim=(0.01, 100.0), xlabel="residual compression (MPa)")
    axis.set_title("flaw of 10 µm, 25 °C")
    _plain(axis.yaxis, (0.01, 0.1, 1, 10, 100))


def _draw_heat(axis: Any) -> None:
    degrees = np.linspace(0.0, 80.0, 17)
    for colour, (interface, toughness, _) in zip(theme.LINES, SOLIDS, strict=False):
        flaws = [flaw_of(interface, toughness, 10.0, float(each)) for each in degrees]
        axis.plot(degrees, [each.leaking() / 10 for each in flaws], color=colour)
        axis.plot(degrees, [each.sealed() / 10 for each in flaws], ":", color=colour, linewidth=1.2)
    axis.set(yscale="log", ylim=(0.01, 100.0), xlabel="temperature (°C)")
    axis.set_title("flaw of 10 µm, no stress")
    _plain(axis.yaxis, (0.01, 0.1, 1, 10, 100))


def _plain(axis: Any, places: tuple[float, ...]) -> None:
    """Label a logarithmic axis with plain numbers."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    axis.set_major_locator(FixedLocator(places))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def rows(table: Table) -> list[tuple[str, float, float, float, float]]:
    """Return interface, toughness, flaw [um], compression [MPa], limit [mA/cm2] of a study."""
    names = ("toughness", "flaw", "compression", "plating_limit")
    numbers = [table[name].numbers for name in names]
    return list(zip(table["interface"].cells, *numbers, strict=True))


def computed(table: Table, interface: str, toughness: float) -> tuple[list[float], list[float]]:
    """Return sizes of flaws [um] and what they bear [mA/cm2] in cells without compression."""
    kept = [row for row in rows(table) if row[:2] == (interface, toughness) and row[3] == 0.0]
    return [row[2] for row in kept], [row[4] for row in kept]


def deviation(table: Table, stack: float = 3.0) -> float:
    """Return the largest deviation of computed cells from the flaws taken alone [1]."""
    apart = []
    for interface, toughness, size, compression, limit in rows(table):
        flaw = flaw_of(interface, toughness, size, 25.0)
        alone = flaw.leaking(opened(interface, -compression, stack)) / 10
        if math.isfinite(alone) and math.isfinite(limit):
            apart.append(abs(limit / alone - 1))
    return max(apart)


def compact(tables: dict[str, list[dict[str, Any]]]) -> str:
    """Return tables of equal columns as JSON, with a line for each row and five digits."""
    parts = []
    for name, records in tables.items():
        lines = [json.dumps([_rounded(each) for each in row.values()]) for row in records]
        body = ",\n   ".join(lines)
        columns = json.dumps(list(records[0]))
        parts.append(
            f' {json.dumps(name)}: {{\n  "columns": {columns},\n  "rows": [\n   {body}\n  ]\n }}'
        )
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rounded(value: Any) -> Any:
    """Return a number with five digits, anything else as it is."""
    return float(f"{value:.5g}") if isinstance(value, float) else value


def main() -> int:
    """Draw the figure, and write the predictions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study")
    parser.add_argument("--into", type=Path, help="folder of figure and predictions")
    options = parser.parse_args()
    into = options.into or options.study
    into.mkdir(parents=True, exist_ok=True)
    table = Table.read(options.study / "table.csv")
    draw(table, into / "flaw_map.png")
    found = {"currents at flaws": list(at_flaws()), "critical currents of cells": list(of_cells())}
    (into / "flaw_map.json").write_text(compact(found), encoding="utf-8")
    print(f"largest deviation of a computed cell from the flaw taken alone: {deviation(table):.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
