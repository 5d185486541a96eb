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

from ssbmech._compat import cell_nodes, compile_form
from ssbmech.errors import CaseError, NotConverged
from ssbmech.geometry.moving import area_shares, area_vectors
from ssbmech.model.body import BodyModel
from ssbmech.model.integrals import local_integrals

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]

ROUNDS = 20
"""How often area vectors are taken anew from where a step ends."""

STILL = 1e-13
"""Motion from round to round over the size of the body that is none [1]."""

SIMPSON = ((0.0, 1 / 6), (0.5, 4 / 6), (1.0, 1 / 6))
"""Parts of a step and their weights in a mean over it [1]."""

ALONG = 1.0 - 1e-9
"""Component of a unit normal above which it is along an axis [1]."""

OVERHANG = 1e-3
"""Part of an area vector along the front's direction below which it is about to overhang [1]."""


class FreeFaces:
    r"""The free part of the boundary of a moving body.

    A vertex i with the area vector :math:`a_i = \int n q_i ds` goes

    .. math:: \Delta x_i = a \frac{\int \Delta u \cdot n \, q_i \, ds}{|a|^2}
              + \left( I - \frac{a a^T}{|a|^2} \right) \Delta u_i

    in those of its components that are not known otherwise. Where all of them are, as at the end of
    an interface, what flows through the face and is not in that motion goes to its neighbours. The
    area vector is the mean over the step, by Simpson's rule from its start, middle and end, with
    which the volume gained is what has flowed through the face, to rounding.

    Where the body has a `front`, its direction d takes the place of a, and vertices do not go with
    the metal along the face:

    .. math:: \Delta x_i = d \, \frac{\int \Delta u \cdot n \, q_i \, ds}{a \cdot d}

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

        Raises:
            CaseError: a front has no direction in the frame, or free faces are along it.
        """
        self._body, self._space = body, space
        mesh = body.mesh.mesh
        self._comm, self._dim = mesh.comm, mesh.topology.dim
        facets, self._corners, others = _free_facets(body, nodes, at_walls, held)
        self._nodes, self._front = nodes, _unit(body, self._dim)
        self._made = np.array(mesh.geometry.x[nodes, : self._dim], dtype=np.float64)
        self._size = float(np.max(np.abs(self._made), initial=0.0))
        self._size = float(self._comm.allreduce(self._size, op=MPI.MAX))
        mark = la.vector(space.dofmap.index_map, 1)
        mark.array[:] = 0.0
        mark.array[fem.locate_dofs_topological(space, self._dim - 1, facets)] = 1.0
        mark.scatter_reverse(la.InsertMode.add)
        mark.scatter_forward()
        self.vertices = np.asarray(mark.array > 0.0)
        self._beside = others[self.vertices[others].any(axis=1)]
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
        if self._front is not None:
            still = np.zeros_like(self._made)
            if self._steep(self._mean_areas(still, still), self._front):
                raise CaseError(
                    f"free faces of body {body.name!r} are along its front's direction, so that "
                    "they are no graph over it: give the one in which its front goes, and rollers "
                    "to its other faces"
                )

    def move(self, target: Array, known: Mask, here: Array) -> Array:
        """Return displacements with those of free vertices; collective.

        Args:
            target: displacements of the other vertices from the mesh as it was made, shape
                (vertices, dim) [m].
            known: components that are known.
            here: displacements at the start of the step [m].

        Raises:
            NotConverged: no motion takes what flows through the faces.
        """
        if not self._any:
            return target
        flow = local_integrals(self._flow)
        area: Array = local_integrals(self._area).reshape(-1, self._dim)
        u = self._body.u
        step, at_vertices = fem.Function(u.function.function_space), fem.Function(self._space)
        step.x.array[:] = u.function.x.array - u.previous
        at_vertices.interpolate(step)
        material = at_vertices.x.array.reshape(-1, self._dim)
        given = np.where(known, target - here, 0.0)
        along = np.where(known | (self._front is not None), 0.0, material)
        moved = self._moved(flow, area, given, along, known)
        for _ in range(ROUNDS):
            before = moved
            area = self._mean_areas(here, moved)
            more = self._gained_beside(here, moved, given)
            moved = self._moved(flow - more, area, given, along, known)
            far = float(np.max(np.abs(moved - before), initial=0.0))
            if self._comm.allreduce(far, op=MPI.MAX) <= STILL * self._size:
                break
        else:
            raise NotConverged(f"free faces of {self._body.name!r} do not come to rest in the step")
        return np.where(self.vertices[:, None] & ~known, here + moved, target)

    def _moved(self, flow: Array, area: Array, given: Array, along: Array, known: Mask) -> Array:
        """Return how far free vertices go in the step; collective.

        Args:
            flow: what has flowed through the face beside each vertex [m3].
            area: area vectors [m2].
            given: known components of the motion, else zero [m].
            along: other components of the metal's, else zero [m].
            known: components that are known.
        """
        rest = flow - np.sum(area * given, axis=1)
        rest += self._passed_on(rest, np.all(known, axis=1))
        own = np.where(known, 0.0, self._across(area))
        square = np.sum(own**2, axis=1)
        square[square == 0.0] = 1.0
        across = (rest - np.sum(own * along, axis=1)) / square
        moved = given + along + own * across[:, None]
        return np.where(self.vertices[:, None], moved, 0.0)

    def _across(self, area: Array) -> Array:
        """Return area vectors, or their parts along the front's direction [m2]; collective.

        Raises:
            NotConverged: the front overhangs.
        """
        if self._front is None:
            return area
        if self._steep(area, self._front):
            raise NotConverged(f"the front of {self._body.name!r} is about to overhang")
        return np.asarray((area @ self._front)[:, None] * self._front)

    def _steep(self, area: Array, front: Array) -> bool:
        """Return whether area vectors [m2] are at about right angles to a front; collective."""
        steep = np.abs(area @ front) < OVERHANG * np.linalg.norm(area, axis=1)
        return bool(self._comm.allreduce(bool(np.any(steep & self.vertices)), op=MPI.LOR))

    def _mean_areas(self, here: Array, moved: Array) -> Array:
        """Return the means of the area vectors over a step [m2]; collective.

        Args:
            here: displacements at the start of the step [m].
            moved: what the step adds to them [m].
        """
        revolves = self._body.frame.revolves
        shares = np.zeros((*self._corners.shape, self._dim))
        for part, weight in SIMPSON:
            x = self._made + here + part * moved
            shares += weight * area_shares(x[self._corners], revolves)
        columns = [self._summed(shares[:, :, k], self._corners) for k in range(self._dim)]
        return np.column_stack(columns)

    def _gained_beside(self, here: Array, moved: Array, given: Array) -> Array:
        """Return what held faces that move gain by reaching further than they should; collective.

        Beside a platen, say, the free face ends elsewhere than in the predicted middle of the step,
        on which flow through the platen's face is counted. It is told by vertex [m3].

        Args:
            here: displacements at the start of the step [m].
            moved: what the step adds to them [m].
            given: known components of that, else zero [m].
        """
        at, revolves = self._beside, self._body.frame.revolves
        x = self._body.mesh.mesh.geometry.x[self._nodes, : self._dim]
        middle = np.asarray(x, dtype=np.float64)
        predicted = area_shares(middle[at], revolves)
        reached = np.zeros_like(predicted)
        for part, weight in SIMPSON:
            free = self._made + here + part * moved
            ends: Array = np.where(self.vertices[:, None], free, middle)
            reached += weight * area_shares(ends[at], revolves)
        gained = np.sum((reached - predicted) * given[at], axis=(1, 2))
        takers = self.vertices[at]
        share = gained / np.maximum(takers.sum(axis=1), 1)
        return self._summed(np.where(takers, share[:, None], 0.0), at)

    def _passed_on(self, rest: Array, stuck: Mask) -> Array:
        """Return what vertices that cannot follow pass on to their neighbours [m3]; collective.

        Args:
            rest: what has flowed through the face beside each vertex and is not in its motion [m3].
            stuck: vertices all of whose components are known.
        """
        goes = (~stuck[self._corners]).astype(np.float64)
        takers = goes.sum(axis=1, keepdims=True)
        count = self._summed(np.where(stuck[self._corners], takers, 0.0), self._corners)
        parts = np.where(stuck & (count > 0.0), rest / np.maximum(count, 1.0), 0.0)
        passed = goes * parts[self._corners].sum(axis=1, keepdims=True)
        return self._summed(passed, self._corners)

    def _summed(self, values: Array, at: Ints) -> Array:
        """Return sums over all ranks of values at the corners of facets; collective."""
        vector = la.vector(self._space.dofmap.index_map, 1)
        vector.array[:] = 0.0
        np.add.at(vector.array, at, values)
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        return np.array(vector.array)


def _unit(body: BodyModel, dim: int) -> Array | None:
    """Return the unit vector along which the front of a body goes, shape (dim,); None for none.

    Raises:
        CaseError: it has no component in the frame.
    """
    if body.case_body.front is None:
        return None
    place = np.zeros((1, dim))
    found = np.asarray(body.case_body.front.towards(place, place)[0], dtype=np.float64)
    if not found.any():
        raise CaseError(
            f"the front of body {body.name!r} goes along z alone, which the frame does not have"
        )
    return np.asarray(found / np.linalg.norm(found), dtype=np.float64)


def _free_facets(
    body: BodyModel, nodes: Ints, at_walls: Mask, held: Mask
) -> tuple[Ints, Ints, Ints]:
    """Return the local outer facets that nothing holds and that lie at no interface; collective.

    With them come their vertices, shape (facets, dim), and those of held facets, in
    orders such that the normals point outwards.

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
    at_wall = at_walls[at].all(axis=1)
    free = ~(at_wall | along.any(axis=1) | stuck)
    cells = mesh.topology.connectivity(dim - 1, dim)
    behind = cells.array[cells.offsets[outer]]
    middles = np.asarray(mesh.geometry.x)[cell_nodes(mesh)[behind]].mean(axis=1)[:, :dim]
    inwards = np.sum((x.mean(axis=1) - middles) * vectors, axis=1) < 0.0
    at[inwards, :2] = at[inwards, 1::-1]
    return np.asarray(outer[free]), np.asarray(at[free]), np.asarray(at[~free & ~at_wall])
