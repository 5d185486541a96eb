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
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import cut_submesh
from ssbmech.case.step_control import Tolerances
from ssbmech.errors import CaseError, NotConverged
from ssbmech.geometry.moving import distortions
from ssbmech.model.body import BodyModel
from ssbmech.model.convection import Convection
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import FromStep
from ssbmech.model.metal_volume import MetalVolume
from ssbmech.model.moving_boundary import MovingBoundary
from ssbmech.model.moving_mesh import MovingMesh
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
        mesh: its mesh, and where the vertices are.
        boundary: where its boundary has to go.
        metal: how much metal it has.
        convections: what carries along what the laws of its region remember.
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
        self.body, self.walls = body, walls
        self.mesh = mesh = MovingMesh(body, drawn)
        twin = cut_submesh(parent, mesh.dim, body.mesh.submesh.parent_entities)
        twin.mesh.geometry.x[:, mesh.dim - 1] *= drawn
        self._solid = PseudoSolid(twin.mesh, body.name)
        self.wear = Wear(body.case_body.remeshings, walls)
        self._shift = fem.Function(mesh.space)
        self._moved = fem.Function(body.u.function.function_space)
        kinematics.moved = self._shown
        self.boundary = MovingBoundary(body, walls, closures, mesh.space, mesh.nodes)
        found = [m for m in body.parts.memory if isinstance(m, RegionHistory)]
        self.convections = [Convection(body, history) for history in found]
        self._next: Array | None = None
        self._ahead: Array | None = None
        mesh.keep(self._first_shape(drawn))
        mesh.keep(mesh.positions)
        self._arrive()
        self._first: Array = mesh.positions.copy()
        self.metal = MetalVolume(mesh, kinematics, walls)

    def _first_shape(self, drawn: float) -> Array:
        """Return the positions of all vertices with initial gaps; collective.

        Args:
            drawn: height over which the body was meshed, over its own [1].

        Raises:
            CaseError: the body cannot take that shape.
        """
        try:
            moves = bool(np.any(self.boundary.target(self.mesh.here) != 0.0)) or drawn != 1.0
            moves = self.mesh.comm.allreduce(moves, op=MPI.LOR)
            return self._found() if moves else self.mesh.positions
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
        self._ahead = self.mesh.predicted(ratio)
        middle = self.mesh.predicted(0.5 * ratio)
        if self.mesh.least_part(middle) <= FLATTEST:
            raise NotConverged(
                f"cells of {self.body.name!r} would be turned inside out in the middle of the step"
            )
        self._place(middle)

    def _place(self, x: Array) -> None:
        """Move the mesh, and all that was taken from it."""
        self.mesh.place(x)
        for wall in self.walls:
            wall.shape.follow()

    def _arrive(self) -> None:
        """Put the mesh where the last committed step has brought it; collective."""
        self._place(self.mesh.positions)
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
                wall.growth.advance()
            self._next = self._found()
            self._show(self._next)

    def _show(self, x: Array) -> None:
        """Let files show the mesh at some positions."""
        self._shift.x.array[:] = (x - self._first).ravel()

    def _shown(self) -> fem.Function:
        """Return the displacement of the mesh as files show it; few steps are asked for it."""
        self._moved.interpolate(self._shift)
        return self._moved

    def _found(self) -> Array:
        """Return the positions of all vertices in the present state; collective.

        Raises:
            NotConverged: the inside cannot follow the boundary, or a wall overhangs.
        """
        here, meshed = self.mesh.here, self.mesh.as_meshed
        target, since = self.boundary.target(here), self.mesh.made - meshed
        start, end = here + since, target + since
        guess = None if self._ahead is None else self._ahead - meshed
        found: Array = meshed + self._solid.follow(start, end, self.boundary.fixed, guess)
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
        mesh = self.mesh
        end = mesh.positions if self._next is None else self._next
        middle = mesh.corners(0.5 * (end + mesh.positions))
        changes = [end - mesh.predicted(ratio), end - mesh.positions]
        missed, changed = (distortions(middle, mesh.corners(change)) for change in changes)
        error = float(np.max(missed, initial=0.0)) / tolerances.shape
        return max(error, (float(np.max(changed, initial=0.0)) / tolerances.shape_change) ** 2)

    def commit(self) -> None:
        """Move the mesh to the end of the step, which `advance` has found; collective."""
        self.metal.add()
        if self._next is not None:
            self.mesh.keep(self._next)
        self._next = None
        self._arrive()
        self.metal.settle()

    def carry(self) -> None:
        """Carry along what the laws remember, past the mesh as it moves in the step; collective.

        All memories are advanced, and so is the motion.

        Raises:
            NotConverged: it cannot be carried along.
        """
        if self._next is None:
            return
        for convection in self.convections:
            convection.moved.x.array[:] = (self._next - self.mesh.positions).ravel()
            convection.plated.x.array[:] = self.boundary.plated()
            convection.carry()

    def rollback(self) -> None:
        """Put the mesh back to the last committed step; collective."""
        self._next = None
        self._arrive()

    @property
    def worn(self) -> bool:
        """Whether the mesh has to be made anew before the next step; collective."""
        return self.wear.due(self.mesh.quality)

    def state(self) -> dict[str, float]:
        """Return the sums over time, and what the next step makes up for, as plain data."""
        return self.metal.state() | self.wear.state()

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave, when the positions are taken over; collective."""
        self.metal.restore(state)
        self.wear.restore(state)
        self._solid.made_as(self.mesh.as_meshed)
        self._show(self.mesh.positions)
        self.rollback()
