# SPDX-License-Identifier: BSD-3-Clause
"""Toughness and flaws of the electrolytes: what was measured, and what is a guess.

The scatter of the flaws of no solid electrolyte was found: modulus, area and volume are guesses of
the order of other ceramics, to be replaced by whoever has broken enough pellets.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.materials.brittle import Brittle
from ssbmech.parameter import Provenance, Source
from ssbmech.units import MPa_sqrt_m, mm, um

MODULUS: Final = 10.0
"""Weibull modulus of a ceramic of medium quality [1]."""


def brittle(toughness: float, flaw: float) -> Brittle:
    """Return a brittle solid of given toughness and flaw, with flaws like those of ceramics.

    Args:
        toughness: toughness [MPa m^(1/2)].
        flaw: size of the flaw of which a square millimetre has one [um].
    """
    return Brittle(
        toughness=toughness * MPa_sqrt_m,
        flaw=flaw * um,
        modulus=MODULUS,
        area=1.0 * mm**2,
        volume=0.01 * mm**3,
    )


def flaw_sources(toughness: Source, flaw: Source) -> Mapping[str, Source]:
    """Return the sources of a brittle solid by their paths in a material.

    Args:
        toughness: source of the toughness.
        flaw: source of the size of the flaw.
    """
    return {"fracture.toughness": toughness, "fracture.flaw": flaw, **_GUESSED}


_GUESSED: Final[Mapping[str, Source]] = {
    "fracture.modulus": Source(
        "ssbmech",
        "of the order of technical ceramics, for want of a measured value",
        ROOM_TEMPERATURE,
        "5 to 20",
        Provenance.GUESSED,
    ),
    "fracture.area": Source(
        "ssbmech",
        "chosen with the size of the flaw, of which it has one",
        ROOM_TEMPERATURE,
        "probabilities are in proportion to the inverse",
        Provenance.GUESSED,
    ),
    "fracture.volume": Source(
        "ssbmech",
        "the reference area, 10 um deep",
        ROOM_TEMPERATURE,
        "probabilities are in proportion to the inverse",
        Provenance.GUESSED,
    ),
}

LI6PS5CL_FLAWS: Final = flaw_sources(
    Source(
        "ning2023",
        "measured on dense Li6PS5Cl, 0.69 +- 0.12 MPa m^(1/2)",
        ROOM_TEMPERATURE,
        "0.23 +- 0.04 of a sulfide glass (mcgrogan2017) is used for it too: a factor of three in "
        "every critical current, to be swept",
        Provenance.SECONDARY,
    ),
    Source(
        "singh2022",
        "14 um seen in pellets of grains of 20 to 40 um",
        ROOM_TEMPERATURE,
        "one flaw that was seen; pellets of fine grains have smaller ones",
        Provenance.READ,
    ),
)

LI3PS4_FLAWS: Final = flaw_sources(
    Source(
        "mcgrogan2017",
        "measured on a glass of 70 Li2S and 30 P2S5, 0.23 +- 0.04 MPa m^(1/2)",
        ROOM_TEMPERATURE,
        "no value of the crystal was found",
        Provenance.SECONDARY,
    ),
    Source(
        "ssbmech",
        "of the order of the flaws of other pellets",
        ROOM_TEMPERATURE,
        "1 to 30 um",
        Provenance.GUESSED,
    ),
)

LLZO_FLAWS: Final = flaw_sources(
    Source(
        "ssbmech",
        "round value within those reported, 0.44 (83 % dense) to 1.51 (98 %) MPa m^(1/2)",
        ROOM_TEMPERATURE,
        "1.25 is quoted too",
        Provenance.SECONDARY,
    ),
    Source(
        "ssbmech",
        "the flaw with which this toughness gives the flexural strength of 150 MPa",
        ROOM_TEMPERATURE,
        "surface flaw of an edge crack; 1 to 100 um reported",
        Provenance.DERIVED,
    ),
)
