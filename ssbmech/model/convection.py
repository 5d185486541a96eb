# SPDX-License-Identifier: BSD-3-Clause
r"""What metal remembers, carried along by metal that flows through its mesh.

A mesh that moves follows the surface of its body, and metal flows through its inside. The states of
the laws live at integration points, which go with the mesh: when a step has changed a scalar state
to :math:`S^*` there, it goes along with the metal,

.. math:: S_{n+1} + c \cdot \nabla S_{n+1} = S^*, \quad c = \Delta u - \Delta x

with the displacement of the mesh in the step, :math:`\Delta x`. Where metal is plated the fresh
metal that comes in has the state at which the law starts, :math:`S_0`; no other boundary lets metal
in. It is solved on the geometry of the middle of the step by backward Euler, linear on each cell
and upwind between cells (Lesaint and Raviart, Mathematical Aspects of Finite Elements in Partial
Differential Equations, Academic Press 1974, 89): of first order in time and second in space where S
is smooth. Values stay between the least and the largest of :math:`S^*` and :math:`S_0`.

Points get what the linear functions have changed by, so that nothing changes where nothing flows.
What of the points' values is not linear on a cell, where there are more of them than corners, fades
as the cell's metal is exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la
from dolfinx.fem import petsc as fem_petsc

from ssbmech._compat import compile_form, constant, element_points
from ssbmech.case.linear_solver import Direct
from ssbmech.errors import NotConverged
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.model.body import BodyModel
from ssbmech.model.history import RegionHistory
from ssbmech.model.integrals import local_integrals
from ssbmech.solve.linear import Solver

Array = npt.NDArray[np.float64]

DEGREE = 4
"""Degree up to which integrals over cells and facets are exact: quadratic flow, linear states and
tests, and the radius of a body of revolution."""

NO_METAL = 1e-14
"""Thickness plated in a step up to which none is [m]."""


class Convection:
    """Carries the scalar states of a moving body's region along with its metal.

    Attributes:
        history: the states.
        moved: displacement of the mesh in the step [m].
        plated: thickness of fresh metal on the surface, zero elsewhere [m].
    """

    def __init__(self, body: BodyModel, history: RegionHistory) -> None:
        """Compile the equation; collective.

        Args:
            body: the body, of one region.
            history: what the laws of its region remember.
        """
        self.history = history
        mesh, self._comm = body.mesh.mesh, body.mesh.mesh.comm
        self._name, dim = body.name, mesh.topology.dim
        self._scalars = [n for n, v in history.variables.items() if not v.is_tensor]
        self.moved = fem.Function(fem.functionspace(mesh, ("Lagrange", 1, (dim,))))
        self.plated = fem.Function(fem.functionspace(mesh, ("Lagrange", 1)))
        self._space = fem.functionspace(mesh, ("DG", 1))
        self._before, self._after = fem.Function(self._space), fem.Function(self._space)
        self._fresh = constant(mesh, 0.0)
        if self._scalars:
            self._compile(body)

    def _compile(self, body: BodyModel) -> None:
        """Compile the equation, and what takes values to and from the points; collective."""
        space, mesh = self._space, body.mesh.mesh
        x = ufl.SpatialCoordinate(mesh)

        def measure(kind: ufl.Measure, at: Expr) -> WeightedMeasure:
            rule = kind(domain=mesh, metadata={"quadrature_degree": DEGREE})
            return WeightedMeasure(rule, body.frame.weight(at))

        s, q, n = ufl.TrialFunction(space), ufl.TestFunction(space), ufl.FacetNormal(mesh)
        c = body.kinematics.counted(body.u) - self.moved
        through, outwards = ufl.dot(c("+"), n("+")), ufl.dot(c, n)
        enters = ufl.conditional(ufl.gt(self.plated, NO_METAL), ufl.max_value(-outwards, 0.0), 0.0)
        dx, dS, ds = measure(ufl.dx, x), measure(ufl.dS, x("+")), measure(ufl.ds, x)
        change = (s + ufl.dot(c, ufl.grad(s))) * q * dx + enters * s * q * ds
        upwind = (abs(through) * ufl.jump(q) - 2 * through * ufl.avg(q)) / 2
        self._left = compile_form(change + ufl.jump(s) * upwind * dS, None)
        right = self._before * q * dx + enters * self._fresh * q * ds
        self._right = compile_form(right, None)
        self._cells = fem.functionspace(mesh, ("DG", 0))
        r = ufl.TestFunction(self._cells)
        flow = abs(through) * ufl.avg(r) * dS + 0.5 * abs(outwards) * r * ds
        self._exchanged = compile_form(flow, None), compile_form(r * dx, None)
        self._matrix = fem_petsc.create_matrix(self._left)
        self._rhs, self._solution = self._matrix.createVecs()
        self._solver = Solver(self._matrix, Direct(), f"states_{self._name}_")
        points = element_points(self.history.committed[self._scalars[0]].function_space)
        values = space.element.basix_element.tabulate(0, points)[0, :, :, 0]
        self._at_points = np.asarray(values, dtype=np.float64)
        self._from_points = np.linalg.pinv(self._at_points)

    def carry(self) -> None:
        """Let the next step start from the states of the one that was just solved; collective.

        The step is not committed, and the mesh in its middle.

        Raises:
            NotConverged: the equation has no solution.
        """
        found = self.carried({name: self.history.ahead(name) for name in self._scalars})
        for name, values in found.items():
            self.history.take_along(name, values)

    def carried(self, states: Mapping[str, Array]) -> dict[str, Array]:
        """Return scalar states where the metal has taken them; collective.

        Args:
            states: them at the end of the step at all points, by name.

        Raises:
            NotConverged: the equation has no solution.
        """
        if not states:
            return {}
        self._matrix.zeroEntries()
        fem_petsc.assemble_matrix(self._matrix, self._left)
        self._matrix.assemble()
        self._solver.set_up()
        kept = self._kept()
        comes = bool(np.any(self.plated.x.array > NO_METAL))
        comes = self._comm.allreduce(comes, op=MPI.LOR)
        return {name: self._carried(name, at, kept, comes) for name, at in states.items()}

    def _carried(self, name: str, state: Array, kept: Array, comes: bool) -> Array:
        """Return where the metal has taken one state.

        Args:
            name: the state.
            state: it at all points.
            kept: part of each local cell's metal that stays in it [1].
            comes: whether fresh metal comes in.
        """
        cells = self.history.cells
        rows = self.history.committed[name].function_space.dofmap.list[cells]
        corners = self._space.dofmap.list[cells]
        at_points = state[rows]
        linear = at_points @ self._from_points.T
        self._before.x.array[corners] = linear
        start = float(self.history.variables[name].initial or 0.0)
        self._fresh.value = start
        self._solve(name)
        changed = (self._after.x.array[corners] - linear) @ self._at_points.T
        rest = at_points - linear @ self._at_points.T
        carried = at_points + changed - (1 - kept[cells])[:, None] * rest
        low, high = self._bounds(at_points)
        if comes:
            low, high = min(low, start), max(high, start)
        found = state.copy()
        found[rows] = np.clip(carried, low, high)
        return found

    def _bounds(self, values: Array) -> tuple[float, float]:
        """Return the least and the largest value of all ranks; collective."""
        low = self._comm.allreduce(float(values.min(initial=np.inf)), op=MPI.MIN)
        high = self._comm.allreduce(float(values.max(initial=-np.inf)), op=MPI.MAX)
        return low, high

    def _solve(self, name: str) -> None:
        """Solve for one state, ghosts too; collective."""
        self._after.x.array[:] = 0.0
        fem.assemble_vector(self._after.x.array, self._right)
        self._after.x.scatter_reverse(la.InsertMode.add)
        owned = self._space.dofmap.index_map.size_local
        self._rhs.array_w[:] = self._after.x.array[:owned]
        if not self._solver.solve(self._rhs, self._solution).converged:
            raise NotConverged(f"{name!r} of {self._name!r} cannot be carried along")
        self._after.x.array[:owned] = self._solution.array_r
        self._after.x.scatter_forward()

    def _kept(self) -> Array:
        """Return the part of each local cell's metal that stays in it [1]; collective."""
        cells = self._cells.dofmap.list[:, 0]
        flow, volume = (local_integrals(form)[cells] for form in self._exchanged)
        return np.asarray(volume / (volume + flow))
