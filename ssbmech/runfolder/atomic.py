# SPDX-License-Identifier: BSD-3-Clause
"""Files that appear whole or not at all, whoever looks and whatever fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def replace(path: Path, content: str | bytes) -> None:
    """Replace a file by a new text in one move, so that no reader ever sees half of it.

    Raises:
        OSError: It cannot be written; the file is as it was.
    """
    with aside(path, mark=_own_mark()) as part:
        _write(part, content)


def claim(path: Path, text: str) -> None:
    """Write a file that must not be there yet; it appears whole or not at all.

    Raises:
        FileExistsError: It is there.
        OSError: It cannot be written.
    """
    part = _beside(path, _own_mark())
    try:
        _write(part, text)
        _onto_disk(part)
        path.hardlink_to(part)
    except PermissionError:
        # a file system without links
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def aside(path: Path, *, mark: str = "") -> Iterator[Path]:
    """Lend a path beside a file; what is written there takes the file's place in the end.

    If anything fails nothing is left of it.

    Args:
        path: The file.
        mark: What tells the path from those of other writers of the file. Without one the path is
            always the same, so that what a killed process left is written over.

    Raises:
        OSError: It cannot be put onto the disk or into place.
    """
    part = _beside(path, mark)
    try:
        yield part
        _onto_disk(part)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def beside(path: Path) -> Path:
    """Return the path beside a file at which its next version is made, always the same."""
    return _beside(path, "")


def settle(path: Path) -> None:
    """Put what was made `beside` a file into its place.

    Raises:
        OSError: It cannot be put onto the disk or into place.
    """
    part = beside(path)
    _onto_disk(part)
    part.replace(path)


def _own_mark() -> str:
    """Return what tells this process: several ranks may want to note a failure."""
    return f".{os.getpid()}"


def _beside(path: Path, mark: str) -> Path:
    return path.with_name(f"{path.name}{mark}.part")


def _write(path: Path, content: str | bytes) -> None:
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def _onto_disk(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
