# SPDX-License-Identifier: BSD-3-Clause
"""Library of materials and interfaces; every number has a unit, a temperature and a source.

Each entry is a function without arguments that returns a new object; `by_name` finds a material by
the name that it carries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from ssbmech.errors import ParameterError
from ssbmech.library.anodes import graphite, lto
from ssbmech.library.argyrodite import li6ps5cl
from ssbmech.library.cathodes import lco, nmc111, nmc811
from ssbmech.library.collectors import aluminium, copper, stainless_steel
from ssbmech.library.dense_silicon import dense_silicon
from ssbmech.library.garnet import llzo
from ssbmech.library.indium import indium
from ssbmech.library.liquids import liquid_lithium, liquid_sodium
from ssbmech.library.lithium import anand_narayan2019, lepage2019, masias2019
from ssbmech.library.pressed import (
    glass_75li2s_25p2s5,
    li3ybrcl6_sheet,
    li6ps5cl_pressed,
    nmc_li3ybrcl6_sheet,
)
from ssbmech.library.silicon import micro_silicon
from ssbmech.library.sodium import wang2020
from ssbmech.library.sodium_electrolytes import beta_alumina, nasicon
from ssbmech.library.thiophosphate import li3ps4
from ssbmech.materials.material import Material

__all__ = ["MATERIALS", "by_name", "named"]

MATERIALS: Final[Mapping[str, Callable[[], Material]]] = MappingProxyType(
    {
        "lithium_masias2019": masias2019,
        "lithium_lepage2019": lepage2019,
        "lithium_anand_narayan2019": anand_narayan2019,
        "sodium_wang2020": wang2020,
        "liquid_lithium": liquid_lithium,
        "liquid_sodium": liquid_sodium,
        "li6ps5cl": li6ps5cl,
        "li3ps4": li3ps4,
        "llzo": llzo,
        "nasicon": nasicon,
        "beta_alumina": beta_alumina,
        "glass_75li2s_25p2s5": glass_75li2s_25p2s5,
        "li6ps5cl_pressed": li6ps5cl_pressed,
        "li3ybrcl6_sheet": li3ybrcl6_sheet,
        "nmc_li3ybrcl6_sheet": nmc_li3ybrcl6_sheet,
        "nmc811": nmc811,
        "nmc111": nmc111,
        "lco": lco,
        "lto": lto,
        "graphite": graphite,
        "micro_silicon": micro_silicon,
        "silicon": dense_silicon,
        "indium": indium,
        "copper": copper,
        "aluminium": aluminium,
        "stainless_steel": stainless_steel,
    }
)
"""Functions that return the materials of the library, by name."""


def by_name(name: str) -> Material:
    """Return a material of the library.

    Args:
        name: One of the keys of `MATERIALS`.

    Raises:
        ParameterError: There is no material of that name.
    """
    if name not in MATERIALS:
        raise ParameterError(
            f'no material "{name}" in the library: expected one of {", ".join(MATERIALS)}'
        )
    return MATERIALS[name]()


def named(kind: str) -> tuple[str, ...]:
    """Return the names of the materials that begin with a word, such as "lithium".

    Args:
        kind: First word of the names.
    """
    return tuple(name for name in MATERIALS if name.partition("_")[0] == kind)
