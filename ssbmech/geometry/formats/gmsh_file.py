# SPDX-License-Identifier: BSD-3-Clause
"""Files that Gmsh reads: its own .msh, of any version, text or binary, and I-DEAS .unv."""

from __future__ import annotations

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
    known,
)
from ssbmech.geometry.session import GmshSession
from ssbmech.geometry.simplices import Ints

_BEGINNINGS = (b"$MeshFormat", b"$NOD", b"$Comments", b"$PhysicalNames", b"$PostFormat")
"""What a .msh file begins with; Gmsh would carry out anything else as a script."""

_SHAPES: tuple[tuple[str, Shape], ...] = (
    ("Point", POINT),
    ("Line", LINE),
    ("Triangle", TRIANGLE),
    ("Quadrilateral", QUAD),
    ("Quadrangle", QUAD),
    ("Tetrahedron", TETRA),
    ("Hexahedron", HEXAHEDRON),
    ("Prism", WEDGE),
    ("Pyramid", PYRAMID),
)
"""Shapes by the first word of Gmsh's names of elements."""


def read_msh(path: Path) -> FileMesh:
    """Return the mesh of a Gmsh file: its named sets are the physical groups.

    A physical group without a name is called by its number. Where no group holds cells, the array
    "entity" tells the geometrical entities apart.

    Args:
        path: the file.

    Raises:
        MeshError: the file is no mesh, or cut off.
    """
    with path.open("rb") as file:
        beginning = file.read(4096)
    if path.suffix.lower() == ".msh" and not beginning.lstrip().startswith(_BEGINNINGS):
        begun = beginning[:30].decode("latin-1").splitlines()[0]
        raise MeshError(
            f"it is no mesh of Gmsh, which begins with $MeshFormat: it begins with {begun!r}; if "
            "another program wrote it, let it write a format of its own, or convert it with meshio"
        )
    _check_end(path, beginning)
    with GmshSession() as gmsh:
        gmsh.open(str(path))
        if gmsh.model.getDimension() < 0:
            raise MeshError("Gmsh finds no mesh in it")
        return _read(gmsh, path)


def _check_end(path: Path, beginning: bytes) -> None:
    """Refuse a file that breaks off within a section, of which Gmsh reads what there is."""
    if not beginning.lstrip().startswith(b"$"):
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        tail = file.read().rstrip().rsplit(b"\n", 1)[-1].strip()
    if not tail.startswith((b"$End", b"$END")):
        raise MeshError("it is cut off: its last line is not the end of a section")


def _read(gmsh: Any, path: Path) -> FileMesh:
    """Return the mesh of the current model."""
    numbers, coordinates, _ = gmsh.model.mesh.getNodes()
    order = np.argsort(numbers)
    ordered = np.asarray(numbers, dtype=np.int64)[order]
    points = np.asarray(coordinates, dtype=np.float64).reshape(-1, 3)[order]
    blocks: list[Block] = []
    members: dict[tuple[int, int], list[Ints]] = {}
    entities: list[Ints] = []
    count = 0
    for dim, entity in gmsh.model.getEntities():
        types, _, nodes = gmsh.model.mesh.getElements(dim, entity)
        for kind, rows in zip(types, nodes, strict=True):
            block = _block(gmsh, int(kind), np.asarray(rows, dtype=np.int64), ordered)
            size = len(block.nodes)
            blocks.append(block)
            members.setdefault((dim, entity), []).append(np.arange(count, count + size))
            entities.append(np.full(size, entity, dtype=np.int64))
            count += size
    sets = _groups(gmsh, members)
    highest = max((b.shape.dim for b in blocks), default=0)
    bare = not any(s.dim == highest for s in sets)
    return FileMesh(
        format="Gmsh mesh" if path.suffix.lower() == ".msh" else f"{path.suffix[1:]} file",
        points=points,
        blocks=blocks,
        sets=sets,
        arrays={"entity": np.concatenate(entities)} if bare and entities and not sets else {},
        files=[path],
    )


def _block(gmsh: Any, kind: int, rows: Ints, ordered: Ints) -> Block:
    """Return elements of one kind."""
    name, _, _, per_element, _, _ = gmsh.model.mesh.getElementProperties(kind)
    shape = next((s for word, s in _SHAPES if name.startswith(word)), None)
    if shape is None or not known(shape, int(per_element)):
        raise MeshError(f"it holds elements of type {name}, which cannot be used")
    places = np.searchsorted(ordered, rows)
    if len(rows) and (places.max() >= len(ordered) or np.any(ordered[places] != rows)):
        raise MeshError("its elements have nodes that are not there")
    return Block(shape, places.reshape(-1, per_element))


def _groups(gmsh: Any, members: dict[tuple[int, int], list[Ints]]) -> list[NamedSet]:
    """Return the physical groups; two of one name and dimension are one set."""
    found: dict[tuple[int, str], list[Ints]] = {}
    for dim, tag in gmsh.model.getPhysicalGroups():
        name = gmsh.model.getPhysicalName(dim, tag).strip() or str(tag)
        parts = found.setdefault((dim, name), [])
        for entity in gmsh.model.getEntitiesForPhysicalGroup(dim, tag):
            parts += members.get((dim, int(entity)), [])
    empty = np.empty(0, dtype=np.int64)
    return [
        NamedSet(name, np.concatenate([empty, *parts]), dim=dim)
        for (dim, name), parts in found.items()
        if dim > 0
    ]
