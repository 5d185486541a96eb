# SPDX-License-Identifier: BSD-3-Clause
r"""Metal around a round core that it does not touch: a wall that is wider than its interface.

What moves the wall is counted per area of the interface, of radius R, and the metal has the area of
the wall, of radius a. With n of 2 for a cylinder and 3 for a sphere, and the stripped thickness s,

.. math:: a^n = a_0^n + n R^{n-1} s
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mpi4py import MPI

import numpy as np
import pytest
from scipy.integrate import quad

import ssbmech as ssb
from ssbmech import library
from ssbmech.frames import Frame
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.materials.material import Material
from ssbmech.model.cell import CellModel
from tests.moving import LITHIUM, motion
from tests.single_body import with_flow
from tests.tools import March, march, measured

COMM = MPI.COMM_WORLD
SLOW = pytest.mark.slow
FRAMES = (
    ssb.PlaneStrain(),
    ssb.Axisymmetric(),
    pytest.param(ssb.ThreeDimensional(), marks=SLOW),
)
WALL, CORE, OUTER = "metal|core", 0.8e-6, 3e-6
WALL_AT_START = 1e-6
FACET = {2: 0.1e-6, 3: 0.16e-6}
ENERGY, VISCOSITY = 0.5, 1e9
STIFF = with_flow(LITHIUM, rate=1e-12, stress=1e6, exponent=1.0)
VISCOUS = with_flow(LITHIUM, rate=1.0, stress=3 * VISCOSITY, exponent=1.0)
STEPS = 8
DRAINED = 10.0 * LITHIUM.metal.thickness_per_charge
"""Speed at which 1 mA/cm2 strips [m/s]."""


def power(frame: Frame) -> int:
    """Return n."""
    return 2 if frame == ssb.PlaneStrain() else 3


def around_core(
    frame: Frame, interface: ssb.Interface, metal: Material = STIFF, current: float = 0.0
) -> ssb.Case:
    """Return metal around a void of 1 um about a core of 0.8 um.

    Args:
        frame: kinematics.
        interface: laws of the core's surface.
        metal: the metal.
        current: what strips it, if any [A/m2].
    """
    apart = ssb.FunctionGap(lambda x: np.full(x.shape[1], WALL_AT_START - CORE))
    sides = ("left", "front", "bottom") if frame.dim == 3 else ("left", "bottom")
    seconds, steps = (0.2e-6 / DRAINED, STEPS) if current else (30.0, 3)
    zero = (ssb.FacePotential("bottom", lambda x: 0 * x[0]),) if current else ()
    return ssb.Case(
        name="around",
        geometry=ssb.Inclusion(
            frame=frame, radius=CORE, outer_radius=OUTER, size=FACET[frame.dim],
            coarsening=6.0 - frame.dim, region="core", matrix="metal",
        ),
        bodies=(
            ssb.Body.single("metal", metal, moves=True),
            ssb.Body.single("core", library.by_name("li6ps5cl")),
        ),
        interfaces=(replace(interface, initial_gap=apart),),
        supports=tuple(ssb.Roller(face) for face in sides),
        loads=ssb.Loads(
            face_pressures=(ssb.FacePressure("outer", lambda time: 1.0),), face_potentials=zero
        ),
        electrodes=ssb.Electrodes(working=WALL) if current else None,
        protocol=(ssb.ConstantCurrent(current, seconds) if current else ssb.Rest(seconds),),
        step_control=ssb.PrescribedSteps((seconds / steps,) * steps),
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
    )  # fmt: skip


@dataclass(frozen=True)
class Metal:
    """The metal at the start of a step.

    Attributes:
        volume: volume of its mesh less what pressure has dilated [m3].
    """

    volume: float


def metal_of(cell: CellModel) -> Metal:
    """Return what the metal was at the start of the step."""
    moved = motion(cell, "metal")
    return Metal(moved.mesh.volume - moved.metal.dilated)


def radius(run: March) -> float:
    """Return the mean radius of the wall at the end [m]; collective."""
    surface = run.cell.surfaces[WALL]
    gaps, areas = surface.values(surface.gap), surface.areas
    sums = COMM.allreduce(np.array([areas @ gaps, areas.sum()]), op=MPI.SUM)
    return float(CORE + sums[0] / sums[1])


@pytest.mark.pair
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_charge_takes_its_volume_across_a_wide_gap(frame: Frame) -> None:
    """From a gap of a quarter to one of half of the radius, or so; it conducts all the same."""
    name, n = f"wall stripped across a wide gap, {type(frame).__name__}", power(frame)
    passes = lithium_li6ps5cl(ssb.GapConduction(length=1e-2))
    interface = ssb.Interface(WALL, kinetics=passes)
    run = march(around_core(frame, interface, current=10.0), watch=metal_of)
    expected = (WALL_AT_START**n + n * CORE ** (n - 1) * 0.2e-6) ** (1 / n)
    off = abs(radius(run) - expected) / (expected - WALL_AT_START)
    measured(name, "way of the wall", off, 0.01, "a^n = a_0^n + n R^(n-1) s")
    surface = run.cell.surfaces[WALL]
    taken = 0.2e-6 * float(COMM.allreduce(float(surface.areas.sum())))
    removed = run.seen[0].volume - metal_of(run.cell).volume
    measured(name, "volume of the metal removed", abs(removed / taken - 1), 1e-3, "Omega Q / F")
    # the first row is the end of the first step
    opened = float(np.ptp(run.series(f"void_volume:{WALL}"))) / (taken * (1 - 1 / STEPS))
    measured(name, "growth of the void's volume", abs(opened - 1), 1e-3, "Omega Q / F")


@pytest.mark.serial
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_round_void_in_viscous_metal_shrinks(frame: Frame) -> None:
    r"""In metal up to b, by :math:`\dot a = -\gamma / 2 \eta (1 - (a / b)^n)`.

    The pressure of a sphere is twice that of a cylinder, and so is what resists it.
    """
    n = power(frame)
    tense = ssb.Interface(WALL, capillarity=ssb.Capillarity(ENERGY))
    run = march(around_core(frame, tense, VISCOUS))
    shell, start = OUTER**n - WALL_AT_START**n, WALL_AT_START
    way = quad(lambda a: shell / (a**n + shell), radius(run), start)[0]
    taken = way * 2 * VISCOSITY / ENERGY
    name = f"round void of 1 um in viscous metal, {type(frame).__name__}"
    measured(name, "time in which it shrank", abs(taken / 30.0 - 1), 0.02, "gamma / (2 eta)")
