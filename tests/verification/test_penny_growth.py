# SPDX-License-Identifier: BSD-3-Clause
"""A round crack that lithium fills and extends, in axisymmetry."""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.fracture.lithium import sealed_penny_growth
from tests.lithium_crack import CRACK, HALF, MODULUS, PER_CHARGE, TOUGHNESS, filling, plate
from tests.pressurised import penny_volume
from tests.tools import march, measured
from tests.verification.test_lithium_crack import balance, profiles

pytestmark = [pytest.mark.serial, pytest.mark.slow]

ITEM = "Lithium in a round crack"
SPEED = 10.0 * PER_CHARGE
FACET = 0.25e-6


def test_a_sealed_penny_grows_at_its_toughness() -> None:
    """From 5 to 7.7 um, as fast as linear fracture mechanics says, and at its pressure."""
    case = plate(
        filling(), 66.0, 0.75, facet=FACET, path=10e-6, extent=80e-6, frame=ssb.Axisymmetric()
    )
    run = march(case, watch=profiles)
    time = run.series("time")
    area, volume = run.series(f"crack_size:{CRACK}"), run.series(f"crack_volume:{CRACK}")
    size, pressure = np.sqrt(area / pi), np.array([seen[1][0] for seen in run.seen])
    measured(ITEM, "lithium balance, growing", balance(run), 1e-10, "none")
    still = np.flatnonzero(size < HALF + 1e-9)[-10:]
    bond = case.interfaces[0].adhesion
    zone = pi / 8 * MODULUS * bond.toughness / bond.strength**2
    grows = (size > HALF + 0.5e-6) & (size < 8.5e-6)
    start = np.flatnonzero(grows)[0]
    last = np.flatnonzero(grows)[-1]
    wanted = sealed_penny_growth(size[start], time[last] - time[start], SPEED, MODULUS, TOUGHNESS)
    slope = np.polyfit(time[grows], np.sqrt(size[grows]), 1)[0]
    exact = (sqrt(wanted) - sqrt(size[start])) / (time[last] - time[start])
    # where the bond's zone has opened, a penny that is longer by it
    stored = volume[still] / [penny_volume(p, HALF + zone, MODULUS) for p in pressure[still]]
    off = float(np.abs(stored - 1).max())
    measured(ITEM, "volume before it grows", off, 0.05, "16 p a^3 / 3 E'")
    k = 2 * pressure[grows] * np.sqrt((size[grows] + zone) / pi) / TOUGHNESS
    measured(
        ITEM, "speed of a sealed penny, sqrt(a)", abs(slope / exact - 1), 0.06, "3 E' v / K_Ic"
    )
    measured(ITEM, "stress intensity of a sealed penny", abs(k.mean() - 1), 0.06, "K_Ic")
