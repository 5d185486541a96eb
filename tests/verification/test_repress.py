# SPDX-License-Identifier: BSD-3-Clause
"""Gaps that pressing closes: a porous solid keeps a part of them closed, an elastic one none."""

from __future__ import annotations

import functools

import pytest

import ssbmech as ssb
from ssbmech.frames import PlaneStrain
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.units import MPa, nm, um
from tests.cap import Cap
from tests.tools import March, march, measured

GAP = "porous|hard"
#: Density of the pellet, its cap [MPa], and its modulus then [Pa].
DENSITY, YOUNG = 0.85, 2e10
CAP = Cap(200.0, 0.45, 1.2, 0.5, strength=400.0, young=YOUNG / 1e6)
PRESS = 300 * MPa


@functools.cache
def pressed(flows: bool) -> March:
    """Press a pellet with valleys of 100 nm on a hard block at 300 MPa, and release it to 2 MPa."""
    solid = CAP.law(DENSITY) if flows else Elastic(YOUNG, CAP.poisson)
    case = ssb.Case(
        name="repress",
        geometry=ssb.Stack(
            frame=PlaneStrain(),
            layers=(ssb.Layer("porous", 8 * um), ssb.Layer("hard", 4 * um)),
            width=8 * um,
            size_interface=1 * um,
            size_bulk=4 * um,
        ),
        bodies=(
            ssb.Body.single("porous", Material("pellet", solid)),
            ssb.Body.single("hard", Material("block", Elastic(200e9, 0.25))),
        ),
        interfaces=(ssb.Interface(GAP, initial_gap=ssb.CosineGap(100 * nm, 16 * um)),),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "right")),
        fixture=ssb.ConstantForce(2 * MPa),
        protocol=(ssb.Preload(1.0), ssb.Press(PRESS, 10.0), ssb.Press(2 * MPa, 10.0)),
        step_control=ssb.AdaptiveSteps(dt_max=1.0, stress_error=None, gap_error=1 * um),
        limits=ssb.Limits.off(),
    )
    return march(case)


def ends(run: March, name: str) -> list[float]:
    """Return a quantity of the gap at 2 MPa, at 300 MPa and at 2 MPa again."""
    last = {row["step"]: row[f"{name}:{GAP}"] for row in run.rows}
    return [last[step] for step in sorted(last)]


@pytest.mark.pair
def test_pressing_again_keeps_a_gap_closed_in_part() -> None:
    before, at_most, after = ends(pressed(True), "void_volume")
    assert at_most < 1e-3 * before, "the press closes the gap"
    item = "Gap of 100 nm pressed at 300 MPa"
    measured(item, "porous solid: void left over that before", after / before, 0.2, "less than all")
    touching = ends(pressed(True), "contact_fraction")
    assert touching[2] > touching[0], "it touches over more of its surface than before"


@pytest.mark.pair
def test_an_elastic_solid_springs_back() -> None:
    before, at_most, after = ends(pressed(False), "void_volume")
    assert at_most < 0.2 * before
    item = "Gap of 100 nm pressed at 300 MPa"
    measured(item, "elastic solid: change of the void", abs(after / before - 1), 1e-6, "none")
