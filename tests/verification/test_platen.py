# SPDX-License-Identifier: BSD-3-Clause
"""A platen that presses and does not pull, and a rig that presses, releases and presses again.

The elastic stack of the fixture tests, bonded where it must hold together: stripping shortens it by
Omega / F per charge until the platen lifts off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.fixtures import Fixture
from ssbmech.case.protocol import Drive
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError
from tests.elastic_cell import METAL, WORKING, facet_fields, one_sided_cell, rollers
from tests.tools import March, march, measured
from tests.verification.test_fixtures import COMPLIANCE

PRELOAD, STRIP = 30e6, 15.0
SPRING = 0.7 / COMPLIANCE
BOND = 1e16
"""Stiffness of a bond that does not break [Pa/m]."""


def bonded(fixture: Fixture | None, lengths: list[float], **changes: Any) -> ssb.Case:
    """Return the stack with a bond that pulls, under a fixture."""
    case = one_sided_cell(fixture=fixture, step_control=ssb.PrescribedSteps(lengths), **changes)
    bond = ssb.BilinearCohesion(strength=1e12, toughness=1e9, initial_stiffness=BOND)
    (interface,) = case.interfaces
    return replace(case, interfaces=(replace(interface, adhesion=bond),))


def stripped_in(seconds: float) -> float:
    """Return the metal that is stripped in a time [m]."""
    return STRIP * seconds * METAL.metal.molar_volume / FARADAY


def time_to_lift(thickness: float) -> float:
    """Return the time in which a thickness is stripped [s]."""
    return thickness / stripped_in(1.0)


@pytest.mark.parametrize("stiffness", [math.inf, SPRING], ids=["fixed gap", "spring"])
def test_a_platen_lifts_off_where_it_would_pull(stiffness: float) -> None:
    """P = P0 - s / (C + 1/k) until it is zero; then the lift is what is stripped beyond."""
    soft = COMPLIANCE + 1 / stiffness
    whole = time_to_lift(2.5 * soft * PRELOAD)
    lengths = [1.0, 0.2 * whole, 0.3 * whole, 0.5 * whole, 0.3 * whole, 0.6 * whole]
    protocol = (
        ssb.Preload(1.0),
        ssb.ConstantCurrent(STRIP, whole),
        ssb.ConstantCurrent(-STRIP, 0.9 * whole),
    )
    rigid = math.isinf(stiffness)
    fixture = ssb.FixedGap(PRELOAD) if rigid else ssb.Spring(PRELOAD, stiffness)
    done = march(bonded(fixture, lengths, protocol=protocol))
    lost = stripped_in(whole) * np.array([0.0, 0.2, 0.5, 1.0, 0.7, 0.1])
    law = PRELOAD - lost / soft
    pressures, lifts = np.maximum(law, 0.0), np.maximum(-law, 0.0) * soft
    item = "Platen that does not pull, " + ("fixed gap" if rigid else "spring")
    against = "complementarity of pressure and lift"
    error = np.max(np.abs(done.series("p_stack") - pressures)) / PRELOAD
    measured(item, "error of the stack pressure over the preload", error, 1e-6, against)
    error = np.max(np.abs(done.series("gap_platen") - lifts)) / lifts.max()
    measured(item, "error of the lift over the largest", error, 1e-6, against)
    assert np.max(done.series("audit_force")[law > 0]) <= 1e-8


@pytest.mark.pair
def test_a_glued_platen_pulls() -> None:
    whole = time_to_lift(2.0 * COMPLIANCE * PRELOAD)
    protocol = (ssb.Preload(1.0), ssb.ConstantCurrent(STRIP, whole))
    done = march(bonded(ssb.FixedGap(PRELOAD, pulls=True), [1.0, whole], protocol=protocol))
    # the bond is a spring in tension and rigid under pressure
    pulled = -PRELOAD * COMPLIANCE / (COMPLIANCE + 1 / BOND)
    error = abs(done.rows[-1]["p_stack"] / pulled - 1)
    measured("Glued platen", "relative error of the tension", error, 1e-6, "springs in series")
    assert done.rows[-1]["gap_platen"] == 0.0


@pytest.mark.pair
def test_an_unbonded_stack_opens_inside_and_not_at_the_platen() -> None:
    opening = 20e-9
    duration = time_to_lift(COMPLIANCE * PRELOAD + opening)
    case = one_sided_cell(
        fixture=ssb.Spring(PRELOAD, SPRING),
        protocol=(ssb.Preload(1.0), ssb.ConstantCurrent(STRIP, 4 * duration)),
        # a row without contact ends a step: its current has no way
        step_control=ssb.PrescribedSteps([1.0, 4 * duration]),
    )
    done = march(case, watch=lambda cell: facet_fields(cell.surfaces[WORKING]))
    relaxed = PRELOAD / SPRING
    gap = stripped_in(4 * duration) - COMPLIANCE * PRELOAD - relaxed
    assert np.max(np.abs(done.seen[-1].gap / gap - 1)) <= 1e-6
    assert done.rows[-1]["gap_platen"] <= 1e-6 * gap
    assert abs(done.rows[-1]["p_stack"]) <= 1e-6 * PRELOAD


RIGS = {
    "constant force": (ssb.ConstantForce(PRELOAD), 0.0),
    "spring": (ssb.Spring(PRELOAD, SPRING), SPRING),
    "fixed gap": (ssb.FixedGap(PRELOAD), math.inf),
    "isostatic": (ssb.Isostatic(PRELOAD), 0.0),
}


def under(fixture: Fixture, protocol: tuple[Any, ...], lengths: list[float]) -> March:
    """March the stack under a rig."""
    free = fixture.face is None
    held = rollers("bottom", "left") if free else rollers("bottom", "left", "right")
    steps = ssb.PrescribedSteps(lengths)
    return march(
        one_sided_cell(fixture=fixture, supports=held, protocol=protocol, step_control=steps)
    )


@pytest.mark.parametrize("rig", RIGS)
def test_press_release_and_press_again(rig: str) -> None:
    fixture, stiffness = RIGS[rig]
    protocol = (
        ssb.Preload(1.0),
        ssb.Press(0.2 * PRELOAD, 10.0),
        ssb.ConstantCurrent(-20.0, 20.0),
        ssb.Release(5.0),
        ssb.Rest(1.0),
        ssb.Press(0.5 * PRELOAD, 4.0),
        ssb.Rest(2.0),
    )
    lengths = [1.0, 2.5, 7.5, 20.0, 1.0, 4.0, 1.0, 1.0, 3.0, 2.0]
    done = under(fixture, protocol, lengths)
    rise = 0.0
    if stiffness > 0.0:
        rise = stripped_in(20.0) * 20.0 / STRIP / (COMPLIANCE + 1 / stiffness) / PRELOAD
    high = 0.2 + rise
    expected = np.array([1.0, 0.8, 0.2, high, 0.8 * high, 0, 0, 0.125, 0.5, 0.5])
    error = np.max(np.abs(done.series("p_stack") / PRELOAD - expected))
    item = f"Press and release, {rig}"
    measured(item, "error of the pressure over the preload", error, 1e-7, "course of the steps")


@dataclass(frozen=True)
class LetDown:
    """A step of a user's own that takes the preload down to a fifth."""

    duration: float = 10.0
    seats: bool = False
    name: str = "let down"
    stops: tuple[Any, ...] = ()

    def drive(self, elapsed: float) -> Drive:
        return Drive(preload_fraction=1.0 - 0.8 * elapsed / self.duration)


@pytest.mark.pair
@pytest.mark.parametrize("rig", RIGS)
def test_a_fraction_of_the_preload_is_obeyed_by_all_fixtures(rig: str) -> None:
    fixture, _ = RIGS[rig]
    protocol = (ssb.Preload(1.0), LetDown(), ssb.Rest(1.0))
    done = under(fixture, protocol, [1.0, 5.0, 5.0, 1.0])
    # when nothing is asked any more the fixture acts from where it was set
    expected = PRELOAD * np.array([1.0, 0.6, 0.2, 0.2])
    assert done.series("p_stack") == pytest.approx(expected, rel=1e-7)


@pytest.mark.pair
def test_a_force_follows_its_course_and_steps_land_on_its_breaks() -> None:
    def course(time: float) -> float:
        return float(np.interp(time, course.break_points, (1e6, 30e6, 30e6, 5e6)))

    course.break_points = (0.0, 3.0, 3.5, 3.6)
    case = one_sided_cell(
        fixture=ssb.RegulatedForce(course),
        protocol=(ssb.Rest(20.0),),
        step_control=ssb.AdaptiveSteps(dt_initial=10.0),
    )
    done = march(case)
    times = done.series("time")
    for time in course.break_points[1:]:
        assert np.min(np.abs(times - time)) <= 1e-9
    expected = np.array([course(time) for time in times])
    assert done.series("p_stack") == pytest.approx(expected, rel=1e-7)


def refused(match: str, fixture: Fixture | None, *protocol: Any) -> None:
    with pytest.raises(CaseError, match=match):
        one_sided_cell(fixture=fixture, protocol=protocol)


@pytest.mark.pair
def test_steps_that_a_fixture_cannot_obey_are_refused() -> None:
    force, press = ssb.ConstantForce(PRELOAD), ssb.Press(1e6, 1.0)
    refused(r"Press\(pressure, duration\)", force, ssb.Preload(1.0), ssb.Preload(1.0))
    refused(r"Press\(pressure, duration\)", force, press, ssb.Preload(1.0))
    refused(r"Press\(pressure, duration\)", force, ssb.Preload(1.0), LetDown(seats=True))
    refused("no fixture", None, press)
    refused("driven by its travel", ssb.DrivenPlaten(lambda time: 0.0), ssb.Rest(1.0), press)
