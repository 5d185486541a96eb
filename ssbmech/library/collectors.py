# SPDX-License-Identifier: BSD-3-Clause
"""Current collectors and casing: metals that stay elastic at stack pressures and block ions."""

from __future__ import annotations

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.parameter import Provenance, Source
from ssbmech.units import GPa


def copper() -> Material:
    """Return copper foil, elastic; it yields between 60 MPa (annealed) and 350 MPa (rolled)."""
    elastic = Elastic(young=120 * GPa, poisson=0.34)
    return _handbook_metal("copper", elastic, "117 to 130 GPa", 16.5e-6, "")


def aluminium() -> Material:
    """Return aluminium foil, elastic; it yields between 30 and 150 MPa."""
    elastic = Elastic(young=69.5 * GPa, poisson=0.33)
    return _handbook_metal("aluminium", elastic, "69 to 70 GPa", 23e-6, "")


def stainless_steel() -> Material:
    """Return stainless steel 304 or 316L, elastic; it yields between 200 and 300 MPa."""
    elastic = Elastic(young=195 * GPa, poisson=0.29)
    return _handbook_metal("stainless_steel", elastic, "193 to 200 GPa", 16.5e-6, "16 to 17e-6 1/K")


def _handbook_metal(
    name: str, elastic: Elastic, spread: str, expansion: float, spread_expansion: str
) -> Material:
    young = Source("handbook", "typical value", ROOM_TEMPERATURE, spread, Provenance.MEMORY)
    poisson = Source("handbook", "typical value", ROOM_TEMPERATURE, "", Provenance.MEMORY)
    expands = Source(
        "handbook", "typical value", ROOM_TEMPERATURE, spread_expansion, Provenance.MEMORY
    )
    return Material(
        name,
        elastic,
        thermal_expansion=expansion,
        sources={
            "solid.young": young,
            "solid.poisson": poisson,
            "thermal_expansion": expands,
        },
    )
