# SPDX-License-Identifier: BSD-3-Clause
"""Writing the state of a run now and then, and going on from it."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from ssbmech._version import __version__
from ssbmech.case.step_control import StepSizer
from ssbmech.checkpoint.mesh import load_mesh, mesh_names, mesh_rows
from ssbmech.checkpoint.renewing import Renewal
from ssbmech.checkpoint.rows import StoredRows, write_alone, write_rows
from ssbmech.checkpoint.state import CellState
from ssbmech.checkpoint.store import CheckpointStore
from ssbmech.errors import MeshError, RunFolderError
from ssbmech.frames import Frame
from ssbmech.geometry.tagged_mesh import TaggedMesh
from ssbmech.model.cell import CellModel
from ssbmech.model.measurement import Measurement
from ssbmech.runfolder.root import on_root
from ssbmech.solve.position import Position

logger = logging.getLogger(__name__)

FORMAT = 2
"""Format of checkpoints; one of another format is not gone on from.

It changes when the state of a cell is kept in another way, in rows of other places, of other names
or in other scalars. Format 1 knew neither vertices and ridges of interfaces nor meshes that move.
Whether a checkpoint holds what the physics of a cell needs is seen when it is read: each part asks
for its own arrays by name.
"""


class Remembering(Protocol):
    """Role of what remembers plain data beside the cell, such as observers."""

    def state(self) -> Mapping[str, Any]:
        """Return what is remembered, as plain data; collective."""

    def check_known(self, state: Mapping[str, Any]) -> None:
        """Check that a stored state is its own.

        Raises:
            RunFolderError: it is not.
        """

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave; collective."""


class Carrying(Protocol):
    """Role of what carries a few numbers from system to system, such as a linear solver."""

    def state(self) -> Mapping[str, Any]:
        """Return them, as plain data that is the same on all ranks."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave, be it that of another one."""


class NothingRemembered:
    """No memory beside the cell's."""

    def state(self) -> Mapping[str, Any]:
        """Return nothing."""
        return {}

    def check_known(self, state: Mapping[str, Any]) -> None:
        """Refuse a memory that somebody else left.

        Raises:
            RunFolderError: there is one.
        """
        if state:
            raise RunFolderError(
                f"the run that is to go on had observers with memory: {', '.join(state)}; "
                "give the same"
            )

    def restore(self, state: Mapping[str, Any]) -> None:
        """Do nothing."""


@dataclass(frozen=True)
class Saved:
    """A checkpoint from which a run goes on.

    Attributes:
        stored: its file.
        content: its scalar part.
    """

    stored: StoredRows
    content: Mapping[str, Any]

    @classmethod
    def find(cls, store: CheckpointStore) -> Saved | None:
        """Return the newest intact checkpoint, None if there never was one; collective.

        Raises:
            RunFolderError: none is intact, or it is of another format.
        """
        path = store.newest()
        if path is None:
            return None
        stored = StoredRows(path, store.comm)
        content = json.loads(stored.text())
        written, version = content.get("format"), content.get("ssbmech")
        if written != FORMAT:
            raise RunFolderError(
                f"{path} is of format {written}, written by ssbmech {version}; this is ssbmech "
                f"{__version__}, which knows format {FORMAT}: go on with the version that started "
                "the run, or start it again in another folder"
            )
        if version != __version__:
            logger.info("%s was written by ssbmech %s, this is %s", path.name, version, __version__)
        return cls(stored, content)

    @property
    def time(self) -> float:
        """Time of the state [s]."""
        return float(self.content["cell"]["time"])

    @property
    def rows(self) -> int:
        """Rows of the series up to the state."""
        return int(self.content["rows"])

    @property
    def since_fields(self) -> int:
        """Accepted time steps since the fields were written."""
        return int(self.content["since_fields"])

    def position(self) -> Position:
        """Return where the run stood."""
        kept = dict(self.content["position"])
        excesses = {int(place): excess for place, excess in kept.pop("excesses").items()}
        return Position(**kept, excesses=excesses)

    def mesh(self, frame: Frame) -> TaggedMesh:
        """Share out the mesh of the run; collective.

        Raises:
            RunFolderError: it cannot be read.
            MeshError: it lacks a name.
        """
        return load_mesh(self.stored, self.content["mesh"], frame)


class Checkpointer:
    """Writes checkpoints of a run.

    Attributes:
        written: number of checkpoints written.
    """

    def __init__(
        self,
        cell: CellModel,
        measurement: Measurement,
        sizer: StepSizer,
        store: CheckpointStore,
        interval: float,
        observers: Remembering | None = None,
        solver: Carrying | None = None,
    ) -> None:
        """Find what there is to keep; collective.

        Args:
            cell: the cell.
            measurement: its sums over time.
            sizer: the step control.
            store: where checkpoints go.
            interval: wall time between two checkpoints [s].
            observers: what observers of the run remember; None without any.
            solver: the linear solver; None for one that begins anew.
        """
        self.solver = solver
        self.state, self.sizer, self.store = CellState(cell), sizer, store
        self.measurement, self.observers = measurement, observers or NothingRemembered()
        self.interval, self.written = interval, 0
        self._mesh = mesh_rows(cell.tagged)
        self._mesh_names = mesh_names(cell.tagged)
        self._last = time.perf_counter()
        self._saved_rows = -1

    def due(self) -> bool:
        """Return whether it is time for the next checkpoint, by rank 0's clock; collective."""
        elapsed = time.perf_counter() - self._last
        return bool(self.store.comm.bcast(elapsed) >= self.interval)

    def save(self, position: Position, rows: int, since_fields: int) -> None:
        """Write a checkpoint, if there was a time step since the last; collective.

        Args:
            position: where the run stands.
            rows: rows of the series so far.
            since_fields: accepted time steps since the fields were written.

        Raises:
            RunFolderError: it cannot be written.
        """
        if rows == self._saved_rows:
            # the file of that number would be written anew, and could be lost meanwhile
            return
        content = self._content(position, rows, since_fields)
        arrays, comm = {**self._mesh, **self.state.rows()}, self.store.comm
        text = json.dumps(content)
        self.store.save(rows, lambda path: write_rows(path, comm, arrays, text))
        self.written += 1
        self._saved_rows = rows
        self._last = time.perf_counter()
        logger.debug("checkpoint after %d steps", rows)

    def _content(self, position: Position, rows: int, since_fields: int) -> dict[str, Any]:
        """Return the scalar part of a checkpoint."""
        return {
            "format": FORMAT,
            "ssbmech": __version__,
            "mesh": self._mesh_names,
            "cell": self.state.scalars(),
            "sums": self.measurement.sums(),
            "observers": self.observers.state(),
            "solver": {} if self.solver is None else self.solver.state(),
            "sizer": {"kind": type(self.sizer).__qualname__, "state": self.sizer.state()},
            "position": asdict(position),
            "rows": rows,
            "since_fields": since_fields,
        }

    def renew(self, path: Path, position: Position, rows: int, since_fields: int) -> Saved:
        """Write the state with its worn bodies meshed anew to a file, and return it; collective.

        The state of this cell stays as it is.

        Args:
            path: the file.
            position: where the run stands.
            rows: rows of the series so far.
            since_fields: accepted time steps since the fields were written.

        Raises:
            MeshError: no better mesh can be made.
            RunFolderError: the file cannot be written.
        """
        renewal, comm = Renewal(self.state), self.store.comm
        if renewal.reason:
            raise MeshError(renewal.reason)
        content = self._content(position, rows, since_fields)
        content["cell"] = renewal.scalars(content["cell"])
        text = json.dumps(content)
        on_root(comm, lambda: path.parent.mkdir(exist_ok=True))
        on_root(comm, lambda: write_alone(path, renewal.rows, text))
        # as it is read, whoever reads it
        return Saved(StoredRows(path, comm), json.loads(comm.bcast(text)))

    def take_over(self, before: Checkpointer) -> None:
        """Go on where the one for the mesh before has been."""
        self.written += before.written
        self._last, self._saved_rows = before._last, -1

    def restore(self, saved: Saved) -> Position:
        """Take the state of a checkpoint over and return where its run stood; collective.

        A step control of another kind starts anew.

        Raises:
            RunFolderError: it is of another cell.
        """
        self.state.restore(saved.stored, saved.content["cell"])
        self.measurement.restore(saved.content["sums"])
        remembered = saved.content["observers"]
        self.observers.check_known(remembered)
        self.observers.restore(remembered)
        if self.solver is not None:
            self.solver.restore(saved.content["solver"])
        self._saved_rows = saved.rows
        position, kept = saved.position(), saved.content["sizer"]
        if kept["kind"] == type(self.sizer).__qualname__:
            self.sizer.restore(kept["state"])
        else:
            position.begun = False
        return position
