# SPDX-License-Identifier: BSD-3-Clause
"""How far a study is: a bar on a terminal, a line now and then elsewhere.

A study goes on when its terminal is lost or nobody reads its pipe any more.
"""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from typing import Any, TextIO

from ssbmech.study.state import State, Status, counts

# Seconds between two lines if nothing has ended.
_PAUSE = 60.0


class Bar:
    """A progress bar over all variants; those that have ended badly are named above it."""

    def __init__(self, name: str, variants: int, stream: TextIO) -> None:
        """Show an empty bar.

        Args:
            name: Name of the study.
            variants: Number of variants.
            stream: A terminal.
        """
        from tqdm import tqdm

        layout = "{l_bar}{bar}| {postfix} [{elapsed}<{remaining}]"
        self._bar: Any = tqdm(
            total=float(variants), desc=name, bar_format=layout, file=stream, mininterval=0.2
        )
        self._told: set[str] = set()

    def show(self, states: list[State]) -> None:
        """Move the bar."""
        with suppress(OSError):
            for state in states:
                if state.status is Status.FAILED and state.variant.name not in self._told:
                    self._told.add(state.variant.name)
                    self._bar.write(line_of(state), file=sys.stderr)
            self._bar.n = sum(map(_share, states))
            self._bar.set_postfix_str(counts(states))

    def close(self) -> None:
        """Leave the bar as it is."""
        with suppress(OSError):
            self._bar.close()


class Lines:
    """A line for each variant that has ended, and one now and then."""

    def __init__(self, name: str, stream: TextIO) -> None:
        """Begin without a line.

        Args:
            name: Name of the study.
            stream: Where the lines go.
        """
        self._name, self._stream = name, stream
        self._told: dict[str, Status] | None = None
        self._last = 0.0

    def show(self, states: list[State]) -> None:
        """Write what has happened since the last time."""
        lines = []
        for state in states:
            ended = state.status in (Status.COMPLETE, Status.FAILED)
            if self._told is not None and ended and self._told[state.variant.name] != state.status:
                lines.append(line_of(state))
        begins = self._told is None
        self._told = {state.variant.name: state.status for state in states}
        if lines or begins or time.monotonic() > self._last + _PAUSE:
            share = sum(map(_share, states)) / max(len(states), 1)
            lines.append(f"{self._name}: {100 * share:.0f} %, {counts(states)}")
            self._last = time.monotonic()
        with suppress(OSError):
            self._stream.write("".join(f"{line}\n" for line in lines))
            self._stream.flush()

    def close(self) -> None:
        """Do nothing."""


def progress_on(stream: TextIO, name: str, variants: int) -> Bar | Lines:
    """Return a bar on a terminal, lines elsewhere.

    Args:
        stream: Where it is shown.
        name: Name of the study.
        variants: Number of variants.
    """
    return Bar(name, variants, stream) if stream.isatty() else Lines(name, stream)


def line_of(state: State) -> str:
    """Return name, status and reason of a variant in one line."""
    return f"{state.variant.name}: {state.status}" + (f": {state.reason}" if state.reason else "")


def _share(state: State) -> float:
    """Return which part of its work a variant has behind it; a failed one has all."""
    return 1.0 if state.status is Status.FAILED else state.progress
