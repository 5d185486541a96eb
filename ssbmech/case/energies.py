# SPDX-License-Identifier: BSD-3-Clause
"""Activation energies of a case: a bare number of electronvolts is none of joules per mole."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from ssbmech.errors import ParameterError

LEAST: Final = 100.0
"""Activation energy below which nothing is activated: RT is 25 times as much [J/mol]."""


def check_activation_energies(everything: object) -> None:
    """Check that activation energies are zero, or large enough to be some.

    Args:
        everything: dataclasses, mappings and sequences, nested.

    Raises:
        ParameterError: one is so small that its unit was forgotten.
    """
    for path, value in _energies(everything, ""):
        if 0.0 < value < LEAST:
            raise ParameterError(
                f"{path} = {value:g} [J/mol] would activate nothing: expected thousands of joules "
                f"per mole, or 0 for none; {value:g} eV is written {value:g} * eV, and "
                f"{value:g} kJ/mol {value:g} * kJ_per_mol (ssbmech.units)"
            )


def _energies(value: object, path: str) -> Iterator[tuple[str, float]]:
    """Yield all activation energies in a value, with the paths to them."""
    if isinstance(value, type):
        return
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            name = f"{path}.{field.name}" if path else field.name
            if field.name.endswith("activation_energy") and isinstance(part, float):
                yield name, part
            else:
                yield from _energies(part, name)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _energies(part, f"{path}[{key}]")
    elif isinstance(value, (tuple, list)):
        for index, part in enumerate(value):
            yield from _energies(part, f"{path}[{getattr(part, 'name', index)}]")
