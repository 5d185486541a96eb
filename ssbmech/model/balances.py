# SPDX-License-Identifier: BSD-3-Clause
"""Balances of force and current over the whole cell, for the audits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mpi4py import MPI

import numpy as np

if TYPE_CHECKING:
    from ssbmech.model.cell import CellModel


def force_imbalance(cell: CellModel) -> float:
    """Return the imbalance of forces along the platen's axis, relative [1]; collective.

    It is the platen force plus the support reactions, over the platen force; nan without a
    platen, and with pressures or body forces, whose resultant has no independent measure.
    """
    if cell.platen is None or cell.loads.body_forces or cell.loads.face_pressures:
        return math.nan
    dim = cell.case.geometry.frame.dim
    reaction = 0.0
    for body in cell.bodies.values():
        along = body.u.fixed[body.u.fixed % dim == cell.platen.axis]
        reaction += float(np.sum(cell.system.raw_residual(body.u)[along]))
    reaction = cell.comm.allreduce(reaction, op=MPI.SUM)
    force = cell.platen.closure.total
    return float(abs(reaction + force) / max(abs(force), 1e-3 * cell.platen.closure.reference))


def charge_imbalance(cell: CellModel) -> float:
    """Return the sum of all currents into the electrolytes, relative [1]; collective.

    Currents enter at the electrodes and leave at faces held at a potential. Zero without
    electrodes, nan with ion sources, whose sum has no independent measure.
    """
    if not cell.electrodes:
        return 0.0
    if cell.loads.ion_sources:
        return math.nan
    held = 0.0
    for body in cell.bodies.values():
        if body.phi_e is not None:
            held += float(np.sum(cell.system.raw_residual(body.phi_e)[body.phi_e.fixed]))
    totals = [closure.total for closure in cell.electrodes.values()]
    total = abs(sum(totals) + cell.comm.allreduce(held, op=MPI.SUM))
    least = 1e-3 * max(closure.reference for closure in cell.electrodes.values())
    return float(total / max(least, *(abs(t) for t in totals)))
