# SPDX-License-Identifier: BSD-3-Clause
"""Reading a case script must not run it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from ssbmech.errors import CaseError

_READ: ContextVar[Path | None] = ContextVar("script that is being read", default=None)


@contextmanager
def reading(script: Path) -> Iterator[None]:
    """Refuse runs for as long as a case script is read, so that looking at it starts nothing."""
    token = _READ.set(script)
    try:
        yield
    finally:
        _READ.reset(token)


def refuse_while_reading() -> None:
    """Refuse to run while a case script is read.

    Raises:
        CaseError: one is.
    """
    script = _READ.get()
    if script is not None:
        raise CaseError(
            f"{script} runs a case as soon as it is read: define build_case() that returns the "
            "case, and run it below 'if __name__ == \"__main__\":' with ssb.main(build_case)"
        )
