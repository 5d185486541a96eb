# SPDX-License-Identifier: BSD-3-Clause
"""Where cracks in space meet along a line, what flows out of one enters the others."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest

from ssbmech.interfaces.crack_flow import CreepFlow
from ssbmech.model.cell import CellModel
from tests.crack_junction import ARMS, FACET, INLET
from tests.crack_junction_in_space import DEEP, PLATED, SLIT, at_metal, local, tee
from tests.lithium_crack import PER_CHARGE
from tests.tools import March, march, measured

COMM = MPI.COMM_WORLD
ITEM = "Cracks in space that meet"
#: So viscous that what the walls plate and what comes in at the end raise alike pressures.
VISCOUS = CreepFlow(rate=20.0, stress=1e6, exponent=1.0)
FEED = 2 * PLATED * PER_CHARGE


def at_line(cell: CellModel) -> np.ndarray:
    """Return the pressures of the ridges along the line at which the arms meet [Pa]."""
    return np.array([c.value for c in cell.closures if c.name == "junction"], dtype=float)


def balance(run: March) -> float:
    """Return the relative error of what is in the arms, plated in them and gone from them."""
    kept, plated, gone = (
        sum(run.series(f"crack_{word}:{name}") for name in ARMS)
        for word in ("volume", "plated_volume", "expelled_volume")
    )
    return float(np.abs((kept + gone) / plated - 1).max())


def pressed(lengths: tuple[int, int, int], width: float) -> None:
    r"""Flux M (P - p) / L + s L / 2 out of each arm into the line, of which the sum is zero.

    With the pressure P outside of the arm, its length L, mobility M and feed s. Blocks of 1e13 Pa
    give by some 1e-6 of the slit.
    """
    case = tee(VISCOUS, lengths, width)
    run = march(case, watch=at_line)
    factor = 3 * VISCOUS.rate / VISCOUS.stress
    widths, length = np.array([width, SLIT, SLIT]), FACET * np.array(lengths)
    slope = 2 * factor / 3 * (widths / 2) ** 3 / length
    outside = np.array([INLET, 0.0, 0.0])
    exact = (slope @ outside + FEED * length.sum() / 2) / slope.sum()
    pressures = run.seen[-1]
    assert pressures.shape == (DEEP,)
    off = np.abs(pressures / exact - 1).max()
    measured(ITEM, f"pressure at the line, arms {lengths}", off, 1e-5, "closed form")
    wanted = slope * (exact - outside) + FEED * length / 2
    off = np.abs(out(run) / (DEEP * FACET) - wanted).max() / np.abs(wanted).max()
    measured(ITEM, f"flux at the ends, arms {lengths}", off, 1e-5, "closed form")
    measured(ITEM, f"metal in and out of arms {lengths}", balance(run), 1e-9, "what is plated")
    if COMM.size > 1:
        alone = march(case, MPI.COMM_SELF, at_line)
        off = max(
            np.abs(pressures / alone.seen[-1] - 1).max(), np.abs(out(run) / out(alone) - 1).max()
        )
        measured(ITEM, "change by the number of ranks", off, 1e-8, "none")


def out(run: March) -> np.ndarray:
    """Return what flows out of the ends of the arms [m3/s]."""
    return np.array([run.series(f"crack_outflow:{name}")[-1] for name in ARMS])


@pytest.mark.pair
def test_arms_that_are_fed_and_pressed() -> None:
    """Alike in width, on any number of ranks."""
    pressed((2, 1, 2), SLIT)


@pytest.mark.serial
@pytest.mark.slow
def test_arms_of_other_lengths_and_widths() -> None:
    """The first is narrower, so that its mobility is half of that of the others."""
    pressed((3, 2, 4), 0.8 * SLIT)


@pytest.mark.pair
def test_what_comes_in_at_one_end_fills_dry_arms() -> None:
    """From a mouth alone, through the line where they meet, in few steps; nothing is lost there."""
    lengths = (2, 1, 2)
    case = tee(VISCOUS, lengths, seconds=800.0, dry=True)
    run = march(case)
    volumes = np.array([run.series(f"crack_volume:{name}") for name in ARMS])
    taken = -run.series(f"crack_expelled_volume:{ARMS[0]}")
    off = np.abs(volumes.sum(axis=0) / taken - 1).max()
    measured(ITEM, "metal in arms that were dry", off, 1e-9, "what came in")
    whole = np.array(lengths) * DEEP * FACET**2 * SLIT
    off = np.abs(volumes[:, -1] / whole - 1).max()
    measured(ITEM, "dry arms that are full", off, 1e-5, "1")
    # facets that fill find their pressure at once
    assert len(run.rows) + len(run.rejected) < 30
    if COMM.size > 1:
        alone = march(case, MPI.COMM_SELF)
        other = np.array([alone.series(f"crack_volume:{name}")[-1] for name in ARMS])
        off = np.abs(volumes[:, -1] / other - 1).max()
        measured(ITEM, "dry arms, change by the number of ranks", off, 1e-8, "none")


def fill(cell: CellModel, *arms: str, above: float = -9.0) -> None:
    """Put metal into arms, above a height in facets."""
    for name in ARMS:
        h = cell.network.cracks[name].metal.function
        height = local(h.function_space.tabulate_dof_coordinates().T)[1]
        h.x.array[:] = np.where((name in arms) & (height > above), 1e-9, 0.0)
        cell.network.cracks[name].metal.start_here()


def test_clusters_are_found_across_the_line() -> None:
    """On any number of ranks: one at the metal, one that is cut off, and all of them together."""
    case = at_metal((3, 2, 3))
    cell = CellModel(case, case.geometry.build(COMM))

    def seen() -> tuple[float, ...]:
        count, off, reach, short = (output.measure({}) for output in cell.clusters.outputs())
        cell.cluster_ties.follow()
        cracks = cell.network.cracks.values()
        holding = sum(int(crack.holds().sum()) for crack in cracks)
        marked = sum(crack.connected.x.array[: crack.surface.gap.owned].sum() for crack in cracks)
        loose = int(COMM.allreduce(holding)) - int(COMM.allreduce(marked))
        return count, off, short, round(reach / FACET, 6), loose

    # two triangles of each square
    assert seen() == (1, 0, 0, 1.0, 0), "the flaw, at the metal"
    fill(cell, ARMS[2], above=1.0)
    assert seen() == (2, 1, 0, 1.0, 4 * DEEP), "metal at the far side alone is no short"
    fill(cell, *ARMS[:2])
    assert seen() == (1, 0, 0, 3.0, 0), "across the line"
    fill(cell, *ARMS[:1])
    assert seen() == (1, 0, 0, 3.0, 0)
    fill(cell, ARMS[1])
    assert seen() == (2, 1, 0, 1.0, 4 * DEEP), "not connected to the flaw"
    fill(cell, *ARMS)
    assert seen()[:3] == (1, 0, 1), "to the other side"
