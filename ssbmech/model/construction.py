# SPDX-License-Identifier: BSD-3-Clause
"""The bodies and interfaces of a cell, and what holds its stack, built from case and mesh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mpi4py import MPI

from ssbmech.case.case import Case
from ssbmech.geometry.subdomains import BodyMesh, cut_body, cut_interface
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.assembly import build_body, build_surface
from ssbmech.model.body import BodyModel
from ssbmech.model.initial_gap import check_initial_gap
from ssbmech.model.part import Setting
from ssbmech.model.platen import build_platen
from ssbmech.model.stack import Fluid, Holder, Unheld
from ssbmech.model.surface import SurfaceModel


def build_bodies(case: Case, tagged: TaggedMesh, setting: Setting) -> dict[str, BodyModel]:
    """Return the bodies by name; collective.

    Raises:
        CaseError: a region of the case is not in the mesh, or a law is missing.
    """
    meshes = {b.name: cut_body(tagged, b.name, b.materials) for b in case.bodies}
    driven = _with_neighbours(case, {name for name in meshes if _driven(case, meshes[name])})
    return {b.name: build_body(b, meshes[b.name], setting, b.name in driven) for b in case.bodies}


def build_surfaces(
    case: Case, tagged: TaggedMesh, bodies: Mapping[str, BodyModel], setting: Setting
) -> dict[str, SurfaceModel]:
    """Return the interfaces by name, between bodies that are built; collective.

    Raises:
        CaseError: an interface is not in the mesh, a law is missing, or a gap is deeper than its
            metal.
    """
    found = {}
    for interface in case.interfaces:
        sides = bodies[interface.minus].mesh, bodies[interface.plus].mesh
        mesh = cut_interface(tagged, interface.name, *sides)
        found[interface.name] = build_surface(interface, mesh, bodies, tagged.mesh, setting)
        check_initial_gap(found[interface.name])
    return found


def build_holder(
    case: Case, bodies: Sequence[BodyModel], around: Sequence[Fluid], comm: MPI.Intracomm
) -> Holder:
    """Return what holds the stack: a fluid around it, a platen, or nothing; collective.

    Raises:
        CaseError: the platen's face belongs to more than one body, a support holds what the platen
            moves, or no support holds the cell against it.
    """
    for fluid in around:
        return fluid
    fixture = case.fixture
    if fixture is None or not fixture.face:
        return Unheld()
    return build_platen(fixture, fixture.face, bodies, case.scales, comm)


def _with_neighbours(case: Case, driven: set[str]) -> set[str]:
    """Return also the bodies that ions reach from others, across cracks that metal may fill."""
    joined = [
        {i.minus, i.plus}
        for i in case.interfaces
        if i.filling is not None and i.filling.potential is None
    ]
    while any(pair & driven and not pair <= driven for pair in joined):
        driven = driven.union(*(pair for pair in joined if pair & driven))
    return driven


def _driven(case: Case, mesh: BodyMesh) -> bool:
    """Return whether ions are made to move in a body; collective."""
    faces = {held.face for held in case.loads.face_potentials}
    held = sum(len(mesh.facets(face)) for face in faces)
    reacts = any(i.plus == mesh.name for i in case.interfaces if i.reacts)
    return bool(mesh.mesh.comm.allreduce(held, op=MPI.SUM) > 0 or reacts)
