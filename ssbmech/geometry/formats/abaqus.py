# SPDX-License-Identifier: BSD-3-Clause
"""Abaqus input decks (.inp): parts, instances, element sets, node sets and surfaces.

A deck is flat, or made of parts that an assembly places as instances: each instance is moved, then
turned about a line. Names are the same in whatever case; the first spelling is kept. Sets of a part
are sets of all its instances together; "instance.set" means that of one instance, which is what
sets of one name in several parts are called.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.formats.abaqus_deck import blocks
from ssbmech.geometry.formats.abaqus_scopes import Deck, Group, Scope
from ssbmech.geometry.formats.file_mesh import Block as ElementBlock
from ssbmech.geometry.formats.file_mesh import (
    FileMesh,
    NamedSet,
    in_space,
    padded_rows,
)
from ssbmech.geometry.simplices import Floats, Ints

Row = tuple[int, int]
"""Number of an instance, and number of a node or element in it."""


def read_inp(path: Path) -> FileMesh:
    """Return the mesh of an Abaqus input deck.

    Args:
        path: the file.

    Raises:
        MeshError: the deck makes its mesh by other means than nodes and elements, holds elements
            that cannot be used, or names what is not there.
    """
    deck = Deck()
    files: list[Path] = []
    for block in blocks(path, files):
        deck.take(block)
    return _Assembled(deck).mesh(files)


class _Assembled:
    """A deck with its instances in place, and its names looked up."""

    def __init__(self, deck: Deck) -> None:
        """Place the instances of a deck.

        Args:
            deck: the deck.
        """
        self.deck = deck
        if deck.parts and not deck.instances:
            if len(deck.parts) > 1:
                raise MeshError("it has parts, but no assembly that says where they are")
            self.scopes = [deck.assembly, *deck.parts.values()]
        else:
            self.scopes = [deck.assembly, *deck.instances.values()]
        self.number = {scope.name.upper(): i for i, scope in enumerate(self.scopes)}
        self.node = {
            row: i for i, row in enumerate((s, n) for s, scope in self._each() for n in scope.nodes)
        }
        kinds: dict[tuple[str, int], list[Row]] = {}
        for s, scope in self._each():
            for n, (shape, count, _) in scope.elements.items():
                kinds.setdefault((shape.name, count), []).append((s, n))
        self.kinds = kinds
        ordered = (row for rows in kinds.values() for row in rows)
        self.element = {row: i for i, row in enumerate(ordered)}

    def _each(self) -> Iterator[tuple[int, Scope]]:
        return enumerate(self.scopes)

    def mesh(self, files: list[Path]) -> FileMesh:
        """Return the mesh."""
        points = [_placed(scope) for scope in self.scopes]
        several = len(self.deck.instances) > 1
        sets, node_sets, sides = [], {}, {}
        for name, internal, where in self._named("element_sets"):
            rows = [r for s, key in where for r in self._rows(s, key, "element_sets")]
            members = _unique(self._look(self.element, r, "element") for r in rows)
            sets.append(NamedSet(name, members, internal))
        kept = []
        for name, internal, where in self._named("node_sets"):
            kept += [name] if internal else []
            rows = [r for s, key in where for r in self._rows(s, key, "node_sets")]
            node_sets[name] = _unique(self._look(self.node, r, "node") for r in rows)
        for name, internal, where in self._named("surfaces"):
            found = [side for s, key in where for side in self._sides(s, key)]
            sides[name] = padded_rows(found)
            kept += [name] if internal else []
        preferred = [name for scope in self.scopes for name in scope.sections]
        return FileMesh(
            format=f"Abaqus deck of {len(self.deck.instances)} instances"
            if several
            else "Abaqus deck",
            points=np.concatenate(points),
            blocks=[self._block(rows) for rows in self.kinds.values()],
            sets=sets,
            sides={name: rows for name, rows in sides.items() if rows.size},
            node_sets=node_sets,
            preferred=preferred,
            internal=kept,
            folds_case=True,
            ignored=[f"{n} elements {kind}" for kind, n in self.deck.ignored.items()],
            files=files,
        )

    def _block(self, rows: list[Row]) -> ElementBlock:
        nodes = [
            [self._look(self.node, (s, n), "node") for n in self.scopes[s].elements[e][2]]
            for s, e in rows
        ]
        shape = self.scopes[rows[0][0]].elements[rows[0][1]][0]
        return ElementBlock(shape, np.array(nodes, dtype=np.int64))

    def _look(self, table: Mapping[Row, int], row: Row, kind: str) -> int:
        if row not in table:
            name = self.scopes[row[0]].name
            of = f" of instance {name!r}" if name else ""
            raise MeshError(f"the deck refers to {kind} {row[1]}{of}, which is not there")
        return table[row]

    def _named(self, kind: str) -> Iterator[tuple[str, bool, list[tuple[int, str]]]]:
        """Yield name, whether it is internal, and the places of definition of each group."""
        places: dict[str, list[tuple[int, str]]] = {}
        for s, scope in self._each():
            for key in getattr(scope, kind):
                places.setdefault(key, []).append((s, key))
        for key, where in places.items():
            # a set of the assembly goes before those of parts with the same name
            own = [(s, k) for s, k in where if s == 0] or where
            group: Group = getattr(self.scopes[own[0][0]], kind)[key]
            # of sets with one name in several parts nobody knows whether they are one
            apart = len({self.scopes[s].part for s, _ in own}) > 1
            yield group.name, group.internal or apart, own
            for s, k in where:
                if self.scopes[s].name:
                    dotted = f"{self.scopes[s].name}.{group.name}"
                    yield dotted, group.internal or not apart, [(s, k)]

    def _target(self, scope: int, instance: str, item: str, kind: str) -> tuple[int, str]:
        """Return the scope and the number or name that an item means."""
        if not instance and "." in item:
            # the names of instances and sets may have dots themselves
            cuts = (i for i, letter in enumerate(item) if letter == ".")
            known = (i for i in cuts if item[:i].upper() in self.number)
            cut = next(known, 0)
            before, after = item[:cut], item[cut + 1 :]
            if cut and item.upper() not in getattr(self.scopes[scope], kind):
                instance, item = before, after
        if not instance:
            return scope, item
        if instance.upper() not in self.number:
            raise MeshError(f"the deck refers to instance {instance!r}, which is not there")
        return self.number[instance.upper()], item

    def _rows(self, scope: int, key: str, kind: str, seen: tuple[Row | str, ...] = ()) -> list[Row]:
        """Return all nodes or elements of a set, with those of the sets in it."""
        if (mark := f"{scope}:{key}") in seen:
            raise MeshError(f"the set {key!r} contains itself")
        groups: dict[str, Group] = getattr(self.scopes[scope], kind)
        if key not in groups:
            raise MeshError(
                f"the deck refers to the set {key!r}, which is not there: it has "
                f"{', '.join(g.name for g in groups.values()) or 'none'}"
            )
        found: list[Row] = []
        for instance, item, how in groups[key].members:
            s, name = self._target(scope, instance, item, kind)
            if name.isdigit():
                found.append((s, int(name)))
            elif how == "ELSET":
                for t, e in self._rows(s, name.upper(), "element_sets", (*seen, mark)):
                    found += [(t, n) for n in self.scopes[t].elements[e][2]]
            else:
                found += self._rows(s, name.upper(), kind, (*seen, mark))
        return found

    def _sides(self, scope: int, key: str, depth: int = 0) -> list[list[int]]:
        """Return the corner points of the facets of a surface."""
        groups = self.scopes[scope].surfaces
        if key not in groups or depth > len(groups):
            raise MeshError(f"the surface {key!r} is not there, or contains itself")
        found: list[list[int]] = []
        for _, item, side in groups[key].members:
            if side == "UNION":
                s, name = self._target(scope, "", item, "surfaces")
                found += self._sides(s, name.upper(), depth + 1)
                continue
            s, name = self._target(scope, "", item, "element_sets")
            rows = (
                [(s, int(name))] if name.isdigit() else self._rows(s, name.upper(), "element_sets")
            )
            found += self._free(rows) if side == "FREE" else self._side(rows, side, key)
        return found

    def _side(self, rows: list[Row], side: str, surface: str) -> list[list[int]]:
        """Return the corner points of one side of each element."""
        found = []
        for s, e in rows:
            self._look(self.element, (s, e), "element")
            shape, _, nodes = self.scopes[s].elements[e]
            number = side[1:]
            if side in ("SPOS", "SNEG"):
                corners: tuple[int, ...] = tuple(range(shape.corners))
            elif side[0] in "SE" and number.isdigit() and 0 < int(number) <= len(shape.sides):
                corners = shape.sides[int(number) - 1]
            else:
                raise MeshError(
                    f"surface {surface!r} has side {side} of element {e}, which is one of the "
                    f"{shape.name} and has sides S1 to S{len(shape.sides)}"
                )
            found.append([self.node[s, nodes[c]] for c in corners])
        return found

    def _free(self, rows: list[Row]) -> list[list[int]]:
        """Return the sides of elements that belong to no other element of the same dimension."""
        cells = [(s, e) for s, e in rows if (s, e) in self.element]
        dims = {self.scopes[s].elements[e][0].dim for s, e in cells}
        count: Counter[frozenset[int]] = Counter()
        for s, scope in self._each():
            for shape, _, nodes in scope.elements.values():
                if shape.dim in dims:
                    count.update(frozenset(self.node[s, nodes[c]] for c in f) for f in shape.sides)
        found = []
        for s, e in cells:
            shape, _, nodes = self.scopes[s].elements[e]
            for facet in shape.sides:
                corners = [self.node[s, nodes[c]] for c in facet]
                if count[frozenset(corners)] == 1:
                    found.append(corners)
        return found


def _unique(numbers: Iterator[int]) -> Ints:
    """Return numbers in order, each once."""
    return np.unique(np.fromiter(numbers, dtype=np.int64))


def _placed(scope: Scope) -> Floats:
    """Return the nodes of an instance, moved and then turned about a line."""
    points = in_space(np.array(list(scope.nodes.values()), dtype=np.float64).reshape(-1, 3))
    rows = scope.placing
    if rows:
        points += np.array([*rows[0], 0.0, 0.0, 0.0][:3])
    if len(rows) > 1:
        if len(rows[1]) < 7:
            raise MeshError(
                f"instance {scope.name!r} is turned by {len(rows[1])} numbers: expected two points "
                "of the axis and an angle"
            )
        start, end = np.array(rows[1][:3]), np.array(rows[1][3:6])
        points = start + (points - start) @ _rotation(end - start, rows[1][6]).T
    return points


def _rotation(axis: Floats, degrees: float) -> Floats:
    """Return the matrix of a rotation about an axis (Rodrigues' formula)."""
    length = float(np.linalg.norm(axis))
    if length == 0.0:
        raise MeshError("an instance is turned about an axis whose two points are one")
    x, y, z = axis / length
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.deg2rad(degrees)
    found: Floats = np.eye(3) + np.sin(turn) * cross + (1 - np.cos(turn)) * (cross @ cross)
    return found
