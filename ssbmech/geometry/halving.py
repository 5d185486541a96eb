# SPDX-License-Identifier: BSD-3-Clause
"""Edges of an interface halved, with the facets and the cells of all bodies around them.

In the plane an edge is a facet, in space one of its sides. The mesh of all bodies is one, so that
all that meets at an edge is halved together and both bodies keep the same facets. All functions on
the mesh, linear or quadratic, stay what they are, but for rounding, and so does every shape: a new
point lies in the middle of a straight edge in the bodies as they were made, and in one that has
moved where the point's director meets the edge of its wall. In space it does so in general where
directors are parallel only, and they are asked for.

Of the edges that are too long the longest comes first, so that in space triangles are bisected by
their longest sides: angles stay wide however often that is done [rivara1984].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.facet_rows import lists, outer_facets
from ssbmech.geometry.moving import qualities
from ssbmech.geometry.simplices import LabelledMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PASSES = 4
"""How often an edge is halved at most, between two steps."""

LEAST_PART = 0.1
"""Part of an edge of the wall at least on either side of its new point [1]."""

FLATTEST = 0.1
"""Least quality of half a cell of the other body; where it would be less the edge stays [1]."""

ALIKE = 6
"""Decimals of lengths over the limit to which they are told apart, on any number of ranks."""


@dataclass(frozen=True)
class Cut:
    """An edge that is halved: in the plane a facet.

    Attributes:
        ends: points at its ends.
        middle: the new point.
        tips: other corners of the cells around it.
        directors: those of first end, middle and second end, shape (3, 2); None where they are
            parallel [1].
    """

    ends: tuple[int, int]
    middle: int
    tips: tuple[int, ...]
    directors: Array | None = field(default=None, compare=False)


@dataclass(frozen=True, eq=False)
class Lines:
    """Directors of a wall that are not parallel.

    Attributes:
        known: unit vectors by point [1].
        towards: returns vectors of any length at points as they were made, with their normals, both
            of shape (points, 2).
    """

    known: Mapping[int, Array]
    towards: Callable[[Array, Array], Array]


@dataclass(frozen=True, eq=False)
class Halving:
    """A mesh some of whose edges are halved.

    Points keep their numbers, and new ones come last. So do cells, of which one that is halved
    gives its number to one half.

    Attributes:
        before: the mesh of all bodies, as they were made.
        mesh: the same with halved edges.
        cuts: what was done, one after the other.
        parts: new cells of each old one that was halved.
        longest: longest edge that is left, where the body is now [m].
    """

    before: LabelledMesh
    mesh: LabelledMesh
    cuts: tuple[Cut, ...]
    parts: dict[int, list[int]]
    longest: float


def meeting(origin: Array, director: Array, first: Array, second: Array) -> tuple[float, float]:
    """Return where a line meets a straight facet: how far from its origin, and in which part of it.

    Args:
        origin: a point of the line [m].
        director: its unit vector.
        first: one end of the facet [m].
        second: the other [m].
    """
    along, away = second - first, first - origin
    across = director[0] * along[1] - director[1] * along[0]
    far = (away[0] * along[1] - away[1] * along[0]) / across
    part = (away[0] * director[1] - away[1] * director[0]) / across
    return float(far), float(part)


def halved(
    mesh: LabelledMesh,
    region: str,
    positions: Array,
    longest: float,
    lines: Mapping[str, Lines] | None = None,
) -> Halving:
    """Return a mesh in which long edges of a body's interfaces are halved.

    Args:
        mesh: the mesh of all bodies, as they were made.
        region: the region that the body is.
        positions: where its points are now, shape (points of the mesh, dim); of others not a number
            [m].
        longest: length from which edges are halved [m].
        lines: directors of interfaces in the plane where they are not parallel, by name, in any
            order of the bodies.
    """
    tags = {frozenset(name.split("|")): tag for name, tag in mesh.interfaces.items()}
    found = {tags[frozenset(name.split("|"))]: each for name, each in (lines or {}).items()}
    work = _Work(mesh, mesh.regions[region], positions, found)
    for _ in range(PASSES):
        if not any([work.halve(a, b) for a, b in work.longer_than(longest)]):
            break
    return work.done()


class _Work:
    """A mesh on which edges are halved, one after the other."""

    def __init__(
        self, mesh: LabelledMesh, tag: int, positions: Array, lines: Mapping[int, Lines]
    ) -> None:
        self._mesh, self._tag, self._lines = mesh, tag, lines
        self._directors = {tag: dict(each.known) for tag, each in lines.items()}
        self._points, self._at = list(mesh.points), list(positions)
        self._cells, self._facets = lists(mesh.cells), lists(mesh.facets)
        self._values = [int(value) for value in mesh.cell_values]
        self._tags = [int(value) for value in mesh.facet_values]
        self._origin = list(range(len(self._cells)))
        self._cuts: list[Cut] = []
        own = mesh.cell_values == tag
        around, _ = outer_facets(mesh.cells[own])
        walls = {frozenset(corners) for corners in lists(around)}
        interfaces = set(mesh.interfaces.values())
        tagged = zip(self._facets, self._tags, strict=True)
        self._walls = {
            k for k, (corners, value) in enumerate(tagged)
            if value in interfaces and frozenset(corners) in walls
        }  # fmt: skip
        on_walls = {a for k in self._walls for a in self._facets[k]}
        self._near = _around(self._cells, on_walls)
        self._tagged = _around(self._facets, on_walls)

    def _length(self, ends: tuple[int, int]) -> float:
        a, b = ends
        return float(np.linalg.norm(self._at[b] - self._at[a]))

    def _edges(self) -> set[tuple[int, int]]:
        """Return the edges of the walls."""
        return {ends for k in self._walls for ends in combinations(sorted(self._facets[k]), 2)}

    def longer_than(self, longest: float) -> list[tuple[int, int]]:
        """Return the edges that are too long, the longest first, in an order that all runs have."""
        found = {ends: self._length(ends) for ends in self._edges()}
        long = (ends for ends, length in found.items() if length > longest)
        return sorted(long, key=lambda ends: (-round(found[ends] / longest, ALIKE), ends))

    def halve(self, a: int, b: int) -> bool:
        """Halve an edge and all around it, if cells of other bodies are not too flat for it."""
        cells = [c for c in self._near[a] if b in self._cells[c]]
        facets = [f for f in self._tagged[a] if b in self._facets[f]]
        walls = [f for f in facets if f in self._walls]
        middle, dim = len(self._points), len(self._at[a])
        made = 0.5 * (self._points[a] + self._points[b])
        directors = self._directed(self._tags[walls[0]], a, b, made)
        place = 0.5 * (self._at[a] + self._at[b])
        if directors is not None:
            far, part = meeting(made[:2], directors[1], self._at[a], self._at[b])
            if not LEAST_PART <= part <= 1.0 - LEAST_PART:
                return False
            place = made[:2] + far * directors[1]
        self._points.append(made)
        halves = {c: [_with(self._cells[c], end, middle) for end in (b, a)] for c in cells}
        others = [cell for c in cells if self._values[c] != self._tag for cell in halves[c]]
        corners = np.array([[self._points[k] for k in cell] for cell in others])[:, :, :dim]
        if float(qualities(corners).min()) < FLATTEST:
            self._points.pop()
            return False
        self._at.append(place)
        if directors is not None:
            self._directors[self._tags[walls[0]]][middle] = directors[1]
        self._near[middle], self._tagged[middle] = [], []
        tips = sorted({k for c in cells for k in self._cells[c]} - {a, b})
        for c in cells:
            self._split(c, halves[c])
        for f in facets:
            self._split_facet(f, (a, b), middle)
        self._cuts.append(Cut((a, b), middle, tuple(tips), directors))
        return True

    def _directed(self, tag: int, a: int, b: int, middle: Array) -> Array | None:
        """Return directors of the ends of an edge and of its middle; None if all are parallel."""
        if tag not in self._lines:
            return None
        first, second = self._directors[tag][a], self._directors[tag][b]
        along = (self._points[b] - self._points[a])[:2]
        normal = np.array([along[1], -along[0]]) / np.linalg.norm(along)
        normal *= np.sign(normal @ (first + second))
        (found,) = self._lines[tag].towards(middle[None, :2], normal[None])
        return np.stack([first, found / np.linalg.norm(found), second])

    def _split(self, cell: int, halves: list[list[int]]) -> None:
        """Put two halves in the place of a cell."""
        _replace(self._near, self._cells, cell, halves)
        self._values.append(self._values[cell])
        self._origin.append(self._origin[cell])

    def _split_facet(self, facet: int, ends: tuple[int, int], middle: int) -> None:
        """Put two halves in the place of a facet, of the wall or of another side at its rim."""
        if facet in self._walls:
            self._walls.add(len(self._facets))
        corners = self._facets[facet]
        halves = [_with(corners, end, middle) for end in reversed(ends)]
        _replace(self._tagged, self._facets, facet, halves)
        self._tags.append(self._tags[facet])

    def done(self) -> Halving:
        """Return what has become of the mesh."""
        parts: dict[int, list[int]] = {}
        for number, origin in enumerate(self._origin):
            parts.setdefault(origin, []).append(number)
        made = dataclasses.replace(
            self._mesh,
            points=np.array(self._points),
            cells=np.array(self._cells, dtype=np.int64),
            cell_values=np.array(self._values, dtype=np.int32),
            facets=np.array(self._facets, dtype=np.int64),
            facet_values=np.array(self._tags, dtype=np.int32),
        )
        several = {cell: found for cell, found in parts.items() if len(found) > 1}
        longest = max(map(self._length, self._edges()), default=0.0)
        return Halving(self._mesh, made, tuple(self._cuts), several, longest)


def _around(simplices: list[list[int]], points: set[int]) -> dict[int, list[int]]:
    """Return which of some cells or facets are at points."""
    found: dict[int, list[int]] = {point: [] for point in sorted(points)}
    for number, corners in enumerate(simplices):
        for corner in corners:
            if corner in found:
                found[corner].append(number)
    return found


def _replace(
    near: dict[int, list[int]], simplices: list[list[int]], number: int, halves: list[list[int]]
) -> None:
    """Put two halves in the place of a cell or facet, of which the second comes last.

    Args:
        near: which of them are at points.
        simplices: all of them.
        number: that which is halved.
        halves: its halves.
    """
    further = len(simplices)
    for corner in simplices[number]:
        if corner in near:
            near[corner].remove(number)
    simplices[number] = halves[0]
    simplices.append(halves[1])
    for each, corners in ((number, halves[0]), (further, halves[1])):
        for corner in corners:
            if corner in near:
                near[corner].append(each)


def _with(cell: list[int], old: int, new: int) -> list[int]:
    """Return a cell with one point in the place of another."""
    return [new if each == old else each for each in cell]
