# SPDX-License-Identifier: BSD-3-Clause
r"""Contact that does not slip at the surface of a body that moves, vertex by vertex.

What sticks is the metal, whose displacement counts from step to step, so there is no offset to
remember: where a vertex i is in contact at the end of a step, nothing has slipped in it,

.. math:: A_i \sigma_i = \int [\Delta u] \, q_i \, dA, \quad
          r \, (I - n_i n_i^T) \sigma_i - c \, (I - n_i n_i^T) \tau_i + n_i n_i^T \tau_i = 0

and where it is open, :math:`\tau_i = 0`. The jump of the step :math:`\sigma` is an unknown, so that
the condition can be decided vertex by vertex and the work of the shear,
:math:`\int \tau \cdot [v] \, dA`, is still the transpose of what it holds. n_i is the mean normal
of the facets around a vertex. The compliance c is for vertices that supports hold on both sides,
where nothing else would determine the shear.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ufl

from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.model.part import SurfacePart, Term
from ssbmech.model.parts.contact import active_set
from ssbmech.model.parts.wall import MovingWall
from ssbmech.solve.field_roles import Explicit, Held, Role
from ssbmech.solve.unknowns import Unknown

COMPLIANCE = 1e-6
"""Slip of a step under the typical stress, over the typical gap [1]."""


class StickingWall(SurfacePart):
    """Shear of contact that does not slip where the metal moves.

    Attributes:
        shear: shear traction [Pa].
        passed: jump of the displacements of the step, a mean around each vertex [m].
    """

    def __init__(self, wall: MovingWall) -> None:
        """Add the shear and the jump; collective."""
        self.wall, self.surface = wall, wall.surface
        scales = self.surface.setting.scales
        self.shear = self.surface.vector("shear", scales.stress)
        self.passed = self.surface.vector("passed", scales.gap)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The shear and the jump."""
        return (self.shear, self.passed)

    def roles(self) -> Sequence[Role]:
        """Say that the jump follows from the displacement."""
        return (Explicit(self.passed), Held(self.shear, self.surface.contact_stiffness))

    def terms(self) -> Iterator[Term]:
        """Yield the jump, the condition of no slip, and the work of the shear."""
        surface = self.surface
        shear, passed = self.shear.function("+"), self.passed.function("+")
        test = surface.test(self.passed)
        mean = ufl.dot(passed, test) * surface.local.dS
        yield self.passed.key, mean - ufl.dot(self.wall.parting(), test) * surface.sides.dS
        yield self.shear.key, self._condition(shear, passed)
        for u, jump in surface.test_jumps():
            yield u.key, terms.shear_work_term(surface.sides, shear, jump)

    def _condition(self, shear: Expr, passed: Expr) -> Any:
        """Return the weak form of no slip where closed, and no shear where open [Pa]."""
        surface, n = self.surface, self.wall.shape.normal("+")
        p, gap = surface.p_contact.function("+"), surface.gap.function("+")
        across = ufl.dot(shear, n) * n
        slipped = passed - ufl.dot(passed, n) * n
        stiffness = surface.constant(surface.contact_stiffness)
        held = stiffness * slipped - surface.constant(COMPLIANCE) * (shear - across) + across
        # a sum of two products, for FFCx 0.9 cannot compile a condition between different arguments
        sticks = ufl.conditional(active_set(surface).closed(p, gap), 1.0, 0.0)
        test = surface.test(self.shear)
        return ufl.dot(sticks * held + (1 - sticks) * shear, test) * surface.local.dS

    def sizes(self) -> Iterator[Term]:
        """Yield a typical traction and a typical gap."""
        scales = self.surface.setting.scales
        yield self.surface.typical(self.shear, scales.stress)
        yield self.surface.typical(self.passed, scales.gap)
