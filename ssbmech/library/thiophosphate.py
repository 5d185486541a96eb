# SPDX-License-Identifier: BSD-3-Clause
"""Lithium thiophosphate, the sulfide electrolyte beta-Li3PS4."""

from __future__ import annotations

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.flaws import LI3PS4_FLAWS, brittle
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, kJ_per_mol, mS_per_cm


def li3ps4() -> Material:
    """Return dense beta-Li3PS4: elastic, ion-conducting.

    Pellets keep pores, which make them softer than the dense solid. Yield is left out.
    """
    return Material(
        "li3ps4",
        Elastic(young=28.9 * GPa, poisson=0.27),
        conductor=IonConductor(
            conductivity=0.2 * mS_per_cm,
            activation_energy=38.6 * kJ_per_mol,
            reference_temperature=ROOM_TEMPERATURE * K,
        ),
        thermal_expansion=30e-6,
        fracture=brittle(0.23, 10.0),
        sources={
            **LI3PS4_FLAWS,
            "thermal_expansion": Source(
                "ssbmech",
                "of the order of soft sulfides, for want of a measured value",
                ROOM_TEMPERATURE,
                "20 to 40e-6 1/K",
                Provenance.GUESSED,
            ),
            "solid.young": Source(
                "koerver2018",
                "from the elastic constants listed there",
                ROOM_TEMPERATURE,
                "36.9 GPa for the gamma phase; glass of the same composition 24 GPa (sakuda2013)",
                Provenance.SECONDARY,
            ),
            "solid.poisson": Source("koerver2018", "same list", None, "", Provenance.SECONDARY),
            "conductor.conductivity": Source(
                "ssbmech",
                "within the reported 0.16 to 0.3 mS/cm",
                ROOM_TEMPERATURE,
                "glass, cold pressed at 360 MPa: 0.31 mS/cm (sakuda2013)",
                Provenance.SECONDARY,
            ),
            "conductor.activation_energy": Source(
                "dynamics2025",
                "0.40 eV of long-range transport",
                None,
                "of the product of conductivity and temperature",
                Provenance.READ,
            ),
            "conductor.reference_temperature": Source(
                "ssbmech",
                "where the conductivity is stated",
                ROOM_TEMPERATURE,
                "",
                Provenance.DERIVED,
            ),
        },
    )
