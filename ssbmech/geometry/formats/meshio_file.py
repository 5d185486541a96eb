# SPDX-License-Identifier: BSD-3-Clause
"""Everything else that the package meshio reads: VTU, VTK, Nastran, Medit, SU2 and others."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np

from ssbmech.errors import EnvironmentMissing, MeshError
from ssbmech.geometry.formats.file_mesh import (
    HEXAHEDRON,
    LINE,
    NONE,
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

_SHAPES: dict[str, Shape] = {
    "vertex": POINT,
    "line": LINE,
    "triangle": TRIANGLE,
    "quad": QUAD,
    "tetra": TETRA,
    "pyramid": PYRAMID,
    "wedge": WEDGE,
    "hexahedron": HEXAHEDRON,
}
"""Shapes by meshio's names without their number of nodes."""


def read_with_meshio(path: Path) -> FileMesh:
    """Return the mesh of a file in a format of meshio.

    Args:
        path: the file.

    Raises:
        MeshError: no reader takes the file, or it holds elements that cannot be used.
        EnvironmentMissing: meshio, or a package that it needs for the format, is not there.
    """
    read = _opened(path)
    blocks = [_block(block) for block in read.cells]
    starts = [0, *np.cumsum([len(b.nodes) for b in blocks]).tolist()]
    sets = [_set(name, parts, starts) for name, parts in read.cell_sets.items()]
    arrays, ignored = _arrays(read)
    return FileMesh(
        format=f"{path.suffix[1:]} file (read by meshio)",
        points=in_space(np.asarray(read.points, dtype=np.float64)),
        blocks=blocks,
        sets=[s for s in sets if s is not None],
        node_sets={n: np.asarray(v, dtype=np.int64) for n, v in read.point_sets.items()},
        arrays=arrays,
        ignored=ignored,
        files=[path],
    )


def endings() -> list[str]:
    """Return the endings of the files that meshio reads; none if it is not there."""
    try:
        import meshio
    except ImportError:
        return []
    return sorted(meshio.extension_to_filetypes)


def _opened(path: Path) -> Any:
    """Return what meshio reads from a file, without the words that it prints."""
    try:
        import meshio
    except ImportError as error:
        raise EnvironmentMissing(
            f"{path} cannot be read without the Python package meshio: pip install 'ssbmech[mesh]'"
        ) from error
    if path.suffix.lower() not in endings():
        raise MeshError(
            f"files that end in {path.suffix or 'nothing'!r} are not read: write it as Gmsh "
            "(.msh), Abaqus (.inp), MED, Exodus, XDMF, VTU or NASTRAN"
        )
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            return meshio.read(path)
    except ImportError as error:
        raise EnvironmentMissing(
            f"{path} cannot be read without the package {error.name}: pip install 'ssbmech[mesh]'"
        ) from error
    except SystemExit as error:  # its answer to a file that none of its readers takes
        words = [line for line in said.getvalue().splitlines() if line.strip()]
        raise MeshError(f"it cannot be read: {' '.join(words) or 'no reader takes it'}") from error


def _block(block: Any) -> Block:
    """Return a block of cells."""
    nodes = np.asarray(block.data, dtype=np.int64)
    shape = _SHAPES.get(str(block.type).rstrip("0123456789"))
    if shape is None or not known(shape, nodes.shape[1]):
        raise MeshError(
            f"it holds cells of type {block.type}: only triangles and tetrahedra, and what can be "
            "cut into them, can be used"
        )
    return Block(shape, nodes)


def _set(name: str, parts: Any, starts: list[int]) -> NamedSet | None:
    """Return a set, given by the members of each block."""
    found = [
        start + np.asarray(part, dtype=np.int64)
        for start, part in zip(starts, parts, strict=False)
        if part is not None and len(part)
    ]
    return NamedSet(name.strip(), np.concatenate(found)) if found else None


def _arrays(read: Any) -> tuple[dict[str, Ints], list[str]]:
    """Return the integer cell arrays, or where there are none those of whole numbers.

    The others are named in words.
    """
    integers: dict[str, Ints] = {}
    whole: dict[str, Ints] = {}
    ignored = []
    for name, parts in read.cell_data.items():
        values = [np.asarray(part) for part in parts]
        if any(v.ndim > 1 and v.size != len(v) for v in values):
            ignored.append(f"array {name!r}: several numbers per cell")
            continue
        flat = np.concatenate([v.reshape(-1) for v in values])
        if np.issubdtype(flat.dtype, np.integer):
            integers[name] = flat.astype(np.int64)
        elif np.issubdtype(flat.dtype, np.number) and np.all(np.abs(flat) < -NONE):
            rounded = np.rint(flat).astype(np.int64)
            if np.all(rounded == flat):
                whole[name] = rounded
                continue
            ignored.append(f"array {name!r}: its values are not whole numbers")
    if integers:
        ignored += [f"array {name!r}: its values are not integers" for name in whole]
    return integers or whole, ignored
