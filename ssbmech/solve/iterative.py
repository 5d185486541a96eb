# SPDX-License-Identifier: BSD-3-Clause
"""FGMRES on the condensed system: its blocks, made from what is known of the fields."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt

from ssbmech.case.linear_solver import RESTART, Direct, Iterative
from ssbmech.solve.allocator import give_back_freed_memory
from ssbmech.solve.balance import Balance
from ssbmech.solve.block_preconditioner import (
    BlockOperator,
    BlockPreconditioner,
    BlockSolver,
    FacetByFacet,
    Masses,
)
from ssbmech.solve.blocks import Block
from ssbmech.solve.coarse import coarse_rows
from ssbmech.solve.condense import Condensed, Grown
from ssbmech.solve.field_roles import Elliptic
from ssbmech.solve.fields import ELLIPTIC, MULTIPLIERS, SADDLES, Fields
from ssbmech.solve.linear import SLOW, Outcome, Solver, largest_field
from ssbmech.solve.neighbours import Singular, Unsuited
from ssbmech.solve.summed_matrix import Source, SummedMatrix
from ssbmech.solve.system import System
from ssbmech.solve.two_level import Pointwise, Smoothing, TwoLevel
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]

logger = logging.getLogger(__name__)

USELESS = 0.9
"""Residual that is left of the system's own above which a solution is none [1]."""

FEW = 20
"""Iterations up to which nobody asks for fewer [1]."""

TURNS = 2
"""Solutions by FGMRES, each but the first for what the ones before have left [1]."""

ROUND_OFF = 1.1
"""Residual over the one that was asked for which round-off may leave [1]."""


def condensed_system(fields: Fields, used: npt.NDArray[np.bool_] | None = None) -> Condensed:
    """Return the system without the unknowns of facets; collective.

    Args:
        fields: its fields.
        used: entries of facets that were not zero earlier.

    Raises:
        Unsuited: it cannot be condensed.
    """
    return Condensed(
        fields.system, fields.split, fields.facets, MULTIPLIERS, ELLIPTIC, fields.explicit, used
    )


class FormValues:
    """Values of a bilinear form of one field, with their places in a block of the split.

    Attributes:
        source: where they go.
    """

    def __init__(self, fields: Fields, unknown: Unknown, form: Any, entity_maps: Any) -> None:
        """Compile the form, scaled as the block is; collective."""
        system, k = fields.system, fields.system.index[unknown.key]
        targets = system.numbering.targets[k]
        self._block = Block(k, k, unknown.scale**2, form, entity_maps)
        entries = self._block.place(targets, targets)
        rows, columns = fields.split.place(entries.rows), fields.split.place(entries.columns)
        self.source = Source(rows.number, columns.number, entries.source)
        self._system, self._moves = system, system.moves

    def assemble(self) -> Array:
        """Return the present values; collective."""
        if self._moves != self._system.moves:
            self._moves = self._system.moves
            self._block.inputs.forget()
        if self._system.comm.allreduce(self._block.inputs.changed(), op=MPI.LOR):
            self._block.assemble()
        return self._block.factor * self._block.values()


class _Approximate(Protocol):
    """Role of a matrix that stands for a block or its Schur complement."""

    def fill(self) -> None:
        """Follow the present state; collective."""

    def destroy(self) -> None:
        """Give the memory back; collective."""


class _Schur:
    """Minus the operator of the saddle fields once others are eliminated.

    Attributes:
        matrix: its matrix.
    """

    def __init__(self, fields: Fields, block: int) -> None:
        """Set up the pattern; collective."""
        self._forms = [
            FormValues(fields, r.unknown, r.schur, r.entity_maps) for r in fields.saddles
        ]
        size = fields.split.ranges[block]
        self.matrix = SummedMatrix(size, size, [form.source for form in self._forms])

    def fill(self) -> None:
        """Follow the present state; collective."""
        self.matrix.fill([form.assemble() for form in self._forms])

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self.matrix.destroy()


class Preconditioned:
    """The iterative solver of a system.

    Attributes:
        smoothing: how much is smoothed; outlives patterns.
        obstacle: why the system cannot be condensed, whatever its values; empty if it can, as far
            as is known.

    Args:
        system: the system.
        preset: its settings.
        prefix: prefix of the names of PETSc options.
    """

    def __init__(self, system: System, preset: Iterative, prefix: str) -> None:
        """Make nothing yet: patterns follow from the first matrix."""
        give_back_freed_memory()
        self._system, self._preset, self._prefix = system, preset, prefix
        self._fields: Fields | None = None
        self._made: _Made | None = None
        self._used: npt.NDArray[np.bool_] | None = None
        self._failure, self.obstacle, self.smoothing = "", "", Smoothing()

    def set_up(self) -> None:
        """Condense the present matrix and follow its values; collective."""
        self._failure = self.obstacle
        if self.obstacle:
            return
        try:
            self._follow()
        except Unsuited as found:
            self._failure = self.obstacle = str(found)
        except Singular as found:
            self._failure = str(found)

    def _follow(self) -> None:
        """Follow the values, with new patterns where the present ones are too small.

        Raises:
            Unsuited: the system cannot be condensed.
            Singular: its present values cannot.
        """
        for _ in range(2):
            if self._fields is None:
                self._fields = Fields(self._system)
            if self._made is None:
                self._made = _Made(
                    self._fields, self._preset, self._prefix, self._used, self.smoothing
                )
            try:
                self._made.set_up()
                return
            except Grown:
                self.renew()
        raise Singular("its pattern does not come to rest")

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        """Solve for a right-hand side as far as the forcing asks; collective."""
        if self._failure or self._made is None:
            return Outcome(False, 0, self._failure or "it was not set up")
        outcome = self._made.solve(rhs, solution, enough)
        if outcome.iterations < FEW:
            return outcome
        asked = rhs.norm()
        digits = math.log10(asked / max(self._preset.forcing * asked, enough))
        stronger = self.smoothing.judge(outcome.iterations / digits, outcome.converged)
        if stronger and not outcome.converged:
            logger.info("FGMRES fails (%s): more is smoothed from here on", outcome.reason)
            self._made.smooth()
            again = self.solve(rhs, solution, enough)
            return replace(again, iterations=outcome.iterations + again.iterations)
        return outcome

    def renew(self) -> None:
        """Forget the patterns, but not which entries were ever used; collective."""
        if self._made is not None:
            self._used = self._made.condensed.used
            self._made.destroy()
            self._made = None


class _Made:
    """The condensed system on one pattern, with preconditioner and Krylov method.

    Attributes:
        condensed: the condensed system.
    """

    def __init__(
        self,
        fields: Fields,
        preset: Iterative,
        prefix: str,
        used: npt.NDArray[np.bool_] | None,
        smoothing: Smoothing,
    ) -> None:
        """Make the patterns from the present matrix of the system; collective.

        Raises:
            Unsuited: the system cannot be condensed.
        """
        self._fields, self._preset, self._prefix = fields, preset, prefix
        self._smoothing = smoothing
        self.condensed = condensed_system(fields, used)
        if fields.split.ranges[fields.rest].total and not self.condensed.stands_alone(fields.rest):
            self.condensed.destroy()
            raise Unsuited("fields of which nothing is known do not name themselves")
        self._approximate: list[_Approximate] = []
        self._operator = BlockOperator(self.condensed)
        self._preconditioner = BlockPreconditioner(self.condensed, self._solvers())
        self._vector = fields.split.vector()
        self._found = self._vector.duplicate()
        size = self._vector.getSizes()
        self._shell = PETSc.Mat().createPython((size, size), self._operator, comm=fields.split.comm)
        self._shell.setUp()
        self._ksp = self._krylov()
        self._balance = Balance(self._shell, fields.split, fields.sums())

    def _solvers(self) -> dict[int, BlockSolver]:
        """Return the solvers of the blocks that have rows, in the order of the sweep."""
        fields, found = self._fields, dict[int, BlockSolver]()
        present = [each.total > 0 for each in fields.split.ranges]
        if present[MULTIPLIERS]:
            found[MULTIPLIERS] = FacetByFacet(self.condensed)
        if present[SADDLES]:
            found[SADDLES] = Masses(self._schur().mat, f"{self._prefix}saddles_")
        for k, group in enumerate(fields.elliptic, start=ELLIPTIC):
            if present[k]:
                found[k] = self._two_level(k, group)
            if k == ELLIPTIC and present[fields.explicit]:
                # it follows from the displacement, and may open gaps that the potentials see
                matrix = self.condensed.matrices[fields.explicit, fields.explicit].mat
                found[fields.explicit] = Solver(matrix, Pointwise(), f"{self._prefix}explicit_")
        if present[fields.rest]:
            matrix = self.condensed.matrices[fields.rest, fields.rest].mat
            found[fields.rest] = Solver(matrix, Direct(), f"{self._prefix}rest_")
        return found

    def _schur(self) -> SummedMatrix:
        """Return minus the operator of the saddle fields once others are eliminated."""
        schur = _Schur(self._fields, SADDLES)
        self._approximate.append(schur)
        return schur.matrix

    def _two_level(self, k: int, group: Sequence[Elliptic]) -> TwoLevel:
        """Return the solver of an elliptic block, stiffened where its fields ask for it."""
        fields, matrix = self._fields, self.condensed.matrices[k, k].mat
        terms = [role for role in group if role.stiffening is not None]
        if terms:
            stiffened = self.condensed.stiffened(k)
            for role in terms:
                stiffened.add(role.unknown, role.stiffening, role.entity_maps)
            self._approximate.append(stiffened)
            matrix = stiffened.mat
        system = fields.system
        level = coarse_rows(system.numbering, fields.split, k, group, system.index)
        return TwoLevel(
            matrix, level, self._preset.coarse, self._smoothing, f"{self._prefix}elliptic_{k}_"
        )

    def _krylov(self) -> PETSc.KSP:
        ksp = PETSc.KSP().create(self._fields.split.comm)
        ksp.setOptionsPrefix(self._prefix)
        ksp.setOperators(self._shell)
        ksp.setType(PETSc.KSP.Type.FGMRES)
        ksp.setGMRESRestart(RESTART)
        ksp.getPC().setType(PETSc.PC.Type.PYTHON)
        ksp.getPC().setPythonContext(self._preconditioner)
        return ksp

    def set_up(self) -> None:
        """Follow the values of the system's matrix; collective.

        Raises:
            Grown: the patterns are too small.
            Unsuited: the system cannot be condensed.
            Singular: its present values cannot.
        """
        self.condensed.fill()
        for each in self._approximate:
            each.fill()
        self.smooth()
        self._balance.set_up()

    def smooth(self) -> None:
        """Follow how much is to be smoothed, and the values; collective."""
        self._preconditioner.set_up()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float) -> Outcome:
        """Solve for a right-hand side as far as the forcing asks; collective.

        The residual that FGMRES keeps by recurrence drifts off that of the system by round-off, as
        do eliminated equations: the rest is solved for once more.
        """
        asked, most = rhs.norm(), self._preset.max_iterations
        target = max(self._preset.forcing * asked, enough)
        residual, change = rhs.copy(), rhs.duplicate()
        solution.set(0.0)
        iterations, words, left = 0, "", asked
        for turn in range(TURNS):
            failed, taken = self._improve(residual, change, target, most - iterations)
            iterations += taken
            if failed:
                words = "" if turn else failed
                break
            solution.axpy(1.0, change)
            left = self._left(rhs, solution, residual)
            if left <= ROUND_OFF * target or iterations >= most:
                break
        if not words and not left <= max(USELESS * asked, enough):
            words = "its solution is none of the whole system"
        largest = largest_field(self._fields.system, residual) if iterations > SLOW else ""
        residual.destroy()
        change.destroy()
        return Outcome(not words, iterations, words, largest=largest)

    def _improve(
        self, rhs: PETSc.Vec, solution: PETSc.Vec, target: float, most: int
    ) -> tuple[str, int]:
        """Solve down to a residual, and return why that failed and the iterations; collective."""
        given = rhs.array_r
        self._vector.array_w[:] = self.condensed.restrict(given) / self.condensed.scales
        self._ksp.setTolerances(rtol=0.0, atol=target, max_it=most)
        self._ksp.solve(self._vector, self._found)
        words = _words(self._ksp.getConvergedReason())
        if not words:
            self._balance.correct(self._vector, self._found, target)
        solution.array_w[:] = self.condensed.expand(self._found.array_r, given)
        return words, self._ksp.getIterationNumber()

    def _left(self, rhs: PETSc.Vec, solution: PETSc.Vec, residual: PETSc.Vec) -> float:
        """Write what is left of a right-hand side, and return its norm; collective."""
        self._fields.system.multiply(solution, residual)
        residual.aypx(-1.0, rhs)
        return float(residual.norm())

    def destroy(self) -> None:
        """Give the memory back; collective."""
        self._ksp.destroy()
        self._balance.destroy()
        self._shell.destroy()
        self._operator.release()
        self._preconditioner.release()
        for each in self._approximate:
            each.destroy()
        self.condensed.destroy()
        self._vector.destroy()
        self._found.destroy()


def _words(reason: int) -> str:
    """Return in words why there is no solution; nothing if there is one."""
    if reason > 0:
        return ""
    if reason == PETSc.KSP.ConvergedReason.DIVERGED_MAX_IT:
        return "too many iterations"
    if reason == PETSc.KSP.ConvergedReason.DIVERGED_NANORINF:
        return "a number that is not finite, as a zero pivot leaves it"
    return f"PETSc's reason {reason}"
