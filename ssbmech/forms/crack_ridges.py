# SPDX-License-Identifier: BSD-3-Clause
r"""Ridges of a crack, where its facets meet: points of a section, edges of triangles in space.

Pressure p is constant on a facet, and :math:`\lambda` is its mean along each ridge. In between it
falls as in the lowest element of Raviart and Thomas,

.. math:: G(x) = -\nabla \lambda + \beta \, (p - \bar\lambda) \, (x - \bar x), \quad
          \beta = \frac{4}{L_f^2} \text{ or } \frac{36}{\ell_1^2 + \ell_2^2 + \ell_3^2}

with the plane :math:`\nabla \lambda` through the ridges, their mean :math:`\bar\lambda` and the
middle :math:`\bar x` of the facet. Its component along the normal of a ridge is constant there. In
a section, and between regular triangles, this is the flow through slits between the middles of
facets and their ridges, :math:`G \cdot n = (p - \lambda) / d` at a distance d; on other triangles
those would not carry an even flow, and this does. p is the pressure in the middle of a facet that
is fed evenly between parallel walls.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, Protocol

import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import edge_rule, vertex_rule
from ssbmech.frames import Expr

FLATTEST: Final = 1.0
"""Fall of the pressure below which a size of it does not follow it, so that it has a slope
[Pa/m]."""

UNLOADED: Final = 1e-5
"""Pressure over the typical stress that iterations may leave of none [1]."""


@dataclass(frozen=True, eq=False)
class Fall:
    """How the pressure falls at the ridges of a facet.

    Attributes:
        outward: along the normal of the ridge, out of the facet [Pa/m].
        size: fall along its steepest way, of either sign [Pa/m].
        share: the first over the second [1].
    """

    outward: Expr
    size: Expr
    share: Expr


class Ridges(Protocol):
    """Role of the ridges of a mesh of facets.

    Attributes:
        element: finite element of a value a ridge.
        corners: vertices of each ridge of a facet, by its number there.
    """

    element: ClassVar[tuple[str, int]]
    corners: ClassVar[tuple[tuple[int, ...], ...]]

    @property
    def measure(self) -> ufl.Measure:
        """Measure that takes integrands at ridges and shares the facet among them."""

    @property
    def length(self) -> Expr:
        """Length of a ridge over its share of the facet's area [1/m]."""

    def fall(self, pressure: Expr, ridge: Expr, full: Expr) -> Fall:
        """Return how the pressure falls at ridges.

        Args:
            pressure: that of facets [Pa].
            ridge: that of their ridges [Pa].
            full: 1 where metal fills the facet, 0 where it is dry.
        """


@dataclass(frozen=True, eq=False)
class PointRidges:
    """Ends of the facets of a section, of length 1 per depth.

    Attributes:
        mesh: mesh of the facets.
    """

    mesh: Mesh
    element: ClassVar[tuple[str, int]] = ("Lagrange", 1)
    corners: ClassVar[tuple[tuple[int, ...], ...]] = ((0,), (1,))

    @property
    def measure(self) -> ufl.Measure:
        """Measure of facets that takes integrands at their ends."""
        return ufl.Measure("dx", domain=self.mesh, metadata=vertex_rule(1))

    @property
    def length(self) -> Expr:
        """Return 1 over half of the facet [1/m]."""
        return 1 / (ufl.CellVolume(self.mesh) / 2)

    def fall(self, pressure: Expr, ridge: Expr, full: Expr) -> Fall:
        """Return the fall over half a facet."""
        outward = (pressure - ridge) / (ufl.CellVolume(self.mesh) / 2)
        return Fall(outward, outward, ufl.as_ufl(1.0))


class EdgeRidges:
    """Edges of triangles in space.

    Attributes:
        mesh: mesh of the facets.
    """

    element: ClassVar[tuple[str, int]] = ("CR", 1)
    corners: ClassVar[tuple[tuple[int, ...], ...]] = ((1, 2), (0, 2), (0, 1))

    def __init__(self, mesh: Mesh, stress: float) -> None:
        """Find the middles of the facets; collective.

        Args:
            mesh: mesh of the facets.
            stress: typical stress [Pa].
        """
        self.mesh, self._unloaded = mesh, UNLOADED * stress
        middles = fem.Function(fem.functionspace(mesh, ("DG", 0, (3,))), name="facet_middle")
        middles.interpolate(lambda x: x)
        self._away = ufl.SpatialCoordinate(mesh) - middles

    @property
    def measure(self) -> ufl.Measure:
        """Measure of facets that takes integrands in the middle of edges."""
        return ufl.Measure("dx", domain=self.mesh, metadata=edge_rule())

    @property
    def _slope(self) -> Expr:
        r"""Normal of an edge times its length over the area, in its middle [1/m].

        It is the gradient of a function that is 1 there and 0 in the other middles, and follows
        from the way :math:`x - \bar x` to it and the vertices' ways a from the middle of the facet,
        :math:`4 \, (\sum_a a a^T)^{-1} (x - \bar x)`.
        """
        back = ufl.JacobianInverse(self.mesh)
        # the inverse of the sum over the triangle of reference
        regular = ufl.as_matrix([[2.0, 1.0], [1.0, 2.0]])
        return 4 * ufl.dot(ufl.transpose(back), ufl.dot(regular, ufl.dot(back, self._away)))

    @property
    def length(self) -> Expr:
        """Return the length of an edge over a third of the area [1/m]."""
        return 3 * ufl.sqrt(ufl.inner(self._slope, self._slope))

    def fall(self, pressure: Expr, ridge: Expr, full: Expr) -> Fall:
        """Return the fall of the pressure in the middle of edges."""
        # below zero only in iterations, which would lead far away from there; but none keeps its
        # slope, for a facet that fills finds its pressure by it
        pressure = ufl.conditional(ufl.ge(pressure, -self._unloaded), pressure, 0.0)
        plane, away, slope = ufl.grad(ridge), self._away, self._slope
        spread = 36 / _edges_squared(self.mesh) * (pressure - ridge + ufl.dot(plane, away))
        even = spread * away - plane
        steepness = ufl.sqrt(ufl.inner(slope, slope))
        normal = slope / steepness
        across = ufl.dot(even, normal)
        # the edge is two thirds of the area over its length away from the middle
        slit = 1.5 * steepness * (pressure - ridge)
        outward = slit + full * (across - slit)
        along = even - across * normal
        size = ufl.sqrt(outward**2 + full * ufl.inner(along, along) + FLATTEST**2)
        return Fall(outward, size, outward / size)


def _edges_squared(mesh: Mesh) -> Expr:
    """Return the sum of the squares of the edges of a triangle [m2]."""
    jacobian = ufl.Jacobian(mesh)
    one, other = jacobian[:, 0], jacobian[:, 1]
    return 2 * (ufl.inner(one, one) + ufl.inner(other, other) - ufl.inner(one, other))


def ridges_of(mesh: Mesh, stress: float) -> Ridges:
    """Return the ridges of a mesh of facets; collective.

    Args:
        mesh: mesh of the facets.
        stress: typical stress [Pa].
    """
    return PointRidges(mesh) if mesh.topology.dim == 1 else EdgeRidges(mesh, stress)
