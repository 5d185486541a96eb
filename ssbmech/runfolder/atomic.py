# SPDX-License-Identifier: BSD-3-Clause
"""Files that appear whole or not at all, whoever looks and whatever fails."""

from __future__ import annotations

import os
from pathlib import Path


def replace(path: Path, text: str) -> None:
    """Replace a file by a new text in one move, so that no reader ever sees half of it."""
    _aside(path, text).replace(path)


def claim(path: Path, text: str) -> None:
    """Write a file that must not be there yet; it appears whole or not at all.

    Raises:
        FileExistsError: It is there.
        OSError: It cannot be written.
    """
    part = _aside(path, text)
    try:
        path.hardlink_to(part)
    except PermissionError:
        # a file system without links
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    finally:
        part.unlink()


def _aside(path: Path, text: str) -> Path:
    """Write a text beside a file, onto the disk, and return where."""
    # several ranks may want to note a failure
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return part
