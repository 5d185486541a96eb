# SPDX-License-Identifier: BSD-3-Clause
"""Validation: every declared number of a dataclass becomes a finite float in SI in its bounds."""

from __future__ import annotations

from typing import Any

from ssbmech.errors import ParameterError
from ssbmech.kind_words import shown
from ssbmech.kinds import admits_none, check_kinds
from ssbmech.parameter.declaration import Declaration, Derived, Tabulated, declared
from ssbmech.units import to_si


def validate_parameters(instance: Any) -> None:
    """Turn every declared number of a dataclass into a finite float in SI and check its bounds.

    Of a declared table every ordinate is checked. Every other field is checked for its kind, by its
    annotation (`ssbmech.kinds`).

    Args:
        instance: The dataclass instance under construction, frozen or not.

    Raises:
        ParameterError: A number has the wrong kind of unit, is not finite, or is out of bounds; a
            table is none.
        KindError: A field holds something of another kind.
    """
    owner: Any = type(instance)
    numbers = list(declared(instance))
    check_kinds(instance, leave_out={field.name for field, _ in numbers})
    for field, declaration in numbers:
        value = getattr(instance, field.name)
        if isinstance(field.default, Derived) and (value is None or value is field.default):
            value = field.default.value(instance)
        if value is None and (field.default is None or admits_none(owner, field.name)):
            continue
        name = f"{type(instance).__name__}.{field.name}"
        if declaration.is_table:
            _check_table(value, declaration, name)
            continue
        number = to_si(value, declaration.unit, name)
        if not declaration.admits(number):
            raise ParameterError(
                f"{name} = {number:g} [{declaration.unit}] is out of bounds: "
                f"expected a value in {declaration.bounds()} [{declaration.unit}]"
                + (
                    f"; {declaration.hint}"
                    if declaration.hint and _beyond(number, declaration)
                    else ""
                )
            )
        object.__setattr__(instance, field.name, number)


def _beyond(number: float, declaration: Declaration) -> bool:
    """Return whether a number is too large, of either sign, or too small to be one."""
    low, high = declaration.low or 0.0, declaration.high
    return 0.0 < number < low or (high is not None and abs(number) > high)


def _check_table(value: Any, declaration: Declaration, name: str) -> None:
    if not isinstance(value, Tabulated):
        raise ParameterError(f"{name} = {shown(value)} is no table: expected a Curve")
    for index, number in enumerate(value.y):
        if not declaration.admits(number):
            raise ParameterError(
                f"{name}: y[{index}] = {number:g} [{declaration.unit}] is out of bounds: "
                f"expected values in {declaration.bounds()} [{declaration.unit}]"
            )
