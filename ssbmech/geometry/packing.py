# SPDX-License-Identifier: BSD-3-Clause
"""Random packings of discs (2D) or spheres (3D) in a box, such as the particles of a composite.

The box is [0, extent] along each axis; layers are stacked along the last one. Particles keep a
smallest distance from each other and from the lower and upper face. The lateral faces may cut them
(`Sides.CUT`): the packing then repeats itself beyond these faces, so that what one of them cuts off
comes in at the other one, the volume within the box is that of whole particles, and a face sees the
same density as a plane inside. Such a face, and in three dimensions a vertical edge of the box,
passes a particle's centre within 0.7 radii or leaves the particle whole: the mesh meets neither
slivers nor particles that nearly touch a face.

Placing one particle after the other jams at about 55 % by area and 38 % by volume [torquato2006],
below what a pressed composite holds. Here particles at random places grow in steps from half of the
asked volume to all of it while those that overlap push each other apart, a method that goes back to
[jodrey1985] (`crowd`).
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from ssbmech.errors import PackingError, ParameterError
from ssbmech.geometry.crowd import Crowd, Room, near_pairs
from ssbmech.geometry.lengths import length
from ssbmech.geometry.simplices import Floats, Ints
from ssbmech.parameter import parameter, validate_parameters

TRUNCATION = 2.0
"""Sizes lie within so many standard deviations of the logarithm [1]."""

RESCALING = 1.25
"""Largest factor by which the diameters of a kind change to make up its volume exactly [1]."""

UNIT_BALL = {2: pi, 3: 4 * pi / 3}
"""Volume of a disc or sphere over the power of its radius, by dimension [1]."""

_ATTEMPTS, _HOPELESS = 5, 0.9
"""Number of fresh starts, and part of the volume below which another one will not do either."""


class Sides(enum.Enum):
    """What the lateral faces of the box do to particles.

    Attributes:
        CUT: they may cut particles, and the packing repeats itself beyond them.
        KEPT_OFF: particles keep the smallest distance from them.
    """

    CUT = enum.auto()
    KEPT_OFF = enum.auto()


@dataclass(frozen=True)
class Sizes:
    """Distribution of diameters: log-normal, cut off at two standard deviations of the logarithm.

    Attributes:
        diameter: mean diameter (by number) [m].
        spread: standard deviation over mean before the cut-off; 0 for particles of one size [1].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    diameter: float = length("mean diameter")
    spread: float = parameter("1", low=0.0, high=1.0, default=0.0, doc="standard deviation / mean")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    def draw(self, rng: np.random.Generator) -> float:
        """Return a random diameter [m]."""
        width = sqrt(log(1.0 + self.spread**2))
        low, high = ndtr(-TRUNCATION), ndtr(TRUNCATION)
        # mean of the truncated distribution over the median
        mean = np.exp(width**2 / 2) * (ndtr(TRUNCATION - width) - ndtr(-TRUNCATION - width))
        median = self.diameter * (high - low) / mean
        return float(median * np.exp(width * ndtri(low + (high - low) * rng.random())))


@dataclass(frozen=True)
class ParticleKind:
    """Particles of one material.

    Attributes:
        region: name of the mesh region that they make up.
        sizes: distribution of their diameters.
        share: share of the volume of all particles; shares are divided by their sum [1].

    Raises:
        ParameterError: a number is out of its bounds.
    """

    region: str
    sizes: Sizes
    share: float = parameter("1", low=0.0, low_open=True, default=1.0, doc="share of the volume")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)


@dataclass(frozen=True, kw_only=True)
class Packing:
    """What to pack. The same packing in the same box gives the same particles.

    Attributes:
        kinds: kinds of particles.
        volume_fraction: volume (in two dimensions area) of the particles in the box over that of
            the box [1].
        smallest_distance: smallest distance between particles, and between a particle and a face
            that does not cut it [m].
        seed: seed of the random numbers [1].
        sides: what the lateral faces do to particles.

    Raises:
        ParameterError: a number is out of its bounds.
        PackingError: no kinds, or a region used twice.
    """

    kinds: tuple[ParticleKind, ...]
    volume_fraction: float = parameter(
        "1", low=0.0, high=1.0, low_open=True, high_open=True, doc="volume fraction of particles"
    )
    smallest_distance: float = length("smallest distance of particles")
    seed: int = 1
    sides: Sides = Sides.CUT

    def __post_init__(self) -> None:
        """Convert to SI, check the bounds and the names."""
        validate_parameters(self)
        if not isinstance(self.kinds, tuple):
            raise PackingError("kinds must be a tuple: write kinds=(ParticleKind(...),)")
        if self.seed < 0:
            raise ParameterError(f"Packing.seed = {self.seed} is out of bounds: expected 0 or more")
        regions = [kind.region for kind in self.kinds]
        if not regions:
            raise PackingError("a packing needs at least one kind of particles")
        if len(set(regions)) < len(regions):
            raise PackingError(
                f"kinds of particles need different regions, not {', '.join(regions)}"
            )


@dataclass(frozen=True, eq=False)
class Particles:
    """Packed particles.

    A particle that a lateral face cuts comes in two rows, one that an edge cuts in four: these
    differ by a length of the box.

    Attributes:
        centres: centres, shape (number of rows, dim) [m].
        radii: radii [m].
        kinds: index of the kind.
        original: first row of the same particle.
        fraction: volume within the box over the volume of the box [1].
    """

    centres: Floats
    radii: Floats
    kinds: Ints
    original: Ints
    fraction: float

    def smallest_gap(self) -> float:
        """Return the smallest distance between two rows, infinite for a single one [m]."""
        return float(near_pairs(self.centres, self.radii, np.inf)[1].min(initial=np.inf))


def pack(packing: Packing, extent: Sequence[float]) -> Particles:
    """Return particles packed into a box with a corner at the origin; in this process alone.

    All diameters of a kind are multiplied by a common factor near one, so that whole particles make
    up its volume exactly.

    Args:
        packing: what to pack.
        extent: lengths of the box, the stacking direction last [m].

    Raises:
        PackingError: the box is too small, a kind would have less than one particle, or the volume
            fraction is out of reach; the message says which one was reached.
    """
    lengths = np.asarray(extent, dtype=np.float64)
    if lengths.shape not in ((2,), (3,)) or not np.all((lengths > 0.0) & np.isfinite(lengths)):
        raise PackingError(f"a box has two or three positive lengths, not {lengths.tolist()} m")
    room = Room(lengths, packing.smallest_distance, packing.sides is Sides.CUT)
    rng = np.random.default_rng(packing.seed)
    reached = 0.0
    for _ in range(_ATTEMPTS):
        radii, kinds = _draw(packing, room, rng)
        _check_room(packing, room, radii)
        crowd = Crowd(room, rng.random((len(radii), room.dim)) * room.extent, radii)
        stage = crowd.grow(rng)
        if stage == 1.0:
            crowd.shuffle(rng)
            centres, rows = room.with_cut_off_parts(crowd.centres, radii)
            fraction = UNIT_BALL[room.dim] * float(np.sum(radii**room.dim)) / room.volume
            arrays = (centres, radii[rows], kinds[rows], rows)
            for array in arrays:
                array.setflags(write=False)
            return Particles(*arrays, fraction)
        reached = max(reached, stage * packing.volume_fraction)
        if stage < _HOPELESS:
            break
    raise PackingError(
        f"a volume fraction of {packing.volume_fraction:g} with distances of "
        f"{packing.smallest_distance:g} m is out of reach: {reached:.3g} was reached; "
        "lower the fraction or the distance, widen the spread of sizes, or enlarge the box"
    )


def _check_room(packing: Packing, room: Room, radii: Floats) -> None:
    """Refuse a box that does not hold the largest particle with its distance to the faces."""
    largest = float(radii.max())
    need = 2 * (largest + packing.smallest_distance)
    if need > room.extent.min():
        raise PackingError(
            f"a particle of diameter {2 * largest:g} m is larger than the box: it needs "
            f"{need:g} m along each axis, but the box is {room.extent.tolist()} m"
        )


def _draw(packing: Packing, room: Room, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Return random radii that make up the volume of each kind, and the kinds."""
    total = sum(kind.share for kind in packing.kinds)
    radii: list[Floats] = []
    kinds: list[Ints] = []
    for index, kind in enumerate(packing.kinds):
        wanted = packing.volume_fraction * kind.share / total * room.volume
        drawn: list[float] = []
        filled = 0.0
        while True:
            radius = kind.sizes.draw(rng) / 2
            volume = UNIT_BALL[room.dim] * radius**room.dim
            if drawn and filled + volume / 2 > wanted:
                break  # nearer to the volume without this one
            drawn.append(radius)
            filled += volume
        scale = (wanted / filled) ** (1 / room.dim)
        if not 1 / RESCALING <= scale <= RESCALING:
            raise PackingError(
                f"the volume of {kind.region!r} is not that of whole particles: the diameters "
                f"would be multiplied by {scale:.3g}; enlarge the box or make the particles smaller"
            )
        radii.append(scale * np.array(drawn))
        kinds.append(np.full(len(drawn), index, dtype=np.int64))
    return np.concatenate(radii), np.concatenate(kinds)
