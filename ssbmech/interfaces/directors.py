# SPDX-License-Identifier: BSD-3-Clause
r"""Lines along which the surface of metal that moves goes: one for each vertex of its interface.

A vertex of the metal is the gap away from its partner, against its director,
:math:`x = X + (\bar u - g) d`. The metal's surface is a graph over the interface along these lines,
so they must not cross where it goes, and each of them must leave every facet around its vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ssbmech.errors import ParameterError
from ssbmech.parameter import parameter, validate_parameters

Floats = npt.NDArray[np.float64]


class Directors(Protocol):
    """Role of what says along which lines vertices of the metal move."""

    def towards(self, x: Floats, normals: Floats) -> Floats:
        """Return vectors, of any length, that point to the plus body, shape (places, dim).

        Args:
            x: points of the interface as it was made, shape (places, dim) [m].
            normals: mean normals of the facets around them, from minus to plus, of that shape.
        """


@dataclass(frozen=True)
class MeanNormals:
    """Each vertex moves along the mean normal of its facets: what is not said otherwise."""

    def towards(self, x: Floats, normals: Floats) -> Floats:
        """Return the normals."""
        return normals


@dataclass(frozen=True)
class ParallelDirectors:
    """All vertices move along one direction, from minus to plus.

    What is stripped is then missing in the mesh to rounding. Walls at right angles to the interface
    need `FannedDirectors`.

    Raises:
        ParameterError: a component is out of its bounds, or all of them are zero.
    """

    x: float = parameter("1", low=-1.0, high=1.0, default=0.0, doc="component along x")
    y: float = parameter("1", low=-1.0, high=1.0, default=0.0, doc="component along y")
    z: float = parameter("1", low=-1.0, high=1.0, default=0.0, doc="component along z")

    def __post_init__(self) -> None:
        """Check the bounds."""
        validate_parameters(self)
        if self.x == self.y == self.z == 0.0:
            raise ParameterError(
                "ParallelDirectors has no direction: give its components, as y=-1.0 for downwards"
            )

    def towards(self, x: Floats, normals: Floats) -> Floats:
        """Return the direction."""
        return np.broadcast_to(np.array([self.x, self.y, self.z])[: x.shape[1]], x.shape)


@dataclass(frozen=True)
class FannedDirectors:
    r"""Each vertex moves along the line from a focus through its partner.

    .. math:: d = \pm \frac{X - c}{|X - c|}

    It is the gradient of a harmonic potential, :math:`\ln |X - c|` in the plane and
    :math:`-1 / |X - c|` in space, so lines do not cross before they meet at the focus. Upright
    walls of a flaw have it above its mouth, in the metal; with the focus on the side of the plus
    body the lines run towards it.

    Raises:
        ParameterError: a coordinate is out of its bounds.
    """

    x: float = parameter("m", default=0.0, doc="x of the focus")
    y: float = parameter("m", default=0.0, doc="y of the focus")
    z: float = parameter("m", default=0.0, doc="z of the focus")

    def __post_init__(self) -> None:
        """Convert to SI."""
        validate_parameters(self)

    def towards(self, x: Floats, normals: Floats) -> Floats:
        """Return the distance from the focus, turned to the side of the plus body."""
        away = x - np.array([self.x, self.y, self.z])[: x.shape[1]]
        onwards = np.sum(away * normals, axis=1, keepdims=True) >= 0.0
        return np.where(onwards, away, -away)
