# SPDX-License-Identifier: BSD-3-Clause
"""When a body that moves is meshed anew, and how."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbmech.geometry.fineness import Fineness
from ssbmech.parameter import parameter, validate_parameters


@dataclass(frozen=True)
class Remeshing:
    r"""Cells of a body that moves are made anew, between two time steps, when they are poor.

    A cell's quality is its mean ratio, :math:`4 \sqrt3 A / \sum l^2` in the plane and
    :math:`12 (3 V)^{2/3} / \sum l^2` in space: 1 for an equilateral one, 0 for a flat one.

    They are made anew too where a wall was stretched until a facet is longer than
    ``longest_wall``.

    Raises:
        ParameterError: a constant is out of its bounds.
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
        doc="length of a facet of the metal's wall at an interface from which it is halved, "
        "together with that of the other body, in the plane only; None for never",
        stated_if_given=True,
    )

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)

    @property
    def wall_limit(self) -> float:
        """Length from which facets of walls are halved, infinite if never [m]."""
        return math.inf if self.longest_wall is None else self.longest_wall

    @property
    def halves(self) -> bool:
        """Whether facets of walls are ever halved."""
        return self.wall_limit < math.inf

    @property
    def fineness(self) -> Fineness:
        """How fine new cells are."""
        return Fineness(self.growth, self.largest)
