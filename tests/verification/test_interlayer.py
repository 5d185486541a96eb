# SPDX-License-Identifier: BSD-3-Clause
"""Lithium stored in a porous interlayer and plated behind it, against closed forms.

With one resistance R_p to pores whose entry pressure rises by w as they fill, and R_b to the metal
behind under the pressure p_0 of the first entry, a constant current i fills the pores by

    S = S_0 (1 - exp(-t / tau)),  S_0 = R_b i F / (Omega w),  tau = Q (R_p + R_b) F / (Omega w)

so that with S_0 = 1 they take the share chi_0 (1 - S) of the charge, chi_0 = R_b / (R_p + R_b).
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import CaseError
from ssbmech.frames import Frame
from ssbmech.interfaces.interlayer import Store
from ssbmech.library.pressed import of_density
from ssbmech.materials.curve import Curve
from ssbmech.materials.host import TableOcv, number
from ssbmech.model.cell import CellModel
from ssbmech.units import s
from tests.moving import LITHIUM, WORKING, moving_cell
from tests.refusing import refused
from tests.tools import March, march, measured

OMEGA = LITHIUM.metal.molar_volume
PRESSURE, CURRENT, SEED = 2e6, 10.0, 20e-9
BEHIND, TO_PORES, TO_ALLOY, SLOW = 25e-4, 75e-4, 10e-4, 1000e-4
"""Area resistances [ohm m2]."""

CHARGE = 3600.0
"""What the pores hold [C/m2]: 0.1 mA h/cm2."""

ENTRY = BEHIND * CURRENT * FARADAY / OMEGA
"""Rise of the entry pressure with which S_0 = 1 [Pa]."""

SHARE = BEHIND / (BEHIND + TO_PORES)
TAU = CHARGE / (CURRENT * SHARE)
STEPS = 40

PORES = ssb.PoreStore(
    path=ssb.LayerPath(TO_PORES),
    volume=CHARGE * OMEGA / FARADAY,
    first_entry=PRESSURE,
    last_entry=PRESSURE + ENTRY,
)
ALLOY = ssb.AlloyStore(
    name="alloy",
    charge=1800.0,
    ocv=TableOcv(Curve((0.0, 0.5, 1.0), (0.21, 0.11, 0.01))),
    growth=5e-6,
    path=ssb.LayerPath(TO_ALLOY),
)


def layered(*stores: Store, frame: Frame | None = None, **changes: Any) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li with an interlayer, of which a film of lithium lies behind.

    Args:
        stores: what the layer has.
        frame: plane strain if not given.
        changes: fields of the case to replace.
    """
    case = moving_cell(1e-6, width=8e-6, frame=frame)
    law = ssb.PorousInterlayer(made=10e-6, stores=stores, behind=ssb.LayerPath(BEHIND))
    film = ssb.Layer("negative", SEED, meshed_at=4e-6)
    first, *others = case.bodies
    interface, other = case.interfaces
    case = dataclasses.replace(
        case,
        geometry=dataclasses.replace(case.geometry, layers=(film, *case.geometry.layers[1:])),
        bodies=(dataclasses.replace(first, exhaustion=ssb.Exhaustion(film=SEED)), *others),
        interfaces=(dataclasses.replace(interface, interlayer=law), other),
        fixture=ssb.ConstantForce(preload=PRESSURE),
    )
    return dataclasses.replace(case, **changes)


def filled(run: March, store: Store) -> np.ndarray:
    """Return what a store holds over what it can [1]."""
    whole = float(store.capacity(OMEGA))
    return np.asarray(run.series(f"stored_{store.name}:{WORKING}") / whole)


def behind(run: March) -> np.ndarray:
    """Return the charge of the metal behind the layer, by the thickness of its mesh [C/m2]."""
    return np.asarray(run.series(f"inventory:{WORKING}"))


def plating(duration: float) -> dict[str, Any]:
    """Return protocol and steps of a layer that is plated at a constant current."""
    return {
        "protocol": (ssb.Preload(1 * s), ssb.ConstantCurrent(-CURRENT, duration, name="plate")),
        "step_control": ssb.AdaptiveSteps(dt_initial=duration / STEPS, dt_max=duration / STEPS),
    }


def stepped(run: March) -> np.ndarray:
    """Return the filled part of pores by the closed form of backward Euler [1]."""
    dt = run.series("time_step") * (run.series("step") == 1)
    return np.asarray(1 - np.cumprod(1 / (1 + dt / TAU)))


@pytest.mark.pair
@pytest.mark.parametrize(
    "frame",
    [ssb.PlaneStrain(), pytest.param(ssb.Axisymmetric(), marks=pytest.mark.serial)],
    ids=lambda frame: type(frame).__name__,
)
def test_pores_fill_as_the_closed_form_has_it(frame: Frame) -> None:
    """Each step is backward Euler's to rounding; with the step goes the distance from S."""
    duration = 1.7462 * TAU
    case = layered(
        PORES,
        frame=frame,
        **plating(duration),
    )
    run = march(case)
    found, dt = filled(run, PORES), run.series("time_step") * (run.series("step") == 1)
    name = "pores of an interlayer that fill beside metal behind it"
    if frame.revolves:
        name += ", axisymmetric"
    error = float(np.abs(found - stepped(run)).max())
    measured(name, "filled part, each step", error, 1e-10, "closed form of backward Euler")
    exact = 1 - np.exp(-np.cumsum(dt) / TAU)
    late = np.exp(-np.cumsum(dt) / TAU) * np.cumsum(dt**2) / (2 * TAU**2)
    left = float(np.abs(found - exact + late).max())
    measured(name, "filled part, less the step's first order", left, 1e-3, "1 - exp(-chi_0 q/Q)")
    measured(name, "filled part at the end", abs(found[-1] / 0.8255607 - 1), 0.01, "0.8255607")
    passed = np.cumsum(dt) * CURRENT
    held = found * CHARGE + behind(run)
    balance = float(np.abs(held - passed).max() / passed[-1])
    # the mesh is that of metal under pressure
    measured(name, "pores and metal behind", balance, 2e-4, "charge passed")
    measured(name, "lithium audit", max(run.series("audit_lithium")), 1e-9, "charge so far")


@pytest.mark.serial
def test_a_layer_on_an_electrolyte_that_densifies() -> None:
    """The stack pressure closes pores of the electrolyte, and lithium enters those of the layer.

    The one goes by the line of the die, the other by the closed form, whatever the other does.
    """
    high, slope, intercept = 60e6, 4.76e-9, 0.613
    glass = of_density(library.by_name("glass_75li2s_25p2s5"), 0.58)
    pores = dataclasses.replace(PORES, first_entry=high, last_entry=high + ENTRY)
    case = layered(pores, fixture=ssb.ConstantForce(preload=high), **plating(TAU))
    negative, _, positive = case.bodies
    protocol = (ssb.Preload(20 * s), case.protocol[1])
    separator = ssb.Body.single("separator", glass)
    case = dataclasses.replace(case, bodies=(negative, separator, positive), protocol=protocol)
    run = march(case)
    name = "interlayer on pressed glass, plated at 60 MPa"
    error = float(np.abs(filled(run, pores) - stepped(run)).max())
    measured(name, "filled part of the pores", error, 1e-9, "closed form of backward Euler")
    porosity = run.series("porosity_mean:separator")
    exact = math.exp(-(slope * high + intercept))
    error = abs(porosity[-1] / exact - 1)
    # the line leaves out the elastic part of the strain
    measured(name, "porosity of the glass", error, 0.02, "line of the die")
    assert porosity[0] > 1.02 * porosity[-1]
    measured(name, "lithium audit", max(run.series("audit_lithium")), 1e-9, "charge so far")


@pytest.mark.serial
def test_alloy_takes_lithium_from_behind_at_rest() -> None:
    """It fills by its lag, exponentially, and then stops at full, exactly."""
    slow = dataclasses.replace(ALLOY, path=ssb.LayerPath(SLOW))
    rest = 4 * ALLOY.charge * (SLOW + BEHIND) / 0.2
    case = layered(
        slow,
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-200.0, 2.5 * ALLOY.charge / 200.0, name="plate"),
            ssb.Rest(rest),
        ),
        step_control=ssb.AdaptiveSteps(dt_initial=rest / 60, dt_max=rest / 60, gap_error=1e-6),
    )
    run = march(case)
    found, at_rest = filled(run, ALLOY), run.series("step") == 2
    assert found[~at_rest][-1] < 0.2
    dt = run.series("time_step")[at_rest]
    # U of the alloy at a filled part, less that of the metal behind, over both resistances
    load = (OMEGA - ALLOY.growth) * PRESSURE / FARADAY
    rate = 1 / (ALLOY.charge * (SLOW + BEHIND))
    expected, x = [], found[~at_rest][-1]
    for step in dt:
        x = min((x + step * rate * (0.21 + load)) / (1 + step * rate * 0.2), 1.0)
        expected.append(x)
    name = "alloy of an interlayer that takes lithium from behind it at rest"
    error = float(np.abs(found[at_rest] - expected).max())
    measured(name, "filled part, each step", error, 1e-8, "closed form of backward Euler")
    assert found[-1] == pytest.approx(1.0, abs=1e-12)
    total = found * ALLOY.charge + behind(run)
    kept = float(np.ptp(total[at_rest]) / total[-1])
    measured(name, "alloy and metal behind", kept, 2e-4, "what they were")
    grown = run.series(f"layer_growth:{WORKING}")[-1]
    thicker = ALLOY.growth * ALLOY.charge / FARADAY
    measured(name, "growth of the layer", abs(grown / thicker - 1), 1e-9, "V Q / F")
    measured(name, "lithium audit", max(run.series("audit_lithium")), 1e-9, "charge so far")


@pytest.mark.serial
def test_a_layer_is_filled_overfilled_and_emptied() -> None:
    """What plating brings stripping takes, from all stores; it ends by name."""
    charge = 5.0 * (CHARGE + ALLOY.charge)
    current = 4 * CURRENT
    plate = charge / current
    case = layered(
        ALLOY,
        PORES,
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(-current, plate, name="plate"),
            ssb.ConstantCurrent(current, 1.2 * plate, name="strip"),
        ),
        step_control=ssb.AdaptiveSteps(
            dt_initial=1 * s, dt_max=plate / 20, gap_error=50e-9, content_error=0.1
        ),
    )
    run = march(case)
    assert any("lithium used up" in ending for ending in run.endings)
    name = "interlayer filled, overfilled and emptied"
    for store in (ALLOY, PORES):
        found = filled(run, store)
        assert found.max() == pytest.approx(1.0, abs=1e-12)
        assert found.min() > -1e-12
        assert found[-1] < 0.01
    measured(name, "lithium audit", max(run.series("audit_lithium")), 1e-9, "charge so far")
    left = abs(run.series("charge")[-1]) / charge
    measured(name, "charge that stays", left, 2e-3, "none")


@pytest.mark.serial
def test_heat_opens_the_ways_of_lithium() -> None:
    path = ssb.LayerPath(25e-4, activation_energy=40e3)
    expected = 25e-4 * math.exp(40e3 / GAS_CONSTANT * (1 / 333.15 - 1 / 298.15))
    assert number(path.at(333.15)) == pytest.approx(expected, rel=1e-9)
    assert number(ssb.LayerPath(25e-4).at(333.15)) == pytest.approx(25e-4, rel=1e-12)


BAD = {
    "metal at rest": (
        {"moves": False, "exhaustion": None},
        ("'negative|separator'", "interlayer", "moves=True", "exhaustion"),
    ),
    "no film": ({"exhaustion": None}, ("interlayer", "exhaustion=Exhaustion")),
}


@pytest.mark.serial
@pytest.mark.parametrize("name", BAD)
def test_interlayers_without_metal_that_can_begin(name: str) -> None:
    changes, words = BAD[name]

    def build() -> None:
        case = layered(PORES)
        first, *others = case.bodies
        dataclasses.replace(case, bodies=(dataclasses.replace(first, **changes), *others))

    refused(build, CaseError, *words)


@pytest.mark.serial
def test_laws_that_know_of_no_layer_are_refused() -> None:
    def build() -> CellModel:
        case = layered(PORES)
        first, other = case.interfaces
        diffusing = dataclasses.replace(first, diffusion=ssb.InterfaceDiffusion(1e-20))
        case = dataclasses.replace(case, interfaces=(diffusing, other))
        return CellModel(case, case.geometry.build(MPI.COMM_WORLD))

    refused(build, CaseError, "interlayer", "diffusion along it")
