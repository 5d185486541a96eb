# SPDX-License-Identifier: BSD-3-Clause
"""XDMF as DOLFINx writes it: a grid with the mesh, and grids with tags of cells and facets.

Numbers stand in the file itself or in an HDF5 file beside it. A file of tags alone belongs to the
points of the mesh that it was written with.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.formats.file_mesh import (
    HEXAHEDRON,
    LINE,
    NONE,
    POINT,
    QUAD,
    TETRA,
    TRIANGLE,
    Block,
    FileMesh,
    Shape,
    in_space,
    known,
)
from ssbmech.geometry.simplices import Floats, Ints

_TOPOLOGIES: Mapping[str, tuple[Shape, int]] = {
    "POLYVERTEX": (POINT, 1),
    "POLYLINE": (LINE, 2),
    "EDGE_3": (LINE, 3),
    "TRIANGLE": (TRIANGLE, 3),
    "TRIANGLE_6": (TRIANGLE, 6),
    "TRI_6": (TRIANGLE, 6),
    "QUADRILATERAL": (QUAD, 4),
    "QUADRILATERAL_8": (QUAD, 8),
    "QUADRILATERAL_9": (QUAD, 9),
    "TETRAHEDRON": (TETRA, 4),
    "TETRAHEDRON_10": (TETRA, 10),
    "TET_10": (TETRA, 10),
    "HEXAHEDRON": (HEXAHEDRON, 8),
    "HEXAHEDRON_20": (HEXAHEDRON, 20),
    "HEXAHEDRON_27": (HEXAHEDRON, 27),
}


@dataclass(slots=True)
class _Grids:
    """What the grids of one file hold.

    Attributes:
        points: its points, None if it has none of its own.
        blocks: elements of each grid.
        arrays: name, number of the block and values of each integer cell array.
        files: all files that were read.
        ignored: what was passed over.
    """

    points: Floats | None = None
    blocks: list[Block] = field(default_factory=list)
    arrays: list[tuple[str, int, Ints]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


class NotSimple(Exception):
    """A file in parts of XDMF that are not read here, but maybe by meshio."""


def read_xdmf(path: Path, facets: Path | None = None) -> FileMesh:
    """Return the mesh of an XDMF file, with tags of facets from another file, if any.

    Args:
        path: file with the mesh.
        facets: file with tags of facets.

    Raises:
        MeshError: a file is damaged, or there is no mesh in it.
        NotSimple: the file has grids of other kinds.
    """
    grids = _read(path)
    if grids.points is None or not grids.blocks:
        raise MeshError("it holds tags, but no mesh: name the file with the mesh as path")
    mesh = _joined(grids)
    return mesh if facets is None else _with_facets(mesh, _read(facets), facets)


def _read(path: Path) -> _Grids:
    """Return what a file holds."""
    try:
        root = ET.parse(path).getroot()
    except ET.ParseError as error:
        raise MeshError(f"{path.name} is no XDMF file: {error}") from error
    if root.tag != "Xdmf":
        raise MeshError(f"{path.name} is no XDMF file: it begins with <{root.tag}>")
    found = _Grids(files=[path])
    if root.find(".//DataItem[@Format='Binary']") is not None:
        raise NotSimple
    for grid in root.iter("Grid"):
        kind = grid.get("GridType", "Uniform").capitalize()
        if kind == "Uniform":
            _take(grid, path, found)
        elif grid.get("CollectionType", "").capitalize() == "Spatial" or kind == "Tree":
            raise NotSimple
    return found


def _take(grid: ET.Element, path: Path, found: _Grids) -> None:
    """Add what a grid holds."""
    topology = grid.find("Topology")
    geometry = grid.find("Geometry")
    if geometry is not None and found.points is None:
        found.points = _points(geometry, path, found)
    elif geometry is not None:
        raise NotSimple
    if topology is None:
        return
    name = topology.get("TopologyType", topology.get("Type", "")).upper()
    if name not in _TOPOLOGIES:
        raise NotSimple
    shape, count = _TOPOLOGIES[name]
    rows = _numbers(topology, path, found)
    if rows.size % count or not known(shape, count):
        raise MeshError(f"{path.name}: its {shape.name} are not given by {count} points each")
    number = len(found.blocks)
    found.blocks.append(Block(shape, rows.astype(np.int64).reshape(-1, count)))
    for attribute in grid.findall("Attribute"):
        if attribute.get("Center", "Node").capitalize() != "Cell":
            continue
        values = _numbers(attribute, path, found)
        if values.size == len(found.blocks[number].nodes) and np.all(values == np.rint(values)):
            name = attribute.get("Name", grid.get("Name", "tags"))
            found.arrays.append((name, number, values.reshape(-1).astype(np.int64)))
        else:
            found.ignored.append(f"array {attribute.get('Name')!r}: no integer per cell")


def _points(geometry: ET.Element, path: Path, found: _Grids) -> Floats:
    """Return the points of a grid."""
    kind = geometry.get("GeometryType", geometry.get("Type", "XYZ")).upper()
    if kind not in ("XY", "XYZ"):
        raise NotSimple
    return in_space(_numbers(geometry, path, found).astype(np.float64).reshape(-1, len(kind)))


def _numbers(element: ET.Element, path: Path, found: _Grids) -> Any:
    """Return the numbers of a data item."""
    item = element.find("DataItem")
    if item is None or not (item.text or "").strip():
        raise MeshError(f"{path.name}: a <{element.tag}> has no numbers")
    text = (item.text or "").strip()
    if item.get("Format", "XML").upper() == "XML":
        return np.array(text.split(), dtype=np.float64)
    return _from_hdf5(text, path, found)


def _from_hdf5(text: str, path: Path, found: _Grids) -> Any:
    """Return the numbers of a data set in an HDF5 file, given as file:/path."""
    import h5py

    name, _, inside = text.partition(":")
    beside = path.parent / name.strip()
    if not beside.is_file():
        raise MeshError(
            f"{path.name} keeps its numbers in {name}, which is not there: the two files belong "
            "together"
        )
    if beside not in found.files:
        found.files.append(beside)
    with h5py.File(beside) as file:
        if inside not in file:
            raise MeshError(f"{name} has no {inside}, in which {path.name} keeps its numbers")
        return np.asarray(file[inside][()])


def _joined(grids: _Grids) -> FileMesh:
    """Return the grids of a file as a mesh: the first is the mesh, the others carry tags."""
    first = grids.blocks[0].shape.dim
    blocks = [grids.blocks[0]]
    facets = [i for i, b in enumerate(grids.blocks) if b.shape.dim < first]
    blocks += [grids.blocks[i] for i in facets]
    kept = [0, *facets]
    starts = [0, *np.cumsum([len(b.nodes) for b in blocks]).tolist()]
    arrays: dict[str, Ints] = {}
    for name, number, values in grids.arrays:
        shape = grids.blocks[number].shape
        if shape.dim > first:
            raise NotSimple
        place = kept.index(number) if number in kept else 0
        ours, theirs = blocks[place].corners, grids.blocks[number].corners
        rows = _find_cells(ours, theirs)
        while name in arrays and np.any(arrays[name][starts[place] : starts[place + 1]] != NONE):
            name += "_"
        spread = arrays.setdefault(name, np.full(starts[-1], NONE, dtype=np.int64))
        spread[starts[place] + rows] = values
    return FileMesh(
        format="XDMF file",
        points=grids.points if grids.points is not None else np.empty((0, 3)),
        blocks=blocks,
        arrays=arrays,
        ignored=grids.ignored,
        files=grids.files,
    )


def _find_cells(cells: Ints, wanted: Ints) -> Ints:
    """Return the numbers of cells given by their corners in whatever order."""
    if cells.shape != wanted.shape or not np.array_equal(cells, wanted):
        both = np.sort(np.concatenate([cells, wanted]), axis=1)
        _, number = np.unique(both, axis=0, return_inverse=True)
        number = number.reshape(-1)
        where = np.full(number.max(initial=0) + 1, -1, dtype=np.int64)
        where[number[: len(cells)]] = np.arange(len(cells))
        found: Ints = where[number[len(cells) :]]
        if np.any(found < 0):
            raise MeshError("its tags are of cells that its mesh does not have")
        return found
    return np.arange(len(cells))


def _with_facets(mesh: FileMesh, grids: _Grids, path: Path) -> FileMesh:
    """Return a mesh with the tags of another file: those of facets, and of cells if it has some."""
    points = mesh.points
    moved: Ints = np.arange(len(points))
    if grids.points is not None:
        moved = _matched(points, grids.points, path)
    blocks, arrays = list(mesh.blocks), dict(mesh.arrays)
    for name, number, values in grids.arrays:
        block = grids.blocks[number]
        if block.nodes.max(initial=0) >= len(moved):
            raise MeshError(f"{path.name} has tags of points that the mesh does not have")
        total = sum(len(b.nodes) for b in blocks)
        corners = moved[block.corners]
        if block.shape.dim == blocks[0].shape.dim:
            rows = _find_cells(blocks[0].corners, corners)
        else:
            blocks.append(Block(block.shape, corners))
            rows = np.arange(total, total + len(corners))
            total += len(corners)
        old = arrays.get(name, np.empty(0, dtype=np.int64))
        spread = np.concatenate([old, np.full(total - len(old), NONE, dtype=np.int64)])
        spread[rows] = values
        arrays[name] = spread
    total = sum(len(b.nodes) for b in blocks)
    padded = {
        n: np.concatenate([a, np.full(total - len(a), NONE, dtype=np.int64)])
        for n, a in arrays.items()
    }
    return replace(mesh, blocks=blocks, arrays=padded, files=[*mesh.files, *grids.files])


def _matched(points: Floats, others: Floats, path: Path) -> Ints:
    """Return the number of the point at which each point of another file lies."""
    from scipy.spatial import cKDTree

    size = float(np.max(np.ptp(points, axis=0), initial=0.0))
    distance, number = cKDTree(points).query(others)
    if np.any(distance > 1e-9 * size):
        raise MeshError(
            f"{path.name} has points that the mesh does not have: it is of another mesh"
        )
    return np.asarray(number, dtype=np.int64)
