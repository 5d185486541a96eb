# SPDX-License-Identifier: BSD-3-Clause
"""Anodes by tables: what they answer, and that they are not asked beyond them."""

from __future__ import annotations

import numpy as np
import pytest

from ssbmech.laminate.tabulated import AgainstAnode, TabulatedGrowth
from ssbmech.laminate.voltage import HostVoltage
from ssbmech.library import by_name
from ssbmech.materials.curve import Curve

pytestmark = pytest.mark.serial

CHARGES = (-1000.0, 0.0, 5000.0, 20_000.0)
LINE = Curve(CHARGES, tuple(2e-10 * q for q in CHARGES))
FALLING = Curve(CHARGES, (0.8, 0.6, 0.3, 0.1))


def test_a_line_of_thickness_is_one():
    charge = np.array([0.0, 1000.0, 15_000.0])
    grown = TabulatedGrowth(LINE).grown(charge)
    assert grown.added == pytest.approx(2e-10 * charge, abs=1e-18)
    assert grown.added_by == pytest.approx(np.full(3, 2e-10))
    assert not np.any(grown.strain)


def test_a_cell_has_the_cathode_less_the_anode():
    nmc = by_name("nmc811").host
    cathode = HostVoltage(nmc, 40e-6, nmc.x_full)
    rest = AgainstAnode(cathode, FALLING)
    charge = np.array([2000.0, 5000.0])
    alone, slope = cathode.voltage(charge, 298.15)
    found, by_charge = rest.voltage(charge, 298.15)
    assert found == pytest.approx(alone - FALLING.numeric(charge))
    assert by_charge == pytest.approx(slope - FALLING.numeric_slope(charge))
    ends = [rest.voltage(charge + d, 298.15)[0] for d in (-1.0, 1.0)]
    assert (ends[1] - ends[0]) / 2.0 == pytest.approx(by_charge, rel=1e-2)
    assert rest.capacity == cathode.capacity
    assert rest.state_of_charge(charge) == pytest.approx(cathode.state_of_charge(charge))


def test_tables_are_not_left():
    beyond, within = np.array([25_000.0]), np.array([100.0])
    nmc = by_name("nmc811").host
    rest = AgainstAnode(HostVoltage(nmc, 60e-6, nmc.x_full), FALLING)
    assert "leaves the table of thicknesses" in TabulatedGrowth(LINE).outside(beyond)
    assert "leaves the table of the anode's potential" in rest.outside(beyond)
    assert not TabulatedGrowth(LINE).outside(within)
    assert not rest.outside(within)
