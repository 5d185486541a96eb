# SPDX-License-Identifier: BSD-3-Clause
"""The forms of an interface: contact, bond, charge transfer, and the sizes of their residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la
from dolfinx.mesh import Mesh

from ssbmech._compat import (
    compile_expression,
    compile_form,
    constant,
    element_points,
    interface_entity_maps,
)
from ssbmech.case.case import Case
from ssbmech.case.settings import Scales
from ssbmech.constants import FARADAY
from ssbmech.forms import interface_terms as terms
from ssbmech.forms import lithium
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.interfaces.kinetics import InterfacePoint
from ssbmech.model.body import BodyModel, RegionModel
from ssbmech.model.parameters import symbolic
from ssbmech.solve.system import FormGroup
from ssbmech.solve.unknowns import Unknown

if TYPE_CHECKING:
    from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]

WHOLE = 1
"""Tag of all facets of an interface; those next to one region of the minus body come after it."""


def write_forms(surface: SurfaceModel, case: Case, parent: Mesh) -> None:
    """Write an interface's terms and the sizes of its residuals, and find its initial gap."""
    mesh = surface.mesh
    measure = _measure(surface, case, parent)
    sides = terms.Sides(
        normal=ufl.FacetNormal(parent)("+"),
        jump=surface.plus.u.function("-") - surface.minus.u.function("+"),
        dS=measure(WHOLE),
    )
    surface.sides = sides
    maps = interface_entity_maps(
        parent, surface.minus.mesh.submesh, surface.plus.mesh.submesh, mesh.submesh, mesh.entities
    )
    residual = _mechanical_terms(surface, sides, parent)
    if surface.i_normal is not None:
        for tag, region in enumerate(surface.minus.regions, start=WHOLE + 1):
            near = terms.Sides(sides.normal, sides.jump, measure(tag))
            for key, form in _electrical_terms(surface, region, near, parent).items():
                residual[key] = residual[key] + form if key in residual else form
    surface.group = FormGroup(surface.name, residual, maps, _facet_nodes(surface, parent))
    _set_conductions(surface)
    if surface.minus.lithium is not None:
        at_minus = mesh.local_cells(parent)[0]
        surface.particle = surface.minus.lithium.particles.of_cells[at_minus]
    _set_references(surface, case.scales, parent, sides.dS)
    opened = terms.opened_by_growth(sides, surface.gap.function("+"), surface.initial_gap("+"))
    surface.opened_form = compile_form(opened, maps)
    one = ufl.TestFunction(surface.gap.function.function_space)("+")
    surface.areas = _facet_integrals(surface, compile_form(one * sides.dS, maps))
    initial = compile_form(surface.initial_gap("+") * one * sides.dS, maps)
    surface.gap.function.x.array[: surface.gap.owned] = (
        _facet_integrals(surface, initial) / surface.areas
    )
    surface.gap.function.x.scatter_forward()
    surface.gap.start_here()
    if surface.shear is not None:
        test = ufl.TestFunction(surface.offset.function_space)("+")
        surface.offset_form = compile_form(ufl.dot(terms.tangential(sides), test) * sides.dS, maps)


def _measure(surface: SurfaceModel, case: Case, parent: Mesh) -> WeightedMeasure:
    """Return the weighted measure of the whole interface and of the parts next to each region."""
    entities, minus = surface.mesh.entities, surface.minus.mesh
    tags = minus.cell_tags.values[minus.submesh.cells(entities[:, 0])]
    parts = [(WHOLE, entities.ravel())]
    for tag, region in enumerate(surface.minus.regions, start=WHOLE + 1):
        parts.append((tag, entities[tags == minus.regions[region.name]].ravel()))
    measure = ufl.Measure(
        "dS",
        domain=parent,
        subdomain_data=parts,
        metadata={"quadrature_degree": 2 * case.discretisation.degree},
    )
    return WeightedMeasure(measure, case.geometry.frame.weight(ufl.SpatialCoordinate(parent)("+")))


def _set_conductions(surface: SurfaceModel) -> None:
    """Compile the conducting fraction of each region's law; collective."""
    space = surface.gap.function.function_space
    entities, minus = surface.mesh.entities, surface.minus.mesh
    tags = minus.cell_tags.values[minus.submesh.cells(entities[:, 0])]
    for region in surface.minus.regions:
        kinetics = surface.interface.kinetics_at(region.name)
        if kinetics is not None:
            law = symbolic(kinetics.conduction, space.mesh)
            theta = law.theta(surface.gap.function, surface.p_contact.function)
            expression = compile_expression(theta, element_points(space))
            surface.conductions.append((tags == minus.regions[region.name], expression))


def _set_references(
    surface: SurfaceModel, scales: Scales, parent: Mesh, dS: WeightedMeasure
) -> None:
    """Set the sizes of residuals: of a typical pressure, gap and current on every facet."""
    sizes = {
        "p_contact": scales.stress,
        "shear": scales.stress,
        "gap": scales.gap,
        "slip": scales.gap,
        "i_normal": scales.current,
        "phi_s": scales.current,
    }
    for unknown in surface.unknowns:
        test = ufl.TestFunction(unknown.function.function_space)("+")
        size = constant(parent, sizes[unknown.key.split()[0]])
        integrand = size * (sum(test) if unknown.block_size > 1 else test)
        surface.references[unknown.key] = [(surface.name, integrand * dS)]


def _facet_nodes(surface: SurfaceModel, parent: Mesh) -> dict[str, npt.NDArray[np.int64]]:
    """Return the global nodes of every unknown that takes part, by owned facet."""
    at_minus, at_plus, on_facet = surface.mesh.local_cells(parent)
    cells = {surface.minus.u: at_minus, surface.plus.u: at_plus}
    if surface.plus.phi_e is not None:
        cells[surface.plus.phi_e] = at_plus
    if surface.minus.phi_s is not None:
        cells[surface.minus.phi_s] = at_minus
    if surface.minus.lithium is not None:
        cells |= dict.fromkeys(surface.minus.lithium.unknowns, at_minus)
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
    """Return the forms of contact and bond, by the unknown whose equation they are."""
    p, gap = surface.p_contact.function("+"), surface.gap.function("+")
    stripped = surface.stripped("+")
    if surface.i_normal is not None:
        volume = constant(parent, surface.molar_volume)
        i_normal, dt = surface.i_normal.function("+"), surface.knobs.on("dt", parent)
        stripped = terms.stripped_thickness(stripped, i_normal, volume, FARADAY, dt)
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
        if surface.bond is not None:
            slip, held = surface.bond.slip.function("+"), surface.bond.stiffness(gap, parent)
            form += terms.bond_work_term(sides, held, gap, slip, test)
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
    if surface.bond is not None:
        slip = surface.bond.slip.function
        test = ufl.TestFunction(slip.function_space)("+")
        residual[surface.bond.slip.key] = terms.slip_term(sides, slip("+"), test)
    return residual


def _test_jumps(surface: SurfaceModel) -> list[tuple[BodyModel, Expr]]:
    """Return what each body's test function adds to the jump of the test functions."""
    v_minus = ufl.TestFunction(surface.minus.u.function.function_space)
    v_plus = ufl.TestFunction(surface.plus.u.function.function_space)
    return [(surface.minus, -v_minus("+")), (surface.plus, v_plus("-"))]


def _electrical_terms(
    surface: SurfaceModel, region: RegionModel, sides: terms.Sides, parent: Mesh
) -> dict[str, Expr]:
    """Return the forms of charge transfer next to a region, by the unknown whose equation."""
    kinetics = surface.interface.kinetics_at(region.name)
    i_normal, phi_s, phi_e = surface.i_normal, surface.phi_s, surface.plus.phi_e
    if i_normal is None or phi_s is None or phi_e is None:
        return {}
    current = i_normal.function("+")
    q = ufl.TestFunction(i_normal.function.function_space)("+")
    if kinetics is None:
        return {i_normal.key: terms.kinetics_term(sides, current, q)}
    w = ufl.TestFunction(phi_e.function.function_space)("-")
    electrode = ufl.TestFunction(phi_s.function.function_space)("+")
    residual = symbolic(kinetics, parent).residual(
        _point(surface, region, (phi_s, phi_e, i_normal), parent)
    )
    forms = {
        i_normal.key: terms.kinetics_term(sides, residual, q),
        phi_e.key: terms.reaction_term(sides, current, w),
        phi_s.key: terms.electrode_current_term(sides, current, electrode),
    }
    stored = surface.minus.lithium
    if stored is not None:
        w = ufl.TestFunction(stored.c.function.function_space)("+")
        forms[stored.c.key] = lithium.release_term(current, FARADAY, w, sides.dS)
    return forms


def _point(
    surface: SurfaceModel,
    region: RegionModel,
    electrical: tuple[Unknown, Unknown, Unknown],
    parent: Mesh,
) -> InterfacePoint:
    """Return what a charge-transfer law may know of the interface next to a region."""
    phi_s, phi_e, i_normal = electrical
    p, gap = surface.p_contact.function("+"), surface.gap.function("+")
    mu, content = constant(parent, surface.molar_volume) * p, 1.0
    stored = surface.minus.lithium
    if stored is not None:
        mu = stored.mu.function("+")
        content = stored.c.function("+") / constant(parent, stored.regions[region.name].host.c_max)
    return InterfacePoint(
        phi_s=phi_s.function("+"),
        phi_e=phi_e.function("-"),
        i_normal=i_normal.function("+"),
        p_contact=p,
        gap=gap,
        mu=mu,
        temperature=surface.knobs.on("temperature", parent),
        content=content,
        damage=None if surface.bond is None else surface.bond.damage(gap, parent),
    )
