# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of a cell whose metal moves, against finite differences: a wall that sticks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from tests.moving import COUNTER, WORKING, moving_void
from tests.parts import StickingWall, Transfer, part
from tests.tools import measured
from tests.verification.test_jacobian import (
    CHARGING,
    check_blocks,
    fill_bodies,
    row_groups,
    set_closures,
)

COMM = MPI.COMM_WORLD
FRAMES = (
    ssb.PlaneStrain(),
    pytest.param(ssb.Axisymmetric(), marks=[pytest.mark.serial, pytest.mark.slow]),
    pytest.param(ssb.ThreeDimensional(), marks=[pytest.mark.serial, pytest.mark.slow]),
)


@pytest.fixture(scope="module", params=FRAMES, ids=lambda frame: type(frame).__name__)
def cell(request: pytest.FixtureRequest) -> Iterator[CellModel]:
    frame: Frame = request.param
    case = moving_void(frame, size=4.0, depth=3000.0, half_width=9.0)
    # a law of exhaustion that is in between at the thickness of this metal
    law = ssb.Exhaustion(film=1e-6, fade=12e-6)
    fading = (replace(b, exhaustion=law) if b.moves else b for b in case.bodies)
    stuck = replace(case.interfaces[0], contact=ssb.Sticking())
    case = replace(case, bodies=tuple(fading), interfaces=(stuck, case.interfaces[1]))
    model = CellModel(case, case.geometry.build(COMM))
    random = np.random.default_rng(5 + COMM.rank)
    for body in model.bodies.values():
        # a past from which the step goes on
        size = len(body.u.previous)
        body.u.previous[:] = 1e-11 * random.standard_normal(size)
        body.u.past.x.scatter_forward()
    model.begin(CHARGING["current"], 20.0)
    fill_bodies(model)
    for surface in model.surfaces.values():
        n = surface.gap.owned
        kind = (np.arange(n) + COMM.rank) % 3
        gap = np.choose(kind, [5e-10, 25e-9, 90e-9]) * (1 + 0.3 * random.random(n))
        p_contact = np.choose(kind, [1e6, 2e5, 1e5]) * (1 + 0.3 * random.random(n))
        current = part(surface, Transfer).i_normal
        for unknown, values in (
            (surface.gap, gap),
            (surface.p_contact, p_contact),
            (current, 10.0 * random.standard_normal(n)),
        ):
            unknown.function.x.array[:n] = values
            unknown.function.x.scatter_forward()
        for sticking in surface.parts.find(StickingWall):
            for vector, size in ((sticking.shear, 1e5), (sticking.passed, 1e-9)):
                count = vector.owned
                vector.function.x.array[:count] = size * random.standard_normal(count)
                vector.function.x.scatter_forward()
    set_closures(model, (-3e-9, 0.03, -0.02))
    yield model


@pytest.mark.pair
def test_every_block_is_the_derivative_of_the_residual(cell: CellModel) -> None:
    wall = cell.motion.bodies[0].walls[0].shape
    dim = wall.carried.function_space.dofmap.index_map_bs
    inclined = np.abs(wall.carried.x.array.reshape(-1, dim)[:, 0])
    assert COMM.allreduce(float(inclined.max(initial=0.0)), op=MPI.MAX) > 0.3
    working = cell.surfaces[WORKING]
    giving = working.facet_means(lambda near: working.point(near.region).giving)()
    fading = bool(np.any((giving > 0.05) & (giving < 0.95)))
    assert COMM.allreduce(fading, op=MPI.LOR), "exhaustion does not count in this state"
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    names = {c.unknown.key: c.key for c in cell.closures if c.key.startswith("electrode")}
    keys = [names.get(unknown.key, unknown.key) for unknown in cell.unknowns]
    compiled = {(keys[block.row], keys[block.column]) for block in cell.system.blocks}
    compiled.discard((f"electrode {COUNTER}", f"i_normal {COUNTER}"))  # it is at zero potential
    # the flat counter electrode leaves nothing behind by flowing along
    compiled.discard((f"slide {COUNTER}", "u positive"))
    idle = sorted(pair for pair in compiled if sizes[pair] < 1e-6)
    assert not idle, "the state does not reach these blocks"
    frame = type(cell.case.geometry.frame).__name__
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of a cell whose metal moves",
        f"largest error of any of {len(compiled)} blocks, {frame}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )
