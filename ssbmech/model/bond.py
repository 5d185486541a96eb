# SPDX-License-Identifier: BSD-3-Clause
"""Adhesion in the model: the slip of an interface, the history of its bond and its tractions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_expression, element_points
from ssbmech.frames import Expr
from ssbmech.geometry.subdomains import InterfaceMesh
from ssbmech.interfaces.cohesion import Adhesion, separation
from ssbmech.interfaces.interface import Interface
from ssbmech.model.parameters import symbolic
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


@dataclass(eq=False)
class BondModel:
    """The bond of an interface, facet by facet.

    Attributes:
        law: adhesion law.
        slip: tangential offset of the two sides [m]; its normal component is held at zero.
        largest: largest separation up to the last committed step [m].
    """

    law: Adhesion
    slip: Unknown
    largest: fem.Function
    _now: fem.Function
    _damage: fem.Function
    _law_of_damage: fem.Expression

    def separation_max(self, gap: Expr, side: str = "+") -> Expr:
        """Return the largest separation at the end of the step [m]."""
        now = separation(gap, self.slip.function(side))
        return ufl.max_value(self.largest(side), now)

    def damage(self, gap: Expr, mesh: Mesh) -> Expr:
        """Return the damage at the end of the step, for forms on the parent mesh [1]."""
        return symbolic(self.law, mesh).damage(self.separation_max(gap))

    def stiffness(self, gap: Expr, mesh: Mesh) -> Expr:
        """Return traction over separation at the end of the step [Pa/m]."""
        return symbolic(self.law, mesh).stiffness(self.damage(gap, mesh))

    def separations(self, gap: Unknown) -> Array:
        """Return the largest separation at the end of the step, all local facets [m]."""
        opening = np.maximum(gap.function.x.array, 0.0)
        slip = self.slip.function.x.array.reshape(-1, self.slip.block_size)
        now = np.sqrt(opening**2 + np.sum(slip**2, axis=1))
        return np.asarray(np.maximum(self.largest.x.array, now))

    def damages(self, gap: Unknown) -> Array:
        """Return the damage at the end of the step, owned facets [1]."""
        self._now.x.array[:] = self.separations(gap)
        self._damage.interpolate(self._law_of_damage)
        return np.array(self._damage.x.array[: gap.owned])

    def commit(self, gap: Unknown) -> None:
        """Keep the largest separation."""
        self.largest.x.array[:] = self.separations(gap)


def build_bond(
    interface: Interface, mesh: InterfaceMesh, dim: int, scale: float
) -> BondModel | None:
    """Return the bond of an interface, None if nothing adheres; collective.

    Args:
        interface: the interface.
        mesh: its mesh.
        dim: dimension of the displacement [1].
        scale: typical separation [m].
    """
    if interface.adhesion is None:
        return None
    scalars = fem.functionspace(mesh.mesh, ("DG", 0))
    vectors = fem.functionspace(mesh.mesh, ("DG", 0, (dim,)))
    slip = Unknown(f"slip {interface.name}", fem.Function(vectors, name="slip"), scale)
    now = fem.Function(scalars, name="separation")
    damage = symbolic(interface.adhesion, mesh.mesh).damage(now)
    return BondModel(
        interface.adhesion,
        slip,
        fem.Function(scalars, name="separation_max"),
        now,
        fem.Function(scalars, name="damage"),
        compile_expression(damage, element_points(scalars)),
    )
