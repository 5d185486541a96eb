# SPDX-License-Identifier: BSD-3-Clause
"""What a batch job says while it runs."""

from __future__ import annotations

import logging

import pytest

import ssbmech as ssb
from ssbmech.run.progress import INTERVAL, Bar, Lines, Silent, progress

pytestmark = pytest.mark.serial

PROTOCOL = (ssb.Preload(1.0), ssb.Rest(1000.0), ssb.ConstantCurrent(5.0, 7200.0, name="strip"))


class Clock:
    """A clock that a test turns."""

    now = 100.0

    def __call__(self):
        return self.now


def row(step, time, length=10.0):
    return {"step": float(step), "time": time, "time_step": length}


@pytest.fixture
def told(caplog):
    caplog.set_level(logging.INFO, logger="ssbmech")
    return lambda: [record.getMessage() for record in caplog.records]


def test_a_line_a_minute(told):
    clock = Clock()
    lines = Lines(PROTOCOL, 0.0, clock)
    for number in range(1, 7):
        clock.now += INTERVAL / 2
        lines.accepted(row(1, 1.0 + 100.0 * number, 100.0))
    assert len(told()) == 3
    # 601 s of 8201 s took three minutes
    assert told()[-1] == (
        "step 2 of 3, rest: 10 min of 16.7 min at most, time step 100 s, "
        "the rest in 37.9 min at this speed"
    )


def test_rejected_steps_break_the_silence(told):
    clock = Clock()
    lines = Lines(PROTOCOL, 0.0, clock)
    lines.accepted(row(0, 1.0, 1.0))
    lines.rejected(1.0, 10.0, "residual not finite")
    clock.now += 2 * INTERVAL
    lines.rejected(1.0, 4.0, "too many iterations")
    (line,) = told()
    assert line.endswith("2 time steps rejected; the last one was rejected: too many iterations")


def test_a_run_that_goes_on_counts_from_there(told):
    clock = Clock()
    lines = Lines(PROTOCOL, 1001.0, clock)
    clock.now += INTERVAL
    lines.accepted(row(2, 1081.0, 80.0))
    (line,) = told()
    # 80 s in a minute, and 7120 s are left
    assert "step 3 of 3, strip: 80 s of 2 h" in line
    assert "the rest in 89 min at this speed" in line


def test_the_rest_is_not_told_by_the_first_short_steps(told):
    clock = Clock()
    lines = Lines(PROTOCOL, 0.0, clock)
    clock.now += INTERVAL
    lines.rejected(0.0, 1e-3, "too many iterations")
    clock.now += INTERVAL
    # less than a hundredth of 8201 s
    lines.accepted(row(1, 80.0, 10.0))
    clock.now += INTERVAL
    lines.accepted(row(1, 100.0, 20.0))
    assert ["cannot be told yet" in line for line in told()] == [True, True, False]


class Rank:
    def __init__(self, rank):
        self.rank = rank


def test_who_tells(monkeypatch):
    case = type("Named", (), {"name": "x", "protocol": PROTOCOL})()
    assert isinstance(progress(Rank(1), case, 0.0), Silent)
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert isinstance(progress(Rank(0), case, 0.0), Lines)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    bar = progress(Rank(0), case, 0.0)
    assert isinstance(bar, Bar)
    bar.accepted(row(0, 1.0, 1.0))
    bar.close()
