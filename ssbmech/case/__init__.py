# SPDX-License-Identifier: BSD-3-Clause
"""Case: what a run is made of, as frozen data in SI units."""

from __future__ import annotations

from ssbmech.case.body import Body
from ssbmech.case.case import Case, Geometry
from ssbmech.case.electrodes import Electrodes
from ssbmech.case.settings import Discretisation, NewtonSettings, Output, PressureField, Scales

__all__ = [
    "Body",
    "Case",
    "Discretisation",
    "Electrodes",
    "Geometry",
    "NewtonSettings",
    "Output",
    "PressureField",
    "Scales",
]
