# SPDX-License-Identifier: BSD-3-Clause
"""A sphere that grows in an elastic-plastic matrix: Hill's closed form.

The matrix is the law of layers that densify where nothing is left to densify: von Mises. It is
driven by a pressure, for which growth has no bound near the limit load, and by a host that swells
in it, which has no such limit.
"""

from __future__ import annotations

import math

from mpi4py import MPI

import numpy as np
import pytest
from dolfinx import fem
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
