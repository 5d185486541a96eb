# SPDX-License-Identifier: BSD-3-Clause
"""Stress of a moving body that turns: it turns with the metal, exactly, however often."""

from __future__ import annotations

import math

from mpi4py import MPI

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from ssbmech.model.history import RegionHistory
from ssbmech.model.kinematics import CREEP
from tests.moving import LITHIUM, motion
from tests.tools import measured

COMM = MPI.COMM_WORLD
SIZE = 0.1
"""Elastic strain of a size that shows rounding and nothing else [1]."""

AXES = {2: (0.0, 0.0, 1.0), 3: (0.36, -0.48, 0.8)}


def tensors(history: RegionHistory, owned: int) -> np.ndarray:
    """Return the creep strain at the points of the owned cells, shape (points, 3, 3)."""
    value = history.committed[CREEP]
    size = history.packing.deviator_size
    rows = value.x.array.reshape(-1, size)[value.function_space.dofmap.list[:owned].ravel()]
    xx, yy, xy, *others = rows.T
    yz, xz = others if others else (0 * xx, 0 * xx)
    full = [[xx, xy, xz], [xy, yy, yz], [xz, yz, -xx - yy]]
    return np.moveaxis(np.array(full), -1, 0)


def turned(frame: Frame, turns: int, steps: int) -> float:
    """Turn a stressed electrode as it is; return the worst error of its elastic strain [1].

    All components are at work. The error is over the size of the strain, at the end of any step.

    Args:
        frame: frame of the cell.
        turns: how often it turns.
        steps: steps of a turn.
    """
    box = ssb.Stack(
        frame=frame,
        width=10e-6,
        depth=10e-6 if frame.dim == 3 else None,
        layers=(ssb.Layer("body", 10e-6),),
        size_interface=5e-6,
        size_bulk=5e-6,
    )
    case = ssb.Case(
        name="turning",
        geometry=box,
        bodies=(ssb.Body.single("body", LITHIUM, moves=True),),
        supports=(ssb.Clamp("bottom"),),
        protocol=(ssb.Rest(1.0),),
    )
    cell = CellModel(case, box.build(COMM))
    moved = motion(cell, "body")
    body, dim = moved.body, frame.dim
    history = next(m for m in body.parts.memory if isinstance(m, RegionHistory))
    # so short a step that nothing flows in it
    cell.conditions.dt.value = 1e-60
    value = history.committed[CREEP]
    strain = SIZE * np.array([0.7, -1.1, 0.6, 0.9, -0.4])[: history.packing.deviator_size]
    value.x.array.reshape(-1, len(strain))[:] = strain
    at_start = tensors(history, body.owned_cells)
    nodes = body.u.function.function_space.tabulate_dof_coordinates()[:, :dim]
    vertices, centre = moved.mesh.positions.copy(), np.full(dim, 5e-6)

    def at(step: int, x: np.ndarray) -> np.ndarray:
        turn = Rotation.from_rotvec(2 * math.pi * step / steps * np.array(AXES[dim]))
        return (x - centre) @ turn.as_matrix()[:dim, :dim].T + centre

    worst = 0.0
    for step in range(1, turns * steps + 1):
        start, end = at(step - 1, vertices), at(step, vertices)
        # the middle that is announced is the true one
        moved.mesh.now.x.array[:], moved.mesh.before.x.array[:] = (
            start.ravel(),
            (2 * start - end).ravel(),
        )
        moved.begin(1.0)
        body.u.previous[:] = (at(step - 1, nodes) - nodes).ravel()
        body.u.past.x.scatter_forward()
        body.u.function.x.array[:] = (at(step, nodes) - nodes).ravel()
        history.begin()
        history.commit()
        turn = Rotation.from_rotvec(2 * math.pi * step / steps * np.array(AXES[dim])).as_matrix()
        error = np.abs(tensors(history, body.owned_cells) - turn @ at_start @ turn.T)
        worst = max(worst, float(error.max(initial=0.0)))
    return float(COMM.allreduce(worst, op=MPI.MAX)) / SIZE


@pytest.mark.parametrize(
    "frame",
    [ssb.PlaneStrain(), pytest.param(ssb.ThreeDimensional(), marks=pytest.mark.serial)],
    ids=lambda frame: type(frame).__name__,
)
def test_stress_turns_with_the_metal(frame: Frame) -> None:
    error = turned(frame, turns=3, steps=9)
    name = f"stressed electrode turned as it is, {type(frame).__name__}"
    against = "stress turned with it"
    measured(name, "any component, 3 turns of 9 steps", error, 1e-11, against)
