# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of bodies that go along with their mesh, against finite differences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.frames import Frame
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import CREEP
from tests.cap import Cap
from tests.parts import Lithium, Momentum, part
from tests.swelling_body import C_MAX, SIZE, host, swelling
from tests.tools import measured
from tests.verification.test_jacobian import check_blocks, row_groups

COMM = MPI.COMM_WORLD
pytestmark = [pytest.mark.serial, pytest.mark.slow]


HOST = host(1e-11, exponent=5.0)
FOIL = Material("foil", Elastic(80e9, 0.25))
POWDER = Material("powder", Cap(400.0, 0.3, 1.2, 0.3, 1e3, young=3e4, stiffening=4.0).law(0.7))
FRAMES = (ssb.PlaneStrain(), ssb.Axisymmetric(), ssb.ThreeDimensional())


def case_of(frame: Frame, material: Material) -> ssb.Case:
    """Return a square, or in space a cube of a few cells, under a pressure that follows a side."""
    loads = swelling(1).loads if material.host else ssb.Loads()
    pressed = ssb.FacePressure("right", lambda _: 2e8)
    body = {"material": material}
    if not material.host:
        body = {"bodies": (ssb.Body.single("body", material, moves=True),)}
    faces = ("left", "bottom", "front")[: frame.dim]
    changes: dict[str, Any] = {
        "loads": replace(loads, face_pressures=(pressed,)),
        "supports": tuple(ssb.Roller(face) for face in faces),
        **body,
    }
    if frame.dim == 3:
        layer = ssb.Layer("body", SIZE)
        changes["geometry"] = ssb.Stack(
            frame=frame,
            width=SIZE,
            depth=SIZE,
            layers=(layer,),
            size_interface=SIZE,
            size_bulk=SIZE,
        )
    return swelling(1, frame=frame, **changes)


def fill(body: BodyModel, size: float, content: float) -> None:
    """Give all fields of a body a shape and gradients; the shape by parts of its size."""
    k, dim = 1.0 / SIZE, body.frame.dim

    def shape(x: np.ndarray) -> np.ndarray:
        across = x[0] * k * np.cos(k * x[1]), np.sin(2 * k * x[0]) + np.sin(3 * k * x[2])
        return np.asarray(size * SIZE * np.array([*across, np.sin(k * (x[0] - 2 * x[1]))][:dim]))

    body.u.function.interpolate(shape)
    (pressure,) = part(body, Momentum).pressures.values()
    pressure.function.interpolate(lambda x: 3e8 + 1e8 * np.sin(3 * k * (x[1] + x[2])))
    for region in part(body, Momentum).regions.values():
        for dilation in region.pressure.unknowns[1:]:
            dilation.function.interpolate(lambda x: size * np.cos(2 * k * (x[0] - x[1])))
    for lithium in body.parts.find(Lithium):
        lithium.c.function.interpolate(
            lambda x: C_MAX * (content + 0.05 * np.sin(2 * k * (x[1] - x[2])))
        )
        lithium.mu.function.interpolate(lambda x: -3e4 + 2e3 * np.cos(2 * k * (x[0] + x[2])))


@pytest.mark.parametrize("material", [HOST, FOIL, POWDER], ids=lambda material: material.name)
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_every_block_is_the_derivative_of_the_residual(frame: Frame, material: Material) -> None:
    """In a step that stretches and turns by a tenth, from a shape that has done so already."""
    case = case_of(frame, material)
    model = CellModel(case, case.geometry.build(COMM))
    body = model.bodies["body"]
    fill(body, 0.05, 0.2)
    model.motion.commit()
    for unknown in model.unknowns:
        unknown.commit()
    history = next(m for m in body.parts.memory if isinstance(m, RegionHistory))
    size = frame.deviator_size
    strain = 3e-3 * np.array([0.7, -1.1, 0.6, -0.4, 0.5])[:size]
    history.committed[CREEP].x.array.reshape(-1, size)[:] = strain
    model.begin(Drive(), 100.0)
    fill(body, 0.15, 0.3)
    errors, sizes = check_blocks(model, list(row_groups(model)))
    pairs = [(b.row, b.column) for b in model.system.blocks]
    keys = [unknown.key for unknown in model.unknowns]
    idle = [(keys[i], keys[j]) for i, j in pairs if sizes[keys[i], keys[j]] < 1e-9]
    assert not idle, "the state does not reach these blocks"
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        f"Jacobian of a {material.name} that goes along with its mesh",
        f"largest error of any of {len(pairs)} blocks, {type(frame).__name__}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )
