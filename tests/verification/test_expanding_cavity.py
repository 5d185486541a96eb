# SPDX-License-Identifier: BSD-3-Clause
"""A sphere that grows in an elastic-plastic matrix: Hill's closed form.

The matrix is the law of layers that densify where nothing is left to densify: von Mises. It is
driven by a pressure, for which growth has no bound near the limit load, and by a host that swells
in it, which has no such limit.
"""

from __future__ import annotations

import itertools
import math

from mpi4py import MPI

import numpy as np
import pytest
from dolfinx import fem
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

import ssbmech as ssb
from ssbmech._compat import compile_form
from ssbmech.frames import Axisymmetric
from ssbmech.geometry import Inclusion, QuarterVoid
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from tests.cap import Cap
from tests.parts import Momentum, part
from tests.single_body import wall_motion
from tests.tools import march, measured

YIELD, YOUNG, POISSON = 300.0, 2e4, 0.3
"""Of the matrix [MPa, MPa, 1]."""
INNER, OUTER = 1e-6, 3e-6
"""Radii of the matrix [m]."""
PLASTIC = 1.3
"""Radius up to which it yields at the end, over that of the cavity [1]."""


def pressure(reach: float, outer_radius: float = OUTER) -> float:
    """Return the pressure at which the matrix yields up to a radius over the cavity's [MPa]."""
    outer = (INNER / outer_radius * reach) ** 3
    return 2 * YIELD / 3 * (1 + math.log(reach**3) - outer)


def widened(reach: float, outer_radius: float = OUTER, poisson: float = POISSON) -> float:
    """Return the growth of the cavity over its radius [1]."""
    outer = (INNER / outer_radius * reach) ** 3
    held = 1 + math.log(reach**3) - outer
    return YIELD / YOUNG * ((1 - poisson) * reach**3 - 2 / 3 * (1 - 2 * poisson) * held)


@pytest.mark.serial
def test_a_sphere_in_an_elastic_plastic_matrix() -> None:
    reaches = np.linspace(1.0, PLASTIC, 7)
    times = np.concatenate([[0.0], 1.0 + np.arange(len(reaches))])
    # a cap so large that its shear strength is that of the dense solid
    matrix = Cap(1e6, 0.0, 1.2, 1.0, strength=YIELD, young=YOUNG, poisson=POISSON)
    loads = np.array([0.0, *(pressure(reach) for reach in reaches)])
    case = ssb.Case(
        name="cavity",
        geometry=QuarterVoid(
            frame=ssb.Axisymmetric(), inner_radius=INNER, outer_radius=OUTER, size=INNER / 12,
            coarsening=5.0,
        ),
        bodies=(ssb.Body.single("body", Material("matrix", matrix.law(0.99))),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads(
            face_pressures=(
                ssb.FacePressure("inner", lambda t: 1e6 * float(np.interp(t, times, loads))),
            )
        ),
        protocol=(ssb.Rest(times[-1]),),
        step_control=ssb.PrescribedSteps([1.0] * len(reaches)),
        limits=ssb.Limits.off(),
    )  # fmt: skip
    run = march(case, watch=wall_motion())
    found = -np.array(run.seen) / INNER
    exact = np.array([widened(reach) for reach in reaches])
    item = "Sphere that grows in an elastic-plastic matrix"
    first, rest = abs(found[0] / exact[0] - 1), np.abs(found[1:] / exact[1:] - 1)
    measured(item, "growth at first yield", first, 5e-3, "Hill's closed form")
    measured(item, f"growth, yielded to {PLASTIC:g} radii", rest.max(), 5e-3, "Hill's closed form")


#: Outer radius of the matrix around a host that swells [m], and the host's modulus [MPa].
WIDE, HARD = 4e-6, 2e6
COLD, EXPANSION = 298.15, 1e-3


def held_pressure(volume: float, poisson: float) -> float:
    """Return the pressure in a host whose free volume grows by a part of it [MPa].

    The cavity grows by what the pressure leaves of it, :math:`3 u / a = V - p / K`.
    """
    bulk = HARD / (3 * (1 - 2 * 0.3))

    def beyond(reach: float) -> float:
        return 3 * widened(reach, WIDE, poisson) + pressure(reach, WIDE) / bulk - volume

    return pressure(float(brentq(beyond, 1.0, 0.99 * WIDE / INNER, xtol=1e-12)), WIDE)


def pressure_of_host(cell: CellModel) -> float:
    """Return the mean pressure in the host before a step is committed [MPa]; collective."""
    body = cell.bodies["body"]
    stress, dx = part(body, Momentum).regions["host"].stress, body.region("host")
    trace = sum(stress[k, k] for k in range(3))
    found = [fem.assemble_scalar(compile_form(each * dx, None)) for each in (trace, one(body))]
    force, volume = cell.comm.allreduce(np.array(found), op=MPI.SUM)
    return float(-force / volume) / 3e6


def one(body: BodyModel) -> fem.Constant:
    """Return a one that can be integrated over a body."""
    return fem.Constant(body.mesh.mesh, 1.0)


@pytest.mark.serial
def test_a_host_that_swells_in_such_a_matrix() -> None:
    r"""Incompressible: :math:`p = \frac23 Y (1 + \ln(2 E V / 3 Y))`, less what the outside gives.

    Volumes are those of small strain. With the radii of the present it would be
    :math:`V / (1 + V)` in the place of V.
    """
    volume, poisson, count = 0.4, 0.49, 16
    matrix = Cap(1e6, 0.0, 1.2, 1.0, strength=YIELD, young=YOUNG, poisson=poisson)
    materials = {
        "host": Material("host", Elastic(HARD * 1e6, 0.3), thermal_expansion=EXPANSION),
        "matrix": Material("matrix", matrix.law(0.99)),
    }
    hot = ssb.TemperatureRamp(COLD, COLD + volume / (3 * EXPANSION))
    case = ssb.Case(
        name="host",
        geometry=Inclusion(
            frame=Axisymmetric(), radius=INNER, outer_radius=WIDE, size=INNER / 8, coarsening=5.0,
            region="host",
        ),
        bodies=(ssb.Body("body", materials),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        protocol=(ssb.Under(ssb.Rest(float(count)), temperature=hot),),
        temperature=COLD,
        step_control=ssb.PrescribedSteps([1.0] * count),
        limits=ssb.Limits.off(),
    )  # fmt: skip
    found = np.array(march(case, watch=pressure_of_host).seen)
    swollen = volume * np.arange(1, count + 1) / count
    exact = np.array([held_pressure(each, poisson) for each in swollen])
    beyond = 2 * YOUNG * volume / (3 * YIELD)
    far = 2 * YIELD / 3 * (1 + math.log(beyond) - beyond * (INNER / WIDE) ** 3)
    assert exact[-1] == pytest.approx(far, rel=1e-2)
    item, what = "Host that swells in an elastic-plastic matrix", f"pressure, volume + {volume:g}"
    measured(item, what, np.abs(found / exact - 1).max(), 5e-3, "Hill's closed form")


#: Modulus and Poisson's ratio of the matrix that a host tears open far [MPa, 1], and its size [m].
FIRM, STIFF, FAR = 22.1e3, 0.49, 12e-6


def at_large_strain(volume: float, poisson: float = STIFF, outer: float = FAR) -> float:
    r"""Return the pressure on a cavity that has grown by a part of its volume [MPa].

    Strains are logarithms of the stretches :math:`\lambda_r = dr/dR` and :math:`r/R`, which keep
    their directions, and forces balance where the matrix is,

    .. math:: \frac{d \sigma_r}{dR} = \frac{2 q \lambda_r}{r}, \quad
              q = \min\left(Y, 2 G \ln\frac{r}{R \lambda_r}\right), \quad
              \sigma_r + \tfrac23 q = K \ln\frac{\lambda_r r^2}{R^2}
    """
    bulk, shear = FIRM / (3 * (1 - 2 * poisson)), FIRM / (2 * (1 + poisson))
    wide = outer / INNER

    def rates(made: float, state: np.ndarray) -> list[float]:
        around = math.log(state[0] / made)
        along = (state[1] - (2 * bulk - 4 * shear / 3) * around) / (bulk + 4 * shear / 3)
        q = 2 * shear * (around - along)
        if q > YIELD:
            q, along = YIELD, (state[1] + 2 * YIELD / 3) / bulk - 2 * around
        stretch = math.exp(along)
        return [stretch, 2 * q * stretch / state[0]]

    def inside(radius: float) -> np.ndarray:
        found = solve_ivp(
            rates, (wide, 1.0), [radius, 0.0], method="LSODA", rtol=1e-10, max_step=wide / 50
        )
        return np.asarray(found.y[:, -1])

    grown = (1 + volume) ** (1 / 3)
    bounds = wide * (1 + 1e-9), (wide**3 + 1.05 * volume) ** (1 / 3)
    return -inside(float(brentq(lambda r: inside(r)[0] - grown, *bounds, xtol=1e-13)))[1]


def pressure_within(cell: CellModel) -> float:
    """Return the pressure in the host, which is the same all over [MPa]."""
    pressure = part(cell.bodies["body"], Momentum).pressures["host"].function.x.array / 1e6
    return float(pressure.mean())


def torn_open(fineness: float, count: int, poisson: float = STIFF) -> tuple[np.ndarray, np.ndarray]:
    """Return the growth of a cavity by a host [1], and the pressure in it [MPa], step by step.

    Args:
        fineness: cells along the radius of the host.
        count: time steps.
        poisson: Poisson's ratio of the matrix [1].
    """
    first, half = np.geomspace(0.02, 0.5, count // 2), count - count // 2
    volumes = [*first, *np.expm1(np.linspace(math.log(1.5), math.log(3.8), half + 1))[1:]]
    hot = COLD + np.log1p([0.0, *volumes]) / (3 * EXPANSION)
    # a cap so large that its shear strength is that of the dense solid
    matrix = Cap(1e6, 0.0, 1.2, 1.0, strength=YIELD, young=FIRM, poisson=poisson)
    materials = {
        "host": Material("host", Elastic(HARD * 1e6, 0.3), thermal_expansion=EXPANSION),
        "matrix": Material("matrix", matrix.law(0.99)),
    }
    case = ssb.Case(
        name="torn",
        geometry=Inclusion(
            frame=Axisymmetric(), radius=INNER, outer_radius=FAR, size=INNER / fineness,
            coarsening=6.0, region="host",
        ),
        bodies=(ssb.Body("body", materials, moves=True),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        protocol=tuple(
            ssb.Under(ssb.Rest(1.0), temperature=ssb.TemperatureRamp(*ends))
            for ends in itertools.pairwise(map(float, hot))
        ),
        temperature=COLD,
        step_control=ssb.PrescribedSteps([1.0] * count),
        limits=ssb.Limits.off(),
    )  # fmt: skip
    found = np.array(march(case, watch=pressure_within).seen)
    # the host is elastic, and gives a little
    bulk = HARD / (3 * (1 - 2 * 0.3))
    return (1 + np.array(volumes)) * np.exp(-found / bulk) - 1, found


def test_the_closed_form_of_a_cavity_at_large_strain() -> None:
    r"""Incompressible: :math:`p = \frac23 Y [1 + \ln(\frac{2E}{3Y} \frac{V}{1+V})]` to O(Y/E)."""
    for volume in (0.5, 2.8):
        closed = 2 * YIELD / 3 * (1 + math.log(2 * FIRM / (3 * YIELD) * volume / (1 + volume)))
        found = at_large_strain(volume, 0.499999, 60e-6)
        assert abs(found / closed - 1) < 0.2 * YIELD / FIRM


@pytest.mark.serial
@pytest.mark.slow
def test_a_host_that_tears_its_matrix_open() -> None:
    """To 3.8 times its volume, all of it on a mesh that moves."""
    item = "Host that swells in a matrix that moves"
    runs = ((4.0, STIFF, (1.5e-3, 1e-3)), (4.0, 0.4999, (1.5e-3, 1e-3)), (8.0, STIFF, (3e-4, 3e-4)))
    for fineness, poisson, limits in runs:
        grown, found = torn_open(fineness, 80, poisson)
        for row, limit in zip((39, 79), limits, strict=True):
            exact = at_large_strain(float(grown[row]), poisson)
            what = f"pressure, volume + {grown[row]:.2g}, {fineness:g} cells along its radius"
            what += f", Poisson's ratio {poisson:g}"
            measured(item, what, abs(found[row] / exact - 1), limit, "Hencky, sphere of 12 radii")
