# SPDX-License-Identifier: BSD-3-Clause
r"""Charge transfer between lithium and solid electrolytes.

Small-signal resistances are what experiments give. A charge-transfer resistance Z corresponds to
the exchange current :math:`i_0 = RT / (Z F)`; what does not depend on the overpotential is a film
in series. The numbers are for full contact: loss of contact is the business of the contact and
conduction laws, so a resistance measured at low stack pressure must not be put in here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.interfaces.kinetics import ButlerVolmer
from ssbmech.parameter import Provenance, Source
from ssbmech.units import ohm_cm2, to_si

_FADING: Final = GapConduction()

_SYMMETRIC: Final = Source(
    "ssbmech", "symmetric barrier, for want of data", None, "", Provenance.MEMORY
)
_ROUGHNESS: Final = Source(
    "ssbmech", "numerical choice, see the conduction law", None, "", Provenance.MEMORY
)
_COMMON: Final = {
    "alpha_a": _SYMMETRIC,
    "conduction.length": _ROUGHNESS,
    "conduction.rest": _ROUGHNESS,
}


def exchange_current(resistance: float, temperature: float = ROOM_TEMPERATURE) -> float:
    r"""Return the exchange current density that gives a charge-transfer resistance.

    .. math:: i_0 = R T / (Z F)

    Args:
        resistance: Area resistance Z at small overpotential, as a quantity or in SI [ohm m2].
        temperature: Temperature at which Z was measured [K].

    Returns:
        Exchange current density [A m-2].
    """
    z = to_si(resistance, "ohm m2", "charge-transfer resistance")
    return GAS_CONSTANT * to_si(temperature, "K", "temperature") / (z * FARADAY)


def lithium_li6ps5cl(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at lithium on Li6PS5Cl: 8 ohm cm2 per face.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(i_0=exchange_current(8 * ohm_cm2), conduction=conduction)


def lithium_llzo(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at lithium on heat-treated, clean LLZO: 2 ohm cm2 in all.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=exchange_current(0.1 * ohm_cm2), film_resistance=1.9 * ohm_cm2, conduction=conduction
    )


def lithium_llzo_contaminated(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at lithium on LLZO that carries a carbonate film: 400 ohm cm2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=exchange_current(0.1 * ohm_cm2), film_resistance=400 * ohm_cm2, conduction=conduction
    )


INTERFACES: Final[Mapping[str, Callable[[], ButlerVolmer]]] = MappingProxyType(
    {
        "lithium|li6ps5cl": lithium_li6ps5cl,
        "lithium|llzo": lithium_llzo,
        "lithium|llzo_contaminated": lithium_llzo_contaminated,
    }
)
"""Functions that return the interface laws of the library, by name."""

_INTRINSIC: Final = Source(
    "krauskopf2019",
    "charge transfer below 1 ohm cm2 after pressing at 400 MPa, about 0.1 ohm cm2 intrinsic",
    ROOM_TEMPERATURE,
    "",
    Provenance.SECONDARY,
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
            **_COMMON,
        },
        "lithium|llzo": {
            "i_0": _INTRINSIC,
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
            "film_resistance": Source(
                "sharafi2017",
                "measured before heat treatment",
                ROOM_TEMPERATURE,
                "lithium does not wet this surface, so part of it may be lost contact",
                Provenance.READ,
            ),
            **_COMMON,
        },
    }
)
"""Source of each number of the interface laws, by name and path."""
