# SPDX-License-Identifier: BSD-3-Clause
"""Bodies of lithium that creep by dislocations and by diffusion, against exact solutions."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq

from ssbmech.constants import GAS_CONSTANT
from ssbmech.library.lithium import with_linear_creep
from ssbmech.materials.diffusional import (
    CobleCreep,
    DiffusionalFlow,
    LinearCreep,
    NabarroHerringCreep,
    Viscous,
)
from ssbmech.materials.material import Material
from tests.tools import measured
from tests.verification.test_creep_bodies import (
    FLOW,
    LITHIUM,
    MPA,
    UM,
    cylinder,
    cylinder_errors,
    power_law,
)
from tests.verification.test_lithium_laws import LEPAGE, creep_rates, norton_rate

#: Viscosity at which diffusion is three times as fast as dislocations at the pressure [Pa s].
# flow at a point, which knows nothing of ranks
pytestmark = pytest.mark.serial

VISCOSITY = MPA / (9 * FLOW.rate * (MPA / FLOW.stress) ** FLOW.exponent)

COBLE = CobleCreep(
    grain_size=10 * UM, boundary_diffusivity=4e-20, molar_volume=13e-6, activation_energy=32e3
)
HERRING = NabarroHerringCreep(
    grain_size=2 * UM, lattice_diffusivity=8e-15, molar_volume=13e-6, activation_energy=53e3
)


# ------------------------------------------------------------------------------------------------
# Thick-walled cylinder


def with_strength(factor: float) -> Material:
    """Return the cylinder's lithium, its power law at a strength, beside linear creep."""
    flow = DiffusionalFlow(FLOW.with_strength(factor), Viscous(VISCOSITY))
    solid = dataclasses.replace(LITHIUM.solid, flow=flow)
    return dataclasses.replace(LITHIUM, solid=solid, sources={})


@dataclass(frozen=True)
class MixedWall:
    r"""Cylinder under internal pressure in plane strain, in steady creep of both branches.

    Metal that keeps its volume moves by c / r, so that the stress follows from the radius alone:

    .. math:: A q^n + C q = \frac{2 c}{\sqrt3 r^2}, \quad
              \frac{d\sigma_r}{dr} = \frac{2 q}{\sqrt3 r}, \quad
              \int_a^b \frac{2 q}{\sqrt3 r} dr = p

    Attributes:
        inner: radius a [m].
        outer: radius b [m].
        pressure: internal pressure p [Pa].
        viscosity: 1 / 3 C [Pa s].
    """

    inner: float
    outer: float
    pressure: float
    viscosity: float

    def equivalent(self, r: float, c: float) -> float:
        """Return q at a radius [Pa], c in m2/s."""
        rate = 2 * c / (math.sqrt(3) * r**2)

        def excess(q: float) -> float:
            power = FLOW.rate * (q / FLOW.stress) ** FLOW.exponent
            return (power + q / (3 * self.viscosity)) / rate - 1

        # none of the two branches alone is faster
        alone = FLOW.stress * (rate / FLOW.rate) ** (1 / FLOW.exponent)
        highest = min(3 * self.viscosity * rate, alone)
        return float(brentq(excess, 0.0, highest * (1 + 1e-12), rtol=1e-14, xtol=1e-9))

    def drop(self, r: float, c: float) -> float:
        """Return how far the radial stress rises from a radius to the outside [Pa]."""
        value, _ = quad(
            lambda x: 2 / math.sqrt(3) * self.equivalent(math.exp(x), c),
            math.log(r),
            math.log(self.outer),
            epsrel=1e-12,
        )
        return float(value)

    def speed(self) -> float:
        """Return c [m2/s]."""
        typical = math.log(self.inner**2 * FLOW.rate)
        log_c = brentq(
            lambda x: self.drop(self.inner, math.exp(x)) / self.pressure - 1,
            typical - 30.0,
            typical + 30.0,
            xtol=1e-13,
        )
        return math.exp(log_c)

    def stress(self, x: np.ndarray) -> np.ndarray:
        """Return the stress at points (n, 3), the cylinder's axis along z, shape (n, 3, 3) [Pa]."""
        c = self.speed()
        # a polynomial through the exact values: smooth in the logarithm of the radius
        nodes = np.polynomial.chebyshev.chebpts2(25)
        place = x * [1.0, 1.0, 0.0]
        r = np.linalg.norm(place, axis=1)
        span = math.log(self.outer / self.inner)
        at = [self.inner * math.exp(span * (1 + node) / 2) for node in nodes]
        fits = [
            np.polynomial.Chebyshev.fit(nodes, [each(radius, c) for radius in at], 24)
            for each in (self.equivalent, self.drop)
        ]
        # facets of the mesh cut a little into the hole
        q, rise = (fit(2 * np.log(r / self.inner) / span - 1) for fit in fits)
        radial, hoop = -rise, -rise + 2 / math.sqrt(3) * q
        e = place / r[:, None]
        along = e[:, :, None] * e[:, None, :]
        stress = hoop[:, None, None] * (np.eye(3) - along) + radial[:, None, None] * along
        stress[:, 2, 2] = (radial + hoop) / 2
        return stress


def test_the_cylinder_of_both_branches_has_the_known_limits() -> None:
    """The reference of the next tests: far from even branches it is the closed form."""
    points = np.column_stack([np.linspace(10 * UM, 20 * UM, 11), np.zeros(11), np.zeros(11)])
    for viscosity, exponent in ((1e-9 * VISCOSITY, 1.0), (1e12 * VISCOSITY, FLOW.exponent)):
        found = MixedWall(10 * UM, 20 * UM, MPA, viscosity).stress(points)
        exact = power_law(exponent).stress(points)
        # the other branch is slower by 1e7 at least
        assert np.max(np.abs(found - exact)) < 3e-7 * MPA


def test_thick_cylinder_that_creeps_by_diffusion() -> None:
    """The power law at a hundred times its strength is 1e13 times as slow at any stress."""
    l2, worst, _ = cylinder_errors(cylinder(1.0 * UM, with_strength(100.0)), power_law(1.0))
    item, against = "thick-walled cylinder, linear creep", "closed form, n = 1 (Lame)"
    label = "largest error of any stress component over the pressure"
    measured(item, label, worst, 5e-3, against)
    measured(item, "L2 error of the stress", l2, 5e-3, against)


def test_thick_cylinder_that_creeps_by_both_branches() -> None:
    """Dislocations are three times as fast as diffusion at the inner wall, and slower outside."""
    wall = MixedWall(10 * UM, 20 * UM, MPA, VISCOSITY)
    c = wall.speed()
    q = np.array([wall.equivalent(r, c) for r in (wall.inner, wall.outer)])
    faster = FLOW.rate * (q / FLOW.stress) ** FLOW.exponent / (q / (3 * VISCOSITY))
    assert faster == pytest.approx([2.7, 0.35], rel=0.05)
    l2, worst, _ = cylinder_errors(cylinder(1.0 * UM, with_strength(1.0)), wall)
    item, against = "thick-walled cylinder, power law and linear creep", "integrated over the wall"
    label = "largest error of any stress component over the pressure"
    measured(item, label, worst, 5e-3, against)
    measured(item, "L2 error of the stress", l2, 5e-3, against)


# ------------------------------------------------------------------------------------------------
# Uniform stress


def both_rates(material: Material, stress: float, temperature: float) -> float:
    """Return the creep rate of both branches from their numbers [1/s]."""
    flow = material.solid.flow
    power = dataclasses.replace(
        material, solid=dataclasses.replace(material.solid, flow=flow.power), sources={}
    )
    law = flow.linear
    drive = law.molar_volume * stress / (GAS_CONSTANT * temperature)
    shift = 1 / temperature - 1 / law.reference_temperature
    drive *= math.exp(-law.activation_energy / GAS_CONSTANT * shift)
    if law is COBLE:
        linear = 47.0 * law.boundary_diffusivity * drive / law.grain_size**3
    else:
        linear = 40.0 / 3.0 * law.lattice_diffusivity * drive / law.grain_size**2
    return norton_rate(power, stress, temperature) + linear


@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.parametrize("linear", [COBLE, HERRING], ids=["coble", "herring"])
def test_rates_of_both_branches_add(linear: LinearCreep) -> None:
    """From stresses at which diffusion is faster to those at which dislocations are."""
    material = with_linear_creep(LEPAGE, linear, {})
    stresses = np.geomspace(0.02, 2.0, 6) * MPA
    worst, shares = 0.0, []
    for temperature in (298.15, 323.15, 343.15):
        exact = np.array([both_rates(material, s, temperature) for s in stresses])
        found = creep_rates(material, temperature, list(stresses), both_rates)
        worst = max(worst, float(np.max(np.abs(found / exact - 1))))
        shares += [
            norton_rate(LEPAGE, s, temperature) / e for s, e in zip(stresses, exact, strict=True)
        ]
    assert min(shares) < 1e-4 and max(shares) > 0.9
    item = f"lithium with {type(linear).__name__}, 0.02 to 2 MPa, 25 to 70 degC"
    measured(item, "largest error of the creep rate", worst, 1e-5, "sum of both branches")
