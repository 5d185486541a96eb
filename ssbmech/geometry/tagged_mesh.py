# SPDX-License-Identifier: BSD-3-Clause
"""The distributed mesh with named regions, faces and interfaces, and the way to it.

One rank makes the mesh, names its parts and checks it; then the cells are shared out. Every rank
knows all names and tags, whatever it owns of them. A failure on the rank that makes the mesh is
raised on all ranks.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mpi4py import MPI

import basix.ufl
import numpy as np
import numpy.typing as npt
from dolfinx.graph import adjacencylist
from dolfinx.io import distribute_entity_data
from dolfinx.mesh import Mesh, MeshTags, create_mesh, exterior_facet_indices, meshtags_from_entities

from ssbmech._compat import shared_facet_partitioner
from ssbmech.errors import MeshError, SSBMechError
from ssbmech.frames import Frame
from ssbmech.geometry.cell_count import MOST_CELLS, WORTH_SAYING, check_count, seconds_of
from ssbmech.geometry.patience import signs_of_life
from ssbmech.geometry.session import mesh_model, write_msh
from ssbmech.geometry.simplices import LabelledMesh, SimplexMesh, label
from ssbmech.geometry.soundness import with_radii
from ssbmech.parameter import UNSTATED

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TaggedMesh:
    """A distributed mesh whose regions, outer faces and interfaces have names.

    Attributes:
        mesh: the mesh; cells across a facet between ranks are ghosts.
        cell_tags: tag of each cell, owned and ghost.
        facet_tags: tag of each facet on an outer face or an interface, owned and ghost.
        regions: tag of each region, by name.
        faces: tag of each outer face, by name.
        interfaces: tag of each interface between two regions, by name "a|b" in the order of the
            regions.
        frame: kinematic frame the mesh is meant for.
        drawn: height over which a region was meshed, over its own, along the last axis, by name;
            regions that were meshed as they are need not be there [1].
    """

    mesh: Mesh
    cell_tags: MeshTags
    facet_tags: MeshTags
    regions: Mapping[str, int]
    faces: Mapping[str, int]
    interfaces: Mapping[str, int]
    frame: Frame
    drawn: Mapping[str, float] = field(default_factory=dict)

    @property
    def comm(self) -> MPI.Intracomm:
        """Communicator of the mesh."""
        comm: MPI.Intracomm = self.mesh.comm
        return comm

    def region(self, name: str) -> int:
        """Return the tag of a region.

        Raises:
            MeshError: there is no such region.
        """
        return _look_up("region", name, self.regions)

    def face(self, name: str) -> int:
        """Return the tag of an outer face.

        Raises:
            MeshError: there is no such face.
        """
        return _look_up("face", name, self.faces)

    def interface(self, name: str) -> int:
        """Return the tag of the interface "a|b" of two regions, named in either order.

        Raises:
            MeshError: the regions do not touch, or there is no such region.
        """
        turned = "|".join(reversed(name.split("|")))
        return _look_up("interface", turned if turned in self.interfaces else name, self.interfaces)


@dataclass(frozen=True, kw_only=True)
class MeshSource(ABC):
    """Base of all that can be meshed: made or read on one rank, then distributed.

    Attributes:
        frame: kinematic frame; it decides between two and three dimensions.
        max_cells: cells beyond which a mesh that would be made is refused before it is begun [1].
    """

    frame: Frame
    max_cells: int = field(default=MOST_CELLS, metadata=UNSTATED)

    def expected_cells(self) -> tuple[float, str]:
        """Return about how many cells there will be, and from which sizes, in words; 0 if unknown.

        It takes no time: nothing is meshed.
        """
        return 0.0, ""

    def expected_seconds(self) -> float:
        """Return about how long it will take to make the mesh [s]; 0 if unknown."""
        return seconds_of(self.expected_cells()[0], self.frame.dim)

    def check_size(self) -> None:
        """Refuse a mesh of too many cells before it is begun.

        Raises:
            MeshError: there would be more than `max_cells`.
        """
        count, sizes = self.expected_cells()
        check_count(count, self.max_cells, sizes)

    @abstractmethod
    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone.

        Raises:
            MeshError: the mesh cannot be made or read.
        """

    def build(self, comm: MPI.Intracomm, keep: Path | None = None) -> TaggedMesh:
        """Return the distributed mesh; collective.

        Args:
            comm: communicator of the mesh.
            keep: .msh file to write the mesh to; `MeshFile` reads it back.

        Raises:
            MeshError: the mesh cannot be made, read or written, or a cell or outer facet has no
                name; on all ranks.
        """
        self.check_size()
        count, _ = self.expected_cells()
        if count > WORTH_SAYING:
            seconds = self.expected_seconds()
            logger.info("meshing about %.0e cells, which takes about %.1g s", count, seconds)

        def make() -> SimplexMesh:
            with signs_of_life("meshing"):
                return self.generate()

        return distribute(comm, self.frame, make, keep)

    def write(self, path: Path) -> None:
        """Make the mesh in this process alone and write it as a .msh file, in metres.

        Args:
            path: the file.

        Raises:
            MeshError: the mesh cannot be made, read or written, or a cell or outer facet has no
                name.
        """
        self.check_size()
        write_msh(label(self.generate()), path)


def distribute(
    comm: MPI.Intracomm, frame: Frame, generate: Callable[[], SimplexMesh], keep: Path | None = None
) -> TaggedMesh:
    """Return the distributed mesh that a function makes on rank 0; collective.

    Args:
        comm: communicator of the mesh.
        frame: kinematic frame.
        generate: makes the mesh; called on rank 0 only.
        keep: .msh file to write the mesh to.

    Raises:
        MeshError: the mesh cannot be made or written, or a cell or outer facet has no name; on all
            ranks.
    """

    def make() -> LabelledMesh:
        mesh = generate()
        if mesh.dim != frame.dim:
            raise MeshError(f"the mesh has {mesh.dim} dimensions, its frame {frame.dim}")
        mesh = with_radii(mesh, frame)
        made = label(mesh)
        if keep is not None:
            write_msh(made, keep)
        return made

    return distribute_labelled(comm, frame, make)


def distribute_labelled(
    comm: MPI.Intracomm, frame: Frame, make: Callable[[], LabelledMesh]
) -> TaggedMesh:
    """Return the distributed mesh that a function gives with all its tags on rank 0; collective.

    Args:
        comm: communicator of the mesh.
        frame: kinematic frame.
        make: gives the mesh; called on rank 0 only.

    Raises:
        SSBMechError: what `make` raised, on all ranks.
        MeshError: a cell or outer facet has no name; on all ranks.
    """
    dim = frame.dim
    made = _labelled_on_root(comm, dim, make)
    names = (made.regions, made.faces, made.interfaces, made.drawn)
    regions, faces, interfaces, drawn = comm.bcast(names, root=0)
    element = basix.ufl.element("Lagrange", ("triangle", "tetrahedron")[dim - 2], 1, shape=(dim,))
    points = np.ascontiguousarray(made.points[:, :dim])
    partitioner = shared_facet_partitioner()
    mesh = create_mesh(comm, cells=made.cells, x=points, e=element, partitioner=partitioner)
    tagged = TaggedMesh(
        mesh=mesh,
        cell_tags=_tags(mesh, dim, made.cells, made.cell_values, "regions"),
        facet_tags=_tags(mesh, dim - 1, made.facets, made.facet_values, "faces and interfaces"),
        regions=regions,
        faces=faces,
        interfaces=interfaces,
        frame=frame,
        drawn=drawn,
    )
    audit(tagged)
    return tagged


def from_gmsh_model(
    comm: MPI.Intracomm,
    frame: Frame,
    build: Callable[[Any], None],
    unit: float = 1.0,
    keep: Path | None = None,
) -> TaggedMesh:
    """Return the distributed mesh of a model that a function draws with Gmsh; collective.

    Regions and faces are the physical groups of dimension dim and dim - 1; flat sides of the
    bounding box need no name.

    Args:
        comm: communicator of the mesh.
        frame: kinematic frame.
        build: is given the gmsh module on rank 0; draws the model, names physical groups and
            generates the mesh.
        unit: length unit of the model [m]; Gmsh's tolerances want sizes near one.
        keep: .msh file to write the mesh to.

    Raises:
        MeshError: Gmsh reports an error, or a cell or outer facet has no name; on all ranks.
    """
    return distribute(comm, frame, lambda: mesh_model(frame.dim, build, unit), keep)


def audit(tagged: TaggedMesh) -> None:
    """Check on all ranks that every cell has a region and every outer facet a face; collective.

    Raises:
        MeshError: some have none; on all ranks.
    """
    topology = tagged.mesh.topology
    cells = np.arange(topology.index_map(topology.dim).size_local)
    topology.create_connectivity(topology.dim - 1, topology.dim)
    outer = exterior_facet_indices(topology)
    on_face = tagged.facet_tags.indices[
        np.isin(tagged.facet_tags.values, list(tagged.faces.values()))
    ]
    lost = np.array(
        [
            np.count_nonzero(~np.isin(cells, tagged.cell_tags.indices)),
            np.count_nonzero(~np.isin(outer, on_face)),
        ]
    )
    lost = tagged.comm.allreduce(lost)
    if lost.any():
        raise MeshError(
            f"after distribution {lost[0]} cells have no region and {lost[1]} outer facets no face"
        )


def _labelled_on_root(
    comm: MPI.Intracomm, dim: int, make: Callable[[], LabelledMesh]
) -> LabelledMesh:
    """Return the mesh on rank 0, an empty one elsewhere, or raise rank 0's failure everywhere."""
    failure: SSBMechError | None = MeshError(
        "rank 0 ended while it made the mesh; see its own message"
    )
    made = _empty(dim)
    try:
        if comm.rank == 0:
            made = make()
        failure = None
    except SSBMechError as error:
        failure = error
    finally:
        # Also on an error that nobody expected, or the other ranks would wait for ever.
        failure = comm.bcast(failure, root=0)
    if failure is not None:
        raise failure
    return made


def _empty(dim: int) -> LabelledMesh:
    """Return a mesh without cells, for the ranks that do not make the mesh."""
    return LabelledMesh(
        points=np.empty((0, 3)),
        cells=np.empty((0, dim + 1), dtype=np.int64),
        cell_values=np.empty(0, dtype=np.int32),
        facets=np.empty((0, dim), dtype=np.int64),
        facet_values=np.empty(0, dtype=np.int32),
        regions={},
        faces={},
        interfaces={},
    )


def _tags(
    mesh: Mesh, dim: int, entities: npt.NDArray[np.int64], values: npt.NDArray[np.int32], name: str
) -> MeshTags:
    """Return the tags of entities given by their points in the order of input; collective."""
    local_entities, local_values = distribute_entity_data(mesh, dim, entities, values)
    mesh.topology.create_entities(dim)
    mesh.topology.create_connectivity(dim, 0)
    mesh.topology.create_connectivity(dim, mesh.topology.dim)
    tags: MeshTags = meshtags_from_entities(
        mesh, dim, adjacencylist(local_entities), local_values.astype(np.int32)
    )
    tags.name = name
    return tags


def _look_up(kind: str, name: str, known: Mapping[str, int]) -> int:
    """Return the tag of a name, or say which names there are."""
    if name not in known:
        raise MeshError(f"the mesh has no {kind} {name!r}: it has {', '.join(known) or 'none'}")
    return known[name]
