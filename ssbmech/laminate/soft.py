# SPDX-License-Identifier: BSD-3-Clause
r"""Layers without forces in plane: foam pads by their table, liquids by their compressibility."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ssbmech.errors import ParameterError
from ssbmech.laminate.growth import Growth, NoGrowth
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
from ssbmech.materials.curve import Curve
from ssbmech.parameter import parameter, table, validate_parameters

CRUSHED = 0.95
"""Compression beyond which no layer is meant [1]."""

SLOW = "delayed_strain"
"""State: compression that has come with delay, shape (n,) [1]."""


class Delay(Protocol):
    """Role of what a layer gives way with delay."""

    def delayed(self, pressure: float, strain_n: Array, dt: float) -> tuple[Array, Array]:
        """Return the delayed compression [1], shape (n,), and its derivative by the pressure."""


@dataclass(frozen=True)
class NoDelay:
    """A layer that answers at once."""

    def delayed(self, pressure: float, strain_n: Array, dt: float) -> tuple[Array, Array]:
        """Return nothing."""
        return np.zeros_like(strain_n), np.zeros_like(strain_n)


@dataclass(frozen=True)
class DelayedCompliance:
    r"""Creep of one element, a dashpot beside a spring, in series with the table.

    .. math:: \tau \dot\varepsilon_d + \varepsilon_d = C_d P

    By backward Euler.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    compliance: float = parameter("1/Pa", low=0.0, doc="compliance that comes with delay")
    time: float = parameter("s", low=0.0, low_open=True, doc="relaxation time")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def delayed(self, pressure: float, strain_n: Array, dt: float) -> tuple[Array, Array]:
        """Return the compression at the end of a step."""
        share = dt / (dt + self.time)
        strain = strain_n + share * (self.compliance * pressure - strain_n)
        return strain, np.full_like(strain_n, share * self.compliance)


@dataclass(frozen=True)
class CompressedLayer:
    r"""A layer by its compression against pressure, such as a foam pad or a whole cell.

    .. math:: h = (h_0 + \Delta h(Q)) \left[1 - \epsilon(P) - \epsilon_d\right]

    The table is that of a clean layer on its first way up and its way down alike; a foam that sets
    is thinner by its set from the start. Pressures beyond the table are refused.

    Attributes:
        growth: thickness added by charge.
        delay: what gives way with delay.

    Raises:
        ParameterError: a compression is out of its bounds, or falls with the pressure.
    """

    compression: Curve = table(
        "1", low=0.0, high=CRUSHED, doc="thickness lost over thickness, against pressure [Pa]"
    )
    growth: Growth = field(default_factory=NoGrowth)
    delay: Delay = field(default_factory=NoDelay)

    def __post_init__(self) -> None:
        """Check the bounds and that the layer gives way."""
        validate_parameters(self)
        steps = np.diff(self.compression.y)
        if np.any(steps < 0.0):
            raise ParameterError(
                "CompressedLayer.compression falls somewhere: expected a compression that rises "
                "with the pressure"
            )

    def start(self, thickness: Array) -> State:
        """Return no delayed compression."""
        return {SLOW: np.zeros(len(thickness))}

    def check(self, thickness: Array, loading: Loading) -> str:
        """Return whether the pressure is beyond the table, in words."""
        low, high = self.compression.low, self.compression.high
        if not low <= loading.pressure <= high:
            return (
                f"the pressure {loading.pressure:g} Pa is beyond the table of compression, "
                f"{low:g} to {high:g} Pa"
            )
        return self.growth.outside(loading.charge)

    def answer(self, thickness: Array, state: State, loading: Loading) -> Answer:
        """Return thickness and no forces."""
        grown = self.growth.grown(loading.charge)
        slow, slow_by = self.delay.delayed(loading.pressure, state[SLOW], loading.dt)
        left = 1 - float(self.compression.numeric(loading.pressure)) - slow
        bare = thickness + grown.added
        by = np.zeros((DRIVERS, len(thickness)))
        slope = float(self.compression.numeric_slope(loading.pressure))
        by[PRESSURE] = -bare * (slope + slow_by)
        by[CHARGE] = grown.added_by * left
        force, force_by = no_forces(len(thickness))
        return Answer(bare * left, by, force, force_by, {SLOW: slow})


@dataclass(frozen=True)
class LiquidColumn:
    r"""Liquid of a hydraulic cylinder, shut in: its height by its compressibility.

    .. math:: h = h_0 e^{-P / K}, \quad P - P_0 = K \ln\frac{1}{1 - \Delta V / V}

    Its thickness is that of its volume over the area of the cells.

    Raises:
        ParameterError: a constant is out of its bounds.
    """

    bulk: float = parameter("Pa", low=1e6, high=1e11, doc="bulk modulus; oil 1.4 to 1.9 GPa")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def start(self, thickness: Array) -> State:
        """Return nothing."""
        return {}

    def check(self, thickness: Array, loading: Loading) -> str:
        """Return nothing."""
        return ""

    def answer(self, thickness: Array, state: State, loading: Loading) -> Answer:
        """Return its height and no forces."""
        height = thickness * np.exp(-loading.pressure / self.bulk)
        by = np.zeros((DRIVERS, len(thickness)))
        by[PRESSURE] = -height / self.bulk
        force, force_by = no_forces(len(thickness))
        return Answer(height, by, force, force_by, {})
