# SPDX-License-Identifier: BSD-3-Clause
"""The discrete system of one step: residual vector, Jacobian matrix, and the norms by field.

Each block of the Jacobian is assembled by DOLFINx into a matrix of its own. They are merged into
one PETSc matrix where somebody asks for it (`merged`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import with_derivatives_taken
from ssbmech.solve.blocks import Block, FacetNodes
from ssbmech.solve.field_roles import Role
from ssbmech.solve.inputs import number_of
from ssbmech.solve.merged import MergedMatrix
from ssbmech.solve.numbering import Numbering, SystemMatrix
from ssbmech.solve.product import Product, scalars
from ssbmech.solve.residual import FormGroup, Residual, share_references
from ssbmech.solve.unknowns import Closure, Unknown

Array = npt.NDArray[np.float64]


class System:
    """All unknowns and equations of a step.

    Attributes:
        moves: how often meshes have moved.

    Args:
        comm: communicator.
        unknowns: the fields.
        closures: the scalar unknowns.
        groups: the residual forms.
        references: by key, names of groups and forms whose assembled norm is the size a residual is
            judged against.
        roles: returns what a linear solver may know of the fields; asked only by one that does.
    """

    def __init__(
        self,
        comm: MPI.Intracomm,
        unknowns: Sequence[Unknown],
        closures: Sequence[Closure],
        groups: Sequence[FormGroup],
        references: Mapping[str, Sequence[tuple[str, Any]]],
        roles: Callable[[], Sequence[Role]] = tuple,
    ) -> None:
        """Compile the forms and set up the matrix; collective."""
        self.roles, self.moves = roles, 0
        self.comm, self.unknowns, self.closures = comm, list(unknowns), list(closures)
        self.index = {w.key: k for k, w in enumerate(self.unknowns)}
        self._residual = Residual(comm, self.unknowns, groups)
        self._residual.size_by(references)
        share_references(self.closures)
        self.blocks = [block for group in groups for block in self._compile_blocks(group)]
        self._number()

    def _number(self) -> None:
        """Number the unknowns, and set up what goes by that; collective."""
        self.numbering = Numbering(self.comm, self.unknowns, self.closures)
        self._identity = [self.numbering.identity_rows(k) for k in range(len(self.unknowns))]
        self._merged = MergedMatrix(
            self.numbering, self.blocks, self.closures, np.concatenate(self._identity)
        )
        self._product = Product(self.numbering, self.unknowns, self.closures, self.blocks)
        self.rhs, self.increment = self.numbering.vector(), self.numbering.vector()

    def retie(self, closures: Sequence[Closure]) -> None:
        """Take other scalar unknowns, or the same ones that other dofs share; collective.

        The numbering is a new object then, by which solvers see that they need a new matrix.
        """
        self.forget_matrix()
        # on several ranks PETSc keeps what Python only lets go of
        self.rhs.destroy()
        self.increment.destroy()
        self.closures = list(closures)
        share_references(self.closures)
        for block in self.blocks:
            block.factor = self.unknowns[block.column].scale / self.unknowns[block.row].reference
        self._number()

    @property
    def matrix(self) -> SystemMatrix:
        """The matrix of the whole system, made when it is first asked for; collective.

        From then on it follows each assembly.
        """
        return self._merged.matrix()

    @property
    def has_matrix(self) -> bool:
        """Whether the matrix of the whole system was made."""
        return self._merged.is_made

    def forget_matrix(self) -> None:
        """Give the memory of the matrix of the whole system back; collective."""
        self._merged.forget()

    @property
    def dimension(self) -> int:
        """Largest dimension of a mesh on which a field lives [1]."""
        meshes = (w.function.function_space.mesh for w in self.unknowns)
        return max((mesh.topology.dim for mesh in meshes), default=0)

    def free_unknowns(self) -> int:
        """Return the number of unknowns that have an equation of their own [1]; collective."""
        held = sum(len(rows) for rows in self._identity)
        return int(self.comm.allreduce(self.numbering.local_size - held, op=MPI.SUM))

    @property
    def definite(self) -> bool:
        """Whether no field is coupled to another, so that the matrix is symmetric and definite."""
        return not self.closures and all(block.row == block.column for block in self.blocks)

    def _compile_blocks(self, group: FormGroup) -> Iterator[Block]:
        """Compile the derivatives of a group of forms; collective."""
        solved = [unknown.function for unknown in self.unknowns]
        for key, form in group.residual.items():
            row, nodes = self.index[key], group.nodes
            for column, unknown in enumerate(self.unknowns):
                derivative = _derivative(form, unknown.function)
                if derivative is None:
                    continue
                factor = unknown.scale / self.unknowns[row].reference
                facets = None if nodes is None else FacetNodes(nodes[key], nodes[unknown.key])
                yield Block(row, column, factor, derivative, group.entity_maps, facets, solved)

    def residual(self) -> dict[str, float]:
        """Assemble the residual and return its scaled norm by field and closure; collective."""
        self._residual.assemble()
        squares = np.zeros(len(self.unknowns) + len(self.closures))
        right = self.rhs.array_w
        for k, unknown in enumerate(self.unknowns):
            values = self._residual.rows(k)
            for j, closure in enumerate(self.closures):
                for shared, tied in closure.ties:
                    if shared is unknown:
                        squares[len(self.unknowns) + j] += float(np.sum(values[tied]))
            start = int(self.numbering.starts[k])
            scaled = right[start : start + unknown.owned]
            np.divide(values, unknown.reference, out=scaled)
            scaled[self._identity[k] - self.numbering.first - start] = 0.0
            # an iterate may be far away; what is not finite there Newton's method takes back
            with np.errstate(over="ignore"):
                squares[k] = float(scaled @ scaled)
        self.comm.Allreduce(MPI.IN_PLACE, squares, op=MPI.SUM)
        norms = {w.key: math.sqrt(squares[k]) for k, w in enumerate(self.unknowns)}
        for j, closure in enumerate(self.closures):
            closure.total = float(squares[len(self.unknowns) + j])
            closure.choose()
            value = closure.residual() / closure.reference
            norms[closure.key] = abs(value)
            if self.comm.rank == self.numbering.owner:
                right[int(self.numbering.starts[-1]) + j] = value
        return norms

    def raw_residual(self, unknown: Unknown) -> Array:
        """Return the owned residual rows of a field as last assembled; where held, reactions."""
        return self._residual.rows(self.index[unknown.key])

    def jacobian(self) -> None:
        """Assemble those blocks of the Jacobian that have changed; collective."""
        due = np.array([block.inputs.changed() for block in self.blocks], dtype=bool)
        # functions may have changed where another rank has them
        self.comm.Allreduce(MPI.IN_PLACE, due, op=MPI.LOR)
        for block, changed in zip(self.blocks, due, strict=True):
            if changed:
                block.assemble()
        self._merged.follow()

    def multiply(self, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Multiply with the matrix of the whole system, which need not be there; collective."""
        self._product(x, y)

    def apply(self, step: float) -> None:
        """Move the unknowns by minus a multiple of the solved increment; collective."""
        local = self.increment.array_r
        shared = scalars(self.numbering, local)
        for k, unknown in enumerate(self.unknowns):
            start = int(self.numbering.starts[k])
            array = unknown.function.x.array
            array[: unknown.owned] -= step * unknown.scale * local[start : start + unknown.owned]
        for j, closure in enumerate(self.closures):
            closure.value -= step * closure.unknown.scale * float(shared[j])
            for tying, tied in closure.ties:
                tying.function.x.array[tied] = closure.value
        for unknown in self.unknowns:
            unknown.function.x.scatter_forward()

    def meshes_moved(self, moved: Collection[Mesh] | None = None) -> None:
        """Forget what was assembled on meshes that have moved since.

        Args:
            moved: those meshes; None for all.
        """
        self.moves += 1
        numbers = None if moved is None else {number_of(mesh) for mesh in moved}
        for block in self.blocks:
            block.inputs.forget(numbers)

    def impose_closures(self) -> None:
        """Write the scalar unknowns' values into the dofs that share them; collective."""
        for closure in self.closures:
            for shared, tied in closure.ties:
                shared.function.x.array[tied] = closure.value
                shared.function.x.scatter_forward()


def _derivative(form: Any, function: fem.Function) -> Any | None:
    """Return the derivative of a form by a function, or None if it does not depend on it."""
    if function not in form.coefficients():
        return None
    derivative = ufl.derivative(form, function, ufl.TrialFunction(function.function_space))
    expanded = with_derivatives_taken(derivative)
    return None if expanded.empty() else expanded
