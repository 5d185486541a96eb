# SPDX-License-Identifier: BSD-3-Clause
"""Bounds of the numbers that closed forms take; their units stand where they are declared."""

from __future__ import annotations

from ssbmech.errors import ParameterError


def check_positive(given: object, *names: str) -> None:
    """Check that attributes are above zero.

    Args:
        given: what has them.
        names: their names.

    Raises:
        ParameterError: one is not.
    """
    for name in names:
        value = getattr(given, name)
        if not value > 0.0:
            who = type(given).__name__
            raise ParameterError(f"{who}: {name} = {value:g}, expected a number above zero")
