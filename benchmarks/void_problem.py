# SPDX-License-Identifier: BSD-3-Clause
"""The closing-void problem: one size in one process; prints its figures as JSON.

Quarter of a square of lithium, 50 um wide, around a cylindrical void of radius 5 um, in plane
strain. The outer sides are pressed with 0.65 MPa, ramped within a second and held for an hour; the
lithium creeps by Norton's law. Quadratic triangles with straight sides, three Gauss points,
backward Euler, 100 prescribed time steps.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field

from mpi4py import MPI

import numpy as np
import ufl

import ssbmech as ssb
from ssbmech._compat import compile_expression, element_points
from ssbmech.case.linear_solver import LinearSolver
from ssbmech.case.protocol import Drive, Step
from ssbmech.case.step_control import Tolerances
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.model.parts.momentum import Momentum
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import TimeLoop
from ssbmech.units import K, MPa, kJ_per_mol, um

RADIUS, HALF_SIDE = 5e-6, 25e-6
PRESSURE, RAMP = 0.65e6, 1.0
YOUNG, POISSON = 7.8e9, 0.38
RATE, EXPONENT, TEMPERATURE = 1e-3, 6.6, 298.0
"""Creep rate at 1 MPa and the temperature [1/s], stress exponent [1], temperature [K]."""

STEPS = 10 * [0.1] + 10 * [0.4] + 10 * [1.6] + 10 * [6.0] + 10 * [22.0] + 50 * [66.0]
GAUSS_POINTS = ((1 / 6, 1 / 6), (2 / 3, 1 / 6), (1 / 6, 2 / 3))
TOLERANCE = 1e-8
"""Residual over the external force at full load, 2-norms over the free dofs [1]."""

SOLVERS = {"cholesky": ssb.Cholesky(), "lu": ssb.Direct()}
LIMIT_EVERY = 4
"""Time steps between two measurements of the limit."""


def build_case(unknowns: float, steps: list[float], solver: LinearSolver, square: bool) -> ssb.Case:
    """Return the square plate or, as a check, the thick-walled cylinder.

    Args:
        unknowns: displacement unknowns, approximately.
        steps: time steps [s].
        solver: linear solver.
        square: the outer boundary is the square of the benchmark, else a circle.
    """
    flow = NortonFlow(
        rate=RATE,
        stress=1 * MPa,
        exponent=EXPONENT,
        activation_energy=37 * kJ_per_mol,
        reference_temperature=TEMPERATURE * K,
    )
    lithium = Material("lithium", ElasticViscoplastic(Elastic(YOUNG, POISSON), flow))
    plate = QuarterVoid(
        frame=ssb.PlaneStrain(),
        inner_radius=RADIUS,
        outer_radius=HALF_SIDE,
        size=math.sqrt(660.0 / unknowns) * um,
        square=square,
    )
    faces = ("right", "top") if square else ("outer",)
    ramp = RAMP if square else steps[0]
    # extrapolation starts afresh with each step of the protocol: here after a jump of the load
    spans = [sum(steps)] if square else [steps[0], sum(steps[1:])]
    return ssb.Case(
        name="closing_void",
        geometry=plate,
        bodies=(ssb.Body.single("body", lithium),),
        protocol=tuple(ssb.Rest(span) for span in spans),
        supports=(ssb.Roller("left"), ssb.Roller("bottom")),
        loads=ssb.Loads(
            tuple(ssb.FacePressure(f, lambda t: PRESSURE * min(t / ramp, 1.0)) for f in faces)
        ),
        temperature=TEMPERATURE * K,
        discretisation=ssb.Discretisation(
            quadrature_degree=2, pressure_field=ssb.PressureField.NOWHERE
        ),
        linear_solver=solver,
        step_control=ssb.PrescribedSteps(steps),
    )


class TimedCell(CellModel):
    """A cell that measures the time of its last history update."""

    history_seconds = 0.0

    def commit(self, dt: float) -> None:
        """Accept the step that was just solved."""
        start = time.perf_counter()
        super().commit(dt)
        self.history_seconds = time.perf_counter() - start


class Stopwatch:
    """Measures time, and processor time, which does not count what other programs take."""

    def __init__(self) -> None:
        """Start."""
        self._start = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Return total and processor time since the start [s]."""
        total, processor = self._start
        return {
            "total": time.perf_counter() - total,
            "processor": time.process_time() - processor,
        }


class Unwatched:
    """A watcher that measures nothing: the benchmark is about solving."""

    def measure(self, dt: float, step: int) -> Row:
        """Return a row in which nothing that ends a step ever changes."""
        return defaultdict(lambda: 0.5)

    def check(self, row: Row) -> None:
        """Accept every row."""

    def measure_observed(self) -> Row:
        """Return an empty row."""
        return {}

    def commit(self, dt: float) -> None:
        """Nothing to advance."""


@dataclass
class Recorder:
    """Follows the run: keeps the times of every step, and measures the limit now and then.

    Attributes:
        cell: the cell.
        newton: its solver.
        wall_dof: displacement along x of the wall at (a, 0).
        iterations: Newton iterations of every step.
        laps: time of every step, by phase and in all, and its processor time [s].
        limits: time and processor time of the bare factorisation and solve [s].
        displacements: of the wall, after every step [m].
    """

    cell: TimedCell
    newton: Newton
    wall_dof: int
    iterations: list[int] = field(default_factory=list)
    laps: list[dict[str, float]] = field(default_factory=list)
    limits: list[dict[str, float]] = field(default_factory=list)
    displacements: list[float] = field(default_factory=list)
    _lap: Stopwatch = field(default_factory=Stopwatch)

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Keep the step's figures; the time spent here counts for no step."""
        spent = self._lap.read()
        # this lap began with the history update of the step before
        lap = {**report.seconds, "history": self.cell.history_seconds}
        # moving the unknowns is too little for a line of its own
        del lap["update"]
        self.laps.append({**lap, "rest": spent["total"] - sum(lap.values()), **spent})
        self.iterations.append(report.iterations)
        displacement = self.cell.bodies["body"].u.function.x.array
        self.displacements.append(float(displacement[self.wall_dof]))
        if len(self.laps) % LIMIT_EVERY == 0:
            self.limits.append(self._limit())
        self._lap = Stopwatch()

    def _limit(self) -> dict[str, float]:
        """Return the time of factorising the last matrix again and solving with it [s]."""
        linear, system = self.newton.linear, self.newton.system
        system.matrix.mat.stateIncrease()
        watch = Stopwatch()
        linear.set_up()
        linear.solve(system.rhs, system.increment)
        return watch.read()

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Nothing to do: a prescribed step that fails ends the run."""

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Nothing to do."""

    def on_settled(self, position: Position, last: bool) -> None:
        """Nothing is kept."""


def gauss_points(cell: CellModel) -> np.ndarray:
    """Return the reference points at which the history is kept."""
    history = momentum(cell).regions["body"].history
    return element_points(history.committed["strain_creep"].function_space)


def march(case: ssb.Case, cell: TimedCell) -> Recorder:
    """March the cell through the case's time steps and return what was recorded."""
    points = gauss_points(cell)
    if sorted(map(tuple, points.round(12))) != sorted(map(tuple, np.round(GAUSS_POINTS, 12))):
        raise SystemExit(f"the integration points are not those of the benchmark: {points}")
    unknown = cell.bodies["body"].u
    # at rest and under full load, the residual is the external force
    cell.begin(Drive(), RAMP)
    external = cell.system.residual()[unknown.key]
    settings = ssb.NewtonSettings(tolerance=TOLERANCE * external)
    newton = Newton(cell.system, settings, case.linear_solver, "closing_void_")
    nodes = unknown.function.function_space.tabulate_dof_coordinates()
    wall = int(np.argmin(np.linalg.norm(nodes - [RADIUS, 0.0, 0.0], axis=1)))
    recorder = Recorder(cell, newton, 2 * wall)
    sizer = case.step_control.sizer()
    TimeLoop(cell, newton, Unwatched(), recorder, sizer, Tolerances()).run(case.protocol)
    return recorder


def momentum(cell: CellModel) -> Momentum:
    """Return the momentum balance of the body."""
    return cell.bodies["body"].parts.get(Momentum, "a body has a momentum balance")


def von_mises(cell: CellModel) -> tuple[np.ndarray, np.ndarray]:
    """Return radius [m] and von Mises stress [Pa] at the integration points, at the end."""
    body = cell.bodies["body"]
    # the history is that of the end: no more may flow
    cell.conditions.dt.value = 1e-30
    region = momentum(cell).regions["body"]
    deviator = region.response.deviator
    x = ufl.SpatialCoordinate(body.mesh.mesh)
    values = [ufl.sqrt(ufl.dot(x, x)), ufl.sqrt(1.5 * ufl.inner(deviator, deviator))]
    expression = compile_expression(ufl.as_vector(values), gauss_points(cell))
    table = expression.eval(body.mesh.mesh, region.history.cells).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def benchmark(unknowns: float, solver: LinearSolver) -> dict[str, object]:
    """Run the benchmark at one size and return its figures."""
    case = build_case(unknowns, STEPS, solver, square=True)
    start = time.perf_counter()
    tagged = case.geometry.build(MPI.COMM_SELF)
    meshed = time.perf_counter()
    cell = TimedCell(case, tagged)
    built = time.perf_counter()
    done = march(case, cell)
    peak_memory = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    count = cell.system.numbering.local_size
    loop = sum(lap["total"] for lap in done.laps)
    return {
        "unknowns": count,
        "steps": len(done.laps),
        "iterations": sum(done.iterations),
        **costs(done, count),
        "seconds": {"mesh": meshed - start, "model": built - meshed, "time loop": loop},
        "peak_memory": peak_memory,
        "results": {
            "wall at 1 s, um": 1e6 * done.displacements[9],
            "wall at 3601 s, um": 1e6 * done.displacements[-1],
            "largest von Mises, MPa": 1e-6 * float(von_mises(cell)[1].max()),
        },
    }


def costs(done: Recorder, count: int) -> dict[str, dict[str, float]]:
    """Return what a Newton iteration and the limit cost per unknown [us].

    Times are means. Processor times are medians: the first step analyses the pattern as well.
    """
    per_unknown = 1e6 / count
    iterations = sum(done.iterations)
    cost = {key: sum(lap[key] for lap in done.laps) / iterations for key in done.laps[0]}
    pairs = zip(done.laps, done.iterations, strict=True)
    cost["processor"] = statistics.median(lap["processor"] / n for lap, n in pairs)
    limit = {
        "total": statistics.mean(lap["total"] for lap in done.limits),
        "processor": statistics.median(lap["processor"] for lap in done.limits),
    }
    return {
        "cost": {key: per_unknown * seconds for key, seconds in cost.items()},
        "limit": {key: per_unknown * seconds for key, seconds in limit.items()},
    }


def check(solver: LinearSolver) -> dict[str, tuple[float, float]]:
    """Return figures of the thick-walled cylinder, each with its closed form.

    A step too short to creep gives the elastic displacement; steps that grow lead to steady creep.
    """
    steps = [1e-9, *np.geomspace(0.01, 400.0, 120).tolist()]
    case = build_case(40e3, steps, solver, square=False)
    cell = TimedCell(case, case.geometry.build(MPI.COMM_SELF))
    done = march(case, cell)
    a, b, p, n = RADIUS, HALF_SIDE, PRESSURE, EXPONENT
    elastic = -2 * (1 - POISSON**2) * p * b**2 * a / (YOUNG * (b**2 - a**2))
    drop = math.sqrt(3) * p / (n * (a ** (-2 / n) - b ** (-2 / n)))
    steady = -math.sqrt(3) / 2 * RATE * (drop / 1e6) ** n / a
    velocity = (done.displacements[-1] - done.displacements[-2]) / steps[-1]
    figures = {
        "elastic wall displacement, um": (1e6 * done.displacements[0], 1e6 * elastic),
        "steady wall velocity, um/s": (1e6 * velocity, 1e6 * steady),
    }
    radius, stress = von_mises(cell)
    for place, k in (("the wall", np.argmin(radius)), ("the outside", np.argmax(radius))):
        exact = drop * float(radius[k]) ** (-2 / n)
        figures[f"von Mises stress at {place}, MPa"] = (1e-6 * float(stress[k]), 1e-6 * exact)
    return figures


def main() -> None:
    """Run what the command line asks for and print the figures as one line of JSON."""
    parser = argparse.ArgumentParser(description="The closing-void problem at one size.")
    parser.add_argument("--unknowns", type=float, default=20e3)
    parser.add_argument("--solver", choices=SOLVERS, default="cholesky")
    parser.add_argument("--check", action="store_true", help="run the thick-walled cylinder")
    given = parser.parse_args()
    solver = SOLVERS[given.solver]
    figures = {"check": check(solver)} if given.check else benchmark(given.unknowns, solver)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
