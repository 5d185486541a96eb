# SPDX-License-Identifier: BSD-3-Clause
"""Boundaries of grains that break one after the other, as grains strain by their crystal axes."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.fracture.grains import GrainBoundaries
from ssbmech.interfaces.cohesion import BilinearCohesion, DelayedBond
from ssbmech.model.cell import CellModel
from tests.case_scripts import script_case
from tests.lithium_crack import CRACK, GLASS, plate
from tests.parts import Bond, part
from tests.tools import March, march, measured

ITEM = "Grains that break apart"
YOUNG, POISSON = 140e9, 0.3


@pytest.mark.pair
def test_damage_follows_with_its_delay() -> None:
    """Pulled to twice what breaks the bond at once, and held: implicit Euler, step by step."""
    lift, delay, step = 40e-9, 3.0, 1.0
    # so weak that its traction hardly strains the plate: the separation is what it is pulled to
    bond = DelayedBond(BilinearCohesion(1e5, 1e-3, 1e15), delay)
    case = dataclasses.replace(
        plate(None, 4.0, step, facet=5e-6, path=5e-6, extent=10e-6, bond=bond),
        bodies=(ssb.Body.single("lower", GLASS), ssb.Body.single("upper", GLASS)),
        supports=(
            ssb.Clamp("bottom"),
            ssb.Clamp("top", lambda x, t: np.array([0 * x[0], lift + 0 * x[0]])),
        ),
    )

    def least(cell: CellModel) -> tuple[float, float]:
        """Separation that damage counted by as the step began, and damage at its end."""
        held = part(cell.surfaces[CRACK], Bond)
        owned = held.damages()
        ends = (held.largest.x.array[: owned.size], owned)
        low, high = (cell.comm.allreduce(each.min(initial=1.0), op=MPI.MIN) for each in ends)
        return low, high

    run = march(case, watch=least)
    begun, broken = np.array(run.seen).T
    exact = lift * (1 - (1 + step / delay) ** -(run.series("time") / step))
    assert len(exact) == 4
    assert begun[0] == 0.0
    off = np.abs(begun[1:] / exact[:-1] - 1).max()
    measured(ITEM, "delay of the damage", off, 0.005, "implicit Euler")
    first, last = bond.bond.separation_strength, bond.bond.separation_broken
    wanted = np.minimum(last * (exact - first) / (exact * (last - first)), 1.0)
    assert 0.9 < wanted[0] < 1.0 == wanted[-1]
    assert broken == pytest.approx(wanted, abs=1e-4)


def grains(misfit: float, toughness: float, cells: int = 5) -> March:
    """Return a run of six grains of half a micrometre."""
    numbers = {"grain": 0.5, "misfit": misfit, "toughness": toughness, "grains": 6}
    options = [text for name, value in numbers.items() for text in (f"--{name}", f"{value:.9g}")]
    return march(script_case("grain_cracks", *options, "--cells", str(cells)), MPI.COMM_WORLD)


@pytest.mark.slow
@pytest.mark.serial
def test_grains_break_apart_by_their_misfit() -> None:
    """The same at half the misfit if half as tough; no more than what is released pays for.

    The same to rounding until boundaries have run, which multiplies it: then to some percent.
    """
    runs = {toughness: grains(7.5 * toughness, toughness) for toughness in (0.1, 0.2)}
    for run in runs.values():
        time, share = run.series("time"), run.series("broken_share")
        assert np.all(np.diff(share) >= 0.0), "what is broken stays so"
        stored, spent = run.series("stored_energy"), run.series("broken_energy")
        released = stored[0] * (time / time[0]) ** 2 - stored
        assert np.all(spent <= released * 1.02 + 1e-3 * stored[-1])
        assert share[-1] > 0.1
    weak, tough = runs[0.1], runs[0.2]
    times = [run.series("time") for run in (weak, tough)]
    shares = [run.series("broken_share") for run in (weak, tough)]
    # stresses and openings go with the toughness, energies with its square
    same = slice(0, np.argmax(shares[1] > 0.0) + 1)
    assert times[0][same] == pytest.approx(times[1][same], rel=1e-9)
    assert shares[0][same] == pytest.approx(shares[1][same], rel=1e-9)
    energies = [run.series("stored_energy")[same] for run in (weak, tough)]
    off = np.abs(4 * energies[0] / energies[1] - 1).max()
    measured(ITEM, "energy to the first boundary, half as tough", off, 1e-6, "a quarter")
    off = abs(shares[0][-1] / shares[1][-1] - 1)
    measured(ITEM, "share of broken boundaries, half as tough", off, 0.1, "the same at half")
    # at the same misfit, half way through the tougher run
    half = np.searchsorted(times[1], 500.0)
    assert shares[0][-1] > shares[1][half]
    first = 1.5e-2 * times[1][np.argmax(shares[1] > 0.0)] / 1000.0
    closed = GrainBoundaries(YOUNG, POISSON, 0.2e6, 0.5e-6).critical_misfit(shrinks=False)
    assert 0.3 < first / closed < 1.5, "the closed form is an order of magnitude"
