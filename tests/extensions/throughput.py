# SPDX-License-Identifier: BSD-3-Clause
r"""Charge that has passed in either direction: an observer with memory that ends a step.

.. math:: Q_{abs} = \int |i| \, dt
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ssbmech as ssb
from ssbmech.model.cell import CellModel

PASSED = ssb.Quantity("throughput", r"$Q_\mathrm{abs}$", "C m-2", "charge throughput")


class Throughput:
    """Counts the charge that passes, and ends the step of the protocol at a limit, once.

    Attributes:
        name: name for messages and checkpoints.
        passed: charge that has passed so far [C/m2].
    """

    name = "throughput"

    def __init__(self, limit: float, ends_run: bool = False) -> None:
        """Start at zero.

        Args:
            limit: charge at which the step ends [C/m2].
            ends_run: whether the whole run ends there.
        """
        self.limit, self.passed, self._met = limit, 0.0, False
        self._ending = ssb.EndRun if ends_run else ssb.EndStep

    def begin(self, cell: CellModel) -> Mapping[str, Sequence[Any]]:
        """Return the charge as a column."""
        return {"": [ssb.Scalar(PASSED, lambda _: self.passed)]}

    def see(self, row: Mapping[str, float]) -> ssb.EndStep | ssb.EndRun | None:
        """Add the charge of a step, and tell when the limit is met for the first time."""
        self.passed += abs(row["current"]) * row["time_step"]
        if self._met or self.passed < self.limit:
            return None
        self._met = True
        return self._ending(f"{self.passed:.3g} C/m2 have passed")

    def state(self) -> Mapping[str, Any]:
        """Return what has passed, and whether the limit was met."""
        return {"passed": self.passed, "met": self._met}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self.passed, self._met = state["passed"], state["met"]
