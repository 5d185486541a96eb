# SPDX-License-Identifier: BSD-3-Clause
"""Figures and tables of the critical current: closed form, computed cells, and what was measured.

The band around a line is what is left open by the numbers of the law, as the library states their
ranges: the linear coefficient, its activation energy, and none to twice the power-law branch. Stars
are measurements on which a number was calibrated; there are no others in the project, so the lines
away from them are predictions.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.interfaces.contact_loss import charge_to_loss, strippings_to_loss
from ssbmech.interfaces.props import ProppedInterface
from ssbmech.interfaces.sinking import total_speed
from ssbmech.library.voids import VOIDS
from ssbmech.plots import theme
from ssbmech.study.table import Table

Array = NDArray[np.float64]

METALS = {
    "lithium|llzo": "lithium_lepage2019",
    "lithium|li6ps5cl": "lithium_lepage2019",
    "sodium": "sodium_wang2020",
}
NAMES = {
    "lithium|llzo": "Li | LLZO",
    "lithium|li6ps5cl": r"Li | Li$_6$PS$_5$Cl",
    "sodium": "Na, props as Li | LLZO",
}
MEASURED = {
    # pressure [MPa], current [mA/cm2]: Wang et al. 2019; Kasemchainan et al. 2019
    "lithium|llzo": ((0.4, 0.1), (2.0, 0.4)),
    "lithium|li6ps5cl": ((3.0, 0.2), (7.0, 1.0)),
}
CELSIUS = (25.0, 60.0, 80.0)
PRESSURES = (0.1, 0.2, 0.4, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0)
CURRENTS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
PER_MAH = 36000.0
"""C/m2 in a mAh/cm2 [1]."""


@dataclass(frozen=True)
class Interface:
    """An interface with its law of hidden voids, and what the law predicts.

    Attributes:
        name: name in the library.
        law: the law.
        molar_volume: of the metal [m3/mol].
    """

    name: str
    law: ProppedInterface
    molar_volume: float

    @classmethod
    def of_library(cls, name: str) -> Interface:
        """Return an interface of the library."""
        metal = library.by_name(METALS[name]).metal
        return cls(name, VOIDS[name](), metal.molar_volume)

    def sinking(self, pressure: float, celsius: float) -> float:
        """Return the speed at which props sink [m/s] at a pressure [MPa]."""
        return float(total_speed(self.law.sinking, pressure * 1e6, celsius + 273.15))

    def critical_current(self, pressure: float, celsius: float) -> float:
        """Return the current above which stripping opens voids [mA/cm2] at a pressure [MPa]."""
        speed = self.sinking(pressure, celsius) / self.law.supply_strip
        return speed * FARADAY / self.molar_volume / 10.0

    def charge_to_loss(self, pressure: float, current: float, celsius: float) -> float:
        """Return the charge at which contact is lost [mAh/cm2]; infinite if it is kept."""
        ratio = self.critical_current(pressure, celsius) / current
        lost = charge_to_loss(self.law.height_lost, self.molar_volume, ratio, self.law.supply_strip)
        return lost / PER_MAH

    def strippings(self, pressure: float, current: float, charge: float, celsius: float) -> float:
        """Return in which stripping of cycles of a charge [mAh/cm2] contact is lost."""
        return strippings_to_loss(
            self.law.height_lost,
            current * 10.0 * self.molar_volume / FARADAY,
            self.sinking(pressure, celsius),
            charge / current * 3600.0,
            self.law.supply_plate,
            self.law.supply_strip,
        )

    def with_numbers(self, factor: float, activation: float, creep: float) -> Interface:
        """Return the interface with other numbers of its law.

        Args:
            factor: on the coefficient of linear sinking [1].
            activation: its activation energy [kJ/mol].
            creep: factor on the speed of power-law sinking, if there is any [1].
        """
        first, *others = self.law.sinking
        coefficient = first.coefficient * factor
        linear = replace(first, coefficient=coefficient, activation_energy=activation * 1e3)
        creeping = [replace(each, speed_0=each.speed_0 * creep) for each in others]
        return replace(self, law=replace(self.law, sinking=(linear, *creeping)))


RANGES = {
    # lowest and highest factor on the linear coefficient, activation energies [kJ/mol]
    "lithium|llzo": ((0.5, 2.0), (28.0, 37.0)),
    # the lowest if the measured current is a limit of cycling
    "lithium|li6ps5cl": ((0.4, 2.0), (28.0, 37.0)),
    "sodium": ((0.2, 5.0), (23.0, 30.0)),
}
CREEP = (0.0, 2.0)
"""Factors on the speed of power-law sinking, for which there is one datum [1]."""


def band(interface: Interface, pressures: Array, celsius: float) -> tuple[Array, Array]:
    """Return lowest and highest critical current within the ranges of the numbers [mA/cm2]."""
    factors, energies = RANGES[interface.name]
    found = [
        [interface.with_numbers(f, q, c).critical_current(float(p), celsius) for p in pressures]
        for f, c in zip(factors, CREEP, strict=True)
        for q in energies
    ]
    return np.min(found, axis=0), np.max(found, axis=0)


def predictions() -> list[dict[str, Any]]:
    """Return what the law says of each interface, to be compared with data of other work."""
    rows: list[dict[str, Any]] = []
    for name in VOIDS:
        interface = Interface.of_library(name)
        for celsius in CELSIUS:
            low, high = band(interface, np.array(PRESSURES), celsius)
            for k, pressure in enumerate(PRESSURES):
                rows.append(
                    {
                        "interface": name,
                        "temperature [degC]": celsius,
                        "pressure [MPa]": pressure,
                        "critical current [mA/cm2]": interface.critical_current(pressure, celsius),
                        "lowest": float(low[k]),
                        "highest": float(high[k]),
                        "calibrated here": celsius == 25.0
                        and any(pressure == p for p, _ in MEASURED.get(name, ())),
                    }
                )
    return rows


def charges() -> Iterator[dict[str, Any]]:
    """Yield charges and numbers of strippings to loss of contact at 25 degC."""
    for name in VOIDS:
        interface = Interface.of_library(name)
        for pressure in (0.1, 1.0, 3.0, 5.0, 7.0):
            for current in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0):
                charge = interface.charge_to_loss(pressure, current, 25.0)
                count = interface.strippings(pressure, current, 1.0, 25.0)
                yield {
                    "interface": name,
                    "pressure [MPa]": pressure,
                    "current [mA/cm2]": current,
                    "charge to loss [mAh/cm2]": charge if np.isfinite(charge) else None,
                    "strippings of 1 mAh/cm2 to loss": count if np.isfinite(count) else None,
                }


def draw_map(table: Table, path: Path) -> None:
    """Draw critical current against pressure: lines by the law, symbols computed and measured."""
    pressures = np.geomspace(0.1, 10.0, 60)
    with theme.style():
        figure = theme.new_figure(8.4, 4.2)
        axes = figure.subplots(1, 2, sharey=True)
        for axis, name in zip(axes, MEASURED, strict=True):
            _draw_lines(axis, Interface.of_library(name), pressures)
            for colour, celsius in zip(theme.LINES, CELSIUS, strict=False):
                found = computed(table, name, celsius)
                axis.plot(*found, "o", color=colour, markerfacecolor="white", zorder=4)
            look = {"color": theme.INK, "linestyle": "none", "markersize": 11, "zorder": 5}
            axis.plot(*np.transpose(MEASURED[name]), "*", label="measured at 25 °C", **look)
            axis.set(xscale="log", yscale="log", title=NAMES[name], ylim=(0.003, 30.0))
            axis.set_xlabel("stack pressure (MPa)")
            _plain_ticks(axis, (0.1, 0.2, 0.5, 1, 2, 5, 10), (0.01, 0.1, 1, 10))
        axes[0].set_ylabel("critical stripping current (mA cm⁻²)")
        axes[0].plot([], [], "o", color=theme.INK, markerfacecolor="white", label="computed cell")
        axes[0].fill_between(
            [], [], [], color=theme.INK, alpha=0.15, label="left open by the numbers"
        )
        handles, labels = axes[0].get_legend_handles_labels()
        where = {label: k for k, label in enumerate(labels)}
        labels[where["measured at 25 °C"]] = "measured at 25 °C; the law was calibrated on these"
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
        theme.save(figure, path)


def _draw_lines(axis: Any, interface: Interface, pressures: Array) -> None:
    """Draw the law at three temperatures, with the band at the lowest and the highest."""
    for colour, celsius in zip(theme.LINES, CELSIUS, strict=False):
        line = [interface.critical_current(float(p), celsius) for p in pressures]
        axis.plot(pressures, line, color=colour, label=f"law, {celsius:g} °C")
        if celsius != CELSIUS[1]:
            low, high = band(interface, pressures, celsius)
            axis.fill_between(pressures, low, high, color=colour, alpha=0.15, linewidth=0)


def computed(table: Table, name: str, celsius: float) -> tuple[Array, Array]:
    """Return pressures [MPa] and critical currents [mA/cm2] of a study's cells."""
    texts, degrees = table["interface"].cells, table["celsius"].numbers
    rows = [
        k
        for k in range(table.rows)
        if texts[k] == name and degrees[k] == celsius and opened(table)[k]
    ]
    return table["pressure"].numbers[rows], table["critical_current"].numbers[rows]


def opened(table: Table) -> NDArray[np.bool_]:
    """Return in which cells voids opened before the sweep came to its end."""
    return np.asarray(table["void_height"].numbers > 0.0)


def draw_charge(table: Table, path: Path) -> None:
    """Draw the charge to loss of contact against current: lines by the law, symbols computed."""
    currents = np.geomspace(0.1, 10.0, 400)
    with theme.style():
        figure = theme.new_figure(8.4, 4.0)
        axes = figure.subplots(1, 2, sharey=True)
        for axis, name in zip(axes, MEASURED, strict=True):
            interface = Interface.of_library(name)
            for colour, pressure in zip(theme.LINES, (1.0, 3.0, 5.0), strict=False):
                line = np.array([interface.charge_to_loss(pressure, j, 25.0) for j in currents])
                lost = np.isfinite(line)
                axis.plot(currents[lost], line[lost], color=colour, label=f"{pressure:g} MPa")
                rows = [
                    k
                    for k in range(table.rows)
                    if table["interface"].cells[k] == name
                    and table["pressure"].numbers[k] == pressure
                    and table["contact"].numbers[k] < 0.1
                ]
                found = table["current"].numbers[rows], table["charge_to_loss"].numbers[rows]
                axis.plot(*found, "o", color=colour, markerfacecolor="white")
            axis.set(
                xscale="log", yscale="log", xlim=(0.08, 8.0), ylim=(0.8, 30.0), title=NAMES[name]
            )
            axis.set_xlabel("current density (mA cm⁻²)")
            _plain_ticks(axis, (0.1, 0.2, 0.5, 1, 2, 5, 10), (1, 2, 5, 10, 20))
        axes[0].set_ylabel("charge to loss of contact (mAh cm⁻²)")
        axes[0].plot([], [], "o", color=theme.INK, markerfacecolor="white", label="computed cell")
        axes[0].legend(loc="upper right", title="law at 25 °C")
        theme.save(figure, path)


def _plain_ticks(axis: Any, across: tuple[float, ...], up: tuple[float, ...]) -> None:
    """Label logarithmic axes with plain numbers."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

    for each, places in ((axis.xaxis, across), (axis.yaxis, up)):
        each.set_major_locator(FixedLocator(places))
        each.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        each.set_minor_formatter(NullFormatter())


def deviation(table: Table) -> float:
    """Return the largest deviation of computed critical currents from the law's [1]."""
    apart = [
        abs(found / Interface.of_library(name).critical_current(p, t) - 1)
        for name, p, t, found, seen in zip(
            table["interface"].cells,
            table["pressure"].numbers,
            table["celsius"].numbers,
            table["critical_current"].numbers,
            opened(table),
            strict=True,
        )
        if seen
    ]
    return float(np.max(apart))


def main() -> int:
    """Draw the figures, and write the predictions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="folder of the study of critical currents")
    parser.add_argument("charge", type=Path, nargs="?", help="folder of the study of charges")
    parser.add_argument("--into", type=Path, help="folder of figures and predictions")
    options = parser.parse_args()
    into = options.into or options.study
    into.mkdir(parents=True, exist_ok=True)
    table = Table.read(options.study / "table.csv")
    draw_map(table, into / "critical_current.png")
    if options.charge is not None:
        draw_charge(Table.read(options.charge / "table.csv"), into / "critical_charge.png")
    found = {"critical currents": predictions(), "charges": list(charges())}
    (into / "critical_current.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(f"largest deviation of a computed critical current from the law: {deviation(table):.2%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
