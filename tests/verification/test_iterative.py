# SPDX-License-Identifier: BSD-3-Clause
"""The iterative solver: residuals of the whole system, and the answers of the direct one."""

from __future__ import annotations

import gc
import logging
import re

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.mesh import create_unit_cube

import ssbmech as ssb
from ssbmech.solve.balance import inverse
from ssbmech.solve.choice import linear_system
from ssbmech.solve.facets import Elimination
from ssbmech.solve.field_roles import Elliptic, Role
from ssbmech.solve.fields import MULTIPLIERS, Fields
from ssbmech.solve.iterative import Preconditioned, condensed_system
from ssbmech.solve.residual import FormGroup
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Unknown
from tests.solved_directly import (
    CELLS,
    Direct,
    case_of,
    difference,
    left_over,
    told_by_solver,
    total,
)
from tests.tools import march, marked

COMM = MPI.COMM_WORLD

pytestmark = pytest.mark.whole_run("fields are compared dof by dof, on one mesh")


@pytest.mark.pair
def test_nothing_of_petsc_is_left_behind(direct: Direct, capfd: pytest.CaptureFixture[str]) -> None:
    """On several ranks it keeps what Python lets go of without destroying it."""
    system = direct("composite").cell.system
    system.jacobian()
    comm = system.rhs.comm
    # what other tests have left, the last module among them
    gc.collect()
    PETSc.garbage_cleanup(comm)
    solver = Preconditioned(system, ssb.Iterative(), "test_left_")
    solver.set_up()
    assert solver.solve(system.rhs, system.increment).converged
    solver.renew()
    capfd.readouterr()
    PETSc.garbage_view(comm)
    told = COMM.bcast(capfd.readouterr().out, root=0)
    assert re.findall(r"Total entries: (\d+)", told) == ["0"] * COMM.size


@pytest.mark.pair
@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("forcing", [1e-2, 1e-6, 1e-9])
def test_the_residual_is_that_of_the_whole_system(
    name: str, forcing: float, direct: Direct
) -> None:
    """Not that of the equations with constraints added, which may be smaller."""
    system = direct(name).cell.system
    system.jacobian()
    solver = Preconditioned(system, ssb.Iterative(forcing=forcing), "test_whole_")
    solver.set_up()
    rhs, found = system.matrix.mat.createVecs()
    rhs.array_w[:] = np.random.default_rng(COMM.rank).standard_normal(rhs.getLocalSize())
    assert solver.solve(rhs, found).converged
    assert left_over(system, rhs, found) <= 1.1 * forcing


def test_forces_that_constraints_would_cancel_are_solved_for(direct: Direct) -> None:
    system = direct("three_dimensional").cell.system
    system.jacobian()
    solver = Preconditioned(system, ssb.Iterative(forcing=1e-3), "test_cancelled_")
    solver.set_up()
    fields = Fields(system)
    condensed = condensed_system(fields)
    condensed.fill()
    rhs, found = system.matrix.mat.createVecs()
    pair = next(group for group in condensed.groups if isinstance(group, Elimination))
    rhs.array_w[pair.eliminated[pair.closed, 0]] = 1.0
    own = condensed.restrict(rhs.array_r)
    others = slice(len(fields.split.members[MULTIPLIERS]), None)
    seen = (own + condensed.raising(own)) / condensed.scales
    rhs.array_w[fields.split.rows[others]] -= seen[others]
    outcome = solver.solve(rhs, found)
    assert outcome.converged and outcome.iterations > 0
    assert left_over(system, rhs, found) <= 1.1e-3
    # what is as good as none asks for nothing
    assert solver.solve(rhs, found, 2.0 * rhs.norm()).iterations == 0


@pytest.mark.pair
def test_a_solution_of_other_equations_is_a_failure(
    direct: Direct, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = direct("three_dimensional").cell.system
    system.jacobian()
    solver = Preconditioned(system, ssb.Iterative(), "test_other_")
    solver.set_up()
    rhs, found = system.matrix.mat.createVecs()
    rhs.array_w[:] = 1.0
    multiply = system.multiply

    def turned(x: PETSc.Vec, y: PETSc.Vec) -> None:
        multiply(x, y)
        y.scale(-1.0)

    monkeypatch.setattr(system, "multiply", turned)
    outcome = solver.solve(rhs, found)
    assert not outcome.converged and "whole system" in outcome.reason


def test_what_flows_into_an_electrolyte_flows_out(direct: Direct) -> None:
    """However far the iteration goes: the sum of the equations of the potential holds."""
    system = direct("three_dimensional").cell.system
    system.jacobian()
    rhs, found = system.matrix.mat.createVecs()
    rhs.array_w[:] = np.random.default_rng(COMM.rank).standard_normal(rhs.getLocalSize())
    solver = Preconditioned(system, ssb.Iterative(forcing=0.1), "test_balanced_")
    solver.set_up()
    assert solver.solve(rhs, found).converged
    residual = system.matrix.mat * found - rhs
    potential = next(unknown for unknown in system.unknowns if unknown.name == "phi_e")
    start = int(system.numbering.starts[system.index[potential.key]])
    rows = residual.array_r[start : start + potential.owned]
    assert total(float(rows @ rows)) > 1e-4
    assert abs(total(float(np.sum(rows)))) < 1e-9 * residual.norm()


@pytest.mark.serial
def test_sums_that_are_rounding_are_not_balanced() -> None:
    """Whatever the units: a body that nothing conducts to is told by its own diagonal."""
    conducts, sizes = np.array([[3.0, -1.0], [-1.0, 2.0]]), np.array([1e5, 2e5])
    assert inverse(conducts, sizes) @ conducts == pytest.approx(np.eye(2))
    for unit in (1e-20, 1.0, 1e20):
        factors = np.array([1.0, unit])
        apart = np.diag([1e-8, 1e-18]) * factors
        found = inverse(apart, np.array([1.0, 1.0]) * factors)
        assert found == pytest.approx(np.diag([1e8, 0.0]))


def constrained(known: bool) -> System:
    """Return a field and its multiplier, whose equation does not name itself.

    Args:
        known: whether it is said what the field is; of the multiplier nothing is.
    """
    mesh = create_unit_cube(COMM, 3, 2, 2)
    space = fem.functionspace(mesh, ("Lagrange", 1))
    u, q = (Unknown(name, "cube", fem.Function(space), 1.0) for name in ("u", "q"))
    v = ufl.TestFunction(space)
    field = ufl.inner(ufl.grad(u.function), ufl.grad(v)) + q.function * v
    forms = {u.key: field * ufl.dx, q.key: (u.function - 1.0) * v * ufl.dx}
    sizes = {w.key: [("cube", v * ufl.dx)] for w in (u, q)}
    roles: list[Role] = [Elliptic(u)] if known else []
    return System(COMM, [u, q], [], [FormGroup("cube", forms)], sizes, lambda: roles)


@pytest.mark.parametrize("known", [False, True])
def test_fields_of_which_nothing_is_known_are_solved_for(
    known: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """All together by their factorisation, or, where they have none, with the whole system."""
    system = constrained(known)
    system.residual()
    system.jacobian()
    solver = linear_system(system, ssb.Iterative(forcing=1e-10), "test_unknown_")
    with caplog.at_level(logging.WARNING, logger="ssbmech.solve"):
        solver.set_up()
        assert solver.solve(system.rhs, system.increment).converged
    assert any("do not name themselves" in text for text in told_by_solver(caplog)) is known
    left = system.matrix.mat * system.increment - system.rhs
    # pivots down to 1e-6 of their columns are taken, which costs digits
    assert left.norm() < 1e-6 * system.rhs.norm()


ITERATIONS = {
    "three_dimensional": (72, 82, 88),
    "composite": (33, 115, 62),
    "sticking": (75, 96),
    "moving": (69, 84, 113),
}
"""Iterations of FGMRES in each step, measured on one rank."""


@pytest.mark.parametrize("name", marked(CELLS, **dict.fromkeys(CELLS, pytest.mark.pair)))
def test_answers_are_those_of_the_direct_solver(
    name: str, direct: Direct, caplog: pytest.LogCaptureFixture
) -> None:
    expected = direct(name)
    with caplog.at_level(logging.WARNING, logger="ssbmech.solve"):
        found = march(case_of(name, ssb.Iterative()))
    assert not told_by_solver(caplog)
    # what Newton's tolerance of 1e-8 leaves
    assert max(difference(found, expected).values()) < 1e-7
    for one, other in zip(found.reports, expected.reports, strict=True):
        assert one.iterations <= other.iterations + 2
    counts = [report.linear_iterations for report in found.reports]
    # bounds of eigenvalues are estimated from random vectors, others on each number of ranks
    assert counts == pytest.approx(ITERATIONS[name], rel=0.2)


@pytest.mark.pair
def test_a_failure_is_told_and_mended(direct: Direct, caplog: pytest.LogCaptureFixture) -> None:
    expected = direct("axisymmetric")
    with caplog.at_level(logging.WARNING, logger="ssbmech.solve"):
        found = march(case_of("axisymmetric", ssb.Iterative(max_iterations=1)))
    told = told_by_solver(caplog)
    assert "too many iterations" in told[0] and "solved directly" in told[0]
    assert "twice in a row" in told[1]
    # nothing differs but what a pivot order of another analysis may
    assert max(difference(found, expected).values()) < 1e-10
    assert [r.iterations for r in found.reports] == [r.iterations for r in expected.reports]


MULTIGRID = ssb.CoarseLevel(largest_direct=0)


@pytest.mark.pair
@pytest.mark.parametrize("name", ["three_dimensional", "sticking"])
def test_a_coarser_level_by_multigrid(name: str, direct: Direct) -> None:
    """More iterations than by its factors, to the same answer."""
    system = direct(name).cell.system
    system.jacobian()
    rhs, exact = system.matrix.mat.createVecs()
    found = exact.duplicate()
    rhs.array_w[:] = np.random.default_rng(COMM.rank).standard_normal(rhs.getLocalSize())
    counts = []
    for solution, coarse in ((exact, ssb.CoarseLevel()), (found, MULTIGRID)):
        preset = ssb.Iterative(forcing=1e-8, coarse=coarse)
        solver = Preconditioned(system, preset, "test_multigrid_")
        # twice, for patterns stay
        for _ in range(2):
            solver.set_up()
            outcome = solver.solve(rhs, solution)
            assert outcome.converged
        counts.append(outcome.iterations)
        solver.renew()
    assert left_over(system, rhs, found) <= 1.1e-8
    assert counts[0] < counts[1] < 2 * counts[0]
