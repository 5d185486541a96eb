# SPDX-License-Identifier: BSD-3-Clause
"""Full cells of flat layers: inventory, capacity, stress and voltage, thickness and pressure."""

from __future__ import annotations

import dataclasses

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY
from ssbmech.library.interfaces import lithium_li6ps5cl, nmc811_li6ps5cl
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.swelling import LayeredSwelling, NoSwelling
from ssbmech.materials.transport import ElectronConductor
from ssbmech.units import A_per_m2, MPa, MPa_per_um, S_per_m, V, hour, s, um
from tests.particle import plain_host
from tests.tools import march, measured

COMM = MPI.COMM_WORLD
WORKING, COUNTER = "positive|separator", "negative|separator"
LITHIUM, NMC = library.by_name("lithium_lepage2019"), library.by_name("nmc811")
ELECTROLYTE = library.by_name("li6ps5cl")
#: Charge of one mAh/cm2 [C/m2].
MAH = 3.6e4


def fast(material: ssb.Material) -> ssb.Material:
    """Return a host in which lithium is everywhere within a second."""
    diffusivity = dataclasses.replace(material.host.diffusivity, d_0=1e-11)
    host = dataclasses.replace(material.host, diffusivity=diffusivity)
    return dataclasses.replace(material, host=host, sources={})


def flat_cell(
    positive: ssb.Material, content: float = 0.9, thickness: float = 10.0, **changes: object
) -> ssb.Case:
    """Return lithium, electrolyte and a dense layer of a host; the thickness is in um."""
    frame = changes.pop("frame", ssb.PlaneStrain())
    return dataclasses.replace(
        ssb.Case(
            name="flat_cell",
            geometry=ssb.Stack(
                frame=frame,
                layers=(
                    ssb.Layer("negative", 8 * um),
                    ssb.Layer("separator", 8 * um),
                    ssb.Layer("positive", thickness * um),
                ),
                width=8 * um,
                size_interface=2 * um,
                size_bulk=4 * um,
            ),
            bodies=(
                ssb.Body.single("negative", LITHIUM),
                ssb.Body.single("separator", ELECTROLYTE),
                ssb.Body.single("positive", positive, content=content),
            ),
            interfaces=(
                ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
                ssb.Interface(WORKING, kinetics=nmc811_li6ps5cl()),
            ),
            supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
            fixture=ssb.ConstantForce(1 * MPa),
            electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
            protocol=(ssb.Preload(1 * s),),
            step_control=ssb.AdaptiveSteps(
                dt_initial=1 * s, dt_max=4 * hour, gap_error=1 * um, content_error=0.02
            ),
        ),
        **changes,
    )


@pytest.mark.pair
def test_lithium_and_charge_are_conserved_over_a_cycle() -> None:
    case = flat_cell(
        NMC,
        thickness=4.0,
        protocol=(
            ssb.Preload(1 * s),
            ssb.Charge(0.2 / hour, to=4.2 * V),
            ssb.Discharge(0.2 / hour, to=3.4 * V),
        ),
    )
    result = march(case)
    item = "Full cycle of Li | Li6PS5Cl | NMC811"
    # the sum of nodal forces may be larger than their norm, which Newton's method leaves below 1e-8
    labels = {"lithium": 1e-10, "charge": 1e-9, "force": 1e-7}
    for kind, limit in labels.items():
        worst = float(np.max(np.abs(result.series(f"audit_{kind}"))))
        measured(item, f"largest {kind} audit", worst, limit, "conservation")
    charged, discharged = (
        np.ptp(result.series("charge")[result.series("step") == step]) for step in (1, 2)
    )
    assert charged > 0.5 * result.cell.circuit.capacity
    assert discharged > 0.8 * charged


@pytest.mark.serial
@pytest.mark.parametrize("rate", [0.5, 1.0, 5.0])
def test_cathode_as_it_is_made(rate: float) -> None:
    """A full host begins to give lithium, at whatever rate, and all that is asked of it."""
    case = flat_cell(
        NMC,
        content=1.0,
        protocol=(ssb.Preload(1 * s), ssb.Charge(rate / hour, to=5.5 * V, duration=20 * s)),
    )
    cell = march(case)
    asked = rate / 3600.0 * cell.cell.circuit.capacity * 20.0
    assert cell.rows[-1]["charge"] == pytest.approx(asked, rel=1e-9)


@pytest.mark.serial
@pytest.mark.filterwarnings("ignore:bodies .* held by contact alone:ssbmech.errors.CaseWarning")
def test_rest_shows_the_open_circuit_potential() -> None:
    """At three contents the voltage at rest is that of the material's curve."""
    charge = ssb.Charge(1 / hour, to=4.2 * V, duration=0.25 * hour)
    case = flat_cell(
        fast(NMC),
        thickness=2.0,
        fixture=ssb.ConstantForce(0 * MPa),
        protocol=(ssb.Rest(1 * hour), charge, ssb.Rest(4 * hour), charge, ssb.Rest(4 * hour)),
    )
    result = march(case)
    steps, worst = result.series("step"), 0.0
    for step in (0, 2, 4):
        row = result.rows[int(np.flatnonzero(steps == step)[-1])]
        content = row["content_mean:positive"]
        exact = NMC.host.ocv.voltage(content, 298.15) + shift_by_swelling(content)
        worst = max(worst, abs(row["voltage"] - exact))
    assert abs(shift_by_swelling(content)) > 1e-3
    item = "Open-circuit voltage of Li | NMC811 at rest"
    measured(item, "largest error [V]", worst, 1e-6, "table, and stress of the layer's swelling")


def shift_by_swelling(x: float) -> float:
    """Return Omega sigma_h / F of a layer that cannot widen, at a content [V]."""
    solid: Elastic = NMC.solid
    low, high = NMC.host.swelling.curve.numeric(np.array([x - 1e-4, x + 1e-4]))
    start, now = NMC.host.swelling.curve.numeric(np.array([0.9, x]))
    free = (1 + now) ** (1 / 3) - (1 + start) ** (1 / 3)
    slope = ((1 + high) ** (1 / 3) - (1 + low) ** (1 / 3)) / 2e-4
    # two equal stresses in the plane of the layer, none across it
    hydrostatic = -2 / 3 * solid.young / (1 - solid.poisson) * free
    return 3 * slope / NMC.host.c_max * hydrostatic / FARADAY


@pytest.mark.serial
def test_slow_discharge_gives_the_stoichiometric_capacity() -> None:
    """Without swelling: in a layer that cannot widen it would shift the curve by 10 mV and more."""
    upper, lower = 4.2, 3.6
    host = dataclasses.replace(fast(NMC).host, swelling=NoSwelling())
    case = flat_cell(
        dataclasses.replace(NMC, host=host, sources={}),
        content=NMC.host.content_at(lower, 298.15),
        thickness=4.0,
        interfaces=(
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
            ssb.Interface(WORKING, kinetics=ssb.LinearKinetics(1e-3)),
        ),
        protocol=(
            ssb.Preload(1 * s),
            ssb.Charge(0.01 / hour, to=upper * V),
            ssb.Discharge(0.01 / hour, to=lower * V),
        ),
    )
    result = march(case)
    passed = np.ptp(result.series("charge")[result.series("step") == 2])
    window = NMC.host.content_at(lower, 298.15) - NMC.host.content_at(upper, 298.15)
    exact = FARADAY * NMC.host.c_max * window * 4e-6
    item = "Slow discharge of Li | NMC811 from 4.2 to 3.6 V"
    measured(item, "error of the capacity", abs(passed / exact - 1), 0.005, "F c_max L dx")


@pytest.mark.serial
@pytest.mark.parametrize("pressure", [pytest.param(5.0, marks=pytest.mark.slow), 50.0])
@pytest.mark.filterwarnings("ignore:bodies .* held by contact alone:ssbmech.errors.CaseWarning")
def test_pressure_shifts_the_voltage(pressure: float) -> None:
    """By (Omega_Li - Omega_AM) / F under hydrostatic pressure; to 0.1 uV."""
    volume = 1e-6
    voltages = []
    for load in (0.0, pressure):
        case = flat_cell(
            plain_host(molar_volume=volume),
            content=0.5,
            frame=ssb.Axisymmetric(),
            supports=(ssb.Roller("bottom"), ssb.Roller("left")),
            fixture=ssb.Isostatic(load * MPa),
            protocol=(ssb.Preload(1 * s), ssb.Rest(10 * s)),
            step_control=ssb.PrescribedSteps((0.5,) * 2 + (5.0,) * 2),
        )
        voltages.append(march(case).rows[-1]["voltage"])
    slope = (voltages[1] - voltages[0]) / (pressure * 1e6)
    exact = (LITHIUM.metal.molar_volume - volume) / FARADAY
    assert slope > 0.0, "lithium gains more by pressure than the host"
    item = "Voltage of a full cell under hydrostatic pressure"
    quantity = f"error of dV/dp, {pressure:g} MPa"
    measured(item, quantity, abs(slope / exact - 1), 1e-3, "(Omega_Li - Omega_AM) / F")


def dense_film() -> ssb.Material:
    """Return an NMC811 film whose change of volume goes into its thickness alone.

    Its volume falls by 4 % when x goes from 1 to 0.25 (Koerver et al. 2018).
    """
    omega = 0.04 / (0.75 * NMC.host.c_max)
    swelling = LayeredSwelling(omega, NMC.host.c_max, in_plane=0.0, along_axis=3.0)
    host = dataclasses.replace(fast(NMC).host, swelling=swelling)
    return dataclasses.replace(NMC, host=host, sources={})


def along_the_stack(x: np.ndarray) -> np.ndarray:
    """Return the stacking direction at every position."""
    return np.array([0.0, 1.0, 0.0])[:, None] * np.ones(x.shape[1])


def stacked(count: int, fixture: object, **changes: object) -> ssb.Case:
    """Return a number of cells on top of each other, charged by half a mAh/cm2."""
    names = [f"{layer}{k}" for k in range(count) for layer in ("negative", "separator", "positive")]
    layers, bodies, interfaces = [], [], []
    steel = library.by_name("stainless_steel")
    for k in range(count):
        negative, separator, positive = names[3 * k : 3 * k + 3]
        layers += [ssb.Layer(negative, 8 * um), ssb.Layer(separator, 8 * um)]
        layers += [ssb.Layer(positive, 10.27 * um), ssb.Layer(f"collector{k}", 2 * um)]
        bodies += [
            ssb.Body.single(negative, LITHIUM),
            ssb.Body.single(separator, ELECTROLYTE),
            ssb.Body(positive, {positive: dense_film()}, {positive: 0.9}, along_the_stack),
            ssb.Body.single(f"collector{k}", steel),
        ]
        interfaces += [
            ssb.Interface(f"{negative}|{separator}", kinetics=lithium_li6ps5cl()),
            ssb.Interface(f"{positive}|{separator}", kinetics=nmc811_li6ps5cl()),
            ssb.Interface(f"{positive}|collector{k}"),
        ]
        if k > 0:
            interfaces.append(ssb.Interface(f"collector{k - 1}|{negative}"))
    pairs = tuple(
        ssb.Electrodes(f"positive{k}|separator{k}", f"negative{k}|separator{k}")
        for k in range(count)
    )
    base = flat_cell(NMC)
    return dataclasses.replace(
        base,
        geometry=dataclasses.replace(base.geometry, layers=tuple(layers)),
        bodies=tuple(bodies),
        interfaces=tuple(interfaces),
        electrodes=dataclasses.replace(pairs[0], also=pairs[1:]),
        fixture=fixture,
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(10 * A_per_m2, 0.5 * hour)),
        **changes,
    )


@pytest.mark.serial
def test_thickness_per_charge_of_stacked_cells() -> None:
    """4.42 um per mAh/cm2 and cell: lithium grows by 4.85, the cathode shrinks by a tenth of it."""
    slopes = []
    for count in (1, 2):
        result = march(stacked(count, ssb.ConstantForce(1 * MPa)))
        steps, thickness = result.series("step"), result.series("thickness_stack")
        before, after = thickness[steps == 0][-1], thickness[-1]
        slopes.append((after - before) / (result.rows[-1]["charge"] / MAH) * 1e6)
    item = "Thickness of full cells per charge"
    measured(item, "error of one cell", abs(slopes[0] / 4.42 - 1), 0.03, "4.42 um per mAh/cm2")
    measured(
        item,
        "two cells over twice one, less one",
        abs(slopes[1] / (2 * slopes[0]) - 1),
        1e-3,
        "linear",
    )


@pytest.mark.serial
def test_fixed_gap_tells_a_full_cell_from_a_symmetric_one() -> None:
    """Only the full cell gets thicker, so only its pressure rises."""
    frame_compliance = 1 / (0.03 * MPa_per_um)
    gap = ssb.FixedGap(1 * MPa, frame_compliance=frame_compliance)
    full = march(stacked(1, gap))
    rise = full.rows[-1]["p_stack"] - 1e6
    base = flat_cell(NMC)
    symmetric = march(
        dataclasses.replace(
            base,
            bodies=(*base.bodies[:2], ssb.Body.single("positive", LITHIUM)),
            interfaces=tuple(
                ssb.Interface(i.name, kinetics=lithium_li6ps5cl()) for i in base.interfaces
            ),
            fixture=gap,
            protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(10 * A_per_m2, 0.5 * hour)),
        )
    )
    drift = np.max(np.abs(symmetric.series("p_stack")[symmetric.series("step") > 0] - 1e6))
    exact = 0.03e12 * 4.42e-6 * full.rows[-1]["charge"] / MAH
    item = "Pressure in a fixed gap, 0.03 MPa/um"
    measured(
        item, "error of the full cell's rise", abs(rise / exact - 1), 0.03, "thickness by stiffness"
    )
    measured(item, "drift of the symmetric cell [Pa]", drift, 10.0, "none")


@pytest.mark.serial
def test_electrons_that_have_far_to_go() -> None:
    """A layer fed with electrons at its far side drops I L / sigma more than one of one potential.

    All current leaves at the interface, so all of it crosses the whole layer.
    """
    sigma, current = 0.02, 10.0
    electronic = ElectronConductor(sigma * S_per_m)
    voltages = []
    for feed in (None, "top"):
        material = dataclasses.replace(fast(NMC), electronic=electronic)
        case = flat_cell(material, thickness=10.0)
        positive = dataclasses.replace(case.bodies[2], feed=feed)
        case = dataclasses.replace(
            case,
            bodies=(*case.bodies[:2], positive),
            protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(current * A_per_m2, 60 * s)),
            step_control=ssb.PrescribedSteps((0.5, 0.5, 20, 20, 20)),
        )
        voltages.append(march(case).rows[-1]["voltage"])
    exact = current * 10e-6 / sigma
    item = "Electronic resistance of a fed layer"
    error = abs((voltages[1] - voltages[0]) / exact - 1)
    measured(item, "error of the drop", error, 1e-6, "I L / sigma")
