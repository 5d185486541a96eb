# SPDX-License-Identifier: BSD-3-Clause
"""Plates with a smeared crack whose rim is displaced as the field of a tip has it."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt

import numpy as np

from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.flat_mesh import between_lines

SOLID = Elastic(young=28e9, poisson=0.36)
GLASS = Material("glass", SOLID)
MODULUS = SOLID.young / (1 - SOLID.poisson**2)


def graded(fine: float, half: float, extent: float) -> np.ndarray:
    """Return places from -extent to extent: even up to half, then wider and wider."""
    places = list(np.linspace(0.0, half, round(half / fine) + 1))
    step = fine
    while places[-1] < extent:
        step *= 1.5
        places.append(places[-1] + step)
    if extent - places[-2] < 0.5 * step and len(places) > 2:
        places.pop(-2)
    places[-1] = extent
    right = np.array(places)
    return np.concatenate([-right[:0:-1], right])


@dataclass(frozen=True, kw_only=True)
class Plate(MeshSource):
    """A rectangle of cells along given lines, each cut in two along changing diagonals.

    Its rim is the face "outer".

    Attributes:
        x: places of the columns [m].
        y: places of the rows [m].
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def generate(self) -> SimplexMesh:
        points, cells, _ = between_lines(np.array(self.x), np.array(self.y))
        low, high = points.min(axis=0), points.max(axis=0)
        rim = np.any((points[:, :2] == low[:2]) | (points[:, :2] == high[:2]), axis=1)
        return SimplexMesh(
            points, cells, {"body": np.arange(len(cells))}, node_sets={"outer": np.flatnonzero(rim)}
        )


@dataclass(frozen=True)
class TipField:
    """Displacement around a tip on y = 0, in plane strain.

    Attributes:
        opening: stress intensity of opening [Pa m^(1/2)].
        sliding: that of sliding [Pa m^(1/2)].
    """

    opening: float = 0.0
    sliding: float = 0.0

    def displacement(self, x: np.ndarray, tip: float) -> np.ndarray:
        """Return the displacement at places (3, n) with the tip at a place [m]."""
        r, angle = np.hypot(x[0] - tip, x[1]), np.arctan2(x[1], x[0] - tip)
        kappa = 3 - 4 * SOLID.poisson
        c, s, whole = np.cos(angle / 2), np.sin(angle / 2), np.cos(angle)
        u = self.opening * c * (kappa - whole) + self.sliding * s * (kappa + 2 + whole)
        v = self.opening * s * (kappa - whole) - self.sliding * c * (kappa - 2 + whole)
        return np.stack([u, v]) * np.sqrt(r / (2 * pi)) / (2 * SOLID.shear)


def intensity(toughness: float) -> float:
    """Return the stress intensity at which a crack of a toughness grows [Pa m^(1/2)]."""
    return sqrt(MODULUS * toughness)
