# SPDX-License-Identifier: BSD-3-Clause
"""Weights of the time schemes, and the error of the stress that a step itself shows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.step_control import STRESS_FLOOR, Tolerances, scheme_of
from ssbmech.case.time_scheme import LARGEST_RATIO
from ssbmech.errors import NotConverged, ParameterError
from ssbmech.frames import Expr
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.viscoplastic import Flow, NortonFlow
from ssbmech.memory import StateVariable
from ssbmech.model.parts.momentum import Momentum
from tests.parts import part
from tests.relaxing import disc
from tests.single_body import with_flow
from tests.small_cell import void_cell
from tests.tools import march

COMM = MPI.COMM_WORLD
POLYNOMIAL = np.polynomial.Polynomial


def stepped(curve: np.polynomial.Polynomial, ratio: float) -> tuple[float, float]:
    """Return what a step of length 1 from 0 makes of a curve, and the error that it shows."""
    weights, slope = ssb.SecondOrder().weights(ratio), curve.deriv()
    change = curve(0.0) - curve(-1.0 / ratio)
    reached = curve(0.0) + weights.carried * change + weights.implicit * slope(1.0)
    trapezoidal = curve(0.0) + 0.5 * (slope(0.0) + slope(1.0))
    return float(reached), float(weights.error * (trapezoidal - reached))


@pytest.mark.serial
@pytest.mark.parametrize("ratio", [0.05, 0.4, 1.0, 1.7, LARGEST_RATIO])
def test_two_joined_steps_are_exact_for_parabolas_and_know_their_error(ratio: float) -> None:
    parabola = POLYNOMIAL([1.0, -0.4, 0.3])
    assert stepped(parabola, ratio)[0] == pytest.approx(parabola(1.0), rel=1e-13)
    cubic = POLYNOMIAL([1.0, -0.4, 0.3, 0.2])
    reached, error = stepped(cubic, ratio)
    assert reached + error == pytest.approx(cubic(1.0), rel=1e-13)
    assert abs(error) > 1e-3


@pytest.mark.serial
def test_no_joined_steps_without_history_and_none_of_great_weight() -> None:
    first = ssb.SecondOrder().weights(0.0)
    assert first == ssb.BackwardEuler().weights(1.3) == ssb.BackwardEuler().weights(0.0)
    assert (first.carried, first.implicit, first.order, first.error) == (0.0, 1.0, 1, 1.0)
    line = POLYNOMIAL([1.0, -0.4])
    for ratio in (2.0 + 1e-9, 10.0, 1e6):
        weights = ssb.SecondOrder().weights(ratio)
        assert weights.carried == pytest.approx(0.8, rel=1e-9)
        assert stepped(line, ratio)[0] == pytest.approx(line(1.0), rel=1e-12)


@pytest.mark.serial
def test_step_controls_say_how_states_are_integrated() -> None:
    assert scheme_of(ssb.AdaptiveSteps()) == ssb.SecondOrder()
    assert scheme_of(ssb.PrescribedSteps([1.0])) == ssb.BackwardEuler()
    for wrong in (0.0, -0.1, math.nan):
        with pytest.raises(ParameterError, match=r"AdaptiveSteps\.stress_error"):
            ssb.AdaptiveSteps(stress_error=wrong)
    assert math.isinf(ssb.AdaptiveSteps(stress_error=None).tolerances.stress)


@pytest.mark.serial
def test_a_step_that_is_too_long_is_cut_by_its_error_and_never_below_the_shortest() -> None:
    sizer = ssb.AdaptiveSteps(dt_initial=1.0, dt_min=0.01).sizer()
    sizer.start(100.0)
    for error, expected in ((9.0, 0.3), (1e9, 0.03), (1e9, 0.01), (1e9, 0.01)):
        sizer.propose(100.0)
        sizer.reject(NotConverged("time step too long for its accuracy", None, error))
        assert sizer.propose(100.0) == pytest.approx(expected, rel=1e-12)


FLUIDITY, PRESSURE = 1e-3 / 1e6, 2e6


def test_the_error_of_the_stress_at_a_given_strain() -> None:
    """A viscous disc under a known stress, held: all that enters the error is known by hand."""
    metal = with_flow(library.by_name("lithium_lepage2019"), exponent=1.0, rate=1e-3, stress=1e6)
    steps = ssb.PrescribedSteps(np.full(10, 0.1))
    case = disc(metal, PRESSURE, step_control=steps)
    case = dataclasses.replace(case, protocol=case.protocol[:1])
    cell = march(case).cell
    shear, dt = metal.solid.elastic.shear, 0.05
    cell.begin(case.protocol[0].drive(1.0), dt)
    # the displacement stays: the step is a relaxation at the strain of the preload's end
    softer = 1 + 3 * shear * dt * FLUIDITY
    later = PRESSURE / softer
    lacking = 0.5 * dt * FLUIDITY * (PRESSURE - later)
    error = 3 * shear * lacking / softer
    size = math.hypot(later, PRESSURE / 3) + STRESS_FLOOR
    found = cell.embedded_error(Tolerances(stress=1e-3))
    assert found == pytest.approx(error / (1e-3 * size), rel=1e-6)
    # asked again, it says the same, and with no tolerance nothing
    assert cell.embedded_error(Tolerances(stress=1e-3)) == pytest.approx(found, rel=1e-13)
    assert cell.embedded_error(Tolerances()) == 0.0
    assert cell.predictor_error(0.0, Tolerances(stress=1e-3)) == 0.0


def test_regions_of_few_ranks_are_judged_on_all() -> None:
    """The layers of a cell lie on other ranks, some of which own none of their cells."""
    run = march(void_cell(protocol=(ssb.Preload(1.0),)))
    cell = run.cell
    cell.begin(ssb.Rest(1.0).drive(0.5), 0.5)
    errors = COMM.allgather(cell.embedded_error(Tolerances(stress=1e-3)))
    assert errors[0] > 0.0 and len(set(errors)) == 1


@pytest.mark.serial
def test_laws_of_ones_own_are_judged_and_joined_only_if_they_follow_a_rate() -> None:
    """A state that a law does not declare to follow a rate is handed over as it is."""
    cell = march(disc(library.by_name("lithium_lepage2019"), PRESSURE)).cell
    (body,) = cell.bodies.values()
    (region,) = part(body, Momentum).regions.values()
    (rates,) = region.rates
    assert rates.start["strain_creep"] is not region.history.committed["strain_creep"]
    assert all(variable.by_rate for variable in region.history.variables.values())
    assert not ssb.StateVariable("own", "1", 0.0).by_rate


@dataclasses.dataclass(frozen=True)
class Hardening:
    """A power law that hardens with the root of the strain passed, which is never negative."""

    norton: NortonFlow

    @property
    def state_variables(self) -> tuple[StateVariable, ...]:
        return (StateVariable("passed", "1", 0.0, by_rate=True),)

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        passed = state_n["passed"]
        harder = 1 + (passed / 1e-3) ** 0.5
        soft = self.norton.flow(q_trial / harder, shear / harder, {}, around)
        return Flow(soft.ratio, soft.increment, {"passed": passed + soft.increment})


@pytest.mark.serial
def test_a_state_that_starts_from_nothing_is_judged_where_its_law_knows_it() -> None:
    """The error of a sum that grows ever faster is negative, and so would the sum be."""
    metal = library.by_name("lithium_lepage2019")
    solid = dataclasses.replace(metal.solid, flow=Hardening(metal.solid.flow))
    metal = dataclasses.replace(metal, solid=solid, sources={})
    steps = ssb.AdaptiveSteps(dt_min=1e-3, dt_max=1.0)
    case = disc(metal, 1e6, step_control=steps)
    run = march(dataclasses.replace(case, protocol=case.protocol[:1]))
    assert run.series("passed_max:body")[-1] > 0.0
    assert np.min(run.series("time_step")) > 0.01
    assert np.max(run.series("rejected_steps")) == 0.0
