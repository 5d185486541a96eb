# SPDX-License-Identifier: BSD-3-Clause
"""Boundaries of grains under misfit: the stress of a grain by finite elements, shares by chance."""

from __future__ import annotations

from math import pi, sqrt

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from dolfinx import fem, mesh
from scipy.sparse.linalg import spsolve

from ssbmech._compat import compile_form
from ssbmech.errors import ParameterError
from ssbmech.fracture.grains import GrainBoundaries
from ssbmech.frames import Axisymmetric, WeightedMeasure
from tests.tools import measured

pytestmark = pytest.mark.serial

NMC = GrainBoundaries(young=175e9, poisson=0.25, toughness=0.3e6, grain=0.5e-6)


def shell(rings: int) -> mesh.Mesh:
    """Return the quarter of a section of a ball of ten radii; the grain's edge is one of its rings.

    The very middle, of a fortieth of the grain, is left out.
    """
    made = mesh.create_rectangle(MPI.COMM_SELF, [(0.0, 0.0), (2.0, 1.0)], [2 * rings, rings])
    x = made.geometry.x
    inside, angle = x[:, 0] <= 1.0 + 1e-9, 0.5 * pi * x[:, 1]
    radius = np.where(inside, 0.025 + 0.975 * x[:, 0], 10.0 ** np.maximum(x[:, 0] - 1.0, 0.0))
    x[:, 0], x[:, 1] = radius * np.sin(angle), radius * np.cos(angle)
    return made


def test_the_stress_of_a_round_grain_is_eshelbys() -> None:
    """A grain whose c axis, that of the section, is longer by 1 % than the others."""
    misfit, frame, grid = 0.01, Axisymmetric(), shell(24)
    x = ufl.SpatialCoordinate(grid)
    middle = fem.Function(fem.functionspace(grid, ("DG", 0)))
    middle.interpolate(lambda x: (np.hypot(x[0], x[1]) < 1.0).astype(float))
    free = middle * misfit * ufl.diag(ufl.as_vector([-1 / 3, 2 / 3, -1 / 3]))
    shear, bulk = NMC.young / (2 * (1 + NMC.poisson)), NMC.young / (3 * (1 - 2 * NMC.poisson))
    space = fem.functionspace(grid, ("Lagrange", 2, (2,)))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)

    def stress(strain):
        return 2 * shear * ufl.dev(strain) + bulk * ufl.tr(strain) * ufl.Identity(3)

    around = WeightedMeasure(ufl.dx(metadata={"quadrature_degree": 5}), 2 * pi * x[0])
    left = compile_form(ufl.inner(stress(frame.strain(u)), frame.strain(v)) * around, None)
    right = compile_form(ufl.inner(stress(free), frame.strain(v)) * around, None)
    held = []
    for axis in (0, 1):
        edges = mesh.locate_entities_boundary(grid, 1, lambda x, k=axis: np.abs(x[k]) < 1e-9)
        dofs = fem.locate_dofs_topological(space.sub(axis), 1, edges)
        held.append(fem.dirichletbc(0.0, dofs, space.sub(axis)))
    matrix, vector = fem.assemble_matrix(left, bcs=held), fem.assemble_vector(right)
    for condition in held:
        condition.set(vector.array)
    found = fem.Function(space)
    found.x.array[:] = spsolve(matrix.to_scipy().tocsc(), vector.array)
    inner = ufl.conditional(ufl.lt(ufl.dot(x, x), 0.64), 1.0, 0.0)
    inner *= ufl.conditional(ufl.gt(ufl.dot(x, x), 0.04), 1.0, 0.0)
    total = stress(frame.strain(found) - free)
    volume = fem.assemble_scalar(compile_form(inner * around, None))
    along = fem.assemble_scalar(compile_form(inner * total[1, 1] * around, None)) / volume
    item = "Grain that swells along its axis"
    measured(
        item,
        "error of the stress along c",
        abs(along / NMC.tension(misfit, 1, 1) - 1),
        0.01,
        "Eshelby",
    )


def test_the_energy_of_a_boundary_goes_with_misfit_and_grain() -> None:
    """G = (2 / pi) (1 - nu^2) sigma^2 d / E; four times the grain and half the misfit are alike."""
    sigma = NMC.largest_tension(-0.03)
    # 4/3 G (1 - beta) Delta by hand: 4/3 70 GPa 0.5111 0.03
    assert sigma == pytest.approx(4 / 3 * 70e9 * 0.51111 * 0.03, rel=1e-4)
    wanted = 2 / pi * (1 - NMC.poisson**2) * sigma**2 * NMC.grain / NMC.young
    assert NMC.released(-0.03) == pytest.approx(wanted, rel=1e-9)
    larger = GrainBoundaries(NMC.young, NMC.poisson, NMC.toughness, 4 * NMC.grain)
    assert larger.released(-0.015) == pytest.approx(NMC.released(-0.03), rel=1e-9)
    # where c grows, boundaries along it are pulled half as much
    assert NMC.largest_tension(0.03) == pytest.approx(0.5 * sigma)
    first = NMC.critical_misfit(shrinks=True)
    fracture_energy = NMC.toughness**2 * (1 - NMC.poisson**2) / NMC.young
    assert NMC.released(-first) == pytest.approx(fracture_energy, rel=1e-9)


@pytest.mark.parametrize("misfit", [-0.015, -0.03, -0.2, 0.03, 0.06, 0.5])
def test_the_share_of_broken_boundaries(misfit: float) -> None:
    """Against 200 000 pairs of random axes."""
    axes = np.random.default_rng(3).normal(size=(2, 200_000, 3))
    cosines = axes[..., 2] / np.linalg.norm(axes, axis=2)
    tension = NMC.tension(misfit, cosines[0], cosines[1])
    needed = NMC.toughness * sqrt(pi / (2 * NMC.grain))
    drawn = float((tension >= needed).mean())
    assert NMC.broken(misfit) == pytest.approx(drawn, abs=0.004)


def test_no_boundary_breaks_below_the_critical_misfit() -> None:
    for shrinks, sign in ((True, -1.0), (False, 1.0)):
        first = NMC.critical_misfit(shrinks=shrinks)
        assert NMC.broken(sign * 0.999 * first) == 0.0
        assert NMC.broken(sign * 1.05 * first) > 0.0
    assert NMC.broken(0.0) == 0.0
    with pytest.raises(ParameterError, match="above zero"):
        GrainBoundaries(1e11, 0.3, 0.0, 1e-6)
    with pytest.raises(ParameterError, match="a grain or less"):
        GrainBoundaries(1e11, 0.3, 1e5, 1e-6, flawed=2.0)
