# SPDX-License-Identifier: BSD-3-Clause
"""Meshes made elsewhere: Gmsh, Abaqus, Salome, Exodus, DOLFINx, and through meshio VTU and others.

Regions are the named sets of cells of the file: physical groups (.msh), element sets (.inp), groups
(.med), element blocks (Exodus), or the values of an integer cell array. Faces are named sets of
facets; flat sides of the bounding box need no name.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mpi4py import MPI

import numpy as np

from ssbmech.errors import CaseWarning, MeshError
from ssbmech.geometry.formats.file_mesh import FileMesh
from ssbmech.geometry.formats.reading import read_file
from ssbmech.geometry.from_file import Simplices, simplices_of
from ssbmech.geometry.naming import Naming
from ssbmech.geometry.plausible import check_size
from ssbmech.geometry.simplices import SimplexMesh, check_flat_cells
from ssbmech.geometry.soundness import check_faces, sound, with_radii
from ssbmech.geometry.tagged_mesh import MeshSource, TaggedMesh
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.units import registry


@dataclass(frozen=True, kw_only=True)
class MeshFile(MeshSource):
    """A mesh in a file, of triangles or tetrahedra.

    Quadrilaterals are cut into triangles, hexahedra, wedges and pyramids into tetrahedra. Sides of
    cells of higher order become straight, and points of parts that touch become one. A warning
    says what is not as the file has it.

    Attributes:
        path: the file; its ending tells the format.
        unit: length unit of the file, such as um or 1e-6 [m].
        regions: region that each named set of cells belongs to; empty: every set is a region of its
            own name. Needed where the file also holds sets that overlap, such as one of all cells.
        faces: face that each named set of facets or points belongs to; empty: every set of facets
            is a face of its own name, and sets of points are not used.
        region_array: integer cell array whose values tell the regions apart (a region is called by
            its value, "1", "2", ...); None: the only one there is, if the file names no sets.
        facets_path: second XDMF file with tags of the facets, as DOLFINx may have written it.
        any_size: take a mesh that is larger or smaller than any cell.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    path: Path
    unit: float = parameter("m", low=0.0, low_open=True, default=1.0, doc="length unit of the file")
    regions: Mapping[str, str] = field(default_factory=dict)
    faces: Mapping[str, str] = field(default_factory=dict)
    region_array: str | None = None
    facets_path: Path | None = None
    any_size: bool = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        if isinstance(self.unit, registry.Unit):
            object.__setattr__(self, "unit", 1 * self.unit)
        validate_parameters(self)
        object.__setattr__(self, "path", Path(self.path))
        if self.facets_path is not None:
            object.__setattr__(self, "facets_path", Path(self.facets_path))

    def build(self, comm: MPI.Intracomm, keep: Path | None = None) -> TaggedMesh:
        """Return the distributed mesh; collective.

        Args:
            comm: communicator of the mesh.
            keep: .msh file to write the mesh to.

        Raises:
            MeshError: the file and what is wrong with it; on all ranks.
        """
        try:
            return super().build(comm, keep)
        except MeshError as error:
            raise MeshError(f"mesh file {self.path}: {error}") from error

    def generate(self) -> SimplexMesh:
        """Return the mesh, in this process alone, with a warning for each change to it.

        Raises:
            MeshError: the file is missing or unreadable, does not hold the names asked for, or its
                mesh has faults that cannot be put right.
            EnvironmentMissing: the package that reads the format cannot be loaded.
        """
        found = self.of(read_file(self.path, self.facets_path))
        for change in found.changes:
            warnings.warn(f"mesh file {self.path}: {change}", CaseWarning, stacklevel=2)
        return found.mesh

    def of(self, read: FileMesh) -> Simplices:
        """Return the mesh with what was changed of it.

        Args:
            read: content of the file.

        Raises:
            MeshError: the file does not hold the names asked for, or its mesh has faults that
                cannot be put right.
        """
        naming = Naming(self.regions, self.faces, self.region_array)
        found = simplices_of(read, self.frame.dim, self.unit, naming)
        mesh = found.mesh
        if not self.any_size:
            check_size(mesh.points[np.unique(mesh.cells)], mesh.dim, self.unit)
        mesh = with_radii(mesh, self.frame)
        check_flat_cells(mesh)
        mesh, merged = sound(mesh)
        unused = check_faces(mesh, asked=bool(self.faces))
        return Simplices(mesh, [*found.changes, *merged], [*found.unused, *unused])

    def files(self) -> list[Path]:
        """Return all files that the mesh is read from, with included decks and files of numbers.

        Raises:
            MeshError: the file is missing or unreadable.
            EnvironmentMissing: the package that reads the format cannot be loaded.
        """
        return list(read_file(self.path, self.facets_path).files)
