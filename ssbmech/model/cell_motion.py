# SPDX-License-Identifier: BSD-3-Clause
"""Motion of the meshes of all bodies of a cell that move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.backing import check_backing
from ssbmech.model.body import BodyModel
from ssbmech.model.carried_along import CarriedAlong
from ssbmech.model.kinematics import FromStep
from ssbmech.model.material_motion import MaterialMotion
from ssbmech.model.motion import BodyMotion
from ssbmech.model.part import Judged
from ssbmech.model.parts.wall import MovingWall
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure


class CellMotion:
    """Motion of all bodies of a cell that move; there may be none."""

    def __init__(
        self, bodies: Sequence[BodyMotion], carried: Sequence[MaterialMotion] = ()
    ) -> None:
        """Keep them.

        Args:
            bodies: those of metal that flows through its mesh.
            carried: those that go along with their mesh.

        Raises:
            CaseError: facets of a wall are to be halved that cannot be.
        """
        for body in bodies:
            body.wear.check(body.body.name)
        self.bodies, self.carried = list(bodies), list(carried)

    @property
    def judged(self) -> list[Judged]:
        """What the step control judges a step by."""
        return [*self.bodies, *self.carried]

    def begin(self, ratio: float, system: System) -> None:
        """Put the meshes into the middle of the coming step; collective.

        Args:
            ratio: the step over the one before [1].
            system: what is assembled on them.

        Raises:
            NotConverged: cells would be flat or inside out there.
        """
        for body in self.bodies:
            body.begin(ratio)
            system.meshes_moved([body.body.mesh.mesh])
        if self.carried:
            system.meshes_moved()

    @property
    def worn(self) -> list[BodyMotion]:
        """Bodies whose meshes have to be made anew before the next step; collective."""
        return [body for body in self.bodies if body.worn]

    def refuse(self) -> None:
        """Note that no better meshes could be had; collective."""
        for body in self.worn:
            body.wear.refuse(body.mesh.quality())

    @property
    def renews(self) -> bool:
        """Whether a mesh may be made anew."""
        return any(body.wear.rules for body in self.bodies)

    @property
    def renewed(self) -> int:
        """How often a mesh was made anew."""
        return sum(body.wear.renewed for body in self.bodies)

    def state(self) -> dict[str, dict[str, float]]:
        """Return what they carry from step to step beside positions, as plain data."""
        return {body.body.name: body.state() for body in self.bodies}

    def restore(self, state: Mapping[str, Mapping[str, float]]) -> None:
        """Take over what `state` gave, when the positions are taken over; collective."""
        for body in self.bodies:
            body.restore(state[body.body.name])
        self._arrive()

    def _arrive(self) -> None:
        """Put meshes that go along where the displacements say; collective."""
        for along in self.carried:
            along.arrive()

    def advance(self) -> None:
        """Find where the meshes are at the end of the step; collective.

        Raises:
            NotConverged: one of them cannot follow.
        """
        for body in self.bodies:
            body.advance()
        for along in self.carried:
            along.advance()

    def carry(self) -> None:
        """Carry along what laws remember, with metal that flows through the meshes; collective.

        Raises:
            NotConverged: it cannot be carried along.
        """
        for body in self.bodies:
            body.carry()

    def commit(self) -> None:
        """Move the meshes to the end of the step; collective."""
        for body in self.bodies:
            body.commit()
        self._arrive()

    def rollback(self) -> None:
        """Put the meshes back to the last committed step; collective."""
        for body in self.bodies:
            body.rollback()
        self._arrive()


def motion_of(
    bodies: Iterable[BodyModel],
    walls: Sequence[MovingWall],
    closures: Sequence[Closure],
    tagged: TaggedMesh,
    interfaces: Iterable[InterfaceMesh] = (),
) -> CellMotion:
    """Return the motion of those bodies that move; collective.

    Args:
        bodies: all bodies, held by their supports.
        walls: surfaces of moving bodies at interfaces.
        closures: scalar unknowns, the platen among them.
        tagged: mesh of all bodies.
        interfaces: all interfaces.

    Raises:
        CaseError: one of them has nothing behind it, or cannot move.
    """
    found, carried = [], []
    for body in bodies:
        if isinstance(body.kinematics, CarriedAlong):
            carried.append(MaterialMotion(body, body.kinematics))
        if isinstance(body.kinematics, FromStep):
            own = [wall for wall in walls if wall.surface.minus is body]
            check_backing(body, own, closures)
            # one that moves has one region
            (region,) = body.case_body.materials
            drawn = tagged.drawn.get(region, 1.0)
            found.append(BodyMotion(body, body.kinematics, own, closures, tagged.mesh, drawn))
    for interface in interfaces:
        for motion in carried:
            if motion.body.mesh in (interface.minus, interface.plus):
                motion.meets(interface, tagged.mesh)
    return CellMotion(found, carried)
