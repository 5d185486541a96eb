# SPDX-License-Identifier: BSD-3-Clause
"""The circuit of a cell: its electrodes, what drives them, voltage, current and capacity."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ssbmech.case.electrodes import Electrodes
from ssbmech.case.no_way import MOST_OF_A_CELL, NoWayForCurrent
from ssbmech.case.protocol import Drive
from ssbmech.case.settings import Scales
from ssbmech.case.stops import Guard
from ssbmech.model.hosts import Hosts
from ssbmech.model.outputs import Output, Scalar
from ssbmech.model.parts.crack_walls import ConnectedWalls
from ssbmech.model.parts.terminal import Terminal
from ssbmech.model.parts.transfer import Transfer
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Closure, Unknown

VOLTAGE = quantity("voltage")
"""What the circuit measures between its electrodes, and what cut-off conditions watch."""

LEAST_VOLTAGE = 0.01
"""Voltage below which a power says nothing of the current [V]."""


class Circuit:
    """The electrodes of all stacked cells, which one current passes.

    Attributes:
        cells: electrodes of each cell; none in a purely mechanical case.
        electrodes: closures of the electrode potentials, by interface name.
        sides: interfaces that are joined to each electrode.
        nominal_area: area by which currents and capacities are counted [m2].
        hosts: hosts of lithium at the electrodes of the first cell.
        capacity: charge by which C-rates count, per nominal area [C/m2]; nan if there is none.
        charge: charge passed up to the last committed step, per nominal area [C/m2].
        passed: charge passed through each electrode [C].
        asked: what the present step asks for; None before the first.
    """

    def __init__(
        self,
        electrodes: Electrodes | None,
        transfers: Mapping[str, Transfer],
        cracks: Mapping[str, ConnectedWalls],
        scales: Scales,
        area_of: Callable[[str], float],
    ) -> None:
        """Close the electrode potentials; collective.

        Args:
            electrodes: the case's electrodes.
            transfers: charge transfers by interface.
            cracks: walls of cracks that are joined to an electrode, by interface.
            scales: typical sizes.
            area_of: returns the area of an interface or outer face [m2]; collective.

        Raises:
            CaseError: the area of the electrodes is that of no interface or face.
        """
        self.cells: tuple[Electrodes, ...] = () if electrodes is None else electrodes.cells
        self._transfers = transfers
        self._terminals: dict[str, Terminal] = {n: t.terminal for n, t in transfers.items()}
        self._terminals |= {name: walls.terminal for name, walls in cracks.items()}
        sides = {name: more for pair in self.cells for name, more in pair.sides.items()}
        # closures come in the order of the interfaces
        self.sides = {name: sides[name] for name in self._terminals if name in sides}
        self.electrodes = {
            name: _closure(name, [self._terminals[n] for n in (name, *more)], scales, area_of(name))
            for name, more in self.sides.items()
        }
        flat = []
        for pair in self.cells[:1]:
            every = [name for name in (pair.working, *pair.joined) if name not in cracks]
            flat += [pair.area_of] if pair.area_of else every
        self.nominal_area = sum(area_of(name) for name in flat) if flat else 1.0
        self.hosts = Hosts(self.cells[:1], transfers)
        self.capacity = self.hosts.capacity(self.nominal_area)
        self.charge = 0.0
        self.passed = dict.fromkeys(self.electrodes, 0.0)
        self.asked: Drive | None = None

    @property
    def closures(self) -> list[Closure]:
        """The electrode potentials."""
        return list(self.electrodes.values())

    @property
    def guards(self) -> Sequence[Guard]:
        """The condition that ends any step: no way is left for the current."""
        return (NoWayForCurrent(MOST_OF_A_CELL * len(self.cells)),) if self.cells else ()

    def start_at_rest(self, temperature: float) -> None:
        """Start potentials where no current flows; collective.

        The counter electrode is at zero, so the electrolyte is at minus its equilibrium potential,
        and the working electrode at the difference of both. Metal has the equilibrium potential
        zero.

        Args:
            temperature: temperature at the start [K].
        """
        for pair in self.cells:
            zero = 0.0
            if pair.counter is not None:
                zero = self.hosts.equilibrium(pair.counter, temperature)
                for name in (pair.counter, *pair.joined_counter):
                    if name in self._transfers:
                        _start(self._transfers[name].ions.phi_e, -zero)
            working = self.hosts.equilibrium(pair.working, temperature) - zero
            self.electrodes[pair.working].start_at(working)
            for electrode, joined in pair.sides.items():
                for name in (electrode, *joined):
                    _start(self._terminals[name].phi_s, self.electrodes[electrode].value)

    def drive(self, drive: Drive) -> None:
        """Set what the electrodes of all stacked cells are asked for."""
        self.asked = drive
        density = self.current_density(drive)
        for pair in self.cells:
            if pair.counter is not None:
                self.electrodes[pair.counter].prescribe(0.0)
            working = self.electrodes[pair.working]
            working.choose = _nothing
            if drive.power is not None:
                working.choose = partial(_deliver, working, drive.power * self.nominal_area)
                working.choose()
            elif density is not None:
                working.push(-density * self.nominal_area)
            else:
                working.prescribe(float(drive.voltage or 0.0))

    def current_density(self, drive: Drive) -> float | None:
        """Return the current density that a drive asks for [A/m2], None under voltage control."""
        if drive.c_rate is None or math.isnan(self.capacity):
            return drive.current_density
        return drive.c_rate * self.capacity

    @property
    def voltage(self) -> float:
        """Voltage of all stacked cells together [V]."""
        zeros = sum(self.electrodes[p.counter].value for p in self.cells if p.counter)
        return sum(self.electrodes[pair.working].value for pair in self.cells) - zeros

    @property
    def current(self) -> float:
        """Current density of the working electrode [A/m2]."""
        totals = [self.electrodes[pair.working].total for pair in self.cells[:1]]
        return sum(totals) / self.nominal_area

    def outputs(self, dt: Callable[[], float]) -> list[Output]:
        """Return voltage, current and charge.

        Args:
            dt: returns the time step [s].
        """
        return [
            Scalar(VOLTAGE, lambda _: self.voltage),
            Scalar(quantity("current"), lambda _: self.current),
            Scalar(quantity("charge"), lambda _: self.charge + self.current * dt()),
        ]

    def host_outputs(self) -> list[Output]:
        """Return the state of charge, where there are hosts."""
        if not self.hosts:
            return []
        return [Scalar(quantity("state_of_charge"), lambda _: self.hosts.state_of_charge())]

    def commit(self, dt: float) -> None:
        """Advance the charges passed by a step [s]."""
        self.charge += self.current * dt
        for name, electrode in self.electrodes.items():
            self.passed[name] += electrode.total * dt

    def sums(self) -> dict[str, Any]:
        """Return the charges passed so far, as plain data."""
        return {"charge": self.charge, "interfaces": dict(self.passed)}

    def restore(self, sums: Mapping[str, Any]) -> None:
        """Take over what `sums` gave."""
        self.charge, self.passed = sums["charge"], dict(sums["interfaces"])


def _nothing() -> None:
    """Leave a closing equation as it is."""


def _deliver(electrode: Closure, power: float) -> None:
    """Ask an electrode for a power [W], by the tangent at its present potential.

    The sum of its rows is its current I(V) = P / V, whose slope is -P / V^2.
    """
    voltage = electrode.value
    if abs(voltage) < LEAST_VOLTAGE:
        voltage = math.copysign(LEAST_VOLTAGE, voltage)
    current = power / voltage
    electrode.spring(current / voltage, at=electrode.value, load=-current)


def _closure(name: str, terminals: Sequence[Terminal], scales: Scales, area: float) -> Closure:
    """Return the closure of an electrode potential; collective.

    Args:
        name: interface of the electrode.
        terminals: what has its potential; that of the interface first.
        scales: typical sizes.
        area: area of the interface [m2].
    """
    first, *others = terminals
    return Closure(
        name="electrode",
        where=name,
        unknown=first.phi_s,
        tied=first.tied(),
        scale=scales.potential,
        reference=scales.current * area,
        others=tuple((terminal.phi_s, terminal.tied()) for terminal in others),
    )


def _start(phi: Unknown, value: float) -> None:
    """Start a potential from a value [V] everywhere."""
    phi.function.x.array[:] = value
    phi.start_here()
