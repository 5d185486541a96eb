# SPDX-License-Identifier: BSD-3-Clause
"""A body in the model: its fields, its history and its bulk terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import Submesh, constant, cut_submesh, part_entity_maps
from ssbmech.case.body import Body as CaseBody
from ssbmech.case.boundary import Loads
from ssbmech.case.case import Case
from ssbmech.constants import FARADAY
from ssbmech.forms import charge, lithium, mechanics
from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.geometry.subdomains import BodyMesh
from ssbmech.materials.elastic import Response, Surroundings
from ssbmech.materials.material import Material
from ssbmech.model.lithium import LithiumModel, build_lithium
from ssbmech.model.parameters import Knobs, symbolic
from ssbmech.model.state import RegionHistory
from ssbmech.solve.system import FormGroup
from ssbmech.solve.unknowns import Unknown


@dataclass(eq=False)
class RegionModel:
    """One region of a body with its material.

    Attributes:
        name: name of the region.
        material: the case's material.
        response: answer of the solid law to the body's displacement.
        volume_strain: trace of total minus free strain [1].
        stress: Cauchy stress, shape (3, 3) [Pa].
        history: variables at the integration points.
        pressure: pressure field, where it is an unknown.
        dx: measure of the region.
    """

    name: str
    material: Material
    response: Response
    volume_strain: Expr
    stress: Expr
    history: RegionHistory
    pressure: Unknown | None
    dx: WeightedMeasure


@dataclass(eq=False)
class BodyModel:
    """A body: displacement, potential if it conducts ions, and the terms they obey.

    Attributes:
        case_body: the case's body.
        mesh: the body's mesh.
        frame: kinematic frame.
        quadrature_degree: degree of the bulk quadrature [1].
        u: displacement [m].
        phi_e: ionic potential [V], None if no region conducts.
        lithium: lithium in the body, None if it hosts none.
        phi_s: electronic potential [V], None in a body of one potential.
        regions: the regions.
        group: residual forms on the body's own mesh.
        references: forms whose norms size the residuals.
    """

    case_body: CaseBody
    mesh: BodyMesh
    frame: Frame
    quadrature_degree: int
    u: Unknown
    phi_e: Unknown | None
    lithium: LithiumModel | None = None
    phi_s: Unknown | None = None
    regions: list[RegionModel] = field(default_factory=list)
    group: FormGroup = field(init=False)
    references: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the body."""
        return self.mesh.name

    @property
    def unknowns(self) -> list[Unknown]:
        """The body's fields."""
        pressures = [r.pressure for r in self.regions if r.pressure is not None]
        stored = [] if self.lithium is None else self.lithium.unknowns
        potentials = [phi for phi in (self.phi_e, self.phi_s) if phi is not None]
        return [self.u, *pressures, *potentials, *stored]

    def measure(self, kind: str) -> WeightedMeasure:
        """Return the weighted measure "dx" of regions or "ds" of faces."""
        mesh = self.mesh.mesh
        tags = self.mesh.cell_tags if kind == "dx" else self.mesh.facet_tags
        metadata = {"quadrature_degree": self.quadrature_degree, "quadrature_scheme": "default"}
        measure = ufl.Measure(kind, domain=mesh, subdomain_data=tags, metadata=metadata)
        return WeightedMeasure(measure, self.frame.weight(ufl.SpatialCoordinate(mesh)))

    def commit(self) -> None:
        """Advance the history by the step that was just solved."""
        for region in self.regions:
            region.history.commit()


def build_body(
    case: Case, loads: Loads, case_body: CaseBody, mesh: BodyMesh, knobs: Knobs
) -> BodyModel:
    """Return the model of a body; collective."""
    frame, degree = case.geometry.frame, case.discretisation.degree
    default_degree = 2 * degree if frame.revolves else max(2 * degree - 2, 1)
    quadrature_degree = case.discretisation.quadrature_degree or default_degree
    young = max(m.solid.stiffness for m in case_body.materials.values())
    scales = case.scales
    u = Unknown(
        f"u {mesh.name}",
        fem.Function(
            fem.functionspace(mesh.mesh, ("Lagrange", degree, (frame.dim,))), name="displacement"
        ),
        scales.length * scales.stress / young,
    )
    phi_e = None
    if _is_driven(case, case_body, mesh):
        space = fem.functionspace(mesh.mesh, ("Lagrange", degree))
        phi_e = Unknown(f"phi_e {mesh.name}", fem.Function(space, name="phi_e"), scales.potential)
    stored = build_lithium(case, case_body, mesh, knobs)
    phi_s = None
    if case_body.feed is not None:
        space = fem.functionspace(mesh.mesh, ("Lagrange", degree))
        phi_s = Unknown(f"phi_s {mesh.name}", fem.Function(space, name="phi_s"), scales.potential)
    body = BodyModel(case_body, mesh, frame, quadrature_degree, u, phi_e, stored, phi_s)
    if stored is not None:
        stored.measure_inventory(lambda name: body.measure("dx")(mesh.regions[name]))
    parts: list[Submesh] = []
    for region, material in case_body.materials.items():
        body.regions.append(_build_region(case, body, region, material, knobs, parts))
    _hold_idle_potentials(body)
    residual = _residual(body, loads, knobs)
    body.group = FormGroup(
        mesh.name, residual, part_entity_maps(mesh.mesh, parts) if parts else None
    )
    _set_references(body, case)
    return body


def _hold_idle_potentials(body: BodyModel) -> None:
    """Hold the ionic potential at the nodes that no conducting region reaches; collective."""
    if body.phi_e is None:
        return
    dofmap = body.phi_e.function.function_space.dofmap
    reached = la.vector(dofmap.index_map, 1)
    reached.array[:] = 0.0
    for name, material in body.case_body.materials.items():
        if material.conductor is not None:
            cells = body.mesh.cell_tags.find(body.mesh.regions[name])
            reached.array[dofmap.list[cells].ravel()] = 1.0
    reached.scatter_reverse(la.InsertMode.add)
    body.phi_e.fix(np.flatnonzero(reached.array[: body.phi_e.owned] == 0.0).astype(np.int32))


def _is_driven(case: Case, case_body: CaseBody, mesh: BodyMesh) -> bool:
    """Return whether ions are made to move in a body; collective.

    Where nothing moves them the potential has no level.
    """
    if all(material.conductor is None for material in case_body.materials.values()):
        return False
    faces = {held.face for held in case.loads.face_potentials}
    held = sum(len(mesh.facets(face)) for face in faces)
    reacts = any(i.plus == case_body.name for i in case.interfaces if i.reacts)
    return bool(reacts or mesh.mesh.comm.allreduce(held, op=MPI.SUM) > 0)


def _build_region(
    case: Case, body: BodyModel, name: str, material: Material, knobs: Knobs, parts: list[Submesh]
) -> RegionModel:
    mesh = body.mesh.mesh
    tag = body.mesh.regions[name]
    cells = body.mesh.cell_tags.find(tag)
    law = symbolic(material.solid, mesh)
    history = RegionHistory.start(material.solid, mesh, body.frame, cells, body.quadrature_degree)
    around = Surroundings(knobs.on("dt", mesh), knobs.on("temperature", mesh))
    strain = body.frame.strain(body.u.function)
    if body.lithium is not None:
        strain = strain - body.lithium.regions[name].free_strain
    response = law.response(strain, history.unpacked, around)
    history.follow(body.frame, response.state)

    pressure = None
    volume_strain = ufl.tr(strain)
    mean = -response.bulk * volume_strain
    if material.solid.flows and case.discretisation.mixed:
        home = mesh
        if len(body.case_body.materials) > 1:
            part = cut_submesh(mesh, mesh.topology.dim, cells)
            parts.append(part)
            home = part.mesh
        space = fem.functionspace(home, ("Lagrange", case.discretisation.degree - 1))
        pressure = Unknown(f"p {name}", fem.Function(space, name="pressure"), case.scales.stress)
        mean = pressure.function
    stress = response.deviator - mean * ufl.Identity(3)
    dx = body.measure("dx")(tag)
    return RegionModel(name, material, response, volume_strain, stress, history, pressure, dx)


def _residual(body: BodyModel, loads: Loads, knobs: Knobs) -> dict[str, Any]:
    """Return the residual forms of a body by the unknown whose equation they are."""
    residual: dict[str, Any] = {}
    for terms in (_momentum, _potentials, _lithium):
        for key, form in terms(body, loads, knobs):
            residual[key] = residual[key] + form if key in residual else form
    return residual


def _momentum(body: BodyModel, loads: Loads, knobs: Knobs) -> Iterator[tuple[str, Any]]:
    """Yield the terms of momentum and of independent pressures."""
    mesh, frame, key = body.mesh.mesh, body.frame, body.u.key
    v = ufl.TestFunction(body.u.function.function_space)
    for region in body.regions:
        response, dx = region.response, region.dx
        yield key, mechanics.deviatoric_term(frame, response.deviator, v, dx)
        if region.pressure is None:
            strain = region.volume_strain
            yield key, mechanics.volumetric_term(frame, response.bulk, strain, v, dx)
        else:
            p = region.pressure.function
            q = ufl.TestFunction(p.function_space)
            yield key, mechanics.pressure_term(frame, p, v, dx)
            yield (
                region.pressure.key,
                mechanics.compressibility_term(response.bulk, region.volume_strain, p, q, dx),
            )
    ds, dx = body.measure("ds"), body.measure("dx")
    for k, load in enumerate(loads.face_pressures):
        if load.face in body.mesh.faces:
            pressure, tag = knobs.on(face_pressure_knob(k), mesh), body.mesh.faces[load.face]
            normal = ufl.FacetNormal(mesh)
            yield key, mechanics.face_pressure_term(pressure, normal, v, ds(tag))
    for force in loads.body_forces:
        if force.body == body.name:
            yield key, mechanics.body_force_term(force.density(ufl.SpatialCoordinate(mesh)), v, dx)


def _potentials(body: BodyModel, loads: Loads, knobs: Knobs) -> Iterator[tuple[str, Any]]:
    """Yield the terms of ionic and electronic current."""
    mesh = body.mesh.mesh
    temperature = knobs.on("temperature", mesh)
    for region in body.regions:
        conductor, electronic = region.material.conductor, region.material.electronic
        if body.phi_e is not None and conductor is not None:
            w = ufl.TestFunction(body.phi_e.function.function_space)
            kappa = symbolic(conductor, mesh).kappa_e(temperature)
            yield body.phi_e.key, charge.ohmic_term(kappa, body.phi_e.function, w, region.dx)
        if body.phi_s is not None and electronic is not None:
            w = ufl.TestFunction(body.phi_s.function.function_space)
            sigma = symbolic(electronic, mesh).sigma_s(temperature)
            yield body.phi_s.key, charge.ohmic_term(sigma, body.phi_s.function, w, region.dx)
    if body.phi_e is not None:
        w, x = ufl.TestFunction(body.phi_e.function.function_space), ufl.SpatialCoordinate(mesh)
        for source in loads.ion_sources:
            if source.body == body.name:
                term = charge.ion_source_term(source.density(x), w, body.measure("dx"))
                yield body.phi_e.key, term


def _lithium(body: BodyModel, loads: Loads, knobs: Knobs) -> Iterator[tuple[str, Any]]:
    """Yield the terms of lithium in a host."""
    if body.lithium is None:
        return
    for region in body.regions:
        yield from body.lithium.terms(region.name, region.stress, region.dx).items()
    w = ufl.TestFunction(body.lithium.c.function.function_space)
    for k, entering in enumerate(loads.face_fluxes):
        if entering.face in body.mesh.faces:
            flux, tag = knobs.on(face_flux_knob(k), body.mesh.mesh), body.mesh.faces[entering.face]
            yield body.lithium.c.key, lithium.supply_term(flux, w, body.measure("ds")(tag))


def face_pressure_knob(k: int) -> str:
    """Return the name of the number that holds the k-th face pressure."""
    return f"face pressure {k}"


def face_flux_knob(k: int) -> str:
    """Return the name of the number that holds the k-th flux of lithium."""
    return f"face flux {k}"


def _set_references(body: BodyModel, case: Case) -> None:
    """Set the sizes of residuals: of a typical stress, volume strain and current."""
    mesh, scales = body.mesh.mesh, case.scales
    v = ufl.TestFunction(body.u.function.function_space)
    stress = constant(mesh, scales.stress)
    traction = stress * ufl.tr(body.frame.strain(v)) * body.measure("dx")
    body.references[body.u.key] = [(body.name, traction)]
    for region in body.regions:
        if region.pressure is not None:
            q = ufl.TestFunction(region.pressure.function.function_space)
            body.references[region.pressure.key] = [
                (body.name, stress / region.response.bulk * q * region.dx)
            ]
    if body.phi_e is not None:
        w = ufl.TestFunction(body.phi_e.function.function_space)
        current = constant(mesh, scales.current)
        body.references[body.phi_e.key] = [(body.name, current * w * body.measure("ds"))]
    if body.phi_s is not None:
        w = ufl.TestFunction(body.phi_s.function.function_space)
        current = constant(mesh, scales.current)
        body.references[body.phi_s.key] = [(body.name, current * w * body.measure("ds"))]
    if body.lithium is not None:
        w = ufl.TestFunction(body.lithium.c.function.function_space)
        flux = constant(mesh, scales.current / FARADAY) * w * body.measure("ds")
        energy = constant(mesh, FARADAY * scales.potential) * w * body.measure("dx")
        body.references[body.lithium.c.key] = [(body.name, flux)]
        body.references[body.lithium.mu.key] = [(body.name, energy)]


def hold(
    unknown: Unknown, mesh: BodyMesh, face: str, components: Sequence[int]
) -> npt.NDArray[np.int32]:
    """Return the local dofs (unrolled) of components of a field on a face; collective."""
    space = unknown.function.function_space
    dim = mesh.mesh.topology.dim
    blocks = fem.locate_dofs_topological(space, dim - 1, mesh.facets(face))
    size = unknown.block_size
    return (
        (blocks[:, None] * size + np.asarray(components, dtype=np.int32)[None, :])
        .astype(np.int32)
        .ravel()
    )
