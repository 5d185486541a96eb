# SPDX-License-Identifier: BSD-3-Clause
"""The cell: all bodies and interfaces, the fixture, the electrodes, and the system they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Protocol

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech._compat import drop_abandoned_compilations
from ssbmech.case.boundary import FacePressure, Loads
from ssbmech.case.case import Case
from ssbmech.case.protocol import Drive, Guard
from ssbmech.case.step_control import Tolerances
from ssbmech.geometry.subdomains import cut_body, cut_interface
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.body import (
    BodyModel,
    build_body,
    face_flux_knob,
    face_pressure_knob,
    hold,
)
from ssbmech.model.checks import check_case
from ssbmech.model.electrodes import (
    check_feeds,
    check_start,
    electrode_capacity,
    face_area,
    start_at_rest,
)
from ssbmech.model.parameters import Knobs
from ssbmech.model.platen import Platen, build_platen
from ssbmech.model.supports import hold_potentials, hold_supports
from ssbmech.model.surface import SurfaceModel, build_surface
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
        bodies: the bodies.
        surfaces: the interfaces.
        platen: the rigid platen, None if the fixture has none.
        electrodes: closures of the electrode potentials, by interface name.
        nominal_area: area by which currents and capacities are counted [m2].
        capacity: charge of the hosts of an electrode per nominal area [C/m2]; None without hosts.
        system: the equations.
        time: time of the last committed step [s].
    """

    def __init__(self, case: Case, tagged: TaggedMesh) -> None:
        """Build the model; collective.

        Raises:
            CaseError: a region or interface of the case is not in the mesh, or a law is missing.
            MeshError: a face of the case is not in the mesh, or not flat where it must be.
        """
        self.case, self.tagged, self.comm = case, tagged, tagged.mesh.comm
        self.time = 0.0
        self.knobs = Knobs(dt=1.0, temperature=case.temperature)
        check_case(case, tagged)
        drop_abandoned_compilations(self.comm)
        loads = effective_loads(case, tagged)
        meshes = {b.name: cut_body(tagged, b.name, b.materials) for b in case.bodies}
        self.bodies = {
            b.name: build_body(case, loads, b, meshes[b.name], self.knobs) for b in case.bodies
        }
        self.surfaces = {}
        for interface in case.interfaces:
            minus, plus = self.bodies[interface.minus], self.bodies[interface.plus]
            mesh = cut_interface(tagged, interface.name, minus.mesh, plus.mesh)
            self.surfaces[interface.name] = build_surface(
                case, interface, mesh, minus, plus, tagged.mesh, self.knobs
            )
        self.loads = loads
        self._moving = hold_supports(case.supports, self.bodies.values(), self.comm)
        hold_potentials(case.loads.face_potentials, self.bodies.values())
        self.platen = self._build_platen()
        self.electrodes = {
            name: _electrode(case, s, s.phi_s, self.area(name))
            for name, s in self.surfaces.items()
            if s.phi_s is not None
        }
        self.nominal_area = self._nominal_area()
        self.capacity = electrode_capacity(self)
        start_at_rest(self)
        check_start(self)
        check_feeds(self)
        self.system = self._build_system()

    @property
    def guards(self) -> tuple[Guard, ...]:
        """Conditions that end any step: a host is empty or full somewhere."""
        hosts = [body.lithium for body in self.bodies.values() if body.lithium is not None]
        return tuple(guard for stored in hosts for guard in stored.guards)

    @property
    def unknowns(self) -> list[Unknown]:
        """All fields."""
        parts: Sequence[BodyModel | SurfaceModel] = [*self.bodies.values(), *self.surfaces.values()]
        return [unknown for part in parts for unknown in part.unknowns]

    @property
    def closures(self) -> list[Closure]:
        """All scalar unknowns."""
        platen = [] if self.platen is None else [self.platen.closure]
        return [*platen, *self.electrodes.values()]

    @property
    def _marching(self) -> list[Marching]:
        """All fields and scalar unknowns."""
        return [*self.unknowns, *self.closures]

    def _build_platen(self) -> Platen | None:
        fixture = self.case.fixture
        if fixture is None or fixture.face is None:
            return None
        return build_platen(self.case, fixture, fixture.face, list(self.bodies.values()), self.comm)

    def _build_system(self) -> System:
        parts: Sequence[BodyModel | SurfaceModel] = [*self.bodies.values(), *self.surfaces.values()]
        references: dict[str, list[tuple[str, Any]]] = {}
        for part in parts:
            for key, forms in part.references.items():
                references.setdefault(key, []).extend(forms)
        return System(
            self.comm, self.unknowns, self.closures, [part.group for part in parts], references
        )

    def _nominal_area(self) -> float:
        electrodes = self.case.electrodes
        if electrodes is None:
            return 1.0
        name = electrodes.area_of or electrodes.working
        return self.area(name) if name in self.surfaces else face_area(self, name)

    def area(self, name: str) -> float:
        """Return the area of an interface [m2], in plane strain per depth [m]; collective."""
        return float(self.comm.allreduce(float(self.surfaces[name].areas.sum()), op=MPI.SUM))

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step: time step, loads and what the electrodes are asked for; collective."""
        time = self.time + dt
        self.knobs["dt"] = dt
        self.knobs["temperature"] = self.case.temperature
        for k, load in enumerate(self.loads.face_pressures):
            self.knobs[face_pressure_knob(k)] = load.pressure(time)
        fixture = self.case.fixture
        if fixture is not None and fixture.face is None:
            for k in range(len(self.case.loads.face_pressures), len(self.loads.face_pressures)):
                self.knobs[face_pressure_knob(k)] = fixture.preload * drive.preload_fraction
        for k, entering in enumerate(self.loads.face_fluxes):
            self.knobs[face_flux_knob(k)] = entering.flux(time)
        for motion in self._moving:
            motion.impose(time)
        if self.platen is not None:
            self.platen.load(drive.preload_fraction, time)
        self._drive_electrodes(drive)
        self.system.impose_closures()
        if self.time == 0.0:
            for surface in self.surfaces.values():
                surface.start_touching()

    def _drive_electrodes(self, drive: Drive) -> None:
        """Set what the electrodes of all stacked cells are asked for."""
        electrodes, density = self.case.electrodes, self.current_density(drive)
        for pair in () if electrodes is None else electrodes.cells:
            if pair.counter is not None:
                zero = self.electrodes[pair.counter]
                zero.alpha, zero.beta, zero.target = 0.0, zero.reference / zero.scale, 0.0
            working = self.electrodes[pair.working]
            if density is not None:
                working.alpha, working.beta = 1.0, 0.0
                working.load = -density * self.nominal_area
            else:
                working.alpha, working.beta = 0.0, working.reference / working.scale
                working.target = float(drive.voltage or 0.0)

    def current_density(self, drive: Drive) -> float | None:
        """Return the current density that a drive asks for [A/m2], None under voltage control."""
        if drive.c_rate is None or self.capacity is None:
            return drive.current_density
        return drive.c_rate * self.capacity

    def predict(self, ratio: float) -> None:
        """Start the step from the line through the last two committed steps; collective."""
        for unknown in self._marching:
            unknown.extrapolate(ratio)

    def commit(self, dt: float) -> None:
        """Accept the step that was just solved; collective."""
        for body in self.bodies.values():
            body.commit()
        for surface in self.surfaces.values():
            surface.commit()
        for unknown in self._marching:
            unknown.commit()
        self.time += dt

    def rollback(self) -> None:
        """Return to the last committed step; collective."""
        for unknown in self._marching:
            unknown.rollback()

    def predictor_error(self, ratio: float, tolerances: Tolerances) -> float:
        """Return the largest distance of gaps and contents from their extrapolation; collective.

        Args:
            ratio: the step over the one before [1].
            tolerances: what counts as 1.
        """
        judged = [(surface.gap, tolerances.gap) for surface in self.surfaces.values()]
        for body in self.bodies.values():
            if body.lithium is not None:
                judged.append((body.lithium.c, tolerances.content * body.lithium.c.scale))
        worst = 0.0
        for unknown, tolerance in judged:
            guess = unknown.previous + ratio * (unknown.previous - unknown.older)
            distance = np.max(np.abs(unknown.function.x.array - guess), initial=0.0)
            worst = max(worst, float(distance) / tolerance)
        return float(self.comm.allreduce(worst, op=MPI.MAX))

    @property
    def fluid_pressure(self) -> float:
        """Pressure of an isostatic fixture's fluid [Pa]; zero if the fixture has a platen."""
        first, last = len(self.case.loads.face_pressures), len(self.loads.face_pressures)
        return self.knobs[face_pressure_knob(first)] if last > first else 0.0

    def seat(self) -> None:
        """Let the fixture act from the present platen position."""
        if self.platen is not None:
            self.platen.seat()


def _electrode(case: Case, surface: SurfaceModel, phi_s: Unknown, area: float) -> Closure:
    """Return the closure of an electrode potential, given the area of the electrode [m2]."""
    body = surface.minus
    tied: npt.NDArray[np.int32] = np.arange(phi_s.owned, dtype=np.int32)
    if body.phi_s is not None and body.case_body.feed is not None:
        fed = hold(phi_s, body.mesh, body.case_body.feed, (0,))
        tied = np.unique(fed[fed < phi_s.owned]).astype(np.int32)
    return Closure(
        key=f"electrode {surface.name}",
        unknown=phi_s,
        tied=tied,
        scale=case.scales.potential,
        reference=case.scales.current * area,
    )


def effective_loads(case: Case, tagged: TaggedMesh) -> Loads:
    """Return the case's loads, with those of an isostatic fixture.

    Its fluid presses on every face that nothing holds.
    """
    fixture = case.fixture
    if fixture is None or fixture.face is not None:
        return case.loads
    held = {support.face for support in case.supports}
    fluid = tuple(
        FacePressure(face, lambda _: fixture.preload) for face in tagged.faces if face not in held
    )
    return dataclasses.replace(case.loads, face_pressures=case.loads.face_pressures + fluid)
