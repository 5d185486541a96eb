# SPDX-License-Identifier: BSD-3-Clause
"""Flow from facet to facet over the edges of uneven triangles that lie askew in space."""

from __future__ import annotations

from mpi4py import MPI

import basix.ufl
import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.mesh import create_mesh

from ssbmech._compat import cell_nodes, compile_form
from ssbmech.forms.crack_ridges import EdgeRidges, ridges_of

pytestmark = pytest.mark.serial

AXES = np.linalg.qr(np.array([[1.0, 0.3, 0.2], [-0.4, 1.0, 0.7], [0.1, -0.2, 1.0]]))[0]
#: Even parts of the pressure's fall along the first two axes [Pa/m], and that of a feed [Pa/m2].
FALL, FEED = np.array([3.0, -2.0]), 5.0
#: Keeps it above zero [Pa].
LEVEL = 20.0


class Sheet:
    """A square of uneven triangles with the pressure of an even fall, or of an even feed.

    Attributes:
        ridges: its ridges.
        pressure: pressure in the middle of facets.
        ridge: mean pressure along edges.
    """

    def __init__(self, fed: float) -> None:
        random, n = np.random.default_rng(3), 5
        flat = np.stack(np.meshgrid(np.arange(n), np.arange(n)), axis=-1).reshape(-1, 2) / (n - 1)
        inner = np.all((flat > 0.01) & (flat < 0.99), axis=1)
        flat[inner] += random.uniform(-0.07, 0.07, (inner.sum(), 2))
        a = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
        cells = np.concatenate([np.c_[a, a + 1, a + n], np.c_[a + 1, a + n + 1, a + n]])
        element = basix.ufl.element("Lagrange", "triangle", 1, shape=(3,))
        mesh = create_mesh(MPI.COMM_SELF, cells=cells, x=flat @ AXES[:2], e=ufl.Mesh(element))
        self.ridges = ridges_of(mesh, 1.0)
        self.pressure = fem.Function(fem.functionspace(mesh, ("DG", 0)))
        self.ridge = fem.Function(fem.functionspace(mesh, self.ridges.element))
        corners = mesh.geometry.x[cell_nodes(mesh)] @ AXES[:2].T
        self.pressure.x.array[:] = _pressure(corners.mean(axis=1), fed)
        # the mean of what is quadratic along an edge, by Simpson's rule
        for cell, dofs in enumerate(self.ridge.function_space.dofmap.list):
            for dof, pair in zip(dofs, self.ridges.corners, strict=True):
                one, other = corners[cell, list(pair)]
                ends = _pressure(one, fed) + _pressure(other, fed)
                self.ridge.x.array[dof] = (ends + 4 * _pressure((one + other) / 2, fed)) / 6
        self.areas = self.integrals(self.pressure, 1.0)

    def integrals(self, field: fem.Function, value: object) -> np.ndarray:
        """Return the integrals of a value, taken at ridges, by places of a field."""
        form = ufl.as_ufl(value) * ufl.TestFunction(field.function_space) * self.ridges.measure
        return np.array(fem.assemble_vector(compile_form(form, None)).array)

    def outward(self, full: float) -> object:
        """Return what leaves facets of unit mobility over their share of a ridge."""
        fall = self.ridges.fall(self.pressure, self.ridge, ufl.as_ufl(full))
        return fall.outward * self.ridges.length


def _pressure(place: np.ndarray, fed: float) -> np.ndarray:
    return LEVEL - place @ FALL - fed / 4 * np.sum(place**2, axis=-1)


def test_an_even_fall_is_found_on_any_triangles() -> None:
    """What enters a facet leaves it, on to its neighbours; and the fall is as steep as it is."""
    sheet = Sheet(0.0)
    assert isinstance(sheet.ridges, EdgeRidges)
    assert sheet.areas.sum() == pytest.approx(1.0)
    through = np.linalg.norm(FALL) * np.sqrt(sheet.areas)
    out = sheet.integrals(sheet.pressure, sheet.outward(1.0))
    assert np.abs(out / through).max() < 1e-12
    between = sheet.integrals(sheet.ridge, sheet.outward(1.0))
    # what is left at the rim: the fall through its four sides
    assert np.abs(between).sum() == pytest.approx(2 * np.abs(FALL).sum())
    size = sheet.ridges.fall(sheet.pressure, sheet.ridge, ufl.as_ufl(1.0)).size
    # beside the least that there is
    steep = sheet.integrals(sheet.pressure, size) / sheet.areas
    assert steep == pytest.approx(np.hypot(np.linalg.norm(FALL), 1.0))


def test_slits_alone_carry_an_even_fall_wrongly() -> None:
    """Between middles and edges of uneven triangles, as dry facets have it."""
    sheet = Sheet(0.0)
    out = sheet.integrals(sheet.pressure, sheet.outward(0.0))
    assert np.abs(out / (np.linalg.norm(FALL) * np.sqrt(sheet.areas))).max() > 0.1


def test_an_even_feed_leaves_where_it_comes_from() -> None:
    """Each facet gives its area times the feed, and no edge keeps any of it."""
    sheet = Sheet(FEED)
    out = sheet.integrals(sheet.pressure, sheet.outward(1.0))
    assert out == pytest.approx(FEED * sheet.areas)
    between = sheet.integrals(sheet.ridge, sheet.outward(1.0))
    assert between.sum() == pytest.approx(FEED)
    # all inner edges, of which there are 40
    assert np.count_nonzero(np.abs(between) < 1e-12) == 40
