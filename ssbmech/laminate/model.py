# SPDX-License-Identifier: BSD-3-Clause
"""The laminate model: many cells in one fixture, condensed to one pressure.

Unknowns are the pressure, two strains in plane, the voltage of the stack and the current of each
cell (`ssbmech.laminate.equations`). Layers of one kind are vectors over the cells, so that thirty
cells cost little more than one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mpi4py import MPI

import numpy as np

from ssbmech.case.protocol import Drive
from ssbmech.case.step_control import Tolerances
from ssbmech.case.stops import Guard
from ssbmech.errors import CaseError
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.equations import BEFORE, PRESSURE, TERMINAL, Asked, Equations, Solution
from ssbmech.laminate.holder import Holder
from ssbmech.laminate.layer import Array
from ssbmech.laminate.pile import Pile
from ssbmech.laminate.reserve import TableEnds, table_ends
from ssbmech.solve.events import Events, NoEvents


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
        self._asked = Asked(temperature=case.temperature)
        self.x: Array = np.zeros(BEFORE + count)
        rest = np.zeros(count)
        volts = case.cell.voltage.volts(self.charge, rest, 0.0, self.temperature)
        self.x[TERMINAL] = case.wiring.equations(volts.voltage, rest, 0.0).residual[0]
        answers = self.pile.answers(self._asked.loading(self.x, self.charge))
        start, _ = self.pile.thickness(answers, 0.0)
        if case.sides.needs_force and not np.all(self.pile.forces(answers, 0.0)[1][:, 1:3].any(1)):
            raise CaseError(
                "no layer bears a force in plane, so free sides have no strain: give HeldSides()"
            )
        self.holder = Holder(case.fixture, start, self.pile.yields(answers))
        self._equations = Equations(case, self.pile, self.holder)
        self._x_n: Array = self.x.copy()
        self._x_before: Array = self.x.copy()
        self._swelling_n: Array = self.pile.cell_thickness(answers)
        self._swelling_before: Array = self._swelling_n
        self.solution = self.evaluate()

    # What the time loop asks for

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Metal that is used up and a host that is empty or full end a step.

        What other laws do not know ends a run.
        """
        return (*self.pile.guards, *self.table_ends)

    @property
    def table_ends(self) -> tuple[TableEnds, ...]:
        """The ends of the table of potentials at rest."""
        return table_ends(*self.case.cell.voltage.rest.known)

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
        self._asked = Asked(drive, dt, warm)
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
        self.charge, self.temperature = found.charge, self._asked.temperature
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

    # What its solver and its measurement ask for

    def evaluate(self) -> Solution:
        """Return residual, derivatives and all answers at the present unknowns.

        Raises:
            NotConverged: a layer has no answer.
        """
        return self._equations.at(self.x, self.charge, self._asked)

    @property
    def step_temperature(self) -> float:
        """Temperature of the present step [K]."""
        return self._asked.temperature

    def checks(self) -> list[str]:
        """Return in words which laws are asked beyond what they know in the present step.

        None while a fixture is loaded from nothing on, which comes from below any table.
        """
        if self._asked.drive.preload_fraction is not None:
            return []
        loading = self._asked.loading(self.x, self.solution.charge)
        told = self.pile.checks(loading)
        volts = self.case.cell.voltage.check(self.solution.charge, loading.pressure)
        return told + ([f"voltage: {volts}"] if volts else [])

    def cell_thickness(self) -> Array:
        """Return the thickness of each cell in the present step, shape (n,) [m]."""
        return self.pile.cell_thickness(self.solution.answers)
