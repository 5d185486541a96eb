# SPDX-License-Identifier: BSD-3-Clause
"""Particles in a box while they are moved until none overlaps: the algorithm behind `packing`.

Particles grow in steps. In each step pairs that are too close push each other apart, all at once,
until none is left or the overlap hardly shrinks any more. If they are jammed, a pressed particle is
moved to the widest of some random places or changes place with another one, or all are shaken; what
does not lower the overlap is undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from ssbmech.geometry.simplices import Floats, Ints

STEEPEST_CUT = 0.7
"""Largest distance of a particle's centre from a face or edge that cuts it, over its radius [1].

The face then meets the particle's surface at arccos(0.7) = 45.6 degrees or more, and the smaller of
the two parts is at least 0.3 radii thick.
"""

_STAGES = np.linspace(0.5, 1.0, 26)
"""Parts of the final volume at which the particles must fit."""

_SWEEPS, _LOOK, _STAGNATION = 400, 25, 0.9
"""Largest number of sweeps, and the factor by which a number of them must lower the overlap."""

_MOVES, _PLACES = 160, 300
"""Largest number of moves out of a jam, and number of places to choose from."""

_SLACK = 1e-3
"""What particles are pushed further than needed, over the mean radius, so that sweeps end."""

_STIRS = 100
"""Number of times that each particle is moved in the end."""

_ROUNDING = 1e-9


def near_pairs(centres: Floats, radii: Floats, distance: float) -> tuple[Ints, Floats]:
    """Return the pairs of particles nearer to each other than a distance, and their gaps [m].

    Args:
        centres: centres [m].
        radii: radii [m].
        distance: the distance between surfaces [m]; infinite for all pairs.
    """
    reach = min(2 * radii.max() + distance, 1.01 * np.linalg.norm(np.ptp(centres, axis=0)))
    pairs: Ints = cKDTree(centres).query_pairs(reach, output_type="ndarray")
    first, second = pairs.T
    gaps = np.linalg.norm(centres[first] - centres[second], axis=1) - radii[first] - radii[second]
    near = gaps < distance
    return pairs[near], gaps[near]


@dataclass(frozen=True, eq=False)
class Room:
    """The box and its rules.

    Attributes:
        extent: lengths of the box, the stacking direction last [m].
        distance: smallest distance between particles, and from faces that do not cut them [m].
        periodic: lateral faces may cut particles, and the packing repeats itself beyond them.
    """

    extent: Floats
    distance: float
    periodic: bool

    @property
    def dim(self) -> int:
        """Number of axes [1]."""
        return len(self.extent)

    @property
    def volume(self) -> float:
        """Volume, in two dimensions area [m3 or m2]."""
        return float(np.prod(self.extent))

    @property
    def period(self) -> Floats:
        """Length of the box along each axis along which it repeats itself, 0 along the others."""
        lateral = np.arange(self.dim) < self.dim - 1
        return np.where(lateral & self.periodic, self.extent, 0.0)

    def confine(self, centres: Floats, radii: Floats) -> Floats:
        """Return the places nearest to the given ones that the faces allow."""
        whole, cut = radii + self.distance, STEEPEST_CUT * radii
        clipped = np.clip(centres, whole[:, None], self.extent - whole[:, None])
        lateral = np.flatnonzero(self.period)
        if len(lateral) == 0:
            return clipped
        length = self.period[lateral]
        wrapped = centres[:, lateral] % length
        upper = wrapped > length / 2
        depth = np.where(upper, length - wrapped, wrapped)
        between = (depth > cut[:, None]) & (depth < whole[:, None])
        outwards = depth < ((cut + whole) / 2)[:, None]
        ends = np.where(outwards, cut[:, None], whole[:, None])
        depth = np.where(between, ends, depth)
        # a particle cut by two faces is cut by the edge between them
        edge = np.linalg.norm(depth, axis=1)
        near = np.all(depth <= cut[:, None] * (1 + _ROUNDING), axis=1) & (edge > cut)
        depth = depth * np.where(near, cut / np.maximum(edge, cut), 1.0)[:, None]
        clipped[:, lateral] = np.where(upper, length - depth, depth) % length
        return clipped

    def near_pairs(self, centres: Floats, radii: Floats, distance: float) -> Contacts:
        """Return the pairs nearer to each other than a distance, also through periodic faces.

        A pair that meets in several ways is returned with its shortest distance.
        """
        tree = cKDTree(centres, boxsize=self.period)
        pairs: Ints = tree.query_pairs(2 * radii.max() + distance, output_type="ndarray")
        first, second = pairs.T
        along = self._nearest(centres[second] - centres[first])
        length = np.linalg.norm(along, axis=1)
        gaps = length - radii[first] - radii[second]
        near = gaps < distance
        unit = along[near] / np.maximum(length[near], np.finfo(float).tiny)[:, None]
        return Contacts(first[near], second[near], gaps[near], unit)

    def clearance(self, places: Floats, centres: Floats, radii: Floats) -> Floats:
        """Return the distance of each place from the nearest surface of particles."""
        along = self._nearest(places[:, None] - centres[None])
        nearest: Floats = np.min(np.linalg.norm(along, axis=2) - radii, axis=1, initial=np.inf)
        return nearest

    def with_cut_off_parts(self, centres: Floats, radii: Floats) -> tuple[Floats, Ints]:
        """Return also the repeated particles that reach into the box, and each one's original."""
        source = np.arange(len(centres))
        for axis in np.flatnonzero(self.period):
            shift = np.where(np.arange(self.dim) == axis, self.period, 0.0)
            low = np.flatnonzero(centres[:, axis] < radii[source])
            high = np.flatnonzero(centres[:, axis] > self.extent[axis] - radii[source])
            centres = np.concatenate([centres, centres[low] + shift, centres[high] - shift])
            source = np.concatenate([source, source[low], source[high]])
        return centres, source

    def _nearest(self, along: Floats) -> Floats:
        """Return the shortest of the vectors that periodic faces make equal."""
        period = np.where(self.period > 0.0, self.period, np.inf)
        shortest: Floats = along - self.period * np.round(along / period)
        return shortest


class Contacts(NamedTuple):
    """Pairs of particles: indices, gaps between them, unit vectors from the first to the second."""

    first: Ints
    second: Ints
    gaps: Floats
    along: Floats


class Crowd:
    """Particles while they are moved.

    Attributes:
        room: where they are.
        centres: where their centres are now [m].
        radii: radii that they are to reach [m].
    """

    def __init__(self, room: Room, centres: Floats, radii: Floats) -> None:
        """Place particles anywhere in a room."""
        self.room = room
        self.centres = centres
        self.radii = radii

    def grow(self, rng: np.random.Generator) -> float:
        """Grow the particles to their volume in steps; return the part of it that was reached."""
        reached = 0.0
        for stage in _STAGES:
            radii = self.radii * stage ** (1 / self.room.dim)
            overlap = self._relax(radii)
            for _ in range(_MOVES):
                if overlap == 0.0:
                    break
                before = self.centres.copy()
                self._move_one(radii, rng)
                after = self._relax(radii)
                if after < overlap:
                    overlap = after
                else:
                    self.centres = before
            if overlap > 0.0:
                break
            reached = float(stage)
        return reached

    def shuffle(self, rng: np.random.Generator) -> None:
        """Move particles at random where there is room, as those of a hard-sphere fluid.

        Pushed apart no further than needed, most of them would be at the smallest distance.
        """
        radii = self.radii
        for _ in range(_STIRS):
            stride = rng.random((len(radii), 1)) ** 2 * radii[:, None]
            steps = stride * rng.uniform(-1.0, 1.0, self.centres.shape)
            places = self.room.confine(self.centres + steps, radii)
            near = self._near(places)
            for one, place in enumerate(places):
                rest = near[one]
                free = self.room.clearance(place[None], self.centres[rest], radii[rest])
                if free[0] >= radii[one] + self.room.distance:
                    self.centres[one] = place

    def _near(self, places: Floats) -> list[Ints]:
        """Return for each particle which others may meet it at its place in a list of new ones.

        The others are where they are now or at their own new places.
        """
        count = len(places)
        reach = self.radii + self.radii.max() + self.room.distance
        both = np.concatenate([self.centres, places])
        tree = cKDTree(both, boxsize=self.room.period)
        found = tree.query_ball_point(places, reach * (1 + _ROUNDING))
        near = [np.array(members, dtype=np.int64) % count for members in found]
        return [members[members != one] for one, members in enumerate(near)]

    def _relax(self, radii: Floats) -> float:
        """Push overlapping particles apart; return what overlap is left, relative and squared."""
        # pushed a little further than needed, or the last overlaps would take for ever
        mean = float(radii.mean())
        goal = self.room.distance + _SLACK * mean
        before = np.inf
        for sweep in range(_SWEEPS):
            self.centres = self.room.confine(self.centres, radii)
            contacts = self.room.near_pairs(self.centres, radii, goal)
            if contacts.gaps.min(initial=goal) >= self.room.distance:
                return 0.0
            step = (goal - contacts.gaps) / 2
            if sweep % _LOOK == 0:
                overlap = float(np.sum((step / mean) ** 2))
                if overlap > _STAGNATION * before:
                    break
                before = overlap
            push = step[:, None] * contacts.along
            np.add.at(self.centres, contacts.first, -push)
            np.add.at(self.centres, contacts.second, push)
        return overlap

    def _move_one(self, radii: Floats, rng: np.random.Generator) -> None:
        """Move a pressed particle to a wide place, exchange it for another, or shake them all."""
        count = len(radii)
        goal = self.room.distance + 2 * _SLACK * float(radii.mean())
        contacts = self.room.near_pairs(self.centres, radii, goal)
        pressed = np.zeros(count)
        for members in (contacts.first, contacts.second):
            np.add.at(pressed, members, goal - contacts.gaps)
        one = rng.choice(count, p=pressed / pressed.sum())
        kind = rng.random()
        if kind < 0.5:
            places = rng.random((_PLACES, self.room.dim)) * self.room.extent
            places = self.room.confine(places, np.full(_PLACES, radii[one]))
            others = np.arange(count) != one
            free = self.room.clearance(places, self.centres[others], radii[others])
            self.centres[one] = places[np.argmax(free)]
        elif kind < 0.8:
            other = rng.integers(count)
            self.centres[[one, other]] = self.centres[[other, one]]
        else:
            self.centres += 0.2 * radii[:, None] * rng.uniform(-1.0, 1.0, self.centres.shape)
