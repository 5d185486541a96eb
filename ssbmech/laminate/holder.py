# SPDX-License-Identifier: BSD-3-Clause
r"""What holds a laminate: the law of its fixture as one equation of pressure and thickness.

With the thickness T of all that lies in the fixture and the compliance C of spring and frame, the
platen stands off the stack by

.. math:: g = C (P - P_{seat}) - (T - T_{seat})

which is zero as long as it presses: :math:`P \ge 0, \; g \ge 0, \; P g = 0`. A platen that is glued
on has :math:`g = 0` alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ssbmech.case.fixture_steps import kept_pressure, moves_seat, set_pressure
from ssbmech.case.fixtures import Fixture, pulls
from ssbmech.case.probing import value_at
from ssbmech.case.protocol import Drive


@dataclass(frozen=True)
class Held:
    """The fixture's equation, in pascals.

    Attributes:
        residual: what should be zero [Pa].
        by_pressure: its derivative by the pressure [1].
        by_thickness: its derivative by the thickness [Pa/m].
    """

    residual: float
    by_pressure: float
    by_thickness: float


@dataclass(eq=False)
class Holder:
    """A fixture and where it acts from.

    Attributes:
        fixture: the fixture.
        start: thickness without pressure, from which a driven platen is counted [m].
        yields: what it loses by pressure then, to turn a gap into a pressure [m/Pa].
        seated: whether the fixture acts with its stiffness; a constant force before.
        pressure_seat: pressure when it seated [Pa].
        thickness_seat: thickness when it seated [m].
        pressure_last: pressure at the end of the last committed step [Pa].
        thickness_last: thickness then [m].
    """

    fixture: Fixture
    start: float
    yields: float
    seated: bool = False
    pressure_seat: float = 0.0
    thickness_seat: float = 0.0
    pressure_last: float = 0.0
    thickness_last: float = 0.0
    _asked: float = field(default=0.0, init=False)
    _compliance: float = field(default=math.nan, init=False)
    _seat: tuple[float, float] = field(default=(0.0, 0.0), init=False)
    _reseats: bool = field(default=False, init=False)

    def load(self, drive: Drive, time: float, dt: float) -> None:
        """Prepare a step of a length [s] that ends at a time [s]."""
        fixture = self.fixture
        self._reseats = moves_seat(drive, self.seated)
        if fixture.travel is not None:
            where = self.start + value_at(fixture.travel, time, "the travel of the platen", "m")
            self._stand(0.0, (0.0, where))
            return
        asked = set_pressure(fixture, drive, self.seated, self.pressure_last, time, dt)
        if math.isnan(asked):
            asked = kept_pressure(fixture, self.pressure_seat, time)
        self._asked = asked
        if math.isnan(asked):
            seat = (self.pressure_seat, self.thickness_seat)
            self._stand(1 / fixture.stiffness, seat)

    def _stand(self, compliance: float, seat: tuple[float, float]) -> None:
        self._asked, self._compliance, self._seat = math.nan, compliance, seat

    def equation(self, pressure: float, thickness: float) -> Held:
        """Return the fixture's equation.

        Args:
            pressure: pressure on the stack [Pa].
            thickness: thickness of all that lies in the fixture [m].
        """
        if not math.isnan(self._asked):
            return Held(pressure - self._asked, 1.0, 0.0)
        # in pascals: what the whole would answer to the gap
        stiffness = 1 / (self._compliance + self.yields)
        gap = stiffness * self.gap(pressure, thickness)
        if not pulls(self.fixture) and pressure < gap:
            return Held(pressure, 1.0, 0.0)
        return Held(gap, stiffness * self._compliance, -stiffness)

    def gap(self, pressure: float, thickness: float) -> float:
        """Return how far the platen stands off, zero where its force is set [m]."""
        if not math.isnan(self._asked):
            return 0.0
        seat_pressure, seat = self._seat
        return self._compliance * (pressure - seat_pressure) - (thickness - seat)

    def seat(self) -> None:
        """Remember pressure and thickness: from now on the fixture acts with its stiffness."""
        self.seated = True
        self.pressure_seat, self.thickness_seat = self.pressure_last, self.thickness_last

    def commit(self, pressure: float, thickness: float) -> None:
        """Accept a step."""
        self.pressure_last, self.thickness_last = pressure, thickness
        if self._reseats:
            self.seat()
