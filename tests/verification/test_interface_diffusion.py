# SPDX-License-Identifier: BSD-3-Clause
r"""Metal that diffuses along an interface, against closed forms of pressed discs, strips and rings.

A rigid punch that sinks at the speed w while metal flows from under it to its rim carries the
pressure B p'' = -w (in plane strain; with p'/r about an axis), which vanishes at the rim. The
solids are a thousand times as stiff as lithium, so that nothing else yields.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import GAS_CONSTANT
from ssbmech.frames import Frame
from ssbmech.materials.elastic import Elastic
from ssbmech.model.parts.diffusion import Diffusion
from ssbmech.units import s, um
from tests.parts import part
from tests.stripping import (
    COUNTER,
    CURRENT,
    LITHIUM,
    SPEED,
    WORKING,
    every_law,
    strip_cell,
)
from tests.tools import Mode, assert_same, march, measured, observed_orders, set_mode

INTERFACE = "metal|base"
RADIUS = 10e-6
PRESSURE = 1e6
MOBILITY = 1e-27
FAR = 1e-4
"""A gap that no metal fills [m]."""

assert LITHIUM.metal is not None
LAW = ssb.InterfaceDiffusion(
    diffusivity_width=MOBILITY * GAS_CONSTANT * 298.15 / LITHIUM.metal.molar_volume
)
STIFF = dataclasses.replace(
    LITHIUM, name="stiff", solid=Elastic(young=1e13, poisson=0.0), sources={}
)


def pressed(
    frame: Frame, size: float, edge: float, touches: Callable[[np.ndarray], np.ndarray]
) -> ssb.Case:
    """Return two stiff layers that touch in a part of their interface and are pressed together.

    Args:
        frame: plane strain or axisymmetric.
        size: size of the facets [m].
        edge: where contact ends [m].
        touches: whether positions x [m] are in contact.
    """
    gap = ssb.FunctionGap(lambda x: np.where(touches(x[0]), 0.0, FAR))
    return ssb.Case(
        name="pressed",
        geometry=ssb.Stack(
            frame=frame,
            width=2 * RADIUS,
            layers=(ssb.Layer("base", 5 * um), ssb.Layer("metal", 5 * um)),
            size_interface=size,
            size_bulk=3e-6,
            growth=1.0,
            refinements=(ssb.Refinement(INTERFACE, position=edge, size=size, radius=0.0),),
        ),
        bodies=(
            ssb.Body.single("base", dataclasses.replace(STIFF, name="base")),
            ssb.Body.single("metal", STIFF),
        ),
        interfaces=(ssb.Interface("metal|base", initial_gap=gap, diffusion=LAW),),
        supports=(ssb.Roller("bottom"), ssb.Roller("left"), ssb.Roller("right")),
        fixture=ssb.ConstantForce(preload=PRESSURE),
        protocol=(ssb.Preload(1 * s), ssb.Rest(100 * s)),
        step_control=ssb.PrescribedSteps((1.0, 50.0, 50.0)),
        output=ssb.Output(figures=False),
    )


def sinking(case: ssb.Case) -> float:
    """Return the speed at which the stack becomes thinner in the last step [m/s]."""
    rows = march(case).rows
    fallen = rows[-2]["thickness_stack"] - rows[-1]["thickness_stack"]
    return float(fallen / (rows[-1]["time"] - rows[-2]["time"]))


CASES = {
    # mean pressure of a disc w a^2 / (8 B), four times the stack's
    "disc": (ssb.Axisymmetric(), True, 8 * MOBILITY * 4 * PRESSURE / RADIUS**2),
    # of a strip w a^2 / (3 B), twice the stack's
    "strip": (ssb.PlaneStrain(), True, 3 * MOBILITY * 2 * PRESSURE / RADIUS**2),
    # outside a void of radius a = b / 2: P b^2 q / 8 B with q = 2 ln(1/w) - (3 - w)(1 - w), w = 1/4
    "ring": (
        ssb.Axisymmetric(),
        False,
        8 * MOBILITY * PRESSURE / (4 * RADIUS**2) / (2 * np.log(4) - 2.75 * 0.75),
    ),
}


@pytest.mark.serial
@pytest.mark.parametrize(
    "shape", ["disc", *(pytest.param(each, marks=pytest.mark.slow) for each in ("strip", "ring"))]
)
def test_punch_sinks_as_in_closed_form(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Disc, strip and ring sink within one percent on three meshes, with the order of the rim."""
    # the gap beside the punch stands for a free surface
    monkeypatch.setattr("ssbmech.model.construction.check_initial_gap", lambda surface: None)
    frame, inside, exact = CASES[shape]
    rim = RADIUS * (1 + 1e-6 if inside else 1 - 1e-6)
    errors = []
    for facets in (128, 256, 512):
        size = RADIUS / facets
        touches = (lambda x: x < rim) if inside else (lambda x: x > rim)
        case = pressed(frame, size, RADIUS, touches)
        errors.append(abs(sinking(case) / exact - 1))
    measured(
        "Interface diffusion", f"sinking of a {shape}, coarsest of three meshes", max(errors), 0.01,
        "closed form",
    )  # fmt: skip
    # metal comes to rest in the first open facet: the rim is blurred by its size
    orders = observed_orders([1.0, 0.5, 0.25], errors)
    measured(
        "Interface diffusion", f"order at the rim of a {shape}, distance from 1",
        float(np.max(np.abs(orders - 1))), 0.15, "size of the facets",
    )  # fmt: skip


@pytest.mark.pair
def test_metal_is_conserved_while_it_is_stripped() -> None:
    """What diffuses away here arrives there, and the metal that is missing is what was stripped."""
    run = march(every_law("conserving"))
    surface = run.cell.surfaces[WORKING]
    carried = part(surface, Diffusion).carried
    moved = surface.areas * surface.values(carried)
    whole, amount = surface.comm.allreduce(np.array([moved.sum(), abs(moved).sum()]))
    assert amount / surface.comm.allreduce(surface.areas.sum()) > 1e-12
    item = "Interface diffusion"
    measured(item, "metal that diffusion makes", abs(whole) / amount, 1e-9, "metal moved")
    audit = max(run.series("audit_lithium"))
    measured(item, "lithium audit with every law", audit, 1e-9, "charge passed")


@pytest.mark.serial
@pytest.mark.parametrize("dim", [2, pytest.param(3, marks=pytest.mark.slow)])
def test_wave_of_pressure_decays(dim: int) -> None:
    """A rate of stripping v (1 + d cos qx) on full contact needs a pressure wave d v / (B q^2)."""
    length = 12e-6
    wave = 2 * np.pi / length
    uneven = ssb.FunctionActivity(lambda x: 1 + 0.5 * np.cos(wave * x[0]))
    errors = []
    for size in (1.5e-6, 0.75e-6):
        frame = ssb.PlaneStrain() if dim == 2 else ssb.ThreeDimensional()
        sides = ("left", "right") if dim == 2 else ("left", "right", "front", "back")
        case = strip_cell(
            (),
            5e6,
            (ssb.ConstantCurrent(CURRENT, 100 * s),),
            geometry=ssb.Stack(
                frame=frame,
                width=length,
                depth=None if dim == 2 else 3e-6,
                layers=tuple(
                    ssb.Layer(name, 3 * um) for name in ("negative", "separator", "positive")
                ),
                size_interface=size,
                size_bulk=3e-6,
                graded=(WORKING,),
            ),
            bodies=(
                ssb.Body.single("negative", STIFF),
                ssb.Body.single("separator", library.by_name("li6ps5cl")),
                ssb.Body.single("positive", STIFF),
            ),
            supports=tuple(ssb.Roller(face) for face in ("bottom", *sides)),
            step_control=ssb.PrescribedSteps((1.0, 50.0, 50.0)),
        )
        # a resistance so high that the current follows the pattern
        kinetics = ssb.LinearKinetics(resistance=1.0)
        interfaces = (
            ssb.Interface(WORKING, kinetics=kinetics, activity=uneven, diffusion=LAW),
            ssb.Interface(COUNTER, kinetics=kinetics),
        )
        run = march(dataclasses.replace(case, interfaces=interfaces))
        surface = run.cell.surfaces[WORKING]
        x = surface.gap.function.function_space.tabulate_dof_coordinates()[: surface.gap.owned]
        pressure, weight = surface.values(surface.p_contact), surface.areas
        shape = np.cos(wave * x[:, 0])
        sums = np.array([weight @ (pressure * shape), weight @ (shape * shape)])
        one, norm = surface.comm.allreduce(sums)
        errors.append(abs(-one / norm / (0.5 * SPEED / (MOBILITY * wave**2)) - 1))
    measured(
        "Interface diffusion", f"wave of the pressure in {dim} dimensions", errors[-1], 0.02,
        "d v / (B q^2)",
    )  # fmt: skip
    assert errors[-1] < 0.5 * errors[0]


def test_pressure_of_ridges_outlasts_a_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    """It belongs to points between facets, of which there are others than facets."""
    monkeypatch.setattr("ssbmech.model.construction.check_initial_gap", lambda surface: None)
    case = dataclasses.replace(
        pressed(ssb.PlaneStrain(), 2e-6, RADIUS, lambda x: x < RADIUS),
        protocol=(ssb.Preload(1 * s), ssb.Rest(4 * s)),
        step_control=ssb.PrescribedSteps((1.0, 1.0, 1.0, 1.0, 1.0)),
    )
    found = []
    for mode in (Mode.WHOLE, Mode.RECOVER):
        set_mode(mode)
        cell = march(case).cell
        ridges = part(cell.surfaces[INTERFACE], Diffusion).ridge_pressure
        found.append((ridges.previous.copy(), ridges.older.copy()))
    for whole, again in zip(*found, strict=True):
        assert_same(again, whole)
        assert not whole.size or np.ptp(whole) > 0.0
