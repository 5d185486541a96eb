# SPDX-License-Identifier: BSD-3-Clause
"""Where the numbers of charge transfer in `ssbmech.library.interfaces` are from."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.parameter import Provenance, Source

_SYMMETRIC: Final = Source(
    "ssbmech", "symmetric barrier, for want of data", None, "", Provenance.MEMORY
)
_STATED: Final = Source(
    "ssbmech", "where the resistance is stated", ROOM_TEMPERATURE, "", Provenance.DERIVED
)
_ROUGHNESS: Final = Source(
    "ssbmech", "numerical choice, see the conduction law", None, "", Provenance.MEMORY
)
_COMMON: Final = {
    "alpha_a": _SYMMETRIC,
    "reference_temperature": _STATED,
    "conduction.length": _ROUGHNESS,
    "conduction.rest": _ROUGHNESS,
}
_HOST: Final = {
    **_COMMON,
    "sites.least": Source(
        "ssbmech", "keeps the rate defined for full and empty surfaces", None, "", Provenance.MEMORY
    ),
}

_INTRINSIC: Final = Source(
    "krauskopf2019",
    "charge transfer below 1 ohm cm2 after pressing at 400 MPa, about 0.1 ohm cm2 intrinsic",
    ROOM_TEMPERATURE,
    "",
    Provenance.SECONDARY,
)

_LIKE_CONDUCTION: Final = Source(
    "chiku2012",
    "that of conduction in the electrolyte: both were found close to each other for lithium on "
    "glasses of Li2S and P2S5, where no solvent has to be stripped",
    None,
    "0.31 to 0.46 eV, as the conductivities of Li6PS5Cl",
    Provenance.DERIVED,
)
_GARNET: Final = Source(
    "krauskopf2019",
    "0.37 eV, impedance of lithium on LLZO",
    None,
    "to be checked against the paper; 0.3 to 0.5 eV",
    Provenance.MEMORY,
)
_GARNET_FILM: Final = Source(
    "ssbmech",
    "taken as that of the charge transfer, from which the rest was not told apart",
    None,
    "0.3 to 0.5 eV",
    Provenance.GUESSED,
)
_LAYERED: Final = Source(
    "oregan2022",
    "24.0 kJ/mol of the exchange current of NMC811 in liquid electrolyte, less RT",
    None,
    "15 (chen2020, less RT) to 60 kJ/mol; none was measured on this pair",
    Provenance.DERIVED,
)

_LIKE_SODIUM: Final = Source(
    "ssbmech",
    "that of conduction in the electrolyte",
    None,
    "25 to 40 kJ/mol",
    Provenance.GUESSED,
)
_NO_FILM_SODIUM: Final = Source(
    "ssbmech", "taken as none beside the charge transfer", ROOM_TEMPERATURE, "", Provenance.DERIVED
)

_NO_FILM: Final = Source(
    "ssbmech",
    "reaction products are not told apart from charge transfer",
    ROOM_TEMPERATURE,
    "uncoated NMC811 on Li3PS4 gains 180 ohm cm2 of the cell's area in its first charge",
    Provenance.SECONDARY,
)
_COMPOSITE: Final = (
    "per area of particles seen as smooth; smaller by the tortuosity of 6.1 to 6.8 in the other "
    "convention"
)

INTERFACE_SOURCES: Final[Mapping[str, Mapping[str, Source]]] = MappingProxyType(
    {
        "lithium|li6ps5cl": {
            "i_0": Source(
                "doux2020",
                "from 4.5 mV at 75 uA/cm2 and 25 MPa in a symmetric cell, less the ohmic part of "
                "1 mm of electrolyte, shared by two faces",
                ROOM_TEMPERATURE,
                "the same reading at 5 MPa, 25 ohm cm2, holds the lost contact as well",
                Provenance.DERIVED,
            ),
            "film_resistance": Source(
                "doux2020",
                "not separable from charge transfer in these data",
                ROOM_TEMPERATURE,
                "",
                Provenance.DERIVED,
            ),
            "activation_energy": _LIKE_CONDUCTION,
            **_COMMON,
        },
        "lithium|llzo": {
            "i_0": _INTRINSIC,
            "activation_energy": _GARNET,
            "film_activation_energy": _GARNET_FILM,
            "film_resistance": Source(
                "sharafi2017",
                "rest of the 2 to 5 ohm cm2 measured after heat treatment",
                ROOM_TEMPERATURE,
                "lower end, as the best contact",
                Provenance.DERIVED,
            ),
            **_COMMON,
        },
        "lithium|llzo_contaminated": {
            "i_0": _INTRINSIC,
            "activation_energy": _GARNET,
            "film_resistance": Source(
                "sharafi2017",
                "measured before heat treatment",
                ROOM_TEMPERATURE,
                "lithium does not wet this surface, so part of it may be lost contact",
                Provenance.READ,
            ),
            **_COMMON,
        },
        "sodium|beta_alumina": {
            "i_0": Source(
                "ssbmech",
                "8 ohm cm2 of a surface that was heated and polished",
                ROOM_TEMPERATURE,
                "2 to 20 ohm cm2; hundreds with hydrates on it",
                Provenance.GUESSED,
            ),
            "film_resistance": _NO_FILM_SODIUM,
            "activation_energy": _LIKE_SODIUM,
            **_COMMON,
        },
        "sodium|nasicon": {
            "i_0": Source(
                "ssbmech",
                "10 ohm cm2 under pressure",
                ROOM_TEMPERATURE,
                "4 to 100 ohm cm2; an interphase grows",
                Provenance.GUESSED,
            ),
            "film_resistance": _NO_FILM_SODIUM,
            "activation_energy": _LIKE_SODIUM,
            **_COMMON,
        },
        "nmc811|li6ps5cl": {
            "i_0": Source(
                "bielefeld2022",
                "used there for particles in a composite",
                ROOM_TEMPERATURE,
                "1.3 A/m2 for NMC83 on argyrodite under 389 MPa (Ramanayagam 2026)",
                Provenance.SECONDARY,
            ),
            "film_resistance": _NO_FILM,
            "activation_energy": _LAYERED,
            **_HOST,
        },
        "nmc811|li3ps4": {
            "i_0": Source(
                "miss2022",
                "impedance of a composite of NMC83 and Li3PS4-LiI under 389 MPa",
                ROOM_TEMPERATURE,
                _COMPOSITE,
                Provenance.SECONDARY,
            ),
            "film_resistance": _NO_FILM,
            "activation_energy": _LAYERED,
            **_HOST,
        },
        "nmc111|li6ps5cl": {
            "i_0": Source(
                "ssbmech",
                "value of NMC811, for want of data",
                ROOM_TEMPERATURE,
                "0.1 to 1.3 A/m2 for oxides with more nickel",
                Provenance.MEMORY,
            ),
            "film_resistance": _NO_FILM,
            "activation_energy": _LAYERED,
            **_HOST,
        },
        "lco|li3ps4": {
            "i_0": Source(
                "miss2022",
                "impedance of a composite of LiCoO2 and Li3PS4-LiI under 389 MPa",
                ROOM_TEMPERATURE,
                _COMPOSITE,
                Provenance.SECONDARY,
            ),
            "film_resistance": _NO_FILM,
            **_HOST,
        },
    }
)
"""Source of each number of the interface laws, by name and path."""
