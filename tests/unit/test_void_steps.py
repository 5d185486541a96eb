# SPDX-License-Identifier: BSD-3-Clause
"""Time steps follow hidden voids: how fast they take contact away, and how evenly they grow."""

from __future__ import annotations

import dataclasses
import math

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.step_control import TOUCHING_CHANGE, Tolerances
from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.model.cell import CellModel
from ssbmech.solve.single_step import REJECTED_ERROR
from ssbmech.units import s
from tests.elastic_cell import METAL, WORKING, symmetric_cell
from tests.parts import Transfer, part
from tests.tools import march

COMM = MPI.COMM_WORLD
LOST = 1e-7
CURRENT = 5.0
SPEED = CURRENT * METAL.metal.molar_volume / FARADAY
FREE = ssb.ProppedInterface(sinking=(), height_lost=LOST)


@pytest.mark.serial
def test_the_change_of_contact_that_counts_as_one() -> None:
    assert ssb.AdaptiveSteps().tolerances.touching == TOUCHING_CHANGE == 0.05
    given = ssb.AdaptiveSteps(
        touching_change=0.01,
        gap_error=3e-9,
        content_error=2e-3,
        stress_error=4e-3,
        dt_min=5e-6,
        shape_error=0.03,
        shape_change=0.2,
        density_change=0.04,
    )
    expected = Tolerances(
        3e-9, 2e-3, 0.01, 4e-3, shortest=5e-6, shape=0.03, shape_change=0.2, density_change=0.04
    )
    assert given.tolerances == expected
    assert ssb.PrescribedSteps([1.0]).tolerances == Tolerances(math.inf, math.inf, math.inf)
    for wrong in (0.0, -0.1, 1 * s):
        with pytest.raises(ParameterError, match=r"AdaptiveSteps\.touching_change"):
            ssb.AdaptiveSteps(touching_change=wrong)


def cell_with(*laws: ssb.ProppedInterface, **changes: object) -> ssb.Case:
    first, second = symmetric_cell().interfaces
    first = dataclasses.replace(first, laws=laws)
    return symmetric_cell(interfaces=(first, second), **changes)


def test_errors_of_hidden_voids_judge_a_step() -> None:
    """The larger of lost contact over its change, and of the height over that of a gap."""
    case = cell_with(FREE)
    cell = CellModel(case, case.geometry.build(COMM))
    dt = 4.0
    cell.begin(case.protocol[0].drive(0.0), dt)
    current = part(cell.surfaces[WORKING], Transfer).i_normal.function
    current.x.array[:] = CURRENT
    lost = SPEED * dt / LOST
    assert cell.predictor_error(0.0, Tolerances(touching=0.02)) == pytest.approx(lost / 0.02)
    assert cell.predictor_error(0.0, Tolerances(gap=1e-9)) == pytest.approx(SPEED * dt / 1e-9)
    both = Tolerances(gap=SPEED * dt, touching=lost / 3)
    assert cell.predictor_error(0.0, both) == pytest.approx(3.0)
    assert cell.predictor_error(0.0, Tolerances()) == 0.0
    # one facet is enough
    owned = cell.surfaces[WORKING].gap.owned
    if COMM.rank == COMM.size - 1 and owned:
        current.x.array[owned - 1] = 2 * CURRENT
    current.x.scatter_forward()
    somewhere = COMM.allreduce(COMM.rank == COMM.size - 1 and owned > 0, op=MPI.LOR)
    worst = cell.predictor_error(0.0, Tolerances(touching=0.02))
    assert worst == pytest.approx((2 if somewhere else 1) * lost / 0.02)


def test_voids_that_grow_on_as_before_are_no_error() -> None:
    """The height is judged by its last speed, so only a change of speed shortens steps."""
    case = cell_with(FREE)
    cell = CellModel(case, case.geometry.build(COMM))
    surface = cell.surfaces[WORKING]
    current = part(surface, Transfer).i_normal.function
    current.x.array[:] = CURRENT
    cell.begin(case.protocol[0].drive(0.0), 4.0)
    cell.commit(4.0)
    cell.begin(case.protocol[0].drive(0.0), 6.0)
    only_height = Tolerances(gap=1e-9)
    # what is solved for is not moved here, and gaps stay where they are
    assert cell.predictor_error(0.0, only_height) == pytest.approx(0.0, abs=1e-9)
    current.x.array[:] = 1.5 * CURRENT
    expected = 0.5 * SPEED * 6.0 / 1e-9
    assert cell.predictor_error(0.0, only_height) == pytest.approx(expected, rel=1e-9)


@pytest.mark.serial
@pytest.mark.parametrize("change", [0.1, 0.02])
def test_steps_are_as_long_as_the_change_of_contact_allows(change: float) -> None:
    """0.8 of contact is lost at a steady speed: by 0.81 of the change that counts as one."""
    duration = 0.8 * LOST / SPEED
    control = ssb.AdaptiveSteps(
        dt_initial=1.0, dt_max=duration, gap_error=1e-6, touching_change=change
    )
    case = cell_with(
        FREE,
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(CURRENT, duration)),
        step_control=control,
    )
    done = march(case)
    contact = done.series(f"contact_fraction:{WORKING}")
    steps = -np.diff(contact)
    assert contact[-1] == pytest.approx(0.2, abs=1e-6)
    assert steps.max() <= REJECTED_ERROR * change
    # error e = d / change, and the next step is 0.9 / sqrt(e) as long: at rest e = 0.81
    assert np.median(steps) == pytest.approx(0.81 * change, rel=0.2)
    assert 0.8 / (0.81 * change) - 1 <= len(steps) <= 0.8 / (0.81 * change) + 8
