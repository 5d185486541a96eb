# SPDX-License-Identifier: BSD-3-Clause
"""Short facets of an interface joined two by two in the plane, with the cells on both sides of it.

The mesh of all bodies is one, so that the point between two facets goes from both bodies at once:
its cells get an end of the joined facet in its place, and one in each body is no more. Only points
go that lie between two facets in line, in the bodies as they were made, and where the wall is
nearly flat now. What of its shape the wall loses there, its ends make up for
(`ssbmech.checkpoint.joins`).
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.facet_rows import lists, outer_facets
from ssbmech.geometry.moving import qualities, signed_volumes
from ssbmech.geometry.simplices import LabelledMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FLAT = 0.2
"""Turn of a wall from one facet to the next up to which they may be joined [rad]."""

IN_LINE = 1e-9
"""Sine of the turn of the interface as it was made that is none [1]."""

FLATTEST = 0.1
"""Least quality of a cell with another corner; where it would be less the facets stay [1]."""

SAME_AREA = 1e-9
"""Change of the area of the cells around a point, as they were made, that is none [1]."""

CLOSED = 1e-11
"""Gap up to which a point of a wall is in contact [m]."""

PASSES = 4
"""How often the facets of a wall are joined at most, between two steps."""

PART_OF_GAP = 0.5
"""Change of a gap over it that an end makes up for at most, as it may do so twice [1]."""


@dataclass(frozen=True)
class Join:
    """Two facets that have become one.

    Attributes:
        ends: points at its ends.
        middle: the point between the facets, which is no more.
        facets: areas of the two facets [m or m2].
        stood: areas for which first end, middle and second end stood on them [m or m2].
        stand: areas for which the ends stand on the joined one [m or m2].
        whole: areas for which they stand on all facets of the interface [m or m2].
        swept: volumes that small gaps there take from the body, over that of the joined facet by
            its area: `whole` where the interface goes straight on at an end [m or m2].
        takers: which ends make up for what is lost between them.
    """

    ends: tuple[int, int]
    middle: int
    facets: tuple[float, float]
    stood: tuple[float, float, float]
    stand: tuple[float, float]
    whole: tuple[float, float]
    swept: tuple[float, float]
    takers: tuple[bool, bool]

    def lost(self, first: Array, middle: Array, second: Array) -> Array:
        """Return the sum over areas that a linear function loses as its middle value goes."""
        a, m, b = self.stood
        return (a - self.stand[0]) * first + m * middle + (b - self.stand[1]) * second

    def takes(self, weights: tuple[float, float]) -> tuple[float, float]:
        """Return by how much the value of each end rises to make up for a sum [1/m or 1/m2].

        Args:
            weights: those of the ends in that sum, `whole` or `swept`.
        """
        total = sum(w for w, takes in zip(weights, self.takers, strict=True) if takes)
        return self.takers[0] / total, self.takers[1] / total


@dataclass(frozen=True, eq=False)
class Joining:
    """A mesh some of whose facets are joined.

    Attributes:
        before: the mesh of all bodies, as they were made.
        mesh: the same with joined facets.
        points: new number of each old point; -1 for one that is no more.
        cells: new number of each old cell; -1 for one that is no more.
        changed: old numbers of cells that have another corner.
        joins: what was done, in old numbers.
    """

    before: LabelledMesh
    mesh: LabelledMesh
    points: Ints
    cells: Ints
    changed: Ints
    joins: tuple[Join, ...]

    @property
    def around(self) -> Ints:
        """Old numbers of the cells around the points that are no more."""
        middles = [join.middle for join in self.joins]
        return np.flatnonzero(np.isin(self.before.cells, middles).any(axis=1))


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
        mesh: the mesh of all bodies in the plane, as they were made.
        region: the region that the body is.
        positions: where its points are now, shape (points of the mesh, 2); of others not a number
            [m].
        gaps: gaps of the points of its interfaces [m].
        shortest: length below which facets are joined [m].
        revolves: whether the mesh is a section that is revolved about x = 0.
        directors: the unit vector along which gaps of an interface are, by name, in any order of
            the bodies.
    """
    tags = {frozenset(name.split("|")): tag for name, tag in mesh.interfaces.items()}
    found = {tags[frozenset(name.split("|"))]: each for name, each in directors.items()}
    work = _Work(mesh, mesh.regions[region], positions, gaps, revolves, found)
    for chain in work.chains():
        k = 1
        while k < len(chain) - 1:
            a, m, b = chain[k - 1 : k + 2]
            k += 2 if work.join(a, m, b, shortest) else 1
    return work.done()


class _Work:
    """A mesh on which facets are joined, one pair after the other."""

    def __init__(
        self,
        mesh: LabelledMesh,
        tag: int,
        positions: Array,
        gaps: Mapping[int, float],
        revolves: bool,
        directors: Mapping[int, Array],
    ) -> None:
        self._directors = directors
        self._mesh, self._tag, self._gaps, self._revolves = mesh, tag, gaps, revolves
        self._made, self._now = mesh.points[:, :2], positions
        self._cells = mesh.cells.copy()
        self._gone = np.zeros(len(mesh.cells), dtype=bool)
        self._joins: list[Join] = []
        around, _ = outer_facets(mesh.cells[mesh.cell_values == tag])
        own = {frozenset(pair) for pair in lists(around)}
        interfaces = set(mesh.interfaces.values())
        self._tags: dict[frozenset[int], int] = {}
        self._beside: dict[int, list[int]] = {}
        self._tagged: dict[int, int] = {}
        for (a, b), value in zip(lists(mesh.facets), mesh.facet_values, strict=True):
            for point in (a, b):
                self._tagged[point] = self._tagged.get(point, 0) + 1
            if value in interfaces and frozenset((a, b)) in own:
                self._tags[frozenset((a, b))] = int(value)
                self._beside.setdefault(a, []).append(b)
                self._beside.setdefault(b, []).append(a)
        self._areas = dict.fromkeys(self._beside, 0.0)
        self._swept = self._areas.copy()
        for ends in self._tags:
            ahead = self._ahead(*sorted(ends))
            for point, area in zip(sorted(ends), self._stand(*sorted(ends)), strict=True):
                self._areas[point] += area
                self._swept[point] += ahead * area

    def _stand(self, a: int, b: int) -> tuple[float, float]:
        """Return the areas for which the ends of a facet stand as it was made."""
        length = float(np.linalg.norm(self._made[b] - self._made[a]))
        if not self._revolves:
            return 0.5 * length, 0.5 * length
        first, second = self._made[a, 0], self._made[b, 0]
        part = 2 * math.pi * length / 6
        return part * (2 * first + second), part * (first + 2 * second)

    def _ahead(self, a: int, b: int) -> float:
        """Return the component of the director along the normal of a facet as it was made [1]."""
        x, y = self._made[b] - self._made[a]
        d = self._directors[self._tags[frozenset((a, b))]]
        return float(abs(x * d[1] - y * d[0]) / math.hypot(x, y))

    def chains(self) -> Iterator[list[int]]:
        """Yield the points of each wall from end to end, in an order that all runs have."""
        left = set(self._beside)
        ends = sorted(point for point in left if len(self._beside[point]) == 1)
        for start in [*ends, *sorted(left)]:
            if start not in left:
                continue
            chain = [start]
            while chain:
                left.discard(chain[-1])
                further = [point for point in self._beside[chain[-1]] if point in left]
                if not further:
                    break
                chain.append(min(further))
            yield chain

    def join(self, a: int, m: int, b: int, shortest: float) -> bool:
        """Join the facets beside a point, if they are short and nothing that counts is lost."""
        if not (self._fits(a, m, b) and self._is_short(a, m, b, shortest)):
            return False
        first, second = self._stand(a, m), self._stand(m, b)
        stood = (first[0], first[1] + second[0], second[1])
        stand, takers = self._stand(a, b), self._takers(a, m, b)
        ahead, more = self._ahead(a, m), (stand[0] - stood[0], stand[1] - stood[2])
        whole = self._areas[a] + more[0], self._areas[b] + more[1]
        swept = self._swept[a] / ahead + more[0], self._swept[b] / ahead + more[1]
        join = Join((a, b), m, (sum(first), sum(second)), stood, stand, whole, swept, takers)
        if not (any(takers) and self._keeps_open(join)):
            return False
        others = [self._collapsed(m, (a, b), own) for own in (True, False)]
        if any(found is None for found in others):
            return False
        for found in others:
            for cell, corners in (found or {}).items():
                self._cells[cell] = corners
                self._gone[cell] = len(set(corners)) < 3
        for k, end in enumerate((a, b)):
            self._areas[end], self._swept[end] = whole[k], ahead * swept[k]
        self._joins.append(join)
        return True

    def _fits(self, a: int, m: int, b: int) -> bool:
        """Return whether the interface goes straight on at a point, where nothing else ends."""
        if self._tagged[m] != 2:
            return False
        same = self._tags[frozenset((a, m))] == self._tags[frozenset((m, b))]
        first, second = self._made[m] - self._made[a], self._made[b] - self._made[m]
        return same and _turn(first, second) <= IN_LINE

    def _is_short(self, a: int, m: int, b: int, shortest: float) -> bool:
        """Return whether both facets of the wall are short, and flat against one another."""
        first, second = self._now[m] - self._now[a], self._now[b] - self._now[m]
        longest = max(np.linalg.norm(first), np.linalg.norm(second))
        return bool(longest < shortest) and _turn(first, second) <= FLAT

    def _takers(self, a: int, m: int, b: int) -> tuple[bool, bool]:
        """Return which ends make up for what is lost; none of them where contact would change."""
        first, middle, second = (self._gaps[p] > CLOSED for p in (a, m, b))
        if not middle:
            # a point in contact beside one that is open is where contact ends
            return (not (first or second),) * 2
        return first, second

    def _keeps_open(self, join: Join) -> bool:
        """Return whether the ends stay open, or in contact, as they are."""
        a, m, b = (self._gaps[p] for p in (join.ends[0], join.middle, join.ends[1]))
        lost = float(join.lost(np.array(a), np.array(m), np.array(b)))
        changes = zip(join.takes(join.swept), (a, b), strict=True)
        return all(abs(take * lost) <= PART_OF_GAP * max(gap, CLOSED) for take, gap in changes)

    def _collapsed(self, m: int, ends: tuple[int, int], own: bool) -> dict[int, Ints] | None:
        """Return cells of a body with an end in the place of a point, the better of both ends.

        Args:
            m: the point.
            ends: the ends.
            own: whether the body is the one that moves.
        """
        here = (self._cells == m).any(axis=1) & ~self._gone
        cells = np.flatnonzero(here & ((self._mesh.cell_values == self._tag) == own))
        if len(np.unique(self._mesh.cell_values[cells])) != 1:
            return None
        best, found = FLATTEST, None
        for end in ends:
            corners = np.where(self._cells[cells] == m, end, self._cells[cells])
            quality = self._quality(self._cells[cells], corners, own)
            if quality > best:
                best, found = quality, dict(zip(map(int, cells), corners, strict=True))
        return found

    def _quality(self, before: Ints, after: Ints, own: bool) -> float:
        """Return the least quality of cells with other corners; zero if they are not sound."""
        stays = np.array([len(set(corners)) == 3 for corners in lists(after)])
        least = math.inf
        for points in (self._made, self._now) if own else (self._made,):
            old, new = signed_volumes(points[before]), signed_volumes(points[after[stays]])
            if not np.all(new * np.sign(old[0]) > 0.0):
                return 0.0
            # what the wall loses of its shape is no area as it was made
            if points is self._made and abs(new.sum() / old.sum() - 1) > SAME_AREA:
                return 0.0
            least = min(least, float(qualities(points[after[stays]]).min(initial=1.0)))
        return least

    def done(self) -> Joining:
        """Return what has become of the mesh."""
        mesh, gone = self._mesh, [join.middle for join in self._joins]
        stays = np.ones(len(mesh.points), dtype=bool)
        stays[gone] = False
        points = np.where(stays, np.cumsum(stays) - 1, -1)
        cells = np.where(self._gone, -1, np.cumsum(~self._gone) - 1)
        whole = {join.middle: join.ends for join in self._joins}
        facets, values = [], []
        for ends, value in zip(lists(mesh.facets), mesh.facet_values, strict=True):
            middle = next((point for point in ends if point in whole), None)
            # of two joined facets that with the first end stands for both
            if middle is None or whole[middle][0] in ends:
                facets.append(ends if middle is None else list(whole[middle]))
                values.append(int(value))
        made = dataclasses.replace(
            mesh,
            points=mesh.points[stays],
            cells=points[self._cells[~self._gone]],
            cell_values=mesh.cell_values[~self._gone],
            facets=points[np.array(facets, dtype=np.int64).reshape(-1, 2)],
            facet_values=np.array(values, dtype=np.int32),
        )
        changed = np.flatnonzero((self._cells != mesh.cells).any(axis=1) & ~self._gone)
        return Joining(mesh, made, points, cells, changed, tuple(self._final()))

    def _final(self) -> Iterator[Join]:
        """Yield the joins, with the areas for which their ends stand when all is done."""
        for join in self._joins:
            (a, b), ahead = join.ends, self._ahead(join.ends[0], join.middle)
            whole = self._areas[a], self._areas[b]
            swept = self._swept[a] / ahead, self._swept[b] / ahead
            yield dataclasses.replace(join, whole=whole, swept=swept)


def _turn(first: Array, second: Array) -> float:
    """Return the angle between two vectors [rad]."""
    across = float(first[0] * second[1] - first[1] * second[0])
    return abs(math.atan2(across, float(first @ second)))
