# SPDX-License-Identifier: BSD-3-Clause
"""Laws of interfaces at single points: host sites, and the bilinear bond."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import ufl

import ssbmech as ssb
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import ParameterError
from ssbmech.interfaces.cohesion import separation
from ssbmech.materials.host import IdealOcv
from ssbmech.units import MPa

pytestmark = pytest.mark.pair

TEMPERATURE = 298.15


def number(expression: object) -> float:
    """Return the value of an expression of numbers."""
    return float(ufl.as_ufl(expression)(()))


@pytest.mark.parametrize("alpha_a", [0.3, 0.5, 0.8])
def test_host_sites_are_in_detailed_balance(alpha_a: float) -> None:
    """At a given potential lithium leaves at a rate that goes with x, and enters with 1 - x."""
    sites, ocv, potential = ssb.HostSites(), IdealOcv(3.7), 3.72
    per_volt = FARADAY / (GAS_CONSTANT * TEMPERATURE)
    leaving, entering = [], []
    for x in (0.1, 0.4, 0.7, 0.95):
        eta = potential - ocv.voltage(x, TEMPERATURE)
        i_0 = number(sites.factor(ufl.as_ufl(x), alpha_a))
        leaving.append(i_0 * np.exp(alpha_a * per_volt * eta) / x)
        entering.append(i_0 * np.exp(-(1 - alpha_a) * per_volt * eta) / (1 - x))
    assert leaving == pytest.approx([leaving[0]] * 4, rel=1e-12)
    assert entering == pytest.approx([entering[0]] * 4, rel=1e-12)
    assert number(sites.factor(ufl.as_ufl(0.5), alpha_a)) == pytest.approx(1.0)


def test_bilinear_bond() -> None:
    """Traction rises to the strength, falls to nothing, and the area below is the toughness."""
    bond = ssb.BilinearCohesion(strength=10 * MPa, toughness=1.0, initial_stiffness=1e15)
    opening = np.linspace(0.0, 1.1 * bond.separation_broken, 4001)
    damage = np.array([number(bond.damage(ufl.as_ufl(value))) for value in opening])
    traction = np.array([number(bond.stiffness(d)) for d in damage]) * opening
    assert np.max(traction) == pytest.approx(10e6, rel=1e-3)
    assert np.trapezoid(traction, opening) == pytest.approx(1.0, rel=1e-4)
    assert np.all(np.diff(damage) >= -1e-15) and abs(damage[0]) <= 1e-15
    assert damage[-1] == pytest.approx(1.0)
    assert opening[np.argmax(traction)] == pytest.approx(bond.separation_strength, rel=0.05)


@pytest.mark.parametrize("steps", [1, 7])
def test_openings_that_a_bond_bears(steps: int) -> None:
    """As many as Basquin's line says, in however many steps each; the first is the bond's own."""
    bond = ssb.BilinearCohesion(strength=10 * MPa, toughness=1.0, initial_stiffness=1e15)
    wearing = ssb.FatiguingCohesion(bond, share=0.11, exponent=3.0)
    reach = 0.5 * bond.separation_broken
    path = np.linspace(0.0, reach, steps + 1)

    def opened(largest: float) -> float:
        for before, now in pairwise(path):
            largest = number(wearing.reached(*(ufl.as_ufl(x) for x in (largest, before, now, 1.0))))
        return largest

    largest = opened(0.0)
    assert largest == pytest.approx(reach, rel=1e-12)
    bears = (2.0**3 - 1) / 0.11
    for times in range(1, 72):
        largest = opened(largest)
        broken = number(wearing.damage(ufl.as_ufl(largest))) >= 1.0
        assert broken == (times >= bears)
    closing = number(wearing.reached(*(ufl.as_ufl(x) for x in (reach, reach, 0.0, 1.0))))
    assert closing == pytest.approx(reach, rel=1e-12)


def test_damage_follows_exponentially() -> None:
    """Held open, what damage counts by nears the opening by exp(-t / delay): first order in dt."""
    bond = ssb.BilinearCohesion(strength=10 * MPa, toughness=1.0, initial_stiffness=1e15)
    late = ssb.DelayedBond(bond, 2.0)
    held, seconds = bond.separation_broken, 3.0

    def follows(steps: int) -> float:
        largest = 0.0
        for _ in range(steps):
            numbers = (largest, held, held, seconds / steps)
            largest = number(late.reached(*(ufl.as_ufl(x) for x in numbers)))
        return largest

    exact = held * (1 - np.exp(-seconds / 2.0))
    off = [1 - follows(steps) / exact for steps in (8, 16, 32)]
    assert 0.0 < off[2] < 0.02
    assert off[1] / off[2] == pytest.approx(2.0, abs=0.1)
    # closed again it stays, and in a step without length nothing breaks
    for numbers in ((1e-7, 1e-7, 0.0, 1.0), (1e-7, 1e-7, 2e-7, 0.0)):
        kept = number(late.reached(*(ufl.as_ufl(x) for x in numbers)))
        assert kept == pytest.approx(1e-7, rel=1e-12)
    with pytest.raises(ParameterError):
        ssb.DelayedBond(bond, 0.0)


def test_separation_knows_no_compression() -> None:
    slip = ufl.as_vector([3e-9, 0.0])
    assert number(separation(ufl.as_ufl(-5e-9), slip)) == pytest.approx(3e-9)
    assert number(separation(ufl.as_ufl(4e-9), slip)) == pytest.approx(5e-9)


def test_a_bond_that_breaks_before_its_strength() -> None:
    with pytest.raises(ParameterError, match=r"expected more than t_0\^2 / 2K = 0\.05 J/m2"):
        ssb.BilinearCohesion(strength=10 * MPa, toughness=0.04, initial_stiffness=1e15)
