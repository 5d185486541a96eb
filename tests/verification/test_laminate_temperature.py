# SPDX-License-Identifier: BSD-3-Clause
r"""Stacks that get warmer: rise of the pressure, mismatch in plane, oil, against closed forms.

A layer that keeps its width and gets warmer by :math:`\Delta T` is strained across by

.. math:: \varepsilon_3 = \frac{1 + \nu}{1 - \nu} \alpha \Delta T - \frac{P}{\lambda + 2 \mu}
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.constants import FARADAY, GAS_CONSTANT
from ssbmech.errors import CaseWarning
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.march import LaminateMarch
from ssbmech.laminate.sides import FreeSides
from ssbmech.laminate.soft import LiquidColumn
from ssbmech.laminate.solid import SolidLayer
from ssbmech.laminate.voltage import Activation, CellVoltage, PressedResistance, Resistance
from ssbmech.library.interfaces import nmc811_li6ps5cl
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import K, um
from tests.case_scripts import script_case
from tests.laminates import derivatives, laminate, ply
from tests.tools import march, measured

pytestmark = pytest.mark.serial

ITEM = "stack that gets warmer"
COLD, WARMER = 298.15, 35.0
PRELOAD = 4e6
FRAME = 1.25e-12
"""Compliance of the frame [m/Pa]."""

STACK = (
    ("graphite", 30e-6, Elastic(15e9, 0.3), 8e-6),
    ("separator", 25e-6, Elastic(26e9, 0.37), 30e-6),
    ("cathode", 45e-6, Elastic(40e9, 0.22), 14e-6),
)
"""Names, thicknesses [m], elasticity and thermal expansion [1/K] of three layers."""


def stack(fixture: ssb.FixedGap, **more: object) -> LaminateCase:
    """Return cells of the three layers."""
    plies = [ply(name, h, SolidLayer(law), thermal_expansion=a) for name, h, law, a in STACK]
    return laminate(fixture, plies, temperature=COLD, **more)


def warmed(case: LaminateCase) -> LaminateMarch:
    """Return the stack, seated at its preload, and then warmer."""
    found = LaminateMarch(case, 1.0)
    found.step(Drive(temperature=COLD + WARMER), 3600.0)
    return found


def across(law: Elastic, alpha: float, pressure: float, warmer: float) -> float:
    """Return the logarithmic strain across a layer that keeps its width [1]."""
    widened = (1 + law.poisson) / (1 - law.poisson) * alpha * warmer
    return widened - pressure / (law.bulk + 4 / 3 * law.shear)


@pytest.mark.parametrize("count", [1, 12])
def test_rise_in_a_fixed_gap(count: int) -> None:
    found = warmed(stack(ssb.FixedGap(PRELOAD, frame_compliance=FRAME), cells=count))

    def thickness(pressure: float, warmer: float) -> float:
        return count * sum(h * math.exp(across(law, a, pressure, warmer)) for _, h, law, a in STACK)

    def gap(pressure: float) -> float:
        grown = thickness(pressure, WARMER) - thickness(PRELOAD, 0.0)
        return (FRAME * (pressure - PRELOAD) - grown) / FRAME

    exact = brentq(gap, 0.0, 1e9, xtol=1e-3)
    assert exact > 1.01 * PRELOAD
    off = abs((found.pressure - PRELOAD) / (exact - PRELOAD) - 1)
    measured(ITEM, f"rise of {count} in a fixed gap", off, 1e-8, "one equation")


def test_rise_is_that_of_a_resolved_cell() -> None:
    solids = {name: Material(name, law, thermal_expansion=a) for name, _, law, a in STACK}
    fixture = ssb.FixedGap(PRELOAD, frame_compliance=FRAME)
    ramp = ssb.TemperatureRamp(COLD * K, (COLD + WARMER) * K)
    cell = ssb.Case(
        name="warmed",
        geometry=ssb.Stack(
            frame=ssb.Axisymmetric(),
            width=60 * um,
            layers=tuple(ssb.Layer(name, h) for name, h, *_ in STACK),
            size_interface=30 * um,
            size_bulk=30 * um,
        ),
        bodies=(ssb.Body("cell", solids),),
        interfaces=(),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=fixture,
        protocol=(ssb.Preload(1.0), ssb.Under(ssb.Rest(3600.0), temperature=ramp)),
        temperature=COLD,
        step_control=ssb.PrescribedSteps((0.5, 0.5, 1800.0, 1800.0)),
    )
    resolved = march(cell).series("p_stack")[-1] - PRELOAD
    alike = warmed(stack(fixture)).pressure - PRELOAD
    # strains of a thousandth, small there and logarithmic here
    measured(ITEM, "rise against a resolved cell", abs(alike / resolved - 1), 2e-3, "elements")


def test_mismatch_of_layers_that_are_free_at_their_sides() -> None:
    found = warmed(stack(ssb.ConstantForce(1e3), sides=FreeSides()))
    stiff = [law.young / (1 - law.poisson) for _, _, law, _ in STACK]
    heights, alphas = [h for _, h, _, _ in STACK], [a for *_, a in STACK]
    under = sum(e * h for e, h in zip(stiff, heights, strict=True))
    mean = sum(e * h * a for e, h, a in zip(stiff, heights, alphas, strict=True)) / under
    worst, most = 0.0, 0.0
    for (name, *_), e, alpha in zip(STACK, stiff, alphas, strict=True):
        answer = found.model.solution.answers[name]
        stress = answer.force[0, 0] / answer.thickness[0]
        exact = -e * (alpha - mean) * WARMER
        worst, most = max(worst, abs(stress - exact)), max(most, abs(exact))
    assert most > 5e6
    measured(ITEM, "stresses of free layers", worst / most, 2e-3, "-E' (alpha - mean) dT")


def test_a_stack_that_was_put_together_warm() -> None:
    """Free of stress above the temperature of the case, it is loose until it is as warm again."""
    fixture = ssb.ConstantForce(PRELOAD)
    plain, cooled = stack(fixture), stack(fixture, stress_free_temperature=COLD + WARMER)
    loaded = LaminateMarch(plain, 1.0).thickness
    again = LaminateMarch(cooled, 1.0)
    lost = math.log(again.thickness / loaded)
    sizes = [h * math.exp(across(law, 0.0, PRELOAD, 0.0)) for _, h, law, _ in STACK]
    shrunk = [across(law, a, 0.0, -WARMER) for _, _, law, a in STACK]
    exact = math.log(sum(h * math.exp(e) for h, e in zip(sizes, shrunk, strict=True)) / sum(sizes))
    assert lost == pytest.approx(exact, rel=1e-9)
    again.step(Drive(temperature=COLD + WARMER), 3600.0)
    assert again.thickness == pytest.approx(loaded, rel=1e-14)


def test_oil_that_gets_warmer_behind_a_piston() -> None:
    """Shut in by what hardly gives way it presses by K times its expansion."""
    bulk, beta = 1.5e9, 7e-4
    oil = ply("oil", 500e-6, LiquidColumn(bulk), thermal_expansion=beta)
    steel = ply("steel", 1e-6, SolidLayer(Elastic(2e13, 0.3)), thermal_expansion=0.0)
    case = laminate(ssb.FixedGap(3e6), [steel], pads=(oil,), temperature=COLD)
    rise = warmed(case).pressure - 3e6
    off = abs(rise / (bulk * beta * WARMER) - 1)
    measured("oil behind a piston", "pressure when warmer", off, 1e-6, "K beta dT")


def test_jacobian_when_warmer() -> None:
    model = LaminateMarch(
        stack(ssb.FixedGap(PRELOAD, frame_compliance=FRAME), sides=FreeSides()), 1.0
    ).model
    model.begin(Drive(temperature=COLD + WARMER), 30.0)
    exact, found = derivatives(model)
    size = abs(found).max(axis=1, keepdims=True)
    assert (abs(exact - found) / size).max() < 2e-6


def test_losses_follow_the_temperature() -> None:
    """Resistances by Arrhenius, charge transfer as that of interfaces on a mesh."""
    energy, warm = 35e3, COLD + WARMER
    less = math.exp(energy / GAS_CONSTANT * (1 / warm - 1 / COLD))
    current, none = np.array([20.0]), np.zeros(1)
    table = Curve((1e6, 3e6, 1e7), (3e-3, 2e-3, 1e-3))
    for law in (Resistance(2e-3, energy), PressedResistance(table, energy)):
        cold, hot = (law.loss(current, none, 4e6, t) for t in (COLD, warm))
        assert hot.voltage[0] == pytest.approx(less * cold.voltage[0], rel=1e-12)
        assert hot.by_pressure[0] == pytest.approx(less * cold.by_pressure[0], rel=1e-12)
        assert hot.by_current[0] == pytest.approx(hot.voltage[0] / 20.0, rel=1e-12)
    activated = Activation(30.0, energy)
    small = np.array([1e-3])
    cold, hot = (activated.loss(small, none, 0.0, t).voltage[0] for t in (COLD, warm))
    assert hot == pytest.approx(less * cold, rel=1e-6)
    large = activated.loss(current, none, 0.0, warm)
    i_0 = 30.0 * warm / COLD / less
    exact = 2 * GAS_CONSTANT * warm / FARADAY * math.asinh(20.0 / (2 * i_0))
    assert large.voltage[0] == pytest.approx(exact, rel=1e-12)
    ends = [activated.loss(current + d, none, 0.0, warm).voltage[0] for d in (-1e-3, 1e-3)]
    assert large.by_current[0] == pytest.approx((ends[1] - ends[0]) / 2e-3, rel=1e-6)


def test_cells_of_the_case_transfer_charge_faster_when_warm() -> None:
    """`cases/many_layers --celsius` has the exchange current of its library at that temperature."""
    law = nmc811_li6ps5cl()
    current, none = np.array([1e-3]), np.zeros(1)
    cold, hot = (
        script_case("many_layers", "--cells", "2", "--celsius", f"{celsius}")
        .cell.voltage.losses[1]
        .loss(current, none, 0.0, 273.15 + celsius)
        .voltage[0]
        for celsius in (25.0, 60.0)
    )
    less = math.exp(law.activation_energy / GAS_CONSTANT * (1 / 333.15 - 1 / 298.15))
    assert less < 0.5
    assert hot == pytest.approx(less * cold, rel=1e-6)


def test_what_does_not_follow_is_told() -> None:
    bare = [ply(name, h, SolidLayer(law)) for name, h, law, _ in STACK]
    swing = ssb.Under(ssb.Rest(60.0), temperature=COLD + WARMER)
    more = {"temperature": COLD, "protocol": (ssb.Preload(1.0), swing)}
    with pytest.warns(CaseWarning, match="no thermal_expansion: graphite, separator, cathode"):
        laminate(ssb.FixedGap(PRELOAD), bare, **more)
    lossy = CellVoltage(losses=(Resistance(1e-3), Activation(30.0, 35e3)))
    with pytest.warns(CaseWarning, match="no activation_energy: Resistance$"):
        stack(ssb.FixedGap(PRELOAD), voltage=lossy, protocol=(ssb.Preload(1.0), swing))
