# SPDX-License-Identifier: BSD-3-Clause
"""The checkpoints of a run folder: named, checked, the last two kept.

::

    checkpoints/checkpoint-00042.h5          the number counts the accepted time steps
    checkpoints/checkpoint-00042.h5.sha256   its checksum, as `sha256sum --check` reads it

A checkpoint is written aside and gets its name when it is complete and on the disk, its checksum
before that. What has a name but not its checksum's content is damaged; it is renamed to `.damaged`
when the one before is used.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI

from ssbmech.errors import RunFolderError
from ssbmech.runfolder.atomic import replace
from ssbmech.runfolder.root import on_root

logger = logging.getLogger(__name__)

KEPT = 2
"""Checkpoints that are kept."""

_NAME = "checkpoint-{:05d}.h5"
_CHECKSUM = ".sha256"


@dataclass(frozen=True)
class CheckpointStore:
    """The checkpoints of one run.

    Attributes:
        folder: where they lie; need not exist yet.
        comm: communicator of the run; rank 0 looks after the files.
    """

    folder: Path
    comm: MPI.Intracomm

    def save(self, number: int, write: Callable[[Path], None]) -> None:
        """Write a checkpoint and drop the oldest; collective.

        Args:
            number: accepted time steps up to here.
            write: writes it to a path; collective.

        Raises:
            RunFolderError: it cannot be written; those that are there stay.
        """
        path = self.folder / _NAME.format(number)
        part = path.with_name(path.name + ".part")
        on_root(self.comm, lambda: self.folder.mkdir(exist_ok=True))
        try:
            write(part)
            on_root(self.comm, lambda: self._finish(part, path))
        except RunFolderError:
            if self.comm.rank == 0:
                # it may fill the disk
                with suppress(OSError):
                    part.unlink(missing_ok=True)
            raise

    def newest(self) -> Path | None:
        """Return the newest checkpoint that is intact, None if there never was one; collective.

        Damaged ones are put aside, and what a killed process has left half done is removed.

        Raises:
            RunFolderError: there are some, but all are damaged.
        """
        return on_root(self.comm, self._newest)

    def _finish(self, part: Path, path: Path) -> None:
        """Give a complete file its checksum and its name."""
        with part.open("rb") as stream:
            os.fsync(stream.fileno())
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        replace(_checksum_of(path), f"{digest}  {path.name}\n")
        part.replace(path)
        for old in self._all()[KEPT:]:
            old.unlink()
            _checksum_of(old).unlink(missing_ok=True)

    def _all(self) -> list[Path]:
        """Return the checkpoints there are, newest first."""
        return sorted(self.folder.glob(_NAME.replace("{:05d}", "*")), key=_number, reverse=True)

    def _newest(self) -> Path | None:
        found = self._all()
        for tried, path in enumerate(found):
            problem = _problem(path)
            if not problem:
                self._tidy_up(found[:tried])
                return path
            logger.warning("checkpoint %s is not used: %s", path, problem)
        if found:
            raise RunFolderError(
                f"no checkpoint in {self.folder} is intact: {', '.join(p.name for p in found)}; "
                "delete that folder to compute the run again from its beginning"
            )
        return None

    def _tidy_up(self, damaged: Sequence[Path]) -> None:
        """Leave nothing that would be counted among the checkpoints that are kept."""
        for path in damaged:
            path.replace(path.with_name(f"{path.name}.damaged"))
        for part in self.folder.glob("*.part"):
            part.unlink()
        for checksum in self.folder.glob(f"*{_CHECKSUM}"):
            if not checksum.with_name(checksum.name.removesuffix(_CHECKSUM)).exists():
                checksum.unlink()


def _number(path: Path) -> int:
    digits = path.stem.rpartition("-")[2]
    return int(digits) if digits.isdigit() else -1


def _checksum_of(path: Path) -> Path:
    return path.with_name(path.name + _CHECKSUM)


def _problem(path: Path) -> str:
    """Return what is wrong with a checkpoint; empty if nothing is."""
    try:
        noted = _checksum_of(path).read_text(encoding="ascii", errors="replace").split()
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        return f"it cannot be read ({error})"
    if not noted or noted[0] != digest:
        return "its content does not have its checksum (cut short, or changed on the disk)"
    return ""
