# SPDX-License-Identifier: BSD-3-Clause
"""Inert patches under a metal that flows linearly: contact lost on stripping, without a law of it.

Nothing but contact, flow of the metal and a pattern of the reaction is solved here; no law of
voids. Critical pressures have closed forms, and the law of hidden voids must give the same.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.run.case_script import CaseScript
from ssbmech.units import mA_per_cm2, s
from tests.space import SinkingDisc
from tests.stripping import SPEED, column, strip_cell
from tests.tools import March, march, measured

STRIP = CaseScript.load(Path(__file__).parents[2] / "cases" / "propped_strip" / "case.py")
INERT = 0.2
ITEM = "Inert patches"

pytestmark = pytest.mark.serial


def run_strip(*options: str) -> March:
    """March the case of an inert strip with options of its command line."""
    return march(STRIP.case(list(options)))


@pytest.mark.parametrize(("ratio", "lost"), [(0.95, True), (1.05, False)])
def test_threshold_of_the_pressure(ratio: float, lost: bool) -> None:
    """Below the critical pressure the strip carries all load; above it the rest stays in touch."""
    result = run_strip(f"--pressure-ratio={ratio}")
    contact, voltage = column(result, "contact_fraction"), column(result, "voltage")
    stripping = column(result, "step") == 1
    growth = np.diff(column(result, "void_volume")[stripping])[-1]
    if lost:
        measured(
            ITEM, f"contact beside the strip at {ratio:g} p_c", abs(contact[-1] - INERT), 1e-6,
            "none",
        )  # fmt: skip
        assert growth > 1e-17
    else:
        assert contact[-1] > 0.4
        assert voltage[-1] < 1.2 * voltage[stripping][0]
    assert max(column(result, "audit_lithium")) < 1e-9
    assert max(column(result, "audit_charge")) < 1e-9


@pytest.mark.parametrize("ratio", [0.5, 1.3])
def test_plating_keeps_its_voltage(ratio: float) -> None:
    """Plated metal takes the load over from the strip: the voltage stays within 3 percent."""
    result = run_strip(f"--pressure-ratio={ratio}", "--current=-0.2", "--size=0.2")
    stripping = column(result, "step") == 1
    voltage = column(result, "voltage")[stripping]
    measured(
        ITEM, f"change of the voltage while plating at {ratio:g} p_c",
        np.ptp(voltage) / abs(voltage[0]), 0.03, "none",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [0.5, 0.8])
def test_law_of_hidden_voids_is_what_strips_do(ratio: float) -> None:
    """The law with the strips' sinking speed gives their void volume and time to loss."""
    minutes = 60 if ratio > 0.6 else 25
    options = (f"--pressure-ratio={ratio}", "--roughness=200", f"--minutes={minutes}")
    resolved = run_strip(*options, "--longest-step=60")
    pressure = float(column(resolved, "p_stack")[-1])
    coefficient = ratio * SPEED / pressure
    # conduction ends where the gap of the part that reacts is the roughness
    lost = (1 - INERT) * 200e-9
    law = ssb.ProppedInterface(sinking=(ssb.LinearSinking(coefficient),), height_lost=lost)
    end = float(column(resolved, "time")[-1]) - 1.0
    step = ssb.ConstantCurrent(0.2 * mA_per_cm2, 1.2 * end * s, stops=(ssb.VoltageAbove(0.5),))
    smeared = march(strip_cell((law,), pressure, (step,)))
    time = column(smeared, "time") - 1.0
    # before either has lost its contact
    early = 0.8 * time[-1]
    found = np.interp(early, column(resolved, "time") - 1.0, column(resolved, "void_volume"))
    void, by_law = found / 10e-6, np.interp(early, time, column(smeared, "void_height_mean"))
    measured(ITEM, f"void volume at {ratio:g} p_c", abs(void / by_law - 1), 0.05, "hidden voids")
    assert column(resolved, "voltage")[-1] > 0.49
    measured(ITEM, f"time to loss at {ratio:g} p_c", abs(end / time[-1] - 1), 0.05, "hidden voids")


def sinking_of_a_layer(thickness: float) -> float:
    """Return how fast the strip sinks into a layer over how fast into a half space [1].

    The pressure under it is that on a half space; each of its waves moves the layer's surface as
    `ssbmech.interfaces.full_contact.wave_coefficient` has it.
    """
    half_period, count = 10e-6, 400
    angles = (np.arange(2000) + 0.5) / 2000 * np.pi / 2
    x = 2 / np.pi * np.arcsin(np.sin(np.pi * INERT / 2) * np.sin(angles))
    waves = np.arange(1, count)
    powers = np.cos(np.pi * np.outer(waves, x)).mean(axis=1) ** 2 / waves
    depth = np.minimum(2 * np.pi * waves * thickness / half_period, 300.0)
    layer = (np.cosh(depth) - 1) / (np.sinh(depth) + depth)
    return float((powers * layer).sum() / powers.sum())


@pytest.mark.slow
@pytest.mark.parametrize("ratio", [1.2, 2.0])
def test_layer_that_is_really_stripped_loses_contact_when_it_is_thin(ratio: float) -> None:
    """A mesh at rest keeps contact for ever; a thin layer gives way to the strip more slowly."""
    options = (f"--pressure-ratio={ratio}", "--current=1", "--minutes=300")
    result = run_strip(*options, "--moving", "--longest-step=120", "--size=0.4")
    assert "voltage" in result.endings[-1]
    thickness, void, step = 20e-6, 0.0, 10e-9
    # conduction ends where the gap of the part that reacts is the roughness
    while void < (1 - INERT) * 50e-9:
        void = max(void + step * (1 - ratio * sinking_of_a_layer(thickness)), 0.0)
        thickness -= step
    charge = column(result, "current") @ column(result, "time_step")
    stripped = charge * library.by_name("lithium_lepage2019").metal.thickness_per_charge
    measured(
        ITEM, f"thickness stripped to the loss of contact at {ratio:g} p_c",
        abs(stripped / (20e-6 - thickness) - 1), 0.06, "layers that become thinner",
    )  # fmt: skip


def charge_to_loss(size: str, roughness: float = 500.0, ratio: float = 0.5) -> float:
    """Return the charge at which a strip that really penetrates loses contact, over the law's [1].

    Args:
        size: cells at the edge of the strip [um].
        roughness: gap at which conduction has ended [nm].
        ratio: pressure over the critical one [1].
    """
    given = (f"--pressure-ratio={ratio}", f"--roughness={roughness}", "--current=1")
    options = (*given, "--minutes=120", "--moving", "--longest-step=60")
    result = run_strip(*options, f"--size={size}")
    assert "voltage" in result.endings[-1]
    charge = column(result, "current") @ column(result, "time_step")
    stripped = charge * library.by_name("lithium_lepage2019").metal.thickness_per_charge
    # the law's height at which contact is lost: the gap of the part that reacts is the roughness
    height = (1 - INERT) * roughness * 1e-9
    return float(stripped / (height / (1 - ratio)))


@pytest.mark.slow
# three facets beneath the strip are the coarsest of the meshes
@pytest.mark.filterwarnings("ignore::ssbmech.errors.CaseWarning")
def test_charge_to_loss_where_the_strip_penetrates() -> None:
    """It converges with the cells at the edge of the strip, where the pressure is singular."""
    sizes = ["0.8", "0.4", "0.2"]
    found = [charge_to_loss(size) for size in sizes]
    first, second = (a - b for a, b in itertools.pairwise(found))
    order = math.log2(first / second)
    measured(
        ITEM, "charge to loss, penetrating at 0.5 p_c: distance from order 1 in the cells",
        abs(order - 1), 0.25, "none",
    )  # fmt: skip
    limit = found[-1] - second / (2**order - 1)
    measured(
        ITEM, "charge to loss, penetrating at 0.5 p_c, in the limit of small cells",
        abs(limit - 1), 0.06, "hidden voids of the same height lost",
    )  # fmt: skip


@pytest.mark.slow
def test_discs_in_three_dimensions() -> None:
    """A square array of inert discs sinks into the metal as the closed form says, within 5 %.

    At the edge of a disc the pressure is singular; `benchmarks/space.py` has finer meshes.
    """
    disc = SinkingDisc(0.7e-6, inert=INERT)
    result, sinking = disc.solve()
    # the facets of the disc make a staircase of its edge
    assert column(result, "contact_fraction")[-1] == pytest.approx(INERT, rel=0.05)
    measured(
        ITEM, "sinking of discs in three dimensions", abs(sinking - 1), 0.05,
        "square array on a viscous half space",
    )  # fmt: skip
