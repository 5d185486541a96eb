# SPDX-License-Identifier: BSD-3-Clause
r"""Small signals at a state of a cell: its impedance.

The equations of a step, solved by backward Euler, name the length h of the step in three ways:
what is stored enters as (y - y_n) / h, what flows into a thickness or a charge as h times a rate,
and all else without h. The Jacobian at a state that is held, y = y_n, is therefore

.. math:: J(h) = A + B / h + C h

and its three parts follow from three lengths. A perturbation proportional to
:math:`e^{i \omega t}` has :math:`y / h \to i \omega y`, so that the equations linearised in
continuous time are

.. math:: (A + i \omega B + C / (i \omega)) \, \hat y = \hat b

with the current of the working electrode in b: no time step is left in them. They are solved as a
real system of twice the size, one factorisation per frequency.

What a law eliminates at the integration points, such as creep, is no such function of h. The
lengths are short against all frequencies, so that it enters as it begins: as a dashpot in series.
How far that holds is measured: `Spectrum.departure`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.case.linear_solver import Direct
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError, NotConverged
from ssbmech.model.cell import CellModel
from ssbmech.runfolder.spectra import Spectrum
from ssbmech.solve.linear import Solver

Array = npt.NDArray[np.float64]

SHORT = 1e-3
"""Longest of the three steps times the lowest angular frequency [1].

Shorter would lose digits of what grows with the step, longer would let states run.
"""

RATIO = 4.0
"""From one of the three steps to the next [1]."""

INSTANT = 1e-12
"""Step at which a cell is loaded, over its time [1]."""

PREFIX = "ssbmech_small_signal_"
"""Prefix of the options that PETSc is told."""


class SmallSignal:
    """The equations of a cell, linearised in continuous time about its last committed state.

    The cell is left as it was.
    """

    def __init__(self, cell: CellModel, lowest: float) -> None:
        """Assemble the three parts; collective.

        Args:
            cell: the cell, between two steps.
            lowest: lowest frequency of interest [Hz].

        Raises:
            CaseError: the cell has no electrodes, has not taken a step, or slips along a wall.
        """
        if frictions := cell.setting.loads.face_frictions:
            raise CaseError(
                f"an impedance knows no friction, such as that of face {frictions[0].face!r}: a "
                "power of the speed has no slope at rest; leave FaceFriction out"
            )
        if not cell.circuit.cells:
            raise CaseError("an impedance needs electrodes: this case has none")
        if not cell.time > 0.0:
            raise CaseError("an impedance is that of a state: take a step first, such as a Rest")
        self.cell, self._lowest = cell, 2 * np.pi * lowest
        steps = SHORT / self._lowest / RATIO ** np.arange(3.0)
        with _held(cell):
            matrices = [self._matrix(h) for h in steps]
            exact = self._solve_real(1.0 / self._lowest)
        powers = np.array([[1.0, 1.0 / h, h] for h in steps])
        # scaled, for the powers differ by many orders
        sizes = np.abs(powers).max(axis=0)
        weights = np.linalg.inv(powers / sizes) / sizes[:, None]
        self._parts = [_combined(matrices, row) for row in weights]
        for matrix in matrices:
            matrix.destroy()
        self._departure = self._against(exact)

    def _matrix(self, dt: float) -> PETSc.Mat:
        """Return a copy of the Jacobian for a step [s]; collective."""
        system = self.cell.system
        _load(self.cell, _as_current(self.cell.circuit.asked), dt)
        # supports and the platen stay where they are
        self.cell.predict(0.0)
        system.residual()
        system.jacobian()
        return system.matrix.mat.duplicate(copy=True)

    def _solve_real(self, dt: float) -> float:
        """Return voltage over current at a step [s], by its own Jacobian [ohm m2]; collective."""
        return self._real(self._matrix(dt))

    def _real(self, matrix: PETSc.Mat) -> float:
        """Return voltage over current by a matrix, which is destroyed [ohm m2]; collective."""
        rhs = self._right_hand_side()
        solution = self._solved(matrix, rhs)
        found = self._voltage(solution)
        for each in (matrix, rhs, solution):
            each.destroy()
        return found

    def _against(self, exact: float) -> float:
        """Return by how much the three parts miss an impedance at the real frequency 1 / dt [1]."""
        z = self._lowest
        a, b, c = self._parts
        found = self._real(_sum(a, (b, z), (c, 1.0 / z)))
        return abs(found - exact) / max(abs(exact), 1e-300)

    def _solved(self, matrix: PETSc.Mat, rhs: PETSc.Vec) -> PETSc.Vec:
        """Return the solution of a linear system; collective.

        Raises:
            NotConverged: it is singular.
        """
        solver, found = Solver(matrix, Direct(), PREFIX), rhs.duplicate()
        solver.set_up()
        outcome = solver.solve(rhs, found)
        solver.ksp.destroy()
        if not outcome.converged:
            raise NotConverged(f"the linearised equations could not be solved: {outcome.reason}")
        return found

    def _right_hand_side(self) -> PETSc.Vec:
        """Return what a current density of 1 A/m2 adds to the right-hand side; collective."""
        system, circuit = self.cell.system, self.cell.circuit
        made = system.numbering.vector()
        if system.comm.rank == system.numbering.owner:
            last = int(system.numbering.starts[-1])
            for pair in circuit.cells:
                electrode = circuit.electrodes[pair.working]
                place = last + system.closures.index(electrode)
                made.array_w[place] = circuit.nominal_area / electrode.reference
        return made

    def _voltage(self, solution: PETSc.Vec, part: int = 0) -> float:
        """Return the voltage of all stacked cells in a solution [V]; collective.

        Args:
            solution: solution, of twice the size if it is complex.
            part: 0 for the real part, 1 for the imaginary one.
        """
        system, circuit = self.cell.system, self.cell.circuit
        found = 0.0
        if system.comm.rank == system.numbering.owner:
            last = part * system.numbering.local_size + int(system.numbering.starts[-1])
            for pair in circuit.cells:
                for name, sign in ((pair.working, 1.0), (pair.counter, -1.0)):
                    if name is not None:
                        electrode = circuit.electrodes[name]
                        place = last + system.closures.index(electrode)
                        found += sign * electrode.unknown.scale * solution.array_r[place]
        return float(system.comm.bcast(found, root=system.numbering.owner))

    def destroy(self) -> None:
        """Give the memory back; collective."""
        for part in self._parts:
            part.destroy()

    def at(self, frequency: float) -> complex:
        """Return the impedance at a frequency [ohm m2]; collective.

        Args:
            frequency: frequency [Hz].

        Raises:
            NotConverged: the linearised equations are singular.
        """
        z = 2 * np.pi * frequency
        a, b, c = self._parts
        swing = _sum(None, (b, z), (c, -1.0 / z))
        back = swing.copy()
        back.scale(-1.0)
        nest = PETSc.Mat().createNest([[a, back], [swing, a]], comm=self.cell.comm)
        both = nest.convert("aij")
        one, rhs = self._right_hand_side(), both.createVecLeft()
        rhs.array_w[: one.getLocalSize()] = one.array_r
        found = self._solved(both, rhs)
        value = complex(self._voltage(found, 0), self._voltage(found, 1))
        for each in (nest, both, swing, back, one, rhs, found):
            each.destroy()
        return value

    def spectrum(self, frequencies: Sequence[float]) -> Spectrum:
        """Return the impedance at frequencies [Hz]; collective.

        Raises:
            CaseError: one is lower than that which this object was made for.
            NotConverged: the linearised equations are singular.
        """
        asked = np.asarray(frequencies, dtype=np.float64)
        if not (asked * 2 * np.pi >= self._lowest * (1 - 1e-9)).all():
            raise CaseError(
                f"frequencies begin at {self._lowest / 2 / np.pi:g} Hz here: give the lowest one "
                "when the equations are linearised"
            )
        values = np.array([self.at(f) for f in asked], dtype=np.complex128)
        return Spectrum(self.cell.time, asked, values, self._departure)


def impedance(cell: CellModel, frequencies: Sequence[float]) -> Spectrum:
    """Return the impedance of a cell at its last committed state; collective.

    Args:
        cell: the cell, between two steps; it is left as it was.
        frequencies: frequencies [Hz].

    Raises:
        CaseError: there are no frequencies, one is not positive, the cell has no electrodes, has
            not taken a step, or slips along a wall.
        NotConverged: the linearised equations are singular.
    """
    asked = checked_frequencies(frequencies)
    signal = SmallSignal(cell, float(asked.min()))
    try:
        return signal.spectrum([float(f) for f in asked])
    finally:
        signal.destroy()


def checked_frequencies(frequencies: Sequence[float]) -> Array:
    """Return frequencies of which an impedance can be had [Hz].

    Raises:
        CaseError: there are none, or one is not positive.
    """
    asked = np.asarray(frequencies, dtype=np.float64)
    if asked.ndim != 1 or not len(asked) or not (np.isfinite(asked) & (asked > 0.0)).all():
        raise CaseError("an impedance needs frequencies above zero, such as numpy.geomspace(...)")
    return asked


@contextmanager
def _held(cell: CellModel) -> Iterator[None]:
    """Hold a cell at its last committed state, and leave it as it was; collective."""
    asked, dt = cell.circuit.asked, cell.conditions.dt.value
    had_matrix = cell.system.has_matrix
    # of the step that was solved: a fixture that seats next asks for its force
    totals = [(closure, closure.total) for closure in cell.closures]
    try:
        cell.rollback()
        cell.predict(0.0)
        yield
    finally:
        if asked is not None:
            _load(cell, asked, dt)
        cell.rollback()
        # those of clusters may be others by now
        for closure, value in totals:
            closure.total = value
        if not had_matrix:
            cell.system.forget_matrix()


def _load(cell: CellModel, drive: Drive, dt: float) -> None:
    """Load a cell as at its present time, for a step of any length [s]; collective.

    Functions of time, such as the travel of a platen, are asked for no time to come.
    """
    cell.begin(drive, INSTANT * cell.time)
    cell.conditions.dt.value = dt


def _as_current(drive: Drive | None) -> Drive:
    """Return a drive that asks for a current, for a voltage would not answer."""
    asked = Drive() if drive is None else drive
    return dataclasses.replace(asked, current_density=0.0, voltage=None, c_rate=None, power=None)


def _combined(matrices: Sequence[PETSc.Mat], weights: Array) -> PETSc.Mat:
    """Return a weighted sum of matrices of one pattern; collective."""
    made = matrices[0].duplicate(copy=True)
    made.scale(float(weights[0]))
    for matrix, weight in zip(matrices[1:], weights[1:], strict=True):
        made.axpy(float(weight), matrix, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
    return made


def _sum(first: PETSc.Mat | None, *others: tuple[PETSc.Mat, float]) -> PETSc.Mat:
    """Return a matrix plus multiples of others of its pattern; collective."""
    if first is None:
        (matrix, weight), *rest = others
        made = matrix.duplicate(copy=True)
        made.scale(weight)
    else:
        made, rest = first.duplicate(copy=True), list(others)
    for matrix, weight in rest:
        made.axpy(weight, matrix, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
    return made
