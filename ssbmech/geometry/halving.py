# SPDX-License-Identifier: BSD-3-Clause
"""Facets of an interface halved in the plane, with the cells on both sides of it.

The mesh of all bodies is one, so that a facet and its two cells are halved together and both bodies
keep the same facets. All functions on the mesh, linear or quadratic, stay what they are, but for
rounding, and so does every shape: a new point lies in the middle of a straight facet, in the bodies
as they were made and in one that has moved.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.geometry.facet_rows import outer_facets
from ssbmech.geometry.moving import qualities
from ssbmech.geometry.simplices import LabelledMesh

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PASSES = 4
"""How often a facet is halved at most, between two steps."""

FLATTEST = 0.1
"""Least quality of half a cell of the other body; where it would be less the facet stays [1]."""


@dataclass(frozen=True)
class Cut:
    """A facet that is halved.

    Attributes:
        ends: points at its ends.
        middle: the new point.
        tips: corners across it, of the cells on both sides.
    """

    ends: tuple[int, int]
    middle: int
    tips: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Halving:
    """A mesh some of whose facets are halved.

    Points keep their numbers, and new ones come last. So do cells, of which one that is halved
    gives its number to one half.

    Attributes:
        before: the mesh of all bodies, as they were made.
        mesh: the same with halved facets.
        cuts: what was done, one after the other.
        parts: new cells of each old one that was halved.
        longest: longest facet that is left, where the body is now [m].
    """

    before: LabelledMesh
    mesh: LabelledMesh
    cuts: tuple[Cut, ...]
    parts: dict[int, list[int]]
    longest: float


def halved(mesh: LabelledMesh, region: str, positions: Array, longest: float) -> Halving:
    """Return a mesh in which long facets of a body's interfaces are halved.

    Args:
        mesh: the mesh of all bodies in the plane, as they were made.
        region: the region that the body is.
        positions: where its points are now, shape (points of the mesh, 2); of others not a number
            [m].
        longest: length from which facets are halved [m].
    """
    work = _Work(mesh, mesh.regions[region], positions)
    for _ in range(PASSES):
        if not any([work.halve(*ends) for ends in work.longer_than(longest)]):
            break
    return work.done()


class _Work:
    """A mesh on which facets are halved, one after the other."""

    def __init__(self, mesh: LabelledMesh, tag: int, positions: Array) -> None:
        self._mesh, self._tag = mesh, tag
        self._points, self._at = list(mesh.points), list(positions)
        self._cells, self._facets = _rows(mesh.cells), _rows(mesh.facets)
        self._values = [int(value) for value in mesh.cell_values]
        self._tags = [int(value) for value in mesh.facet_values]
        self._origin = list(range(len(self._cells)))
        self._cuts: list[Cut] = []
        own = mesh.cell_values == tag
        around, _ = outer_facets(mesh.cells[own])
        walls = {frozenset(pair) for pair in _rows(around)}
        interfaces = set(mesh.interfaces.values())
        tagged = zip(self._facets, self._tags, strict=True)
        self._walls = [
            k for k, (ends, value) in enumerate(tagged)
            if value in interfaces and frozenset(ends) in walls
        ]  # fmt: skip
        self._near: dict[int, list[int]] = {a: [] for k in self._walls for a in self._facets[k]}
        for number, cell in enumerate(self._cells):
            self._note(number, cell)

    def _note(self, number: int, cell: list[int]) -> None:
        """Note which cells are at the points of walls."""
        for corner in cell:
            if corner in self._near:
                self._near[corner].append(number)

    def _length(self, wall: int) -> float:
        a, b = self._facets[wall]
        return float(np.linalg.norm(self._at[b] - self._at[a]))

    def longer_than(self, longest: float) -> list[tuple[int, tuple[int, ...]]]:
        """Return the facets that are too long, each with the cells beside it, which may change."""
        return [(k, tuple(self._facets[k])) for k in self._walls if self._length(k) > longest]

    def halve(self, wall: int, ends: tuple[int, ...]) -> bool:
        """Halve a facet and its cells, if those of the other body are not too flat for it."""
        a, b = ends
        cells = [c for c in self._near[a] if a in self._cells[c] and b in self._cells[c]]
        middle = len(self._points)
        self._points.append(0.5 * (self._points[a] + self._points[b]))
        halves = {c: [_with(self._cells[c], end, middle) for end in (b, a)] for c in cells}
        others = [cell for c in cells if self._values[c] != self._tag for cell in halves[c]]
        corners = np.array([[self._points[k] for k in cell] for cell in others])[:, :, :2]
        if float(qualities(corners).min()) < FLATTEST:
            self._points.pop()
            return False
        self._at.append(0.5 * (self._at[a] + self._at[b]))
        self._near[middle] = []
        tips = []
        for c in cells:
            tips.append(next(k for k in self._cells[c] if k not in ends))
            self._split(c, halves[c])
        self._facets[wall] = [a, middle]
        self._walls.append(len(self._facets))
        self._facets.append([middle, b])
        self._tags.append(self._tags[wall])
        self._cuts.append(Cut((a, b), middle, tuple(tips)))
        return True

    def _split(self, cell: int, halves: list[list[int]]) -> None:
        """Put two halves in the place of a cell."""
        for corner in self._cells[cell]:
            if corner in self._near:
                self._near[corner].remove(cell)
        further = len(self._cells)
        self._cells[cell] = halves[0]
        self._cells.append(halves[1])
        self._values.append(self._values[cell])
        self._origin.append(self._origin[cell])
        self._note(cell, halves[0])
        self._note(further, halves[1])

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
        longest = max(map(self._length, self._walls), default=0.0)
        return Halving(self._mesh, made, tuple(self._cuts), several, longest)


def _rows(numbers: Ints) -> list[list[int]]:
    """Return rows of numbers as lists."""
    return [[int(each) for each in row] for row in numbers]


def _with(cell: list[int], old: int, new: int) -> list[int]:
    """Return a cell with one point in the place of another."""
    return [new if each == old else each for each in cell]
