# SPDX-License-Identifier: BSD-3-Clause
"""The run folder: everything a run leaves behind.

::

    runs/<name>/
      manifest.json                        what ran, how it ended
      series.csv                           one row per accepted step
      run.log
      mesh.msh                             if it was generated
      checkpoints/                         where the run can be taken up again
      run.lock                             held by the process at work
      fields/body_<body>.vtkhdf            fields of a body against time
      fields/interface_<minus>-<plus>.vtkhdf
      figures/

A folder that already holds a run is written to only by that run, when it is resumed. The manifest
is created exclusively, so that of two runs started at once in one folder only one begins, and the
lock is held by one process at a time.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssbmech.errors import RunFolderError
from ssbmech.runfolder import manifest
from ssbmech.runfolder.atomic import claim as claim_file
from ssbmech.runfolder.atomic import replace
from ssbmech.runfolder.paths import RunPaths
from ssbmech.runfolder.root import Communicator, on_root
from ssbmech.runfolder.status import LOCK, RunStatus, try_lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class RunFolder(RunPaths):
    """Handle of one run's folder, the same on all ranks.

    Attributes:
        path: The folder.
        comm: Communicator of the run; rank 0 writes.
    """

    # no more than a `Communicator` here, one of MPI's to whoever computes the run
    comm: Any

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        comm: Communicator,
        notes: Mapping[str, object] | None = None,
    ) -> RunFolder:
        """Make a new run folder, with a manifest that says "running" (collective).

        Args:
            path: The folder; may exist, but may not hold a run. Rank 0's value counts.
            comm: Communicator of the run.
            notes: Further sections of the manifest, plain as in `write_manifest`.

        Raises:
            RunFolderError: The folder holds a run already, or cannot be written; on all ranks.
        """

        def claim() -> Path:
            folder = folder_path(path).resolve()
            _refuse_leftovers(folder)
            (folder / "fields").mkdir(parents=True, exist_ok=True)
            (folder / "figures").mkdir(exist_ok=True)
            content = {
                **(notes or {}),
                "format": manifest.FORMAT_VERSION,
                "status": RunStatus.RUNNING,
                "reason": "",
                "started": manifest.now(),
                "finished": None,
            }
            try:
                claim_file(RunPaths(folder).manifest_path, manifest.dump(content))
            except FileExistsError as error:
                raise RunFolderError(
                    f"{folder} already holds a run, which is never overwritten; "
                    "give another folder, or move that one away"
                ) from error
            return folder

        return cls(on_root(comm, claim), comm)

    @classmethod
    def reopen(cls, path: str | os.PathLike[str], comm: Communicator) -> RunFolder:
        """Return the folder of a run that was started before (collective).

        Args:
            path: The folder. Rank 0's value counts.
            comm: Communicator of the run.

        Raises:
            RunFolderError: The folder holds no run, or one of another version; on all ranks.
        """

        def look() -> Path:
            folder = folder_path(path).resolve()
            content = manifest.read(RunPaths(folder).manifest_path)
            if content.get("format") != manifest.FORMAT_VERSION:
                raise RunFolderError(
                    f"{folder} is a run folder of format {content.get('format')}; this version of "
                    f"ssbmech goes on with format {manifest.FORMAT_VERSION}: resume the run with "
                    "the version it was started with, or start it again in another folder"
                )
            return folder

        return cls(on_root(comm, look), comm)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against other processes (collective).

        Raises:
            RunFolderError: Another process is at work on it.
        """
        held = on_root(self.comm, self._lock)
        try:
            yield
        finally:
            if self.comm.rank == 0:
                os.close(held)

    def _lock(self) -> int:
        """Return the open file of the lock."""
        handle = os.open(self.path / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        if not try_lock(handle):
            os.close(handle)
            raise RunFolderError(f"another process is at work on {self.path}")
        return handle

    def sync(self) -> None:
        """See to it that series and fields are on the disk (collective).

        Raises:
            RunFolderError: They cannot be written.
        """

        def write_out() -> None:
            files = [self.series_path, *self.fields_path.glob("*.vtkhdf")]
            for path in (*files, self.fields_path, self.path):
                handle = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

        on_root(self.comm, write_out)

    def read_manifest(self) -> dict[str, object]:
        """Return the manifest (collective).

        Raises:
            RunFolderError: It cannot be read.
        """
        return on_root(self.comm, lambda: manifest.read(self.manifest_path))

    def write_manifest(self, sections: Mapping[str, object]) -> None:
        """Add sections to the manifest, or replace those it has (collective).

        Args:
            sections: Plain data, numpy values, enums and dataclasses, nested as needed.

        Raises:
            RunFolderError: A value has no plain form, or the file cannot be written.
        """

        def update() -> None:
            content = manifest.read(self.manifest_path) | dict(sections)
            replace(self.manifest_path, manifest.dump(content))

        on_root(self.comm, update)

    def note_failure(self, reason: str) -> None:
        """Write that the run broke off, from any single rank; not collective.

        Args:
            reason: One sentence: what failed.

        Raises:
            RunFolderError: The manifest cannot be read.
            OSError: It cannot be written.
        """
        end = {"status": RunStatus.FAILED, "reason": reason, "finished": manifest.now()}
        content = manifest.read(self.manifest_path) | end
        replace(self.manifest_path, manifest.dump(content))

    def finish(self, status: RunStatus, reason: str = "") -> None:
        """Write how the run ended (collective).

        Args:
            status: How it ended.
            reason: One sentence: what stopped it or what failed.

        Raises:
            RunFolderError: The manifest cannot be written.
        """
        self.write_manifest(
            {"status": RunStatus(status), "reason": reason, "finished": manifest.now()}
        )


def folder_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of a folder.

    Raises:
        RunFolderError: it is no path, or an empty one, which would stand for the current folder.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise RunFolderError(
            f"the run folder is {path!r} ({type(path).__name__}): give the path of a folder, such "
            "as 'runs/first'"
        )
    if not os.fspath(path).strip():
        raise RunFolderError("the run folder has an empty name: give one, such as 'runs/first'")
    return Path(path)


def _refuse_leftovers(folder: Path) -> None:
    """Refuse a folder with files that a run would overwrite or take for its own.

    Raises:
        RunFolderError: There are some, and no manifest that tells of a run.
    """
    if RunPaths(folder).manifest_path.exists():
        return
    for pattern in ("mesh.msh", "series.csv", "checkpoints/*.h5", "fields/*.vtkhdf"):
        for path in folder.glob(pattern):
            raise RunFolderError(
                f"{folder} holds a file {path.relative_to(folder)}, which the run would overwrite; "
                "give another folder, or move that file away"
            )
