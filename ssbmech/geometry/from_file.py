# SPDX-License-Identifier: BSD-3-Clause
"""From the content of a mesh file to regions and faces of triangles or tetrahedra.

Element sets of the dimension of the mesh are regions, those of one dimension less are faces. Where
the file names no sets, the values of an integer array take their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ssbmech.errors import MeshError
from ssbmech.geometry.formats.file_mesh import NONE, QUAD, FileMesh, NamedSet
from ssbmech.geometry.formats.splitting import split, split_sides
from ssbmech.geometry.naming import (
    Naming,
    check_asked,
    check_names,
    check_overlap,
    lookup,
    merged_sets,
    preferred,
)
from ssbmech.geometry.simplices import FLATNESS, Floats, Ints, SimplexMesh

STRAIGHT = 1e-6
"""A side bends less than this fraction of its length if it is straight [1]."""

IDLE = 0.2
"""If a larger share of the points belongs to no element, elements are likely missing [1]."""


@dataclass(frozen=True, slots=True)
class Simplices:
    """The mesh of a file.

    Attributes:
        mesh: the mesh.
        changes: what is not as the file has it.
        unused: sets that are neither region nor face, and why.
    """

    mesh: SimplexMesh
    changes: list[str]
    unused: list[str]


def simplices_of(read: FileMesh, dim: int, unit: float, naming: Naming) -> Simplices:
    """Return the mesh of a file with its regions and faces.

    Args:
        read: content of the file.
        dim: dimension of the mesh [1].
        unit: length unit of the file [m].
        naming: names of regions and faces.

    Raises:
        MeshError: there are no cells of that dimension, or regions cannot be told apart.
    """
    _check_dimension(read, dim)
    changes: list[str] = []
    points = read.points * unit if dim == 3 else _flat(read, unit, changes)
    parts = _Parts.of(read, points, dim)
    changes += parts.changes
    changes += _idle(read)
    changes += _bends(read, points, dim)
    regions, faces, unused = _sets(read, parts, naming)
    faces = merged_sets(
        _ordered(faces, _surfaces(read, parts, naming)), naming.faces, read, "faces"
    )
    nodes = merged_sets(dict(read.node_sets), naming.faces, read, "faces") if naming.faces else {}
    if not naming.faces:
        unused += [
            f"set of points {n!r}: taken as a face if faces= names it"
            for n in read.node_sets
            if n not in read.internal
        ]
    else:
        check_asked(
            "set of facets or points",
            naming.faces,
            [*_facet_names(read, parts), *read.sides, *read.node_sets],
            read,
        )
    mesh = SimplexMesh(points, parts.cells, regions, faces, nodes)
    return Simplices(mesh, changes, unused)


@dataclass(frozen=True, slots=True)
class _Parts:
    """Simplices of a file's elements.

    Attributes:
        cells: corner points of each cell.
        facets: corner points of the elements of one dimension less.
        first_cell: first cell of each element, with one more at the end; elements that are no
            cells have none.
        first_facet: likewise for facets.
        changes: what was cut.
        order: rank of each point; points at one place have one rank.
    """

    cells: Ints
    facets: Ints
    first_cell: Ints
    first_facet: Ints
    changes: list[str]
    order: Ints

    @staticmethod
    def of(read: FileMesh, points: Floats, dim: int) -> _Parts:
        """Cut the elements of a file."""
        order = _ranks(read, points, dim)
        changes: list[str] = []
        found: dict[int, list[Ints]] = {
            d: [np.empty((0, d + 1), dtype=np.int64)] for d in (dim, dim - 1)
        }
        counts: dict[int, list[Ints]] = {dim: [], dim - 1: []}
        for block in read.blocks:
            number = len(block.nodes)
            for d, rows in found.items():
                if block.shape.dim != d or number == 0:
                    counts[d].append(np.zeros(number, dtype=np.int64))
                    continue
                cut, _ = split(block, points, order, dim)
                rows.append(cut)
                each = len(cut) // number
                counts[d].append(np.full(number, each, dtype=np.int64))
                if each > 1 and d == dim:
                    kind = "triangles" if dim == 2 else "tetrahedra"
                    changes.append(f"{number} {block.shape.name} are cut into {len(cut)} {kind}")

        def first(d: int) -> Ints:
            return np.concatenate([[0], np.cumsum(np.concatenate([[], *counts[d]]))]).astype(int)

        return _Parts(
            cells=np.concatenate(found[dim]),
            facets=np.concatenate(found[dim - 1]),
            first_cell=first(dim),
            first_facet=first(dim - 1),
            changes=changes,
            order=order,
        )

    def cells_of(self, elements: Ints) -> Ints:
        """Return the cells that elements were cut into."""
        return _expanded(self.first_cell, elements)

    def facets_of(self, elements: Ints) -> Ints:
        """Return the facets that elements were cut into."""
        return _expanded(self.first_facet, elements)


def _expanded(first: Ints, elements: Ints) -> Ints:
    """Return all numbers from first[e] up to first[e + 1] for each element e."""
    elements = np.unique(elements)
    if len(elements) == 0:
        return np.empty(0, dtype=np.int64)
    counts = first[elements + 1] - first[elements]
    starts = np.repeat(first[elements] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    found: Ints = starts + np.arange(counts.sum())
    return found


def _ranks(read: FileMesh, points: Floats, dim: int) -> Ints:
    """Return ranks of points that are equal where points lie at one place."""
    if dim == 2 or all(b.shape.corners == b.shape.dim + 1 for b in read.blocks):
        return np.arange(len(points))
    from ssbmech.geometry.soundness import coincident

    return coincident(points, FLATNESS * float(np.max(np.ptp(points, axis=0), initial=0.0)))


def _check_dimension(read: FileMesh, dim: int) -> None:
    """Refuse a file whose cells are not of the dimension asked for."""
    names = {b.shape.name for b in read.blocks if b.shape.dim == read.highest and len(b.nodes)}
    if read.highest > dim:
        raise MeshError(
            f"it holds solid cells ({', '.join(sorted(names))}), but a two-dimensional mesh is "
            "asked for: a three-dimensional frame takes them"
        )
    if read.highest < dim:
        kind = "triangles" if dim == 2 else "tetrahedra"
        there = f"; its cells of highest dimension are {', '.join(sorted(names))}" if names else ""
        raise MeshError(f"it holds no {kind}, which a mesh of dimension {dim} is made of{there}")
    if not np.all(np.isfinite(read.points)):
        raise MeshError("it has points whose coordinates are not finite numbers")


def _flat(read: FileMesh, unit: float, changes: list[str]) -> Floats:
    """Return the points of a plane mesh in the x-y plane [m]."""
    used = np.unique(
        np.concatenate([b.corners.reshape(-1) for b in read.blocks if b.shape.dim == 2])
    )
    extent = np.ptp(read.points[used], axis=0)
    thin = extent <= FLATNESS * extent.max()
    if thin[2]:
        return read.points * unit
    for axis, name, rest in ((1, "x-z", [0, 2]), (0, "y-z", [1, 2])):
        if thin[axis]:
            changes.append(
                f"the mesh lies in the {name} plane: its {name[0]} is taken as x, its z as y"
            )
            turned = np.zeros_like(read.points)
            turned[:, :2] = read.points[:, rest] * unit
            return turned
    raise MeshError(
        "the mesh is not flat: a two-dimensional mesh lies in the x-y plane (or x-z, or y-z); "
        f"this one extends over {' x '.join(f'{e:.4g}' for e in extent)}"
    )


def _idle(read: FileMesh) -> list[str]:
    """Return whether many points belong to no element, as in a file that is cut off."""
    used = [np.empty(0, dtype=np.int64), *(b.nodes.reshape(-1) for b in read.blocks)]
    idle = len(read.points) - len(np.unique(np.concatenate(used)))
    if idle <= IDLE * len(read.points):
        return []
    return [f"{idle} of {len(read.points)} points belong to no element: is the file cut off?"]


def _bends(read: FileMesh, points: Floats, dim: int) -> list[str]:
    """Return how far nodes on the sides of cells lie from the straight line, if any does."""
    worst, place, number, relative = 0.0, None, 0, 0.0
    for block in read.blocks:
        nodes = block.on_edges
        if block.shape.dim != dim or nodes.size == 0:
            continue
        ends = points[block.corners[:, block.shape.edges]]
        start, along = ends[:, :, 0], ends[:, :, 1] - ends[:, :, 0]
        length = np.maximum(np.linalg.norm(along, axis=2), np.finfo(float).tiny)
        off = np.full(nodes.shape, np.inf)
        share = np.full(nodes.shape, np.inf)
        for edge in range(len(block.shape.edges)):
            way = points[nodes] - start[:, [edge]]
            unit = along[:, [edge]] / length[:, [edge], None]
            part = np.clip(np.sum(way * unit, axis=2), 0.0, length[:, [edge]])
            distance = np.linalg.norm(way - part[..., None] * unit, axis=2)
            nearer = distance < off
            off = np.where(nearer, distance, off)
            share = np.where(nearer, distance / length[:, [edge]], share)
        bent = share > STRAIGHT
        number += int(np.count_nonzero(bent.any(axis=1)))
        off = np.where(bent, off, 0.0)
        if off.max(initial=0.0) > worst:
            where = np.unravel_index(np.argmax(off), off.shape)
            worst, place, relative = off[where], points[nodes[where]], share[where]
    if place is None:
        return []
    return [
        f"the curved sides of {number} cells are made straight: they bend by up to {worst:.3g} m, "
        f"{relative:.2g} of the side's length, at ({', '.join(f'{x:.4g}' for x in place)}) m"
    ]


def _sets(
    read: FileMesh, parts: _Parts, naming: Naming
) -> tuple[dict[str, Ints], dict[str, Ints], list[str]]:
    """Return regions, faces and what is not used of the element sets and arrays of a file."""
    regions: dict[str, Ints] = {}
    faces: dict[str, Ints] = {}
    unused = list(read.ignored)
    for given in read.sets:
        cells, facets = _members(given, parts)
        asked = lookup(given.name, {**naming.regions, **naming.faces}, read) is not None
        if given.internal and not asked:
            unused.append(f"set {given.name!r}: made by a program for itself (internal)")
        elif len(cells):
            regions[given.name] = np.append(regions.get(given.name, cells[:0]), cells)
        elif len(facets):
            faces[given.name] = (
                np.concatenate([faces.get(given.name, facets[:0]), parts.facets[facets]])
                if given.name in faces
                else parts.facets[facets]
            )
        else:
            unused.append(f"set {given.name!r}: no cells and no facets are in it")
    if naming.array or not regions:
        regions, by_value, found = _array_sets(read, parts, naming.array)
        faces = {**by_value, **faces}
        unused += found
    regions = {name: np.unique(members) for name, members in regions.items()}
    chosen = merged_sets(regions, naming.regions, read, "regions")
    check_asked("set of cells", naming.regions, list(regions), read)
    if not naming.regions:
        chosen = preferred(read, chosen, len(parts.cells), unused)
        check_names(chosen, given=False)
    else:
        check_names(chosen, given=True)
        left = [n for n in regions if lookup(n, naming.regions, read) is None]
        unused += [f"set of cells {n!r}: regions= does not name it" for n in left]
    chosen = {name: np.unique(members) for name, members in chosen.items()}
    check_overlap(chosen, regions, len(parts.cells), bool(naming.regions))
    return chosen, faces, unused


def _members(given: NamedSet, parts: _Parts) -> tuple[Ints, Ints]:
    """Return the cells and the facets of a set."""
    none = np.empty(0, dtype=np.int64)
    dim = parts.cells.shape[1] - 1
    cells = parts.cells_of(given.members) if given.dim in (None, dim) else none
    facets = parts.facets_of(given.members) if given.dim in (None, dim - 1) else none
    return cells, facets


def _facet_names(read: FileMesh, parts: _Parts) -> list[str]:
    """Return the names of all sets of facets, and the values of arrays on facets."""
    named = [g.name for g in read.sets if len(_members(g, parts)[1])]
    facets = np.flatnonzero(np.diff(parts.first_facet))
    values = (np.unique(a[facets]) for a in read.arrays.values())
    return [*named, *(str(v) for found in values for v in found[_counts(found)])]


def _counts(values: Ints) -> npt.NDArray[np.bool_]:
    """Return which values name a face: zero stands for none."""
    counts: npt.NDArray[np.bool_] = (values != 0) & (values != NONE)
    return counts


def _array_sets(
    read: FileMesh, parts: _Parts, array: str | None
) -> tuple[dict[str, Ints], dict[str, Ints], list[str]]:
    """Return regions and faces by the values of an integer array, and arrays not used."""
    are_cells = np.diff(parts.first_cell) > 0
    there = {name: v for name, v in read.arrays.items() if np.all(v[are_cells] != NONE)}
    if array is None and len(there) == 1:
        array = next(iter(there))
    if array not in there:
        raise MeshError(
            "its regions cannot be told apart: name the integer cell array that does it "
            f"(region_array); it has {', '.join(there) or 'none'}"
        )

    def by_value(values: Ints, which: Ints) -> Iterable[tuple[str, Ints]]:
        return ((str(v), which[values[which] == v]) for v in np.unique(values[which]))

    regions = {
        name: parts.cells_of(members)
        for name, members in by_value(read.arrays[array], np.flatnonzero(are_cells))
    }
    facets = np.flatnonzero(np.diff(parts.first_facet))
    faces: dict[str, Ints] = {}
    for name, values in read.arrays.items():
        if name == array or name not in there:
            for value, members in by_value(values, facets[_counts(values[facets])]):
                faces[value] = parts.facets[parts.facets_of(members)]
    return regions, faces, [f"array {n!r}: {array!r} is used" for n in there if n != array]


def _surfaces(read: FileMesh, parts: _Parts, naming: Naming) -> dict[str, Ints]:
    """Return the facets of named surfaces, with quadrilaterals cut as the cells are."""
    dim = parts.cells.shape[1] - 1
    found: dict[str, Ints] = {}
    for name, rows in read.sides.items():
        if name in read.internal and lookup(name, naming.faces, read) is None:
            continue
        corners = np.count_nonzero(rows >= 0, axis=1)
        plain = rows[corners == dim][:, :dim]
        if dim == 3 and np.any(corners == QUAD.corners):
            whole = split_sides(rows[corners == QUAD.corners], parts.order)
            plain = np.concatenate([plain, whole.reshape(-1, 3)])
        if len(plain):
            found[name] = plain
    return found


def _ordered(first: Mapping[str, Ints], then: Mapping[str, Ints]) -> dict[str, Ints]:
    """Return two collections of sets as one; sets of one name are joined."""
    joined = dict(first)
    for name, rows in then.items():
        joined[name] = np.concatenate([joined[name], rows]) if name in joined else rows
    return joined
