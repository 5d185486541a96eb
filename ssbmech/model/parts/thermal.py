# SPDX-License-Identifier: BSD-3-Clause
r"""Thermal strain: what a region would do without stress at another temperature.

.. math:: \varepsilon_{th} = \alpha \, (T - T_0) \, I

counted from the temperature :math:`T_0` at which the cell is free of thermal strain. It adds to
what lithium does to the shape of a host, and enters potentials through the stress alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import ufl

from ssbmech._compat import constant
from ssbmech.materials.elastic import Surroundings
from ssbmech.model.body import BodyModel
from ssbmech.model.parts.momentum import FreeStrain, FreeStrains


@dataclass(frozen=True, eq=False)
class Expansion:
    """Regions that expand when they are heated, beside what else strains them.

    Attributes:
        body: the body.
        coefficients: linear expansion by region [1/K]; a region that is not named has none.
        beside: what else strains the regions without stress.
    """

    body: BodyModel
    coefficients: Mapping[str, float]
    beside: FreeStrains

    def free_strain(self, region: str, around: Surroundings) -> FreeStrain:
        """Return the free strain of a region, as far as the frame resists it."""
        free = self.beside.free_strain(region, around)
        if region not in self.coefficients:
            return free
        mesh = self.body.mesh.mesh
        conditions = self.body.setting.conditions
        before = self.body.kinematics.temperature_before(conditions, mesh)
        cold = conditions.stress_free.on(mesh) if before is None else before
        warmer = around.temperature - cold
        stretch = constant(mesh, self.coefficients[region]) * warmer
        thermal = self.body.frame.resisted(stretch * ufl.Identity(3))
        return replace(free, strain=free.strain + thermal)


def with_expansion(body: BodyModel, beside: FreeStrains) -> FreeStrains:
    """Return what strains the regions of a body, with the expansion of those that expand.

    Args:
        body: the body.
        beside: what else strains them.
    """
    coefficients = {
        name: material.thermal_expansion
        for name, material in body.case_body.materials.items()
        if material.thermal_expansion is not None
    }
    return Expansion(body, coefficients, beside) if coefficients else beside
