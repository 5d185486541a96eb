# SPDX-License-Identifier: BSD-3-Clause
r"""A whole cell as one layer, by tables over charge and pressure that a resolved cell has given.

.. math:: h = h(Q, P) \, [1 - \varepsilon_d + C_d P], \quad
          V = U(Q) + P \frac{\partial h}{\partial Q} + R(Q, P) \, i

The thickness of the table is that after all delay: what is still to come stands in the brackets.

Tables are splines in the charge and monotone in the pressure. Beyond the charges and pressures of
the resolved cell they are refused.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

from ssbmech.errors import ParameterError
from ssbmech.laminate.layer import (
    CHARGE,
    DRIVERS,
    PRESSURE,
    Answer,
    Array,
    Loading,
    State,
    no_forces,
)
from ssbmech.laminate.soft import SLOW, Delay, NoDelay
from ssbmech.laminate.voltage import Loss
from ssbmech.parameter import validate_parameters

EDGE = 1e-6
"""Part of a table by which its box may be left through rounding [1]."""

FOREVER = 1e30
"""Time after which no delay is left [s]."""


@dataclass(frozen=True)
class Surface:
    """A quantity over charge and pressure: a spline in the charge, monotone in the pressure.

    Between pressures it is interpolated over their logarithm, for contact goes with their power.

    Attributes:
        charge: charges, increasing, at least four [C/m2].
        pressure: pressures above zero, increasing, at least three [Pa].
        values: the quantity, a row of pressures for each charge.

    Raises:
        ParameterError: there are too few places, they do not increase, or the quantity does not
            fall with the pressure.
    """

    charge: tuple[float, ...]
    pressure: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        """Check the shape and the monotony."""
        q, p, z = self._arrays
        if len(q) < 4 or len(p) < 3:
            raise ParameterError(
                f"Surface of {len(q)} charges and {len(p)} pressures: expected four and three at "
                "least"
            )
        if np.any(np.diff(q) <= 0.0) or np.any(np.diff(p) <= 0.0):
            raise ParameterError("Surface: charges and pressures must increase")
        if not p[0] > 0.0:
            raise ParameterError(f"Surface: the least pressure is {p[0]:g} Pa: expected above zero")
        if z.shape != (len(q), len(p)):
            raise ParameterError(
                f"Surface: values of shape {z.shape}: expected {len(q)} rows of {len(p)}"
            )
        if np.any(np.diff(z, axis=1) > 0.0):
            raise ParameterError(
                "Surface: values rise with the pressure somewhere: a cell gets thinner and its "
                "resistance falls, or what was read of it has not settled"
            )

    @property
    def _arrays(self) -> tuple[Array, Array, Array]:
        return np.array(self.charge), np.array(self.pressure), np.array(self.values)

    @cached_property
    def _by_pressure(self) -> PchipInterpolator:
        _, p, z = self._arrays
        return PchipInterpolator(np.log(p), z, axis=1)

    def at(self, charge: Array, pressure: float) -> tuple[Array, Array, Array]:
        """Return the quantity at charges and a pressure, and its derivatives by both.

        Beyond the table it goes on linearly, so that a solver finds its way back.
        """
        q = np.array(self.charge)
        near = min(max(pressure, self.pressure[0]), self.pressure[-1])
        inside = np.clip(charge, q[0], q[-1])
        slopes = np.asarray(self._by_pressure(np.log(near), 1)) / near
        rows = np.asarray(self._by_pressure(np.log(near))) + slopes * (pressure - near)
        # a spline is linear in its data: that of the derivatives is the derivative
        along, by_pressure = CubicSpline(q, rows), CubicSpline(q, slopes)
        by_charge, beyond = np.asarray(along(inside, 1)), charge - inside
        return (
            np.asarray(along(inside)) + by_charge * beyond,
            by_charge,
            np.asarray(by_pressure(inside)) + np.asarray(by_pressure(inside, 1)) * beyond,
        )

    def outside(self, charge: Array, pressure: float) -> str:
        """Return how a place is beyond the table, in words; empty where it is not."""
        q, p, _ = self._arrays
        slack, give = EDGE * (q[-1] - q[0]), EDGE * (p[-1] - p[0])
        if not p[0] - give <= pressure <= p[-1] + give:
            return (
                f"the pressure {pressure:g} Pa is beyond those of the resolved cell, {p[0]:g} to "
                f"{p[-1]:g} Pa"
            )
        if np.any((charge < q[0] - slack) | (charge > q[-1] + slack)):
            return (
                f"the charge {charge.min():g} to {charge.max():g} C/m2 is beyond those of the "
                f"resolved cell, {q[0]:g} to {q[-1]:g} C/m2"
            )
        return ""


@dataclass(frozen=True)
class IdentifiedLayer:
    """A whole cell by its thickness.

    Its sides are held as those of the resolved cell were; it bears no force in its plane that a
    stack would see.

    Attributes:
        height: thickness over charge and pressure [m].
        delay: what gives way with delay.
    """

    height: Surface
    delay: Delay = field(default_factory=NoDelay)

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    @property
    def thickness(self) -> float:
        """Thickness at the first charge and the least pressure [m]."""
        return self.height.values[0][0]

    def start(self, thickness: Array) -> State:
        """Return no delayed compression."""
        return {SLOW: np.zeros(len(thickness))}

    def check(self, thickness: Array, loading: Loading) -> str:
        """Return how the box of the resolved cell is left, in words."""
        return self.height.outside(loading.charge, loading.pressure)

    def answer(self, thickness: Array, state: State, loading: Loading) -> Answer:
        """Return the thickness of the tables, in proportion to that of each cell."""
        height, by_charge, by_pressure = self.height.at(loading.charge, loading.pressure)
        slow, slow_by = self.delay.delayed(loading.pressure, state[SLOW], loading.dt)
        settled, settled_by = self.delay.delayed(loading.pressure, state[SLOW], FOREVER)
        ahead = 1 - (slow - settled)
        share = thickness / self.thickness
        by = np.zeros((DRIVERS, len(thickness)))
        by[PRESSURE] = share * (by_pressure * ahead - height * (slow_by - settled_by))
        by[CHARGE] = share * by_charge * ahead
        force, force_by = no_forces(len(thickness))
        return Answer(share * height * ahead, by, force, force_by, {SLOW: slow})


@dataclass(frozen=True)
class IdentifiedRest:
    """Voltage at rest of a whole cell, without the work of its pressure.

    Attributes:
        charge: charges, increasing [C/m2].
        values: voltages [V].
        nominal: charge by which C-rates count [C/m2].

    Raises:
        ParameterError: there are too few charges, or they do not increase.
    """

    charge: tuple[float, ...]
    values: tuple[float, ...]
    nominal: float

    def __post_init__(self) -> None:
        """Check the shape."""
        if len(self.charge) < 4 or len(self.charge) != len(self.values):
            raise ParameterError("IdentifiedRest: expected four charges or more, a voltage of each")
        if np.any(np.diff(self.charge) <= 0.0):
            raise ParameterError("IdentifiedRest: charges must increase")

    @property
    def capacity(self) -> float:
        """Charge by which C-rates count [C/m2]."""
        return self.nominal

    @property
    def known(self) -> tuple[float, float]:
        """All charges [C/m2]: no host is empty where what was identified ends, which ends a run."""
        return -math.inf, math.inf

    def voltage(self, charge: Array, temperature: float) -> tuple[Array, Array]:
        """Return the voltage of the table, whatever the temperature."""
        spline = CubicSpline(self.charge, self.values)
        return np.asarray(spline(charge)), np.asarray(spline(charge, 1))

    def state_of_charge(self, charge: Array) -> Array:
        """Return the charge over the nominal one."""
        return np.asarray(charge / self.nominal)

    def outside(self, charge: Array) -> str:
        """Return how the table is left, in words."""
        low, high = self.charge[0], self.charge[-1]
        slack = EDGE * (high - low)
        if np.all((charge >= low - slack) & (charge <= high + slack)):
            return ""
        return (
            f"the charge {charge.min():g} to {charge.max():g} C/m2 is beyond those of the resolved "
            f"cell, {low:g} to {high:g} C/m2"
        )


@dataclass(frozen=True)
class IdentifiedResistance:
    """Resistance of a whole cell over charge and pressure, at the current of its identification.

    Attributes:
        resistance: resistance times area [ohm m2].
    """

    resistance: Surface

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def loss(self, current: Array, charge: Array, pressure: float, temperature: float) -> Loss:
        """Return the ohmic loss."""
        r, by_charge, by_pressure = self.resistance.at(charge, pressure)
        return Loss(r * current, r, by_charge * current, by_pressure * current)

    def outside(self, charge: Array, pressure: float) -> str:
        """Return how the box of the resolved cell is left, in words."""
        return self.resistance.outside(charge, pressure)
