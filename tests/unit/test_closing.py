# SPDX-License-Identifier: BSD-3-Clause
"""Contact that moving walls find: when it is foreseen, and that time steps land on it."""

from __future__ import annotations

import math
from types import SimpleNamespace

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.model.closing import LEAST, Closings
from ssbmech.solve.pace import AGAIN, BEYOND, Pace, Proposal
from ssbmech.solve.position import Position

COMM = MPI.COMM_WORLD
SCALE = 1e-8


def wall(now: list[float], before: list[float], owned: int | None = None) -> SimpleNamespace:
    """Return an interface with gaps of its last two steps [nm], and maybe ghosts behind them."""
    previous, older = 1e-9 * np.array(now), 1e-9 * np.array(before)
    count = len(now) if owned is None else owned
    return SimpleNamespace(
        gap=SimpleNamespace(previous=previous, older=older, owned=count, scale=SCALE)
    )


def test_next_closing_is_on_the_line_through_the_last_two_steps() -> None:
    # one is closed, one opens, two close after 3 and 8 steps more, and one has all but closed
    first = wall([0.0, 5.0, 30.0, 80.0, 0.5e9 * LEAST * SCALE], [0.0, 4.0, 40.0, 90.0, 10.0])
    assert Closings([first], COMM).due(2.0) == pytest.approx(6.0)
    second = wall([10.0, 1.0], [20.0, 100.0], owned=1)
    assert Closings([first, second], COMM).due(2.0) == pytest.approx(2.0)
    on_last = [second] if COMM.rank == COMM.size - 1 else [wall([], [])]
    assert Closings([first, *on_last], COMM).due(2.0) == pytest.approx(2.0)


def test_nothing_is_foreseen_after_a_jump_or_where_nothing_moves() -> None:
    assert math.isinf(Closings([wall([30.0], [40.0])], COMM).due(0.0))
    assert math.isinf(Closings([wall([30.0, 0.0], [30.0, 0.0])], COMM).due(1.0))
    assert math.isinf(Closings([], COMM).due(1.0))


def test_a_closing_is_told_once_it_is_committed() -> None:
    assert Closings([wall([0.0, 5.0], [3.0, 5.0])], COMM).happened
    # what opens, stays, or flickers by less than counts is none
    least = 1e9 * LEAST * SCALE
    assert not Closings([wall([4.0, 5.0, 0.0], [0.0, 7.0, 0.5 * least])], COMM).happened
    assert not Closings([], COMM).happened


@pytest.mark.parametrize("lands", [True, False])
def test_steps_land_on_what_is_foreseen_and_begin_anew_behind_it(lands: bool) -> None:
    events = SimpleNamespace(due=lambda dt_before: 3.0 * dt_before, happened=True)
    cell = SimpleNamespace(comm=COMM, time=0.0, courses=(), functions=(), events=events)
    step, at = ssb.Rest(1000.0), Position(dt_before=2.0)
    sizer = ssb.AdaptiveSteps(dt_initial=7.5).sizer()
    sizer.start(step.duration)
    pace = Pace(step, at, cell, sizer, follows=True, lands=lands)
    proposal = pace.propose(at)
    # a little beyond it if at all, and where it is is no reason for a shorter step before
    assert proposal.dt == pytest.approx(6.0 * BEYOND if lands else 7.5)
    assert not proposal.breaks
    assert pace.broken(proposal) == lands


@pytest.mark.parametrize("jumps", [True, False])
def test_steps_begin_longer_behind_what_is_foreseen_than_behind_a_jump(jumps: bool) -> None:
    due = 1.0
    events = SimpleNamespace(due=lambda dt_before: due, happened=True)
    cell = SimpleNamespace(comm=COMM, time=0.0, courses=(), functions=(), events=events)
    step, at = ssb.Rest(1000.0), Position(elapsed=100.0, dt_before=20.0)
    sizer = ssb.AdaptiveSteps(dt_initial=0.1).sizer()
    pace = Pace(step, at, cell, sizer, follows=True, lands=True)
    # errors allowed 20 s, of which a landing left one
    sizer.restore({"dt": 20.0, "proposed": 20.0, "failed": 0.0})
    assert pace.propose(at).dt == pytest.approx(BEYOND * due)
    sizer.accept(3, 0.5)
    due = math.inf
    pace.restart(at, Proposal(1.0, breaks=jumps))
    # nothing before tells what comes, whatever the length
    assert at.dt_before == 0.0
    first = 0.1 if jumps else AGAIN * 20.0
    assert pace.propose(at).dt == pytest.approx(first)
    # behind an event steps grow by what their errors say until they are as long as before
    sizer.accept(3, 0.01)
    grown = 1.7 * first if jumps else 9.0 * first
    assert pace.propose(at).dt == pytest.approx(grown)
    again = ssb.AdaptiveSteps(dt_initial=0.1).sizer()
    again.restore(sizer.state())
    for each in (sizer, again):
        each.accept(3, 1e-4)
        longest = 1.7 * grown if jumps else max(1.7 * grown, 20.0)
        assert each.propose(1e3) == pytest.approx(longest)
