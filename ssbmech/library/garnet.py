# SPDX-License-Identifier: BSD-3-Clause
"""Lithium garnet, the oxide electrolyte Li7La3Zr2O12 (LLZO) with aluminium or tantalum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.flaws import LLZO_FLAWS, brittle
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, MPa, kJ_per_mol, mS_per_cm


def llzo() -> Material:
    """Return hot-pressed cubic LLZO with 3 % of pores: elastic, ion-conducting.

    Stiffness falls steeply with porosity: 133 GPa were measured at 6 %.
    """
    return Material(
        "llzo",
        Elastic(young=149.8 * GPa, poisson=0.26),
        conductor=IonConductor(
            conductivity=0.4 * mS_per_cm,
            activation_energy=33 * kJ_per_mol,
            reference_temperature=ROOM_TEMPERATURE * K,
        ),
        thermal_expansion=13e-6,
        strength=150 * MPa,
        fracture=brittle(1.0, 11.0),
        sources=_LLZO_SOURCES,
    )


_LLZO_SOURCES: Final[Mapping[str, Source]] = {
    **LLZO_FLAWS,
    "thermal_expansion": Source(
        "bertrand2021",
        "order of the values of cubic LLZO",
        ROOM_TEMPERATURE,
        "13 to 16e-6 1/K in use; oxide electrolytes run from -10 to 40e-6 1/K",
        Provenance.MEMORY,
    ),
    "strength": Source(
        "ssbmech",
        "flexural strength reported for a dense garnet of the kind, of 147 GPa",
        ROOM_TEMPERATURE,
        "as a toughness of 1.0 MPa m^(1/2) gives with flaws of 11 um at the surface",
        Provenance.SECONDARY,
    ),
    "solid.young": Source(
        "ni2012",
        "measured on hot-pressed cubic LLZO of 3 % porosity, 149.8 +- 0.4 GPa",
        ROOM_TEMPERATURE,
        "158 GPa for tantalum-doped LLZO of 98 % density",
        Provenance.READ,
    ),
    "solid.poisson": Source(
        "yu2016", "elastic constants of cubic LLZO", ROOM_TEMPERATURE, "", Provenance.READ
    ),
    "conductor.conductivity": Source(
        "roy2021",
        "value used there for dense LLZO",
        ROOM_TEMPERATURE,
        "0.40 to 0.45 mS/cm measured",
        Provenance.READ,
    ),
    "conductor.activation_energy": Source(
        "buschmann2011",
        "0.34 eV, from impedance of LLZO with aluminium",
        None,
        "of the product of conductivity and temperature",
        Provenance.MEMORY,
    ),
    "conductor.reference_temperature": Source(
        "ssbmech",
        "where the conductivity is stated",
        ROOM_TEMPERATURE,
        "",
        Provenance.DERIVED,
    ),
}
