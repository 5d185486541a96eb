# SPDX-License-Identifier: BSD-3-Clause
"""Numbers for people: a value in SI becomes a few digits and a unit that fits its size."""

from __future__ import annotations

import math
import re
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from ssbmech.runfolder.shown import fitting_unit, unit_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MINUS: Final = "\N{MINUS SIGN}"
DASH: Final = "\N{EN DASH}"
SPACE: Final = "\N{NO-BREAK SPACE}"

_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_CAPITAL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
# Classes that are called after people or places.
_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "AnandNarayanFlow": "Anand-Narayan flow",
        "ArrheniusDiffusivity": "Arrhenius diffusivity",
        "ButlerVolmer": "Butler-Volmer",
        "TableOcv": "Table of the open-circuit potential",
    }
)
# Below that a power of ten is easier to read than zeros.
_LEAST_PLAIN: Final = 1e-3


def number_text(value: float, digits: int = 5) -> str:
    """Return a number with a true minus sign and powers of ten.

    Args:
        value: The number.
        digits: Significant digits.
    """
    if not math.isfinite(value):
        return str(value).replace("-", MINUS)
    mantissa, _, power = f"{value:.{digits}g}".partition("e")
    # Every power of ten is one digit more to read.
    if power and 0 <= int(power) <= 6:
        mantissa, power = f"{float(mantissa) * 10.0 ** int(power):.0f}", ""
    elif not power and 0.0 < abs(value) < _LEAST_PLAIN:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        mantissa = f"{float(mantissa):g}"
    if not power:
        return mantissa.replace("-", MINUS)
    raised = f"10{str(int(power)).translate(_RAISED)}"
    return raised if mantissa == "1" else f"{mantissa.replace('-', MINUS)}·{raised}"


def quantity_text(value: float, unit: str, digits: int = 5) -> str:
    """Return a value with a unit that fits its size, such as ``20 µm`` or ``0.3 MPa``.

    Args:
        value: The value in SI.
        unit: Its SI unit.
        digits: Significant digits.
    """
    if value == 0.0 or not math.isfinite(value):
        return _joined(number_text(value), unit_text(unit))
    shown = fitting_unit(unit, value)
    if shown is None:
        return _joined(number_text(value, digits), unit_text(unit))
    return _joined(number_text(shown.factor * value, digits), shown.text)


def share_text(value: float) -> str:
    """Return a fraction in per cent; what is not quite all or nothing does not look like it.

    Args:
        value: The fraction [1].
    """
    percent = 100.0 * value
    if 99.9 < percent < 100.0 - 1e-6:
        return f"over 99.9{SPACE}%"
    if 1e-6 < percent < 0.1:
        return f"under 0.1{SPACE}%"
    return f"{number_text(float(f'{percent:.1f}'))}{SPACE}%"


def value_text(value: Any, unit: str) -> str:
    """Return a value of a case as the manifest holds it: number, text, truth or nothing.

    Args:
        value: The value; numbers in SI.
        unit: SI unit; empty for what has none.
    """
    if value is None:
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return quantity_text(float(value), unit, digits=6)
    # The name of an empty collection's class.
    return "none" if value in ("dict", "tuple", "list", "mappingproxy") else str(value)


def words(name: str) -> str:
    """Return the name of a class in words: ``VoltageAbove`` becomes ``voltage above``.

    Args:
        name: Name in capitals.
    """
    if name in _NAMES:
        return _NAMES[name]
    first, *others = _CAPITAL.split(name)
    return " ".join([first, *(part[:1].lower() + part[1:] for part in others)])


def place_text(where: str) -> str:
    """Return the name of an interface with room round its bar.

    Args:
        where: Name of a body, region or interface.
    """
    return where.replace("|", " | ")


def inside(folder: Path, message: object) -> str:
    """Return a message without the path of a folder, which is one of this machine.

    Args:
        folder: The folder.
        message: Text, or an error.
    """
    text = str(message)
    for path in (folder.absolute(), folder.resolve(), folder):
        # That of the folder one is in is a dot, which other names may end with.
        text = text.replace(f"{path}/", "") if path.name else text
    return text


def date_text(text: object) -> str:
    """Return a point in time such as ``21 November 2026, 16:26 UTC``; what is none as it is.

    Args:
        text: Time in ISO 8601, or None.
    """
    moment = moment_of(text)
    if moment is None:
        return str(text) if text else DASH
    zone = f" {moment.tzname()}" if moment.tzinfo else ""
    return f"{moment.day} {moment:%B %Y, %H:%M}{zone}"


def moment_of(text: object) -> datetime | None:
    """Return a time in ISO 8601 as such, None if it is none.

    Args:
        text: The text, or anything else.
    """
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _joined(number: str, unit: str) -> str:
    return f"{number}{SPACE}{unit}" if unit else number
