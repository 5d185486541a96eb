# SPDX-License-Identifier: BSD-3-Clause
"""What holds the stack: a rigid platen closed by the fixture's law, a fluid, or nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ssbmech.case.fixture_steps import moves_seat, set_pressure
from ssbmech.case.fixtures import Fixture
from ssbmech.case.protocol import Drive
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import Conditions, Number
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure


class Holder(Protocol):
    """Role of what holds the stack."""

    @property
    def closures(self) -> list[Closure]:
        """Its scalar unknowns."""

    @property
    def stack_pressure(self) -> float:
        """Pressure on the stack, compression positive [Pa]."""

    @property
    def lift(self) -> float:
        """Distance between platen and stack [m]."""

    def load(self, drive: Drive, time: float, dt: float) -> None:
        """Prepare a step of a length [s] that ends at a time [s]."""

    def seat(self) -> None:
        """Act with the fixture's stiffness from now on."""

    def commit(self) -> None:
        """Accept the step that was just solved."""

    def imbalance(self, bodies: Sequence[BodyModel], system: System) -> float:
        """Return the imbalance of forces, relative [1], nan where it has no measure; collective."""

    def state(self) -> dict[str, Any] | None:
        """Return what it carries from step to step, as plain data."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""


@dataclass(eq=False)
class Unheld:
    """A stack that nothing holds but its supports and loads."""

    @property
    def closures(self) -> list[Closure]:
        """None."""
        return []

    @property
    def stack_pressure(self) -> float:
        """Nan: nothing here tells it."""
        return math.nan

    @property
    def lift(self) -> float:
        """Nan: there is no platen."""
        return math.nan

    def load(self, drive: Drive, time: float, dt: float) -> None:
        """Do nothing."""

    def seat(self) -> None:
        """Do nothing."""

    def commit(self) -> None:
        """Do nothing."""

    def imbalance(self, bodies: Sequence[BodyModel], system: System) -> float:
        """Return nan: loads have no resultant that could be measured twice."""
        return math.nan

    def state(self) -> dict[str, Any] | None:
        """Return nothing."""
        return None

    def restore(self, state: Mapping[str, Any]) -> None:
        """Do nothing."""


@dataclass(eq=False)
class Fluid(Unheld):
    """A gas or liquid around the stack.

    Attributes:
        fixture: the fixture.
        conditions: what sets its pressure anew for each step.
        pressure: its pressure [Pa].
        seated: whether its pressure stays when a step asks for nothing.
        pressure_seat: that pressure [Pa].
        pressure_last: pressure at the end of the last committed step [Pa].
        reseats: whether the present step moves the seat.
    """

    fixture: Fixture
    conditions: Conditions
    seated: bool = False
    pressure_seat: float = 0.0
    pressure_last: float = 0.0
    reseats: bool = False

    def __post_init__(self) -> None:
        """Let its pressure follow what steps ask."""
        self.pressure: Number = self.conditions.number(self._at)

    def _at(self, time: float, drive: Drive) -> float:
        """Return its pressure at a time [s] of a step [Pa]."""
        dt = self.conditions.dt.value
        asked = set_pressure(self.fixture, drive, self.seated, self.pressure_last, time, dt)
        return self.pressure_seat if math.isnan(asked) else asked

    @property
    def stack_pressure(self) -> float:
        """Pressure of the fluid [Pa]."""
        return self.pressure.value

    def load(self, drive: Drive, time: float, dt: float) -> None:
        """Note whether the step moves the seat; the pressure is set with all other conditions."""
        self.reseats = moves_seat(drive, self.seated)

    def seat(self) -> None:
        """Keep the pressure from now on."""
        self.seated, self.pressure_seat = True, self.pressure_last

    def commit(self) -> None:
        """Remember the pressure."""
        self.pressure_last = self.pressure.value
        if self.reseats:
            self.seat()

    def state(self) -> dict[str, Any] | None:
        """Return its pressures, and whether it keeps one."""
        return {name: getattr(self, name) for name in _FLUID}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for name in _FLUID:
            setattr(self, name, state[name])


_FLUID = ("seated", "pressure_seat", "pressure_last")


def fluids(fixture: Fixture | None, conditions: Conditions) -> list[Fluid]:
    """Return the fluid of an isostatic fixture; none of any other."""
    return [] if fixture is None or fixture.face else [Fluid(fixture, conditions)]
