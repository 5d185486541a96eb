# SPDX-License-Identifier: BSD-3-Clause
"""Steps of real tests: rates, phases, nested cycles, conditions, laboratory procedures."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

import ssbmech as ssb
from ssbmech.case.currents import CRate, Density
from ssbmech.case.phases import conditions_of, drives_of, phases_of
from ssbmech.case.protocol import drive_over
from ssbmech.case.stops import Leaves, settled
from ssbmech.errors import CaseError, ParameterError
from ssbmech.parameter import describe
from ssbmech.run.fingerprint import fingerprint
from ssbmech.units import A_per_m2, MPa, V, celsius, hour, mA_per_cm2, mAh_per_cm2, minute, s

pytestmark = pytest.mark.serial


def test_cccv_is_one_step_of_two_phases():
    step = ssb.CCCV(0.5 / hour, to=4.3 * V, taper=0.05 / hour)
    assert (step.name, step.duration) == ("cccv", pytest.approx(6 * 3600))
    first, second = phases_of(step)
    assert first.step.drive(0.0).c_rate == pytest.approx(0.5 / 3600)
    assert first.until == ssb.VoltageAbove(4.3)
    assert second.step.drive(0.0).voltage == 4.3
    assert second.until is None
    assert second.step.stops == (ssb.CurrentBelow(0.05 / hour),)
    down = ssb.CCCV(
        -2 * mA_per_cm2, to=2.8 * V, taper=0.1 * mA_per_cm2, duration=1 * hour, name="empty"
    )
    assert phases_of(down)[0].until == ssb.VoltageBelow(2.8)
    assert phases_of(down)[1].step.stops == (ssb.CurrentBelow(1 * A_per_m2),)
    assert (down.current, down.taper) == (Density(-20.0), Density(1.0))
    assert dataclasses.replace(down, name="empty") == down
    names = {row["name"]: row["value"] for row in describe(step)}
    assert names["current.value"] == pytest.approx(0.5 / 3600)
    assert names["to"] == 4.3
    assert fingerprint(step) != fingerprint(dataclasses.replace(step, taper=0.06 / hour))
    warm = ssb.Under(step, temperature=celsius(60))
    assert [phase.step.drive(0.0).temperature for phase in phases_of(warm)] == [333.15, 333.15]
    assert [phase.until for phase in phases_of(warm)] == [ssb.VoltageAbove(4.3), None]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: ssb.CCCV(0.5 / hour, to=4.3), "CCCV.taper is missing"),
        (lambda: ssb.CCCV(0.5, to=4.3, taper=0.1), "give the longest duration"),
        (lambda: ssb.CCCV(0.5 / hour, 4.3, 0.6 / hour), "is not below the current"),
        (lambda: ssb.CCCV(0 / hour, 4.3, 0.6 / hour), "CCCV.current is zero"),
        (lambda: ssb.CCCV(4.3 * V, 4.3, 0.6 / hour), "expected a current per area"),
        (lambda: ssb.CCCV("C/2", 4.3, 0.6 / hour), "expected a current per area"),
        (lambda: ssb.CCCV(0.5 / hour, 4200, 0.05 / hour), r"CCCV.to = 4200 \[V\] is out of bounds"),
        (lambda: ssb.Charge(0.5, to=4.2), r"Charge.rate = 0.5 \[1/s\] is out of bounds"),
        (lambda: ssb.VoltageAbove(4200), "out of bounds"),
        (lambda: ssb.CurrentBelow(), "give a limit"),
        (lambda: ssb.CurrentBelow(1.0, 0.1 / hour), "give one of them, not both"),
        (lambda: ssb.CurrentBelow(-0.1 / hour), "out of bounds"),
        (lambda: ssb.Hold(4.2, 1 * hour, 0.1, rate_below=0.05 / hour), "not both"),
        (lambda: ssb.ChargeAbove(0.0), "out of bounds"),
        (lambda: ssb.ChargeAbove(1 * V), "wrong kind of unit"),
        (lambda: ssb.Electrodes("a|b", "c|b", capacity=-1), "out of bounds"),
    ],
)
def test_numbers_that_are_refused(make: Any, told: str):
    with pytest.raises(ParameterError, match=told):
        make()


def test_taper_by_rate():
    hold = ssb.Hold(4.2 * V, 5 * hour, current_below=0.05 / hour)
    assert hold == dataclasses.replace(hold, name="hold")
    (faded,) = hold.stops
    limit = settled(faded, 0.0, 36.0)
    assert limit.excess(0.0004) == pytest.approx(0.05 / 3600 * 36.0 - 0.0004)
    with pytest.raises(CaseError, match=r"0.05/hour, but the cell has no capacity"):
        settled(faded, 0.0, math.nan)
    assert ssb.Hold(4.2, 1 * hour).stops == (ssb.CurrentBelow(0.05),)
    assert settled(ssb.Hold(4.2, 1 * hour).stops[0], 0.0, math.nan) == ssb.CurrentBelow(0.05)


def test_charge_of_a_step():
    stop = settled(ssb.ChargeAbove(0.001 * mAh_per_cm2), 100.0, math.nan)
    assert stop.excess(100.0 + 36.0) == pytest.approx(0.0, abs=1e-12)
    assert stop.excess(100.0 - 40.0) == pytest.approx(4.0)
    final = settled(ssb.Final(ssb.ChargeAbove(36.0)), 100.0, math.nan)
    assert final.excess(130.0) == pytest.approx(-6.0)
    assert ssb.PressureAbove(3 * MPa).excess(4e6) == 1e6
    assert ssb.PressureBelow(3 * MPa).excess(4e6) == -1e6
    with pytest.raises(CaseError, match="is not a StopCondition"):
        ssb.Final(3.0)  # type: ignore[arg-type]


def test_nested_cycles_are_numbered_within_each_other():
    pair = ssb.cycles(2, ssb.Rest(1, name="a"), [ssb.Rest(1, name="b")])
    assert [x.name for x in pair] == ["a 1", "b 1", "a 2", "b 2"]
    twice = ssb.cycles(2, pair, ssb.Rest(1, name="check 7"))
    assert [x.name for x in twice] == [
        "a 1.1", "b 1.1", "a 1.2", "b 1.2", "check 7 1",
        "a 2.1", "b 2.1", "a 2.2", "b 2.2", "check 7 2",
    ]  # fmt: skip
    thrice = ssb.cycles(2, ssb.cycles(2, pair))
    assert thrice[0].name == "a 1.1.1" and thrice[-1].name == "b 2.2.2"
    under = ssb.cycles(2, ssb.Under(ssb.Rest(1, name="hot"), temperature=333))
    assert [x.name for x in under] == ["hot 1", "hot 2"]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: ssb.cycles(3.0, ssb.Rest(1)), "must be a whole number"),
        (lambda: ssb.cycles(True, ssb.Rest(1)), "must be a whole number"),
        (lambda: ssb.cycles("two", ssb.Rest(1)), "must be a whole number"),
        (lambda: ssb.cycles(0, ssb.Rest(1)), "one or more of each"),
        (lambda: ssb.cycles(2), "one or more of each"),
        (lambda: ssb.cycles(2, [], ()), "one or more of each"),
        (lambda: ssb.cycles(2, "Rest"), "is the text 'Rest'"),
        (lambda: ssb.cycles(2, [ssb.Rest]), r"is the class Rest: write Rest\(...\)"),
        (lambda: ssb.cycles(2, 5.0), "is no step but 5.0: it has no name, duration"),
        (lambda: ssb.cycles(2, ssb.Rest(1), until=ssb.VoltageAbove(4)), "must be a tuple"),
        (lambda: ssb.cycles(2, ssb.Rest(1), until=(4 * V,)), "is no condition"),
        (lambda: ssb.gitt(0.1 / hour, 60 * s, 1 * hour, 0), "one or more of each"),
        (lambda: ssb.pulses((), 10 * s, 40 * s), "expected one current or more"),
        (lambda: ssb.pulses(1 / hour, 10 * s, 40 * s), "expected one current or more"),
    ],
)
def test_protocols_that_are_refused(make: Any, told: str):
    with pytest.raises(CaseError, match=told):
        make()


def test_cycles_that_end_on_a_condition():
    empty = ssb.VoltageBelow(2.8)
    steps = ssb.cycles(2, ssb.Pulse(-0.1 / hour, 60 * s), ssb.Rest(60), until=(empty,))
    assert [step.stops[-1] for step in steps] == [Leaves(empty, k) for k in (3, 2, 1, 0)]
    final = ssb.cycles(2, ssb.Rest(60), until=(ssb.Final(empty),))
    assert [step.stops[-1] for step in final] == [ssb.Final(empty)] * 2
    charge = ssb.cycles(2, ssb.Charge(1 / hour, to=4.2), until=(empty,))
    assert charge[0].stops == (ssb.VoltageAbove(4.2), Leaves(empty, 1))


def test_procedures():
    titration = ssb.gitt(-0.1 / hour, 10 * minute, 2 * hour, 3, down_to=2.8 * V)
    assert [step.name for step in titration] == [
        "pulse 1", "relaxation 1", "pulse 2", "relaxation 2", "pulse 3", "relaxation 3"
    ]  # fmt: skip
    assert titration[0].current.value == pytest.approx(-0.1 / 3600)
    assert isinstance(titration[0].current, CRate)
    assert titration[0].stops == (Leaves(ssb.VoltageBelow(2.8), 5),)
    hppc = ssb.pulses((-1 / hour, 0.75 / hour), 10 * s, 40 * s, up_to=4.3 * V, down_to=2.5 * V)
    assert [(step.name, step.duration) for step in hppc] == [
        ("pulse 1", 10.0), ("rest 1", 40.0), ("pulse 2", 10.0), ("rest 2", 40.0)
    ]  # fmt: skip
    assert hppc[2].stops == (ssb.VoltageAbove(4.3), ssb.VoltageBelow(2.5))
    rates = ssb.rate_test((0.1 / hour, 2 / hour), 4.3, 2.8, charge=0.1 / hour, each=2)
    assert [step.name for step in rates] == [
        "charge 1", "discharge 0.1C 1", "charge 2", "discharge 0.1C 2",
        "charge 1", "discharge 2C 1", "charge 2", "discharge 2C 2",
    ]  # fmt: skip
    first = ssb.formation(0.05 / hour, 4.3, 2.8, rest=1 * hour)
    assert [step.name for step in first][4:] == [
        "formation charge 2", "formation rest 2", "formation discharge 2", "formation rest 2"
    ]  # fmt: skip


def test_checks_look_over_the_whole_drive():
    """A profile that begins at zero passes a current all the same."""
    late = ssb.CurrentProfile([0, 1800, 1801, 3600], [0, 2, 0], ssb.Between.BLOCKS)
    assert any(drive.current_density for drive in drives_of(late))
    step = ssb.CCCV(0.5 / hour, to=4.3 * V, taper=0.05 / hour, until=(ssb.PressureAbove(9e6),))
    assert any(drive.voltage for drive in drives_of(step))
    assert {stop.quantity for stop in conditions_of(step)} == {"voltage", "current", "p_stack"}


def test_a_sweep_has_the_current_of_the_end_of_a_step():
    sweep = ssb.CurrentSweep(1.0, 8.0, 30 * s)
    for end, current in ((10.0, 2.0), (20.0, 4.0), (30.0, 8.0)):
        assert drive_over(sweep, 0.0, end).current_density == pytest.approx(current, rel=1e-13)
