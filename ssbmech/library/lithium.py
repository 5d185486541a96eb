# SPDX-License-Identifier: BSD-3-Clause
"""Polycrystalline lithium metal: three published sets of numbers, kept apart.

All three hold for bulk samples. Pillars and films of a few micrometres are one to two orders of
magnitude stronger. The sets differ: at 0.4 MPa and 25 degC they creep at 1.8e-5, 2.2e-6 and 4.5e-6
per second (the last in steady state). Take the exponent as 6.0 to 6.6 and the prefactor as known
within a decade. Lithium creeps below its yield stress of 0.8 MPa too: that is no threshold.
"""

from __future__ import annotations

import math
from typing import Final

from ssbmech.constants import GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import Metal
from ssbmech.materials.viscoplastic import AnandFlow, ElasticViscoplastic, NortonFlow
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, J_per_mol, K, MPa, celsius, cm3_per_mol, kJ_per_mol, per_s

_MASIAS_T: Final = 299.15

_METAL: Final = Metal(molar_volume=13.0 * cm3_per_mol)
_METAL_SOURCES: Final = {
    "metal.molar_volume": Source(
        "handbook",
        "molar mass 6.94 g/mol over density 0.534 g/cm3",
        ROOM_TEMPERATURE,
        "12.97 to 13.0 cm3/mol in use; gives 4.85 um per mAh/cm2",
        Provenance.DERIVED,
    ),
}

_ULTRASOUND: Final = Elastic(young=7.82 * GPa, poisson=0.381)
_ULTRASOUND_SOURCES: Final = {
    "solid.elastic.young": Source(
        "masias2019",
        "pulse-echo ultrasound on polycrystals of three heights, 7.79 to 7.88 GPa",
        _MASIAS_T,
        "single crystals are very anisotropic: 3.0 GPa along <100>, 21 GPa along <111>",
        Provenance.SECONDARY,
    ),
    "solid.elastic.poisson": Source(
        "masias2019", "same measurement", _MASIAS_T, "", Provenance.SECONDARY
    ),
}

_ACTIVATION: Final = Source(
    "lepage2019",
    "activation energy of creep",
    None,
    "about 6 kJ/mol either way; tested between 198 and 348 K",
    Provenance.SECONDARY,
)


def masias2019() -> Material:
    r"""Return lithium with the tensile creep rates of Masias et al.

    .. math:: \dot\varepsilon = 7.7 \cdot 10^{-3} \, (q / 1 MPa)^{6.56} \; [1/s] \quad at\ 26 °C

    The power law is the least-squares fit, in logarithms, to seven secondary creep rates between
    0.2 and 0.6 MPa. Compression of flat samples in the same work shows far lower rates; that is
    friction and shape, not the material. Temperature dependence after LePage et al.
    """
    flow = NortonFlow(
        rate=7.7e-3 * per_s,
        stress=1 * MPa,
        exponent=6.56,
        activation_energy=37 * kJ_per_mol,
        reference_temperature=celsius(26),
    )
    fit = Source(
        "masias2019",
        "fit to seven secondary creep rates in tension, 0.2 to 0.6 MPa",
        _MASIAS_T,
        "extrapolated above 0.6 MPa; without that point n = 6.04 and 4.2e-3 1/s at 1 MPa",
        Provenance.DERIVED,
    )
    scale = Source("masias2019", "unit of the fit", None, "", Provenance.DERIVED)
    return Material(
        "lithium_masias2019",
        ElasticViscoplastic(_ULTRASOUND, flow),
        metal=_METAL,
        sources={
            **_ULTRASOUND_SOURCES,
            "solid.flow.rate": fit,
            "solid.flow.stress": scale,
            "solid.flow.exponent": fit,
            "solid.flow.activation_energy": _ACTIVATION,
            "solid.flow.reference_temperature": Source(
                "masias2019", "temperature of the tests", _MASIAS_T, "", Provenance.SECONDARY
            ),
            **_METAL_SOURCES,
        },
    )


def lepage2019() -> Material:
    r"""Return lithium with the power law of LePage et al.

    .. math:: \dot\varepsilon = A_c e^{-Q/RT} q^{6.55}, \quad
              A_c^{-1/6.55} = 3 \cdot 10^5 \; Pa\, s^{1/6.55}

    Stated here as the rate at 1 MPa and 25 degC, 8.8e-4 1/s; seven to nine times below Masias et
    al. The prefactor is quoted from memory. The elastic constants are those of Masias et al.
    """
    exponent = 6.55
    activation = 37000.0
    strength = 3e5
    rate = math.exp(-activation / (GAS_CONSTANT * ROOM_TEMPERATURE)) * (1e6 / strength) ** exponent
    flow = NortonFlow(
        rate=rate * per_s,
        stress=1 * MPa,
        exponent=exponent,
        activation_energy=activation * J_per_mol,
        reference_temperature=ROOM_TEMPERATURE * K,
    )
    return Material(
        "lithium_lepage2019",
        ElasticViscoplastic(_ULTRASOUND, flow),
        metal=_METAL,
        sources={
            **_ULTRASOUND_SOURCES,
            "solid.flow.rate": Source(
                "lepage2019",
                "from a prefactor that is 3e5 Pa s^(1/6.55) to the power -6.55, at 1 MPa",
                ROOM_TEMPERATURE,
                "uncertain by a decade",
                Provenance.MEMORY,
            ),
            "solid.flow.stress": Source("lepage2019", "unit stress", None, "", Provenance.DERIVED),
            "solid.flow.exponent": Source(
                "lepage2019", "power-law creep, 6.55 to 6.6", None, "", Provenance.SECONDARY
            ),
            "solid.flow.activation_energy": _ACTIVATION,
            "solid.flow.reference_temperature": Source(
                "ssbmech", "where the rate is stated", ROOM_TEMPERATURE, "", Provenance.DERIVED
            ),
            **_METAL_SOURCES,
        },
    )


def anand_narayan2019() -> Material:
    r"""Return lithium with the evolving flow resistance of Anand and Narayan.

    The set was fitted to the bulk tests of LePage et al. over temperature and rate; its stress
    exponent is 1/m = 6.7 at first and 1/(m + n) = 5 in steady state. See `AnandFlow` for the law.
    """
    flow = AnandFlow(
        rate=4.25e4 * per_s,
        activation_energy=37 * kJ_per_mol,
        rate_sensitivity=0.15,
        resistance_initial=0.95 * MPa,
        hardening=10.0 * MPa,
        resistance_saturation=2.0 * MPa,
        hardening_exponent=2.0,
        saturation_exponent=0.05,
    )
    fit = Source(
        "anand2019",
        "fit to tests of bulk lithium at several rates and temperatures",
        None,
        "read in an open input deck that implements the paper",
        Provenance.READ,
    )
    elastic = Source(
        "anand2019",
        "elastic constant of the fit",
        ROOM_TEMPERATURE,
        "read in an open input deck that implements the paper",
        Provenance.READ,
    )
    paths = (
        "rate",
        "activation_energy",
        "rate_sensitivity",
        "resistance_initial",
        "hardening",
        "resistance_saturation",
        "hardening_exponent",
        "saturation_exponent",
    )
    return Material(
        "lithium_anand_narayan2019",
        ElasticViscoplastic(Elastic(young=7.81 * GPa, poisson=0.38), flow),
        metal=_METAL,
        sources={
            "solid.elastic.young": elastic,
            "solid.elastic.poisson": elastic,
            **{f"solid.flow.{path}": fit for path in paths},
            **_METAL_SOURCES,
        },
    )
