# SPDX-License-Identifier: BSD-3-Clause
"""Layers of a case as its manifest lists them: thickness and density, for masses and volumes."""

from __future__ import annotations

from typing import Any

from mpi4py import MPI

import numpy as np

from ssbmech.case.case import Case
from ssbmech.errors import ParameterError
from ssbmech.laminate.case import LaminateCase, Ply
from ssbmech.library.densities import density_of
from ssbmech.materials.compaction import CapLaw
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel


def layers_of_laminate(case: LaminateCase) -> list[dict[str, Any]]:
    """Return the layers of a laminate."""
    cells, pads = case.cell.plies, case.pads
    return [_ply(ply, case.cells) for ply in cells] + [_ply(pad, 1) for pad in pads]


def _ply(ply: Ply, count: int) -> dict[str, Any]:
    mean = float(ply.thicknesses(count).mean())
    known = {} if ply.density is None else {"density [kg/m3]": ply.density}
    return {"name": ply.name, "count": count, "thickness [m]": mean, **known}


def layers_of_cell(case: Case, cell: CellModel) -> list[dict[str, Any]]:
    """Return the regions of a cell as layers, each as thick as its volume over the cell's area.

    Densities are those of the library's materials, with the pores they have at the start; of others
    none is known; collective.
    """
    found = []
    for body in case.bodies:
        for region, material in body.materials.items():
            volume = _volume(cell.bodies[body.name], region)
            found.append(
                {
                    "name": region,
                    "material": material.name,
                    "count": 1,
                    "thickness [m]": volume / cell.circuit.nominal_area,
                    **density_of_material(material),
                }
            )
    return found


def _volume(body: BodyModel, region: str) -> float:
    """Return the volume of a region [m3], per depth in the plane [m2]; collective."""
    cells = body.cells(region)
    own = float(np.sum(body.volumes[cells[cells < body.owned_cells]]))
    return float(body.mesh.mesh.comm.allreduce(own, op=MPI.SUM))


def density_of_material(material: Material) -> dict[str, float]:
    """Return the density of a material as an entry of a layer; empty if it is not known."""
    if material.hosts:
        return {"density [kg/m3]": material.hosts[0].density}
    try:
        # a powder at another density is named after it
        dense = density_of(material.name.partition("_at_")[0])
    except ParameterError:
        return {}
    share = material.solid.density if isinstance(material.solid, CapLaw) else 1.0
    return {"density [kg/m3]": share * dense}
