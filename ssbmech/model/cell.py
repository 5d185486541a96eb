# SPDX-License-Identifier: BSD-3-Clause
"""The cell: all bodies and interfaces, the fixture, the electrodes, and the system they make."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.boundary import FacePressure, Loads, Support
from ssbmech.case import Case
from ssbmech.errors import CaseError
from ssbmech.geometry.subdomains import cut_body, cut_interface
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.body import BodyModel, build_body, face_pressure_knob, hold
from ssbmech.model.parameters import Knobs
from ssbmech.model.platen import Platen, build_platen
from ssbmech.model.surface import SurfaceModel, build_surface
from ssbmech.protocol import Drive
from ssbmech.solve.system import System
from ssbmech.solve.unknowns import Closure, Unknown

Array = npt.NDArray[np.float64]


class CellModel:
    """Everything that a run computes with, built from a case and its mesh.

    Attributes:
        case: the case.
        tagged: its mesh.
        bodies: the bodies.
        surfaces: the interfaces.
        platen: the rigid platen, None if the fixture has none.
        electrodes: closures of the electrode potentials, by interface name.
        system: the equations.
        time: time of the last committed step [s].
    """

    def __init__(self, case: Case, tagged: TaggedMesh) -> None:
        """Build the model; collective.

        Raises:
            CaseError: a name of the case is not in the mesh, or a law is missing.
        """
        self.case, self.tagged, self.comm = case, tagged, tagged.mesh.comm
        self.time = 0.0
        self.knobs = Knobs(dt=1.0, temperature=case.temperature)
        _check_regions(case, tagged)
        _check_faces(case, tagged)
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
        self._moving: list[tuple[Unknown, npt.NDArray[np.int32], Array, tuple[int, ...], Any]] = []
        for support in case.supports:
            self._support(support)
        self._face_potentials()
        self.platen = self._build_platen()
        self.electrodes = {
            name: self._electrode(s) for name, s in self.surfaces.items() if s.phi_s is not None
        }
        self.system = self._build_system()

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

    def _support(self, support: Support) -> None:
        """Hold a face in all bodies that reach it."""
        for body in self.bodies.values():
            count = self.comm.allreduce(len(body.mesh.facets(support.face)), op=MPI.SUM)
            if count == 0:
                continue
            dim = body.frame.dim
            every = support.components(0, dim) == tuple(range(dim))
            axis = 0 if every else body.mesh.normal_axis(support.face)[0]
            components = support.components(axis, dim)
            dofs = hold(body.u, body.mesh, support.face, components)
            body.u.fix(dofs)
            if support.value is not None:
                space = body.u.function.function_space
                blocks = np.unique(dofs // body.u.block_size).astype(np.int32)
                x = space.tabulate_dof_coordinates()[blocks].T
                self._moving.append((body.u, blocks, x, components, support.value))

    def _face_potentials(self) -> None:
        for held in self.case.loads.face_potentials:
            for body in self.bodies.values():
                if body.phi_e is None:
                    continue
                dofs = hold(body.phi_e, body.mesh, held.face, (0,))
                body.phi_e.fix(dofs)
                space = body.phi_e.function.function_space
                x = space.tabulate_dof_coordinates()[dofs].T
                body.phi_e.function.x.array[dofs] = held.potential(x)
                body.phi_e.function.x.scatter_forward()
                body.phi_e.commit()

    def _build_platen(self) -> Platen | None:
        fixture = self.case.fixture
        if fixture is None or fixture.face is None:
            return None
        return build_platen(self.case, fixture, fixture.face, list(self.bodies.values()), self.comm)

    def _electrode(self, surface: SurfaceModel) -> Closure:
        phi_s = surface.phi_s
        if phi_s is None:
            raise CaseError(f"interface {surface.name!r} is no electrode")
        area = self.comm.allreduce(float(surface.areas.sum()), op=MPI.SUM)
        return Closure(
            key=f"electrode {surface.name}",
            unknown=phi_s,
            tied=np.arange(phi_s.owned, dtype=np.int32),
            scale=self.case.scales.potential,
            reference=self.case.scales.current * area,
        )

    def _build_system(self) -> System:
        parts: Sequence[BodyModel | SurfaceModel] = [*self.bodies.values(), *self.surfaces.values()]
        references: dict[str, list[tuple[str, Any]]] = {}
        for part in parts:
            for key, forms in part.references.items():
                references.setdefault(key, []).extend(forms)
        return System(
            self.comm, self.unknowns, self.closures, [part.group for part in parts], references
        )

    def area(self, name: str) -> float:
        """Return the nominal area of an interface; collective."""
        return float(self.comm.allreduce(float(self.surfaces[name].areas.sum()), op=MPI.SUM))

    def begin(self, drive: Drive, dt: float) -> None:
        """Prepare a step: set the time step, the loads and what the electrodes are asked for; collective."""
        time = self.time + dt
        self.knobs["dt"] = dt
        self.knobs["temperature"] = self.case.temperature
        for k, load in enumerate(self.loads.face_pressures):
            self.knobs[face_pressure_knob(k)] = load.pressure(time)
        isostatic = self.case.fixture is not None and self.case.fixture.face is None
        if isostatic and self.case.fixture is not None:
            count = len(self.case.loads.face_pressures)
            for k in range(count, len(self.loads.face_pressures)):
                self.knobs[face_pressure_knob(k)] = (
                    self.case.fixture.preload * drive.preload_fraction
                )
        for unknown, blocks, x, components, value in self._moving:
            values = value(x, time)
            for component in components:
                unknown.function.x.array[blocks * unknown.block_size + component] = values[
                    component
                ]
        if self.platen is not None:
            self.platen.load(drive.preload_fraction, time)
        self._drive_electrodes(drive)
        self.system.impose_closures()

    def _drive_electrodes(self, drive: Drive) -> None:
        if self.case.electrodes is None:
            return
        counter = self.electrodes[self.case.electrodes.counter]
        counter.alpha, counter.beta, counter.target = 0.0, counter.reference / counter.scale, 0.0
        working = self.electrodes[self.case.electrodes.working]
        if drive.current_density is not None:
            working.alpha, working.beta = 1.0, 0.0
            working.load = -drive.current_density * self.area(self.case.electrodes.working)
        else:
            working.alpha, working.beta = 0.0, working.reference / working.scale
            working.target = float(drive.voltage or 0.0)

    def predict(self, ratio: float) -> None:
        """Start the step from the line through the last two committed steps; collective."""
        for part in (*self.unknowns, *self.closures):
            part.extrapolate(ratio)

    def commit(self, dt: float) -> None:
        """Accept the step that was just solved; collective."""
        for body in self.bodies.values():
            body.commit()
        for surface in self.surfaces.values():
            surface.commit()
        for part in (*self.unknowns, *self.closures):
            part.commit()
        self.time += dt

    def rollback(self) -> None:
        """Return to the last committed step; collective."""
        for part in (*self.unknowns, *self.closures):
            part.rollback()

    def predictor_error(self, ratio: float) -> float:
        """Return the largest distance of a gap from its extrapolation [m]; collective."""
        worst = 0.0
        for surface in self.surfaces.values():
            gap = surface.gap
            guess = gap.previous + ratio * (gap.previous - gap.older)
            worst = max(worst, float(np.max(np.abs(gap.function.x.array - guess), initial=0.0)))
        return float(self.comm.allreduce(worst, op=MPI.MAX))

    @property
    def fluid_pressure(self) -> float:
        """Pressure of an isostatic fixture's fluid [Pa]; zero if the fixture has a platen."""
        first, last = len(self.case.loads.face_pressures), len(self.loads.face_pressures)
        return self.knobs[face_pressure_knob(first)] if last > first else 0.0

    def force_imbalance(self) -> float:
        """Return platen force plus support reactions along the stacking axis over a typical force [1]; collective.

        Zero without a platen: then the supports are loaded by pressures whose resultant has no
        independent measure.
        """
        if self.platen is None or self.loads.body_forces or self.loads.face_pressures:
            return 0.0
        dim = self.case.geometry.frame.dim
        reaction = 0.0
        for body in self.bodies.values():
            along = body.u.fixed[body.u.fixed % dim == dim - 1]
            reaction += float(np.sum(self.system.raw_residual(body.u)[along]))
        reaction = self.comm.allreduce(reaction, op=MPI.SUM)
        force = self.platen.closure.total
        return float(abs(reaction + force) / max(abs(force), 1e-3 * self.platen.closure.reference))

    def seat(self) -> None:
        """Let the fixture act from the present platen position."""
        if self.platen is not None:
            self.platen.seat()


def _check_regions(case: Case, tagged: TaggedMesh) -> None:
    used = [region for body in case.bodies for region in body.materials]
    for region in tagged.regions:
        if used.count(region) != 1:
            state = "no body" if region not in used else "more than one body"
            raise CaseError(
                f"region {region!r} of the mesh belongs to {state}; bodies use {', '.join(used)}"
            )


def _check_faces(case: Case, tagged: TaggedMesh) -> None:
    named = [s.face for s in case.supports] + [p.face for p in case.loads.face_pressures]
    named += [p.face for p in case.loads.face_potentials]
    if case.fixture is not None and case.fixture.face is not None:
        named.append(case.fixture.face)
    for face in named:
        tagged.face(face)


def effective_loads(case: Case, tagged: TaggedMesh) -> Loads:
    """Return the case's loads, with the fluid pressure of an isostatic fixture on every face that nothing holds."""
    fixture = case.fixture
    if fixture is None or fixture.face is not None:
        return case.loads
    held = {support.face for support in case.supports}
    fluid = tuple(
        FacePressure(face, lambda _: fixture.preload) for face in tagged.faces if face not in held
    )
    return dataclasses.replace(case.loads, face_pressures=case.loads.face_pressures + fluid)
