# SPDX-License-Identifier: BSD-3-Clause
"""Rows that ranks own in any order, put into the order of a file, a share of it on each rank.

No rank ever has all rows: what a rank sends and receives is as much as it owns and writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ssbmech.errors import RunFolderError, raise_on_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from mpi4py import MPI

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

_SAMPLES = 64


class Exchange:
    """Sends rows to ranks, and answers back."""

    def __init__(self, comm: MPI.Comm, targets: Ints) -> None:
        """Tell the ranks how many rows they will get (collective).

        Args:
            comm: Communicator.
            targets: Rank that each row of this rank goes to.
        """
        self._comm = comm
        self._order = np.argsort(targets, kind="stable")
        self._sent = np.bincount(targets, minlength=comm.size).astype(np.int64)
        self._received = np.empty_like(self._sent)
        comm.Alltoall(self._sent, self._received)

    def send(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return the rows that this rank gets, those of the first rank first (collective)."""
        return self._passed(np.ascontiguousarray(rows[self._order]), self._sent, self._received)

    def send_back(self, answers: NDArray[Any]) -> NDArray[Any]:
        """Return to every row the answer that was made of it (collective).

        Args:
            answers: One for each row that came by `send`, in the same order.
        """
        sorted_answers = self._passed(np.ascontiguousarray(answers), self._received, self._sent)
        found = np.empty_like(sorted_answers)
        found[self._order] = sorted_answers
        return found

    def _passed(self, rows: NDArray[Any], sent: Ints, received: Ints) -> NDArray[Any]:
        width = int(np.prod(rows.shape[1:], dtype=np.int64))
        found = np.empty((int(received.sum()), *rows.shape[1:]), dtype=rows.dtype)
        self._comm.Alltoallv((rows, width * sent), (found, width * received))
        return found


def places_in_order(comm: MPI.Comm, keys: Ints) -> tuple[Ints, int]:
    """Return where keys stand among the different ones of all ranks, and their number.

    The ranks share out the keys by their first number, at places that a sample gives; each sorts
    its part (collective).

    Args:
        comm: Communicator.
        keys: Rows of numbers, compared from left to right, shape (rows, numbers). The same key may
            be on several ranks.
    """
    first = np.sort(keys[:, 0])
    sample = first[np.linspace(0, len(first) - 1, min(_SAMPLES, len(first))).astype(np.int64)]
    samples = np.sort(np.concatenate(comm.allgather(sample)))
    cuts = samples[np.arange(1, comm.size) * len(samples) // comm.size] if len(samples) else samples
    exchange = Exchange(comm, np.searchsorted(cuts, keys[:, 0], side="right").astype(np.int64))
    found = exchange.send(keys)
    order = np.lexsort(found.T[::-1])
    ordered = found[order]
    is_new = np.ones(len(ordered), dtype=bool)
    is_new[1:] = np.any(ordered[1:] != ordered[:-1], axis=1)
    counts = comm.allgather(int(is_new.sum()))
    places = np.empty(len(found), dtype=np.int64)
    places[order] = sum(counts[: comm.rank]) + np.cumsum(is_new) - 1
    return exchange.send_back(places), sum(counts)


class Shares:
    """Rows of all ranks in the order of a file, cut into one share for each rank.

    Attributes:
        first: First row of this rank's share.
        count: Number of its rows.
    """

    def __init__(self, comm: MPI.Comm, places: Ints, bounds: Ints) -> None:
        """Tell the ranks what they will get (collective).

        Args:
            comm: Communicator.
            places: Place of each row of this rank in the file; each place has one row of one rank.
            bounds: First row of each share, and the number of all rows.
        """
        self._exchange = Exchange(
            comm, np.searchsorted(bounds[1:], places, side="right").astype(np.int64)
        )
        self.first = int(bounds[comm.rank])
        self.count = int(bounds[comm.rank + 1]) - self.first
        self._places = self._exchange.send(places) - self.first

    def send(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return this rank's share of an array, in order (collective).

        Args:
            rows: One for each place.
        """
        received = self._exchange.send(rows)
        share = np.empty_like(received)
        share[self._places] = received
        return share


def in_turns(comm: MPI.Comm, takes_part: bool, action: Callable[[], None]) -> None:
    """Let one rank after the other do something, with one outcome on all ranks (collective).

    Args:
        comm: Communicator.
        takes_part: Whether this rank has anything to do.
        action: What it does; must not call anything collective.

    Raises:
        RunFolderError: The action raised OSError on some rank, or HDF5 failed there.
    """
    failure = None
    for rank, is_due in enumerate(comm.allgather(takes_part)):
        if not is_due:
            continue
        if rank == comm.rank:
            try:
                action()
            except (OSError, RuntimeError) as error:
                # h5py reports a full disk as a RuntimeError
                failure = RunFolderError(f"cannot write the run folder: {error}")
        comm.barrier()
    raise_on_all(comm, failure)
