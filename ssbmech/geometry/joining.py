# SPDX-License-Identifier: BSD-3-Clause
"""Points taken from an interface with short facets, with the cells on both sides of it.

The mesh of all bodies is one, so that a point goes from both bodies at once: all that meets at an
edge to one of its neighbours is no more, and what else was around the point has that neighbour in
its place. In the plane two facets so become one, which may be done with either neighbour, in each
body on its own. Only points go around which the interface and all other faces are flat, in the
bodies as they were made, and where the wall is nearly flat now. What of its shape the wall loses
there, the points around make up for (`ssbmech.checkpoint.joins`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.facet_rows import lists, outer_facets
from ssbmech.geometry.fewer_facets import Facet, Join, Joining
from ssbmech.geometry.moving import area_shares, area_vectors, qualities, signed_volumes
from ssbmech.geometry.overlaps import shared_areas
from ssbmech.geometry.simplices import LabelledMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FLAT = 0.2
"""Turn of a wall from one facet to another around a point up to which it may go [rad]."""

IN_LINE = 1e-9
"""Turn of a face as it was made that is none [rad]."""

FLATTEST = 0.1
"""Least quality of a cell with another corner; where it would be less the point stays [1]."""

SAME_AREA = 1e-9
"""Change of areas and volumes around a point that is none, of what they are [1]."""

CLOSED = 1e-11
"""Gap up to which a point of a wall is in contact [m]."""

ALIKE = 6
"""Decimals of lengths over the limit to which they are told apart, on any number of ranks."""

PASSES = 4
"""How often points are taken from a wall at most, between two steps."""

PART_OF_GAP = 0.5
"""Change of a gap over it that a point makes up for at most, as it may do so twice [1]."""


def joined(
    mesh: LabelledMesh,
    region: str,
    positions: Array,
    gaps: Mapping[int, float],
    shortest: float,
    revolves: bool,
    directors: Mapping[str, Array],
) -> Joining:
    """Return a mesh in which short facets of a body's interfaces are joined, each once at most.

    Args:
        mesh: the mesh of all bodies, as they were made.
        region: the region that the body is.
        positions: where its points are now, shape (points of the mesh, dim); of others not a number
            [m].
        gaps: gaps of the points of its interfaces [m].
        shortest: length below which an edge is short [m].
        revolves: whether the mesh is a section that is revolved about x = 0.
        directors: the unit vector along which gaps of an interface are, by name, in any order of
            the bodies.
    """
    tags = {frozenset(name.split("|")): tag for name, tag in mesh.interfaces.items()}
    found = {tags[frozenset(name.split("|"))]: each for name, each in directors.items()}
    work = _Work(mesh, mesh.regions[region], positions, gaps, revolves, found)
    stay: set[int] = set()
    for m in work.points():
        if m not in stay:
            stay.update(work.take(m, shortest))
    return work.done()


class _Work:
    """A mesh from whose walls points are taken, one after the other."""

    def __init__(
        self,
        mesh: LabelledMesh,
        tag: int,
        positions: Array,
        gaps: Mapping[int, float],
        revolves: bool,
        directors: Mapping[int, Array],
    ) -> None:
        self._mesh, self._tag, self._gaps, self._revolves = mesh, tag, gaps, revolves
        self._made, self._now = mesh.points[:, : positions.shape[1]], positions
        self._cells = mesh.cells.copy()
        self._gone = np.zeros(len(mesh.cells), dtype=bool)
        self._joins: list[Join] = []
        self._aheads: dict[int, float] = {}
        self._facets = [tuple(corners) for corners in lists(mesh.facets)]
        self._left = set(range(len(self._facets)))
        around, _ = outer_facets(mesh.cells[mesh.cell_values == tag])
        own = {frozenset(corners) for corners in lists(around)}
        interfaces = set(mesh.interfaces.values())
        tagged = enumerate(zip(self._facets, mesh.facet_values, strict=True))
        walls = [
            k for k, (corners, value) in tagged
            if value in interfaces and frozenset(corners) in own
        ]  # fmt: skip
        self._directors = {k: directors[int(mesh.facet_values[k])] for k in walls}
        self._at: dict[int, list[int]] = {p: [] for k in walls for p in self._facets[k]}
        for k, corners in enumerate(self._facets):
            for point in self._at.keys() & set(corners):
                self._at[point].append(k)
        self._areas = dict.fromkeys(self._at, 0.0)
        self._swept = self._areas.copy()
        for k in walls:
            for point, area in self._stand([self._facets[k]]).items():
                self._areas[point] += area
                self._swept[point] += self._ahead(k) * area

    def _stand(self, facets: Sequence[Facet]) -> dict[int, float]:
        """Return the areas for which points stand on some facets as they were made."""
        found: dict[int, float] = {}
        for facet in facets:
            shares = np.linalg.norm(area_shares(self._made[[facet]], self._revolves)[0], axis=1)
            for point, area in zip(facet, shares, strict=True):
                found[point] = found.get(point, 0.0) + float(area)
        return found

    def _normal(self, wall: int, points: Array) -> Array:
        """Return the unit normal of a facet of a wall, to the side of its director [1]."""
        (vector,) = area_vectors(points[[self._facets[wall]]])
        vector = vector / np.linalg.norm(vector)
        return np.asarray(vector * np.copysign(1.0, vector @ self._directors[wall]))

    def _ahead(self, wall: int) -> float:
        """Return the component of the director along the normal of a facet as it was made [1]."""
        return float(self._normal(wall, self._made) @ self._directors[wall])

    def points(self) -> Iterator[int]:
        """Yield the points of the walls, one beside the other, in an order that all runs have."""
        beside: dict[int, set[int]] = {
            point: {p for k in at if k in self._directors for p in self._facets[k]} - {point}
            for point, at in self._at.items()
        }
        left = set(beside)
        ends = sorted(point for point in left if len(beside[point]) == 1)
        for start in [*ends, *sorted(left)]:
            point = start if start in left else None
            while point is not None:
                left.discard(point)
                yield point
                point = min(beside[point] & left, default=None)

    def take(self, m: int, shortest: float) -> set[int]:
        """Take a point from its wall, if facets are short there and nothing that counts is lost.

        Return the points that stay for that; none if it stays itself.
        """
        walls = [k for k in self._at[m] if k in self._directors]
        ring = sorted({p for k in walls for p in self._facets[k]} - {m})
        if not (self._is_flat(walls) and self._is_short(walls, shortest)):
            return set()
        takers = self._takers(m, ring)
        for into in self._choices(m, walls, ring, shortest) if takers.any() else ():
            if self._fits(m, into[0]) and self._join(m, into, walls, ring, takers):
                return set(ring)
        return set()

    def _is_flat(self, walls: Sequence[int]) -> bool:
        """Return whether the interface of some facets is flat as it was made, and nearly now."""
        made, now = ([self._normal(k, x) for k in walls] for x in (self._made, self._now))
        one = len({int(self._mesh.facet_values[k]) for k in walls}) == 1
        straight = all(_turn(made[0], other) <= IN_LINE for other in made)
        return one and straight and all(_turn(*pair) <= FLAT for pair in combinations(now, 2))

    def _length(self, a: int, b: int) -> float:
        return float(np.linalg.norm(self._now[b] - self._now[a]))

    def _edges(self, facets: Sequence[Facet]) -> list[list[float]]:
        """Return the lengths of the edges of each of some facets of the wall [m]."""
        return [[self._length(*ends) for ends in combinations(facet, 2)] for facet in facets]

    def _is_short(self, walls: Sequence[int], shortest: float) -> bool:
        """Return whether each of some facets of the wall has a short edge."""
        edges = self._edges([self._facets[k] for k in walls])
        return all(min(lengths) < shortest for lengths in edges)

    def _choices(
        self, m: int, walls: Sequence[int], ring: Sequence[int], shortest: float
    ) -> list[list[int]]:
        """Return neighbours that may take a point's place, together if all faces are then alike."""
        before, every = ([self._facets[k] for k in each] for each in (walls, self._at[m]))
        most = max(2.0 * shortest, *(max(lengths) for lengths in self._edges(before)))
        near = [(self._length(m, a), a) for a in ring]
        found: dict[frozenset[frozenset[int]], list[int]] = {}
        for _, a in sorted((round(far / shortest, ALIKE), a) for far, a in near if far < shortest):
            after = _without(before, m, a)
            if after and max(max(lengths) for lengths in self._edges(after)) <= most:
                alike = frozenset(map(frozenset, _without(every, m, a)))
                found.setdefault(alike, []).append(a)
        return [sorted(into) for into in found.values()]

    def _fits(self, m: int, a: int) -> bool:
        """Return whether all faces around a point are flat as they were made, and stay the same."""
        tags = {int(self._mesh.facet_values[k]) for k in self._at[m]}
        for tag in tags:
            before = [self._facets[k] for k in self._at[m] if self._mesh.facet_values[k] == tag]
            after = _without(before, m, a)
            if not after:
                return False
            old, new = (area_vectors(self._made[list(each)]) for each in (before, after))
            sizes = [np.linalg.norm(each, axis=1) for each in (old, new)]
            if abs(sizes[1].sum() / sizes[0].sum() - 1.0) > SAME_AREA or not sizes[1].all():
                return False
            if any(_turn(old[0], np.copysign(1.0, old[0] @ v) * v) > IN_LINE for v in (*old, *new)):
                return False
        return True

    def _takers(self, m: int, ring: Sequence[int]) -> npt.NDArray[np.bool_]:
        """Return which points make up for what is lost; none of them where contact would change."""
        around = np.array([self._gaps[p] > CLOSED for p in ring])
        if self._gaps[m] > CLOSED:
            return around
        # a point in contact beside one that is open is where contact ends
        return np.full(len(ring), not around.any())

    def _join(
        self,
        m: int,
        into: Sequence[int],
        walls: Sequence[int],
        ring: Sequence[int],
        takers: npt.NDArray[np.bool_],
    ) -> bool:
        """Put neighbours in the place of a point, if gaps and cells stay sound; return whether."""
        before = [self._facets[k] for k in walls]
        after = _without(before, m, into[0])
        old, new, ahead = self._stand(before), self._stand(after), self._ahead(walls[0])
        stood, stand = (np.array([each.get(p, 0.0) for p in ring]) for each in (old, new))
        whole = np.array([self._areas[p] for p in ring]) + stand - stood
        swept = np.array([self._swept[p] for p in ring]) / ahead + stand - stood
        areas = np.array([[sum(self._stand([facet]).values()) for facet in before]])
        shared = (
            shared_areas(*(self._made[each] for each in (after, before))) if after[1:] else areas
        )
        join = Join(
            tuple(ring), m, tuple(before), tuple(after),
            shared, stood, old[m], stand, whole, swept, takers,
        )  # fmt: skip
        if not self._keeps_open(join):
            return False
        others = [self._collapsed(join, into, own) for own in (True, False)]
        if any(found is None for found in others):
            return False
        for found in others:
            for cell, corners in (found or {}).items():
                self._cells[cell] = corners
                self._gone[cell] = len(set(corners)) < len(corners)
        self._retag(m, into[0])
        self._aheads[m] = ahead
        self._areas.update(zip(ring, whole, strict=True))
        self._swept.update(zip(ring, ahead * swept, strict=True))
        self._joins.append(join)
        return True

    def _keeps_open(self, join: Join) -> bool:
        """Return whether the points around stay open, or in contact, as they are."""
        gaps = np.array([self._gaps[p] for p in join.ring])
        lost = join.lost(gaps, np.array(self._gaps[join.middle]))
        changes = np.abs(join.takes(join.swept) * lost)
        return bool(np.all(changes <= PART_OF_GAP * np.maximum(gaps, CLOSED)))

    def _collapsed(self, join: Join, into: Sequence[int], own: bool) -> dict[int, Ints] | None:
        """Return cells of a body with another point in the place of one, the best of some.

        Args:
            join: what is done at the wall.
            into: the points that may take its place.
            own: whether the body is the one that moves.
        """
        here = (self._cells == join.middle).any(axis=1) & ~self._gone
        cells = np.flatnonzero(here & ((self._mesh.cell_values == self._tag) == own))
        if len(np.unique(self._mesh.cell_values[cells])) != 1:
            return None
        best, found, before = FLATTEST, None, self._cells[cells]
        for end in into:
            after = np.where(before == join.middle, end, before)
            quality = self._quality(before, after, own)
            if quality > best and (not own or self._keeps_volume(join, before, after)):
                best, found = quality, dict(zip(map(int, cells), after, strict=True))
        return found

    def _quality(self, before: Ints, after: Ints, own: bool) -> float:
        """Return the least quality of cells with other corners; zero if they are not sound."""
        stays = _differ(after)
        least = math.inf
        for points in (self._made, self._now) if own else (self._made,):
            old, new = signed_volumes(points[before]), signed_volumes(points[after[stays]])
            if not np.all(new * np.sign(old[stays]) > 0.0):
                return 0.0
            # what the wall loses of its shape is no area as it was made
            change = np.abs(new).sum() / np.abs(old).sum() - 1.0
            if points is self._made and abs(change) > SAME_AREA:
                return 0.0
            least = min(least, float(qualities(points[after[stays]]).min(initial=1.0)))
        return least

    def _keeps_volume(self, join: Join, before: Ints, after: Ints) -> bool:
        """Return whether the body loses only what the points of the ring make up for."""
        old, new = (
            float(np.abs(signed_volumes(self._now[cells], self._revolves)).sum())
            for cells in (before, after)
        )
        made = self._made
        (vector,) = area_vectors(made[[join.before[0]]])
        outwards = made[join.middle] - made[before].mean(axis=(0, 1))
        vector *= np.sign(vector @ outwards) / np.linalg.norm(vector)
        lost = vector @ join.lost(self._now[list(join.ring)], self._now[join.middle])
        return bool(abs(new - old + lost) <= SAME_AREA * old)

    def _retag(self, m: int, a: int) -> None:
        """Put a neighbour in the place of a point in all facets of faces."""
        for k in self._at[m].copy():
            corners = self._facets[k]
            for point in self._at.keys() & set(corners):
                self._at[point].remove(k)
            if a in corners:
                self._left.discard(k)
                continue
            self._facets[k] = _with(corners, m, a)
            for point in self._at.keys() & set(self._facets[k]):
                self._at[point].append(k)

    def done(self) -> Joining:
        """Return what has become of the mesh."""
        mesh, gone = self._mesh, [join.middle for join in self._joins]
        stays = np.ones(len(mesh.points), dtype=bool)
        stays[gone] = False
        points = np.where(stays, np.cumsum(stays) - 1, -1)
        cells = np.where(self._gone, -1, np.cumsum(~self._gone) - 1)
        left = sorted(self._left)
        facets = np.array([self._facets[k] for k in left], dtype=np.int64)
        made = dataclasses.replace(
            mesh,
            points=mesh.points[stays],
            cells=points[self._cells[~self._gone]],
            cell_values=mesh.cell_values[~self._gone],
            facets=points[facets.reshape(-1, self._made.shape[1])],
            facet_values=mesh.facet_values[left],
        )
        changed = np.flatnonzero((self._cells != mesh.cells).any(axis=1) & ~self._gone)
        return Joining(mesh, made, points, cells, changed, tuple(self._final()))

    def _final(self) -> Iterator[Join]:
        """Yield the joins, with the areas for which their rings stand when all is done."""
        for join in self._joins:
            ahead = self._aheads[join.middle]
            whole = np.array([self._areas[p] for p in join.ring])
            swept = np.array([self._swept[p] for p in join.ring]) / ahead
            yield dataclasses.replace(join, whole=whole, swept=swept)


def _turn(first: Array, second: Array) -> float:
    """Return the angle between two vectors [rad]."""
    u, v = first / np.linalg.norm(first), second / np.linalg.norm(second)
    return 2.0 * math.atan2(float(np.linalg.norm(u - v)), float(np.linalg.norm(u + v)))


def _differ(cells: Ints) -> npt.NDArray[np.bool_]:
    """Return which cells have no corner twice."""
    return np.array([len(set(corners)) == len(corners) for corners in lists(cells)])


def _with(facet: Facet, old: int, new: int) -> Facet:
    """Return a facet with one point in the place of another."""
    return tuple(new if each == old else each for each in facet)


def _without(facets: Sequence[Facet], m: int, a: int) -> list[Facet]:
    """Return what facets around a point become when another takes its place."""
    return [_with(facet, m, a) for facet in facets if a not in facet]
