# SPDX-License-Identifier: BSD-3-Clause
r"""Ripples of a plated surface: whether they grow into a stiff electrolyte.

A surface of soft metal with hills of height h cos(q x) into an electrolyte of half a space draws
more current to its hills, and what it plates there presses on the electrolyte, which ends plating.
To first order in h, with the mean current density i_0 and h_p of the hills plated since the
electrolyte was free of stress,

.. math::
    i_1 \left( Z + \frac{1}{\kappa q} \right) = \frac{i_0 h}{\kappa} - \frac{\Omega}{F} p_1, \quad
    p_1 = \frac{E' q}{2} h_p

so that ripples die away below :math:`i^* = \kappa (\Omega / F) E' q / 2`. The surface bears no
shear. Metal and electrolyte give way one after the other,
:math:`1 / E' = 1 / E'_{metal} + 1 / E'_{se}`; metal that flows evens its pressure out, and what
presses is then less.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.fracture.bounds import check_positive


@dataclass(frozen=True, slots=True)
class PlatedRipple:
    """A rippled surface that is plated.

    Attributes:
        wavelength: Its wavelength, 2 pi / q [m].
        modulus: Plane modulus E', of the electrolyte where the metal is stiff against it, else of
            both in series [Pa].
        resistance: Area resistance of the surface Z [ohm m2].
        conductivity: Conductivity of the electrolyte kappa [S/m].
        molar_volume: Volume of metal per mole of charge Omega [m3/mol].

    Raises:
        ParameterError: A number is not positive; Z may be zero.
    """

    wavelength: float
    modulus: float
    resistance: float
    conductivity: float
    molar_volume: float

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "wavelength", "modulus", "conductivity", "molar_volume")
        if not self.resistance >= 0.0:
            raise ParameterError(
                f"PlatedRipple: resistance = {self.resistance:g}, expected zero or more"
            )

    @property
    def wave_number(self) -> float:
        """Wave number q [1/m]."""
        return 2.0 * math.pi / self.wavelength

    def pressure(self, plated: float) -> float:
        """Return the pressure on hills that were plated, E' q h_p / 2 [Pa].

        Args:
            plated: Height plated since the electrolyte was free of stress h_p [m].
        """
        return 0.5 * self.modulus * self.wave_number * plated

    def current(self, mean: float, height: float, plated: float) -> float:
        """Return the current density of hills above the mean i_1 [A/m2].

        Args:
            mean: Mean current density that plates i_0 [A/m2].
            height: Height of the hills h [m].
            plated: How much of it was plated since the electrolyte was free of stress h_p [m].
        """
        volt = self.molar_volume / FARADAY * self.pressure(plated)
        spread = self.resistance + 1.0 / (self.conductivity * self.wave_number)
        return (mean * height / self.conductivity - volt) / spread

    @property
    def stable_current(self) -> float:
        """Mean current density below which hills cease to grow i* [A/m2]."""
        per_height = self.molar_volume / FARADAY * self.pressure(1.0)
        return self.conductivity * per_height

    def largest_pressure(self, mean: float, height: float) -> float:
        r"""Return the pressure at which hills of a height at first cease to grow [Pa].

        .. math:: p_1 = \frac{F i_0 h_0}{\kappa \Omega} \, \frac{1}{1 - i_0 / i^*}

        Args:
            mean: Mean current density that plates i_0 [A/m2].
            height: Height at first, free of stress h_0 [m].

        Returns:
            The pressure; infinite at i* and above.
        """
        left = 1.0 - mean / self.stable_current
        if left <= 0.0:
            return math.inf
        return FARADAY * mean * height / (self.conductivity * self.molar_volume) / left
