# SPDX-License-Identifier: BSD-3-Clause
"""Where a run stands in its protocol."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ssbmech.case.protocol import Step


@dataclass
class Position:
    """Where a run stands between two time steps.

    Attributes:
        step: protocol step, counted from 0.
        begun: whether its first time step was proposed.
        elapsed: time since its start [s].
        dt_before: last time step in it [s]; 0 before the first.
        ceiling: longest next time step, to land on a stop condition [s].
        excesses: how far the last row was past each stop condition that counted, by its place.
        rejected: time steps rejected since the start of the run.
        wall_time: time computed so far [s].
        phase: phase of the protocol step, counted from 0.
        at_start: values of the watched quantities at the start of the step, by name.
        skips: steps after this one that are left out.
    """

    step: int = 0
    begun: bool = False
    elapsed: float = 0.0
    dt_before: float = 0.0
    ceiling: float = math.inf
    excesses: Mapping[int, float] = field(default_factory=dict)
    rejected: int = 0
    wall_time: float = 0.0
    phase: int = 0
    at_start: Mapping[str, float] = field(default_factory=dict)
    skips: int = 0

    def is_within(self, step: Step) -> bool:
        """Return whether time is left in the protocol step."""
        return self.elapsed < step.duration * (1 - 1e-12)

    def next_step(self) -> Position:
        """Return the start of the next protocol step."""
        following = self.step + 1 + self.skips
        return Position(step=following, rejected=self.rejected, wall_time=self.wall_time)
