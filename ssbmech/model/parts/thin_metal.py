# SPDX-License-Identifier: BSD-3-Clause
r"""Metal of a body that moves, as thick as its mesh, and stripped down to a film.

The thickness behind a vertex i of a moving wall is measured on the mesh at the start of the step,
along the director to the back of the body, and lessened by what the step itself strips,

.. math:: h_i = (d \cdot n)_i \, \rho_i \, \ell_i(x_n) - \Delta s_i

with the area :math:`\rho_i` of the wall over that of the interface
(`ssbmech.model.parts.wall_shape`), so that the law of exhaustion is local and implicit: no step
strips more than there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem, la

from ssbmech.case.reserve import FilmSqueezedOut, LayerUsedUp
from ssbmech.case.stops import Guard
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from ssbmech.frames import Expr
from ssbmech.geometry.columns import boundary_entities, chords, facets_of
from ssbmech.interfaces.exhaustion import Exhaustion
from ssbmech.model.outputs import Arrays, Output, Scalar, total
from ssbmech.model.parts.electrode import Metal
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.parts.wall_diffusion import WallDiffusion
from ssbmech.model.parts.wall_shape import WallShape
from ssbmech.model.surface import FacetSet, SurfaceModel
from ssbmech.runfolder.quantities import quantity
from ssbmech.solve.unknowns import Unknown

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

INWARDS = 1e-6
"""How far rays begin from their vertex, over the way to the middle of the facet: a ray along a side
of the body would miss its back [1]."""

SIDES = 0.3
"""Cosine between a ray and a normal up to which the facet is a side of the body, no back [1]."""

ROUNDING = 1e-9
"""Thickness, or difference of two, over another one that is none [1]."""

USED_UP = 0.05
"""Mean metal above the film and in contact at which a layer is used up, over the thickness at which
stripping fades [1]."""


class MeasuredMetal(Metal):
    """Metal of a body that moves: what is left of it is what the mesh has, wherever it has flowed.

    Attributes:
        thickness: metal behind each vertex at the start of the step, along the normal [m].
    """

    def __init__(self, surface: SurfaceModel, current: Unknown) -> None:
        """Measure the metal, now and whenever the mesh has moved; collective.

        Raises:
            CaseError: no metal touches the interface.
        """
        super().__init__(surface, current)
        (self._wall,) = surface.parts.find(MovingWall)
        self._rim = at_rim(surface)
        self.thickness = fem.Function(surface.gap.function.function_space, name="thickness")
        self.thickness.x.array[: surface.gap.owned] = self.at_start
        self.thickness.x.scatter_forward()
        self._wall.on_arrival.append(self._measure)

    def _measure(self) -> None:
        """Take the thickness from the mesh where it is; collective."""
        self.thickness.x.array[:] = self._behind.thickness()

    @cached_property
    def _behind(self) -> MetalBehind:
        """The rays, once the directors are found; collective."""
        return MetalBehind(self._wall.shape, self._rim)

    def left(self, measured: Arrays) -> Array:
        """Return the metal behind each owned vertex [m].

        Args:
            measured: fields of the interface in a step that is not committed; of them, "stripped"
                and "carried".
        """
        owned = self.surface.gap.owned
        step = measured["stripped"] - self.stripped.x.array[:owned]
        for along in self.surface.parts.find(WallDiffusion):
            before = along.history.committed["carried_n"].x.array[:owned]
            step = step + measured.get("carried", before) - before
        return np.asarray((self.thickness.x.array[:owned] - step)[self.gives])


class ThinMetal(MeasuredMetal):
    """Metal that is stripped down to a film.

    Attributes:
        law: how stripping ends.
        fades: True.
    """

    fades = True

    def __init__(self, surface: SurfaceModel, current: Unknown, law: Exhaustion) -> None:
        """Measure the metal, now and whenever the mesh has moved; collective.

        Raises:
            CaseError: no metal touches the interface, or it is thinner than the film that stays.
        """
        super().__init__(surface, current)
        self.law, self._current = law, current
        if self.least_at_start < law.film * (1 - ROUNDING):
            raise CaseError(
                f"body {surface.minus.name!r} is {self.least_at_start:.4g} m thick at the interface"
                f" {surface.name!r}, thinner than the film of {law.film:.4g} m that its exhaustion "
                "law leaves: give it at least that thickness, or Exhaustion(film=...) a thinner one"
            )

    def taking_part(self, driving: Expr) -> Mapping[str, Expr]:
        """Return what part of the surface has metal to give where it is stripped."""
        dt = self.surface.setting.conditions.dt.on(self.surface.parent)
        left = self.thickness("+") - dt * self.strip_speed(self._current)
        for along in self.surface.parts.find(WallDiffusion):
            left -= along.lost()
        strips = ufl.ge(driving, 0.0)
        return {
            "giving": ufl.conditional(strips, self.law.giving(left), 1.0),
            "seeping": ufl.conditional(strips, self.law.seep(left), 0.0),
        }

    @property
    def guards(self) -> list[Guard]:
        """Conditions that end any step: the layer is used up wherever it is in contact.

        Or the film that stays is squeezed out somewhere.
        """
        metal, name = self.lodes[0].metal, self.surface.name
        element = metal.element or "lithium"
        least = USED_UP * self.law.fade * FARADAY / metal.molar_volume
        return [
            LayerUsedUp(name, least, element),
            FilmSqueezedOut(name, self.law.film, element),
        ]

    def left(self, measured: Arrays) -> Array:
        """Return the metal above the film behind each owned vertex [m]."""
        return super().left(measured) - self.law.film

    def outputs(self) -> Sequence[Output]:
        """Return the stripped thickness, what is left, and what of it can still be stripped."""
        self._conducting = self.surface.facet_means(self._in_contact)
        reached = Scalar(quantity("reached"), self.reached, self.surface.name)
        return (*super().outputs(), reached)

    def _in_contact(self, near: FacetSet) -> Expr:
        """Return the fraction next to a region that contact lets conduct [1]."""
        surface = self.surface
        gap, p_contact = surface.gap.function("+"), surface.p_contact.function("+")
        laws = surface.interface.charge_transfers
        # that of the region, if it has one of its own, comes last
        near_by = [law for where, law in laws.items() if where in ("", near.region)]
        return near_by[-1].conduction.theta(gap, p_contact) if near_by else ufl.as_ufl(0.0)

    def reached(self, measured: Arrays) -> float:
        """Return the charge of the metal above the film that is in contact [C/m2]; collective.

        Metal that is left behind a gap is none of it: no current gets there.
        """
        owned, gives = self.surface.gap.owned, self.gives
        per_area = self._conducting()[gives] * np.maximum(self.left(measured), 0.0)
        charges = self.surface.areas[gives] * FARADAY / self.molar_volume.x.array[:owned][gives]
        return total(float(charges @ per_area), self.surface.comm) / self.area


class MetalBehind:
    """Rays from the vertices of a wall through the metal, by which its thickness is measured."""

    def __init__(self, wall: WallShape, rim: Mask) -> None:
        """Find all that does not change while the mesh moves; collective.

        Args:
            wall: the wall, whose directors are found.
            rim: which of its vertices are at the edge of the interface.
        """
        surface, link, places = wall.surface, wall.link, wall.places
        self._wall, self._mesh = wall, surface.minus.mesh.mesh
        dim = link.normals.shape[1]
        directors = wall.director.x.array.reshape(-1, dim)[places]
        self._cosines = np.einsum("fcd,fd->fc", directors, link.normals)
        down = directors.mean(axis=1, keepdims=True)
        down /= np.linalg.norm(down, axis=2, keepdims=True)
        lines = -np.concatenate([directors, down], axis=1).reshape(-1, dim)
        self._edge = rim[places]
        # in the inside a ray may well leave through a side, as lines that fan out from a flaw do
        flat = np.column_stack([np.where(self._edge, SIDES, 0.0), np.zeros(len(places))]).ravel()
        told: list[tuple[Array, Array]] = surface.comm.allgather((lines, flat))
        self._lines, self._flat = (np.concatenate(part) for part in zip(*told, strict=True))
        self._first = sum(len(lines) for lines, _ in told[: surface.comm.rank])
        index_map = self._mesh.topology.index_map(dim)
        cells = np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
        self._back = boundary_entities(self._mesh, cells)

    def thickness(self) -> Array:
        """Return the metal behind each vertex, owned and ghost, along its normal; collective.

        It is the length within the body of a ray along the director, times the cosine between the
        director and the normal, the mean over the facets around the vertex, times the area of the
        wall over that of the interface [m]. At a rim of the interface that is round the flat sides
        of cells cut rays off, which then meet no back: there a vertex has what the other corners
        leave of the mean, which is that in the middle of the facet.
        """
        found = self._lengths()
        within, middle = found[:, :-1], found[:, -1:]
        cut_off = self._edge & (within <= ROUNDING * middle)
        others = np.sum(np.where(cut_off, 0.0, within), axis=1, keepdims=True)
        count = np.maximum(cut_off.sum(axis=1, keepdims=True), 1)
        rest = (within.shape[1] * middle - others) / count
        own = np.where(cut_off, np.maximum(rest, 0.0), within) * self._cosines
        wall = self._wall
        sums = la.vector(wall.surface.gap.function.function_space.dofmap.index_map, 2)
        rows, sizes = sums.array.reshape(-1, 2), wall.link.sizes[:, None, None]
        rows[:] = 0.0
        np.add.at(rows, wall.places, np.stack([own, np.ones_like(own)], axis=-1) * sizes)
        sums.scatter_reverse(la.InsertMode.add)
        sums.scatter_forward()
        weights = np.where(rows[:, 1] > 0.0, rows[:, 1], 1.0)
        return np.asarray(wall.spread.x.array * rows[:, 0] / weights)

    def _lengths(self) -> Array:
        """Return the length of each ray within the body; collective.

        Shape (facets, dim + 1), owned facets, from their corners and, last, their middle [m].
        """
        wall, comm = self._wall, self._wall.surface.comm
        dim = self._lines.shape[1]
        x = self._mesh.geometry.x[wall.link.minus_nodes][:, :, :dim]
        middles = x.mean(axis=1, keepdims=True)
        begin = np.concatenate([x + INWARDS * (middles - x), middles], axis=1).reshape(-1, dim)
        origins = np.concatenate(comm.allgather(begin))
        lengths = chords(origins, self._lines, facets_of(self._mesh, *self._back), self._flat)
        comm.Allreduce(MPI.IN_PLACE, lengths, op=MPI.SUM)
        return lengths[self._first : self._first + len(begin)].reshape(len(x), dim + 1)


def at_rim(surface: SurfaceModel) -> Mask:
    """Return which places of an interface's fields are at its edge, owned and ghost; collective.

    A ridge between facets is at the edge if it belongs to one of them, on whichever ranks they are.
    """
    space = surface.gap.function.function_space
    mesh, dim = space.mesh, space.mesh.topology.dim
    owned = mesh.topology.index_map(dim).size_local
    # in the plane a ridge is a vertex; in space it is across from the corner of its number
    ridges = fem.functionspace(mesh, ("Lagrange", 1) if dim == 1 else ("CR", 1))
    rows = ridges.dofmap.list[:owned]
    facets = la.vector(ridges.dofmap.index_map, 1)
    facets.array[:] = 0.0
    np.add.at(facets.array, rows, 1.0)
    facets.scatter_reverse(la.InsertMode.add)
    facets.scatter_forward()
    alone = facets.array[rows] < 1.5
    on = alone if dim == 1 else alone.sum(axis=1, keepdims=True) > alone
    mark = la.vector(space.dofmap.index_map, 1)
    mark.array[:] = 0.0
    np.add.at(mark.array, space.dofmap.list[:owned], on.astype(np.float64))
    mark.scatter_reverse(la.InsertMode.add)
    mark.scatter_forward()
    return np.asarray(mark.array > 0.0)
