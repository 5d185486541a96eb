# SPDX-License-Identifier: BSD-3-Clause
"""Metal that is really removed: layers that are stripped and plated again, with their meshes.

The volume of the metal's mesh is compared with the charge that was passed: what is stripped is
missing in the mesh, to rounding, however far the mesh has moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.frames import Frame
from ssbmech.model.cell import CellModel
from tests.moving import LITHIUM, WORKING, motion, moving_cell
from tests.tools import March, march, measured

FRAMES = {
    "plane": ssb.PlaneStrain(),
    "axisymmetric": ssb.Axisymmetric(),
    "space": ssb.ThreeDimensional(),
}


@dataclass(frozen=True)
class Mesh:
    """The mesh of the working electrode at the start of a step.

    Attributes:
        volume: its volume [m3].
        dilated: change of it by pressure since the start [m3].
        gone: metal that is missing at the interface [m3].
        quality: least quality of a cell [1].
    """

    volume: float
    dilated: float
    gone: float
    quality: float


def meshes(cell: CellModel) -> Mesh:
    """Return what the mesh of the working electrode was at the start of the step."""
    moved = motion(cell, "negative")
    gone = sum(wall.gone() for wall in moved.walls)
    return Mesh(moved.volume, moved.dilated, gone, moved.quality())


def charges(run: March) -> np.ndarray:
    """Return the charge passed up to the start of each step [C]."""
    current = run.series("current") * run.cell.area(WORKING)
    return np.concatenate([[0.0], np.cumsum(current * run.series("time_step"))[:-1]])


def volumes(run: March) -> tuple[np.ndarray, np.ndarray]:
    """Return stripped volume by the charge, and what the mesh has lost beyond pressure [m3]."""
    by_charge = charges(run) * LITHIUM.metal.molar_volume / FARADAY
    lost = np.array([run.seen[0].volume + m.dilated - m.volume for m in run.seen])
    return by_charge, lost


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
def test_layer_is_stripped_and_plated_again(frame: Frame) -> None:
    run = march(moving_cell(10e-6, frame=frame), watch=meshes)
    by_charge, lost = volumes(run)
    most = by_charge.max()
    area = run.cell.area(WORKING)
    assert most == pytest.approx(10e-6 * area, rel=1e-12)
    name = f"Li|SE|Li, 10 of 12 um stripped and plated again, {type(frame).__name__}"
    error = float(np.abs(by_charge - lost).max() / most)
    measured(name, "volume of the mesh against the charge", error, 1e-12, "charge Omega / F")
    least = min(m.volume for m in run.seen) / area
    measured(name, "thickness left", abs(least / 2e-6 - 1), 2e-3, "2 um less elastic strain")
    assert max(run.series("audit_lithium")) < 1e-9
