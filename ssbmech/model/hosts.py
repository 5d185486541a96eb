# SPDX-License-Identifier: BSD-3-Clause
"""What is measured of the hosts of lithium: content, state of charge, and what is cut off."""

from __future__ import annotations

import math
from collections.abc import Mapping

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.model.cell import CellModel
from ssbmech.model.lithium import LithiumModel
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import CUT_OFF, series_name

Array = npt.NDArray[np.float64]


def cut_off(surface: SurfaceModel, volumes: Array, measured: Mapping[str, Array]) -> float:
    """Return the share of a host's volume in particles without contact [1]; collective.

    Args:
        surface: interface of the host.
        volumes: volumes of the host's owned cells.
        measured: facet fields of the interface.
    """
    stored, particle = surface.minus.lithium, surface.particle
    if stored is None or particle is None:
        return 0.0
    of_cells = stored.particles.of_cells[: len(volumes)]
    count = len(stored.particles.centres)
    conducting = surface.areas * measured["conducting"]
    pairs = ((particle, surface.areas), (particle, conducting), (of_cells, volumes))
    sums = np.zeros((3, count))
    for row, (k, w) in zip(sums, pairs, strict=True):
        np.add.at(row, k, w)
    surface.mesh.mesh.comm.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
    lost = sums[1] < CUT_OFF * sums[0]
    return float(sums[2][lost].sum() / sums[2].sum())


def state_of_charge(cell: CellModel) -> float:
    """Return the charged part of the window of an electrode's hosts [1]; collective.

    The electrode is the working one, or the counter electrode if that alone has hosts.
    """
    electrodes = cell.case.electrodes
    if electrodes is None:
        return 0.0
    working = cell.surfaces[electrodes.working].minus.lithium
    counter = None
    if electrodes.counter is not None:
        counter = cell.surfaces[electrodes.counter].minus.lithium
    stored = working or counter
    if stored is None:
        return 0.0
    full, window = 0.0, 0.0
    for name, region in stored.regions.items():
        sites = stored.volumes[name] * region.host.c_max
        full += sites * region.host.x_full
        window += sites * (region.host.x_full - region.host.x_empty)
    charged = (full - stored.inventory()) / window
    return charged if stored is working else 1 - charged


def lithium_lost(cell: CellModel, surface: SurfaceModel) -> tuple[float, float]:
    """Return the lithium that the minus body has lost, and the least that counts [mol]; collective.

    Metal loses what is missing between the bodies; a host what is missing in it, and there the
    amount at the start counts. It is nan where lithium also enters the host through a face.
    """
    stored = surface.minus.lithium
    fluxes = cell.case.loads.face_fluxes
    fed = sum(len(surface.minus.mesh.facets(flux.face)) for flux in fluxes)
    if stored is not None and cell.comm.allreduce(fed, op=MPI.SUM) > 0:
        return math.nan, stored.start
    if stored is not None:
        return stored.start - stored.inventory(), stored.start
    least = cell.case.scales.gap * cell.area(surface.name) / surface.molar_volume
    return surface.opened_by_growth() / surface.molar_volume, least


def content_row(stored: LithiumModel) -> dict[str, float]:
    """Return least, mean and largest content of each region, by series column; collective."""
    row = {}
    for region, (low, mean, high) in stored.contents().items():
        row[series_name("content_min", region)] = low
        row[series_name("content_mean", region)] = mean
        row[series_name("content_max", region)] = high
    return row
