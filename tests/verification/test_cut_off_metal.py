# SPDX-License-Identifier: BSD-3-Clause
"""Metal in a crack that is cut off from its electrode has a potential of its own."""

from __future__ import annotations

import dataclasses
from functools import partial

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.model.cell import CellModel
from tests import tools
from tests.lithium_crack import PER_CHARGE
from tests.metal_strip import (
    APART,
    CRACK,
    CURRENT,
    FACET,
    KAPPA,
    LOWER,
    THICK,
    along,
    channel,
    lay,
    middles,
)
from tests.tools import march, measured
from tests.verification.test_jacobian import check_blocks, row_groups

COMM = MPI.COMM_WORLD
ITEM = "Metal that is cut off"
FIELD = CURRENT / KAPPA
WALLS = ("crack_current_minus", "crack_current_plus")
#: Of walls that hardly disturb the field: kappa Z over the length is 5e4.
LARGE = 1.0
FIRST, LAST = 10 * FACET, 16 * FACET


def strip(x: np.ndarray) -> np.ndarray:
    """Return which places are in a piece from 10 to 16 facets."""
    return (x > FIRST) & (x < LAST)


def state(cell: CellModel) -> np.ndarray:
    """Return x, potential and thickness of metal, and both currents along the crack."""
    return along(cell, ("phi_s", "crack_metal", *WALLS))


def plating(seconds: float = 1.0) -> ssb.ConstantCurrent:
    """Return a step that plates metal at the electrode."""
    return ssb.ConstantCurrent(-CURRENT, seconds)


def test_a_strip_has_the_potential_of_its_middle() -> None:
    """In an even field it is plated where it is lowest, and stripped at the other end."""
    case = channel(LARGE, plating(100.0), step=100.0)
    run = march(case, watch=state, prepare=partial(lay, places=strip))
    x, phi, metal, *walls = run.seen[-1]
    inside, ends = strip(x), 24 * FACET
    middle = 0.5 * (FIRST + LAST)
    off = np.abs(phi[inside] / (FIELD * (middle - ends)) - 1).max()
    measured(ITEM, "potential of a strip", off, 1e-4, "that of its middle")
    exact = FIELD * (middle - x[inside]) / LARGE
    off = max(np.abs(wall[inside] - exact).max() for wall in walls) / np.abs(exact).max()
    measured(ITEM, "current along a strip", off, 1e-3, "field times distance over Z")
    plated = (metal[inside] - THICK).sum() / np.abs(metal[inside] - THICK).sum()
    measured(ITEM, "metal lost or gained by a strip", abs(plated), 1e-10, "0")
    grown = -2 * PER_CHARGE * exact * 100.0
    off = np.abs(metal[inside] - THICK - grown).max() / np.abs(grown).max()
    measured(ITEM, "thickness plated and stripped", off, 1e-3, "its current")
    assert run.rows[-1]["crack_cut_off"] == 1.0
    assert 2 * metal.max() < APART, "nothing presses"
    measured(ITEM, "audit of charge", run.rows[-1]["audit_charge"], 1e-10, "0")
    measured(ITEM, "audit of lithium", run.rows[-1]["audit_lithium"], 1e-8, "0")


def test_parts_of_other_walls_count_by_their_conductance() -> None:
    """Of one half metal touches a quarter of the walls: the potential is the weighted mean."""

    def two_parts(cell: CellModel) -> None:
        lay(cell, lambda x: strip(x) & (x < 13 * FACET))
        lay(cell, lambda x: strip(x) & (x > 13 * FACET), reached=0.25)

    run = march(channel(LARGE, plating()), watch=state, prepare=two_parts)
    x, phi, *_ = run.seen[-1]
    inside = strip(x)
    weight = np.where(x[inside] < 13 * FACET, 1.0, 0.25)
    mean = np.average(FIELD * (x[inside] - 24 * FACET), weights=weight)
    off = np.abs(phi[inside] / mean - 1).max()
    measured(ITEM, "potential of unequal parts", off, 1e-4, "mean by conductance")


def collected(x: np.ndarray, half: float, height: float) -> np.ndarray:
    """Return the current into one wall of a strip without resistance, from its middle to x.

    Over the current density far away [m]; on the axis of a channel of height 2 H, by a conformal
    map. It is the integral of x / sqrt(a^2 - x^2), a - sqrt(a^2 - x^2), where H is large.
    """
    u, v = (np.cosh(np.pi * k / (2 * height)) for k in (x, half))
    return np.asarray(2 * height / np.pi * (np.arcsin(u / v) - np.arcsin(1 / v)))


def off_conductor(flow: np.ndarray, half: int, height: int) -> np.ndarray:
    """Return how far the currents of facets from the middle are from those of a conductor.

    Args:
        flow: of one wall, over that far away, facet by facet [1].
        half: facets to its end.
        height: of a block, in facets.

    Returns:
        Deviation of the sum, with its sign, and the largest one up to any facet, over the sum [1].
    """
    edges = np.arange(1, half + 1, dtype=float)
    exact = collected(edges, half, height)
    off = (np.cumsum(flow) - exact) / exact[-1]
    return np.array([off[-1], np.abs(off).max()])


def nears_conductor(what: str, coarse: np.ndarray, fine: np.ndarray, limit: float) -> None:
    """Hold what `off_conductor` gave, on a mesh and on one of half its facets, to what it nears.

    The whole current is missed about in proportion to a facet. Up to a place it is missed as beside
    the end of a conductor, whose field is singular: by the root of a facet.
    """
    whole, most = np.log2(np.abs(coarse / fine))
    measured(ITEM, f"distance of the order of the {what} from 1", abs(whole - 1), 0.15, "1")
    measured(ITEM, f"order of the {what} up to a facet, below 1/2", max(0.5 - most, 0), 0.1, "1/2")
    extrapolated = abs(2 * fine[0] - coarse[0])
    measured(ITEM, f"{what}, facets to nothing", extrapolated, limit, "conformal map")


def through_strip(half: int) -> list[np.ndarray]:
    """Return how far the currents of both walls are from those of a conducting strip."""
    middle = 11 * half // 4

    def piece(x: np.ndarray) -> np.ndarray:
        return np.abs(x - middle * FACET) < half * FACET

    case = channel(1e-9, plating(0.01), length=2 * middle, height=half, step=0.01)
    run = march(case, watch=state, prepare=partial(lay, places=piece))
    x, _, _, *walls = run.seen[-1]
    right = piece(x) & (x > middle * FACET)
    return [off_conductor(-wall[right] / CURRENT, half, half) for wall in walls]


def into_spike(length: int) -> list[np.ndarray]:
    """Return how far the currents of both walls are from those of a spike at the electrode."""
    flaw = ssb.Ball(radius=length * FACET)
    case = channel(1e-9, plating(0.01), length=3 * length, height=length, step=0.01, flaw=flaw)
    run = march(case, watch=state)
    x, _, _, *walls = run.seen[-1]
    return [off_conductor(-wall[x < length * FACET] / CURRENT, length, length) for wall in walls]


@pytest.mark.serial
def test_a_strip_without_resistance_is_a_conductor() -> None:
    """Where kappa Z over its length is small it takes up the current of the field around it."""
    for coarse, fine in zip(through_strip(4), through_strip(8), strict=True):
        nears_conductor("current through a strip", coarse, fine, 2e-3)


@pytest.mark.serial
def test_current_into_a_spike_at_the_electrode() -> None:
    """Half of such a strip, which is connected: 2 i a in all, 2 i (a - sqrt(a^2 - x^2)) to x."""
    for coarse, fine in zip(into_spike(6), into_spike(12), strict=True):
        nears_conductor("current into a spike", coarse, fine, 1e-2)


@pytest.mark.serial
def test_an_iterative_solver_follows_what_is_cut_off() -> None:
    """Where its preconditioner fails a direct one takes the system, with the rows of now too."""
    case = channel(LARGE, plating())
    other = dataclasses.replace(case, linear_solver=ssb.Iterative())
    exact, found = (
        march(c, watch=state, prepare=partial(lay, places=strip)) for c in (case, other)
    )
    assert isinstance(found.cell.case.linear_solver, ssb.Iterative)
    off = np.abs(found.seen[-1] - exact.seen[-1]).max(axis=1) / np.abs(exact.seen[-1]).max(axis=1)
    measured(ITEM, "change by an iterative solver", off.max(), 1e-5, "direct")


@pytest.mark.pair
def test_the_impedance_of_a_cell_whose_metal_was_just_cut_off() -> None:
    """It is that beside the pieces that there are now, of which the last step knew none."""
    case = channel(1e-9, plating(0.01), step=0.01)
    known = ssb.impedance(march(case, prepare=partial(lay, places=strip)).cell, [1.0]).impedance
    cell = march(case).cell
    without = ssb.impedance(cell, [1.0]).impedance
    lay(cell, strip)
    found = ssb.impedance(cell, [1.0]).impedance
    assert abs(found[0] / without[0] - 1) > 0.1, "current finds a way through metal"
    off = abs(found[0] / known[0] - 1)
    measured(ITEM, "impedance beside a piece that was just cut off", off, 1e-5, "one known before")


@pytest.mark.pair
def test_pieces_that_are_joined_or_touch_the_electrode() -> None:
    """Ties of potentials follow what is connected, and nothing is stored at them."""
    case = channel(LARGE, plating())
    cell = CellModel(case, case.geometry.build(COMM))
    drive = Drive(current_density=-CURRENT)

    def potentials() -> dict[str, float]:
        cell.begin(drive, 1.0)
        return {c.key: c.value for c in cell.closures if c.name == "cluster"}

    assert not potentials()
    lay(cell, lambda x: (x > 6 * FACET) & (x < 9 * FACET))
    lay(cell, lambda x: (x > 10 * FACET) & (x < 15 * FACET))
    before = cell.system.numbering
    assert list(potentials()) == ["cluster 0", "cluster 1"]
    assert cell.system.numbering is not before
    phi = next(u for u in cell.surfaces[CRACK].unknowns if u.name == "phi_s")
    x = middles(cell)
    phi.function.x.array[: len(x)] = np.where(x < 9.5 * FACET, 1.0, 4.0)
    phi.start_here()
    before = cell.system.numbering
    assert potentials() == pytest.approx({"cluster 0": 1.0, "cluster 1": 4.0})
    assert cell.system.numbering is before, "the same ties need no new matrix"
    phi.start_here()
    lay(cell, lambda x: (x > 9 * FACET) & (x < 10 * FACET))
    values = potentials()
    electrode = cell.circuit.electrodes[LOWER].value
    assert values == pytest.approx({"cluster 0": (3 * 1.0 + 5 * 4.0 + electrode) / 9})
    lay(cell, lambda x: x < 6 * FACET)
    assert not potentials()
    held = phi.function.x.array[: len(x)]
    assert held == pytest.approx(np.full(len(x), electrode))


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual() -> None:
    """Those of the potentials of two pieces too."""
    case = channel(8e-4, plating())
    cell = CellModel(case, case.geometry.build(COMM))
    lay(cell, strip)
    lay(cell, lambda x: (x > 18 * FACET) & (x < 20 * FACET))
    cell.begin(Drive(current_density=-CURRENT), 1.0)
    random = np.random.default_rng(5 + COMM.rank)
    surface = cell.surfaces[CRACK]
    for unknown in surface.unknowns:
        if unknown.name in WALLS:
            unknown.function.x.array[: unknown.owned] = random.uniform(-5, 5, unknown.owned)
            unknown.function.x.scatter_forward()
    for k, closure in enumerate(c for c in cell.closures if c.name == "cluster"):
        closure.value = -5e-3 * (k + 1)
    cell.system.impose_closures()
    errors, sizes = check_blocks(cell, [k for k in row_groups(cell) if "crack" in k or "cl" in k])
    ours = [pair for pair in errors if "cluster" in pair[0] + pair[1]]
    worst = max(ours, key=lambda pair: errors[pair])
    measured(ITEM, "largest error of a Jacobian block", errors[worst], 1e-6, f"{worst}")
    for key in ("cluster 0", "cluster 1"):
        for wall in WALLS:
            assert sizes[key, f"{wall} {CRACK}"] > 1e-9
            assert sizes[f"{wall} {CRACK}", key] > 1e-9


def used_up() -> ssb.Case:
    """Return a strip of which four facets are stripped bare one after the other, on a slope."""
    return channel(2e-3, plating(120.0), step=20.0)


@pytest.mark.pair
def test_metal_is_used_up_at_one_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is bare is cut off; the rest goes on, after a stop and on any number of ranks too."""
    prepare = partial(lay, places=strip)
    run = march(used_up(), watch=state, prepare=prepare)
    x, _, metal, *_ = run.seen[-1]
    inside = strip(x)
    bare = metal[inside] < 1e-3 * THICK
    assert bare[0]
    assert not bare[-1]
    assert np.all(np.diff(bare.astype(int)) <= 0), "from one end"
    assert metal.min() > -1e-3 * THICK
    lost = abs(metal[inside].sum() / (6 * THICK) - 1)
    measured(ITEM, "metal of a strip that is used up at one end", lost, 1e-9, "0")
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.RECOVER)
    resumed = march(used_up(), watch=state, prepare=prepare)
    off = np.abs(resumed.seen[-1] - run.seen[-1]).max(axis=1) / np.abs(run.seen[-1]).max(axis=1)
    measured(ITEM, "change by a stop half way", off.max(), 1e-8, "none")
    monkeypatch.setattr(tools._setting, "mode", tools.Mode.WHOLE)
    if COMM.size > 1:
        alone = march(used_up(), MPI.COMM_SELF, watch=state, prepare=prepare)
        off = np.abs(alone.seen[-1] - run.seen[-1]).max(axis=1)
        off /= np.abs(run.seen[-1]).max(axis=1)
        measured(ITEM, "change by the number of ranks", off.max(), 1e-8, "none")
