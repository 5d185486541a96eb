# SPDX-License-Identifier: BSD-3-Clause
r"""Lithium and sodium above their melting points: liquids that carry pressure and no shear.

A liquid flows by :math:`\dot\varepsilon = q / (3 \eta)`, Norton's law with exponent 1. Its real
viscosity, 0.6 mPa s, would let no equation tell its velocity from any other in seconds; that of the
sets here, 1e6 Pa s, bears 300 Pa at 1e-4 1/s, nothing beside stack pressures. So shapes and
pressures are those of a liquid, and times below seconds are not.
"""

from __future__ import annotations

from typing import Final

from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.transport import Metal
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, K, cm3_per_mol
from ssbmech.validity import TemperatureRange

VISCOSITY: Final = 1e6
"""Numerical viscosity of liquid metals [Pa s]."""


def newtonian(viscosity: float, low: float, high: float, temperature: float) -> NortonFlow:
    """Return the flow law of a liquid.

    Args:
        viscosity: its viscosity [Pa s].
        low: temperature at which it melts [K].
        high: temperature up to which it is used [K].
        temperature: at which the viscosity is stated [K].
    """
    stress = 1e3
    return NortonFlow(
        rate=stress / (3 * viscosity),
        stress=stress,
        exponent=1.0,
        reference_temperature=temperature,
        valid=TemperatureRange(low, high),
    )


def liquid_lithium() -> Material:
    """Return liquid lithium, from 453.65 K on."""
    return _liquid(
        "liquid_lithium", "lithium", melts=453.65, high=900.0, density=512.0, molar=13.55,
        bulk=10.0, expansion=190e-6 / 3,
    )  # fmt: skip


def liquid_sodium() -> Material:
    """Return liquid sodium, from 370.9 K on."""
    return _liquid(
        "liquid_sodium", "sodium", melts=370.9, high=900.0, density=927.0, molar=24.80,
        bulk=5.3, expansion=250e-6 / 3,
    )  # fmt: skip


def _liquid(
    name: str, element: str, melts: float, high: float, density: float, molar: float, bulk: float,
    expansion: float,
) -> Material:  # fmt: skip
    """Return a liquid metal: bulk modulus [GPa], molar volume [cm3/mol], density [kg/m3]."""
    # nearly all of its stiffness is against pressure
    poisson = 0.49
    young = 3 * bulk * (1 - 2 * poisson)
    remembered = Source(
        "handbook", "liquid at its melting point", melts, "within 5 %", Provenance.MEMORY
    )
    chosen = Source(
        "ssbmech", "viscosity of 1e6 Pa s, so that shear is nothing beside pressure", melts,
        "1e5 to 1e8 Pa s; the real one is 0.6 mPa s", Provenance.GUESSED,
    )  # fmt: skip
    sources = {
        "solid.elastic.young": Source(
            "handbook",
            f"bulk modulus {bulk:g} GPa, from the speed of sound",
            melts,
            "with a Poisson's ratio of 0.49 in place of 0.5",
            Provenance.MEMORY,
        ),
        "solid.elastic.poisson": Source("ssbmech", "numerical choice", None, "", Provenance.MEMORY),
        "solid.flow.rate": chosen,
        "solid.flow.stress": Source("ssbmech", "unit of the law", melts, "", Provenance.DERIVED),
        "solid.flow.exponent": Source("ssbmech", "a liquid", None, "", Provenance.DERIVED),
        "solid.flow.activation_energy": Source(
            "ssbmech", "none: the viscosity is a choice", None, "", Provenance.DERIVED
        ),
        "solid.flow.reference_temperature": Source(
            "ssbmech", "where the viscosity is stated", melts, "", Provenance.DERIVED
        ),
        "metal.molar_volume": Source(
            "handbook", f"molar mass over {density:g} kg/m3", melts, "", Provenance.MEMORY
        ),
        "thermal_expansion": remembered,
        "freezing_point": Source("handbook", "melting point", None, "", Provenance.MEMORY),
    }
    return Material(
        name,
        ElasticViscoplastic(
            Elastic(young=young * GPa, poisson=poisson), newtonian(VISCOSITY, melts, high, melts)
        ),
        metal=Metal(molar_volume=molar * cm3_per_mol, element=element),
        thermal_expansion=expansion,
        freezing_point=melts * K,
        sources=sources,
    )
