# SPDX-License-Identifier: BSD-3-Clause
"""A free sphere that takes up lithium and swells, in three dimensions: cost of a Newton iteration.

    ./ssb python benchmarks/swelling_particle.py                     # 30 thousand unknowns
    ./ssb python benchmarks/swelling_particle.py --unknowns 120      # 120 thousand
    ./ssb python benchmarks/swelling_particle.py --ngsolve PYTHON    # and with NGSolve

An eighth of a sphere of radius 5 um on three symmetry planes, quadratic displacements, linear
concentration and potential, an ideal solution at 0.3 that is filled through the surface in a few
time steps. The stress drives the lithium, too. PYTHON is one that has NGSolve, of PyPI, and
numpy; it gets the same mesh, steps and tolerance (`swelling_particle_ngsolve.py`).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np
from full_cell import Unwatched
from solid_table import memory

import ssbmech as ssb
from ssbmech._compat import cell_nodes
from ssbmech.case.boundary import FaceFlux
from ssbmech.case.protocol import Step
from ssbmech.case.step_control import Tolerances
from ssbmech.geometry.inclusion import Inclusion
from ssbmech.materials.elastic import Elastic
from ssbmech.materials.host import ArrheniusDiffusivity, Host, IdealOcv
from ssbmech.materials.material import Material
from ssbmech.materials.swelling import ConstantMolarVolume
from ssbmech.model.cell import CellModel
from ssbmech.solve.newton import PHASES, Newton, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import TimeLoop

COMM = MPI.COMM_WORLD
OTHER = Path(__file__).with_name("swelling_particle_ngsolve.py")

PROBLEM = {
    "radius": 5e-6,
    "young": 150e9,
    "poisson": 0.25,
    "c_max": 5e4,
    "omega": 1e-6,
    "diffusivity": 1e-14,
    "temperature": 298.15,
    "start": 0.3,
    "flux": 2e-5,
    "steps": [4.0, 8.0, 16.0, 32.0, 64.0],
    "tolerance": 1e-8,
}
"""The problem in SI; contents are over c_max [1], the flux into the surface is in mol/(m2 s)."""


def particle_case(size: float, solver: ssb.Direct | ssb.Iterative) -> ssb.Case:
    """Return the sphere; the size of cells at its surface is in m."""
    p = PROBLEM
    host = Host(
        c_max=p["c_max"],
        ocv=IdealOcv(3.7),
        diffusivity=ArrheniusDiffusivity(p["diffusivity"]),
        swelling=ConstantMolarVolume(p["omega"], p["c_max"]),
        density=4800.0,
        x_empty=0.1,
        x_full=0.9,
    )
    material = Material("host", Elastic(p["young"], p["poisson"]), host=host)
    geometry = Inclusion(
        frame=ssb.ThreeDimensional(), radius=p["radius"], size=size, inner_coarsening=1.6
    )
    return ssb.Case(
        name="swelling_particle",
        geometry=geometry,
        bodies=(ssb.Body.single("particle", material, content=p["start"]),),
        supports=tuple(ssb.Roller(name) for name in ("left", "bottom", "front")),
        loads=ssb.Loads(face_fluxes=(FaceFlux("outer", lambda time: p["flux"]),)),
        protocol=(ssb.Rest(sum(p["steps"])),),
        step_control=ssb.PrescribedSteps(tuple(p["steps"])),
        temperature=p["temperature"],
        linear_solver=solver,
    )


class Recorder:
    """Keeps how the steps were solved.

    Attributes:
        iterations: of Newton's method, by step.
        linear: iterations of the linear solver.
        wall: time by phase [s].
    """

    def __init__(self) -> None:
        """Start."""
        self.iterations, self.linear, self.wall = list[int](), 0, Counter[str]()

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Keep a step."""
        self.iterations.append(report.iterations)
        self.linear += report.linear_iterations
        self.wall.update(report.seconds)

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """A prescribed step that fails ends the run."""

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Nothing to do."""

    def on_settled(self, position: Position, last: bool) -> None:
        """Nothing is kept."""


def say(text: str) -> None:
    """Print on the first rank."""
    if COMM.rank == 0:
        print(text, flush=True)


def answers(cell: CellModel) -> dict[str, float]:
    """Return what both programs must find alike; collective."""
    body = cell.bodies["particle"]
    fields = {w.name: w.function.x.array[: w.owned] for w in body.unknowns}
    return {
        "largest content": COMM.allreduce(np.max(fields["c"]), op=MPI.MAX) / PROBLEM["c_max"],
        "largest displacement, nm": 1e9
        * float(COMM.allreduce(np.max(np.abs(fields["u"])), op=MPI.MAX)),
    }


def run(size: float, solver: ssb.Direct | ssb.Iterative) -> tuple[CellModel, dict[str, Any]]:
    """Run the problem and return its cell and figures; collective."""
    case = particle_case(size, solver)
    cell = CellModel(case, case.geometry.build(COMM))
    newton = Newton(cell.system, case.newton, solver, "particle_")
    recorder, sizer = Recorder(), case.step_control.sizer()
    start = time.process_time()
    TimeLoop(cell, newton, Unwatched(), recorder, sizer, Tolerances()).run(case.protocol)
    spent = time.process_time() - start
    count, unknowns = sum(recorder.iterations), cell.system.free_unknowns()
    return cell, {
        "unknowns": unknowns,
        "Newton iterations": recorder.iterations,
        "linear iterations per Newton iteration": recorder.linear / count,
        "processor time per Newton iteration, s": spent / count,
        "us per unknown and Newton iteration": 1e6 * spent / count / unknowns,
        "wall time by phase, s": {name: round(recorder.wall[name], 2) for name in PHASES},
        "peak memory, GB": memory(),
        **answers(cell),
    }


def compare(cell: CellModel, python: str) -> None:
    """Run the problem on the same mesh with NGSolve."""
    mesh = cell.tagged.mesh
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mesh.npz"
        np.savez(file, points=mesh.geometry.x, cells=cell_nodes(mesh), **PROBLEM)
        done = subprocess.run(
            [python, str(OTHER), str(file)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        say(f"NGSolve was not run: {done.stderr.strip().splitlines()[-1]}")
        return
    tell("NGSolve", json.loads(done.stdout.splitlines()[-1]))


def tell(name: str, figures: dict[str, Any]) -> None:
    """Print figures."""
    say(f"{name}:")
    for key, value in figures.items():
        say(f"  {key:40} {f'{value:.5g}' if isinstance(value, float) else value}")


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--unknowns", type=float, default=30.0, help="about how many thousands")
    parser.add_argument("--direct", action="store_true", help="solve by MUMPS")
    parser.add_argument("--ngsolve", help="a Python that has NGSolve; needs one rank")
    options = parser.parse_args()
    if options.ngsolve and COMM.size > 1:
        sys.exit("--ngsolve compares on one rank")
    # as measured
    size = 0.36e-6 * (26.0 / options.unknowns) ** 0.386
    cell, figures = run(size, ssb.Direct() if options.direct else ssb.Iterative())
    tell("ssbmech", figures)
    if options.ngsolve:
        compare(cell, options.ngsolve)


if __name__ == "__main__":
    main()
