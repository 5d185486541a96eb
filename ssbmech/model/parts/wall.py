# SPDX-License-Identifier: BSD-3-Clause
r"""The surface of a body that moves: its place is the gap's, whatever flows through it.

Fields live at vertices i of the interface, whose reference surface is that of the plus body as it
was made. A vertex of the metal lies where the gap says, along its director d,

.. math:: x_i = X_i + (\bar u_i - g_i) d_i, \quad
          \bar u_i = \int u^+ \cdot n \, q_i \, dA \Big/ D_i, \quad
          D_i = d_i \cdot \int n \, q_i \, dA

and the gap follows from step to step from what is stripped and what flows,

.. math:: D_i (g_i - g_{n,i}) = \frac{A_i \Delta s_i}{\rho_i}
          + \int [\Delta u] \cdot n \, q_i \, dA + \sum_f c_{f,i} A_{f,i} w_f

where the metal's surface, as far away as it is, has :math:`\rho_i` times the area of the interface
(`ssbmech.model.parts.wall_shape`): a charge takes less thickness from a wider one. What laws put
between the bodies, such as voids below the size of a facet, lies between the gap and the metal: it
is added to g in both, as a thickness along the normal.

Where the metal's surface is inclined to the interface, metal that flows along it leaves room. With
m the area vector of the metal's facet over the area of the interface's, each with its own radius
where it is revolved, that is

.. math:: w_f = -\frac1{A_f} \int_f \Delta u^- \cdot (m - \rho n) \, dA

a facet's own unknown, the slide. Vertices share it by their gaps at the start of the step: one in
contact takes none of it where its neighbour is open. A vertex stands for the area :math:`A_{f,i}`
in a facet, and the shares are such that :math:`\sum_i \rho_i c_{f,i} A_{f,i} = A_f`, also where the
radius makes them unlike. The sum of :math:`\rho_i` times the equation over the vertices is then the
flow through the metal's real surface, so that its mesh loses what is stripped and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem

from ssbmech.case.stops import Guard
from ssbmech.forms.interface_terms import Sides
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.model.outputs import Output
from ssbmech.model.part import Memory, SurfacePart, Term
from ssbmech.model.parts.wall_growth import WallGrowth
from ssbmech.model.parts.wall_shape import WallShape
from ssbmech.model.parts.wall_slope import WallSlope
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.solve.field_roles import Explicit, Role
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]


class MovingWall(SurfacePart):
    """The surface of a moving body at an interface; it says what the gap follows from.

    Attributes:
        surface: the interface.
        slide: thickness that flow along an inclined facet leaves behind in the step [m].
        growth: what has grown there, and what lies between the bodies.
        shape: where the metal's surface is.
        slope: how steep it is.
        on_arrival: what is done when the mesh is where a step has brought it.
    """

    at_rest = False

    def __init__(self, surface: SurfaceModel) -> None:
        """Add the slide, and find the directors; collective.

        Raises:
            CaseError: a director runs along a facet.
        """
        self.surface = surface
        self.on_arrival: list[Callable[[], None]] = []
        slide = fem.Function(surface.places.facets, name="slide")
        self.slide = Unknown("slide", surface.name, slide, surface.setting.scales.gap)
        self.growth = WallGrowth(surface)
        self.shape = WallShape(surface, self.growth)
        self.slope = WallSlope(self.shape)
        self.on_arrival.append(self.slope.forget)

    def remember(self) -> None:
        """Find what lies between the bodies and compile what is remembered; collective.

        It is done when all parts are there.
        """
        self.growth.find_films()
        self.growth.follow(self._widened(), self._taken(), self._closing(), self.shape.spread)

    @property
    def guards(self) -> Sequence[Guard]:
        """The condition that ends any step: a wall is about to overhang."""
        return self.slope.guards

    def outputs(self) -> Sequence[Output]:
        """Return how steep the metal's surface is."""
        return self.slope.outputs()

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The slide."""
        return (self.slide,)

    def roles(self) -> Sequence[Role]:
        """Say that the slide follows from the displacement."""
        return (Explicit(self.slide),)

    @property
    def memory(self) -> Sequence[Memory]:
        """By how much growth has moved the bodies apart."""
        return (self.growth.history,)

    def terms(self) -> Iterator[Term]:
        """Yield the equation of the slide."""
        surface = self.surface
        test = surface.test(self.slide)
        slide = self.slide.function("+") * test * surface.sides.dS
        yield self.slide.key, slide - self._sideways(test, surface.sides)

    def sizes(self) -> Iterator[Term]:
        """Yield a typical gap."""
        yield self.surface.typical(self.slide, self.surface.setting.scales.gap)

    def term(self, test: Expr) -> Any:
        """Return the equation of the gap [m], to which growth adds."""
        surface = self.surface
        opening = self._widened() - self._taken() - self.growth.filled()
        return opening * test * surface.local.dS - self._closing() * test * surface.sides.dS

    def grown(self, now: Expr, before: Expr) -> Expr:
        """Return what the gap has grown by in the step, by a thickness over the interface [m]."""
        return (now - before) / self.shape.spread("+")

    def hollow(self, gaps: Array) -> Array:
        """Return the volume between the bodies over the area of the interface [m]; collective."""
        return self.shape.hollow(gaps)

    def opened(self, near: FacetSet) -> Any:
        """Return what parted the bodies up to the last step, and in this one from where they are.

        The slide is taken from the flow itself.
        """
        wide = self.shape.spread("+") * (self._widened() - self.growth.filled())
        closing = self.shape.spread("+") * self._closing() * near.sides.dS
        for film in self.surface.films(near.region):
            wide += self.shape.spread("+") * film
        local = (self.growth.parted("+") + wide) * near.local.dS
        return local - closing - self._sideways(1.0, near.sides)

    def _widened(self) -> Expr:
        """Return what the step adds to the gap, along the normal [m]."""
        gap = self.surface.gap
        return (gap.function("+") - gap.past("+")) * self.shape.along("+")

    def _taken(self) -> Expr:
        """Return what a vertex takes of the slide of its facets [m]."""
        return self.shape.share("+") * self.slide.function("+")

    def parting(self) -> Expr:
        """Return the jump of the displacements of the step [m]."""
        minus, plus = self.surface.minus.u, self.surface.plus.u
        return plus.function("-") - plus.past("-") - minus.function("+") + minus.past("+")

    def _closing(self) -> Expr:
        """Return by how much displacements move the bodies apart in the step [m]."""
        return ufl.dot(self.parting(), self.surface.sides.normal)

    def _sideways(self, test: Expr, sides: Sides) -> Any:
        """Return the volume that metal leaves behind by flowing along its surface, as a weak form.

        Args:
            test: test function.
            sides: facets, with their measure.
        """
        minus, shape = self.surface.minus.u, self.shape
        flow = minus.function("+") - minus.past("+")
        across = shape.spread("+") * ufl.dot(flow, sides.normal)
        through = ufl.dot(flow, shape.carried("+"))
        radius = self.surface.setting.frame.weight(shape.place("+"))
        return across * test * sides.dS - through * test * WeightedMeasure(sides.dS.measure, radius)
