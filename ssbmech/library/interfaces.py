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
from ssbmech.library.interface_sources import INTERFACE_SOURCES
from ssbmech.units import A_per_m2, kJ_per_mol, ohm_cm2, to_si

__all__ = [
    "INTERFACES",
    "INTERFACE_SOURCES",
    "by_name",
    "exchange_current",
    "lco_li3ps4",
    "lithium_li6ps5cl",
    "lithium_llzo",
    "lithium_llzo_contaminated",
    "nmc111_li6ps5cl",
    "nmc811_li3ps4",
    "nmc811_li6ps5cl",
    "sodium_beta_alumina",
    "sodium_nasicon",
]

_FADING: Final = GapConduction()


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
    return _nmc("nmc811|li6ps5cl", 0.1, conduction)


def nmc811_li3ps4(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at NMC811 on Li3PS4: 0.11 A/m2.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return _nmc("nmc811|li3ps4", 0.11, conduction)


def nmc111_li6ps5cl(conduction: Conduction = _FADING) -> ButlerVolmer:
    """Return charge transfer at NMC111 on Li6PS5Cl: 0.1 A/m2, as for NMC811.

    Args:
        conduction: Law that turns contact into a conducting fraction.
    """
    return _nmc("nmc111|li6ps5cl", 0.1, conduction)


def _nmc(name: str, i_0: float, conduction: Conduction) -> ButlerVolmer:
    """Return charge transfer at an NMC, given its exchange current [A/m2]."""
    return ButlerVolmer(
        i_0=i_0 * A_per_m2,
        activation_energy=21.5 * kJ_per_mol,
        sites=HostSites(),
        conduction=conduction,
        sources=INTERFACE_SOURCES[name],
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
