# SPDX-License-Identifier: BSD-3-Clause
"""An interface in the model: its facet fields, its memory and its terms on both bodies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form, constant, interface_entity_maps
from ssbmech.case import Case
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.geometry.profiles import gap_values
from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.interfaces.interface import Interface
from ssbmech.interfaces.kinetics import InterfacePoint
from ssbmech.model.body import BodyModel
from ssbmech.model.parameters import Knobs, symbolic
from ssbmech.solve.system import FormGroup
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]

ROUNDING = 1e-8
"""Contact pressure over the typical stress that cannot be told from zero [1]."""


@dataclass(eq=False)
class SurfaceModel:
    """An interface with fields that are constant on each facet.

    Attributes:
        interface: the case's interface.
        mesh: oriented facets and surface mesh.
        minus: body that the normal points away from; the metal, with charge transfer.
        plus: body that the normal points into; the electrolyte, with charge transfer.
        p_contact: contact pressure [Pa].
        gap: gap [m].
        shear: shear traction of sticking contact [Pa], else None.
        i_normal: current density, minus to plus [A/m2], None without charge transfer.
        phi_s: electrode potential, one value for the electrode [V], None without charge transfer.
        initial_gap: gap before anything moves [m].
        stripped: thickness stripped minus plated up to the last committed step [m].
        offset: tangential offset of sticking contact [m].
        molar_volume: volume of electrode metal per mole of charge [m3/mol]; 0 without charge
            transfer.
        knobs: time step, temperature and loads.
        contact_stiffness: r of the complementarity function [Pa/m].
        group: residual forms.
        references: forms whose norms size the residuals.
        areas: area of each owned facet.
    """

    interface: Interface
    mesh: InterfaceMesh
    minus: BodyModel
    plus: BodyModel
    p_contact: Unknown
    gap: Unknown
    shear: Unknown | None
    i_normal: Unknown | None
    phi_s: Unknown | None
    initial_gap: fem.Function
    stripped: fem.Function
    offset: fem.Function
    molar_volume: float
    knobs: Knobs
    contact_stiffness: float
    group: FormGroup = field(init=False)
    references: dict[str, list[tuple[str, Any]]] = field(default_factory=dict)
    areas: Array = field(init=False)
    _jump_form: Any = field(init=False, default=None)
    _opened_form: Any = field(init=False, default=None)

    @property
    def name(self) -> str:
        """Name of the interface."""
        return self.interface.name

    @property
    def unknowns(self) -> list[Unknown]:
        """The interface's fields."""
        optional = (self.shear, self.i_normal, self.phi_s)
        return [self.p_contact, self.gap, *(w for w in optional if w is not None)]

    def stripped_now(self) -> Array:
        """Return the stripped thickness at the end of the current step, owned facets [m]."""
        n = self.gap.owned
        old = self.stripped.x.array[:n]
        if self.i_normal is None:
            return old.copy()
        rate = self.i_normal.function.x.array[:n] * self.molar_volume / FARADAY
        return np.asarray(old + self.knobs["dt"] * rate)

    def opened_by_growth(self) -> float:
        """Return the volume by which growth has moved the bodies apart; collective.

        It is the integral of gap - initial gap - jump of displacements along the normal, taken from
        where the bodies are: an independent measure of the metal that was stripped.
        """
        local = fem.assemble_scalar(self._opened_form)
        return float(self.mesh.mesh.comm.allreduce(local, op=MPI.SUM))

    def closed(self) -> npt.NDArray[np.bool_]:
        """Return which owned facets are in contact, those that just touch among them."""
        n = self.gap.owned
        p, gap = self.p_contact.function.x.array[:n], self.gap.function.x.array[:n]
        return np.asarray(p >= self.contact_stiffness * gap - ROUNDING * self.p_contact.scale)

    def start_touching(self) -> None:
        """Start the iteration from contact where the gap is smallest, if all is open; collective.

        A body that contact alone will hold has no place before it touches, and crests and point
        contacts touch between the facets' means. This is a first guess of the pressure and no more,
        which leaves the past alone: facets that are to stay open open again.
        """
        n = self.gap.owned
        gap, p = self.gap.function.x.array[:n], self.p_contact.function
        least = self.mesh.mesh.comm.allreduce(float(np.min(gap, initial=np.inf)), op=MPI.MIN)
        if least > 0.0:
            first = np.flatnonzero(gap <= least * (1 + 1e-9))
            p.x.array[first] = 2 * self.contact_stiffness * least
            p.x.scatter_forward()

    def commit(self) -> None:
        """Advance stripped thickness and tangential offset by the step that was just solved."""
        self.stripped.x.array[: self.gap.owned] = self.stripped_now()
        self.stripped.x.scatter_forward()
        if self._jump_form is not None:
            self._commit_offset()

    def _commit_offset(self) -> None:
        """Open facets take the tangential offset that they have now; closed ones keep theirs."""
        vector = la.vector(self.offset.function_space.dofmap.index_map, self.minus.frame.dim)
        vector.array[:] = 0.0
        fem.assemble_vector(vector.array, self._jump_form)
        vector.scatter_reverse(la.InsertMode.add)
        dim, n = self.minus.frame.dim, self.gap.owned
        jump = vector.array[: n * dim].reshape(n, dim) / self.areas[:, None]
        offset = self.offset.x.array[: n * dim].reshape(n, dim)
        opened = ~self.closed()
        offset[opened] = jump[opened]
        self.offset.x.scatter_forward()


def build_surface(
    case: Case,
    interface: Interface,
    mesh: InterfaceMesh,
    minus: BodyModel,
    plus: BodyModel,
    parent: Mesh,
    knobs: Knobs,
) -> SurfaceModel:
    """Return the model of an interface; collective.

    Raises:
        CaseError: charge transfer without an electrode metal on the minus side or an electrolyte on
            the plus side.
    """
    scales = case.scales
    facet_space = fem.functionspace(mesh.mesh, ("DG", 0))
    vector_space = fem.functionspace(mesh.mesh, ("DG", 0, (case.geometry.frame.dim,)))

    def scalar(key: str, scale: float) -> Unknown:
        return Unknown(f"{key} {interface.name}", fem.Function(facet_space, name=key), scale)

    reacts = interface.kinetics is not None
    molar_volume = _metal_volume(interface, minus, plus) if reacts else 0.0
    shear = None
    if interface.contact.sticks:
        shear = Unknown(
            f"shear {interface.name}", fem.Function(vector_space, name="shear"), scales.stress
        )
    surface = SurfaceModel(
        interface=interface,
        mesh=mesh,
        minus=minus,
        plus=plus,
        p_contact=scalar("p_contact", scales.stress),
        gap=scalar("gap", scales.gap),
        shear=shear,
        i_normal=scalar("i_normal", scales.current) if reacts else None,
        phi_s=scalar("phi_s", scales.potential) if reacts else None,
        initial_gap=fem.Function(fem.functionspace(mesh.mesh, ("Lagrange", 2)), name="initial_gap"),
        stripped=fem.Function(facet_space, name="stripped"),
        offset=fem.Function(vector_space, name="offset"),
        molar_volume=molar_volume,
        knobs=knobs,
        contact_stiffness=scales.stress / scales.gap,
    )
    if interface.initial_gap is not None:
        profile = interface.initial_gap
        surface.initial_gap.interpolate(lambda x: gap_values(profile, x, parent.comm))
    _build_forms(surface, case, parent)
    return surface


def _metal_volume(interface: Interface, minus: BodyModel, plus: BodyModel) -> float:
    """Return the molar volume of the electrode metal next to an interface [m3/mol]."""
    metals = [r.material.metal for r in minus.regions if r.material.metal is not None]
    if not metals:
        raise CaseError(
            f"interface {interface.name!r} has a charge-transfer law, "
            f"but no material of its minus body {minus.name!r} is an electrode metal"
        )
    if plus.phi_e is None:
        raise CaseError(
            f"interface {interface.name!r} has a charge-transfer law, "
            f"but no material of its plus body {plus.name!r} conducts ions"
        )
    return metals[0].molar_volume


def _build_forms(surface: SurfaceModel, case: Case, parent: Mesh) -> None:
    """Write the interface's terms and the sizes of its residuals."""
    mesh, scales = surface.mesh, case.scales
    frame = case.geometry.frame
    degree = 2 * case.discretisation.degree
    measure = ufl.Measure(
        "dS",
        domain=parent,
        subdomain_data=[(1, mesh.entities.ravel())],
        metadata={"quadrature_degree": degree},
    )(1)
    dS = WeightedMeasure(measure, frame.weight(ufl.SpatialCoordinate(parent)("+")))
    sides = terms.Sides(
        normal=ufl.FacetNormal(parent)("+"),
        jump=surface.plus.u.function("-") - surface.minus.u.function("+"),
        dS=dS,
    )
    maps = interface_entity_maps(
        parent, surface.minus.mesh.submesh, surface.plus.mesh.submesh, mesh.submesh, mesh.entities
    )
    residual = _mechanical_terms(surface, sides, parent)
    if surface.i_normal is not None:
        residual |= _electrical_terms(surface, sides, parent)
    surface.group = FormGroup(surface.name, residual, maps, _facet_nodes(surface, parent))
    opened = terms.opened_by_growth(sides, surface.gap.function("+"), surface.initial_gap("+"))
    surface._opened_form = compile_form(opened, maps)

    one = ufl.TestFunction(surface.gap.function.function_space)("+")
    sizes = {
        "p_contact": scales.stress,
        "gap": scales.gap,
        "i_normal": scales.current,
        "phi_s": scales.current,
    }
    for unknown in surface.unknowns:
        test = ufl.TestFunction(unknown.function.function_space)("+")
        size = constant(parent, sizes.get(unknown.key.split()[0], scales.stress))
        integrand = size * (sum(test) if unknown.block_size > 1 else test)
        surface.references[unknown.key] = [(surface.name, integrand * dS)]
    surface.areas = _facet_integrals(surface, compile_form(one * dS, maps))
    initial = _facet_integrals(surface, compile_form(surface.initial_gap("+") * one * dS, maps))
    surface.gap.function.x.array[: surface.gap.owned] = initial / surface.areas
    surface.gap.function.x.scatter_forward()
    surface.gap.commit()
    surface.gap.commit()
    if surface.shear is not None:
        test = ufl.TestFunction(surface.offset.function_space)("+")
        n = sides.normal
        tangential = sides.jump - ufl.dot(sides.jump, n) * n
        surface._jump_form = compile_form(ufl.dot(tangential, test) * dS, maps)


def _facet_nodes(surface: SurfaceModel, parent: Mesh) -> dict[str, npt.NDArray[np.int64]]:
    """Return the global nodes of every unknown that takes part, by owned facet."""
    at_minus, at_plus, on_facet = surface.mesh.local_cells(parent)
    cells = {surface.minus.u: at_minus, surface.plus.u: at_plus}
    if surface.plus.phi_e is not None:
        cells[surface.plus.phi_e] = at_plus
    cells |= dict.fromkeys(surface.unknowns, on_facet)
    nodes = {}
    for unknown, at in cells.items():
        dofmap = unknown.function.function_space.dofmap
        local = dofmap.list[at]
        numbers = dofmap.index_map.local_to_global(local.ravel())
        nodes[unknown.key] = numbers.reshape(local.shape).astype(np.int64)
    return nodes


def _facet_integrals(surface: SurfaceModel, form: Any) -> Array:
    """Return a linear form on the facet fields, owned facets; collective."""
    vector = la.vector(surface.gap.function.function_space.dofmap.index_map, 1)
    vector.array[:] = 0.0
    fem.assemble_vector(vector.array, form)
    vector.scatter_reverse(la.InsertMode.add)
    return np.array(vector.array[: surface.gap.owned])


def _mechanical_terms(surface: SurfaceModel, sides: terms.Sides, parent: Mesh) -> dict[str, Expr]:
    """Return the forms of contact, by the unknown whose equation they are."""
    p, gap = surface.p_contact.function("+"), surface.gap.function("+")
    stripped = surface.stripped("+")
    if surface.i_normal is not None:
        volume = constant(parent, surface.molar_volume)
        stripped = terms.stripped_thickness(
            stripped,
            surface.i_normal.function("+"),
            volume,
            FARADAY,
            surface.knobs.on("dt", parent),
        )
    stiffness = constant(parent, surface.contact_stiffness)
    q = ufl.TestFunction(surface.gap.function.function_space)("+")
    residual = {
        surface.p_contact.key: terms.complementarity_term(sides, p, gap, stiffness, q),
        surface.gap.key: terms.gap_term(sides, gap, surface.initial_gap("+"), stripped, q),
    }
    for body, test in _test_jumps(surface):
        form = terms.contact_work_term(sides, p, test)
        if surface.shear is not None:
            form += terms.shear_work_term(sides, surface.shear.function("+"), test)
        residual[body.u.key] = form
    if surface.shear is not None:
        test = ufl.TestFunction(surface.offset.function_space)("+")
        residual[surface.shear.key] = terms.sticking_term(
            sides,
            ufl.ge(p, stiffness * gap),
            surface.shear.function("+"),
            surface.offset("+"),
            stiffness,
            test,
        )
    return residual


def _test_jumps(surface: SurfaceModel) -> list[tuple[BodyModel, Expr]]:
    """Return what each body's test function adds to the jump of the test functions."""
    v_minus = ufl.TestFunction(surface.minus.u.function.function_space)
    v_plus = ufl.TestFunction(surface.plus.u.function.function_space)
    return [(surface.minus, -v_minus("+")), (surface.plus, v_plus("-"))]


def _electrical_terms(surface: SurfaceModel, sides: terms.Sides, parent: Mesh) -> dict[str, Expr]:
    """Return the forms of charge transfer, by the unknown whose equation they are."""
    kinetics = surface.interface.kinetics
    i_normal, phi_s, phi_e = surface.i_normal, surface.phi_s, surface.plus.phi_e
    if kinetics is None or i_normal is None or phi_s is None or phi_e is None:
        return {}
    law = symbolic(kinetics, parent)
    current = i_normal.function("+")
    point = InterfacePoint(
        phi_s=phi_s.function("+"),
        phi_e=phi_e.function("-"),
        i_normal=current,
        p_contact=surface.p_contact.function("+"),
        gap=surface.gap.function("+"),
        molar_volume=constant(parent, surface.molar_volume),
        temperature=surface.knobs.on("temperature", parent),
    )
    q = ufl.TestFunction(i_normal.function.function_space)("+")
    w = ufl.TestFunction(phi_e.function.function_space)("-")
    return {
        i_normal.key: terms.kinetics_term(sides, law.residual(point), q),
        phi_e.key: terms.reaction_term(sides, current, w),
        phi_s.key: terms.electrode_current_term(sides, current, q),
    }
