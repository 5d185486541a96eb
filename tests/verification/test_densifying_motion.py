# SPDX-License-Identifier: BSD-3-Clause
"""Powders that go along with their mesh: pressed in a die, released, swollen, turned."""

from __future__ import annotations

import dataclasses
import itertools
import math
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import ssbmech as ssb
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.stepwise import VOLUME
from ssbmech.model.cell import CellModel
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import CREEP
from tests.cap import Cap, Layer
from tests.held_layer import COLD, EXPANSION, HEIGHT, layer, porosity, stress_of
from tests.moving import assert_same_rows
from tests.parts import Momentum, part
from tests.swelling_body import carried
from tests.tools import March, Mode, assert_same, march, measured, set_mode
from tests.verification.test_bending_plates import first_stress
from tests.verification.test_large_rotation import tensors

COMM = MPI.COMM_WORLD
GLASS = Cap(182.0, 0.458, 1.2, 0.1, young=28e3, poisson=0.35, stiffening=4.0)
HARD = Elastic(180e9, 0.25)
LOOSE, PRELOAD, FULL = 0.47, 2.0, 300.0
"""Density at the start [1]; pressures [MPa]."""


def powder(cap: Cap, density: float) -> Material:
    """Return a powder that expands by heat."""
    return Material("powder", cap.law(density), thermal_expansion=EXPANSION)


def die(steps: int, **changes: Any) -> ssb.Case:
    """Return a powder in a die, pressed to 300 MPa and released in so many steps each."""
    settings: dict[str, Any] = {
        "bodies": (ssb.Body.single("body", powder(GLASS, LOOSE), moves=True),),
        "protocol": (
            ssb.Preload(1.0),
            ssb.Press(FULL * 1e6, 100.0),
            ssb.Press(PRELOAD * 1e6, 100.0),
        ),
        "step_control": ssb.PrescribedSteps((1.0, *(100.0 / steps,) * (2 * steps))),
        "output": ssb.Output(figures=False),
    }
    fixture = changes.pop("fixture", ssb.ConstantForce(PRELOAD * 1e6))
    return layer(GLASS, LOOSE, fixture, **{**settings, **changes})


def in_numbers(steps: int) -> list[Layer]:
    """Return the same steps of the layer in logarithmic strains."""
    rising = np.linspace(PRELOAD, FULL, steps + 1)
    now, found = Layer(GLASS, -math.log1p(-LOOSE)), []
    for pressure in (*rising, *rising[-2::-1]):
        now = now.pressed(0.0, lambda _, p=pressure: p)
        found.append(now)
    return found


def heights(run: March) -> np.ndarray:
    """Return the logarithm of the height after each step."""
    return np.log(run.series("thickness_stack") / HEIGHT)


@pytest.mark.serial
def test_a_powder_in_a_die() -> None:
    """It goes to half its height in ten steps; a layer of logarithmic strains does the same.

    The deviator of a step is that of its middle, which differs from a logarithm by a twelfth of the
    third power of the strain; what the powder yields forgets that.
    """
    steps = 10
    run, exact = march(die(steps), watch=stress_of), in_numbers(steps)
    name, what = "powder in a die that moves", "logarithmic strains, the same steps"
    assert heights(run)[steps] < -0.6
    off = np.abs(heights(run) - [each.height for each in exact]).max()
    measured(name, "logarithm of the height", off, 1e-5, what)
    off = np.abs(porosity(run) - [1 - each.density for each in exact]).max()
    measured(name, "porosity", off, 1e-5, what)
    # forces over the width and, along the height, over the height as the mesh has it
    before = HEIGHT * np.exp([0.0, *heights(run)[:-1]])
    across = -np.array([seen[2] for seen in run.seen]) * HEIGHT / before / 1e6
    off = np.abs(across / [each.lateral for each in exact] - 1)[[steps, 2 * steps]].max()
    measured(name, "lateral stress, pressed and released", off, 2e-4, what)
    spring = heights(run)[-1] - heights(run)[steps]
    off = abs(spring / (exact[-1].height - exact[steps].height) - 1)
    measured(name, "springback", off, 1e-5, what)


@pytest.mark.serial
@pytest.mark.slow
def test_a_powder_in_a_die_is_of_second_order_in_the_step() -> None:
    """Against the same steps of logarithmic strains, of which each is backward Euler too."""
    off = []
    for steps in (10, 20, 40):
        run, exact = march(die(steps)), in_numbers(steps)
        off.append(np.abs(heights(run) - [each.height for each in exact]).max())
    orders = [math.log2(a / b) for a, b in itertools.pairwise(off)]
    name = "powder in a die that moves"
    measured(name, "logarithm of the height, 40 steps", off[-1], 5e-7, "logarithmic strains")
    assert min(orders) > 1.8


def log_of_elastic(pressure: float) -> float:
    """Return the logarithm of the height of the elastic layer under a pressure [MPa]."""
    return -pressure * 1e6 / (HARD.bulk + 4 * HARD.shear / 3)


@pytest.mark.pair
def test_an_elastic_layer_and_powder_in_one_body() -> None:
    """In layers across the pressure each has its own height; a rank may have none of a layer."""
    steps = 5
    materials = {"hard": Material("hard", HARD), "powder": Material("powder", GLASS.law(LOOSE))}
    case = dataclasses.replace(
        die(steps),
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(), width=HEIGHT, size_interface=HEIGHT, size_bulk=HEIGHT,
            layers=(ssb.Layer("hard", HEIGHT), ssb.Layer("powder", HEIGHT)),
        ),
        bodies=(ssb.Body("body", materials, moves=True),),
    )  # fmt: skip
    run, exact = march(case), in_numbers(steps)
    rising = np.linspace(PRELOAD, FULL, steps + 1)
    loads = np.array([*rising, *rising[-2::-1]])
    hard = np.exp([log_of_elastic(load) for load in loads])
    whole = HEIGHT * (hard + np.exp([each.height for each in exact]))
    off = np.abs(run.series("thickness_stack") / whole - 1).max()
    name, what = "elastic layer and powder in a die", "logarithmic strains, the same steps"
    measured(name, "height of both", off, 1e-4, what)
    kept = run.series("porosity_mean:powder")
    off = np.abs(kept - [1 - each.density for each in exact]).max()
    measured(name, "porosity of the powder", off, 1e-4, what)


@pytest.mark.pair
def test_no_trace_is_left_by_what_is_thrown_away_or_resumed() -> None:
    case = die(8)
    whole = march(case)
    for mode in (Mode.RESTEP, Mode.RECOVER):
        set_mode(mode)
        again = march(case)
        assert_same_rows(again.rows, whole.rows)
        assert_same(carried(again.cell).positions, carried(whole.cell).positions)


@pytest.mark.serial
def test_what_swells_freely_keeps_its_density() -> None:
    """To 2.4 times its volume, exactly: there is no stress, and nothing flows.

    Steps are short: in the first guess of a long one, as wide as the body was, all pores close.
    """
    hot = COLD + math.log(2.4) / (3 * EXPANSION)
    case = dataclasses.replace(
        die(1),
        bodies=(ssb.Body.single("body", powder(GLASS, 0.8), moves=True),),
        geometry=ssb.Stack(
            frame=ssb.Axisymmetric(), width=HEIGHT, layers=(ssb.Layer("body", HEIGHT),),
            size_interface=HEIGHT, size_bulk=HEIGHT,
        ),
        fixture=None,
        supports=(ssb.Roller("bottom"),),
        protocol=(ssb.Under(ssb.Rest(3.0), temperature=ssb.TemperatureRamp(COLD, hot)),),
        step_control=ssb.AdaptiveSteps(dt_initial=0.01, dt_max=0.1, stress_error=None),
    )  # fmt: skip
    run, name = march(case), "free powder that swells"
    off = np.abs(porosity(run) - 0.2).max()
    measured(name, "porosity", off, 1e-12, "as filled in")
    ratio = carried(run.cell).volume / (math.pi * HEIGHT**3) / 2.4
    measured(name, "volume", abs(ratio - 1), 1e-9, "that of its solid")


@pytest.mark.serial
def test_a_pressed_powder_turns_as_it_is() -> None:
    """Its elastic strain and stress turn with it; volume and density stay."""
    case = dataclasses.replace(die(1), fixture=None, protocol=(ssb.Rest(1.0),))
    cell = CellModel(case, case.geometry.build(COMM))
    body, moved = cell.bodies["body"], carried(cell)
    history = next(m for m in body.parts.memory if isinstance(m, RegionHistory))
    dense, pressure = 0.9, 5e7
    bulk, shear = (1e6 * each for each in GLASS.moduli(-math.log1p(-dense)))
    # within the cap, which reaches to 400 MPa at that density
    history.committed["porosity"].x.array[:] = 1 - dense
    history.committed[VOLUME].x.array[:] = -pressure / bulk
    history.committed[CREEP].x.array.reshape(-1, 3)[:] = 1e-3 * np.array([0.7, -1.1, 0.6])
    (field,) = part(body, Momentum).pressures.values()
    field.function.x.array[:] = field.previous[:] = pressure
    at_start, made = tensors(history, body.owned_cells), moved.positions.copy()
    nodes = body.u.function.function_space.tabulate_dof_coordinates()[:, :2]
    worst, steps = np.zeros(4), 5
    for step in range(1, 2 * steps + 1):
        turn = Rotation.from_rotvec([0.0, 0.0, 2 * math.pi * step / steps]).as_matrix()
        body.u.function.x.array[:] = (nodes @ turn[:2, :2].T - nodes).ravel()
        stress = first_stress(body)
        history.begin()
        history.commit()
        cell.motion.commit()
        body.u.commit()
        exact = -2 * shear * turn @ at_start[0] @ turn.T - pressure * np.eye(3)
        volume = history.committed[VOLUME].x.array * bulk / pressure
        found = (
            np.abs(tensors(history, body.owned_cells) - turn @ at_start @ turn.T).max() / 1e-3,
            np.abs(stress - exact).max() / pressure,
            np.abs(volume + 1).max(),
            np.abs(history.committed["porosity"].x.array / (1 - dense) - 1).max(),
        )
        worst = np.maximum(worst, found)
    assert np.abs(moved.positions - made).max() < 1e-12 * HEIGHT
    whats = ("elastic deviator", "stress", "elastic volume", "porosity")
    for what, error in zip(whats, worst, strict=True):
        name = "pressed powder turned as it is"
        measured(name, f"{what}, 2 turns of 5 steps", float(error), 1e-9, "all turned with it")
