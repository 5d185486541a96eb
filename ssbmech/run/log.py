# SPDX-License-Identifier: BSD-3-Clause
"""Messages of a run: to the console from rank 0, complete to a file, and nowhere before a run asks.

Modules write to `logging.getLogger(__name__)`, a child of the package logger "ssbmech". Nothing is
configured at import; a run opens `run_logging` around its work and leaves the logging system as it
found it. Warnings raised through Python's `warnings` in the meantime take the same way.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from ssbmech.errors import RunFolderError, raise_on_all

if TYPE_CHECKING:
    from mpi4py import MPI

PACKAGE: Final = "ssbmech"
"""Name of the package logger."""

_FILE_FORMAT: Final = "%(asctime)s %(levelname)-8s %(name)s: %(message)s"


class ConsoleFormatter(logging.Formatter):
    """Plain text for ordinary messages; the level before warnings and errors, the rank if not 0."""

    def __init__(self, rank: int) -> None:
        """Keep the rank.

        Args:
            rank: Rank of this process.
        """
        super().__init__("%(message)s")
        self._rank = f"rank {rank}: " if rank else ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line for a record."""
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        return self._rank + level + super().format(record)


@contextmanager
def run_logging(
    comm: MPI.Comm,
    path: Path | None = None,
    *,
    console_level: int = logging.INFO,
    file_level: int = logging.DEBUG,
    stream: TextIO | None = None,
) -> Iterator[logging.Logger]:
    """Show the messages of a run while the context lasts (collective on entry).

    Rank 0 writes to the console and to the file. The other ranks show errors only, so that a
    failure of one rank is seen and a warning common to all is not repeated.

    Args:
        comm: Communicator of the run.
        path: Log file, appended to; None for no file. Rank 0's value counts.
        console_level: Least level shown on the console by rank 0.
        file_level: Least level written to the file.
        stream: Console; None for standard error.

    Yields:
        The package logger.

    Raises:
        RunFolderError: The log file cannot be opened; on all ranks.
    """
    logger = logging.getLogger(PACKAGE)
    least = console_level if comm.rank == 0 else max(console_level, logging.ERROR)
    handlers = [_console_handler(comm.rank, least, stream), *_file_handlers(comm, path, file_level)]
    with ExitStack() as stack:
        stack.callback(logger.setLevel, logger.level)
        logger.setLevel(min(handler.level for handler in handlers))
        for handler in handlers:
            logger.addHandler(handler)
            stack.callback(handler.close)
            stack.callback(logger.removeHandler, handler)
        stack.enter_context(_warnings_logged(logger))
        yield logger


def _console_handler(rank: int, level: int, stream: TextIO | None) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setLevel(level)
    handler.setFormatter(ConsoleFormatter(rank))
    return handler


def _file_handlers(comm: MPI.Comm, path: Path | None, level: int) -> list[logging.Handler]:
    """Return rank 0's handler for the log file; an empty list on other ranks or without a file."""
    handlers: list[logging.Handler] = []
    failure = None
    if comm.rank == 0 and path is not None:
        try:
            handler = logging.FileHandler(path, encoding="utf-8")
            handler.setLevel(level)
            handler.setFormatter(logging.Formatter(_FILE_FORMAT))
            handlers.append(handler)
        except OSError as error:
            failure = RunFolderError(f"cannot write the log file: {error}")
    raise_on_all(comm, failure)
    return handlers


@contextmanager
def _warnings_logged(logger: logging.Logger) -> Iterator[None]:
    """Send what `warnings` would print to the logger instead."""

    def show(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        logger.warning("%s: %s (%s:%d)", category.__name__, message, filename, lineno)

    shown_before = warnings.showwarning
    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = shown_before
