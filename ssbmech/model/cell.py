# SPDX-License-Identifier: BSD-3-Clause
"""The cell: all bodies and interfaces, what holds the stack, the circuit, and their system."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

from mpi4py import MPI

from dolfinx import fem

from ssbmech._compat import compile_form, constant, drop_abandoned_compilations
from ssbmech.case.case import Case
from ssbmech.case.courses import courses_of, followed
from ssbmech.case.probing import value_at
from ssbmech.case.protocol import Drive
from ssbmech.case.step_control import Tolerances, scheme_of
from ssbmech.case.stops import Guard
from ssbmech.case.temperatures import first_temperature
from ssbmech.errors import CaseError
from ssbmech.geometry.subdomains import BodyMesh, cut_body, cut_interface
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.assembly import build_body, build_surface
from ssbmech.model.body import BodyModel
from ssbmech.model.checks import check_case
from ssbmech.model.circuit import Circuit
from ssbmech.model.conditions import Conditions
from ssbmech.model.draw import draws, share_metal, warn_of_draws
from ssbmech.model.initial_gap import check_initial_gap
from ssbmech.model.part import FaceNumber, Judged, Setting
from ssbmech.model.parts.contact import Contact
from ssbmech.model.parts.lithium import Lithium
from ssbmech.model.parts.out_of_plane import close_out_of_plane
from ssbmech.model.parts.transfer import Transfer
from ssbmech.model.platen import build_platen
from ssbmech.model.rigid import check_rigid_motions
from ssbmech.model.stack import Fluid, Holder, Unheld, fluids
from ssbmech.model.supports import hold_potentials, hold_supports
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure, Unknown
from ssbmech.solve.watching import plain


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
        holder: what holds the stack.
        circuit: electrodes and what drives them.
        system: the equations.
        draws: what the protocol asks of each metal.
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
        self.time, self._ratio = 0.0, 0.0
        self._scheme = scheme_of(case.step_control)
        check_case(case, tagged)
        drop_abandoned_compilations(self.comm)
        self.conditions = Conditions(case.temperature, case.stress_free_temperature)
        self.conditions.temperature.value = first_temperature(case.temperature, case.protocol)
        around = fluids(case.fixture, self.conditions)
        self.setting = _setting(case, tagged, self.conditions, around)
        self.bodies = self._build_bodies()
        self.surfaces = self._build_surfaces()
        share_metal(self.surfaces)
        self._moving = hold_supports(case.supports, self.bodies.values(), self.comm)
        hold_potentials(case.loads.face_potentials, self.bodies.values())
        self.holder = self._build_holder(around)
        check_rigid_motions(self.bodies, self.surfaces, self.holder.closures, self.comm)
        transfers = {
            name: transfer
            for name, surface in self.surfaces.items()
            for transfer in surface.parts.find(Transfer)
        }
        self.circuit = Circuit(case.electrodes, transfers, case.scales, self.area, self.comm)
        self.circuit.start_at_rest(self.conditions.temperature.value)
        self.circuit.check_protocol(case.protocol)
        self.draws = draws(self.surfaces, self.circuit, case.protocol)
        warn_of_draws(self.draws)
        self._across = close_out_of_plane(self.bodies, case.interfaces)
        self.system = self._build_system()

    def _build_bodies(self) -> dict[str, BodyModel]:
        case, tagged = self.case, self.tagged
        meshes = {b.name: cut_body(tagged, b.name, b.materials) for b in case.bodies}
        return {
            b.name: build_body(b, meshes[b.name], self.setting, _driven(case, meshes[b.name]))
            for b in case.bodies
        }

    def _build_surfaces(self) -> dict[str, SurfaceModel]:
        bodies, parent, found = self.bodies, self.tagged.mesh, {}
        for interface in self.case.interfaces:
            sides = bodies[interface.minus].mesh, bodies[interface.plus].mesh
            mesh = cut_interface(self.tagged, interface.name, *sides)
            found[interface.name] = build_surface(interface, mesh, bodies, parent, self.setting)
            check_initial_gap(found[interface.name])
        return found

    def _build_holder(self, around: Sequence[Fluid]) -> Holder:
        fixture, bodies = self.case.fixture, list(self.bodies.values())
        for fluid in around:
            return fluid
        if fixture is None or not fixture.face:
            return Unheld()
        return build_platen(fixture, fixture.face, bodies, self.case.scales, self.comm)

    def _build_system(self) -> System:
        references: dict[str, list[tuple[str, Any]]] = {}
        for place in self.places:
            for key, forms in place.references.items():
                references.setdefault(key, []).extend(forms)
        groups = [group for place in self.places for group in place.groups]
        return System(self.comm, self.unknowns, self.closures, groups, references)

    @property
    def places(self) -> Sequence[BodyModel | SurfaceModel]:
        """All bodies and interfaces."""
        return [*self.bodies.values(), *self.surfaces.values()]

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Conditions that end any step: a host is empty or full, or metal is used up somewhere."""
        hosts = [host for body in self.bodies.values() for host in body.parts.find(Lithium)]
        transfers = [t for surface in self.surfaces.values() for t in surface.parts.find(Transfer)]
        found = [guard for host in hosts for guard in host.guards]
        return (*found, *(guard for t in transfers for guard in t.reactant.guards))

    @property
    def capacity(self) -> float:
        """Charge by which C-rates count, per nominal area [C/m2]; nan if there is none."""
        return self.circuit.capacity

    @property
    def courses(self) -> Sequence[object]:
        """Functions of time that loads, supports and the fixture follow."""
        return [*courses_of(self.case), *(motion.value for motion in self._moving)]

    @property
    def functions(self) -> Sequence[Callable[[float], float]]:
        """Those of them that do not tell where they jump or bend, against time alone."""
        moved = [motion for motion in self._moving if len(motion.nodes) and plain([motion.value])]
        asked = [each for each in followed(self.case) if plain([each.function])]
        return [*asked, *(motion.size for motion in moved)]

    @property
    def unknowns(self) -> list[Unknown]:
        """All fields."""
        return [unknown for place in self.places for unknown in place.unknowns]

    @property
    def closures(self) -> list[Closure]:
        """All scalar unknowns."""
        return [*self.holder.closures, *self.circuit.closures, *self._across]

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
        if name in self.surfaces:
            return float(self.comm.allreduce(float(self.surfaces[name].areas.sum()), op=MPI.SUM))
        area = 0.0
        for body in self.bodies.values():
            if name in body.mesh.faces:
                one = constant(body.mesh.mesh, 1.0)
                form = compile_form(one * body.ds(body.mesh.faces[name]), None)
                area += fem.assemble_scalar(form)
        area = float(self.comm.allreduce(area, op=MPI.SUM))
        if area == 0.0:
            known = ", ".join([*self.surfaces, *self.tagged.faces])
            raise CaseError(
                f"the electrodes count by the area of {name!r}, which is no interface or outer "
                f"face; those are: {known}"
            )
        return area

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step: time step, loads and what the electrodes are asked for; collective."""
        time = self.time + dt
        self.conditions.begin(time, dt, drive, self._scheme.weights(self._ratio))
        for motion in self._moving:
            motion.impose(time)
        self.holder.load(drive, time, dt)
        self.circuit.drive(drive)
        self.system.impose_closures()
        for place in self.places:
            place.parts.begin()
        if self.time == 0.0:
            for surface in self.surfaces.values():
                for contact in surface.parts.find(Contact):
                    contact.start_touching()

    def predict(self, ratio: float) -> None:
        """Start the step from the line through the last two committed steps; collective.

        Args:
            ratio: the step over the one before [1]; 0 to start from the last one.
        """
        self._ratio = ratio
        for unknown in self._marching:
            unknown.extrapolate(ratio)

    def commit(self, dt: float) -> None:
        """Accept the step that was just solved; collective."""
        # all memories are computed before any is replaced: one may depend on another
        for place in self.places:
            place.parts.advance()
        for place in self.places:
            place.parts.commit()
        for unknown in self._marching:
            unknown.commit()
        self.conditions.commit()
        self.holder.commit()
        self.time += dt

    def rollback(self) -> None:
        """Return to the last committed step; collective."""
        for unknown in self._marching:
            unknown.rollback()
        self.conditions.rollback()
        for place in self.places:
            place.parts.begin()

    @property
    def judged(self) -> list[Judged]:
        """What the step control judges a step by."""
        return [judged for place in self.places for part in place.parts for judged in part.judged]

    def predictor_error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the largest error of what judges a step, over what counts as 1; collective.

        Args:
            ratio: the step over the one before [1].
            tolerances: what counts as 1.
        """
        return self._worst(False, ratio, tolerances)

    def embedded_error(self, tolerances: Tolerances) -> float:
        """Return the largest error that the step itself shows, over what counts as 1; collective.

        Args:
            tolerances: what counts as 1.
        """
        return self._worst(True, 0.0, tolerances)

    def _worst(self, embedded: bool, ratio: float, tolerances: Tolerances) -> float:
        worst = 0.0
        for judged in self.judged:
            if getattr(judged, "embedded", False) == embedded:
                worst = max(worst, judged.error(ratio, tolerances))
        return float(self.comm.allreduce(worst, op=MPI.MAX))

    def seat(self) -> None:
        """Let the fixture act from the present platen position."""
        self.holder.seat()


def _setting(
    case: Case, tagged: TaggedMesh, conditions: Conditions, around: Sequence[Fluid]
) -> Setting:
    """Return what all parts share; a fluid around the cell presses on every face nothing holds."""
    pressures = [
        FaceNumber(
            load.face,
            conditions.number(partial(_at_time, load.pressure, "FacePressure.pressure", "Pa")),
        )
        for load in case.loads.face_pressures
    ]
    held = {support.face for support in case.supports}
    wet = [face for face in tagged.faces if face not in held]
    pressures += [FaceNumber(face, fluid.pressure) for fluid in around for face in wet]
    fluxes = [
        FaceNumber(
            load.face,
            conditions.number(partial(_at_time, load.flux, "FaceFlux.flux", "mol/(m2 s)")),
        )
        for load in case.loads.face_fluxes
    ]
    return Setting(
        frame=case.geometry.frame,
        discretisation=case.discretisation,
        scales=case.scales,
        conditions=conditions,
        loads=case.loads,
        pressures=tuple(pressures),
        around=tuple(fluid.pressure for fluid in around),
        fluxes=tuple(fluxes),
        all_states=case.output.all_states,
    )


def _at_time(
    value: Callable[[float], float], where: str, unit: str, time: float, _: Drive
) -> float:
    """Return a value at a time [s], whatever the drive."""
    return value_at(value, time, where, unit)


def _driven(case: Case, mesh: BodyMesh) -> bool:
    """Return whether ions are made to move in a body; collective."""
    faces = {held.face for held in case.loads.face_potentials}
    held = sum(len(mesh.facets(face)) for face in faces)
    reacts = any(i.plus == mesh.name for i in case.interfaces if i.reacts)
    return bool(mesh.mesh.comm.allreduce(held, op=MPI.SUM) > 0 or reacts)
