# SPDX-License-Identifier: BSD-3-Clause
"""Polycrystalline sodium metal."""

from __future__ import annotations

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import Metal
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, MPa, cm3_per_mol, kJ_per_mol, per_s


def wang2020() -> Material:
    r"""Return sodium with the creep rates of Wang et al.

    .. math:: \dot\varepsilon = 0.53 \, (q / 1 MPa)^{5.0} \; [1/s] \quad at\ room\ temperature

    Measured between 0.125 and 0.2 MPa, where by the laws of the library lithium creeps a thousand
    times as slowly and more.
    """
    flow = NortonFlow(
        rate=0.53 * per_s,
        stress=1 * MPa,
        exponent=5.0,
        activation_energy=26.4 * kJ_per_mol,
        tested_to=0.2 * MPa,
    )

    def measured(text: str, note: str = "") -> Source:
        return Source("wang2020", text, ROOM_TEMPERATURE, note, Provenance.READ)

    creep = measured("creep between 0.125 and 0.2 MPa", "the exponent is 5.0 to 6.1 by subset")
    return Material(
        "sodium_wang2020",
        ElasticViscoplastic(Elastic(young=4.6 * GPa, poisson=0.41), flow),
        metal=Metal(molar_volume=23.75 * cm3_per_mol, element="sodium"),
        thermal_expansion=71e-6,
        melting_point=370.9 * K,
        sources={
            "solid.elastic.young": measured("acoustic velocities"),
            "solid.elastic.poisson": measured("acoustic velocities"),
            "solid.flow.rate": creep,
            "solid.flow.stress": Source("wang2020", "unit of the fit", provenance=Provenance.READ),
            "solid.flow.exponent": creep,
            "solid.flow.tested_to": creep,
            "solid.flow.activation_energy": Source(
                "wang2020",
                "0.6 of 44 kJ/mol in the lattice, as for diffusion along dislocation cores",
                None,
                "creep was measured at one temperature",
                Provenance.DERIVED,
            ),
            "solid.flow.reference_temperature": measured("temperature of the tests"),
            "metal.molar_volume": Source(
                "handbook",
                "molar mass over density",
                ROOM_TEMPERATURE,
                "8.86 um per mAh/cm2",
                Provenance.DERIVED,
            ),
            "thermal_expansion": Source(
                "handbook", "polycrystal", ROOM_TEMPERATURE, "69 to 71e-6 1/K", Provenance.MEMORY
            ),
            "melting_point": Source("handbook", "97.8 degC", None, "", Provenance.MEMORY),
        },
    )
