# SPDX-License-Identifier: BSD-3-Clause
"""The particles of a body: its connected parts, numbered alike on any number of ranks."""

from __future__ import annotations

from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx.mesh import Mesh
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ssbmech._compat import cell_nodes

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[np.float64]

COINCIDENT = 1e-6
"""Difference of two centres over the size of the body below which they lie at one height [1]."""


@dataclass(frozen=True, eq=False)
class ParticleIndex:
    """Which particle each cell of a body belongs to.

    Particles are counted from the lowest upwards, at one height from left to right.

    Attributes:
        of_cells: particle of each cell, owned and ghost.
        centres: mean position of each particle's nodes, shape (particles, 3) [m].
    """

    of_cells: Ints
    centres: Array


def find_particles(mesh: Mesh) -> ParticleIndex:
    """Find the connected parts of a mesh; collective.

    Cells are connected if they share a node. Every rank joins its own cells; what it has joined
    goes to all ranks, where parts meet at the nodes that ranks share.
    """
    comm, nodes = mesh.comm, cell_nodes(mesh)
    index_map = mesh.geometry.index_map()
    used = np.arange(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
    numbers = index_map.local_to_global(used).astype(np.int64)
    local = _parts(nodes[:, :1].repeat(nodes.shape[1], axis=1), nodes, len(used))
    # each node with one node of its part: the edges that are left of this rank's graph
    _, first = np.unique(local, return_index=True)
    links = [np.concatenate(comm.allgather(ends)) for ends in (numbers, numbers[first[local]])]
    label = _parts(links[0], links[1], index_map.size_global)

    owned = numbers[: index_map.size_local]
    count = int(label.max(initial=-1)) + 1
    sums = np.zeros((count, 4))
    np.add.at(sums[:, :3], label[owned], mesh.geometry.x[: len(owned)])
    np.add.at(sums[:, 3], label[owned], 1.0)
    comm.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
    centres = sums[:, :3] / sums[:, 3:]
    order = _upwards(centres, mesh.topology.dim)
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    return ParticleIndex(rank[label[numbers[nodes[:, 0]]]], centres[order])


def _parts(a: npt.NDArray[np.integer], b: npt.NDArray[np.integer], count: int) -> Ints:
    """Return the connected part of each of a number of nodes, given edges from a to b."""
    graph = coo_array((np.ones(a.size, dtype=np.int8), (a.ravel(), b.ravel())), (count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _upwards(centres: Array, dim: int) -> Ints:
    """Return the order of centres by height, then from left to right, then from front to back."""
    if len(centres) == 0:
        return np.empty(0, dtype=np.int64)
    size = max(float(np.ptp(centres)), 1e-300)
    steps = np.round(centres / (COINCIDENT * size))
    keys = [steps[:, k] for k in range(dim - 1)][::-1]
    return np.asarray(np.lexsort((*keys, steps[:, dim - 1])), dtype=np.int64)
