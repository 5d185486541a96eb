# SPDX-License-Identifier: BSD-3-Clause
"""Lithium argyrodite, the sulfide electrolyte Li6PS5Cl."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.flaws import LI6PS5CL_FLAWS, brittle
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, MPa, kJ_per_mol, mS_per_cm


def li6ps5cl() -> Material:
    """Return dense Li6PS5Cl: elastic, ion-conducting.

    The modulus is that of the dense solid. A cold-pressed pellet with 13 % of pores was reported at
    4.7 GPa: give such a separator an elastic law of its own. Yield is left out.
    """
    return Material(
        "li6ps5cl",
        Elastic(young=28.0 * GPa, poisson=0.37),
        conductor=IonConductor(
            conductivity=2.0 * mS_per_cm,
            activation_energy=37 * kJ_per_mol,
            reference_temperature=ROOM_TEMPERATURE * K,
        ),
        thermal_expansion=30e-6,
        strength=110 * MPa,
        fracture=brittle(0.69, 14.0),
        sources=_LI6PS5CL_SOURCES,
    )


_LI6PS5CL_SOURCES: Final[Mapping[str, Source]] = {
    **LI6PS5CL_FLAWS,
    "thermal_expansion": Source(
        "ssbmech",
        "of the order of soft sulfides, for want of a measured value",
        ROOM_TEMPERATURE,
        "20 to 40e-6 1/K",
        Provenance.GUESSED,
    ),
    "strength": Source(
        "ning2023",
        "from a toughness of 0.69 MPa m^(1/2) with flaws of 10 um at the surface",
        ROOM_TEMPERATURE,
        "the size of the flaws is a guess: it goes with its inverse root, and cold-pressed "
        "pellets bear far less",
        Provenance.GUESSED,
    ),
    "solid.young": Source(
        "ning2023",
        "measured on dense Li6PS5Cl, 28.0 +- 1.8 GPa",
        ROOM_TEMPERATURE,
        "first-principles values run from 22 (deng2016) to 30 GPa",
        Provenance.SECONDARY,
    ),
    "solid.poisson": Source(
        "deng2016",
        "first-principles elastic constants",
        None,
        "0.33 to 0.37 in use; bulk and shear modulus of that work give 0.37",
        Provenance.SECONDARY,
    ),
    "conductor.conductivity": Source(
        "ssbmech",
        "within the 1.0 to 2.5 mS/cm reported for pellets under moderate pressure",
        ROOM_TEMPERATURE,
        "3.0 to 3.5 mS/cm if pressed above 290 MPa and measured above 150 MPa",
        Provenance.SECONDARY,
    ),
    "conductor.activation_energy": Source(
        "ssbmech",
        "middle of the reported 0.31 to 0.46 eV",
        None,
        "of the product of conductivity and temperature",
        Provenance.DERIVED,
    ),
    "conductor.reference_temperature": Source(
        "ssbmech",
        "where the conductivity is stated",
        ROOM_TEMPERATURE,
        "",
        Provenance.DERIVED,
    ),
}
