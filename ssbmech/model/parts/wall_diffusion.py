# SPDX-License-Identifier: BSD-3-Clause
r"""Metal that diffuses along the surface of a body that moves, conserved vertex by vertex.

Contact pressure p is linear on facets, and so it drives the flow itself. The thickness m that
diffusion has carried away from a vertex i is

.. math:: A_i (m_i - m_{n,i}) = \int_\Gamma \Delta t \, B \, \nabla p \cdot \nabla q_i \, dA

The sum over all vertices is zero: nothing leaves through the rim of the interface. Where the wall
has a surface energy (`ssbmech.model.parts.wall_tension`), its capillary pressure is added to p, and
metal flows along the bare wall with that wall's mobility instead, or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import ufl

from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.diffusion import InterfaceDiffusion
from ssbmech.model.conditions import symbolic
from ssbmech.model.history import Follower
from ssbmech.model.outputs import CellField, Output
from ssbmech.model.part import Memory, SurfacePart, Term
from ssbmech.model.parts.diffusion import diffusing_volume
from ssbmech.model.parts.wall_tension import WallTension
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown


class WallDiffusion(SurfacePart):
    """Metal that moves along an interface whose metal moves.

    Attributes:
        surface: the interface.
        carried: thickness that diffusion has carried away [m].
    """

    def __init__(self, surface: SurfaceModel) -> None:
        """Add the thickness, and remember it; collective.

        Raises:
            CaseError: the minus body has no metal.
        """
        self.surface = surface
        self.carried = surface.scalar("carried", surface.setting.scales.gap)
        self.history = surface.history("diffusion")
        self._before = self.history.start("carried_n")
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        now = Follower(self.carried.function("+"), surface.local.dS, everywhere)
        self.history.follow("carried_n", [now])
        q = ufl.TestFunction(self.carried.function.function_space)
        self._flows = [*self._along_contact(q), *self._along_bare_wall(q)]

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The thickness carried away."""
        return (self.carried,)

    @property
    def memory(self) -> Sequence[Memory]:
        """The thickness carried away."""
        return (self.history,)

    def lost(self) -> Expr:
        """Return the thickness that the step carries away [m]."""
        return self.carried.function("+") - self._before("+")

    def _along_contact(self, q: Expr) -> Iterator[Expr]:
        """Yield what flows along the interface but for bare walls in the step, as a weak form."""
        surface, law = self.surface, self.surface.interface.diffusion
        if law is not None:
            conditions, mesh = surface.setting.conditions, surface.mesh.mesh
            twin: InterfaceDiffusion = symbolic(law, mesh)
            mobility = twin.mobility(diffusing_volume(surface), conditions.temperature.on(mesh))
            driving, covered = surface.p_contact.function, 1.0
            for wall in surface.parts.find(WallTension):
                driving, covered = driving + wall.pressure.function, covered - wall.bare
            slopes = ufl.inner(ufl.grad(driving), ufl.grad(q))
            yield conditions.dt.on(mesh) * mobility * covered * slopes * surface.dx

    def _along_bare_wall(self, q: Expr) -> Iterator[Expr]:
        """Yield what flows along the bare wall in the step, as a weak form."""
        for wall in self.surface.parts.find(WallTension):
            if wall.law.diffusion is not None:
                yield wall.flow(wall.law.diffusion, q)

    def terms(self) -> Iterator[Term]:
        """Yield the balance of vertices, and the growth of the gap."""
        surface, test = self.surface, self.surface.test(self.carried)
        yield self.carried.key, self.lost() * test * surface.local.dS
        for flow in self._flows:
            yield self.carried.key, -flow
        gone = surface.separation.grown(self.carried.function("+"), self._before("+"))
        yield surface.gap.key, terms.opening_term(surface.local, gone, test)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical thickness."""
        yield self.surface.typical(self.carried, self.surface.setting.scales.gap)

    def outputs(self) -> Sequence[Output]:
        """Return the thickness carried away."""
        return (CellField(quantity("carried"), lambda: self.surface.values(self.carried)),)
