# SPDX-License-Identifier: BSD-3-Clause
"""How steep the surface of a body that moves is: it has to stay a graph over its interface."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.case.overhang import AboutToOverhang
from ssbmech.case.stops import Guard
from ssbmech.errors import NotConverged
from ssbmech.model.outputs import Arrays, Output, Scalar, largest
from ssbmech.model.parts.wall_shape import STEEPEST, WallShape
from ssbmech.runfolder.quantities import quantity

Array = npt.NDArray[np.float64]

ABOUT_TO_OVERHANG = 16.0
"""Slope of the metal's facets at which a step ends [1]."""


class WallSlope:
    """Measures the slope of a wall, ends steps before it overhangs, and refuses those that do."""

    def __init__(self, shape: WallShape) -> None:
        """Keep where the wall is."""
        self._shape = shape
        # slopes that a step was found to end with, until the mesh is elsewhere
        self._found: Array | None = None

    def forget(self) -> None:
        """Take slopes anew, for the mesh is where a step has brought it, or begins one."""
        self._found = None

    def check(self, offsets: Array) -> None:
        """Refuse a wall that (nearly) overhangs its interface along the directors; collective.

        Args:
            offsets: where the corners of its facets are from those of the interface, shape
                (facets, dim, dim), owned facets [m].

        Raises:
            NotConverged: a facet is too steep.
        """
        corners, surface = self._shape.made + offsets, self._shape.surface
        worst = (-math.inf, (0.0,) * corners.shape[2])
        slopes = self._found = self._shape.slopes(corners)
        if len(corners):
            steep = int(slopes.argmax())
            worst = (float(slopes[steep]), tuple(map(float, corners[steep].mean(axis=0))))
        slope, at = surface.comm.allreduce(worst, op=MPI.MAX)
        if not slope <= STEEPEST:
            where = ", ".join(f"{1e6 * v:.4g}" for v in at)
            raise NotConverged(
                f"the wall of {surface.minus.name!r} at interface {surface.name!r} overhangs at "
                f"({where}) µm: it is steeper than {STEEPEST:g} to 1 against the interface"
            )

    @property
    def guards(self) -> Sequence[Guard]:
        """The condition that ends any step: a wall is about to overhang."""
        surface = self._shape.surface
        return (AboutToOverhang(surface.name, surface.minus.name, ABOUT_TO_OVERHANG, STEEPEST),)

    def outputs(self) -> Sequence[Output]:
        """Return how steep the metal's surface is."""
        shape = self._shape

        def steepest(measured: Arrays) -> float:
            slopes = shape.slopes(shape.corners()) if self._found is None else self._found
            return max(largest(slopes, shape.surface.comm), 0.0)

        return (Scalar(quantity("wall_slope"), steepest, shape.surface.name),)
