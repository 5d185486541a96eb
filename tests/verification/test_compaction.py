# SPDX-License-Identifier: BSD-3-Clause
r"""Layers that densify: pressed in a die, released, pressed again, and swelling against a fixture.

The layers are held at their sides (`tests.held_layer`).
"""

from __future__ import annotations

import functools
import math

from mpi4py import MPI

import numpy as np
import pytest
from dolfinx import fem

import ssbmech as ssb
from ssbmech._compat import compile_form
from ssbmech.case.protocol import Drive
from ssbmech.case.step_control import StepControl
from ssbmech.materials import cap_return
from ssbmech.materials.material import Material
from ssbmech.materials.transport import IonConductor, PorousConductor
from ssbmech.model.cell import CellModel
from ssbmech.units import MPa
from tests.cap import Cap, Swelling
from tests.held_layer import EXPANSION, HEIGHT, layer, porosity, stress_of, swelling
from tests.parts import Ions, Momentum, part
from tests.tools import March, march, measured
from tests.verification.test_jacobian import check_blocks

#: Points of the cold pressed glass: pressure [MPa] and density [1].
PRESSED = np.array([(74.0, 0.61), (200.0, 0.80), (300.0, 0.87), (360.0, 0.90), (500.0, 0.95)])
#: The line through them, slope [1/MPa] and intercept.
SLOPE, INTERCEPT = np.polyfit(PRESSED[:, 0], -np.log(1 - PRESSED[:, 1]), 1)


@functools.cache
def pressed() -> March:
    """Return a layer that is almost rigid, pressed to 500 MPa."""
    cap = Cap(200.0, 0.45, 1.2, 0.1, young=2e7)
    return march(
        layer(
            cap,
            0.47,
            ssb.ConstantForce(5 * MPa),
            protocol=(ssb.Preload(1.0), ssb.Press(500 * MPa, 100.0)),
        ),
        watch=stress_of,
    )


@pytest.mark.pair
def test_pressing_in_a_die() -> None:
    run, (ratio, lateral) = pressed(), Cap(200.0, 0.45, 1.2, 0.1).die
    cap, f = Cap(200.0, 0.45, 1.2, 0.1), porosity(run)
    # by then the lateral stress has forgotten where yielding began
    dense = f < 0.3
    assert dense.sum() > 10
    strength = np.array([cap.size(-math.log(value))[0] for value in f])
    error = np.abs(run.series("p_stack") / 1e6 / strength / ratio - 1)[dense]
    measured(
        "cap law in a die", "axial pressure over isostatic strength", error.max(), 5e-5, "normality"
    )
    stress = np.array(run.seen)
    found = stress[:, 0] / stress[:, 1]
    error = np.abs(found / lateral - 1)[dense]
    measured("cap law in a die", "lateral over axial stress", error.max(), 5e-5, "normality")
    # plane strain: the third direction is held as the side is
    assert np.abs(stress[dense, 2] / stress[dense, 0] - 1).max() < 1e-8


@functools.cache
def pellet() -> March:
    """Return a pellet of cold pressed glass: pressed, released, pressed again."""
    ratio, _ = Cap(1.0, 0.5, 1.2, 0.1).die
    cap = Cap(
        1 / (SLOPE * ratio),
        -math.expm1(-INTERCEPT),
        1.2,
        0.1,
        young=28e3,
        poisson=0.35,
        stiffening=4.0,
    )
    start = cap.loose + 0.01
    stops = [ssb.Press(p * MPa, 20.0, name=f"to {p:g} MPa") for p in PRESSED[:, 0]]
    again = [ssb.Release(20.0), ssb.Press(500 * MPa, 20.0), ssb.Press(550 * MPa, 20.0)]
    protocol = (ssb.Preload(1.0), *stops, *again)
    steps = ssb.AdaptiveSteps(dt_max=2.0, stress_error=None)
    case = layer(cap, start, ssb.ConstantForce(2 * MPa), protocol=protocol, step_control=steps)
    return march(case)


def at_ends(run: March) -> np.ndarray:
    """Return the numbers of the last rows of the steps of the protocol."""
    step = run.series("step")
    return np.flatnonzero(np.append(np.diff(step) != 0, True))


@pytest.mark.serial
def test_heckels_line() -> None:
    """Five points of one glass; between them the line is met at all pressures."""
    run = pellet()
    density, pressure = 1 - porosity(run), run.series("p_stack") / 1e6
    ends = at_ends(run)[1:6]
    assert pressure[ends] == pytest.approx(PRESSED[:, 0])
    error = np.abs(density[ends] / PRESSED[:, 1] - 1).max()
    measured("cold pressed glass", "largest error of the density", error, 0.03, "five points")
    loading = (pressure > 20) & (run.series("step") <= 5)
    line = 1 - np.exp(-(SLOPE * pressure + INTERCEPT))
    error = np.abs(density / line - 1)[loading].max()
    # the elastic part of the strain is no density: it goes with P / E, which the line leaves out
    measured("cold pressed glass", "distance from Heckel's line", error, 5e-3, "rigid die")


@pytest.mark.serial
def test_release_and_pressing_again() -> None:
    run = pellet()
    ends = at_ends(run)
    f, pressure, height = porosity(run), run.series("p_stack"), run.series("thickness_stack")
    full, free, again, further = ends[5:9]
    assert f[free] == f[full]
    assert abs(f[again] / f[full] - 1) < 1e-3
    assert f[further] < 0.9 * f[again]
    # the modulus is that of the density, which does not change on the way
    young = 28e9 * (1 - f[full]) ** 4
    bulk, shear = young / (3 * (1 - 2 * 0.35)), young / (2 * 1.35)
    first = full + 2
    spring = (height[free] - height[first]) / HEIGHT
    exact = (pressure[first] - pressure[free]) / (bulk + 4 / 3 * shear)
    error = abs(spring / exact - 1)
    measured("cold pressed glass", "springback over a release", error, 1e-6, "oedometric modulus")


@pytest.mark.serial
def test_swelling_in_a_rigid_gap() -> None:
    r"""No shear, and :math:`P = p_c(\rho_0 J e^{-P/K})`."""
    cap = Cap(200.0, 0.45, 1.2, 0.1)
    steps = ssb.AdaptiveSteps(dt_max=2.5, stress_error=None)
    case = layer(cap, 0.5, None, protocol=(swelling(1.6),), step_control=steps)
    run = march(case, watch=stress_of)
    stress, bulk = -np.asarray(run.seen[-1]) / 1e6, cap.moduli(1.0)[0]
    assert np.ptp(stress) < 1e-6
    dense = 0.5 * 1.6 * math.exp(-stress.mean() / bulk)
    error = abs(stress.mean() / cap.size(-math.log1p(-dense))[0] - 1)
    measured("swelling in a rigid gap", "pressure", error, 1e-9, "strength at the density")
    assert porosity(run)[-1] == pytest.approx(1 - dense, rel=1e-9)


BENCHMARK = Cap(300.0, 0.5, 2.0, 0.6, strength=450.0)
START, STIFFNESS = 5.0, 20.0


def swelling_steps(count: int) -> tuple[float, float]:
    """Return pressure [MPa] and density after swelling against a spring in a number of steps."""
    spring = ssb.Spring(START * MPa, STIFFNESS * 1e6 / HEIGHT)
    case = layer(
        BENCHMARK,
        0.6,
        spring,
        protocol=(ssb.Preload(1.0), swelling(2.4)),
        step_control=ssb.PrescribedSteps((1.0, *[100.0 / count] * count)),
    )
    run = march(case)
    assert len(run.rows) == count + 1
    return run.rows[-1]["p_stack"] / 1e6, 1 - porosity(run)[-1]


@pytest.mark.serial
def test_swelling_against_a_spring() -> None:
    """First order, so that two numbers of steps tell the end without an error of the first."""
    exact = Swelling(BENCHMARK, 0.6, START, lambda _: STIFFNESS).end(math.log(2.4))
    coarse, fine = swelling_steps(200), swelling_steps(400)
    for k, what in ((0, "pressure"), (1, "density")):
        once = abs(fine[k] / exact[k] - 1)
        measured("swelling against a spring", f"{what}, 400 steps", once, 1e-3, "equation")
        joined = abs((2 * fine[k] - coarse[k]) / exact[k] - 1)
        measured("swelling against a spring", f"{what}, extrapolated", joined, 1e-6, "equation")


def swollen_beyond_full_density(control: StepControl) -> March:
    """Return a layer whose solid grows by more than its pores have room for."""
    cap = Cap(200.0, 0.45, 1.2, 0.1)
    case = layer(cap, 0.9, None, protocol=(swelling(1.35),), step_control=control)
    run = march(case, watch=stress_of)
    pressure = -run.seen[-1].mean() / 1e6
    dense = 0.9 * 1.35 * math.exp(-pressure / cap.moduli(1.0)[0])
    assert 0.0 < 1 - dense < 1e-6
    assert pressure == pytest.approx(cap.size(-math.log1p(-dense))[0], rel=1e-6)
    return run


@pytest.mark.pair
def test_a_step_that_closes_all_pores_is_taken_at_once() -> None:
    run = swollen_beyond_full_density(ssb.PrescribedSteps([100.0]))
    assert len(run.rows) == 1 and not run.rejected


@pytest.mark.pair
def test_the_change_of_density_bounds_a_step() -> None:
    bound = 0.03
    control = ssb.AdaptiveSteps(
        dt_initial=100.0, dt_max=100.0, stress_error=None, density_change=bound
    )
    run = swollen_beyond_full_density(control)
    densities = np.array([0.1, *porosity(run)])
    change = np.abs(np.diff(np.log(1 - densities)))
    assert run.rejected
    assert 0.3 * bound < change.max() <= bound


@pytest.mark.pair
def test_a_step_whose_law_is_not_solved_is_taken_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one Newton step in place of all, and steps as long as can be."""
    monkeypatch.setattr(cap_return, "RETURN_STEPS", 0)
    monkeypatch.setattr(cap_return, "POLISHING_STEPS", 1)
    at_once = ssb.AdaptiveSteps(dt_initial=100.0, dt_max=100.0, stress_error=None)
    case = layer(Cap(200.0, 0.45, 1.2, 0.1), 0.7, None, step_control=at_once,
                 protocol=(swelling(1.02),))  # fmt: skip
    run = march(case, watch=stress_of)
    assert any("'body' is not solved" in reason for reason in run.rejected)


@pytest.mark.slow
@pytest.mark.serial
def test_a_current_through_a_pellet_follows_its_density() -> None:
    r"""Held at two potentials: :math:`\kappa = \kappa_s ((\rho - \rho_p)/(1 - \rho_p))^t`."""
    cap, drop, dense = Cap(200.0, 0.45, 1.2, 0.1), 0.01, 0.4
    conductor = PorousConductor(IonConductor(dense), percolation=0.45, exponent=1.8)
    material = Material("porous", cap.law(0.6), conductor=conductor, thermal_expansion=EXPANSION)
    held = (
        ssb.FacePotential("bottom", lambda x: np.zeros_like(x[0])),
        ssb.FacePotential("top", lambda x: np.full_like(x[0], drop)),
    )
    case = layer(
        cap,
        0.6,
        ssb.ConstantForce(5 * MPa),
        bodies=(ssb.Body.single("body", material),),
        loads=ssb.Loads(face_potentials=held),
        protocol=(ssb.Preload(1.0), ssb.Press(300 * MPa, 50.0)),
    )
    run = march(case, watch=current_of)
    share = (1 - porosity(run) - 0.45) / 0.55
    exact = -dense * share**1.8 * drop / HEIGHT
    error = np.abs(np.array(run.seen) / exact - 1).max()
    assert share[-1] > 2 * share[0]
    measured("conductivity of a pellet", "current through it", error, 1e-9, "Ohm's law at density")


def current_of(cell: CellModel) -> float:
    """Return the mean current density across the layer before a step is committed [A/m2]."""
    body = cell.bodies["body"]
    ions = part(body, Ions)
    (flow,) = (mean for mean in ions.outputs() if mean.quantity.name == "current_density")
    through = fem.assemble_scalar(compile_form(flow.components["body"][1] * body.dx, None))
    return float(cell.comm.allreduce(through, op=MPI.SUM)) / HEIGHT**2


def state_for_derivatives() -> CellModel:
    """Return a layer in which some points flow and some do not, with a past."""
    cap = Cap(200.0, 0.45, 1.2, 0.1, stiffening=3.0, floppy=0.1)
    case = layer(cap, 0.6, ssb.ConstantForce(5 * MPa))
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    cell.begin(Drive(), 1.0)
    body = cell.bodies["body"]
    random = np.random.default_rng(3 + cell.comm.rank)
    body.u.function.interpolate(
        lambda x: np.array(
            [
                2e-3 * x[0] * np.sin(2e5 * x[1]),
                -(5e-3 + 3e-3 * np.sin(3e5 * x[0])) * x[1] * np.cos(4e4 * x[1]),
            ]
        )
    )
    body.u.function.x.array[body.u.fixed] = 0.0
    body.u.function.x.scatter_forward()
    for region in part(body, Momentum).regions.values():
        for name, past in region.history.committed.items():
            change = random.standard_normal(len(past.x.array))
            if name == "porosity":
                past.x.array[:] *= 1 + 0.02 * change
            else:
                past.x.array[:] = 2e-4 * change
        p, dilation = region.pressure.unknowns
        p.function.interpolate(lambda x: 5e7 * (1 + np.sin(1e5 * x[0])))
        dilation.function.interpolate(lambda x: -5e-3 * (1 + 0.6 * np.sin(3e5 * x[0])))
    for closure in cell.closures:
        closure.value = -4e-3 * HEIGHT
    cell.system.impose_closures()
    body.parts.begin()
    return cell


def test_the_jacobian_of_a_layer_that_densifies() -> None:
    cell = state_for_derivatives()
    region = part(cell.bodies["body"], Momentum).regions["body"]
    region.history.advance()
    flows = region.history.new("porosity") != region.history.committed["porosity"].x.array
    share = cell.comm.allreduce(np.array([flows.sum(), len(flows)]), op=MPI.SUM)
    assert 0.1 < share[0] / share[1] < 0.98
    errors, _ = check_blocks(cell, [unknown.key for unknown in cell.unknowns])
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian",
        "largest error of any block, cap law",
        errors[worst],
        1e-6,
        f"five-point {worst}",
    )
