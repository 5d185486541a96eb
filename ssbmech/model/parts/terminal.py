# SPDX-License-Identifier: BSD-3-Clause
"""What carries electrons to an interface."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ssbmech.model.parts.electrons import Electrons
from ssbmech.model.surface import SurfaceModel
from ssbmech.solve.unknowns import Unknown


class Terminal(Protocol):
    """Role of what carries electrons to an interface."""

    @property
    def phi_s(self) -> Unknown:
        """Electrode potential [V]."""

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The potential, where it belongs to the interface."""

    def tied(self) -> npt.NDArray[np.int32]:
        """Return the owned dofs that have the potential of the circuit; collective."""


class OnePotential:
    """An electrode of one potential throughout.

    Attributes:
        phi_s: electrode potential [V], one value for all facets.
    """

    def __init__(self, surface: SurfaceModel) -> None:
        """Add the potential; collective."""
        self.phi_s = surface.scalar("phi_s", surface.setting.scales.potential, closed=True)

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The potential."""
        return (self.phi_s,)

    def tied(self) -> npt.NDArray[np.int32]:
        """Return all facets."""
        return np.arange(self.phi_s.owned, dtype=np.int32)


class ThroughBody:
    """An electrode whose body conducts electrons from an outer face."""

    def __init__(self, electrons: Electrons) -> None:
        """Take the potential of the body's electrons."""
        self._electrons = electrons

    @property
    def phi_s(self) -> Unknown:
        """The body's electronic potential [V]."""
        return self._electrons.phi_s

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """None: the potential belongs to the body."""
        return ()

    def tied(self) -> npt.NDArray[np.int32]:
        """Return the feeding face; collective."""
        return self._electrons.fed()
