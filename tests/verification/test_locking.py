# SPDX-License-Identifier: BSD-3-Clause
"""Elements for solids that hardly change their volume: neither locking nor oscillating pressures.

A thick wall under internal pressure on a coarse mesh, as a cylinder in plane strain, as a sphere
in axisymmetry, and as a slice of the cylinder in three dimensions. The solid either creeps freely,
so that its shear resistance is next to nothing beside its bulk modulus, or is elastic with a
Poisson's ratio of 0.4999. Quadratic displacements with linear pressures, which the code takes for
every solid that flows, are compared with plain quadratic displacements.

Plain elements move about right in plane strain and in three dimensions (they lock by 6 % in
axisymmetry), but their pressures, hence the normal stresses that decide about contact, are off by
18 to 300 % of the load on these meshes. The figures stand beside those of the mixed elements.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.single_body import Extruded, ThickWall, mean, stress_points, wall_motion
from tests.tools import march, marked, measured

pytestmark = pytest.mark.serial

LITHIUM = library.by_name("lithium_masias2019")
INNER, OUTER, PRESSURE, SIZE = 10e-6, 20e-6, 1e6, 2.5e-6
MIXED, PLAIN = ssb.PressureField.WHERE_FLOWING, ssb.PressureField.NOWHERE
FRAMES = {
    "plane strain": ssb.PlaneStrain(),
    "axisymmetric": ssb.Axisymmetric(),
    "3D": ssb.ThreeDimensional(),
}


def wall(frame: Any, material: Material, steps: list[float], field: ssb.PressureField) -> ssb.Case:
    """Return a quarter of a thick wall under internal pressure, four cells thick."""
    solid = frame.dim == 3
    geometry: Any = QuarterVoid(
        frame=ssb.PlaneStrain() if solid else frame,
        inner_radius=INNER,
        outer_radius=OUTER,
        size=SIZE,
        coarsening=1.5,
    )
    if solid:
        geometry = Extruded(frame=frame, plane=geometry, height=SIZE)
    flat = ("left", "front", "bottom", "top") if solid else ("left", "bottom")
    inside = ssb.FacePressure("inner", lambda time: PRESSURE)
    return ssb.Case(
        # a uniform state, whatever the strain
        limits=ssb.Limits.off(),
        name="wall",
        geometry=geometry,
        bodies=(ssb.Body.single("body", material),),
        supports=tuple(ssb.Roller(face) for face in flat),
        loads=ssb.Loads(face_pressures=(inside,)),
        temperature=LITHIUM.solid.flow.reference_temperature,
        discretisation=ssb.Discretisation(pressure_field=field),
        protocol=(ssb.Rest(sum(steps)),),
        step_control=ssb.PrescribedSteps(steps),
    )


@dataclass(frozen=True)
class Errors:
    """Errors of a thick wall on a coarse mesh.

    Attributes:
        pressure: L2 norm of the error of the pressure over that of the pressure.
        worst: largest error of the pressure over the load.
        speed: error of the speed of the inner wall.
    """

    pressure: float
    worst: float
    speed: float


def errors(case: ssb.Case, exponent: float) -> Errors:
    """Return the errors in the last time step."""
    result = march(case, watch=wall_motion())
    found = stress_points(result)
    sphere = isinstance(case.geometry.frame, ssb.Axisymmetric)
    exact = ThickWall(INNER, OUTER, PRESSURE, exponent, sphere)
    error = mean(found.values - exact.stress(found.x))
    time = np.append(0.0, result.series("time"))
    speed = -np.diff([0.0, *result.seen])[-1] / np.diff(time)[-1]
    return Errors(
        found.norm(error) / found.norm(mean(exact.stress(found.x))),
        found.largest(error) / PRESSURE,
        abs(speed / wall_speed(exact) - 1),
    )


def wall_speed(wall: ThickWall) -> float:
    """Return the speed of the inner wall of a freely creeping solid [m/s]."""
    flow, power = LITHIUM.solid.flow, (3 if wall.sphere else 2) / wall.exponent
    share = 1 - (wall.inner / wall.outer) ** power
    # equivalent stress at the wall, and hoop rate over equivalent rate
    factor, hoop = (1.5, 0.5) if wall.sphere else (math.sqrt(3), math.sqrt(3) / 2)
    stress = factor * wall.pressure / (wall.exponent * share)
    return hoop * flow.rate * (stress / flow.stress) ** wall.exponent * wall.inner


@pytest.mark.parametrize("name", marked(FRAMES, **{"3D": pytest.mark.slow}))
def test_freely_creeping_solid_on_a_coarse_mesh(name: str) -> None:
    steps, exponent = list(0.01 * 4.0 ** np.arange(6)), LITHIUM.solid.flow.exponent
    mixed = errors(wall(FRAMES[name], LITHIUM, steps, MIXED), exponent)
    plain = errors(wall(FRAMES[name], LITHIUM, steps, PLAIN), exponent)
    item = f"creeping thick wall, coarse mesh, {name}"

    def beside(value: float) -> str:
        return f"closed form (plain quadratic displacements: {value:.2g})"

    label = "L2 error of the pressure"
    measured(item, label, mixed.pressure, 0.02, beside(plain.pressure))
    label = "largest error of the pressure over the load"
    measured(item, label, mixed.worst, 0.03, beside(plain.worst))
    measured(item, "error of the speed of the wall", mixed.speed, 0.03, beside(plain.speed))
    # the reason for the mixed elements
    assert plain.pressure > 10 * mixed.pressure
    assert plain.worst > 0.1


@pytest.mark.parametrize("name", FRAMES)
def test_pressure_of_a_nearly_incompressible_elastic_solid(name: str) -> None:
    """Lithium that has no time to flow, with another Poisson's ratio."""
    elastic = Elastic(young=7.82e9, poisson=0.4999)
    solid = dataclasses.replace(LITHIUM.solid, elastic=elastic)
    material = dataclasses.replace(LITHIUM, solid=solid, sources={})
    found = errors(wall(FRAMES[name], material, [1e-9], MIXED), 1.0)
    item, against = f"elastic thick wall, Poisson's ratio 0.4999, {name}", "Lame's solution"
    measured(item, "L2 error of the pressure", found.pressure, 0.03, against)
    measured(item, "largest error of the pressure over the load", found.worst, 0.03, against)
