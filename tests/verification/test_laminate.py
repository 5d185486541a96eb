# SPDX-License-Identifier: BSD-3-Clause
"""Stacks as laminates against closed forms: thickness, rise, elastic constants, relaxation, oil."""

from __future__ import annotations

import dataclasses
import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Drive
from ssbmech.case.settings import NewtonSettings
from ssbmech.constants import FARADAY
from ssbmech.errors import CaseError, CaseWarning, NotConverged
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.creep import NortonCreep
from ssbmech.laminate.growth import HostSwelling, HostThickness, MetalGrowth, volume_of
from ssbmech.laminate.layer import PRESSURE
from ssbmech.laminate.march import LaminateMarch as March
from ssbmech.laminate.sides import FreeSides
from ssbmech.laminate.soft import CompressedLayer, DelayedCompliance, LiquidColumn
from ssbmech.laminate.stiffness import elastic_constants
from ssbmech.laminate.voltage import Activation, CellVoltage, HostVoltage, Resistance
from ssbmech.laminate.wiring import Bipolar, Parallel
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import number
from ssbmech.materials.viscoplastic import NortonFlow, power_law_ratio
from tests.laminates import derivatives, elastic, laminate, ply
from tests.tools import measured

pytestmark = pytest.mark.serial

MAH = 36e3
"""A milliampere-hour per square centimetre [C/m2]."""

LITHIUM = MetalGrowth(13.0e-6)

LAYER = elastic(1e9, 0.3)

STACK = ((20e-6, 7.8e9, 0.38), (30e-6, 22e9, 0.3), (50e-6, 60e9, 0.25), (8e-6, 120e9, 0.34))
"""Thickness [m], modulus [Pa] and Poisson's ratio of four layers."""


def layers(growths=None):
    growths = growths or {}
    return [
        ply(f"layer{k}", h, elastic(young, poisson, **growths.get(k, {})))
        for k, (h, young, poisson) in enumerate(STACK)
    ]


@pytest.mark.parametrize(("count", "published"), [(10, 0.18e-3), (20, 0.35e-3), (30, 0.53e-3)])
def test_thickness_of_many_layers(count, published):
    """Lithium without excess against NMC811, 4 mAh/cm2, as published and as by hand."""
    nmc = library.by_name("nmc811").host
    cathode = HostThickness(volume_of(nmc), nmc.c_max, dense=41.08e-6, content=0.95)
    plies = [
        ply("lithium", 2e-6, elastic(7.8e9, 0.38, growth=LITHIUM)),
        ply("cathode", 80e-6, elastic(20e9, 0.3, growth=cathode)),
    ]
    march = March(laminate(ssb.ConstantForce(1e6), plies, cells=count), 1.0)
    before = march.thickness
    march.charge(4 * MAH)
    found = march.thickness - before
    measured("stack of many layers", f"thickness of {count} against published",
             abs(found / published - 1), 0.03, "4 mAh/cm2, read off a figure")  # fmt: skip
    content = float(cathode.content_at(np.array([4 * MAH]))[0])
    start, end = 1 + cathode.volume.numeric([0.95, content])
    by_hand = count * (4 * MAH * 13.0e-6 / FARADAY + 41.08e-6 * (end / start - 1))
    # what is added gives way to the pressure by its modulus
    measured("stack of many layers", f"thickness of {count} by hand",
             abs(found / by_hand - 1), 2e-4, "N (V_Li Q / F + h dV / V)")  # fmt: skip


@pytest.mark.parametrize("count", [1, 10, 30])
def test_rise_of_pressure_in_a_spring(count):
    spring = ssb.Spring(2e6, spring_stiffness=3e10, frame_compliance=4e-12)
    plies = [*layers(), ply("metal", 5e-6, elastic(7.8e9, 0.38, growth=LITHIUM))]
    march = March(laminate(spring, plies, cells=count), 1.0)
    first = march.thickness
    march.charge(1 * MAH, steps=3)
    heights = [h for h, *_ in STACK] + [5e-6]
    laws = [Elastic(e, nu) for _, e, nu in STACK] + [Elastic(7.8e9, 0.38)]
    grown = [0.0] * 4 + [1 * MAH * 13.0e-6 / FARADAY]

    def thickness(pressure, charge):
        return count * sum(
            (h + charge * dh) * math.exp(-pressure / (law.bulk + 4 / 3 * law.shear))
            for h, dh, law in zip(heights, grown, laws, strict=True)
        )

    assert first == pytest.approx(thickness(2e6, 0.0), rel=1e-12)

    def misfit(pressure):
        return pressure - 2e6 - spring.stiffness * (thickness(pressure, 1.0) - first)

    exact = brentq(misfit, 0.0, 1e10, xtol=1e-3)
    measured("stack in a spring", f"pressure of {count} cells", abs(march.pressure / exact - 1),
             1e-9, "one equation of its thickness")  # fmt: skip
    moduli = [law.bulk + 4 / 3 * law.shear for law in laws]
    compliance = sum(h / m for h, m in zip(heights, moduli, strict=True))
    rise = count * sum(grown) / (count * compliance + 1 / spring.stiffness)
    # linear in the strain P / M, of a hundredth at most
    assert march.pressure - 2e6 == pytest.approx(rise, rel=0.02)


@pytest.mark.parametrize("count", [3, 10])
def test_many_uneven_cells_in_a_softer_spring_are_one(count):
    """N cells whose thickness scatters by 3 % about its mean, in k / N, against one cell in k."""
    rng = np.random.default_rng(count)
    scatter = 1 + 0.03 * rng.standard_normal(count)
    pressures = []
    for cells, spread in ((1, ()), (count, tuple(scatter / scatter.mean()))):
        metal = elastic(7.8e9, 0.38, growth=LITHIUM, creep=NortonCreep(FLOW))
        plies = [
            ply("metal", 5e-6, metal),
            ply("separator", 30e-6, elastic(22e9, 0.3), spread=spread),
        ]
        spring = ssb.Spring(2e6, spring_stiffness=1e12 / cells)
        march = March(laminate(spring, plies, cells=cells), 1.0)
        found = []
        for charge in (1.0, 2.0, -1.0):
            march.charge(charge * MAH, steps=5)
            found.append(march.pressure)
        pressures.append(np.array(found))
    error = np.max(np.abs(pressures[1] / pressures[0] - 1))
    measured("stack of uneven cells", f"pressure of {count} against one", error, 1e-9,
             "one cell in a stiffer spring")  # fmt: skip


def test_elastic_constants_and_energy():
    """C33, C13, C11 and C12 from the condensed derivatives; stored energy is the work done."""
    march = March(laminate(ssb.ConstantForce(1e2), layers()), 1.0)
    model = march.model
    answers = model.solution.answers.values()
    total = sum(h for h, *_ in STACK)
    t_by = sum(a.thickness_by[:, 0] for a in answers)
    f_by = sum(a.force_by[:, :, 0] for a in answers)
    # at a held thickness a strain in plane changes the pressure
    held = f_by[:, 1:3] - np.outer(f_by[:, PRESSURE], t_by[1:3]) / t_by[PRESSURE]
    plies = [(h, Elastic(e, nu)) for h, e, nu in STACK]
    exact = elastic_constants([h for h, _ in plies], [law for _, law in plies])
    found = {
        "C33": -total / t_by[PRESSURE],
        "C13": f_by[0, PRESSURE] / t_by[PRESSURE],
        "C11": held[0, 0] / total,
        "C12": held[0, 1] / total,
    }
    for name, value in found.items():
        # the state bears a strain of 1e-8
        measured("elastic laminate", f"{name} of the condensed layers",
                 abs(value / getattr(exact, name.lower()) - 1), 1e-6, "averages")  # fmt: skip
    model.x[1:3] = 1e-4, -3e-5
    pressure = 5e6
    model.x[0] = pressure
    answers = model.evaluate().answers.values()
    work = stored = 0.0
    for (h, law), answer in zip(plies, answers, strict=True):
        stress = np.array([*(answer.force[:, 0] / answer.thickness[0]), -pressure])
        mean = stress.mean()
        deviator = stress - mean
        stored += h * (mean**2 / (2 * law.bulk) + deviator @ deviator / (4 * law.shear))
        across = math.log(answer.thickness[0] / h)
        work += h * 0.5 * stress @ np.array([1e-4, -3e-5, across])
    measured("elastic laminate", "work against stored energy", abs(work / stored - 1), 1e-10,
             "Hill and Mandel")  # fmt: skip


def test_shear_constant_is_that_of_layers_in_series():
    """Layers under one shear stress: their angles add up."""
    plies = [(h, Elastic(e, nu)) for h, e, nu in STACK]
    exact = elastic_constants([h for h, _ in plies], [law for _, law in plies])
    shift = sum(h * 1e6 / law.shear for h, law in plies)
    assert exact.c44 == pytest.approx(1e6 * sum(h for h, _ in plies) / shift, rel=1e-14)
    one = elastic_constants([1e-6, 3e-6], [Elastic(10e9, 0.3)] * 2)
    assert (one.c11, one.c12, one.c44) == pytest.approx((one.c33, one.c13, 10e9 / 2.6), rel=1e-12)


SWELLS = {0: 2e-3, 1: -1e-3, 2: 3e-3}
"""Free strain of layers at a charge of 1 C/m2."""


def swelling_layers():
    growths = {}
    for k, strain in SWELLS.items():
        # the content falls by one: volume ratio exp(3 strain)
        volume = math.exp(3 * strain) - 1
        curve = Curve((0.0, 0.5, 1.0), (volume, math.exp(1.5 * strain) - 1, 0.0))
        host = HostSwelling(curve, c_max=1 / FARADAY / 1e-6, dense=1e-6, content=1.0)
        growths[k] = {"growth": host}
    return layers(growths)


def test_free_swelling_of_a_held_stack_is_levins_sum():
    march = March(laminate(ssb.ConstantForce(0.0), swelling_layers()), 1.0)
    total = march.thickness
    march.charge(1.0)
    found = [math.log(a.thickness[0] / h) for (h, *_), a in
             zip(STACK, march.model.solution.answers.values(), strict=True)]  # fmt: skip
    swells = [SWELLS.get(k, 0.0) for k in range(4)]
    exact = [s * (1 + nu) / (1 - nu) for s, (_, _, nu) in zip(swells, STACK, strict=True)]
    measured("held laminate", "free swelling", float(np.max(np.abs(np.subtract(found, exact)))),
             1e-12, "eps (1 + nu) / (1 - nu)")  # fmt: skip
    mean = sum(h * e for (h, *_), e in zip(STACK, exact, strict=True)) / total
    assert march.thickness / total - 1 == pytest.approx(mean, rel=6e-3)
    # the stress that a pressure makes in each layer, from the law itself
    press = March(laminate(ssb.ConstantForce(1e2), swelling_layers()), 1.0)
    answers = press.model.solution.answers.values()
    traces = [1 - (a.force[:, 0] / a.thickness[0]).sum() / 1e2 for a in answers]
    levin = sum(
        h * s * t for (h, *_), s, t in zip(STACK, swells, traces, strict=True)
    ) / total  # fmt: skip
    measured("held laminate", "Levin's sum against swelling", abs(levin / mean - 1), 1e-6,
             "reciprocity")  # fmt: skip


def test_mismatch_of_a_flat_free_stack():
    """In plane it takes the mean of the strains by biaxial moduli, and no force is left."""
    case = laminate(ssb.ConstantForce(0.0), swelling_layers(), sides=FreeSides())
    march = March(case, 1.0)
    march.charge(1.0)
    model = march.model
    weights = [h * e / (1 - nu) for h, e, nu in STACK]
    swells = [SWELLS.get(k, 0.0) for k in range(4)]
    mean = sum(w * s for w, s in zip(weights, swells, strict=True)) / sum(weights)
    # forces are those of the thickness under strain
    measured("free laminate", "strain in plane", abs(model.x[1] / mean - 1), 6e-3, "biaxial moduli")
    assert model.x[1] == pytest.approx(model.x[2], rel=1e-12)
    weights = [a.thickness[0] * e / (1 - nu) for a, (_, e, nu) in
               zip(model.solution.answers.values(), STACK, strict=True)]  # fmt: skip
    mean = sum(w * s for w, s in zip(weights, swells, strict=True)) / sum(weights)
    measured("free laminate", "strain in plane, present thickness", abs(model.x[1] / mean - 1),
             1e-9, "biaxial moduli")  # fmt: skip


FLOW = NortonFlow(rate=7.7e-3, stress=1e6, exponent=6.56)


def relaxed(steps, times):
    """Return the pressures of a held Norton film at some times."""
    film = ply("film", 20e-6, elastic(7.8e9, 0.381, creep=NortonCreep(FLOW)))
    march = March(laminate(ssb.FixedGap(5e6), [film]))
    march.step(Drive(preload_fraction=1.0), 1e-12)
    march.model.seat()
    found, now = [march.pressure], 0.0
    for start, end in pairwise((0.0, *times)):
        parts = np.linspace(start**0.2, end**0.2, steps + 1) ** 5
        for part in parts[1:]:
            march.rest(part - now)
            now = part
        found.append(march.pressure)
    return np.array(found)


def test_relaxation_of_a_held_film():
    law = Elastic(7.8e9, 0.381)
    times = (1.0, 100.0, 1e4, 1e8)
    coarse, fine = relaxed(60, times), relaxed(120, times)
    found = 2 * fine - coarse
    strain = found[0] / (law.bulk + 4 / 3 * law.shear)
    n, rate = FLOW.exponent, FLOW.rate / FLOW.stress**FLOW.exponent
    for time, pressure in zip(times, found[1:], strict=True):
        q = ((2 * law.shear * strain) ** (1 - n) + (n - 1) * 3 * law.shear * rate * time) ** (
            1 / (1 - n)
        )
        exact = law.bulk * strain + 2 / 3 * q
        measured("held Norton film", f"pressure after {time:g} s", abs(pressure / exact - 1), 2e-5,
                 "closed form, extrapolated in the step")  # fmt: skip
    left = law.bulk / (law.bulk + 4 / 3 * law.shear)
    # the rest of the deviator falls with the power -1/5.56 of the time
    assert found[-1] / found[0] == pytest.approx(left, rel=0.01)
    assert found[-1] / found[0] > left


@pytest.mark.parametrize("log_b", [-30.0, -1.0, 0.0, 2.0, 40.0])
@pytest.mark.parametrize("exponent", [1.0, 5.0, 20.0])
def test_flow_is_that_of_resolved_cells(log_b, exponent):
    flow = NortonFlow(rate=1.0, stress=1e6, exponent=exponent)
    shear, q = 3e9, np.array([4e6])
    dt = math.exp(log_b) * q[0] / (3 * shear) * (q[0] / 1e6) ** -exponent
    found = NortonCreep(flow).ratio(q, shear, dt, 298.15)
    assert found[0, 0] == pytest.approx(
        math.exp(number(power_law_ratio(log_b, exponent))), rel=1e-9
    )
    step = 1.0
    ends = [NortonCreep(flow).ratio(q + s, shear, dt, 298.15)[0, 0] for s in (step, -step)]
    slope = (ends[0] - ends[1]) / (2 * step)
    assert found[1, 0] == pytest.approx(slope, rel=1e-5, abs=1e-9 / q[0])


def test_oil_behind_a_piston():
    oil = ply("oil", 500e-6, LiquidColumn(1.5e9))
    metal = ply("metal", 5e-6, elastic(7.8e9, 0.38, growth=LITHIUM))
    march = March(laminate(ssb.FixedGap(3e6), [metal], pads=(oil,)), 1.0)
    before = march.model.cell_thickness()[0]
    column = march.thickness - before
    march.charge(2 * MAH, steps=2)
    share = (march.model.cell_thickness()[0] - before) / column
    exact = 3e6 + 1.5e9 * math.log(1 / (1 - share))
    assert share > 0.01
    measured("oil behind a piston", "pressure", abs(march.pressure / exact - 1), 1e-9,
             "K ln(1 / (1 - dV / V))")  # fmt: skip


def test_foam_by_its_table_and_its_delay():
    pressures = (0.0, 40e3, 75e3, 115e3, 175e3)
    table = Curve(pressures, (0.0, 0.25, 0.40, 0.50, 0.60))
    delay = DelayedCompliance(compliance=1e-6, time=100.0)
    foam = ply("foam", 1e-3, CompressedLayer(table, delay=delay))
    march = March(laminate(ssb.ConstantForce(75e3), [foam]))
    march.step(Drive(preload_fraction=1.0), 1e-9)
    march.model.seat()
    assert march.thickness == pytest.approx(0.6e-3, rel=1e-9)
    march.rest(100.0, steps=400)
    # backward Euler of four hundred steps: half a step of the time constant
    exact = 1e-3 * (0.6 - 0.075 * (1 - math.exp(-1)))
    assert march.thickness == pytest.approx(exact, rel=1e-4)
    assert not march.model.checks()
    march.step(Drive(pressure=200e3), 1.0)
    assert "beyond the table" in march.model.checks()[0]


def test_a_platen_lifts_where_the_stack_shrinks():
    strips = MetalGrowth(13.0e-6, arrives=-1.0)
    metal = ply("metal", 20e-6, elastic(7.8e9, 0.38, growth=strips))
    march = March(laminate(ssb.FixedGap(2e6), [metal], cells=3), 1.0)
    closed = march.thickness
    march.charge(1 * MAH, steps=2)
    assert march.pressure == pytest.approx(0.0, abs=1e-3)
    model = march.model
    gap = model.holder.gap(0.0, march.thickness)
    loss = 3 * 1 * MAH * 13.0e-6 / FARADAY
    released = 60e-6 - closed
    assert gap == pytest.approx(loss - released, rel=1e-9)
    march.charge(-1 * MAH, steps=2)
    assert march.pressure == pytest.approx(2e6, rel=1e-9)
    with pytest.raises(NotConverged, match="no step has an answer"):
        march.charge(5 * MAH)


def host_cell(count, **more):
    nmc = library.by_name("nmc811").host
    volume = volume_of(nmc)
    lithium = elastic(7.8e9, 0.38, growth=LITHIUM, creep=NortonCreep(FLOW))
    cathode = HostSwelling(volume, nmc.c_max, dense=41e-6, content=0.9)
    spread = tuple(1 + 0.05 * k for k in range(count))
    plies = [
        ply("lithium", 5e-6, lithium, spread=spread),
        ply("cathode", 80e-6, elastic(20e9, 0.3, growth=cathode)),
    ]
    losses = (Resistance(2e-3), Activation(20.0))
    voltage = CellVoltage(HostVoltage(nmc, 41e-6, 0.9), losses, more.pop("factors", ()))
    return laminate(more.pop("fixture"), plies, voltage, cells=count, **more)


def test_cells_in_parallel_share_the_current_by_their_losses():
    fixture = ssb.ConstantForce(1e6)
    cell = host_cell(2, fixture=fixture, factors=(1.0, 3.0), wiring=Parallel())
    march = March(cell, 1.0)
    march.step(Drive(current_density=0.01), 1e-6)
    model = march.model
    # at small currents both losses are ohmic; the work of the pressure is nearly one
    ratio = model.x[4] / model.x[5]
    assert ratio == pytest.approx(3.0, rel=2e-2)
    assert model.x[4:].mean() == pytest.approx(0.01, rel=1e-12)
    march.charge(3 * MAH, steps=20)
    march.rest(3600.0 * 20, steps=40)
    # at rest their charges are level again
    assert march.model.charge[0] == pytest.approx(march.model.charge[1], rel=1e-3)


def test_cells_in_series_add_their_voltages():
    one = March(host_cell(1, fixture=ssb.ConstantForce(1e6), wiring=Parallel()), 1.0)
    four = March(host_cell(4, fixture=ssb.ConstantForce(1e6), wiring=Bipolar()), 1.0)
    for march in (one, four):
        march.charge(1 * MAH, steps=2)
    assert four.model.x[3] == pytest.approx(4 * one.model.x[3], rel=1e-5)
    assert four.model.x[4:] == pytest.approx(one.model.x[4] * np.ones(4), rel=1e-12)


def test_pressure_adds_its_work_to_the_voltage():
    """dV/dP = d(thickness)/dQ at rest, by differences of both."""
    found = {}
    for pressure in (1e6, 21e6):
        march = March(host_cell(1, fixture=ssb.ConstantForce(pressure), wiring=Parallel()), 1.0)
        march.charge(0.5 * MAH)
        march.rest(1.0)
        before, rest = march.thickness, march.model.x[3]
        slow = 1e-3 * MAH
        march.step(Drive(current_density=slow / 1e-3), 1e-3)
        found[pressure] = rest, (march.thickness - before) / slow
    slope = (found[21e6][0] - found[1e6][0]) / 20e6
    assert slope == pytest.approx(0.5 * (found[1e6][1] + found[21e6][1]), rel=2e-3)


@pytest.mark.parametrize("wiring", ["parallel", "series"])
@pytest.mark.parametrize("drive", [
    Drive(current_density=20.0), Drive(current_density=None, voltage=3.9),
    Drive(current_density=None, power=60.0),
])  # fmt: skip
def test_jacobian(wiring, drive):
    foam = ply("foam", 1e-3, CompressedLayer(Curve((0.0, 5e6, 1e7), (0.0, 0.2, 0.3))))
    case = host_cell(
        3, fixture=ssb.Spring(2e6, spring_stiffness=3e10), factors=(1.0, 1.2, 0.8),
        wiring={"parallel": Parallel(), "series": Bipolar()}[wiring],
        sides=FreeSides(), pads=(foam,),
    )  # fmt: skip
    march = March(case, 1.0)
    model = march.model
    march.charge(0.3 * MAH, steps=2)
    model.begin(drive, 30.0)
    model.x = model.x + 0.1 * np.array([1e6, 1e-4, -1e-4, 0.05, 3.0, -2.0, 5.0])
    exact, found = derivatives(model)
    size = np.abs(found).max(axis=1, keepdims=True)
    error = np.abs(exact - found) / size
    assert error[:4].max() < 2e-6
    # the work of the pressure is not differentiated twice
    assert error[4:].max() < 2e-3


def test_a_driven_platen_and_a_regulated_force():
    """A testing machine presses and, glued on, pulls; a piston follows its course."""
    modulus = Elastic(7.8e9, 0.38)
    stiff = modulus.bulk + 4 / 3 * modulus.shear
    for glued in (True, False):
        machine = ssb.DrivenPlaten(lambda t: 1e-7 * math.sin(t), pulls=glued)
        # thicknesses have sixteen digits, a hundred thousandth of a pascal here
        settings = NewtonSettings(tolerance=1e-10)
        case = laminate(machine, [ply("a", 20e-6, elastic(7.8e9, 0.38))], newton=settings)
        march = March(case)
        for time in (1.0, 2.0, 3.0, 4.0, 5.0):
            march.rest(1.0)
            exact = -stiff * math.log1p(1e-7 * math.sin(time) / 20e-6)
            if exact < 0.0 and not glued:
                assert march.pressure == pytest.approx(0.0, abs=1e-3)
            else:
                assert march.pressure == pytest.approx(exact, rel=1e-9)
    piston = ssb.RegulatedForce(lambda t: 1e6 * (1 + t))
    march = March(laminate(piston, layers(), cells=3), 1.0)
    march.rest(2.0)
    assert march.pressure == pytest.approx(4e6, rel=1e-12)
    gas = March(laminate(ssb.Isostatic(2e6), layers()), 1.0)
    gas.rest(2.0)
    assert gas.pressure == pytest.approx(2e6, rel=1e-12)


def test_pressing_and_releasing_reseats():
    """After a press the fixture acts from there, with its stiffness."""
    spring = ssb.Spring(1e6, spring_stiffness=1e12)
    march = March(laminate(spring, [ply("m", 5e-6, elastic(7.8e9, 0.38, growth=LITHIUM))]), 1.0)
    march.step(Drive(pressure=5e6), 1.0)
    assert march.pressure == pytest.approx(5e6, rel=1e-12)
    march.rest(10.0)
    assert march.pressure == pytest.approx(5e6, rel=1e-9)
    before = march.thickness
    march.charge(0.1 * MAH)
    assert march.pressure == pytest.approx(5e6 + 1e12 * (march.thickness - before), rel=1e-9)


def test_free_sides_without_a_force_or_in_a_fluid_are_refused():
    foam = ply("foam", 1e-3, CompressedLayer(Curve((0.0, 5e6, 1e7), (0.0, 0.2, 0.3))))
    with pytest.raises(CaseError, match="give HeldSides"):
        March(laminate(ssb.ConstantForce(1e6), [foam], sides=FreeSides()))
    with pytest.raises(CaseError, match="presses at the sides as well"):
        laminate(ssb.Isostatic(1e6), layers(), sides=FreeSides())


SPRING = ssb.Spring(2e6, spring_stiffness=3e10)


@pytest.mark.parametrize(
    ("fixture", "steps", "words"),
    [
        (SPRING, (ssb.Rest(1.0),), "has no Preload step"),
        (SPRING, (ssb.Preload(1.0), ssb.Preload(1.0)), "begin the protocol with Preload"),
        (ssb.DrivenPlaten(lambda t: 0.0), (ssb.Press(1e6),), "driven by its travel"),
        (SPRING, (ssb.Preload(1.0), ssb.Charge(1 / 3600, to=4.0)), "has no capacity"),
    ],
)
def test_what_a_protocol_asks_of_a_stack_in_vain(fixture, steps, words):
    """As of a cell on a mesh: a spring that is never seated would press by its preload for ever."""
    case = laminate(SPRING, layers())
    with pytest.raises(CaseError, match=words):
        dataclasses.replace(case, fixture=fixture, protocol=steps)


def test_a_pressure_without_its_unit_is_told_where_the_case_is_made():
    made = laminate(SPRING, layers())
    fixture, pressed = dataclasses.replace(SPRING, preload=2.0), (ssb.Preload(1.0), ssb.Press(3.0))
    with pytest.warns(CaseWarning, match="less than") as told:
        LaminateCase("stack", made.cell, fixture, pressed, wiring=Bipolar())
    assert [Path(each.filename).name for each in told] == [Path(__file__).name] * 2


def test_a_reading_in_celsius_is_no_temperature():
    with pytest.raises(CaseError, match="beyond all temperatures"):
        laminate(ssb.ConstantForce(1e6), layers(), temperature=25.0)


def test_cells_in_parallel_without_losses_are_refused():
    with pytest.raises(CaseError, match="share their voltage"):
        laminate(ssb.ConstantForce(1e6), layers(), wiring=Parallel())
    with pytest.raises(CaseError, match="one for each cell"):
        laminate(
            ssb.ConstantForce(1e6), [ply("a", 1e-6, elastic(1e9, 0.3), spread=(1.0,))], cells=2
        )
    with pytest.raises(CaseError, match="two plies have the name"):
        laminate(ssb.ConstantForce(1e6), [ply("a", 1e-6, LAYER)] * 2)
