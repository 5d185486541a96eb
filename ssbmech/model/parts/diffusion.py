# SPDX-License-Identifier: BSD-3-Clause
r"""Metal that diffuses along an interface, conserved facet by facet.

Contact pressure p and the thickness m that diffusion has carried away are constant on a facet. The
flow between facets follows from the pressure :math:`\lambda` on the ridges between them, as in the
hybrid form of the lowest-order mixed finite element (Arnold & Brezzi 1985):

.. math::
    \int_\Gamma \Delta t B \nabla\lambda \cdot \nabla\mu - (m - m_n) \mu = 0, \quad
    m - m_n = \Delta t B \frac{p - \langle\lambda\rangle}{C}, \quad
    C = \frac{\langle |x - \bar x|^2 \rangle}{d^2}

The first says that what leaves a facet through a ridge enters the next; its sum over all ridges is
the conservation of metal, for nothing leaves through the rim of the interface.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mpi4py import MPI

import numpy as np
import ufl
from dolfinx import fem

from ssbmech._compat import compile_form
from ssbmech.errors import CaseError
from ssbmech.forms import interface_terms as terms
from ssbmech.frames import Expr
from ssbmech.interfaces.diffusion import InterfaceDiffusion
from ssbmech.model.conditions import symbolic
from ssbmech.model.history import Follower
from ssbmech.model.integrals import owned_integrals
from ssbmech.model.outputs import CellField, Output
from ssbmech.model.part import Memory, SurfacePart, Term
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Local, Role
from ssbmech.solve.unknowns import Unknown


class Diffusion(SurfacePart):
    """Metal that moves along an interface.

    Attributes:
        surface: the interface.
        carried: thickness that diffusion has carried away [m].
        ridge_pressure: pressure on the ridges between facets [Pa].
    """

    def __init__(self, surface: SurfaceModel, law: InterfaceDiffusion) -> None:
        """Add the thickness and the pressure of the ridges; collective.

        Raises:
            CaseError: the minus body has no metal.
        """
        self.surface = surface
        scales, mesh = surface.setting.scales, surface.mesh.mesh
        self.carried = surface.scalar("carried", scales.gap)
        # continuous in the middle of a ridge; in two dimensions a ridge is a point
        kind = ("Lagrange", 1) if mesh.topology.dim == 1 else ("CR", 1)
        ridges = fem.Function(fem.functionspace(mesh, kind), name="ridge_pressure")
        self.ridge_pressure = Unknown("ridge_pressure", surface.name, ridges, scales.stress)
        self.history = surface.history("diffusion")
        self._before = self.history.start("carried_n")
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        now = Follower(self.carried.function("+"), surface.sides.dS, everywhere)
        self.history.follow("carried_n", [now])
        conditions = surface.setting.conditions
        twin: InterfaceDiffusion = symbolic(law, mesh)
        mobility = twin.mobility(diffusing_volume(surface), conditions.temperature.on(mesh))
        self._conductance = conditions.dt.on(mesh) * mobility
        self._spread = _spread(surface)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The thickness carried away, and the pressure on the ridges."""
        return (self.carried, self.ridge_pressure)

    def roles(self) -> Sequence[Role]:
        """Say that the thickness is the facet's own; facets meet in the pressure of ridges."""
        return (Local(self.carried),)

    @property
    def memory(self) -> Sequence[Memory]:
        """The thickness carried away."""
        return (self.history,)

    def terms(self) -> Iterator[Term]:
        """Yield the balance of ridges, the flow out of facets, and the growth of the gap."""
        surface, dx = self.surface, self.surface.dx
        pressure, ridges = surface.p_contact.function, self.ridge_pressure.function
        left = self.carried.function - self._before
        mu = ufl.TestFunction(ridges.function_space)
        q = ufl.TestFunction(self.carried.function.function_space)
        flow = self._conductance * ufl.inner(ufl.grad(ridges), ufl.grad(mu))
        yield self.ridge_pressure.key, (flow - left * mu) * dx
        driven = self._conductance * (pressure - ridges) / self._spread
        yield self.carried.key, (left - driven) * q * dx
        test = surface.test(surface.gap)
        yield (
            surface.gap.key,
            terms.opening_term(surface.sides, self.carried.function("+"), test),
        )

    def sizes(self) -> Iterator[Term]:
        """Yield a typical thickness for both."""
        for unknown in self.unknowns:
            size = self.surface.own_constant(self.surface.setting.scales.gap)
            test = ufl.TestFunction(unknown.function.function_space)
            yield unknown.key, size * test * self.surface.dx

    def outputs(self) -> Sequence[Output]:
        """Return the thickness carried away."""
        return (CellField(quantity("carried"), lambda: self.surface.values(self.carried)),)


def diffusing_volume(surface: SurfaceModel) -> Expr:
    """Return the molar volume of the metal beside the interface [m3/mol]; collective.

    Raises:
        CaseError: a region beside the interface is no metal, or of another metal than the others.
    """
    materials, found = surface.minus.case_body.materials, dict[str, float]()
    for near in surface.near:
        if surface.comm.allreduce(bool(near.owned.any()), op=MPI.LOR):
            metal = materials[near.region].metal
            found[near.region] = metal.molar_volume if metal else 0.0
    if len(set(found.values())) != 1 or 0.0 in found.values():
        raise CaseError(
            f"interface {surface.name!r}: metal diffuses along it, but the regions beside it, "
            f"{', '.join(found)}, are not all of one metal: leave the diffusion out, or make "
            "them one"
        )
    return surface.own_constant(next(iter(found.values())))


def _spread(surface: SurfaceModel) -> fem.Function:
    """Return the mean squared distance from the middle of each facet, over d squared [m2]."""
    mesh, dim = surface.mesh.mesh, surface.mesh.mesh.topology.dim
    size = surface.setting.frame.dim
    middles = fem.Function(fem.functionspace(mesh, ("DG", 0, (size,))))
    middles.interpolate(lambda x: x[:size])
    spread = fem.Function(surface.gap.function.function_space, name="spread")
    away = ufl.SpatialCoordinate(mesh) - middles
    q = ufl.TestFunction(spread.function_space)
    squares = compile_form(ufl.inner(away, away) / dim**2 * q * surface.dx, None)
    spread.x.array[: surface.gap.owned] = owned_integrals(squares) / surface.areas
    spread.x.scatter_forward()
    return spread
