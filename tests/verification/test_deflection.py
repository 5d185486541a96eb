# SPDX-License-Identifier: BSD-3-Clause
"""A crack that meets a weak interface at a right angle turns into it, or goes on.

In a homogeneous solid it turns if the toughness of the interface is below about 0.26 of that of
what lies ahead, the ratio of the energies that short arms aside and ahead release. With two moduli
that ratio is for arms of one length: the energies themselves go with a power of it.
"""

from __future__ import annotations

import numpy as np
import pytest

from ssbmech.interfaces.cohesion import BilinearCohesion, DelayedBond
from ssbmech.materials.elastic import Elastic
from tests.deflection import TipField, meeting, slit
from tests.lithium_crack import MODULUS, SOLID, TOUGHNESS
from tests.tools import March, march, measured

ITEM = "Crack at a weak interface"
PUBLISHED = 0.26
DELAY = 0.01


def released(length: float, facets: int, *names: str, upper: Elastic = SOLID) -> list[float]:
    """Return the energy release at the ends of arms, over that of the long crack [1]."""
    found = march(slit(length, facets, names, upper))
    scale = 1e12 / MODULUS
    return [found.series(f"energy_release_{name}:glass")[-1] / scale for name in names]


@pytest.mark.serial
def test_energy_that_turning_releases() -> None:
    """One arm of a twentieth of the section, by whose size the ratio is off by 2 to 3 %."""
    (ahead,), (aside,) = released(1e-6, 8, "straight"), released(1e-6, 8, "right")
    off = abs(aside / ahead - PUBLISHED)
    measured(
        ITEM, "ratio of energies, one arm, a / R = 1/20", off, 0.012, "0.26, He and Hutchinson"
    )


@pytest.mark.slow
@pytest.mark.serial
def test_energy_of_one_arm_and_of_two_to_no_length() -> None:
    """The ratio is linear in the length of the arms over the size of the section."""
    ratios: dict[str, list[float]] = {"one arm": [], "two arms": []}
    for length in (2e-6, 1e-6):
        (ahead,) = released(length, 12, "straight")
        ratios["one arm"].append(released(length, 12, "right")[0] / ahead)
        both = released(length, 12, "left", "right")
        measured(ITEM, "difference of two arms", abs(both[0] / both[1] - 1), 0.005, "symmetry")
        ratios["two arms"].append(0.5 * sum(both) / ahead)
    for name, (long, short) in ratios.items():
        off = abs(2 * short - long - PUBLISHED)
        # of 12 facets to an arm; the published number is of two digits
        measured(
            ITEM, f"ratio of energies, {name}, to no length", off, 0.008, "0.26, He and Hutchinson"
        )


def mismatch(upper: Elastic) -> tuple[float, float]:
    """Return both parameters of Dundurs, above zero where what lies ahead is stiffer [1]."""
    ahead, behind = upper.shear * (1 - SOLID.poisson), SOLID.shear * (1 - upper.poisson)
    difference = upper.shear * (1 - 2 * SOLID.poisson) - SOLID.shear * (1 - 2 * upper.poisson)
    return (ahead - behind) / (ahead + behind), difference / 2 / (ahead + behind)


SOFT, STIFF = (Elastic(young=k * SOLID.young, poisson=SOLID.poisson) for k in (1 / 3, 3))


@pytest.mark.serial
@pytest.mark.parametrize("upper", [SOFT, SOLID, STIFF], ids=["soft", "same", "stiff"])
def test_exponent_of_the_field_at_an_interface(upper: Elastic) -> None:
    """It solves the equation in closed form, with l the exponent of the stress [zak1963]."""
    alpha, beta = mismatch(upper)
    power = 1 - TipField(SOLID, upper).exponent
    left = np.cos(np.pi * power)
    right = 2 * (beta - alpha) / (1 + beta) * (1 - power) ** 2 + (alpha + beta**2) / (1 - beta**2)
    assert left == pytest.approx(right, abs=1e-9)


def to_no_length(long: float, short: float, exponent: float) -> float:
    """Return what is left of a figure of arms of two lengths, one twice the other, for short ones.

    What arms disturb falls as r^-p: at the rim it is (a/R)^p of the field, and what the rim does
    against it changes the intensity by as much again.
    """
    return short + (short - long) / (2 ** (2 * exponent) - 1)


@pytest.mark.slow
@pytest.mark.serial
@pytest.mark.parametrize(
    ("upper", "bounds"), [(SOFT, (0.9, 1.5)), (STIFF, (1.5, 3.0))], ids=["soft", "stiff"]
)
def test_energies_where_the_solid_ahead_is_stiffer_or_softer(
    upper: Elastic, bounds: tuple[float, float]
) -> None:
    """They go with a power of the length that is known, and at a stiff solid a crack turns."""
    exponent, found = TipField(SOLID, upper).exponent, {}
    for way in ("straight", "right"):
        long, middle, short = (
            released(length, 8, way, upper=upper)[0] for length in (2e-6, 1e-6, 0.5e-6)
        )
        grows, exact = (
            to_no_length(long / middle, middle / short, exponent),
            2 ** (2 * exponent - 1),
        )
        what = f"energy over length, {way}, {upper.young / SOLID.young:.2g} times the modulus ahead"
        # two ratios of energies on 8 facets, of which what is left takes 2.4 and 1.4 times
        measured(ITEM, what, abs(grows / exact - 1), 0.025, "closed form")
        found[way] = middle, short
    long, short = (a / b for a, b in zip(found["right"], found["straight"], strict=True))
    low, high = bounds
    # the curve rises; no number of it was at hand
    assert low * PUBLISHED < to_no_length(long, short, exponent) < high * PUBLISHED


def opened(ratio: float, facet: float = 0.25e-6, zone: float = 1e-6) -> March:
    """Return a run in which the bonds that a crack meets are opened.

    Args:
        ratio: toughness of the interface over that of what lies ahead, as energies.
        facet: size of facets [m].
        zone: E' G / t_0^2 of both bonds [m].
    """

    def bond(energy: float) -> DelayedBond:
        strength, stiff = (MODULUS * energy / zone) ** 0.5, 50 * MODULUS / facet
        kept = 1e-4 * strength**2 / (2 * energy) / stiff
        return DelayedBond(BilinearCohesion(strength, energy, stiff, kept), DELAY)

    tough = TOUGHNESS**2 / MODULUS
    return march(meeting(facet, 4e-6, bond(tough), bond(ratio * tough), 1e6, 0.02))


def shares(run: March) -> list[float]:
    """Return how much of the bonds is broken: ahead, to the left and to the right [1]."""
    names = ("left_1|right_1", "left_0|left_1", "right_0|right_1")
    return [run.rows[-1][f"damage_mean:{name}"] for name in names]


@pytest.mark.slow
@pytest.mark.serial
def test_a_crack_turns_into_a_weak_interface() -> None:
    """A ratio of 0.15: to both sides alike, by 6.9 um of 20; ahead the zone alone is damaged."""
    ahead, left, right = shares(opened(0.15))
    assert min(left, right) > 0.2
    assert ahead < 0.02, "the facets of a zone of 1 um, of 20 um"
    measured(ITEM, "difference of arms that grow", abs(left / right - 1), 0.05, "symmetry")


@pytest.mark.slow
def test_a_crack_goes_on_through_a_tough_interface() -> None:
    """A ratio of 0.5: by 1.7 um, and nothing of the interface is damaged."""
    ahead, left, right = shares(opened(0.5))
    assert ahead > 0.06
    assert max(left, right) < 1e-3
