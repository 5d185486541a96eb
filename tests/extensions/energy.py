# SPDX-License-Identifier: BSD-3-Clause
r"""Elastic energy of a body, and its density as a field: output quantities.

.. math:: W = \int \left( \frac{s : s}{4 G} + \frac{p^2}{2 K} \right) dV
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import ufl
from dolfinx import fem

import ssbmech as ssb
from ssbmech.frames import Expr
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.momentum import Momentum, SolidRegion

ENERGY = ssb.Quantity("elastic_energy", "$W$", "J", "elastic energy")
DENSITY = ssb.Quantity("energy_density", "$w$", "J m-3", "elastic energy density")


@dataclass(frozen=True)
class ElasticEnergy:
    """Energy that the elastic strain of a body stores.

    Attributes:
        body: name of the body.
    """

    body: str

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Any]]:
        """Return the energy as a column, and its density as a field of the body."""
        body = cell.bodies[self.body]
        solid = body.parts.get(Momentum, f"body {self.body!r} has no momentum balance")
        densities = {name: density(region) for name, region in solid.regions.items()}
        forms = [fem.form(w * body.region(name)) for name, w in densities.items()]

        def energy(_: Mapping[str, Any]) -> float:
            local = sum(fem.assemble_scalar(form) for form in forms)
            return float(cell.comm.allreduce(local, op=MPI.SUM))

        unit = "J" if cell.case.geometry.frame.depth_unit == "m3" else "J m-1"
        fields = {name: [w] for name, w in densities.items()}
        return {
            self.body: [
                ssb.Scalar(ENERGY, energy, self.body, unit),
                ssb.CellMean(DENSITY, fields),
            ]
        }


def density(region: SolidRegion) -> Expr:
    """Return the elastic energy per volume of a region [J/m3]."""
    elastic = getattr(region.material.solid, "elastic", region.material.solid)
    s, p = region.response.deviator, -ufl.tr(region.stress) / 3
    return ufl.inner(s, s) / (4 * elastic.shear) + p**2 / (2 * elastic.bulk)
