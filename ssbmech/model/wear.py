# SPDX-License-Identifier: BSD-3-Clause
"""When the mesh of a body that moves has to be made anew."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ssbmech.case.remeshing import Remeshing
from ssbmech.errors import CaseError
from ssbmech.model.parts.wall import MovingWall

TRIED_AGAIN = 0.7
"""Quality over that at which no better mesh could be had, from which it is tried again [1]."""


@dataclass
class Wear:
    """How often a mesh was made anew, and when it is due again.

    Attributes:
        rules: when a mesh is made anew; empty for never.
        walls: the body's surfaces at interfaces.
        renewed: how often it was.
        refused: quality at which no better mesh could be had [1]; infinite if there always was one.
        left: longest edge of a wall that could not be halved [m].
        kept: places at which short facets could not be joined; below zero if they were not
            counted yet.
    """

    rules: tuple[Remeshing, ...]
    walls: Sequence[MovingWall]
    renewed: int = 0
    refused: float = math.inf
    left: float = 0.0
    kept: int = 0

    def check(self, name: str) -> None:
        """Refuse to halve or join facets of walls whose volume would not stay.

        Args:
            name: name of the body.

        Raises:
            CaseError: it would not.
        """
        for wall in self.walls if any(rule.changes_walls for rule in self.rules) else ():
            surface, joins = wall.surface, any(rule.joins for rule in self.rules)
            if joins and not wall.shape.parallel:
                raise CaseError(
                    f"Remeshing(shortest_wall=...) of body {name!r}: the directors of interface "
                    f"{surface.name!r} are not parallel, and the metal would not keep its "
                    "volume when facets of its wall are joined; give the interface "
                    "ParallelDirectors, or leave it out"
                )
            if surface.setting.frame.dim == 3 and not wall.shape.parallel:
                raise CaseError(
                    f"Remeshing(longest_wall=...) of body {name!r}: the directors of interface "
                    f"{surface.name!r} are not parallel, and in space a new vertex would leave the "
                    "edge that it halves; give the interface ParallelDirectors, or leave it out"
                )

    def due(self, quality: Callable[[], float]) -> bool:
        """Return whether the mesh is worn; collective.

        Args:
            quality: tells its least quality; collective, and only asked where a rule needs it.
        """
        return any(
            self._poor(rule, quality) or self._long(rule) or self._short(rule)
            for rule in self.rules
        )

    def _poor(self, rule: Remeshing, quality: Callable[[], float]) -> bool:
        return quality() < min(rule.least_quality, TRIED_AGAIN * self.refused)

    def _long(self, rule: Remeshing) -> bool:
        most = max(rule.wall_limit, self.left / TRIED_AGAIN)
        return rule.halves and self._longest() > most

    def _short(self, rule: Remeshing) -> bool:
        count = self._joinable(rule)
        self.kept = count if self.kept < 0 else min(self.kept, count)
        return count > self.kept

    def _joinable(self, rule: Remeshing) -> int:
        """Return at how many places facets are short and flat enough to be joined; collective."""
        if not rule.joins:
            return 0
        return sum(wall.shape.joinable(rule.join_limit) for wall in self.walls)

    def _longest(self) -> float:
        """Return the length of the longest edge of the walls [m]; collective."""
        return max((wall.shape.longest() for wall in self.walls), default=0.0)

    def refuse(self, quality: float) -> None:
        """Note that no better mesh could be had; collective.

        Args:
            quality: that of the mesh that stays [1].
        """
        self.refused = quality
        if any(rule.halves for rule in self.rules):
            self.left = self._longest()
        self.kept = sum(self._joinable(rule) for rule in self.rules)

    def state(self) -> dict[str, float]:
        """Return what it knows, as plain data."""
        return {
            "renewed": self.renewed,
            "refused": self.refused,
            "left": self.left,
            "kept": self.kept,
        }

    def restore(self, state: Mapping[str, float]) -> None:
        """Take over what `state` gave."""
        self.renewed, self.refused = int(state["renewed"]), state["refused"]
        self.left, self.kept = state.get("left", 0.0), int(state.get("kept", 0))
