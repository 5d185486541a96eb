# SPDX-License-Identifier: BSD-3-Clause
"""Sinking speeds of props against numerical solutions of what they were derived from.

Many numbers are far below 1e-12, the error that pytest.approx allows if not told abs=0.0.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import ParameterError
from ssbmech.interfaces import sinking_speeds as speeds
from ssbmech.interfaces.ranges import Interval
from ssbmech.materials.diffusional import CobleCreep
from tests.half_space import Symbol, lattice, square_array, viscous
from tests.half_space import speeds as speeds_matrix

pytestmark = pytest.mark.serial

LITHIUM = 13.0e-6
ROOM = 298.15
CELLS = 400


def squeezed(inner: float, outer: float, power: int, open_side: int) -> float:
    """Return the mean pressure over the length or area of a plate squeezed at the speed 1.

    Finite volumes of (r^power p')' = -r^power between two radii, with p = 0 at one of them and no
    flux at the other, for the mobility 1.

    Args:
        inner: Where it begins.
        outer: Where it ends.
        power: 0 for a strip, 1 for a ring.
        open_side: 0 if p = 0 at the inner radius, -1 at the outer.
    """
    faces = np.linspace(inner, outer, CELLS + 1)
    width = faces[1] - faces[0]
    volumes = (faces[1:] ** (power + 1) - faces[:-1] ** (power + 1)) / (power + 1)
    links = faces**power / width
    matrix = np.diag(links[:-1] + links[1:])
    matrix -= np.diag(links[1:-1], 1) + np.diag(links[1:-1], -1)
    matrix[0, 0] -= links[0]
    matrix[-1, -1] -= links[-1]
    # the pressure falls to zero over half a cell
    matrix[open_side, open_side] += 2 * links[open_side]
    pressure = np.linalg.solve(matrix, volumes)
    return float(pressure @ volumes / volumes.sum())


def test_strips_by_interface_diffusion() -> None:
    """The scheme is exact but for the half cell at the edge: 1/2 of the cell's size squared."""
    half_width, mobility, fraction = 2e-6, 2.1e-28, 0.3
    numerical = fraction * squeezed(0.0, 1.0, power=0, open_side=-1) * half_width**2 / mobility
    coefficient = speeds.strips_by_interface_diffusion(
        mobility, fraction=fraction, half_width=half_width
    )
    assert coefficient * numerical == pytest.approx(1.0, abs=1 / CELLS**2)


def test_discs_by_interface_diffusion() -> None:
    radius, mobility, fraction = 2e-6, 2.1e-28, 0.3
    numerical = fraction * squeezed(0.0, 1.0, power=1, open_side=-1) * radius**2 / mobility
    coefficient = speeds.discs_by_interface_diffusion(mobility, fraction=fraction, radius=radius)
    assert coefficient * numerical == pytest.approx(1.0, abs=1 / CELLS**2)


@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.8, 0.96, 0.99])
def test_rings_by_interface_diffusion(fraction: float) -> None:
    """Of second order; the ring is loaded, the whole circle is counted."""
    spacing, mobility = 5e-6, 2.1e-28
    mean = squeezed(math.sqrt(fraction), 1.0, power=1, open_side=0)
    numerical = (1 - fraction) * mean * spacing**2 / mobility
    coefficient = speeds.ring_by_interface_diffusion(
        mobility, void_fraction=fraction, half_spacing=spacing
    )
    assert coefficient * numerical == pytest.approx(1.0, abs=4 / CELLS**2)


def test_the_two_forms_of_a_ring_agree() -> None:
    """Where one takes over from the other, the closed form has lost four digits."""
    edge = 1 - speeds.SMALL_RING
    below, above = (
        speeds.ring_by_interface_diffusion(1.0, void_fraction=edge + side, half_spacing=1.0)
        for side in (-1e-13, 1e-13)
    )
    assert below == pytest.approx(above, rel=1e-10)


def on_strips(symbol: Symbol, fraction: float) -> tuple[float, float]:
    """Return the coefficient of strips with a half period of 1, and how far it can be off.

    The pressure has its largest error at the edges of strips, so the coefficient is of first order
    in the cell. It is extrapolated from two numbers of cells; what is left is of second order.
    """
    found = []
    for cells in (512, 1024):
        on = slice(0, round(fraction * cells))
        matrix = speeds_matrix(symbol, cells)[on, on]
        found.append(cells / np.linalg.solve(matrix, np.ones(len(matrix))).sum())
    coarse, fine = found
    return float(2 * fine - coarse), 0.02 * abs(fine - coarse)


@pytest.mark.parametrize("fraction", [0.125, 0.25, 0.5, 0.75])
def test_strips_in_viscous_metal(fraction: float) -> None:
    numerical, error = on_strips(viscous, fraction)
    half_period, viscosity = 10e-6, 3e10
    coefficient = speeds.strips_in_viscous_metal(
        viscosity, fraction=fraction, half_period=half_period
    )
    assert coefficient * viscosity / half_period == pytest.approx(numerical, abs=error)


@pytest.mark.parametrize("fraction", [0.125, 0.25, 0.5, 0.75])
def test_strips_by_lattice_diffusion(fraction: float) -> None:
    numerical, error = on_strips(lattice, fraction)
    half_period, mobility = 10e-6, 4.2e-23
    coefficient = speeds.strips_by_lattice_diffusion(
        mobility, fraction=fraction, half_period=half_period
    )
    assert coefficient * half_period / mobility == pytest.approx(numerical, abs=error)


@pytest.mark.parametrize("fraction", [0.05, 0.1, 0.2, 0.28, 0.39])
@pytest.mark.parametrize(
    ("symbol", "formula", "error"),
    [
        (viscous, speeds.discs_in_viscous_metal, 2e-3),
        (lattice, speeds.discs_by_lattice_diffusion, 6e-3),
    ],
    ids=["viscous", "lattice"],
)
def test_arrays_of_discs(
    symbol: Symbol, formula: Callable[..., float], error: float, fraction: float
) -> None:
    """The expansions are off by 0.1 and 0.4 %; cells at a round rim leave 0.1 % of their own."""
    ratios = []
    for cells in (128, 256):
        covered, numerical = square_array(symbol, fraction, cells)
        radius = math.sqrt(covered / math.pi)
        ratios.append(formula(1.0, fraction=covered, radius=radius) / numerical)
    assert 2 * ratios[1] - ratios[0] == pytest.approx(1.0, abs=error)


def test_discs_alone() -> None:
    """Far from others a disc is a flat punch, and a circular patch of one flux."""
    few = {"fraction": 1e-8, "radius": 2e-6}
    assert speeds.discs_in_viscous_metal(3e10, **few) * few["fraction"] == pytest.approx(
        math.pi * 2e-6 / (8 * 3e10), rel=1.5e-4, abs=0.0
    )
    assert speeds.discs_by_lattice_diffusion(4e-23, **few) * few["fraction"] == pytest.approx(
        3 * math.pi * 4e-23 / (4 * 2e-6), rel=1e-11, abs=0.0
    )


def test_lattice_sums() -> None:
    """Over squares, with the rest of the plane as a mean; then the rest goes with the third power.

    1/R is integrated over the square and subtracted, its powers are integrated outside and added.
    What is left of the first goes with the inverse of the square's size, and is extrapolated.
    """
    sums = []
    for size in (100, 200):
        across, half = np.arange(-size, size + 1), size + 0.5
        distance = np.hypot(across[:, None], across)
        distance[size, size] = np.inf
        first = np.sum(1 / distance) - 8 * half * math.asinh(1.0)
        third = np.sum(distance**-3) + 4 * math.sqrt(2) / half
        fifth = np.sum(distance**-5) + 10 * math.sqrt(2) / (9 * half**3)
        sums.append((half, first, third, fifth))
    (coarse, first_coarse, _, _), (fine, first_fine, third, fifth) = sums
    first = (fine * first_fine - coarse * first_coarse) / (fine - coarse)
    assert (first, third, fifth) == pytest.approx(speeds.LATTICE_SUMS, abs=1 / size**3)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("fraction", [0.125, 0.5])
def test_coefficients_of_mechanisms_add_at_least(fraction: float, share: float) -> None:
    """Each pressure distribution alone is a compromise; by how much depends on the fraction."""
    flow, _ = on_strips(viscous, fraction)
    diffusion, _ = on_strips(lattice, fraction)
    weights = share / flow, (1 - share) / diffusion
    both, error = on_strips(lambda q: weights[0] * viscous(q) + weights[1] * lattice(q), fraction)
    assert 1.0 - error < both < (1.12 if fraction < 0.2 else 1.3)


@pytest.mark.parametrize("fraction", [0.0625, 0.25, 0.5, 0.75])
def test_excess_of_plated_metal(fraction: float) -> None:
    """The plated metal bears; the gap over the props closes by what it sinks and they bulge."""
    ratios, middles = [], []
    for cells in (512, 1024):
        matrix = speeds_matrix(viscous, cells)
        props = round(fraction * cells)
        on = slice(props, cells)
        pressure = np.linalg.solve(matrix[on, on], np.ones(cells - props))
        closing = 1 - matrix[:props, on] @ pressure
        # a gap of 1 at the props is metal plated beside them, 1 - fraction as a mean of all
        fall = (1 - fraction) * closing.mean() / (pressure.sum() / cells)
        sinking = speeds.strips_in_viscous_metal(1.0, fraction=fraction, half_period=1.0)
        ratios.append(fall / sinking)
        middles.append(closing[props // 2] / closing.mean())
    coarse, fine = ratios
    assert speeds.excess_ratio(fraction) == pytest.approx(
        2 * fine - coarse, abs=0.05 * abs(fine - coarse)
    )
    assert middles[1] == pytest.approx(4 / math.pi, rel=0.02)


def test_coble_viscosity() -> None:
    """A sphere whose boundary opens by twice what its surface moves by, half of it each grain's.

    Finite volumes in the cosine of the angle to the axis. Real grains fill space and have flat
    faces; constants of other shapes differ from the sphere's by up to a fifth.
    """
    cells, radius, mobility = 400, 0.5, 1.0
    faces = np.linspace(-1.0, 1.0, cells + 1)
    cosine, width = 0.5 * (faces[1:] + faces[:-1]), 2.0 / cells
    wave = (3 * cosine**2 - 1) / 2
    links = (1 - faces[1:-1] ** 2) / width
    matrix = np.diag(np.append(links, 0) + np.append(0, links))
    matrix -= np.diag(links, 1) + np.diag(links, -1)
    # rate of stretching 1: the surface moves by radius * wave
    source = 2 * radius * wave * radius**2 / mobility * width
    stress = np.linalg.lstsq(matrix, source, rcond=None)[0]
    axial = 1.5 * np.sum(stress * cosine**2) * width
    lateral = 0.75 * np.sum(stress * (1 - cosine**2)) * width
    sphere = 3 / (axial - lateral)
    assert sphere == pytest.approx(120.0, rel=1e-4)
    assert sphere < speeds.COBLE_CONSTANT < 1.2 * sphere
    given = {"molar_volume": LITHIUM, "temperature": ROOM}
    viscosity = speeds.coble_viscosity(10e-6, 4e-20, **given)
    expected = GAS_CONSTANT * ROOM * 1e-15 / (141 * LITHIUM * 4e-20)
    assert viscosity == pytest.approx(expected, rel=1e-12)
    # the law of bodies has the same constant
    creep = CobleCreep(
        grain_size=10e-6,
        boundary_diffusivity=4e-20,
        molar_volume=LITHIUM,
        activation_energy=0.0,
        reference_temperature=ROOM,
    )
    assert 1 / (3 * viscosity) == pytest.approx(float(creep.fluidity(ROOM)), rel=1e-12, abs=0.0)


def test_sizes_for_lithium() -> None:
    """Hand values for diffusivities of lithium, and props of some micrometres."""
    mobility = speeds.interface_mobility(4e-20, LITHIUM, ROOM)
    assert mobility == pytest.approx(2.1e-28, rel=1e-2, abs=0.0)
    through = speeds.lattice_mobility(8e-15, LITHIUM, ROOM)
    # a flux of unit gradient, per pressure: 191 MPa are worth RT per molar volume
    assert 8e-15 / through == pytest.approx(191e6, rel=2e-3)
    viscosity = speeds.coble_viscosity(10e-6, 4e-20, LITHIUM, ROOM)
    sinking = speeds.strips_in_viscous_metal(viscosity, fraction=0.2, half_period=10e-6)
    assert sinking * 1e6 * FARADAY / LITHIUM == pytest.approx(0.8, rel=0.05)
    # K1 of 9e-17 by lattice diffusion alone
    small = speeds.discs_by_lattice_diffusion(through, fraction=1e-4, radius=1.1e-2)
    assert small == pytest.approx(9e-17, rel=1e-2, abs=0.0)
    # and by diffusion along the interface
    spread = speeds.discs_by_interface_diffusion(mobility, fraction=0.25, radius=8.64e-6)
    assert spread == pytest.approx(9e-17, rel=1e-2, abs=0.0)


LENGTH = {"fraction": 0.2, "half_period": 1e-5}


@pytest.mark.parametrize(
    "call",
    [
        lambda: speeds.interface_mobility(0.0, LITHIUM, ROOM),
        lambda: speeds.interface_mobility(4e-20, LITHIUM, -1.0),
        lambda: speeds.lattice_mobility(math.nan, LITHIUM, ROOM),
        lambda: speeds.coble_viscosity(-1e-6, 4e-20, LITHIUM, ROOM),
        lambda: speeds.strips_by_interface_diffusion(1.0, fraction=0.0, half_width=1e-6),
        lambda: speeds.discs_by_interface_diffusion(1.0, fraction=1.0, radius=1e-6),
        lambda: speeds.ring_by_interface_diffusion(1.0, void_fraction=1.0, half_spacing=1e-6),
        lambda: speeds.strips_in_viscous_metal(math.inf, **LENGTH),
        lambda: speeds.strips_in_viscous_metal("3e10", **LENGTH),
        lambda: speeds.strips_by_lattice_diffusion(0.0, **LENGTH),
        lambda: speeds.discs_in_viscous_metal(1.0, fraction=0.41, radius=1e-6),
        lambda: speeds.discs_by_lattice_diffusion(1.0, fraction=0.41, radius=1e-6),
        lambda: speeds.excess_ratio(1.5),
    ],
)
def test_senseless_arguments(call: Callable[[], float]) -> None:
    with pytest.raises(ParameterError):
        call()


def test_interval() -> None:
    part = Interval(0.0, 0.4, low_open=True)
    part.expect(fraction=0.4)
    with pytest.raises(ParameterError, match=r"fraction = 0\.41 is out .* in \(0, 0\.4\]"):
        part.expect(fraction=0.41)
    with pytest.raises(ParameterError, match="fraction = 0 is out"):
        part.expect(fraction=0.0)
    with pytest.raises(ParameterError, match="fraction = nan is out"):
        part.expect(fraction=math.nan)
    with pytest.raises(ParameterError, match="no number in SI"):
        part.expect(fraction="0.2")
