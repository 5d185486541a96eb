# SPDX-License-Identifier: BSD-3-Clause
"""A cell of discs in space: a quarter of it, whose metal is pressed out at its rim."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

import ssbmech as ssb
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.units import MPa, mA_per_cm2, s, um
from tests.moving import moving_cell


@dataclass(frozen=True, kw_only=True)
class QuarterDisc(MeshSource):
    """A stack on a square, rounded to the quarter of a disc; its right and back faces are "rim".

    Attributes:
        stack: the stack.
    """

    stack: ssb.Stack

    def generate(self) -> SimplexMesh:
        mesh, radius = self.stack.generate(), self.stack.width
        points = mesh.points.copy()
        x, y = points[:, 0] / radius, points[:, 1] / radius
        points[:, 0] = radius * x * np.sqrt(1 - y**2 / 2)
        points[:, 1] = radius * y * np.sqrt(1 - x**2 / 2)
        facets = np.concatenate([mesh.cells[:, list(c)] for c in combinations(range(4), 3)])
        outer = np.zeros(len(facets), dtype=bool)
        for coordinate in (x, y):
            outer |= np.all(coordinate[facets] > 1 - 1e-9, axis=1)
        return dataclasses.replace(mesh, points=points, faces={"rim": facets[outer]})


def disc_cell(size: float = 4.0, pressure: float = 1.5, **changes: Any) -> ssb.Case:
    """Return discs of lithium, Li6PS5Cl and lithium, pressed, stripped and plated.

    Args:
        size: size of the cells [um].
        pressure: pressure of the preload [MPa].
        changes: fields of the case to replace.
    """
    frame, radius = ssb.ThreeDimensional(), 12e-6
    stack = ssb.Stack(
        frame=frame,
        width=radius,
        depth=radius,
        layers=(
            ssb.Layer("negative", 8 * um),
            ssb.Layer("separator", 6 * um),
            ssb.Layer("positive", 8 * um),
        ),
        size_interface=size * um,
        size_bulk=size * um,
    )
    current = 1 * mA_per_cm2
    case = moving_cell(
        1e-6,
        frame=frame,
        geometry=QuarterDisc(frame=frame, stack=stack),
        supports=tuple(ssb.Roller(face) for face in ("bottom", "left", "front")),
        fixture=ssb.ConstantForce(pressure * MPa),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(current, 40 * s, name="strip"),
            ssb.ConstantCurrent(-current, 20 * s, name="plate"),
        ),
        step_control=ssb.PrescribedSteps((0.2, 0.3, 0.5, 2.0, 5.0, 13.0, 20.0, 20.0)),
        newton=ssb.NewtonSettings(tolerance=5e-10),
    )
    return dataclasses.replace(case, **changes)


def disc_begun() -> ssb.Case:
    """Return the discs as they begin to flow out, in steps in which metal flows freely."""
    steps = (0.2, 0.3, 0.5, 2.0, 5.0, 13.0)
    protocol = (ssb.Preload(1 * s), ssb.ConstantCurrent(1 * mA_per_cm2, sum(steps[3:])))
    return disc_cell(protocol=protocol, step_control=ssb.PrescribedSteps(steps))
