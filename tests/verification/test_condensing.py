# SPDX-License-Identifier: BSD-3-Clause
"""Unknowns of facets are eliminated exactly, whatever entries appear later."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.solve.block_preconditioner import BlockOperator
from ssbmech.solve.blocks import Block, RectangularStorage
from ssbmech.solve.condense import Grown
from ssbmech.solve.facets import Elimination
from ssbmech.solve.fields import ELLIPTIC, Fields
from ssbmech.solve.iterative import Preconditioned, condensed_system
from ssbmech.solve.linear import Solver
from ssbmech.solve.system import System
from tests.solved_directly import CELLS, Direct, total
from tests.tools import marked

COMM = MPI.COMM_WORLD

pytestmark = pytest.mark.whole_run("fields are compared dof by dof, on one mesh")


@pytest.mark.pair
@pytest.mark.parametrize("name", marked(CELLS, moving=pytest.mark.slow))
def test_condensing_changes_no_solution(name: str, direct: Direct) -> None:
    """For any right-hand side, that of prescribed and tied rows too; facets and vertices."""
    system = direct(name).cell.system
    system.residual()
    system.jacobian()
    rhs, whole = system.matrix.mat.createVecs()
    rhs.array_w[:] = np.random.default_rng(COMM.rank).standard_normal(rhs.getLocalSize())
    solver = Solver(system.matrix.mat, ssb.Direct(), "test_condensed_")
    solver.set_up()
    assert solver.solve(rhs, whole).converged
    # small pivots are taken, which costs digits that a second solution brings back
    residual, change = rhs - system.matrix.mat * whole, whole.duplicate()
    assert solver.solve(residual, change).converged
    whole.axpy(1.0, change)
    fields = Fields(system)
    condensed = condensed_system(fields)
    condensed.fill()
    pairs = [group for group in condensed.groups if isinstance(group, Elimination)]
    closed = total(sum(int(np.sum(pair.closed)) for pair in pairs))
    open_ = total(sum(int(np.sum(~pair.closed)) for pair in pairs))
    assert closed > 0 and open_ > 0
    expected = condensed.restrict(rhs.array_r) / condensed.scales
    kept, image = fields.split.vector(), fields.split.vector()
    kept.array_w[:] = whole.array_r[fields.split.rows]
    BlockOperator(condensed).mult(PETSc.Mat(), kept, image)
    again = condensed.expand(kept.array_r, rhs.array_r)
    # both by as many digits as the direct solution has itself
    residual = system.matrix.mat * whole - rhs
    lost = max(residual.norm() / rhs.norm(), 1e-12)
    apart = np.sqrt(total(float(np.sum((image.array_r - expected) ** 2))))
    assert apart <= 10 * lost * np.sqrt(total(float(expected @ expected)))
    for k, unknown in enumerate(system.unknowns):
        rows = slice(int(system.numbering.starts[k]), int(system.numbering.starts[k + 1]))
        error = total(float(np.sum((again[rows] - whole.array_r[rows]) ** 2)))
        size = total(float(np.sum(whole.array_r[rows] ** 2)))
        assert error <= (100 * lost) ** 2 * size, unknown.key


def blocks_of(system: System, row: int) -> list[Block]:
    """Return the blocks of the equations of which a local row is one."""
    k = int(np.searchsorted(system.numbering.starts, row, side="right")) - 1
    return [block for block in system.blocks if block.row == k]


@contextmanager
def overwritten(system: System, changed: dict[Block, np.ndarray]) -> Iterator[None]:
    """Let blocks have other values than those of their forms for a while."""
    try:
        for block, values in changed.items():
            storage = block._storage
            if isinstance(storage, RectangularStorage):
                matrix = storage._matrix
                matrix.setValuesCSR(*matrix.getValuesCSR()[:2], values)
                matrix.assemble()
            else:
                storage.values()[:] = values
        system.forget_matrix()
        yield
    finally:
        for block in changed:
            block._foreign = True
        system.forget_matrix()


@pytest.mark.serial
def test_patterns_grow_with_what_they_meet(direct: Direct) -> None:
    """The equation of a gap comes to know a displacement that is none of its facet's."""
    system = direct("three_dimensional").cell.system
    system.jacobian()
    solver = Preconditioned(system, ssb.Iterative(forcing=1e-10), "test_grown_")
    solver.set_up()
    fields = Fields(system)
    condensed = condensed_system(fields)
    row = int(condensed.groups[0].eliminated[0, 0])
    block = next(b for b in blocks_of(system, row) if system.unknowns[b.column].name == "u")
    pattern, values = block.pattern(), np.array(block.values())
    columns = block.columns(system.numbering.targets[block.column])[pattern.columns]
    own = pattern.rows == row - system.numbering.starts[block.row]
    size = np.max(np.abs(values[pattern.source[own]]))
    new = own & (columns >= 0) & (values[pattern.source] == 0.0)
    new &= ~np.isin(columns, condensed.groups[0].neighbours.members[0])
    values[pattern.source[new][0]] = 0.1 * size
    with overwritten(system, {block: values}):
        with pytest.raises(Grown):
            condensed.fill()
        rhs, found = system.matrix.mat.createVecs()
        expected = found.duplicate()
        rhs.array_w[fields.split.rows] = np.random.default_rng(0).standard_normal(
            len(fields.split.rows)
        )
        solver.set_up()
        assert solver.solve(rhs, found).converged
        exact = Solver(system.matrix.mat, ssb.Direct(), "test_grown_direct_")
        exact.set_up()
        assert exact.solve(rhs, expected).converged
        assert (found - expected).norm() < 1e-6 * expected.norm()
        exact.destroy()


@pytest.mark.parametrize("name", marked(CELLS, moving=pytest.mark.slow))
def test_products_are_those_of_the_whole_matrix(name: str, direct: Direct) -> None:
    """Block by block, with prescribed rows, and rows and columns that are tied to scalars."""
    system = direct(name).cell.system
    system.jacobian()
    x, expected = system.matrix.mat.createVecs()
    found = expected.duplicate()
    x.array_w[:] = np.random.default_rng(COMM.rank).standard_normal(x.getLocalSize())
    system.matrix.mat.mult(x, expected)
    system.multiply(x, found)
    assert (found - expected).norm() < 1e-13 * expected.norm()


@pytest.mark.serial
def test_singular_equations_of_a_facet_are_a_failure(direct: Direct) -> None:
    system = direct("sticking").cell.system
    system.jacobian()
    solver = Preconditioned(system, ssb.Iterative(), "test_singular_")
    rhs, found = system.matrix.mat.createVecs()
    row = int(Fields(system).facets[0].pair[0, -1])
    changed = {}
    for block in blocks_of(system, row):
        pattern, values = block.pattern(), np.array(block.values())
        values[pattern.source[pattern.rows == row - system.numbering.starts[block.row]]] = 0.0
        changed[block] = values
    with overwritten(system, changed):
        solver.set_up()
        outcome = solver.solve(rhs, found)
    assert not outcome.converged and "singular" in outcome.reason


def test_displacements_and_constraints_of_a_condensed_cell_are_symmetric(direct: Direct) -> None:
    """And definite: so signs and scales fit, and a smoother of such systems serves."""
    system = direct("three_dimensional").cell.system
    system.jacobian()
    fields = Fields(system)
    condensed = condensed_system(fields)
    condensed.fill()
    block = condensed.matrices[ELLIPTIC, ELLIPTIC].mat
    vectors = [block.createVecRight() for _ in range(4)]
    generator = np.random.default_rng(COMM.rank)
    for x, y in (vectors[:2], vectors[2:]):
        x.array_w[:] = generator.standard_normal(x.getLocalSize())
        block.mult(x, y)
    (x, ax), (y, ay) = vectors[:2], vectors[2:]
    assert abs(x.dot(ay) - y.dot(ax)) < 1e-12 * x.norm() * ay.norm()
    assert x.dot(ax) > 0.0
