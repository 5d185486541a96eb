# SPDX-License-Identifier: BSD-3-Clause
"""Whole runs by the iterative solver: the series of the direct one, killed and resumed too."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

import ssbmech as ssb
from ssbmech.runfolder.info import summary
from ssbmech.units import A_per_m2, celsius, mA_per_cm2, nm, s, um
from tests import solid_void
from tests.hard_cells import FREE_TO_TURN, bonded
from tests.kills import Job, killed_job, marched, run_out, start_and_kill
from tests.small_cell import STORED, deviations, physical
from tests.tools import March, march, measured

pytestmark = [
    pytest.mark.whole_run("two runs are compared row by row, on one mesh"),
    pytest.mark.serial,
]

ITEM = "Iterative linear solver over whole runs"
TIGHT = ssb.NewtonSettings(tolerance=1e-11)
"""So tight that step control, which follows errors of any size, makes nothing of what is left."""

STEPS = ssb.AdaptiveSteps(dt_initial=1.0, dt_max=10.0, gap_error=5 * nm)


def void(contact: ssb.Frictionless | ssb.Sticking | None = None) -> ssb.Case:
    """Return lithium with a void in space, plated, rested and stripped by steps of any length."""
    case = STORED["three_dimensional"].case("three_dimensional")
    current = 1 * mA_per_cm2
    interfaces = case.interfaces
    if contact is not None:
        interfaces = tuple(dataclasses.replace(each, contact=contact) for each in interfaces)
    return dataclasses.replace(
        case,
        interfaces=interfaces,
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-current, 15 * s, name="plate"),
            ssb.Rest(5 * s),
            ssb.ConstantCurrent(current, 20 * s, name="strip"),
        ),
        newton=TIGHT,
        step_control=STEPS,
    )


def heated() -> ssb.Case:
    """Return the void, warmed while it is plated and cooled while it is stripped."""
    case, warm, cold = void(), celsius(60), celsius(25)
    preload, plate, rest, strip = case.protocol
    return dataclasses.replace(
        case,
        protocol=(
            preload,
            ssb.Under(plate, temperature=ssb.TemperatureRamp(cold, warm)),
            ssb.Under(rest, temperature=warm),
            ssb.Under(strip, temperature=ssb.TemperatureRamp(warm, cold)),
        ),
    )


def composite() -> ssb.Case:
    """Return a cell of particles, charged until bonds break and discharged."""
    case = STORED["composite"].case("composite")
    steps = ssb.AdaptiveSteps(dt_initial=2.0, dt_max=60.0, gap_error=20 * nm)
    return dataclasses.replace(case, step_control=steps)


def moving() -> ssb.Case:
    """Return a deeper void whose metal moves, along walls inclined by a quarter."""
    case = void()
    first, *others = case.interfaces
    lens = ssb.LensGap(half_width=9 * um, depth=1 * um)
    bodies = (dataclasses.replace(b, moves=b.name != "separator") for b in case.bodies)
    current = 1 * mA_per_cm2
    return dataclasses.replace(
        case,
        bodies=tuple(bodies),
        interfaces=(dataclasses.replace(first, initial_gap=lens), *others),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-current, 60 * s, name="plate"),
            ssb.Rest(20 * s),
            ssb.ConstantCurrent(current, 120 * s, name="strip"),
        ),
        newton=ssb.NewtonSettings(tolerance=1e-10),
        step_control=ssb.AdaptiveSteps(dt_initial=1.0, dt_max=20.0, gap_error=20 * nm),
        limits=ssb.Limits.off(),
    )


def spheres() -> ssb.Case:
    """Return spheres in their electrolyte in space, charged until bonds break and discharged."""
    case, current = bonded(0.3), 2 * A_per_m2
    return dataclasses.replace(
        case,
        protocol=(
            ssb.Preload(10 * s),
            ssb.ConstantCurrent(current, 900 * s, name="charge"),
            ssb.Rest(60 * s),
            ssb.ConstantCurrent(-current, 600 * s, name="discharge"),
        ),
        newton=ssb.NewtonSettings(tolerance=1e-9, max_iterations=60),
        step_control=ssb.AdaptiveSteps(dt_initial=5.0, dt_max=120.0, gap_error=20 * nm),
    )


RUNS: dict[str, Callable[[], ssb.Case]] = {
    "void": void,
    "composite with breaking bonds": composite,
    "sticking": lambda: void(ssb.Sticking()),
    "temperature": heated,
    "moving void": moving,
    "spheres with breaking bonds": spheres,
}
BREAKING = {
    "composite with breaking bonds": ("nmc811|electrolyte",),
    "spheres with breaking bonds": (FREE_TO_TURN,),
}
"""Interfaces whose bonds break, by run."""


def by(solver: ssb.Direct | ssb.Iterative, case: ssb.Case) -> March:
    """March a case by a linear solver."""
    return march(dataclasses.replace(case, linear_solver=solver))


@pytest.mark.filterwarnings("ignore:the case goes from:ssbmech.CaseWarning")
@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_series_is_that_of_the_direct_solver(name: str) -> None:
    case = RUNS[name]()
    expected, found = by(ssb.Direct(), case), by(ssb.Iterative(), case)
    assert abs(len(found.rejected) - len(expected.rejected)) <= 1
    assert len(found.rows) == len(expected.rows)
    assert sum(row["linear_fallbacks"] for row in found.rows) == 0.0
    assert all(row["linear_iterations_max"] == 1.0 for row in expected.rows)
    columns = {key: expected.series(key) for key in physical(expected.rows[0])}
    apart = deviations({key: found.series(key) for key in columns}, columns)
    for where in BREAKING.get(name, ()):
        assert expected.rows[-1][f"damage_mean:{where}"] > 0.5
    measured(ITEM, f"series, {name}", max(apart.values()), 1e-7, "direct solver")


KNOBS = ("--solid", "--size=7", "--minutes=0.1")


@pytest.mark.slow
def test_chosen_killed_and_resumed(tmp_path: Path) -> None:
    """Begun iteratively on two ranks and killed, then on one, then ended on two.

    The undisturbed run is solved directly: the choice is the preset's, by the size.
    """
    script = Path(solid_void.__file__)
    reference, folder = tmp_path / "reference", tmp_path / "killed"
    run_out(1, *Job(script, KNOBS).arguments(reference, checkpoint_every=10.0))
    job = Job(script, (*KNOBS, "--largest-direct=100"))
    start_and_kill(marched(folder, 5), 2, *job.arguments(folder, checkpoint_every=0.3))
    found = killed_job(job, folder, reference, marched(folder, 15), (1, 2))
    assert found.kept and found.fields
    measured(ITEM, "killed and resumed on other ranks", found.deviation, 1e-7, "direct solver")
    noted = [summary(path)["linear solver"] for path in (reference, folder)]
    assert noted[0]["solver"].startswith("Direct: ") and not noted[0]["iterations"]
    assert noted[1]["solver"].startswith("Iterative: ") and "at most" in noted[1]["iterations"]
    assert summary(folder)["resumed"] == 2
