# SPDX-License-Identifier: BSD-3-Clause
"""Units for case files, and the one place where a quantity becomes a float in SI.

A case writes `20 * um` or `0.5 * mA_per_cm2`; `to_si` checks the kind of unit and converts. Inside
the package a number is a plain float in SI, so a bare number in a case is taken as SI too. The
registry belongs to this module alone: the units of another pint registry cannot be mixed in.

The units below are typed `Any` on purpose: a parameter is declared with the type it has after
validation, `float`, and must accept a quantity when it is built.
"""

from __future__ import annotations

import math
import re
from functools import cache
from numbers import Real
from typing import Any

import pint

from ssbmech.constants import ZERO_CELSIUS
from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown, unwrapped

# 25 * degC is a temperature, and not the beginning of a sum
registry: Any = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
Quantity: Any = registry.Quantity

m: Any = registry.meter
cm: Any = registry.centimeter
mm: Any = registry.millimeter
um: Any = registry.micrometer
nm: Any = registry.nanometer

s: Any = registry.second
minute: Any = registry.minute
hour: Any = registry.hour
day: Any = registry.day

Pa: Any = registry.pascal
kPa: Any = registry.kilopascal
MPa: Any = registry.megapascal
GPa: Any = registry.gigapascal
N: Any = registry.newton
N_per_m: Any = registry.newton / registry.meter
N_per_mm: Any = registry.newton / registry.millimeter
MPa_sqrt_m: Any = registry.megapascal * registry.meter**0.5
MPa_per_um: Any = registry.megapascal / registry.micrometer
J_per_m2: Any = registry.joule / registry.meter**2
per_s: Any = 1 / registry.second

K: Any = registry.kelvin
per_K: Any = 1 / registry.kelvin

V: Any = registry.volt
mV: Any = registry.millivolt
A: Any = registry.ampere
mA: Any = registry.milliampere
A_per_m2: Any = registry.ampere / registry.meter**2
mA_per_cm2: Any = registry.milliampere / registry.centimeter**2
uA_per_cm2: Any = registry.microampere / registry.centimeter**2
mAh_per_cm2: Any = registry.milliampere * registry.hour / registry.centimeter**2
C_per_m2: Any = registry.coulomb / registry.meter**2
F_per_m2: Any = registry.farad / registry.meter**2
S_per_m: Any = registry.siemens / registry.meter
mS_per_cm: Any = registry.millisiemens / registry.centimeter
ohm_m2: Any = registry.ohm * registry.meter**2
ohm_cm2: Any = registry.ohm * registry.centimeter**2

J_per_mol: Any = registry.joule / registry.mole
kJ_per_mol: Any = registry.kilojoule / registry.mole
eV: Any = registry.electron_volt * registry.avogadro_constant
"""Energy of one ion, as that of a mole of them: activation energies are published in it."""

mol_per_m3: Any = registry.mole / registry.meter**3
m3_per_mol: Any = registry.meter**3 / registry.mole
cm3_per_mol: Any = registry.centimeter**3 / registry.mole
g_per_cm3: Any = registry.gram / registry.centimeter**3

_POWER = re.compile(r"(?<=[A-Za-z])(-?\d+(?:\.\d+)?)")


def celsius(value: float) -> Any:
    """Return the absolute temperature of a reading on the Celsius scale.

    Args:
        value: Temperature [degC].

    Returns:
        The temperature as a quantity [K].

    Raises:
        ParameterError: The reading is no number.
    """
    given: Any = unwrapped(value)
    if isinstance(given, (list, tuple)) or (
        getattr(given, "ndim", 0) > 0 and not isinstance(given, Quantity)
    ):
        raise ParameterError(
            f"celsius({shown(value)}): expected one reading; for many write "
            "[celsius(x) for x in readings]"
        )
    if isinstance(given, bool) or not isinstance(given, Real):
        raise ParameterError(
            f"celsius({shown(value)}): expected a reading on the Celsius scale without a unit, "
            "celsius(25); an absolute temperature is written 298 * K"
        )
    return Quantity(given + ZERO_CELSIUS, registry.kelvin)


@cache
def unit_of(text: str) -> Any:
    """Return the unit that a text such as "Pa", "A m-2", "m3/mol" or "1" stands for.

    Args:
        text: Unit as declarations and table heads write it: a power follows its symbol directly.

    Raises:
        ParameterError: The text names no known unit.
    """
    try:
        return registry.Unit(_POWER.sub(r"**\1", text) if text != "1" else "")
    except (pint.errors.PintError, ValueError, TypeError) as failure:
        raise ParameterError(
            f'"{text}" is not a unit; write for example "Pa", "A m-2" or "m3/mol"'
        ) from failure


def to_si(value: Any, unit: str, name: str) -> float:
    """Return a number in SI units, whatever unit of the right kind it came in.

    Args:
        value: A quantity of the same kind as `unit`, or a bare real number, taken as SI already.
        unit: The SI unit in which the number is returned.
        name: What the number is, for the message.

    Raises:
        ParameterError: The value is not a finite real number, or has the wrong kind of unit.
    """
    if isinstance(value, Quantity):
        if not value.is_compatible_with(unit_of(unit)):
            raise ParameterError(
                f"{name} = {value} has the wrong kind of unit: "
                f"expected a quantity in {_readable(unit)} or the like"
            )
        number = _without_dust(unwrapped(value.m_as(unit_of(unit))))
    else:
        number = unwrapped(value)
    if isinstance(number, bool) or not isinstance(number, Real):
        raise ParameterError(
            f"{name} = {shown(value)} ({type(value).__name__}) is not a number: "
            f"expected a quantity of ssbmech.units or a plain number in {_readable(unit)}"
        )
    if not math.isfinite(number):
        raise ParameterError(
            f"{name} = {value} is not finite: expected a number in {_readable(unit)}"
        )
    return float(number)


def _without_dust(number: Any) -> Any:
    """Round to 15 digits, so that 20 um is 2e-05 m exactly and not 1.9999999999999998e-05 m."""
    return float(f"{number:.15g}") if isinstance(number, Real) else number


def _readable(unit: str) -> str:
    return "1 (no unit)" if unit == "1" else unit
