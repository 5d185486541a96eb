# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the tests of bodies that move: cells of lithium that is stripped and plated."""

from __future__ import annotations

import dataclasses
from typing import Any

from mpi4py import MPI

import numpy as np

import ssbmech as ssb
from ssbmech import library
from ssbmech.checkpoint.state import CellState
from ssbmech.frames import Frame
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.model.cell import CellModel
from ssbmech.model.motion import BodyMotion
from ssbmech.units import MPa, MPa_per_um, mA_per_cm2, nm, s, um
from tests.small_cell import deviations, physical, void_cell
from tests.tools import Mode, assert_same, march, set_mode

WORKING, COUNTER = "negative|separator", "positive|separator"
LITHIUM = library.by_name("lithium_lepage2019")
AT_REST = {"gap": 1e-12, "void_volume": 1e-18, "voltage": 1e-6, "slip": 1e-12}
"""Sizes of quantities that are zero but for round-off where surfaces stay together [SI units]."""
SPEED = 10.0 * LITHIUM.metal.thickness_per_charge
"""Strip speed of 1 mA/cm2 [m/s]."""


def moving_cell(
    strip: float,
    thickness: float = 12e-6,
    frame: Frame | None = None,
    width: float = 16e-6,
    moves: bool = True,
    **changes: Any,
) -> ssb.Case:
    """Return Li | Li6PS5Cl | Li, flat, stripped at the working electrode and plated again.

    Args:
        strip: thickness that is stripped [m].
        thickness: thickness of the working electrode [m].
        frame: plane strain if not given.
        width: width [m].
        moves: whether both electrodes move.
        changes: fields of the case to replace.
    """
    frame = ssb.PlaneStrain() if frame is None else frame
    seconds = strip / SPEED
    three = frame.dim == 3
    layers = (
        ssb.Layer("negative", thickness),
        ssb.Layer("separator", 10 * um),
        ssb.Layer("positive", 12 * um),
    )
    sides = ("right",) if frame.revolves else ("left", "right")
    sides += ("front", "back") if three else ()
    case = ssb.Case(
        name="moving",
        geometry=ssb.Stack(
            frame=frame,
            width=width,
            depth=8e-6 if three else None,
            layers=layers,
            size_interface=4 * um,
            size_bulk=4 * um,
        ),
        bodies=(
            ssb.Body.single("negative", LITHIUM, moves=moves),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", LITHIUM, moves=moves),
        ),
        interfaces=(
            ssb.Interface(WORKING, kinetics=lithium_li6ps5cl()),
            ssb.Interface(COUNTER, kinetics=lithium_li6ps5cl()),
        ),
        supports=tuple(ssb.Roller(face) for face in ("bottom", *sides)),
        fixture=ssb.Spring(preload=1 * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(working=WORKING, counter=COUNTER),
        protocol=(
            ssb.Preload(1 * s),
            ssb.ConstantCurrent(1 * mA_per_cm2, seconds, name="strip"),
            ssb.ConstantCurrent(-1 * mA_per_cm2, seconds, name="plate"),
            ssb.Rest(60.0),
        ),
        step_control=ssb.AdaptiveSteps(gap_error=20 * nm, dt_max=600 * s),
        limits=ssb.Limits.off(),
        output=ssb.Output(figures=False),
    )
    return dataclasses.replace(case, **changes)


def motion(cell: CellModel, name: str) -> BodyMotion:
    """Return the motion of a body."""
    return next(m for m in cell.motion.bodies if m.body.name == name)


def moving_void(frame: Frame | None = None, **changes: Any) -> ssb.Case:
    """Return a small cell with a void whose metal moves; plated, and stripped until it closes.

    Args:
        frame: plane strain if not given.
        changes: those of `tests.small_cell.void_cell`.
    """
    case = void_cell(frame, limits=ssb.Limits.off(), **changes)
    bodies = (dataclasses.replace(b, moves=b.name != "separator") for b in case.bodies)
    return dataclasses.replace(case, bodies=tuple(bodies))


def state_of(cell: CellModel) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return copies of all that the next step depends on, and of where the meshes are."""
    state = CellState(cell)
    arrays = {name: values.copy() for name, values in state.rows().items()}
    for unknown in cell.unknowns:
        arrays[f"now {unknown.key}"] = unknown.function.x.array.copy()
    for name, body in cell.bodies.items():
        arrays[f"mesh {name}"] = body.mesh.mesh.geometry.x.copy()
    return arrays, state.scalars()


def assert_leaves_no_trace(case: ssb.Case) -> None:
    """Check that neither a step that is thrown away nor a checkpoint changes rows or meshes."""
    whole = march(case)
    for mode in (Mode.RESTEP, Mode.RECOVER):
        set_mode(mode)
        again = march(case)
        assert_same_rows(again.rows, whole.rows)
        for here, there in zip(again.cell.motion.bodies, whole.cell.motion.bodies, strict=True):
            assert_same(here.mesh.positions, there.mesh.positions)


def assert_same_rows(found: list[dict[str, float]], expected: list[dict[str, float]]) -> None:
    """Check that two runs gave the same series, but for what tells of the work done for it.

    One rank computes the same bits each time. More of them add in the order in which they come.

    Raises:
        AssertionError: if the runs differ, on more ranks than one by more than 1e-8.
    """
    effort = ("wall_time", "rejected_steps")
    found, expected = (
        [{k: row[k] for k in row if k not in effort} for row in rows] for rows in (found, expected)
    )
    if MPI.COMM_WORLD.size == 1:
        assert [row.keys() for row in found] == [row.keys() for row in expected]
        # what cannot be measured is nan in both
        pairs = (
            (row[k], other[k]) for row, other in zip(found, expected, strict=True) for k in row
        )
        assert all(a == b or (a != a and b != b) for a, b in pairs)
        return
    assert len(found) == len(expected)
    one, other = (
        {name: np.array([row[name] for row in rows]) for name in physical(rows[0])}
        for rows in (found, expected)
    )
    apart = deviations(one, other, AT_REST)
    assert max(apart.values()) < 1e-8, max(apart, key=apart.__getitem__)
