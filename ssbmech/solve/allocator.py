# SPDX-License-Identifier: BSD-3-Clause
"""What the C library does with the memory of arrays that are no longer needed."""

from __future__ import annotations

import ctypes

LARGE = 1 << 22
"""Size of an array from which its memory goes back to the system when it is freed [bytes]."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MMAP_MAX = -1, -3, -4


def give_back_freed_memory() -> None:
    """Let the C library give memory of large arrays back to the system, as it does by itself.

    A library that PETSc is linked with may have told it to keep all of it, which saves a little
    time: temporary arrays then stay a part of the process' memory, and what is made after them does
    not always fit into their place. Nothing happens where the C library has no such choice.
    """
    try:
        choose = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    choose(_MMAP_MAX, 1 << 16)
    choose(_MMAP_THRESHOLD, LARGE)
    choose(_TRIM_THRESHOLD, 16 * LARGE)
