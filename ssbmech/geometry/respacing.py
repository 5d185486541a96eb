# SPDX-License-Identifier: BSD-3-Clause
"""The points of a body's boundary in the plane, spaced anew where cells have become too long.

Facets at interfaces stay. On straight stretches points may be anywhere: they are spaced by what is
near them. A facet of a curved free face is halved where it is much longer than those beside it, or
than allowed. None of it changes the shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array, diags_array, vstack

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

STRAIGHT = 1e-9
"""Distance of a point from the line through those beside it, over their distance, up to which a
stretch is straight [1]."""

TOO_LONG = 1.5
"""Length of a facet over that wanted beyond which it is halved [1]."""

PASSES = 12
"""How often facets are halved at most."""

SAMPLES = 400
"""Places along a stretch at which the length wanted is asked for [1]."""


@dataclass(frozen=True, eq=False)
class Outline:
    """A boundary whose points lie on the facets of another one.

    Attributes:
        weights: weights of the other's points in each of its own, shape (own, other) [1].
        facets: its facets, by its own points, shape (facets, dim).
        tags: tag of each facet.
    """

    weights: csr_array
    facets: Ints
    tags: npt.NDArray[np.int32]

    def at(self, x: Array) -> Array:
        """Return the positions of the points, from those of the other boundary."""
        return np.asarray(self.weights @ x)

    def same(self) -> Ints:
        """Return which of the other's points each point is; -1 for one between them."""
        alone = np.diff(self.weights.indptr) == 1
        found = np.full(self.weights.shape[0], -1, dtype=np.int64)
        found[alone] = self.weights.indices[self.weights.indptr[:-1][alone]]
        return found


def as_it_is(count: int, facets: Ints, tags: npt.NDArray[np.int32]) -> Outline:
    """Return a boundary as its own.

    Args:
        count: number of the points of the mesh.
        facets: its facets by points of the mesh, shape (facets, dim).
        tags: tag of each facet.
    """
    used, own = np.unique(facets, return_inverse=True)
    entries = (np.ones(len(used)), (np.arange(len(used)), used))
    weights = coo_array(entries, shape=(len(used), count)).tocsr()
    return Outline(weights, own.reshape(facets.shape).astype(np.int64), tags)


def respaced(
    shapes: tuple[Array, Array],
    facets: Ints,
    tags: npt.NDArray[np.int32],
    kept: Mask,
    growth: float,
    largest: float,
) -> Outline:
    """Return the boundary of a body in the plane with points spaced anew.

    Args:
        shapes: positions of the points of the mesh now, and as they were made [m].
        facets: facets of the boundary by points of the mesh, in one sense, shape (facets, 2).
        tags: tag of each facet.
        kept: which facets have to stay.
        growth: growth of lengths with the distance [1].
        largest: longest facet that is made [m].
    """
    outline = as_it_is(len(shapes[0]), facets, tags)
    straight = _straight(shapes, outline) & ~kept
    for _ in range(PASSES):
        halved = _too_long(outline.at(shapes[0]), outline.facets, growth, largest)
        halved &= ~straight & ~kept
        if not halved.any():
            break
        outline = _halved(outline, halved)
        more = np.zeros(int(halved.sum()), dtype=bool)
        straight, kept = np.concatenate([straight, more]), np.concatenate([kept, more])
    if straight.all() or not straight.any():
        return outline
    return _spaced(shapes[0], outline, straight, growth, largest)


def _lengths(x: Array, facets: Ints) -> Array:
    return np.asarray(np.linalg.norm(x[facets[:, 1]] - x[facets[:, 0]], axis=1))


def _turn(x: Array, facets: Ints) -> Mask:
    """Return at which points the boundary turns."""
    before, after = np.zeros(len(x), dtype=np.int64), np.zeros(len(x), dtype=np.int64)
    before[facets[:, 1]], after[facets[:, 0]] = facets[:, 0], facets[:, 1]
    first, second = x - x[before], x[after] - x
    across = np.abs(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0])
    whole = np.linalg.norm(first + second, axis=1)
    along = np.sum(first * second, axis=1)
    return np.asarray((across > STRAIGHT * whole**2) | (along <= 0.0))


def _straight(shapes: tuple[Array, Array], outline: Outline) -> Mask:
    """Return which facets go on straight, now and as they were made, on one of their sides."""
    facets, tags = outline.facets, outline.tags
    corner = np.logical_or.reduce([_turn(outline.at(x), facets) for x in shapes])
    corner |= _changes(facets, tags, len(corner))
    return np.asarray(~corner[facets].all(axis=1))


def _changes(facets: Ints, values: npt.NDArray[np.generic], count: int) -> Mask:
    """Return at which points facets of different values meet."""
    before, after = np.zeros(count, dtype=values.dtype), np.zeros(count, dtype=values.dtype)
    before[facets[:, 1]], after[facets[:, 0]] = values, values
    return np.asarray(before != after)


def _too_long(x: Array, facets: Ints, growth: float, largest: float) -> Mask:
    """Return which facets are much longer than those beside them, or than allowed."""
    lengths = _lengths(x, facets)
    least = np.full(len(x), np.inf)
    np.minimum.at(least, facets.ravel(), np.repeat(lengths, 2))
    wanted = _wanted(x[facets].mean(axis=1), x, least, growth)
    return np.asarray((lengths > TOO_LONG * wanted) | (lengths > largest))


def _wanted(places: Array, x: Array, sizes: Array, growth: float) -> Array:
    """Return the length that facets should have at some places."""
    away = np.linalg.norm(places[:, None] - x[None], axis=2)
    return np.asarray(np.min(sizes + growth * away, axis=1))


def _halved(outline: Outline, which: Mask) -> Outline:
    """Return a boundary some of whose facets are halved; the second halves come last."""
    rows = np.flatnonzero(which)
    first, second = outline.facets[rows].T
    weights = outline.weights
    new = weights.shape[0] + np.arange(len(rows))
    facets = outline.facets.copy()
    facets[rows, 1] = new
    return Outline(
        vstack([weights, 0.5 * (weights[first] + weights[second])]).tocsr(),
        np.concatenate([facets, np.column_stack([new, second])]),
        np.concatenate([outline.tags, outline.tags[rows]]),
    )


def _spaced(now: Array, outline: Outline, straight: Mask, growth: float, largest: float) -> Outline:
    """Return a boundary whose straight stretches are spaced by the facets beside them."""
    x = outline.at(now)
    set_by = ~straight
    sums, number = np.zeros(len(x)), np.zeros(len(x))
    lengths = _lengths(x, outline.facets)
    np.add.at(sums, outline.facets[set_by], lengths[set_by, None])
    np.add.at(number, outline.facets[set_by], 1.0)
    given = number > 0.0
    sizes, places = sums[given] / number[given], x[given]
    rows, facets, tags = [outline.weights], [outline.facets[set_by]], [outline.tags[set_by]]
    count = len(x)
    for run in _runs(outline, straight, x):
        on, part = _marks(
            x, outline.facets[run], lambda p: _wanted(p, places, sizes, growth), largest
        )
        first, second = outline.facets[run][on].T
        rows.append(
            diags_array(1 - part) @ outline.weights[first]
            + diags_array(part) @ outline.weights[second]
        )
        ends = outline.facets[run][[0, -1], [0, 1]]
        line = np.concatenate([ends[:1], count + np.arange(len(on)), ends[1:]])
        count += len(on)
        facets.append(np.column_stack([line[:-1], line[1:]]))
        tags.append(np.full(len(line) - 1, outline.tags[run[0]], dtype=np.int32))
    used, own = np.unique(np.concatenate(facets), return_inverse=True)
    weights = vstack(rows).tocsr()[used]
    return Outline(weights, own.reshape(-1, 2).astype(np.int64), np.concatenate(tags))


def _runs(outline: Outline, straight: Mask, x: Array) -> list[Ints]:
    """Return the facets of each straight stretch, in order."""
    facets = outline.facets
    follows = np.full(len(x), -1, dtype=np.int64)
    follows[facets[:, 0]] = np.arange(len(facets))
    stops = _turn(x, facets) | _changes(facets, outline.tags, len(x))
    stops |= _changes(facets, straight, len(x))
    runs = []
    for k in np.flatnonzero(straight & stops[facets[:, 0]]):
        run = [int(k)]
        while not stops[facets[run[-1], 1]]:
            run.append(int(follows[facets[run[-1], 1]]))
        runs.append(np.array(run))
    return runs


def _marks(
    x: Array, facets: Ints, wanted: Callable[[Array], Array], largest: float
) -> tuple[Ints, Array]:
    """Return on which facets of a straight stretch its new points lie, and how far along each.

    The number of new facets is the integral of one over the length wanted, and each has its share.
    None is made longer than the longest that is there.

    Args:
        x: points of the boundary [m].
        facets: the stretch, in order.
        wanted: tells how long facets should be at some places [m].
        largest: longest facet that is made [m].
    """
    lengths = _lengths(x, facets)
    at = np.append(0.0, np.cumsum(lengths))
    start, end = x[facets[0, 0]], x[facets[-1, 1]]
    s = np.linspace(0.0, 1.0, SAMPLES + 1)
    along = start + s[:, None] * (end - start)
    density = 1 / np.minimum(wanted(along), min(float(lengths.max()), largest))
    steps = 0.5 * (density[1:] + density[:-1]) * at[-1] / SAMPLES
    grown = np.append(0.0, np.cumsum(steps))
    count = max(round(float(grown[-1])), 1)
    marks = np.interp(np.arange(1, count) / count * grown[-1], grown, s * at[-1])
    on = np.clip(np.searchsorted(at, marks, side="right") - 1, 0, len(facets) - 1)
    return on.astype(np.int64), (marks - at[on]) / lengths[on]
