# SPDX-License-Identifier: BSD-3-Clause
"""Where the boundary of a body that moves has to go, of which the state of the cell tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem, la

from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel
from ssbmech.model.free_faces import FreeFaces
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.parts.wall_shape import WallShape
from ssbmech.solve.unknowns import Closure

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ON_AXIS = 1e-9
"""Radius over the width of the body up to which a vertex is on the axis [1]."""


class MovingBoundary:
    """Vertices at interfaces, held ones, and those of free faces.

    Attributes:
        fixed: components of vertices whose place the boundary says, shape (vertices, dim).
        loose: vertices within free faces, which nothing holds.
    """

    def __init__(
        self,
        body: BodyModel,
        walls: Sequence[MovingWall],
        closures: Iterable[Closure],
        space: fem.FunctionSpace,
        nodes: npt.NDArray[np.int32],
    ) -> None:
        """Find what holds the boundary, and tell the walls which way they move; collective.

        Args:
            body: the body, held by its supports, its mesh as it was made.
            walls: its surfaces at interfaces.
            closures: scalar unknowns, the platen among them.
            space: space of positions of vertices.
            nodes: node of each vertex.

        Raises:
            CaseError: a vertex of an interface cannot move, or lies at two.
        """
        self._body, self._walls, self._space, self._nodes = body, walls, space, nodes
        mesh = body.mesh.mesh
        self._comm: MPI.Intracomm = mesh.comm
        self._dim = int(mesh.topology.dim)
        self._vertices = np.zeros(len(mesh.geometry.x), dtype=np.int32)
        self._vertices[nodes] = np.arange(len(nodes), dtype=np.int32)
        self._dofs = _dofs_of_vertices(body.u.function.function_space, space)
        self._axis = self._on_axis()
        self._held = self._held_components(closures) | self._axis
        for wall in walls:
            wall.shape.direct(self._on_wall(wall.shape, ~self._held))
        self._at_walls = self._found_at_walls()
        self._free = FreeFaces(body, space, nodes, self._at_walls, self._held)
        self.fixed = self._held | (self._at_walls | self._free.vertices)[:, None]
        self.loose: Mask = self._free.vertices & ~self._at_walls & ~self._held.any(axis=1)

    def _on_axis(self) -> Mask:
        """Return the radial components of the vertices on an axis of revolution."""
        x = self._body.mesh.mesh.geometry.x[self._nodes]
        found = np.zeros((len(x), self._dim), dtype=bool)
        if self._body.frame.revolves:
            width = self._comm.allreduce(float(x[:, 0].max(initial=0.0)), op=MPI.MAX)
            found[:, 0] = x[:, 0] <= ON_AXIS * width
        return found

    def _held_components(self, closures: Iterable[Closure]) -> Mask:
        """Return which components of vertices follow the displacement; collective."""
        u = self._body.u
        flags, found = fem.Function(u.function.function_space), fem.Function(self._space)
        flags.x.array[u.fixed] = 1.0
        for closure in closures:
            for shared, tied in closure.ties:
                if shared is u:
                    flags.x.array[tied] = 1.0
        flags.x.scatter_forward()
        found.interpolate(flags)
        return np.asarray(found.x.array.reshape(-1, self._dim) > 0.5)

    def _on_wall(self, wall: WallShape, values: Mask) -> Mask:
        """Return flags of vertices at the places of a wall, true where all ranks have it so."""
        space = wall.director.function_space
        vector = la.vector(space.dofmap.index_map, self._dim)
        flags = vector.array.reshape(-1, self._dim)
        flags[:] = 0.0
        flags[wall.places] = ~values[self._vertices[wall.link.minus_nodes]]
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        return np.asarray(flags == 0.0)

    def _found_at_walls(self) -> Mask:
        """Return which vertices lie at an interface; collective.

        Raises:
            CaseError: one of them lies at two.
        """
        count = np.zeros(len(self._nodes), dtype=np.int64)
        for wall in self._walls:
            count += self._told([(self._vertices[wall.shape.link.minus_nodes], None)])[:, -1] > 0.0
        if self._comm.allreduce(bool(np.any(count > 1)), op=MPI.LOR):
            names = " and ".join(repr(wall.surface.name) for wall in self._walls)
            raise CaseError(
                f"body {self._body.name!r} moves, and a point of it lies at two of the interfaces "
                f"{names}: it would have two gaps; let the body rest, or make the bodies on the "
                "other side one, of two regions"
            )
        return count > 0

    def _told(self, sources: Iterable[tuple[npt.NDArray[Any], Array | None]]) -> Array:
        """Return means over all ranks of what some of them know of vertices; collective.

        Args:
            sources: vertices with their vectors; None for none.

        Returns:
            Vectors, and in the last column how many ranks have told, shape (vertices, dim + 1).
        """
        vector = la.vector(self._space.dofmap.index_map, self._dim + 1)
        rows = vector.array.reshape(-1, self._dim + 1)
        rows[:] = 0.0
        for vertices, values in sources:
            known = np.ones((*vertices.shape, self._dim + 1))
            if values is not None:
                known[..., :-1] = values
            rows[vertices] = known
        vector.scatter_reverse(la.InsertMode.add)
        vector.scatter_forward()
        told = np.array(rows)
        told[:, :-1] /= np.maximum(told[:, -1:], 1.0)
        return told

    def plated(self) -> Array:
        """Return the metal that the step plates at vertices [m]; collective."""
        pairs = []
        for wall in self._walls:
            thickness = wall.growth.plated()[wall.shape.places][..., None]
            vertices = self._vertices[wall.shape.link.minus_nodes]
            pairs.append((vertices, np.repeat(thickness, self._dim, axis=-1)))
        return np.array(self._told(pairs)[:, 0])

    def target(self, here: Array) -> Array:
        """Return where the boundary has to go; collective.

        Args:
            here: where the vertices are, as displacements from the mesh as it was made, shape
                (vertices, dim) [m].

        Returns:
            Displacements of the same kind; zero inside.

        Raises:
            NotConverged: a wall overhangs.
        """
        moved = self._body.u.function.x.array.reshape(-1, self._dim)[self._dofs]
        follows = self._held & ~self._axis
        target = np.where(follows, moved, 0.0)
        pairs = []
        for wall in self._walls:
            shape = wall.shape
            vertices = self._vertices[shape.link.minus_nodes]
            offsets = shape.offsets()[shape.places]
            wall.slope.check(offsets)
            pairs.append((vertices, offsets))
        at_walls = self._told(pairs)[:, :-1]
        target = np.where(self._at_walls[:, None], at_walls, target)
        known = self._held | self._at_walls[:, None]
        return self._free.move(target, known, here)


def _dofs_of_vertices(fine: fem.FunctionSpace, vertices: fem.FunctionSpace) -> npt.NDArray[Any]:
    """Return the node of each vertex in a space of Lagrange's functions of any degree."""
    layout, corners = fine.dofmap.dof_layout, range(vertices.dofmap.list.shape[1])
    local = [layout.entity_dofs(0, corner)[0] for corner in corners]
    found = np.zeros(int(vertices.dofmap.list.max(initial=-1)) + 1, dtype=np.int32)
    found[vertices.dofmap.list] = fine.dofmap.list[:, local]
    return found
