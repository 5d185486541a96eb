# SPDX-License-Identifier: BSD-3-Clause
r"""A flaw that is plated along its walls and leaks from its mouth, in steady state.

Along a through crack, open at x = 0 and symmetric to its mouth, pressure p above that at the mouth,
width w and flux q of metal towards the mouth follow from

.. math::
    \frac{dq}{dx} = - 2 \frac{\eta(x) - \Omega p / F}{Z} \frac{\Omega}{F}, \quad
    \eta = i \left( Z + \frac{x}{\kappa} \right), \quad
    q = \frac{2 B}{n + 2} \left( \frac{w}{2} \right)^{n+2} \left( \frac{dp}{dx} \right)^n, \quad
    w = \mathcal{C} (p + S)

with the compliance C of a crack in an infinite body (displacement discontinuities) and the stress S
that opens it without plating: the tension across it and the pressure at its mouth. A compression,
S < 0, shuts the lips: metal is pressed out only where it holds them apart by itself, so that the
pressure that opens, p + S, begins at the mouth with zero. The field of the electrolyte is that
without a crack, walls follow linear kinetics, and metal in films creeps like the bulk: estimates.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.fracture.bounds import check_positive

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ssbmech.fracture.leak import ShearFlow

    Array = NDArray[np.float64]

LARGEST: Final = 1e5
"""Current density above which none is looked for [A/m2]."""
_GROWTH: Final = 3.0
"""Factor between currents on the way up."""
_FIRST: Final = 1e-2
"""Current density at which it begins [A/m2]."""
_ITERATIONS: Final = 60
_EXACT: Final = 1e-8
_CUTS: Final = 5
_BRACKET: Final = 3e-4


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What a crack is like in steady state.

    Attributes:
        depth: Middles of the elements from the mouth, shape (elements,) [m].
        pressure: Pressure of the metal above that at the mouth, shape (elements,) [Pa].
        opening: Width, shape (elements,) [m].
        outflow: Flux out of the mouth, of one half [m2/s].
        intensity: Stress intensity [Pa m^(1/2)].
    """

    depth: Array
    pressure: Array
    opening: Array
    outflow: float
    intensity: float


@dataclass(frozen=True)
class LeakingCrack:
    """A through crack that is plated and leaks.

    Attributes:
        size: Length from the mouth a [m].
        modulus: Plane modulus E' [Pa].
        resistance: Area resistance of its walls Z [ohm m2].
        conductivity: Conductivity of the electrolyte kappa [S/m].
        molar_volume: Volume of metal per mole of charge Omega [m3/mol].
        flow: Creep of the metal.
        opened: Stress S that opens it without plating, negative if it shuts it [Pa].
        elements: Number of elements.

    Raises:
        ParameterError: A number is not positive.
    """

    size: float
    modulus: float
    resistance: float
    conductivity: float
    molar_volume: float
    flow: ShearFlow
    opened: float = 0.0
    elements: int = 40

    def __post_init__(self) -> None:
        """Check the bounds."""
        check_positive(self, "size", "modulus", "resistance", "conductivity", "molar_volume")
        if self.elements < 2:
            raise ParameterError(f"LeakingCrack: {self.elements} elements, expected two or more")

    def solve(self, current: float) -> Profile:
        """Return the steady state at a current density of the field.

        The current is raised to it in steps, each from the solution before.

        Args:
            current: Current density that plates far away, above zero [A/m2].

        Raises:
            ParameterError: The current is not positive, or no solution was found.
        """
        if not current > 0.0:
            raise ParameterError(f"LeakingCrack: {current:g} A/m2 plates nothing")
        at = min(current, _FIRST)
        roots = self._equations.newton(at, np.zeros(self.elements))
        while at < current:
            before, at = at, min(current, _GROWTH * at)
            roots = self._reached(before, roots, at)
        return self._equations.profile(at, roots)

    def critical_current(self, toughness: float) -> float:
        """Return the current density at which the intensity reaches the toughness [A/m2].

        Args:
            toughness: Toughness [Pa m^(1/2)].

        Returns:
            The current density; zero where the stress extends the crack without plating, infinite
            if creep holds the intensity below up to 10 A/cm2.

        Raises:
            ParameterError: No solution was found.
        """
        if self.opened * math.sqrt(math.pi * self.size) >= toughness:
            return 0.0
        roots: Array = np.zeros(self.elements)
        high, above = 0.0, -math.inf
        while above < 0.0:
            if high > LARGEST:
                return math.inf
            low, below = high, above
            high = _FIRST if high == 0.0 else _GROWTH * high
            above, roots = self._excess(high, low, roots, toughness)
        if low == 0.0:
            # hardly any current is needed beside the stress that opens it
            return high
        at = high
        while high / low > 1.0 + _BRACKET:
            # false position in logarithms, kept off the ends so that both of them move
            share = min(max(below / (below - above), 0.02), 0.98)
            middle = low * (high / low) ** share
            excess, roots = self._excess(middle, at, roots, toughness)
            at = middle
            if excess >= 0.0:
                high, above = middle, excess
            else:
                low, below = middle, excess
        return math.sqrt(low * high)

    def _excess(
        self, current: float, before: float, roots: Array, toughness: float
    ) -> tuple[float, Array]:
        """Return the logarithm of the intensity over the toughness, and the roots."""
        found = self._reached(before, roots, current)
        share = self._equations.profile(current, found).intensity / toughness
        return math.log(max(share, 1e-9)), found

    def _reached(self, before: float, roots: Array, current: float, cuts: int = _CUTS) -> Array:
        """Return the roots at a current from those at another, by steps between where needed.

        Raises:
            ParameterError: No solution was found.
        """
        try:
            return self._equations.newton(current, roots)
        except ParameterError:
            if cuts == 0 or before == 0.0:
                raise
        middle = math.sqrt(before * current)
        halfway = self._reached(before, roots, middle, cuts - 1)
        return self._reached(middle, halfway, current, cuts - 1)

    @property
    def depth(self) -> Array:
        """Middles of the elements from the mouth, shape (elements,) [m]."""
        return self.size / self.elements * (np.arange(self.elements) + 0.5)

    @cached_property
    def _equations(self) -> _Equations:
        return _Equations(self)


@dataclass(frozen=True)
class _Equations:
    """The equations of a crack at a current density, element by element.

    Attributes:
        crack: The crack.
    """

    crack: LeakingCrack

    @cached_property
    def _compliance(self) -> Array:
        """Return the opening of each element per pressure on each, both halves alike [m/Pa]."""
        crack = self.crack
        x, half = crack.depth, 0.5 * crack.size / crack.elements
        stiffness = np.zeros((crack.elements, crack.elements))
        for place in (x, -x):
            away = x[:, None] - place[None, :]
            stiffness += 1.0 / (away + half) - 1.0 / (away - half)
        return np.asarray(np.linalg.inv(crack.modulus / (4.0 * math.pi) * stiffness), dtype=float)

    @cached_property
    def _weights(self) -> Array:
        """Return the stress intensity per pressure on each element [m^(1/2)]."""
        crack = self.crack
        ends = np.arcsin(np.linspace(0.0, 1.0, crack.elements + 1))
        return 2.0 * math.sqrt(crack.size / math.pi) * np.diff(ends)

    def newton(self, current: float, roots: Array) -> Array:
        """Return the roots q^(1/n) of the fluxes towards the mouth, over those of all that plates.

        The root as the unknown takes away the singular slope of the gradient at no flux.

        Raises:
            ParameterError: No solution was found.
        """
        roots = roots.copy()
        miss, slope = self._residual(current, roots)
        for _ in range(_ITERATIONS):
            if np.abs(miss).max() < _EXACT:
                return roots
            change = np.linalg.solve(slope, -miss)
            for share in 0.5 ** np.arange(12):
                tried = roots + share * change
                # a trial far off may leave the range of numbers, and is then cut
                with np.errstate(over="ignore", invalid="ignore"):
                    found, there = self._residual(current, tried)
                if np.linalg.norm(found) < (1.0 - 0.1 * share) * np.linalg.norm(miss):
                    break
            roots, miss, slope = tried, found, there
        raise ParameterError(
            f"LeakingCrack: no steady state found at {current:g} A/m2 in a crack of "
            f"{self.crack.size:g} m"
        )

    def _residual(self, current: float, roots: Array) -> tuple[Array, Array]:
        """Return how far each root is from that of its gradient and width, and the derivative."""
        crack, count = self.crack, self.crack.elements
        n, width = crack.flow.exponent, crack.size / count
        power = (n + 2.0) / n
        pressure, by_root = self._opening_pressure(current, roots)
        opens = (pressure > 0.0).astype(float)
        # the flux of an element is that through its face towards the mouth
        near = 0.5 * (np.eye(count) + np.eye(count, k=-1))
        near[0, 0] = 1.0
        of_width = near @ self._compliance * opens
        wide = np.maximum(of_width @ pressure, 0.0)
        drop = np.eye(count) - np.eye(count, k=-1)
        outside = np.zeros(count)
        outside[0] = max(crack.opened, 0.0)
        length = np.full(count, width)
        length[0] = 0.5 * width
        scale = self._everything(current) ** (1.0 / n)
        flows = (2.0 * crack.flow.coefficient / (n + 2.0)) ** (1.0 / n) * 0.5**power
        flows = flows / (length * scale)
        gradient = drop @ pressure - outside
        miss = roots - flows * wide**power * gradient
        slope = (
            np.eye(count)
            - (
                (flows * wide**power)[:, None] * drop
                + (flows * power * wide ** (power - 1.0) * gradient)[:, None] * of_width
            )
            @ by_root
        )
        return miss, slope

    def _opening_pressure(self, current: float, roots: Array) -> tuple[Array, Array]:
        """Return p + S of each element by what is plated on it, and its derivative."""
        crack, count = self.crack, self.crack.elements
        n, width = crack.flow.exponent, crack.size / count
        plates = np.eye(count) - np.eye(count, k=1)
        flux = self._everything(current) * np.sign(roots) * np.abs(roots) ** n
        by_flux = crack.resistance * FARADAY**2 / crack.molar_volume**2 / (2.0 * width) * plates
        slope = self._everything(current) * n * np.abs(roots) ** (n - 1.0)
        overpotential = current * (crack.resistance + crack.depth / crack.conductivity)
        ends = FARADAY / crack.molar_volume * overpotential + crack.opened
        return ends - by_flux @ flux, -by_flux * slope

    def _everything(self, current: float) -> float:
        """Return the flux out of the mouth if all is plated that a flat wall would [m2/s]."""
        crack = self.crack
        return 2.0 * current * crack.molar_volume / FARADAY * crack.size

    def profile(self, current: float, roots: Array) -> Profile:
        """Return the state that belongs to roots of fluxes."""
        crack = self.crack
        pressure, _ = self._opening_pressure(current, roots)
        opens = np.maximum(pressure, 0.0)
        flux = self._everything(current) * np.sign(roots) * np.abs(roots) ** crack.flow.exponent
        return Profile(
            depth=crack.depth,
            pressure=pressure - crack.opened,
            opening=self._compliance @ opens,
            outflow=float(flux[0]),
            intensity=float(self._weights @ opens),
        )
