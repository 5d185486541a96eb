# SPDX-License-Identifier: BSD-3-Clause
"""Linear creep beside the power law at single points, and lithium of the strength of its size."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
import ufl
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech import library
from ssbmech._compat import constant
from ssbmech.constants import GAS_CONSTANT
from ssbmech.errors import CaseError, ParameterError
from ssbmech.library.lithium import of_size, strength_at_size, with_linear_creep
from ssbmech.library.references import REFERENCES
from ssbmech.materials.diffusional import (
    CobleCreep,
    DiffusionalFlow,
    NabarroHerringCreep,
    Viscous,
)
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import FlowLaw, Strengthened
from ssbmech.model.checks import check_case
from ssbmech.model.conditions import symbolic
from ssbmech.parameter import Provenance, Source, describe
from ssbmech.units import K, MPa, Pa, celsius, cm3_per_mol, kJ_per_mol, mm, nm, um
from tests.extensions.stiffening import StiffeningFlow
from tests.pointwise import evaluate, rate
from tests.single_body import COMM, Rectangle

pytestmark = pytest.mark.serial

NORTON = library.by_name("lithium_lepage2019").solid.flow
ANAND = library.by_name("lithium_anand_narayan2019").solid.flow
SHEAR = 2.83e9
TEMPERATURE = 310.0

COBLE = CobleCreep(
    grain_size=10 * um,
    boundary_diffusivity=4e-20,
    molar_volume=13 * cm3_per_mol,
    activation_energy=32 * kJ_per_mol,
)
HERRING = NabarroHerringCreep(
    grain_size=2 * um,
    lattice_diffusivity=8e-15,
    molar_volume=13 * cm3_per_mol,
    activation_energy=53 * kJ_per_mol,
)
BOTH = DiffusionalFlow(NORTON, COBLE)

#: From elastic to fully relaxed, at trial stresses from that of rest to beyond all strength.
TIME_STEPS = (1e-12, 1e-3, 1.0, 1e3, 1e6, 1e12)
TRIAL_STRESSES = np.geomspace(1.0, 1e12, 97)


def number(expression: Any) -> float:
    """Return the value of an expression of numbers."""
    return float(ufl.as_ufl(expression)(()))


def returned(law: FlowLaw, dt: float, q_trial: np.ndarray, state: float = 1e6) -> np.ndarray:
    """Return y, the increment of creep and the tangent d(y q)/dq, one row per trial stress."""

    def build(field: Any, mesh: Any) -> list[Any]:
        around = Surroundings(constant(mesh, dt), constant(mesh, TEMPERATURE))
        state_n = {"flow_resistance": constant(mesh, state)}
        flow = symbolic(law, mesh).flow(field, constant(mesh, SHEAR), state_n, around)
        return [flow.ratio, flow.increment, rate(flow.ratio * field, field)]

    return evaluate(build, q_trial)


def log_factors(law: DiffusionalFlow, dt: float, q: float) -> tuple[float, float]:
    """Return the logarithms of B and B_1 from the numbers of the law alone."""
    power = law.power
    shift = 1 / TEMPERATURE - 1 / power.reference_temperature
    log_rate = math.log(power.rate) - power.activation_energy / GAS_CONSTANT * shift
    log_rate += power.exponent * math.log(q / power.stress)
    fluidity = number(law.linear.fluidity(TEMPERATURE))
    return math.log(3 * SHEAR * dt / q) + log_rate, math.log(3 * SHEAR * dt * fluidity)


def root(law: DiffusionalFlow, dt: float, q: float) -> tuple[float, float]:
    """Return y and the increment of creep by a root search in the logarithm of y."""
    log_b, log_b1 = log_factors(law, dt, q)
    n = law.power.exponent
    b1 = math.exp(log_b1)

    def excess(x: float) -> float:
        return (1 + b1) * math.exp(x) + math.exp(min(log_b + n * x, 700.0)) - 1

    # none of the two terms is above one, and one of them is a half or more
    highest = min(-math.log1p(b1), -log_b / n)
    lowest = min(math.log(0.5 / (1 + b1)), (math.log(0.5) - log_b) / n)
    x = brentq(excess, lowest - 1e-9, highest + 1e-9, xtol=1e-15, rtol=1e-15)
    return math.exp(x), q / (3 * SHEAR) * (math.exp(log_b + n * x) + b1 * math.exp(x))


LAWS = {
    "coble": BOTH,
    "herring": DiffusionalFlow(NORTON, HERRING),
    "thin": DiffusionalFlow(NORTON, Viscous(viscosity=1e3)),
    "thick": DiffusionalFlow(NORTON, Viscous(viscosity=1e16)),
    "steep": DiffusionalFlow(dataclasses.replace(NORTON, exponent=20.0), COBLE),
    "steeper": DiffusionalFlow(dataclasses.replace(NORTON, exponent=30.0), COBLE),
    "steepest": DiffusionalFlow(dataclasses.replace(NORTON, exponent=50.0), COBLE),
    "newtonian": DiffusionalFlow(dataclasses.replace(NORTON, exponent=1.0), COBLE),
}


@pytest.mark.serial
@pytest.mark.parametrize("dt", TIME_STEPS)
@pytest.mark.parametrize("name", LAWS)
def test_both_branches_against_a_root_search(name: str, dt: float) -> None:
    law = LAWS[name]
    found = returned(law, dt, TRIAL_STRESSES)
    exact = np.array([root(law, dt, q) for q in TRIAL_STRESSES])
    # an error of x is n times as large in y^n; x itself is as good as its root search
    assert np.max(np.abs(found[:, :2] / exact - 1)) < 1e-11
    balance = found[:, 0] + 3 * SHEAR * found[:, 1] / TRIAL_STRESSES - 1
    assert np.max(np.abs(balance)) < 1e-12


@pytest.mark.serial
@pytest.mark.parametrize("dt", TIME_STEPS)
def test_tangent_is_the_derivative_of_the_returned_stress(dt: float) -> None:
    """Against differences, and against 1 / (1 + B_1 + n B y^(n-1)) from the equation itself."""
    step = 1e-3
    near, far = (
        [
            returned(BOTH, dt, TRIAL_STRESSES * (1 + k * step))[:, 0] * (1 + k * step)
            for k in (j, -j)
        ]
        for j in (1, 2)
    )
    differences = (8 * (near[0] - near[1]) - (far[0] - far[1])) / (12 * step)
    found = returned(BOTH, dt, TRIAL_STRESSES)
    exact = []
    for y, q in zip(found[:, 0], TRIAL_STRESSES, strict=True):
        log_b, log_b1 = log_factors(BOTH, dt, q)
        n = BOTH.power.exponent
        exact.append(1 / (1 + math.exp(log_b1) + n * math.exp(log_b + (n - 1) * math.log(y))))
    assert np.max(np.abs(found[:, 2] / exact - 1)) < 1e-10
    # differences: round-off of y over the step, and its fourth power
    assert np.max(np.abs(found[:, 2] - differences)) < 1e-10


@pytest.mark.serial
@pytest.mark.parametrize("dt", TIME_STEPS)
def test_without_diffusion_it_is_norton(dt: float) -> None:
    law = DiffusionalFlow(NORTON, Viscous(viscosity=1e300))
    found, norton = (returned(each, dt, TRIAL_STRESSES) for each in (law, NORTON))
    assert found == pytest.approx(norton, rel=1e-15, abs=0.0)


@pytest.mark.serial
@pytest.mark.parametrize("dt", TIME_STEPS)
def test_without_power_law_it_is_viscous(dt: float) -> None:
    law = DiffusionalFlow(dataclasses.replace(NORTON, rate=1e-290), COBLE)
    found = returned(law, dt, TRIAL_STRESSES)
    b1 = 3 * SHEAR * dt * number(COBLE.fluidity(TEMPERATURE))
    y = np.full(len(TRIAL_STRESSES), 1 / (1 + b1))
    increment = TRIAL_STRESSES / (3 * SHEAR) * b1 / (1 + b1)
    assert found == pytest.approx(np.column_stack([y, increment, y]), rel=1e-13, abs=0.0)


@pytest.mark.serial
def test_little_flow_is_not_round_off() -> None:
    """The increments are exact where 1 - y, of the size of 1e-16, has no digit left."""
    dt, q = 1e-15, np.array([1e4, 1e5])
    found = returned(BOTH, dt, q)
    speed = [
        math.exp(log_b) + math.exp(log_b1)
        for log_b, log_b1 in (log_factors(BOTH, dt, each) for each in q)
    ]
    assert max(speed) < 1e-15
    assert found[:, 1] == pytest.approx(q / (3 * SHEAR) * np.array(speed), rel=1e-12, abs=0.0)


def test_coble_viscosity_by_hand() -> None:
    r"""Return of R T d^3 / (141 Omega delta D_b) for grains of 10 um at 25 degC, 3.38e10 Pa s."""
    by_hand = 8.31446 * 298.15 * 1e-15 / (141 * 13e-6 * 4e-20)
    assert by_hand == pytest.approx(3.381e10, rel=1e-3)
    assert 1 / (3 * number(COBLE.fluidity(298.15))) == pytest.approx(by_hand, rel=1e-5)


def test_nabarro_herring_viscosity_by_hand() -> None:
    by_hand = 8.31446 * 298.15 * 4e-12 / (40 * 13e-6 * 8e-15)
    assert 1 / (3 * number(HERRING.fluidity(298.15))) == pytest.approx(by_hand, rel=1e-5)


@pytest.mark.parametrize(
    ("law", "diffuses"),
    [(COBLE, True), (HERRING, True), (Viscous(1e10, 32 * kJ_per_mol, celsius(25)), False)],
    ids=["coble", "herring", "viscous"],
)
def test_fluidity_follows_temperature(law: Any, diffuses: bool) -> None:
    """By the activation energy; what diffuses is driven by the stress over RT besides."""
    hot, cold = (number(law.fluidity(celsius(t).m)) for t in (60, 25))
    shift = 1 / 333.15 - 1 / 298.15
    factor = math.exp(-law.activation_energy / GAS_CONSTANT * shift)
    assert hot / cold == pytest.approx(factor * (298.15 / 333.15 if diffuses else 1), rel=1e-12)


def test_fluidity_falls_with_the_grain_size() -> None:
    for law, power in ((COBLE, 3), (HERRING, 2)):
        larger = dataclasses.replace(law, grain_size=3 * law.grain_size)
        ratio = number(law.fluidity(300.0)) / number(larger.fluidity(300.0))
        assert ratio == pytest.approx(3**power, rel=1e-12)


def test_numbers_out_of_bounds() -> None:
    with pytest.raises(ParameterError, match=r"Viscous\.viscosity = 0 \[Pa s\]"):
        Viscous(viscosity=0.0)
    with pytest.raises(ParameterError, match=r"Viscous\.viscosity.*wrong kind of unit"):
        Viscous(viscosity=1 * Pa)
    with pytest.raises(ParameterError, match=r"Viscous\.activation_energy = -1"):
        Viscous(1e10, -1.0)
    with pytest.raises(ParameterError, match=r"CobleCreep\.grain_size = 0 \[m\]"):
        dataclasses.replace(COBLE, grain_size=0 * nm)
    with pytest.raises(ParameterError, match=r"CobleCreep\.boundary_diffusivity = -1"):
        dataclasses.replace(COBLE, boundary_diffusivity=-1.0)
    with pytest.raises(ParameterError, match=r"NabarroHerringCreep\.lattice_diffusivity = 0"):
        dataclasses.replace(HERRING, lattice_diffusivity=0.0)
    with pytest.raises(ParameterError, match=r"NabarroHerringCreep\.reference_temperature = 0"):
        dataclasses.replace(HERRING, reference_temperature=0 * K)
    with pytest.raises(TypeError):
        CobleCreep(1e-5, 4e-20, 13e-6, 32e3, coefficient=50.0)  # type: ignore[call-arg]


# ------------------------------------------------------------------------------------------------
# Strength at a size


def test_strength_of_pillars_and_of_bulk() -> None:
    assert strength_at_size(1.39 * um) == pytest.approx(105 / 0.8, rel=1e-12)
    # the other end of the line: 15 MPa, to the digits of the exponent
    assert strength_at_size(9.45 * um) == pytest.approx(15 / 0.8, rel=0.01)
    assert strength_at_size(100 * um) == pytest.approx(1.675, rel=1e-3)
    assert strength_at_size(200 * um) == 1.0
    assert strength_at_size(1 * mm) == 1.0


def test_strength_of_no_size() -> None:
    with pytest.raises(ParameterError, match=r"size = 5e-07 \[m\].*1e-06 \[m\] or more"):
        strength_at_size(0.5 * um)
    with pytest.raises(ParameterError, match="wrong kind of unit"):
        strength_at_size(5 * MPa)


@pytest.mark.serial
@pytest.mark.parametrize("law", [NORTON, ANAND], ids=["norton", "anand"])
def test_a_stronger_law_needs_a_multiple_of_the_stress(law: Any) -> None:
    """Stresses, moduli and resistance all times a factor: the same strains, to round-off."""
    factor = 18.0
    stronger = law.with_strength(factor)
    q = np.geomspace(1e4, 1e8, 33)

    def build(scale: float) -> Any:
        def expressions(field: Any, mesh: Any) -> list[Any]:
            around = Surroundings(constant(mesh, 10.0), constant(mesh, TEMPERATURE))
            state = {"flow_resistance": constant(mesh, 1.1e6 * scale)}
            shear = constant(mesh, SHEAR * scale)
            each = symbolic(law if scale == 1.0 else stronger, mesh)
            flow = each.flow(field * scale, shear, state, around)
            return [flow.ratio, flow.increment, *(s / scale for s in flow.state.values())]

        return expressions

    assert evaluate(build(factor), q) == pytest.approx(evaluate(build(1.0), q), rel=1e-11, abs=0.0)
    for variable, bulk in zip(stronger.state_variables, law.state_variables, strict=True):
        assert variable.initial == factor * bulk.initial


def test_only_dislocations_know_of_the_strength() -> None:
    stronger = BOTH.with_strength(7.0)
    assert stronger.linear == COBLE
    assert stronger.power == dataclasses.replace(NORTON, stress=7.0 * NORTON.stress)
    assert all(isinstance(law, Strengthened) for law in (NORTON, ANAND, BOTH))
    # a law of the user's own needs no such method
    assert not isinstance(StiffeningFlow(1e10, 0.1), Strengthened)
    for factor in (0.0, -1.0, math.nan):
        with pytest.raises(ParameterError, match=r"NortonFlow\.stress"):
            BOTH.with_strength(factor)


LITHIUM = library.by_name("lithium_lepage2019")
HARDENING = library.by_name("lithium_anand_narayan2019")


def test_lithium_of_a_size() -> None:
    material, factor = of_size(LITHIUM, 5 * um), strength_at_size(5 * um)
    assert material.name == "lithium_lepage2019_at_5um"
    assert material.solid.flow.stress == factor * LITHIUM.solid.flow.stress
    assert material.solid.elastic == LITHIUM.solid.elastic and material.metal == LITHIUM.metal
    assert material.unsourced() == ()
    changed = {p for p, source in material.sources.items() if source != LITHIUM.sources[p]}
    assert changed == {"solid.flow.stress"}
    source = material.sources["solid.flow.stress"]
    assert source.key == "xu2017" and source.key in REFERENCES
    assert source.provenance is Provenance.DERIVED and "lepage2019" in source.text
    assert LITHIUM.sources["solid.flow.stress"].key == "lepage2019"


def test_lithium_that_hardens_of_a_size() -> None:
    material = of_size(HARDENING, 2.5 * um)
    assert material.name == "lithium_anand_narayan2019_at_2.5um"
    changed = {p for p, source in material.sources.items() if source.key == "xu2017"}
    wanted = ("resistance_initial", "hardening", "resistance_saturation")
    assert changed == {f"solid.flow.{name}" for name in wanted}


def test_thick_lithium_is_bulk() -> None:
    material = of_size(LITHIUM, 500 * um)
    assert material.solid == LITHIUM.solid and material.sources == LITHIUM.sources
    assert material.name == "lithium_lepage2019_at_500um"


COBLE_SOURCES = {
    name: Source("ssbmech", "for this test", 298.15, "", Provenance.DERIVED)
    for name in (row["name"] for row in describe(COBLE) if row["unit"])
}


def test_lithium_with_both_branches_and_of_a_size() -> None:
    both = with_linear_creep(LITHIUM, COBLE, COBLE_SOURCES)
    assert both.name == "lithium_lepage2019_with_linear_creep"
    assert both.solid.flow == DiffusionalFlow(NORTON, COBLE)
    assert both.unsourced() == ()
    assert both.sources["solid.flow.power.rate"] == LITHIUM.sources["solid.flow.rate"]
    assert "solid.flow.linear.grain_size" in both.sources
    first = of_size(both, 5 * um)
    second = with_linear_creep(of_size(LITHIUM, 5 * um), COBLE, COBLE_SOURCES)
    assert first.solid == second.solid and first.sources == second.sources
    assert first.solid.flow.linear == COBLE


def test_what_cannot_be_given_a_size_or_a_branch() -> None:
    with pytest.raises(ParameterError, match='"llzo" has no flow law of a strength'):
        of_size(library.by_name("llzo"), 5 * um)
    solid = dataclasses.replace(LITHIUM.solid, flow=StiffeningFlow(1e10, 0.1))
    with pytest.raises(ParameterError, match="with_strength"):
        of_size(Material("own", solid), 5 * um)
    for material in (library.by_name("llzo"), HARDENING, with_linear_creep(LITHIUM, COBLE, {})):
        with pytest.raises(ParameterError, match=f'"{material.name}".*NortonFlow'):
            with_linear_creep(material, COBLE, {})
    with pytest.raises(ParameterError, match=r"solid\.flow\.linear\.viscosity.*none of its numb"):
        with_linear_creep(LITHIUM, COBLE, {"viscosity": COBLE_SOURCES["grain_size"]})


# ------------------------------------------------------------------------------------------------
# Grains and their region


def layer(flow: Any, frame: Any, width: float, height: float) -> ssb.Case:
    """Return a layer of lithium with a flow law."""
    solid = dataclasses.replace(LITHIUM.solid, flow=flow)
    return ssb.Case(
        name="layer",
        geometry=Rectangle(frame=frame, width=width, height=height, columns=6, rows=6),
        bodies=(ssb.Body("body", {"body": Material("fine_lithium", solid)}),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        protocol=(ssb.Rest(1.0),),
    )


@pytest.mark.parametrize("linear", [COBLE, HERRING], ids=["coble", "herring"])
@pytest.mark.parametrize(
    ("frame", "extent"), [(ssb.PlaneStrain(), 4e-6), (ssb.Axisymmetric(), 8e-6)]
)
def test_grains_beyond_their_layer_are_refused(linear: Any, frame: Any, extent: float) -> None:
    """Half a section that reaches the axis stands for the whole."""

    def check(grain: float) -> None:
        flow = DiffusionalFlow(NORTON, dataclasses.replace(linear, grain_size=grain))
        case = layer(flow, frame, width=4e-6, height=10e-6)
        check_case(case, case.geometry.build(COMM))

    check(extent)
    with pytest.raises(CaseError) as failure:
        check(1.01 * extent)
    message = str(failure.value)
    assert len(set(COMM.allgather(message))) == 1
    for word in ("'fine_lithium'", "'body'", f"{1.01 * extent:g} m", f"{extent:g} m"):
        assert word in message


def test_what_knows_of_no_grains_is_not_asked() -> None:
    for flow in (NORTON, DiffusionalFlow(NORTON, Viscous(1e10)), StiffeningFlow(1e10, 0.1)):
        case = layer(flow, ssb.PlaneStrain(), width=4e-6, height=10e-6)
        assert case.bodies[0].materials["body"].solid.grain_size is None
        check_case(case, case.geometry.build(COMM))
