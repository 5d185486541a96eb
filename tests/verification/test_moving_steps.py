# SPDX-License-Identifier: BSD-3-Clause
"""Steps of bodies that move: what they are judged by, and where a mesh can follow no further."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.step_control import Tolerances
from ssbmech.errors import CaseError, StepTooSmall
from ssbmech.geometry import FunctionGap
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa, MPa_per_um, mA_per_cm2, s
from tests.moving import SPEED, WORKING, motion, moving_cell
from tests.refusing import refused
from tests.tools import march, measured

pytestmark = pytest.mark.pair

COMM = MPI.COMM_WORLD


def steep(height: float, **changes: object) -> ssb.Case:
    """Return a cell that is plated beside a void with a wall of a height over half a micrometre."""
    case = moving_cell(1e-6, width=10e-6)
    gap = FunctionGap(lambda x: height * np.clip((x[0] - 5e-6) / 0.5e-6, 0.0, 1.0))
    interfaces = (dataclasses.replace(case.interfaces[0], initial_gap=gap), case.interfaces[1])
    given = {
        "geometry": dataclasses.replace(case.geometry, size_interface=0.5e-6, size_bulk=8e-6),
        "interfaces": interfaces,
        "fixture": ssb.Spring(preload=0.2 * MPa, spring_stiffness=0.03 * MPa_per_um),
        "protocol": (ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, 60 * s)),
        "step_control": ssb.AdaptiveSteps(dt_min=0.2),
    }
    return dataclasses.replace(case, **given | changes)


@pytest.mark.serial
def test_wall_about_to_overhang_ends_the_step_by_name() -> None:
    """The step of the protocol ends before the wall is too steep, and stripping flattens it."""
    plate, strip = (ssb.ConstantCurrent(sign * mA_per_cm2, 60 * s) for sign in (-1, 1))
    run = march(steep(7.95e-6, protocol=(ssb.Preload(1 * s), plate, strip)))
    named = f"wall of negative about to overhang [wall_slope:{WORKING}]"
    # a run in two halves is interrupted once
    endings = [ending for ending in run.endings if ending != "interrupted"]
    assert endings == ["duration", named, "duration"]
    slopes = run.series(f"wall_slope:{WORKING}")
    assert 16.0 < slopes.max() < 20.0
    assert slopes[-1] < slopes.max() - 0.1
    assert not any("overhangs" in reason for reason in run.rejected)


@pytest.mark.serial
def test_step_into_an_overhang_has_no_solution_by_name(tmp_path: Path) -> None:
    folder, named = (
        tmp_path / "run",
        "wall of 'negative' at interface 'negative.separator' overhangs",
    )
    case = steep(9.985e-6, step_control=ssb.PrescribedSteps((50.0,) * 99))
    with pytest.raises(StepTooSmall, match=rf"no solution: the {named} at \(5\.25, "):
        ssb.run(case, folder)
    # what was reached is kept
    COMM.barrier()
    assert len(list((folder / "checkpoints").glob("*.h5"))) == 1


def test_initial_gap_with_too_steep_a_wall() -> None:
    case = steep(10.5e-6)
    words = ("'negative' cannot take the shape", "overhangs", "20 to 1", "flatter")
    refused(lambda: CellModel(case, case.geometry.build(COMM)), CaseError, *words)


@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.parametrize(
    ("stripped", "named"),
    [
        ((13e-6,), "cells of 'negative' would be turned inside out$"),
        ((7e-6, 10e-6), "cells of 'negative' would be turned inside out in the middle of the step"),
    ],
    ids=["end", "middle"],
)
def test_cells_that_turn_over_end_the_run_by_name(stripped: tuple[float, ...], named: str) -> None:
    """More is stripped than there is: in one step, or in one that the last one announces."""
    case = moving_cell(sum(stripped))
    lengths = (1.0, *(part / SPEED for part in stripped))
    case = dataclasses.replace(case, step_control=ssb.PrescribedSteps(lengths))
    cells: list[CellModel] = []
    with pytest.raises(StepTooSmall, match=rf"prescribed time step has no solution: {named}"):
        march(case, watch=cells.append)
    moved = motion(cells[-1], "negative")
    x = moved.body.mesh.mesh.geometry.x[:, :2]
    rows = {tuple(row) for row in x}
    assert rows == {tuple(row) for row in moved.mesh.positions}


def test_shape_is_judged_by_what_cells_are_distorted() -> None:
    """A layer's cells are squeezed alike: by what is stripped over the thickness in the middle."""
    part, thickness = 1e-6, 12e-6
    found: list[tuple[float, float]] = []

    def judge(cell: CellModel) -> None:
        moved = motion(cell, "negative")
        missed = moved.error(1.0, Tolerances(shape=0.1))
        changed = moved.error(1.0, Tolerances(shape_change=0.5))
        worst = [COMM.allreduce(error, op=MPI.MAX) for error in (missed, changed)]
        found.append((worst[0], worst[1]))

    steps = ssb.PrescribedSteps((1.0, part / SPEED, part / SPEED, 1.0))
    march(moving_cell(2 * part, step_control=steps), watch=judge)
    first, second = (part / (thickness - (k + 0.5) * part) for k in range(2))
    worst = {
        "of a step": math.sqrt(found[1][1]) * 0.5 / first,
        "of the next": math.sqrt(found[2][1]) * 0.5 / second,
        "less what a step of almost nothing announced": found[1][0] * 0.1 / first,
    }
    name, against = "distortion of the worst of a layer's cells", "stripped over thickness"
    for place, ratio in worst.items():
        # that of their mean is exact but for elastic strain; cells of a mesh are not all alike
        assert ratio > 0.999
        measured(name, place, ratio, 1.2, against)
    # two equal steps announce one another but for elastic strain
    part_missed = found[2][0] * 0.1 / second
    measured(name, "less what was announced", part_missed, 0.05, "over that of a step")
    # and the other electrode, which grows and is carried along, is judged by its growth
    assert found[3][1] < 1e-3


def growth_of_a_film(**changes: float) -> np.ndarray:
    """Return by which factors a film of 0.1 um grows from step to step when it is plated."""
    control = ssb.AdaptiveSteps(
        gap_error=1.0, stress_error=None, dt_max=1e4 * s, growth=9.0, **changes
    )
    case = moving_cell(1e-6, thickness=0.1e-6, step_control=control)
    protocol = (case.protocol[0], ssb.ConstantCurrent(-1 * mA_per_cm2, 2e-6 / SPEED))
    case = dataclasses.replace(case, protocol=protocol)
    run = march(case, watch=lambda cell: motion(cell, "negative").mesh.volume)
    volumes = np.array([*run.seen, motion(run.cell, "negative").mesh.volume])
    return np.asarray(COMM.bcast(volumes[1:] / volumes[:-1]))


@pytest.mark.slow
def test_steps_follow_the_shape_where_gaps_do_not_bound_them() -> None:
    """A layer may not become many times as thick in a step that knows its middle only."""
    # a step is thrown away from four times what counts as one
    assert growth_of_a_film(shape_change=0.2).max() < (1 + 0.4) / (1 - 0.4)
    assert growth_of_a_film(shape_change=1e6, shape_error=1e6).max() > 3.0
