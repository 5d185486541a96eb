# SPDX-License-Identifier: BSD-3-Clause
"""End plates on cells: the strip of plate with bolts at its ends, equilibrium, lift, growth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from ssbmech.errors import CaseError
from ssbmech.laminate.plate import Bolts, Plate, PlateOnCells
from ssbmech.materials.elastic import Elastic
from tests.tools import measured

pytestmark = pytest.mark.serial

STIFFNESS = 2e13
"""Of ten cells, 0.02 MPa/nm [Pa/m]."""


def strip(reach, count=60, poisson=0.0):
    """Return a strip that bends along x alone, pulled along both ends, of a given lambda L."""
    half, depth = 50e-3, 10e-3
    young, thickness = 200e9, 20e-3
    bending = young * thickness**3 / (12 * (1 - poisson**2))
    stiffness = 4 * bending * (reach / half) ** 4
    plate = Plate(Elastic(young, poisson), 2 * half, depth, thickness, (count, 2))
    # what is spread along an edge is at the Gauss points of its two elements, by their weights
    gauss, weights = np.polynomial.legendre.leggauss(4)
    along = np.concatenate([depth * (gauss + 1) / 4, depth * (gauss + 3) / 4])
    places = [(x, y) for x in (0.0, 2 * half) for y in along]
    loads = np.tile(weights / 4, 4)
    return plate, stiffness, places, loads


class Weighted(PlateOnCells):
    """Bolts of different forces, for the load along an edge."""

    def spread(self, forces):
        """Return the map under given forces."""
        return self._map(self._solve(forces, 0.0, 0.0, 0.0), 0.0, forces)


def closed_form(reach, x):
    """Return the pressure over its mean at x / L, of a strip pulled at both ends.

    w = A cosh(lx) cos(lx) + B sinh(lx) sin(lx), with w'' = 0 and w''' = F / D at the ends.
    """
    c, s, ch, sh = np.cos(reach), np.sin(reach), np.cosh(reach), np.sinh(reach)
    # second derivatives of both terms over 2 l^2; third over 2 l^3
    second = np.array([-sh * s, ch * c])
    third = np.array([-ch * s - sh * c, sh * c - ch * s])
    a, b = np.linalg.solve([second, third], [0.0, 1.0])
    z = reach * x
    w = a * np.cosh(z) * np.cos(z) + b * np.sinh(z) * np.sin(z)
    # mean of w over the half, from D w4 = -k w: 4 l^4 D L mean = -D w3 at the end
    mean = -2.0 / (4.0 * reach)
    return w / mean


@pytest.mark.parametrize("reach", [0.5, 1.253, 3.0])
def test_strip_with_bolts_at_both_ends(reach):
    plate, stiffness, places, loads = strip(reach)
    cells = Weighted(plate, stiffness, Bolts(tuple(places), 1.0))
    found = cells.spread(1e3 * loads)
    assert found.touching == pytest.approx(1.0) or reach > 2.0
    x = found.x / 50e-3 - 1
    exact = closed_form(reach, x)
    if exact.min() < 0.0:
        # the plate lifts: the closed form of glued cells does not hold
        assert found.pressure.min() == pytest.approx(0.0, abs=1e-9 * found.mean)
        return
    error = np.abs(found.pressure[:, 0] / found.mean - exact).max() / exact.max()
    measured("plate on cells", f"pressure at lambda L = {reach:g}", error, 1e-6,
             "cosh cos and sinh sin")  # fmt: skip
    assert plate.evenness(stiffness, 50e-3) == pytest.approx(reach, rel=1e-12)


def test_edge_and_centre_of_the_closed_form():
    """As known: where the edge bears 2.01321 of the mean, at 1.25, the centre bears 0.443208."""
    reach = brentq(lambda r: closed_form(r, 1.0) - 2.01321, 1.0, 1.5, xtol=1e-12)
    assert reach == pytest.approx(1.2534, abs=1e-3)
    assert closed_form(reach, 0.0) == pytest.approx(0.443208, abs=2e-6)


def corners(stiffness=0.0, thickness=15e-3, force=5e3):
    plate = Plate(Elastic(200e9, 0.29), 80e-3, 60e-3, thickness, (16, 12))
    places = ((0.0, 0.0), (80e-3, 0.0), (0.0, 60e-3), (80e-3, 60e-3))
    return PlateOnCells(plate, STIFFNESS, Bolts(places, force, stiffness))


def test_equilibrium_and_symmetry():
    found = corners().pressed()
    force = found.mean * 80e-3 * 60e-3
    measured("plate on cells", "force of the cells against that of the bolts",
             abs(force / found.bolts.sum() - 1), 1e-9, "equilibrium")  # fmt: skip
    assert found.pressure == pytest.approx(found.pressure[::-1], rel=1e-7, abs=1.0)
    assert found.pressure == pytest.approx(found.pressure[:, ::-1], rel=1e-7, abs=1.0)


def test_thick_plates_press_evenly_and_thin_ones_lift():
    thick = corners(thickness=0.5).pressed()
    assert np.ptp(thick.pressure) < 0.2 * thick.mean
    thin = corners(thickness=3e-3).pressed()
    assert thin.touching < 0.9
    assert thin.pressure.min() == pytest.approx(0.0, abs=1e-9 * thin.mean)
    assert thin.mean == pytest.approx(thick.mean, rel=1e-9)


def test_patch_of_a_rigid_plate():
    """What a stiff plate keeps of a growth: bolts as springs in series with the cells."""
    bolt = 1e9
    rigid = corners(stiffness=bolt, thickness=0.5)
    before, after = rigid.pressed(), rigid.pressed(growth=1e-7)
    area = 80e-3 * 60e-3
    cells, bolts = STIFFNESS * area, 4 * bolt
    exact = 1e-7 * cells * bolts / (cells + bolts) / area
    # the plate itself bends by what is left
    error = abs((after.mean - before.mean) / exact - 1)
    measured("plate on cells", "rise under a rigid plate", error, 1e-3, "springs in series")
    assert after.bolts.sum() == pytest.approx(after.mean * area, rel=1e-9)


def test_pressure_at_places_is_that_of_the_map():
    cells = corners(stiffness=1e9)
    found = cells.pressed(growth=2e-7)
    places = np.array([[found.x[5], found.y[7]], [found.x[20], found.y[1]]])
    exact = [found.pressure[5, 7], found.pressure[20, 1]]
    assert cells.pressure_at(places, growth=2e-7) == pytest.approx(exact, rel=1e-12)


def test_bolts_beside_the_plate_are_refused():
    plate = Plate(Elastic(200e9, 0.29), 80e-3, 60e-3, 15e-3)
    with pytest.raises(CaseError, match="beside the plate"):
        PlateOnCells(plate, STIFFNESS, Bolts(((90e-3, 0.0),), 1e3))
    with pytest.raises(CaseError, match="stiffness"):
        PlateOnCells(plate, 0.0, Bolts(((0.0, 0.0),), 1e3))
    with pytest.raises(CaseError, match="empty"):
        Bolts((), 1e3)
