# SPDX-License-Identifier: BSD-3-Clause
"""Conditions that end any step: a film that is squeezed out, a current that finds no way."""

from __future__ import annotations

import dataclasses

import pytest

import ssbmech as ssb
from ssbmech.case.no_way import NoWayForCurrent
from ssbmech.case.phases import phases_of
from ssbmech.case.reserve import FilmSqueezedOut, MetalUsedUp
from ssbmech.errors import CaseWarning, ParameterError
from ssbmech.solve.limits import Limits
from ssbmech.units import A_per_m2, s
from tests.small_cell import void_cell
from tests.tools import march


@pytest.mark.pair
def test_a_current_without_a_way_ends_its_step_and_the_next_begins():
    """Both electrodes are held apart, and no stop condition was given."""
    case = void_cell(
        size=8.0, protocol=(ssb.ConstantCurrent(5.0, 10 * s), ssb.Rest(1 * s)), fixture=None
    )
    apart = dataclasses.replace(case.interfaces[0], initial_gap=ssb.FunctionGap(lambda x: 2e-7))
    case = dataclasses.replace(
        case,
        interfaces=(apart, case.interfaces[1]),
        supports=(*case.supports, ssb.Roller("top")),
    )
    with pytest.warns(CaseWarning, match="held by contact alone"):
        run = march(case)
    assert run.endings[0].startswith("no way for the current: beyond 100 V")
    assert run.endings[1] == "duration"
    assert abs(run.rows[-1]["voltage"]) < 1.0


@pytest.mark.serial
def test_a_film_counts_as_squeezed_out_at_a_fifth():
    guard = FilmSqueezedOut("a|b", 20e-9)
    assert guard.excess(-16e-9) == pytest.approx(0.0, abs=1e-20)
    assert guard.excess(-15e-9) < 0.0 < guard.excess(-17e-9)
    # landed on before there is nothing left
    assert guard.excess(-20e-9) > guard.tolerance()
    column, current = guard.quantity, "i_normal_mean:a|b"
    assert guard.heading({column: -15e-9}, {column: -17e-9, current: 0.0})
    assert not guard.heading({column: -17e-9}, {column: -16.5e-9, current: 1.0})
    # plating is the way back
    assert not guard.heading({column: -15e-9}, {column: -17e-9, current: -1.0})
    assert guard.reason == "film of lithium squeezed out at a|b"


@pytest.mark.serial
def test_a_voltage_of_no_cell_ends_a_step_either_way():
    guard = NoWayForCurrent()
    assert guard.excess(-101.0) == guard.excess(101.0) == pytest.approx(1.0)
    assert guard.heading({"voltage": -50.0}, {"voltage": -101.0})
    assert not guard.heading({"voltage": 1e5}, {"voltage": 9e4})
    with pytest.raises(ParameterError):
        NoWayForCurrent(0.0)


@pytest.mark.serial
def test_a_voltage_that_jumps_is_not_chased():
    """Contact that is lost makes megavolts at once: the step ends where it stands."""
    step = ssb.ConstantCurrent(1 * A_per_m2, 100 * s)
    (phase,) = phases_of(step)
    limits = Limits(phase, {}, 1.0, [NoWayForCurrent()])
    beyond = limits.excesses({"voltage": 0.1}, {"voltage": 1e6})
    assert limits.landing({}, beyond, 10.0, 50.0, 100.0) is None
    assert limits.passed(beyond, landed=True) == 0
    # a step that landed on something else is not ended by it
    usual = limits.excesses({"voltage": 0.1}, {"voltage": 0.2})
    assert limits.passed(usual, landed=True) is None


@pytest.mark.serial
def test_metal_that_was_used_up_ends_no_rest():
    """What it wavers by takes none; a current that strips, and a facet used up anew, end a step."""
    guard = MetalUsedUp("a|b", 20e-6)
    column, current = guard.quantity, "i_normal_mean:a|b"
    spent, waning = {column: 1e-9}, {column: 0.9e-9, current: 0.0}
    assert not guard.heading(spent, waning)
    assert guard.heading(spent, {**waning, current: 1.0})
    assert guard.heading(spent, {column: -21e-9, current: 0.0})
    assert guard.heading({column: 1e-6}, {column: 1e-9, current: 0.0})
    assert not guard.heading(spent, {column: 2e-9, current: 1.0})
