# SPDX-License-Identifier: BSD-3-Clause
"""Positions along a flat interface, whichever way it faces.

The profiles of this package are functions of x, and in three dimensions of y, along an interface
that faces the last axis. Of an interface that faces another axis they are given the coordinates
that run along it, in their order: y (and z) where it faces x, and x and z where it faces y in
three dimensions. The coordinate across comes last.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.errors import ParameterError

Floats = npt.NDArray[np.float64]

LEVEL = 1e-6
"""Positions of a flat interface differ across it by less than this fraction of its size [1]."""


def along(x: Floats, comm: MPI.Intracomm, dim: int, name: str) -> Floats:
    """Return positions with the coordinates along their interface first; collective.

    Args:
        x: positions on this rank, shape (3, n) [m].
        comm: communicator of the interface.
        dim: dimension of the mesh [1].
        name: what the positions are for, for messages.

    Raises:
        ParameterError: the interface is curved, or faces none of the axes; on all ranks.
    """
    bounds = np.full((2, 3), np.inf)
    if x.shape[1]:
        bounds[:] = x.min(axis=1), -x.max(axis=1)
    comm.Allreduce(MPI.IN_PLACE, bounds, op=MPI.MIN)
    extent = -bounds[1, :dim] - bounds[0, :dim]
    if not np.all(np.isfinite(extent)):
        return x
    thin = np.flatnonzero(extent <= LEVEL * extent.max())
    if len(thin) == 0:
        sizes = " x ".join(f"{e:.3g}" for e in extent)
        raise ParameterError(
            f"{name} is a function of the position along a flat interface that faces an axis, and "
            f"this one is curved or slopes: it extends over {sizes} m; give its gap or activity "
            "by a function of x, y and z (FunctionGap, FunctionActivity)"
        )
    across = int(thin[-1])
    order = [axis for axis in range(dim) if axis != across]
    return x[[*order, across, *range(dim, 3)]]


def is_lateral(profile: Callable[..., Any]) -> bool:
    """Return whether a profile is a function of the position along a flat interface."""
    return getattr(profile, "is_lateral", False) is True
