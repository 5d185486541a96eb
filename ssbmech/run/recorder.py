# SPDX-License-Identifier: BSD-3-Clause
"""What follows a run: series, field files and checkpoints are written, progress is shown."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from ssbmech.case.case import Case
from ssbmech.case.protocol import Step
from ssbmech.checkpoint.checkpointer import Checkpointer, Saved
from ssbmech.errors import SSBMechError
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.run.field_files import ONE_GRID, BodyFile, Grid, InterfaceFile
from ssbmech.run.progress import progress
from ssbmech.runfolder.folder import RunFolder
from ssbmech.runfolder.linear_effort import COMPUTED, FILES, seconds_of
from ssbmech.runfolder.quantities import Quantity
from ssbmech.runfolder.series import SeriesWriter
from ssbmech.solve.newton import PHASES, SolveReport
from ssbmech.solve.observing import Row
from ssbmech.solve.position import Position
from ssbmech.solve.time_loop import INTERRUPTED

Array = npt.NDArray[np.float64]

logger = logging.getLogger(__name__)


class Recorder:
    """Writes series, field files and checkpoints, and shows progress, as a run goes on.

    Attributes:
        rows: the series, from the beginning of the run.
        seconds: time spent on files [s].
    """

    def __init__(
        self,
        cell: CellModel,
        measurement: Measurement,
        folder: RunFolder,
        case: Case,
        checkpointer: Checkpointer,
        resumed: bool = False,
        saved: Saved | None = None,
    ) -> None:
        """Open the files, or find those of the run that goes on; collective.

        Args:
            cell: the cell.
            measurement: what measures it.
            folder: run folder.
            case: the case.
            checkpointer: writes checkpoints.
            resumed: whether the folder holds a run that goes on.
            saved: checkpoint from which it goes on; None from its beginning.

        Raises:
            RunFolderError: the files cannot be written, or do not fit the run that goes on.
        """
        self.cell, self.measurement, self.case = cell, measurement, case
        self.checkpointer, self.seconds = checkpointer, 0.0
        self._phases = dict.fromkeys(PHASES, 0.0)
        self._folder = folder
        time_so_far, count = (0.0, 0) if saved is None else (saved.time, saved.rows)
        # before any time, where nothing counts that is there
        start = (time_so_far if count else -1.0) if resumed else None
        self._series = SeriesWriter(folder, measurement.columns(), count if resumed else None)
        self.rows: list[Row] = self._series.earlier
        grids = _grids(cell, saved)
        self._bodies = _body_files(cell, measurement, folder, start, grids)
        self._surfaces = _surface_files(cell, measurement, folder, start, grids)
        # of a run that goes on from its beginning too: files know which times they have
        begins = case.output.initial and not count
        places = [*cell.bodies, *cell.surfaces] if begins else []
        self._at_start = {name: measurement.at_start(name) for name in places}
        self._since_fields = 0 if saved is None else saved.since_fields
        self._pending = False
        self._started = time.perf_counter()
        self._progress = progress(cell.comm, case, time_so_far)

    def renewed(self, path: Path, position: Position) -> Saved:
        """Return the state of the run with its worn bodies meshed anew; collective.

        Args:
            path: file that it is written to.
            position: where the run stands.

        Raises:
            MeshError: no better mesh can be made.
            RunFolderError: it cannot be written.
        """
        return self.checkpointer.renew(path, position, len(self.rows), self._since_fields)

    def take_over(self, before: Recorder) -> None:
        """Go on where the one for the mesh before has been."""
        self.seconds += before.seconds
        self._started = before._started
        for phase, seconds in before._phases.items():
            self._phases[phase] += seconds
        self.checkpointer.take_over(before.checkpointer)

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
        self._progress.close()
        # other errors may have come up on this rank alone
        if self._pending and isinstance(error, SSBMechError):
            self._write_fields(self.rows[-1]["time"])

    def on_accept(self, row: Row, report: SolveReport) -> None:
        """Write the row; write the fields when they are due; collective."""
        self.rows.append(row)
        for phase, seconds in report.seconds.items():
            self._phases[phase] += seconds
        with self._writing():
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
        self._progress.accepted(row)

    def on_reject(self, time: float, dt: float, reason: str) -> None:
        """Log the rejected step."""
        logger.debug("rejected at t %.6g s with dt %.3g s: %s", time, dt, reason)
        self._progress.rejected(time, dt, reason)

    def on_step_end(self, number: int, step: Step, reason: str) -> None:
        """Write the fields at the end of a protocol step."""
        if self._pending:
            self._write_fields(self.rows[-1]["time"])
            self._pending = False
        where = f"step {number + 1} of {len(self.case.protocol)}, {step.name}"
        if reason == INTERRUPTED:
            # told at once: a launcher that was asked to stop kills its ranks soon
            now = self.rows[-1]["time"] if self.rows else 0.0
            again = f"go on with: ssbmech resume {self._folder.path}"
            logger.info("%s: stopped at t = %g s; %s", where, now, again)
        else:
            logger.info("%s: ended (%s)", where, reason)

    def on_settled(self, position: Position, last: bool) -> None:
        """Write a checkpoint when it is due, and when the run stops here; collective."""
        if last or self.checkpointer.due():
            with self._writing():
                # what a checkpoint builds on comes first
                self._folder.sync()
                self.checkpointer.save(position, len(self.rows), self._since_fields)

    def effort(self) -> dict[str, float]:
        """Return what the run has cost since it was started or resumed, for the manifest."""
        return {
            COMPUTED: time.perf_counter() - self._started,
            FILES: self.seconds,
            "checkpoints": self.checkpointer.written,
            **seconds_of(self._phases),
        }

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Count the time that is spent on files."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - start

    def _write_fields(self, now: float) -> None:
        """Write the fields of the last committed state; collective."""
        self._since_fields = 0
        with self._writing():
            self._append_fields(now)

    def _append_fields(self, now: float) -> None:
        given, self._at_start = self._at_start, {}
        if given:
            self._append_start(given)
        for name, file in self._bodies.items():
            file.append(now, self.measurement.points(name), self.measurement.arrays(name))
        for name, surface_file in self._surfaces.items():
            surface_file.append(now, self.measurement.arrays(name))

    def _append_start(self, given: Mapping[str, Mapping[str, Array]]) -> None:
        """Write the state at t = 0, with the arrays that all later states have; collective."""
        measured = self.measurement
        for name, file in self._bodies.items():
            points, cells = measured.points(name), measured.arrays(name)
            file.append(0.0, _only(given[name], points), _only(given[name], cells))
        for name, surface_file in self._surfaces.items():
            surface_file.append(0.0, _only(given[name], measured.arrays(name)))


def _only(given: Mapping[str, Array], arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Return what is given of some arrays, and nan for the others."""
    return {
        name: given[name] if name in given else np.full_like(values, np.nan)
        for name, values in arrays.items()
    }


def _body_files(
    cell: CellModel,
    measurement: Measurement,
    folder: RunFolder,
    start: float | None,
    grids: Mapping[str, Grid],
) -> dict[str, BodyFile]:
    """Order the field file of each body; collective."""
    constants, own = measurement.constants, _own(measurement)
    spaces = {name: body.u.function.function_space for name, body in cell.bodies.items()}
    return {
        name: BodyFile(folder, name, space, constants(name), start, own, grids[name])
        for name, space in spaces.items()
    }


def _surface_files(
    cell: CellModel,
    measurement: Measurement,
    folder: RunFolder,
    start: float | None,
    grids: Mapping[str, Grid],
) -> dict[str, InterfaceFile]:
    """Order the field file of each interface; collective."""
    constants, own = measurement.constants, _own(measurement)
    meshes = {name: surface.mesh.mesh for name, surface in cell.surfaces.items()}
    return {
        name: InterfaceFile(folder, name, mesh, constants(name), start, own, grids[name])
        for name, mesh in meshes.items()
    }


def _own(measurement: Measurement) -> dict[str, Quantity]:
    """Return the quantities of the user's own by name."""
    return {quantity.name: quantity for quantity in measurement.own_quantities()}


def _grids(cell: CellModel, saved: Saved | None) -> dict[str, Grid]:
    """Return which grid each body and interface has in its field file."""
    found = {
        name: Grid(moves=True) if body.case_body.moves else ONE_GRID
        for name, body in cell.bodies.items()
    }
    found.update(dict.fromkeys(cell.surfaces, ONE_GRID))
    kept = {} if saved is None else saved.content["cell"].get("motion", {})
    for motion in cell.motion.bodies:
        name = motion.body.name
        number = int(kept[name]["renewed"]) if name in kept else 0
        if motion.wear.rules:
            # besides those that it has as the other body of another's wall
            before = found[name]
            found[name] = Grid(moves=True, number=before.number + number, may_follow=True)
        if any(rule.changes_walls for rule in motion.wear.rules):
            for wall in motion.walls:
                for other in (wall.surface.name, wall.surface.plus.name):
                    before = found[other]
                    found[other] = Grid(before.moves, before.number + number, may_follow=True)
    return found
