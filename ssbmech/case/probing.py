# SPDX-License-Identifier: BSD-3-Clause
"""Functions of time that users give: asked once when the case is made, and checked when asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ssbmech.errors import CaseError
from ssbmech.kind_words import is_quantity, shown


def value_at(function: Callable[[float], Any], time: float, where: str, unit: str) -> float:
    """Return the value of a function of time, checked.

    Args:
        function: the function.
        time: time [s].
        where: what it is, for the message, such as "DrivenPlaten.travel".
        unit: unit of its values.

    Raises:
        CaseError: it fails, or returns something else than a finite number.
    """
    at = f"{where} at t = {time:g} s"
    try:
        value = function(time)
    except Exception as failure:
        # the user's own code, which may raise anything
        raise CaseError(f"{at} raises {type(failure).__name__}: {failure}") from failure
    if is_quantity(value):
        raise CaseError(
            f"{at} is {value}: a function of time returns a plain number, in {unit}; write "
            f".m_as({unit!r}) at its end"
        )
    try:
        if isinstance(value, (str, bytes, bool)) or np.size(value) != 1:
            raise TypeError
        number = float(np.asarray(value).item())
    except (TypeError, ValueError):
        raise CaseError(f"{at} is {shown(value)}: expected a number in {unit}") from None
    if not math.isfinite(number):
        raise CaseError(f"{at} is {number}: expected a finite number in {unit}")
    return number
