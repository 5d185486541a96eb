# SPDX-License-Identifier: BSD-3-Clause
r"""Where the inside of a mesh goes when its boundary moves.

The mesh as it was made is taken for a solid whose energy grows without bound as a cell is turned
inside out; with F the deformation gradient from there and J its determinant,

.. math:: \sum_{cells} \left( \frac{F : F}{J^{2/d}} - d \right) + \kappa \frac{(J - 1)^2}{J}

with the same weight for each cell, so that small ones are as stiff as large ones. Its least is
found by Newton's method, with steps that keep every cell the right way round. So the mesh is a
function of its boundary alone, and cycles do not spoil it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la
from dolfinx.fem import petsc as fem_petsc
from dolfinx.mesh import Mesh

from ssbmech._compat import cell_nodes, compile_form
from ssbmech.case.linear_solver import Direct
from ssbmech.errors import NotConverged
from ssbmech.geometry.moving import signed_volumes
from ssbmech.solve.linear import Solver

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

KAPPA = 0.2
"""Resistance to a change of volume over that to a change of shape [1]."""

KEPT = 0.2
"""Least volume of a cell after an iteration over that before [1]."""

SHORTEST = 1e-3
"""Fraction of an iteration's step below which it is given up [1]."""

STILL = 1e-5
"""Motion of a node in an iteration over the size of its mesh's smallest cell that is none [1]."""

NEXT = 10.0
"""Motion in the iteration after one with new factors over the square of the motion in that one over
the size of the smallest cell, at most: Newton's method converges with the square [1]."""

QUICK = 0.1
"""Motion in an iteration over that in the one before up to which the same factors serve again."""

SMALL = 5000
"""Rows of a matrix on one rank up to which PETSc factorises it itself."""

MOST_ITERATIONS = 40
"""Iterations after which it is given up."""


@dataclass(frozen=True)
class _Factors:
    """Direct; of a matrix so small that MUMPS takes longer to begin than to end, PETSc's own LU.

    The energy is convex but near cells that are all but inside out, and the matrix needs no pivots.

    Attributes:
        rows: number of rows of the matrix.
    """

    rows: int
    definite: ClassVar[bool] = False

    def options(self, ranks: int) -> Mapping[str, str]:
        """Return the PETSc options for so many ranks."""
        small = ranks == 1 and self.rows <= SMALL
        return {"ksp_type": "preonly", "pc_type": "lu"} if small else Direct().options(ranks)


class PseudoSolid:
    """A mesh as it was made, which tells how its inside follows its boundary.

    Attributes:
        space: displacements of its vertices.
    """

    def __init__(self, mesh: Mesh, name: str) -> None:
        """Compile the energy; collective.

        Args:
            mesh: the mesh, which does not move.
            name: name of the body, for messages.
        """
        dim = mesh.topology.dim
        self._mesh, self._name, self._dim = mesh, name, dim
        self.space = fem.functionspace(mesh, ("Lagrange", 1, (dim,)))
        self._d = fem.Function(self.space)
        gradient = ufl.Identity(dim) + ufl.grad(self._d)
        volume = ufl.det(gradient)
        shape = ufl.inner(gradient, gradient) / volume ** (2 / dim) - dim
        energy = (shape + KAPPA * (volume - 1) ** 2 / volume) / ufl.CellVolume(mesh)
        dx = ufl.Measure("dx", domain=mesh, metadata={"quadrature_degree": 0})
        force = ufl.derivative(energy * dx, self._d, ufl.TestFunction(self.space))
        self._force = compile_form(force, None)
        stiffness = ufl.derivative(force, self._d, ufl.TrialFunction(self.space))
        self._stiffness = compile_form(stiffness, None)
        self._matrix = fem_petsc.assemble_matrix(self._stiffness)
        self._matrix.assemble()
        self._matrix.setOption(PETSc.Mat.Option.KEEP_NONZERO_PATTERN, True)
        self._right, self._step = self._matrix.createVecs()
        self._solver = Solver(self._matrix, _Factors(self._matrix.getSize()[0]), f"mesh_{name}_")
        index_map = self.space.dofmap.index_map
        self._vector = la.vector(index_map, dim)
        self._owned = index_map.size_local * dim
        # least volume of a cell over that as it was made, at the present displacements
        self._flattest = 1.0
        self._first = index_map.local_range[0] * dim
        self._measure()

    def _measure(self) -> None:
        """Take sizes from the mesh as it was made; collective."""
        x = np.asarray(self._mesh.geometry.x, dtype=np.float64)
        self._corners = x[cell_nodes(self._mesh)][:, :, : self._dim]
        self._volumes = signed_volumes(self._corners)
        smallest = self._least(np.abs(self._volumes) ** (1 / self._dim))
        self._still, self._diagonal = STILL * smallest, smallest**-2

    def made_as(self, x: Array) -> None:
        """Take another shape for that in which the mesh was made; collective.

        Args:
            x: positions of the vertices, shape (vertices, dim), owned and ghost [m].
        """
        self._mesh.geometry.x[cell_nodes(self._mesh), : self._dim] = x[self.space.dofmap.list]
        self._measure()

    def _least(self, values: Array) -> float:
        """Return the least of all ranks' values; collective."""
        least = float(np.min(values, initial=np.inf))
        return float(self._mesh.comm.allreduce(least, op=MPI.MIN))

    def stretch(self, d: Array) -> Array:
        """Return volumes of the local cells over those as they were made [1].

        Args:
            d: displacements of the vertices, shape (vertices, dim), owned and ghost [m].
        """
        moved = self._corners + d.reshape(-1, self._dim)[self.space.dofmap.list]
        return signed_volumes(moved) / self._volumes

    def follow(self, start: Array, target: Array, fixed: Mask, guess: Array | None = None) -> Array:
        """Return the displacements of all vertices from those of the boundary; collective.

        Args:
            start: displacements to begin with, shape (vertices, dim), owned and ghost [m].
            target: displacements of the boundary, of the same shape [m].
            fixed: components of vertices that have to be there, of the same shape.
            guess: what they may be, of the same shape; nothing is known if not given [m].

        Raises:
            NotConverged: cells would be turned inside out.
        """
        d, held = self._d.x.array, fixed.ravel()
        self._begin(start, target, fixed, guess)
        # factors of an earlier call would make the mesh depend on the way: a run that is resumed
        # has none
        again, before = False, np.inf
        for _ in range(MOST_ITERATIONS):
            part, far = self._iterate(target.ravel(), held, again)
            if part == 1.0 and min(far, math.inf if again else self._next(far)) <= self._still:
                d[held] = target.ravel()[held]
                return np.array(d.reshape(-1, self._dim))
            # what is held is then where it has to be, and the stiffness has hardly changed
            again, before = part == 1.0 and far <= QUICK * before, far
        raise NotConverged(f"the mesh of {self._name!r} does not follow its boundary")

    def _next(self, far: float) -> float:
        """Return the motion to expect after an iteration that has moved so far [m]."""
        return NEXT * far**2 * STILL / self._still

    def _begin(self, start: Array, target: Array, fixed: Mask, guess: Array | None) -> None:
        """Begin at the guess if that is sound, what is held where it has to be; collective."""
        self._d.x.array[:], self._flattest = start.ravel(), self._least(self.stretch(start))
        if guess is None:
            return
        near = np.where(fixed, target, guess)
        least = self._least(self.stretch(near))
        if least > KEPT * self._flattest:
            self._d.x.array[:], self._flattest = near.ravel(), least

    def _iterate(self, target: Array, fixed: Mask, again: bool) -> tuple[float, float]:
        """Take one step; return which part of it was taken, and the largest motion; collective.

        Args:
            target: displacements of the boundary [m].
            fixed: components that have to be there.
            again: whether the factors of the last iteration serve.

        Raises:
            NotConverged: no step keeps the cells the right way round.
        """
        d = self._d.x
        rows = np.flatnonzero(fixed[: self._owned]).astype(PETSc.IntType)
        self._push()
        self._step.set(0.0)
        if again:
            self._right.array_w[rows] = 0.0
        else:
            self._stiffen()
            self._step.array_w[rows] = (target - d.array)[rows]
            rows += self._first
            self._matrix.zeroRowsColumns(rows, self._diagonal, self._step, self._right)
            self._solver.set_up()
        if not self._solver.solve(self._right, self._step).converged:
            raise NotConverged(f"the mesh of {self._name!r} does not follow its boundary")
        self._vector.array[: self._owned] = self._step.array_r
        self._vector.scatter_forward()
        full, old = self._vector.array, d.array.copy()
        part = 1.0
        d.array[:] = old + full
        while (least := self._least(self.stretch(d.array))) <= KEPT * self._flattest:
            part *= 0.5
            if part < SHORTEST:
                raise NotConverged(f"cells of {self._name!r} would be turned inside out")
            d.array[:] = old + part * full
        self._flattest = least
        return part, -self._least(-np.abs(full))

    def _stiffen(self) -> None:
        """Assemble the stiffness at the present displacements; collective."""
        self._matrix.zeroEntries()
        fem_petsc.assemble_matrix(self._matrix, self._stiffness)
        self._matrix.assemble()

    def _push(self) -> None:
        """Assemble minus the force at the present displacements; collective."""
        self._vector.array[:] = 0.0
        fem.assemble_vector(self._vector.array, self._force)
        self._vector.scatter_reverse(la.InsertMode.add)
        self._right.array_w[:] = -self._vector.array[: self._owned]
