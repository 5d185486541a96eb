# SPDX-License-Identifier: BSD-3-Clause
"""Currents at which plating extends a flaw: sealed, and leaking from its mouth by creep."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.fracture.bounds import check_positive
from ssbmech.fracture.flaws import ThroughCrack, intensity
from ssbmech.fracture.line import LeakingCrack
from ssbmech.fracture.lithium import critical_current, intensity_per_current

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.fracture.flaws import Flaw
    from ssbmech.fracture.leak import ShearFlow

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlatedFlaw:
    r"""A flaw at the surface at which metal is plated, of a solid that conducts its ions.

    Attributes:
        flaw: Its shape.
        size: Its size [m].
        toughness: Toughness of the solid [Pa m^(1/2)].
        modulus: Plane modulus of the solid E' [Pa].
        resistance: Area resistance of its walls Z [ohm m2].
        conductivity: Conductivity of the solid kappa [S/m].
        molar_volume: Volume of metal per mole of charge Omega [m3/mol].
        flow: Creep of the metal.

    Raises:
        ParameterError: A number is not positive.
    """

    flaw: Flaw
    size: float
    toughness: float
    modulus: float
    resistance: float
    conductivity: float
    molar_volume: float
    flow: ShearFlow

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "size", "toughness", "modulus")
        check_positive(self, "resistance", "conductivity", "molar_volume")

    def sealed(self, opened: float = 0.0) -> float:
        r"""Return the current density that extends it if no metal leaves it [A/m2].

        .. math:: i_c = \frac{\Omega}{F} \, \frac{K_{Ic} / (Y \sqrt{\pi a}) - S}{Z + c a / \kappa}

        A lower bound: creep out of the mouth can only lower the pressure.

        Args:
            opened: Stress S that opens it without plating: tension across it and pressure of the
                metal at its mouth; negative if it is pressed shut [Pa].
        """
        shut = self.toughness, self.resistance, self.conductivity, self.molar_volume
        return max(critical_current(self.flaw, self.size, *shut, compression=-opened), 0.0)

    def leaking(self, opened: float = 0.0) -> float:
        """Return the same with metal that creeps out of the mouth [A/m2]: an estimate.

        A through crack of this size is solved, whose intensity by plating is taken in the ratio of
        both if no metal leaves them. Other shapes are narrower and leak less, so that the estimate
        is high. It is at least that of a sealed flaw.

        Args:
            opened: As for `sealed` [Pa].

        Returns:
            The current density; infinite if creep holds the flaw below its toughness.

        Raises:
            ParameterError: No steady state was found.
        """
        needed = (self.toughness - self._beyond_line(opened)) / self._over_line
        return max(self._line(opened).critical_current(needed), self.sealed(opened))

    def share(self, current: float, opened: float = 0.0, *, leaks: bool = True) -> float:
        """Return the stress intensity at a current density over the toughness [1].

        Args:
            current: Current density, zero or more [A/m2].
            opened: As for `sealed` [Pa].
            leaks: Whether metal creeps out of the mouth.

        Raises:
            ParameterError: No steady state was found.
        """
        if leaks and current > 0.0:
            own = self._over_line * self._line(opened).solve(current).intensity
            own = max(own + self._beyond_line(opened), 0.0)
        else:
            own = max(intensity(self.flaw, self.size, lambda x: self._ends(current, x) + opened), 0)
        return own / self.toughness

    def _ends(self, current: float, depth: Array) -> Array:
        """Return the pressure at which plating ends at depths [Pa]."""
        unit = FARADAY / self.molar_volume * current
        return np.asarray(unit * (self.resistance + depth / self.conductivity))

    @property
    def _over_line(self) -> float:
        """Stress intensity over that of a through crack if no metal leaves them [1]."""
        along = self.size, self.resistance, self.conductivity, self.molar_volume
        own = intensity_per_current(self.flaw, *along)
        return own / intensity_per_current(ThroughCrack(), *along)

    def _beyond_line(self, opened: float) -> float:
        """Return what a uniform stress adds that the ratio of plating does not [Pa m^(1/2)]."""
        own = self._uniform(self.flaw, opened)
        return own - self._over_line * self._uniform(ThroughCrack(), opened)

    def _uniform(self, flaw: Flaw, stress: float) -> float:
        """Return the intensity of a uniform stress, the largest along the front in size."""
        size = intensity(flaw, self.size, lambda x: np.full_like(x, abs(stress)))
        return math.copysign(size, stress)

    def _line(self, opened: float) -> LeakingCrack:
        """Return a through crack of this size."""
        return LeakingCrack(
            size=self.size,
            modulus=self.modulus,
            resistance=self.resistance,
            conductivity=self.conductivity,
            molar_volume=self.molar_volume,
            flow=self.flow,
            opened=opened,
        )


def local_factor(local: float, nominal: float) -> float:
    """Return how many times the mean a current at a flaw is, if a cell fails at the mean [1].

    Args:
        local: Critical current density at the flaw [A/m2].
        nominal: Mean current density at which cells fail [A/m2].

    Raises:
        ParameterError: One of them is not positive, or the first is infinite.
    """
    if not (0.0 < local < math.inf and nominal > 0.0):
        raise ParameterError("local_factor: expected finite current densities above zero")
    return local / nominal
