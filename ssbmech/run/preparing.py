# SPDX-License-Identifier: BSD-3-Clause
"""What a run takes: its model and all that marches it, made from its case."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import singledispatch
from types import TracebackType
from typing import Any, Protocol

from ssbmech.case.case import Case
from ssbmech.case.protocol_checks import check_protocol
from ssbmech.checkpoint.checkpointer import Checkpointer, Saved
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import CaseError, SSBMechError
from ssbmech.kind_words import shown
from ssbmech.laminate.case import LaminateCase
from ssbmech.model.cell import CellModel
from ssbmech.model.checks import case_warnings
from ssbmech.model.measurement import Measurement
from ssbmech.run.any_case import AnyCase
from ssbmech.run.going_on import listed
from ssbmech.run.interrupt import Interrupt
from ssbmech.run.laminates import prepare_laminate, solver_of_laminate
from ssbmech.run.layers import layers_of_cell
from ssbmech.run.observers import Observer, Observers
from ssbmech.run.recorder import Recorder
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.root import on_root
from ssbmech.solve.choice import chosen, reason
from ssbmech.solve.newton import Newton
from ssbmech.solve.observing import Row
from ssbmech.solve.time_loop import TimeLoop

logger = logging.getLogger(__name__)

OPTIONS_PREFIX = "ssbmech_"
"""Prefix of the options that PETSc is told for a run."""

RENEWED = "renewed.h5.part"
"""File through which a state goes from one mesh to another."""


@dataclass(frozen=True)
class Job:
    """A case and its folder; the checkpoint it goes on from, and how many steps are new."""

    case: AnyCase
    folder: RunFolder
    resumed: bool = False
    saved: Saved | None = None
    observers: tuple[Observer, ...] = ()
    further: int = 0


class Recording(Protocol):
    """Role of what follows a run and writes it."""

    @property
    def rows(self) -> list[Row]:
        """The series, from the beginning of the run."""

    def __enter__(self) -> Recording:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close what is open."""

    def effort(self) -> dict[str, float]:
        """Return what the run has cost, for the manifest."""


@dataclass(frozen=True)
class Prepared:
    """A model with all that marches it.

    Attributes:
        loop: the time loop.
        recorder: what follows it.
        solver: the manifest's sections about its linear solver.
        renew: returns what goes on from its state when a mesh is worn; itself if that is all there
            is; collective.
    """

    loop: TimeLoop
    recorder: Recording
    solver: Mapping[str, object]
    renew: Callable[[Prepared], Prepared] = lambda itself: itself


@singledispatch
def prepare(case: AnyCase, job: Job, interrupt: Interrupt) -> Prepared:
    """Build the model and all that marches it, at the start or where an earlier run stood.

    Raises:
        CaseError: it is no case.
    """
    raise CaseError(f"{shown(case)} is no case: expected a Case or a LaminateCase")


@prepare.register
def _(case: Case, job: Job, interrupt: Interrupt) -> Prepared:
    folder, saved = job.folder, job.saved
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
    ranks = "one rank" if comm.size == 1 else f"{comm.size} ranks"
    logger.info("%d unknowns on %s", size, ranks)
    if saved is not None:
        # before any file is touched
        observers.check_known(saved.content["observers"])
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
    return Prepared(
        loop,
        recorder,
        _solver(case, cell),
        lambda itself: _renewed(itself, recorder, job, interrupt),
    )


def _renewed(itself: Prepared, before: Recorder, job: Job, interrupt: Interrupt) -> Prepared:
    """Return what goes on from the same state with worn bodies meshed anew; collective.

    If that fails the old one goes on, which is left as it was.

    Args:
        itself: the old one.
        before: its recorder.
        job: the job.
        interrupt: tells when to stop.
    """
    folder = job.folder
    path = folder.checkpoints_path / RENEWED
    try:
        saved = before.renewed(path, itself.loop.position)
        again = dataclasses.replace(job, resumed=True, saved=saved)
        found: Prepared = prepare(job.case, again, interrupt)
    except SSBMechError as failure:
        logger.warning("the mesh stays as it is, though worn: %s", failure)
        before.cell.motion.refuse()
        found = itself
    # not after other errors, which may have come up on this rank alone
    on_root(folder.comm, lambda: path.unlink(missing_ok=True))
    if found is itself:
        return itself
    if isinstance(found.recorder, Recorder):
        found.recorder.take_over(before)
    return found


@prepare.register
def _(case: LaminateCase, job: Job, interrupt: Interrupt) -> Prepared:
    asked, again = interrupt.requested, job.resumed
    made = prepare_laminate(case, job.folder, job.observers, asked, again=again)
    return Prepared(*made, solver_of_laminate())


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
        "layers": layers_of_cell(case, cell),
        **_solver(case, cell),
        "sources": sources,
        "warnings": case_warnings(case),
        "quantities": [asdict(quantity) for quantity in measurement.own_quantities()],
        "unknowns": {w.key: int(cell.comm.allreduce(w.owned)) for w in cell.unknowns}
        | {closure.key: 1 for closure in cell.closures},
    }
