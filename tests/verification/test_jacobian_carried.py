# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of a host that goes along with its mesh, against finite differences."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import CREEP
from tests.parts import Lithium, Momentum, part
from tests.swelling_body import C_MAX, SIZE, host, swelling
from tests.tools import measured
from tests.verification.test_jacobian import check_blocks, row_groups

COMM = MPI.COMM_WORLD
pytestmark = [pytest.mark.serial, pytest.mark.slow]


@pytest.mark.parametrize(
    "frame", [ssb.PlaneStrain(), ssb.Axisymmetric()], ids=lambda frame: type(frame).__name__
)
def test_every_block_is_the_derivative_of_the_residual(frame: Frame) -> None:
    """In a step that stretches and turns by a tenth, from a shape that has done so already."""
    pressed = ssb.FacePressure("right", lambda _: 2e8)
    case = swelling(1, frame=frame, material=host(1e-11, exponent=5.0))
    flux = case.loads.face_fluxes
    case = ssb.Case(
        **{**vars(case), "loads": ssb.Loads(face_pressures=(pressed,), face_fluxes=flux)}
    )
    model = CellModel(case, case.geometry.build(COMM))
    body, k = model.bodies["body"], 1.0 / SIZE
    lithium = part(body, Lithium)
    (pressure,) = part(body, Momentum).pressures.values()

    def fill(size: float, shift: float) -> None:
        body.u.function.interpolate(
            lambda x: size * SIZE * np.array([x[0] * k * np.cos(k * x[1]), np.sin(2 * k * x[0])])
        )
        lithium.c.function.interpolate(lambda x: C_MAX * (shift + 0.05 * np.sin(2 * k * x[1])))
        lithium.mu.function.interpolate(lambda x: -3e4 + 2e3 * np.cos(2 * k * x[0]))
        pressure.function.interpolate(lambda x: 3e8 + 1e8 * np.sin(3 * k * x[1]))

    fill(0.05, 0.2)
    model.motion.commit()
    for unknown in model.unknowns:
        unknown.commit()
    history = next(m for m in body.parts.memory if isinstance(m, RegionHistory))
    history.committed[CREEP].x.array.reshape(-1, 3)[:] = 3e-3 * np.array([0.7, -1.1, 0.6])
    model.begin(Drive(), 100.0)
    fill(0.15, 0.3)
    errors, sizes = check_blocks(model, list(row_groups(model)))
    pairs = [(b.row, b.column) for b in model.system.blocks]
    keys = [unknown.key for unknown in model.unknowns]
    idle = [(keys[i], keys[j]) for i, j in pairs if sizes[keys[i], keys[j]] < 1e-9]
    assert not idle, "the state does not reach these blocks"
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of a host that goes along with its mesh",
        f"largest error of any of {len(pairs)} blocks, {type(frame).__name__}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )
