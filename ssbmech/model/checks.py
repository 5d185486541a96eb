# SPDX-License-Identifier: BSD-3-Clause
"""Checks of a case against its mesh, before anything is built."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from mpi4py import MPI

import numpy as np

from ssbmech._compat import cell_nodes
from ssbmech.case.case import Case
from ssbmech.case.known_temperatures import temperature_warnings
from ssbmech.case.temperatures import temperature_range
from ssbmech.errors import CaseError, CaseWarning
from ssbmech.geometry.tagged_mesh import TaggedMesh

LENGTH_ROUNDING = 1e-6
"""Relative difference of two lengths that may come from a mesh generator's own units [1]."""


def check_case(case: Case, tagged: TaggedMesh) -> None:
    """Check that a case fits its mesh: its names are there, nothing is left over; collective.

    It warns of laws whose numbers are not known at the temperatures of its protocol, on all ranks:
    a filter that makes errors of warnings then ends all of them.

    Args:
        case: the case.
        tagged: its mesh; every rank knows all names, so that all of them find the same.

    Raises:
        CaseError: a region belongs to no body or to two, a body has an unknown region, bodies touch
            without an interface, a region is smaller than the grains of its material, or a film
            rests.
        MeshError: a face of the case is not in the mesh.
    """
    _check_regions(case, tagged)
    _check_faces(case, tagged)
    _check_interfaces(case, tagged)
    _check_grains(case, tagged)
    _check_films(case, tagged)
    _warn(case)


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
    faces += [friction.face for friction in case.loads.face_frictions]
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


def _check_grains(case: Case, tagged: TaggedMesh) -> None:
    """Refuse grains larger than their region; collective.

    Diffusional creep is that of a body of many grains: its rate says nothing about one grain that
    has no room.
    """
    for body in case.bodies:
        for region, material in body.materials.items():
            grain: float | None = getattr(material.solid, "grain_size", None)
            if grain is None:
                continue
            extent = _smallest_extent(tagged, region)
            if grain > extent * (1 + LENGTH_ROUNDING):
                raise CaseError(
                    f"material {material.name!r} of region {region!r} creeps by diffusion in "
                    f"grains of {grain:g} m, but the region is {extent:g} m across where it is "
                    "thinnest: give smaller grains, or a viscosity that is known (Viscous)"
                )


def _check_films(case: Case, tagged: TaggedMesh) -> None:
    """Refuse regions that were meshed thicker than they are, and whose cells would stay flat."""
    for body in case.bodies:
        for region in body.materials:
            if region in tagged.drawn and not body.moves:
                raise CaseError(
                    f"layer {region!r} is a film that was meshed {tagged.drawn[region]:.4g} times "
                    f"as thick as it is, but body {body.name!r} rests: its cells would stay flat; "
                    "give Body(..., moves=True) if metal grows from it, or leave `meshed_at` out"
                )


def case_warnings(case: Case) -> list[str]:
    """Return what a case uses at temperatures at which it is not known, a sentence on each law."""
    ends = temperature_range(case.temperature, case.protocol)
    return temperature_warnings(case.bodies, case.interfaces, case, ends)


def _warn(case: Case) -> None:
    """Warn once of each law that is used where it is not known."""
    for text in case_warnings(case):
        warnings.warn(text, CaseWarning, stacklevel=3)


def _smallest_extent(tagged: TaggedMesh, region: str) -> float:
    """Return the smallest side of the box around a region, as it is meshed [m]; collective."""
    mesh = tagged.mesh
    cells = tagged.cell_tags.find(tagged.regions[region])
    x = mesh.geometry.x[np.unique(cell_nodes(mesh)[cells]), : mesh.geometry.dim]
    # a rank may own nothing of the region
    low, high = x.min(axis=0, initial=np.inf), x.max(axis=0, initial=-np.inf)
    tagged.comm.Allreduce(MPI.IN_PLACE, low, op=MPI.MIN)
    tagged.comm.Allreduce(MPI.IN_PLACE, high, op=MPI.MAX)
    if tagged.frame.revolves and low[0] <= LENGTH_ROUNDING * high[0]:
        # the other half of what reaches the axis
        low[0] = -high[0]
    return float(np.min(high - low))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
