# SPDX-License-Identifier: BSD-3-Clause
"""The coarser level of elliptic fields knows rigid motions and what is tied."""

from __future__ import annotations

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest
from dolfinx import fem
from dolfinx.mesh import create_unit_cube, locate_entities_boundary

from ssbmech.solve.coarse import coarse_rows, prolongation
from ssbmech.solve.field_roles import Elliptic
from ssbmech.solve.multigrid import rigid_motions
from ssbmech.solve.numbering import Numbering
from ssbmech.solve.split import Split
from ssbmech.solve.unknowns import Closure, Unknown

COMM = MPI.COMM_WORLD


def cube(tied: bool) -> tuple[Numbering, Split, Elliptic]:
    """Return quadratic displacements of a cube, its top moved as one by a scalar if it is tied."""
    mesh = create_unit_cube(COMM, 3, 2, 2)
    space = fem.functionspace(mesh, ("Lagrange", 2, (3,)))
    u = Unknown("u", "cube", fem.Function(space), 1.0)
    facets = locate_entities_boundary(mesh, 2, lambda x: np.isclose(x[2], 1.0))
    nodes = fem.locate_dofs_topological(space, 2, facets)
    dofs = np.unique(3 * nodes + 2).astype(np.int32)
    closures = [Closure("platen", "", u, dofs[dofs < u.owned], 1.0, 1.0)] if tied else []
    numbering = Numbering(COMM, [u], closures)
    free = np.flatnonzero(numbering.targets[0] == numbering.own_rows(0))
    scalars = np.arange(u.owned, numbering.local_size)
    split = Split(numbering, [np.concatenate([free, scalars])], np.zeros(0, dtype=np.int64))
    return numbering, split, Elliptic(u, fem.functionspace(mesh, ("Lagrange", 1)))


def missed(tied: bool, motion: int) -> float:
    """Return the part of a rigid motion that the coarser level does not know [1].

    Args:
        tied: whether the top of the cube moves as one.
        motion: number of the motion; translations first, then rotations.
    """
    numbering, split, field = cube(tied)
    matrix = prolongation(numbering, split, 0, [field], {field.unknown.key: 0})
    x = field.unknown.function.function_space.tabulate_dof_coordinates()
    axis = np.eye(3)[motion % 3]
    moved = np.broadcast_to(axis, x.shape) if motion < 3 else np.cross(axis, x - 0.5)
    found, wanted = matrix.createVecs()
    values = moved.ravel()[: field.unknown.owned]
    rows = split.members[0]
    at_top = float(axis[2]) if motion < 3 else 0.0
    wanted.array_w[:] = np.append(values, np.full(len(rows), at_top))[
        np.minimum(rows, field.unknown.owned)
    ]
    ksp = PETSc.KSP().create(COMM)
    ksp.setOperators(matrix)
    ksp.setType(PETSc.KSP.Type.LSQR)
    ksp.getPC().setType(PETSc.PC.Type.NONE)
    ksp.setTolerances(rtol=1e-14, atol=0.0, max_it=300)
    ksp.solve(wanted, found)
    return float((matrix * found - wanted).norm() / wanted.norm())


@pytest.mark.parametrize("motion", range(6))
def test_the_coarser_level_knows_rigid_motions(motion: int) -> None:
    assert missed(False, motion) < 1e-10


@pytest.mark.parametrize("motion", [0, 1, 2, 5])
def test_the_coarser_level_moves_with_what_is_tied(motion: int) -> None:
    """Along the scalar's direction and across it, and around it."""
    assert missed(True, motion) < 1e-10


def test_the_coarser_level_does_not_tilt_what_is_tied() -> None:
    assert missed(True, 3) > 0.01


@pytest.mark.parametrize("motion", range(6))
def test_multigrid_is_told_rigid_motions(motion: int) -> None:
    """Those of free nodes are in the span of what it is told."""
    numbering, split, field = cube(False)
    level = coarse_rows(numbering, split, 0, [field], {field.unknown.key: 0})
    rows = level.count * level.size
    sizes = ((rows, PETSc.DETERMINE), (rows, PETSc.DETERMINE))
    padded = PETSc.Mat().createAIJ(sizes, bsize=level.size, nnz=1, comm=COMM)
    padded.setUp()
    padded.assemble()
    axis = np.eye(3)[motion % 3]
    moved = np.broadcast_to(axis, level.points.shape)
    wanted = padded.createVecRight()
    wanted.array_w[:] = (moved if motion < 3 else np.cross(axis, level.points)).ravel()
    size = wanted.norm()
    for known in rigid_motions(level, padded):
        wanted.axpy(-wanted.dot(known), known)
    assert wanted.norm() < 1e-12 * size
