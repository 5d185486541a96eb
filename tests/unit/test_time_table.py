# SPDX-License-Identifier: BSD-3-Clause
"""Profiles: tables against time, their means, their jumps, and what a case keeps of them."""

from __future__ import annotations

import dataclasses
import itertools
import math
import time
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.landings import Landings
from ssbmech.errors import CaseError, ParameterError
from ssbmech.parameter import describe
from ssbmech.run.fingerprint import fingerprint
from ssbmech.units import A_per_m2, MPa, Quantity, V, celsius, hour, mA_per_cm2, minute, s

pytestmark = pytest.mark.serial

BLOCKS = ssb.Between.BLOCKS


def test_lines_with_a_jump():
    profile = ssb.CurrentProfile([10, 12, 12, 16] * s, [0, 4, -2, 2] * A_per_m2)
    assert profile.duration == 6.0
    # at the jump the value is that of the time step that ends there
    assert [profile.course.value(t) for t in (0, 1, 2, 2.000001, 4, 6, 9)] == pytest.approx(
        [0, 2, 4, -2, 0, 2, 2], abs=1e-5
    )
    assert profile.break_points == (2.0,)
    assert profile.drive_over(1, 2).current_density == pytest.approx(3.0, rel=1e-14)
    # 1.5 * ... from 1 to 2, then -2 to -1 up to 3
    assert profile.drive_over(1, 3).current_density == pytest.approx((3.0 - 1.75) / 2 + 0.125)


def test_blocks_end_where_they_are_said_to():
    start, values = [0, 15, 30] * s, [1, -2, 0.5] * mA_per_cm2
    with pytest.raises(ParameterError, match="nothing says when the last one ends: give end="):
        ssb.CurrentProfile(start, values, BLOCKS)
    profile = ssb.CurrentProfile(start, values, BLOCKS, end=45 * s)
    assert profile == ssb.CurrentProfile([0, 15, 30, 45], [10, -20, 5], BLOCKS)
    assert profile.break_points == (15.0, 30.0)
    assert [profile.course.value(t) for t in (0, 15, 15.1, 45)] == [10, 10, -20, 5]
    assert profile.course.integral(45.0) == pytest.approx(15 * (10 - 20 + 5), rel=1e-14)


@pytest.mark.parametrize("between", list(ssb.Between))
def test_means_of_any_steps_add_up_to_the_integral(between: ssb.Between):
    draw = np.random.default_rng(3)
    times = np.cumsum(draw.uniform(0.1, 3.0, 41))
    values = draw.normal(size=41 if between is ssb.Between.LINES else 40)
    profile = ssb.CurrentProfile(times, values, between, repeat=3)
    span = times[-1] - times[0]
    if between is ssb.Between.LINES:
        exact = 3 * np.trapezoid(values, times)
    else:
        exact = 3 * float(np.dot(values, np.diff(times)))
    assert profile.duration == pytest.approx(3 * span, rel=1e-14)
    ends = np.sort(np.append(draw.uniform(0.0, profile.duration, 300), [0.0, profile.duration]))
    charge = sum(
        profile.drive_over(a, b).current_density * (b - a) for a, b in itertools.pairwise(ends)
    )
    assert charge == pytest.approx(exact, rel=1e-12)
    # a fine sum knows nothing of pieces and repetitions
    fine = np.linspace(0.0, profile.duration, 200001)
    middle = 0.5 * (fine[1:] + fine[:-1])
    summed = sum(map(profile.course.value, middle)) * (fine[1] - fine[0])
    assert summed == pytest.approx(exact, abs=1e-2)


def test_break_points_are_where_something_changes():
    """A record with a value a second has break points only where the current moves."""
    times = np.arange(0.0, 3601.0)
    values = np.where((times >= 100) & (times <= 101), 10.0, 0.0)
    assert ssb.CurrentProfile(times, values).break_points == (99.0, 100.0, 101.0, 102.0)
    again = ssb.CurrentProfile([0, 1, 2], [1.0, 0.0], BLOCKS, repeat=3)
    assert again.break_points == (1.0, 2.0, 3.0, 4.0, 5.0)
    assert ssb.CurrentProfile([0, 2], [1.0], BLOCKS, repeat=3).break_points == ()
    assert ssb.CurrentProfile([0, 2], [1.0, 3.0], repeat=2).break_points == (2.0,)


def test_a_hundred_thousand_points_are_quick():
    times = np.arange(1e5 + 1)
    profile = ssb.CurrentProfile(times, np.random.default_rng(0).normal(size=len(times)), repeat=9)
    landings = Landings(profile)
    start = time.perf_counter()
    at = 0.0
    for _ in range(5000):
        at = landings.next(at)
        profile.drive_over(at - 0.5, at)
    assert at == 5000.0
    assert time.perf_counter() - start < 5.0


def test_what_a_case_keeps_of_a_profile():
    profile = ssb.VoltageProfile([0, 1, 2] * minute, [0, 1, 0] * V, repeat=2)
    rows = {row["name"]: row for row in describe(profile)}
    assert rows["course"]["value"] == "3 points, 120 s, 2 times, values 0 to 1"
    assert rows["course"]["unit"] == "V"
    assert not rows.keys() & {"times", "values"}
    other = ssb.VoltageProfile([0, 1, 2] * minute, [0, 1.1, 0] * V, repeat=2)
    assert profile != other
    assert fingerprint(profile) != fingerprint(other)
    again = dataclasses.replace(profile, name="voltage profile")
    assert profile == again
    assert fingerprint(profile) == fingerprint(again)
    assert profile.scaled(2.0).drive(60.0).voltage == 2.0


def test_currents_by_rate():
    profile = ssb.CurrentProfile([0, 1] * hour, [0.1 / hour, 0.3 / hour])
    assert profile.drive_over(0.0, 3600.0).c_rate == pytest.approx(0.2 / 3600)
    assert profile.drive(0.0).current_density is None
    again = dataclasses.replace(profile, name="again")
    assert again.drive(3600.0).c_rate == pytest.approx(0.3 / 3600)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (dict(times=[0, 1, 1, 1], values=[0, 1, 2, 3]), "three values at t = 1 s"),
        (dict(times=[0, 2, 1], values=[0, 1, 2]), r"times\[2\] = 1 s follows 2 s"),
        (dict(times=[3, 3], values=[0, 1]), "expected time to go on"),
        (dict(times=[0, 1], values=[0]), "2 times and 1 values: expected 2 points or more"),
        (dict(times=[0], values=[0]), "1 times and 1 values"),
        (dict(times=[0, 1], values=[0, math.nan]), r"values\[1\] = nan is not finite"),
        (dict(times=[0, 1], values=[0, 1] * V), "wrong kind of unit"),
        (dict(times=[0, 1], values=["0", "1"]), "is not a number"),
        (dict(times=0, values=1), "expected a sequence"),
        (dict(times=np.array(0.0), values=1), "expected a sequence"),
        (dict(times="01", values=[0, 1]), "expected a sequence"),
        (dict(times={0, 1}, values=[0, 1]), "expected a sequence"),
        (dict(times=[0, 1], values=[0, 1], between="blocks"), "write Between.LINES"),
        (dict(times=[0, 1], values=[0, 1], repeat=0), "expected a whole number, 1 or more"),
        (dict(times=[0, 1], values=[0, 1], repeat=True), "is not a whole number"),
        (dict(times=[0, 1], values=[0, 1], end=2 * s), "end belongs to blocks"),
        (dict(times=[0, 1], values=[1, 1], between=BLOCKS, end=0.5), r"times\[2\] = 0.5 s"),
    ],
)
def test_no_profiles(given: dict[str, Any], told: str):
    with pytest.raises(ParameterError, match=told):
        ssb.CurrentProfile(**given)


def test_degrees_celsius():
    reading = Quantity(np.array([25.0, 60.0]), "degC")
    assert ssb.TemperatureProfile([0, 1], reading).values == pytest.approx((298.15, 333.15))


def test_bounds_of_profiles():
    with pytest.raises(ParameterError, match=r"PressureProfile.course: y\[1\] = -1 \[Pa\]"):
        ssb.PressureProfile([0, 1], [0, -1])
    with pytest.raises(ParameterError, match=r"TemperatureProfile.course: y\[0\] = -25"):
        ssb.TemperatureProfile([0, 1], [-25, 300])


def test_a_step_under_temperature_and_pressure():
    record = ssb.PressureProfile([0, 10, 10, 20] * s, [1, 1, 5, 1] * MPa)
    warm = ssb.TemperatureRamp(celsius(25), celsius(65))
    current = ssb.CurrentProfile([0, 4, 40], [1.0, 3.0], BLOCKS)
    step = ssb.Under(current, temperature=warm, pressure=record)
    assert (step.name, step.duration, step.seats) == ("current profile", 40.0, False)
    asked = step.drive_over(2.0, 10.0)
    assert asked.current_density == pytest.approx((2 * 1 + 6 * 3) / 8)
    assert asked.temperature == pytest.approx(298.15 + 10.0, rel=1e-14)
    assert asked.pressure == 1e6
    assert step.drive(30.0).pressure == 1e6
    landings, at, found = Landings(step), 0.0, []
    while (at := landings.next(at)) < 40.0:
        found.append(at)
    assert found == [4.0, 10.0, 20.0]
    steady = ssb.Under(ssb.Rest(1 * s), temperature=celsius(60))
    assert steady.drive(0.5).temperature == pytest.approx(333.15)
    assert [r["unit"] for r in describe(steady) if r["name"].endswith("temperature.value")] == ["K"]
    assert steady.renamed("hot 2").name == "hot 2"
    assert fingerprint(steady) != fingerprint(ssb.Under(ssb.Rest(1 * s), temperature=celsius(61)))


@pytest.mark.parametrize(
    ("make", "error", "told"),
    [
        (lambda: ssb.Under(ssb.Rest(1)), CaseError, "neither temperature nor pressure"),
        (
            lambda: ssb.Under(ssb.Rest, temperature=300),
            CaseError,
            r"Under\.step is the class Rest: write Rest\(",
        ),
        (lambda: ssb.Under(ssb.Rest(1), temperature=-3), ParameterError, "out of bounds"),
        (lambda: ssb.Under(ssb.Rest(1), temperature=1 * V), ParameterError, "wrong kind of unit"),
        (lambda: ssb.Under(ssb.Rest(1), temperature=lambda t: 3), CaseError, "is a function"),
        (lambda: ssb.Under(ssb.Rest(1), pressure=ssb.PressureRamp), CaseError, "is the class"),
        (
            lambda: ssb.Under(ssb.Rest(1), pressure=ssb.TemperatureRamp(300, 310)),
            ParameterError,
            "a TemperatureRamp is in K, expected Pa",
        ),
        (
            lambda: ssb.Under(ssb.Rest(1), temperature=ssb.PressureProfile([0, 1], [1, 2])),
            ParameterError,
            "a PressureProfile is in Pa, expected K",
        ),
        (
            lambda: ssb.Under(ssb.Under(ssb.Rest(1), temperature=300), temperature=310),
            CaseError,
            "has a temperature of its own already",
        ),
    ],
)
def test_no_surroundings(make: Any, error: type[Exception], told: str):
    with pytest.raises(error, match=told):
        make()
