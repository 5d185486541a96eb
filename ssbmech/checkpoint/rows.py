# SPDX-License-Identifier: BSD-3-Clause
"""HDF5 files of arrays whose rows lie on several ranks.

Where h5py has MPI all ranks write their rows at once; otherwise rank 0 gathers and writes them. The
rows of a file are in the order of the ranks that wrote it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mpi4py import MPI

import h5py
import numpy as np
import numpy.typing as npt

from ssbmech.errors import RunFolderError, raise_on_all
from ssbmech.runfolder.root import gather_rows, on_root
from ssbmech.runfolder.space import reserve

Rows = Mapping[str, npt.NDArray[Any]]

PART = 1 << 20
"""Rows that are read at a time."""

_TEXT = "text"


def write_rows(path: Path, comm: MPI.Intracomm, rows: Rows, text: str) -> None:
    """Write a new file, replacing what has its name; collective.

    Args:
        path: the file.
        comm: communicator; all ranks give the same names, with rows of the same shape.
        rows: this rank's rows of each array.
        text: what else the file holds; rank 0's value counts.

    Raises:
        RunFolderError: the file cannot be written; on all ranks.
    """
    if comm.size > 1 and h5py.get_config().mpi:
        _write_together(path, comm, rows, text)
    else:
        whole = {name: gather_rows(comm, rows[name]) for name in sorted(rows)}
        on_root(comm, lambda: write_alone(path, whole, text))


def _write_together(path: Path, comm: MPI.Intracomm, rows: Rows, text: str) -> None:
    """Let every rank write its rows."""
    encoded = np.frombuffer(comm.bcast(text).encode(), dtype=np.uint8)
    names = sorted(rows)
    counts = np.array([len(rows[name]) for name in names], dtype=np.int64)
    starts = np.zeros_like(counts)
    comm.Exscan(counts, starts)
    starts *= comm.rank > 0
    totals = np.empty_like(counts)
    comm.Allreduce(counts, totals)
    sizes = [int(comm.allreduce(rows[name].nbytes)) for name in names]
    on_root(comm, lambda: reserve(path.parent, [len(encoded), *sizes]))
    failure = None
    try:
        with h5py.File(path, "w", driver="mpio", comm=comm) as file:
            note = file.create_dataset(_TEXT, encoded.shape, encoded.dtype)
            if comm.rank == 0:
                note[...] = encoded
            # what all do together comes first: an error of one rank then leaves no other waiting
            for name, total in zip(names, totals, strict=True):
                file.create_dataset(name, (total, *rows[name].shape[1:]), rows[name].dtype)
            for name, start, count in zip(names, starts, counts, strict=True):
                file[name][start : start + count] = rows[name]
    except (OSError, RuntimeError, ValueError) as error:
        # HDF5 tells of a full disk by any of them
        failure = RunFolderError(f"cannot write {path}: {error}")
    raise_on_all(comm, failure)


def write_alone(path: Path, whole: Mapping[str, npt.NDArray[Any] | None], text: str) -> None:
    """Write a new file of rows that this rank has all of; not collective.

    Args:
        path: the file.
        whole: the rows of each array.
        text: what else the file holds.

    Raises:
        OSError, RuntimeError: the file cannot be written.
    """
    reserve(path.parent, [len(text), *(a.nbytes for a in whole.values() if a is not None)])
    with h5py.File(path, "w", locking=False) as file:
        file[_TEXT] = np.frombuffer(text.encode(), dtype=np.uint8)
        for name, array in whole.items():
            file[name] = array


@dataclass(frozen=True)
class StoredRows:
    """A file of rows, to be read one by one.

    Attributes:
        path: the file.
        comm: communicator of those who ask.
    """

    path: Path
    comm: MPI.Intracomm

    def text(self) -> str:
        """Return the text of the file on all ranks; collective.

        Raises:
            RunFolderError: the file cannot be read.
        """
        return on_root(self.comm, lambda: self._read(_TEXT).tobytes().decode())

    def find(self, name: str, wanted: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the rows at which an array holds the numbers that this rank wants; collective.

        Args:
            name: the array.
            wanted: numbers, each of them once.

        Raises:
            RunFolderError: the file cannot be read, has no such array, or lacks a number; on all
                ranks.
        """
        order = np.argsort(wanted)
        rows = np.full(len(wanted), -1, dtype=np.int64)

        def look(start: int, numbers: npt.NDArray[Any]) -> None:
            if len(wanted) == 0:
                return
            place = np.searchsorted(wanted, numbers, sorter=order)
            place = order[np.minimum(place, len(wanted) - 1)]
            hits = np.flatnonzero(wanted[place] == numbers)
            rows[place[hits]] = start + hits

        self._scan(name, look)
        failure = None
        if np.any(rows < 0):
            failure = RunFolderError(f"{self.path}: {name} does not fit the mesh of this cell")
        raise_on_all(self.comm, failure)
        return rows

    def take(self, name: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Return rows of an array; collective.

        Raises:
            RunFolderError: the file cannot be read, or has no such array; on all ranks.
        """
        order = np.argsort(rows)
        found: list[npt.NDArray[Any]] = []

        def look(start: int, values: npt.NDArray[Any]) -> None:
            low, high = np.searchsorted(rows, (start, start + len(values)), sorter=order)
            found.append(values[rows[order[low:high]] - start])

        self._scan(name, look)
        taken = np.concatenate(found)
        values: npt.NDArray[Any] = np.empty_like(taken)
        values[order] = taken
        return values

    def _scan(self, name: str, look: Callable[[int, npt.NDArray[Any]], None]) -> None:
        """Show an array to a function, part by part with its first row; collective.

        Every rank reads by itself, and no rank holds the whole.
        """
        failure = None
        try:
            with h5py.File(self.path, "r", locking=False) as file:
                if name not in file:
                    raise RunFolderError(f"{self.path} holds no {name}: it is of another cell")
                dataset = file[name]
                for start in range(0, max(len(dataset), 1), PART):
                    look(start, np.asarray(dataset[start : start + PART]))
        except RunFolderError as error:
            failure = error
        except (OSError, RuntimeError) as error:
            failure = RunFolderError(f"cannot read {self.path}: {error}")
        raise_on_all(self.comm, failure)

    def here(self, name: str) -> npt.NDArray[Any]:
        """Return the rows of an array, in the order of the file, on this rank; not collective.

        Raises:
            RunFolderError: the file cannot be read, or has no such array.
        """
        return self._read(name)

    def _read(self, name: str) -> npt.NDArray[Any]:
        try:
            with h5py.File(self.path, "r", locking=False) as file:
                if name in file:
                    return np.asarray(file[name][...])
        except (OSError, RuntimeError) as error:
            raise RunFolderError(f"cannot read {self.path}: {error}") from error
        raise RunFolderError(f"{self.path} holds no {name}: it is of another cell")
