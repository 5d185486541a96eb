# SPDX-License-Identifier: BSD-3-Clause
r"""Where the surface of a body that moves is: vertex by vertex, on the lines of its directors.

Of the vertices i of an interface, at :math:`X_i` on the plus body as it was made, those of the
metal are at

.. math:: x_i = X_i + (\bar u_i - g_i - b_i) d_i, \quad
          \bar u_i = \int u^+ \cdot n \, q_i \, dA \Big/ D_i, \quad
          D_i = d_i \cdot \int n \, q_i \, dA

with the director d, the gap g, and b, what laws have put between the bodies
(`ssbmech.model.parts.wall_growth`), along the director. The metal loses :math:`D_i` of volume by a
gap that is small, and by one where the wall is, whose hat functions are the same,

.. math:: V_i = \rho_i D_i = d_i \cdot \int_{wall} n \, q_i \, dA

A wall that has left a curved interface has another area: :math:`\rho_i` is the radius of a
cylinder's over that of its interface, and its square for a sphere. It is one where directors are
parallel, and not inclined to an axis of revolution.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech._compat import compile_form
from ssbmech.errors import CaseError
from ssbmech.frames import Frame
from ssbmech.geometry.joining import FLAT
from ssbmech.geometry.moving import area_shares, area_vectors, facet_link, shares, steepness
from ssbmech.model.integrals import owned_integrals
from ssbmech.model.parts.wall_growth import WallGrowth
from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]

LEAST_GAP = 1e-9
"""Gap up to which the vertices of a facet share alike what flows through it [m]."""

PARALLEL = 1e-12
"""Difference of components of unit vectors up to which they are parallel [1]."""

STEEPEST = 20.0
"""Slope against a plane across their directors, of facets of the interface as it was made and of
the metal's, from which directors do not fit [1]."""


class WallShape:
    r"""Directors of a moving wall, and places and area vectors of the metal's facets.

    Attributes:
        surface: the interface.
        link: its facets and those of the metal.
        made: corners of the interface's facets, shape (facets, dim, dim), owned facets [m].
        director: unit vector along which a vertex of the metal moves.
        normal: mean unit normal of the facets around a vertex.
        carried: area vector of the metal's facet over the area of the interface's [1].
        place: corners of the metal's facets [m].
        along: what a small gap takes from the metal, over its area, :math:`D_i / A_i` [1].
        spread: what a gap takes from it where the wall is over that, :math:`\rho_i` [1].
        share: part of the slide that each vertex of a facet takes [1].
    """

    def __init__(self, surface: SurfaceModel, growth: WallGrowth) -> None:
        """Find the directors, of vertices that nothing holds; collective.

        Raises:
            CaseError: a director runs along a facet.
        """
        self.surface, self._growth = surface, growth
        mesh, dim = surface.mesh.mesh, surface.setting.frame.dim
        vectors = fem.functionspace(mesh, ("DG", 0, (dim,)))
        self.carried = fem.Function(vectors, name="carried")
        self.share = fem.Function(fem.functionspace(mesh, ("DG", 1)), name="share")
        self.place = fem.Function(fem.functionspace(mesh, ("DG", 1, (dim,))), name="place")
        nodes = fem.functionspace(mesh, (*surface.places.element, (dim,)))
        self.director = fem.Function(nodes, name="director")
        self.normal = fem.Function(nodes, name="normal")
        self.along = fem.Function(surface.gap.function.function_space, name="along")
        self.spread = fem.Function(surface.gap.function.function_space, name="spread")
        self.link = facet_link(surface.mesh, surface.parent)
        self._parts = _vertex_parts(surface, self.share.function_space, self.link.cells)
        x = np.asarray(surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        self.made = x[self.link.minus_nodes][:, :, :dim]
        lifted = ufl.dot(surface.plus.u.function("-"), surface.sides.normal)
        q = surface.test(surface.gap)
        self._lifted: Any = compile_form(lifted * q * surface.sides.dS, surface.entity_maps)
        index_map = surface.gap.function.function_space.dofmap.index_map
        count = int(index_map.size_local + index_map.num_ghosts)
        self.direct(np.ones((count, dim), dtype=bool))
        self.follow()

    @cached_property
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
        # in the plane facets count alike: the half of one has the say of the whole
        weights = link.sizes if dim == 3 else np.ones(len(link.sizes))
        np.add.at(vectors, self.places, (link.normals * weights[:, None])[:, None, :])
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
        self.along.x.array[:] = self._swept(self.made)
        self._parallel = _are_parallel(
            directors[self.places].reshape(-1, dim), surface.setting.frame, surface.comm
        )
        self.spread.x.array[:] = 1.0

    @property
    def parallel(self) -> bool:
        """Whether no area changes on the way along the directors."""
        return self._parallel

    def longest(self) -> float:
        """Return the length of the longest edge of the metal's facets [m]; collective."""
        link = self.link
        x = np.asarray(self.surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        corners = x[link.minus_nodes][:, :, : link.normals.shape[1]]
        first, second = np.triu_indices(corners.shape[1], k=1)
        length = np.linalg.norm(corners[:, second] - corners[:, first], axis=2)
        most = float(np.max(length, initial=0.0))
        return float(self.surface.comm.allreduce(most, op=MPI.MAX))

    def joinable(self, shortest: float) -> int:
        """Return at how many places between short facets the wall is flat; collective.

        Args:
            shortest: length below which a facet is short, in space its shortest edge [m].
        """
        link, surface = self.link, self.surface
        dim = link.normals.shape[1]
        x = np.asarray(surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        corners = x[link.minus_nodes][:, :, :dim]
        first, second = np.triu_indices(dim, k=1)
        length = np.linalg.norm(corners[:, second] - corners[:, first], axis=2).min(axis=1)
        normals = _units(area_vectors(corners)) * link.senses[:, None]
        told = la.vector(surface.gap.function.function_space.dofmap.index_map, dim + 2)
        rows = told.array.reshape(-1, dim + 2)
        rows[:] = 0.0
        facet = np.column_stack([np.ones(len(length)), length < shortest, normals])
        np.add.at(rows, self.places, facet[:, None, :])
        told.scatter_reverse(la.InsertMode.add)
        count, short, *_ = owned = rows[: surface.gap.owned].T
        flat = np.linalg.norm(owned[2:], axis=0) > count * math.cos(0.5 * FLAT)
        found = int(np.count_nonzero((count > 1.5) & (short > count - 0.5) & flat))
        return int(surface.comm.allreduce(found, op=MPI.SUM))

    def follow(self) -> None:
        """Take area vectors from where the metal is, and shares from the gaps; collective."""
        surface, link = self.surface, self.link
        x = np.asarray(surface.minus.mesh.mesh.geometry.x, dtype=np.float64)
        dim = link.normals.shape[1]
        vectors = self.carried.x.array.reshape(-1, dim)
        vectors[self.carried.function_space.dofmap.list[link.cells, 0]] = link.carried(x)
        corners = x[link.minus_nodes][:, :, :dim]
        rows = self.place.function_space.dofmap.list[link.cells]
        at = np.take_along_axis(rows, link.corners, axis=1)
        self.place.x.array.reshape(-1, dim)[at] = corners
        for field in (self.carried, self.place):
            field.x.scatter_forward()
        if not self._parallel:
            self.spread.x.array[:] = self._swept(corners) / self.along.x.array
        gap = surface.gap
        near = gap.function.function_space.dofmap.list[link.cells]
        held = self.share.function_space.dofmap.list[link.cells]
        parts = self._parts[held] * self.spread.x.array[near]
        self.share.x.array[held] = shares(gap.previous[near], LEAST_GAP, parts)
        self.share.x.scatter_forward()

    def _swept(self, corners: Array) -> Array:
        """Return the volume that the metal loses by a gap at each place, over its area; collective.

        It is that of a wall at some corners, owned and ghost [1].

        Args:
            corners: corners of the owned facets, shape (facets, dim, dim) [m].
        """
        link, space = self.link, self.surface.gap.function.function_space
        dim = link.normals.shape[1]
        directors = self.director.x.array.reshape(-1, dim)[self.places]
        vectors = area_shares(corners, self.surface.setting.frame.revolves)
        lost = np.einsum("fcd,fcd->fc", vectors, directors) * link.senses[:, None]
        vector = la.vector(space.dofmap.index_map, 1)
        vector.array[:] = 0.0
        np.add.at(vector.array, self.places, lost)
        vector.scatter_reverse(la.InsertMode.add)
        vector.array[: self.surface.gap.owned] /= self.surface.areas
        vector.scatter_forward()
        return np.array(vector.array)

    def offsets(self) -> Array:
        """Return where the metal's vertices are from those of the interface; collective.

        Shape (places, dim), owned and ghost [m].
        """
        apart = self.surface.values(self.surface.gap)
        if self._growth.films:
            apart += self._growth.latest_between() / self.along.x.array[: len(apart)]
        return self._on_directors(self._raised() - apart)

    def _raised(self) -> Array:
        r"""Return how far the plus body has moved along the directors; collective.

        It is :math:`\bar u_i`, at the owned places [m].
        """
        surface = self.surface
        lifted = owned_integrals(self._lifted)
        return np.asarray(lifted / (self.along.x.array[: len(lifted)] * surface.areas))

    def _on_directors(self, lengths: Array) -> Array:
        """Return lengths at the owned places along the directors; collective.

        Shape (places, dim), owned and ghost [m].
        """
        space, dim = self.surface.gap.function.function_space, self.link.normals.shape[1]
        vector = la.vector(space.dofmap.index_map, 1)
        vector.array[: len(lengths)] = lengths
        vector.scatter_forward()
        return np.asarray(vector.array[:, None] * self.director.x.array.reshape(-1, dim))

    def hollow(self, gaps: Array) -> Array:
        r"""Return the volume between the bodies at each owned place over its area; collective.

        It is :math:`\int_0^{g_i} V_i \, dg / A_i` while all gaps open alike from none, of which
        Simpson's rule knows all, as the volume is at most quadratic in that [m].

        Args:
            gaps: gaps at the owned places [m].
        """
        if self._parallel:
            return np.asarray(self.along.x.array[: len(gaps)] * gaps)
        raised, found = self._raised(), np.zeros_like(gaps)
        for part, weight in ((0.0, 1 / 6), (0.5, 4 / 6), (1.0, 1 / 6)):
            corners = self.made + self._on_directors(raised - part * gaps)[self.places]
            found += weight * self._swept(corners)[: len(gaps)]
        return np.asarray(found * gaps)

    def corners(self) -> Array:
        """Return where the corners of the metal's facets are; collective.

        Shape (facets, dim, dim), owned facets [m].
        """
        return np.asarray(self.made + self.offsets()[self.places])

    def slopes(self, corners: Array) -> Array:
        """Return how steep facets are against a plane across their directors [1].

        It is infinite for one that overhangs.

        Args:
            corners: where their corners are.
        """
        directors = self.director.x.array.reshape(-1, corners.shape[2])[self.places]
        return steepness(area_vectors(corners) * self.link.senses[:, None], directors)


def _units(vectors: Array) -> Array:
    """Return vectors over their lengths; zero where they have none, shape (places, dim)."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0.0, length, 1.0))


def _vertex_parts(
    surface: SurfaceModel, space: fem.FunctionSpace, cells: npt.NDArray[np.int32]
) -> Array:
    """Return the area for which each vertex stands in a facet over the facet's; collective.

    Laws hold vertex by vertex with these areas, which the radius makes unlike [1].

    Args:
        surface: the interface.
        space: linear functions on each facet, at whose owned places the parts are.
        cells: the owned facets.
    """
    test = ufl.TestFunction(space)("+")
    maps = surface.entity_maps
    local = owned_integrals(compile_form(test * surface.local.dS, maps))
    full = owned_integrals(compile_form(test * surface.sides.dS, maps))
    rows = space.dofmap.list[cells]
    whole = np.ones_like(full)
    whole[rows] = full[rows].sum(axis=1, keepdims=True)
    return np.asarray(local / whole)


def _are_parallel(directors: Array, frame: Frame, comm: MPI.Intracomm) -> bool:
    """Return whether no area changes on the way along some directors; collective.

    Args:
        directors: unit vectors, shape (places, dim).
        frame: kinematic frame.
        comm: communicator of those that have directors.
    """
    both = np.stack([directors, -directors])
    bounds = np.max(both, axis=1, initial=-1.0)
    comm.Allreduce(MPI.IN_PLACE, bounds, op=MPI.MAX)
    apart, radial = bounds.sum(axis=0).max(), np.abs(bounds[:, 0]).max()
    return bool(apart <= PARALLEL and not (frame.revolves and radial > PARALLEL))
