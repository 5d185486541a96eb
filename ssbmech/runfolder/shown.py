# SPDX-License-Identifier: BSD-3-Clause
"""The one table of units that people read: on axes, in the words of a report, in tables.

Files hold SI. A value by itself is shown in the unit that fits its size, 20 µm or 50 nm; the axes
of figures have one unit per kind of quantity, so that figures of two runs can be compared, and
another only where the sizes are worlds apart: a full cell has volts, the polarisation of a
symmetric one is one of millivolts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ShownUnit:
    """Unit that people read.

    Attributes:
        text: Unit as printed; empty for a pure number.
        factor: Shown value = factor * SI value.
        least: Size from which a value is shown in it (SI).
        on_axes: Whether figures use it.
    """

    text: str
    factor: float
    least: float = 0.0
    on_axes: bool = False

    def fits(self, size: float) -> bool:
        """Return whether it is large enough for a value of a size (SI)."""
        # A hair less, because 20 um may come as 1.9999999999999998e-05 m.
        return size >= self.least * (1.0 - 1e-9)


def _axis(text: str, factor: float, least: float = 0.0) -> ShownUnit:
    return ShownUnit(text, factor, least, on_axes=True)


# SI unit -> units that people read, from large to small.
_SHOWN: Final[Mapping[str, tuple[ShownUnit, ...]]] = MappingProxyType(
    {
        "1": (_axis("", 1.0),),
        "K": (_axis("K", 1.0),),
        "m": (
            ShownUnit("m", 1.0, 1.0),
            ShownUnit("mm", 1e3, 1e-3),
            _axis("µm", 1e6, 1e-6),
            ShownUnit("nm", 1e9, 1e-10),
            ShownUnit("pm", 1e12),
        ),
        "m2": (ShownUnit("mm²", 1e6, 1e-6), _axis("µm²", 1e12)),
        "m3": (ShownUnit("mm³", 1e9, 1e-9), _axis("µm³", 1e18)),
        "Pa": (
            ShownUnit("GPa", 1e-9, 1e9),
            _axis("MPa", 1e-6, 1e5),
            ShownUnit("kPa", 1e-3, 1e2),
            ShownUnit("Pa", 1.0),
        ),
        "Pa m0.5": (_axis("MPa √m", 1e-6),),
        "Pa m-1": (
            ShownUnit("GPa/µm", 1e-15, 1e15),
            ShownUnit("MPa/µm", 1e-12, 1e9),
            ShownUnit("Pa/m", 1.0),
        ),
        "m Pa-1": (ShownUnit("µm/MPa", 1e12),),
        "s": (
            ShownUnit("h", 1.0 / 3600.0, 7200.0),
            _axis("min", 1.0 / 60.0, 180.0),
            ShownUnit("s", 1.0, 1e-1),
            ShownUnit("ms", 1e3, 1e-3),
            ShownUnit("µs", 1e6),
        ),
        "s-1": (_axis("s⁻¹", 1.0),),
        "V": (_axis("V", 1.0, 0.5), _axis("mV", 1e3, 1e-4), ShownUnit("µV", 1e6)),
        "A m-2": (_axis("mA cm⁻²", 0.1, 1.0), ShownUnit("µA cm⁻²", 1e2)),
        "C m-2": (_axis("mAh cm⁻²", 1.0 / 3.6e4, 36.0), ShownUnit("µAh cm⁻²", 1.0 / 36.0)),
        "S m-1": (
            ShownUnit("S/m", 1.0, 10.0),
            ShownUnit("mS/cm", 10.0, 1e-3),
            ShownUnit("S/m", 1.0),
        ),
        "J": (ShownUnit("mJ", 1e3, 1e-3), _axis("µJ", 1e6, 1e-7), ShownUnit("nJ", 1e9)),
        "J m-1": (ShownUnit("mJ/m", 1e3, 1e-3), _axis("µJ/m", 1e6, 1e-7), ShownUnit("nJ/m", 1e9)),
        "J mol-1": (_axis("kJ/mol", 1e-3, 1e3), ShownUnit("J/mol", 1.0)),
        "m3 mol-1": (ShownUnit("cm³/mol", 1e6),),
        "ohm m2": (ShownUnit("Ω cm²", 1e4),),
        "kg m-3": (ShownUnit("g/cm³", 1e-3),),
    }
)

# Numbers below that are zeros behind the decimal point: the axis takes a smaller unit.
_TINY: Final = 0.01

_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_MICRO: Final = re.compile(r"(?<![A-Za-z])u(?=(?:m|s|g|V|A|Ah|F|C|mol)(?![A-Za-z]))")
_POWER: Final = re.compile(r"(?<=[A-Za-zΩ])-?\d+")
_FACTOR: Final = re.compile(r"([A-Za-z]+)(-?\d+)?")


def shown_unit(unit: str, largest: float = 0.0) -> ShownUnit:
    """Return the unit used on axes for values stored in an SI unit.

    A unit without an entry is shown as it is.

    Args:
        unit: SI unit of the values.
        largest: Largest size of the values that are shown together (SI).
    """
    on_axes = [each for each in _SHOWN.get(_powers(unit), ()) if each.on_axes]
    fitting = (each for each in on_axes if each.fits(largest))
    smallest = on_axes[-1] if on_axes else ShownUnit(unit_text(unit), 1.0)
    chosen = next(fitting, smallest)
    if 0.0 < largest * chosen.factor < _TINY:
        return fitting_unit(unit, largest) or chosen
    return chosen


def fitting_unit(unit: str, value: float) -> ShownUnit | None:
    """Return the unit that fits the size of a single value, None for a unit without an entry.

    Args:
        unit: SI unit of the value.
        value: The value (SI).
    """
    return next((each for each in _SHOWN.get(_powers(unit), ()) if each.fits(abs(value))), None)


def unit_text(unit: str) -> str:
    """Return a unit with raised powers and its own signs; empty for a pure number.

    Args:
        unit: Unit as declarations and table heads write it.
    """
    if unit in ("", "1"):
        return ""
    signs = _MICRO.sub("µ", unit.replace("ohm", "Ω"))
    return _POWER.sub(lambda found: found[0].translate(_RAISED), signs)


def _powers(unit: str) -> str:
    """Return a unit as a product of powers, ``A m-2``: declarations write ``A/m2``."""
    above, *below = unit.split("/")
    factors = [] if above.strip() == "1" and below else [above.strip()]
    for part in below:
        for name, power in _FACTOR.findall(part):
            factors.append(f"{name}{-int(power or 1)}")
    return " ".join(factors)
