# SPDX-License-Identifier: BSD-3-Clause
"""The state of a cell: all that its next step depends on.

Of every field the values at the last two committed steps are kept (the present one is the first of
them), further what the parts of bodies and interfaces remember, the scalar unknowns, and the seat
of the fixture. All else follows from the case and the time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from dolfinx import fem

from ssbmech._compat import element_points
from ssbmech.checkpoint.places import (
    Facets,
    Gaps,
    IntegrationPoints,
    Nodes,
    Places,
    Positions,
    Vertices,
)
from ssbmech.checkpoint.rows import StoredRows
from ssbmech.errors import CaseError, RunFolderError
from ssbmech.geometry.original import cell_numbers, facet_numbers, node_numbers
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.motion import BodyMotion
from ssbmech.model.surface import SurfaceModel

Array = npt.NDArray[np.float64]

_CLOSURE = ("value", "previous", "older", "total")


@dataclass(frozen=True, eq=False)
class KeptArray:
    """Values that are kept.

    Attributes:
        name: name, the same on all ranks.
        carrier: function on the same dofs, through which ghosts are filled after reading.
        values: local dofs, owned and ghost.
        places: where they belong.
    """

    name: str
    carrier: fem.Function
    values: Array
    places: Places

    def blocks(self) -> Array:
        """Return the values by blocks of dofs."""
        size = self.carrier.function_space.dofmap.index_map_bs
        return self.values.reshape(-1, size)

    def take(self, kept: Array) -> None:
        """Replace the values, ghosts among them; collective."""
        block = self.blocks()
        carried = self.carrier.x.array.reshape(block.shape)
        carried[self.places.rows] = kept
        self.carrier.x.scatter_forward()
        block[:] = carried


class CellState:
    """The state of a cell, to be written and read back."""

    def __init__(self, cell: CellModel) -> None:
        """Find what is to be kept; collective.

        Raises:
            CaseError: two states or unknowns of a place have one name.
        """
        self.cell = cell
        self.arrays: list[KeptArray] = []
        for body in cell.bodies.values():
            self.arrays.extend(_of_body(cell, body))
        for surface in cell.surfaces.values():
            self.arrays.extend(_of_surface(cell, surface))
        for motion in cell.motion.bodies:
            self.arrays.extend(_of_motion(motion))
        counts = Counter(array.name for array in self.arrays)
        double = [name for name, count in counts.items() if count > 1]
        if double:
            raise CaseError(
                f"two states would be kept in checkpoints under the name {double[0]!r}: give a "
                "state or unknown of your own another name"
            )

    @property
    def size(self) -> int:
        """Bytes of this rank's share of the arrays."""
        return sum(8 * array.blocks()[array.places.rows].size for array in self.arrays)

    def rows(self) -> dict[str, npt.NDArray[Any]]:
        """Return this rank's rows of all arrays, and their original numbers."""
        found: dict[str, npt.NDArray[Any]] = {}
        for array in self.arrays:
            found[f"numbers/{array.places.name}"] = array.places.numbers
            found[f"values/{array.name}"] = array.blocks()[array.places.rows]
        return found

    def scalars(self) -> dict[str, Any]:
        """Return the scalar part of the state, as plain data."""
        cell = self.cell
        return {
            "time": cell.time,
            "closures": {c.key: {k: getattr(c, k) for k in _CLOSURE} for c in cell.closures},
            "platen": cell.holder.state(),
            "conditions": cell.conditions.state(),
            "motion": cell.motion.state(),
        }

    def restore(self, stored: StoredRows, scalars: Mapping[str, Any]) -> None:
        """Take a state over; collective.

        Args:
            stored: what `rows` gave, on any number of ranks.
            scalars: what `scalars` gave.

        Raises:
            RunFolderError: the state is of another cell; on all ranks.
        """
        places: dict[str, npt.NDArray[np.int64]] = {}
        for array in self.arrays:
            name = array.places.name
            if name not in places:
                places[name] = stored.find(f"numbers/{name}", array.places.numbers)
            array.take(stored.take(f"values/{array.name}", places[name]))
        for unknown in self.cell.unknowns:
            unknown.rollback()
        closures = scalars["closures"]
        for closure in self.cell.closures:
            if closure.key not in closures:
                raise RunFolderError(f"{stored.path} holds no {closure.key}: it is of another cell")
            for name in _CLOSURE:
                setattr(closure, name, closures[closure.key][name])
        self.cell.holder.restore(scalars["platen"])
        self.cell.conditions.restore(scalars["conditions"])
        self.cell.motion.restore(scalars["motion"])
        self.cell.time = scalars["time"]


def _of_body(cell: CellModel, body: BodyModel) -> Iterator[KeptArray]:
    """Yield the fields of a body, and what its parts remember at integration points."""
    for unknown in body.unknowns:
        space = unknown.function.function_space
        owned = np.arange(space.dofmap.index_map.size_local)
        numbers = node_numbers(space)[owned]
        places = Places(f"nodes {unknown.key}", owned, numbers, Nodes(body.name))
        yield KeptArray(f"{unknown.key} older", unknown.function, unknown.older, places)
        yield KeptArray(unknown.key, unknown.past, unknown.previous, places)
    originals = cell_numbers(cell.tagged.mesh, body.mesh)
    for memory in body.parts.memory:
        owned = memory.cells[memory.cells < body.owned_cells]
        where = f"{body.name} {memory.place}"
        for name, value in memory.committed.items():
            space = value.function_space
            points = element_points(space)
            weights = np.column_stack([1 - points.sum(axis=1), points])
            rows = space.dofmap.list[owned].ravel()
            numbers = (originals[owned][:, None] * len(points) + np.arange(len(points))).ravel()
            entities = IntegrationPoints(body.name, weights)
            places = Places(f"points {where}", rows, numbers, entities)
            yield KeptArray(f"{name} {where}", value, value.x.array, places)


def _of_surface(cell: CellModel, surface: SurfaceModel) -> Iterator[KeptArray]:
    """Yield the fields of an interface, and what its parts remember, by facet, vertex or ridge."""
    numbers = facet_numbers(cell.tagged.mesh, surface.mesh)
    cells = surface.places.facets.dofmap.list[: len(numbers), 0]
    entities = Facets(surface.name, surface.minus.name)
    on_facets = Places(f"facets {surface.name}", cells, numbers, entities)

    def places(value: fem.Function, kind: type[Nodes] = Vertices) -> Places:
        space = value.function_space
        if space.dofmap.list.shape[1] == 1:
            return on_facets
        # at the vertices, or in the middle of the ridges between facets
        at_vertices = bool(space.dofmap.dof_layout.entity_dofs(0, 0))
        name = f"{'vertices' if at_vertices else 'ridges'} {surface.name}"
        owned = np.arange(space.dofmap.index_map.size_local)
        return Places(name, owned, node_numbers(space)[owned], kind(surface.name))

    for unknown in surface.unknowns:
        at = places(unknown.function, Gaps if unknown is surface.gap else Vertices)
        yield KeptArray(f"{unknown.key} older", unknown.function, unknown.older, at)
        yield KeptArray(unknown.key, unknown.past, unknown.previous, at)
    for memory in surface.parts.memory:
        for name, value in memory.committed.items():
            yield KeptArray(f"{name} {surface.name}", value, value.x.array, places(value))


def _of_motion(motion: BodyMotion) -> Iterator[KeptArray]:
    """Yield where the vertices of a body that moves are, and where they were before."""
    mesh, name = motion.mesh, motion.body.name
    space = mesh.space
    owned = np.arange(space.dofmap.index_map.size_local)
    places = Places(f"vertices {name}", owned, node_numbers(space)[owned], Positions(name))
    for what, kept in (("", mesh.now), (" older", mesh.before), (" as meshed", mesh.meshed)):
        yield KeptArray(f"position {name}{what}", kept, kept.x.array, places)
