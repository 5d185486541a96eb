# SPDX-License-Identifier: BSD-3-Clause
"""Bare surfaces of metals: their energy, and how fast metal diffuses along them.

The energy of lithium is computed, and known to a few percent for a clean crystal; a surface that
has reacted has another one. Its surface diffusivity is not measured: that of the library is a guess
within three decades, so that it says which voids can become round, and not when.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.interfaces.capillarity import Capillarity
from ssbmech.interfaces.diffusion import InterfaceDiffusion
from ssbmech.parameter import Provenance, Source
from ssbmech.units import kJ_per_mol
from ssbmech.validity import TemperatureRange

__all__ = ["SURFACES", "SURFACE_SOURCES", "lithium_surface"]

_SOLID: Final = TemperatureRange(195.0, 453.0)


def lithium_surface() -> Capillarity:
    """Return the bare surface of lithium: 0.5 J/m2, with a guess of its surface diffusivity."""
    return Capillarity(
        surface_energy=0.5,
        diffusion=InterfaceDiffusion(2e-20, 25 * kJ_per_mol, valid=_SOLID),
        sources=SURFACE_SOURCES["lithium"],
    )


SURFACE_SOURCES: Final = MappingProxyType(
    {
        "lithium": {
            "surface_energy": Source(
                "tran2016",
                "computed for faces of the crystal, between those of (100) and (111)",
                None,
                "0.46 to 0.53 J/m2",
                Provenance.MEMORY,
            ),
            "diffusion.diffusivity_width": Source(
                "ssbmech",
                "7e-11 m2/s, by what metals have in common at the same part of their melting "
                "temperature, times a layer of atoms, 0.28 nm",
                ROOM_TEMPERATURE,
                "1e-22 to 1e-19 m3/s",
                Provenance.GUESSED,
            ),
            "diffusion.activation_energy": Source(
                "ssbmech",
                "by the same, 13 calories per mole and kelvin of the melting temperature",
                None,
                "15 to 35 kJ/mol; single atoms hop over 2 to 14 kJ/mol on terraces",
                Provenance.GUESSED,
            ),
            "diffusion.reference_temperature": Source(
                "ssbmech", "room temperature", None, "", Provenance.DERIVED
            ),
        }
    }
)
"""Source of each number of the surfaces, by name and path."""

SURFACES: Final = MappingProxyType({"lithium": lithium_surface})
"""Functions that return the surfaces of the library, by metal."""
