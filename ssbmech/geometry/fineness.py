# SPDX-License-Identifier: BSD-3-Clause
"""How fine the cells of a body are that is meshed anew."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fineness:
    """How fine cells are made.

    Attributes:
        growth: growth of their size with the distance from the boundary [1].
        largest: largest size [m].
    """

    growth: float
    largest: float
