# SPDX-License-Identifier: BSD-3-Clause
r"""An interface: the surface between two bodies, with the laws that act across it.

The interface "minus|plus" has its unit normal pointing from minus to plus. The gap is

.. math:: g = g_0 + (u_{plus} - u_{minus}) \cdot n + s

with the initial gap g0 and the thickness s of metal stripped (minus plated) from the minus body.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ssbmech.errors import CaseError
from ssbmech.interfaces.contact import Contact, Frictionless
from ssbmech.interfaces.kinetics import ChargeTransfer

GapProfile = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Initial gap [m] of positions with shape (3, n) [m]."""


@dataclass(frozen=True)
class Interface:
    """Two touching bodies and the laws between them.

    Attributes:
        name: "minus|plus", the names of the two bodies.
        contact: contact law.
        kinetics: charge transfer from the minus body (metal) to the plus body (electrolyte); None
            if none.
        initial_gap: gap before anything moves; None for perfect contact.

    Raises:
        CaseError: the name does not name two different bodies, or the gap is not a profile.
    """

    name: str
    contact: Contact = field(default_factory=Frictionless)
    kinetics: ChargeTransfer | None = None
    initial_gap: GapProfile | None = None

    def __post_init__(self) -> None:
        """Check the name."""
        sides = self.name.split("|")
        if len(sides) != 2 or not all(sides) or sides[0] == sides[1]:
            raise CaseError(
                f"interface name {self.name!r} does not name two bodies: "
                "write 'minus|plus', for example 'negative|separator'"
            )
        if self.initial_gap is not None and not callable(self.initial_gap):
            raise CaseError(
                f"interface {self.name!r}: the initial gap {self.initial_gap!r} is not a profile: "
                "take LensGap(...), or FunctionGap(lambda x: 5e-8) for a constant gap [m]"
            )

    @property
    def minus(self) -> str:
        """Name of the body the normal points away from."""
        return self.name.split("|")[0]

    @property
    def plus(self) -> str:
        """Name of the body the normal points into."""
        return self.name.split("|")[1]
