# SPDX-License-Identifier: BSD-3-Clause
"""Work done on rank 0 only, with one outcome on all ranks.

Files of a run are written by rank 0. If that fails there and nowhere else, the other ranks would
wait for ever in their next collective call; so the outcome is broadcast and the error is raised
everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from ssbmech.errors import RunFolderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

T = TypeVar("T")


class Communicator(Protocol):
    """What a run folder needs of the ranks of a run; one of MPI's has it."""

    @property
    def rank(self) -> int:
        """Number of this rank."""

    @property
    def size(self) -> int:
        """Number of ranks."""

    def bcast(self, obj: Any, root: int = 0) -> Any:
        """Return an object of one rank on all ranks."""

    def gather(self, sendobj: Any, root: int = 0) -> list[Any] | None:
        """Return the objects of all ranks on one rank, None on the others."""

    def Gatherv(self, sendbuf: Any, recvbuf: Any, root: int = 0) -> None:
        """Put the arrays of all ranks behind one another on one rank."""


def on_root(comm: Communicator, action: Callable[[], T]) -> T:
    """Run an action on rank 0 and return its value on all ranks (collective).

    Args:
        comm: Communicator.
        action: Called on rank 0 only; must not call anything collective. Its value must pickle.

    Raises:
        RunFolderError: The action raised RunFolderError or OSError on rank 0, or HDF5 failed.
    """
    outcome: tuple[T | None, str | None] = (
        None,
        "rank 0 ended while it wrote; see its own message",
    )
    try:
        if comm.rank == 0:
            outcome = (action(), None)
    except RunFolderError as error:
        outcome = (None, str(error))
    except (OSError, RuntimeError) as error:
        # h5py reports a full disk as a RuntimeError
        outcome = (None, f"cannot write the run folder: {error}")
    finally:
        # Also on an error that nobody expected, or the other ranks would wait for ever.
        outcome = comm.bcast(outcome, root=0)
    value: T
    value, problem = outcome  # type: ignore[assignment]
    if problem is not None:
        raise RunFolderError(problem)
    return value


def gather_rows(comm: Communicator, local: NDArray[Any]) -> NDArray[Any] | None:
    """Return the rows of all ranks on rank 0 in the order of ranks, None elsewhere (collective)."""
    local = np.ascontiguousarray(local)
    counts = comm.gather(local.size, root=0)
    if counts is None:
        comm.Gatherv(local, None, root=0)
        return None
    rows = np.empty(sum(counts), dtype=local.dtype)
    comm.Gatherv(local, (rows, counts), root=0)
    return rows.reshape(-1, *local.shape[1:])
