# SPDX-License-Identifier: BSD-3-Clause
"""Energy release and stress intensities at the end of a crack that is meshed: output quantities.

It ends at a tip in a section (`EnergyRelease`), at a round front in space (`RoundEnergyRelease`).
The crack is where two outer faces of a body lie on each other, or an interface of two bodies whose
bond is broken or was never there; `ssbmech.forms.crack_tip` has the integrals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh

from ssbmech._compat import compile_form, constant
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
from ssbmech.parameter import parameter, validate_parameters
from ssbmech.plausible import LENGTH_HINT
from ssbmech.runfolder.quantities import Quantity

_DEGREE: Final = 8

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EnergyRelease:
    r"""Energy release rate J at a tip, and the stress intensities of opening and sliding.

    Columns ``energy_release_NAME``, and in plane strain, where the bodies are of one elastic solid,
    ``opening_NAME`` and ``sliding_NAME``, all at the first body. Pressures on the faces of the
    bodies and the contact pressure of interfaces between them are taken off; the traction of a bond
    is not, so that what flows into its zone counts as released.

    Attributes:
        name: what the tip is called.
        bodies: bodies around the tip.
        x: its place [m].
        y: its place [m].
        angle: direction along which the crack would advance, from the x axis [rad].
        inner: radius of the disc that is moved with the tip; it holds all that is not elastic [m].
        outer: radius outside of which nothing is [m].
        halved: whether the plane of the crack is a plane of symmetry and one half is meshed.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: the outer radius is not larger, or there is no name or body.
    """

    name: str
    bodies: tuple[str, ...]
    x: float = parameter("m", hint=LENGTH_HINT, doc="place of the tip")
    y: float = parameter("m", hint=LENGTH_HINT, doc="place of the tip")
    angle: float = parameter("rad", doc="direction of advance")
    inner: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="inner radius")
    outer: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="outer radius")
    halved: bool = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        _check(self)

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Scalar]]:
        """Return the columns; collective.

        Raises:
            CaseError: the cell is one in space, a body is not there, moves or is not elastic, or no
                cell lies within the disc.
        """
        frame = cell.case.geometry.frame
        if frame.dim != 2:
            raise CaseError(
                f"EnergyRelease {self.name!r}: the front of a crack in space is a line; ask for "
                "RoundEnergyRelease where it is round"
            )
        ring = _Ring(self, cell, 2.0 * np.pi * self.x if frame.revolves else 1.0)
        return {self.bodies[0]: [ring.released(), *ring.intensities(self._tip)]}

    def distance(self, x: Array) -> Array:
        """Return how far places (3, n) lie from the tip [m]."""
        return np.asarray(np.hypot(x[0] - self.x, x[1] - self.y))

    def ahead(self, mesh: Mesh) -> Expr:
        """Return the unit vector along which the crack would advance."""
        return self._tip(mesh).ahead

    def _tip(self, mesh: Mesh) -> CrackTip:
        """Return the tip for forms on a mesh; as constants, so that all tips share their forms."""
        numbers = (self.x, self.y, np.cos(self.angle), np.sin(self.angle))
        x, y, ahead, across = (constant(mesh, float(number)) for number in numbers)
        return CrackTip(ufl.as_vector([x, y]), ufl.as_vector([ahead, across]))


@dataclass(frozen=True)
class RoundEnergyRelease:
    r"""Energy release rate J of a round crack in space, the mean along its front.

    The front is a circle in a plane of equal z, or a part of it that planes of symmetry cut off.
    Column ``energy_release_NAME`` at the first body,

    .. math:: J = \frac{1}{R \, \varphi} \int_{front} J(s) \, ds

    What is taken off is as in `EnergyRelease`.

    Attributes:
        name: what the front is called.
        bodies: bodies around the front.
        x: place of its middle [m].
        y: place of its middle [m].
        z: place of its plane [m].
        radius: its radius R [m].
        inner: distance from the front within which all moves with it; it holds all that is not
            elastic [m].
        outer: distance outside of which nothing does [m].
        sector: angle of the circle that is meshed [rad].
        halved: whether the plane of the crack is a plane of symmetry and one half is meshed.

    Raises:
        ParameterError: a number is out of its bounds.
        CaseError: the outer distance is not larger than the inner, or not smaller than the radius;
            or there is no name or body.
    """

    name: str
    bodies: tuple[str, ...]
    x: float = parameter("m", hint=LENGTH_HINT, doc="place of the middle")
    y: float = parameter("m", hint=LENGTH_HINT, doc="place of the middle")
    z: float = parameter("m", hint=LENGTH_HINT, doc="place of the plane")
    radius: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="radius")
    inner: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="inner distance")
    outer: float = parameter("m", low=0.0, low_open=True, hint=LENGTH_HINT, doc="outer distance")
    sector: float = parameter(
        "rad", low=0.0, low_open=True, high=2 * np.pi, default=2 * np.pi, doc="angle that is meshed"
    )
    halved: bool = False

    def __post_init__(self) -> None:
        """Convert to SI and check the bounds."""
        validate_parameters(self)
        _check(self)
        if self.outer >= self.radius:
            raise CaseError(
                f"RoundEnergyRelease {self.name!r}: the outer radius, {self.outer:g} m, reaches "
                f"the middle of a front of radius {self.radius:g} m"
            )

    def outputs(self, cell: CellModel) -> Mapping[str, Sequence[Scalar]]:
        """Return the column; collective.

        Raises:
            CaseError: the cell is not one in space, a body is not there, moves or is not elastic,
                or no cell lies around the front.
        """
        if cell.case.geometry.frame.dim != 3:
            raise CaseError(
                f"RoundEnergyRelease {self.name!r}: the cell is a section: ask for EnergyRelease"
            )
        return {self.bodies[0]: [_Ring(self, cell, self.radius * self.sector).released()]}

    def distance(self, x: Array) -> Array:
        """Return how far places (3, n) lie from the circle [m]."""
        beyond = np.hypot(x[0] - self.x, x[1] - self.y) - self.radius
        return np.asarray(np.hypot(beyond, x[2] - self.z))

    def ahead(self, mesh: Mesh) -> Expr:
        """Return the unit vector away from the axis."""
        place = ufl.SpatialCoordinate(mesh)
        across, along = place[0] - constant(mesh, self.x), place[1] - constant(mesh, self.y)
        radius = ufl.sqrt(across**2 + along**2 + crack_tip.SMALLEST)
        return ufl.as_vector([across / radius, along / radius, 0.0])


def _check(asked: EnergyRelease | RoundEnergyRelease) -> None:
    """Check the name and the ring of a tip or front."""
    who = type(asked).__name__
    if not asked.name.isidentifier() or not asked.bodies:
        raise CaseError(
            f"{who}: name {asked.name!r}, bodies {asked.bodies!r}: expected a name of "
            "letters and digits, and one body or more"
        )
    if asked.outer <= asked.inner:
        raise CaseError(
            f"{who} {asked.name!r}: the outer radius, {asked.outer:g} m, is not larger "
            f"than the inner one, {asked.inner:g} m"
        )


class _Ring:
    """The bodies and interfaces around a tip or front."""

    def __init__(
        self, asked: EnergyRelease | RoundEnergyRelease, cell: CellModel, length: float
    ) -> None:
        """Find them, and the weight on each; collective.

        Args:
            asked: the tip or front.
            cell: cell it is in.
            length: length of the front that is meshed [m], 1 where integrals are per depth [1].
        """
        self._asked, self._cell = asked, cell
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
        q.interpolate(
            lambda x: np.clip((tip.outer - tip.distance(x)) / (tip.outer - tip.inner), 0.0, 1.0)
        )
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

    def released(self) -> Scalar:
        """Return J."""
        name = self._asked.name
        j = Quantity(f"energy_release_{name}", "$J$", "J m-2", f"energy release of tip {name}")
        return Scalar(j, self._measure(list(self._released())), self._asked.bodies[0])

    def intensities(self, tip: Callable[[Mesh], CrackTip]) -> Iterator[Scalar]:
        """Yield the stress intensities of a tip in a section where they are known."""
        where, name = self._asked.bodies[0], self._asked.name
        solids = {solid for found in self._regions.values() for _, solid in found.values()}
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
        measure = ufl.Measure(
            "dx",
            domain=body.mesh.mesh,
            subdomain_data=body.mesh.cell_tags,
            metadata={"quadrature_degree": _DEGREE},
        )
        return WeightedMeasure(measure, self._frame.weight(_place(body)))(body.mesh.regions[region])

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
