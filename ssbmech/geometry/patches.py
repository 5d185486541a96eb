# SPDX-License-Identifier: BSD-3-Clause
"""Patterns of activity of an interface: strips, rings and discs that react less or not at all.

A pattern is called with positions of shape (3, n) [m] and returns the factor on the exchange
current of shape (n,) [1]. Interfaces are flat, so it depends on the lateral coordinates alone: x,
and y in three dimensions. In the axisymmetric frame x is the radius, and a strip is a ring.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from ssbmech.errors import ParameterError
from ssbmech.geometry.stacks import Refinement
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.units import to_si

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDING = 1e-9
"""Overlap of two strips, over the narrower of them, that is the round-off of their edges [1]."""

TRIALS = 2000
"""Attempts to place a random patch before there is no room for it."""


@runtime_checkable
class Patchwork(Protocol):
    """Role of a pattern that is made of separate patches."""

    def __len__(self) -> int:
        """Return how many patches there are."""

    def __call__(self, x: Floats) -> Floats:
        """Return the factor [1] at positions x [m]."""

    def patch_of(self, x: Floats) -> Ints:
        """Return the number of the patch at each position; -1 between patches."""

    def describe(self, k: int) -> str:
        """Return where a patch is, in words."""

    def refinements(
        self, interface: str, size: float, radius: float = 0.0
    ) -> tuple[Refinement, ...]:
        """Return refinements of a `Stack` along the edges of all patches."""


@dataclass(frozen=True)
class Strips:
    """Strips along y, or rings about the axis, that react by another factor than the rest.

    Attributes:
        spans: first and last x of each strip [m].
        inside: factor in the strips [1].
        outside: factor between them [1].

    Raises:
        ParameterError: a number is out of its bounds, a strip has no width, or strips overlap.
    """

    is_lateral: ClassVar[bool] = True

    spans: tuple[tuple[float, float], ...]
    inside: float = parameter("1", low=0.0, default=0.0, doc="factor in the strips")
    outside: float = parameter("1", low=0.0, default=1.0, doc="factor between the strips")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds and the order."""
        validate_parameters(self)
        spans = sorted((_metre(a, "spans"), _metre(b, "spans")) for a, b in self.spans)
        for low, high in spans:
            if not low < high:
                raise ParameterError(
                    f"Strips.spans: a strip from {low:g} m to {high:g} m has no width: give its "
                    "first and its last x"
                )
        for (first, high), (low, last) in pairwise(spans):
            if high - low > ROUNDING * min(high - first, last - low):
                raise ParameterError(
                    f"Strips.spans: two strips overlap, for one ends at {high:g} m and the next "
                    f"begins at {low:g} m"
                )
        object.__setattr__(self, "spans", tuple(spans))

    def __len__(self) -> int:
        """Return how many strips there are."""
        return len(self.spans)

    def __call__(self, x: Floats) -> Floats:
        """Return the factor [1] at positions x [m]."""
        return np.where(self.patch_of(x) >= 0, self.inside, self.outside)

    def patch_of(self, x: Floats) -> Ints:
        """Return the number of the strip at each position; -1 between strips."""
        found = np.full(x.shape[1], -1, dtype=np.int64)
        for k, (low, high) in enumerate(self.spans):
            found[(x[0] >= low) & (x[0] <= high)] = k
        return found

    def describe(self, k: int) -> str:
        """Return where a strip is, in words."""
        low, high = self.spans[k]
        return f"x from {low:g} m to {high:g} m"

    def refinements(
        self, interface: str, size: float, radius: float = 0.0
    ) -> tuple[Refinement, ...]:
        """Return refinements of a `Stack` along the edges of all strips, which facets then meet.

        Args:
            interface: interface "a|b" of two adjacent layers.
            size: size of the cells [m].
            radius: distance up to which they have it [m].
        """
        edges = sorted({edge for span in self.spans for edge in span if edge > 0.0})
        return tuple(Refinement(interface, edge, size, radius) for edge in edges)


@dataclass(frozen=True)
class Discs:
    """Round patches in three dimensions that react by another factor than the rest.

    Attributes:
        centres: x and y of each centre [m].
        inside: factor in the discs [1].
        outside: factor between them [1].

    Raises:
        ParameterError: a number is out of its bounds, or discs overlap.
    """

    is_lateral: ClassVar[bool] = True

    centres: tuple[tuple[float, float], ...]
    radius: float = parameter("m", low=0.0, low_open=True, doc="radius of all discs")
    inside: float = parameter("1", low=0.0, default=0.0, doc="factor in the discs")
    outside: float = parameter("1", low=0.0, default=1.0, doc="factor between the discs")

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        centres = tuple((_metre(x, "centres"), _metre(y, "centres")) for x, y in self.centres)
        object.__setattr__(self, "centres", centres)
        for k, first in enumerate(centres):
            for second in centres[k + 1 :]:
                if np.hypot(first[0] - second[0], first[1] - second[1]) < 2 * self.radius:
                    raise ParameterError(
                        f"Discs.centres: the discs at {_point(first)} and {_point(second)} overlap:"
                        f" their radius is {self.radius:g} m"
                    )

    def __len__(self) -> int:
        """Return how many discs there are."""
        return len(self.centres)

    def __call__(self, x: Floats) -> Floats:
        """Return the factor [1] at positions x [m]."""
        return np.where(self.patch_of(x) >= 0, self.inside, self.outside)

    def patch_of(self, x: Floats) -> Ints:
        """Return the number of the disc at each position; -1 between discs."""
        found = np.full(x.shape[1], -1, dtype=np.int64)
        for k, (centre_x, centre_y) in enumerate(self.centres):
            found[np.hypot(x[0] - centre_x, x[1] - centre_y) <= self.radius] = k
        return found

    def describe(self, k: int) -> str:
        """Return where a disc is, in words."""
        return f"centre {_point(self.centres[k])}, radius {self.radius:g} m"

    def refinements(
        self, interface: str, size: float, radius: float = 0.0
    ) -> tuple[Refinement, ...]:
        """Return refinements of a `Stack` along the edges of all discs.

        Args:
            interface: interface "a|b" of two adjacent layers.
            size: size of the cells [m].
            radius: distance from the edge up to which they have it [m].
        """
        return tuple(
            Refinement(interface, self.radius, size, radius, axis_x=x, axis_y=y)
            for x, y in self.centres
        )


@dataclass(frozen=True)
class FunctionActivity:
    """Any function as a factor on the exchange current.

    Attributes:
        function: factor [1] of positions with shape (3, n) [m]; a single number is spread over all
            positions.
    """

    function: Callable[[Floats], npt.ArrayLike]

    def __post_init__(self) -> None:
        """Check the kinds."""
        validate_parameters(self)

    def __call__(self, x: Floats) -> Floats:
        """Return the factor [1] at positions x [m]."""
        values = np.asarray(self.function(x), dtype=np.float64)
        return np.full(x.shape[1], values) if values.ndim == 0 else values


def random_strips(
    width: float, size: float, fraction: float, seed: int, *, inside: float = 0.0
) -> Strips:
    """Return inert strips of one width at random places of an interface, without overlap.

    Args:
        width: extent of the interface along x [m].
        size: width of a strip [m].
        fraction: share of the interface that they cover, to the nearest whole strip [1].
        seed: seed of the places.
        inside: factor in the strips [1].

    Raises:
        ParameterError: a number is out of its bounds.
    """
    width, size = _metre(width, "width"), _metre(size, "size")
    count = _count(fraction, width / size)
    rng = np.random.default_rng(seed)
    # the free length is cut at random places, so any fraction below one has room
    cuts = np.sort(rng.uniform(0.0, width - count * size, count))
    starts = cuts + size * np.arange(count)
    return Strips(tuple((float(a), float(a + size)) for a in starts), inside)


def random_rings(
    radius: float, size: float, fraction: float, seed: int, *, inside: float = 0.0
) -> Strips:
    """Return inert rings at random places of a round interface, each as wide as the others.

    Args:
        radius: radius of the interface [m].
        size: largest width of a ring [m].
        fraction: share of the area that they cover; all rings are a little narrower to meet it [1].
        seed: seed of the places.
        inside: factor in the rings [1].

    Raises:
        ParameterError: a number is out of its bounds.
    """
    radius, size = _metre(radius, "radius"), _metre(size, "size")
    _check_fraction(fraction)
    edges = size * np.arange(int(radius / size * (1 + ROUNDING)))
    starts = np.random.default_rng(seed).permutation(edges)
    covered = np.cumsum((starts + size) ** 2 - starts**2)
    wanted = fraction * radius**2
    if not covered.size or covered[-1] < wanted * (1 - ROUNDING):
        raise ParameterError(
            f"random_rings: rings of {size:g} m do not cover {fraction:g} of a radius of "
            f"{radius:g} m: give a smaller size"
        )
    starts = starts[: int(np.searchsorted(covered, wanted * (1 - ROUNDING))) + 1]
    # the width at which as many rings cover the fraction
    count, first = len(starts), float(starts.sum())
    width = min((-first + np.sqrt(first**2 + count * wanted)) / count, size)
    return Strips(tuple((float(a), float(a + width)) for a in np.sort(starts)), inside)


def random_discs(
    width: float, depth: float, radius: float, fraction: float, seed: int, *, inside: float = 0.0
) -> Discs:
    """Return inert discs at random places of an interface, whole and without overlap.

    Args:
        width: extent of the interface along x [m].
        depth: extent along y [m].
        radius: radius of a disc [m].
        fraction: share of the interface that they cover, to the nearest whole disc [1].
        seed: seed of the places.
        inside: factor in the discs [1].

    Raises:
        ParameterError: a number is out of its bounds, or there is no room for so many.
    """
    width, depth, radius = (_metre(v, "size") for v in (width, depth, radius))
    if 2 * radius > min(width, depth):
        raise ParameterError("a patch is larger than the interface: give a smaller size")
    count = _count(fraction, width * depth / (np.pi * radius**2))
    rng, centres = np.random.default_rng(seed), list[tuple[float, float]]()
    for _ in range(TRIALS * count):
        x, y = rng.uniform([radius, radius], [width - radius, depth - radius])
        if all(np.hypot(x - a, y - b) >= 2 * radius for a, b in centres):
            centres.append((float(x), float(y)))
        if len(centres) == count:
            return Discs(tuple(centres), radius, inside)
    raise ParameterError(
        f"random_discs: there is room for {len(centres)} of {count} discs only: give a fraction "
        "below about 0.5"
    )


def _count(fraction: float, most: float) -> int:
    """Return how many patches cover a fraction, one at least, of the number that would cover all.

    Raises:
        ParameterError: the fraction is not between 0 and 1, or a patch is larger than it all.
    """
    _check_fraction(fraction)
    if most < 1.0:
        raise ParameterError("a patch is larger than the interface: give a smaller size")
    # of patches that are whole there may be room for one less than comes nearest
    return min(max(round(fraction * most), 1), int(most))


def _check_fraction(fraction: float) -> None:
    """Refuse a fraction that is not between 0 and 1.

    Raises:
        ParameterError: it is not.
    """
    if not 0.0 < fraction < 1.0:
        raise ParameterError(
            f"the patches cover the fraction {fraction:g}: expected a value in (0, 1) [1]"
        )


def _metre(value: float, name: str) -> float:
    return to_si(value, "m", name)


def _point(place: tuple[float, float]) -> str:
    return f"({place[0]:g}, {place[1]:g}) m"
