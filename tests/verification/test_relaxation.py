# SPDX-License-Identifier: BSD-3-Clause
"""Relaxation in a fixed gap, where no gap moves: exact pressure against that of adaptive steps."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.library.lithium import with_linear_creep
from ssbmech.materials.diffusional import Viscous
from ssbmech.materials.material import Material
from ssbmech.units import MPa
from tests.relaxing import HOLD, PRELOAD_TIME, disc, norton_pressure, pressure_of
from tests.tools import March, Mode, march, measured, set_mode, with_changes

pytestmark = pytest.mark.serial

NORTON = library.by_name("lithium_lepage2019")
ANAND = library.by_name("lithium_anand_narayan2019")
VISCOUS = with_linear_creep(NORTON, Viscous(viscosity=1e12), {})

CONTROLS = {
    "default steps": ssb.AdaptiveSteps(),
    "steps up to 600 s": ssb.AdaptiveSteps(dt_max=600.0),
    "first step 60 s, growth 10": ssb.AdaptiveSteps(dt_initial=60.0, growth=10.0),
    "backward Euler": ssb.AdaptiveSteps(scheme=ssb.BackwardEuler(), stress_error=1e-3),
}


def held(run: March) -> tuple[np.ndarray, np.ndarray]:
    """Return time since the gap is fixed [s] and pressure [Pa] from then on."""
    time, pressure = run.series("time") - PRELOAD_TIME, run.series("p_stack")
    later = time > 1e-9
    return time[later], pressure[later]


def worst(run: March, exact: np.ndarray) -> float:
    """Return the largest relative error of the pressure at any time after the start."""
    return float(np.max(np.abs(held(run)[1] / exact - 1)))


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("pressure", [2 * MPa, 0.5 * MPa])
def test_power_law_in_a_fixed_gap(name: str, pressure: object) -> None:
    """Every accepted step counts, from the first on, whatever the first step and the growth."""
    case = disc(NORTON, pressure, step_control=CONTROLS[name])
    run = march(case)
    exact = norton_pressure(NORTON, case.fixture.preload, held(run)[0])
    assert exact[-1] < (0.25 if case.fixture.preload > 1e6 else 0.8) * case.fixture.preload
    measured(
        "relaxation in a fixed gap",
        f"largest error of the pressure, {name}, {case.fixture.preload / 1e6:g} MPa",
        worst(run, exact),
        0.01,
        "closed form",
    )


@pytest.mark.parametrize(
    "material", [ANAND, VISCOUS], ids=["evolving resistance", "power law and diffusion"]
)
@pytest.mark.parametrize("first", [0.05, 60.0])
def test_other_laws_in_a_fixed_gap(material: Material, first: float) -> None:
    case = disc(material, 2e6, step_control=ssb.AdaptiveSteps(dt_initial=first))
    run = march(case)
    exact = pressure_of(material, 2e6, held(run)[0])
    # a viscous metal keeps nothing of its pressure after an hour: the error against the start then
    size = exact if material is ANAND else exact[0]
    error = np.max(np.abs(held(run)[1] - exact) / size)
    measured(
        "relaxation in a fixed gap",
        f"largest error of the pressure, {material.name}, first step {first:g} s",
        float(error),
        0.01,
        "differential equation",
    )


@pytest.mark.serial
def test_closed_form_and_differential_equation_agree() -> None:
    time = np.geomspace(1e-4, HOLD, 40)
    exact = norton_pressure(NORTON, 2e6, time)
    assert pressure_of(NORTON, 2e6, time) == pytest.approx(exact, rel=1e-6, abs=0.0)


@pytest.mark.serial
def test_second_order_pays() -> None:
    """At the error of the default, backward Euler needs more than twice the steps."""
    second = march(disc(NORTON, 2e6, step_control=ssb.AdaptiveSteps(dt_max=HOLD)))
    euler = ssb.AdaptiveSteps(dt_max=HOLD, scheme=ssb.BackwardEuler(), stress_error=5e-4)
    first = march(disc(NORTON, 2e6, step_control=euler))
    errors = [worst(run, norton_pressure(NORTON, 2e6, held(run)[0])) for run in (second, first)]
    assert errors[0] < errors[1]
    newton = [sum(report.iterations for report in run.reports) for run in (second, first)]
    assert 2 * newton[0] < newton[1]
    assert 2 * len(second.rows) < len(first.rows)


@pytest.mark.serial
@pytest.mark.parametrize(
    ("scheme", "order"), [(ssb.BackwardEuler(), 1.0), (ssb.SecondOrder(), 2.0)], ids=["1", "2"]
)
def test_order_of_the_schemes(scheme: ssb.TimeScheme, order: float) -> None:
    """Geometric steps through five decades: the error at the end falls with that power."""
    errors = []
    for count in (60, 120):
        ends = np.geomspace(1e-4, 10.0, count + 1)
        lengths = (PRELOAD_TIME, *np.full(20, 5e-6), *np.diff(ends))
        steps = ssb.PrescribedSteps(lengths, scheme=scheme)
        protocol = (ssb.Preload(PRELOAD_TIME), ssb.Rest(10.0))
        run = march(with_changes(disc(NORTON, 2e6, step_control=steps), protocol=protocol))
        time, pressure = held(run)
        errors.append(abs(pressure[-1] / norton_pressure(NORTON, 2e6, time[-1:])[0] - 1))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.25)


def differences(case: ssb.Case, mode: Mode) -> tuple[March, float]:
    """Return a run, and the largest relative difference of one that does something half way."""
    whole = march(case)
    set_mode(mode)
    try:
        again = march(case)
    finally:
        set_mode(Mode.WHOLE)
    columns = ("time", "p_stack", "thickness_stack")
    ratios = [again.series(name) / whole.series(name) for name in columns]
    return whole, float(max(np.max(np.abs(ratio - 1)) for ratio in ratios))


@pytest.mark.parametrize("mode", [Mode.RECOVER, Mode.RESTEP])
def test_going_on_and_taking_a_step_again_change_nothing(mode: Mode) -> None:
    """Rates and changes of the last step are part of the state, on any number of ranks."""
    lengths = (*np.full(20, PRELOAD_TIME / 20), *np.geomspace(1e-4, 600.0, 60))
    steps = ssb.PrescribedSteps(lengths, scheme=ssb.SecondOrder())
    assert differences(disc(ANAND, 2e6, step_control=steps), mode)[1] <= 1e-10


@pytest.mark.serial
@pytest.mark.parametrize("mode", [Mode.RECOVER, Mode.RESTEP])
def test_rejected_steps_leave_no_trace(mode: Mode) -> None:
    """Several ranks sum in any order, and the choice of steps amplifies what that changes."""
    steps = ssb.AdaptiveSteps(dt_initial=5.0, dt_max=HOLD)
    whole, difference = differences(disc(ANAND, 2e6, step_control=steps), mode)
    assert any("accuracy" in reason for reason in whole.rejected)
    assert difference <= 1e-10


@pytest.mark.serial
def test_elastic_cells_take_no_step_more() -> None:
    """Nothing creeps in an electrolyte: 1.7 times as long from step to step, up to the longest."""
    run = march(disc(library.by_name("li6ps5cl"), 2e6))
    assert not run.rejected
    steps = run.series("time_step")[run.series("step") == 1]
    grown = 0.05 * 1.7 ** np.arange(len(steps))
    assert steps[:-2] == pytest.approx(np.minimum(grown, 60.0)[:-2], rel=1e-9)
