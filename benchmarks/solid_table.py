# SPDX-License-Identifier: BSD-3-Clause
"""Time and memory of a Newton iteration in three dimensions over size, as a table.

    ./ssb python benchmarks/solid_table.py                             # half an hour and 9 GB
    ./ssb python benchmarks/solid_table.py --void 2 1.4 --composite 10 # small ones, minutes

Each system is that of `solid.py`, in a process of its own, so that peaks of memory are its own. The
void's sizes are those of its facets, the composite's those of its cube [um]. The growth is the
exponent of a power law from the first to the last system.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

import ssbmech as ssb
from ssbmech.model.cell import CellModel
from ssbmech.solve.iterative import Preconditioned
from ssbmech.solve.linear import Solver
from ssbmech.solve.system import System

COMM = MPI.COMM_WORLD
BENCHMARK = Path(__file__).with_name("solid.py")

FORCING = 1e-3
"""Residual at which Newton's method stops a linear solution [1]."""

RESIDUALS = (FORCING, 1e-4, 1e-8)
"""Residuals to which the system is solved [1]."""


@dataclass
class Cost:
    """Figures of one system: processor seconds of the first rank, memory of all ranks.

    Attributes:
        unknowns: free unknowns.
        assembly: of the Jacobian, block by block [s].
        set_up: of the iterative solver [s].
        solve: by it, by residual [s].
        iterations: of FGMRES, by residual.
        merging: of the blocks into the matrix of the whole system [s]; nan where not measured.
        direct: numeric factorisation and solution, analysis kept [s]; nan where not measured.
        memory: peak of the process before anything was factorised whole [GB].
        memory_direct: and afterwards [GB]; nan where not measured.
    """

    unknowns: int
    assembly: float
    set_up: float
    solve: dict[float, float]
    iterations: dict[float, int]
    memory: float
    merging: float = float("nan")
    direct: float = float("nan")
    memory_direct: float = float("nan")

    @property
    def iteration(self) -> float:
        """A whole Newton iteration with the iterative solver [s]."""
        return self.assembly + self.set_up + self.solve[FORCING]

    @property
    def direct_iteration(self) -> float:
        """A whole Newton iteration with the direct solver [s]."""
        return self.assembly + self.merging + self.direct

    def say(self, say: Callable[[str], None]) -> None:
        """Print the figures, and what follows from them."""
        per_unknown = 1e6 / self.unknowns
        say(f"assembly of the blocks      {self.assembly:8.2f} s")
        say(f"set-up                      {self.set_up:8.2f} s")
        for residual in RESIDUALS:
            count, spent = self.iterations[residual], self.solve[residual]
            say(f"FGMRES to {residual:g}: {count:4d} iterations{spent:8.2f} s")
        say(
            f"a Newton iteration          {self.iteration:8.2f} s,"
            f" {self.iteration * per_unknown:.1f} us per unknown"
        )
        say(
            f"peak memory                 {self.memory:8.2f} GB,"
            f" {self.memory * per_unknown:.1f} kB per unknown"
        )
        if not math.isnan(self.direct):
            say(f"merging into one matrix     {self.merging:8.2f} s")
            say(f"MUMPS, analysis kept        {self.direct:8.2f} s")
            say(
                f"the same with MUMPS         {self.direct_iteration:8.2f} s,"
                f" ratio {self.iteration / self.direct_iteration:.2f}"
            )
            say(f"peak memory with MUMPS      {self.memory_direct:8.2f} GB")


def memory() -> float:
    """Return the largest memory of all ranks together so far [GB]; collective."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return float(COMM.allreduce(peak, op=MPI.SUM))


def timed(action: Callable[[], object]) -> float:
    """Return the processor time of something [s]."""
    start = time.process_time()
    action()
    return time.process_time() - start


def newton_cost(cell: CellModel, direct: bool, coarse: ssb.CoarseLevel | None = None) -> Cost:
    """Solve for the next step's first increment, to several residuals and directly; collective.

    Args:
        cell: the cell.
        direct: whether directly, too.
        coarse: how coarser levels are solved, if not as usual.
    """
    system = cell.system
    cell.begin(cell.case.protocol[-1].drive(0.0), 10.0)
    system.residual()
    system.jacobian()
    cost = _iterative(system, ssb.CoarseLevel() if coarse is None else coarse)
    if direct:
        _direct(system, cost)
    return cost


def _iterative(system: System, coarse: ssb.CoarseLevel) -> Cost:
    solve, iterations = dict[float, float](), dict[float, int]()
    assembly = set_up = 0.0
    for residual in RESIDUALS:
        solver = Preconditioned(system, ssb.Iterative(forcing=residual, coarse=coarse), "cost_")
        # patterns are made once in a run
        solver.set_up()
        assembly = timed(system.jacobian)
        set_up = timed(solver.set_up)
        start = time.process_time()
        iterations[residual] = solver.solve(system.rhs, system.increment).iterations
        solve[residual] = time.process_time() - start
        solver.renew()
    return Cost(system.free_unknowns(), assembly, set_up, solve, iterations, memory())


def _direct(system: System, cost: Cost) -> None:
    solver = Solver(system.matrix.mat, ssb.Direct(), "cost_direct_")
    solver.set_up()
    # from now on each assembly fills the whole matrix too
    cost.merging = timed(system.jacobian) - cost.assembly
    cost.direct = timed(solver.set_up)
    cost.direct += timed(lambda: solver.solve(system.rhs, system.increment))
    cost.memory_direct = memory()


Figures = dict[str, Any]


def figures(arguments: list[str]) -> Figures:
    """Return the figures of one system."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "cost.json"
        command = [sys.executable, str(BENCHMARK), *arguments, "--json", str(file)]
        subprocess.run(command, check=True, stdout=sys.stderr)
        found: Figures = json.loads(file.read_text(encoding="utf-8"))
    return found


def line(name: str, cost: Figures) -> str:
    """Return a line of the table."""
    unknowns, solve, counts = cost["unknowns"], cost["solve"]["0.001"], cost["iterations"]
    iteration = cost["assembly"] + cost["set_up"] + solve
    direct = cost["assembly"] + cost["merging"] + cost["direct"]
    known = not math.isnan(direct)
    cells = (
        name,
        f"{unknowns / 1e3:.1f}k",
        f"{counts['0.001']} / {counts['0.0001']} / {counts['1e-08']}",
        f"{cost['assembly']:.2f}",
        f"{cost['set_up']:.2f}",
        f"{solve:.2f}",
        f"{iteration:.2f}",
        f"{1e6 * iteration / unknowns:.1f}",
        f"{direct:.2f}" if known else "not run",
        f"{iteration / direct:.2f}" if known else "",
        f"{cost['memory']:.2f}",
        f"{1e6 * cost['memory'] / unknowns:.1f}",
    )
    return f"| {' | '.join(cells)} |"


HEAD = (
    "system",
    "free unknowns",
    "iterations to 1e-3 / 1e-4 / 1e-8",
    "assembly, s",
    "set-up, s",
    "FGMRES to 1e-3, s",
    "Newton iteration, s",
    "us per unknown",
    "with MUMPS, s",
    "ratio",
    "peak memory, GB",
    "kB per unknown",
)


def growth(costs: list[Figures]) -> str:
    """Return the exponents of time and memory from the first to the last system."""
    first, last = costs[0], costs[-1]

    def iteration(cost: Figures) -> float:
        return float(cost["assembly"] + cost["set_up"] + cost["solve"]["0.001"])

    size = math.log(last["unknowns"] / first["unknowns"])
    power = math.log(iteration(last) / iteration(first)) / size
    slope = (last["memory"] - first["memory"]) / (last["unknowns"] - first["unknowns"])
    return f"time grows with the power {power:.2f}, memory by {1e6 * slope:.1f} kB per unknown"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--void", type=float, nargs="*", default=[2.0, 1.4, 1.0, 0.6])
    parser.add_argument("--composite", type=float, nargs="*", default=[10.0, 14.0])
    parser.add_argument("--direct-void", type=float, default=1.0, help="smallest facets for MUMPS")
    options = parser.parse_args()
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}", flush=True)
    voids = []
    for size in options.void:
        without = [] if size >= options.direct_void else ["--no-direct"]
        voids.append(figures(["--size", str(size), *without]))
        print(line(f"void, {size:g} um", voids[-1]), flush=True)
    for width in options.composite:
        cost = figures(["--composite", "--width", str(width)])
        print(line(f"spheres, {width:g} um", cost), flush=True)
    if len(voids) > 1:
        print(f"\nvoid: {growth(voids)}")


if __name__ == "__main__":
    main()
