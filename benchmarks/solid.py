# SPDX-License-Identifier: BSD-3-Clause
"""Cost of a Newton iteration in three dimensions: the iterative solver against the direct one.

    ./ssb python benchmarks/solid.py                        # a void, 25 thousand unknowns
    ./ssb python benchmarks/solid.py --size 1               # the same, 90 thousand
    ./ssb python benchmarks/solid.py --size 0.6             # 250 thousand
    ./ssb python benchmarks/solid.py --composite --width 10 # spheres in a cathode, 80 thousand
    ./ssb python benchmarks/solid.py --moving               # the void, whose metal moves
    ./ssb mpirun -n 2 python benchmarks/solid.py            # on two ranks
    ./ssb python benchmarks/solid.py --size 0.36 --first --no-direct   # 800 thousand, one system
    ./ssb python benchmarks/solid.py --size 0.6 --multigrid --first --no-direct
    ./ssb mpirun -n 2 python benchmarks/solid.py --millions 1   # the void's first steps in time

A few prescribed steps are solved by the iterative solver. Then one more Newton iteration is taken,
with linear solutions to several residuals, and with a numeric factorisation whose symbolic analysis
is kept. Processor time is that of the first rank. `solid_table.py` makes a table of several sizes.

With --millions the void has about so many unknowns, and is pressed and plated as in a run, with
steps of adaptive length and all audits: creep and contact, step by step, until there are enough.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import time
from pathlib import Path

from mpi4py import MPI

import numpy as np
from full_cell import Unwatched, solid_case
from solid_table import memory, newton_cost

import ssbmech as ssb
from ssbmech import library
from ssbmech.case.protocol import Step
from ssbmech.case.step_control import Tolerances
from ssbmech.library.interfaces import lithium_li6ps5cl
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.solve.linear import LinearSystem, Outcome
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import TimeLoop
from ssbmech.units import MPa, MPa_per_um, hour, mA_per_cm2, minute, nm, s, um

COMM = MPI.COMM_WORLD
PHASES = ("residual", "jacobian", "factorisation", "solve")
WORKING = "negative|separator"

SIZES = ((25.6e3, 2.0), (47.7e3, 1.4), (89.1e3, 1.0), (248.6e3, 0.6), (789.9e3, 0.36))
"""Free unknowns of the void and the size of its facets [um], as measured."""


def say(text: str) -> None:
    """Print on the first rank."""
    if COMM.rank == 0:
        print(text, flush=True)


def void_case(size: float) -> ssb.Case:
    """Return lithium with a round void at an electrolyte, plated; the size of facets is in um."""
    lithium, width, radius = library.by_name("lithium_lepage2019"), 30 * um, 18 * um
    layers = (("negative", 12.0), ("separator", 16.0), ("positive", 8.0))
    working, counter = WORKING, "positive|separator"
    lens = ssb.LensGap(half_width=radius, depth=300 * nm, centre_y=0.0)
    return ssb.Case(
        name="solid_void",
        geometry=ssb.Stack(
            frame=ssb.ThreeDimensional(),
            width=width,
            depth=width,
            layers=tuple(ssb.Layer(name, thickness * um) for name, thickness in layers),
            size_interface=2 * size * um,
            size_bulk=4 * size * um,
            refinements=(
                ssb.Refinement(working, position=radius, size=size * um, radius=2 * um, axis_x=0.0),
            ),
        ),
        bodies=(
            ssb.Body.single("negative", lithium),
            ssb.Body.single("separator", library.by_name("li6ps5cl")),
            ssb.Body.single("positive", lithium),
        ),
        interfaces=(
            ssb.Interface(working, kinetics=lithium_li6ps5cl(), initial_gap=lens),
            ssb.Interface(counter, kinetics=lithium_li6ps5cl()),
        ),
        supports=tuple(ssb.Roller(f) for f in ("bottom", "left", "right", "front", "back")),
        fixture=ssb.Spring(preload=1 * MPa, spring_stiffness=0.03 * MPa_per_um),
        electrodes=ssb.Electrodes(working=working, counter=counter),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, 10 * s)),
        step_control=ssb.PrescribedSteps((0.5, 0.5, 10.0)),
    )


def composite_case(size: float, width: float) -> ssb.Case:
    """Return a charged cell with spheres in its cathode, a cube of a width; lengths in um."""
    case = solid_case(size)
    packing = case.geometry.packing
    if width < 14.0:
        # few spheres fit: fewer still, so that they are found
        packing = dataclasses.replace(packing, volume_fraction=0.32)
    layers = [
        dataclasses.replace(layer, thickness=width * um) if layer.name == "catholyte" else layer
        for layer in case.geometry.layers
    ]
    geometry = dataclasses.replace(
        case.geometry, packing=packing, layers=tuple(layers), width=width * um, depth=width * um
    )
    charge = ssb.Charge(0.2 / hour, to=4.25, duration=360 * s)
    return dataclasses.replace(
        case,
        geometry=geometry,
        protocol=(ssb.Preload(10 * s), charge),
        step_control=ssb.PrescribedSteps((10.0, 60.0, 300.0)),
    )


def moving(case: ssb.Case) -> ssb.Case:
    """Return a case whose metal moves."""
    bodies = (dataclasses.replace(b, moves=b.name != "separator") for b in case.bodies)
    return dataclasses.replace(case, bodies=tuple(bodies), limits=ssb.Limits.off())


class Counted:
    """A linear solver whose iterations are kept."""

    def __init__(self, inner: LinearSystem) -> None:
        """Count those of a solver."""
        self.inner, self.iterations = inner, list[int]()
        self.state, self.restore = inner.state, inner.restore

    def set_up(self) -> None:
        """Follow the values of the matrix."""
        self.inner.set_up()

    def solve(self, *given: object) -> Outcome:
        """Solve, and keep the number of iterations."""
        outcome = self.inner.solve(*given)  # type: ignore[arg-type]
        self.iterations.append(outcome.iterations)
        return outcome

    def renew(self) -> None:
        """Forget what was learnt."""
        self.inner.renew()


class Recorder:
    """Prints the figures of each step.

    Attributes:
        accepted: number of accepted steps.
        rejected: number of rejected ones.
        counts: iterations of FGMRES of each system so far.
    """

    def __init__(self, counted: Counted) -> None:
        """Belong to a solver."""
        self._counted, self._start = counted, time.process_time()
        self.accepted, self.rejected, self.counts = 0, 0, list[int]()

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Print how a step was solved."""
        spent = time.process_time() - self._start
        counts, self._counted.iterations = self._counted.iterations, []
        self.accepted, self.counts = self.accepted + 1, self.counts + counts
        wall = ", ".join(f"{name} {report.seconds[name]:.1f}" for name in PHASES)
        say(f"  step: {report.iterations} iterations of FGMRES {counts}")
        say(f"        {spent / max(report.iterations, 1):.2f} s of processor each; wall: {wall} s")
        self.tell(row)
        self._start = time.process_time()

    def tell(self, row: Row) -> None:
        """Print what was measured: nothing."""

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Count it; a prescribed step that fails ends the run."""
        self.rejected += 1

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Nothing to do."""

    def on_settled(self, position: Position, last: bool) -> None:
        """Nothing is kept."""


class Told(Recorder):
    """Prints what happens at the void, too."""

    def tell(self, row: Row) -> None:
        """Print time, contact, creep and the largest audit."""
        audits = np.nanmax([value for name, value in row.items() if name.startswith("audit_")])
        say(
            f"        t = {row['time']:.3g} s, {row[f'contact_fraction:{WORKING}']:.4f} closed, "
            f"creep up to {row['creep_rate_max:negative']:.2g} 1/s, audits below {audits:.1e}"
        )


def size_for(unknowns: float) -> float:
    """Return the size of facets that gives the void about so many unknowns [um]."""
    counts, sizes = np.log(SIZES).T
    return float(np.exp(np.polyval(np.polyfit(counts, sizes, 2), np.log(unknowns))))


def march(millions: float, steps: int) -> None:
    """Take the void of so many million unknowns through its first steps of a run."""
    start = time.perf_counter()
    case = dataclasses.replace(
        void_case(size_for(1e6 * millions)),
        protocol=(ssb.Preload(1 * s), ssb.ConstantCurrent(-1 * mA_per_cm2, 30 * minute)),
        step_control=ssb.AdaptiveSteps(),
    )
    cell = CellModel(case, case.geometry.build(COMM))
    free, spent = cell.system.free_unknowns(), time.perf_counter() - start
    say(f"{free:,d} free unknowns on {COMM.size} ranks, mesh and model {spent:.1f} s")
    newton = Newton(cell.system, case.newton, ssb.Iterative(), "solid_march_")
    newton.linear = counted = Counted(newton.linear)
    recorder, sizer = Told(counted), case.step_control.sizer()
    loop = TimeLoop(
        cell,
        newton,
        Measurement(cell),
        recorder,
        sizer,
        case.step_control.tolerances,
        lambda: recorder.accepted >= steps,
    )
    loop.run(case.protocol)
    counts, spent = np.array(recorder.counts), time.perf_counter() - start
    say(f"accepted time steps    {recorder.accepted:10d}, {recorder.rejected} rejected")
    say(f"Newton iterations      {len(counts):10d}, {len(counts) / recorder.accepted:.1f} per step")
    say(f"FGMRES per iteration   {counts.mean():10.1f}, {counts.max()} at most")
    say(f"wall time              {spent:10.0f} s")
    say(f"peak memory, all ranks {memory():10.2f} GB")


def march_prescribed(cell: CellModel) -> None:
    """Take a cell through its prescribed time steps."""
    case = cell.case
    newton = Newton(cell.system, case.newton, ssb.Iterative(), "solid_run_")
    newton.linear = counted = Counted(newton.linear)
    sizer = case.step_control.sizer()
    loop = TimeLoop(cell, newton, Unwatched(), Recorder(counted), sizer, Tolerances())
    loop.run(case.protocol)
    newton.linear.renew()


def main() -> None:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--composite", action="store_true", help="spheres instead of a void")
    parser.add_argument("--moving", action="store_true", help="let the metal of the void move")
    parser.add_argument("--size", type=float, help="size of facets [um]; 2, with spheres 1")
    parser.add_argument("--width", type=float, default=10.0, help="width with spheres [um]")
    parser.add_argument("--no-direct", action="store_true", help="leave the direct solver out")
    parser.add_argument("--multigrid", action="store_true", help="coarser levels by multigrid")
    parser.add_argument("--first", action="store_true", help="the first system, without a march")
    parser.add_argument("--json", help="file that takes the figures")
    parser.add_argument("--millions", type=float, help="steps of a void of so many unknowns [1e6]")
    parser.add_argument("--steps", type=int, default=20, help="how many, with --millions")
    options = parser.parse_args()
    if options.millions is not None:
        march(options.millions, options.steps)
        return
    size = options.size or (1.0 if options.composite else 2.0)
    case = composite_case(size, options.width) if options.composite else void_case(size)
    case = moving(case) if options.moving else case
    start = time.process_time()
    tagged = case.geometry.build(COMM)
    cell = CellModel(case, tagged)
    free = cell.system.free_unknowns()
    say(f"{free:,d} free unknowns on {COMM.size} ranks, model {time.process_time() - start:.1f} s")
    if not options.first:
        march_prescribed(cell)
    coarse = ssb.CoarseLevel(largest_direct=0) if options.multigrid else ssb.CoarseLevel()
    cost = newton_cost(cell, not options.no_direct, coarse)
    cost.say(say)
    if options.json and COMM.rank == 0:
        Path(options.json).write_text(json.dumps(dataclasses.asdict(cost)), encoding="utf-8")


if __name__ == "__main__":
    main()
