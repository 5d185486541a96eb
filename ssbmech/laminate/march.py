# SPDX-License-Identifier: BSD-3-Clause
"""A laminate marched by steps that are given, without a run folder: for sweeps and previews."""

from __future__ import annotations

from ssbmech.case.protocol import Drive
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.model import LaminateModel
from ssbmech.laminate.newton import LaminateNewton


class LaminateMarch:
    """A laminate that takes the steps it is told; its case's own protocol is not followed.

    Attributes:
        model: the laminate.
        iterations: Newton iterations so far.

    Args:
        case: the case.
        preload: part of the preload at which the fixture seats, at once [1]; None for a fixture
            that is not loaded yet.

    Raises:
        CaseError: sides are free, and no layer bears a force in plane.
        NotConverged: a step has no solution; none is cut.
    """

    def __init__(self, case: LaminateCase, preload: float | None = None) -> None:
        """Build it, and seat its fixture at its preload."""
        self.model = LaminateModel(case)
        self._newton = LaminateNewton(self.model, case.newton)
        self.iterations = 0
        if preload is not None:
            self.step(Drive(preload_fraction=preload), 1.0)
            self.model.seat()

    def step(self, drive: Drive, dt: float) -> None:
        """Take a step of a length [s].

        Raises:
            NotConverged: it has no solution.
        """
        self.model.predict(0.0)
        self.model.begin(drive, dt)
        self.iterations += self._newton.solve(self.model.rollback).iterations
        self.model.commit(dt)

    def charge(self, charge: float, steps: int = 1, time: float = 3600.0) -> None:
        """Pass a charge by area [C/m2], negative to discharge, in equal steps over a time [s]."""
        for _ in range(steps):
            self.step(Drive(current_density=charge / time), time / steps)

    def rest(self, time: float, steps: int = 1) -> None:
        """Wait for a time [s] in equal steps."""
        for _ in range(steps):
            self.step(Drive(), time / steps)

    @property
    def pressure(self) -> float:
        """Pressure at the end of the last step [Pa]."""
        return self.model.holder.pressure_last

    @property
    def thickness(self) -> float:
        """Thickness of all in the fixture at the end of the last step [m]."""
        return self.model.holder.thickness_last
