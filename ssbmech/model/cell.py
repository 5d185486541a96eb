# SPDX-License-Identifier: BSD-3-Clause
"""The cell: all bodies and interfaces, what holds the stack, the circuit, and their system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ssbmech._compat import drop_abandoned_compilations
from ssbmech.case.case import Case
from ssbmech.case.courses import courses_of
from ssbmech.case.pressing import presses
from ssbmech.case.protocol import Drive
from ssbmech.case.step_control import Tolerances, scheme_of
from ssbmech.case.stops import Guard
from ssbmech.case.temperatures import Reached, check_reached, first_temperature
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.areas import area_of
from ssbmech.model.cell_motion import motion_of
from ssbmech.model.cell_parts import CellParts, guards_of, judged_by, largest_error
from ssbmech.model.checks import check_case
from ssbmech.model.circuit import Circuit
from ssbmech.model.closing import Closings
from ssbmech.model.cluster_ties import ClusterTies
from ssbmech.model.clusters import clusters_of
from ssbmech.model.conditions import Conditions
from ssbmech.model.construction import build_bodies, build_holder, build_surfaces
from ssbmech.model.crack_network import crack_network
from ssbmech.model.draw import draws, share_metal, take_back, warn_of_draws
from ssbmech.model.drive_checks import check_drives
from ssbmech.model.joins import check_reach
from ssbmech.model.part import Judged
from ssbmech.model.parts.crack_walls import ConnectedWalls
from ssbmech.model.parts.out_of_plane import close_out_of_plane
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.rigid import check_rigid_motions
from ssbmech.model.setting import setting_of
from ssbmech.model.stack import fluids
from ssbmech.model.supports import check_fluxes, hold_potentials, hold_supports, without_breaks
from ssbmech.model.surface import found_on
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure, Unknown


class Marching(Protocol):
    """Role of an unknown: it has a value now and remembers those of the two steps before."""

    def extrapolate(self, ratio: float) -> None:
        """Start from the line through the last two committed values."""

    def commit(self) -> None:
        """Make the current value the past one."""

    def rollback(self) -> None:
        """Return to the last committed value."""


class CellModel:
    """Everything that a run computes with, built from a case and its mesh.

    Attributes:
        case: the case.
        tagged: its mesh.
        conditions: time step, temperature and loads at one instant.
        bodies: the bodies.
        surfaces: the interfaces.
        network: cracks that metal fills, and where they meet.
        clusters: connected metal in those of them that are joined to electrodes.
        cluster_ties: potentials that this metal has.
        parts: bodies and interfaces, asked as one.
        holder: what holds the stack.
        circuit: electrodes and what drives them.
        motion: motion of the meshes of bodies that move.
        events: when contact is found at vertices of these.
        system: the equations.
        draws: what the protocol asks of each metal.
        courses: functions of time that loads, supports and the fixture follow.
        functions: those of them that do not tell where they jump or bend, against time alone.
        time: time of the last committed step [s].
    """

    def __init__(self, case: Case, tagged: TaggedMesh) -> None:
        """Build the model; collective.

        What comes later looks at what came before: interfaces at the parts of their bodies,
        supports at all bodies, the platen at what supports hold, the circuit at the interfaces.

        Raises:
            CaseError: a region or interface of the case is not in the mesh, a law is missing, or a
                gap is deeper than its metal.
            MeshError: a face of the case is not in the mesh, or not flat where it must be.
        """
        self.case, self.tagged, self.comm = case, tagged, tagged.mesh.comm
        self.time, self._ratio, self._advanced = 0.0, 0.0, False
        self._scheme = scheme_of(case.step_control)
        check_case(case, tagged)
        drop_abandoned_compilations(self.comm)
        self.conditions = Conditions(case.temperature, case.stress_free_temperature)
        self.conditions.temperature.value = first_temperature(case.temperature, case.protocol)
        around = fluids(case.fixture, self.conditions)
        self.setting = setting_of(case, tagged, self.conditions, around)
        self.bodies = build_bodies(case, tagged, self.setting)
        self.surfaces = build_surfaces(case, tagged, self.bodies, self.setting)
        share_metal(self.surfaces)
        self.network = crack_network(self.surfaces, self.comm)
        self._junctions = self.network.closures()
        self._moving = hold_supports(case.supports, self.bodies.values(), self.comm)
        self.courses: Sequence[object] = [*courses_of(case), *(m.value for m in self._moving)]
        self.functions = without_breaks(case, self._moving)
        hold_potentials(case.loads.face_potentials, self.bodies.values())
        check_fluxes(case.loads.face_fluxes, self.bodies.values(), self.comm)
        self.holder = build_holder(case, list(self.bodies.values()), around, self.comm)
        check_rigid_motions(
            self.bodies, self.surfaces, self.holder.closures, self.comm, presses(case)
        )
        transfers = found_on(self.surfaces, Transfer)
        cracks = found_on(self.surfaces, ConnectedWalls)
        self.circuit = Circuit(case.electrodes, transfers, cracks, case.scales, self.area)
        check_reach(self.surfaces, self.circuit.sides)
        held = case.loads.face_potentials
        self.clusters = clusters_of(
            self.network, self.surfaces, self.bodies, self.circuit.sides, held
        )
        electrodes = self.circuit.electrodes
        self.cluster_ties = ClusterTies(self.clusters, cracks, electrodes, case.scales.current)
        take_back(self.surfaces, self.circuit.sides)
        self.circuit.start_at_rest(self.conditions.temperature.value)
        check_drives(case.protocol, self.circuit)
        self.draws = draws(self.surfaces, self.circuit, case.protocol)
        warn_of_draws(self.draws)
        self._across = close_out_of_plane(self.bodies, case.interfaces)
        walls = [w for s in self.surfaces.values() for w in s.parts.find(MovingWall)]
        meshes = [surface.mesh for surface in self.surfaces.values()]
        self.motion = motion_of(self.bodies.values(), walls, self.closures, tagged, meshes)
        self.events = Closings([wall.surface for wall in walls], self.comm)
        self.parts = CellParts(self.bodies.values(), self.surfaces.values())
        self.system = self._build_system()

    def _build_system(self) -> System:
        """Return the equations; collective.

        All their terms are there by now: a subclass adds sources to them here, as the manufactured
        solutions of the tests do.
        """
        return self.parts.system(self.comm, self.closures)

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Conditions that end any step: those of all parts, and those of the circuit.

        Metal in cracks joins both electrodes, or no way is left for the current.
        """
        of_bodies = guards_of(self.bodies.values())
        of_surfaces = guards_of(self.surfaces.values())
        return (*of_bodies, *self.clusters.guards, *self.circuit.guards, *of_surfaces)

    @property
    def capacity(self) -> float:
        """Charge by which C-rates count, per nominal area [C/m2]; nan if there is none."""
        return self.circuit.capacity

    @property
    def unknowns(self) -> list[Unknown]:
        """All fields."""
        return self.parts.unknowns

    @property
    def closures(self) -> list[Closure]:
        """All scalar unknowns."""
        electric = [*self.circuit.closures, *self.cluster_ties.closures]
        return [*self.holder.closures, *electric, *self._across, *self._junctions]

    @property
    def _marching(self) -> list[Marching]:
        """All fields and scalar unknowns."""
        return [*self.unknowns, *self.closures]

    def area(self, name: str) -> float:
        """Return the area of an interface or outer face [m2]; collective.

        In plane strain it is per metre of depth [m].

        Raises:
            CaseError: there is neither of that name.
        """
        return area_of(name, self.surfaces, self.bodies, self.tagged)

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step: time step, loads and what the electrodes are asked for; collective."""
        time = self.time + dt
        self._advanced = False
        self.motion.begin(self._ratio, self.system)
        self.conditions.begin(time, dt, drive, self._scheme.weights(self._ratio))
        # a step of the user's own may ask for more than it was seen to before the run
        reached = Reached(self.conditions.temperature.value, f"the cell at t = {time:g} s")
        check_reached(reached, self.case.bodies)
        for motion in self._moving:
            motion.impose(time)
        self.holder.load(drive, time, dt)
        self.circuit.drive(drive)
        if self.cluster_ties.follow():
            self.system.retie(self.closures)
        self.system.impose_closures()
        self.parts.begin()
        if self.time == 0.0:
            self.parts.start_touching()

    def predict(self, ratio: float) -> None:
        """Start the step from the line through the last two committed steps; collective.

        Args:
            ratio: the step over the one before [1]; 0 to start from the last one.
        """
        self._ratio = ratio
        for unknown in self._marching:
            unknown.extrapolate(ratio)

    def advance(self) -> None:
        """Compute all that the next step starts from, and replace nothing; collective.

        What can fail fails here, so that a step is committed as a whole or not at all.

        Raises:
            NotConverged: a mesh cannot follow, or what metal remembers cannot be carried along.
        """
        if self._advanced:
            return
        # before any memory is replaced: one may depend on another
        self.motion.advance()
        self.parts.advance()
        self.motion.carry()
        self._advanced = True

    def commit(self, dt: float) -> None:
        """Accept the step that was just solved, which `advance` has gone through; collective."""
        self.advance()
        self.parts.commit()
        self.motion.commit()
        for unknown in self._marching:
            unknown.commit()
        self.conditions.commit()
        self.holder.commit()
        self.time += dt
        self._advanced = False

    def rollback(self) -> None:
        """Return to the last committed step; collective."""
        self._advanced = False
        for unknown in self._marching:
            unknown.rollback()
        self.conditions.rollback()
        self.motion.rollback()
        self.parts.begin()

    @property
    def judged(self) -> list[Judged]:
        """What the step control judges a step by."""
        return [*self.parts.judged, *self.motion.judged]

    def predictor_error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the largest error of what judges a step, over what counts as 1; collective.

        Args:
            ratio: the step over the one before [1].
            tolerances: what counts as 1.
        """
        return largest_error(judged_by(self.judged, embedded=False), ratio, tolerances, self.comm)

    def embedded_error(self, tolerances: Tolerances) -> float:
        """Return the largest error that the step itself shows, over what counts as 1; collective.

        Args:
            tolerances: what counts as 1.
        """
        return largest_error(judged_by(self.judged, embedded=True), 0.0, tolerances, self.comm)

    @property
    def worn(self) -> bool:
        """Whether a mesh has to be made anew before the next step; collective."""
        return bool(self.motion.worn)

    def seat(self) -> None:
        """Let the fixture act from the present platen position."""
        self.holder.seat()
