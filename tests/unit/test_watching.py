# SPDX-License-Identifier: BSD-3-Clause
"""Steps and functions of the user's own that change within a time step, and what they strip."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.courses import followed
from ssbmech.case.protocol import Drive
from ssbmech.errors import CaseError
from ssbmech.model.circuit import Circuit
from ssbmech.model.draw import _charges
from ssbmech.model.supports import PrescribedMotion
from ssbmech.solve.watching import Watch
from tests.elastic_cell import one_sided_cell


@dataclass(frozen=True)
class OwnStep:
    """A step that names no break points; it changes at 50 s."""

    before: Drive
    after: Drive
    duration: float = 100.0
    name: str = "own"
    stops: tuple[Any, ...] = ()
    seats: ClassVar[bool] = False

    def drive(self, elapsed: float) -> Drive:
        return self.before if elapsed < 50.0 else self.after


NOTHING = Drive()
CHANGES = {
    "current": (NOTHING, Drive(current_density=1.0)),
    "current to voltage": (Drive(current_density=1.0), Drive(current_density=None, voltage=3.0)),
    "voltage of zero": (NOTHING, Drive(current_density=None, voltage=0.0)),
    "power": (Drive(current_density=None, power=1.0), Drive(current_density=None, power=2.0)),
    "preload": (Drive(preload_fraction=1.0), Drive(preload_fraction=0.5)),
    "temperature": (NOTHING, Drive(temperature=330.0)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_is_asked_is_seen(change):
    step = OwnStep(*change)
    longest, _ = Watch(step, 0.0, ()).longest(0.0, 100.0)
    assert longest == pytest.approx(50.0, rel=1e-3)
    # and a step that lands before it goes on without a change
    assert Watch(step, 0.0, ()).longest(60.0, 40.0) == (40.0, False)


def test_a_change_is_seen_in_a_step_at_another_temperature():
    step = ssb.Under(OwnStep(*CHANGES["current"]), temperature=330.0)
    longest, _ = Watch(step, 0.0, ()).longest(0.0, 100.0)
    assert longest == pytest.approx(50.0, rel=1e-3)


def test_functions_that_fail_later_are_told_of_by_name():
    case = one_sided_cell(
        fixture=ssb.RegulatedForce(lambda time: 1e6 / (50.0 - time)), protocol=(ssb.Rest(100.0),)
    )
    with pytest.raises(CaseError, match=r"RegulatedForce\.course at t = 50 s"):
        Watch(case.protocol[0], 0.0, followed(case))


def test_a_force_that_would_pull_is_refused():
    with pytest.raises(CaseError, match="expected zero or more"):
        ssb.RegulatedForce(lambda time: -1e6)
    with pytest.raises(CaseError, match="finite number in Pa"):
        ssb.RegulatedForce(lambda time: float("nan"))


@pytest.mark.parametrize("under", [False, True])
def test_charge_of_a_record_is_its_integral(under):
    """A pulse of a second in an hour, as it is and in a step at another temperature."""
    record = ssb.CurrentProfile((0.0, 1800.0, 1801.0, 3600.0, 3600.5), (0.0, 8.0, 0.0, 2.0),
                                ssb.Between.BLOCKS)  # fmt: skip
    step = ssb.Under(record, temperature=330.0) if under else record
    circuit = SimpleNamespace(current_density=lambda drive: drive.current_density)
    charges = _charges(step, cast("Circuit", circuit))
    assert charges[-1] == pytest.approx(9.0, rel=1e-12, abs=0)
    assert len(charges) < 1000


def moving_face(value: Any) -> PrescribedMotion:
    """Return a face of nine nodes along x from zero on, both components of which are prescribed."""
    x = np.array([np.linspace(0.0, 20e-6, 9), np.zeros(9), np.zeros(9)])
    return PrescribedMotion(cast("Any", None), np.arange(9, dtype=np.int32), x, (0, 1), value, "f")


def test_a_motion_whose_components_cancel_grows_evenly():
    """Rounding would be what is left of them: steps were cut to a millionth."""

    def value(x, time):
        size = 1e-9 / 3 * time * np.sqrt(1e-5 + x[0])
        return np.stack([-size * np.sin(np.pi / 4), size * np.cos(np.pi / 4)])

    assert (
        np.unique([np.sum(value(np.zeros((3, 1)), t)) for t in np.linspace(0, 100, 500)]).size > 2
    )
    watch = Watch(ssb.Rest(100.0), 0.0, (moving_face(value).size,))
    assert watch.longest(0.0, 25.0) == (25.0, False)


@pytest.mark.parametrize(
    "shape",
    [lambda x: [1.0 + 0 * x[0], -1.0 + 0 * x[0]], lambda x: [0 * x[0], x[0] / 20e-6]],
    ids=["components that cancel", "about the first node"],
)
def test_a_motion_that_jumps_is_seen_wherever_and_however_it_moves(shape):
    motion = moving_face(lambda x, time: 1e-9 * np.array(shape(x)) * (time >= 50.0))
    longest, _ = Watch(ssb.Rest(100.0), 0.0, (motion.size,)).longest(0.0, 100.0)
    assert longest == pytest.approx(50.0, rel=1e-3)
