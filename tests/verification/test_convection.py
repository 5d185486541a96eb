# SPDX-License-Identifier: BSD-3-Clause
"""What metal remembers goes along with it when it flows through a mesh that moves."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mpi4py import MPI

import numpy as np
import pytest
import ufl
from scipy.integrate import solve_ivp

import ssbmech as ssb
from ssbmech import library
from ssbmech._compat import compile_expression, element_points
from ssbmech.checkpoint.state import CellState
from ssbmech.errors import NotConverged
from ssbmech.frames import Expr, Frame
from ssbmech.materials.elastic import Surroundings
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import AnandFlow, Flow, NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.model.convection import Convection
from ssbmech.model.history import RegionHistory
from ssbmech.units import mA_per_cm2, s
from tests.moving import LITHIUM, SPEED, motion, moving_cell
from tests.single_body import Rectangle
from tests.tools import Mode, assert_same, march, measured, observed_orders, set_mode

COMM = MPI.COMM_WORLD
ANAND = library.by_name("lithium_anand_narayan2019")
SLOW = pytest.mark.slow


@dataclass(frozen=True)
class Ageing:
    """A flow law that counts the time since its metal was plated.

    Attributes:
        power: how the metal flows.
    """

    power: NortonFlow

    @property
    def state_variables(self) -> tuple[ssb.StateVariable, ...]:
        """The age."""
        return (ssb.StateVariable("age", "s", 0.0, by_rate=True),)

    def flow(
        self, q_trial: Expr, shear: Expr, state_n: Mapping[str, Expr], around: Surroundings
    ) -> Flow:
        """Return the flow, and what has become older."""
        found = self.power.flow(q_trial, shear, {}, around)
        return dataclasses.replace(found, state={"age": state_n["age"] + around.dt})


def with_flow(flow: Any) -> Material:
    """Return lithium with another flow law."""
    solid = dataclasses.replace(LITHIUM.solid, flow=flow)
    return dataclasses.replace(LITHIUM, solid=solid, sources={})


def history_of(cell: CellModel, name: str) -> RegionHistory:
    """Return what the laws of a moving body remember."""
    memory = motion(cell, name).body.parts.memory
    return next(m for m in memory if isinstance(m, RegionHistory))


@dataclass(frozen=True)
class Points:
    """A state at the integration points of the owned cells of a body.

    Attributes:
        x: places, shape (points, dim) [m].
        values: the state.
        volumes: volume that each stands for [m3].
    """

    x: np.ndarray
    values: np.ndarray
    volumes: np.ndarray

    def mean(self, of: np.ndarray) -> float:
        """Return a mean over the volume of the points of all ranks; collective."""
        sums = np.array([self.volumes @ of, self.volumes.sum()])
        COMM.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
        return float(sums[0] / sums[1])


def points_of(cell: CellModel, name: str, state: str) -> Points:
    """Return a state of a moving body at the start of a step."""
    body, history = motion(cell, name).body, history_of(cell, name)
    committed = history.committed[state]
    space, owned = committed.function_space, np.arange(body.owned_cells, dtype=np.int32)
    where = compile_expression(ufl.SpatialCoordinate(space.mesh), element_points(space))
    x = np.asarray(where.eval(space.mesh, owned)).reshape(-1, body.frame.dim)
    values = committed.x.array[space.dofmap.list[owned]].ravel()
    return Points(x, values, history.point_volumes(owned).ravel())


OLD, NEW = 8e-6, 4e-6


def growing(count: int, frame: Frame, size: float = 4e-6) -> ssb.Case:
    """Return a layer onto which half as much is plated, of metal that knows its age."""
    time = NEW / SPEED
    case = moving_cell(NEW, thickness=OLD, frame=frame)
    _, *others = case.bodies
    aged = ssb.Body.single("negative", with_flow(Ageing(LITHIUM.solid.flow)), moves=True)
    return dataclasses.replace(
        case,
        geometry=dataclasses.replace(case.geometry, size_interface=size, size_bulk=size),
        bodies=(aged, *others),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, time)),
        step_control=ssb.PrescribedSteps((1.0, *np.full(count, time / count))),
    )


def age_error(count: int, frame: Frame, size: float = 4e-6) -> tuple[float, float]:
    """Plate half as much onto a layer as there is; return the errors of its age.

    They are the mean over the layer, and the largest in metal deep below the old surface, over
    the time of plating.
    """
    thickness, time = OLD, NEW / SPEED
    cell = march(growing(count, frame, size)).cell
    found = points_of(cell, "negative", "age")
    # metal at rest: that above its first surface is as old as the layer's growth from there on
    height = found.x[:, frame.dim - 1]
    young = np.clip((height - thickness) / SPEED, 0.0, time)
    error = np.abs(found.values - (1.0 + time - young)) / time
    deep = height < 0.4 * thickness
    worst = COMM.allreduce(float(error[deep].max(initial=0.0)), op=MPI.MAX)
    assert np.all(found.values > -1e-9 * time)
    return found.mean(error), worst


@pytest.mark.pair
@pytest.mark.parametrize(
    "frame",
    [
        ssb.PlaneStrain(),
        pytest.param(ssb.Axisymmetric(), marks=[pytest.mark.serial, SLOW]),
        pytest.param(ssb.ThreeDimensional(), marks=SLOW),
    ],
    ids=lambda frame: type(frame).__name__,
)
def test_plated_metal_is_as_old_as_its_plating(frame: Frame) -> None:
    mean, deep = age_error(20, frame, 2e-6)
    name = f"age of metal, half as much again plated, {type(frame).__name__}"
    against = "time since it was plated"
    # the kink at the old surface is smeared over a cell or two
    measured(name, "mean error over the time of plating, h = 2 um, 20 steps", mean, 0.012, against)
    # a tensor's worth of points, more than a linear function has values, keeps a trace of its cell:
    # more of it in tetrahedra
    measured(name, "error in old metal", deep, 5e-4 if frame.dim == 2 else 2e-3, against)


@pytest.mark.serial
def test_age_to_the_last_bit() -> None:
    """Neither a step that is thrown away nor a checkpoint leaves a trace."""
    case = growing(4, ssb.PlaneStrain())
    whole = points_of(march(case).cell, "negative", "age")
    for mode in (Mode.RESTEP, Mode.RECOVER):
        set_mode(mode)
        again = points_of(march(case).cell, "negative", "age")
        assert_same(again.values, whole.values)
        assert COMM.allreduce(len(np.unique(again.values)) > 2, op=MPI.LOR)


@pytest.mark.slow
def test_age_of_plated_metal_converges() -> None:
    runs = [age_error(count, ssb.PlaneStrain(), size) for size, count in ((2e-6, 20), (1e-6, 40))]
    order = math.log2(runs[0][0] / runs[1][0])
    name = "age of metal, half as much again plated, PlaneStrain"
    measured(name, "order below 1 in step and cell together", max(1 - order, 0.0), 0.3, "a kink")


SIDE = 10e-6


def snapshot(cell: CellModel) -> dict[str, Any]:
    """Return copies of all that the next step of a cell starts from, on this rank."""
    state = CellState(cell)
    kept: dict[str, Any] = {name: rows.copy() for name, rows in state.rows().items()}
    places = {f"mesh {m.body.name}": m.mesh.placed for m in cell.motion.bodies}
    scalars = state.scalars()
    for closure in scalars["closures"].values():
        # a sum of residual rows, made anew with the first residual of a step
        del closure["total"]
    return kept | places | {"scalars": json.dumps(scalars)}


@pytest.mark.pair
def test_step_whose_states_cannot_be_carried_is_cut_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It fails before anything is committed; the step is solved again, and shorter."""
    control = ssb.AdaptiveSteps(gap_error=1e-6, dt_initial=600.0, dt_max=600.0)
    case = dataclasses.replace(growing(1, ssb.PlaneStrain()), step_control=control)
    starts: list[dict[str, Any]] = []
    failed: list[int] = []
    solve, predict = Convection._solve, CellModel.predict

    def fails_once(self: Convection, name: str) -> None:
        if len(starts) > 2 and not failed:
            failed.append(len(starts))
            raise NotConverged(f"{name!r} is lost on purpose")
        solve(self, name)

    def noted(self: CellModel, ratio: float) -> None:
        starts.append(snapshot(self))
        predict(self, ratio)

    monkeypatch.setattr(Convection, "_solve", fails_once)
    monkeypatch.setattr(CellModel, "predict", noted)
    run = march(case)
    assert run.rejected.count("'age' is lost on purpose") == 1
    before, after = starts[failed[0] - 1 : failed[0] + 1]
    assert before.keys() == after.keys()
    for name, values in before.items():
        assert np.array_equal(values, after[name]), name
    # a step that is committed changes it
    moved = "values/position negative"
    # a rank may own none of it
    assert COMM.allreduce(not np.array_equal(starts[0][moved], before[moved]), op=MPI.LOR)
    assert math.isclose(run.cell.time, 1.0 + NEW / SPEED)


class Shear:
    """A square of metal that is sheared past a mesh at rest, for which nothing is solved.

    Metal comes in at x = 0, as fresh as plated metal is.

    Attributes:
        cell: its model.
        convection: what carries its states along.
    """

    def __init__(self, material: Material, count: int) -> None:
        case = ssb.Case(
            name="sheared",
            geometry=Rectangle(
                frame=ssb.PlaneStrain(), width=SIDE, height=SIDE, columns=count, rows=count
            ),
            bodies=(ssb.Body.single("body", material, moves=True),),
            supports=(ssb.Roller("left"), ssb.Roller("bottom")),
            protocol=(ssb.Rest(1.0),),
        )
        self.cell = CellModel(case, case.geometry.build(COMM))
        self.convection: Convection = motion(self.cell, "body").convections[0]
        plated = self.convection.plated
        plated.interpolate(lambda x: np.where(x[0] < 1e-9 * SIDE, 1e-6, 0.0))

    def step(self, sheared: float) -> None:
        """Carry the states through a step of a simple shear [1]."""
        u = motion(self.cell, "body").body.u.function
        u.interpolate(lambda x: np.stack([sheared * x[1], 0.0 * x[1]]))
        history = self.convection.history
        scalars = [name for name, kind in history.variables.items() if not kind.is_tensor]
        states = {name: history.committed[name].x.array for name in scalars}
        for name, carried in self.convection.carried(states).items():
            states[name][:] = carried


def bump(x: np.ndarray) -> np.ndarray:
    """Return a smooth profile along x over the side of the square."""
    part = np.clip(x / SIDE, 0.0, 1.0)
    return np.sin(math.pi * part) ** 4


def sheared_bump(cells: int, count: int) -> float:
    """Return the error of a profile that is sheared by 0.4, in the mean of squares."""
    shear = Shear(with_flow(Ageing(LITHIUM.solid.flow)), cells)
    history = history_of(shear.cell, "body")
    start = points_of(shear.cell, "body", "age")
    age = history.committed["age"]
    owned = age.function_space.dofmap.list[: motion(shear.cell, "body").body.owned_cells]
    age.x.array[owned.ravel()] = bump(start.x[:, 0])
    age.x.scatter_forward()
    for _ in range(count):
        shear.step(0.4 / count)
    found = points_of(shear.cell, "body", "age")
    error = found.values - bump(found.x[:, 0] - 0.4 * found.x[:, 1])
    return math.sqrt(found.mean(error**2))


@pytest.mark.serial
def test_order_in_a_shear_flow() -> None:
    name, against = "scalar state in simple shear", "profile carried along"
    steps = [32, 64]
    errors = [sheared_bump(24, count) for count in steps]
    order = observed_orders([1 / n for n in steps], errors)[-1]
    measured(name, "distance from order 1 in time", abs(float(order) - 1), 0.2, against)
    cells = [6, 12]
    errors = [sheared_bump(n, n * n) for n in cells]
    order = observed_orders([1 / n for n in cells], errors)[-1]
    figure = "distance from order 2 in space, steps as the cells squared"
    measured(name, figure, abs(float(order) - 2), 0.3, against)


def hardened(flow: AnandFlow, rate: float, times: np.ndarray) -> np.ndarray:
    """Return the resistance against time at a constant rate of flow from rest [Pa]."""
    hot = flow.rate * math.exp(-flow.activation_energy / (8.31446261815324 * 298.15))
    saturation = flow.resistance_saturation * (rate / hot) ** flow.saturation_exponent

    def slope(_: float, s: np.ndarray) -> np.ndarray:
        d = 1 - s / saturation
        return flow.hardening * np.abs(d) ** flow.hardening_exponent * np.sign(d) * rate

    grid = np.linspace(0.0, float(times.max()), 2001)
    found = solve_ivp(slope, (0.0, grid[-1]), [flow.resistance_initial], t_eval=grid, rtol=1e-9)
    return np.interp(times, grid, found.y[0])


def hardening_error(cells: int, count: int) -> float:
    """Shear hardening metal by 1; return the mean error of its resistance over what it gains."""
    shear, rate = Shear(ANAND, cells), 1e-3
    history, flow = history_of(shear.cell, "body"), ANAND.solid.flow
    duration = 1.0 / rate
    shear.cell.conditions.dt.value = duration / count
    for _ in range(count):
        u = motion(shear.cell, "body").body.u.function
        u.interpolate(lambda x: np.stack([x[1] / count, 0.0 * x[1]]))
        history.begin()
        history.commit()
        shear.step(1.0 / count)
    found = points_of(shear.cell, "body", "flow_resistance")
    # metal came in where its path began, and has hardened since
    since = np.minimum(duration, found.x[:, 0] / (rate * found.x[:, 1]))
    exact = hardened(flow, rate / math.sqrt(3), since)
    gain = hardened(flow, rate / math.sqrt(3), np.array([duration]))[0] - flow.resistance_initial
    return found.mean(np.abs(found.values - exact)) / float(gain)


@pytest.mark.serial
def test_hardening_is_carried_along_by_a_shear_flow() -> None:
    counts = [8, 16]
    errors = [hardening_error(count, 4 * count) for count in counts]
    name, against = "Anand-Narayan's resistance in simple shear", "hardening along paths"
    measured(name, "mean error over its gain, 16 cells, 64 steps", errors[-1], 0.012, against)
    order = observed_orders([1 / n for n in counts], errors)[-1]
    figure = "distance from order 1 in step and cell together"
    measured(name, figure, abs(float(order) - 1), 0.15, against)
