# SPDX-License-Identifier: BSD-3-Clause
"""Hosts that go along with their mesh: they swell to 3.8 times their volume, and yield."""

from __future__ import annotations

import math

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from tests.moving import assert_same_rows
from tests.swelling_body import (
    C_MAX,
    DURATION,
    EMPTY,
    EXPONENT,
    FULL,
    GAINED,
    GROWTH,
    POISSON,
    RATE,
    SIDES,
    SIZE,
    SOFTER,
    WEAKER,
    YIELD,
    YOUNG,
    Swollen,
    carried,
    host,
    swelling,
    volume_of,
)
from tests.tools import Mode, assert_same, march, measured, set_mode


def at_change(found: Swollen, change: float) -> int:
    """Return the step at whose end the volume of the content has changed by most nearly so much."""
    return int(np.argmin(np.abs(volume_of(found.content) - 1 - change)))


def bulk(x: np.ndarray) -> np.ndarray:
    """Return the bulk modulus of a content [Pa]."""
    return np.asarray(YOUNG * SOFTER.numeric(x) / (3 * (1 - 2 * POISSON)))


@pytest.mark.serial
@pytest.mark.slow
def test_a_held_layer_grows_by_its_volume_and_yields() -> None:
    r"""Its sides are at yield, :math:`q = \\sigma_0 (\\dot\\varepsilon/\\dot\\varepsilon_0)^{1/n}`.

    Without a load :math:`p = 2q/3` and :math:`h = J_c e^{-p/K}`, both at the content reached.
    """
    found = Swollen(swelling(20))
    name = "host held at its sides"
    height, x = found.volume, found.content
    rates = 2 / 3 * np.diff(np.log(height), prepend=0.0) / (DURATION / len(x))
    stress = YIELD * WEAKER.numeric(x) * (rates / RATE) ** (1 / EXPONENT)
    for change in (0.5, 1.0, GAINED):
        k = at_change(found, change)
        exact = volume_of(x[k]) * np.exp(-2 * stress[k] / 3 / bulk(x[k]))
        error = abs(height[k] / exact - 1)
        measured(name, f"height at {change:.0%} of swelling", error, 1e-5, "closed form")
        mises = found.column("von_mises_max")[k] / stress[k]
        measured(name, f"stress at {change:.0%} of swelling", abs(mises - 1), 2e-3, "flow stress")
    assert conserved(found, SIZE**2) < 1e-10


@pytest.mark.serial
def test_a_held_layer_that_gives_lithium_back_yields_in_tension() -> None:
    r"""Filled and emptied again in part, :math:`h = J_c e^{+p/K}` with :math:`p = 2q/3`."""
    steps, full, left = (8, 6), 0.857, 0.26
    turn = DURATION * steps[0] / sum(steps)
    each = C_MAX / (1 + GROWTH * EMPTY) * SIZE
    inwards, outwards = each * (full - EMPTY) / turn, each * (left - full) / (DURATION - turn)
    flux = ssb.FaceFlux("top", lambda t: inwards if t < turn + 1.0 else outwards)
    found = Swollen(swelling(sum(steps), loads=ssb.Loads(face_fluxes=(flux,))))
    height, x = found.volume, found.content
    assert abs(x[steps[0] - 1] - full) < 1e-9
    rate = 2 / 3 * abs(np.log(height[-1] / height[-2])) * len(x) / DURATION
    stress = YIELD * WEAKER.numeric(x[-1]) * (rate / RATE) ** (1 / EXPONENT)
    name = "host held at its sides, emptied again"
    exact = volume_of(x[-1]) * np.exp(2 * stress / 3 / bulk(x[-1]))
    measured(name, "height", abs(height[-1] / exact - 1), 1e-5, "closed form")
    mises = found.column("von_mises_max")[-1] / stress
    measured(name, "stress", abs(mises - 1), 2e-3, "flow stress")


@pytest.mark.serial
def test_a_held_layer_yields_first_where_its_swelling_is_elastic() -> None:
    r"""At :math:`\ln J_c = 3 (1 - \nu) \sigma_y / E`: before it, an elastic film.

    Norton's law rounds the corner, so that the lines on both sides of it are made to meet.
    """
    found = Swollen(swelling(12, 0.02))
    grown, x = np.log(volume_of(found.content)), found.content
    mises, young = found.column("von_mises_max"), YOUNG * SOFTER.numeric(found.content)
    elastic = mises < 0.9 * mises.max()
    assert 3 <= elastic.sum() <= 6
    film = young * grown / (3 * (1 - POISSON))
    name = "host held at its sides, first yield"
    off = np.abs(mises / film - 1)[elastic].max()
    measured(name, "stress before", off, 1e-3, "E ln J_c / 3 (1 - nu)")
    slope = (mises / grown / SOFTER.numeric(x))[elastic][-1]
    meet = mises[-1] / slope
    rate = 2 / 3 * math.log(found.volume[-1] / found.volume[-2]) * len(x) / DURATION
    flow = YIELD * WEAKER.numeric(x[-1]) * (rate / RATE) ** (1 / EXPONENT)
    exact = 3 * (1 - POISSON) * flow / YOUNG
    measured(name, "ln J_c", abs(meet / exact - 1), 1e-3, "3 (1 - nu) sigma_y / E")


def conserved(found: Swollen, made: float, full: float = FULL) -> float:
    """Return by how much the lithium differs from what has entered, over all that enters [1].

    Args:
        found: the run.
        made: volume as made [m3].
        full: content at the end [1].
    """
    enters = C_MAX / (1 + GROWTH * EMPTY) * (full - EMPTY) * made
    parts = np.arange(1, len(found.lithium) + 1) / len(found.lithium)
    return float(np.abs((found.lithium - found.start) / enters - parts).max())


@pytest.mark.serial
@pytest.mark.slow
def test_a_free_body_grows_by_its_volume() -> None:
    """A cylinder that nothing holds keeps its shape, its volume is that of its content.

    The content differs by 3e-6 over it, which bends edges that the mesh has straight.
    """
    case = swelling(
        80,
        frame=ssb.Axisymmetric(),
        material=host(1e-7),
        supports=(ssb.Roller("bottom"),),
    )
    found, name = Swollen(case), "free cylinder of a host"
    exact = volume_of(found.content)
    for change in (0.5, 1.0, GAINED):
        k = at_change(found, change)
        error = abs(found.volume[k] / exact[k] - 1)
        measured(name, f"volume at {change:.0%} of swelling", error, 3e-8, "that of its content")
    moved = carried(found.run.cell)
    stretch = moved.positions.max(axis=0) / SIZE / exact[-1] ** (1 / 3)
    measured(name, "radius and height", float(np.abs(stretch - 1).max()), 1e-5, "cubic root")
    lost = conserved(found, math.pi * SIZE**3)
    measured(name, "lithium", lost, 1e-10, "what enters")


@pytest.mark.serial
@pytest.mark.slow
@pytest.mark.parametrize(
    "frame", [ssb.Axisymmetric(), ssb.ThreeDimensional()], ids=lambda frame: type(frame).__name__
)
def test_a_heated_body_grows_by_its_volume_exactly(frame: Frame) -> None:
    """To 3.8 times its volume in four steps; without lithium all of it is alike."""
    expansion, cold = 1e-3, 298.15
    hot = cold + math.log(1 + GAINED) / (3 * expansion)
    solid = Material("hot", Elastic(YOUNG, POISSON), thermal_expansion=expansion)
    faces = ("bottom",) if frame.revolves else ("bottom", "left", "front")
    case = swelling(
        4,
        geometry=ssb.Stack(
            frame=frame,
            width=SIZE,
            depth=None if frame.revolves else SIZE,
            layers=(ssb.Layer("body", SIZE),),
            size_interface=SIZE,
            size_bulk=SIZE,
        ),
        bodies=(ssb.Body.single("body", solid, moves=True),),
        loads=ssb.Loads(),
        supports=tuple(ssb.Roller(face) for face in faces),
        temperature=cold,
        protocol=(ssb.Under(ssb.Rest(DURATION), temperature=ssb.TemperatureRamp(cold, hot)),),
    )
    run, name = march(case), f"free body that is heated, {type(frame).__name__}"
    moved = carried(run.cell)
    made = math.pi * SIZE**3 if frame.revolves else SIZE**3
    error = abs(moved.volume / made / (1 + GAINED) - 1)
    measured(name, "volume at 280 %", error, 1e-9, "that of its expansion")
    stretch = moved.positions.max(axis=0) / SIZE / (1 + GAINED) ** (1 / 3)
    measured(name, "its sides", float(np.abs(stretch - 1).max()), 1e-9, "cubic root")


#: Diffusion as slow as the charge.
SLOW = SIZE**2 / DURATION


@pytest.mark.slow
def test_lithium_is_conserved_where_it_is_uneven() -> None:
    """Neither a step that is thrown away nor a checkpoint leaves a trace."""
    case = swelling(16, 0.5, material=host(SLOW), supports=SIDES[1:])
    whole = Swollen(case)
    spread = whole.column("content_max")[-1] - whole.column("content_min")[-1]
    assert spread > 0.1
    name = "host in which lithium diffuses as it swells"
    lost = conserved(whole, SIZE**2, 0.5)
    measured(name, "lithium", lost, 1e-10, "what enters")
    for mode in (Mode.RESTEP, Mode.RECOVER):
        set_mode(mode)
        again = march(case)
        assert_same_rows(unpressed(again.rows), unpressed(whole.run.rows))
        assert_same(carried(again.cell).positions, carried(whole.run.cell).positions)


def unpressed(rows: list[dict[str, float]]) -> list[dict[str, float]]:
    """Return rows without the stack pressure: nothing presses, and it is rounding."""
    return [{name: value for name, value in row.items() if name != "p_stack"} for row in rows]
