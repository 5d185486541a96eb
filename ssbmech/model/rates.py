# SPDX-License-Identifier: BSD-3-Clause
"""Rates of states at the integration points: where a step starts, and how wrong it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from ssbmech._compat import compile_expression, element_points
from ssbmech.case.step_control import Tolerances
from ssbmech.case.time_scheme import BACKWARD_EULER, Weights
from ssbmech.frames import Expr
from ssbmech.model.conditions import Conditions
from ssbmech.model.history import TENSOR, RegionHistory

Array = npt.NDArray[np.float64]

PRESSURE_SHARE = 2.0
"""Equivalent stresses up to which the pressure counts to the size of the stress [1]."""

LEAST_PART = 0.5
"""Part of a scalar state that is left at least where it is carried on; they stay positive [1]."""


class StateRates:
    r"""Rates of the states of a solid law at the integration points of a region.

    Keeps of each state the rate at the end of the last step and its change in it. From them follow
    the start of the next step (`ssbmech.case.time_scheme`), and an estimate for its error,

    .. math:: \Delta y = k \left( \tfrac12 \Delta t (\dot y_n + \dot y_{n+1})
              - (y_{n+1} - y_n) \right)

    with k = 1 for backward Euler. Nothing but the two ends of the step enters, so that the first
    step is judged like any other.

    Attributes:
        history: the states.
        start: what the law takes for the state at the start of the step, by name.
    """

    def __init__(
        self, history: RegionHistory, names: tuple[str, ...], conditions: Conditions, joined: bool
    ) -> None:
        """Start at rest.

        Args:
            history: states of the region.
            names: those of its solid law.
            conditions: time step and weights.
            joined: whether all of them follow a rate, so that two steps may be joined to a scheme
                of second order.
        """
        self.history, self._conditions, self._joined = history, conditions, joined
        self.start: dict[str, fem.Function] = {}
        self._rates: dict[str, fem.Function] = {}
        self._turned: dict[str, fem.Expression] = {}
        self._changes: dict[str, fem.Function] = {}
        for name in names:
            committed = history.committed[name]
            space = committed.function_space
            self._rates[name], self._changes[name] = fem.Function(space), fem.Function(space)
            self.start[name] = history.seen_from(name) if joined else committed

    @property
    def tensors(self) -> dict[str, Expr]:
        """Rates of tensors at the end of the last step, shape (3, 3)."""
        variables, packing = self.history.variables, self.history.packing
        rates = self._rates.items()
        return {name: packing.unpack(rate) for name, rate in rates if variables[name].is_tensor}

    def turn(self, turned: Mapping[str, Expr]) -> None:
        """Let rates of tensors turn with the material at the end of each step; collective.

        Args:
            turned: `tensors` as they lie after the step, those that do turn.
        """
        for name, tensor in turned.items():
            points = element_points(self._rates[name].function_space)
            self._turned[name] = compile_expression(self.history.packing.pack(tensor), points)

    @property
    def place(self) -> str:
        """Name of the region."""
        return self.history.place

    @property
    def cells(self) -> npt.NDArray[np.int32]:
        """Cells of the region."""
        return self.history.cells

    @property
    def committed(self) -> Mapping[str, fem.Function]:
        """Rate and change in the last step, by name."""
        rates = {f"{name} rate": value for name, value in self._rates.items()}
        return rates | {f"{name} change": value for name, value in self._changes.items()}

    @property
    def weights(self) -> Weights:
        """Weights of the step."""
        return self._conditions.weights if self._joined else BACKWARD_EULER

    def begin(self) -> None:
        """Carry the states on by what they changed in the last step."""
        carried = self.weights.carried
        for name in self.start if self._joined else ():
            change = carried * self._changes[name].x.array
            self.start[name].x.array[:] = self._moved(name, self._old(name), change)

    def advance(self) -> None:
        """Compute the states at the end of the step."""
        self.history.advance()

    def commit(self) -> None:
        """Take over rates and changes, before the states themselves are."""
        self.advance()
        for name in self.start:
            rate, new = self._rate(name), self.history.new(name)
            self._rates[name].x.array[:] = rate
            self._changes[name].x.array[:] = new - self._old(name)
            # what is looked at between two steps is the state that was just reached
            self.start[name].x.array[:] = new
        for name, turned in self._turned.items():
            after = fem.Function(self._rates[name].function_space)
            after.interpolate(turned, self.cells)
            self._rates[name].x.array[:] = after.x.array

    def _old(self, name: str) -> Array:
        return np.asarray(self.history.committed[name].x.array)

    def _rate(self, name: str) -> Array:
        """Return the rate at the end of the step that the law has used."""
        length = self.weights.implicit * self._conditions.dt.value
        return np.asarray((self.history.new(name) - self.start[name].x.array) / length)

    def error(self, name: str) -> Array:
        """Return what the step lacks to the exact state, at all points of the body."""
        self.advance()
        half = 0.5 * self._conditions.dt.value
        trapezoidal = half * (self._rates[name].x.array + self._rate(name))
        distance = trapezoidal - (self.history.new(name) - self._old(name))
        return np.asarray(self.weights.error * distance)

    def shift(self, times: float = 1.0) -> dict[str, Array]:
        """Move the start of the step by a multiple of its error, and return where it was."""
        errors = {name: self.error(name) for name in self.start}
        before = {name: value.x.array.copy() for name, value in self.start.items()}
        for name, error in errors.items():
            self.start[name].x.array[:] = self._moved(name, before[name], times * error)
        return before

    def put_back(self, before: Mapping[str, Array]) -> None:
        """Undo `shift`."""
        for name, values in before.items():
            self.start[name].x.array[:] = values

    def _moved(self, name: str, values: Array, change: Array) -> Array:
        """Return a state that has changed; one that began positive does not lose all of it."""
        variable = self.history.variables[name]
        if variable.is_tensor or not (variable.initial or 0.0) > 0.0:
            return values + change
        return np.maximum(values + change, LEAST_PART * values)


def _squared(deviator: Array) -> Array:
    """Return the squares of the equivalent stresses of deviators, shape (points, 6) [Pa2]."""
    with np.errstate(over="ignore", invalid="ignore"):
        return np.asarray(1.5 * (deviator[:, :3] ** 2).sum(1) + 3 * (deviator[:, 3:] ** 2).sum(1))


class StressError:
    r"""Error that a step makes in the stress of a region, by its own two ends alone.

    The states' error is added to where the step starts, and the law asked again, at the strain that
    was solved for: where the material flows quickly, it flows off. With root mean squares over the
    volume of the region,

    .. math:: e = \left( \frac{\| s(y_s + \Delta y) - s(y_s) \|}
              {\epsilon \, (\sqrt{q^2 + \min(p, 2 q)^2} + \sigma_0)} \right)^{2/(k + 1)}

    where q is the equivalent stress, p the pressure and k the order of the step, so that e goes
    with the square of the step whatever the order.

    Attributes:
        embedded: True: it needs no steps before this one.
    """

    embedded = True

    def __init__(
        self, rates: StateRates, deviator: Expr, pressure_square: fem.Form, comm: MPI.Intracomm
    ) -> None:
        """Compile the stress; collective.

        Args:
            rates: rates of the states of the region's solid law.
            deviator: deviatoric stress, shape (3, 3) [Pa].
            pressure_square: integral of the squared pressure, which may live on a mesh of its own
                [Pa2 m3].
            comm: communicator.
        """
        self._pressure_square = pressure_square
        self._rates, self._comm = rates, comm
        history = rates.history
        name = next(iter(rates.start))
        space = history.committed[name].function_space
        components = ufl.as_vector([deviator[place] for place in TENSOR])
        self._stress: Any = compile_expression(components, element_points(space))
        mesh = space.mesh
        owned = mesh.topology.index_map(mesh.topology.dim).size_local
        self._mesh, self._cells = mesh, history.cells[history.cells < owned]

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the error over the tolerance [1], the same on all ranks; collective.

        Args:
            ratio: the step over the one before; not needed.
            tolerances: what counts as 1.
        """
        if not np.isfinite(tolerances.stress):
            return 0.0
        before = self._values()
        after = self._shifted(1.0)
        unknown = ~np.isfinite(after).all(axis=1)
        if unknown.any():
            # beyond what a law knows, such as a sum of strains below zero: as far the other way
            after[unknown] = (2 * before - self._shifted(-1.0))[unknown]
        volumes = self._rates.history.point_volumes(self._cells).ravel()
        squares = _squared(after - before), _squared(before)
        whole_pressure = fem.assemble_scalar(self._pressure_square)
        shares = np.array([volumes.sum(), *(volumes @ v for v in squares), whole_pressure])
        # a stress that is no number is as wrong as can be
        whole, error, stress, pressure = self._comm.allreduce(np.nan_to_num(shares, nan=1e300))
        size = np.sqrt((stress + min(pressure, PRESSURE_SHARE**2 * stress)) / whole)
        allowed = tolerances.stress * (size + tolerances.stress_floor)
        relative = float(np.sqrt(error / whole) / allowed)
        return float(relative ** (2 / (1 + self._rates.weights.order)))

    def _shifted(self, times: float) -> Array:
        """Return the deviator from a start that is moved by a multiple of its error [Pa]."""
        kept = self._rates.shift(times)
        found = self._values()
        self._rates.put_back(kept)
        return found

    def _values(self) -> Array:
        """Return the deviator at the points of the owned cells, shape (points, 6) [Pa]."""
        return np.asarray(self._stress.eval(self._mesh, self._cells)).reshape(-1, len(TENSOR))
