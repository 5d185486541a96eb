# SPDX-License-Identifier: BSD-3-Clause
"""Electrolytes that conduct sodium: NASICON and beta''-alumina."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.flaws import brittle, flaw_sources
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, MPa, kJ_per_mol, mS_per_cm

_T: Final = ROOM_TEMPERATURE
_STATED: Final = Source("ssbmech", "where the conductivity is stated", _T, "", Provenance.DERIVED)


def nasicon() -> Material:
    """Return sintered Na3Zr2Si2PO12: elastic, conducts sodium ions."""
    return Material(
        "nasicon",
        Elastic(young=75 * GPa, poisson=0.26),
        conductor=IonConductor(
            conductivity=0.7 * mS_per_cm,
            activation_energy=32 * kJ_per_mol,
            reference_temperature=_T * K,
        ),
        thermal_expansion=6e-6,
        strength=80 * MPa,
        fracture=brittle(1.2, 57.0),
        sources=_NASICON,
    )


def beta_alumina() -> Material:
    """Return polycrystalline beta''-alumina: elastic, conducts sodium ions."""
    return Material(
        "beta_alumina",
        Elastic(young=205 * GPa, poisson=0.25),
        conductor=IonConductor(
            conductivity=1.5 * mS_per_cm,
            activation_energy=30 * kJ_per_mol,
            reference_temperature=_T * K,
        ),
        thermal_expansion=7.5e-6,
        strength=250 * MPa,
        fracture=brittle(3.0, 37.0),
        sources=_ALUMINA,
    )


def _review(text: str, note: str) -> Source:
    return Source("ssbmech", text, _T, note, Provenance.REVIEW)


def _guess(text: str, note: str) -> Source:
    return Source("ssbmech", text, _T, note, Provenance.GUESSED)


def _memory(text: str, note: str) -> Source:
    return Source("handbook", text, _T, note, Provenance.MEMORY)


_NASICON: Final[Mapping[str, Source]] = {
    **flaw_sources(
        _review("middle of those reported", "1.0 to 1.5 MPa m^(1/2)"),
        Source("ssbmech", "edge crack with which this toughness gives the strength", _T,
               "a = (K / 1.12 s)^2 / pi", Provenance.DERIVED),
    ),
    "solid.young": _review("middle of those reported", "56 to 97 GPa by porosity"),
    "solid.poisson": _review("reported with the moduli", ""),
    "conductor.conductivity": _guess("sintered Na3Zr2Si2PO12", "0.3 to 1.5 mS/cm, 5 with Sc"),
    "conductor.activation_energy": _guess("0.33 eV", "0.25 to 0.40 eV"),
    "conductor.reference_temperature": _STATED,
    "thermal_expansion": _guess("of the order of the ceramics of the kind", "-2 to 10e-6 1/K"),
    "strength": _review("middle of those reported", "50 to 110 MPa"),
}  # fmt: skip

_ALUMINA: Final[Mapping[str, Source]] = {
    **flaw_sources(
        _memory("toughened polycrystals", "2 to 4 MPa m^(1/2)"),
        Source("ssbmech", "edge crack with which this toughness gives the strength", _T,
               "a = (K / 1.12 s)^2 / pi", Provenance.DERIVED),
    ),
    "solid.young": _memory("dense polycrystal", "200 to 210 GPa"),
    "solid.poisson": _memory("dense polycrystal", ""),
    "conductor.conductivity": _memory("polycrystal", "1 to 2 mS/cm; 0.2 to 0.3 S/cm at 300 degC"),
    "conductor.activation_energy": Source(
        "ssbmech", "from 1.5 mS/cm at 25 degC and 0.25 S/cm at 300 degC", None,
        "27 to 33 kJ/mol over the ranges of both", Provenance.DERIVED,
    ),
    "conductor.reference_temperature": _STATED,
    "thermal_expansion": _memory("polycrystal", "7 to 8e-6 1/K"),
    "strength": _memory("flexural, dense", "200 to 300 MPa"),
}  # fmt: skip
