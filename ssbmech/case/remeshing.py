# SPDX-License-Identifier: BSD-3-Clause
"""When a body that moves is meshed anew, and how."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbmech.errors import ParameterError
from ssbmech.geometry.fineness import Fineness
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class Remeshing:
    r"""Cells of a body that moves are made anew, between two time steps, when they are poor.

    A cell's quality is its mean ratio, :math:`4 \sqrt3 A / \sum l^2` in the plane and
    :math:`12 (3 V)^{2/3} / \sum l^2` in space: 1 for an equilateral one, 0 for a flat one.

    They are made anew too where a wall was stretched until a facet is longer than
    ``longest_wall``, and where it has shrunk until two facets beside one another, of which it could
    do with one, are both shorter than ``shortest_wall``; in space the facets around a vertex.

    Raises:
        ParameterError: a constant is out of its bounds, or joined facets would be halved again.
    """

    least_quality: float = parameter(
        "1", low=0.0, high=0.7, default=0.25, doc="quality of a cell below which all are made anew"
    )
    growth: float = parameter(
        "1",
        low=0.01,
        high=1.0,
        default=0.2,
        doc="growth of the size of new cells with the distance from the boundary",
    )
    largest: float = parameter(
        "m",
        low=0.0,
        low_open=True,
        high=1.0,
        default=1.0,
        doc="largest size of new cells and of facets of free faces",
    )

    longest_wall: float | None = parameter(
        "m",
        low=0.0,
        low_open=True,
        high=1.0,
        default=None,
        doc="length of a facet of the metal's wall at an interface, in space of its longest edge, "
        "from which it is halved, together with that of the other body; None for never",
        stated_if_given=True,
    )

    shortest_wall: float | None = parameter(
        "m",
        low=0.0,
        low_open=True,
        high=0.5,
        default=None,
        doc="length below which two facets of the metal's wall at an interface, in line, become "
        "one, in space that of an edge whose vertices do, together with those of the other body; "
        "None for never",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        if not 2.0 * self.join_limit <= self.wall_limit:
            raise ParameterError(
                f"Remeshing.shortest_wall = {self.join_limit:g} m is more than half of "
                f"longest_wall = {self.wall_limit:g} m: two facets that become one would be halved "
                "again; make it shorter"
            )

    @property
    def wall_limit(self) -> float:
        """Length from which facets of walls are halved, infinite if never [m]."""
        return math.inf if self.longest_wall is None else self.longest_wall

    @property
    def halves(self) -> bool:
        """Whether facets of walls are ever halved."""
        return self.wall_limit < math.inf

    @property
    def join_limit(self) -> float:
        """Length below which facets of walls are joined, zero if never [m]."""
        return 0.0 if self.shortest_wall is None else self.shortest_wall

    @property
    def joins(self) -> bool:
        """Whether facets of walls are ever joined."""
        return self.join_limit > 0.0

    @property
    def changes_walls(self) -> bool:
        """Whether facets of walls are ever halved or joined."""
        return self.halves or self.joins

    @property
    def fineness(self) -> Fineness:
        """How fine new cells are."""
        return Fineness(self.growth, self.largest)
