# SPDX-License-Identifier: BSD-3-Clause
"""The Jacobian of metal with a surface energy, which diffuses along contact and bare wall."""

from __future__ import annotations

from dataclasses import replace

from mpi4py import MPI

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.wall_diffusion import WallDiffusion
from ssbmech.model.parts.wall_tension import WallTension
from ssbmech.solve.unknowns import Unknown
from tests.moving import WORKING, moving_void
from tests.parts import Transfer, part
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
ALONG = ssb.InterfaceDiffusion(1e-17)


def fill(unknown: Unknown, values: np.ndarray) -> None:
    """Give a field values at the owned places; collective."""
    unknown.function.x.array[: len(values)] = values
    unknown.function.x.scatter_forward()


@pytest.mark.pair
@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_every_block_is_the_derivative_of_the_residual(frame: Frame) -> None:
    case = moving_void(frame, size=4.0, depth=3000.0, half_width=9.0)
    tense = replace(
        case.interfaces[0], diffusion=ALONG, capillarity=ssb.Capillarity(0.5, diffusion=ALONG)
    )
    case = replace(case, interfaces=(tense, case.interfaces[1]))
    cell = CellModel(case, case.geometry.build(COMM))
    cell.begin(CHARGING["current"], 20.0)
    fill_bodies(cell)
    random = np.random.default_rng(5 + COMM.rank)
    for surface in cell.surfaces.values():
        n = surface.gap.owned
        kind = (np.arange(n) + COMM.rank) % 3
        grown = np.choose(kind, [5e-10, 25e-9, 90e-9]) * (1 + 0.3 * random.random(n))
        p_contact = np.choose(kind, [1e6, 2e5, 1e5]) * (1 + 0.3 * random.random(n))
        fill(surface.gap, surface.gap.previous[:n] + grown)
        fill(surface.p_contact, p_contact)
        fill(part(surface, Transfer).i_normal, 10.0 * random.standard_normal(n))
        for tension in surface.parts.find(WallTension):
            fill(tension.pressure, 1e6 * random.standard_normal(n))
        for along in surface.parts.find(WallDiffusion):
            fill(along.carried, 1e-8 * random.standard_normal(n))
    set_closures(cell, (-3e-9, 0.03, -0.02))
    errors, sizes = check_blocks(cell, list(row_groups(cell)))
    worst = max(errors, key=lambda pair: errors[pair])
    measured(
        "Jacobian of metal with a surface energy that diffuses along its wall",
        f"largest error of any of {len(cell.system.blocks)} blocks, {type(frame).__name__}",
        errors[worst],
        1e-6,
        f"five-point differences; {worst}",
    )
    here = [f"{name} {WORKING}" for name in ("gap", "p_contact", "p_capillary", "carried")]
    gap, contact, capillary, carried = here
    pairs = [(capillary, gap), (capillary, capillary), ("u negative", capillary)]
    pairs += [(carried, column) for column in here] + [(gap, carried)]
    idle = [pair for pair in pairs if sizes[pair] < 1e-6]
    assert not idle, f"the state does not reach these blocks, {idle}, of {contact} and the others"
