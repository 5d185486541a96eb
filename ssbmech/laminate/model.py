# SPDX-License-Identifier: BSD-3-Clause
r"""The laminate model: many cells in one fixture, condensed to one pressure.

Unknowns are the pressure, two strains in plane, the voltage of the stack and the current of each
cell; everything inside the layers is solved there (`ssbmech.laminate.layer`). The equations are the
fixture's, the sides', the drive's and the wiring's. Layers of one kind are vectors over the cells,
so that thirty cells cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mpi4py import MPI

import numpy as np

from ssbmech.case.protocol import Drive
from ssbmech.case.step_control import Tolerances
from ssbmech.case.stops import Guard
from ssbmech.errors import CaseError
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.holder import Held, Holder
from ssbmech.laminate.layer import Array, Loading
from ssbmech.laminate.pile import Answers, Pile
from ssbmech.laminate.voltage import Volts
from ssbmech.solve.events import Events, NoEvents

PRESSURE, FIRST, SECOND, TERMINAL = range(4)
"""Places of the unknowns before the currents of the cells."""

BEFORE = 4
"""Number of these."""


@dataclass(frozen=True)
class Solution:
    """Everything at one set of unknowns.

    Attributes:
        residual: of all equations, scaled [1].
        jacobian: its derivatives.
        answers: of the plies.
        charge: charges passed by area at the end of the step, shape (n,) [C/m2].
        voltage: of each cell, shape (n,) [V].
        thickness: of all that lies in the fixture [m].
        forces: in plane by width, shape (2,) [N/m].
    """

    residual: Array
    jacobian: Array
    answers: Answers
    charge: Array
    voltage: Array
    thickness: float
    forces: Array


@dataclass
class _Step:
    """What a step asks for."""

    drive: Drive = field(default_factory=Drive)
    dt: float = 1.0
    temperature: float = 0.0


class LaminateModel:
    """A laminate case, marched by the time loop; every rank computes all of it.

    Attributes:
        case: the case.
        comm: communicator.
        time: time of the last committed step [s].
        holder: the fixture.
        pile: the layers.
        x: unknowns of the present step.
        solution: what the solver found last.
        charge: charges passed up to the last committed step, shape (n,) [C/m2].
        temperature: temperature of the last committed step [K].
    """

    def __init__(self, case: LaminateCase, comm: MPI.Intracomm = MPI.COMM_WORLD) -> None:
        """Lay the layers down without pressure, at rest.

        Raises:
            CaseError: sides are free, and no layer bears a force in plane.
        """
        self.case, self.comm, self.time = case, comm, 0.0
        count = case.cells
        self.pile = Pile(case)
        self.charge: Array = np.zeros(count)
        self.temperature = case.temperature
        self._step = _Step(temperature=case.temperature)
        self.x: Array = np.zeros(BEFORE + count)
        volts = self._volts(self.charge, np.zeros(count), 0.0)
        self.x[TERMINAL] = case.wiring.equations(volts.voltage, np.zeros(count), 0.0).residual[0]
        answers = self.pile.answers(self._loading(self.x, self.charge))
        start, _ = self.pile.thickness(answers, 0.0)
        if case.sides.needs_force and not np.all(self.pile.forces(answers, 0.0)[1][:, 1:3].any(1)):
            raise CaseError(
                "no layer bears a force in plane, so free sides have no strain: give HeldSides()"
            )
        self.holder = Holder(case.fixture, start, self.pile.yields(answers))
        self._x_n: Array = self.x.copy()
        self._x_before: Array = self.x.copy()
        self._swelling_n: Array = self.pile.cell_thickness(answers)
        self._swelling_before: Array = self._swelling_n
        self.solution = self.evaluate()

    # What the time loop asks for

    @property
    def guards(self) -> tuple[Guard, ...]:
        """None: what laws do not know ends a run instead."""
        return ()

    @property
    def capacity(self) -> float:
        """Charge by which C-rates count, by area of a cell [C/m2]; nan if there is none."""
        return float(self.case.cell.voltage.rest.capacity)

    @property
    def courses(self) -> Sequence[object]:
        """The course of the fixture's force, or nothing."""
        course = getattr(self.case.fixture, "course", None)
        return () if course is None else (course,)

    @property
    def functions(self) -> Sequence[Callable[[float], float]]:
        """The travel of a driven platen, or nothing."""
        travel = self.case.fixture.travel
        return () if travel is None else (travel,)

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step."""
        warm = self.temperature if drive.temperature is None else drive.temperature
        self._step = _Step(drive, dt, warm)
        self.holder.load(drive, self.time + dt, dt)

    def predict(self, ratio: float) -> None:
        """Extrapolate from the last two committed steps."""
        self.x = self._x_n + ratio * (self._x_n - self._x_before)

    def predictor_error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return how far the cells' thickness and the pressure are from their extrapolation [1]."""
        if ratio == 0.0:
            return 0.0
        now = self.cell_thickness()
        announced = self._swelling_n + ratio * (self._swelling_n - self._swelling_before)
        off = float(np.max(np.abs(now - announced))) / tolerances.gap
        pressure, before = self.x[PRESSURE], self._x_before[PRESSURE]
        last = self._x_n[PRESSURE]
        size = abs(pressure) + tolerances.stress_floor
        jump = abs(pressure - last - ratio * (last - before)) / size
        return float(max(off, jump / tolerances.stress))

    def embedded_error(self, tolerances: Tolerances) -> float:
        """Return none: no step shows an error of its own."""
        return 0.0

    def advance(self) -> None:
        """Do nothing: what the next step starts from is part of the solution."""

    def commit(self, dt: float) -> None:
        """Accept the step."""
        found = self.solution
        self.time += dt
        self.charge, self.temperature = found.charge, self._step.temperature
        self.pile.commit(found.answers)
        self._x_before, self._x_n = self._x_n, self.x.copy()
        self._swelling_before = self._swelling_n
        self._swelling_n = self.cell_thickness()
        self.holder.commit(float(self.x[PRESSURE]), found.thickness)

    def rollback(self) -> None:
        """Return to the last committed step."""
        self.x = self._x_n.copy()

    @property
    def events(self) -> Events:
        """None: nothing in it opens or closes."""
        return NoEvents()

    @property
    def worn(self) -> bool:
        """False: there is no mesh that could be."""
        return False

    def seat(self) -> None:
        """Let the fixture act from here."""
        self.holder.seat()

    # Equations

    def evaluate(self) -> Solution:
        """Return residual, derivatives and all answers at the present unknowns.

        Raises:
            NotConverged: a layer has no answer.
        """
        x, count, dt = self.x, self.case.cells, self._step.dt
        current = x[BEFORE:]
        charge = self.charge + current * dt
        answers = self.pile.answers(self._loading(x, charge))
        thickness, thickness_by = self.pile.thickness(answers, dt)
        forces, forces_by = self.pile.forces(answers, dt)
        volts = self._volts(charge, current, float(x[PRESSURE]))
        work = self.pile.growth(answers)
        voltage = volts.voltage + x[PRESSURE] * work
        by = np.zeros((BEFORE + count, BEFORE + count))
        residual = np.zeros(BEFORE + count)
        held = self.holder.equation(float(x[PRESSURE]), thickness)
        _put_fixture(by, held, thickness_by)
        residual[PRESSURE] = held.residual
        scale = self.case.scales.stress * self.holder.start
        sides, sides_by = self.case.sides.equations(x[FIRST:TERMINAL], forces, forces_by, scale)
        residual[FIRST:TERMINAL] = sides
        by[FIRST:TERMINAL, :TERMINAL], by[FIRST:TERMINAL, BEFORE:] = (
            sides_by[:, :3],
            sides_by[:, 3:],
        )
        residual[TERMINAL] = _put_drive(by, x, self._step.drive, self.capacity)
        wired = self.case.wiring.equations(voltage, current, float(x[TERMINAL]))
        residual[BEFORE:] = wired.residual
        cells = np.diag(volts.by_current + volts.by_charge * dt)
        by[BEFORE:, BEFORE:] = wired.by_current + wired.by_cell @ cells
        by[BEFORE:, TERMINAL] = wired.by_terminal
        by[BEFORE:, PRESSURE] = wired.by_cell @ (volts.by_pressure + work)
        scales = self._scales(wired.volts)
        return Solution(
            residual / scales,
            by / scales[:, np.newaxis],
            answers,
            charge,
            voltage,
            thickness,
            forces,
        )

    @property
    def drive(self) -> Drive:
        """What the present step asks for."""
        return self._step.drive

    @property
    def step_length(self) -> float:
        """Length of the present step [s]."""
        return self._step.dt

    @property
    def step_temperature(self) -> float:
        """Temperature of the present step [K]."""
        return self._step.temperature

    def checks(self) -> list[str]:
        """Return in words which laws are asked beyond what they know in the present step.

        None while a fixture is loaded from nothing on, which comes from below any table.
        """
        if self._step.drive.preload_fraction is not None:
            return []
        loading = self._loading(self.x, self.solution.charge)
        told = self.pile.checks(loading)
        volts = self.case.cell.voltage.check(self.solution.charge, loading.pressure)
        return told + ([f"voltage: {volts}"] if volts else [])

    def cell_thickness(self) -> Array:
        """Return the thickness of each cell in the present step, shape (n,) [m]."""
        return self.pile.cell_thickness(self.solution.answers)

    def _loading(self, x: Array, charge: Array) -> Loading:
        step = self._step
        return Loading(float(x[PRESSURE]), x[FIRST:TERMINAL], charge, step.dt, step.temperature)

    def _volts(self, charge: Array, current: Array, pressure: float) -> Volts:
        law = self.case.cell.voltage
        return law.volts(charge, current, pressure, self._step.temperature)

    def _scales(self, volts: Array) -> Array:
        """Return what residuals are judged by."""
        scales, height = self.case.scales, self.holder.start
        drive = scales.current if self._step.drive.voltage is None else scales.potential
        wired = np.where(volts > 0.0, scales.potential, scales.current)
        force = scales.stress * height
        return np.concatenate([[scales.stress, force, force, drive], wired])


def _put_drive(by: Array, x: Array, drive: Drive, capacity: float) -> float:
    """Write the derivatives of the drive's equation and return its residual, [A/m2] or [V]."""
    mean, count = float(x[BEFORE:].mean()), len(x) - BEFORE
    if drive.power is not None:
        by[TERMINAL, TERMINAL], by[TERMINAL, BEFORE:] = mean, x[TERMINAL] / count
        return float(x[TERMINAL] * mean - drive.power)
    if drive.voltage is not None:
        by[TERMINAL, TERMINAL] = 1.0
        return float(x[TERMINAL] - drive.voltage)
    by[TERMINAL, BEFORE:] = 1 / count
    return float(mean - _current_asked(drive, capacity))


def _current_asked(drive: Drive, capacity: float) -> float:
    """Return the current density that a drive asks for [A/m2]; nan where it asks for none."""
    if drive.c_rate is not None:
        return float(drive.c_rate * capacity)
    return float("nan") if drive.current_density is None else drive.current_density


def _put_fixture(by: Array, held: Held, thickness_by: Array) -> None:
    """Write the derivatives of the fixture's equation."""
    by[PRESSURE, :TERMINAL] = held.by_thickness * thickness_by[:3]
    by[PRESSURE, PRESSURE] += held.by_pressure
    by[PRESSURE, BEFORE:] = held.by_thickness * thickness_by[3:]
