# SPDX-License-Identifier: BSD-3-Clause
"""Orders of convergence of lithium, stress, potentials and current together, manufactured.

The orders to be expected in L2 are

- 2 for concentration, chemical potential and electronic potential: linear elements;
- 2 for the displacement of the host, though it is quadratic: it follows the swelling, and errors of
  the linear fields do not average out (without swelling it is 3);
- 2 for the ionic potential, though it is quadratic: the current that enters is constant on each
  facet, wrong by the first order within it and by the second in its work on smooth functions
  (without current it is 3);
- 2 for the displacement of an electrolyte that a bond pulls at, for the same reason; 3 for that of
  one that is free of the host;
- 1 for the fields of the interface, 2 for their means over facets.
"""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import basix
import numpy as np
import pytest
import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech._compat import compile_expression, compile_form
from ssbmech.case.protocol import Drive
from ssbmech.frames import Expr
from ssbmech.materials.swelling import ConstantMolarVolume, LayeredSwelling
from ssbmech.model.body import BodyModel
from ssbmech.solve.newton import Newton
from tests.manufactured import (
    C_MAX,
    DT,
    INTERFACE,
    OMEGA,
    PHI_S,
    Exact,
    Manufactured,
    Problem,
    fine,
)
from tests.parts import Bond, Contact, Transfer, part
from tests.tools import measured, observed_orders

pytestmark = pytest.mark.serial

COMM = MPI.COMM_WORLD
SIZES = (1e-6, 0.5e-6, 0.25e-6)
BOND = ssb.BilinearCohesion(strength=2e9, toughness=1e3, initial_stiffness=4e15)
OPEN = Problem(
    name="open, plane strain",
    frame=ssb.PlaneStrain(),
    swelling=LayeredSwelling(OMEGA, C_MAX),
    spread=(2.0, -1.0),
    axis=(0.6, 0.8, 0.0),
    phase=0.4,
    gap=4e-9,
    drop=0.02,
)
BONDED = dataclasses.replace(OPEN, name="bonded, plane strain", bond=BOND, gap=0.0, drop=0.0)
REVOLVED = Problem(
    name="bonded, axisymmetric",
    frame=ssb.Axisymmetric(),
    swelling=ConstantMolarVolume(OMEGA, C_MAX),
    spread=(1.0, 1.0),
    axis=(0.0, 0.0, 1.0),
    phase=0.0,
    bond=BOND,
)


def errors(problem: Problem, size: float) -> dict[str, float]:
    """Solve with cells of a size [m], and return the relative errors in L2 by field; collective."""
    cell = Manufactured(problem, size)
    cell.predict(0.0)
    cell.begin(Drive(current_density=None, voltage=PHI_S), DT)
    Newton(cell.system, cell.case.newton, cell.case.linear_solver, "test_").solve()
    closed = COMM.allreduce(int(np.sum(part(cell.surfaces[INTERFACE], Contact).closed())))
    assert closed == 0, "the gap is open everywhere"
    found = {}
    for body in cell.bodies.values():
        exact = Exact(problem, body.mesh.mesh)
        for name, (field, wanted, level) in exact.fields(body).items():
            found[name] = relative_error(body, field.function - wanted, wanted - level)
    return found | facet_errors(cell)


def relative_error(body: BodyModel, error: Expr, size: Expr) -> float:
    """Return the norm of an error over that of a size in a body; collective."""
    squares = []
    for field in (error, size):
        form = compile_form(ufl.inner(field, field) * fine(body.dx), None)
        squares.append(COMM.allreduce(fem.assemble_scalar(form)))
    return float(np.sqrt(squares[0] / squares[1]))


def facet_errors(cell: Manufactured) -> dict[str, float]:
    """Return relative errors of the fields of the interface, and of their means; collective."""
    surface = cell.surfaces[INTERFACE]
    mesh, count = surface.mesh.mesh, len(surface.areas)
    exact = Exact(cell.problem, mesh)
    fields = {
        "gap": (surface.gap, exact.gap),
        "current": (part(surface, Transfer).i_normal, exact.current),
    }
    for bond in surface.parts.find(Bond):
        fields["slip"] = (bond.slip, exact.jump[0])
    points, weights = basix.make_quadrature(basix.CellType.interval, 8)
    values = [cell.problem.frame.weight(exact.x), *(wanted for _, wanted in fields.values())]
    expression = compile_expression(ufl.as_vector(values), points)
    table = expression.eval(mesh, np.arange(count, dtype=np.int32))
    table = table.reshape(count, len(weights), len(values))
    weights = weights * table[:, :, 0]
    weights = weights / weights.sum(axis=1, keepdims=True)
    areas = surface.areas[surface.gap.function.function_space.dofmap.list[:count, 0]]

    def norm(squares: np.ndarray) -> float:
        return float(np.sqrt(COMM.allreduce(float(areas @ squares))))

    found = {}
    for k, (name, (unknown, _)) in enumerate(fields.items(), start=1):
        dofs = unknown.block_size * unknown.function.function_space.dofmap.list[:count, 0]
        constant, wanted = unknown.function.x.array[dofs], table[:, :, k]
        mean = np.sum(weights * wanted, axis=1)
        within = np.sum(weights * (constant[:, None] - wanted) ** 2, axis=1)
        found[name] = norm(within) / norm(mean**2)
        found[f"mean {name}"] = norm((constant - mean) ** 2) / norm(mean**2)
    return found


@pytest.mark.parametrize(
    "problem",
    (OPEN, *(pytest.param(p, marks=pytest.mark.slow) for p in (BONDED, REVOLVED))),
    ids=("open", "bonded", "revolved"),
)
def test_orders_of_convergence(problem: Problem) -> None:
    found = [errors(problem, size) for size in SIZES]
    for name in found[0]:
        expected = 2
        if name in ("gap", "slip", "current"):
            expected = 1
        elif name == "u of the electrolyte" and problem.bond is None:
            expected = 3
        order = observed_orders(list(SIZES), [each[name] for each in found])[-1]
        measured(
            f"manufactured lithium, {problem.name}",
            f"L2 error of {name}: distance of its order from {expected}",
            abs(expected - order),
            0.15,
            "three meshes",
        )
