# SPDX-License-Identifier: BSD-3-Clause
"""A cell is the same whichever way it lies: turned, mirrored, on any side of a box.

What has no direction must not change, and the thickness is that along the stack.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.units import MPa, mA_per_cm2, s
from tests.elastic_cell import WORKING, oedometer_modulus, one_sided_cell, rollers
from tests.small_cell import COUNTER, stack, void_cell
from tests.tools import March, march, measured
from tests.verification.test_fixtures import STACK

pytestmark = pytest.mark.serial

PLANE = ssb.PlaneStrain()


@dataclass(frozen=True, kw_only=True)
class Turned(MeshSource):
    """A mesh under a map of the plane.

    Attributes:
        source: the mesh.
        rows: matrix of the map, its rows.
    """

    source: MeshSource
    rows: tuple[tuple[float, float], tuple[float, float]]

    def generate(self) -> SimplexMesh:
        mesh = self.source.generate()
        points = mesh.points.copy()
        points[:, :2] = points[:, :2] @ np.array(self.rows).T
        return replace(mesh, points=points, faces={}, node_sets={})


# map, face of the platen, face opposite, sides
WAYS = {
    "turned left": (((0.0, -1.0), (1.0, 0.0)), "left", "right", ("bottom", "top")),
    "turned right": (((0.0, 1.0), (-1.0, 0.0)), "right", "left", ("bottom", "top")),
    "upside down": (((-1.0, 0.0), (0.0, -1.0)), "bottom", "top", ("left", "right")),
    "mirrored": (((-1.0, 0.0), (0.0, 1.0)), "top", "bottom", ("left", "right")),
}
UPRIGHT = (((1.0, 0.0), (0.0, 1.0)), "top", "bottom", ("left", "right"))


def lying(way: tuple, platen: bool = True) -> ssb.Case:
    """Return a void cell that lies in some way, its void in the middle of the interface."""
    rows, face, opposite, sides = way
    turn = np.array(rows)
    middle = turn @ np.array([12e-6, 8e-6])
    along = turn @ np.array([1.0, 0.0])

    def depth(x: np.ndarray) -> np.ndarray:
        t = along @ (x[:2] - middle[:, None]) / 9e-6
        return 600e-9 * np.maximum(1 - t**2, 0.0)

    kinetics = void_cell().interfaces[0].kinetics
    geometry = Turned(frame=PLANE, source=stack(PLANE, 4.0), rows=rows)
    case = void_cell(
        PLANE,
        geometry=geometry,
        supports=rollers(opposite, *sides),
        interfaces=(
            ssb.Interface(WORKING, kinetics=kinetics, initial_gap=ssb.FunctionGap(depth)),
            ssb.Interface(COUNTER, kinetics=kinetics),
        ),
        fixture=ssb.Spring(2 * MPa, 3e10, face=face),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, 10 * s)),
        step_control=ssb.PrescribedSteps([1.0, 5.0, 5.0]),
        newton=ssb.NewtonSettings(tolerance=1e-10),
    )
    if platen:
        return case
    # nothing but a fluid on one end tells where the stack is pressed
    load = ssb.FacePressure(face, lambda time: 2e6)
    return replace(case, fixture=None, loads=ssb.Loads(face_pressures=(load,)))


@cache
def upright(platen: bool) -> March:
    return march(lying(UPRIGHT, platen))


@pytest.mark.parametrize("platen", [True, False], ids=["platen", "fluid"])
@pytest.mark.parametrize("way", WAYS)
def test_a_cell_is_the_same_whichever_way_it_lies(way: str, platen: bool) -> None:
    expected, found = upright(platen), march(lying(WAYS[way], platen))
    names = ("voltage", "p_stack", "thickness_stack", f"void_volume:{WORKING}")
    apart = {}
    for name in names:
        size = np.max(np.abs(expected.series(name)))
        apart[name] = np.max(np.abs(found.series(name) - expected.series(name))) / size
    item = f"Cell {way}, {'platen' if platen else 'fluid'}"
    worst = max(apart, key=lambda name: apart[name])
    measured(item, "largest relative difference", apart[worst], 1e-11, f"upright; {worst}")
    # the change of the thickness alone, which is small against it
    change = np.ptp(expected.series("thickness_stack"))
    thickness = found.series("thickness_stack") - expected.series("thickness_stack")
    assert np.max(np.abs(thickness)) <= 1e-7 * change


def test_stack_pressure_of_a_fluid_on_one_end() -> None:
    """Without a platen the pressure on the stack is that on its end."""
    done = march(lying(UPRIGHT, platen=False))
    assert done.series("p_stack") == pytest.approx(2e6, rel=1e-12)


def test_stack_pressure_between_walls_is_their_reaction() -> None:
    """A metal that grows between rigid walls presses against both of them."""
    current, duration = -20.0, 30.0
    case = one_sided_cell(
        fixture=None,
        supports=rollers("bottom", "top", "left", "right"),
        protocol=(ssb.ConstantCurrent(current, duration),),
        step_control=ssb.PrescribedSteps([duration]),
    )
    done = march(case)
    metal = case.bodies[0].materials["negative"].metal
    grown = -current * duration * metal.molar_volume / 96485.33212
    compliance = sum(height / oedometer_modulus(material) for height, material in STACK)
    error = abs(done.rows[-1]["p_stack"] * compliance / grown - 1)
    measured("Stack between walls", "relative error of the pressure", error, 1e-7, "growth")
    height = sum(height for height, _ in STACK)
    assert done.rows[-1]["thickness_stack"] == pytest.approx(height, rel=1e-12)
