# SPDX-License-Identifier: BSD-3-Clause
"""Clusters of metal in cracks: facets that hold metal and are connected by ridges.

A cluster that touches an electrode is part of it, and has its potential. One that touches none is
cut off: it has a potential of its own at which its net current is zero. One that touches both is a
short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from ssbmech._compat import cell_nodes
from ssbmech.case.boundary import FacePotential
from ssbmech.case.shorts import AtShort
from ssbmech.errors import CaseError
from ssbmech.model.body import BodyModel
from ssbmech.model.crack_network import ROUNDING, CrackNetwork
from ssbmech.model.outputs import Arrays, Output, Scalar
from ssbmech.model.parts.ions import Ions
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import quantity

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

SAME = 1e-9
"""Difference below which potentials of held faces are one [V]."""


@dataclass(frozen=True, eq=False)
class Found:
    """Clusters at one instant.

    Attributes:
        count: how many there are.
        label: cluster of each ridge of the network.
        ridges: numbers of the ridges of owned facets, by interface.
        holding: which owned facets hold metal, by interface.
        touched: clusters that touch each electrode, by its name.
    """

    count: int
    label: Ints
    ridges: Mapping[str, Ints]
    holding: Mapping[str, Mask]
    touched: Mapping[str, Ints]

    @property
    def shorted(self) -> bool:
        """Whether a cluster touches more than one electrode."""
        every = np.concatenate([np.empty(0, dtype=np.int64), *self.touched.values()])
        return len(np.unique(every)) < len(every)

    def cut_off(self, electrodes: Iterable[str]) -> int:
        """Return how many touch none of some electrodes."""
        every = [self.touched[name] for name in electrodes]
        return self.count - len(np.unique(np.concatenate([np.empty(0), *every])))

    def of_facets(self, name: str) -> Ints:
        """Return the cluster of each owned facet of a crack; of those that hold metal it is one."""
        return np.asarray(self.label[self.ridges[name][:, 0]])


class Clusters:
    """Clusters of metal in the cracks that are joined to electrodes.

    Attributes:
        owners: electrode that each joined crack is part of, by interface.
        exchange: whether metal of several electrodes may be in one of them: where it begins at
            another electrode too, in a flaw or mouth, or where cracks of several are connected.
    """

    def __init__(
        self,
        network: CrackNetwork,
        owners: Mapping[str, str],
        ends: Mapping[str, Array],
        faces: Sequence[str] = (),
    ) -> None:
        """Find which facets touch which electrode; collective.

        Args:
            network: all cracks.
            owners: electrode that each joined crack is part of, by interface.
            ends: vertices of electrodes on all ranks (n, 3), by name.
            faces: those of them that are outer faces.

        Raises:
            CaseError: no flaw of an electrode's cracks is connected to it.
        """
        self._network, self.owners = network, dict(owners)
        self._ridges: dict[str, Ints] = {}
        self._touching: dict[tuple[str, str], Mask] = {}
        self._depths: dict[str, Array] = {}
        size = float(np.abs(network.points).max(initial=0.0))
        trees = {name: cKDTree(points) for name, points in ends.items()}
        for name, owner in self.owners.items():
            crack = network.cracks[name]
            owned, mesh = crack.surface.gap.owned, crack.surface.mesh.mesh
            dofmap = crack.ridges.function.function_space.dofmap
            self._ridges[name] = network.numbers[name][dofmap.list[:owned]]
            corners = np.asarray(mesh.geometry.x[cell_nodes(mesh)[:owned]])
            for end, tree in trees.items():
                away = tree.query(corners)[0] if owned else np.empty((0, 1))
                self._touching[end, name] = np.asarray((away <= ROUNDING * size).any(axis=1))
                if end == owner:
                    self._depths[name] = away.max(axis=1) if owned else np.empty(0)
        self._ends, self._faces = tuple(ends), tuple(faces)
        others = {end: tree for end, tree in trees.items() if end not in faces}
        begins = any(self._begins_at_another(name, others, ROUNDING * size) for name in owners)
        self.exchange = bool(owners) and (
            bool(self.comm.allreduce(begins, op=MPI.LOR)) or self._owners_meet()
        )
        self._check_start()

    def _begins_at_another(self, name: str, ends: Mapping[str, cKDTree], reach: float) -> bool:
        """Return whether metal begins at another electrode than that of its crack, on this rank."""
        places = self._network.cracks[name].places
        begins = np.concatenate([places.flaw_vertices, places.mouth_vertices])
        trees = [tree for end, tree in ends.items() if end != self.owners[name]]
        return len(begins) > 0 and any((tree.query(begins)[0] <= reach).any() for tree in trees)

    def _owners_meet(self) -> bool:
        """Return whether cracks of several electrodes are connected."""
        groups = dict(zip(self._network.cracks, self._network.groups(), strict=True))
        joined = {(groups[name], owner) for name, owner in self.owners.items()}
        return len(joined) > len({group for group, _ in joined})

    def _check_start(self) -> None:
        """Refuse flaws of which none is connected to its electrode; collective."""
        if not self.owners:
            return
        found = self.find(past=True)
        comm = self.comm
        for owner in dict.fromkeys(self.owners.values()):
            own = [found.holding[name] for name, other in self.owners.items() if other == owner]
            flawed = comm.allreduce(any(bool(each.any()) for each in own), op=MPI.LOR)
            # cracks without a flaw wait for metal of others
            if flawed and not len(found.touched[owner]):
                raise CaseError(
                    f"electrode {owner!r}: none of the flaws in the cracks that are joined to it "
                    "touches its metal, so that nothing would be plated in them: move one of them "
                    "to where a crack begins at the metal"
                )

    @property
    def guards(self) -> Sequence[AtShort]:
        """The condition that ends any step: a short."""
        return (AtShort(),) if self.owners else ()

    @property
    def comm(self) -> MPI.Intracomm:
        """The communicator of the cracks."""
        return next(iter(self._network.cracks.values())).surface.comm

    def find(self, past: bool = False) -> Found:
        """Return the clusters, at the end of the step or at its start; collective."""
        cracks = self._network.cracks
        holding = {name: cracks[name].holds(past) for name in self.owners}
        wet = [self._ridges[name][here] for name, here in holding.items()]
        some = np.concatenate([np.empty((0, 2), dtype=np.int64), *(_pairs(each) for each in wet)])
        comm = next(iter(cracks.values())).surface.comm
        pairs = np.concatenate(comm.allgather(some))
        size = len(self._network.points)
        links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(size, size))
        label = np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
        touched = {}
        for end in self._ends:
            at = [
                label[self._ridges[name][here & self._touching[end, name], 0]]
                for name, here in holding.items()
            ]
            touched[end] = np.unique(np.concatenate(comm.allgather(np.concatenate(at))))
        return Found(len(np.unique(label[pairs])), label, self._ridges, holding, touched)

    def _reached(self, found: Found, name: str, owner: str) -> Mask:
        """Return which owned facets of a crack hold metal that is connected to an electrode."""
        own = found.of_facets(name)
        return np.asarray(found.holding[name] & np.isin(own, found.touched[owner]))

    def _reach(self) -> float:
        """Return how far connected metal has got from its electrode [m]; collective."""
        found = self.find()
        far = [
            self._depths[name][self._reached(found, name, owner)].max(initial=0.0)
            for name, owner in self.owners.items()
        ]
        comm = self.comm
        return float(comm.allreduce(max(far), op=MPI.MAX))

    def outputs(self) -> Iterator[Output]:
        """Yield numbers of clusters, reach of the longest, and whether there is a short."""
        if not self.owners:
            return

        def count(_: Arrays) -> float:
            return float(self.find().count)

        yield Scalar(quantity("crack_clusters"), count)
        # metal at a face of ions alone has no potential of others
        metal = [end for end in self._ends if end not in self._faces]
        yield Scalar(quantity("crack_cut_off"), lambda _: float(self.find().cut_off(metal)))
        yield Scalar(quantity("crack_reach"), lambda _: self._reach())
        yield Scalar(quantity("short"), lambda _: float(self.find().shorted))


def _pairs(ridges: Ints) -> Ints:
    """Return pairs of ridges that facets connect, of the ridges of each (facets, 2 or 3)."""
    found = [ridges[:, k : k + 2] for k in range(ridges.shape[1] - 1)]
    return np.concatenate(found)


def clusters_of(
    network: CrackNetwork,
    surfaces: Mapping[str, SurfaceModel],
    bodies: Mapping[str, BodyModel],
    sides: Mapping[str, Sequence[str]],
    held: Sequence[FacePotential],
) -> Clusters:
    """Return the clusters of a cell; collective.

    Args:
        network: all cracks.
        surfaces: the interfaces by name.
        bodies: the bodies by name.
        sides: interfaces that are joined to each electrode.
        held: potentials of outer faces of the electrolyte, which are electrodes too. Faces of one
            potential are one.

    Raises:
        CaseError: no flaw of an electrode's cracks is connected to it.
    """
    owners: dict[str, str] = {}
    ends: dict[str, Array] = {}
    for electrode, joined in sides.items():
        every = (electrode, *joined)
        owners |= {name: electrode for name in every if name in network.cracks}
        metal = [surfaces[name] for name in every if name not in network.cracks]
        ends[electrode] = _all(
            [np.asarray(s.mesh.mesh.geometry.x, dtype=float) for s in metal], metal[0].comm
        )
    first = next(iter(surfaces.values()), None)
    faces = _held_faces(held, bodies, first.comm) if first and owners else {}
    return Clusters(network, owners, ends | faces, tuple(faces))


def _held_faces(
    held: Sequence[FacePotential], bodies: Mapping[str, BodyModel], comm: MPI.Intracomm
) -> dict[str, Array]:
    """Return the vertices of held faces on all ranks (n, 3), those of one potential together.

    A face whose potential differs from place to place is one by itself. Collective.
    """
    found: dict[str, Array] = {}
    names: dict[float, str] = {}
    conducting = [body for body in bodies.values() if body.parts.find(Ions)]
    for each in held:
        reached = [body for body in conducting if each.face in body.mesh.faces]
        points = _all([_on_face(body, each.face) for body in reached], comm)
        values = np.asarray(each.potential(points.T), dtype=float)
        level = float(values.mean())
        even = bool(np.abs(values - level).max() < SAME)
        alike = [other for other in names if even and abs(other - level) < SAME]
        name = names[alike[0]] if alike else each.face
        if even and not alike:
            names[level] = name
        found[name] = np.concatenate([found.get(name, np.empty((0, 3))), points])
    return found


def _on_face(body: BodyModel, face: str) -> Array:
    """Return the vertices of a body on one of its outer faces (n, 3)."""
    mesh, facets = body.mesh.mesh, body.mesh.facets(face)
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, dim)
    if not len(facets):
        # of which DOLFINx divides by the number
        return np.empty((0, 3))
    nodes = dmesh.entities_to_geometry(mesh, dim - 1, facets.astype(np.int32))
    return np.asarray(mesh.geometry.x[np.unique(nodes)])


def _all(points: Sequence[Array], comm: MPI.Intracomm) -> Array:
    """Return the points of all ranks; collective."""
    here = np.concatenate([np.empty((0, 3)), *points])
    return np.asarray(np.concatenate(comm.allgather(here)))
