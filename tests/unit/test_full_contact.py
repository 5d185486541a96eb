# SPDX-License-Identifier: BSD-3-Clause
"""Full contact of wavy stripping and of voids, against boundary value problems in the metal.

Many numbers are far below 1e-12, the error that pytest.approx allows if not told abs=0.0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy.integrate import solve_bvp

from ssbmech.errors import ParameterError
from ssbmech.interfaces.full_contact import (
    pressure_to_keep_contact,
    void_closing_pressure,
    wave_coefficient,
)
from tests.half_space import Symbol, interface, lattice, speeds, viscous

pytestmark = pytest.mark.serial

WAVENUMBER = 2 * math.pi / 10e-6
VISCOSITY = 3e10


@pytest.mark.parametrize("depth", [0.05, 0.3, 1.0, 3.0, 12.0])
def test_viscous_layer(depth: float) -> None:
    """Stokes flow v = g(y) cos qx between two planes without friction; bound by the tolerance."""

    def flow(y: np.ndarray, g: np.ndarray) -> np.ndarray:
        # (D^2 - q^2)^2 g = 0 for q = 1
        return np.vstack([g[1:], 2 * g[2] - g[0]])

    def planes(near: np.ndarray, far: np.ndarray) -> np.ndarray:
        return np.array([near[0] - 1, near[2] + near[0], far[0], far[2]])

    y = np.linspace(0, depth, 201)
    guess = np.zeros((4, y.size))
    guess[0] = 1 - y / depth
    found = solve_bvp(flow, planes, y, guess, tol=1e-8, max_nodes=20000)
    assert found.success
    _, slope, _, third = found.y[:, 0]
    # pressure from the momentum along x, less the viscous part of the normal stress
    pressure = (third - slope) - 2 * slope
    coefficient = wave_coefficient(WAVENUMBER, viscosity=VISCOSITY, thickness=depth / WAVENUMBER)
    assert coefficient * VISCOSITY * WAVENUMBER == pytest.approx(1 / pressure, rel=1e-6)


def test_limits_of_a_layer() -> None:
    """Stretched in plane strain if thin, a half space if thick; the corrections are (qH)^2."""
    thin = wave_coefficient(WAVENUMBER, viscosity=VISCOSITY, thickness=1e-3 / WAVENUMBER)
    assert thin == pytest.approx(1e-3 / WAVENUMBER / (4 * VISCOSITY), rel=1e-6, abs=0.0)
    half_space = 1 / (2 * VISCOSITY * WAVENUMBER)
    for depth in (30.0, 1e4, math.inf):
        thick = wave_coefficient(WAVENUMBER, viscosity=VISCOSITY, thickness=depth / WAVENUMBER)
        assert thick == pytest.approx(half_space, rel=1e-15, abs=0.0)
    # the first wave of a period as long as twice the layer is thick
    layer = wave_coefficient(WAVENUMBER, viscosity=VISCOSITY, thickness=math.pi / WAVENUMBER)
    assert layer == pytest.approx(half_space, rel=0.05, abs=0.0)


def test_wave_by_interface_diffusion() -> None:
    """Differences over a period: the sine of half a cell for its half, a relative (qd)^2 / 12."""
    cells, mobility = 400, 2.1e-28
    size = 2 * math.pi / WAVENUMBER / cells
    pressure = np.cos(WAVENUMBER * size * np.arange(cells))
    receding = -mobility * (np.roll(pressure, 1) + np.roll(pressure, -1) - 2 * pressure) / size**2
    coefficient = wave_coefficient(WAVENUMBER, interface_mobility=mobility)
    error = (WAVENUMBER * size) ** 2 / 12
    assert receding[0] == pytest.approx(coefficient * (1 - error), rel=error**2, abs=0.0)


def test_wave_by_lattice_diffusion() -> None:
    """Diffusion below a cosine of potential decays with the depth; bound by the tolerance."""
    y = np.linspace(0, 25, 201)
    found = solve_bvp(
        lambda _, mu: np.vstack([mu[1], mu[0]]),
        lambda near, far: np.array([near[0] - 1, far[0]]),
        y,
        np.vstack([np.exp(-y), -np.exp(-y)]),
        tol=1e-9,
        max_nodes=20000,
    )
    assert found.success
    coefficient = wave_coefficient(WAVENUMBER, lattice_mobility=4.2e-23)
    assert coefficient == pytest.approx(-found.y[1, 0] * 4.2e-23 * WAVENUMBER, rel=1e-7, abs=0.0)


def test_speeds_under_a_wave_add() -> None:
    separate = [
        wave_coefficient(WAVENUMBER, interface_mobility=2.1e-28),
        wave_coefficient(WAVENUMBER, lattice_mobility=4.2e-23),
        wave_coefficient(WAVENUMBER, viscosity=VISCOSITY),
    ]
    together = wave_coefficient(
        WAVENUMBER, interface_mobility=2.1e-28, lattice_mobility=4.2e-23, viscosity=VISCOSITY
    )
    assert together == pytest.approx(sum(separate), rel=1e-14, abs=0.0)


def contact_of_wavy_stripping(symbol: Symbol, pressure: float, cells: int) -> np.ndarray:
    """Return the pressures where a rate of stripping cos qx meets a mean pressure, period 2.

    The gap opens at rates of zero or more and the pressure is zero where it does: active sets.

    Args:
        symbol: Speed over pressure of a wave of the metal.
        pressure: Mean pressure.
        cells: Number of cells of the period.
    """
    strip = np.cos(math.pi * 2 * np.arange(cells) / cells)
    matrix, closed = speeds(symbol, cells), np.ones(cells, bool)
    for _ in range(cells):
        on = np.flatnonzero(closed)
        # in contact stripping plus receding equals the speed of the block, which is unknown
        system = np.zeros((on.size + 1, on.size + 1))
        system[:-1, :-1] = matrix[np.ix_(on, on)]
        system[:-1, -1], system[-1, :-1] = -1.0, 1 / cells
        solution = np.linalg.solve(system, np.append(-strip[on], pressure))
        carried = np.zeros(cells)
        carried[on] = solution[:-1]
        opening = strip + matrix @ carried - solution[-1]
        new = np.where(closed, carried > 0, opening < -1e-12)
        if np.array_equal(new, closed):
            return carried
        closed = new
    raise AssertionError("the active set does not settle")


@pytest.mark.parametrize(
    ("symbol", "mobilities"),
    [
        (interface, {"interface_mobility": 1.0}),
        (lattice, {"lattice_mobility": 1.0}),
        (viscous, {"viscosity": 1.0}),
    ],
    ids=["interface", "lattice", "viscous"],
)
def test_contact_is_lost_below_the_pressure(symbol: Symbol, mobilities: dict[str, float]) -> None:
    """A cosine is exact on cells, so a thousandth above and below the threshold tells."""
    threshold = pressure_to_keep_contact(1.0, wave_coefficient(math.pi, **mobilities))
    kept = contact_of_wavy_stripping(symbol, 1.001 * threshold, cells=64)
    assert np.min(kept) == pytest.approx(0.001 * threshold, rel=1e-6)
    lost = contact_of_wavy_stripping(symbol, 0.999 * threshold, cells=64)
    assert np.count_nonzero(lost == 0) >= 1


def test_void_closing_pressure() -> None:
    """A void of half the area, with ln 2: q = 2 ln 2 - 5/4."""
    pressure = void_closing_pressure(1e-10, 2.1e-28, void_fraction=0.5, half_spacing=5e-6)
    expected = 1e-10 * 25e-12 * (2 * math.log(2) - 1.25) / (8 * 2.1e-28)
    assert pressure == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: wave_coefficient(WAVENUMBER), "no way to recede"),
        (lambda: wave_coefficient(0.0, viscosity=1.0), "wavenumber = 0 "),
        (lambda: wave_coefficient(1.0, interface_mobility=-1.0), "interface_mobility = -1 "),
        (lambda: wave_coefficient(1.0, viscosity=0.0), "viscosity = 0 "),
        (lambda: wave_coefficient(1.0, viscosity=1.0, thickness=0.0), "thickness = 0 "),
        (lambda: pressure_to_keep_contact(-1.0, 1.0), "speed_amplitude = -1 "),
        (lambda: pressure_to_keep_contact(1.0, 0.0), "coefficient = 0 "),
        (
            lambda: void_closing_pressure(0.0, 1.0, void_fraction=0.1, half_spacing=1.0),
            "closing_speed = 0 ",
        ),
    ],
)
def test_senseless_arguments(call: Callable[[], float], told: str) -> None:
    with pytest.raises(ParameterError, match=told):
        call()
