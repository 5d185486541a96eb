# SPDX-License-Identifier: BSD-3-Clause
"""Steps and functions of the user's own that fail or give nonsense: named, on all ranks."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError, ParameterError
from ssbmech.model.cell import CellModel
from ssbmech.units import nm, s
from tests.elastic_cell import one_sided_cell
from tests.refusing import nothing_is_solved, refused  # noqa: F401
from tests.small_cell import supports, void_cell

pytestmark = pytest.mark.pair

CASE = void_cell(size=4.0)


@dataclass(frozen=True)
class Own:
    """A step that asks for what it is told to."""

    asks: Callable[[float], Any] = lambda time: Drive()
    duration: Any = 10.0
    name: Any = "own"
    stops: Any = ()
    seats: bool = False

    def drive(self, elapsed: float) -> Drive:
        asked: Drive = self.asks(elapsed)
        return asked


def between(**asked: float) -> Callable[[float], Drive]:
    """Return what asks for something from 3 to 4 s alone."""
    return lambda time: Drive(**asked) if 3.0 < time < 4.0 else Drive()


STEPS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "nothing": ({"asks": lambda t: None}, ("step 'own': drive(0) returns None", "a Drive")),
    "a number": ({"asks": lambda t: 5.0}, ("returns 5.0", "a Drive")),
    "an error": ({"asks": lambda t: 1 / t}, ("drive(0) raises ZeroDivisionError",)),
    "an error later": (
        {"asks": lambda t: Drive() if t < 4 else {}["a"]},
        ("raises KeyError: 'a'",),
    ),
    "time as text": ({"duration": "10"}, ("duration '10'", "number of seconds")),
    "time with a unit": ({"duration": 10 * s}, ("number of seconds",)),
    "no end": ({"duration": math.inf}, ("duration inf", "finite")),
    "time backwards": ({"duration": -1.0}, ("duration -1.0", "positive")),
    "name": ({"name": 3}, ("name 3", "a text")),
    "stops": ({"stops": (4.2,)}, ("stop condition 4.2",)),
    "one stop": ({"stops": ssb.VoltageAbove(4.2)}, ("a tuple",)),
    "melts": ({"asks": between(temperature=600.0)}, ("melts at", "step 'own' is at 600 K")),
    "too cold": ({"asks": between(temperature=20.0)}, ("step 'own' is at 20 K",)),
}


@pytest.mark.parametrize("case", STEPS)
def test_a_step_of_ones_own_is_looked_at_before_the_run(case: str) -> None:
    given, words = STEPS[case]
    step = Own(**given)
    refused(lambda: dataclasses.replace(CASE, protocol=(ssb.Preload(), step)), CaseError, *words)


def test_what_is_asked_between_the_ends_alone_counts() -> None:
    """Also where a rig holds a pressure or a temperature around the step."""
    hot = Own(between(temperature=600.0))
    held = ssb.Under(hot, pressure=1e6)
    refused(lambda: dataclasses.replace(CASE, protocol=(ssb.Preload(), held)), CaseError, "600 K")
    pressed = Own(between(pressure=1e6))
    free = one_sided_cell()
    refused(
        lambda: dataclasses.replace(free, fixture=None, protocol=(pressed,)),
        CaseError,
        "step 'own' sets a stack pressure, but the case has no fixture",
    )


def test_a_peak_of_temperature_that_nobody_saw_ends_the_run() -> None:
    """Of a hundredth of a second in ten: no check before a run can find all of them."""
    peak = Own(lambda time: Drive(temperature=600.0 if 3.31 < time < 3.32 else 300.0))
    case = dataclasses.replace(CASE, protocol=(ssb.Preload(), peak))
    cell = CellModel(case, case.geometry.build(MPI.COMM_WORLD))
    refused(
        lambda: cell.begin(peak.drive(3.315), 3.315), CaseError, "the cell at t = 3.315 s", "melts"
    )


def test_a_step_may_hold_arrays() -> None:
    @dataclass(frozen=True)
    class Table(Own):
        times: Any = None

    step = Table(times=np.arange(5.0))
    case = dataclasses.replace(CASE, protocol=(ssb.Preload(), step))
    found = {row["name"]: row["value"] for row in ssb.parameter.describe(case)}
    assert found["protocol[own].times"] == "ndarray"


MOTIONS: dict[str, tuple[Any, str]] = {
    "an error": (lambda x, t: x.displacement, "raises AttributeError"),
    "one component": (lambda x, t: 0 * x[0], "gives no numbers of shape (2, "),
    "a number": (lambda x, t: 0.0, "gives no numbers of shape (2, "),
    "a text": (lambda x, t: "ab", "gives no numbers of shape (2, "),
    "nan at one end": (
        lambda x, t: np.where(x[:2] > 20e-6, np.nan, 0.0),
        "gives nan: expected finite numbers, in m",
    ),
    "a quantity": (lambda x, t: 1 * nm, "gives a quantity: expected plain numbers, in m"),
}


def clamped(value: Any) -> ssb.Case:
    """Return the case with a bottom that moves."""
    sides = supports(ssb.PlaneStrain())[1:]
    return dataclasses.replace(CASE, supports=(ssb.Clamp("bottom", value), *sides))


def build(case: ssb.Case) -> CellModel:
    return CellModel(case, case.geometry.build(MPI.COMM_WORLD))


@pytest.mark.parametrize("case", MOTIONS)
def test_a_motion_that_cannot_be_had_is_refused(case: str) -> None:
    """Only some ranks have nodes of the face; all of them end with the same words."""
    value, words = MOTIONS[case]
    refused(lambda: build(clamped(value)), CaseError, "support at 'bottom' at t = 0 s", words)


def test_a_motion_that_fails_later_is_told_with_its_time() -> None:
    cell = build(clamped(lambda x, t: 0 * x[:2] if t < 2 else None))
    refused(lambda: cell.begin(Drive(), 3.0), CaseError, "'bottom' at t = 3 s")
    # a look ahead, on the ranks that have nodes, raises nothing
    assert all(math.isnan(function(3.0)) for function in cell.functions[-1:])


def loaded(**loads: Any) -> Callable[[], CellModel]:
    """Return a call that builds a cell under loads."""
    case = one_sided_cell()
    loads = {"face_potentials": case.loads.face_potentials, **loads}
    return lambda: build(dataclasses.replace(case, loads=ssb.Loads(**loads)))


FUNCTIONS: dict[str, tuple[Callable[[], Any], type[Exception], tuple[str, ...]]] = {
    "force": (
        loaded(body_forces=(ssb.BodyForce("separator", lambda x: x[0]),)),
        CaseError,
        ("BodyForce.density in body 'separator'", "shape (): expected (2,), in N/m3"),
    ),
    "force that fails": (
        loaded(body_forces=(ssb.BodyForce("separator", lambda x: x.force),)),
        CaseError,
        ("BodyForce.density", "raises AttributeError"),
    ),
    "source": (
        loaded(ion_sources=(ssb.IonSource("separator", lambda x: x),)),
        CaseError,
        ("IonSource.density in body 'separator'", "shape (2,): expected (), in A/m3"),
    ),
    "potential": (
        loaded(face_potentials=(ssb.FacePotential("top", lambda x: x[:2]),)),
        CaseError,
        ("FacePotential.potential on face 'top'", "in V"),
    ),
    "crystal axis": (
        lambda: build(of_crystals(lambda x: np.outer([1.0, 0.0], x[0]))),
        CaseError,
        ("Body.crystal_axis of 'negative'", "shape (3, "),
    ),
    "gap that fails": (
        lambda: build(with_gap(ssb.FunctionGap(lambda x: x.depth))),
        ParameterError,
        ("FunctionGap", "no attribute 'depth'"),
    ),
    "gap with a unit": (
        lambda: build(with_gap(ssb.FunctionGap(lambda x: 10 * nm))),
        ParameterError,
        ("FunctionGap", "a quantity; expected plain numbers, in m"),
    ),
}


def with_gap(gap: Any) -> ssb.Case:
    """Return the case with another gap."""
    first, second = CASE.interfaces
    return dataclasses.replace(
        CASE, interfaces=(dataclasses.replace(first, initial_gap=gap), second)
    )


def of_crystals(axis: Any) -> ssb.Case:
    """Return a case whose lower body is a host of crystals along an axis."""
    host = library.by_name("nmc811")
    body = ssb.Body("negative", {"negative": host}, {"negative": 0.5}, crystal_axis=axis)
    case = one_sided_cell()
    return dataclasses.replace(case, bodies=(body, case.bodies[1]))


@pytest.mark.parametrize("case", FUNCTIONS)
def test_a_function_of_position_that_gives_nonsense_is_refused(case: str) -> None:
    make, error, words = FUNCTIONS[case]
    refused(make, error, *words)
