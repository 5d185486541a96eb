# SPDX-License-Identifier: BSD-3-Clause
"""Running a case: mesh, model, time loop, run folder, figures."""

from __future__ import annotations

import contextlib
import logging
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mpi4py import MPI

from ssbmech.case.protocol import Step
from ssbmech.checkpoint.checkpointer import Saved
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import SSBMechError
from ssbmech.run.any_case import AnyCase
from ssbmech.run.environment import environment
from ssbmech.run.going_on import continued, further_steps
from ssbmech.run.interrupt import Interrupt, catch_signals
from ssbmech.run.log import run_logging
from ssbmech.run.observers import Observer
from ssbmech.run.preparing import Job, Prepared, prepare
from ssbmech.run.reading import refuse_while_reading
from ssbmech.run.same_case import identity
from ssbmech.runfolder import manifest
from ssbmech.runfolder.folder import RunFolder, folder_path
from ssbmech.runfolder.measured import write_measured
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.reader import Series
from ssbmech.runfolder.root import on_root
from ssbmech.runfolder.status import RunStatus
from ssbmech.solve.observing import Row

logger = logging.getLogger(__name__)


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
    case: AnyCase,
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
            return _conduct(Job(case, folder, observers=tuple(observers)), interrupt)


def resume(
    case: AnyCase,
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
            job = Job(case, folder, True, saved, tuple(observers), further)
            return _conduct(job, interrupt)


def run_or_resume(
    case: AnyCase,
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


def _conduct(job: Job, interrupt: Interrupt) -> Result:
    """Carry a job out, and leave a folder that says how it ended."""
    folder = job.folder
    # a folder whose run cannot be gone on with is left as it is
    begun = not job.resumed
    try:
        prepared = prepare(job.case, job, interrupt)
        if job.resumed:
            _note_resumption(folder, job.saved, prepared.solver)
            if job.further:
                logger.info("%d steps follow those that the run had", job.further)
                folder.write_manifest(continued(job.case))
        begun = True
        measured = [each.series() for each in job.case.output.measured]
        on_root(folder.comm, lambda: write_measured(folder.path, measured))
        prepared, finished = _march(prepared, job.case.protocol)
        loop, recorder = prepared.loop, prepared.recorder
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


def _march(prepared: Prepared, protocol: tuple[Step, ...]) -> tuple[Prepared, bool]:
    """Run a protocol to its end, on another mesh whenever one is worn.

    Returns:
        What marched last, and whether it came to the end.
    """
    with contextlib.ExitStack() as writing:
        writing.enter_context(prepared.recorder)
        while True:
            finished = prepared.loop.run(protocol)
            if not prepared.loop.worn:
                return prepared, finished
            before, prepared = prepared, prepared.renew(prepared)
            if prepared is not before:
                writing.pop_all().close()
                writing.enter_context(prepared.recorder)


def _leave_at_once(folder: RunFolder, failure: BaseException) -> None:
    """Note an error that nobody expected, and end the other ranks, which may wait for this one."""
    logger.exception("the run broke off on rank %d", folder.comm.rank)
    with contextlib.suppress(SSBMechError, OSError):
        folder.note_failure(f"{type(failure).__name__}: {failure}")
    if folder.comm.size > 1 and not isinstance(failure, KeyboardInterrupt):
        folder.comm.Abort(1)


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
