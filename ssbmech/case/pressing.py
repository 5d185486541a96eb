# SPDX-License-Identifier: BSD-3-Clause
"""Whether anything presses on a stack at any time of a run."""

from __future__ import annotations

import math

import numpy as np

from ssbmech.case.case import Case
from ssbmech.case.courses import Followed, followed
from ssbmech.case.phases import drives_of
from ssbmech.errors import CaseError

SAMPLES = 64
"""Instants of the protocol at which functions of time are asked."""


def presses(case: Case) -> bool:
    """Return whether anything presses on the stack of a case, as far as it tells before the run.

    Loads in bodies and driven platens count, whatever they are: their effect is not known before.
    """
    fixture = case.fixture
    if case.loads.body_forces or any(s.value is not None for s in case.supports):
        return True
    if fixture is not None and (fixture.travel is not None or fixture.preload > 0.0):
        return True
    drives = (drive for step in case.protocol for drive in drives_of(step))
    if any(drive.pressure for drive in drives):
        return True
    end = sum(step.duration for step in case.protocol if math.isfinite(step.duration))
    times = np.linspace(0.0, end, SAMPLES)
    asked = [each for each in followed(case) if each.unit == "Pa"]
    return any(_acts(each, float(time)) for each in asked for time in times)


def _acts(course: Followed, time: float) -> bool:
    """Return whether a pressure is not zero at a time [s]; one that is not known there counts."""
    try:
        return course(time) != 0.0
    except CaseError:
        # the run may end before, and tells of it if it does not
        return True
