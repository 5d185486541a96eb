# SPDX-License-Identifier: BSD-3-Clause
"""The inside of a mesh that follows its boundary: a function of it, whatever way it came."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import pytest
import ufl
from dolfinx import fem
from dolfinx import mesh as dmesh

from ssbmech._compat import constant
from ssbmech.model import smoothing
from ssbmech.model.smoothing import STILL, PseudoSolid
from ssbmech.solve.inputs import Inputs, number_of

pytestmark = pytest.mark.serial

Array = npt.NDArray[np.float64]

CELLS = 8


def square() -> tuple[PseudoSolid, Array]:
    """Return a square that follows its boundary, and where its vertices are."""
    mesh = dmesh.create_unit_square(MPI.COMM_SELF, CELLS, CELLS)
    solid = PseudoSolid(mesh, "body")
    return solid, solid.space.tabulate_dof_coordinates()[:, :2]


def lowered(x: Array, part: float) -> Array:
    """Return displacements of a boundary whose upper side is lowered, and curved."""
    depth = part * (0.5 + 0.1 * np.cos(np.pi * x[:, 0]))
    return np.column_stack([np.zeros(len(x)), np.where(x[:, 1] > 1 - 1e-9, -depth, 0.0)])


def held(x: Array) -> npt.NDArray[np.bool_]:
    """Return components that are held: vertices slide along the sides."""
    ends, sides = ((x[:, i] < 1e-9) | (x[:, i] > 1 - 1e-9) for i in (1, 0))
    return np.column_stack([ends | sides, ends])


def test_the_inside_is_that_of_the_boundary_whatever_way_it_came() -> None:
    """In many steps, each from where the last two announce it, and in one."""
    solid, x = square()
    fixed = held(x)
    steps, before, now = 10, np.zeros_like(x), np.zeros_like(x)
    for part in np.linspace(0.0, 1.0, steps + 1)[1:]:
        target = lowered(x, float(part))
        ahead = solid.follow(now, target, fixed, 2 * now - before)
        before, now = now, ahead
    other, _ = square()
    at_once = other.follow(np.zeros_like(x), lowered(x, 1.0), fixed)
    assert np.array_equal(now[fixed], at_once[fixed])
    smallest = (0.5 / CELLS**2) ** 0.5
    assert np.max(np.abs(now - at_once)) <= 2 * STILL * smallest
    # no identity: the cells above have become flat, and those inside have shared it
    assert np.max(np.abs(now - at_once[:, ::-1])) > 0.1


@pytest.mark.parametrize(("name", "value"), [("SMALL", 0), ("NEXT", 1e300)])
def test_what_saves_time_moves_nothing(
    name: str, value: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PETSc's own factors are those of MUMPS, and iterations that are left out would be still."""
    found = []
    for patched in (False, True):
        with monkeypatch.context() as patch:
            if patched:
                patch.setattr(smoothing, name, value)
            solid, x = square()
            found.append(solid.follow(np.zeros_like(x), lowered(x, 1.2), held(x)))
    smallest = (0.5 / CELLS**2) ** 0.5
    near = STILL * smallest if name == "NEXT" else 1e-11
    assert np.max(np.abs(found[0] - found[1])) <= near
    assert np.max(np.abs(found[0])) > 0.5


def test_a_guess_that_is_inside_out_is_not_taken() -> None:
    """It begins where it was, and finds the same."""
    solid, x = square()
    fixed = held(x)
    target = lowered(x, 0.3)
    found = solid.follow(np.zeros_like(x), target, fixed)
    bad = solid.follow(np.zeros_like(x), target, fixed, -2.0 * x)
    assert np.max(np.abs(found - bad)) <= 2 * STILL * (0.5 / CELLS**2) ** 0.5


def test_a_block_is_made_anew_when_what_it_depends_on_has_changed() -> None:
    """A constant, a function on an interface, a mesh that has moved; an unknown always."""
    mesh = dmesh.create_unit_square(MPI.COMM_SELF, 2, 2)
    facets = np.arange(3, dtype=np.int32)
    line = dmesh.create_submesh(mesh, 1, facets)[0]
    on_line = fem.Function(fem.functionspace(line, ("DG", 0)))
    inside = fem.Function(fem.functionspace(mesh, ("DG", 0)))
    space = fem.functionspace(mesh, ("Lagrange", 1))
    number = constant(mesh, 1.0)
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)

    settled = Inputs(number * on_line * u * v * ufl.ds(mesh), [])
    assert settled.changed()
    assert not settled.changed()
    for change in (number.value, on_line.x.array):
        change += 1.0
        assert settled.changed()
        assert not settled.changed()
    other = dmesh.create_unit_square(MPI.COMM_SELF, 1, 1)
    settled.forget({number_of(other)})
    assert not settled.changed()
    for moved in (mesh, line):
        settled.forget({number_of(moved)})
        assert settled.changed()
    settled.forget()
    assert settled.changed()

    across = Inputs(ufl.FacetNormal(other)[0] * u * v * ufl.ds(mesh), [])
    assert across.changed()
    across.forget({number_of(other)})
    assert across.changed()

    for restless, solved in ((on_line, [on_line]), (inside, [])):
        form = Inputs(restless * u * v * ufl.ds(mesh), solved)
        assert form.changed()
        assert form.changed()
