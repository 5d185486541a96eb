# SPDX-License-Identifier: BSD-3-Clause
"""Layers whose height changes by any amount, on a mesh: what a frame sees of them."""

from __future__ import annotations

import dataclasses
import math

import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.errors import CaseError
from ssbmech.library.silicon import micro_silicon
from tests.cap import Cap, Layer
from tests.held_layer import HEIGHT, layer, porosity, swelling
from tests.tools import march, measured

#: A stiff frame, in MPa for each height of the layer.
PRELOAD, FRAME = 2.0, 20.0


@pytest.mark.pair
def test_a_layer_that_swells_by_half_in_a_frame() -> None:
    """The frame sees the height that the layer has, exp(strain), and density what is left."""
    cap = Cap(300.0, 0.5, 1.5, 0.6, 450.0, young=2e4)
    fixture = ssb.FixedGap(PRELOAD * 1e6, frame_compliance=HEIGHT / (FRAME * 1e6))
    steps = ssb.AdaptiveSteps(dt_initial=5.0, dt_max=5.0, stress_error=None)
    case = layer(cap, 0.6, fixture, protocol=(ssb.Preload(1.0), swelling(1.6)), step_control=steps)
    bodies = (ssb.Body("body", case.bodies[0].materials, logarithmic=True),)
    run = march(dataclasses.replace(case, bodies=bodies))
    heights = run.series("thickness_stack") / HEIGHT
    now, errors = Layer(cap, -math.log(0.4)), []

    def frame(height: float) -> float:
        return PRELOAD + FRAME * (math.exp(height) - heights[0])

    for row, time in enumerate(run.series("time")):
        swollen = max(time - 1.0, 0.0) / 100.0 * math.log(1.6)
        now = now.pressed(swollen, frame if row else lambda _: PRELOAD)
        errors.append(abs(heights[row] / math.exp(now.height) - 1))
    worst = max(errors)
    measured("layer in a frame", "height", worst, 1e-6, "the same steps in numbers")
    found = run.series("p_stack")[-1] / 1e6
    measured("layer in a frame", "pressure", abs(found / now.axial - 1), 1e-5, "the same steps")
    assert porosity(run)[-1] == pytest.approx(1 - now.density, abs=1e-6)
    assert heights[-1] > 1.25
    # small strains would tell the frame a height of one tenth less
    assert PRELOAD + FRAME * now.height < 0.95 * found


@pytest.mark.serial
def test_a_body_that_moves_needs_no_logarithms() -> None:
    with pytest.raises(CaseError, match="leave logarithmic=True out"):
        ssb.Body("metal", {"metal": micro_silicon()}, moves=True, logarithmic=True)


@pytest.mark.serial
def test_swelling_of_small_strains_is_no_logarithm() -> None:
    with pytest.raises(CaseError, match=r"'layer'.*VolumeSwelling of 'graphite'.*Logarithmic"):
        ssb.Body("layer", {"layer": library.by_name("graphite")}, logarithmic=True)
    ssb.Body("layer", {"layer": micro_silicon()}, {"layer": 0.0}, logarithmic=True)
