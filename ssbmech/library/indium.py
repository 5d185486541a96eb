# SPDX-License-Identifier: BSD-3-Clause
"""Indium that takes up lithium: it swells by a half, at one potential, and flows.

x = 1 is InLi0.87, up to which indium and that alloy coexist. It is for bodies that move,
`Body(..., moves=True)`. What is known of the alloy's mechanics is little.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.library.cathodes import window_sources
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.flowing_host import FlowingHost
from ssbmech.materials.host import ArrheniusDiffusivity, Host, TableOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import LogarithmicVolumeSwelling
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa, MPa, g_per_cm3, mol_per_m3

_T: Final = ROOM_TEMPERATURE
_GRID: Final = (0.0, 0.5, 1.0)


def indium() -> Material:
    """Return indium that takes up lithium until it is InLi0.87, at 0.62 V."""
    law = ElasticViscoplastic(
        Elastic(young=12.6 * GPa, poisson=0.45),
        NortonFlow(rate=1e-3, stress=2 * MPa, exponent=6.0, reference_temperature=_T),
    )
    solid = FlowingHost(
        law, modulus=Curve(_GRID, (1.0, 1.0, 1.0)), strength=Curve(_GRID, (1.0, 3.0, 5.0))
    )
    host = Host(
        c_max=55_380 * mol_per_m3,
        ocv=TableOcv(
            Curve(x=(0.0, 0.01, 0.03, 0.50, 0.97, 1.0), y=(1.0, 0.68, 0.6225, 0.62, 0.6175, 0.55))
        ),
        diffusivity=ArrheniusDiffusivity(d_0=1e-12),
        swelling=LogarithmicVolumeSwelling(Curve(_GRID, (0.0, 0.251, 0.502)), allowed=0.6),
        density=7.309 * g_per_cm3,
        x_empty=0.01,
        x_full=0.97,
    )
    return Material("indium", solid, host=host, thermal_expansion=32e-6, sources=_SOURCES)


_SOURCES: Final[Mapping[str, Source]] = {
    "thermal_expansion": Source("handbook", "metal", _T, "", Provenance.MEMORY),
    "solid.law.elastic.young": Source(
        "koerver2018",
        "indium, from the elastic constants listed there",
        _T,
        "that of the alloy is not known",
        Provenance.SECONDARY,
    ),
    "solid.law.elastic.poisson": Source("koerver2018", "same list", None, "", Provenance.SECONDARY),
    "solid.law.flow.rate": Source(
        "ssbmech", "rate at which a yield stress is told", None, "", Provenance.DERIVED
    ),
    "solid.law.flow.stress": Source(
        "ssbmech", "yield stress of indium", None, "1 to 3 MPa", Provenance.GUESSED
    ),
    "solid.law.flow.exponent": Source(
        "ssbmech",
        "as lithium, for it is as near to its melting point",
        None,
        "5 to 8",
        Provenance.GUESSED,
    ),
    "solid.law.flow.activation_energy": Source(
        "ssbmech", "taken as none, for want of data", None, "0 to 80 kJ/mol", Provenance.GUESSED
    ),
    "solid.law.flow.reference_temperature": Source(
        "ssbmech", "room temperature", None, "", Provenance.DERIVED
    ),
    "solid.modulus": Source(
        "ssbmech", "taken as that of indium", _T, "1 to 3 times", Provenance.GUESSED
    ),
    "solid.strength": Source(
        "ssbmech",
        "to 10 MPa of InLi, harder than indium",
        None,
        "5 to 30 MPa",
        Provenance.GUESSED,
    ),
    "host.c_max": Source(
        "ssbmech", "0.87 lithium in 15.71 cm3/mol of indium", _T, "", Provenance.DERIVED
    ),
    "host.ocv.curve": Source(
        "tutorial_model",
        "0.62 V, the potential of the reference electrode; 5 mV of slope let lithium move",
        _T,
        "the rise below x = 0.03 and the fall above 0.97 are guessed",
        Provenance.SECONDARY,
    ),
    "host.diffusivity.d_0": Source(
        "ssbmech",
        "two phases coexist: the law moves lithium there as a front would",
        _T,
        "1e-14 to 1e-10 m2/s",
        Provenance.GUESSED,
    ),
    "host.diffusivity.activation_energy": Source(
        "ssbmech", "taken as none, for want of data", None, "0 to 50 kJ/mol", Provenance.GUESSED
    ),
    "host.swelling.curve": Source(
        "koerver2018",
        "15.71 to 23.60 cm3 per mole of indium in InLi0.87",
        _T,
        "106 % is in use as well",
        Provenance.SECONDARY,
    ),
    "host.swelling.allowed": Source("ssbmech", "all of it", _T, "", Provenance.DERIVED),
    "host.density": Source("ssbmech", "114.82 g/mol in 15.71 cm3/mol", _T, "", Provenance.DERIVED),
    **window_sources("the plateau"),
}
