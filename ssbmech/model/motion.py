# SPDX-License-Identifier: BSD-3-Clause
r"""Motion of the meshes of bodies that move, from step to step.

A step is solved on the geometry of its middle, taken from the line through the last two,

.. math:: x_{mid} = x_n + \tfrac12 \frac{\Delta t}{\Delta t_{n}} (x_n - x_{n-1})

so that the equations hold no derivatives by the shape. When it is solved the boundary goes to where
the state says, and the inside follows (`ssbmech.model.smoothing`):

- vertices of an interface to where the gap says (`ssbmech.model.parts.wall`);
- components of the displacement that supports or the platen hold, with it; the vertices slide along
  flat faces, and along an axis of revolution;
- vertices of free faces with the metal, so far that what flows through the face is what the shape
  gains, :math:`\Delta x_i \cdot a_i = \int \Delta u \cdot n \, q_i \, ds` with the area vector
  :math:`a_i = \int n \, q_i \, ds`.

What the shape then has too much of its volume, V less what is stripped and the change by pressure,
is known to rounding and made up for in the next step (`ssbmech.model.kinematics`). Scalar states of
the laws are carried along by metal that flows through the mesh (`ssbmech.model.convection`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import cell_nodes, compile_form, cut_submesh
from ssbmech.case.step_control import Tolerances
from ssbmech.errors import CaseError, NotConverged
from ssbmech.geometry.moving import distortions, qualities, signed_volumes
from ssbmech.model.body import BodyModel
from ssbmech.model.convection import Convection
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import FromStep
from ssbmech.model.moving_boundary import MovingBoundary
from ssbmech.model.outputs import total
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.smoothing import PseudoSolid
from ssbmech.model.wear import Wear
from ssbmech.solve.unknowns import Closure

Array = npt.NDArray[np.float64]

FLATTEST = 0.05
"""Volume of a cell in the middle of a step over that at its start that is too little [1]."""


class BodyMotion:
    """Motion of the mesh of one body.

    Attributes:
        body: the body.
        walls: its surfaces at interfaces.
        now: positions of the vertices at the last committed step [m].
        before: those at the step before [m].
        convections: what carries along what the laws of its region remember.
        meshed: those at which the cells were made, at the start or since; they keep to the shape
            that they had there [m].
        dilated: change of volume by pressure since the start [m3].
        wear: when the mesh has to be made anew.
    """

    def __init__(
        self,
        body: BodyModel,
        kinematics: FromStep,
        walls: Sequence[MovingWall],
        closures: Iterable[Closure],
        parent: Mesh,
        drawn: float = 1.0,
    ) -> None:
        """Find what holds the boundary, and move it to the initial gaps; collective.

        Args:
            body: the body, held by its supports.
            kinematics: its kinematics.
            walls: its surfaces at interfaces.
            closures: scalar unknowns, the platen among them.
            parent: mesh of all bodies.
            drawn: height over which the body was meshed, over its own, along the last axis; its
                cells keep to the shape that they had there [1].

        Raises:
            CaseError: a vertex of an interface cannot move, or lies at two, or initial gaps are too
                steep.
        """
        self.body, self.walls, self._kinematics = body, walls, kinematics
        mesh = body.mesh.mesh
        self._comm: MPI.Intracomm = mesh.comm
        self._dim = int(mesh.topology.dim)
        self._x: Array = np.asarray(mesh.geometry.x, dtype=np.float64)
        twin = cut_submesh(parent, self._dim, body.mesh.submesh.parent_entities)
        twin.mesh.geometry.x[:, self._dim - 1] *= drawn
        self._solid = PseudoSolid(twin.mesh, body.name)
        self._space = fem.functionspace(mesh, ("Lagrange", 1, (self._dim,)))
        rows = self._space.dofmap.list
        self._nodes = np.zeros(rows.max(initial=-1) + 1, dtype=np.int32)
        self._nodes[rows] = cell_nodes(mesh)
        self._made: Array = np.array(self._x[self._nodes, : self._dim])
        self.now, self.before = fem.Function(self._space), fem.Function(self._space)
        self.meshed = fem.Function(self._space)
        stretched = self._made.copy()
        stretched[:, -1] *= drawn
        self.meshed.x.array[:] = stretched.ravel()
        self.wear = Wear(body.case_body.remeshings)
        self._shift = fem.Function(self._space)
        kinematics.moved = self._moved = fem.Function(body.u.function.function_space)
        self._boundary = MovingBoundary(body, walls, closures, self._space, self._nodes)
        du = body.kinematics.counted(body.u)
        self._dilation = compile_form(ufl.tr(body.frame.strain(du)) * body.dx, None)
        found = [m for m in body.parts.memory if isinstance(m, RegionHistory)]
        self.convections = [Convection(body, history) for history in found]
        self._next: Array | None = None
        self._keep(self._made)
        moves = bool(np.any(self._boundary.target(self._here) != 0.0)) or drawn != 1.0
        if self._comm.allreduce(moves, op=MPI.LOR):
            self._keep(self._first_shape())
        self._keep(self.positions)
        self._arrive()
        self._first: Array = self.positions.copy()
        self.dilated, self._start = 0.0, self.volume

    @property
    def positions(self) -> Array:
        """Positions of the vertices at the last committed step, shape (vertices, dim) [m]."""
        return np.asarray(self.now.x.array.reshape(-1, self._dim))

    @property
    def _here(self) -> Array:
        """Displacement of the vertices from the mesh as it was made [m]."""
        return self.positions - self._made

    def _keep(self, x: Array) -> None:
        """Take positions for those of the last committed step."""
        self.before.x.array[:] = self.now.x.array
        self.now.x.array[:] = x.ravel()

    def _first_shape(self) -> Array:
        """Return the positions of all vertices with initial gaps; collective.

        Raises:
            CaseError: the body cannot take that shape.
        """
        try:
            return self._found()
        except NotConverged as failure:
            raise CaseError(
                f"{self.body.name!r} cannot take the shape of its initial gaps: {failure.reason}; "
                "make them flatter, the mesh finer there, or give the interface directors that do "
                "not cross on the way"
            ) from failure

    def begin(self, ratio: float) -> None:
        """Put the mesh into the middle of the coming step; collective.

        Args:
            ratio: the step over the one before [1].

        Raises:
            NotConverged: cells would be flat or inside out there.
        """
        self._next = None
        middle = self._predicted(0.5 * ratio)
        least = self._comm.allreduce(self._least_part(middle), op=MPI.MIN)
        if least <= FLATTEST:
            raise NotConverged(
                f"cells of {self.body.name!r} would be turned inside out in the middle of the step"
            )
        self._place(middle)

    def _predicted(self, ratio: float) -> Array:
        """Return positions on the line through the last two steps, a ratio of it ahead [m]."""
        change = self.now.x.array - self.before.x.array
        return np.asarray((self.now.x.array + ratio * change).reshape(-1, self._dim))

    def _least_part(self, x: Array) -> float:
        """Return the least volume of this rank's cells over that at the last step [1]."""
        parts = signed_volumes(self._corners(x)) / signed_volumes(self._corners(self.positions))
        return float(np.min(parts, initial=1.0))

    def _place(self, x: Array) -> None:
        """Move the mesh, and all that was taken from it."""
        self._x[self._nodes, : self._dim] = x
        self.body.mesh_moved()
        for wall in self.walls:
            wall.follow()

    def _arrive(self) -> None:
        """Put the mesh where the last committed step has brought it; collective."""
        self._place(self.positions)
        for wall in self.walls:
            for act in wall.on_arrival:
                act()

    def advance(self) -> None:
        """Find where the mesh is at the end of the step that was just solved; collective.

        Raises:
            NotConverged: the inside cannot follow the boundary, or a wall overhangs.
        """
        if self._next is None:
            for wall in self.walls:
                wall.advance()
            self._next = self._found()
            self._show(self._next)

    def _show(self, x: Array) -> None:
        """Let files show the mesh at some positions; collective."""
        self._shift.x.array[:] = (x - self._first).ravel()
        self._moved.interpolate(self._shift)

    def _found(self) -> Array:
        """Return the positions of all vertices in the present state; collective.

        Raises:
            NotConverged: the inside cannot follow the boundary, or a wall overhangs.
        """
        for wall in self.walls:
            wall.check_graph()
        meshed = self.meshed.x.array.reshape(-1, self._dim)
        target, since = self._boundary.target(self._here), self._made - meshed
        start, end = self._here + since, target + since
        found: Array = meshed + self._solid.follow(start, end, self._boundary.fixed)
        return found

    def error(self, ratio: float, tolerances: Tolerances) -> float:
        r"""Return how far from its prediction and how much this rank's shape is; collective.

        With the distortions d of a cell (`ssbmech.geometry.moving.distortions`) in the middle of
        the step, by its end less its prediction and by its end less its start, it is the larger of

        .. math:: d_{end - predicted} / d_{error}, \quad (d_{end - start} / d_{change})^2

        the square because a distortion grows with the step, and steps follow the root.

        Raises:
            NotConverged: the mesh cannot follow.
        """
        self.advance()
        end = self.positions if self._next is None else self._next
        middle = self._corners(0.5 * (end + self.positions))
        missed = distortions(middle, self._corners(end - self._predicted(ratio)))
        changed = distortions(middle, self._corners(end - self.positions))
        error = float(np.max(missed, initial=0.0)) / tolerances.shape
        return max(error, (float(np.max(changed, initial=0.0)) / tolerances.shape_change) ** 2)

    def commit(self) -> None:
        """Move the mesh to the end of the step; collective."""
        self.advance()
        debt = self._kinematics.debt.value
        gained = total(fem.assemble_scalar(self._dilation), self._comm)
        self.dilated += gained + debt * self._volume_of(self._x[self._nodes, : self._dim])
        if self._next is not None:
            self._carry(self._next - self.positions)
            self._keep(self._next)
        self._next = None
        self._arrive()
        self._kinematics.debt.value = self.excess() / self.volume

    def _carry(self, moved: Array) -> None:
        """Carry along what the laws remember, past a mesh that moves by so much; collective."""
        for convection in self.convections:
            convection.moved.x.array[:] = moved.ravel()
            convection.plated.x.array[:] = self._boundary.plated()
            convection.carry()

    def rollback(self) -> None:
        """Put the mesh back to the last committed step; collective."""
        self._next = None
        self._arrive()

    def _corners(self, x: Array) -> Array:
        """Return the corners of the owned cells."""
        return np.asarray(x[self._space.dofmap.list[: self.body.owned_cells]])

    def _volume_of(self, x: Array) -> float:
        """Return the volume of the mesh with its vertices at some positions [m3]; collective."""
        sense = np.sign(signed_volumes(self._corners(self._made)))
        volumes = signed_volumes(self._corners(x), self.body.frame.revolves) * sense
        return total(float(volumes.sum()), self._comm)

    @property
    def volume(self) -> float:
        """Volume of the mesh at the last committed step [m3]; collective."""
        return self._volume_of(self.positions)

    def excess(self) -> float:
        """Return the volume of the mesh less that of its metal [m3]; collective."""
        gone = sum(wall.gone() for wall in self.walls)
        return self.volume - (self._start + self.dilated - gone)

    def quality(self) -> float:
        """Return the least quality of a cell, 1 for equilateral ones [1]; collective."""
        least = float(np.min(qualities(self._corners(self.positions)), initial=1.0))
        return float(self._comm.allreduce(least, op=MPI.MIN))

    @property
    def worn(self) -> bool:
        """Whether the mesh has to be made anew before the next step; collective."""
        return self.wear.due(self.quality)

    def state(self) -> dict[str, float]:
        """Return the sums over time, and what the next step makes up for, as plain data."""
        debt = self._kinematics.debt.value
        sums = {"dilated": self.dilated, "start": self._start, "debt": debt}
        return sums | self.wear.state()

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave, when the positions are taken over; collective."""
        self.dilated, self._start = state["dilated"], state["start"]
        self._kinematics.debt.value = state["debt"]
        self.wear.restore(state)
        self._solid.made_as(self.meshed.x.array.reshape(-1, self._dim))
        self._show(self.positions)
        self.rollback()
