# SPDX-License-Identifier: BSD-3-Clause
"""Voltages, currents and pressures of a case, each declared in one line.

Their bounds are wider than any cell's: what is beyond them was given without its unit.
"""

from __future__ import annotations

from dataclasses import MISSING
from typing import Any

from ssbmech.parameter import parameter
from ssbmech.plausible import (
    CURRENT_HINT,
    MOST_CURRENT,
    MOST_PRESSURE,
    MOST_VOLT,
    PRESSURE_HINT,
    VOLT_HINT,
)


def in_volt(doc: str, *, default: Any = MISSING) -> Any:
    """Declare a voltage of a dataclass, of either sign [V]."""
    return parameter("V", low=-MOST_VOLT, high=MOST_VOLT, hint=VOLT_HINT, default=default, doc=doc)


def in_ampere(doc: str, *, default: Any = MISSING) -> Any:
    """Declare a current per area of a dataclass, of either sign [A/m2]."""
    return parameter(
        "A/m2", low=-MOST_CURRENT, high=MOST_CURRENT, hint=CURRENT_HINT, default=default, doc=doc
    )


def in_pascal(doc: str) -> Any:
    """Declare a pressure of a dataclass, compression or none [Pa]."""
    return parameter("Pa", low=0.0, high=MOST_PRESSURE, hint=PRESSURE_HINT, doc=doc)
