# SPDX-License-Identifier: BSD-3-Clause
"""Running a laminate: what a run of it takes beside what all runs have.

It is done in seconds and keeps no checkpoints: a run that goes on computes its steps anew and
leaves the rows that stand as they are. Every rank computes all of it; the first one writes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, cast

from mpi4py import MPI

from ssbmech.case.protocol import Step
from ssbmech.case.protocol_checks import check_protocol
from ssbmech.errors import CaseError
from ssbmech.laminate.case import LaminateCase
from ssbmech.laminate.equations import BEFORE
from ssbmech.laminate.measurement import LaminateMeasurement
from ssbmech.laminate.model import LaminateModel
from ssbmech.laminate.newton import LaminateNewton
from ssbmech.run.fewest import fewest_steps
from ssbmech.run.layers import layers_of_laminate
from ssbmech.run.observers import Observer, Observers
from ssbmech.run.progress import progress
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.linear_effort import COMPUTED, FILES
from ssbmech.runfolder.series import SeriesWriter
from ssbmech.solve.newton import PHASES, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import INTERRUPTED, TimeLoop

logger = logging.getLogger(__name__)


class LaminateRecorder:
    """Writes the series of a laminate, and shows progress.

    Attributes:
        rows: the series, from the beginning of the run.
    """

    def __init__(
        self,
        model: LaminateModel,
        measurement: LaminateMeasurement,
        folder: RunFolder,
        *,
        again: bool,
    ) -> None:
        """Begin the series, or find that of the run that goes on; collective."""
        self._case, self._folder, self.seconds = model.case, folder, 0.0
        self._series = SeriesWriter(folder, measurement.columns(), 0 if again else None)
        self.rows: list[Row] = []
        self._phases = dict.fromkeys(PHASES, 0.0)
        self._started = time.perf_counter()
        self._progress = progress(model.comm, model.case, 0.0)

    def __enter__(self) -> LaminateRecorder:
        """Return the recorder."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the progress bar."""
        self._progress.close()

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Write the row; collective."""
        self.rows.append(row)
        for phase, seconds in report.seconds.items():
            self._phases[phase] += seconds
        start = time.perf_counter()
        self._series.append(row)
        self.seconds += time.perf_counter() - start
        self._progress.accepted(row)

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Log the rejected step."""
        logger.debug("rejected at t %.6g s with dt %.3g s: %s", time, dt, reason)
        self._progress.rejected(time, dt, reason)

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Log the end of a protocol step."""
        where = f"step {number + 1} of {len(self._case.protocol)}, {step.name}"
        if reason == INTERRUPTED:
            again = f"begin anew with: ssbmech resume {self._folder.path}"
            logger.info("%s: stopped; %s", where, again)
        else:
            logger.info("%s: ended (%s)", where, reason)

    def on_settled(self, position: Position, last: bool) -> None:
        """Do nothing: there are no checkpoints."""

    def effort(self) -> dict[str, float]:
        """Return what the run has cost, for the manifest."""
        phases = {f"{name} [s]": seconds for name, seconds in self._phases.items() if seconds}
        took = time.perf_counter() - self._started
        return {COMPUTED: took, FILES: self.seconds, **phases}


def prepare_laminate(
    case: LaminateCase,
    folder: RunFolder,
    observers: Sequence[Observer],
    interrupted: Callable[[], bool],
    *,
    again: bool,
) -> tuple[TimeLoop, LaminateRecorder]:
    """Build a laminate and all that marches it; collective.

    Args:
        case: the case.
        folder: its run folder.
        observers: what looks at each step; they measure nothing of their own.
        interrupted: tells whether the run should stop.
        again: whether the folder holds a run that goes on.

    Raises:
        CaseError: an observer measures something, or the protocol watches what is not measured.
    """
    model = LaminateModel(case, folder.comm)
    # they ask it for its communicator alone
    witness = Observers(observers, cast("Any", model))
    if any(witness.outputs):
        raise CaseError("observers of a laminate may look at its rows, but measure nothing of it")
    measurement = LaminateMeasurement(model)
    check_protocol(case.protocol, measurement.stoppable)
    if not again:
        folder.write_manifest(_manifest(case))
    logger.info("%s", size_of(case))
    recorder = LaminateRecorder(model, measurement, folder, again=again)
    loop = TimeLoop(
        model,
        LaminateNewton(model, case.newton),
        measurement,
        recorder,
        case.step_control.sizer(),
        case.step_control.tolerances,
        interrupted,
        witness,
    )
    return loop, recorder


def size_of(case: LaminateCase) -> str:
    """Return in words how large a laminate is."""
    plies = len(case.cell.plies) * case.cells + len(case.pads)
    return f"{case.cells} cells, {plies} layers, {_unknowns(case)} unknowns"


def _unknowns(case: LaminateCase) -> int:
    return BEFORE + case.cells


def solver_of_laminate() -> dict[str, Any]:
    """Return the manifest's sections about the linear solver."""
    why = "layers are condensed, a few dense equations are left"
    return {"linear_solver": {"name": "Dense", "why": why}, "solver": {}}


def _manifest(case: LaminateCase) -> dict[str, Any]:
    """Return the manifest's sections about the case."""
    return {
        "frame": "Laminate",
        "protocol": [{"label": step.name, "duration [s]": step.duration} for step in case.protocol],
        "bodies": {},
        "layers": layers_of_laminate(case),
        "cells side by side": case.wiring.side_by_side(case.cells),
        **solver_of_laminate(),
        "sources": dict(case.sources),
        "warnings": [],
        "quantities": [],
        "unknowns": {"laminate": _unknowns(case)},
    }


@dataclass(frozen=True)
class LaminateEstimate:
    """What a laminate will take.

    Attributes:
        name: name of the case.
        size: how large it is, in words.
        steps: fewest time steps.
        duration: time of the protocol [s].
    """

    name: str
    size: str
    steps: int
    duration: float

    def text(self) -> str:
        """Return it as lines of text."""
        lines = {
            "case": self.name,
            "laminate": self.size,
            "protocol": f"{self.duration:g} s, at least {self.steps} time steps",
            "time": "seconds",
            "checkpoint": "none",
        }
        return "".join(f"{name:<12}{value}\n" for name, value in lines.items())


def estimate_laminate(case: LaminateCase, comm: MPI.Intracomm) -> LaminateEstimate:
    """Return what a laminate will take.

    Raises:
        CaseError: the case cannot be built.
    """
    check_protocol(case.protocol, LaminateMeasurement(LaminateModel(case, comm)).stoppable)
    total = sum(step.duration for step in case.protocol)
    return LaminateEstimate(case.name, size_of(case), fewest_steps(case), total)
