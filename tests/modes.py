# SPDX-License-Identifier: BSD-3-Clause
"""What marches do half way; apart from the marches, for pytest needs it before any test.

Pytest that is started to test the tests would load the whole package for it, on every rank.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Mode(StrEnum):
    """What `march` does half way; none of it may change a figure."""

    WHOLE = "whole"
    """Nothing."""
    RECOVER = "recover"
    """The state is written, and a new model goes on from what is read back."""
    RESTEP = "restep"
    """The time step is thrown away when it is solved and measured, and taken again."""


@dataclass
class _Setting:
    mode: Mode = Mode.WHOLE


_setting = _Setting()


def set_mode(mode: Mode) -> None:
    """Choose what `march` does half way."""
    _setting.mode = mode
