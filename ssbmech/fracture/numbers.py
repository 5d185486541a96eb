# SPDX-License-Identifier: BSD-3-Clause
"""Numbers of a brittle body, as a run's manifest holds them or as they are given."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from ssbmech.errors import ParameterError, RunFolderError

if TYPE_CHECKING:
    from collections.abc import Mapping

RIGID: Final = 5e12
"""Young's modulus above that of any solid: it stands for a wall that does not give [Pa]."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What decides whether a brittle body breaks.

    Attributes:
        toughness: Toughness [Pa m^(1/2)].
        flaw: Size of the flaw of which the reference area or volume has one [m].
        modulus: Weibull's modulus of its strength [1].
        area: Reference area of flaws at surfaces [m2].
        volume: Reference volume of flaws inside [m3].
        compression: Compression along its surface that no run computes [Pa].

    Raises:
        ParameterError: A number is out of its bounds.
    """

    toughness: float
    flaw: float
    modulus: float
    area: float
    volume: float
    compression: float = 0.0

    def __post_init__(self) -> None:
        """Check the bounds."""
        for name in ("toughness", "flaw", "modulus", "area", "volume"):
            value = getattr(self, name)
            if not 0.0 < value < math.inf:
                raise ParameterError(f"the {name} is {value:g}: expected a number above zero")
        if not 0.0 <= self.compression < math.inf:
            raise ParameterError(
                f"the compression is {self.compression:g} Pa: expected zero or more"
            )


# What is taken where neither the material nor the command says it; guesses, and said to be.
GUESSES: Final[Mapping[str, float]] = {
    "flaw": 10e-6,
    "modulus": 10.0,
    "area": 1e-6,
    "volume": 1e-11,
    "compression": 0.0,
}


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers of a region, and which of them are guesses.

    Attributes:
        numbers: The numbers.
        guessed: Names of those that neither the run nor the command gave.
    """

    numbers: Numbers
    guessed: tuple[str, ...]


def known(
    manifest: Mapping[str, Any], body: str, region: str, given: Mapping[str, float]
) -> Known | None:
    """Return the numbers of a region of a body; None if its toughness is not known.

    Args:
        manifest: Manifest of the run.
        body: Name of the body.
        region: Name of the region.
        given: Numbers that take the place of the run's, by name.

    Raises:
        ParameterError: A number is out of its bounds.
        RunFolderError: The body stands for a rigid wall.
    """
    path = f"bodies[{body}].materials[{region}]"
    listed = _listed(manifest, path)
    names = [field.name for field in fields(Numbers)]
    stated = {n: listed[f"fracture.{n}"] for n in names if f"fracture.{n}" in listed}
    found = {**GUESSES, **stated, **given}
    if "toughness" not in found:
        return None
    modulus = max((v for k, v in listed.items() if k.endswith("young")), default=0.0)
    if modulus >= RIGID:
        raise RunFolderError(
            f"body '{body}' has a Young's modulus of {modulus:g} Pa, as a rigid wall has: its "
            "stresses say nothing of flaws; compute the case with the modulus of the electrolyte"
        )
    guesses = tuple(n for n in names if n in GUESSES and n not in stated and n not in given)
    return Known(Numbers(**found), tuple(n for n in guesses if n != "compression"))


def conducts(manifest: Mapping[str, Any], body: str, region: str) -> bool:
    """Return whether a region conducts ions; False where a manifest says that it does not.

    Args:
        manifest: Manifest of the run.
        body: Name of the body.
        region: Name of the region.
    """
    name, rows = f"bodies[{body}].materials[{region}].conductor", manifest.get("case")
    return not any(
        isinstance(row, dict) and row.get("name") == name and row.get("value") is None
        for row in (rows if isinstance(rows, list) else ())
    )


def molar_volume(manifest: Mapping[str, Any], body: str) -> float:
    """Return the volume of metal per mole of charge of a body, 0 for one that is no metal [m3/mol].

    Args:
        manifest: Manifest of the run.
        body: Name of the body.
    """
    found = _listed(manifest, f"bodies[{body}].materials[")
    return next((v for k, v in found.items() if k.endswith("metal.molar_volume")), 0.0)


def _listed(manifest: Mapping[str, Any], path: str) -> dict[str, float]:
    """Return the numbers of the case below a path, by what follows it."""
    rows = manifest.get("case")
    found = {}
    for row in rows if isinstance(rows, list) else ():
        name, value = (row.get("name"), row.get("value")) if isinstance(row, dict) else ("", None)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if isinstance(name, str) and name.startswith(path) and value is not None and number:
            found[name.removeprefix(path).lstrip(".")] = float(value)
    return found
