# SPDX-License-Identifier: BSD-3-Clause
r"""Charge transfer of lithium and of its hosts with solid electrolytes.

Small-signal resistances are what experiments give. A charge-transfer resistance Z corresponds to
the exchange current :math:`i_0 = RT / (Z F)`; what does not depend on the overpotential is a film
in series. The numbers are for full contact: loss of contact is the business of the contact and
conduction laws, so a resistance measured at low stack pressure must not be put in here.

Activation energies are those of the resistance, as impedances give them; that of an exchange
current is larger by RT, 2.5 kJ/mol. Few were measured in solid cells; where none is given, the
number is known at its own temperature alone, and a run elsewhere warns of it.

The exchange currents of hosts are the least certain numbers of the library: for one pair they run
over a decade. Those of graphite and lithium titanate are known in liquid electrolytes only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ssbmech.constants import FARADAY, GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.interfaces.contact import Conduction, GapConduction
from ssbmech.interfaces.kinetics import ButlerVolmer, HostSites
from ssbmech.parameter import Provenance, Source
from ssbmech.units import A_per_m2, kJ_per_mol, ohm_cm2, to_si

_FADING: Final = GapConduction()

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
    return ButlerVolmer(
        i_0=exchange_current(8 * ohm_cm2),
        activation_energy=37 * kJ_per_mol,
        conduction=conduction,
        sources=INTERFACE_SOURCES["lithium|li6ps5cl"],
    )


def lithium_llzo(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at lithium on heat-treated, clean LLZO: 2 ohm cm2 in all.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=exchange_current(0.1 * ohm_cm2),
        film_resistance=1.9 * ohm_cm2,
        activation_energy=36 * kJ_per_mol,
        film_activation_energy=36 * kJ_per_mol,
        conduction=conduction,
        sources=INTERFACE_SOURCES["lithium|llzo"],
    )


def lithium_llzo_contaminated(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at lithium on LLZO that carries a carbonate film: 400 ohm cm2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=exchange_current(0.1 * ohm_cm2),
        film_resistance=400 * ohm_cm2,
        activation_energy=36 * kJ_per_mol,
        conduction=conduction,
        sources=INTERFACE_SOURCES["lithium|llzo_contaminated"],
    )


def sodium_beta_alumina(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at sodium on clean beta''-alumina: 8 ohm cm2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return _sodium("sodium|beta_alumina", 8.0, conduction)


def sodium_nasicon(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at sodium on clean NASICON: 10 ohm cm2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return _sodium("sodium|nasicon", 10.0, conduction)


def _sodium(name: str, resistance: float, conduction: Conduction) -> ButlerVolmer:
    """Return charge transfer at sodium, given its resistance [ohm cm2]."""
    return ButlerVolmer(
        i_0=exchange_current(resistance * ohm_cm2),
        activation_energy=30 * kJ_per_mol,
        conduction=conduction,
        sources=INTERFACE_SOURCES[name],
    )


def nmc811_li6ps5cl(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at NMC811 on Li6PS5Cl: 0.1 A/m2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=0.1 * A_per_m2,
        activation_energy=21.5 * kJ_per_mol,
        sites=HostSites(),
        conduction=conduction,
        sources=INTERFACE_SOURCES["nmc811|li6ps5cl"],
    )


def nmc811_li3ps4(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at NMC811 on Li3PS4: 0.11 A/m2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=0.11 * A_per_m2,
        activation_energy=21.5 * kJ_per_mol,
        sites=HostSites(),
        conduction=conduction,
        sources=INTERFACE_SOURCES["nmc811|li3ps4"],
    )


def nmc111_li6ps5cl(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at NMC111 on Li6PS5Cl: 0.1 A/m2, as for NMC811.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=0.1 * A_per_m2,
        activation_energy=21.5 * kJ_per_mol,
        sites=HostSites(),
        conduction=conduction,
        sources=INTERFACE_SOURCES["nmc111|li6ps5cl"],
    )


def lco_li3ps4(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at LiCoO2 on Li3PS4: 25.8 A/m2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return ButlerVolmer(
        i_0=25.8 * A_per_m2,
        sites=HostSites(),
        conduction=conduction,
        sources=INTERFACE_SOURCES["lco|li3ps4"],
    )


INTERFACES: Final[Mapping[str, Callable[[], ButlerVolmer]]] = MappingProxyType(
    {
        "lithium|li6ps5cl": lithium_li6ps5cl,
        "lithium|llzo": lithium_llzo,
        "lithium|llzo_contaminated": lithium_llzo_contaminated,
        "sodium|beta_alumina": sodium_beta_alumina,
        "sodium|nasicon": sodium_nasicon,
        "nmc811|li6ps5cl": nmc811_li6ps5cl,
        "nmc811|li3ps4": nmc811_li3ps4,
        "nmc111|li6ps5cl": nmc111_li6ps5cl,
        "lco|li3ps4": lco_li3ps4,
    }
)
"""Functions that return the interface laws of the library, by name."""


def by_name(name: str) -> ButlerVolmer:
    """Return the charge transfer of the library at an electrode on an electrolyte.

    Args:
        name: One of the keys of `INTERFACES`, or ``electrode|electrolyte`` with the names of two
            materials, of which sets of numbers for one metal count as that metal:
            "lithium_lepage2019|li6ps5cl".

    Raises:
        ParameterError: There is none; the message tells what there is for either material.
    """
    electrode, _, electrolyte = name.partition("|")
    for key in (name, f"{electrode.partition('_')[0]}|{electrolyte}"):
        if key in INTERFACES:
            return INTERFACES[key]()
    metal = electrode.partition("_")[0]
    near = [
        key
        for key in INTERFACES
        if key.partition("|")[0] in (electrode, metal) or key.partition("|")[2] == electrolyte
    ]
    raise ParameterError(
        f'no interface "{name}" in the library: expected one of {", ".join(near or INTERFACES)}; '
        "or write ButlerVolmer(i_0=..., film_resistance=...) with numbers of your own"
    )


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
