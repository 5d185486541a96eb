# SPDX-License-Identifier: BSD-3-Clause
r"""Potentials of the metal in cracks: that of an electrode, or one of its own where it is cut off.

A cluster of metal that touches no electrode is at one potential, which is such that it passes no
net current,

.. math:: \int_{cluster} (i_- + i_+) \, dA = 0

so that in a field it is plated at one end and stripped at the other. That is one scalar unknown and
one equation for each cluster. Which facets share it is found at the start of a step, from what they
hold then.
"""

from __future__ import annotations

from collections.abc import Mapping

from mpi4py import MPI

import numpy as np
import numpy.typing as npt

from ssbmech.model.clusters import Clusters, Found
from ssbmech.model.outputs import total
from ssbmech.model.parts.crack_walls import ConnectedWalls
from ssbmech.solve.unknowns import Closure, Unknown

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST = 1e-6
"""Share of the area of a cluster that metal must touch for it to exchange charge at all [1]."""


class ClusterTies:
    """Which facets of cracks have the potential of which electrode or cluster.

    Attributes:
        closures: potentials of the clusters that are cut off at the start of the step.
    """

    def __init__(
        self,
        clusters: Clusters,
        walls: Mapping[str, ConnectedWalls],
        electrodes: Mapping[str, Closure],
        current: float,
    ) -> None:
        """Begin with all metal at the potential of its electrode.

        Args:
            clusters: connected metal.
            walls: walls of the cracks that are joined to electrodes, by interface.
            electrodes: their potentials, by name.
            current: typical current density [A/m2].
        """
        self.closures: list[Closure] = []
        self._clusters, self._walls, self._current = clusters, dict(walls), current
        self._electrodes = list(electrodes.values())
        self._names = list(electrodes)
        of_cracks = {id(each.terminal.phi_s) for each in walls.values()}
        self._others = [
            tuple(tie for tie in closure.others if id(tie[0]) not in of_cracks)
            for closure in self._electrodes
        ]
        self._homes: dict[str, Ints] = {
            name: np.full(each.terminal.phi_s.owned, self._home(name), dtype=np.int64)
            for name, each in self._walls.items()
        }

    def _home(self, crack: str) -> int:
        """Return the number of the electrode that a crack is joined to."""
        return self._names.index(self._clusters.owners[crack])

    def follow(self) -> bool:
        """Find what is connected at the start of a step, and tie potentials; collective.

        Those of clusters start from the mean of what their facets had: nothing is stored at them,
        so that this is only where the solution begins.

        Returns:
            Whether other facets share a potential than before.
        """
        if not self._walls:
            return False
        found = self._clusters.find(past=True)
        areas = self._touched_areas(found)
        floating = np.flatnonzero(areas > 0.0)
        changed = False
        for name, walls in self._walls.items():
            homes, connected = self._found_homes(name, found, floating)
            field = walls.crack.connected.x
            field.array[: len(connected)] = connected
            field.scatter_forward()
            changed = changed or not np.array_equal(homes, self._homes[name])
            self._homes[name] = homes
        changed = bool(self._clusters.comm.allreduce(changed, op=MPI.LOR))
        if changed:
            self._tie(self._current * areas[floating])
        for closure in self.closures:
            closure.start_at(self._mean(closure))
        return changed

    def _touched_areas(self, found: Found) -> Array:
        """Return the area that metal of each cluster that is cut off touches; collective."""
        count = int(found.label.max(initial=-1)) + 1
        wet, whole = np.zeros(count), np.zeros(count)
        for name, walls in self._walls.items():
            own, here = found.of_facets(name), found.holding[name]
            crack, owned = walls.crack, len(own)
            areas = np.where(here, crack.surface.areas, 0.0)
            touched = areas * crack.wetted.x.array[:owned] * crack.exceeds_nucleus(past=True)
            whole += np.bincount(own, weights=areas, minlength=count)
            wet += np.bincount(own, weights=touched, minlength=count)
        for sums in (wet, whole):
            self._clusters.comm.Allreduce(MPI.IN_PLACE, sums, op=MPI.SUM)
        wet[wet < LEAST * whole] = 0.0
        for name in self._names:
            wet[found.touched[name]] = 0.0
        return wet

    def _found_homes(
        self, name: str, found: Found, floating: Ints
    ) -> tuple[Ints, npt.NDArray[np.bool_]]:
        """Return the number of the potential of each facet of a crack, and whether it conducts.

        Numbers are those of the electrodes, and behind them those of the clusters. Facets without
        metal, whose potential is of no use, have that of their electrode.
        """
        own, here = found.of_facets(name), found.holding[name]
        first = self._home(name)
        homes = np.full(len(own), first, dtype=np.int64)
        connected = np.zeros(len(own), dtype=bool)
        order = [first, *(k for k in range(len(self._names)) if k != first)]
        for k in order:
            new = here & ~connected & np.isin(own, found.touched[self._names[k]])
            homes[new] = k
            connected |= new
        new = here & ~connected & np.isin(own, floating)
        homes[new] = len(self._names) + np.searchsorted(floating, own[new])
        return homes, connected | new

    def _tie(self, references: Array) -> None:
        """Share potentials as was found; collective."""
        for k, electrode in enumerate(self._electrodes):
            electrode.others = (*self._others[k], *self._ties(k))
        self.closures = []
        for k, reference in enumerate(references):
            (phi, tied), *more = self._ties(len(self._names) + k)
            self.closures.append(
                Closure("cluster", str(k), phi, tied, phi.scale, reference, others=tuple(more))
            )

    def _ties(self, home: int) -> list[tuple[Unknown, npt.NDArray[np.int32]]]:
        """Return the fields of cracks that share a potential, with these dofs; collective."""
        found = []
        for name, walls in self._walls.items():
            tied = np.flatnonzero(self._homes[name] == home).astype(np.int32)
            if self._clusters.comm.allreduce(len(tied)):
                found.append((walls.terminal.phi_s, tied))
        return found

    def _mean(self, closure: Closure) -> float:
        """Return the mean of the present potentials of facets that share one [V]; collective."""
        sums = np.zeros(2)
        for unknown, tied in closure.ties:
            values = unknown.function.x.array[tied]
            sums += [float(values.sum()), len(tied)]
        return total(sums[0], self._clusters.comm) / total(sums[1], self._clusters.comm)
