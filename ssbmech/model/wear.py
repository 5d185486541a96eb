# SPDX-License-Identifier: BSD-3-Clause
"""When the mesh of a body that moves has to be made anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ssbmech.case.remeshing import Remeshing

TRIED_AGAIN = 0.7
"""Quality over that at which no better mesh could be had, from which it is tried again [1]."""


@dataclass
class Wear:
    """How often a mesh was made anew, and when it is due again.

    Attributes:
        rules: when a mesh is made anew; empty for never.
        renewed: how often it was.
        refused: quality at which no better mesh could be had [1]; infinite if there always was one.
    """

    rules: tuple[Remeshing, ...]
    renewed: int = 0
    refused: float = math.inf

    def due(self, quality: Callable[[], float]) -> bool:
        """Return whether the mesh is worn.

        Args:
            quality: tells its least quality; collective, and only asked where a rule needs it.
        """
        return any(
            quality() < min(rule.least_quality, TRIED_AGAIN * self.refused) for rule in self.rules
        )

    def state(self) -> dict[str, float]:
        """Return what it knows, as plain data."""
        return {"renewed": self.renewed, "refused": self.refused}

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""
        self.renewed, self.refused = int(state["renewed"]), state["refused"]
