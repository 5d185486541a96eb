# SPDX-License-Identifier: BSD-3-Clause
"""What lies around a tip or front of a meshed crack: bodies, interfaces, loads and weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech.errors import CaseError
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.materials.elastic import Elastic
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import total
from ssbmech.model.parts.momentum import Momentum, SolidRegion
from ssbmech.model.surface import SurfaceModel

_DEGREE: Final = 8

Array = npt.NDArray[np.float64]


class CrackEnd(Protocol):
    """A tip or front around which integrals are taken."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def bodies(self) -> tuple[str, ...]:
        """Bodies around it."""

    @property
    def inner(self) -> float:
        """Distance from it within which all moves with it [m]."""

    @property
    def outer(self) -> float:
        """Distance outside of which nothing does [m]."""

    @property
    def halved(self) -> bool:
        """Whether the plane of the crack is a plane of symmetry and one half is meshed."""

    def distance(self, x: Array) -> Array:
        """Return how far places (3, n) lie from it [m]."""

    def ahead(self, mesh: Mesh) -> Expr:
        """Return the unit vector along which the crack would advance."""


def all_of_it(x: Array) -> Array:
    """Return 1 at all places (3, n)."""
    return np.ones(x.shape[1])


class Neighbourhood:
    """The bodies and interfaces around a tip or front, and how far each place moves with it.

    Attributes:
        bodies: the bodies.
        weights: q on each, by name: 1 close to the end, 0 far off, times `share` [1].
        regions: regions of each and their elastic laws, by name.
    """

    def __init__(self, asked: CrackEnd, cell: CellModel, share: Callable[[Array], Array]) -> None:
        """Find them; collective.

        Args:
            asked: the tip or front.
            cell: cell it is in.
            share: what part of the front at places (3, n) is meant, between 0 and 1 [1].

        Raises:
            CaseError: a body is not there, moves or is not elastic, or no node lies around the
                front.
        """
        self._asked, self._cell, self._share = asked, cell, share
        self._frame = cell.case.geometry.frame
        missing = [name for name in asked.bodies if name not in cell.bodies]
        if missing:
            known = ", ".join(cell.bodies)
            raise CaseError(f"{self._who}: there is no body {missing[0]!r}, only {known}")
        self.bodies = [cell.bodies[name] for name in asked.bodies]
        self.weights = {body.name: self._weight(body) for body in self.bodies}
        self.regions = {body.name: self._elastic(body) for body in self.bodies}
        largest = sum(float(q.x.array.max(initial=0.0)) for q in self.weights.values())
        if not total(largest, cell.comm):
            raise CaseError(
                f"{self._who}: no node of its bodies lies within {asked.outer:g} m of it"
            )

    @property
    def _who(self) -> str:
        return f"{type(self._asked).__name__} {self._asked.name!r}"

    @property
    def solids(self) -> set[Elastic]:
        """Different solids around the tip or front."""
        return {solid for found in self.regions.values() for _, solid in found.values()}

    def _weight(self, body: BodyModel) -> fem.Function:
        """Return q on a body, linear on each of its cells."""
        if body.case_body.moves:
            raise CaseError(f"{self._who}: body {body.name!r} moves; integrals are of small strain")
        q, tip = fem.Function(fem.functionspace(body.mesh.mesh, ("Lagrange", 1))), self._asked

        def weight(x: Array) -> Array:
            near = np.clip((tip.outer - tip.distance(x)) / (tip.outer - tip.inner), 0.0, 1.0)
            return np.asarray(near * self._share(x))

        q.interpolate(weight)
        return q

    def _elastic(self, body: BodyModel) -> dict[str, tuple[SolidRegion, Elastic]]:
        """Return the regions of a body and their elastic laws."""
        momentum = body.parts.get(Momentum, f"body {body.name!r} has no momentum balance")
        found = {}
        for name, region in momentum.regions.items():
            solid = region.material.solid
            if not isinstance(solid, Elastic):
                raise CaseError(
                    f"{self._who}: region {name!r} is not elastic, so that no energy is stored for "
                    "good; name the bodies of the electrolyte alone"
                )
            found[name] = (region, solid)
        return found

    def between(self) -> Iterator[SurfaceModel]:
        """Yield the interfaces between two bodies of the ring."""
        names = set(self._asked.bodies)
        for surface in self._cell.surfaces.values():
            if {surface.minus.name, surface.plus.name} <= names:
                yield surface

    def inside(self, body: BodyModel, region: str) -> WeightedMeasure:
        """Return the measure of the cells of a region of which a node is moved."""
        tag, tags, q = body.mesh.regions[region], body.mesh.cell_tags, self.weights[body.name]
        owned = body.mesh.mesh.topology.index_map(body.mesh.mesh.topology.dim).size_local
        # lists of cells are taken as they are: ghosts would be counted twice
        cells = np.sort(tags.find(tag))
        cells = cells[cells < owned]
        moved = (q.x.array[q.function_space.dofmap.list[cells]] > 0.0).any(axis=1)
        measure = ufl.Measure(
            "dx",
            domain=body.mesh.mesh,
            subdomain_data=[(tag, cells[moved].astype(np.int32))],
            metadata={"quadrature_degree": _DEGREE},
        )
        return WeightedMeasure(measure, self._frame.weight(place(body)))(tag)

    def pressed(self, body: BodyModel) -> Iterator[tuple[Expr, WeightedMeasure]]:
        """Yield the pressures on outer faces of a body with their measures."""
        mesh = body.mesh.mesh
        measure = ufl.Measure(
            "ds",
            domain=mesh,
            subdomain_data=body.mesh.facet_tags,
            metadata={"quadrature_degree": _DEGREE},
        )
        ds = WeightedMeasure(measure, self._frame.weight(place(body)))
        for load in body.setting.pressures:
            if load.face in body.mesh.faces:
                yield load.number.on(mesh), ds(body.mesh.faces[load.face])


def place(body: BodyModel) -> Expr:
    """Return the position [m]."""
    return ufl.SpatialCoordinate(body.mesh.mesh)
