# SPDX-License-Identifier: BSD-3-Clause
"""Space on the disk, asked for before HDF5 writes: it crashes where a write fails halfway."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

_PER_ARRAY = 4096
_PER_FILE = 16384


def reserve(folder: Path, sizes: Iterable[int]) -> None:
    """Make sure that arrays fit into an HDF5 file in a folder; nothing is left there.

    Args:
        folder: where they are to be written.
        sizes: bytes of each array that is to be written.

    Raises:
        OSError: There is no space, or the folder cannot be written.
    """
    size = _PER_FILE + sum(array + _PER_ARRAY for array in sizes)
    with tempfile.TemporaryFile(dir=folder) as file:
        os.posix_fallocate(file.fileno(), 0, size)
