# SPDX-License-Identifier: BSD-3-Clause
"""Matrices whose values come from several arrays, and what the C library keeps of freed arrays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest

from ssbmech.solve.fields import ELLIPTIC, Fields
from ssbmech.solve.iterative import condensed_system
from ssbmech.solve.split import Range
from ssbmech.solve.summed_matrix import RaisedMatrix, Source, SummedMatrix
from tests.tools import march
from tests.unit.test_linear import plate

COMM = MPI.COMM_WORLD
ROWS, COLUMNS = 5, 4
"""Rows and columns of each rank; the last rank has none of the rows."""


def ranges() -> tuple[Range, Range]:
    """Return rows and columns."""
    last = COMM.size > 1 and COMM.rank == COMM.size - 1
    return Range(COMM, 0 if last else ROWS), Range(COMM, COLUMNS)


def sources(rows: Range, columns: Range) -> tuple[list[Source], list[np.ndarray]]:
    """Return a source of this rank's own rows, one of any rows and an empty one, with values.

    Places meet within a source, and between sources.
    """
    random = np.random.default_rng(COMM.rank)
    own = random.integers(rows.first, rows.first + rows.size, 40) if rows.size else np.zeros(0)
    near = Source(
        rows=own.astype(np.int32),
        columns=random.integers(0, columns.total, len(own)).astype(np.int32),
        entries=random.permutation(60)[: len(own)].astype(np.int32),
        at_home=True,
    )
    far = Source(random.integers(0, rows.total, 30), random.integers(0, columns.total, 30))
    nothing = np.zeros(0, dtype=np.int32)
    values = [random.standard_normal(60), random.standard_normal(30), np.zeros(0)]
    return [near, far, Source(nothing, nothing, nothing)], values


def dense(
    rows: Range, columns: Range, given: list[Source], values: list[np.ndarray], weights: list[float]
) -> np.ndarray:
    """Return the sum of all sources of all ranks, entry by entry."""
    found = np.zeros((rows.total, columns.total))
    for source, array, weight in zip(given, values, weights, strict=True):
        taken = array if source.entries is None else array[source.entries]
        np.add.at(found, (source.rows, source.columns), weight * taken)
    COMM.Allreduce(MPI.IN_PLACE, found, op=MPI.SUM)
    return found


def written_out(matrix: PETSc.Mat, rows: Range) -> np.ndarray:
    """Return a matrix, column by column from products with unit vectors."""
    right, left = matrix.createVecs()
    columns = []
    for k in range(matrix.getSize()[1]):
        right.set(0.0)
        if COMM.rank == 0:
            right.setValue(k, 1.0)
        right.assemble()
        matrix.mult(right, left)
        columns.append(np.concatenate(COMM.allgather(np.array(left.array_r))))
    return np.array(columns).reshape(-1, rows.total).T


def test_values_of_all_sources_add_up() -> None:
    """Twice, with other values and weights, on the same pattern."""
    rows, columns = ranges()
    given, values = sources(rows, columns)
    matrix = SummedMatrix(rows, columns, given)
    for weights in ([1.0, 1.0, 1.0], [-0.5, 3.0, 7.0]):
        matrix.fill(values, weights)
        expected = dense(rows, columns, given, values, weights)
        assert np.max(np.abs(expected)) > 1.0
        assert written_out(matrix.mat, rows) == pytest.approx(expected, abs=1e-14)
        values = [2.0 * array for array in values]
    # patterns hold what is met, once
    met = COMM.allreduce(len(matrix.values), op=MPI.SUM)
    ones = [np.ones_like(array) for array in values]
    assert met == np.count_nonzero(dense(rows, columns, given, ones, [1.0] * 3))


def test_a_raised_matrix_leaves_its_base_alone() -> None:
    rows, columns = ranges()
    given, values = sources(rows, columns)
    matrix = SummedMatrix(rows, columns, given)
    matrix.fill(values)
    raised = RaisedMatrix(matrix)
    raised.start()
    raised.add(1, values[1], 4.0)
    raised.finish()
    base = dense(rows, columns, given, values, [1.0, 1.0, 1.0])
    assert written_out(matrix.mat, rows) == pytest.approx(base, abs=1e-14)
    more = dense(rows, columns, given, values, [1.0, 5.0, 1.0])
    assert written_out(raised.mat, rows) == pytest.approx(more, abs=1e-14)


def test_blocks_that_do_not_change_are_left_as_they_are() -> None:
    """An elastic solid: what was factorised for it serves for all of a run."""
    system = march(plate()).cell.system
    system.jacobian()
    fields = Fields(system)
    condensed = condensed_system(fields)
    condensed.fill()
    matrix = condensed.matrices[ELLIPTIC, ELLIPTIC].mat
    before = matrix.stateGet()
    system.jacobian()
    condensed.fill()
    assert matrix.stateGet() == before
    for block in system.blocks:
        block.version += 1
    condensed.fill()
    assert matrix.stateGet() > before


FREEING = """
from pathlib import Path

import numpy as np
from petsc4py import PETSc

from ssbmech.solve.allocator import LARGE, give_back_freed_memory


def resident():
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])


PETSc.Vec().createSeq(10)
give_back_freed_memory()
before = resident()
array = np.ones(16 * LARGE // 8)
held = resident() - before
del array
print(held, resident() - before)
"""
"""Program that tells the pages of an array, and those of them that stay when it is freed."""


@pytest.mark.serial
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is told by Linux alone")
def test_memory_of_freed_arrays_is_given_back() -> None:
    # a process of its own: what others have freed before would be taken again
    kept = subprocess.run(
        [sys.executable, "-c", FREEING], capture_output=True, text=True, check=True
    )
    held, left = (int(word) for word in kept.stdout.split())
    assert held > 0
    assert left < 0.1 * held
