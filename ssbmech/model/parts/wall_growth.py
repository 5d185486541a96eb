# SPDX-License-Identifier: BSD-3-Clause
"""What a moving wall carries from step to step: what has grown there, and what lies between."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from dolfinx import fem, la

from ssbmech.frames import Expr
from ssbmech.model.history import FacetHistory, Follower
from ssbmech.model.outputs import total
from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]


class WallGrowth:
    """By how much growth has parted the bodies at each vertex, and what laws have put between them.

    Attributes:
        history: both, as they are kept.
        parted: thickness by which growth has moved the bodies apart at a vertex, as volume over
            the area of the interface [m].
        between: thickness of what laws have put between the bodies, where there is any [m].
        films: thickness of each of these at the end of the step [m].
    """

    def __init__(self, surface: SurfaceModel) -> None:
        """Start with nothing."""
        self._surface = surface
        self.history: FacetHistory = surface.history("wall")
        self.parted = self.history.start("parted")
        self.films: list[Expr] = []

    def find_films(self) -> None:
        """Find what lies between the bodies; collective, when all parts are there."""
        surface = self._surface
        self.films = surface.films(surface.near[0].region)
        if self.films:
            self.between: fem.Function = self.history.start("between")
            self.history.follow("between", [self._everywhere(sum(self.films))])

    def follow(self, widened: Expr, slide: Expr, closing: Expr, spread: fem.Function) -> None:
        """Compile what growth has parted the bodies by at the end of a step; collective.

        Args:
            widened: what the step adds to the gap, along the normal [m].
            slide: what a vertex takes of the slide [m].
            closing: by how much displacements move the bodies apart in the step [m].
            spread: area of the wall over that of the interface, at vertices [1].
        """
        local, full = self._surface.local.dS, self._surface.sides.dS
        further = [(-slide + self.parted("+") / spread("+"), local), (-closing, full)]
        if self.films:
            further.append((sum(self.films) - self.between("+"), local))
        self.history.follow("parted", [self._everywhere(widened, further, spread)])

    def _everywhere(
        self,
        value: Expr,
        further: Sequence[tuple[Expr, object]] = (),
        factor: fem.Function | None = None,
    ) -> Follower:
        """Return what makes a variable at all vertices."""
        surface = self._surface
        owned = np.ones(surface.gap.owned, dtype=bool)
        return Follower(value, surface.local.dS, owned, tuple(further), factor)

    def advance(self) -> None:
        """Find what lies between the bodies at the end of the step; collective."""
        if self.films:
            self.history.advance()

    def latest_between(self) -> Array:
        """Return what lies between the bodies, as `advance` has found it, owned vertices [m]."""
        return self.history.latest("between")

    def filled(self) -> Expr:
        """Return the thickness of what laws had put between the bodies at the start [m]."""
        return self.between("+") if self.films else 0.0

    def gone(self) -> float:
        """Return the volume that growth has taken from the body at the interface [m3]; collective.

        It is that of the last committed step.
        """
        parted = self.parted.x.array[: self._surface.gap.owned]
        return total(float(self._surface.areas @ parted), self._surface.comm)

    def plated(self) -> Array:
        """Return the thickness of metal that comes in the step; collective.

        It is that of the step that was just solved, when memories are advanced: owned and ghost
        places [m].
        """
        vector = la.vector(self.parted.function_space.dofmap.index_map, 1)
        parted = self.history.latest("parted")
        vector.array[: len(parted)] = np.maximum(self.parted.x.array[: len(parted)] - parted, 0.0)
        vector.scatter_forward()
        return np.array(vector.array)
