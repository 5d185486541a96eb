# SPDX-License-Identifier: BSD-3-Clause
"""Numbers for people: a value in SI becomes a few digits and a unit that fits its size."""

from __future__ import annotations

import math
import re
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MINUS: Final = "\N{MINUS SIGN}"
DASH: Final = "\N{EN DASH}"
SPACE: Final = "\N{NO-BREAK SPACE}"

# The ways in which the package writes one unit -> the one by which the table below is looked up.
_SPELLING: Final[Mapping[str, str]] = MappingProxyType(
    {"A m-2": "A/m2", "C m-2": "C/m2", "J mol-1": "J/mol", "s-1": "1/s", "S m-1": "S/m"}
)

# Unit -> (least size for which it is used [SI], unit shown, SI value of one such unit), from large
# to small.
_SHOWN: Final[Mapping[str, tuple[tuple[float, str, float], ...]]] = MappingProxyType(
    {
        "m": (
            (1.0, "m", 1.0),
            (1e-3, "mm", 1e-3),
            (1e-6, "µm", 1e-6),
            (1e-10, "nm", 1e-9),
            (0.0, "pm", 1e-12),
        ),
        "m2": ((1e-6, "mm²", 1e-6), (0.0, "µm²", 1e-12)),
        "m3": ((1e-9, "mm³", 1e-9), (0.0, "µm³", 1e-18)),
        "Pa": (
            (1e9, "GPa", 1e9),
            (1e5, "MPa", 1e6),
            (1e2, "kPa", 1e3),
            (0.0, "Pa", 1.0),
        ),
        "Pa/m": ((1e15, "GPa/µm", 1e15), (1e9, "MPa/µm", 1e12), (0.0, "Pa/m", 1.0)),
        "m/Pa": ((0.0, "µm/MPa", 1e-12),),
        "s": (
            (7200.0, "h", 3600.0),
            (180.0, "min", 60.0),
            (1e-1, "s", 1.0),
            (1e-3, "ms", 1e-3),
            (0.0, "µs", 1e-6),
        ),
        "V": ((0.5, "V", 1.0), (1e-4, "mV", 1e-3), (0.0, "µV", 1e-6)),
        "A/m2": ((1.0, "mA cm⁻²", 10.0), (0.0, "µA cm⁻²", 1e-2)),
        "C/m2": ((36.0, "mAh cm⁻²", 3.6e4), (0.0, "µAh cm⁻²", 36.0)),
        "S/m": ((10.0, "S/m", 1.0), (1e-3, "mS/cm", 0.1), (0.0, "S/m", 1.0)),
        "J/mol": ((1e3, "kJ/mol", 1e3), (0.0, "J/mol", 1.0)),
        "m3/mol": ((0.0, "cm³/mol", 1e-6),),
        "ohm m2": ((0.0, "Ω cm²", 1e-4),),
        "kg/m3": ((0.0, "g/cm³", 1e3),),
        "1/s": ((0.0, "s⁻¹", 1.0),),
    }
)

_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MICRO: Final = re.compile(r"(?<![A-Za-z])u(?=(?:m|s|g|V|A|Ah|F|C|mol)(?![A-Za-z]))")
_POWER: Final = re.compile(r"(?<=[A-Za-zΩ])-?\d+")
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


def unit_text(unit: str) -> str:
    """Return a unit with raised powers and its own signs; empty for a pure number.

    Args:
        unit: Unit as declarations and table heads write it.
    """
    if unit in ("", "1"):
        return ""
    signs = _MICRO.sub("µ", unit.replace("ohm", "Ω"))
    return _POWER.sub(lambda found: found[0].translate(_RAISED), signs)


def quantity_text(value: float, unit: str, digits: int = 5) -> str:
    """Return a value with a unit that fits its size, such as ``20 µm`` or ``0.3 MPa``.

    Args:
        value: The value in SI.
        unit: Its SI unit.
        digits: Significant digits.
    """
    shown = _SHOWN.get(_SPELLING.get(unit, unit), ())
    if value == 0.0 or not math.isfinite(value):
        return _joined(number_text(value), unit_text(unit))
    for least, text, size in shown:
        # A hair less, because 20 um may come as 1.9999999999999998e-05 m.
        if abs(value) >= least * (1.0 - 1e-9):
            return _joined(number_text(value / size, digits), text)
    return _joined(number_text(value, digits), unit_text(unit))


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
