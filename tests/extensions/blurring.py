# SPDX-License-Identifier: BSD-3-Clause
"""Physics of a user's own: a field in a body, coupled to its displacement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ufl
from dolfinx import fem

from ssbmech.model.body import BodyModel
from ssbmech.model.part import Part, Term
from ssbmech.solve.unknowns import Unknown


class Blurred(Part):
    r"""Volume strain smeared over a length, with which a body resists: a field of a user's own.

    .. math:: e - \ell^2 \Delta e = div\,u, \quad \sigma \leftarrow \sigma + K e I
    """

    LENGTH, MODULUS = 2e-6, 5e9

    def __init__(self, model: BodyModel) -> None:
        space = fem.functionspace(model.mesh.mesh, ("Lagrange", 1))
        self.unknown = Unknown("blurred", model.name, fem.Function(space), 1e-4)
        self.model = model

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        return (self.unknown,)

    def sizes(self) -> Iterator[Term]:
        size = fem.Constant(self.model.mesh.mesh, 1e-4)
        yield self.unknown.key, size * self.model.test(self.unknown) * self.model.dx

    def terms(self) -> Iterator[Term]:
        body, e = self.model, self.unknown.function
        q, v = body.test(self.unknown), body.test(body.u)
        wide = self.LENGTH**2 * ufl.inner(ufl.grad(e), ufl.grad(q))
        yield self.unknown.key, ((e - ufl.div(body.u.function)) * q + wide) * body.dx
        yield body.u.key, self.MODULUS * e * ufl.div(v) * body.dx


@dataclass(frozen=True)
class Blurring:
    """Physics of a user's own."""

    def part(self, model: BodyModel) -> Blurred:
        return Blurred(model)
