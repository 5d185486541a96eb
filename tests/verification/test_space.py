# SPDX-License-Identifier: BSD-3-Clause
"""Problems in space against closed forms: pressed sphere, closing void; orders of convergence.

`benchmarks/space.py` solves them on finer meshes.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.space import ClosingVoid, Pressed, PressedSphere
from tests.tools import measured, observed_orders

HERTZ = "Hertz contact of a sphere in space"
HALF_SPACES = "elastic half-spaces of the same force"
VOID = "Spherical void closed by creep in space, b/a = 3"
CLOSED_FORM = "closed form on the initial geometry (small strain)"


def check_contact(found: Pressed, size: float, limits: tuple[float, float, float, float]) -> None:
    """Compare a contact with the closed forms."""
    what = f"facets of {size:g} of its radius"
    measured(HERTZ, f"error of the radius, {what}", abs(found.radius), limits[0], HALF_SPACES)
    label = "error of the radius by the second moment of the pressure"
    measured(HERTZ, f"{label}, {what}", abs(found.spread), limits[0], HALF_SPACES)
    measured(HERTZ, f"error of the peak pressure, {what}", abs(found.peak), limits[1], HALF_SPACES)
    measured(HERTZ, f"error of the pressures in L2, {what}", found.shape, limits[2], HALF_SPACES)
    measured(
        HERTZ, f"error of the force, {what}", abs(found.force), limits[3],
        "elastic half-spaces of the same approach",
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.serial
def test_pressed_sphere() -> None:
    check_contact(PressedSphere(0.25).solve(), 0.25, (0.01, 0.01, 0.08, 0.01))


@pytest.mark.slow
@pytest.mark.serial
def test_pressed_sphere_on_a_fine_mesh() -> None:
    check_contact(PressedSphere(0.137).solve(), 0.137, (0.005, 0.005, 0.04, 0.005))


@pytest.mark.serial
def test_closing_void() -> None:
    counts = [2, 4, 6]
    errors = [abs(ClosingVoid(count, layers=3 * count // 2).solve()[1] - 1) for count in counts]
    label = "error of the closing rate, 6 facets along a quarter circle"
    measured(VOID, label, errors[-1], 1e-3, CLOSED_FORM)
    orders = observed_orders([1 / count for count in counts], errors)
    label = "what its order is short of 3"
    measured(VOID, label, float(np.max(3 - orders)), 0.3, "three meshes")
