# SPDX-License-Identifier: BSD-3-Clause
"""What sees each step that is about to be accepted, and how it may end the step or the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ssbmech.kinds import check_kinds

Row = dict[str, float]
"""A row of the series: values by column."""


@dataclass(frozen=True)
class EndStep:
    """An observer's wish to end the step of the protocol.

    Attributes:
        reason: why, in a few words.
    """

    reason: str

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


@dataclass(frozen=True)
class EndRun:
    """An observer's wish to end the run, which then counts as complete.

    Attributes:
        reason: why, in a few words.
    """

    reason: str

    def __post_init__(self) -> None:
        """Check the kinds."""
        check_kinds(self)


Ending = EndStep | EndRun


class Witness(Protocol):
    """What sees each step that is about to be accepted, and may end it or the run."""

    def see(self, row: Row) -> Ending | None:
        """Look at a step.

        Raises:
            ObserverError: it failed; on all ranks.
        """

    def undo(self) -> None:
        """Forget the step seen last, which is rolled back."""

    def settled(self) -> None:
        """Look at the cell between two steps, when the one seen last is accepted; collective.

        Raises:
            ObserverError: it failed; on all ranks.
        """


class NoWitness:
    """Nobody looks."""

    def see(self, row: Row) -> Ending | None:
        """Return nothing."""
        return None

    def undo(self) -> None:
        """Do nothing."""

    def settled(self) -> None:
        """Do nothing."""
