# SPDX-License-Identifier: BSD-3-Clause
"""What all bodies and interfaces of a cell share, taken from its case."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ssbmech.case.case import Case
from ssbmech.case.electrodes import joined_interfaces
from ssbmech.case.probing import value_at
from ssbmech.case.protocol import Drive
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.conditions import Conditions
from ssbmech.model.part import FaceNumber, Setting
from ssbmech.model.stack import Fluid


def setting_of(
    case: Case, tagged: TaggedMesh, conditions: Conditions, around: Sequence[Fluid]
) -> Setting:
    """Return what all parts share; a fluid around the cell presses on every face nothing holds."""
    pressures = [
        FaceNumber(
            load.face,
            conditions.number(partial(_at_time, load.pressure, "FacePressure.pressure", "Pa")),
        )
        for load in case.loads.face_pressures
    ]
    held = {support.face for support in case.supports}
    wet = [face for face in tagged.faces if face not in held]
    pressures += [FaceNumber(face, fluid.pressure) for fluid in around for face in wet]
    fluxes = [
        FaceNumber(
            load.face,
            conditions.number(partial(_at_time, load.flux, "FaceFlux.flux", "mol/(m2 s)")),
        )
        for load in case.loads.face_fluxes
    ]
    return Setting(
        frame=case.geometry.frame,
        discretisation=case.discretisation,
        scales=case.scales,
        conditions=conditions,
        loads=case.loads,
        pressures=tuple(pressures),
        around=tuple(fluid.pressure for fluid in around),
        fluxes=tuple(fluxes),
        all_states=case.output.all_states,
        joined=frozenset(joined_interfaces(case.electrodes)),
    )


def _at_time(
    value: Callable[[float], float], where: str, unit: str, time: float, _: Drive
) -> float:
    """Return a value at a time [s], whatever the drive."""
    return value_at(value, time, where, unit)
