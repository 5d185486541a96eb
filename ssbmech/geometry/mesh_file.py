# SPDX-License-Identifier: BSD-3-Clause
"""Meshes made elsewhere: Gmsh, Abaqus, and through meshio Exodus, VTU, XDMF and others.

Regions are the named sets of cells of the file: physical groups (.msh), element sets (.inp),
element blocks (Exodus), or the values of an integer cell array. Faces are named sets of facets;
flat sides of the bounding box need no name.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mpi4py import MPI

import numpy as np

from ssbmech.errors import EnvironmentMissing, MeshError
from ssbmech.geometry.abaqus import read_inp
from ssbmech.geometry.session import read_msh
from ssbmech.geometry.simplices import Ints, SimplexMesh
from ssbmech.geometry.tagged_mesh import MeshSource, TaggedMesh
from ssbmech.parameter import parameter, validate_parameters

_EXODUS = (".e", ".ex2", ".exo")

_SIMPLICES = ("line", "line3", "triangle", "triangle6", "tetra", "tetra10")
"""Cell types of meshio that can serve as cells or facets."""

_UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SystemExit,  # meshio's answer to a file that none of its readers takes
    TypeError,
    ValueError,
    struct.error,
)
"""What the readers of meshio raise on a damaged file."""


@dataclass(frozen=True, kw_only=True)
class MeshFile(MeshSource):
    """A mesh in a file, of triangles or tetrahedra; sides of quadratic cells become straight.

    Attributes:
        path: the file; its ending tells the format.
        unit: length unit of the file [m].
        regions: region that each named set of cells belongs to; empty: every set is a region of its
            own name. Needed where the file also holds sets that overlap, such as one of all cells.
        faces: face that each named set of facets or points belongs to; empty: every set of facets
            is a face of its own name, and sets of points are not used.
        region_array: integer cell array whose values tell the regions apart (a region is called by
            its value, "1", "2", ...); None: the only one there is, if the file names no sets.

    Raises:
        ParameterError: a number is out of its bounds.
    """

    path: Path
    unit: float = parameter("m", low=0.0, low_open=True, default=1.0, doc="length unit of the file")
    regions: Mapping[str, str] = field(default_factory=dict)
    faces: Mapping[str, str] = field(default_factory=dict)
    region_array: str | None = None

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        object.__setattr__(self, "path", Path(self.path))

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
        """Return the mesh, in this process alone.

        Raises:
            MeshError: the file is missing or unreadable, or does not hold the names asked for.
            EnvironmentMissing: the package that reads the format cannot be loaded.
        """
        if not self.path.is_file():
            raise MeshError("there is no such file")
        read = _READERS.get(self.path.suffix.lower())
        if read is None:
            mesh = _read_meshio(self.path, self.frame.dim, self.unit, self.region_array)
        else:
            mesh = read(self.path, self.frame.dim, self.unit)
        _check_known("set of cells", self.regions, mesh.regions)
        _check_known("set of facets or points", self.faces, {**mesh.faces, **mesh.node_sets})
        return replace(
            mesh,
            regions=_merged(mesh.regions, self.regions),
            faces=_merged(mesh.faces, self.faces),
            node_sets=_merged(mesh.node_sets, self.faces) if self.faces else {},
        )


_READERS: Mapping[str, Callable[[Path, int, float], SimplexMesh]] = {
    ".msh": read_msh,
    ".inp": read_inp,
}
"""Readers of formats that do not go through meshio."""


def _check_known(kind: str, asked: Mapping[str, str], there: Mapping[str, Ints]) -> None:
    """Refuse a name that the file does not hold."""
    for name in asked:
        if name not in there:
            raise MeshError(
                f"there is no {kind} {name!r}: the file has {', '.join(there) or 'none'}"
            )


def _merged(sets: Mapping[str, Ints], names: Mapping[str, str]) -> dict[str, Ints]:
    """Return the sets under their new names, joined where these are equal; all if none is named."""
    merged: dict[str, Ints] = {}
    for name, members in sets.items():
        if not names:
            merged[name] = members
        elif name in names:
            new = names[name]
            merged[new] = np.concatenate([merged[new], members]) if new in merged else members
    return merged


def _read_meshio(path: Path, dim: int, unit: float, array: str | None) -> SimplexMesh:
    """Return the mesh of a file in one of meshio's formats."""
    read = _opened(path)
    block_names = _exodus_names(path, read) if path.suffix.lower() in _EXODUS else []
    cells = _blocks(read, dim)
    facets = _blocks(read, dim - 1)
    if any(block.dim > dim for block in read.cells):
        raise MeshError(f"it holds solid cells, but a mesh of dimension {dim} is asked for")

    regions = {} if array else _named_sets(read, cells)
    if not regions and not array and block_names:
        regions = {name: np.empty(0, dtype=np.int64) for name in block_names}
        for name, (start, rows) in zip(block_names, cells.values(), strict=False):
            regions[name] = np.append(regions[name], np.arange(start, start + len(rows)))
    if not regions:
        regions = _array_sets(read, cells, array)
    facet_rows = np.concatenate(
        [np.empty((0, dim), dtype=np.int64), *(r for _, r in facets.values())]
    )
    points = np.zeros((len(read.points), 3))
    points[:, : read.points.shape[1]] = read.points * unit
    return SimplexMesh(
        points=points,
        cells=np.concatenate(
            [np.empty((0, dim + 1), dtype=np.int64), *(r for _, r in cells.values())]
        ),
        regions=regions,
        faces={name: facet_rows[members] for name, members in _named_sets(read, facets).items()},
        node_sets={
            name: np.asarray(nodes, dtype=np.int64) for name, nodes in read.point_sets.items()
        },
    )


def _opened(path: Path) -> Any:
    """Return what meshio reads from a file."""
    try:
        import meshio
    except ImportError as error:
        raise EnvironmentMissing(
            f"{path} cannot be read without the Python package meshio: pip install 'ssbmech[mesh]'"
        ) from error
    try:
        return meshio.read(path)
    except ImportError as error:
        raise EnvironmentMissing(
            f"{path} cannot be read without the package {error.name}: pip install 'ssbmech[mesh]'"
        ) from error
    except (meshio.ReadError, *_UNREADABLE) as error:
        raise MeshError(f"it cannot be read ({type(error).__name__}: {error})") from error


def _blocks(read: Any, dim: int) -> dict[int, tuple[int, Ints]]:
    """Return first cell and corners of the blocks of one dimension, by number of the block."""
    blocks: dict[int, tuple[int, Ints]] = {}
    start = 0
    for number, block in enumerate(read.cells):
        if block.dim != dim or dim == 0:
            continue
        if block.type not in _SIMPLICES:
            raise MeshError(
                f"it holds cells of type {block.type}: only triangles and tetrahedra can be used"
            )
        blocks[number] = (start, np.asarray(block.data, dtype=np.int64)[:, : dim + 1])
        start += len(block.data)
    return blocks


def _named_sets(read: Any, blocks: Mapping[int, tuple[int, Ints]]) -> dict[str, Ints]:
    """Return the named sets that have members in the given blocks."""
    found: dict[str, Ints] = {}
    for name, by_block in read.cell_sets.items():
        parts = [
            start + np.asarray(by_block[number], dtype=np.int64)
            for number, (start, _) in blocks.items()
            if number < len(by_block) and by_block[number] is not None
        ]
        members = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
        if len(members):
            found[name] = members
    return found


def _array_sets(
    read: Any, blocks: Mapping[int, tuple[int, Ints]], array: str | None
) -> dict[str, Ints]:
    """Return one set for each value of an integer cell array."""
    there = [
        name
        for name, by_block in read.cell_data.items()
        if all(np.issubdtype(np.asarray(by_block[n]).dtype, np.integer) for n in blocks)
    ]
    if array is None and len(there) == 1:
        array = there[0]
    if array not in there:
        raise MeshError(
            "its regions cannot be told apart: name the integer cell array that does it "
            f"(region_array); it has {', '.join(there) or 'none'}"
        )
    values = np.concatenate([np.asarray(read.cell_data[array][n]).reshape(-1) for n in blocks])
    return {str(value): np.flatnonzero(values == value) for value in np.unique(values)}


def _exodus_names(path: Path, read: Any) -> list[str]:
    """Return the names of the element blocks, which meshio leaves out, or their numbers."""
    import netCDF4

    names = [""] * len(read.cells)
    with netCDF4.Dataset(path) as data:
        if "eb_names" in data.variables:
            rows = data.variables["eb_names"]
            rows.set_auto_mask(False)
            names = [b"".join(row).split(b"\0")[0].decode().strip() for row in rows[:]]
    return [name or str(number) for number, name in enumerate(names, start=1)]
