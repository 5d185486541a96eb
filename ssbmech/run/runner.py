# SPDX-License-Identifier: BSD-3-Clause
"""Running a case: mesh, model, time loop, run folder, figures."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mpi4py import MPI

from ssbmech.case.case import Case
from ssbmech.case.protocol_checks import check_protocol
from ssbmech.checkpoint.checkpointer import Checkpointer, Saved
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import SSBMechError
from ssbmech.model.cell import CellModel
from ssbmech.model.checks import case_warnings
from ssbmech.model.measurement import Measurement
from ssbmech.run.environment import environment
from ssbmech.run.going_on import continued, further_steps, listed
from ssbmech.run.interrupt import Interrupt, catch_signals
from ssbmech.run.log import run_logging
from ssbmech.run.observers import Observer, Observers
from ssbmech.run.reading import refuse_while_reading
from ssbmech.run.recorder import Recorder
from ssbmech.run.same_case import identity
from ssbmech.runfolder import manifest
from ssbmech.runfolder.folder import RunFolder, folder_path
from ssbmech.runfolder.measured import write_measured
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.reader import Series
from ssbmech.runfolder.root import on_root
from ssbmech.runfolder.status import RunStatus
from ssbmech.solve.choice import chosen, reason
from ssbmech.solve.newton import Newton
from ssbmech.solve.observing import Row
from ssbmech.solve.time_loop import TimeLoop

logger = logging.getLogger(__name__)

OPTIONS_PREFIX = "ssbmech_"
"""Prefix of the options that PETSc is told for a run."""


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


def run(
    case: Case,
    outdir: str | os.PathLike[str],
    comm: MPI.Intracomm = MPI.COMM_WORLD,
    notes: Mapping[str, object] | None = None,
    observers: Sequence[Observer] = (),
) -> Result:
    """Run a case and leave a run folder; collective.

    Ctrl-C, SIGTERM and SIGUSR1 end the run after the step in progress, with a valid run folder that
    `resume` goes on with.

    Args:
        case: the case.
        outdir: folder of the run; must not hold a run yet.
        comm: communicator.
        notes: further sections of the manifest.
        observers: what looks at each accepted step.

    Raises:
        RunFolderError: the folder holds a run already, or cannot be written.
        MeshError, CaseError: the case cannot be built, or a script runs it as it is read.
        StepTooSmall, AuditError, ObserverError: the run could not go on; the folder holds all
            accepted steps.
    """
    refuse_while_reading()
    with catch_signals() as interrupt:
        known = {**identity(case), "environment": environment(comm)}
        folder = RunFolder.create(outdir, comm, {**known, **(notes or {})})
        with folder.locked(), run_logging(comm, folder.log_path):
            return _conduct(_Job(case, folder, observers=tuple(observers)), interrupt)


def resume(
    case: Case,
    outdir: str | os.PathLike[str],
    comm: MPI.Intracomm = MPI.COMM_WORLD,
    observers: Sequence[Observer] = (),
) -> Result:
    """Go on with a run that was killed, stopped or failed, on any number of ranks; collective.

    The run goes on from the newest intact checkpoint, or from its beginning if there is none yet. A
    run that is complete is left as it is, unless the protocol has further steps now: it goes on
    with them.

    Args:
        case: the case that the run was started with; step control, Newton's method, linear solver
            and output may differ, and further steps may follow those of its protocol.
        outdir: its folder.
        comm: communicator.
        observers: those of the run that goes on.

    Raises:
        RunFolderError: the folder holds no run, one of another case or version, one that another
            process is at work on, or no checkpoint that is intact.
        MeshError, CaseError: the case cannot be built, or a script runs it as it is read.
        StepTooSmall, AuditError, ObserverError: the run could not go on; the folder holds all
            accepted steps.
    """
    refuse_while_reading()
    with catch_signals() as interrupt:
        folder = RunFolder.reopen(outdir, comm)
        with folder.locked(), run_logging(comm, folder.log_path):
            content = folder.read_manifest()
            further = on_root(comm, lambda: further_steps(case, content, folder.path))
            if content["status"] == RunStatus.COMPLETE and not further:
                logger.info("%s is complete", folder.path)
                return Result(folder.path, RunStatus.COMPLETE, _rows_of(folder))
            saved = Saved.find(CheckpointStore(folder.checkpoints_path, comm))
            job = _Job(case, folder, True, saved, tuple(observers), further)
            return _conduct(job, interrupt)


def run_or_resume(
    case: Case,
    outdir: str | os.PathLike[str],
    comm: MPI.Intracomm = MPI.COMM_WORLD,
    notes: Mapping[str, object] | None = None,
    observers: Sequence[Observer] = (),
) -> Result:
    """Go on with the run that a folder holds, or start it if there is none; collective.

    Arguments and errors are those of `run` and `resume`.
    """
    if on_root(comm, lambda: RunPaths(folder_path(outdir)).manifest_path.exists()):
        return resume(case, outdir, comm, observers)
    return run(case, outdir, comm, notes, observers)


@dataclass(frozen=True)
class _Job:
    """A case and its folder; the checkpoint it goes on from, and how many steps are new."""

    case: Case
    folder: RunFolder
    resumed: bool = False
    saved: Saved | None = None
    observers: tuple[Observer, ...] = ()
    further: int = 0


def _conduct(job: _Job, interrupt: Interrupt) -> Result:
    """Carry a job out, and leave a folder that says how it ended."""
    folder = job.folder
    # a folder whose run cannot be gone on with is left as it is
    begun = not job.resumed
    try:
        loop, recorder = _prepare(job, interrupt)
        if job.resumed:
            _note_resumption(folder, job.saved, _solver(job.case, recorder.cell))
            if job.further:
                logger.info("%d steps follow those that the run had", job.further)
                folder.write_manifest(continued(job.case))
        begun = True
        measured = [each.series() for each in job.case.output.measured]
        on_root(folder.comm, lambda: write_measured(folder.path, measured))
        with recorder:
            finished = loop.run(job.case.protocol)
    except SSBMechError as failure:
        logger.debug("the run failed: %s", failure)
        if begun:
            folder.finish(RunStatus.FAILED, f"{type(failure).__name__}: {failure}")
        raise
    except BaseException as failure:
        _leave_at_once(folder, failure)
        raise
    folder.write_manifest({"effort": recorder.effort()})
    if not finished:
        # no figures: who asked to stop may not wait for them
        words = _interruption(recorder.rows)
        folder.finish(RunStatus.STOPPED, words)
        logger.info("%s; go on with: %s", words, _resumption(folder))
        return Result(folder.path, RunStatus.STOPPED, recorder.rows)
    folder.finish(RunStatus.COMPLETE, loop.ending)
    if job.case.output.figures and recorder.rows:
        _make_figures(folder)
    return Result(folder.path, RunStatus.COMPLETE, recorder.rows)


def _leave_at_once(folder: RunFolder, failure: BaseException) -> None:
    """Note an error that nobody expected, and end the other ranks, which may wait for this one."""
    logger.exception("the run broke off on rank %d", folder.comm.rank)
    with contextlib.suppress(SSBMechError, OSError):
        folder.note_failure(f"{type(failure).__name__}: {failure}")
    if folder.comm.size > 1 and not isinstance(failure, KeyboardInterrupt):
        folder.comm.Abort(1)


def _prepare(job: _Job, interrupt: Interrupt) -> tuple[TimeLoop, Recorder]:
    """Build the model and all that marches it, at the start or where an earlier run stood."""
    case, folder, saved = job.case, job.folder, job.saved
    comm = folder.comm
    if saved is None:
        logger.info("%s: meshing", case.name)
        tagged = case.geometry.build(comm, folder.mesh_path)
    else:
        tagged = saved.mesh(case.geometry.frame)
    logger.info(
        "building the model; the first run of a kind compiles its forms, which takes a while"
    )
    cell = CellModel(case, tagged)
    observers = Observers(job.observers, cell)
    measurement = Measurement(cell, observed=observers.outputs)
    check_protocol(case.protocol, measurement.stoppable)
    newton = Newton(cell.system, case.newton, case.linear_solver, OPTIONS_PREFIX)
    sizer = case.step_control.sizer()
    store = CheckpointStore(folder.checkpoints_path, comm)
    interval = case.output.checkpoint_every
    checkpointer = Checkpointer(cell, measurement, sizer, store, interval, observers, newton.linear)
    if saved is None:
        folder.write_manifest(_manifest(case, cell, measurement))
    size = sum(comm.allreduce(w.owned) for w in cell.unknowns) + len(cell.closures)
    logger.info("%d unknowns on %d ranks", size, comm.size)
    if saved is not None:
        # before any file is touched
        observers.check_known(saved.content.get("observers", {}))
    recorder = Recorder(cell, measurement, folder, case, checkpointer, job.resumed, saved)
    loop = TimeLoop(
        cell,
        newton,
        measurement,
        recorder,
        sizer,
        case.step_control.tolerances,
        interrupt.requested,
        observers,
    )
    if saved is not None:
        position = checkpointer.restore(saved)
        loop.go_on_from(position, recorder.rows[-1] if recorder.rows else {})
    return loop, recorder


def _note_resumption(
    folder: RunFolder, saved: Saved | None, sections: Mapping[str, object]
) -> None:
    """Write into the manifest that the run goes on, and from where; collective.

    Args:
        folder: the run folder.
        saved: checkpoint from which it goes on; None from its beginning.
        sections: those of the manifest that may change with it.
    """
    earlier = folder.read_manifest().get("resumed", [])
    note = {
        "time": manifest.now(),
        "ranks": folder.comm.size,
        "from": None if saved is None else saved.stored.path.name,
        "at [s]": 0.0 if saved is None else saved.time,
    }
    folder.write_manifest(
        {
            "status": RunStatus.RUNNING,
            "reason": "",
            "finished": None,
            "resumed": [*earlier, note],  # type: ignore[misc]
            **sections,
        }
    )
    where = "its beginning" if saved is None else f"t = {saved.time:g} s, {saved.stored.path.name}"
    logger.info("going on from %s", where)


def _rows_of(folder: RunFolder) -> list[Row]:
    """Return the series of a complete run; collective."""

    def read() -> list[Row]:
        columns = Series.read(folder.series_path).columns
        return [
            dict(zip(columns, map(float, row), strict=True))
            for row in zip(*columns.values(), strict=True)
        ]

    return on_root(folder.comm, read)


def _interruption(rows: list[Row]) -> str:
    """Return how far an interrupted run came, for the manifest."""
    return f"interrupted at t = {rows[-1]['time']:g} s" if rows else "interrupted"


def _resumption(folder: RunFolder) -> str:
    """Return what goes on with the run of a folder; collective."""
    if folder.read_manifest().get("script"):
        return f"ssbmech resume {shlex.quote(str(folder.path))}"
    return f"ssbmech.resume(case, {str(folder.path)!r})"


def _make_figures(folder: RunFolder) -> None:
    """Draw the figures on one rank; a failure there costs the figures, not the run."""
    folder.comm.barrier()
    try:
        if folder.comm.rank == 0:
            from ssbmech import plots

            logger.info("drawing the figures")
            plots.make_all(folder.path)
    except Exception as failure:
        # libraries that draw fail in ways of their own, and a run that has come to its end counts
        logger.warning("the figures could not be drawn: %s", failure)
    finally:
        folder.comm.barrier()


def _solver(case: Case, cell: CellModel) -> dict[str, dict[str, str]]:
    """Return the manifest's sections about the linear solver; collective."""
    preset = chosen(case.linear_solver, cell.system)
    return {
        "linear_solver": {
            "name": type(preset).__name__,
            "why": reason(case.linear_solver, cell.system),
        },
        "solver": dict(preset.options(cell.comm.size)),
    }


def _manifest(case: Case, cell: CellModel, measurement: Measurement) -> dict[str, Any]:
    """Return the manifest's sections about the case."""
    sources = {}
    for body in case.bodies:
        for region, material in body.materials.items():
            sources[f"{region}: {material.name}"] = dict(material.sources)
    for interface in case.interfaces:
        own: dict[str, Any] = {type(law).__name__: law for law in interface.laws}
        for which, law in (interface.charge_transfers | own).items():
            name = f"{interface.name} {which}".strip()
            sources[name] = dict(getattr(law, "sources", {}))
    return {
        "frame": type(case.geometry.frame).__name__,
        "protocol": listed(case),
        "bodies": {
            b.name: {
                "label": ", ".join(m.name for m in b.materials.values()),
                "regions": {name: cell.bodies[b.name].mesh.regions[name] for name in b.materials},
            }
            | ({"moves": True} if b.moves else {})
            for b in case.bodies
        },
        **_solver(case, cell),
        "sources": sources,
        "warnings": case_warnings(case),
        "quantities": [asdict(quantity) for quantity in measurement.own_quantities()],
        "unknowns": {w.key: int(cell.comm.allreduce(w.owned)) for w in cell.unknowns}
        | {closure.key: 1 for closure in cell.closures},
    }
