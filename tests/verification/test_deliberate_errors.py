# SPDX-License-Identifier: BSD-3-Clause
"""Deliberate errors in the equations of moving bodies: each makes one of these checks fail.

A check is a short computation against what is known of it. It passes as the package is, and fails
with the error, which is put in its place for the check alone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import ssbmech as ssb
from ssbmech.constants import FARADAY
from ssbmech.errors import AuditError, NotConverged
from ssbmech.geometry import FunctionGap
from ssbmech.geometry.simplices import SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.convection import Convection
from ssbmech.model.free_faces import FreeFaces
from ssbmech.model.kinematics import FromStep, rotation
from ssbmech.model.motion import BodyMotion
from ssbmech.model.parts import wall_shape
from ssbmech.model.parts.wall import MovingWall
from ssbmech.model.parts.wall_growth import WallGrowth
from ssbmech.model.parts.wall_shape import WallShape
from ssbmech.units import mA_per_cm2, s
from tests.moving import LITHIUM, SPEED, WORKING, motion, moving_cell, moving_void
from tests.single_body import Rectangle
from tests.tools import March, march
from tests.verification import test_convection, test_large_rotation, test_moving

pytestmark = pytest.mark.serial

Check = Callable[[], None]
Error = Callable[[pytest.MonkeyPatch], None]


# ------------------------------------------------------------------------------------------------
# Checks


def lost(run: March) -> float:
    """Return the metal that the mesh has lost against the charge, over the charge [1]."""
    moved = motion(run.cell, "negative")
    charge = run.series("current") * run.cell.area(WORKING) * run.series("time_step")
    stripped = charge.sum() * LITHIUM.metal.molar_volume / FARADAY
    return abs((run.seen[0] + moved.metal.dilated - moved.mesh.volume) / stripped - 1)


def void() -> None:
    """A void is plated: its metal is in the mesh, and all that is measured is that of the mesh."""
    steps = ssb.PrescribedSteps((1.0, 1.0, 5.0, 20.0, 20.0))
    protocol = (ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, 46 * s))
    case = moving_void(size=4.0, depth=1000.0, step_control=steps, protocol=protocol)
    first: list[np.ndarray] = []

    def volume(cell: CellModel) -> float:
        moved = motion(cell, "negative")
        first.append(moved.mesh.positions.copy())
        # as files do that hold means over cells
        assert moved.body.volumes.sum() > 0.0
        return moved.mesh.volume

    run = march(case, watch=volume)
    assert lost(run) < 1e-11
    moved = motion(run.cell, "negative")
    assert abs(moved.body.volumes.sum() / moved.mesh.volume - 1) < 1e-12
    # the first step moves little, the shape at the start is what files begin with
    shown = moved.body.kinematics.shown(moved.body.u).x.array.reshape(-1, 2)
    nodes = moved.body.u.function.function_space.dofmap.list[:, :3]
    vertices = moved.mesh.now.function_space.dofmap.list
    change = (moved.mesh.positions - first[0])[vertices] - shown[nodes]
    assert np.abs(change).max() < 1e-9


def block() -> None:
    """A block is pressed to half its height by the force of a rigid-viscous one, at its volume."""
    pressed = test_moving.block(10)
    assert pressed.force < 3e-3
    assert pressed.volume < 3e-5


def boxed() -> None:
    """Metal held all around is pressed once, and not again in each step."""
    case = ssb.Case(
        name="boxed",
        geometry=Rectangle(frame=ssb.PlaneStrain(), width=8e-6, height=8e-6, columns=2, rows=2),
        bodies=(ssb.Body.single("body", LITHIUM, moves=True),),
        supports=(ssb.Roller("left"), ssb.Roller("right"), ssb.Roller("bottom")),
        loads=ssb.Loads(face_pressures=(ssb.FacePressure("top", lambda t: 5e6),)),
        protocol=(ssb.Rest(4e6),),
        step_control=ssb.PrescribedSteps((1e6,) * 4),
        limits=ssb.Limits.off(),
    )
    run = march(case, watch=lambda cell: cell.motion.bodies[0].mesh.volume)
    strain = run.cell.motion.bodies[0].mesh.volume / run.seen[0] - 1
    assert abs(strain * LITHIUM.solid.elastic.bulk / (5e6) + 1) < 0.01


def repaid() -> None:
    """A free block of which the shape has too much loses that in the next step, and no more."""
    case = ssb.Case(
        name="repaid",
        geometry=Rectangle(frame=ssb.PlaneStrain(), width=8e-6, height=8e-6, columns=2, rows=2),
        bodies=(ssb.Body.single("body", LITHIUM, moves=True),),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        protocol=(ssb.Rest(4e4),),
        step_control=ssb.PrescribedSteps((1e4,) * 4),
        limits=ssb.Limits.off(),
    )
    volumes: list[float] = []

    def watch(cell: CellModel) -> None:
        moved = cell.motion.bodies[0]
        if not volumes:
            moved.metal._start *= 1 - 1e-4
        volumes.append(moved.mesh.volume)

    run = march(case, watch=watch)
    lost = 1 - run.cell.motion.bodies[0].mesh.volume / volumes[0]
    # held along z, it has not wholly flowed into the plane
    assert abs(lost / 1e-4 - 1) < 5e-2


def bent() -> None:
    """Metal below an inclined interface, held at its sides, loses what is stripped."""
    # a facet of two vertices that both slide along the sides: directors are parallel
    case = moving_cell(0.5e-6, width=4e-6)
    geometry = Inclined(frame=case.geometry.frame, stack=case.geometry, slope=0.4)
    seconds = 0.5e-6 / SPEED
    # a void at one end, which closes
    gap = FunctionGap(lambda x: 0.4e-6 * (1 - x[0] / 4e-6))
    working, *others = case.interfaces
    case = dataclasses.replace(
        case,
        geometry=geometry,
        interfaces=(dataclasses.replace(working, initial_gap=gap), *others),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(1 * mA_per_cm2, seconds)),
        step_control=ssb.PrescribedSteps((1.0, *(seconds / 4,) * 4)),
    )
    run = march(case, watch=lambda cell: motion(cell, "negative").metal.excess())
    worst = np.abs([*run.seen, motion(run.cell, "negative").metal.excess()]).max()
    assert worst < 1e-11 * run.cell.area(WORKING) * 0.5e-6


def foot() -> None:
    """What flows at the foot of a wall goes to its open vertex."""
    test_moving.test_what_flows_at_the_foot_of_a_wall_goes_to_its_open_vertex()


def turned() -> None:
    """Stress turns with the metal."""
    assert test_large_rotation.turned(ssb.PlaneStrain(), turns=1, steps=5) < 1e-11


def warmed() -> None:
    """Thermal strain counts from the start of a step."""
    test_moving.test_free_block_expands_once()


def closing() -> None:
    """A hole closes as fast as it does in joined steps."""
    test_moving.test_stress_of_what_flows_is_that_of_the_middle_of_a_step()


def aged() -> None:
    """Plated metal is as old as its plating, and metal below as old as all."""
    mean, deep = test_convection.age_error(10, ssb.PlaneStrain(), 2e-6)
    assert mean < 0.02
    assert deep < 1e-3


@dataclass(frozen=True, kw_only=True)
class Inclined(MeshSource):
    """A stack whose first interface is inclined.

    Attributes:
        stack: the stack.
        slope: its slope [1].
    """

    stack: ssb.Stack
    slope: float

    def generate(self) -> SimplexMesh:
        mesh = self.stack.generate()
        x, y = mesh.points[:, 0], mesh.points[:, 1]
        part = np.interp(y, self.stack.levels, (0.0, 1.0, 0.0, 0.0))
        points = mesh.points.copy()
        points[:, 1] = y + self.slope * (x - 0.5 * self.stack.width) * part
        return dataclasses.replace(mesh, points=points)


# ------------------------------------------------------------------------------------------------
# Errors


def slide_of_the_other_sign(patch: pytest.MonkeyPatch) -> None:
    right = MovingWall._sideways
    patch.setattr(MovingWall, "_sideways", lambda self, *at: -right(self, *at))


def slide_left_out(patch: pytest.MonkeyPatch) -> None:
    right = MovingWall._sideways
    patch.setattr(MovingWall, "_sideways", lambda self, *at: 0.0 * right(self, *at))


def slide_shared_alike(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(wall_shape, "shares", lambda gaps, least, parts: np.ones_like(gaps))


def area_vectors_of_the_first_shape(patch: pytest.MonkeyPatch) -> None:
    right = WallShape.follow

    def follow(self: WallShape) -> None:
        held = self.carried.x.array.copy()
        right(self)
        if held.any():
            self.carried.x.array[:] = held

    patch.setattr(WallShape, "follow", follow)


def volumes_of_the_first_shape(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(BodyModel, "mesh_moved", lambda self: None)


def on_geometry(part: float) -> Error:
    """Return the error of a step that is solved on another geometry than its middle."""

    def error(patch: pytest.MonkeyPatch) -> None:
        right = BodyMotion.begin
        patch.setattr(BodyMotion, "begin", lambda self, ratio: right(self, 2 * part * ratio))

    error.__name__ = f"geometry_at_{part:g}_of_the_step"
    return error


def no_debt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FromStep, "swollen", lambda self, volume_strain, mesh: volume_strain)


def debt_of_the_other_sign(patch: pytest.MonkeyPatch) -> None:
    def swollen(self: FromStep, volume_strain: Any, mesh: Any) -> Any:
        return volume_strain - self.debt.on(mesh)

    patch.setattr(FromStep, "swollen", swollen)


def strain_that_does_not_turn(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FromStep, "turned", lambda self, frame, u, tensors: tensors)


def strain_that_turns_back(patch: pytest.MonkeyPatch) -> None:
    def turned(self: FromStep, frame: Any, u: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        turn = rotation(frame.spin(self.counted(u)))
        return {name: turn.T * tensor * turn for name, tensor in tensors.items()}

    patch.setattr(FromStep, "turned", turned)


def all_strain_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FromStep, "carried", lambda self, frame, u, strain, state: {})


def pressure_counted_again(patch: pytest.MonkeyPatch) -> None:
    right = FromStep.counted

    def counted(self: FromStep, unknown: Any) -> Any:
        return unknown.function if unknown.name == "p" else right(self, unknown)

    patch.setattr(FromStep, "counted", counted)


def thermal_strain_counted_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FromStep, "temperature_before", lambda self, conditions, mesh: None)


def free_faces_that_lag(patch: pytest.MonkeyPatch) -> None:
    right = FreeFaces.move

    def move(self: FreeFaces, target: Any, known: Any, here: Any) -> Any:
        free = self.vertices[:, None] & ~known
        moved = right(self, target, known, here)
        return np.where(free, here + 0.9 * (moved - here), moved)

    patch.setattr(FreeFaces, "move", move)


def shown_from_the_mesh_as_made(patch: pytest.MonkeyPatch) -> None:
    right = BodyMotion._show

    def show(self: BodyMotion, x: Any) -> None:
        right(self, x - self.mesh.made + self._first)

    patch.setattr(BodyMotion, "_show", show)


def director_that_does_not_weigh(patch: pytest.MonkeyPatch) -> None:
    def widened(self: MovingWall) -> Any:
        gap = self.surface.gap
        return gap.function("+") - gap.past("+")

    patch.setattr(MovingWall, "_widened", widened)


def growth_counted_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MovingWall, "grown", lambda self, now, before: now)


def joined_steps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(FromStep, "joins", True)


def states_that_stay_with_the_mesh(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Convection, "carry", lambda self: None)


def states_carried_the_other_way(patch: pytest.MonkeyPatch) -> None:
    right = Convection.carry

    def carry(self: Convection) -> None:
        self.moved.x.array[:] *= -1
        right(self)

    patch.setattr(Convection, "carry", carry)


def plated_metal_as_old_as_its_neighbour(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WallGrowth, "plated", lambda self: np.zeros_like(self.parted.x.array))


ERRORS: list[tuple[Error, Check]] = [
    (slide_of_the_other_sign, void),
    (slide_left_out, void),
    (slide_shared_alike, foot),
    (area_vectors_of_the_first_shape, void),
    (volumes_of_the_first_shape, void),
    (shown_from_the_mesh_as_made, void),
    (growth_counted_again, void),
    (on_geometry(1.0), block),
    (on_geometry(0.0), block),
    (no_debt, repaid),
    (debt_of_the_other_sign, repaid),
    (free_faces_that_lag, block),
    (strain_that_does_not_turn, turned),
    (strain_that_turns_back, turned),
    (all_strain_forgotten, turned),
    (pressure_counted_again, boxed),
    (thermal_strain_counted_again, warmed),
    (director_that_does_not_weigh, bent),
    (joined_steps, closing),
    (states_that_stay_with_the_mesh, aged),
    (states_carried_the_other_way, aged),
    (plated_metal_as_old_as_its_neighbour, aged),
]


QUICK = {block, boxed, repaid, foot, turned, warmed}


def ranked(cases: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Return cases of which those with a long check, the last item of each, are slow."""
    marks = {True: (), False: (pytest.mark.slow,)}
    return [pytest.param(*case, marks=marks[case[-1] in QUICK]) for case in cases]


@pytest.mark.parametrize(
    "check",
    ranked((check,) for check in dict.fromkeys(check for _, check in ERRORS)),
    ids=lambda check: check.__name__,
)
def test_check_passes(check: Check) -> None:
    check()


@pytest.mark.parametrize(("error", "check"), ranked(ERRORS), ids=lambda item: item.__name__)
def test_error_is_caught(error: Error, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        error(patch)
        # a run that comes to no end, or whose audit fails, has caught it too
        with pytest.raises((AssertionError, NotConverged, AuditError)):
            check()
