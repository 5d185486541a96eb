# SPDX-License-Identifier: BSD-3-Clause
"""Numbers of laws that have lost their units: electronvolts, degrees Celsius, pressures."""

from __future__ import annotations

import dataclasses
import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ssbmech.case.phases import drives_of
from ssbmech.case.protocol import Step
from ssbmech.errors import CaseWarning, ParameterError
from ssbmech.plausible import LEAST_PRELOAD, LEAST_TEMPERATURE, MOST_TEMPERATURE

LEAST_ENERGY: Final = 100.0
"""Activation energy below which nothing is activated: RT is 25 times as much [J/mol]."""


def check_laws(everything: object) -> None:
    """Check energies and temperatures of laws, also of those of the user's own.

    Args:
        everything: dataclasses, mappings and sequences, nested.

    Raises:
        ParameterError: an activation energy is so small, or a reference temperature so low or high,
            that its unit was forgotten.
    """
    for path, value in _numbers(everything, ""):
        if path.endswith("activation_energy") and 0.0 < value < LEAST_ENERGY:
            raise ParameterError(
                f"{path} = {value:g} [J/mol] would activate nothing: expected thousands of joules "
                f"per mole, or 0 for none; {value:g} eV is written {value:g} * eV, and "
                f"{value:g} kJ/mol {value:g} * kJ_per_mol (ssbmech.units)"
            )
        known = LEAST_TEMPERATURE <= value <= MOST_TEMPERATURE
        if path.endswith("reference_temperature") and not known:
            raise ParameterError(
                f"{path} = {value:g} [K] is no temperature at which a cell is measured: expected "
                f"{LEAST_TEMPERATURE:g} to {MOST_TEMPERATURE:g} K; give degrees Celsius as "
                f"celsius({value:g})"
            )


def warn_of_small_pressures(protocol: Sequence[Step]) -> None:
    """Warn of a step whose largest pressure is next to nothing."""
    for step in protocol:
        asked = [drive.pressure for drive in drives_of(step) if drive.pressure is not None]
        if asked and 0.0 < max(asked) < LEAST_PRELOAD:
            warnings.warn(
                f"step {step.name!r} sets a stack pressure of {max(asked):g} Pa at most, less than "
                f"a platen weighs: was a unit left out, as in {max(asked):g} * MPa?",
                CaseWarning,
                stacklevel=4,
            )


def _numbers(value: object, path: str) -> Iterator[tuple[str, float]]:
    """Yield all numbers that fields of dataclasses hold, with the paths to them."""
    if isinstance(value, type):
        return
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            part = getattr(value, field.name)
            name = f"{path}.{field.name}" if path else field.name
            if isinstance(part, float):
                yield name, part
            else:
                yield from _numbers(part, name)
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _numbers(part, f"{path}[{key}]")
    elif isinstance(value, (tuple, list)):
        for index, part in enumerate(value):
            yield from _numbers(part, f"{path}[{getattr(part, 'name', index)}]")
