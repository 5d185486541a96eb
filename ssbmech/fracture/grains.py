# SPDX-License-Identifier: BSD-3-Clause
r"""Boundaries of grains that swell by their crystal axes: an estimate of which of them break.

A grain whose c axis strains by Delta more than its other axes has, against a polycrystal of random
axes, the misfit :math:`\Delta (c \otimes c - I / 3)`. A round grain in a medium of the same moduli
then is under the stress (Eshelby)

.. math::
    \sigma = -2 G (1 - \beta) \Delta \left( c \otimes c - \tfrac13 I \right), \quad
    \beta = \frac{2 (4 - 5 \nu)}{15 (1 - \nu)}

The tension across a boundary is taken as the mean of both its grains', and a penny-shaped flaw on
it, of a share of the grain in diameter, as what breaks it. The modulus is the same in all
directions, nothing creeps, and no boundary knows of broken ones: an order of magnitude, and how it
goes with misfit, grain size and toughness.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ssbmech.errors import ParameterError
from ssbmech.fracture.bounds import check_positive
from ssbmech.fracture.flaws import (
    PennyCrack,
    critical_stress,
    energy_release,
    plane_modulus,
    shape_factor,
)

_ALONG: Final = 2.0 / 3.0
_ACROSS: Final = -1.0 / 3.0


def eshelby_shear(poisson: float) -> float:
    r"""Return the share :math:`\beta` of a shape change that a round grain is free to make [1].

    Args:
        poisson: Poisson's ratio [1].
    """
    return 2.0 * (4.0 - 5.0 * poisson) / (15.0 * (1.0 - poisson))


@dataclass(frozen=True, slots=True)
class GrainBoundaries:
    """Boundaries of a polycrystal of random axes.

    Attributes:
        young: Young's modulus [Pa].
        poisson: Poisson's ratio [1].
        toughness: Toughness of a boundary [Pa m^(1/2)].
        grain: Diameter of the grains [m].
        flawed: Diameter of the flaw of a boundary over that of the grain [1].

    Raises:
        ParameterError: A number is out of its bounds.
    """

    young: float
    poisson: float
    toughness: float
    grain: float
    flawed: float = 1.0

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "young", "toughness", "grain", "flawed")
        if not -1.0 < self.poisson < 0.5 or self.flawed > 1.0:
            raise ParameterError(
                "GrainBoundaries: expected a Poisson's ratio from -1 to 0.5, and a flaw of a grain "
                "or less"
            )

    @property
    def flaw(self) -> float:
        """Radius of the flaw of a boundary [m]."""
        return 0.5 * self.flawed * self.grain

    def tension(self, misfit: float, first: float, second: float) -> float:
        """Return the tension across a boundary [Pa].

        Args:
            misfit: Strain of the c axis less that of the others Delta [1].
            first: Cosine of the angle between its normal and one grain's c axis [1].
            second: The same for the other grain [1].
        """
        shear = self.young / (2.0 * (1.0 + self.poisson))
        mean = 0.5 * (first**2 + second**2) - 1.0 / 3.0
        return -2.0 * shear * (1.0 - eshelby_shear(self.poisson)) * misfit * mean

    def largest_tension(self, misfit: float) -> float:
        """Return the tension across the boundaries that are pulled most [Pa].

        Those at right angles to the axes of both grains where c shrinks, along them where it grows.

        Args:
            misfit: Strain of the c axis less that of the others [1].
        """
        cosine = 1.0 if misfit < 0.0 else 0.0
        return self.tension(misfit, cosine, cosine)

    def released(self, misfit: float) -> float:
        r"""Return the largest energy release rate of a boundary [J/m2].

        .. math:: G = \frac{4 \sigma^2 a (1 - \nu^2)}{\pi E}, \quad 2 a \text{ the flaw}

        It goes with the square of the misfit and with the size of the grain.

        Args:
            misfit: Strain of the c axis less that of the others [1].
        """
        root = math.sqrt(math.pi * self.flaw)
        k = shape_factor(PennyCrack()) * self.largest_tension(misfit) * root
        return energy_release(plane_modulus(self.young, self.poisson), k)

    def critical_misfit(self, *, shrinks: bool) -> float:
        """Return the size of the misfit at which the first boundaries break [1].

        Args:
            shrinks: Whether the c axis becomes the shorter one.
        """
        one = self.largest_tension(-1.0 if shrinks else 1.0)
        return critical_stress(PennyCrack(), self.flaw, self.toughness) / one

    def broken(self, misfit: float) -> float:
        """Return the share of all boundaries that break, of grains of random axes [1].

        Args:
            misfit: Strain of the c axis less that of the others [1].
        """
        needed = critical_stress(PennyCrack(), self.flaw, self.toughness)
        scale = abs(self.tension(misfit, 1.0, 1.0)) / _ALONG
        if scale == 0.0:
            return 0.0
        if misfit < 0.0:
            return 1.0 - _within(2.0 * (needed / scale - _ACROSS))
        return _within(2.0 * (-needed / scale - _ACROSS))


def _within(square: float) -> float:
    """Return the share of pairs of cosines of random axes whose squares sum up to less [1].

    Cosines of random directions are evenly spread, so that it is that part of a unit square within
    a circle.
    """
    if square <= 0.0:
        return 0.0
    if square >= 2.0:
        return 1.0
    if square <= 1.0:
        return 0.25 * math.pi * square
    rest, root = math.sqrt(square - 1.0), math.sqrt(square)
    return rest + 0.5 * square * (math.asin(1.0 / root) - math.asin(rest / root))
