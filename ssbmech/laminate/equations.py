# SPDX-License-Identifier: BSD-3-Clause
r"""The equations of a laminate, of its fixture, its sides, its drive and its wiring.

Unknowns x are the pressure P, two strains in plane, the voltage V of the stack and the current
densities of the n cells. With the charge :math:`q = q_n + i \, \Delta t` everything inside the
layers is solved there (`ssbmech.laminate.layer`), and cell k has the voltage

.. math:: V_k = V_k^0(q_k, i_k, P) + P \, \frac{\partial h_k}{\partial q_k}

whose last term is the work that its growing thickness does against the pressure.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ssbmech.case.protocol import Drive
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.holder import Held, Holder
from ssbmech.laminate.layer import Array, Loading
from ssbmech.laminate.pile import Answers, Pile

PRESSURE, FIRST, SECOND, TERMINAL = range(4)
"""Places of the unknowns before the currents of the cells."""

BEFORE = 4
"""Number of these."""


@dataclass(frozen=True)
class Asked:
    """What a time step asks for.

    Attributes:
        drive: what the electrodes and the fixture are asked for.
        dt: its length [s].
        temperature: temperature at its end [K].
    """

    drive: Drive = field(default_factory=Drive)
    dt: float = 1.0
    temperature: float = 0.0

    def loading(self, x: Array, charge: Array) -> Loading:
        """Return what layers are loaded with.

        Args:
            x: the unknowns, shape (4 + n,).
            charge: charges passed at the end of the step, shape (n,) [C/m2].
        """
        return Loading(float(x[PRESSURE]), x[FIRST:TERMINAL], charge, self.dt, self.temperature)


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


@dataclass(frozen=True, eq=False)
class Equations:
    """The equations of a laminate at the state that its layers and its fixture have.

    Attributes:
        case: the laminate.
        pile: its layers.
        holder: its fixture.
    """

    case: LaminateCase
    pile: Pile
    holder: Holder

    def at(self, x: Array, charge_n: Array, asked: Asked) -> Solution:
        """Return residual, derivatives and all answers.

        Args:
            x: the unknowns, shape (4 + n,).
            charge_n: charges passed at the start of the step, shape (n,) [C/m2].
            asked: what the step asks for.

        Raises:
            NotConverged: a layer has no answer.
        """
        case, count, dt = self.case, self.case.cells, asked.dt
        current = x[BEFORE:]
        charge = charge_n + current * dt
        answers = self.pile.answers(asked.loading(x, charge))
        thickness, thickness_by = self.pile.thickness(answers, dt)
        forces, forces_by = self.pile.forces(answers, dt)
        law, pressure = case.cell.voltage, float(x[PRESSURE])
        volts = law.volts(charge, current, pressure, asked.temperature)
        work = self.pile.growth(answers)
        voltage = volts.voltage + pressure * work
        by = np.zeros((BEFORE + count, BEFORE + count))
        residual = np.zeros(BEFORE + count)
        held = self.holder.equation(pressure, thickness)
        _put_fixture(by, held, thickness_by)
        residual[PRESSURE] = held.residual
        scale = case.scales.stress * self.holder.start
        sides, sides_by = case.sides.equations(x[FIRST:TERMINAL], forces, forces_by, scale)
        residual[FIRST:TERMINAL] = sides
        by[FIRST:TERMINAL, :TERMINAL] = sides_by[:, :3]
        by[FIRST:TERMINAL, BEFORE:] = sides_by[:, 3:]
        residual[TERMINAL] = _put_drive(by, x, asked.drive, float(law.rest.capacity))
        wired = case.wiring.equations(voltage, current, float(x[TERMINAL]))
        residual[BEFORE:] = wired.residual
        cells = np.diag(volts.by_current + volts.by_charge * dt)
        by[BEFORE:, BEFORE:] = wired.by_current + wired.by_cell @ cells
        by[BEFORE:, TERMINAL] = wired.by_terminal
        by[BEFORE:, PRESSURE] = wired.by_cell @ (volts.by_pressure + work)
        scales = self._scales(wired.volts, asked.drive)
        scaled = by / scales[:, np.newaxis]
        return Solution(residual / scales, scaled, answers, charge, voltage, thickness, forces)

    def _scales(self, volts: Array, drive: Drive) -> Array:
        """Return what residuals are judged by."""
        scales, height = self.case.scales, self.holder.start
        driven = scales.current if drive.voltage is None else scales.potential
        wired = np.where(volts > 0.0, scales.potential, scales.current)
        force = scales.stress * height
        return np.concatenate([[scales.stress, force, force, driven], wired])


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
