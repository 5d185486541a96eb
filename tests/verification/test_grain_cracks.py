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
from tests.case_scripts import script_case
from tests.lithium_crack import CRACK, GLASS, plate
from tests.parts import Bond, part
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial
ITEM = "Grains that break apart"
YOUNG, POISSON = 140e9, 0.3


def test_damage_follows_with_its_delay() -> None:
    """Pulled to twice what breaks the bond at once, and held: an exponential, step by step."""
    lift, delay, step = 40e-9, 3.0, 1.0
    bond = DelayedBond(BilinearCohesion(1e6, 1e-2, 1e15), delay)
    case = dataclasses.replace(
        plate(None, 4.0, step, facet=5e-6, path=5e-6, extent=10e-6, bond=bond),
        bodies=(ssb.Body.single("lower", GLASS), ssb.Body.single("upper", GLASS)),
        supports=(
            ssb.Clamp("bottom"),
            ssb.Clamp("top", lambda x, t: np.array([0 * x[0], lift + 0 * x[0]])),
        ),
    )
    run = march(case, watch=lambda cell: part(cell.surfaces[CRACK], Bond).largest.x.array.min())
    # nothing else gives: the traction of a bond of 1 MPa strains 20 um by less than a nanometre
    time = run.series("time")
    exact = lift * (1 - (1 + step / delay) ** -(time / step))
    assert len(run.seen) == 4
    measured(ITEM, "delay of the damage", abs(run.seen[-1] / exact[-2] - 1), 0.03, "exponential")


def grains(grain: float, misfit: float, toughness: float, cells: int = 5) -> March:
    """Return a run of six grains."""
    numbers = {"grain": grain, "misfit": misfit, "toughness": toughness, "grains": 6}
    options = [text for name, value in numbers.items() for text in (f"--{name}", f"{value:.9g}")]
    return march(script_case("grain_cracks", *options, "--cells", str(cells)), MPI.COMM_WORLD)


@pytest.mark.slow
def test_grains_break_apart_by_their_misfit() -> None:
    """More with more misfit, less if tougher; no more than what is released pays for."""
    runs = {toughness: grains(0.5, 1.5, toughness) for toughness in (0.1, 0.2)}
    firsts = {}
    for toughness, run in runs.items():
        time, share = run.series("time"), run.series("broken_share")
        assert np.all(np.diff(share) >= 0.0), "what is broken stays so"
        stored, spent = run.series("stored_energy"), run.series("broken_energy")
        released = stored[0] * (time / time[0]) ** 2 - stored
        assert np.all(spent <= released * 1.02 + 1e-3 * stored[-1])
        assert share[-1] > 0.1
        firsts[toughness] = 1.5e-2 * time[np.argmax(share > 0.0)] / 1000.0
    assert runs[0.1].series("broken_share")[-1] > runs[0.2].series("broken_share")[-1]
    # the misfit of the first boundary goes with the toughness
    measured(
        ITEM,
        "misfit of the first, 0.2 over 0.1 MPa m^0.5",
        abs(firsts[0.2] / firsts[0.1] / 2 - 1),
        0.15,
        "ratio 2",
    )
    closed = GrainBoundaries(YOUNG, POISSON, 0.2e6, 0.5e-6).critical_misfit(shrinks=False)
    assert 0.3 < firsts[0.2] / closed < 1.5, "the closed form is an order of magnitude"
