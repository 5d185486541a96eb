# SPDX-License-Identifier: BSD-3-Clause
"""Sizes beyond which a number of a cell is a slip, such as a unit that was left out.

They lie far outside of all that is built and measured, so that they refuse no real cell.
"""

from __future__ import annotations

from typing import Final

from ssbmech.errors import CaseError, ParameterError

MOST_VOLT: Final = 1000.0
"""Voltage beyond that of any stack of cells that is modelled [V]."""

MOST_CURRENT: Final = 1e6
"""Current per area beyond any: 100 A/cm2 [A/m2]."""

MOST_LENGTH: Final = 1.0
"""Length beyond that of any cell [m]."""

MOST_PRESSURE: Final = 2e10
"""Pressure beyond any at which a cell is held or pressed [Pa]."""

LEAST_STRESS: Final = 1e3
"""Modulus or strength below that of the softest gel: a unit was left out [Pa]."""

MOST_MODULUS: Final = 1e14
"""Modulus beyond that of any solid by a factor of a hundred [Pa]."""

LEAST_SPRING: Final = 1e4
"""Stiffness per area of a spring that gives way by metres [Pa/m]."""

LEAST_CAPACITY: Final = 10.0
"""Capacity per area below that of any electrode: 0.3 uAh/cm2 [C/m2]."""

LEAST_TEMPERATURE: Final = 150.0
"""Temperature below which no law of the model was ever measured [K]."""

MOST_TEMPERATURE: Final = 1000.0
"""Temperature above which no solid-state cell is a cell [K]."""

LEAST_PRELOAD: Final = 100.0
"""Preload under which a unit was probably left out: 0.1 kPa is less than a platen weighs [Pa]."""

VOLT_HINT: Final = "a bare number is in volt: write 4200 * mV for millivolt"
CURRENT_HINT: Final = "a bare number is in A/m2: write 1 * mA_per_cm2 for 10 A/m2"
LENGTH_HINT: Final = "a bare number is in metres: write 20 * um for micrometres"
MODULUS_HINT: Final = "a bare number is in Pa: write 20 * GPa for gigapascal"
PRESSURE_HINT: Final = "a bare number is in Pa: write 5 * MPa for megapascal"

SPRING_HINT: Final = (
    "a bare number is in Pa/m: write 0.03 * MPa_per_um; take FixedGap for a rigid stop and "
    "ConstantForce for a force that stays"
)
CAPACITY_HINT: Final = "a bare number is in C/m2: write 3 * mAh_per_cm2"

LONGEST_NAME: Final = 120
"""Letters of a name beyond which it fits no file, figure or table."""


def check_name(name: str, where: str) -> None:
    """Refuse a name that is empty, too long or more than one line.

    Raises:
        CaseError: it is.
    """
    if not name.strip():
        raise CaseError(f"{where} is empty: give it a name, such as 'cell'")
    if len(name) > LONGEST_NAME:
        raise CaseError(
            f"{where} has {len(name)} letters: give it a name of {LONGEST_NAME} or fewer"
        )
    if not name.isprintable():
        raise CaseError(
            f"{where} = {name!r} holds a line break or another letter that cannot be shown: take "
            "it out"
        )


def check_file_name(name: str, where: str) -> None:
    """Refuse a name that cannot be part of a file name, as that of a body is.

    Raises:
        CaseError: it cannot, or is empty, too long or more than one line.
    """
    check_name(name, where)
    wrong = sorted(set(name) & set('/\\:*?"<>|'))
    if wrong or name.startswith("."):
        raise CaseError(
            f"{where} = {name!r} becomes part of the names of files, but "
            + (f"holds {' '.join(wrong)}" if wrong else "begins with a dot")
            + ": take letters, digits, '_' and '-'"
        )


def check_whole(value: int, low: int, high: int, where: str) -> None:
    """Refuse a whole number out of its bounds.

    Raises:
        ParameterError: it is.
    """
    if not low <= value <= high:
        raise ParameterError(f"{where} = {value} is out of bounds: expected {low} to {high}")
