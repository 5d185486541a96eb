# SPDX-License-Identifier: BSD-3-Clause
r"""Cracks that meet: the ridges of all of them, and one pressure where several meet.

At a junction the ridges of several interfaces are one point in a section. They share one pressure
:math:`\lambda_j`, whose equation is the sum of theirs,

.. math:: \sum_{\Gamma \ni j} \sum_{f \ni j, f \in \Gamma} q_{fj}(p_f - \lambda_j) = 0

so that what flows out of one interface enters the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ssbmech.errors import CaseError
from ssbmech.model.parts.crack import CrackMetal
from ssbmech.model.surface import SurfaceModel, found_on
from ssbmech.solve.unknowns import Closure

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

ROUNDING = 1e-9
"""Distance over the size of the mesh within which ridges are one [1]."""


@dataclass(frozen=True, eq=False)
class CrackNetwork:
    """Ridges of all cracks of a cell, each with one number on all ranks and in all interfaces.

    Attributes:
        cracks: the cracks by interface.
        points: place of each ridge, shape (ridges, 3) [m].
        numbers: number of each local ridge of a crack, those of other ranks too, by interface.
        meeting: which ridges each crack has, shape (cracks, ridges).
    """

    cracks: Mapping[str, CrackMetal]
    points: Array
    numbers: Mapping[str, Ints]
    meeting: npt.NDArray[np.bool_]

    @property
    def junctions(self) -> Ints:
        """Numbers of the ridges at which several interfaces meet."""
        return np.flatnonzero(self.meeting.sum(axis=0) > 1)

    def groups(self) -> Ints:
        """Return for each crack the number of the group of cracks that it is connected with."""
        crack, ridge = np.nonzero(self.meeting)
        count = len(self.cracks)
        size = count + len(self.points)
        links = coo_array((np.ones(len(crack)), (crack, ridge + count)), shape=(size, size))
        return np.asarray(connected_components(links, directed=False)[1][:count])

    def closures(self) -> list[Closure]:
        """Return the pressures of all junctions; collective."""
        found = []
        names = list(self.cracks)
        for k, ridge in enumerate(self.junctions):
            ties = []
            for name in (names[j] for j in np.flatnonzero(self.meeting[:, ridge])):
                ridges = self.cracks[name].ridges
                here = np.flatnonzero(self.numbers[name][: ridges.owned] == ridge)
                ties.append((ridges, here.astype(np.int32)))
            (first, tied), *others = ties
            size = self.cracks[names[0]].typical_volume
            found.append(
                Closure("junction", str(k), first, tied, first.scale, size, others=tuple(others))
            )
        return found


def crack_network(surfaces: Mapping[str, SurfaceModel], comm: MPI.Intracomm) -> CrackNetwork:
    """Number the ridges of all cracks of a cell, and check that metal gets to each; collective.

    Raises:
        CaseError: no facet of a crack, nor of one that it meets, lies in a flaw, or a mouth lies
            where several meet.
    """
    cracks = found_on(surfaces, CrackMetal)
    gathered = [np.concatenate(comm.allgather(c.places.ridges)) for c in cracks.values()]
    every = np.concatenate([np.empty((0, 3)), *gathered])
    reach = ROUNDING * float(np.abs(every).max(initial=0.0))
    owner, points = _merged(every, reach)
    starts = np.cumsum([0, *(len(each) for each in gathered)])
    meeting = np.zeros((len(cracks), len(points)), dtype=bool)
    for j, (start, end) in enumerate(pairwise(starts)):
        meeting[j, owner[start:end]] = True
    numbers = {
        name: np.asarray(cKDTree(points).query(crack.places.all_ridges)[1], dtype=np.int64)
        for name, crack in cracks.items()
    }
    network = CrackNetwork(cracks, points, numbers, meeting)
    _check_flaws(network, comm)
    _check_mouths(network, comm)
    return network


def _merged(points: Array, reach: float) -> tuple[Ints, Array]:
    """Return for each point (n, 3) the number of its place, and all places in a fixed order."""
    if not len(points):
        return np.empty(0, dtype=np.int64), points
    pairs = cKDTree(points).query_pairs(reach, output_type="ndarray")
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points),) * 2)
    count, label = connected_components(links, directed=False)
    first = np.full(count, len(points))
    np.minimum.at(first, label, np.arange(len(points)))
    places = points[first]
    # in an order that knows nothing of ranks: checkpoints go by it
    order = np.lexsort(np.round(places / (reach or 1.0)).T)
    position = np.empty(count, dtype=np.int64)
    position[order] = np.arange(count)
    return position[label], places[order]


def _check_flaws(network: CrackNetwork, comm: MPI.Intracomm) -> None:
    """Refuse cracks that metal cannot get to; collective."""
    broken = [comm.allreduce(bool(c.broken.any()), op=MPI.LOR) for c in network.cracks.values()]
    groups = network.groups()
    for name, group in zip(network.cracks, groups, strict=True):
        if not any(wet for wet, other in zip(broken, groups, strict=True) if other == group):
            raise CaseError(
                f"interface {name!r}: no facet lies in the flaw of its filling, nor in that of a "
                "crack that it meets, so that metal would get nowhere: move the flaw, or refine "
                "the mesh"
            )


def _check_mouths(network: CrackNetwork, comm: MPI.Intracomm) -> None:
    """Refuse mouths where cracks meet; collective."""
    at = network.points[network.junctions]
    for name, crack in network.cracks.items():
        if not len(at):
            return
        mouths = crack.places.open_ridges
        reach = ROUNDING * float(np.abs(network.points).max(initial=0.0))
        away = cKDTree(at).query(mouths)[0] if len(mouths) else np.empty(0)
        if comm.allreduce(bool((away <= reach).any()), op=MPI.LOR):
            raise CaseError(
                f"interface {name!r}: the mouth of its filling lies where it meets another crack, "
                "which is no end: make Mouth.within smaller, or move it"
            )
