# SPDX-License-Identifier: BSD-3-Clause
"""Areas and gradients along a surface that has moved, against those of the moved facet itself."""

from __future__ import annotations

import math

from mpi4py import MPI

import basix.ufl
import dolfinx
import numpy as np
import pytest
import ufl
from dolfinx import fem

from ssbmech._compat import compile_form
from ssbmech.forms.moving_surface import along, stretch

SHAPES = {1: "interval", 2: "triangle"}


def gradient(corners: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the gradient in its plane of a field that is linear on a facet."""
    edges = corners[1:] - corners[0]
    return np.asarray(np.linalg.pinv(edges) @ (values[1:] - values[0]))


def area(corners: np.ndarray) -> float:
    """Return the length or the area of a facet."""
    edges = corners[1:] - corners[0]
    return math.sqrt(np.linalg.det(edges @ edges.T)) / len(edges)


@pytest.mark.serial
@pytest.mark.parametrize("dim", [1, 2])
def test_moved_facet_has_its_own_area_and_gradients(dim: int) -> None:
    random = np.random.default_rng(dim)
    first, moved = random.standard_normal((2, dim + 1, dim + 1))
    kind = basix.ufl.element("Lagrange", SHAPES[dim], 1, shape=(dim + 1,))
    cells = np.arange(dim + 1, dtype=np.int64)[None]
    mesh = dolfinx.mesh.create_mesh(MPI.COMM_SELF, cells=cells, x=first, e=kind)
    fields = fem.functionspace(mesh, ("Lagrange", 1))
    # corners are numbered anew, and found by their positions
    x = fields.tabulate_dof_coordinates()[:, : dim + 1]
    order = np.linalg.norm(x[:, None] - first[None], axis=2).argmin(axis=1)
    place = fem.Function(fem.functionspace(mesh, ("Lagrange", 1, (dim + 1,))))
    place.x.array[:] = moved[order].ravel()
    values, (p, q) = random.standard_normal((2, dim + 1)), (fem.Function(fields) for _ in "pq")
    for function, known in zip((p, q), values, strict=True):
        function.x.array[:] = known[order]
    dx = ufl.Measure("dx", domain=mesh)
    size = fem.assemble_scalar(compile_form(stretch(place, dim) * dx, None))
    assert size == pytest.approx(area(moved), rel=1e-12)
    product = fem.assemble_scalar(compile_form(along(place, dim, p, q) * dx, None))
    expected = gradient(moved, values[0]) @ gradient(moved, values[1]) * area(moved)
    assert product == pytest.approx(expected, rel=1e-12)
