# SPDX-License-Identifier: BSD-3-Clause
"""Polycrystalline lithium metal: three published sets of numbers, kept apart.

All three hold for bulk samples. Pillars and films of a few micrometres are one to two orders of
magnitude stronger: `of_size` makes a set so. Diffusion in fine grains adds creep that is linear in
the stress: `with_linear_creep`. The sets differ: at 0.4 MPa and 25 degC they creep at 1.8e-5,
2.2e-6 and 4.5e-6 per second (the last in steady state). Take the exponent as 6.0 to 6.6 and the
prefactor as known within a decade. Lithium creeps below its yield stress of 0.8 MPa too: that is no
threshold.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Final

from ssbmech.constants import GAS_CONSTANT, ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.materials.diffusional import DiffusionalFlow, LinearCreep
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import Metal
from ssbmech.materials.viscoplastic import (
    AnandFlow,
    ElasticViscoplastic,
    NortonFlow,
    Strengthened,
)
from ssbmech.parameter import Provenance, Source, describe
from ssbmech.units import GPa, J_per_mol, K, MPa, celsius, cm3_per_mol, kJ_per_mol, per_s, to_si
from ssbmech.validity import TemperatureRange

_MASIAS_T: Final = 299.15

_BULK_STRENGTH: Final = 0.8e6
_PILLAR_STRENGTH: Final = 105e6
_PILLAR_SIZE: Final = 1.39e-6
_PILLAR_EXPONENT: Final = -1.02
_SMALLEST_SIZE: Final = 1e-6

_METAL: Final = Metal(molar_volume=13.0 * cm3_per_mol)
_METAL_SOURCES: Final = {
    "metal.molar_volume": Source(
        "handbook",
        "molar mass 6.94 g/mol over density 0.534 g/cm3",
        ROOM_TEMPERATURE,
        "12.97 to 13.0 cm3/mol in use; gives 4.85 um per mAh/cm2",
        Provenance.DERIVED,
    ),
    "thermal_expansion": Source(
        "handbook", "polycrystal", ROOM_TEMPERATURE, "46 to 56e-6 1/K in use", Provenance.MEMORY
    ),
    "melting_point": Source("handbook", "180.5 degC", None, "", Provenance.MEMORY),
}
_EXPANSION: Final = 46e-6
_MELTING: Final = celsius(180.5)

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

_TESTED: Final = TemperatureRange(low=198 * K, high=348 * K)
"""Temperatures of the creep tests from which the activation energy is."""

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
        tested_to=0.6 * MPa,
        valid=_TESTED,
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
        thermal_expansion=_EXPANSION,
        melting_point=_MELTING,
        sources={
            **_ULTRASOUND_SOURCES,
            "solid.flow.rate": fit,
            "solid.flow.stress": scale,
            "solid.flow.exponent": fit,
            "solid.flow.activation_energy": _ACTIVATION,
            "solid.flow.tested_to": fit,
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
        valid=_TESTED,
    )
    return Material(
        "lithium_lepage2019",
        ElasticViscoplastic(_ULTRASOUND, flow),
        metal=_METAL,
        thermal_expansion=_EXPANSION,
        melting_point=_MELTING,
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
        thermal_expansion=_EXPANSION,
        melting_point=_MELTING,
        sources={
            "solid.elastic.young": elastic,
            "solid.elastic.poisson": elastic,
            **{f"solid.flow.{path}": fit for path in paths},
            **_METAL_SOURCES,
        },
    )


def strength_at_size(size: float) -> float:
    r"""Return the strength of lithium of one size over that of bulk lithium, at 25 degC [1].

    .. math:: \max\left[1, \frac{105\,MPa}{0.8\,MPa}
              \left(\frac{d}{1.39\,um}\right)^{-1.02}\right]

    The line goes through the strongest and the thickest of the pillars that were compressed at
    5e-3 1/s, 105 MPa at 1.39 um and 15 MPa at 9.45 um [xu2017]; 0.8 MPa is the yield stress of bulk
    samples [masias2019]. Between 10 um and 165 um, where it comes down to bulk, it is extrapolated.
    The authors' own fit to all pillars has the exponent -0.68, by which thicker ones stay stronger,
    and -1.00 at 90 degC, where the strength is a third. The pillars are single crystals.

    Args:
        size: diameter of a pillar, thickness of a film or the like [m].

    Raises:
        ParameterError: the size is no length, or is below 1 um, that of the thinnest pillars.
    """
    size = to_si(size, "m", "size")
    if size < _SMALLEST_SIZE:
        raise ParameterError(
            f"size = {size:g} [m] is below that of the thinnest lithium whose strength is known: "
            f"expected {_SMALLEST_SIZE:g} [m] or more"
        )
    pillar: float = _PILLAR_STRENGTH * (size / _PILLAR_SIZE) ** _PILLAR_EXPONENT
    return max(1.0, pillar / _BULK_STRENGTH)


def of_size(material: Material, size: float) -> Material:
    """Return lithium as strong as volumes of a size are, named "lithium_lepage2019_at_5um".

    Dislocations need `strength_at_size` times the stress for the same rate; diffusional creep and
    elasticity are left as they are.

    Args:
        material: lithium with the strength of bulk.
        size: diameter of a pillar, thickness of a film or the like [m].

    Raises:
        ParameterError: the material does not creep by a law that is known at other strengths, or
            the size is not one of `strength_at_size`.
    """
    solid, factor = material.solid, strength_at_size(size)
    if not isinstance(solid, ElasticViscoplastic) or not isinstance(solid.flow, Strengthened):
        raise ParameterError(
            f'material "{material.name}" has no flow law of a strength that could change: expected '
            "one with a method with_strength, such as NortonFlow"
        )
    micrometres = to_si(size, "m", "size") * 1e6
    strong = dataclasses.replace(
        material,
        name=f"{material.name}_at_{micrometres:g}um",
        solid=dataclasses.replace(solid, flow=solid.flow.with_strength(factor)),
    )
    bulk = {row["name"]: row["value"] for row in describe(material)}
    sources = dict(material.sources)
    for path in (row["name"] for row in describe(strong) if row["value"] != bulk[row["name"]]):
        if path in sources:
            sources[path] = _at_size(sources[path], factor, micrometres)
    return dataclasses.replace(strong, sources=sources)


def _at_size(bulk: Source, factor: float, micrometres: float) -> Source:
    """Return the source of a strength at a size."""
    return Source(
        "xu2017",
        f"{factor:.4g} times bulk, for {micrometres:g} um on the line through the strongest and "
        f"the thickest pillar; bulk: [{bulk.key}] {bulk.text}",
        ROOM_TEMPERATURE,
        "extrapolated above 9.5 um; all pillars together fall with size to the power of -0.68",
        Provenance.DERIVED,
    )


def with_linear_creep(
    material: Material, linear: LinearCreep, sources: Mapping[str, Source]
) -> Material:
    """Return a metal that creeps by diffusion too, named "lithium_lepage2019_with_linear_creep".

    Args:
        material: a metal that creeps by Norton's law.
        linear: its diffusional creep.
        sources: source of each number of `linear`, by its name, such as "grain_size"; may be empty.

    Raises:
        ParameterError: the material creeps by another law, or a source belongs to no number.
    """
    solid = material.solid
    if not isinstance(solid, ElasticViscoplastic) or not isinstance(solid.flow, NortonFlow):
        raise ParameterError(
            f"linear creep is put beside Norton's power law, by which material "
            f'"{material.name}" does not creep: expected a flow of type NortonFlow'
        )
    of_flow = "solid.flow."
    moved = {
        path.replace(of_flow, f"{of_flow}power.") if path.startswith(of_flow) else path: source
        for path, source in material.sources.items()
    }
    return dataclasses.replace(
        material,
        name=f"{material.name}_with_linear_creep",
        solid=dataclasses.replace(solid, flow=DiffusionalFlow(solid.flow, linear)),
        sources=moved | {f"{of_flow}linear.{name}": source for name, source in sources.items()},
    )
