# SPDX-License-Identifier: BSD-3-Clause
"""Checks of a case against its mesh, before anything is built."""

from __future__ import annotations

from collections.abc import Iterable

from ssbmech.case.case import Case
from ssbmech.errors import CaseError
from ssbmech.geometry.tagged_mesh import TaggedMesh


def check_case(case: Case, tagged: TaggedMesh) -> None:
    """Check that the names of a case are in its mesh, and that nothing of the mesh is left over.

    Args:
        case: the case.
        tagged: its mesh; every rank knows all names, so that all of them find the same.

    Raises:
        CaseError: a region belongs to no body or to two, a body has an unknown region, or bodies
            touch without an interface.
        MeshError: a face of the case is not in the mesh.
    """
    _check_regions(case, tagged)
    _check_faces(case, tagged)
    _check_interfaces(case, tagged)


def _check_regions(case: Case, tagged: TaggedMesh) -> None:
    used = [region for body in case.bodies for region in body.materials]
    for body in case.bodies:
        for region in body.materials:
            if region not in tagged.regions:
                raise CaseError(
                    f"body {body.name!r}: the mesh has no region {region!r}; "
                    f"it has {_listed(tagged.regions)}"
                )
    for region in tagged.regions:
        if used.count(region) != 1:
            state = "no body" if region not in used else "more than one body"
            raise CaseError(
                f"region {region!r} of the mesh belongs to {state}, but must belong to one; "
                f"bodies use {_listed(used)}"
            )


def _check_faces(case: Case, tagged: TaggedMesh) -> None:
    faces = [support.face for support in case.supports]
    faces += [pressure.face for pressure in case.loads.face_pressures]
    faces += [held.face for held in case.loads.face_potentials]
    faces += [entering.face for entering in case.loads.face_fluxes]
    faces += filter(None, (body.feed for body in case.bodies))
    if case.fixture is not None:
        faces += filter(None, [case.fixture.face])
    for face in faces:
        tagged.face(face)


def _check_interfaces(case: Case, tagged: TaggedMesh) -> None:
    """Refuse bodies that touch without a law: they would pass through each other unnoticed."""
    body_of = {region: body.name for body in case.bodies for region in body.materials}
    known = [{interface.minus, interface.plus} for interface in case.interfaces]
    for name in tagged.interfaces:
        first, second = (body_of[region] for region in name.split("|"))
        if first != second and {first, second} not in known:
            raise CaseError(
                f"missing law for the interface of the bodies {first!r} and {second!r}, which touch"
                f" in this mesh: give Interface('{first}|{second}'), or make them one body"
            )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
