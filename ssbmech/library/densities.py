# SPDX-License-Identifier: BSD-3-Clause
"""Densities of the library's materials, for masses: no law of a run looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ssbmech.constants import ROOM_TEMPERATURE
from ssbmech.errors import ParameterError
from ssbmech.library import MATERIALS, by_name
from ssbmech.parameter import Provenance, Source

_T: Final = ROOM_TEMPERATURE


def _handbook(text: str, note: str = "") -> Source:
    return Source("handbook", text, _T, note, Provenance.MEMORY)


DENSITIES: Final[Mapping[str, tuple[float, Source]]] = MappingProxyType(
    {
        "lithium": (534.0, _handbook("metal", "0.53 to 0.535 g/cm3")),
        "sodium": (968.0, _handbook("metal", "0.966 to 0.971 g/cm3")),
        "copper": (8960.0, _handbook("metal")),
        "aluminium": (2700.0, _handbook("metal")),
        "stainless_steel": (7950.0, _handbook("304 and 316L", "7.9 to 8.0 g/cm3")),
        "li6ps5cl": (
            1860.0,
            Source("ssbmech", "crystal, as tables of reviews have it", _T,
                   "pellets pressed cold have 80 to 95 % of it", Provenance.REVIEW),
        ),
        "li3ps4": (
            1880.0,
            Source("ssbmech", "glass, 1.85 to 1.95 g/cm3", _T, "", Provenance.GUESSED),
        ),
        "llzo": (
            5100.0,
            Source("ssbmech", "cubic crystal, 5.0 to 5.5 g/cm3 by dopant", _T, "",
                   Provenance.MEMORY),
        ),
        "nasicon": (
            3270.0,
            Source("ssbmech", "crystal of Na3Zr2Si2PO12, 3.2 to 3.3 g/cm3", _T, "",
                   Provenance.GUESSED),
        ),
        "beta_alumina": (3250.0, _handbook("crystal", "3.2 to 3.3 g/cm3")),
        "liquid_lithium": (512.0, _handbook("liquid at 453.65 K")),
        "liquid_sodium": (927.0, _handbook("liquid at 370.9 K")),
    }
)  # fmt: skip
"""Density without pores [kg/m3] and its source, by the first word of a material's name."""


def density_of(name: str) -> float:
    """Return the density of a material of the library without pores [kg/m3].

    Hosts carry their own.

    Args:
        name: name of the material.

    Raises:
        ParameterError: there is no such material, or its density is not known.
    """
    host = by_name(name).host
    if host is not None:
        return host.density
    for key in (name, name.partition("_")[0]):
        if key in DENSITIES:
            return DENSITIES[key][0]
    raise ParameterError(
        f"the density of {name!r} is not known: known are {', '.join(DENSITIES)} and the hosts of "
        f"{', '.join(MATERIALS)}"
    )
