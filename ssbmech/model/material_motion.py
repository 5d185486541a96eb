# SPDX-License-Identifier: BSD-3-Clause
"""Motion of the mesh of a body that goes along with it: its vertices have its displacement."""

from __future__ import annotations

from mpi4py import MPI

import basix
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import Submesh, cell_nodes
from ssbmech.case.step_control import Tolerances
from ssbmech.errors import NotConverged
from ssbmech.geometry.moving import area_vectors, distortions, signed_volumes
from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.model.body import BodyModel
from ssbmech.model.carried_along import CarriedAlong
from ssbmech.model.outputs import total

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]

FLATTEST = 0.05
"""Volume of a cell at the end of a step over that at its start that is too little [1]."""


FARTHEST = 0.1
"""Change of a facet's area vector over its area as it was made that is too much [1]."""


class MaterialMotion:
    """Motion of the mesh of one body that goes along with it.

    Where its mesh is follows from its displacement, so that there is nothing else to be kept.

    Attributes:
        body: the body.
    """

    def __init__(self, body: BodyModel, kinematics: CarriedAlong) -> None:
        """Find the vertices."""
        self.body, self._moved = body, kinematics.moved
        mesh, space = body.mesh.mesh, kinematics.moved.function_space
        self._comm: MPI.Intracomm = mesh.comm
        self._dim = int(mesh.topology.dim)
        self._x: Array = np.asarray(mesh.geometry.x, dtype=np.float64)
        self._rows = space.dofmap.list
        self._nodes = np.zeros(self._rows.max(initial=-1) + 1, dtype=np.int32)
        self._nodes[self._rows] = cell_nodes(mesh)
        self._made: Array = np.array(self._x[self._nodes, : self._dim])
        self._parts = [(part.mesh, _nodes_of(part, mesh)) for part in body.submeshes]
        self._faces: Ints = np.zeros((0, self._dim), dtype=np.int32)

    def meets(self, interface: InterfaceMesh, parent: Mesh) -> None:
        """Watch that an interface of the body stays as it was made, as its laws take it."""
        minus, plus, _ = interface.local_cells(parent)
        cells, places = {
            interface.minus.name: (minus, interface.entities[:, 1]),
            interface.plus.name: (plus, interface.entities[:, 3]),
        }[self.body.name]
        corners = np.array(basix.topology(parent.basix_cell())[self._dim - 1])[places]
        nodes = np.take_along_axis(cell_nodes(self.body.mesh.mesh)[cells], corners, axis=1)
        vertices = np.zeros(len(self._x), dtype=np.int32)
        vertices[self._nodes] = np.arange(len(self._nodes), dtype=np.int32)
        self._faces = np.concatenate([self._faces, vertices[nodes]])

    def _displaced(self, u: fem.Function) -> Array:
        """Return where the vertices are with a displacement [m]."""
        at_vertices = self._moved.copy()
        at_vertices.interpolate(u)
        return np.asarray(self._made + at_vertices.x.array.reshape(-1, self._dim))

    def _end(self) -> Array:
        """Return where the vertices are with the present displacement [m]."""
        return self._displaced(self.body.u.function)

    @property
    def positions(self) -> Array:
        """Positions of the vertices at the last committed step, shape (vertices, dim) [m]."""
        return np.asarray(self._made + self._moved.x.array.reshape(-1, self._dim))

    def _corners(self, x: Array) -> Array:
        """Return the corners of the owned cells."""
        return np.asarray(x[self._rows[: self.body.owned_cells]])

    def advance(self) -> None:
        """Look at the shape at the end of the step that was just solved; collective.

        Raises:
            NotConverged: cells are turned inside out, or an interface is not where it was made.
        """
        now, end = self._corners(self.positions), self._corners(self._end())
        parts = signed_volumes(end) / signed_volumes(now)
        least = self._comm.allreduce(float(np.min(parts, initial=1.0)), op=MPI.MIN)
        if least <= FLATTEST:
            raise NotConverged(f"cells of {self.body.name!r} are turned inside out in the step")
        made, faces = area_vectors(self._made[self._faces]), area_vectors(self._end()[self._faces])
        change = np.linalg.norm(faces - made, axis=1) / np.linalg.norm(made, axis=1)
        most = self._comm.allreduce(float(np.max(change, initial=0.0)), op=MPI.MAX)
        if most > FARTHEST:
            raise NotConverged(
                f"an interface of {self.body.name!r} turns or stretches by more than "
                f"{FARTHEST:.0%}, and its laws take it as it was made"
            )

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return how far from the line through the last steps, and how much, its shape changes.

        Both are distortions of this rank's cells, over what counts as 1; the second is squared, as
        `ssbmech.model.motion` explains.

        Raises:
            NotConverged: as `advance`, on all ranks; cells turned inside out have no distortion.
        """
        self.advance()
        now, end, u = self.positions, self._end(), self.body.u
        ahead = u.function.copy()
        ahead.x.array[:] = u.previous + ratio * (u.previous - u.older)
        middle = self._corners(0.5 * (now + end))
        missed = distortions(middle, self._corners(end - self._displaced(ahead)))
        changed = distortions(middle, self._corners(end - now))
        error = float(np.max(missed, initial=0.0)) / tolerances.shape
        return max(error, (float(np.max(changed, initial=0.0)) / tolerances.shape_change) ** 2)

    def arrive(self) -> None:
        """Put the mesh where the present displacement says; collective."""
        self._moved.interpolate(self.body.u.function)
        self._x[self._nodes, : self._dim] = self.positions
        for part, nodes in self._parts:
            part.geometry.x[:] = self._x[nodes]
        self.body.mesh_moved()

    @property
    def volume(self) -> float:
        """Volume of the mesh at the last committed step [m3]; collective."""
        sense = np.sign(signed_volumes(self._corners(self._made)))
        corners = self._corners(self.positions)
        volumes = signed_volumes(corners, self.body.frame.revolves) * sense
        return total(float(volumes.sum()), self._comm)


def _nodes_of(part: Submesh, mesh: Mesh) -> Ints:
    """Return the vertex of a mesh at each vertex of a part of it, before any of them moves."""
    own, theirs = cell_nodes(part.mesh), cell_nodes(mesh)[part.parent_entities]
    places, there = part.mesh.geometry.x[own], mesh.geometry.x[theirs]
    nearest = np.linalg.norm(places[:, :, None] - there[:, None], axis=3).argmin(axis=2)
    nodes = np.zeros(len(part.mesh.geometry.x), dtype=np.int32)
    nodes[own] = np.take_along_axis(theirs, nearest, axis=1)
    return nodes
