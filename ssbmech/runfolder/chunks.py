# SPDX-License-Identifier: BSD-3-Clause
"""Rows of an array in pieces that several processes compress by themselves.

An array of a field file is stored in chunks of whole rows, each compressed on its own. A process
that has all rows of a chunk can compress it as HDF5 would and hand over the bytes. How rows are cut
into chunks depends on their number alone, so that a file is the same from any number of processes.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_ROWS: Final = 16384
"""Rows of a chunk at most: half a megabyte of vectors."""

COMPRESSION: Final = 4
"""Level of zlib's compression."""


@dataclass(frozen=True, slots=True)
class Block:
    """Compressed rows of an array.

    Attributes:
        name: Array in the file, such as ``CellData/stress``.
        first: First of the rows within a step, or of an array that has none.
        chunks: Their bytes, chunk by chunk.
    """

    name: str
    first: int
    chunks: tuple[bytes, ...]


def rows_per_chunk(total: int) -> int:
    """Return how many rows a chunk of an array has, for chunks of about equal size.

    Args:
        total: Rows of the array.
    """
    chunks = max(-(-total // MOST_ROWS), 1)
    return max(-(-total // chunks), 1)


def share_bounds(total: int, chunk: int, count: int) -> NDArray[np.int64]:
    """Return where the shares of a number of processes begin, and where the last one ends.

    Every share is one of whole chunks; where there are fewer chunks than processes some are empty.

    Args:
        total: Rows of the array.
        chunk: Rows of a chunk.
        count: Number of processes.
    """
    chunks = -(-total // chunk)
    return np.minimum(chunk * (np.arange(count + 1, dtype=np.int64) * chunks // count), total)


def packed(rows: NDArray[Any], chunk: int) -> tuple[bytes, ...]:
    """Return rows as the bytes of chunks, as HDF5's filters shuffle and gzip make them.

    Args:
        rows: The rows; the first one begins a chunk.
        chunk: Rows of a chunk; the last one is filled up with zeros.
    """
    pieces = []
    for first in range(0, len(rows), chunk):
        piece = rows[first : first + chunk]
        if len(piece) < chunk:
            piece = np.concatenate(
                [piece, np.zeros((chunk - len(piece), *rows.shape[1:]), rows.dtype)]
            )
        # the first bytes of all numbers, then the second ones, and so on
        shuffled = np.ascontiguousarray(piece).view(np.uint8).reshape(-1, rows.dtype.itemsize).T
        pieces.append(zlib.compress(shuffled.tobytes(), COMPRESSION))
    return tuple(pieces)
