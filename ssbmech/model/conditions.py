# SPDX-License-Identifier: BSD-3-Clause
"""Numbers inside compiled forms: constants that can change without compiling again."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import constant
from ssbmech.case.protocol import Drive
from ssbmech.case.time_scheme import BACKWARD_EULER, Weights

Law = TypeVar("Law")

AgainstTime = Callable[[float, Drive], float]
"""Value of a number at the end of a step: of its time [s], and of what the step asks."""


class Number:
    """One number in the forms of all meshes, such as the time step."""

    def __init__(self, value: float = 0.0) -> None:
        """Start with a value, in SI units."""
        self._value = value
        self._constants: dict[Mesh, fem.Constant] = {}

    def on(self, mesh: Mesh) -> fem.Constant:
        """Return the constant of the number for forms on a mesh."""
        if mesh not in self._constants:
            self._constants[mesh] = constant(mesh, self._value)
        return self._constants[mesh]

    @property
    def value(self) -> float:
        """The present value."""
        return self._value

    @value.setter
    def value(self, value: float) -> None:
        """Set the value in all forms."""
        self._value = value
        for held in self._constants.values():
            held.value = value


class Conditions:
    """What all parts of a cell share at one instant.

    Attributes:
        dt: time step [s].
        temperature: absolute temperature [K].
        temperature_n: that at the start of the step; before the first that without expansion [K].
        stress_free: temperature at which nothing has expanded [K].
        implicit: part of the time step over which states follow their rate at its end [1].
        weights: weights of the step, for states that follow a rate.
    """

    def __init__(self, temperature: float, stress_free: float | None = None) -> None:
        """Start at a temperature.

        Args:
            temperature: that of the start [K].
            stress_free: that at which nothing has expanded [K]; None for that of the start.
        """
        self._asked_last = temperature
        self.dt = Number(1.0)
        self.temperature = Number(temperature)
        self.stress_free = Number(temperature if stress_free is None else stress_free)
        self.temperature_n = Number(self.stress_free.value)
        self.implicit = Number(1.0)
        self.weights = BACKWARD_EULER
        self._against_time: list[tuple[Number, AgainstTime]] = []

    def number(self, against_time: AgainstTime) -> Number:
        """Return a number that is set anew for each step."""
        number = Number()
        self._against_time.append((number, against_time))
        return number

    def begin(
        self, time: float, dt: float, drive: Drive, weights: Weights = BACKWARD_EULER
    ) -> None:
        """Set the numbers for a step.

        Args:
            time: time at its end [s].
            dt: its length [s].
            drive: what it asks.
            weights: weights of the step, for states that follow a rate.
        """
        self.dt.value = dt
        self.weights, self.implicit.value = weights, weights.implicit
        asked = drive.temperature
        self.temperature.value = self._asked_last if asked is None else asked
        for number, value in self._against_time:
            number.value = value(time, drive)

    def commit(self) -> None:
        """Keep the temperature of the step: the next one goes on at it if it asks for none."""
        self._asked_last = self.temperature_n.value = self.temperature.value

    def rollback(self) -> None:
        """Return to the temperature of the last committed step."""
        self.temperature.value = self._asked_last

    def state(self) -> dict[str, float]:
        """Return what the next step depends on, as plain data."""
        return {"temperature": self._asked_last, "temperature_n": self.temperature_n.value}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""
        self._asked_last = self.temperature.value = state["temperature"]
        self.temperature_n.value = state["temperature_n"]


def on_mesh(value: Any, mesh: Mesh) -> Any:
    """Return an expression that forms on a mesh can hold; a plain number becomes a constant."""
    expression = ufl.as_ufl(value)
    if not isinstance(expression, ufl.constantvalue.ConstantValue):
        return expression
    if expression.ufl_shape:
        return constant(mesh, 0.0) * ufl.Identity(3)
    return constant(mesh, float(expression))


def symbolic(law: Law, mesh: Mesh) -> Law:
    """Return a law whose numbers are constants of forms on a mesh.

    The form compiled for it then serves for all values. The law's dataclass is copied field by
    field, nested laws and tuples of them too; what is neither a number nor a law is kept.
    """
    if not dataclasses.is_dataclass(law):
        return law
    twin = copy.copy(law)
    for item in dataclasses.fields(law):
        value: Any = getattr(law, item.name)
        if type(value) is float:
            object.__setattr__(twin, item.name, constant(mesh, value))
        elif isinstance(value, tuple):
            object.__setattr__(twin, item.name, tuple(symbolic(part, mesh) for part in value))
        elif dataclasses.is_dataclass(value):
            object.__setattr__(twin, item.name, symbolic(value, mesh))
    return twin
