# SPDX-License-Identifier: BSD-3-Clause
r"""Creep of metal through slits, tubes and cracks, without slip at the walls.

Metal that creeps under tension with :math:`\dot\varepsilon = A q^n` shears with
:math:`\dot\gamma = B \tau^n`, :math:`B = A \, 3^{(n+1)/2}`. That films of 10 to 100 nm creep like
bulk metal is an assumption.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ssbmech.fracture.bounds import check_positive

SELF_SIMILAR: Final = 1.10
"""Stress intensity over p_s sqrt(pi a) of a leaking crack that its own pressure holds open,
computed to 1 % for exponents from 1 to 6.6 [1]."""


@dataclass(frozen=True, slots=True)
class ShearFlow:
    r"""Power law of shear, :math:`\dot\gamma = B \tau^n`.

    Attributes:
        coefficient: Coefficient B [s-1 Pa^-n].
        exponent: Exponent n [1].

    Raises:
        ParameterError: One of them is not positive.
    """

    coefficient: float
    exponent: float

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "coefficient", "exponent")

    @classmethod
    def of_creep(cls, rate: float, stress: float, exponent: float) -> ShearFlow:
        r"""Return the shear law of creep :math:`\dot\varepsilon = r (q / \sigma_0)^n`.

        Args:
            rate: Creep rate at the stress r [1/s].
            stress: Stress sigma_0 [Pa].
            exponent: Exponent n [1].
        """
        return cls(rate * stress**-exponent * 3.0 ** (0.5 * (exponent + 1.0)), exponent)

    def slit_flux(self, gradient: float, width: float) -> float:
        r"""Return the flux in a slit, :math:`2 B G^n (w/2)^{n+2} / (n+2)` [m2/s].

        Args:
            gradient: Pressure gradient G [Pa/m].
            width: Width w [m].
        """
        n = self.exponent
        return float(2.0 * self.coefficient * gradient**n * (0.5 * width) ** (n + 2.0) / (n + 2.0))

    def fed_slit_pressure(self, plated: float, width: float, length: float) -> float:
        r"""Return the pressure at the closed end of a rigid slit fed along both walls [Pa].

        .. math:: p = \left[ \frac{v (n+2)}{B} \right]^{1/n} \left( \frac{2}{w} \right)^{(n+2)/n}
                      a^{1 + 1/n} \frac{n}{n+1}

        Args:
            plated: Speed of plating at each wall v [m/s].
            width: Width w [m].
            length: Distance from the end to the open mouth a [m].
        """
        n = self.exponent
        feed = (plated * (n + 2.0) / self.coefficient) ** (1.0 / n)
        narrow = (2.0 / width) ** ((n + 2.0) / n)
        return float(feed * narrow * length ** (1.0 + 1.0 / n) * n / (n + 1.0))

    def tube_speed(self, gradient: float, radius: float) -> float:
        r"""Return the mean speed in a tube, :math:`R B (G R / 2)^n / (n + 3)` [m/s].

        Args:
            gradient: Pressure gradient G [Pa/m].
            radius: Radius R [m].
        """
        n = self.exponent
        return float(radius * self.coefficient * (0.5 * gradient * radius) ** n / (n + 3.0))

    def tube_time(self, pressure: float, radius: float, length: float) -> float:
        r"""Return the time in which a pressure fills a round pore up to a length [s].

        .. math:: t = \frac{(n+3) L^{n+1}}{(n+1) B R (P R / 2)^n}

        The front is free of pressure, the pore rigid. The wider pore always wins, so that a
        distribution of radii cannot change the power -n of the pressure.

        Args:
            pressure: Pressure at the mouth P [Pa].
            radius: Radius R [m].
            length: Length L [m].
        """
        n = self.exponent
        below = (n + 1.0) * self.coefficient * radius * (0.5 * pressure * radius) ** n
        return float((n + 3.0) * length ** (n + 1.0) / below)

    def leaking_pressure(self, plated: float, size: float, modulus: float) -> float:
        r"""Return the scale of pressure of a fed through crack that leaks from its mouth [Pa].

        .. math:: p_s = \left[ \frac{v}{a} \, \frac{n+2}{B}
                        \left( \frac{E'}{2} \right)^{n+2} \right]^{1/(2n+2)}

        Its own pressure holds it open; K is 1.10 p_s sqrt(pi a). Current and strength of the metal
        enter with the power 1 / (2n + 2), 1/15 for lithium.

        Args:
            plated: Speed of plating at each wall v [m/s].
            size: Length of the crack from the mouth a [m].
            modulus: Plane modulus E' [Pa].
        """
        n = self.exponent
        inner = plated / size * (n + 2.0) / self.coefficient * (0.5 * modulus) ** (n + 2.0)
        return float(inner ** (1.0 / (2.0 * n + 2.0)))

    def leaking_intensity(self, plated: float, size: float, modulus: float) -> float:
        r"""Return the stress intensity to which creep out of the mouth limits a crack.

        Args:
            plated: Speed of plating at each wall v [m/s].
            size: Length of the crack from the mouth a [m].
            modulus: Plane modulus E' [Pa].

        Returns:
            Stress intensity [Pa m^(1/2)]; that of plating may be lower.
        """
        scale = self.leaking_pressure(plated, size, modulus)
        return SELF_SIMILAR * scale * math.sqrt(math.pi * size)
