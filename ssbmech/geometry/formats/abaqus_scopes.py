# SPDX-License-Identifier: BSD-3-Clause
"""Blocks of an Abaqus deck by part, instance and assembly, with names not yet looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from ssbmech.errors import MeshError
from ssbmech.geometry.formats.abaqus_deck import Block, unquoted
from ssbmech.geometry.formats.abaqus_elements import shape_of
from ssbmech.geometry.formats.file_mesh import Shape

_REFUSED = {
    "NGEN": "makes nodes",
    "NFILL": "makes nodes",
    "NCOPY": "makes nodes",
    "NMAP": "moves nodes",
    "ELGEN": "makes elements",
    "ELCOPY": "makes elements",
    "SYSTEM": "gives nodes in a system of their own",
    "TRANSFORM": "",
    "IMPORT": "takes the mesh from another analysis",
}
"""Keywords that change the mesh and are not obeyed here, and what they do; "" does no harm."""


@dataclass(slots=True)
class Group:
    """A set or surface as it stands in a deck: members are numbers, names, or pairs with a side."""

    name: str
    internal: bool = False
    members: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Scope:
    """What belongs to a part, an instance or the assembly; a flat deck is one scope."""

    name: str
    nodes: dict[int, list[float]] = field(default_factory=dict)
    elements: dict[int, tuple[Shape, int, list[int]]] = field(default_factory=dict)
    element_sets: dict[str, Group] = field(default_factory=dict)
    node_sets: dict[str, Group] = field(default_factory=dict)
    surfaces: dict[str, Group] = field(default_factory=dict)
    sections: list[str] = field(default_factory=list)
    placing: list[list[float]] = field(default_factory=list)
    part: str = ""


class Deck:
    """Reads a deck, block by block."""

    def __init__(self) -> None:
        """Start with an empty deck."""
        self.assembly = Scope("")
        self.parts: dict[str, Scope] = {}
        self.instances: dict[str, Scope] = {}
        self.scope = self.assembly
        self.ignored: Counter[str] = Counter()
        self._readers: Mapping[str, Callable[[Block], None]] = {
            "PART": self._part,
            "END PART": self._outside,
            "INSTANCE": self._instance,
            "END INSTANCE": self._outside,
            "NODE": self._nodes,
            "ELEMENT": self._elements,
            "ELSET": lambda block: self._group("ELSET", block),
            "NSET": lambda block: self._group("NSET", block),
            "SURFACE": self._surface,
        }

    def take(self, block: Block) -> None:
        """Read a block."""
        if _REFUSED.get(block.keyword):
            raise MeshError(
                f"the deck {_REFUSED[block.keyword]} with *{block.keyword}, which is not read "
                "here: let the program write nodes and elements out"
            )
        if block.keyword.endswith("SECTION") and "ELSET" in block.options:
            self.scope.sections.append(block.options["ELSET"])
        reader = self._readers.get(block.keyword)
        if reader is not None:
            reader(block)

    def _part(self, block: Block) -> None:
        name = block.option("NAME")
        self.scope = self.parts.setdefault(name.upper(), Scope(name))

    def _outside(self, _: Block) -> None:
        self.scope = self.assembly

    def _instance(self, block: Block) -> None:
        if "LIBRARY" in block.options or "INSTANCE" in block.options:
            raise MeshError("an instance is taken from another analysis (*INSTANCE, LIBRARY=)")
        name, part = block.option("NAME"), block.option("PART")
        if part.upper() not in self.parts:
            raise MeshError(f"instance {name!r} is of part {part!r}, which the deck does not hold")
        if name.upper() in self.instances:
            raise MeshError(f"there are two instances {name!r}")
        own = self.parts[part.upper()]
        copied = Scope(
            name,
            dict(own.nodes),
            dict(own.elements),
            dict(own.element_sets),
            dict(own.node_sets),
            dict(own.surfaces),
            list(own.sections),
            [[float(x or 0) for x in row] for row in block.rows],
            own.name,
        )
        self.instances[name.upper()] = self.scope = copied

    def _nodes(self, block: Block) -> None:
        system = block.options.get("SYSTEM", "R").upper()
        for row in block.rows:
            number = int(row[0])
            place = [float(x or 0) for x in [*row[1:4], "0", "0", "0"][:3]]
            if system == "C":
                turn = np.deg2rad(place[1])
                place = [place[0] * np.cos(turn), place[0] * np.sin(turn), place[2]]
            elif system != "R":
                raise MeshError("nodes are given in spherical coordinates (*NODE, SYSTEM=S)")
            if self.scope.nodes.setdefault(number, place) != place:
                raise MeshError(f"node {number} is given twice, at two places")
        self._add_to("NSET", block, [row[0] for row in block.rows])

    def _elements(self, block: Block) -> None:
        kind = shape_of(block.option("TYPE"))
        if kind is None:
            self.ignored[block.options["TYPE"].upper()] += len(block.rows)
            return
        shape, count = kind
        numbers: list[str] = []
        given: list[int] = []
        for row in block.rows:
            given += [int(item) for item in row if item]
            if len(given) < count + 1:
                continue
            # beams may have a node that orients them
            if len(given) > count + 1 and shape.dim > 1:
                raise MeshError(
                    f"element {given[0]} of type {block.options['TYPE']} has "
                    f"{len(given) - 1} nodes: expected {count}"
                )
            one = (shape, count, given[1 : count + 1])
            if self.scope.elements.setdefault(given[0], one) != one:
                raise MeshError(f"element {given[0]} is given twice")
            numbers.append(str(given[0]))
            given = []
        if given:
            raise MeshError(
                f"element {given[0]} has {len(given) - 1} nodes: expected {count}; is the file cut "
                "off?"
            )
        self._add_to("ELSET", block, numbers)

    def _groups(self, kind: str) -> dict[str, Group]:
        return self.scope.element_sets if kind == "ELSET" else self.scope.node_sets

    def _add_to(self, kind: str, block: Block, numbers: list[str]) -> None:
        """Add what a block defines to the set that it names."""
        name = block.options.get(kind)
        if name:
            group = _fresh(self._groups(kind), name)
            group.members += [("", number, "") for number in numbers]

    def _group(self, kind: str, block: Block) -> None:
        group = _fresh(self._groups(kind), block.option(kind))
        group.internal |= "INTERNAL" in block.options
        instance = block.options.get("INSTANCE", "")
        if "GENERATE" in block.options:
            for row in block.rows:
                low, high, *step = (int(item) for item in row if item)
                numbers = range(low, high + 1, *(s or 1 for s in step))
                group.members += [(instance, str(n), "") for n in numbers]
            return
        if "ELSET" in block.options and kind == "NSET":
            group.members.append((instance, block.options["ELSET"], "ELSET"))
        group.members += [(instance, unquoted(n), "") for row in block.rows for n in row if n]

    def _surface(self, block: Block) -> None:
        name = block.option("NAME")
        kind = block.options.get("TYPE", "ELEMENT").upper()
        if kind == "NODE":
            group = _fresh(self.scope.node_sets, name)
            group.members += [("", unquoted(row[0]), "") for row in block.rows if row[0]]
            return
        group = _fresh(self.scope.surfaces, name)
        group.internal |= "INTERNAL" in block.options
        combine = block.options.get("COMBINE", "").upper()
        if kind != "ELEMENT" or combine not in ("", "UNION"):
            self.ignored[f"surface {name} ({combine or kind})"] += 1
        elif combine:
            group.members += [("", unquoted(row[0]), "UNION") for row in block.rows]
        else:
            group.members += [
                ("", unquoted(row[0]), (row[1] if len(row) > 1 else "").upper() or "FREE")
                for row in block.rows
            ]


def _fresh(groups: dict[str, Group], name: str) -> Group:
    """Return a group to add to, in whatever case it was named first."""
    old = groups.get(name.upper())
    # an instance begins with the groups of its part and must not add to them
    new = Group(name) if old is None else Group(old.name, old.internal, list(old.members))
    groups[name.upper()] = new
    return new
