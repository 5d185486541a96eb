# SPDX-License-Identifier: BSD-3-Clause
r"""The wall of a void whose metal has a surface energy: how it relaxes, and where it rests.

A wave of wave number q on a flat wall decays by diffusion along it (Mullins, J. Appl. Phys. 1957,
28, 333) and by flow of a viscous body below (Frenkel),

.. math:: h \propto \exp(-B \gamma q^4 t), \quad h \propto \exp(-\gamma q t / (2 \eta))
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from mpi4py import MPI

import numpy as np
import pytest
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech import library
from ssbmech.constants import GAS_CONSTANT
from ssbmech.frames import Frame
from ssbmech.materials.material import Material
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.wall_tension import WallTension
from tests.moving import LITHIUM, assert_same_rows, motion
from tests.parts import part
from tests.single_body import with_flow
from tests.small_cell import deviations, physical
from tests.tools import March, Mode, march, measured, observed_orders, set_mode

COMM = MPI.COMM_WORLD
SLOW = pytest.mark.slow
WALL = "negative|separator"
FOOT = 0.5e-6
"""Half of the width of a void [m]."""
RELAXED = 600.0
"""Time after which its shape no longer changes [s]."""
STEPS = 2.0 ** np.arange(10) / 1023
"""Parts of it, of which the first is shorter than the shortest wave needs [1]."""
ENERGY, TEMPERATURE = 0.5, 298.15
ALONG = ssb.InterfaceDiffusion(2e-20)
TENSE = ssb.Capillarity(ENERGY, ALONG)
WAVE = 1e-6
NUMBER = 2 * math.pi / WAVE
MOBILITY = ALONG.diffusivity_width * LITHIUM.metal.molar_volume / (GAS_CONSTANT * TEMPERATURE)
RATE = MOBILITY * ENERGY * NUMBER**4
"""Of the decay of a wave by diffusion along the wall [1/s]."""

#: Metal that does not flow while the wall moves.
STIFF = with_flow(LITHIUM, rate=1e-12, stress=1e6, exponent=1.0)


def wavy(
    size: float,
    steps: int,
    duration: float,
    metal: Material = STIFF,
    law: ssb.Capillarity = TENSE,
) -> ssb.Case:
    """Return half a wave of 2 nm on a wall that faces a void of 4 nm."""

    def gap(x: np.ndarray) -> np.ndarray:
        return np.asarray(4e-9 + 2e-9 * np.cos(NUMBER * x[0]))

    return ssb.Case(
        name="wavy",
        geometry=ssb.Stack(
            frame=ssb.PlaneStrain(),
            width=WAVE / 2,
            layers=(ssb.Layer("negative", WAVE), ssb.Layer("separator", 0.2e-6)),
            size_interface=size,
            size_bulk=4 * size,
        ),
        bodies=(
            ssb.Body.single("negative", metal, moves=True),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
        ),
        interfaces=(ssb.Interface(WALL, capillarity=law, initial_gap=ssb.FunctionGap(gap)),),
        supports=tuple(ssb.Roller(face) for face in ("left", "right", "bottom", "top")),
        protocol=(ssb.Rest(duration),),
        temperature=TEMPERATURE,
        step_control=ssb.PrescribedSteps((duration / steps,) * steps),
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
    )


def amplitude(cell: CellModel) -> float:
    """Return the amplitude of the wave over that at the start [1]; collective."""
    surface = cell.surfaces[WALL]
    n = surface.gap.owned
    x = surface.gap.function.function_space.tabulate_dof_coordinates()[:n, 0]
    wave = surface.areas * np.cos(NUMBER * x)
    sums = np.array([wave @ surface.values(surface.gap), wave @ np.cos(NUMBER * x)])
    over, under = COMM.allreduce(sums, op=MPI.SUM)
    return float(over / under / 2e-9)


@dataclass(frozen=True)
class Wall:
    """The metal of a void at the start of a step.

    Attributes:
        volume: volume of its mesh less what pressure has dilated [m3].
    """

    volume: float


def metal_of(cell: CellModel) -> Wall:
    """Return what the metal was at the start of the step."""
    moved = motion(cell, "negative")
    return Wall(moved.mesh.volume - moved.metal.dilated)


def check_metal(name: str, run: March, work: float = 0.0) -> None:
    """Check that no metal is lost, and that the energy of the surface falls in every step.

    Args:
        name: what was verified.
        run: the run.
        work: what loads may add to the energy in a step, over the energy [1].
    """
    volumes = np.array([wall.volume for wall in run.seen])
    off = float(np.abs(volumes / volumes[0] - 1).max())
    measured(name, "volume of the metal", off, 1e-12, "that at the start")
    energy = run.series(f"surface_energy:{WALL}")
    rise = float(np.diff(energy).max() / energy[0])
    measured(name, "largest rise of the surface energy in a step", rise, work, "work of loads")


@pytest.mark.serial
def test_wave_decays_by_diffusion_along_the_wall() -> None:
    name = "wavy wall, diffusion along it"
    sizes, errors = [0.1 * WAVE, 0.05 * WAVE], []
    for size in sizes:
        run = march(wavy(size, 8, 1 / RATE), watch=metal_of)
        check_metal(name, run)
        errors.append(amplitude(run.cell) / (1 + 1 / 8) ** -8 - 1)
    measured(name, "amplitude, facets of 1/20 of the wave", abs(errors[-1]), 0.02, "backward Euler")
    order = observed_orders(sizes, errors)[0]
    measured(name, "distance of the order in space from two", abs(order - 2), 0.1, "2")


@pytest.mark.serial
def test_diffusion_of_the_interface_leaves_the_bare_wall_alone() -> None:
    """A wall without diffusion of its own only presses, however fast metal moves in contact."""
    case = wavy(0.1 * WAVE, 2, 1 / RATE, law=ssb.Capillarity(ENERGY))
    quick = replace(case.interfaces[0], diffusion=ssb.InterfaceDiffusion(1e-17))
    run = march(replace(case, interfaces=(quick,)))
    error = abs(amplitude(run.cell) - 1)
    # 39 kPa at the crests strain the metal
    measured("wavy wall that only presses", "amplitude", error, 3e-3, "that at the start")


@pytest.mark.slow
@pytest.mark.serial
def test_wave_decays_by_the_fourth_power_of_its_number() -> None:
    """Facets of a fortieth of the wave; the rate itself, with the step let go to zero."""
    name = "wavy wall, diffusion along it, facets of 1/40 of the wave"
    ends = [amplitude(march(wavy(WAVE / 40, n, 1 / RATE)).cell) for n in (16, 32)]
    limit = 2 * ends[1] - ends[0]
    measured(name, "rate, steps let go to zero", abs(-math.log(limit) - 1), 0.01, "B gamma q^4")


@pytest.mark.serial
def test_wave_decays_by_viscous_flow_below_it() -> None:
    """A metal as deep as the wave is long, which is as good as without end."""
    name = "wavy wall, viscous flow below it"
    viscosity = 1e9
    metal = with_flow(LITHIUM, rate=1.0, stress=3 * viscosity, exponent=1.0)
    rate = ENERGY * NUMBER / (2 * viscosity)
    case = wavy(0.05 * WAVE, 8, 1 / rate, metal, law=ssb.Capillarity(ENERGY))
    run = march(case, watch=metal_of)
    check_metal(name, run)
    error = abs(amplitude(run.cell) / (1 + 1 / 8) ** -8 - 1)
    measured(name, "amplitude", error, 0.03, "gamma q / (2 eta), backward Euler")


def ring(
    frame: Frame, size: float, metal: Material = STIFF, law: ssb.Capillarity = TENSE
) -> ssb.Case:
    """Return metal around a void of 1 um about a core of 0.8 um, which contact does not hold."""
    return ssb.Case(
        name="ring",
        geometry=ssb.Inclusion(
            frame=frame, radius=0.8e-6, outer_radius=3e-6, size=size, coarsening=4.0,
            region="core", matrix="metal",
        ),
        bodies=(
            ssb.Body.single("metal", metal, moves=True),
            ssb.Body.single("core", library.by_name("li6ps5cl")),
        ),
        interfaces=(
            ssb.Interface(
                "metal|core",
                capillarity=law,
                initial_gap=ssb.FunctionGap(lambda x: np.full(x.shape[1], 0.2e-6)),
            ),
        ),
        supports=tuple(ssb.Roller(face) for face in ("left", "bottom")),
        loads=ssb.Loads(face_pressures=(ssb.FacePressure("outer", lambda time: 1.0),)),
        protocol=(ssb.Rest(60.0),),
        temperature=TEMPERATURE,
        step_control=ssb.PrescribedSteps((20.0,) * 3),
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
    )  # fmt: skip


@pytest.mark.serial
@pytest.mark.parametrize(
    ("frame", "still"), [(ssb.PlaneStrain(), 1e-8), (ssb.Axisymmetric(), 5e-3)], ids=["2D", "r-z"]
)
def test_round_void_stays_as_it_is(frame: Frame, still: float) -> None:
    """In the plane facets are alike; those of a sphere are not, and it rests to their size."""
    name = f"round void of 1 um at rest, {type(frame).__name__}"
    run = march(ring(frame, 0.1e-6))
    surface = run.cell.surfaces["metal|core"]
    found = surface.values(part(surface, WallTension).pressure)
    expected = -(2 if frame.revolves else 1) * ENERGY / 1e-6
    error = float(np.max(np.abs(found / expected - 1)))
    measured(name, "capillary pressure", error, 0.006, "gamma times the curvature")
    gap = surface.values(surface.gap)
    uneven = float(np.ptp(gap)) / 1e-6
    measured(name, "change of the shape over the radius", uneven, still, "none")


def wedge(size: float, frame: Frame, energy: float = ENERGY) -> ssb.Case:
    """Return a void with straight walls, 1 um wide and 0.15 um deep, that contact surrounds.

    It has the left side for its middle.
    """

    def gap(x: np.ndarray) -> np.ndarray:
        return np.asarray(0.15e-6 * np.maximum(1 - np.abs(x[0]) / FOOT, 0.0))

    return ssb.Case(
        name="wedge",
        geometry=ssb.Stack(
            frame=frame,
            width=2 * FOOT,
            layers=(ssb.Layer("negative", 1e-6), ssb.Layer("separator", 0.3e-6)),
            size_interface=size,
            size_bulk=4 * size,
        ),
        bodies=(
            ssb.Body.single("negative", STIFF, moves=True),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
        ),
        interfaces=(
            ssb.Interface(
                WALL,
                capillarity=ssb.Capillarity(energy, ALONG),
                initial_gap=ssb.FunctionGap(gap),
                contact=ssb.Sticking(),
            ),
        ),
        supports=tuple(
            ssb.Roller(face)
            for face in (("right",) if frame.revolves else ("left", "right")) + ("bottom",)
        ),
        fixture=ssb.ConstantForce(5e6),
        protocol=(ssb.Preload(1e-3), ssb.Rest(RELAXED)),
        temperature=TEMPERATURE,
        step_control=ssb.PrescribedSteps((1e-3, *RELAXED * STEPS)),
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
    )


def cap(depth: float, revolves: bool) -> float:
    """Return the volume of a cap of a circle or sphere over the foot, of a half or all of it."""
    if revolves:
        return math.pi * depth * (3 * FOOT**2 + depth**2) / 6
    radius = (FOOT**2 + depth**2) / (2 * depth)
    return (radius**2 * math.asin(FOOT / radius) - FOOT * (radius - depth)) / 2


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param(ssb.PlaneStrain(), marks=pytest.mark.pair),
        pytest.param(ssb.Axisymmetric(), marks=[pytest.mark.serial, SLOW]),
    ],
    ids=["2D", "r-z"],
)
def test_void_becomes_a_cap_of_its_volume(frame: Frame) -> None:
    """Over the foot on which contact leaves it, the least surface is a circle or a sphere."""
    name = f"wedge of a void, {type(frame).__name__}"
    run = march(wedge(0.05e-6, frame), watch=metal_of)
    # what the last of the elastic strain gives back moves a millionth of the void against 5 MPa
    check_metal(name, run, 7e-7)
    surface = run.cell.surfaces[WALL]
    n = surface.gap.owned
    r = np.abs(surface.gap.function.function_space.tabulate_dof_coordinates()[:n, 0])
    gap, comm = surface.values(surface.gap), run.cell.comm
    volume = float(comm.allreduce(float(surface.areas @ gap)))
    depth = float(brentq(lambda d: cap(d, frame.revolves) - volume, 1e-9, FOOT))
    radius = (FOOT**2 + depth**2) / (2 * depth)
    expected = np.sqrt(radius**2 - np.minimum(r, FOOT) ** 2) - (radius - depth)
    off = float(comm.allreduce(float(np.max(np.abs(gap - expected), initial=0.0)), op=MPI.MAX))
    measured(name, "shape over its depth", off / depth, 0.01, "cap of the same volume")


@pytest.mark.pair
def test_pressing_a_cone_loses_no_metal() -> None:
    """Metal slides along its wall, where the radius makes the vertices of a facet unlike."""
    case = wedge(0.1e-6, ssb.Axisymmetric())
    pressed = (ssb.Preload(1e-3),)
    run = march(replace(case, protocol=pressed, step_control=ssb.PrescribedSteps((1e-3,))))
    moved = motion(run.cell, "negative")
    error = abs(moved.metal.excess()) / moved.mesh.volume
    measured("cone of a void that is pressed", "volume of the metal", error, 1e-12, "none lost")


@pytest.mark.whole_run("runs are compared row by row")
@pytest.mark.pair
@pytest.mark.skipif(COMM.size == 1, reason="nothing to compare with on one rank")
def test_wall_is_the_same_on_any_ranks() -> None:
    case = wedge(0.1e-6, ssb.PlaneStrain())
    found, alone = march(case), march(case, MPI.COMM_SELF)
    columns = {key: alone.series(key) for key in physical(alone.rows[0])}
    apart = deviations({key: found.series(key) for key in columns}, columns)
    worst = max(apart, key=lambda key: apart[key])
    measured("wedge of a void", "on any ranks", apart[worst], 1e-8, f"one rank; {worst}")


@pytest.mark.whole_run("runs are compared row by row")
@pytest.mark.pair
@pytest.mark.parametrize("mode", [Mode.RECOVER, Mode.RESTEP])
def test_wall_goes_on_from_a_checkpoint(mode: Mode) -> None:
    case = wavy(0.1 * WAVE, 4, 1 / RATE)
    whole = march(case)
    set_mode(mode)
    try:
        again = march(case)
    finally:
        set_mode(Mode.WHOLE)
    assert_same_rows(again.rows, whole.rows)
