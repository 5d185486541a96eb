# SPDX-License-Identifier: BSD-3-Clause
"""The ring around a tip or front of a meshed crack, and the integrals over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form
from ssbmech.errors import CaseError
from ssbmech.forms import crack_tip
from ssbmech.forms.crack_tip import CrackTip, Singular
from ssbmech.frames import Expr, WeightedMeasure
from ssbmech.materials.elastic import Elastic
from ssbmech.model.body import BodyModel
from ssbmech.model.cell import CellModel
from ssbmech.model.outputs import Arrays, Scalar, total
from ssbmech.model.parts.momentum import Momentum, SolidRegion
from ssbmech.model.surface import SurfaceModel
from ssbmech.runfolder.quantities import Quantity

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


class Ring:
    """The bodies and interfaces around a tip or front."""

    def __init__(
        self,
        asked: CrackEnd,
        cell: CellModel,
        length: float,
        share: Callable[[Array], Array] = all_of_it,
    ) -> None:
        """Find them, and the weight on each; collective.

        Args:
            asked: the tip or front.
            cell: cell it is in.
            length: length of the front that is meshed [m], 1 where integrals are per depth [1];
                weighted with `share`.
            share: what part of the front at places (3, n) is meant, between 0 and 1 [1].

        Raises:
            CaseError: a body is not there, moves or is not elastic, or no node lies around the
                front.
        """
        self._asked, self._cell, self._share = asked, cell, share
        # what integrals count, for both halves
        self._times = (2.0 if asked.halved else 1.0) / length
        frame = cell.case.geometry.frame
        missing = [name for name in asked.bodies if name not in cell.bodies]
        if missing:
            raise CaseError(f"{self._who}: there is no body {missing[0]!r}")
        self._frame = frame
        self._bodies = [cell.bodies[name] for name in asked.bodies]
        self._weights = {body.name: self._weight(body) for body in self._bodies}
        self._regions = {body.name: self._solids(body) for body in self._bodies}
        if not total(
            sum(float(q.x.array.max(initial=0.0)) for q in self._weights.values()), cell.comm
        ):
            raise CaseError(
                f"{self._who}: no node of its bodies lies within {asked.outer:g} m of it"
            )

    @property
    def _who(self) -> str:
        return f"{type(self._asked).__name__} {self._asked.name!r}"

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

    def _solids(self, body: BodyModel) -> dict[str, tuple[SolidRegion, Elastic]]:
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

    def released(self, end: str = "") -> Scalar:
        """Return J.

        Args:
            end: end of the column's name.
        """
        name = f"{self._asked.name}{end}"
        j = Quantity(f"energy_release_{name}", "$J$", "J m-2", f"energy release of tip {name}")
        return Scalar(j, self._measure(list(self._released())), self._asked.bodies[0])

    def opened(self, end: str = "") -> Sequence[Scalar]:
        r"""Return :math:`K_I = \sqrt{E' J}` of a tip that only opens; nothing around two solids.

        Args:
            end: end of the column's name.
        """
        solids = self._solids_around
        if len(solids) > 1:
            return ()
        (solid,) = solids
        name, modulus = f"{self._asked.name}{end}", solid.young / (1 - solid.poisson**2)
        j = self._measure(list(self._released()))
        k = Quantity(f"opening_{name}", "$K_I$", "Pa m0.5", f"opening intensity of tip {name}")

        def value(arrays: Arrays) -> float:
            return float(np.sqrt(modulus * max(j(arrays), 0.0)))

        return (Scalar(k, value, self._asked.bodies[0]),)

    @property
    def _solids_around(self) -> set[Elastic]:
        """Different solids around the tip or front."""
        return {solid for found in self._regions.values() for _, solid in found.values()}

    def intensities(self, tip: Callable[[Mesh], CrackTip]) -> Iterator[Scalar]:
        """Yield the stress intensities of a tip in a section where they are known."""
        where, name = self._asked.bodies[0], self._asked.name
        solids = self._solids_around
        if self._frame.revolves or len(solids) > 1 or self._asked.halved:
            return
        (solid,) = solids
        for word, symbol, slides in (("opening", "$K_I$", False), ("sliding", "$K_{II}$", True)):
            k = Quantity(f"{word}_{name}", symbol, "Pa m0.5", f"{word} intensity of tip {name}")
            forms = list(self._interaction(tip, solid, slides))
            factor = 0.5 * solid.young / (1 - solid.poisson**2)
            yield Scalar(k, self._measure(forms, factor), where)

    def _measure(self, forms: list[Any], factor: float = 1.0) -> Callable[[Arrays], float]:
        compiled = [compile_form(form, maps) for form, maps in forms]

        def value(_: Arrays) -> float:
            local = sum(float(np.real(fem.assemble_scalar(form))) for form in compiled)
            return factor * self._times * total(local, self._cell.comm)

        return value

    def _released(self) -> Iterator[tuple[Any, Any]]:
        """Yield the forms of J with the maps that they need."""
        for body in self._bodies:
            ahead = self._asked.ahead(body.mesh.mesh)
            u, x = body.u.function, _place(body)
            shift = self._weights[body.name] * ahead
            for name, (region, solid) in self._regions[body.name].items():
                energy = _energy(region, solid)
                inside = crack_tip.released(self._frame, u, region.stress, energy, shift, x)
                yield inside * self._inside(body, name), None
            for pressure, ds in self._pressed(body):
                traction = -pressure * ufl.FacetNormal(body.mesh.mesh)
                yield crack_tip.released_at_faces(traction, u, shift) * ds, None
        for surface in self._between():
            p, n, dS = surface.p_contact.function("+"), surface.sides.normal, surface.sides.dS
            ahead = self._asked.ahead(surface.parent)("+")
            for body, side, sign in ((surface.minus, "+", -1.0), (surface.plus, "-", 1.0)):
                slope = ufl.dot(ufl.grad(body.u.function)(side), ahead)
                q = self._weights[body.name](side)
                yield -q * sign * p * ufl.dot(n, slope) * dS, surface.entity_maps

    def _interaction(
        self, tip: Callable[[Mesh], CrackTip], solid: Elastic, slides: bool
    ) -> Iterator[tuple[Any, Any]]:
        """Yield the forms of the interaction integral with the maps that they need."""

        def singular(mesh: Mesh) -> Singular:
            return Singular(tip(mesh), solid.young, solid.poisson, slides)

        for body in self._bodies:
            field = singular(body.mesh.mesh)
            u, q, x = body.u.function, self._weights[body.name], _place(body)
            for name, (region, _) in self._regions[body.name].items():
                inside = crack_tip.interaction(field, u, region.stress, q, x)
                yield inside * self._inside(body, name), None
            normal = ufl.FacetNormal(body.mesh.mesh)
            for pressure, ds in self._pressed(body):
                traction = -pressure * normal
                at_faces = crack_tip.interaction_at_even_faces(field, traction, q, x, normal)
                yield at_faces * ds, None
        for surface in self._between():
            p, n = surface.p_contact.function("+"), surface.sides.normal
            x, dS = ufl.SpatialCoordinate(surface.parent), surface.sides.dS
            field = singular(surface.parent)
            for body, side, sign in ((surface.minus, "+", 1.0), (surface.plus, "-", -1.0)):
                q = self._weights[body.name](side)
                outward = sign * n
                at = crack_tip.interaction_at_faces(field, -p * outward, q, x(side), outward)
                yield at * dS, surface.entity_maps

    def _between(self) -> Iterator[SurfaceModel]:
        """Yield the interfaces between two bodies of the ring."""
        names = set(self._asked.bodies)
        for surface in self._cell.surfaces.values():
            if {surface.minus.name, surface.plus.name} <= names:
                yield surface

    def _inside(self, body: BodyModel, region: str) -> WeightedMeasure:
        """Return the measure of the cells of a region of which a node is moved."""
        tag, tags, q = body.mesh.regions[region], body.mesh.cell_tags, self._weights[body.name]
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
        return WeightedMeasure(measure, self._frame.weight(_place(body)))(tag)

    def _pressed(self, body: BodyModel) -> Iterator[tuple[Expr, WeightedMeasure]]:
        """Yield the pressures on outer faces of a body with their measures."""
        mesh = body.mesh.mesh
        measure = ufl.Measure(
            "ds",
            domain=mesh,
            subdomain_data=body.mesh.facet_tags,
            metadata={"quadrature_degree": _DEGREE},
        )
        ds = WeightedMeasure(measure, self._frame.weight(_place(body)))
        for load in body.setting.pressures:
            if load.face in body.mesh.faces:
                yield load.number.on(mesh), ds(body.mesh.faces[load.face])


def _place(body: BodyModel) -> Expr:
    return ufl.SpatialCoordinate(body.mesh.mesh)


def _energy(region: SolidRegion, solid: Elastic) -> Expr:
    r"""Return the elastic energy density, :math:`s : s / 4 G + p^2 / 2 K` [J/m3]."""
    deviator, pressure = region.response.deviator, -ufl.tr(region.stress) / 3
    return ufl.inner(deviator, deviator) / (4 * solid.shear) + pressure**2 / (2 * solid.bulk)
