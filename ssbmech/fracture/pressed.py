# SPDX-License-Identifier: BSD-3-Clause
r"""Metal that stack pressure alone presses into a flaw, without current.

A crack that metal enters at the stack pressure is held open by it, w = 4 P a / E'. With a gradient
P / a metal creeps in at

.. math::
    \frac{da}{dt} = \frac{q}{w} = \frac{a}{t_c}, \quad
    t_c = \frac{(n + 2) E'^{\,n+1}}{B \, (2 P)^{n+1} P^n}

so that the crack grows exponentially, with a time that falls with the power 2 n + 1 of the
pressure, 14 for lithium, if its intensity is that of toughness at all. A scale: the profile of the
pressure would add a factor of the order of one. That films creep like the bulk is an assumption,
and E', which enters with the power n + 1, is that of the pellet with its pores.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssbmech.errors import ParameterError
from ssbmech.fracture.bounds import check_positive
from ssbmech.fracture.flaws import critical_stress

if TYPE_CHECKING:
    from ssbmech.fracture.flaws import Flaw
    from ssbmech.fracture.leak import ShearFlow


@dataclass(frozen=True, slots=True)
class PressedCrack:
    """A flaw at the metal into which stack pressure presses it.

    Attributes:
        flaw: Its shape.
        size: Its size at first a_0 [m].
        toughness: Toughness of the electrolyte [Pa m^(1/2)].
        modulus: Plane modulus of the electrolyte with its pores E' [Pa].
        flow: Creep of the metal.
        held: Compression across the flaw over the stack pressure, as in a die [1].

    Raises:
        ParameterError: A number is not positive, or all of the pressure is held.
    """

    flaw: Flaw
    size: float
    toughness: float
    modulus: float
    flow: ShearFlow
    held: float = 0.0

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "size", "toughness", "modulus")
        if not 0.0 <= self.held < 1.0:
            raise ParameterError(f"PressedCrack: held = {self.held:g}, expected 0 to below 1")

    @property
    def least_pressure(self) -> float:
        """Stack pressure below which the flaw never grows [Pa]."""
        return critical_stress(self.flaw, self.size, self.toughness) / (1.0 - self.held)

    def fold_time(self, pressure: float) -> float:
        """Return the time in which it grows by a factor of e t_c [s].

        Args:
            pressure: Stack pressure, above zero [Pa].
        """
        n, opens = self.flow.exponent, (1.0 - self.held) * pressure
        below = self.flow.coefficient * (2.0 * opens) ** (n + 1.0) * pressure**n
        return float((n + 2.0) * self.modulus ** (n + 1.0) / below)

    def time(self, pressure: float, length: float) -> float:
        """Return the time in which it grows to a length, such as the separator's [s].

        Args:
            pressure: Stack pressure, zero or more [Pa].
            length: The length [m].

        Returns:
            The time; infinite below the least pressure.
        """
        if pressure < self.least_pressure:
            return math.inf
        return self.fold_time(pressure) * max(math.log(length / self.size), 0.0)
