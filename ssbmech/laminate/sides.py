# SPDX-License-Identifier: BSD-3-Clause
"""What holds a laminate in its plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ssbmech.laminate.layer import Array

SMALL = 1e-4
"""Strain that counts as much as a typical force [1]."""


class Sides(Protocol):
    """Role of what holds a laminate in its plane: two equations."""

    @property
    def needs_force(self) -> bool:
        """Whether layers must bear forces in plane, so that strains there can be told."""

    def equations(
        self, in_plane: Array, force: Array, force_by: Array, scale: float
    ) -> tuple[Array, Array]:
        """Return both equations, in N/m, and their derivatives.

        Args:
            in_plane: strains, shape (2,) [1].
            force: forces of all layers by width, shape (2,) [N/m].
            force_by: their derivatives by pressure, strains and each current, shape (2, 3 + n).
            scale: typical force by width [N/m].
        """


@dataclass(frozen=True)
class HeldSides:
    """The laminate keeps its width, as one does that is wide, pressed and held by friction."""

    @property
    def needs_force(self) -> bool:
        """False."""
        return False

    def equations(
        self, in_plane: Array, force: Array, force_by: Array, scale: float
    ) -> tuple[Array, Array]:
        """Return the strains, as forces."""
        by = np.zeros_like(force_by)
        by[0, 1] = by[1, 2] = scale / SMALL
        return scale / SMALL * in_plane, by


@dataclass(frozen=True)
class FreeSides:
    """The laminate stays flat and stretches as its layers will: no force in its plane."""

    @property
    def needs_force(self) -> bool:
        """True: something must hold against being stretched."""
        return True

    def equations(
        self, in_plane: Array, force: Array, force_by: Array, scale: float
    ) -> tuple[Array, Array]:
        """Return the forces."""
        return force, force_by
