# SPDX-License-Identifier: BSD-3-Clause
"""What a mesh file holds, what it is taken for, and how a case would name it.

``ssbmech check cell.inp`` prints it. The unit is guessed from the size if it is not given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import factorial
from pathlib import Path

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.frames import Axisymmetric, Frame, PlaneStrain, ThreeDimensional
from ssbmech.geometry.formats.file_mesh import FileMesh
from ssbmech.geometry.formats.reading import read_file
from ssbmech.geometry.mesh_file import MeshFile
from ssbmech.geometry.naming import listed
from ssbmech.geometry.plausible import UNITS, likely_units, readable, written
from ssbmech.geometry.simplices import SIDES, Floats, Ints, LabelledMesh, label, shape_quality

FRAMES: Mapping[str, Frame] = {
    "plane": PlaneStrain(),
    "axisymmetric": Axisymmetric(),
    "space": ThreeDimensional(),
}
"""Frames by the words of the command line."""


@dataclass(frozen=True, slots=True)
class Question:
    """A mesh file and how it is to be read.

    Attributes:
        path: the file.
        unit: name of its length unit; None: what makes a cell of it.
        frame: one of `FRAMES`; None: by the dimension of the cells.
        array: integer cell array that tells the regions apart; None: the only one.
        facets: second XDMF file, with tags of facets.
    """

    path: Path
    unit: str | None = None
    frame: str | None = None
    array: str | None = None
    facets: Path | None = None


def describe(question: Question) -> tuple[str, bool]:
    """Return what a mesh file holds in words, and whether it can be used as it is.

    Args:
        question: the file and how it is to be read.

    Raises:
        MeshError: the file cannot be read.
        EnvironmentMissing: the package that reads the format cannot be loaded.
    """
    read = read_file(question.path, question.facets)
    lines = [("file", f"{question.path}: {read.format}"), *_content(read)]
    frame = FRAMES[question.frame] if question.frame else _frame_of(read)
    if read.highest < 2:
        lines.append(("error", "it holds no triangles and no tetrahedra"))
        return _text(lines), False
    sizes = _sizes(read)
    unit, words = _unit(sizes, question.unit)
    lines += [("extents", words), ("taken as", f"{type(frame).__name__}, unit={unit}")]
    mesh_file = MeshFile(
        path=question.path,
        frame=frame,
        unit=UNITS[unit],
        region_array=question.array,
        facets_path=question.facets,
    )
    try:
        found = mesh_file.of(read)
        labelled = label(found.mesh)
    except MeshError as error:
        lines += [("error", str(error)), *_sets(read)]
        return _text(lines) + _snippet(question, read, frame, unit), False
    lines += _labelled(labelled, frame)
    lines += [("changed", change) for change in found.changes]
    lines += [("unused", words) for words in found.unused]
    return _text(lines) + _snippet(question, read, frame, unit), True


def _text(lines: list[tuple[str, str]]) -> str:
    """Return names and words as lines, a name that goes on said once."""
    before = ""
    text = ""
    for name, words in lines:
        text += f"{'' if name == before else name:<12}{words}\n"
        before = name
    return text


def _content(read: FileMesh) -> Iterator[tuple[str, str]]:
    """Yield what is in the file."""
    kinds: dict[str, int] = {}
    for block in read.blocks:
        per = block.nodes.shape[1]
        name = block.shape.name + ("" if per == block.shape.corners else f" of {per} points")
        kinds[name] = kinds.get(name, 0) + len(block.nodes)
    words = [f"{len(read.points)} points", *(f"{count} {name}" for name, count in kinds.items())]
    yield "holds", ", ".join(words)
    if len(read.files) > 1:
        yield "with", ", ".join(str(file) for file in read.files[1:])


def _sets(read: FileMesh) -> Iterator[tuple[str, str]]:
    """Yield the sets of a file, for the names of which a message may ask."""
    for given in read.sets:
        if not given.internal:
            yield "set", f"{given.name!r}: {len(given.members)} elements"
    for name, rows in read.sides.items():
        if name not in read.internal:
            yield "surface", f"{name!r}: {len(rows)} facets"
    for name, nodes in read.node_sets.items():
        if name not in read.internal:
            yield "points", f"{name!r}: {len(nodes)} points"
    for name in read.arrays:
        yield "array", f"{name!r} of integers, one for each cell"


def _frame_of(read: FileMesh) -> Frame:
    """Return a frame that suits the cells."""
    return FRAMES["space" if read.highest == 3 else "plane"]


def _sizes(read: FileMesh) -> Floats:
    """Return the extents of the cells in the unit of the file, without one that is nothing."""
    cells = [b.corners.reshape(-1) for b in read.blocks if b.shape.dim == read.highest]
    points = read.points[np.concatenate(cells)]
    extent = np.ptp(points, axis=0) if len(points) else np.zeros(3)
    kept = np.sort(np.argsort(-extent, kind="stable")[: read.highest])
    found: Floats = extent[kept]
    return found


def _unit(sizes: Floats, given: str | None) -> tuple[str, str]:
    """Return the name of the unit, and how large the mesh is in words."""
    numbers = " x ".join(f"{size:.6g}" for size in sizes)
    if given is not None:
        return given, f"{numbers} {given}"
    likely = likely_units(sizes) if sizes.min() > 0 else []
    if not likely:
        return "m", f"{numbers}, which is no cell in m, mm, um or nm"
    options = (f"{u}: {written(sizes * UNITS[u])}" for u in likely)
    # a file in metres that makes a cell needs no other unit
    chosen = "m" if "m" in likely else likely[0]
    return chosen, f"{numbers}; in {'; in '.join(options)}"


def _labelled(mesh: LabelledMesh, frame: Frame) -> Iterator[tuple[str, str]]:
    """Yield regions, faces and interfaces with their sizes."""
    dim = frame.dim
    volumes = _measure(mesh.points, mesh.cells)
    for name, tag in mesh.regions.items():
        chosen = mesh.cell_values == tag
        box = mesh.points[np.unique(mesh.cells[chosen])][:, :dim]
        size, volume = written(np.ptp(box, axis=0)), _amount(volumes[chosen].sum(), dim)
        yield "region", f"{name}: {int(chosen.sum())} cells, {volume}, within {size}"
    areas = _measure(mesh.points, mesh.facets)
    for name, tag in mesh.faces.items():
        chosen = mesh.facet_values == tag
        flat = "flat side of the box" if name in SIDES[dim] else "named in the file"
        area = _amount(areas[chosen].sum(), dim - 1)
        yield "face", f"{name}: {int(chosen.sum())} facets, {area}, {flat}"
    for name, tag in mesh.interfaces.items():
        chosen = mesh.facet_values == tag
        faces = _facing(mesh.points[np.unique(mesh.facets[chosen])][:, :dim])
        area = _amount(areas[chosen].sum(), dim - 1)
        yield "interface", f"{name}: {int(chosen.sum())} facets, {area}, {faces}"
    worst = float(shape_quality(mesh.points, mesh.cells).min())
    yield "quality", f"worst cell {worst:.2g} of 1"


def _facing(points: Floats) -> str:
    """Return which way an interface faces."""
    extent = np.ptp(points, axis=0)
    thin = np.flatnonzero(extent <= 1e-6 * extent.max())
    return f"flat, faces {'xyz'[thin[-1]]}" if len(thin) else "curved or sloping"


def _measure(points: Floats, rows: Ints) -> Floats:
    """Return length, area or volume of simplices."""
    spans = points[rows][:, 1:] - points[rows][:, :1]
    gram = np.linalg.det(spans @ np.swapaxes(spans, 1, 2))
    found: Floats = np.sqrt(np.maximum(gram, 0.0)) / factorial(rows.shape[1] - 1)
    return found


def _amount(value: float, power: int) -> str:
    """Return a length, area or volume in a unit that suits it."""
    if power == 1:
        return readable(value)
    for name in ("m", "mm", "um"):
        if value >= UNITS[name] ** power:
            return f"{value / UNITS[name] ** power:.4g} {name}{power}"
    return f"{value / UNITS['nm'] ** power:.4g} nm{power}"


def _snippet(question: Question, read: FileMesh, frame: Frame, unit: str) -> str:
    """Return how a case would hold the mesh."""
    words = [f'    path="{question.path}"', f"    frame=ssb.{type(frame).__name__}()"]
    if unit != "m":
        words.append(f"    unit={unit}")
    if question.array:
        words.append(f'    region_array="{question.array}"')
    if question.facets:
        words.append(f'    facets_path="{question.facets}"')
    given = "".join(f"{word},\n" for word in words)
    remarks = "".join(f"{word}\n" for word in _choices(read))
    return f"\ngeometry = MeshFile(\n{given}{remarks})\n"


def _choices(read: FileMesh) -> Iterator[str]:
    """Yield what could be named, as remarks."""
    points = [name for name in read.node_sets if name not in read.internal]
    if points:
        yield f"    # faces={{...}} also takes the sets of points {listed(points)}"
    if len(read.arrays) > 1:
        yield f"    # region_array=... takes {listed(read.arrays)}"
