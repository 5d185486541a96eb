# SPDX-License-Identifier: BSD-3-Clause
"""Abaqus input decks (.inp): nodes, simplices, element sets, node sets and element surfaces.

meshio's reader knows neither the plane-strain nor the axisymmetric triangle (CPE3, CAX3) and mixes
up element sets when an element block names none, so the part of the format that a mesh needs is
read here. A deck is flat: one part, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.simplices import Floats, Ints, SimplexMesh

_TYPES = (
    (1, re.compile(r"(?:T2D|T3D|R2D|RAX|DC1D)([23])[A-Z]*")),
    (2, re.compile(r"(?:CPS|CPE|CPEG|CAX|CGAX|DC2D|DCAX|S|STRI|M3D|R3D|SFM3D)([36])[A-Z]*")),
    (3, re.compile(r"(?:C3D|DC3D)(4|10)[A-Z]*")),
)
"""Dimension and name of the element types that can be used; the group is the number of nodes."""

_SIDES = {2: ((0, 1), (1, 2), (2, 0)), 3: ((0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0))}
"""Corners of the sides S1, S2, ... of an element, by dimension."""

DataLine = list[str]


@dataclass(slots=True)
class _Deck:
    """What has been read so far; numbers are those of the deck."""

    node_numbers: list[int] = field(default_factory=list)
    coordinates: list[list[float]] = field(default_factory=list)
    elements: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    element_sets: dict[str, list[int]] = field(default_factory=dict)
    node_sets: dict[str, list[int]] = field(default_factory=dict)
    surfaces: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


def read_inp(path: Path, dim: int, unit: float = 1.0) -> SimplexMesh:
    """Return the mesh of an Abaqus input deck.

    Regions are the element sets; faces the sets of elements of one dimension less and the element
    surfaces.

    Args:
        path: the file.
        dim: dimension of the mesh [1].
        unit: length unit of the file [m].

    Raises:
        MeshError: the file is missing, is not a deck, or holds other elements than triangles or
            tetrahedra.
    """
    deck = _Deck()
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        for keyword, options, rows in _blocks(text):
            if keyword in _READERS:
                _READERS[keyword](deck, options, rows)
        return _mesh(deck, dim, unit)
    except (OSError, ValueError, LookupError) as error:
        raise MeshError(f"not a readable Abaqus deck: {type(error).__name__}: {error}") from error


def _blocks(text: str) -> Iterator[tuple[str, dict[str, str], list[DataLine]]]:
    """Yield keyword, options and data rows of each block of a deck."""
    lines = (line.strip() for line in text.splitlines())
    joined = re.sub(
        r",\n(?=[^*\n]*=)", ",", "\n".join(line for line in lines if line[:2] not in ("", "**"))
    )
    for block in re.split(r"^\*", joined, flags=re.MULTILINE)[1:]:
        head, *data = block.split("\n")
        keyword, *options = (part.strip() for part in head.split(","))
        pairs = (option.partition("=") for option in options)
        rows = [[item.strip() for item in line.split(",")] for line in data if line]
        yield keyword.upper(), {key.strip().upper(): value.strip() for key, _, value in pairs}, rows


def _read_nodes(deck: _Deck, options: dict[str, str], rows: list[DataLine]) -> None:
    numbers = [int(row[0]) for row in rows]
    deck.node_numbers += numbers
    deck.coordinates += [[float(x or 0) for x in [*row[1:4], "0", "0"][:3]] for row in rows]
    if "NSET" in options:
        deck.node_sets.setdefault(options["NSET"], []).extend(numbers)


def _read_elements(deck: _Deck, options: dict[str, str], rows: list[DataLine]) -> None:
    name = options["TYPE"].upper()
    kinds = [(d, match) for d, pattern in _TYPES if (match := pattern.fullmatch(name))]
    if not kinds:
        raise MeshError(
            f"elements of type {name} cannot be used: "
            "only triangles such as CPE3 or CAX3 and tetrahedra such as C3D4"
        )
    dim, match = kinds[0]
    numbers = np.array([int(item) for row in rows for item in row if item], dtype=np.int64)
    table = numbers.reshape(-1, 1 + int(match.group(1)))
    for row in table.tolist():
        if row[0] in deck.elements:
            raise MeshError(f"element {row[0]} is given twice: write the deck as one part")
        deck.elements[row[0]] = (dim, row[1 : dim + 2])
    if "ELSET" in options:
        deck.element_sets.setdefault(options["ELSET"], []).extend(int(n) for n in table[:, 0])


def _members(
    sets: dict[str, list[int]], options: dict[str, str], rows: list[DataLine]
) -> list[int]:
    """Return the numbers in the rows of a set, which may name other sets or give ranges."""
    if "GENERATE" in options:
        ranges = ([int(item) for item in row if item] for row in rows)
        return [n for low, high, *step in ranges for n in range(low, high + 1, *step)]
    return [n for row in rows for item in row if item for n in _numbers(sets, item)]


def _numbers(sets: dict[str, list[int]], item: str) -> list[int]:
    """Return the numbers that a number or the name of a set stands for."""
    return [int(item)] if item.isdigit() else sets[item]


def _read_element_set(deck: _Deck, options: dict[str, str], rows: list[DataLine]) -> None:
    found = _members(deck.element_sets, options, rows)
    deck.element_sets.setdefault(options["ELSET"], []).extend(found)


def _read_node_set(deck: _Deck, options: dict[str, str], rows: list[DataLine]) -> None:
    found = _members(deck.node_sets, options, rows)
    deck.node_sets.setdefault(options["NSET"], []).extend(found)


def _read_surface(deck: _Deck, options: dict[str, str], rows: list[DataLine]) -> None:
    if options.get("TYPE", "ELEMENT").upper() == "ELEMENT":
        sides = [(row[0], row[1].upper()) for row in rows if len(row) > 1 and row[1]]
        deck.surfaces.setdefault(options["NAME"], []).extend(sides)


_READERS: dict[str, Callable[[_Deck, dict[str, str], list[DataLine]], None]] = {
    "NODE": _read_nodes,
    "ELEMENT": _read_elements,
    "ELSET": _read_element_set,
    "NSET": _read_node_set,
    "SURFACE": _read_surface,
}


def _mesh(deck: _Deck, dim: int, unit: float) -> SimplexMesh:
    """Return the mesh of a deck, with points and cells counted from zero."""
    index = {number: i for i, number in enumerate(deck.node_numbers)}
    if len(index) < len(deck.node_numbers):
        raise MeshError("node numbers are given twice: write the deck as one part")
    highest = max((d for d, _ in deck.elements.values()), default=dim)
    if highest > dim:
        raise MeshError("the deck holds solid elements, but a two-dimensional mesh is asked for")
    corners = {n: [index[c] for c in c_] for n, (d, c_) in deck.elements.items() if d == dim}
    lines = {n: [index[c] for c in c_] for n, (d, c_) in deck.elements.items() if d == dim - 1}
    place = {number: i for i, number in enumerate(corners)}

    def rows(facets: Iterable[list[int]]) -> Ints:
        return np.array(list(facets), dtype=np.int64).reshape(-1, dim)

    regions: dict[str, Ints] = {}
    faces: dict[str, Ints] = {}
    for name, numbers in deck.element_sets.items():
        cells = sorted({place[n] for n in numbers if n in place})
        if cells:
            regions[name] = np.array(cells, dtype=np.int64)
        elif any(n in lines for n in numbers):
            faces[name] = rows(lines[n] for n in numbers if n in lines)
    for name, sides in deck.surfaces.items():
        faces[name] = rows(
            [corners[n][i] for i in _SIDES[dim][int(side[1:]) - 1]]
            for target, side in sides
            for n in _numbers(deck.element_sets, target)
        )
    points: Floats = np.array(deck.coordinates, dtype=np.float64).reshape(-1, 3) * unit
    node_sets = {
        name: np.array([index[n] for n in numbers], dtype=np.int64)
        for name, numbers in deck.node_sets.items()
    }
    cells_array = np.array(list(corners.values()), dtype=np.int64).reshape(-1, dim + 1)
    return SimplexMesh(points, cells_array, regions, faces, node_sets)
