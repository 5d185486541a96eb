# SPDX-License-Identifier: BSD-3-Clause
"""Contact that is lost on stripping: the law of hidden voids in the cell, against closed forms.

With the load on the props, h' = chi v - K p, the charge to loss, the recovery at rest and the
response of a spring have closed forms. The cell around the law is flat and uniform, so what
deviates is the time step of backward Euler, and elasticity.
"""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import GAS_CONSTANT
from ssbmech.interfaces.sinking import total_speed
from ssbmech.library.voids import VOIDS
from ssbmech.run.case_script import CaseScript
from ssbmech.units import MPa_per_um, celsius, mA_per_cm2, nm, s, um
from tests.small_cell import deviations, physical
from tests.stripping import (
    COEFFICIENT,
    CRITICAL,
    CURRENT,
    HEIGHT_LOST,
    LITHIUM,
    SPEED,
    column,
    ends,
    props,
    strip,
    strip_cell,
    within,
)
from tests.tools import march, measured

# laws of a facet, which know nothing of ranks; test_stripping_cycles.py runs them on several
pytestmark = pytest.mark.serial

ITEM = "Contact lost on stripping"
CRITICAL_CURRENT = CaseScript.load(
    Path(__file__).parents[2] / "cases" / "critical_current" / "case.py"
)
FINE = ssb.AdaptiveSteps(dt_max=60 * s, gap_error=1 * nm)


def apart(found: np.ndarray | float, expected: np.ndarray | float) -> float:
    """Return the largest relative deviation [1]."""
    return float(np.max(np.abs(np.asarray(found) / np.asarray(expected) - 1)))


@pytest.mark.parametrize("ratio", [0.3, 0.8])
def test_time_to_loss_below_the_critical_pressure(ratio: float) -> None:
    """Voltage runs away when h = h_c, after h_c / (v - K p), in few steps."""
    expected = HEIGHT_LOST / (SPEED * (1 - ratio))
    run = march(strip_cell((props(),), ratio * CRITICAL, (strip(2 * expected),)))
    measured(
        ITEM, f"time to 0.5 V at {ratio:g} p_c", apart(run.series("time")[-1] - 1.0, expected),
        5e-3, "h_c / (v - K p)",
    )  # fmt: skip
    assert column(run, "voltage")[-1] > 0.49
    assert column(run, "contact_fraction")[-1] < 1e-3
    measured(
        ITEM, f"lithium audit, voids at {ratio:g} p_c", max(column(run, "audit_lithium")), 1e-9,
        "charge passed",
    )  # fmt: skip
    # volume between the bodies, all of it hidden: the facets stay closed
    assert apart(column(run, "void_volume")[-1], HEIGHT_LOST * 30e-6) < 2e-3
    assert column(run, "gap_max")[-1] < 1e-12
    # the run-away does not crawl: a jump is located to 1e-4 of the time by 14 halvings, and the
    # chord of a voltage that runs away takes about twice as many, and the last two are as short as
    # landings are located
    assert len(run.rows) < 100
    assert set(run.rejected) <= {"overshot a stop condition"}
    assert len(run.rejected) <= 30


def test_voltage_before_loss_follows_contact() -> None:
    """All of the interface resistance goes with the inverse of the contact that is left."""
    time = 0.5 * HEIGHT_LOST / (SPEED * 0.7)
    run = march(strip_cell((props(),), 0.3 * CRITICAL, (strip(time),)))
    voltage = within(run, 1, "voltage")
    # electrolyte and counter electrode do not change; one face of 8 ohm cm2 doubles
    face = 8.0 * 1e-4 * 2.0
    measured(
        ITEM, "rise of the voltage at half contact", apart(voltage[-1] - voltage[0], face), 0.02,
        "Z i (1 / theta - 1)",
    )  # fmt: skip
    assert apart(column(run, "contact_fraction")[-1], 0.5) < 1e-3


def test_contact_is_kept_above_the_critical_pressure() -> None:
    """Props sink as fast as the metal recedes: nothing changes in seven hours."""
    run = march(strip_cell((props(),), 1.1 * CRITICAL, (strip(24000.0),)))
    voltage = within(run, 1, "voltage")
    assert column(run, "time")[-1] == pytest.approx(24001.0)
    measured(
        ITEM, "change of the voltage at 1.1 p_c in 24 000 s", np.ptp(voltage) / voltage[0], 1e-3,
        "stable",
    )  # fmt: skip
    assert max(abs(column(run, "void_height_max"))) < 1e-15


@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
def test_heat_lowers_the_critical_pressure() -> None:
    """At 60 degC diffusion over 32 kJ/mol is 3.47 times as fast."""
    sinking = ssb.LinearSinking(COEFFICIENT, activation_energy=32e3)
    hot = 333.15
    faster = math.exp(-32e3 / GAS_CONSTANT * (1 / hot - 1 / 298.15)) * 298.15 / hot
    assert faster == pytest.approx(3.47, abs=0.01)
    law, worst = props(sinking=(sinking,)), 0.0
    for factor in (1.05, 0.95):
        case = strip_cell(
            (law,), factor * CRITICAL / faster, (strip(3000.0),), temperature=celsius(60)
        )
        height = column(march(case), "void_height_mean")[-1]
        expected = max(0.0, (1 - factor) * SPEED * 3000.0)
        assert (height > 0.0) == (factor < 1.0)
        worst = max(worst, abs(height - expected) / (0.05 * SPEED * 3000.0))
    measured(ITEM, "voids at 0.95 and 1.05 p_c, 60 degC", worst, 1e-2, "(v - K p) t, 0")


def test_plating_fills_part_and_rest_closes() -> None:
    """Strip, plate, rest and strip half an hour each: 340, 49, 0 and 340 nm."""
    ratio, half = 0.3, 1800.0
    up = (1 - ratio) * SPEED * half
    down = up - (0.3 + ratio) * SPEED * half
    steps = (strip(half), strip(half, -CURRENT), ssb.Rest(half * s), strip(half))
    run = march(strip_cell((props(),), ratio * CRITICAL, steps))
    found, expected = ends(run, "void_height_mean")[1:], np.array([up, down, 0.0, up])
    assert expected == pytest.approx([340e-9, 49e-9, 0.0, 340e-9], abs=1e-9)
    measured(
        ITEM, "voids after strip, plate, rest, strip [nm]", 1e9 * np.max(abs(found - expected)),
        1.0, "340, 49, 0, 340 nm",
    )  # fmt: skip


def test_stiff_spring_arrests_the_void() -> None:
    """The stack thickens by h, its spring presses harder, and the void stops growing at p_c.

    In a symmetric cell p = p_0 + k h, so p_c - p falls as exp(-K k t), and at rest p does.
    """
    stiffness, start = 1e12, 0.3 * CRITICAL
    rate = COEFFICIENT * stiffness
    fixture = ssb.Spring(preload=start, spring_stiffness=1 * MPa_per_um)
    steps = (strip(3000.0, limit=None), ssb.Rest(4000 * s))
    run = march(strip_cell((props(),), 0.0, steps, fixture, step_control=FINE))
    time, pressure = within(run, 1, "time") - 1.0, within(run, 1, "p_stack")
    risen = start + (CRITICAL - start) * (1 - np.exp(-rate * time))
    # elastic layers in series to the spring, and the time step
    measured(ITEM, "stiff spring while stripping", apart(pressure, risen), 1e-2, "exp(-K k t)")
    time, resting = within(run, 2, "time") - 3001.0, within(run, 2, "p_stack")
    fallen = pressure[-1] * np.exp(-rate * time)
    measured(ITEM, "stiff spring at rest", apart(resting, fallen), 1e-2, "exp(-K k t)")


def test_soft_spring_leaves_a_void_that_never_closes() -> None:
    """At rest h falls by p / k at most: h = h_0 - (p_0 / k) (1 - exp(-K k t))."""
    stiffness, start = 0.03e12, 0.05 * CRITICAL
    fixture = ssb.Spring(preload=start, spring_stiffness=0.03 * MPa_per_um)
    run = march(strip_cell((props(),), 0.0, (strip(3000.0), ssb.Rest(30000 * s)), fixture))
    height, pressure = within(run, 1, "void_height_mean")[-1], within(run, 1, "p_stack")[-1]
    left = height - pressure / stiffness * (1 - math.exp(-COEFFICIENT * stiffness * 30000.0))
    found = column(run, "void_height_mean")[-1]
    measured(ITEM, "void left at rest by a soft spring", apart(found, left), 1e-2, "closed form")


def test_load_that_is_shared_leaves_part_of_the_contact() -> None:
    """With k = K p [beta + (1 - beta) h / h_c] voids stop at (p_c / p - beta) / (1 - beta)."""
    share, ratio = 0.4, 1.6
    lost = (1 / ratio - share) / (1 - share)
    settle = HEIGHT_LOST / (ratio * SPEED * (1 - share))
    control = ssb.AdaptiveSteps(dt_max=600 * s, gap_error=1 * nm, touching_change=0.005)
    steps = (strip(8 * settle),)
    run = march(strip_cell((props(props=share),), ratio * CRITICAL, steps, step_control=control))
    contact, time = within(run, 1, "contact_fraction"), within(run, 1, "time") - 1.0
    expected = 1 - lost * (1 - np.exp(-time / settle))
    measured(
        ITEM, "contact while load is shared", np.max(abs(contact - expected)), 3e-3,
        "exponential approach",
    )  # fmt: skip
    measured(
        ITEM, "contact that is left when load is shared", abs(contact[-1] - 1 + lost), 1e-3,
        "(p_c / p - beta) / (1 - beta)",
    )  # fmt: skip


def test_plated_metal_must_be_stripped_first() -> None:
    """Metal that plating put above the props delays the void until it has gone again."""
    relief = ssb.PlatedExcess((ssb.LinearSinking(0.2 * COEFFICIENT),))
    ratio, plate, rest = 0.5, 400.0, 400.0
    steps = (strip(plate, -CURRENT), ssb.Rest(rest * s), strip(1200.0))
    control = ssb.AdaptiveSteps(dt_max=20 * s, gap_error=1 * nm)
    law = props(excess=relief)
    run = march(strip_cell((law,), ratio * CRITICAL, steps, step_control=control))
    fall = 0.2 * ratio * SPEED
    plated = -(SPEED - fall) * plate
    rested = plated + fall * rest
    opened = (1 - ratio) * SPEED * (1200.0 + rested / (SPEED + fall))
    found = ends(run, "void_height_mean")[1:]
    measured(
        ITEM, "excess after plating and rest", apart(found[:2], np.array([plated, rested])), 1e-3,
        "v + k_f",
    )  # fmt: skip
    # the step in which the void opens spends part of itself on the excess
    measured(
        ITEM, "void after the excess has gone, in steps of 20 s",
        abs(found[2] - opened) / (20 * SPEED), 1.0, "h = (v - K p) (t - t_0)",
    )  # fmt: skip
    assert min(column(run, "contact_fraction")) > 0.7


def test_neighbours_even_out() -> None:
    """Taller voids pass less current and so grow more slowly: nothing localises on a facet.

    Half of the interface reacts at 0.8 of the rate. With contact everywhere the pressure is even,
    and the heights of the halves follow h' = 2 v a theta / (a_1 theta_1 + a_2 theta_2) - K p.
    """
    weak, ratio = 0.8, 0.3
    half = ssb.FunctionActivity(lambda x: np.where(x[0] < 15e-6, 1.0, weak))
    case = strip_cell((props(),), ratio * CRITICAL, (strip(4500.0),))
    working = dataclasses.replace(case.interfaces[0], activity=half)
    run = march(dataclasses.replace(case, interfaces=(working, case.interfaces[1])))
    heights, steps = np.zeros(2), 4500
    for _ in range(steps):
        pass_by = np.array([1.0, weak]) * (1 - heights / HEIGHT_LOST)
        heights += (2 * SPEED * pass_by / pass_by.sum() - ratio * SPEED) * 4500.0 / steps
    found = np.array([column(run, f"void_height_{kind}")[-1] for kind in ("max", "min")])
    # current also spreads through the electrolyte, whose resistance is a tenth of the interface's
    measured(ITEM, "heights of unequal halves", apart(found, heights), 0.03, "two heights, one v")
    spread = column(run, "void_height_max") - column(run, "void_height_min")
    # by their rates alone the halves would be ever further apart
    alone = 2 * (1 - weak) / (1 + weak) * SPEED * 4500.0
    assert spread[-1] < 0.5 * alone
    assert spread[-1] < max(spread)


@pytest.mark.slow
def test_particles_that_collect_lower_the_charge() -> None:
    """K falls as 1 / beta: voids open once beta = beta_0 p / p_c(0), after a charge of its own."""
    start, ratio, particles = 0.05, 2.0, 0.05
    law = ssb.AccumulatingProps(props(), radius=1 * um, volume_fraction=particles, covered=start)
    slope = 0.75 * particles * SPEED / 1e-6
    opens = (ratio - 1) * start / slope
    end = 2 * opens
    control = ssb.AdaptiveSteps(dt_max=100 * s, gap_error=2 * nm)
    run = march(strip_cell((law,), ratio * CRITICAL, (strip(end),), step_control=control))
    time, height = column(run, "time") - 1.0, column(run, "void_height_mean")
    assert max(abs(height[time < 0.97 * opens])) < 1e-15
    covered = start + slope * end
    sunk = ratio * start / slope * SPEED * math.log(covered / (ratio * start))
    grown = SPEED * (end - opens) - sunk
    measured(ITEM, "void over particles that collect", apart(height[-1], grown), 0.02, "integral")


def test_without_sinking_and_supply_nothing_changes() -> None:
    """A law that neither opens nor closes voids leaves every number as it was, to round-off."""
    idle = props(sinking=(ssb.LinearSinking(0.0),), supply_strip=0.0, supply_plate=0.0)
    steps = (strip(300.0), strip(300.0, -CURRENT), ssb.Rest(300 * s))
    with_law = march(strip_cell((idle,), 1e6, steps))
    without = march(strip_cell((), 1e6, steps))
    assert len(with_law.rows) == len(without.rows)
    names = physical(without.rows[0])
    before = {name: without.series(name) for name in names}
    after = {name: with_law.series(name) for name in names}
    least = {"gap": 1e-9, "void_volume": 1e-14, "voltage": 1e-3}
    worst = max(deviations(after, before, least).values())
    measured(ITEM, "deviation by an idle law", worst, 1e-9, "the same cell without it")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
@pytest.mark.parametrize(
    ("interface", "pressure", "degrees"),
    [("lithium|llzo", 2.0, 25.0), ("lithium|li6ps5cl", 3.0, 60.0), ("lithium|li6ps5cl", 7.0, 25.0)],
)
def test_critical_current_of_the_library(interface: str, pressure: float, degrees: float) -> None:
    """The sweep of the case ends at the current of the closed form, in both regimes."""
    options = [f"--interface={interface}", f"--pressure={pressure}", f"--celsius={degrees}"]
    case = CRITICAL_CURRENT.case(options)
    found = column(march(case), "current")[-1]
    speed = float(total_speed(VOIDS[interface]().sinking, pressure * 1e6, degrees + 273.15))
    expected = speed / LITHIUM.metal.thickness_per_charge
    measured(
        ITEM, f"critical current of {interface}, {pressure:g} MPa, {degrees:g} degC",
        apart(found, expected), 0.02, "k F / Omega",
    )  # fmt: skip


@pytest.mark.slow
def test_sodium_bears_the_current_of_its_law() -> None:
    """The sweep of the case ends at k F / Omega, and 5 mA/cm2 end at Q_0 / (1 - i_cr / i)."""
    law, metal = VOIDS["sodium"](), library.by_name("sodium_wang2020").metal
    sodium = ["--interface=sodium|nasicon", "--pressure=0.2"]
    critical = float(total_speed(law.sinking, 0.2e6, 298.15)) / metal.thickness_per_charge
    found = column(march(CRITICAL_CURRENT.case(sodium)), "current")[-1]
    measured(
        ITEM, "critical current of sodium|nasicon, 0.2 MPa, 25 degC", apart(found, critical), 0.02,
        "k F / Omega",
    )  # fmt: skip
    run = march(CRITICAL_CURRENT.case([*sodium, "--current=5", "--charge=2"]))
    seconds = column(run, "time")[-1] - 1.0
    expected = law.height_lost / (metal.thickness_per_charge * (50.0 - critical))
    measured(
        ITEM, "time to 0.5 V of sodium|nasicon, 0.2 MPa, 5 mA/cm2", apart(seconds, expected), 0.03,
        "h_c / (v - K p)",
    )  # fmt: skip


def test_power_law_sets_the_exponent() -> None:
    """With k = k_0 (p / p_0)^n the critical pressure goes with the current to the power 1 / n."""
    creep, worst = ssb.PowerLawSinking(speed_0=2.1e-15, exponent=6.55), 0.0
    for current in (0.2, 1.0):
        speed = SPEED * current / 0.2
        critical = 1e6 * (speed / 2.1e-15) ** (1 / 6.55)
        for factor in (0.99, 1.01):
            step = strip(200.0, current * mA_per_cm2)
            run = march(strip_cell((props(sinking=(creep,)),), factor * critical, (step,)))
            height = column(run, "void_height_mean")[-1]
            expected = max(0.0, 1 - factor**6.55) * speed * 200.0
            assert (height > 0.0) == (factor < 1.0)
            worst = max(worst, abs(height - expected) / (0.06 * speed * 200.0))
    measured(ITEM, "voids at 0.99 and 1.01 p_c, power law", worst, 1e-2, "(v - k) t, 0")
