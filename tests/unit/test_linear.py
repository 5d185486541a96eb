# SPDX-License-Identifier: BSD-3-Clause
"""Presets of the linear solver."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.errors import CaseError
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.solve.linear import Solver
from ssbmech.units import MPa, s, um
from tests.small_cell import WORKING, void_cell
from tests.tools import march


def plate() -> ssb.Case:
    """Return an elastic plate with a hole under pressure."""
    return ssb.Case(
        name="plate",
        geometry=QuarterVoid(
            frame=ssb.PlaneStrain(),
            inner_radius=5 * um,
            outer_radius=25 * um,
            size=1 * um,
            square=True,
        ),
        bodies=(ssb.Body.single("body", Material("solid", Elastic(8e9, 0.3))),),
        protocol=(ssb.Preload(1.0),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads((ssb.FacePressure("right", lambda time: 1e6 * time),)),
        step_control=ssb.PrescribedSteps([1.0]),
    )


def size_of_displacement(case: ssb.Case) -> float:
    """March and return the norm of all nodal displacements."""
    unknown = march(case).cell.bodies["body"].u
    owned = unknown.function.x.array[: unknown.owned]
    return float(np.sqrt(MPI.COMM_WORLD.allreduce(float(owned @ owned), op=MPI.SUM)))


def test_cholesky_solves_what_lu_solves() -> None:
    by_lu = size_of_displacement(plate())
    by_cholesky = size_of_displacement(dataclasses.replace(plate(), linear_solver=ssb.Cholesky()))
    assert by_lu > 1e-9
    assert by_cholesky == pytest.approx(by_lu, rel=1e-11)


def test_cholesky_refuses_a_coupled_system() -> None:
    fixture = ssb.ConstantForce(1 * MPa)
    case = dataclasses.replace(plate(), fixture=fixture, linear_solver=ssb.Cholesky())
    with pytest.raises(CaseError, match=r"coupled: take Direct\(\)"):
        march(case)


PREFIX = "test_linear_"


def options() -> dict[str, str | None]:
    """Return what PETSc's database holds under the prefix; a flag has no value."""
    found = PETSc.Options().getAll()
    return {name: value for name, value in found.items() if name.startswith(PREFIX)}


@pytest.fixture
def own_options() -> Iterator[dict[str, str | None]]:
    """Put options of the user's own into the database, and return them."""
    database = PETSc.Options()
    own = {"mat_mumps_icntl_14": "35", "mat_mumps_icntl_4": "0", "ksp_error_if_not_converged": None}
    for name, value in own.items():
        database[PREFIX + name] = "" if value is None else value
    yield {PREFIX + name: value for name, value in own.items()}
    for name in own:
        database.delValue(PREFIX + name)


def tridiagonal() -> PETSc.Mat:
    """Return an assembled matrix."""
    matrix = PETSc.Mat().createAIJ([24, 24], nnz=3, comm=MPI.COMM_WORLD)
    for row in range(*matrix.getOwnershipRange()):
        for column, value in ((row - 1, -1.0), (row, 4.0), (row + 1, -1.5)):
            if 0 <= column < 24:
                matrix[row, column] = value
    matrix.assemble()
    return matrix


def error(solver: Solver, matrix: PETSc.Mat) -> float:
    """Factorise, solve and return the largest residual."""
    rhs, solution = matrix.createVecs()
    rhs.set(1.0)
    solver.set_up()
    assert solver.solve(rhs, solution).converged
    return float((matrix * solution - rhs).norm(PETSc.NormType.INFINITY))


def control(solver: Solver, number: int) -> int:
    """Return an integer control of MUMPS, as the factorisation uses it."""
    return int(solver.ksp.getPC().getFactorMatrix().getMumpsIcntl(number))


def test_options_hold_while_the_solver_lives_and_end_with_it() -> None:
    matrix = tridiagonal()
    special = Solver(matrix, ssb.Direct(memory=33, extra={"mat_mumps_icntl_13": "1"}), PREFIX)
    assert options() == {}
    # twice, and once more with a new analysis: MUMPS reads its options at the first factorisation
    for _ in range(2):
        assert error(special, matrix) < 1e-14
        assert (control(special, 14), control(special, 13)) == (33, 1)
        matrix.scale(1.5)
    special.renew()
    assert error(special, matrix) < 1e-14
    assert (control(special, 14), control(special, 13)) == (33, 1)
    assert special.ksp.getPC().getFactorMatrix().getMumpsCntl(1) == 1e-6
    assert options() == {}

    plain = Solver(matrix, ssb.Direct(), PREFIX)
    assert error(plain, matrix) < 1e-14
    assert (control(plain, 14), control(plain, 13)) == (80, 0)
    assert (control(plain, 6), control(plain, 8)) == (0, 0)


def test_options_of_the_user_stay(own_options: dict[str, str | None]) -> None:
    """Under the prefix too: the preset's come first, the others count."""
    matrix = tridiagonal()
    solver = Solver(matrix, ssb.Direct(extra={"mat_mumps_icntl_13": "1"}), PREFIX)
    assert options() == own_options
    assert error(solver, matrix) < 1e-14
    assert (control(solver, 14), control(solver, 13), control(solver, 4)) == (80, 1, 0)
    assert solver.ksp.getErrorIfNotConverged()
    assert options() == own_options


def test_a_case_leaves_no_options_behind() -> None:
    """A case that keeps MUMPS's factors on disk decides for itself alone."""
    before = PETSc.Options().getAll()
    march(dataclasses.replace(plate(), linear_solver=ssb.Direct(extra={"mat_mumps_icntl_22": "1"})))
    assert PETSc.Options().getAll() == before


MUMPS_SCALES = {"mat_mumps_icntl_6": "7", "mat_mumps_icntl_8": "77"}
"""MUMPS's own choice of scaling and permutation."""


@pytest.mark.pair
@pytest.mark.parametrize("stress", [1e4, 1e6, 1e9], ids=["far too small", "usual", "far too large"])
def test_the_system_is_scaled_well_enough_without_mumps(stress: float) -> None:
    """Also with typical sizes that are off: same iterations, same answers."""
    steps = ssb.PrescribedSteps((0.5, 0.5, 0.1, 0.4, 1.5))
    case = void_cell(
        size=4.0,
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-10.0, 2 * s)),
        scales=ssb.Scales(stress=stress),
        step_control=steps,
    )
    found = march(case)
    lent = ssb.Direct(extra=MUMPS_SCALES)
    expected = march(dataclasses.replace(case, linear_solver=lent))
    assert found.cell.case.linear_solver != lent
    for name in ("newton_iterations", "rejected_steps"):
        assert np.array_equal(found.series(name), expected.series(name))
    for name in ("voltage", "p_stack", f"void_volume:{WORKING}"):
        assert found.series(name) == pytest.approx(expected.series(name), rel=1e-8, abs=0)


def test_a_solver_needs_a_prefix() -> None:
    with pytest.raises(ValueError, match="prefix"):
        Solver(tridiagonal(), ssb.Direct(), "")
