# SPDX-License-Identifier: BSD-3-Clause
"""A sphere that grows in an elastic-plastic matrix: Hill's closed form.

The matrix is the law of layers that densify where nothing is left to densify: von Mises.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.material import Material
from tests.cap import Cap
from tests.single_body import wall_motion
from tests.tools import march, measured

YIELD, YOUNG, POISSON = 300.0, 2e4, 0.3
"""Of the matrix [MPa, MPa, 1]."""
INNER, OUTER = 1e-6, 3e-6
"""Radii of the matrix [m]."""
PLASTIC = 1.3
"""Radius up to which it yields at the end, over that of the cavity [1]."""


def pressure(reach: float) -> float:
    """Return the pressure at which the matrix yields up to a radius over the cavity's [MPa]."""
    outer = (INNER / OUTER * reach) ** 3
    return 2 * YIELD / 3 * (1 + math.log(reach**3) - outer)


def widened(reach: float) -> float:
    """Return the growth of the cavity over its radius [1]."""
    outer = (INNER / OUTER * reach) ** 3
    held = 1 + math.log(reach**3) - outer
    return YIELD / YOUNG * ((1 - POISSON) * reach**3 - 2 / 3 * (1 - 2 * POISSON) * held)


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
