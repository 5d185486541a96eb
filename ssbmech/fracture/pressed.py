# SPDX-License-Identifier: BSD-3-Clause
r"""Metal that stack pressure alone presses into a flaw or a pore, without current.

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


@dataclass(frozen=True, slots=True)
class PressedPore:
    r"""A round pore with rigid walls into which stack pressure presses metal.

    With no pressure at the front and a gradient P / L, metal that sticks to the wall gets to L in

    .. math::
        t = \frac{L^{n+1}}{(n+1) B R (P R / 2)^n \left( \frac{1}{n+3} + s \right)}, \quad
        v_{wall} = s B R \tau^n

    with s = 0; other s are walls along which it slips by a law of that power. So it is the length
    over the radius that counts, and the time falls with the power n of the pressure. The mouth and
    the shape of the front are left out: a matter of one or two radii.

    Attributes:
        radius: Radius R [m].
        flow: Creep of the metal.
        slip: Slip at the wall s [1].

    Raises:
        ParameterError: A number is out of its bounds.
    """

    radius: float
    flow: ShearFlow
    slip: float = 0.0

    def __post_init__(self) -> None:
        """Check the bounds."""
        if not (self.radius > 0.0 and self.slip >= 0.0):
            raise ParameterError(
                f"{type(self).__name__}: expected a radius above zero, and no negative slip"
            )

    @property
    def profile(self) -> float:
        """Mean speed without slip over B R tau^n at the wall, 1 / (n + 3) [1]."""
        return 1.0 / (self.flow.exponent + 3.0)

    def wall_shear(self, gradient: float) -> float:
        """Return the shear stress at the wall, G R / 2 [Pa].

        Args:
            gradient: Pressure gradient G [Pa/m].
        """
        return 0.5 * gradient * self.radius

    def speed(self, pressure: float, length: float) -> float:
        """Return the speed of the front at a length [m/s].

        Args:
            pressure: Stack pressure, zero or more [Pa].
            length: Length that is full, above zero [m].

        Raises:
            ParameterError: Pressure or length is out of its bounds.
        """
        if not (pressure >= 0.0 and length > 0.0):
            raise ParameterError(
                f"{type(self).__name__}: no negative pressure and a length above zero, here "
                f"{pressure:g} Pa and {length:g} m"
            )
        n, shear = self.flow.exponent, self.wall_shear(pressure / length)
        return float(self.flow.coefficient * self.radius * shear**n * (self.profile + self.slip))

    def time(self, pressure: float, length: float) -> float:
        """Return the time in which the front gets to a length [s]; infinite without pressure.

        Args:
            pressure: Stack pressure, zero or more [Pa].
            length: The length, zero or more [m].

        Raises:
            ParameterError: Pressure or length is out of its bounds.
        """
        if length == 0.0:
            return 0.0
        if pressure == 0.0:
            return math.inf
        return length / ((self.flow.exponent + 1.0) * self.speed(pressure, length))

    def reach(self, pressure: float, time: float) -> float:
        """Return how far the front gets in a time [m].

        Args:
            pressure: Stack pressure, zero or more [Pa].
            time: The time, zero or more [s].

        Raises:
            ParameterError: Pressure or time is out of its bounds.
        """
        if not time >= 0.0:
            raise ParameterError(f"{type(self).__name__}: no negative time, here {time:g} s")
        whole = self.time(pressure, self.radius)
        return float(self.radius * (time / whole) ** (1.0 / (self.flow.exponent + 1.0)))


@dataclass(frozen=True, slots=True)
class PressedSlit(PressedPore):
    r"""A slit with rigid walls into which stack pressure presses metal; `radius` is half its width.

    As the pore, with :math:`P w / 2` in the place of :math:`P R / 2` and n + 2 of n + 3.
    """

    @property
    def profile(self) -> float:
        """Mean speed without slip over B (w/2) tau^n at the wall, 1 / (n + 2) [1]."""
        return 1.0 / (self.flow.exponent + 2.0)

    def wall_shear(self, gradient: float) -> float:
        """Return the shear stress at the wall, G w / 2 [Pa]."""
        return gradient * self.radius
