# SPDX-License-Identifier: BSD-3-Clause
"""Building an interface: its fields, measures and initial gap, before any part is there."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form, interface_entity_maps
from ssbmech.forms.interface_terms import Sides
from ssbmech.frames import WeightedMeasure
from ssbmech.geometry.profiles import gap_values
from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.interfaces.interface import Interface
from ssbmech.model.body import BodyModel
from ssbmech.model.integrals import owned_integrals
from ssbmech.model.part import Setting
from ssbmech.model.places import Places
from ssbmech.model.surface import FacetSet, FromStart, SurfaceModel
from ssbmech.solve.unknowns import Unknown

WHOLE = 1
"""Tag of all facets of an interface; those next to one region of the minus body come after it."""


def new_surface(
    interface: Interface,
    mesh: InterfaceMesh,
    bodies: tuple[BodyModel, BodyModel],
    parent: Mesh,
    setting: Setting,
    places: Places,
) -> SurfaceModel:
    """Return an interface without parts, with its initial gap; collective.

    Args:
        interface: the case's interface.
        mesh: its facets.
        bodies: minus and plus body.
        parent: mesh of all bodies.
        setting: what it shares with the rest of the cell.
        places: where its fields live.
    """
    minus, plus = bodies
    space = fem.functionspace(mesh.mesh, places.element)

    def unknown(name: str, scale: float) -> Unknown:
        return Unknown(name, interface.name, fem.Function(space, name=name), scale)

    maps = interface_entity_maps(
        parent, minus.mesh.submesh, plus.mesh.submesh, mesh.submesh, mesh.entities
    )
    measure, masks = _measure(mesh, minus, parent, setting, places)
    local = places.local(measure)
    normal = ufl.FacetNormal(parent)("+")
    jump = plus.u.function("-") - minus.u.function("+")
    surface = SurfaceModel(
        interface=interface,
        mesh=mesh,
        minus=minus,
        plus=plus,
        parent=parent,
        setting=setting,
        p_contact=unknown("p_contact", setting.scales.stress),
        gap=unknown("gap", setting.scales.gap),
        initial_gap=_initial_gap(interface, mesh, parent),
        entity_maps=maps,
        places=places,
        sides=Sides(normal, jump, measure(WHOLE)),
        local=Sides(normal, jump, local(WHOLE)),
        near=[
            FacetSet(
                region,
                Sides(normal, jump, measure(tag)),
                Sides(normal, jump, local(tag)),
                places.at(masks[region]),
                masks[region],
            )
            for tag, region in enumerate(minus.case_body.materials, start=WHOLE + 1)
        ],
    )
    surface.separation = FromStart(surface)
    places.settle(surface.sides.dS, maps)
    _start(surface)
    return surface


def _initial_gap(interface: Interface, mesh: InterfaceMesh, parent: Mesh) -> fem.Function:
    """Return the gap before anything moves, as it is given [m]; collective."""
    initial = fem.Function(fem.functionspace(mesh.mesh, ("Lagrange", 2)), name="initial_gap")
    profile = interface.initial_gap
    if profile is not None:
        initial.interpolate(lambda x: gap_values(profile, x, parent.comm, parent.geometry.dim))
    return initial


def _measure(
    mesh: InterfaceMesh, minus: BodyModel, parent: Mesh, setting: Setting, fields: Places
) -> tuple[WeightedMeasure, dict[str, npt.NDArray[np.bool_]]]:
    """Return the weighted measure of the whole interface and of the parts next to each region.

    With it comes which of the owned facets lie next to each region.
    """
    entities = mesh.entities
    tags = minus.mesh.cell_tags.values[minus.mesh.submesh.cells(entities[:, 0])]
    places = fields.facets.dofmap.list[mesh.local_cells(parent)[2], 0]
    parts, masks = [(WHOLE, entities.ravel())], {}
    for tag, region in enumerate(minus.case_body.materials, start=WHOLE + 1):
        here = tags == minus.mesh.regions[region]
        parts.append((tag, entities[here].ravel()))
        masks[region] = np.zeros(fields.facets.dofmap.index_map.size_local, dtype=bool)
        masks[region][places[here]] = True
    measure = ufl.Measure(
        "dS",
        domain=parent,
        subdomain_data=parts,
        metadata={"quadrature_degree": 2 * setting.discretisation.degree},
    )
    weight = setting.frame.weight(ufl.SpatialCoordinate(parent)("+"))
    return WeightedMeasure(measure, weight), masks


def _start(surface: SurfaceModel) -> None:
    """Measure the places of fields, and start the gap; collective."""
    gap = surface.gap.function
    q = ufl.TestFunction(gap.function_space)("+")
    one = compile_form(q * surface.sides.dS, surface.entity_maps)
    surface.areas = owned_integrals(one)
    form = compile_form(surface.initial_gap("+") * q * surface.sides.dS, surface.entity_maps)
    means = owned_integrals(form) / surface.areas
    gap.x.array[: surface.gap.owned] = surface.places.start(surface.initial_gap, means)
    gap.x.scatter_forward()
    surface.gap.start_here()
