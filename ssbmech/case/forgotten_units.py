# SPDX-License-Identifier: BSD-3-Clause
"""Numbers of laws that have lost their units: electronvolts, degrees Celsius, pressures."""

from __future__ import annotations

import dataclasses
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Final

from ssbmech.activation import arrhenius_exponent
from ssbmech.case.body import Body
from ssbmech.case.phases import drives_of
from ssbmech.case.protocol import Step
from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.errors import CaseWarning, ParameterError
from ssbmech.interfaces.interface import Interface
from ssbmech.kind_words import shown
from ssbmech.materials.transport import IonConductor
from ssbmech.parameter import parts_of
from ssbmech.plausible import LEAST_PRELOAD, LEAST_TEMPERATURE, MOST_TEMPERATURE

LEAST_ENERGY: Final = 100.0
"""Activation energy below which nothing is activated: RT is 25 times as much [J/mol]."""

BEST_CONDUCTOR: Final = 1.5
"""Ionic conductivity at room temperature above that of Li10GeP2S12, 1.2 S/m; few solids are known
to have it, up to 3.2 S/m, and a number of millisiemens per centimetre looks like it [S/m]."""

WORST_FILM: Final = 1.0
"""Area resistance, 1e4 ohm cm2, at which 1 mA/cm2 takes ten volts [ohm m2]."""


def check_laws(everything: object) -> None:
    """Check energies and temperatures of laws, also of those of the user's own.

    Args:
        everything: dataclasses, mappings and sequences, nested.

    Raises:
        ParameterError: an activation energy is so small, or a reference temperature so low or high,
            that its unit was forgotten; or one of them is no number.
    """
    for path, found in _leaves(everything, ""):
        if not path.endswith(("activation_energy", "reference_temperature")):
            continue
        value = _number(path, found)
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


def warn_of_transport(bodies: Sequence[Body], interfaces: Sequence[Interface]) -> None:
    """Warn of conductivities and resistances that hardly any cell has, as units left out make them.

    Numbers in mS/cm and ohm cm2 that are taken as SI are 10 and 1e4 times too large. Those that
    stay within what is known of some electrolyte cannot be told from it.
    """
    told = {}
    for body in bodies:
        for material in body.materials.values():
            law = getattr(material.conductor, "dense", material.conductor)
            if not isinstance(law, IonConductor):
                continue
            kappa = _at_room_temperature(law)
            if kappa > BEST_CONDUCTOR:
                told[material.name] = (
                    f"material {material.name!r} conducts ions with {kappa:.3g} S/m = "
                    f"{10 * kappa:.3g} mS/cm at {ROOM_TEMPERATURE:g} K, more than nearly all "
                    "solids do: a bare number is in S/m; was "
                    f"{law.conductivity:g} * mS_per_cm meant?"
                )
    for interface in interfaces:
        for kinetics in interface.charge_transfers.values():
            for name in ("film_resistance", "resistance"):
                value = getattr(kinetics, name, 0.0)
                if isinstance(value, Real) and float(value) > WORST_FILM:
                    told[f"{interface.name} {name}"] = (
                        f"interface {interface.name!r}: {name} = {value:g} ohm m2 takes "
                        f"{10 * float(value):g} V at 1 mA/cm2: a bare number is in ohm m2; was "
                        f"{value:g} * ohm_cm2 meant?"
                    )
    for text in told.values():
        warnings.warn(text, CaseWarning, stacklevel=4)


def _at_room_temperature(law: IonConductor) -> float:
    """Return the conductivity of a law at room temperature [S/m]."""
    known = law.reference_temperature
    hotter = math.exp(arrhenius_exponent(law.activation_energy, ROOM_TEMPERATURE, known))
    return law.conductivity * known / ROOM_TEMPERATURE * hotter


def _number(path: str, value: object) -> float:
    """Return a number of a law.

    Raises:
        ParameterError: it is none, as in a law of the user's own that does not validate its fields.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        unit = "J/mol" if path.endswith("activation_energy") else "K"
        raise ParameterError(
            f"{path} = {shown(value)} is no plain number: expected one in {unit}; declare it with "
            f"parameter({unit!r}) and call validate_parameters(self) in __post_init__"
        )
    return float(value)


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Yield what fields of dataclasses hold in the end, with the paths to it; None is nothing."""
    if value is None or isinstance(value, type):
        return
    if not dataclasses.is_dataclass(value) and not isinstance(value, (Mapping, tuple, list)):
        yield path, value
    for name, part in parts_of(value, path):
        yield from _leaves(part, name)
