# SPDX-License-Identifier: BSD-3-Clause
r"""Number of cells that a geometry will have, from its size field, before Gmsh is asked.

Regular simplices of edge h fill space with

.. math:: n = \int \frac{dV}{c \, h^d}, \quad c = \sqrt 3 / 4 \ (d = 2), \ \sqrt 2 / 12 \ (d = 3)

The estimate is right within a factor of about two, which is enough to see a unit that was left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from ssbmech.errors import MeshError

Floats = npt.NDArray[np.float64]

MOST_CELLS: Final = 20_000_000
"""Cells beyond which a mesh is refused if not said otherwise: too many for any single node."""

WORTH_SAYING: Final = 20_000
"""Cells from which on meshing takes so long that it is said before [1]."""

SECONDS_A_CELL: Final = {2: 2e-5, 3: 6e-5}
"""Processor time of Gmsh by dimension, measured between 1e3 and 1e5 cells [s]."""

SLENDER: Final = 2.3e-10
"""What is added in two dimensions times the square of length over thickness: measured on stacks of
equal layers up to 800 times as long as thick [s]."""

SAMPLES: Final = 2000
"""Heights at which the size field of a layer is looked at."""

_SHARE: Final = {2: math.sqrt(3) / 4, 3: math.sqrt(2) / 12}


def filled(volume: float, size: float, dim: int) -> float:
    """Return the number of cells of one size that fill a volume [m3], or an area in 2D [m2]."""
    return volume / (_SHARE[dim] * size**dim)


def at_round_surface(radius: float, size: float, dim: int) -> float:
    """Return the number of cells at a quarter of a circle, or at an eighth of a sphere.

    Cells that grow with the distance are as many as two rows of those at the surface.

    Args:
        radius: radius of the surface [m].
        size: size of the cells at it [m].
        dim: dimension [1].
    """
    return filled(math.pi * radius ** (dim - 1) * size, size, dim)


def seconds_of(count: float, dim: int, slenderness: float = 1.0) -> float:
    """Return about how long Gmsh will take for a number of cells [s].

    Args:
        count: number of cells [1].
        dim: dimension [1].
        slenderness: length over thickness [1].
    """
    slender = SLENDER * slenderness**2 if dim == 2 else 0.0
    return count * (SECONDS_A_CELL[dim] + slender)


def layered(
    across: float, levels: Sequence[float], size: Callable[[Floats], Floats], dim: int
) -> float:
    """Return the number of cells of layers whose cell size depends on the height alone.

    Args:
        across: width [m], times depth in three dimensions [m2].
        levels: heights of bottom, interfaces and top [m].
        size: cell size at heights [m].
        dim: dimension [1].
    """
    count = 0.0
    for low, high in pairwise(levels):
        # closer together towards both ends, where the cells are finer
        t = 0.5 - 0.5 * np.cos(np.pi * np.linspace(0.0, 1.0, SAMPLES))
        y = low + (high - low) * t
        density = 1.0 / (_SHARE[dim] * size(0.5 * (y[1:] + y[:-1])) ** dim)
        count += across * float(np.sum(density * np.diff(y)))
    return count


def around(radius: float, size: float, growth: float, coarsest: float, length: float) -> float:
    """Return the number of cells around a point, or along a line, that are finer than the rest.

    Args:
        radius: distance up to which they have their size [m].
        size: their size [m].
        growth: growth of the size per distance beyond [1].
        coarsest: size at which the growth ends [m].
        length: length of the line in cells of that size; one for a point in two dimensions [1].
    """
    core = math.pi * max(radius, size) ** 2 / (_SHARE[2] * size**2)
    beyond = 2 * math.pi / (_SHARE[2] * growth**2) * math.log(max(coarsest / size, 1.0))
    return (core + beyond) * max(length, 1.0)


def check_count(count: float, most: int, sizes: str) -> None:
    """Refuse a mesh of too many cells.

    Args:
        count: about how many there will be [1].
        most: how many are allowed [1].
        sizes: the sizes that it comes from, in words.

    Raises:
        MeshError: there are too many.
    """
    if count > most:
        raise MeshError(
            f"the mesh would have about {count:.0e} cells, more than the {most:g} allowed: is "
            f"{sizes} in metres as it is meant? Write 20 * um for micrometres, take larger cells, "
            "or allow more with max_cells"
        )
