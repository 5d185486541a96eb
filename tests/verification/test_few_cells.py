# SPDX-License-Identifier: BSD-3-Clause
"""More ranks than cells: some own no equation, and all of them solve the system together."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.mesh import create_unit_square

import ssbmech as ssb
from ssbmech.solve.choice import linear_system
from ssbmech.solve.system import FormGroup, System
from ssbmech.solve.unknowns import Unknown

COMM = MPI.COMM_WORLD


def test_two_triangles_on_any_ranks() -> None:
    mesh = create_unit_square(COMM, 1, 1)
    space = fem.functionspace(mesh, ("Lagrange", 1))
    u = Unknown("u", "square", fem.Function(space), 1.0)
    v = ufl.TestFunction(space)
    field = ufl.inner(ufl.grad(u.function), ufl.grad(v)) + (u.function - 3.0) * v
    group = FormGroup("square", {u.key: field * ufl.dx})
    system = System(COMM, [u], [], [group], {u.key: [("square", v * ufl.dx)]})
    system.residual()
    system.jacobian()
    solver = linear_system(system, ssb.Direct(), "test_few_cells_")
    solver.set_up()
    assert solver.solve(system.rhs, system.increment).converged
    owned = COMM.allgather(system.numbering.local_size)
    assert sum(owned) == 4
    if COMM.size > 2:
        assert min(owned) == 0
    system.apply(1.0)
    found = np.concatenate(COMM.allgather(u.function.x.array[: u.owned]))
    assert found == pytest.approx(np.full(4, 3.0), rel=1e-12)
