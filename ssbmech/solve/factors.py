# SPDX-License-Identifier: BSD-3-Clause
r"""Memory of the factors of a system, and whether they fit.

The memory of a sparse factorisation by MUMPS, as measured, grows with the number of unknowns n as

.. math:: M = M_0 \left(\frac{n}{n_0}\right)^a
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mpi4py import MPI


@dataclass(frozen=True)
class Growth:
    """How the memory of factors grows.

    Attributes:
        memory: that of a system of n_0 unknowns [B].
        size: n_0 [1].
        exponent: a [1].
    """

    memory: float
    size: float
    exponent: float


@dataclass(frozen=True)
class _Kind:
    """Names of files of a kind of control groups."""

    folder: str
    limit: str
    used: str
    kept: str


_KINDS: Mapping[str, _Kind] = {
    "": _Kind("", "memory.max", "memory.current", "inactive_file"),
    "memory": _Kind(
        "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
    ),
}
"""By the controllers that a line of the process' own file names."""


GROWTH: Mapping[int, Growth] = {
    2: Growth(memory=0.11e9, size=60e3, exponent=1.15),
    3: Growth(memory=4.35e9, size=249e3, exponent=1.43),
}
"""Memory of the factors in runs, by dimension of space."""


def needed(dimension: int, unknowns: int) -> float:
    """Return the memory that the factors of a system will take on all ranks together [B].

    Args:
        dimension: dimension of space.
        unknowns: unknowns that have an equation of their own.
    """
    growth = GROWTH[max(dimension, min(GROWTH))]
    return float(growth.memory * (unknowns / growth.size) ** growth.exponent)


def at_hand(comm: MPI.Intracomm) -> float:
    """Return the memory that is still free for all ranks together [B]; collective.

    It is that of their nodes, or what is left of a smaller limit that their process group has; no
    limit where neither is known.
    """
    node = comm.Split_type(MPI.COMM_TYPE_SHARED)
    free = min(_of_node(), of_group())
    least = node.allreduce(free, op=MPI.MIN)
    first = node.rank == 0
    node.Free()
    return float(comm.allreduce(least if first else 0.0, op=MPI.SUM))


def _of_node() -> float:
    """Return the memory that the system can still give [B]."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.inf
    free = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return 1024.0 * float(free[0]) if free else math.inf


def of_group(root: Path = Path("/")) -> float:
    """Return what is left of the limits of the control groups of this process [B].

    A limit holds for a group and for all within it. Both kinds of groups are asked, of which
    containers and queues use either.

    Args:
        root: folder in which the system's files are.
    """
    base = root / "sys/fs/cgroup"
    try:
        lines = (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return math.inf
    left = [math.inf]
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers in _KINDS:
            kind = _KINDS[controllers]
            # within a container paths may be those outside of it, and the group the first folder
            own = base / kind.folder / path.lstrip("/")
            left += [
                _left(group, kind) for group in (own, *own.parents) if group.is_relative_to(base)
            ]
    return min(left)


def _left(group: Path, kind: _Kind) -> float:
    """Return what is left of the limit of a control group [B]."""
    try:
        limit = (group / kind.limit).read_text(encoding="ascii").strip()
        used = float((group / kind.used).read_text(encoding="ascii"))
        lines = (group / "memory.stat").read_text(encoding="ascii").splitlines()
    except OSError:
        return math.inf
    if not limit.isdigit():
        return math.inf
    # files that are only kept in case they are read again give way
    kept = sum(float(line.split()[1]) for line in lines if line.startswith(f"{kind.kept} "))
    return max(float(limit) - used + kept, 0.0)
