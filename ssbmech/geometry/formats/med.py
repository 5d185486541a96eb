# SPDX-License-Identifier: BSD-3-Clause
"""MED files of Salome: groups of cells and facets by the families that hold their names.

A MED file is an HDF5 file. Each element carries the number of its family, and each family the names
of all groups it is part of. Read here are files of MED 2 (no time steps), 3 and 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ssbmech.errors import MeshError
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
)
from ssbmech.geometry.simplices import Ints

_SHAPES: Mapping[str, Shape] = {
    "PO": POINT,
    "SE": LINE,
    "TR": TRIANGLE,
    "QU": QUAD,
    "TE": TETRA,
    "T1": TETRA,
    "T2": TETRA,
    "PY": PYRAMID,
    "P1": PYRAMID,
    "PE": WEDGE,
    "HE": HEXAHEDRON,
    "H2": HEXAHEDRON,
}
"""Shapes by the first letters of a geometry's name: TR3, TE4, T10, PY5, P13, PE6, P15, HE8, H20."""

_WEDGES = ("P15", "P18")
"""Geometries whose first letters are those of pyramids."""

NAME_LENGTH = 80
"""Bytes of the name of a group [1]."""


def read_med(path: Path) -> FileMesh:
    """Return the mesh of a MED file.

    Args:
        path: the file.

    Raises:
        MeshError: the file holds no mesh, several, or elements that cannot be used.
    """
    import h5py

    with h5py.File(path) as file:
        if "ENS_MAA" not in file or len(file["ENS_MAA"]) == 0:
            raise MeshError("it is no MED file with a mesh in it: it has no ENS_MAA")
        names = list(file["ENS_MAA"])
        if len(names) > 1:
            raise MeshError(
                f"it holds {len(names)} meshes ({', '.join(names)}): export the one that is meant"
            )
        mesh = _last_step(file["ENS_MAA"][names[0]])
        return _read(mesh, _families(file, names[0]), path)


def _last_step(mesh: Any) -> Any:
    """Return the group with nodes and cells: of MED 3 and 4 below that of a time step."""
    if "NOE" in mesh:
        return mesh
    steps = [mesh[name] for name in mesh if "NOE" in mesh[name]]
    if not steps:
        raise MeshError("its mesh has no nodes: structured grids cannot be used")
    return steps[-1]


def _read(mesh: Any, families: Mapping[str, Mapping[int, list[str]]], path: Path) -> FileMesh:
    """Return the mesh of a group of a file."""
    coordinates = mesh["NOE"]["COO"]
    count = int(coordinates.attrs["NBR"])
    points = np.asarray(coordinates[()], dtype=np.float64).reshape(count, -1, order="F")
    blocks, numbers, ignored = [], [], []
    for kind in mesh.get("MAI", ()):
        group = mesh["MAI"][kind]
        block = _block(kind, group)
        if block is None:
            raise MeshError(f"it holds elements of type {kind}, which cannot be used")
        blocks.append(block)
        numbers.append(_family_numbers(group, len(block.nodes)))
    if not families:
        ignored.append("families: there are none, so no cell has a name")
    every = np.concatenate([np.empty(0, dtype=np.int64), *numbers])
    nodes = _family_numbers(mesh["NOE"], count)
    named = any(families.get("ELEME", {}).values())
    return FileMesh(
        format="MED file",
        points=in_space(points),
        blocks=blocks,
        sets=[
            NamedSet(name, members)
            for name, members in _groups(families.get("ELEME", {}), every).items()
        ],
        node_sets=_groups(families.get("NOEUD", {}), nodes),
        arrays={} if named or not every.any() else {"family": every},
        ignored=ignored,
        files=[path],
    )


def _block(kind: str, group: Any) -> Block | None:
    """Return the elements of one kind, None if they cannot be used."""
    if "NOD" not in group:
        return None
    nodes = group["NOD"]
    count = int(nodes.attrs["NBR"])
    rows = np.asarray(nodes[()], dtype=np.int64).reshape(count, -1, order="F") - 1
    shape = WEDGE if kind in _WEDGES else _SHAPES.get(kind[:2])
    return Block(shape, rows) if shape is not None and known(shape, rows.shape[1]) else None


def _family_numbers(group: Any, count: int) -> Ints:
    """Return the number of the family of each node or element; zero is none."""
    if "FAM" not in group:
        return np.zeros(count, dtype=np.int64)
    return np.asarray(group["FAM"][()], dtype=np.int64).reshape(-1)


def _families(file: Any, mesh: str) -> dict[str, dict[int, list[str]]]:
    """Return the names of the groups of each family, for elements and for nodes."""
    if "FAS" not in file or mesh not in file["FAS"]:
        return {}
    there = file["FAS"][mesh]
    return {
        kind: {int(f.attrs["NUM"]): _group_names(f) for f in _numbered(there[kind])}
        for kind in ("ELEME", "NOEUD")
        if kind in there
    }


def _numbered(group: Any) -> Iterator[Any]:
    """Yield the families below a group; a slash in the name of one makes levels of groups."""
    for below in group.values():
        if "NUM" in below.attrs:
            yield below
        elif hasattr(below, "values"):
            yield from _numbered(below)


def _group_names(family: Any) -> list[str]:
    """Return the groups that a family is part of."""
    if "GRO" not in family or "NOM" not in family["GRO"]:
        return []
    raw = np.ascontiguousarray(family["GRO"]["NOM"][()]).tobytes()
    rows = (raw[i : i + NAME_LENGTH] for i in range(0, len(raw), NAME_LENGTH))
    return [_text(row.split(b"\0")[0]) for row in rows]


def _text(raw: bytes) -> str:
    """Return a name, in UTF-8 or Latin-1."""
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()


def _groups(families: Mapping[int, Iterable[str]], numbers: Ints) -> dict[str, Ints]:
    """Return the members of each group, of however many families it is made."""
    parts: dict[str, list[Ints]] = {}
    for number, names in families.items():
        members = np.flatnonzero(numbers == number)
        for name in names:
            parts.setdefault(name, []).append(members)
    return {name: np.unique(np.concatenate(found)) for name, found in parts.items()}
