# SPDX-License-Identifier: BSD-3-Clause
"""Functions of the time of the run in a case, which tell where they jump or bend."""

from __future__ import annotations

from typing import Any

from ssbmech.case.case import Case


def courses_of(case: Case) -> list[Any]:
    """Return the functions of time that loads and the fixture of a case follow.

    Those that tell where they jump or bend have an attribute `break_points`, times since the start
    of the run [s], or a method `next_break(after)`; time steps land there.
    """
    followed: list[Any] = [load.pressure for load in case.loads.face_pressures]
    followed += [load.flux for load in case.loads.face_fluxes]
    followed += [getattr(case.fixture, name, None) for name in ("travel", "course")]
    return [each for each in followed if each is not None]
