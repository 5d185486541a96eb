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
from dataclasses import dataclass, field

from mpi4py import MPI

import numpy as np
import ufl

import ssbmech as ssb
from ssbmech._compat import compile_expression, element_points
from ssbmech.geometry import QuarterVoid
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.material import Material
from ssbmech.materials.viscoplastic import ElasticViscoplastic, NortonFlow
from ssbmech.model.cell import CellModel
from ssbmech.protocol import Drive, Step
from ssbmech.solve.linear import LinearSolver
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.time_loop import Row, TimeLoop
from ssbmech.units import GPa, K, MPa, kJ_per_mol, um

RADIUS, HALF_SIDE = 5e-6, 25e-6
PRESSURE, RAMP = 0.65e6, 1.0
YOUNG, POISSON = 7.8e9, 0.38
RATE, EXPONENT, TEMPERATURE = 1e-3, 6.6, 298.0
"""Creep rate [1/s] at 1 MPa and the temperature [K], and stress exponent [1]."""

STEPS = 10 * [0.1] + 10 * [0.4] + 10 * [1.6] + 10 * [6.0] + 10 * [22.0] + 50 * [66.0]
GAUSS_POINTS = ((1 / 6, 1 / 6), (2 / 3, 1 / 6), (1 / 6, 2 / 3))
TOLERANCE = 1e-8
"""Residual over the external force at full load, 2-norms over the free dofs [1]."""

SOLVERS = {"cholesky": ssb.Cholesky(), "lu": ssb.Direct()}
LIMIT_EVERY = 5
"""Time steps between two measurements of the limit."""


def lithium() -> Material:
    """Return the material of the benchmark."""
    flow = NortonFlow(
        rate=RATE,
        stress=1 * MPa,
        exponent=EXPONENT,
        activation_energy=37 * kJ_per_mol,
        reference_temperature=TEMPERATURE * K,
    )
    return Material("lithium", ElasticViscoplastic(Elastic(YOUNG / 1e9 * GPa, POISSON), flow))


def build_case(unknowns: float, steps: list[float], solver: LinearSolver, square: bool) -> ssb.Case:
    """Return the square plate or, as a check, the thick-walled cylinder.

    Args:
        unknowns: displacement unknowns, approximately.
        steps: time steps [s].
        solver: linear solver.
        square: the outer boundary is the square of the benchmark, else a circle.
    """
    body = QuarterVoid(
        frame=ssb.PlaneStrain(),
        inner_radius=RADIUS,
        outer_radius=HALF_SIDE,
        size=math.sqrt(660.0 / unknowns) * um,
        square=square,
    )
    faces = ("right", "top") if square else ("outer",)
    # extrapolation starts afresh with each step of the protocol, after the jump of the load
    spans = [sum(steps)] if square else [steps[0], sum(steps[1:])]
    ramp = RAMP if square else steps[0]
    return ssb.Case(
        name="closing_void",
        geometry=body,
        bodies=(ssb.Body.single("body", lithium()),),
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
    """A cell that measures the time of its history updates."""

    history_seconds = 0.0

    def commit(self, dt: float) -> None:
        """Accept the step that was just solved."""
        start = time.perf_counter()
        super().commit(dt)
        self.history_seconds += time.perf_counter() - start


class Unwatched:
    """A watcher that measures nothing: the benchmark is about solving."""

    def measure(self, dt: float, step: int) -> Row:
        """Return an empty row."""
        return {}

    def check(self, row: Row) -> None:
        """Accept every row."""

    def commit(self, dt: float) -> None:
        """Nothing to advance."""


@dataclass
class Recorder:
    """Follows the run: keeps the reports and measures the limit now and then.

    Attributes:
        newton: the solver.
        reports: report of every step.
        laps: wall time of every step [s].
        limits: wall times of the bare factorisation and solve [s].
        displacements: of the wall at (a, 0) along x, after every step [m].
    """

    newton: Newton
    wall_dof: int
    reports: list[SolveReport] = field(default_factory=list)
    laps: list[float] = field(default_factory=list)
    limits: list[float] = field(default_factory=list)
    displacements: list[float] = field(default_factory=list)
    _lap_start: float = field(default_factory=time.perf_counter)

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Keep the step's figures; the time spent here counts for no step."""
        self.laps.append(time.perf_counter() - self._lap_start)
        self.reports.append(report)
        displacement = self.newton.system.unknowns[0].function.x.array
        self.displacements.append(float(displacement[self.wall_dof]))
        if len(self.reports) % LIMIT_EVERY == 0:
            self.limits.append(self._limit())
        self._lap_start = time.perf_counter()

    def _limit(self) -> float:
        """Return the time of factorising the last matrix again and solving with it [s]."""
        ksp, system = self.newton.ksp, self.newton.system
        system.matrix.mat.stateIncrease()
        start = time.perf_counter()
        ksp.setOperators(system.matrix.mat)
        ksp.solve(system.rhs, system.increment)
        return time.perf_counter() - start

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Nothing to do: a prescribed step that fails ends the run."""

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Nothing to do."""


def gauss_points(cell: CellModel) -> np.ndarray:
    """Return the reference points at which the history is kept."""
    history = cell.bodies["body"].regions[0].history
    return element_points(history.committed["strain_creep"].function_space)


def march(case: ssb.Case, cell: TimedCell) -> Recorder:
    """March the cell through the case's time steps and return what was recorded."""
    body = cell.bodies["body"]
    points = gauss_points(cell)
    if sorted(map(tuple, points.round(12))) != sorted(map(tuple, np.round(GAUSS_POINTS, 12))):
        raise SystemExit(f"the integration points are not those of the benchmark: {points}")
    cell.begin(Drive(), max(RAMP, case.step_control.lengths[0]))
    # at rest and without strain, the residual is the external force
    external = cell.system.residual()[body.u.key]
    settings = ssb.NewtonSettings(tolerance=TOLERANCE * external)
    newton = Newton(cell.system, settings, case.linear_solver, "closing_void_")
    nodes = body.u.function.function_space.tabulate_dof_coordinates()
    wall = int(np.argmin(np.linalg.norm(nodes - [RADIUS, 0.0, 0.0], axis=1)))
    recorder = Recorder(newton, 2 * wall)
    sizer = case.step_control.sizer()
    TimeLoop(cell, newton, Unwatched(), recorder, sizer, math.inf).run(case.protocol)
    return recorder


def von_mises(cell: CellModel) -> tuple[np.ndarray, np.ndarray]:
    """Return radius [m] and von Mises stress [Pa] at the integration points, after the last step."""
    body = cell.bodies["body"]
    # the history is that of the end: no more may flow
    cell.knobs["dt"] = 1e-30
    deviator = body.regions[0].response.deviator
    x = ufl.SpatialCoordinate(body.mesh.mesh)
    values = [ufl.sqrt(ufl.dot(x, x)), ufl.sqrt(1.5 * ufl.inner(deviator, deviator))]
    expression = compile_expression(ufl.as_vector(values), gauss_points(cell))
    table = expression.eval(body.mesh.mesh, body.regions[0].history.cells).reshape(-1, 2)
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
    count = cell.system.numbering.local_size
    iterations = sum(r.iterations for r in done.reports)
    totals = {
        phase: sum(r.seconds[phase] for r in done.reports) for phase in done.reports[0].seconds
    }
    loop = sum(done.laps)
    totals["history"] = cell.history_seconds
    # moving the unknowns is too little for a line of its own
    del totals["update"]
    totals["rest"] = loop - sum(totals.values())
    mean = {phase: 1e6 * seconds / iterations / count for phase, seconds in totals.items()}
    mean["total"] = 1e6 * loop / iterations / count
    mean["limit"] = 1e6 * statistics.mean(done.limits) / count
    pairs = zip(done.laps, done.reports, strict=True)
    median = {
        "total": 1e6 * statistics.median(t / r.iterations for t, r in pairs) / count,
        "limit": 1e6 * statistics.median(done.limits) / count,
    }
    peak_memory = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    results = {
        "wall displacement at 1 s, um": 1e6 * done.displacements[9],
        "wall displacement at 3601 s, um": 1e6 * done.displacements[-1],
        "largest von Mises stress, MPa": 1e-6 * float(von_mises(cell)[1].max()),
    }
    return {
        "unknowns": count,
        "steps": len(done.reports),
        "iterations": iterations,
        "mean": mean,
        "median": median,
        "seconds": {"mesh": meshed - start, "model": built - meshed, "loop": loop},
        "peak_memory": peak_memory,
        "results": results,
    }


def check(solver: LinearSolver) -> dict[str, object]:
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
    rate = math.sqrt(3) / 2 * RATE * (drop / 1e6) ** n / a
    velocity = (done.displacements[-1] - done.displacements[-2]) / steps[-1]
    radius, stress = von_mises(cell)
    inner, outer = np.argmin(radius), np.argmax(radius)
    return {
        "elastic wall displacement, um": (1e6 * done.displacements[0], 1e6 * elastic),
        "steady wall velocity, um/s": (1e6 * velocity, -1e6 * rate),
        "von Mises stress at the wall, MPa": (
            1e-6 * stress[inner], 1e-6 * drop * radius[inner] ** (-2 / n)
        ),
        "von Mises stress outside, MPa": (
            1e-6 * stress[outer], 1e-6 * drop * radius[outer] ** (-2 / n)
        ),
    }  # fmt: skip


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
