# SPDX-License-Identifier: BSD-3-Clause
"""A mesh of several bodies in which the cells of one are made anew, in the shape that it has now.

The mesh of all bodies shows each as it was made, with which its interfaces, faces and areas are
measured; where a body is now is told by positions of its own. New cells are made where it is now,
and their corners are put into the body as it was made: through the old cells first, and then such
that all are the right way round (`unfold`).
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.errors import MeshError
from ssbmech.geometry.evening import evened
from ssbmech.geometry.facet_rows import outer_facets, places_of
from ssbmech.geometry.fineness import Fineness
from ssbmech.geometry.locate import locate
from ssbmech.geometry.moving import qualities, signed_volumes
from ssbmech.geometry.refill import refill
from ssbmech.geometry.respacing import Outline, as_it_is, respaced
from ssbmech.geometry.side_cells import off_their_sides
from ssbmech.geometry.simplices import LabelledMesh
from ssbmech.geometry.unfold import unfolded

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

BETTER = 1.2
"""Least quality of a new mesh over that of the old one [1]."""

SAME_VOLUME = 1e-9
"""Change of the body's volume by a new mesh that is none [1]."""


@dataclass(frozen=True, eq=False)
class Part:
    """The cells of a body.

    Attributes:
        points: positions of the points of the mesh of all bodies, where this body is now, shape
            (points, dim); of others not a number [m].
        cells: corners of its cells, shape (cells, dim + 1).
        numbers: their numbers in the mesh of all bodies.
    """

    points: Array
    cells: Ints
    numbers: Ints

    @property
    def corners(self) -> Array:
        """Positions of the corners of the cells, shape (cells, dim + 1, dim) [m]."""
        return np.asarray(self.points[self.cells])

    @property
    def quality(self) -> float:
        """Least quality of a cell [1]."""
        return float(qualities(self.corners).min())


@dataclass(frozen=True, eq=False)
class Replacement:
    """A mesh in which the cells of one body were made anew.

    Attributes:
        mesh: the new mesh of all bodies, as they were made.
        points: new number of each old point; -1 for one that is no more.
        cells: new number of each old cell; -1 for those of the body.
        before: the body on the old mesh.
        after: the body on the new one.
    """

    mesh: LabelledMesh
    points: Ints
    cells: Ints
    before: Part
    after: Part


def replaced(
    mesh: LabelledMesh,
    region: str,
    positions: Array,
    loose: Mask,
    fineness: Fineness,
    graph: bool = False,
) -> Replacement:
    """Return a mesh in which the cells of a body are made anew.

    Args:
        mesh: the mesh of all bodies, as they were made.
        region: the region that the body is.
        positions: where its points are now, shape (points of the mesh, dim); of others not a
            number [m].
        loose: which points lie within its free faces, and are held by nothing.
        fineness: how fine its cells are made.
        graph: whether points of its free faces go along lines of their own: they stay, and none
            comes between them.

    Raises:
        MeshError: there is no better mesh, or it cannot be made.
    """
    own = mesh.cell_values == mesh.regions[region]
    before = Part(positions, mesh.cells[own], np.flatnonzero(own))
    none = np.zeros_like(loose)
    outline = _outline(mesh, before, loose if graph else none, fineness)
    x, filled = refill(outline.at(np.nan_to_num(positions)), outline.facets, fineness)
    if x.shape[1] == 2:
        x, filled = off_their_sides(x, filled, outline)
    cells = _turned(x, filled, before)
    quality = float(qualities(x[cells]).min())
    if quality < BETTER * before.quality:
        raise MeshError(
            f"new cells would be no better than the old ones: their least quality is "
            f"{quality:.2g} instead of {before.quality:.2g}"
        )
    stretch = mesh.drawn.get(region, 1.0)
    boundary = _boundary_as_made(mesh, before, outline, none if graph else loose)
    made = _as_made(mesh, before, boundary, (x, cells), stretch)
    return _joined(mesh, own, before, outline, (x, made, cells))


def _outline(mesh: LabelledMesh, body: Part, staying: Mask, fineness: Fineness) -> Outline:
    """Return the boundary of the new cells, in the plane spaced anew but for points that stay."""
    facets, across = outer_facets(body.cells)
    dim = facets.shape[1]
    tags = mesh.facet_values[places_of(facets, mesh.facets)]
    count = len(mesh.points)
    if dim == 3:
        return as_it_is(count, facets, tags)
    facets = _with_body_at_left(body, facets, across)
    kept = np.isin(tags, list(mesh.interfaces.values())) | staying[facets].any(axis=1)
    now, made = np.nan_to_num(body.points), mesh.points[:, :2]
    return respaced((now, made), facets, tags, kept, fineness.growth, fineness.largest)


def _with_body_at_left(body: Part, facets: Ints, across: Ints) -> Ints:
    """Return facets of the plane such that the body lies to the left of each."""
    a, b, c = (body.points[each] for each in (facets[:, 0], facets[:, 1], across))
    left = (b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0] > 0.0
    return np.where(left[:, None], facets, facets[:, ::-1])


def _turned(x: Array, cells: Ints, body: Part) -> Ints:
    """Return new cells with the sense of the old ones.

    Raises:
        MeshError: they do not fill the body.
    """
    sense = np.sign(signed_volumes(body.corners)[0])
    volumes = signed_volumes(x[cells])
    wrong = np.sign(volumes) != sense
    found = cells.copy()
    found[wrong, 0], found[wrong, 1] = cells[wrong, 1], cells[wrong, 0]
    change = np.abs(volumes).sum() / np.abs(signed_volumes(body.corners)).sum() - 1
    if abs(change) > SAME_VOLUME:
        raise MeshError(f"new cells would change the volume of the body by a part of {change:.1e}")
    return found


def _boundary_as_made(mesh: LabelledMesh, body: Part, outline: Outline, loose: Mask) -> Array:
    """Return where the points of the new boundary are in the body as it was made [m]."""
    dim = body.points.shape[1]
    made = outline.at(mesh.points[:, :dim])
    if dim == 3:
        return made
    now = outline.at(np.nan_to_num(body.points))
    return evened(made, now, outline.facets, outline.at(loose.astype(np.float64)) > 0.0)


def _as_made(
    mesh: LabelledMesh, body: Part, boundary: Array, new: tuple[Array, Ints], stretch: float
) -> Array:
    """Return where the new points are in the body as it was made, shape (points, dim) [m].

    Args:
        mesh: the mesh of all bodies, as they were made.
        body: the body on it.
        boundary: where the points of the new boundary are there, which come first [m].
        new: points and cells.
        stretch: height over which the body was meshed, over its own [1].

    Raises:
        MeshError: cells would be inside out there.
    """
    (x, cells), dim = new, body.points.shape[1]
    # thin layers that were meshed high are thick there
    made = mesh.points[:, :dim].copy()
    made[:, -1] *= stretch
    at = locate(x, np.nan_to_num(body.points), body.cells)
    start = at.linear(made[body.cells[at.cells]])
    fixed, tall = len(boundary), boundary.copy()
    tall[:, -1] *= stretch
    start[:fixed] = tall
    free = np.arange(len(x)) >= fixed
    sense = np.sign(signed_volumes(body.corners)[0])
    if np.sign(signed_volumes(made[body.cells])[0]) != sense:
        raise MeshError("the body is a mirror image of what it was made")
    found = unfolded(start, x, cells, free)
    found[fixed:, -1] /= stretch
    found[:fixed] = boundary
    return found


def _joined(
    mesh: LabelledMesh,
    own: npt.NDArray[np.bool_],
    before: Part,
    outline: Outline,
    new: tuple[Array, Array, Ints],
) -> Replacement:
    """Return the old mesh with new cells, which come last."""
    x, made, cells = new
    dim = x.shape[1]
    same = outline.same()
    stays = np.zeros(len(mesh.points), dtype=bool)
    stays[mesh.cells[~own]] = True
    stays[same[same >= 0]] = True
    points = np.where(stays, np.cumsum(stays) - 1, -1)
    count = int(stays.sum())
    number = np.full(len(x), -1, dtype=np.int64)
    number[: len(same)] = np.where(same >= 0, points[same], -1)
    added = number < 0
    number[added] = count + np.arange(int(added.sum()))
    further = np.zeros((int(added.sum()), 3))
    further[:, :dim] = made[added]
    all_points = np.concatenate([mesh.points[stays], further])
    # those of a free side may have gone along it
    all_points[number, :dim] = made
    of_cells = np.where(own, -1, np.cumsum(~own) - 1)
    numbers = int((~own).sum()) + np.arange(len(cells))
    beside = _facets_beside(mesh, before)
    joined = dataclasses.replace(
        mesh,
        points=all_points,
        cells=np.concatenate([points[mesh.cells[~own]], number[cells]]),
        cell_values=np.concatenate(
            [mesh.cell_values[~own], np.full(len(cells), mesh.cell_values[own][0])]
        ).astype(np.int32),
        facets=np.concatenate([points[mesh.facets[~beside]], number[outline.facets]]),
        facet_values=np.concatenate([mesh.facet_values[~beside], outline.tags]).astype(np.int32),
    )
    places = np.full((len(joined.points), dim), np.nan)
    places[number] = x
    after = Part(places, number[cells], numbers)
    return Replacement(joined, points, of_cells, before, after)


def _facets_beside(mesh: LabelledMesh, body: Part) -> npt.NDArray[np.bool_]:
    """Return which tagged facets belong to the body."""
    return np.asarray(places_of(mesh.facets, outer_facets(body.cells)[0]) >= 0)
