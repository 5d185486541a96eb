# SPDX-License-Identifier: BSD-3-Clause
r"""Laws of hidden voids: how much current an interface of metal bears before stripping opens it.

Each set has a few numbers that were calibrated on one or two measurements of its interface, and
says so: their agreement with those measurements is no test. What is left is predicted: the
exponent of the critical pressure, its temperature dependence, and the charge to loss of contact at
other currents and pressures. What the props are is not known; the law does not depend on it.

The measured numbers, all at room temperature: Li | LLZO bears 0.1 mA/cm2 at 0.4 MPa and 0.4 at
2 MPa (Wang 2019); Li | Li6PS5Cl 0.2 at 3 MPa and 1.0 at 7 MPa (Kasemchainan 2019). Without stack
pressure Li | Li6PS5Cl loses contact after 3.1 mAh/cm2 (Singh 2022), Li | LLZO after 1 to 1.5.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from ssbmech.constants import GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.interfaces.constriction import SpotsOfOneSize
from ssbmech.interfaces.kinetics import ButlerVolmer
from ssbmech.interfaces.props import ProppedInterface
from ssbmech.interfaces.rough_contact import RememberedContact
from ssbmech.interfaces.sinking import LinearSinking, PowerLawSinking
from ssbmech.library.interfaces import lithium_li6ps5cl, lithium_llzo
from ssbmech.parameter import Provenance, Source
from ssbmech.units import J_per_mol, MPa, kJ_per_mol, um
from ssbmech.validity import TemperatureRange

LITHIUM_ACTIVATION: Final = 32.0
"""Activation energy of boundary diffusion in lithium, 0.6 of 53 to 55 kJ/mol in the lattice."""

SODIUM_ACTIVATION: Final = 26.4
"""The same in sodium, 0.6 of 44 kJ/mol."""

_CREEP_TESTED: Final = TemperatureRange(198.0, 348.0)
_LITHIUM_SOLID: Final = TemperatureRange(195.0, 453.0)
_SODIUM_SOLID: Final = TemperatureRange(195.0, 370.0)
"""Diffusion is known up to the melting point; none of the sets was tested but at 25 degC."""

_LLZO_COEFFICIENT: Final = 3.0e-16
_ARGYRODITE_COEFFICIENT: Final = 9.0e-17


def lithium_llzo_voids() -> ProppedInterface:
    """Return hidden voids at lithium on LLZO: linear sinking, calibrated on two pressures."""
    return ProppedInterface(
        sinking=(
            LinearSinking(_LLZO_COEFFICIENT, LITHIUM_ACTIVATION * kJ_per_mol, valid=_LITHIUM_SOLID),
        ),
        height_lost=6 * um,
        supply_plate=0.3,
        sources=VOID_SOURCES["lithium|llzo"],
    )


def lithium_li6ps5cl_voids() -> ProppedInterface:
    """Return hidden voids at lithium on Li6PS5Cl: two branches, calibrated on two pressures."""
    return ProppedInterface(
        sinking=(
            LinearSinking(
                _ARGYRODITE_COEFFICIENT, LITHIUM_ACTIVATION * kJ_per_mol, valid=_LITHIUM_SOLID
            ),
            PowerLawSinking(2.1e-15, 6.55, activation_energy=37 * kJ_per_mol, valid=_CREEP_TESTED),
        ),
        height_lost=14.5 * um,
        supply_plate=0.15,
        sources=VOID_SOURCES["lithium|li6ps5cl"],
    )


def sodium_voids() -> ProppedInterface:
    """Return hidden voids at sodium on props as those of lithium on LLZO: a prediction.

    The props have the geometry of lithium on LLZO, and boundary diffusion the same prefactor, so
    the coefficient differs by molar volume and activation energy alone.
    """
    ratio = 23.75 / 13.0
    easier = (LITHIUM_ACTIVATION - SODIUM_ACTIVATION) * 1e3 / (GAS_CONSTANT * ROOM_TEMPERATURE)
    return ProppedInterface(
        sinking=(
            LinearSinking(
                _LLZO_COEFFICIENT * ratio * math.exp(easier),
                SODIUM_ACTIVATION * 1e3 * J_per_mol,
                valid=_SODIUM_SOLID,
            ),
        ),
        height_lost=6 * um,
        supply_plate=0.3,
        sources=VOID_SOURCES["sodium"],
    )


def pressed_lithium_li6ps5cl() -> tuple[ButlerVolmer, RememberedContact]:
    """Return charge transfer and real contact of lithium on Li6PS5Cl: 25 ohm cm2 at 5 MPa, 8 at 25.

    The charge transfer is per real contact, so it is faster than that of the library without
    memory, which holds for 25 MPa.
    """
    contact = RememberedContact(hardness=18.5 * MPa, sources=CONTACT_SOURCES["lithium|li6ps5cl"])
    whole = lithium_li6ps5cl()
    faster = Source(
        "doux2020",
        "that of the library over the real contact at 25 MPa, 0.741",
        ROOM_TEMPERATURE,
        "",
        Provenance.DERIVED,
    )
    sources = {**whole.sources, "i_0": faster}
    return replace(whole, i_0=whole.i_0 / 0.741, sources=sources), contact


def pressed_lithium_llzo() -> tuple[ButlerVolmer, RememberedContact]:
    """Return charge transfer and real contact of lithium on LLZO: 300 ohm cm2 at 10 MPa, 50 at 41.

    Constriction into few large spots is nearly all of it. At 400 MPa the numbers give 0.6 ohm cm2,
    where less than 0.1 was measured.
    """
    spots = SpotsOfOneSize(radius=102 * um, conductivity=0.04, activation_energy=33 * kJ_per_mol)
    contact = RememberedContact(
        hardness=209 * MPa, constriction=spots, sources=CONTACT_SOURCES["lithium|llzo"]
    )
    whole = lithium_llzo()
    no_film = Source(
        "eckhardt2023",
        "constriction takes the place of the film",
        ROOM_TEMPERATURE,
        "",
        Provenance.SECONDARY,
    )
    sources = {**whole.sources, "film_resistance": no_film}
    return replace(whole, film_resistance=0.0, sources=sources), contact


PRESSED: Final[Mapping[str, Callable[[], tuple[ButlerVolmer, RememberedContact]]]] = (
    MappingProxyType(
        {"lithium|llzo": pressed_lithium_llzo, "lithium|li6ps5cl": pressed_lithium_li6ps5cl}
    )
)
"""Functions that return charge transfer and contact that remembers its pressure, by name."""

VOIDS: Final[Mapping[str, Callable[[], ProppedInterface]]] = MappingProxyType(
    {
        "lithium|llzo": lithium_llzo_voids,
        "lithium|li6ps5cl": lithium_li6ps5cl_voids,
        "sodium": sodium_voids,
    }
)
"""Functions that return the laws of hidden voids of the library, by name."""

_INERT: Final = Source(
    "ssbmech",
    "props that do not strip at all",
    None,
    "0 to 1; only its ratio to the sinking speeds and to the height has a meaning",
    Provenance.GUESSED,
)
_ALL_ON_PROPS: Final = Source(
    "ssbmech",
    "all load on the props as soon as there is a void",
    None,
    "0 to 1; less leaves part of the contact above the critical pressure",
    Provenance.GUESSED,
)
_REFERENCE: Final = Source(
    "ssbmech", "where the speeds are stated", ROOM_TEMPERATURE, "", Provenance.DERIVED
)
_BOUNDARY: Final = Source(
    "wang2020",
    "0.6 of the activation energy of diffusion in the lattice, as for boundaries and interfaces",
    None,
    "28 to 37 kJ/mol; no measured critical current at another temperature was used",
    Provenance.DERIVED,
)
_COMMON: Final = {
    "supply_strip": _INERT,
    "props": _ALL_ON_PROPS,
    "sinking[0].reference_temperature": _REFERENCE,
}

_RECOVERY: Final = Source(
    "johnson1985", "elastic recovery of a spherical dent", None, "0 to 1", Provenance.GUESSED
)
_ADHESION: Final = Source(
    "ssbmech", "keeps a little contact without load", None, "0.1 to 100 kPa", Provenance.GUESSED
)
_REST: Final = Source(
    "ssbmech", "keeps potentials defined without contact", None, "", Provenance.DERIVED
)
_OF_CONTACT: Final = {"recovery": _RECOVERY, "adhesion": _ADHESION, "rest": _REST}

CONTACT_SOURCES: Final[Mapping[str, Mapping[str, Source]]] = MappingProxyType(
    {
        "lithium|li6ps5cl": {
            "hardness": Source(
                "doux2020",
                "from the ratio of the overpotentials at 5 and 25 MPa",
                ROOM_TEMPERATURE,
                "15 to 25 MPa",
                Provenance.CALIBRATED,
            ),
            **_OF_CONTACT,
        },
        "lithium|llzo": {
            "hardness": Source(
                "eckhardt2023",
                "with the radius of the spots, from 300 ohm cm2 at 10 MPa and 50 at 41 MPa",
                ROOM_TEMPERATURE,
                "150 to 300 MPa; a property of this surface, no hardness of lithium",
                Provenance.CALIBRATED,
            ),
            "constriction.radius": Source(
                "eckhardt2023",
                "with the hardness, from the same two resistances",
                ROOM_TEMPERATURE,
                "70 to 150 um",
                Provenance.CALIBRATED,
            ),
            "constriction.conductivity": Source(
                "buschmann2011", "that of LLZO", ROOM_TEMPERATURE, "", Provenance.SECONDARY
            ),
            "constriction.activation_energy": Source(
                "buschmann2011", "that of LLZO, 0.34 eV", None, "", Provenance.MEMORY
            ),
            "constriction.reference_temperature": Source(
                "ssbmech", "where it is stated", ROOM_TEMPERATURE, "", Provenance.DERIVED
            ),
            **_OF_CONTACT,
        },
    }
)
"""Source of each number of the contacts that remember, by name and path."""

VOID_SOURCES: Final[Mapping[str, Mapping[str, Source]]] = MappingProxyType(
    {
        "lithium|llzo": {
            "sinking[0].coefficient": Source(
                "wang2019",
                "from 0.1 mA/cm2 at 0.4 MPa and 0.4 mA/cm2 at 2 MPa, each met within 12 percent",
                ROOM_TEMPERATURE,
                "a factor of 2 either way; 0.223 mA/cm2/MPa",
                Provenance.CALIBRATED,
            ),
            "sinking[0].activation_energy": _BOUNDARY,
            "height_lost": Source(
                "srinivasan2023",
                "1 to 1.5 mAh/cm2 stripped without stack pressure",
                ROOM_TEMPERATURE,
                "5 to 7 um",
                Provenance.CALIBRATED,
            ),
            "supply_plate": Source("ssbmech", "no datum", None, "0.15 to 0.5", Provenance.GUESSED),
            **_COMMON,
        },
        "lithium|li6ps5cl": {
            "sinking[0].coefficient": Source(
                "kasemchainan2019",
                "from 0.2 mA/cm2 at 3 MPa",
                ROOM_TEMPERATURE,
                "a factor of 2 either way, and 0.4 of it if that current is a limit of cycling; "
                "0.067 mA/cm2/MPa",
                Provenance.CALIBRATED,
            ),
            "sinking[0].activation_energy": _BOUNDARY,
            "sinking[1].speed_0": Source(
                "kasemchainan2019",
                "from 1.0 mA/cm2 at 7 MPa, beside the linear branch",
                ROOM_TEMPERATURE,
                "0 to twice that: one datum for one number",
                Provenance.CALIBRATED,
            ),
            "sinking[1].exponent": Source(
                "lepage2019", "that of bulk lithium", None, "6.0 to 6.6", Provenance.SECONDARY
            ),
            "sinking[1].pressure_0": Source(
                "ssbmech", "unit of the speed", None, "", Provenance.DERIVED
            ),
            "sinking[1].activation_energy": Source(
                "lepage2019",
                "that of creep of bulk lithium",
                None,
                "6 kJ/mol either way",
                Provenance.SECONDARY,
            ),
            "sinking[1].reference_temperature": _REFERENCE,
            "height_lost": Source(
                "singh2022",
                "contact lost after 3.1 mAh/cm2 at 0.2 mA/cm2 without pressure, read as 0.1 MPa",
                ROOM_TEMPERATURE,
                "14 to 15 um, the latter for no pressure at all",
                Provenance.CALIBRATED,
            ),
            "supply_plate": Source(
                "kasemchainan2019",
                "voids seen after the sixth stripping of 1 mAh/cm2 at 1 mA/cm2 and 3 MPa",
                ROOM_TEMPERATURE,
                "0 to 0.5; a weak hint",
                Provenance.CALIBRATED,
            ),
            **_COMMON,
        },
        "sodium": {
            "sinking[0].activation_energy": Source(
                "wang2020",
                "0.6 of 44 kJ/mol for diffusion in the lattice",
                None,
                "23 to 30 kJ/mol",
                Provenance.DERIVED,
            ),
            "sinking[0].coefficient": Source(
                "ssbmech",
                "lithium on LLZO, by the ratios of molar volume and of boundary diffusion",
                ROOM_TEMPERATURE,
                "a factor of 5 either way: same props, and the same prefactor of diffusion",
                Provenance.GUESSED,
            ),
            "height_lost": Source(
                "ssbmech", "that of lithium on LLZO", None, "3 to 12 um", Provenance.GUESSED
            ),
            "supply_plate": Source(
                "ssbmech", "that of lithium on LLZO", None, "0.15 to 0.5", Provenance.GUESSED
            ),
            **_COMMON,
        },
    }
)
"""Source of each number of the laws of hidden voids, by name and path."""
