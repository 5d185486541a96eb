# SPDX-License-Identifier: BSD-3-Clause
"""Bodies and oriented interfaces of a tagged mesh.

Each body is a submesh with a geometry of its own; each interface is a list of facets of the parent
mesh with the minus body's cell first, and a surface mesh that carries the interface's own fields.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mpi4py import MPI

import numpy as np
import numpy.typing as npt
from dolfinx import mesh as dmesh
from dolfinx.mesh import Mesh, MeshTags

from ssbmech._compat import Submesh, cell_nodes, cut_submesh
from ssbmech.errors import CaseError, MeshError
from ssbmech.geometry.tagged_mesh import TaggedMesh

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class BodyMesh:
    """A body: bonded regions on a mesh of their own.

    Attributes:
        name: name of the body.
        submesh: mesh of the body and its relation to the parent mesh.
        cell_tags: region tag of every cell.
        facet_tags: face tag of every tagged outer facet.
        regions: tag by region name, counted from one within the body.
        faces: tag by face name.
    """

    name: str
    submesh: Submesh
    cell_tags: MeshTags
    facet_tags: MeshTags
    regions: Mapping[str, int]
    faces: Mapping[str, int]

    @property
    def mesh(self) -> Mesh:
        """The body's mesh."""
        return self.submesh.mesh

    def facets(self, face: str) -> Ints:
        """Return the local facets of a face that belong to this body; may be empty."""
        return self.facet_tags.find(self.faces[face])

    def normal_axis(self, face: str) -> tuple[int, float]:
        """Return axis and sign of the outward normal of a face; collective.

        The face must be flat and aligned with an axis.

        Raises:
            MeshError: the face is not flat or not aligned with an axis, or the body does not reach
                it.
        """
        mesh, facets = self.mesh, self.facets(face)
        dim, comm = mesh.topology.dim, mesh.comm
        points = np.asarray(mesh.geometry.x[:, :dim], dtype=np.float64)
        low, high = _extent(comm, points)
        corners: npt.NDArray[np.integer] = np.zeros((0, dim), dtype=np.int32)
        if len(facets):
            corners = dmesh.entities_to_geometry(mesh, dim - 1, facets)
        face_low, face_high = _extent(comm, points[corners].reshape(-1, dim))
        if not np.all(np.isfinite(face_low)):
            known = ", ".join(repr(name) for name in sorted(self.faces)) or "none"
            raise MeshError(
                f"body {self.name!r} has no facet on the face {face!r}; faces of the mesh: {known}"
            )
        flat = (face_high - face_low) <= 1e-9 * np.max(high - low)
        cells = mesh.topology.connectivity(dim - 1, dim)
        behind = cells.array[cells.offsets[facets]]
        middles = points[cell_nodes(mesh)[behind]].mean(axis=1)
        for axis in np.flatnonzero(flat):
            # it may also be a ledge, with some of the body beyond
            inwards = middles[:, axis] - face_low[axis]
            above = comm.allreduce(bool(np.any(inwards > 0.0)), op=MPI.LOR)
            below = comm.allreduce(bool(np.any(inwards < 0.0)), op=MPI.LOR)
            if above != below:
                return int(axis), -1.0 if above else 1.0
        raise MeshError(
            f"face {face!r} of body {self.name!r} is not a flat side of it, aligned with an axis"
        )


def _extent(
    comm: MPI.Intracomm, x: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    dim = x.shape[1]
    low, high = np.full(dim, np.inf), np.full(dim, -np.inf)
    if len(x):
        low, high = x.min(axis=0), x.max(axis=0)
    comm.Allreduce(MPI.IN_PLACE, low, op=MPI.MIN)
    comm.Allreduce(MPI.IN_PLACE, high, op=MPI.MAX)
    return low, high


@dataclass(frozen=True, eq=False)
class InterfaceMesh:
    """An oriented interface.

    Attributes:
        name: "minus|plus".
        minus: body at the "+" side of interface integrals; the normal points away from it.
        plus: body at the "-" side.
        submesh: surface mesh (owned and ghost facets) and its relation to the parent mesh.
        entities: rows of (minus cell, its facet, plus cell, its facet) of the parent's cells, owned
            facets only.
    """

    name: str
    minus: BodyMesh
    plus: BodyMesh
    submesh: Submesh
    entities: Ints

    @property
    def mesh(self) -> Mesh:
        """The surface mesh."""
        return self.submesh.mesh

    def local_cells(self, parent: Mesh) -> tuple[Ints, Ints, Ints]:
        """Return the local cells of minus body, plus body and surface mesh at every owned facet."""
        dim = parent.topology.dim
        to_facets = parent.topology.connectivity(dim, dim - 1).array.reshape(-1, dim + 1)
        minus, local_facet, plus = self.entities[:, 0], self.entities[:, 1], self.entities[:, 2]
        facets = to_facets[minus, local_facet]
        return (
            self.minus.submesh.cells(minus),
            self.plus.submesh.cells(plus),
            self.submesh.cells(facets),
        )


def cut_body(tagged: TaggedMesh, name: str, regions: Iterable[str]) -> BodyMesh:
    """Cut a body out of the mesh; collective.

    Raises:
        CaseError: a region does not exist.
    """
    names = list(regions)
    for region in names:
        if region not in tagged.regions:
            raise CaseError(
                f"body {name!r}: the mesh has no region {region!r}; "
                f"it has {', '.join(sorted(tagged.regions))}"
            )
    parent_tags = [tagged.regions[region] for region in names]
    cells = np.unique(np.concatenate([tagged.cell_tags.find(tag) for tag in parent_tags])).astype(
        np.int32
    )
    dim = tagged.mesh.topology.dim
    submesh = cut_submesh(tagged.mesh, dim, cells)
    # tags are part of compiled forms: counted from one, they let bodies of a kind share theirs
    tags = {region: k for k, region in enumerate(names, start=1)}
    renumbered = np.zeros(max(tagged.regions.values()) + 1, dtype=np.int32)
    renumbered[parent_tags] = list(tags.values())
    values = renumbered[_dense(tagged.cell_tags, _count(tagged.mesh, dim))[submesh.parent_entities]]
    cell_tags = dmesh.meshtags(submesh.mesh, dim, np.arange(len(values), dtype=np.int32), values)
    return BodyMesh(
        name, submesh, cell_tags, _transfer_facets(tagged, submesh), tags, dict(tagged.faces)
    )


def cut_interface(tagged: TaggedMesh, name: str, minus: BodyMesh, plus: BodyMesh) -> InterfaceMesh:
    """Find the facets between two bodies and orient them from minus to plus; collective.

    Raises:
        CaseError: the bodies do not touch.
    """
    mesh = tagged.mesh
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, dim)
    mesh.topology.create_connectivity(dim, dim - 1)
    side = np.zeros(_count(mesh, dim), dtype=np.int8)
    side[minus.submesh.parent_entities], side[plus.submesh.parent_entities] = 1, 2
    to_cells, to_facets = (
        mesh.topology.connectivity(dim - 1, dim),
        mesh.topology.connectivity(dim, dim - 1),
    )
    offsets, links = to_cells.offsets, to_cells.array
    shared = np.flatnonzero(np.diff(offsets) == 2)
    pairs = np.column_stack([links[offsets[shared]], links[offsets[shared] + 1]])
    mixed = np.sort(side[pairs], axis=1) @ np.array([10, 1]) == 12
    facets, pairs = shared[mixed].astype(np.int32), pairs[mixed]
    swap = side[pairs[:, 0]] == 2
    pairs[swap] = pairs[swap][:, ::-1]
    if mesh.comm.allreduce(len(facets), op=MPI.SUM) == 0:
        raise CaseError(
            f"interface {name!r}: the bodies {minus.name!r} and {plus.name!r} "
            "do not touch in this mesh"
        )

    owned = facets < mesh.topology.index_map(dim - 1).size_local
    per_cell = dim + 1
    local = [
        np.argmax(to_facets.array.reshape(-1, per_cell)[pairs[:, k]] == facets[:, None], axis=1)
        for k in (0, 1)
    ]
    rows = np.column_stack([pairs[:, 0], local[0], pairs[:, 1], local[1]]).astype(np.int32)
    return InterfaceMesh(name, minus, plus, cut_submesh(mesh, dim - 1, facets), rows[owned])


def _count(mesh: Mesh, dim: int) -> int:
    index_map = mesh.topology.index_map(dim)
    return int(index_map.size_local + index_map.num_ghosts)


def _dense(tags: MeshTags, size: int) -> Ints:
    values = np.zeros(size, dtype=np.int32)
    values[tags.indices] = tags.values
    return values


def _transfer_facets(tagged: TaggedMesh, submesh: Submesh) -> MeshTags:
    """Return the parent's facet tags on a body."""
    # a submesh keeps the local numbering of a cell's facets
    parent, child = tagged.mesh, submesh.mesh
    dim = parent.topology.dim
    for mesh in (parent, child):
        mesh.topology.create_entities(dim - 1)
        mesh.topology.create_connectivity(dim, dim - 1)
        mesh.topology.create_connectivity(dim - 1, dim)
    values = _dense(tagged.facet_tags, _count(parent, dim - 1))
    of_parent = parent.topology.connectivity(dim, dim - 1).array.reshape(-1, dim + 1)[
        submesh.parent_entities
    ]
    of_child = child.topology.connectivity(dim, dim - 1).array.reshape(-1, dim + 1)
    tags = np.zeros(_count(child, dim - 1), dtype=np.int32)
    tags[of_child.ravel()] = values[of_parent.ravel()]
    facets = np.flatnonzero(tags).astype(np.int32)
    return dmesh.meshtags(child, dim - 1, facets, tags[facets])
