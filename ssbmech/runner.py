# SPDX-License-Identifier: BSD-3-Clause
"""Running a case: mesh, model, time loop, run folder, figures."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from mpi4py import MPI

import numpy as np

from ssbmech.case import Case
from ssbmech.errors import CaseError, SSBMechError
from ssbmech.log import run_logging
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.surface import SurfaceModel
from ssbmech.parameter import describe
from ssbmech.protocol import Step, check_protocol
from ssbmech.results.field_files import BodyFile, InterfaceFile, owned_nodes
from ssbmech.results.quantities import Observer
from ssbmech.results.run_folder import RunFolder, RunStatus
from ssbmech.results.series import SeriesWriter
from ssbmech.solve.newton import Newton, SolveReport
from ssbmech.solve.time_loop import Row, TimeLoop

logger = logging.getLogger(__name__)

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
"""What asks a run to stop; mpirun kills its ranks soon after the first two, but not the third."""


@dataclass(frozen=True)
class Result:
    """What a run returns.

    Attributes:
        path: run folder.
        status: how it ended.
        rows: the series, one mapping per accepted step.
    """

    path: Path
    status: RunStatus
    rows: list[Row] = field(repr=False, default_factory=list)


def run(case: Case, outdir: str | os.PathLike[str], comm: MPI.Intracomm = MPI.COMM_WORLD) -> Result:
    """Run a case and leave a run folder; collective.

    Ctrl-C, SIGTERM and SIGUSR1 end the run after the step in progress, with a valid run folder.

    Args:
        case: the case.
        outdir: folder of the run; must not hold a run yet.
        comm: communicator.

    Raises:
        RunFolderError: the folder holds a run already, or cannot be written.
        MeshError, CaseError: the case cannot be built.
        StepTooSmall, AuditError: the run could not go on; the folder holds all accepted steps.
    """
    with _catch_signals() as interrupt:
        folder = RunFolder.create(outdir, comm)
        with run_logging(comm, folder.log_path):
            try:
                recorder, finished = _carry_out(case, folder, interrupt)
            except SSBMechError as failure:
                logger.debug("the run failed: %s", failure)
                folder.finish(RunStatus.FAILED, f"{type(failure).__name__}: {failure}")
                raise
            except BaseException as failure:
                _leave_at_once(folder, failure)
                raise
            status = RunStatus.COMPLETE if finished else RunStatus.STOPPED
            folder.finish(status, "" if finished else _interruption(recorder.rows))
            if case.output.figures and recorder.rows:
                _make_figures(folder)
    return Result(folder.path, status, recorder.rows)


def _leave_at_once(folder: RunFolder, failure: BaseException) -> None:
    """Note an error that nobody expected, and end the other ranks, which may wait for this one."""
    logger.exception("the run broke off on rank %d", folder.comm.rank)
    with contextlib.suppress(SSBMechError, OSError):
        folder.note_failure(f"{type(failure).__name__}: {failure}")
    if folder.comm.size > 1 and not isinstance(failure, KeyboardInterrupt):
        folder.comm.Abort(1)


def main(build: Callable[[], Case], outdir: str | os.PathLike[str]) -> int:
    """Build and run a case for a script; return its exit status.

    A failure of the package's own is told in one message instead of a traceback.

    Args:
        build: returns the case.
        outdir: folder of the run.
    """
    try:
        result = run(build(), outdir)
    except SSBMechError as failure:
        if MPI.COMM_WORLD.rank == 0:
            sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        return 1
    return 0 if result.status is RunStatus.COMPLETE else 130


def _carry_out(case: Case, folder: RunFolder, interrupt: Interrupt) -> tuple[Recorder, bool]:
    """Build the model and march through the protocol."""
    comm = folder.comm
    logger.info("%s: meshing", case.name)
    tagged = case.geometry.build(comm, folder.mesh_path)
    logger.info(
        "building the model; the first run of a kind compiles its forms, which takes a while"
    )
    cell = CellModel(case, tagged)
    observer = Observer(cell)
    check_protocol(case.protocol, {column.name: column for column in observer.columns()})
    newton = Newton(cell.system, case.newton, case.linear_solver, f"ssbmech_{case.name}_")
    folder.write_manifest(_manifest(case, cell))
    size = sum(comm.allreduce(w.owned) for w in cell.unknowns) + len(cell.closures)
    logger.info("%d unknowns on %d ranks", size, comm.size)
    with Recorder(cell, observer, folder, case) as recorder:
        loop = TimeLoop(
            cell,
            newton,
            observer,
            recorder,
            case.step_control.sizer(),
            case.step_control.tolerances,
            interrupt.requested,
        )
        finished = loop.run(case.protocol)
    return recorder, finished


def _interruption(rows: list[Row]) -> str:
    """Return how far an interrupted run came, for the manifest."""
    return f"interrupted at t = {rows[-1]['time']:g} s" if rows else "interrupted"


def _make_figures(folder: RunFolder) -> None:
    """Draw the figures on one rank; a failure there costs the figures, not the run."""
    folder.comm.barrier()
    try:
        if folder.comm.rank == 0:
            from ssbmech import plots

            logger.info("drawing the figures")
            plots.make_all(folder.path)
    except (SSBMechError, ImportError, ArithmeticError, AttributeError, LookupError, OSError,
            RuntimeError, TypeError, ValueError) as failure:  # fmt: skip
        logger.warning("the figures could not be drawn: %s", failure)
    finally:
        folder.comm.barrier()


def _manifest(case: Case, cell: CellModel) -> dict[str, Any]:
    """Return the manifest's sections about the case."""
    sources = {}
    for body in case.bodies:
        for region, material in body.materials.items():
            sources[f"{region}: {material.name}"] = dict(material.sources)
    for interface in case.interfaces:
        laws = {"": interface.kinetics, **interface.kinetics_of}
        for region, law in laws.items():
            if law is not None:
                sources[f"{interface.name} {region}".strip()] = dict(law.sources)
    return {
        "name": case.name,
        "case": [dict(row) for row in describe(case)],
        "frame": type(case.geometry.frame).__name__,
        "protocol": [{"label": step.name, "duration [s]": step.duration} for step in case.protocol],
        "bodies": {
            b.name: {"label": ", ".join(m.name for m in b.materials.values())} for b in case.bodies
        },
        "solver": dict(case.linear_solver.options(cell.comm.size)),
        "sources": sources,
        "unknowns": {w.key: int(cell.comm.allreduce(w.owned)) for w in cell.unknowns},
    }


class Recorder:
    """Writes series and field files, and shows progress, as a run goes on."""

    def __init__(self, cell: CellModel, observer: Observer, folder: RunFolder, case: Case) -> None:
        """Open the files; collective."""
        self.cell, self.observer, self.case = cell, observer, case
        self.rows: list[Row] = []
        self._series = SeriesWriter(folder, observer.columns())
        self._bodies = {
            name: BodyFile(folder, name, body.u.function.function_space, _constants(body))
            for name, body in cell.bodies.items()
        }
        self._surfaces = {
            name: InterfaceFile(folder, name, surface.mesh.mesh, _facet_constants(surface))
            for name, surface in cell.surfaces.items()
        }
        self._since_fields = 0
        self._pending = False
        self._bar = _progress_bar(cell, case)

    def __enter__(self) -> Recorder:
        """Return the recorder."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write the last accepted state if the run failed after it, and close the progress bar."""
        self._bar.close()
        # other errors may have come up on this rank alone
        if self._pending and isinstance(error, SSBMechError):
            self._write_fields(self.rows[-1]["time"])

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Write the row; write the fields when they are due; collective."""
        self.rows.append(row)
        self._series.append(row)
        self._since_fields += 1
        every = self.case.output.fields_every
        due = len(self.rows) == 1 or (every > 0 and self._since_fields >= every)
        self._pending = not due
        if due:
            self._write_fields(row["time"])
        key, norm = report.worst()
        logger.debug(
            "step %d  t %.6g s  dt %.3g s  V %.6g V  newton %d  linear %d  residual %.1e (%s)"
            "  rejected %d",
            row["step"], row["time"], row["time_step"], row["voltage"], row["newton_iterations"],
            row["linear_iterations"], norm, key, row["rejected_steps"],
        )  # fmt: skip
        self._bar.update(min(row["time_step"], self._bar.total - self._bar.n))

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Log the rejected step."""
        logger.debug("rejected at t %.6g s with dt %.3g s: %s", time, dt, reason)

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Write the fields at the end of a protocol step."""
        if self._pending:
            self._write_fields(self.rows[-1]["time"])
            self._pending = False
        logger.info("%s ended after step %d of the protocol (%s)", step.name, number + 1, reason)

    def _write_fields(self, time: float) -> None:
        self._since_fields = 0
        for name, file in self._bodies.items():
            body = self.cell.bodies[name]
            points = {"displacement": owned_nodes(body.u.function)}
            if body.phi_e is not None:
                points["phi_e"] = owned_nodes(body.phi_e.function)
            if body.phi_s is not None:
                points["phi_s"] = owned_nodes(body.phi_s.function)
            if body.lithium is not None:
                points["content"] = owned_nodes(body.lithium.content())
            file.append(time, points, self.observer.arrays(name))
        for name, surface_file in self._surfaces.items():
            surface_file.append(time, self.observer.arrays(name))


def _constants(body: BodyModel) -> dict[str, Any]:
    """Return the cell fields of a body that never change: region and particle of owned cells."""
    topology = body.mesh.mesh.topology
    owned = topology.index_map(topology.dim).size_local
    constants = {"region": body.mesh.cell_tags.values[:owned].astype(np.float64)}
    if body.lithium is not None:
        constants["particle"] = body.lithium.particles.of_cells[:owned].astype(np.float64)
    return constants


def _facet_constants(surface: SurfaceModel) -> dict[str, Any]:
    """Return the facet fields of an interface that never change."""
    constants = {"initial_gap": surface.gap.previous[: surface.gap.owned]}
    if surface.particle is not None:
        constants["particle"] = surface.particle.astype(np.float64)
    return constants


def _progress_bar(cell: CellModel, case: Case) -> Any:
    """Return a progress bar over the protocol's time, shown on rank 0 of a terminal."""
    from tqdm import tqdm

    total = sum(step.duration for step in case.protocol)
    shown = cell.comm.rank == 0 and sys.stderr.isatty()
    layout = "{l_bar}{bar}| {n:.0f}/{total:.0f} s simulated [{elapsed}<{remaining}]"
    return tqdm(total=total, desc=case.name, bar_format=layout, disable=not shown, mininterval=0.5)


class Interrupt:
    """Remembers that the run was asked to stop."""

    def __init__(self) -> None:
        """Start without a request."""
        self._signals: list[int] = []

    def requested(self) -> bool:
        """Return whether this process was asked to stop."""
        return bool(self._signals)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Note a signal; a second Ctrl-C ends the process at once."""
        if self._signals and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._signals.append(number)


@contextmanager
def _catch_signals() -> Iterator[Interrupt]:
    """Turn signals into a request to stop after the step in progress."""
    interrupt = Interrupt()
    try:
        old = {number: signal.signal(number, interrupt) for number in SIGNALS}
    except ValueError as error:
        raise CaseError(
            "run() must be called from the main thread, which receives the signals"
        ) from error
    try:
        yield interrupt
    finally:
        for number, handler in old.items():
            signal.signal(number, handler)
