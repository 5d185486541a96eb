# SPDX-License-Identifier: BSD-3-Clause
"""A fluid presses equally on all sides, also on the faces before and behind a plane section."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.elastic_cell import WORKING, one_sided_cell, rollers
from tests.single_body import Rectangle, stress_points
from tests.tools import march, measured

pytestmark = pytest.mark.serial

PRESSURE = 100e6
BLOCK = Material("block", Elastic(young=5e9, poisson=0.37))
FRAMES = [ssb.PlaneStrain(), ssb.PlaneSection()]
IDS = ["PlaneStrain", "PlaneSection"]


@pytest.mark.parametrize("frame", FRAMES, ids=IDS)
def test_a_block_in_a_fluid_is_under_its_pressure_alone(frame: Frame) -> None:
    case = ssb.Case(
        name="block",
        geometry=Rectangle(frame=frame, width=4e-6, height=3e-6, columns=3, rows=3),
        bodies=(ssb.Body.single("body", BLOCK),),
        supports=rollers("bottom", "left"),
        fixture=ssb.Isostatic(PRESSURE),
        protocol=(ssb.Preload(1.0), ssb.Release(1.0), ssb.Press(PRESSURE, 1.0)),
        step_control=ssb.PrescribedSteps([1.0, 1.0, 1.0]),
    )
    done = march(case)
    stress = stress_points(done).values
    item, against = f"Block in a fluid, {type(frame).__name__}", "equal pressure on all sides"
    error = stress_points(done).largest(stress + PRESSURE * np.eye(3)) / PRESSURE
    measured(item, "largest error of the stress over the pressure", error, 1e-8, against)
    strain = -PRESSURE * (1 - 2 * BLOCK.solid.poisson) / BLOCK.solid.young
    error = abs(done.rows[-1]["strain_zz:body"] / strain - 1)
    measured(item, "relative error of the strain across", error, 1e-8, against)
    # the field that is written holds all three
    written = done.observer.arrays("body")["strain"]
    assert np.abs(written - strain * np.array([1, 1, 1, 0, 0, 0])).max(initial=0.0) < 1e-8 * abs(
        strain
    )
    height = done.rows[-1]["thickness_stack"] / 3e-6 - 1
    assert height == pytest.approx(strain, rel=1e-8, abs=0)
    assert done.rows[1]["strain_zz:body"] == pytest.approx(0.0, abs=1e-8 * abs(strain))


def test_bonded_bodies_share_the_strain_across_and_carry_the_fluid_together() -> None:
    """Two layers that stick: one strain, and forces across that add up to those of the fluid."""
    case = one_sided_cell(
        fixture=ssb.Isostatic(PRESSURE),
        supports=rollers("bottom", "left"),
        protocol=(ssb.Preload(1.0),),
        step_control=ssb.PrescribedSteps([1.0]),
    )
    (interface,) = case.interfaces
    bond = ssb.BilinearCohesion(strength=1e12, toughness=1e9)
    case = replace(case, interfaces=(replace(interface, adhesion=bond),))
    row = march(case).rows[-1]
    strains = [row[f"strain_zz:{body}"] for body in ("negative", "separator")]
    assert strains[0] == pytest.approx(strains[1], rel=1e-12, abs=0)
    free = [-PRESSURE * (1 - 2 * m.poisson) / m.young for m in solids(case)]
    assert min(free) < strains[0] < max(free)
    apart = march(replace(case, interfaces=(interface,))).rows[-1]
    found = [apart[f"strain_zz:{body}"] for body in ("negative", "separator")]
    assert found == pytest.approx(free, rel=1e-8, abs=0)
    assert apart[f"contact_fraction:{WORKING}"] == 1.0


def solids(case: ssb.Case) -> list[Elastic]:
    """Return the elastic laws of the two bodies."""
    return [next(iter(body.materials.values())).solid for body in case.bodies]
