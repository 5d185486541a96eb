# SPDX-License-Identifier: BSD-3-Clause
"""FGMRES on the condensed system: its blocks, made from what is known of the fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from petsc4py import PETSc

import numpy as np
import numpy.typing as npt
from dolfinx.mesh import Mesh

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
from ssbmech.solve.coarse import prolongation
from ssbmech.solve.condense import Condensed, Grown
from ssbmech.solve.facets import Facets
from ssbmech.solve.field_roles import Complementary, Elliptic, Held, Local, Role, Saddle
from ssbmech.solve.linear import Outcome, Solver
from ssbmech.solve.neighbours import Unsuited
from ssbmech.solve.split import Split
from ssbmech.solve.summed_matrix import Source, SummedMatrix
from ssbmech.solve.system import System
from ssbmech.solve.two_level import TwoLevel
from ssbmech.solve.unknowns import Unknown

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

USELESS = 0.9
"""Residual that is left of the system's own above which a solution is none [1]."""

MULTIPLIERS, SADDLES, ELLIPTIC = 0, 1, 2
"""Numbers of the blocks; the elliptic ones begin with the third, and what is left is the last."""


class Fields:
    """The fields of a system by their roles, and the blocks that they make.

    Attributes:
        facets: unknowns of facets, interface by interface.
        saddles: saddle fields.
        elliptic: elliptic fields, by number of components from most to fewest.
        split: the blocks.
    """

    def __init__(self, system: System) -> None:
        """Sort the fields; collective.

        Raises:
            Unsuited: an unknown of facets is prescribed.
        """
        roles = system.roles()
        self.system = system
        self.facets = _facets(system, roles)
        self.saddles = [role for role in roles if isinstance(role, Saddle)]
        fields = [role for role in roles if isinstance(role, Elliptic)]
        sizes = sorted({role.unknown.block_size for role in fields}, reverse=True)
        self.elliptic = [[r for r in fields if r.unknown.block_size == size] for size in sizes]
        apart = [each.apart for each in self.facets]
        members = [
            _joined([each.multipliers for each in self.facets]),
            _joined([self._rows(role.unknown) for role in self.saddles]),
            *(_joined([self._rows(role.unknown) for role in group]) for group in self.elliptic),
        ]
        taken = np.zeros(system.numbering.local_size, dtype=bool)
        for rows in (*members, *apart):
            taken[rows] = True
        for unknown in system.unknowns:
            taken[self._rows(unknown, free=False)] = True
        rest = np.flatnonzero(~taken)
        self.split = Split(system.numbering, [*members, rest], _joined(apart))

    @property
    def rest(self) -> int:
        """Number of the last block."""
        return ELLIPTIC + len(self.elliptic)

    def sums(self) -> list[Longs]:
        """Return the places, among this rank's of all blocks, of each scalar elliptic field."""
        found = []
        for k, group in enumerate(self.elliptic, start=ELLIPTIC):
            members = self.split.members[k]
            for role in group if group[0].unknown.block_size == 1 else ():
                rows = self._own_rows(role.unknown, True)
                found.append(self.split.starts[k] + np.searchsorted(members, rows))
        return found

    def _rows(self, unknown: Unknown, free: bool = True) -> Longs:
        """Return the local rows of an unknown that are its own, with those of its scalars.

        Args:
            unknown: the unknown.
            free: whether it is those; else those that are not.
        """
        system, numbering = self.system, self.system.numbering
        rows = self._own_rows(unknown, free)
        if not free or system.comm.rank != numbering.owner:
            return rows
        scalars = [j for j, c in enumerate(system.closures) if c.unknown is unknown]
        return np.concatenate([rows, numbering.starts[-1] + np.array(scalars, dtype=np.int64)])

    def _own_rows(self, unknown: Unknown, free: bool) -> Longs:
        """Return the local rows of an unknown that are its own, or those that are not."""
        numbering, k = self.system.numbering, self.system.index[unknown.key]
        own = numbering.targets[k] == numbering.own_rows(k)
        return np.asarray(numbering.starts[k] + np.flatnonzero(own == free))


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

    def assemble(self) -> Array:
        """Return the present values; collective."""
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
        self._failure = ""

    def set_up(self) -> None:
        """Condense the present matrix and follow its values; collective."""
        self._failure = ""
        try:
            self._follow()
        except Unsuited as found:
            self._failure = str(found)

    def _follow(self) -> None:
        """Follow the values, with new patterns where the present ones are too small.

        Raises:
            Unsuited: the system cannot be condensed.
        """
        for _ in range(2):
            if self._fields is None:
                self._fields = Fields(self._system)
            if self._made is None:
                self._made = _Made(self._fields, self._preset, self._prefix, self._used)
            try:
                self._made.set_up()
                return
            except Grown:
                self.renew()
        raise Unsuited("its pattern does not come to rest")

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        """Solve for a right-hand side as far as the forcing asks; collective."""
        if self._failure or self._made is None:
            return Outcome(False, 0, self._failure or "it was not set up")
        return self._made.solve(rhs, solution, enough)

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
    ) -> None:
        """Make the patterns from the present matrix of the system; collective.

        Raises:
            Unsuited: the system cannot be condensed.
        """
        self._fields, self._preset, self._prefix = fields, preset, prefix
        self.condensed = Condensed(
            fields.system, fields.split, fields.facets, MULTIPLIERS, ELLIPTIC, used
        )
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
        interpolation = prolongation(system.numbering, fields.split, k, group, system.index)
        return TwoLevel(matrix, interpolation, f"{self._prefix}elliptic_{k}_")

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
        """
        self.condensed.fill()
        for each in self._approximate:
            each.fill()
        self._preconditioner.set_up()
        self._balance.set_up()

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float) -> Outcome:
        """Solve for a right-hand side as far as the forcing asks; collective."""
        given = rhs.array_r
        self._vector.array_w[:] = self.condensed.restrict(given) / self.condensed.scales
        target = max(self._preset.forcing * rhs.norm(), enough)
        self._ksp.setTolerances(rtol=0.0, atol=target, max_it=self._preset.max_iterations)
        self._ksp.solve(self._vector, self._found)
        words, iterations = _words(self._ksp.getConvergedReason()), self._ksp.getIterationNumber()
        if not words:
            self._balance.correct(self._vector, self._found, target)
        solution.array_w[:] = self.condensed.expand(self._found.array_r, given)
        if not words and not self._left(rhs, solution) <= max(USELESS * rhs.norm(), enough):
            words = "its solution is none of the whole system"
        return Outcome(not words, iterations, words)

    def _left(self, rhs: PETSc.Vec, solution: PETSc.Vec) -> float:
        """Return the norm of the residual of the whole system; collective.

        Constraints that are added to other equations may cancel against these, and a small residual
        of the condensed system then is none of the system.
        """
        residual = rhs.duplicate()
        self._fields.system.multiply(solution, residual)
        residual.axpy(-1.0, rhs)
        left = float(residual.norm())
        residual.destroy()
        return left

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


def _joined(rows: Sequence[Longs]) -> Longs:
    """Return rows in order."""
    return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *rows]))


def _facets(system: System, roles: Sequence[Role]) -> list[Facets]:
    """Return the facets of each interface, with what belongs to them alone; collective.

    Raises:
        Unsuited: one of their unknowns is prescribed; on all ranks.
    """
    found, failure = list[Facets](), ""
    try:
        for pair in (role for role in roles if isinstance(role, Complementary)):
            mesh = _mesh(pair.slack)
            others = [r for r in roles if isinstance(r, Local) and _mesh(r.unknown) is mesh]
            held = [r for r in roles if isinstance(r, Held) and _mesh(r.unknown) is mesh]
            found.append(Facets(system.numbering, pair, others, held, system.index))
    except Unsuited as own:
        failure = str(own)
    failures = [each for each in system.comm.allgather(failure) if each]
    if failures:
        raise Unsuited(failures[0])
    return found


def _mesh(unknown: Unknown) -> Mesh:
    """Return the mesh on which an unknown lives."""
    return unknown.function.function_space.mesh
