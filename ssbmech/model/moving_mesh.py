# SPDX-License-Identifier: BSD-3-Clause
"""The mesh of a body that moves: where its vertices are, where they were, and what it encloses."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech._compat import cell_nodes
from ssbmech.geometry.moving import qualities, signed_volumes
from ssbmech.model.body import BodyModel
from ssbmech.model.outputs import total

Array = npt.NDArray[np.float64]


class MovingMesh:
    """Positions of the vertices of a body's mesh, by committed step.

    Attributes:
        body: the body.
        comm: communicator.
        dim: dimension of space.
        space: space of positions of vertices.
        nodes: node of each vertex.
        made: positions as the mesh was made, shape (vertices, dim) [m].
        now: those at the last committed step [m].
        before: those at the step before [m].
        meshed: those at which the cells were made, at the start or since; they keep to the shape
            that they had there [m].
    """

    def __init__(self, body: BodyModel, drawn: float) -> None:
        """Take the mesh as it was made.

        Args:
            body: the body.
            drawn: height over which the body was meshed, over its own, along the last axis [1].
        """
        self.body, mesh = body, body.mesh.mesh
        self.comm: MPI.Intracomm = mesh.comm
        self.dim = int(mesh.topology.dim)
        self._x: Array = np.asarray(mesh.geometry.x, dtype=np.float64)
        self.space = fem.functionspace(mesh, ("Lagrange", 1, (self.dim,)))
        rows = self.space.dofmap.list
        self.nodes = np.zeros(rows.max(initial=-1) + 1, dtype=np.int32)
        self.nodes[rows] = cell_nodes(mesh)
        self.made: Array = self.placed.copy()
        self.now, self.before = fem.Function(self.space), fem.Function(self.space)
        self.meshed = fem.Function(self.space)
        stretched = self.made.copy()
        stretched[:, -1] *= drawn
        self.meshed.x.array[:] = stretched.ravel()
        self._sense: Array = np.sign(signed_volumes(self.corners(self.made)))
        self.keep(self.made)

    @property
    def placed(self) -> Array:
        """Positions at which the mesh is now, in a step or between two [m]."""
        return np.array(self._x[self.nodes, : self.dim])

    @property
    def positions(self) -> Array:
        """Positions of the vertices at the last committed step, shape (vertices, dim) [m]."""
        return np.asarray(self.now.x.array.reshape(-1, self.dim))

    @property
    def here(self) -> Array:
        """Displacement of the vertices from the mesh as it was made [m]."""
        return self.positions - self.made

    @property
    def as_meshed(self) -> Array:
        """Positions at which the cells were made, shape (vertices, dim) [m]."""
        return np.asarray(self.meshed.x.array.reshape(-1, self.dim))

    def keep(self, x: Array) -> None:
        """Take positions for those of the last committed step."""
        self.before.x.array[:] = self.now.x.array
        self.now.x.array[:] = x.ravel()

    def place(self, x: Array) -> None:
        """Move the mesh, and what the body took from it."""
        self._x[self.nodes, : self.dim] = x
        self.body.mesh_moved()

    def predicted(self, ratio: float) -> Array:
        """Return positions on the line through the last two steps, a ratio of it ahead [m]."""
        change = self.now.x.array - self.before.x.array
        return np.asarray((self.now.x.array + ratio * change).reshape(-1, self.dim))

    def corners(self, x: Array) -> Array:
        """Return the corners of the owned cells, with the vertices at some positions [m]."""
        return np.asarray(x[self.space.dofmap.list[: self.body.owned_cells]])

    def least_part(self, x: Array) -> float:
        """Return the least volume of a cell over that at the last step [1]; collective."""
        parts = signed_volumes(self.corners(x)) / signed_volumes(self.corners(self.positions))
        return float(self.comm.allreduce(float(np.min(parts, initial=1.0)), op=MPI.MIN))

    def volume_of(self, x: Array) -> float:
        """Return the volume of the mesh with its vertices at some positions [m3]; collective."""
        volumes = signed_volumes(self.corners(x), self.body.frame.revolves) * self._sense
        return total(float(volumes.sum()), self.comm)

    @property
    def volume(self) -> float:
        """Volume of the mesh at the last committed step [m3]; collective."""
        return self.volume_of(self.positions)

    def quality(self) -> float:
        """Return the least quality of a cell, 1 for equilateral ones [1]; collective."""
        least = float(np.min(qualities(self.corners(self.positions)), initial=1.0))
        return float(self.comm.allreduce(least, op=MPI.MIN))
