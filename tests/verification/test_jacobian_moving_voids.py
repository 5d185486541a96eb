# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of metal that moves, over hidden voids and patches, and diffuses along them."""

from __future__ import annotations

from dataclasses import replace

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.case.protocol import Drive
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.wall import MovingWall
from tests.elastic_cell import COUNTER, WORKING
from tests.moving import LITHIUM
from tests.parts import part
from tests.tools import measured
from tests.verification.test_jacobian import check_blocks, fill_bodies, row_groups, set_closures
from tests.verification.test_jacobian_voids import fill_surface, voids_case

COMM = MPI.COMM_WORLD
FRAMES = (
    ssb.PlaneStrain(),
    pytest.param(ssb.Axisymmetric(), marks=[pytest.mark.serial, pytest.mark.slow]),
    pytest.param(ssb.ThreeDimensional(), marks=[pytest.mark.serial, pytest.mark.slow]),
)


@pytest.mark.pair
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_every_block_is_the_derivative_of_the_residual(frame: Frame) -> None:
    case = voids_case(frame)
    # a law of exhaustion that is in between at the thickness of this metal
    fading = ssb.Body.single(
        "negative", LITHIUM, moves=True, exhaustion=ssb.Exhaustion(film=1e-6, fade=6e-6)
    )
    other = ssb.Body.single("positive", LITHIUM, moves=True)
    bodies = (fading, case.bodies[1], other)
    case = replace(case, bodies=bodies, temperature=298.15)
    cell = CellModel(case, case.geometry.build(COMM))
    cell.begin(Drive(current_density=8.0), 20.0)
    fill_bodies(cell)
    for surface in cell.surfaces.values():
        fill_surface(surface)
        between = part(surface, MovingWall).growth.between
        between.interpolate(lambda x: 2e-8 * (1 + np.sin(3e5 * x[0])))
    set_closures(cell, (-3e-9, 0.03, -0.02))
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of moving metal with hidden voids, patches and diffusion",
        f"largest error of any of {len(cell.system.blocks)} blocks, {type(frame).__name__}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )
    pairs = [
        (f"{row} {where}", f"{column} {where}")
        for where in (WORKING, COUNTER)
        for row in ("gap", "i_normal")
        for column in ("p_contact", "i_normal")
    ]
    along = (("gap", "carried"), ("carried", "carried"), ("carried", "p_contact"))
    along += (("i_normal", "carried"),)
    pairs += [(f"{row} {WORKING}", f"{column} {WORKING}") for row, column in along]
    idle = [pair for pair in pairs if sizes[pair] < 1e-6]
    assert not idle, "the state does not reach these blocks"
