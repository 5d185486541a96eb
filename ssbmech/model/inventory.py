# SPDX-License-Identifier: BSD-3-Clause
"""What an electrode metal holds: how much of it lies behind each facet, by its geometry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.columns import boundary_of, chords, facets_of
from ssbmech.materials.transport import Metal
from ssbmech.model.outputs import total
from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Lode:
    """The regions of a body that are of one metal, seen from an interface.

    Attributes:
        metal: the metal.
        regions: names of the regions.
        facets: which of the owned facets of the interface lie next to them.
        volume: volume of the regions [m3], per metre of depth in plane strain [m2].
        columns: metal behind each owned facet along its normal, as it is modelled; zero behind
            other facets [m].
    """

    metal: Metal
    regions: tuple[str, ...]
    facets: npt.NDArray[np.bool_]
    volume: float
    columns: Array


def lodes(surface: SurfaceModel) -> list[Lode]:
    r"""Return the metals of the minus body that an interface lies next to; collective.

    A facet's column is the length :math:`\ell_f` of metal that its inward normal passes through,
    with one factor for all facets such that the columns hold what the regions hold:

    .. math:: h_f = \ell_f \frac{V}{\sum_k \ell_k A_k}

    The factor is one for layers. Behind an interface that leaves a part of the metal's surface
    free, the metal beside it is shared out over the columns.
    """
    groups: dict[Metal, list[str]] = {}
    for region, material in surface.minus.case_body.materials.items():
        for metal in material.metals:
            groups.setdefault(metal, []).append(region)
    found = (_lode(surface, metal, tuple(regions)) for metal, regions in groups.items())
    return [lode for lode in found if surface.comm.allreduce(bool(lode.facets.any()), op=MPI.LOR)]


def molar_volumes(surface: SurfaceModel) -> Mapping[str, float]:
    """Return the molar volume of each region of the minus body [m3/mol]; zero where no metal is."""
    materials = surface.minus.case_body.materials
    return {
        near.region: sum(metal.molar_volume for metal in materials[near.region].metals)
        for near in surface.near
    }


def _lode(surface: SurfaceModel, metal: Metal, regions: tuple[str, ...]) -> Lode:
    """Return one metal of the minus body; collective."""
    body, comm, areas = surface.minus, surface.comm, surface.areas
    near = [each for each in surface.near if each.region in regions]
    facets = np.logical_or.reduce([each.owned for each in near])
    shown = np.logical_or.reduce([each.facets for each in near])
    cells = np.unique(np.concatenate([body.cells(region) for region in regions]))
    volume = total(body.volumes[cells[cells < body.owned_cells]].sum(), comm)
    behind = _lengths(surface, shown, cells.astype(np.int32))
    length = np.where(facets, surface.places.of_facets(behind), 0.0)
    seen = total(areas @ length, comm)
    area = total(areas[facets].sum(), comm)
    if seen <= 0.0 and area > 0.0:
        length, seen = facets.astype(np.float64), area
    return Lode(metal, regions, facets, volume, length * (volume / seen if seen > 0.0 else 0.0))


def _lengths(
    surface: SurfaceModel, facets: npt.NDArray[np.bool_], cells: npt.NDArray[np.int32]
) -> Array:
    """Return the metal on the way inwards from some of the owned facets [m]; collective."""
    comm, entities = surface.comm, surface.mesh.entities
    shown = facets_of(surface.parent, entities[:, 0], entities[:, 1])
    on_facet = surface.mesh.local_cells(surface.parent)[2]
    places = surface.places.facets.dofmap.list[on_facet, 0]
    mine = facets[places]
    rays = comm.allgather((shown.midpoints[mine], -shown.normals[mine]))
    origins, directions = (np.concatenate(part) for part in zip(*rays, strict=True))
    lengths = chords(origins, directions, boundary_of(surface.minus.mesh.mesh, cells))
    comm.Allreduce(MPI.IN_PLACE, lengths, op=MPI.SUM)
    before = sum(len(first) for first, _ in rays[: comm.rank])
    found = np.zeros(len(facets))
    found[places[mine]] = lengths[before : before + int(mine.sum())]
    return found
