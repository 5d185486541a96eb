# SPDX-License-Identifier: BSD-3-Clause
"""Small cells that the direct solver has marched, to hold the iterative one against them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from mpi4py import MPI
from petsc4py import PETSc

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.solve.system import System
from ssbmech.units import mA_per_cm2, s, um
from tests.small_cell import STORED
from tests.tools import March

COMM = MPI.COMM_WORLD


STEPS = {
    "three_dimensional": (1.0, 5.0, 10.0),
    "composite": (1.0, 10.0, 30.0),
    "sticking": (1.0, 5.0),
    "moving": (1.0, 5.0, 30.0),
    "axisymmetric": (1.0, 5.0),
}
"""Time steps by stored cell [s]: voids that close, and bonds that stretch."""

CELLS = ("three_dimensional", "composite", "sticking", "moving")

IN_SPACE = ("three_dimensional", "sticking", "moving")
"""Cells on one mesh."""


def case_of(name: str, solver: ssb.Direct | ssb.Iterative) -> ssb.Case:
    """Return a small cell, plated or charged for two steps after its preload."""
    mesh = "three_dimensional" if name in IN_SPACE else name
    case = STORED[mesh].case(mesh)
    if name == "sticking":
        stuck = [dataclasses.replace(i, contact=ssb.Sticking()) for i in case.interfaces]
        case = dataclasses.replace(case, interfaces=tuple(stuck))
    if name == "moving":
        # walls inclined by a quarter, along which metal slides
        first, *others = case.interfaces
        lens = ssb.LensGap(half_width=9 * um, depth=1 * um)
        bodies = (dataclasses.replace(b, moves=b.name != "separator") for b in case.bodies)
        case = dataclasses.replace(
            case,
            bodies=tuple(bodies),
            interfaces=(dataclasses.replace(first, initial_gap=lens), *others),
            limits=ssb.Limits.off(),
        )
    steps = STEPS[name]
    current = case.protocol[1].drive(0.0).current_density or -1 * mA_per_cm2
    return dataclasses.replace(
        case,
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(current, sum(steps[1:]))),
        step_control=ssb.PrescribedSteps(steps),
        newton=ssb.NewtonSettings(),
        linear_solver=solver,
    )


Direct = Callable[[str], March]


def total(value: float) -> float:
    """Return the sum over all ranks."""
    return float(COMM.allreduce(value, op=MPI.SUM))


def difference(found: March, expected: March) -> dict[str, float]:
    """Return the distance of each field over its size, or over its scale if that is larger."""
    apart = {}
    for one, other in zip(found.cell.unknowns, expected.cell.unknowns, strict=True):
        a, b = (w.function.x.array[: w.owned] for w in (one, other))
        size = max(total(float(b @ b)), one.scale**2)
        apart[one.key] = float(np.sqrt(total(float((a - b) @ (a - b))) / size))
    return apart


def left_over(system: System, rhs: PETSc.Vec, found: PETSc.Vec) -> float:
    """Return the residual of a system over the norm of its right-hand side."""
    return float((system.matrix.mat * found - rhs).norm() / rhs.norm())


def told_by_solver(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the warnings of the linear solver."""
    return [r.getMessage() for r in caplog.records if r.name == "ssbmech.solve.choice"]
