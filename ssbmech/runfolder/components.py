# SPDX-License-Identifier: BSD-3-Clause
"""Names of the components of vectors and tensors, as field files, tables and maps have them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

COMPONENTS: Final[Mapping[int, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        3: ("direction", ("x", "y", "z")),
        6: ("component", ("xx", "yy", "zz", "xy", "yz", "xz")),
    }
)
"""Number of components -> name of the dimension, names of the components."""


def component_names(size: int = 0) -> tuple[str, ...]:
    """Return the names of the components of a field, such as xx, yy, ... of a stress.

    Args:
        size: their number; of none there are no names.
    """
    numbered = tuple(str(number) for number in range(1, size + 1))
    return COMPONENTS.get(size, ("", numbered))[1]
