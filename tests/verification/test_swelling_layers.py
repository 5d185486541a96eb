# SPDX-License-Identifier: BSD-3-Clause
"""Porous layers that swell: how much of it is height, and a silicon layer that takes lithium."""

from __future__ import annotations

import argparse
import math

import numpy as np
import pytest
import ufl

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.errors import ParameterError
from ssbmech.materials.curve import Curve
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.porous_host import PorousHost
from ssbmech.materials.swelling import LogarithmicVolumeSwelling
from ssbmech.model.cell import CellModel
from tests.cap import Cap, Layer
from tests.case_scripts import load_script, script_case
from tests.held_layer import HEIGHT, SIDES, layer, porosity, swelling
from tests.parts import Lithium, part
from tests.pointwise import evaluate_at, rate
from tests.tools import March, march, measured


def height_by_volume(cap: Cap, volume: float) -> float:
    """Return ln h over ln J of a layer without a load."""
    steps = ssb.AdaptiveSteps(dt_initial=2.0, dt_max=2.0, stress_error=None)
    case = layer(cap, 0.6, None, supports=SIDES, protocol=(swelling(volume),), step_control=steps)
    run = march(case)
    grown = run.series("thickness_stack")[-1] / HEIGHT - 1
    if cap.cohesion > 0:
        dense = 0.6 * volume * math.exp(-grown)
        assert porosity(run)[-1] == pytest.approx(1 - dense, rel=1e-4)
    return grown / math.log(volume)


@pytest.mark.serial
@pytest.mark.parametrize("friction", [0.8, 1.2])
@pytest.mark.parametrize("volume", [1.3, 0.8])
def test_the_height_of_a_layer_without_a_load(friction: float, volume: float) -> None:
    r"""As strong in tension: :math:`\ln h = \ln J / (1 + \tfrac49 M^2)`, swelling and shrinking."""
    found = height_by_volume(Cap(200.0, 0.45, friction, 1.0, young=2e6), volume)
    exact = 1 / (1 + 4 / 9 * friction**2)
    error = abs(found / exact - 1)
    measured("held layer", f"exponent, M = {friction:g}, x {volume:g}", error, 1e-4, "normality")


@pytest.mark.serial
def test_a_layer_without_cohesion_shrinks_into_pores() -> None:
    """All of the volume that the solid loses becomes pores; the height stays."""
    found = height_by_volume(Cap(200.0, 0.45, 1.2, 0.0, young=2e5), 0.8)
    assert abs(found) < 1e-3


#: Micro-silicon: 27 um with 40 % of pores as pressed, 55 um without charged, 40 um with 30 %.
THICKNESS, CHARGED = 27e-6, 0.855


def silicon(x: float) -> Cap:
    """Return the law of silicon with a content x; one number is calibrated, the cohesion."""
    flow = 1750 * (500 / 1750) ** x
    return Cap(2 * flow / 3, 0.55, 2.0, 0.575, flow, young=96e3 - 55e3 * x, poisson=0.27)


def potential(cell: CellModel) -> float:
    """Return the chemical potential of lithium before a step is committed [J/mol]."""
    values = part(cell.bodies["silicon"], Lithium).mu.function.x.array
    return float(values.mean())


def exact_path(contents: np.ndarray, pressures: np.ndarray) -> list[Layer]:
    """Return the ends of the same steps by numbers alone."""
    now = Layer(silicon(0.0), -math.log(0.4))
    path = []
    for x, load in zip(np.maximum(contents, 0.0).tolist(), pressures.tolist(), strict=True):
        now = now.pressed(math.log1p(2.8 * x), lambda _, p=load: p, silicon(x))
        path.append(now)
    return path


def bulk(state: Layer, x: float) -> float:
    """Return the bulk modulus of silicon of a content x in a layer with pores [MPa]."""
    modulus: float = silicon(x).moduli(-math.log1p(-state.density))[0]
    return modulus


@pytest.mark.serial
@pytest.mark.slow
def test_a_silicon_layer_at_constant_pressure() -> None:
    case = script_case("silicon_layer")
    run: March = march(case, watch=potential)
    path = exact_path(run.series("content_mean:silicon"), run.series("p_stack") / 1e6)
    height = np.log(run.series("thickness_stack") / THICKNESS)
    exact = np.array([state.height for state in path])
    # between its points a curve is not quite the power of the content
    error = np.abs(height - exact).max()
    measured("silicon layer", "height, as a logarithm", error, 2e-4, "the same steps in numbers")
    found, dense = run.series("porosity_mean:silicon"), np.array([state.density for state in path])
    error = np.abs(1 - found - dense).max()
    measured("silicon layer", "density", error, 2e-4, "the same steps in numbers")
    charged, discharged = int(np.argmax(run.series("content_mean:silicon"))), len(height) - 1
    micrometres = run.series("thickness_stack") * 1e6
    for row, thickness in ((charged, 55.0), (discharged, 40.0)):
        off = abs(micrometres[row] / thickness - 1)
        measured("silicon layer", f"thickness of {thickness:g} um", off, 0.1, "published path")
    assert found[charged] < 0.06
    assert found[discharged] == pytest.approx(0.30, abs=0.02)
    # solid and pores make up the height, whatever took place; the mean pressure takes some of the
    # solid, a percent at full charge, for the sides are held
    solid = micrometres * (1 - found) / (27.0 * 0.6)
    contents = np.maximum(run.series("content_mean:silicon"), 0.0)
    squeezed = [
        math.exp(-state.p / bulk(state, x)) for state, x in zip(path, contents, strict=True)
    ]
    error = np.abs(solid / ((1 + 2.8 * contents) * np.array(squeezed)) - 1).max()
    measured("silicon layer", "solid in height and pores", error, 1e-3, "that of its content")
    # lithium that is pressed sits higher by the pressure on its volume of now
    host = case.bodies[0].materials["silicon"].host
    shift = run.seen[charged] + FARADAY * host.ocv.voltage(CHARGED, 298.15)
    assert shift == pytest.approx(path[charged].p * 1e6 * 2.8 / host.c_max, rel=2e-2)


@pytest.mark.serial
def test_published_thicknesses_tell_contents() -> None:
    """Height and pores of the path give its solid, and that the contents between which it goes.

    The law, which was calibrated on one of the heights, keeps the same account.
    """
    published = [
        thickness * (1 - pores) / (27 * 0.6) for thickness, pores in ((55, 0.0), (40, 0.3))
    ]
    assert published == pytest.approx([3.395, 1.728], abs=1e-3)
    contents = [(volume - 1) / 2.8 for volume in published]
    knobs = load_script("silicon_layer")
    parser = argparse.ArgumentParser()
    knobs.knobs(parser)
    options = parser.parse_args([])
    used = [options.charged, options.discharged]
    assert contents == pytest.approx(used, abs=1e-3)
    way = np.concatenate([np.linspace(0.0, used[0], 80), np.linspace(used[0], used[1], 80)[1:]])
    worst = 0.0
    for x, state in zip(way, exact_path(way, np.full(len(way), 50.0)), strict=True):
        solid = math.exp(state.height) * state.density / 0.6
        squeezed = math.exp(-state.p / bulk(state, x))
        worst = max(worst, abs(solid / ((1 + 2.8 * x) * squeezed) - 1))
    measured("silicon layer, in numbers", "solid in height and pores", worst, 1e-9, "its content")


def test_factors_of_a_porous_host_are_positive() -> None:
    flat, none = Curve((0.0, 0.5, 1.0), (1.0, 1.0, 1.0)), Curve((0.0, 0.5, 1.0), (1.0, 0.5, 0.0))
    law = silicon(0.0).law(0.6)
    assert PorousHost(law, flat, flat).stiffness == law.stiffness
    with pytest.raises(ParameterError, match=r"PorousHost\.strength"):
        PorousHost(law, flat, none)
    with pytest.raises(ParameterError, match=r"allowed=2\.8"):
        LogarithmicVolumeSwelling(Curve((0.0, 0.5, 1.0), (0.0, 1.4, 2.8)))
    assert isinstance(law.dense, Elastic)


@pytest.mark.serial
def test_numbers_of_a_porous_host_follow_its_content() -> None:
    """Modulus by one curve; size of the cap and dense strength, both, by the other."""
    grid = (0.0, 0.5, 1.0)
    host = PorousHost(
        silicon(0.0).law(0.6), Curve(grid, (1.0, 0.8, 0.6)), Curve(grid, (1.0, 0.6, 0.2))
    )
    found = evaluate_at(
        lambda f, _: [
            (law := host.at(f["x"])).dense.young,
            law.dense.poisson,
            law.line.hardening,
            law.strength,
        ],
        {"x": np.array(grid)},
    )
    for column, number, factors in (
        (0, host.law.dense.young, (1.0, 0.8, 0.6)),
        (1, host.law.dense.poisson, (1.0, 1.0, 1.0)),
        (2, host.law.line.hardening, (1.0, 0.6, 0.2)),
        (3, host.law.strength, (1.0, 0.6, 0.2)),
    ):
        assert found[:, column] == pytest.approx(number * np.array(factors), rel=1e-12)


@pytest.mark.serial
def test_logarithmic_swelling_is_that_of_its_volume() -> None:
    """Three strains are the logarithm of the volume; a stress works on the present volume."""
    law = LogarithmicVolumeSwelling(Curve((0.0, 0.5, 1.0), (0.0, 1.4, 2.8)), allowed=3.0)
    axis = ufl.as_vector((0.0, 0.0, 1.0))
    x = np.array([0.0, 0.3, 0.9])
    found = evaluate_at(
        lambda f, _: [
            ufl.tr(law.strain(f["x"], axis)),
            ufl.tr(law.strain_per_content(f["x"], axis)),
            rate(ufl.tr(law.strain(f["x"], axis)), f["x"]),
            ufl.tr(law.work_per_content(f["x"], axis)),
        ],
        {"x": x},
    )
    assert found[:, 0] == pytest.approx(np.log1p(2.8 * x), abs=1e-12)
    assert found[:, 1] == pytest.approx(2.8 / (1 + 2.8 * x), rel=1e-9)
    assert found[:, 1] == pytest.approx(found[:, 2], rel=1e-9)
    assert found[:, 3] == pytest.approx(2.8, rel=1e-9)
