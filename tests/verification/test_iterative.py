# SPDX-License-Identifier: BSD-3-Clause
"""The iterative solver: exact where it claims to be, and the answers of the direct one."""

from __future__ import annotations

import dataclasses
import json
import logging
import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.mesh import create_unit_cube, locate_entities_boundary

import ssbmech as ssb
from ssbmech.errors import StepTooSmall
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.cell import CellModel
from ssbmech.solve import factors
from ssbmech.solve.block_preconditioner import BlockOperator
from ssbmech.solve.blocks import Block, RectangularStorage
from ssbmech.solve.choice import Safeguarded, chosen, linear_system, reason
from ssbmech.solve.coarse import coarse_rows, prolongation
from ssbmech.solve.condense import Condensed, Grown
from ssbmech.solve.facets import Elimination
from ssbmech.solve.field_roles import Elliptic, Role
from ssbmech.solve.fields import ELLIPTIC, MULTIPLIERS, Fields
from ssbmech.solve.iterative import Preconditioned
from ssbmech.solve.linear import Outcome, Solver
from ssbmech.solve.multigrid import rigid_motions
from ssbmech.solve.numbering import Numbering
from ssbmech.solve.observing import Row
from ssbmech.solve.split import Split
from ssbmech.solve.system import FormGroup, System
from ssbmech.solve.two_level import Smoothing
from ssbmech.solve.unknowns import Closure, Unknown
from ssbmech.units import mA_per_cm2, s
from tests.hard_cases import void
from tests.moving import moving_cell
from tests.small_cell import STORED, WORKING
from tests.tools import March, march

COMM = MPI.COMM_WORLD

STEPS = {
    "three_dimensional": (1.0, 5.0, 10.0),
    "composite": (1.0, 10.0, 30.0),
    "sticking": (1.0, 5.0),
    "axisymmetric": (1.0, 5.0),
}
"""Time steps by stored cell [s]: voids that close, and bonds that stretch."""

CELLS = ("three_dimensional", "composite", "sticking")

pytestmark = pytest.mark.whole_run("fields are compared dof by dof, on one mesh")


def case_of(name: str, solver: ssb.Direct | ssb.Iterative) -> ssb.Case:
    """Return a small cell, plated or charged for two steps after its preload."""
    mesh = "three_dimensional" if name == "sticking" else name
    case = STORED[mesh].case(mesh)
    if name == "sticking":
        stuck = [dataclasses.replace(i, contact=ssb.Sticking()) for i in case.interfaces]
        case = dataclasses.replace(case, interfaces=tuple(stuck))
    steps = STEPS[name]
    current = case.protocol[1].drive(0.0).current_density or -1 * mA_per_cm2
    return dataclasses.replace(
        case,
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(current, sum(steps[1:]))),
        step_control=ssb.PrescribedSteps(steps),
        newton=ssb.NewtonSettings(),
        linear_solver=solver,
    )


Direct = Callable[[str], March]


@pytest.fixture(scope="module")
def direct() -> Iterator[Direct]:
    """Return what marches a cell by the direct solver, each cell once.

    Meshes are shared out among the ranks once: partitioners need not do it twice alike.
    """
    built: dict[str, TaggedMesh] = {}
    marched: dict[str, March] = {}
    build = MeshFile.build

    def build_once(geometry: MeshFile, *given: Any) -> TaggedMesh:
        key = str(geometry.path)
        if key not in built:
            built[key] = build(geometry, *given)
        return built[key]

    def march_once(name: str) -> March:
        if name not in marched:
            marched[name] = march(case_of(name, ssb.Direct()))
        return marched[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MeshFile, "build", build_once)
        yield march_once


def total(value: float) -> float:
    """Return the sum over all ranks."""
    return float(COMM.allreduce(value, op=MPI.SUM))


def difference(found: March, expected: March) -> dict[str, float]:
    """Return the distance of each field over its size, or over its scale if that is larger."""
    apart = {}
    for one, other in zip(found.cell.unknowns, expected.cell.unknowns, strict=True):
        a, b = (w.function.x.array[: w.owned] for w in (one, other))
        size = max(total(float(b @ b)), one.scale**2)
        apart[one.key] = float(np.sqrt(total(float((a - b) @ (a - b))) / size))
    return apart


@pytest.mark.parametrize("name", CELLS)
def test_condensing_changes_no_solution(name: str, direct: Direct) -> None:
    """For any right-hand side, that of prescribed and tied rows too."""
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
    condensed = Condensed(system, fields.split, fields.facets, MULTIPLIERS, ELLIPTIC)
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
    condensed = Condensed(system, fields.split, fields.facets, MULTIPLIERS, ELLIPTIC)
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


@pytest.mark.parametrize("name", CELLS)
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


@pytest.mark.pair
def test_nothing_of_petsc_is_left_behind(direct: Direct, capfd: pytest.CaptureFixture[str]) -> None:
    """On several ranks it keeps what Python lets go of without destroying it."""
    system = direct("composite").cell.system
    system.jacobian()
    comm = system.rhs.comm
    # what other tests have left
    PETSc.garbage_cleanup(comm)
    solver = Preconditioned(system, ssb.Iterative(), "test_left_")
    solver.set_up()
    assert solver.solve(system.rhs, system.increment).converged
    solver.renew()
    capfd.readouterr()
    PETSc.garbage_view(comm)
    told = COMM.bcast(capfd.readouterr().out, root=0)
    assert re.findall(r"Total entries: (\d+)", told) == ["0"] * COMM.size


def left_over(system: System, rhs: PETSc.Vec, found: PETSc.Vec) -> float:
    """Return the residual of a system over the norm of its right-hand side."""
    return float((system.matrix.mat * found - rhs).norm() / rhs.norm())


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
    condensed = Condensed(system, fields.split, fields.facets, MULTIPLIERS, ELLIPTIC)
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
    condensed = Condensed(system, fields.split, fields.facets, MULTIPLIERS, ELLIPTIC)
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


ITERATIONS = {"three_dimensional": (72, 82, 88), "composite": (33, 115, 62), "sticking": (75, 96)}
"""Iterations of FGMRES in each step, measured on one rank."""


def told_by_solver(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings of the linear solver."""
    return [r.getMessage() for r in caplog.records if r.name == "ssbmech.solve.choice"]


@pytest.mark.parametrize("name", CELLS)
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


def test_what_is_too_large_to_be_factorised_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """And ends a prescribed time step; a free one would be shorter."""
    solver = ssb.Iterative(max_iterations=1, fallback_memory=0.0)
    with (
        caplog.at_level(logging.WARNING, logger="ssbmech.solve"),
        pytest.raises(StepTooSmall, match=r"too many iterations; its factors would take about"),
    ):
        march(case_of("axisymmetric", solver))
    (told,) = told_by_solver(caplog)
    assert "too large to be solved directly" in told and "has to be shorter" in told


def test_factors_grow_faster_than_the_system() -> None:
    assert factors.needed(3, 249_000) == pytest.approx(4.35e9)
    assert factors.needed(3, 1_000_000) > 1.2 * 4.0 * factors.needed(3, 250_000)
    assert factors.needed(2, 1_000_000) < 0.5 * factors.needed(3, 1_000_000)


def test_memory_at_hand_is_that_of_nodes_and_of_groups(tmp_path: Path) -> None:
    free = factors.at_hand(COMM)
    assert 1e6 < free < 1e15
    # ranks of one node share it
    assert COMM.allreduce(free) == pytest.approx(COMM.size * free)
    assert factors.of_group(tmp_path / "none") == math.inf


@pytest.mark.serial
def test_memory_of_groups_is_that_of_the_narrowest(tmp_path: Path) -> None:
    """A queue limits the job, a group above that of the process."""

    def write(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")

    def limit(folder: str, most: str) -> None:
        write(f"{folder}/memory.max", f"{most}\n")
        write(f"{folder}/memory.current", "700000\n")
        write(f"{folder}/memory.stat", "anon 600000\ninactive_file 50000\n")

    write("proc/self/cgroup", "1:cpu:/\n0::/queue/job_3/task_0\n")
    assert factors.of_group(tmp_path) == math.inf
    limit("sys/fs/cgroup/queue/job_3/task_0", "max")
    assert factors.of_group(tmp_path) == math.inf
    limit("sys/fs/cgroup/queue/job_3", "1000000")
    assert factors.of_group(tmp_path) == 350_000.0
    # as a container sees itself
    limit("sys/fs/cgroup", "800000")
    assert factors.of_group(tmp_path) == 150_000.0
    write("proc/self/cgroup", "4:memory:/job\n0::/\n")
    old = "sys/fs/cgroup/memory/job/memory"
    write(f"{old}.limit_in_bytes", "600000\n")
    write(f"{old}.usage_in_bytes", "590000\n")
    write(f"{old}.stat", "inactive_file 1\ntotal_inactive_file 2000\n")
    assert factors.of_group(tmp_path) == 12_000.0


def test_failures_outlive_a_resumption() -> None:
    """On whatever ranks; a direct solver neither knows of them nor minds."""
    system = system_of(3, 60_001)
    first, second = (linear_system(system, ssb.Automatic(), "test_kept_") for _ in range(2))
    begun = first.state()
    slow = {"level": 2, "settled": False, "paces": [math.inf, 15.0]}
    first.restore({"failures": 1, "pause": 17, "smoothing": slow})
    second.restore(json.loads(json.dumps(first.state())))
    assert second.state() == {"failures": 1, "pause": 17, "smoothing": slow}
    exact = linear_system(system_of(2, 10), ssb.Automatic(), "test_kept_")
    exact.restore(first.state())
    second.restore(exact.state())
    assert second.state() == begun


def gone_on(before: ssb.Direct | ssb.Iterative, after: Any, folder: Path) -> list[Row]:
    """Return the series of a run that goes on with another solver after its second time step."""
    steps = (1.0, 5.0, 10.0)
    case = dataclasses.replace(
        void(steps), linear_solver=before, output=ssb.Output(figures=False, checkpoint_every=0.0)
    )
    preload, plated = case.protocol
    halves = tuple(dataclasses.replace(plated, duration=t) for t in steps[1:])
    ssb.run(dataclasses.replace(case, protocol=(preload, halves[0])), folder, COMM)
    case = dataclasses.replace(case, protocol=(preload, *halves), linear_solver=after)
    return ssb.resume(case, folder, COMM).rows


def test_a_run_goes_on_with_another_solver(tmp_path: Path) -> None:
    """From the direct one to the iterative one, and back: to the same series."""
    direct, iterative = ssb.Direct(), ssb.Iterative()
    found = gone_on(direct, iterative, tmp_path / "to_iterative")
    expected = gone_on(iterative, direct, tmp_path / "to_direct")
    assert len(found) == len(expected) == 3
    for name in ("voltage", "p_stack", f"void_volume:{WORKING}"):
        one, other = ([row[name] for row in rows] for rows in (found, expected))
        assert one == pytest.approx(other, rel=1e-7), name


class Recounted:
    """An iterative solver that serves; the direct one beside it, and the memory that it lacks."""

    def __init__(self, lack: str) -> None:
        self.lack, self.calls = lack, list[str]()
        self.smoothing = Smoothing()
        self.guarded = Safeguarded(self, lambda: self.made("direct"), lambda: None, lambda: lack)  # type: ignore[arg-type]

    def made(self, what: str) -> Any:
        self.calls.append(what)
        return self

    def set_up(self) -> None:
        """Nothing to follow."""

    def solve(self, rhs: PETSc.Vec, solution: PETSc.Vec, enough: float = 0.0) -> Outcome:
        return Outcome(True)

    def destroy(self) -> None:
        """Nothing is kept."""


@pytest.mark.serial
@pytest.mark.parametrize(("lack", "fallback"), [("", True), ("too large", False)])
def test_a_pause_ends_where_memory_lacks(lack: str, fallback: bool) -> None:
    """A run goes on from a checkpoint on a machine that cannot hold the factors."""
    solver = Recounted(lack)
    solver.guarded.restore({"pause": 3})
    vector = PETSc.Vec().createSeq(1)
    solver.guarded.set_up()
    assert solver.guarded.solve(vector, vector).fallback is fallback
    assert solver.calls == (["direct"] if fallback else [])
    assert solver.guarded.state()["pause"] == (2 if fallback else 0)


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


MULTIGRID = ssb.CoarseLevel(largest_direct=0)


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


def system_of(dimension: int, unknowns: int) -> System:
    """Return what is asked of a system when its solver is chosen."""

    class Sized:
        def __init__(self) -> None:
            self.matrix = self
            self.mat = PETSc.Mat().createAIJ((1, 1), nnz=1, comm=MPI.COMM_SELF)
            self.dimension, self.comm, self.roles = dimension, MPI.COMM_SELF, tuple

        def free_unknowns(self) -> int:
            return unknowns

    return Sized()  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("dimension", "unknowns", "direct"),
    [(2, 10_000_000, True), (3, 60_000, True), (3, 60_001, False)],
)
def test_the_solver_is_chosen_by_size(dimension: int, unknowns: int, direct: bool) -> None:
    solver = linear_system(system_of(dimension, unknowns), ssb.Automatic(), "test_chosen_")
    assert isinstance(solver, Solver) is direct


def test_bodies_that_move_are_solved_directly() -> None:
    """However large they are: the unknowns of their interfaces are shared by facets."""
    solver = ssb.Automatic(largest_direct=0)
    case = moving_cell(1e-6, frame=ssb.ThreeDimensional(), linear_solver=solver)
    system = CellModel(case, case.geometry.build(COMM)).system
    assert isinstance(chosen(solver, system), ssb.Direct)
    assert "lives at vertices" in reason(solver, system)
    assert isinstance(linear_system(system, solver, "test_moving_"), Solver)
    resting = moving_cell(1e-6, frame=ssb.ThreeDimensional(), moves=False)
    system = CellModel(resting, resting.geometry.build(COMM)).system
    assert isinstance(chosen(solver, system), ssb.Iterative)
    assert reason(solver, system).endswith("more than 0")
