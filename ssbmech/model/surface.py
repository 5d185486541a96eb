# SPDX-License-Identifier: BSD-3-Clause
"""An interface in the model: its facets, pressure and gap, and the list of its parts.

Where nothing moves the fields of an interface are constant on its facets. Where the metal's mesh
follows its surface they live at vertices (`ssbmech.model.places`), for the gap then is the place of
the metal's vertices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol, TypeVar

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form, constant
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.forms.interface_terms import Sides
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.interfaces.interface import Interface
from ssbmech.interfaces.point import Hidden, InterfacePoint, all_hidden
from ssbmech.model.body import BodyModel
from ssbmech.model.history import FacetHistory
from ssbmech.model.integrals import owned_integrals
from ssbmech.model.part import Parts, Setting, SurfacePart, check_equations
from ssbmech.model.places import Places
from ssbmech.solve.residual import FormGroup
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]

Part = TypeVar("Part")


@dataclass(frozen=True, eq=False)
class FacetSet:
    """Facets of an interface next to one region of its minus body.

    Attributes:
        region: the region.
        sides: restricted geometry and displacement, with their measure.
        local: the same with the measure by which laws hold place by place.
        owned: which of the owned places of fields they are.
        facets: which of the owned facets they are.
    """

    region: str
    sides: Sides
    local: Sides
    owned: npt.NDArray[np.bool_]
    facets: npt.NDArray[np.bool_]


class Separation(Protocol):
    """Role of what the gap between two bodies follows from."""

    @property
    def at_rest(self) -> bool:
        """Whether the bodies keep their shape, however much is stripped."""

    def term(self, test: Expr) -> Any:
        """Return the equation of the gap [m], to which growth and films add."""

    def grown(self, now: Expr, before: Expr) -> Expr:
        """Return what of a growing thickness adds to the equation of the gap [m].

        Args:
            now: thickness at the end of the step [m].
            before: that at its start [m].
        """

    def hollow(self, gaps: Array) -> Array:
        """Return the volume between the bodies over the area of each owned place [m]; collective.

        Args:
            gaps: gaps there [m].
        """

    def opened(self, near: FacetSet) -> Any:
        """Return the form of the volume between the bodies that displacements do not explain.

        It is that of what has grown since the start, next to a region, taken from where the bodies
        are.
        """


@dataclass(frozen=True, eq=False)
class FromStart:
    """The gap follows from the displacements since the start, g = g0 + [u] . n."""

    surface: SurfaceModel
    at_rest: ClassVar[bool] = True

    def term(self, test: Expr) -> Any:
        """Return its equation [m]."""
        surface = self.surface
        gap, initial = surface.gap.function("+"), surface.initial_gap("+")
        return terms.gap_term(surface.sides, gap, initial, test)

    def grown(self, now: Expr, before: Expr) -> Expr:
        """Return all of the thickness."""
        return now

    def hollow(self, gaps: Array) -> Array:
        """Return the gaps."""
        return gaps

    def opened(self, near: FacetSet) -> Any:
        """Return the integral of g - g0 - [u] . n, and of what films fill."""
        gap, initial = self.surface.gap.function("+"), self.surface.initial_gap("+")
        opened = terms.opened_by_growth(near.sides, gap, initial)
        for film in self.surface.films(near.region):
            opened += film * near.local.dS
        return opened


@dataclass(eq=False)
class SurfaceModel:
    """An interface with its fields.

    Attributes:
        interface: the case's interface.
        mesh: oriented facets and surface mesh.
        minus: body that the normal points away from; the electrode, with charge transfer.
        plus: body that the normal points into; the electrolyte, with charge transfer.
        parent: mesh of all bodies.
        setting: what it shares with the rest of the cell.
        p_contact: contact pressure [Pa].
        gap: gap [m].
        initial_gap: gap before anything moves [m].
        entity_maps: maps for forms on the parent mesh.
        places: where its fields live: one value a facet, or one a vertex.
        sides: restricted geometry and displacement, with the measure of all facets.
        local: the same with the measure by which laws hold place by place.
        near: facets next to each region of the minus body.
        separation: what the gap follows from.
        areas: area that each owned place of a field stands for.
        parts: its physics.
        groups: residual forms, integrated over facets between two bodies, and over the interface's
            own mesh.
        references: forms whose norms size the residuals.
    """

    interface: Interface
    mesh: InterfaceMesh
    minus: BodyModel
    plus: BodyModel
    parent: Mesh
    setting: Setting
    p_contact: Unknown
    gap: Unknown
    initial_gap: fem.Function
    entity_maps: Any
    places: Places
    sides: Sides
    local: Sides
    near: list[FacetSet]
    separation: Separation = field(init=False)
    areas: Array = field(init=False)
    parts: Parts[SurfacePart] = field(default_factory=Parts)
    groups: list[FormGroup] = field(init=False)
    references: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the interface."""
        return self.interface.name

    @property
    def comm(self) -> MPI.Intracomm:
        """Communicator of all ranks."""
        comm: MPI.Intracomm = self.mesh.mesh.comm
        return comm

    @property
    def unknowns(self) -> list[Unknown]:
        """The interface's fields."""
        return self.parts.unknowns

    @property
    def contact_stiffness(self) -> float:
        """Positive number r of the complementarity function [Pa/m]."""
        return self.setting.scales.stress / self.setting.scales.gap

    def scalar(self, name: str, scale: float, closed: bool = False) -> Unknown:
        """Return a new unknown with one value a place; collective."""
        space = self.gap.function.function_space
        return Unknown(name, self.name, fem.Function(space, name=name), scale, closed)

    def vector(self, name: str, scale: float) -> Unknown:
        """Return a new unknown with one vector a place; collective."""
        element = (*self.places.element, (self.setting.frame.dim,))
        space = fem.functionspace(self.mesh.mesh, element)
        return Unknown(name, self.name, fem.Function(space, name=name), scale)

    def history(self, place: str) -> FacetHistory:
        """Return a new memory at the places of the fields.

        Args:
            place: what tells it from other memories of the interface.
        """
        own, maps = self.mesh.mesh, self.entity_maps
        return FacetHistory(place, own, self.areas, maps, self.places.element)

    def constant(self, value: float) -> fem.Constant:
        """Return a constant of forms between the two bodies."""
        return constant(self.parent, value)

    def own_constant(self, value: float) -> fem.Constant:
        """Return a constant of forms on the interface's own mesh."""
        return constant(self.mesh.mesh, value)

    @cached_property
    def dx(self) -> WeightedMeasure:
        """Weighted measure of the interface's own mesh, for what happens along it."""
        mesh = self.mesh.mesh
        degree = 2 * self.setting.discretisation.degree
        measure = ufl.Measure("dx", domain=mesh, metadata={"quadrature_degree": degree})
        return WeightedMeasure(measure, self.setting.frame.weight(ufl.SpatialCoordinate(mesh)))

    def test(self, unknown: Unknown, side: str = "+") -> Expr:
        """Return the restricted test function of a field; "+" is the minus body's side."""
        return ufl.TestFunction(unknown.function.function_space)(side)

    def test_jumps(self) -> list[tuple[Unknown, Expr]]:
        """Return what the test function of each body's displacement adds to the jump of them."""
        v_minus, v_plus = self.test(self.minus.u), self.test(self.plus.u, "-")
        return [(self.minus.u, -v_minus), (self.plus.u, v_plus)]

    def typical(self, unknown: Unknown, size: float) -> tuple[str, Any]:
        """Return the size of a field's residual: that of a typical value on every facet."""
        test = self.test(unknown)
        integrand = self.constant(size) * (sum(test) if unknown.block_size > 1 else test)
        return unknown.key, integrand * self.sides.dS

    def point(self, region: str) -> InterfacePoint:
        """Return what laws may know of the interface next to a region of the minus body."""
        point, below = self._told(region), self.hidden(region)
        real = below.touching * below.rough
        return replace(point, touching=real, constriction=below.constriction)

    def hidden(self, region: str) -> Hidden:
        """Return what lies below the size of a facet next to a region of the minus body."""
        point = self._told(region)
        return all_hidden(h for part in self.parts for h in part.hidden(region, point))

    def _told(self, region: str) -> InterfacePoint:
        """Return what laws may know next to a region, but for what is hidden."""
        conditions, parent = self.setting.conditions, self.parent
        known: dict[str, Any] = {
            "phi_s": 0.0,
            "phi_e": 0.0,
            "i_normal": 0.0,
            "mu": 0.0,
            "p_contact": self.p_contact.function("+"),
            "gap": self.gap.function("+"),
            "temperature": conditions.temperature.on(parent),
            "dt": conditions.dt.on(parent),
        }
        state: dict[str, Expr] = {}
        for part in self.parts:
            told = dict(part.tells(region))
            state |= told.pop("state", {})
            known |= told
        odd = known.keys() - {item.name for item in fields(InterfacePoint)}
        if odd:
            raise CaseError(
                f"interface {self.name!r}: a part tells of {odd.pop()!r}, which is no attribute of "
                "InterfacePoint: tell of it as a state"
            )
        return InterfacePoint(**known, state=state)

    def facet_means(self, value: Callable[[FacetSet], Expr]) -> Callable[[], Array]:
        """Compile the means of an expression over each facet, or its vertex values; collective.

        Args:
            value: returns the expression next to a region of the minus body.

        Returns:
            What measures them at the owned places of fields; collective.
        """
        space = self.gap.function.function_space
        values = [(ufl.as_ufl(value(near)), near.local.dS) for near in self.near]
        terms = [v * ufl.TestFunction(space)("+") * dS for v, dS in values if not is_zero(v)]
        if not terms:
            return lambda: np.zeros(self.gap.owned)
        form = compile_form(sum(terms[1:], terms[0]), self.entity_maps)
        return lambda: owned_integrals(form) / self.areas

    def films(self, region: str) -> list[Expr]:
        """Return the thicknesses that laws put between the bodies next to a region [m]."""
        found = (ufl.as_ufl(film) for part in self.parts for film in part.films(region))
        return [film for film in found if not is_zero(film)]

    def values(self, unknown: Unknown) -> Array:
        """Return a copy of a scalar field's values at the owned places."""
        return np.array(unknown.function.x.array[: self.gap.owned])

    def write_forms(self) -> None:
        """Join the terms of the parts, once all of them are there."""
        residual, sizes = self.parts.residual(), self.parts.references()
        check_equations(f"interface {self.name!r}", self.unknowns, residual, sizes)
        between, along = _by_mesh(residual, self.mesh.mesh)
        name = f"along {self.name}"
        self.groups = [FormGroup(self.name, between, self.entity_maps, _facet_nodes(self))]
        self.groups += [FormGroup(name, along)] if along else []
        for where, forms in zip((self.name, name), _by_mesh(sizes, self.mesh.mesh), strict=True):
            for key, form in forms.items():
                self.references.setdefault(key, []).append((where, form))


def found_on(surfaces: Mapping[str, SurfaceModel], kind: type[Part]) -> dict[str, Part]:
    """Return the parts of a kind of which an interface has one at most, by interface."""
    return {name: part for name, each in surfaces.items() for part in each.parts.find(kind)}


def is_zero(value: Expr) -> bool:
    """Return whether a UFL expression is the number zero, which cannot be integrated."""
    return isinstance(value, ufl.constantvalue.Zero)


def _by_mesh(forms: Mapping[str, Any], own: Mesh) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the parts of forms between two bodies, and those on an interface's own mesh."""
    found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for key, form in forms.items():
        for integral in form.integrals():
            of_key = found[integral.ufl_domain() == own.ufl_domain()]
            part = ufl.Form([integral])
            of_key[key] = of_key[key] + part if key in of_key else part
    return found


def _facet_nodes(surface: SurfaceModel) -> dict[str, npt.NDArray[np.int64]]:
    """Return the global nodes of every unknown that may take part, by owned facet."""
    at_minus, at_plus, on_facet = surface.mesh.local_cells(surface.parent)
    cells = dict.fromkeys(_on_whole_body(surface.minus), at_minus)
    cells |= dict.fromkeys(_on_whole_body(surface.plus), at_plus)
    cells |= dict.fromkeys(surface.unknowns, on_facet)
    nodes = {}
    for unknown, at in cells.items():
        dofmap = unknown.function.function_space.dofmap
        local = dofmap.list[at]
        numbers = dofmap.index_map.local_to_global(local.ravel())
        nodes[unknown.key] = numbers.reshape(local.shape).astype(np.int64)
    return nodes


def _on_whole_body(body: BodyModel) -> Iterator[Unknown]:
    """Yield the fields of a body that live on all of its mesh."""
    for unknown in body.unknowns:
        if unknown.function.function_space.mesh == body.mesh.mesh:
            yield unknown
