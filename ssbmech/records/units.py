# SPDX-License-Identifier: BSD-3-Clause
"""Units of a record's columns, from its head or from who reads it."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from ssbmech.errors import ParameterError
from ssbmech.units import celsius, unit_of

_CELSIUS: Final = ("c", "degc", "deg c", "°c", "celsius", "℃", "grad c")
_BRACKETS: Final = re.compile(r"^(.*?)\s*[\[(<{](.*)[\])>}]\s*$")


def name_and_unit(head: str) -> tuple[str, str]:
    """Return name and unit of a cell of the head: "I [mA]", "I (mA)" or "I/mA"."""
    match = _BRACKETS.match(head.strip())
    if match:
        return match[1].strip(), match[2].strip()
    name, slash, unit = head.strip().partition("/")
    if slash and (unit_written(unit) is not None or unit.strip().lower() in _CELSIUS):
        return name.strip(), unit.strip()
    return head.strip(), ""


def example_of(kind: str) -> str:
    """Return a unit of a kind of quantity as a case script writes it, for messages."""
    return {"s": "s", "K": "celsius", "A/m2": "mA_per_cm2", "Pa": "MPa", "V": "V"}.get(kind, kind)


def agree(given: Any, of_head: Any) -> bool:
    """Return whether two units do not contradict: they differ in size or an area at most."""
    if given is celsius or of_head is celsius:
        return given is of_head
    one, other = 1.0 * given, 1.0 * of_head
    if not one.is_compatible_with(other):
        # a total current over an area
        return True
    return math.isclose(one.m_as(other.units), other.magnitude, rel_tol=1e-9)


def shown_unit(unit: Any) -> str:
    """Return a unit for messages."""
    return "celsius" if unit is celsius else f"{unit}"


def unit_named(text: str, kind: str) -> Any:
    """Return the unit of a text, `celsius` for degrees Celsius; None if it is none."""
    if kind == "K" and text.strip().lower() in _CELSIUS:
        return celsius
    return unit_written(text)


def unit_written(text: str) -> Any:
    """Return the unit that a head writes, None if it is none."""
    plain = text.strip().replace("²", "2").replace("³", "3").replace("µ", "u").replace("μ", "u")
    plain = re.sub(r"(?<=[A-Za-z])\^(?=-?\d)", "", plain).replace("·", " ").replace(".", " ")
    if not plain:
        return None
    for tried in (plain, "1" if plain in ("-", "1") else plain):
        try:
            return unit_of(tried)
        except ParameterError:
            continue
    return None
