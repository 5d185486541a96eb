# SPDX-License-Identifier: BSD-3-Clause
"""Momentum of a body: its displacement, the solid laws of its regions, and what loads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import ufl

from ssbmech._compat import compile_form, constant, part_entity_maps
from ssbmech.errors import CaseError
from ssbmech.forms import mechanics
from ssbmech.frames import Expr, Frame, WeightedMeasure
from ssbmech.materials.elastic import Compacting, Response, Solid, Surroundings
from ssbmech.materials.material import Material
from ssbmech.memory import StateVariable, check_new_state, collect, declared
from ssbmech.model.body import BodyModel
from ssbmech.model.conditions import on_mesh, symbolic
from ssbmech.model.given import given_expression
from ssbmech.model.history import RegionHistory
from ssbmech.model.outputs import Output
from ssbmech.model.part import Judged, Memory, Part, Term
from ssbmech.model.parts.friction import slipping_faces
from ssbmech.model.parts.momentum_outputs import state_outputs, stress_outputs
from ssbmech.model.parts.pressure import (
    FieldOfItsOwn,
    FromStrain,
    OfDilation,
    Pressure,
    dilation_field,
    pressure_field,
)
from ssbmech.model.preconditioning import (
    Means,
    cell_means,
    elliptic,
    pressure_role,
    softened,
    volume_term,
)
from ssbmech.model.rates import StateRates, StressError
from ssbmech.model.solved import DensityChange, LawSolved
from ssbmech.solve.field_roles import Role
from ssbmech.solve.unknowns import Unknown


@dataclass(frozen=True, eq=False)
class FreeStrain:
    """What a region would do without stress.

    Attributes:
        strain: strain at the end of the step, shape (3, 3) [1].
        content: lithium content there [1]; 1 where nothing is hosted.
        content_n: that at the start of the step [1].
        new_state: values at the end of the step of the states of the law behind it.
    """

    strain: Expr = field(default_factory=lambda: ufl.zero(3, 3))
    content: Expr = 1.0
    content_n: Expr = 1.0
    new_state: Mapping[str, Expr] = field(default_factory=dict)


class FreeStrains(Protocol):
    """Role of what strains regions without stress."""

    def free_strain(self, region: str, around: Surroundings) -> FreeStrain:
        """Return the free strain of a region, given the states at the start of the step."""


class NoFreeStrain:
    """A body that keeps its shape without stress."""

    def free_strain(self, region: str, around: Surroundings) -> FreeStrain:
        """Return zero."""
        return FreeStrain()


@dataclass(frozen=True, eq=False)
class SolidRegion:
    """One region of a body with its solid law.

    Attributes:
        name: name of the region.
        material: the case's material.
        response: answer of the solid law to the body's displacement.
        volume_strain: elastic volume strain [1].
        stress: Cauchy stress, shape (3, 3) [Pa].
        history: variables at the integration points.
        rates: their rates, if the solid law has any.
        pressure: what takes the volumetric part of the stress.
        dx: measure of the region.
    """

    name: str
    material: Material
    response: Response
    volume_strain: Expr
    stress: Expr
    history: RegionHistory
    rates: tuple[StateRates, ...]
    pressure: Pressure
    dx: WeightedMeasure

    @property
    def density(self) -> Expr:
        """Relative density at the end of the step [1]; 1 where pores are no state of the solid."""
        solid = self.material.solid
        return solid.relative_density(self.response.state) if isinstance(solid, Compacting) else 1.0


class Momentum(Part):
    """Momentum balance of a body: div(stress) = 0, with the loads on its faces and in its bulk.

    Attributes:
        body: the body.
        regions: its regions by name.
    """

    def __init__(self, body: BodyModel, free: FreeStrains, strains: Sequence[Expr] = ()) -> None:
        """Build the regions; collective.

        Args:
            body: the body.
            free: what strains its regions without stress.
            strains: what adds to the strain that its displacement makes, shape (3, 3) [1].

        Raises:
            CaseError: a law's states do not fit together.
        """
        self.body, self._strains = body, tuple(strains)
        self.regions = {
            name: _region(body, name, material, free, strains)
            for name, material in body.case_body.materials.items()
        }
        _check_alike(self.regions)
        solving = [r for r in self.regions.values() if not _is_number(r.response.unsolved)]
        self._judged: list[Judged] = [
            LawSolved(r.history, r.response.unsolved, body.mesh.mesh) for r in solving
        ]
        self._judged += [
            DensityChange(r.history, r.material.solid, body.mesh.mesh)
            for r in self.regions.values()
            if isinstance(r.material.solid, Compacting)
        ]
        self._judged += [
            _stress_error(body, region, rates)
            for region in self.regions.values()
            for rates in region.rates
        ]

    def soften(self, name: str, deviator: Expr, bulk: Expr) -> None:
        """Let a region of a solid without memory answer otherwise than its law says.

        Args:
            name: the region.
            deviator: its deviatoric stress, shape (3, 3) [Pa].
            bulk: its mean stress over its elastic volume strain [Pa].
        """
        region = self.regions[name]
        pressure = FromStrain(bulk, region.volume_strain)
        self.regions[name] = replace(
            region,
            response=replace(region.response, deviator=deviator, bulk=bulk),
            pressure=pressure,
            stress=deviator - pressure.mean * ufl.Identity(3),
        )

    @property
    def frame(self) -> Frame:
        """Kinematic frame."""
        return self.body.frame

    @property
    def pressures(self) -> dict[str, Unknown]:
        """Pressures that are fields of their own, by region."""
        return {
            name: region.pressure.unknowns[0]
            for name, region in self.regions.items()
            if region.pressure.unknowns
        }

    @property
    def unknowns(self) -> list[Unknown]:
        """The displacement, the independent pressures, and volume strains that go with them."""
        regions = self.regions.values()
        return [self.body.u, *(field for r in regions for field in r.pressure.unknowns)]

    @property
    def memory(self) -> Sequence[Memory]:
        """The histories of the regions, after the rates that follow from their change."""
        rates = [rates for region in self.regions.values() for rates in region.rates]
        return [*rates, *(region.history for region in self.regions.values())]

    @property
    def judged(self) -> Sequence[Judged]:
        """Whether laws are solved, and the stress of the regions whose solid has states."""
        return self._judged

    def terms(self) -> Iterator[Term]:
        """Yield the virtual work of stress and loads, and the equations of the pressures."""
        body, key = self.body, self.body.u.key
        v, mesh = body.test(body.u), body.mesh.mesh
        shape = body.kinematics.step(body.frame, body.u)
        for region in self.regions.values():
            yield key, mechanics.deviatoric_term(shape, region.response.deviator, v, region.dx)
            yield from region.pressure.terms(body, region.dx)
        ds, dx = body.ds, body.dx
        for load in body.setting.pressures:
            if load.face in body.mesh.faces:
                tag, normal = body.mesh.faces[load.face], shape.normal(ufl.FacetNormal(mesh))
                pressure = load.number.on(mesh)
                yield key, mechanics.face_pressure_term(pressure, normal, v, ds(tag))
        for face in slipping_faces(body):
            yield key, mechanics.friction_term(face.shear, v, face.ds)
        for force in body.setting.loads.body_forces:
            if force.body == body.name:
                where = f"BodyForce.density in body {body.name!r}"
                size = (self.frame.dim,)
                density = given_expression(force.density, mesh, size, where, "N/m3")
                dead = body.kinematics.as_made(body.frame, dx)
                yield key, mechanics.body_force_term(density, v, dead)

    def sizes(self) -> Iterator[Term]:
        """Yield the virtual work of a typical stress, and the volume strain that it makes."""
        body = self.body
        stress = constant(body.mesh.mesh, body.setting.scales.stress)
        v = body.test(body.u)
        yield body.u.key, stress * ufl.tr(self.frame.strain(v)) * body.dx
        for region in self.regions.values():
            yield from region.pressure.sizes(body, region.dx)

    def roles(self) -> Iterator[Role]:
        """Yield those of displacement and pressures; collective."""
        body, flowing = self.body, [r for r in self.regions.values() if r.pressure.unknowns]
        terms = [volume_term(body, r.material, r.response, r.dx) for r in flowing]
        yield elliptic(body, body.u, sum(terms[1:], terms[0]) if terms else None)
        for region in flowing:
            p = region.pressure.unknowns[0]
            yield pressure_role(body, region.material, region.response, p, region.dx)

    def stiffness(self) -> Means:
        """Return what returns a stiffness of each cell, ghosts too [Pa]; both are collective."""
        body, regions = self.body, self.regions.values()
        return cell_means(body, [(softened(body, r.material, r.response), r.dx) for r in regions])

    def outputs(self) -> Sequence[Output]:
        """Return displacement, stress, creep rate, and the states of the laws."""
        histories = [region.history for region in self.regions.values()]
        return [
            *stress_outputs(self.body, self.regions, self._strains),
            *state_outputs(self.body, histories),
        ]


def _is_number(value: Expr) -> bool:
    """Return whether an expression is a plain number."""
    return isinstance(ufl.as_ufl(value), ufl.constantvalue.ConstantValue)


def _check_alike(regions: Mapping[str, SolidRegion]) -> None:
    """Refuse states of two regions that have one name and are not the same.

    Raises:
        CaseError: there are.
    """
    found: dict[str, StateVariable] = {}
    for name, region in regions.items():
        for key, variable in region.history.variables.items():
            known = found.setdefault(key, variable)
            if (known.unit, known.is_tensor) != (variable.unit, variable.is_tensor):
                raise CaseError(
                    f"region {name!r}: the state {key!r} is another than that of the same name in "
                    "another region of the body: give it another name"
                )


def _region(
    body: BodyModel,
    name: str,
    material: Material,
    free: FreeStrains,
    strains: Sequence[Expr],
) -> SolidRegion:
    """Return a region with the answer of its solid law; collective."""
    mesh, setting, where = body.mesh.mesh, body.setting, f"region {name!r}"
    solid = body.kinematics.solid(material.solid)
    variables = collect(where, (solid, *material.laws[1:]))
    # crystals that lie askew to a section shear out of its plane as they swell
    inclined = body.case_body.crystal_axis is not None and bool(material.hosts)
    degree = body.quadrature_degree
    history = RegionHistory.start(
        name, variables, mesh, body.frame, body.cells(name), degree, inclined
    )
    conditions = setting.conditions
    around = Surroundings(
        conditions.dt.on(mesh), conditions.temperature.on(mesh), state=history.unpacked
    )
    unloaded = free.free_strain(name, around)
    rates, around = _rates(solid, history, body, around)
    shape = body.kinematics.step(body.frame, body.u)
    strain = shape.asked(strains, unloaded.strain)
    own = declared(solid)
    law = symbolic(solid, mesh)
    made = dilation = shape.dilated(strain, unloaded.strain)
    mixed = body.kinematics.needs_pressure or (solid.flows and setting.discretisation.mixed)
    projected: Unknown | None = None
    if mixed and isinstance(material.solid, Compacting):
        projected = dilation_field(body, name, solid.stiffness)
        dilation = projected.function
        strain = ufl.dev(strain) + dilation / 3 * ufl.Identity(3)
    around = replace(
        around, content=unloaded.content, content_n=unloaded.content_n, dilation=dilation
    )
    response = law.response(strain, history.unpacked, around)
    check_new_state(where, solid, own, response.state)
    new_state = {**response.state, **unloaded.new_state}
    carried = body.kinematics.carried(body.frame, body.u, strain, new_state)
    history.follow({name: on_mesh(value, mesh) for name, value in new_state.items()}, carried)
    volume_strain = dilation - response.inelastic_volume
    pressure: Pressure = FromStrain(response.bulk, volume_strain)
    if projected is not None:
        p = pressure_field(body, name, multiplies=True)
        before = 0.0 if response.volume_n is None else response.volume_n
        elastic = volume_strain + before
        pressure = OfDilation(response.bulk, made, elastic, p, projected, shape)
    elif mixed:
        p = pressure_field(body, name)
        compressed = body.kinematics.compressed(p, response)
        pressure = FieldOfItsOwn(response.bulk, volume_strain, p, compressed, shape)
    stress = shape.lying(response.deviator) - pressure.mean * ufl.Identity(3)
    return SolidRegion(
        name, material, response, volume_strain, stress, history, rates, pressure, body.region(name)
    )


def _rates(
    solid: Solid, history: RegionHistory, body: BodyModel, around: Surroundings
) -> tuple[tuple[StateRates, ...], Surroundings]:
    """Return the rates of a solid's states, if it has any, and what it sees of the time step."""
    own = declared(solid)
    if not own:
        return (), around
    joined = body.kinematics.joins and all(variable.by_rate for variable in own)
    names, conditions = tuple(variable.name for variable in own), body.setting.conditions
    rates = StateRates(history, names, conditions, joined)
    rates.turn(body.kinematics.turned(body.frame, body.u, rates.tensors))
    if not joined:
        return (rates,), around
    mesh = history.committed[names[0]].function_space.mesh
    length = conditions.dt.on(mesh) * conditions.implicit.on(mesh)
    return (rates,), replace(around, dt=length, state=history.unpacked)


def _stress_error(body: BodyModel, region: SolidRegion, rates: StateRates) -> StressError:
    """Return what tells the error of a step in the stress of a region; collective."""
    mesh = body.mesh.mesh
    maps = part_entity_maps(mesh, body.submeshes) if body.submeshes else None
    square = compile_form(region.pressure.mean**2 * region.dx, maps)
    return StressError(rates, region.response.deviator, square, mesh.comm)
