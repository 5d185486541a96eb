# SPDX-License-Identifier: BSD-3-Clause
"""Functions of the time of the run in a case, which tell where they jump or bend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ssbmech.case.case import Case
from ssbmech.case.probing import value_at


@dataclass(frozen=True)
class Followed:
    """A function of time that a case follows; its value is checked when it is asked.

    Attributes:
        function: the function; one that tells where it jumps or bends has an attribute
            `break_points`, times since the start of the run [s], or a method `next_break(after)`.
        where: what it is, for messages.
        unit: unit of its values.
    """

    function: Any
    where: str
    unit: str

    def __call__(self, time: float) -> float:
        """Return the value at a time [s].

        Raises:
            CaseError: the function fails, or returns something else than a finite number.
        """
        return value_at(self.function, time, self.where, self.unit)


def followed(case: Case) -> list[Followed]:
    """Return the functions of time that loads and the fixture of a case follow."""
    found = [
        Followed(load.pressure, "FacePressure.pressure", "Pa") for load in case.loads.face_pressures
    ]
    found += [Followed(load.flux, "FaceFlux.flux", "mol/(m2 s)") for load in case.loads.face_fluxes]
    who = type(case.fixture).__name__
    found += [
        Followed(getattr(case.fixture, name, None), f"{who}.{name}", unit)
        for name, unit in (("travel", "m"), ("course", "Pa"))
    ]
    return [each for each in found if each.function is not None]


def courses_of(case: Case) -> list[Any]:
    """Return these functions as they were given; time steps land where they jump or bend."""
    return [each.function for each in followed(case)]
