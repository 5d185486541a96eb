# SPDX-License-Identifier: BSD-3-Clause
"""What commands share on the command line: one rank speaks, failures are told in one message."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from ssbmech.errors import SSBMechError, extras_named

_RANKS = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "MV2_COMM_WORLD_RANK")
"""Variables by which launchers tell a process its rank."""


def is_first_rank() -> bool:
    """Return whether this process is rank 0, or alone, without starting MPI."""
    launched = (os.environ.get(name) for name in _RANKS)
    return next((rank for rank in launched if rank is not None), "0") == "0"


class Parser(argparse.ArgumentParser):
    """A parser that prints help and errors once, on the first rank."""

    def print_help(self, file: Any = None) -> None:
        """Print the help."""
        if is_first_rank():
            super().print_help(file)

    def print_usage(self, file: Any = None) -> None:
        """Print how the command is called."""
        if is_first_rank():
            super().print_usage(file)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """End the process, with a message on standard error if there is one."""
        super().exit(status, message if is_first_rank() else None)


def folder_name(text: str) -> Path:
    """Return the folder that an option names.

    Raises:
        argparse.ArgumentTypeError: the name is empty, as a variable of the shell that is not set.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError("the name of the folder is empty: is a variable not set?")
    return Path(text)


def exit_status_of(action: Callable[[], int]) -> int:
    """Return the exit status of an action; its failure is told in one message by rank 0.

    Args:
        action: raises an error of the package's own, or returns an exit status.
    """
    try:
        with extras_named():
            return action()
    except SSBMechError as failure:
        if is_first_rank():
            sys.stderr.write(f"{type(failure).__name__}: {failure}\n")
        return 1
