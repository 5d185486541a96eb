# SPDX-License-Identifier: BSD-3-Clause
"""Signs of life while a mesh is made: Gmsh itself says nothing until it is done."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

logger = logging.getLogger(__name__)

INTERVAL: Final = 10.0
"""Time between two signs of life [s]."""


@contextmanager
def signs_of_life(
    what: str,
    interval: float = INTERVAL,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[None]:
    """Log every so often that something still goes on, for how long by now.

    A thread tells it. Gmsh is called without Python's lock, and the thread speaks to no other rank.

    Args:
        what: what goes on.
        interval: time between two signs [s].
        clock: present time [s].
    """
    ended, start = threading.Event(), clock()

    def tell() -> None:
        while not ended.wait(interval):
            logger.info("%s: %.0f s so far", what, clock() - start)

    thread = threading.Thread(target=tell, name="signs of life", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
