# SPDX-License-Identifier: BSD-3-Clause
"""Faces of a moving body that nothing holds: they go where the metal flows."""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la
from dolfinx import mesh as dmesh

from ssbmech._compat import compile_form
from ssbmech.geometry.moving import area_vectors
from ssbmech.model.body import BodyModel

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

ALONG = 1.0 - 1e-9
"""Component of a unit normal above which it is along an axis [1]."""


class FreeFaces:
    r"""The free part of the boundary of a moving body.

    A vertex i with the area vector :math:`a_i = \int n q_i ds` goes

    .. math:: \Delta x_i = a \frac{\int \Delta u \cdot n \, q_i \, ds}{|a|^2}
              + \left( I - \frac{a a^T}{|a|^2} \right) \Delta u_i

    in those of its components that are not known otherwise. Where all of them are, as at the end of
    an interface, what flows through the face and is not in that motion goes to its neighbours.

    Attributes:
        vertices: which vertices lie on it, owned and ghost.
    """

    def __init__(
        self, body: BodyModel, space: fem.FunctionSpace, nodes: Ints, at_walls: Mask, held: Mask
    ) -> None:
        """Find it; collective.

        Args:
            body: the body, on the mesh as it was made.
            space: displacements of its vertices.
            nodes: node of the geometry of each vertex.
            at_walls: which vertices lie at interfaces.
            held: components of vertices that follow the displacement.
        """
        self._body, self._space = body, space
        mesh = body.mesh.mesh
        self._comm, self._dim = mesh.comm, mesh.topology.dim
        facets, self._corners = _free_facets(body, nodes, at_walls, held)
        mark = la.vector(space.dofmap.index_map, 1)
        mark.array[:] = 0.0
        mark.array[fem.locate_dofs_topological(space, self._dim - 1, facets)] = 1.0
        mark.scatter_reverse(la.InsertMode.add)
        mark.scatter_forward()
        self.vertices = np.asarray(mark.array > 0.0)
        self._any = bool(self._comm.allreduce(len(facets), op=MPI.SUM) > 0)
        tags = dmesh.meshtags(
            mesh, self._dim - 1, np.sort(facets), np.ones(len(facets), dtype=np.int32)
        )
        ds, n = body.measure("ds", tags)(1), ufl.FacetNormal(mesh)
        q = ufl.TestFunction(fem.functionspace(mesh, ("Lagrange", 1)))
        v = ufl.TestFunction(space)
        du = body.kinematics.counted(body.u)
        self._flow: Any = compile_form(ufl.dot(du, n) * q * ds, None)
        self._area: Any = compile_form(ufl.dot(n, v) * ds, None)

    def _assembled(self, form: Any, size: int) -> Array:
        """Return a compiled linear form, owned and ghost, shape (vertices, size); collective."""
        vector = la.vector(self._space.dofmap.index_map, size)
        vector.array[:] = 0.0
        fem.assemble_vector(vector.array, form)
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        return np.array(vector.array.reshape(-1, size))

    def move(self, target: Array, known: Mask, here: Array) -> Array:
        """Return displacements with those of free vertices; collective.

        Args:
            target: displacements of the other vertices from the mesh as it was made, shape
                (vertices, dim) [m].
            known: components that are known.
            here: displacements at the start of the step [m].
        """
        if not self._any:
            return target
        flow, area = self._assembled(self._flow, 1), self._assembled(self._area, self._dim)
        u = self._body.u
        step, at_vertices = fem.Function(u.function.function_space), fem.Function(self._space)
        step.x.array[:] = u.function.x.array - u.previous
        at_vertices.interpolate(step)
        material = at_vertices.x.array.reshape(-1, self._dim)
        given = np.where(known, target - here, 0.0)
        rest = flow[:, 0] - np.sum(area * given, axis=1)
        rest += self._passed_on(rest, np.all(known, axis=1))
        own, along = np.where(known, 0.0, area), np.where(known, 0.0, material)
        square = np.sum(own**2, axis=1)
        square[square == 0.0] = 1.0
        across = (rest - np.sum(own * along, axis=1)) / square
        moved = here + along + own * across[:, None]
        return np.where(self.vertices[:, None] & ~known, moved, target)

    def _passed_on(self, rest: Array, stuck: Mask) -> Array:
        """Return what vertices that cannot follow pass on to their neighbours [m3]; collective.

        Args:
            rest: what has flowed through the face beside each vertex and is not in its motion [m3].
            stuck: vertices all of whose components are known.
        """
        goes = (~stuck[self._corners]).astype(np.float64)
        takers = goes.sum(axis=1, keepdims=True)
        count = self._summed(np.where(stuck[self._corners], takers, 0.0))
        parts = np.where(stuck & (count > 0.0), rest / np.maximum(count, 1.0), 0.0)
        return self._summed(goes * parts[self._corners].sum(axis=1, keepdims=True))

    def _summed(self, values: Array) -> Array:
        """Return sums over all ranks of values at the corners of free facets; collective."""
        vector = la.vector(self._space.dofmap.index_map, 1)
        vector.array[:] = 0.0
        np.add.at(vector.array, self._corners, values)
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        return np.array(vector.array)


def _free_facets(body: BodyModel, nodes: Ints, at_walls: Mask, held: Mask) -> tuple[Ints, Ints]:
    """Return the local outer facets that nothing holds and that lie at no interface; collective.

    With them come their vertices, shape (facets, dim).

    What lies at an interface is told by vertices: a facet may belong to one rank in the mesh of all
    bodies and to another in that of its body.
    """
    mesh = body.mesh.mesh
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, dim)
    mesh.topology.create_connectivity(dim - 1, 0)
    outer = dmesh.exterior_facet_indices(mesh.topology).astype(np.int32)
    vertices = np.zeros(len(mesh.geometry.x), dtype=np.int32)
    vertices[nodes] = np.arange(len(nodes), dtype=np.int32)
    corners: Ints = np.zeros((0, dim), dtype=np.int32)
    if len(outer):
        corners = dmesh.entities_to_geometry(mesh, dim - 1, outer)
    at = vertices[corners]
    x = np.asarray(mesh.geometry.x, dtype=np.float64)[corners][:, :, :dim]
    vectors = area_vectors(x)
    normals = np.abs(vectors) / np.linalg.norm(vectors, axis=1, keepdims=True)
    along = (normals > ALONG) & held[at].all(axis=1)
    stuck = held[at].all(axis=(1, 2))
    free = ~(at_walls[at].all(axis=1) | along.any(axis=1) | stuck)
    return np.asarray(outer[free]), np.asarray(at[free])
