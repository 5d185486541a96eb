# SPDX-License-Identifier: BSD-3-Clause
"""Exodus files (.e, .exo, .ex2, .g): element blocks, side sets and node sets with their names.

They are read here, as meshio leaves out side sets and the names of blocks and needs netCDF4; files
in the classic form of netCDF are read with SciPy, those in HDF5 with h5py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ssbmech.errors import EnvironmentMissing, MeshError
from ssbmech.geometry.formats.file_mesh import (
    HEXAHEDRON,
    LINE,
    POINT,
    PYRAMID,
    QUAD,
    TETRA,
    TRIANGLE,
    WEDGE,
    Block,
    FileMesh,
    NamedSet,
    Shape,
    in_space,
    known,
    padded_rows,
)
from ssbmech.geometry.simplices import Ints

_SHAPES: tuple[tuple[tuple[str, ...], Shape | dict[int, Shape]], ...] = (
    (("TRI", "TRISHELL"), TRIANGLE),
    (("QUAD",), QUAD),
    (("SHELL",), {3: TRIANGLE, 6: TRIANGLE, 4: QUAD, 8: QUAD, 9: QUAD}),
    (("TET",), TETRA),
    (("HEX",), HEXAHEDRON),
    (("WEDGE",), WEDGE),
    (("PYR",), PYRAMID),
    (("BAR", "BEAM", "EDGE", "TRUSS"), LINE),
    (("SPHERE", "CIRCLE", "NODE"), POINT),
)
"""Shapes by the beginning of Exodus's names of elements, which are written in many ways."""

_SIDES: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "tetrahedra": ((0, 1, 3), (1, 2, 3), (0, 2, 3), (0, 1, 2)),
    "pyramids": ((0, 1, 4), (1, 2, 4), (2, 3, 4), (0, 4, 3), (0, 3, 2, 1)),
    "wedges": ((0, 1, 4, 3), (1, 2, 5, 4), (0, 3, 5, 2), (0, 2, 1), (3, 4, 5)),
    "hexahedra": (
        *((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6)),
        *((0, 4, 7, 3), (0, 3, 2, 1), (4, 5, 6, 7)),
    ),
}
"""Corners of the sides 1, 2, ... of cells in space; those of plane cells go round them."""


@dataclass(frozen=True, slots=True)
class _Variables:
    """Variables of a netCDF file as arrays, and the type of elements of each block."""

    arrays: Mapping[str, Any]
    types: Mapping[str, str]

    def names(self, key: str, count: int, numbers: str) -> list[str]:
        """Return names of blocks or sets, or their numbers where they have none."""
        given = [_word(row) for row in self.arrays[key]] if key in self.arrays else []
        ids = np.asarray(self.arrays.get(numbers, np.arange(1, count + 1))).reshape(-1)
        given += [""] * (count - len(given))
        return [name or str(ids[i]) for i, name in enumerate(given[:count])]


def read_exodus(path: Path) -> FileMesh:
    """Return the mesh of an Exodus file.

    Args:
        path: the file.

    Raises:
        MeshError: the file is no Exodus file, or holds elements that cannot be used.
        EnvironmentMissing: it is written in a form that takes netCDF4.
    """
    data = _variables(path)
    connected = sorted((k for k in data.arrays if k.startswith("connect")), key=_number)
    points = _points(data)
    names = data.names("eb_names", len(connected), "eb_prop1")
    blocks, sets, start = [], [], 0
    for name, key in zip(names, connected, strict=True):
        block = _block(data.arrays[key], data.types.get(key, ""))
        blocks.append(block)
        sets.append(NamedSet(name, np.arange(start, start + len(block.nodes))))
        start += len(block.nodes)
    mesh = FileMesh("Exodus file", points, blocks, sets, files=[path])
    return FileMesh(
        format=mesh.format,
        points=points,
        blocks=blocks,
        sets=sets,
        sides=_side_sets(data, mesh),
        node_sets=_node_sets(data),
        files=[path],
    )


def _variables(path: Path) -> _Variables:
    """Return the variables of a file in any form of netCDF."""
    with path.open("rb") as file:
        magic = file.read(8)
    if magic.startswith(b"\x89HDF"):
        return _from_hdf5(path)
    if magic[:4] in (b"CDF\x01", b"CDF\x02"):
        return _from_classic(path)
    if magic.startswith(b"CDF"):
        return _from_netcdf4(path)
    raise MeshError("it is no Exodus file: these are netCDF files")


def _from_hdf5(path: Path) -> _Variables:
    import h5py

    with h5py.File(path) as file:
        sets = {k: v for k, v in file.items() if isinstance(v, h5py.Dataset) and _wanted(k)}
        types = {k: _word(v.attrs["elem_type"]) for k, v in sets.items() if "elem_type" in v.attrs}
        return _Variables({k: v[()] for k, v in sets.items()}, types)


def _from_classic(path: Path) -> _Variables:
    from scipy.io import netcdf_file

    with netcdf_file(path, mmap=False) as file:
        found = {k: v for k, v in file.variables.items() if _wanted(k)}
        types = {k: _word(v.elem_type) for k, v in found.items() if hasattr(v, "elem_type")}
        return _Variables({k: v.data.copy() for k, v in found.items()}, types)


def _from_netcdf4(path: Path) -> _Variables:
    try:
        import netCDF4
    except ImportError as error:
        raise EnvironmentMissing(
            f"{path} is written in the 64-bit form of netCDF, which takes the package netCDF4 to "
            "read: pip install 'ssbmech[mesh]', or write it as netCDF-4"
        ) from error
    with netCDF4.Dataset(path) as file:
        file.set_auto_mask(False)
        found = {k: v for k, v in file.variables.items() if _wanted(k)}
        types = {k: str(v.elem_type) for k, v in found.items() if hasattr(v, "elem_type")}
        return _Variables({k: np.asarray(v[:]) for k, v in found.items()}, types)


def _wanted(name: str) -> bool:
    """Return whether a variable belongs to the mesh, not to results on it."""
    return name.startswith(
        ("coord", "connect", "eb_", "ss_", "ns_", "elem_ss", "side_ss", "node_ns")
    ) and not name.startswith("coor_names")


def _word(value: Any) -> str:
    """Return the text of an attribute, or of a row of letters."""
    if isinstance(value, np.ndarray) and value.ndim:
        value = value.tobytes()
    if isinstance(value, bytes | np.bytes_):
        return bytes(value).split(b"\0")[0].decode("utf-8", "replace").strip()
    return str(value).split("\0")[0].strip()


def _number(key: str) -> int:
    """Return the number at the end of the name of a variable."""
    digits = key.lstrip("abcdefghijklmnopqrstuvwxyz_")
    return int(digits) if digits.isdigit() else 0


def _points(data: _Variables) -> Any:
    """Return the points, which old files keep in one variable."""
    if "coord" in data.arrays:
        return in_space(np.asarray(data.arrays["coord"], dtype=np.float64).T)
    axes = [data.arrays[f"coord{a}"] for a in "xyz" if f"coord{a}" in data.arrays]
    if not axes:
        raise MeshError("it is no Exodus file: it has no coordinates")
    return in_space(np.column_stack(axes).astype(np.float64))


def _block(connect: Any, kind: str) -> Block:
    """Return an element block."""
    nodes = np.asarray(connect, dtype=np.int64) - 1
    kind = kind.upper()
    for beginnings, shape in _SHAPES:
        if kind.startswith(beginnings):
            found = shape.get(nodes.shape[1]) if isinstance(shape, dict) else shape
            if found is not None and known(found, nodes.shape[1]):
                return Block(found, nodes)
    raise MeshError(
        f"it holds elements of type {kind or 'unknown'} with {nodes.shape[1]} nodes, which cannot "
        "be used"
    )


def _side_sets(data: _Variables, mesh: FileMesh) -> dict[str, Ints]:
    """Return the corner points of the facets of each side set."""
    keys = sorted((k for k in data.arrays if k.startswith("side_ss")), key=_number)
    names = _numbered(data, "ss_names", "ss_prop1", [_number(k) for k in keys])
    starts = np.array(mesh.starts())
    found = {}
    for name, key in zip(names, keys, strict=True):
        elements = np.asarray(data.arrays[key.replace("side_ss", "elem_ss")], dtype=np.int64) - 1
        sides = np.asarray(data.arrays[key], dtype=np.int64)
        owner = np.searchsorted(starts, elements, side="right") - 1
        offset = _shell_offset(mesh, owner, sides)
        rows = [
            _side(mesh.blocks[int(b)], int(e - starts[b]), int(s) - offset, name)
            for b, e, s in zip(owner, elements, sides, strict=True)
        ]
        found[name] = padded_rows(rows)
    return found


def _shell_offset(mesh: FileMesh, owner: Ints, sides: Ints) -> int:
    """Return by how much the sides of plane cells are counted up: shells begin with their faces."""
    corners = np.array([b.shape.corners if b.shape.dim == 2 else 99 for b in mesh.blocks])
    return 2 if len(sides) and np.any(sides > corners[owner]) else 0


def _side(block: Block, element: int, side: int, name: str) -> list[int]:
    """Return the corner points of a side of an element."""
    sides = _SIDES.get(block.shape.name, block.shape.sides)
    if not 0 < side <= len(sides) or not 0 <= element < len(block.nodes):
        raise MeshError(f"side set {name!r} has a side {side} of one of the {block.shape.name}")
    return [int(n) for n in block.nodes[element, list(sides[side - 1])]]


def _node_sets(data: _Variables) -> dict[str, Ints]:
    """Return the node sets."""
    keys = sorted((k for k in data.arrays if k.startswith("node_ns")), key=_number)
    names = _numbered(data, "ns_names", "ns_prop1", [_number(k) for k in keys])
    return {
        name: np.asarray(data.arrays[key], dtype=np.int64).reshape(-1) - 1
        for name, key in zip(names, keys, strict=True)
    }


def _numbered(data: _Variables, names: str, ids: str, numbers: list[int]) -> list[str]:
    """Return the names of those sets whose variables are there: empty sets have none."""
    every = data.names(names, max(numbers, default=0), ids)
    return [every[n - 1] for n in numbers]
