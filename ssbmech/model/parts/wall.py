# SPDX-License-Identifier: BSD-3-Clause
r"""The surface of a body that moves: its place is the gap's, whatever flows through it.

Fields live at vertices i of the interface, whose reference surface is that of the plus body as it
was made. A vertex of the metal lies where the gap says, along its director d,

.. math:: x_i = X_i + (\bar u_i - g_i) d_i, \quad
          \bar u_i = \int u^+ \cdot n \, q_i \, dA \Big/ \int d \cdot n \, q_i \, dA

and the gap follows from step to step from what is stripped and what flows,

.. math:: (d \cdot n) A_i (g_i - g_{n,i}) = A_i \Delta s_i + \int [\Delta u] \cdot n \, q_i \, dA
          + \sum_f c_{f,i} \frac{A_f}{d} w_f

What laws put between the bodies, such as voids below the size of a facet, lies between the gap and
the metal: it is added to g in both, as a thickness along the normal.

Where the metal's surface is inclined to the interface, metal that flows along it leaves room. With
m the area vector of the metal's facet over the area of the interface's, that is

.. math:: w_f = -\frac1{A_f} \int_f \Delta u^- \cdot (m - n) \, dA

a facet's own unknown, the slide. Vertices share it by their gaps at the start of the step: one in
contact takes none of it where its neighbour is open. In the sum over the vertices the right-hand
side is the flow through the metal's real surface, so that its mesh loses what is stripped and no
more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import compile_form
from ssbmech.case.overhang import AboutToOverhang
from ssbmech.case.stops import Guard
from ssbmech.errors import CaseError, NotConverged
from ssbmech.frames import Expr
from ssbmech.geometry.moving import area_vectors, facet_link, shares, steepness
from ssbmech.model.history import Follower, facet_integrals
from ssbmech.model.outputs import Arrays, Output, Scalar, largest, total
from ssbmech.model.part import Memory, SurfacePart, Term
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.field_roles import Explicit, Role
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]

LEAST_GAP = 1e-9
"""Gap up to which the vertices of a facet share alike what flows through it [m]."""

STEEPEST = 20.0
"""Slope against a plane across their directors, of facets of the interface as it was made and of
the metal's, from which directors do not fit [1]."""

ABOUT_TO_OVERHANG = 16.0
"""Slope of the metal's facets at which a step ends [1]."""


class MovingWall(SurfacePart):
    """The surface of a moving body at an interface; it says what the gap follows from.

    Attributes:
        surface: the interface.
        slide: thickness that flow along an inclined facet leaves behind in the step [m].
        carried: area vector of the metal's facet over the area of the interface's [1].
        share: part of the slide that each vertex of a facet takes [1].
        director: unit vector along which a vertex of the metal moves.
        normal: mean unit normal of the facets around a vertex.
        parted: thickness by which growth has moved the bodies apart at a vertex [m].
        between: thickness of what laws have put between the bodies, where there is any [m].
        on_arrival: what is done when the mesh is where a step has brought it.
    """

    at_rest = False

    def __init__(self, surface: SurfaceModel) -> None:
        """Add the slide, and find the directors; collective."""
        self.surface, dim = surface, surface.setting.frame.dim
        self.on_arrival: list[Callable[[], None]] = []
        mesh, scale = surface.mesh.mesh, surface.setting.scales.gap
        constants = surface.places.facets
        slide = fem.Function(constants, name="slide")
        self.slide = Unknown("slide", surface.name, slide, scale)
        vectors = fem.functionspace(mesh, ("DG", 0, (dim,)))
        self.carried = fem.Function(vectors, name="carried")
        self.share = fem.Function(fem.functionspace(mesh, ("DG", 1)), name="share")
        self.share.x.array[:] = 1.0
        nodes = fem.functionspace(mesh, (*surface.places.element, (dim,)))
        self.director = fem.Function(nodes, name="director")
        self.normal = fem.Function(nodes, name="normal")
        self.link = facet_link(surface.mesh, surface.parent)
        x = np.asarray(surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        self._made = x[self.link.minus_nodes][:, :, :dim]
        self.history = surface.history("wall")
        self.parted = self.history.start("parted")
        self._parted_before = self.parted.x.array.copy()
        self._films: list[Expr] = []
        lifted = ufl.dot(surface.plus.u.function("-"), surface.sides.normal)
        q = surface.test(surface.gap)
        self._lifted: Any = compile_form(lifted * q * surface.sides.dS, surface.entity_maps)
        self.direct(np.ones((self._count(), dim), dtype=bool))
        self.follow()

    def remember(self) -> None:
        """Find what lies between the bodies and compile what is remembered; collective.

        It is done when all parts are there.
        """
        surface = self.surface
        self._films = surface.films(surface.near[0].region)
        everywhere = np.ones(surface.gap.owned, dtype=bool)
        local, full = surface.local.dS, surface.sides.dS
        further = [(-self.share("+") * self.slide.function("+") + self.parted("+"), local)]
        further.append((-self._closing(), full))
        if self._films:
            self.between = self.history.start("between")
            self.history.follow("between", [Follower(sum(self._films), local, everywhere)])
            further.append((sum(self._films) - self.between("+"), local))
        new = Follower(self._widened(), local, everywhere, tuple(further))
        self.history.follow("parted", [new])

    def advance(self) -> None:
        """Find what lies between the bodies at the end of the step; collective."""
        if self._films:
            self.history.advance()

    def _count(self) -> int:
        """Return the number of places, owned and ghost."""
        index_map = self.surface.gap.function.function_space.dofmap.index_map
        return int(index_map.size_local + index_map.num_ghosts)

    @property
    def places(self) -> npt.NDArray[np.int32]:
        """Local places of the corners of the owned facets, in the order of the link."""
        rows = self.surface.gap.function.function_space.dofmap.list[self.link.cells]
        return np.asarray(np.take_along_axis(rows, self.link.corners, axis=1))

    def direct(self, free: npt.NDArray[np.bool_]) -> None:
        """Find the line along which each vertex moves; collective.

        Args:
            free: components in which a place may move, shape (places, dim); one that is held in
                all of them is taken for free.

        Raises:
            CaseError: a director runs along a facet.
        """
        surface, link = self.surface, self.link
        dim = link.normals.shape[1]
        mean = la.vector(self.director.function_space.dofmap.index_map, dim)
        vectors = mean.array.reshape(-1, dim)
        vectors[:] = 0.0
        np.add.at(vectors, self.places, (link.normals * link.sizes[:, None])[:, None, :])
        mean.scatter_reverse(la.InsertMode.add)
        mean.scatter_forward()
        self.normal.x.array[:] = _units(vectors).ravel()
        x = surface.gap.function.function_space.tabulate_dof_coordinates()[:, :dim]
        vectors[:] = surface.interface.lines.towards(x, _units(vectors))
        held = np.where(free, vectors, 0.0)
        slides = np.any(held != 0.0, axis=1)
        vectors[slides] = held[slides]
        directors = self.director.x.array.reshape(-1, dim)
        directors[:] = _units(vectors)
        steep = steepness(link.normals, directors[self.places])
        if surface.comm.allreduce(bool(np.any(steep > STEEPEST)), op=MPI.LOR):
            raise CaseError(
                f"interface {surface.name!r}: a vertex of {surface.minus.name!r} cannot move along "
                "its director without leaving one of its facets sideways: the interface is too "
                "sharp there, or a support holds it; give other directors, ParallelDirectors or "
                "FannedDirectors, round it, or let the body rest"
            )
        q, d = surface.test(surface.gap), ufl.dot(self.director("+"), surface.sides.normal)
        along_form = compile_form(d * q * surface.sides.dS, surface.entity_maps)
        space = surface.gap.function.function_space
        self._along = facet_integrals(along_form, space)

    def follow(self) -> None:
        """Take area vectors from where the metal is, and shares from the gaps; collective."""
        surface, link = self.surface, self.link
        x = np.asarray(surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        vectors = self.carried.x.array.reshape(-1, link.normals.shape[1])
        vectors[self.carried.function_space.dofmap.list[link.cells, 0]] = link.carried(x)
        self.carried.x.scatter_forward()
        gap = surface.gap
        gaps = gap.previous[gap.function.function_space.dofmap.list[link.cells]]
        held = self.share.function_space.dofmap.list[link.cells]
        self.share.x.array[held] = shares(gaps, LEAST_GAP)
        self.share.x.scatter_forward()

    def offsets(self) -> Array:
        """Return where the metal's vertices are from those of the interface; collective.

        Shape (places, dim), owned and ghost [m].
        """
        surface = self.surface
        space = surface.gap.function.function_space
        vector = la.vector(space.dofmap.index_map, 1)
        moved = facet_integrals(self._lifted, space) / self._along
        apart = surface.values(surface.gap)
        if self._films:
            apart += self.history.latest("between") * surface.areas / self._along
        vector.array[: len(moved)] = moved - apart
        vector.scatter_forward()
        dim = self.link.normals.shape[1]
        return np.asarray(vector.array[:, None] * self.director.x.array.reshape(-1, dim))

    def check_graph(self) -> None:
        """Refuse a wall that (nearly) overhangs its interface along the directors; collective.

        Raises:
            NotConverged: a facet is too steep.
        """
        corners, surface = self._corners(), self.surface
        worst = (-math.inf, (0.0,) * corners.shape[2])
        if len(corners):
            slopes = self._slopes(corners)
            steep = int(slopes.argmax())
            worst = (float(slopes[steep]), tuple(map(float, corners[steep].mean(axis=0))))
        slope, at = surface.comm.allreduce(worst, op=MPI.MAX)
        if not slope <= STEEPEST:
            where = ", ".join(f"{1e6 * v:.4g}" for v in at)
            raise NotConverged(
                f"the wall of {surface.minus.name!r} at interface {surface.name!r} overhangs at "
                f"({where}) µm: it is steeper than {STEEPEST:g} to 1 against the interface"
            )

    def _corners(self) -> Array:
        """Return where the corners of the metal's facets are, shape (facets, dim, dim) [m]."""
        return self._made + self.offsets()[self.places]

    def _slopes(self, corners: Array) -> Array:
        """Return how steep facets are against a plane across their directors [1].

        It is infinite for one that overhangs.
        """
        directors = self.director.x.array.reshape(-1, corners.shape[2])[self.places]
        return steepness(area_vectors(corners) * self.link.senses[:, None], directors)

    @property
    def guards(self) -> Sequence[Guard]:
        """The condition that ends any step: a wall is about to overhang."""
        name = self.surface.name
        return (AboutToOverhang(name, self.surface.minus.name, ABOUT_TO_OVERHANG, STEEPEST),)

    def outputs(self) -> Sequence[Output]:
        """Return how steep the metal's surface is."""

        def steepest(measured: Arrays) -> float:
            return max(largest(self._slopes(self._corners()), self.surface.comm), 0.0)

        return (Scalar(quantity("wall_slope"), steepest, self.surface.name),)

    def gone(self) -> float:
        """Return the volume that growth has taken from the body at the interface [m3]; collective.

        It is that of the last committed step.
        """
        parted = self.parted.x.array[: self.surface.gap.owned]
        return total(float(self.surface.areas @ parted), self.surface.comm)

    def commit(self) -> None:
        """Keep what had parted the bodies before the step."""
        self._parted_before[:] = self.parted.x.array

    @property
    def plated(self) -> Array:
        """Thickness of metal that came in the last committed step, owned and ghost places [m]."""
        return np.asarray(np.maximum(self._parted_before - self.parted.x.array, 0.0))

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
        return (self.history,)

    def terms(self) -> Iterator[Term]:
        """Yield the equation of the slide."""
        surface = self.surface
        left = self.slide.function("+") - self._sideways()
        yield self.slide.key, left * surface.test(self.slide) * surface.sides.dS

    def sizes(self) -> Iterator[Term]:
        """Yield a typical gap."""
        yield self.surface.typical(self.slide, self.surface.setting.scales.gap)

    def term(self, test: Expr) -> Any:
        """Return the equation of the gap [m], to which growth adds."""
        surface = self.surface
        opening = self._widened() - self.share("+") * self.slide.function("+") - self._filled()
        return opening * test * surface.local.dS - self._closing() * test * surface.sides.dS

    def grown(self, now: Expr, before: Expr) -> Expr:
        """Return what a thickness has grown by in the step [m]."""
        return now - before

    def opened(self, near: FacetSet) -> Any:
        """Return what parted the bodies up to the last step, and in this one from where they are.

        The slide is taken from the flow itself.
        """
        local = (self.parted("+") + self._widened() - self._filled()) * near.local.dS
        return local - (self._closing() + self._sideways()) * near.sides.dS

    def _widened(self) -> Expr:
        """Return what the step adds to the gap, along the normal [m]."""
        gap = self.surface.gap
        along = ufl.dot(self.director("+"), self.surface.sides.normal)
        return (gap.function("+") - gap.past("+")) * along

    def _filled(self) -> Expr:
        """Return the thickness of what laws had put between the bodies at the start [m]."""
        return self.between("+") if self._films else 0.0

    def parting(self) -> Expr:
        """Return the jump of the displacements of the step [m]."""
        minus, plus = self.surface.minus.u, self.surface.plus.u
        return plus.function("-") - plus.past("-") - minus.function("+") + minus.past("+")

    def _closing(self) -> Expr:
        """Return by how much displacements move the bodies apart in the step [m]."""
        return ufl.dot(self.parting(), self.surface.sides.normal)

    def _sideways(self) -> Expr:
        """Return the thickness that metal leaves behind by flowing along its surface [m]."""
        minus = self.surface.minus.u
        flow = minus.function("+") - minus.past("+")
        return -ufl.dot(flow, self.carried("+") - self.surface.sides.normal)


def _units(vectors: Array) -> Array:
    """Return vectors over their lengths; zero where they have none, shape (places, dim)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0.0, length, 1.0))
