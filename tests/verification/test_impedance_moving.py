# SPDX-License-Identifier: BSD-3-Clause
"""Impedance where metal moves: inert patches store no charge, and the cell is left as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.model.parts.double_layer import StoredBetween
from ssbmech.units import F_per_m2, mA_per_cm2, s
from tests.moving import COUNTER, moving_void, state_of
from tests.parts import part
from tests.small_cell import breathe
from tests.tools import March, march, measured

pytestmark = pytest.mark.serial

INERT = 12e-6
"""Left part of the counter electrode that does not react, half of it [m]."""


def travelling(asked: list[float]) -> March:
    """March a small cell with a void under a platen; note the times its travel is asked for."""

    def travel(time: float) -> float:
        asked.append(time)
        return breathe(time)

    half = ssb.FunctionActivity(lambda x: np.where(x[0] < INERT, 0.0, 1.0))
    layer = ssb.DoubleLayer(10.0 * F_per_m2)
    case = moving_void(size=4.0)
    # surfaces with double layers have to stay where they are
    bodies = tuple(replace(body, moves=body.name == "negative") for body in case.bodies)
    interfaces = (case.interfaces[0], replace(case.interfaces[1], parts=(layer,), activity=half))
    return march(
        replace(
            case,
            bodies=bodies,
            interfaces=interfaces,
            fixture=ssb.DrivenPlaten(travel),
            protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, 4 * s)),
            step_control=ssb.PrescribedSteps([1.0, 1.0, 1.0, 2.0]),
        )
    )


def test_a_spectrum_changes_nothing_and_looks_at_no_time_to_come() -> None:
    """Under a platen that travels, beside a counter electrode of which half is inert."""
    asked: list[float] = []
    done = travelling(asked)
    audit = float(np.max(done.series("audit_lithium")))
    item = "Double layer beside an inert patch"
    measured(item, "lithium that is not accounted for", audit, 1e-8, "conservation")
    charge = part(done.cell.surfaces[COUNTER], StoredBetween).history.committed
    held = charge["double_layer_charge"]
    x = held.function_space.tabulate_dof_coordinates()[:, 0]
    assert np.all(held.x.array[x < INERT] == 0.0)
    assert np.all(np.abs(held.x.array[x > INERT]) > 1e-3)

    asked.clear()
    arrays, scalars = state_of(done.cell)
    found = ssb.impedance(done.cell, [1e-3, 1e2])
    assert np.isfinite(found.impedance).all()
    after, numbers = state_of(done.cell)
    assert [name for name in arrays if not np.array_equal(arrays[name], after[name])] == []
    assert numbers == scalars
    assert max(asked) == pytest.approx(5.0), "the platen is asked for no time to come"
