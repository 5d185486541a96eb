# SPDX-License-Identifier: BSD-3-Clause
"""Values that ranks send each other again and again, between places agreed upon once."""

from __future__ import annotations

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

Longs = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]


class Post:
    """Sends one value for each item of a list to the rank that the item names, or back.

    First come a rank's own items, in their order, then those of others.

    Args:
        comm: communicator.
        to: rank to which each item goes.
    """

    def __init__(self, comm: MPI.Intracomm, to: Longs) -> None:
        """Tell all ranks how much comes; collective."""
        self._comm, self._count = comm, len(to)
        away = np.flatnonzero(to != comm.rank)
        self._away = away[np.argsort(to[away], kind="stable")]
        # most lists stay at home whole
        self._home = np.flatnonzero(to == comm.rank) if len(away) else None
        self._out = np.bincount(to[away], minlength=comm.size).astype(np.int64)
        self._in = np.empty_like(self._out)
        comm.Alltoall(self._out, self._in)
        self._quiet = comm.allreduce(len(away)) == 0

    @property
    def quiet(self) -> bool:
        """Whether nothing leaves its rank, on all ranks."""
        return bool(self._quiet)

    def send(self, values: Array) -> Array:
        """Return what comes, given a value for each item; collective."""
        own = values if self._home is None else values[self._home]
        if self._quiet:
            return own
        return np.concatenate([own, self._exchange(values[self._away], self._out, self._in)])

    def back(self, values: Array) -> Array:
        """Return a value for each item, given one for all that came; collective."""
        if self._quiet:
            return values
        found = np.empty(self._count)
        own = self._count - len(self._away)
        found[slice(None) if self._home is None else self._home] = values[:own]
        found[self._away] = self._exchange(values[own:], self._in, self._out)
        return found

    def send_numbers(self, numbers: Longs) -> Longs:
        """Return what comes of whole numbers below 2^53; collective."""
        if self._quiet:
            return numbers
        return self.send(numbers.astype(np.float64)).astype(np.int64)

    def _exchange(self, values: Array, out: Longs, into: Longs) -> Array:
        found = np.empty(int(into.sum()))
        self._comm.Alltoallv(
            [np.ascontiguousarray(values, dtype=np.float64), out, MPI.DOUBLE],
            [found, into, MPI.DOUBLE],
        )
        return found
